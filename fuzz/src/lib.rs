//! What the fuzz targets check, as functions of bytes that panic if anything is wrong.
//!
//! None but `load` is content with survival: each compares with something plain that ought to agree.

mod engine;
mod event_scan;
mod live_rules;
mod load;
mod pattern_parse;
mod rule_set;

// What is random or slow and obvious is the same as in the crate's own tests.
#[path = "../../tests/support/mod.rs"]
pub mod support;

pub use engine::engine;
pub use event_scan::event_scan;
pub use live_rules::live_rules;
pub use load::load;
pub use pattern_parse::pattern_parse;
pub use rule_set::rule_set;

#[cfg(test)]
mod tests;
