//! The language: what a pattern is, how it is read and printed, and what is wrong with a text that isn't one.
//!
//! ```text
//! text ─ lex ─▶ tokens ─ parse (objects, `$or`) ─ operators/ (tests) ─▶ ast ─ print ─▶ canonical text
//! ```
//!
//! Nothing here knows how events are matched.

pub(crate) mod ast;
mod error;
mod expansion;
mod lex;
mod limits;
mod one_shot;
mod operators;
mod parse;
mod parser;
mod path;
pub(crate) mod placeholder;
mod print;
pub(crate) mod render;
mod shown;
pub(crate) mod suggest;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

pub use self::error::{PatternError, PatternErrorKind};
pub(crate) use self::expansion::expansion;
pub(crate) use self::lex::span_in_string;
pub(crate) use self::operators::numeric::orders as range_orders;
pub(crate) use self::operators::wildcard::segments as wildcard_segments;
pub(crate) use self::operators::{array_around, is_operator};
pub use self::parser::PatternParser;
pub(crate) use self::path::{first_key, last_key};
pub(crate) use self::print::{string_text, test_text};

/// An event pattern: what a rule asks of an event.
///
/// A pattern is read from JSON text, by [`str::parse`] or, with options and limits, by a [`PatternParser`]. It keeps
/// the order and the spelling of its text, so that its [`Display`](fmt::Display), the *canonical print*, is the text
/// again as its author knows it: without white space, with the shortest escapes in strings, and numbers as they were
/// spelt. Reading the print gives an equal pattern (with [`PatternParser::or_as_field`] if it was read that way).
///
/// Patterns are equal if their canonical prints are. Patterns that differ in print may still mean the same:
/// `{"a.b":[1]}` and `{"a":{"b":[1.0]}}` do.
///
/// ```
/// # use eventsieve::Pattern;
/// let pattern: Pattern = r#"{ "detail": { "state": [ "running", { "prefix": "st\u006fp" } ] } }"#.parse()?;
/// assert_eq!(pattern.to_string(), r#"{"detail":{"state":["running",{"prefix":"stop"}]}}"#);
/// # Ok::<(), eventsieve::PatternError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    pub(crate) root: ast::Object,
    /// Whether every `$or` in it is an ordinary field name.
    pub(crate) or_as_field: bool,
    pub(crate) source: Source,
}

/// The text that a pattern was read from, which its spans point into. As they do, it takes no part in comparisons.
#[derive(Clone, Debug)]
pub(crate) struct Source(Arc<str>);

impl Source {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Source(text.into())
    }
}

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Source {}

impl Hash for Source {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The canonical print.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print())
    }
}

impl Pattern {
    /// The text that the pattern was read from, which the spans of findings and the places of explanations point into.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The canonical print.
    pub(crate) fn print(&self) -> String {
        print::pattern(&self.root)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&format_args!("{self}")).finish()
    }
}

/// As [`PatternParser::new`] reads it.
impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        PatternParser::new().parse(text)
    }
}

/// As [`PatternParser::new`] reads it.
impl TryFrom<&str> for Pattern {
    type Error = PatternError;

    fn try_from(text: &str) -> Result<Self, PatternError> {
        PatternParser::new().parse(text)
    }
}

/// As [`PatternParser::new`] reads it.
impl TryFrom<&[u8]> for Pattern {
    type Error = PatternError;

    fn try_from(text: &[u8]) -> Result<Self, PatternError> {
        PatternParser::new().parse(text)
    }
}
