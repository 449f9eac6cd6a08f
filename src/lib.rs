//! Matches JSON events against Amazon EventBridge event patterns, many rules at a time.

mod pattern;
mod value;

pub use pattern::{Pattern, PatternError, PatternErrorKind, PatternParser};
