//! The slow evaluator that judges the engine: for tests and fuzzing.
//!
//! It follows the text of the semantics sentence by sentence, over a tree of the event, one rule at a time, and shares
//! nothing with the engine but the pattern's syntax tree: its JSON reader, numbers, addresses, letter case, wildcards
//! and array rule are its own, each written in the way that is easiest to see to be right. Where the two disagree, one
//! of them misreads the semantics, and this one is the shorter to check.

mod address;
mod arrays;
mod conjunction;
pub mod json;
mod leaf;
mod letter_case;
mod number;
mod test;
mod wildcard;

use std::fmt;

use crate::Pattern;
pub use json::{Json, Malformed};
pub use leaf::{Leaf, Position, leaves};

/// How many steps [`matches()`] may take. A step looks at one array on the way to one value; rules and events of any use
/// take some tens, and the limit is reached in well under a second.
pub const STEPS: u64 = 2_000_000;

/// Why there is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// The event is not one: no evaluator may give a verdict on it.
    Malformed(Malformed),
    /// The choices among array elements were too many to try. This says nothing of the event: the engine may know a
    /// shorter way.
    TooHard,
}

impl From<Malformed> for ReferenceError {
    fn from(malformed: Malformed) -> Self {
        ReferenceError::Malformed(malformed)
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReferenceError::Malformed(malformed) => malformed.fmt(f),
            ReferenceError::TooHard => f.write_str("too many choices among array elements"),
        }
    }
}

impl std::error::Error for ReferenceError {}

/// Whether `event` is one that has a verdict: one JSON object by RFC 8259 in UTF-8, nested at most 1,000 deep.
pub fn accepts(event: &[u8]) -> bool {
    json::read(event).is_ok()
}

/// Whether a JSON number is comparable: the shortest decimal that reads back as its double has the same value.
pub fn is_comparable(number: &str) -> bool {
    number::comparable(number).is_some()
}

/// The verdict of the semantics on one rule and the text of one event.
///
/// # Errors
///
/// [`ReferenceError::Malformed`] if the event is not [accepted](accepts), [`ReferenceError::TooHard`] after [`STEPS`]
/// steps.
pub fn matches(pattern: &Pattern, event: &[u8]) -> Result<bool, ReferenceError> {
    matches_within(pattern, event, STEPS)
}

/// [`matches()`], with another limit of steps.
///
/// # Errors
///
/// As of [`matches()`].
pub fn matches_within(pattern: &Pattern, event: &[u8], steps: u64) -> Result<bool, ReferenceError> {
    verdict(pattern, &json::read(event)?, steps)
}

/// [`matches_within`], on an event that has been read already: `event` is an object.
///
/// # Errors
///
/// [`ReferenceError::TooHard`] after `steps` steps.
pub fn verdict(pattern: &Pattern, event: &Json, mut steps: u64) -> Result<bool, ReferenceError> {
    let conjunctions = conjunction::of(&pattern.root);
    let wanted = |path: &str| conjunctions.iter().any(|conjunction| conjunction.contains_key(path));
    let leaves = leaf::leaves_where(event, wanted);
    for conjunction in &conjunctions {
        if arrays::some_choice(conjunction, &leaves, &mut steps)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
