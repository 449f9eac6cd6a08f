//! Matches JSON events against Amazon EventBridge event patterns, many rules at a time.

mod pattern;
#[cfg(feature = "reference")]
pub mod reference;
mod value;

pub use pattern::{Pattern, PatternError, PatternErrorKind, PatternParser};
