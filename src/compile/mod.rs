//! From patterns to an engine: conjunctions, interning, the choice of access tests.

mod absorb;
mod blocks;
mod build;
mod columns;
mod draft;
mod normalise;
mod options;
mod postings;
mod selectivity;
mod small;
pub(crate) mod store;
pub(crate) mod table;
pub(crate) mod test;

pub(crate) use self::absorb::Absorber;
pub(crate) use self::build::build;
pub(crate) use self::normalise::normalise;
pub use self::options::{CompileError, CompileErrorKind, CompileOptions};
pub(crate) use self::small::Small;
