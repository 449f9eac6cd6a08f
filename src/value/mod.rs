//! What values mean to the language: numbers that compare, addresses, letter case. Shared by the parser, which refuses
//! what has no meaning, and the engine, which compares.

pub(crate) mod address;
pub(crate) mod bytes;
pub(crate) mod glob;
pub(crate) mod letter_case;
pub(crate) mod number;
