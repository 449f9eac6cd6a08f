//! Why a pattern matches an event, or doesn't: which tests of which field were tried on which values, and what comes
//! nearest where none passes.
//!
//! [`Pattern::explain`] makes an [`Explanation`]. It prints as text for people, with the places in both texts
//! ([`Explanation::render`] has colours and widths), turns into JSON ([`Explanation::to_json`]), and can be walked.
//!
//! ```
//! use eventsieve::Pattern;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pattern: Pattern = r#"{"source": ["aws.ec2"], "detail": {"state": ["stopped"]}}"#.parse()?;
//! let explanation = pattern.explain(r#"{"source": "aws.ec2", "detail": {"state": "Stopped"}}"#)?;
//!
//! assert!(!explanation.matched());
//! let miss = explanation.fields().find_map(|field| field.miss.as_ref()).ok_or("nothing failed")?;
//! assert_eq!(miss.message, r#"`"Stopped"` is not `"stopped"`: only the letter case differs"#);
//! assert_eq!(miss.hint.as_deref(), Some(r#"to match it in any letter case, write `{"equals-ignore-case":"stopped"}`"#));
//! # Ok(())
//! # }
//! ```
//!
#![doc = include_str!("../docs/explain.md")]

mod arrays;
mod check;
mod evaluate;
mod event;
mod json;
mod miss;
mod near;
mod places;
mod render;
mod rule;

pub use self::miss::{Miss, MissKind};
pub use self::render::Render;

use std::ops::Range;

use crate::{EventError, Pattern};

/// Values of one field that are listed.
const VALUES_LISTED: usize = 100;
/// Characters of a value that are listed.
const TEXT_LISTED: usize = 256;
/// Elements of one array that are listed in a conflict.
const ELEMENTS_LISTED: usize = 50;
/// Conflicts that are listed, and arrays of each.
const CONFLICTS_LISTED: usize = 10;

impl Pattern {
    /// Why the pattern matches an event, or doesn't. The event is JSON text, which is checked as
    /// [`Event::strict`](crate::Event::strict) is.
    ///
    /// [`Explanation::matched`] is what [`Pattern::matches`] says.
    ///
    /// # Errors
    ///
    /// As [`Pattern::matches`] of an event as text: the text is not one JSON object, is nested deeper than 1,000, or its
    /// array check exceeds the default budget.
    ///
    /// # Complexity
    ///
    /// For people, not for streams: it takes time for each pair of a test and a value at its path, as the text is long;
    /// for each combination of `$or`; and, for hints, some million steps at most. Memory is a few times that of the
    /// event's text. Lists are cut: see [`Field::values`], [`Value::text`], [`Conflict`].
    pub fn explain(&self, event: impl AsRef<[u8]>) -> Result<Explanation, EventError> {
        evaluate::explain(self, event.as_ref())
    }
}

/// Why a pattern matches an event, or doesn't. See the [module](self).
#[derive(Clone, Debug)]
pub struct Explanation {
    matched: bool,
    parts: Vec<Part>,
    conflicts: Vec<Conflict>,
    pattern: Box<str>,
    event: Box<str>,
}

impl Explanation {
    /// Whether the pattern matches the event.
    pub fn matched(&self) -> bool {
        self.matched
    }

    /// The pattern's fields and `$or`, in its order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// All fields in the order of the pattern, those inside of `$or` too.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let mut rest = vec![self.parts.iter()];
        std::iter::from_fn(move || {
            loop {
                match rest.last_mut()?.next() {
                    Some(Part::Field(field)) => return Some(field),
                    Some(Part::Or(or)) => rest.extend(or.alternatives.iter().rev().map(|one| one.parts.iter())),
                    None => {
                        rest.pop();
                    }
                }
            }
        })
    }

    /// Where each field alone has a value that passes, but not together: fields that would need different elements of
    /// one array. Other fields may fail besides. Empty if the pattern matches. At most 10 combinations of `$or` are told of.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The pattern's text, which [`Place`]s of patterns point into.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The event's text, which [`Place`]s of events point into.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The explanation as JSON; its shape is described [above](self#as-json).
    pub fn to_json(&self) -> serde_json::Value {
        json::explanation(self)
    }

    /// The explanation as text for people, with options. [`Display`](std::fmt::Display) has the defaults.
    pub fn render(&self) -> Render<'_> {
        Render::new(self)
    }
}

/// As [`Explanation::render`] without options.
impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.render().fmt(f)
    }
}

/// A place in the text of the pattern or the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// The line in which it begins; the first is 1.
    pub line: usize,
    /// The column at which it begins, in characters; the first is 1.
    pub column: usize,
}

impl Place {
    /// The byte range.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What became of a part of the pattern.
//
// Exhaustive: who shows an explanation has to show each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is met, taken by itself: fields that are met alone may still be in [conflict](Explanation::conflicts).
    Passed,
    /// It is not met.
    Failed,
    /// It doesn't count: the same path is written again later in the pattern, for all of its alternatives or for those that
    /// match.
    Replaced,
}

/// A member of the pattern. Nesting is in the paths of fields.
//
// Exhaustive: the language has no other.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are fields")]
pub enum Part {
    /// The tests on one path.
    Field(Field),
    /// A `$or`.
    Or(Or),
}

impl Part {
    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Part::Field(field) => field.outcome,
            Part::Or(or) => or.outcome,
        }
    }
}

/// A `$or`. It passes if one of its alternatives does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Or {
    /// The path of the object that it stands in, keys joined with `.`; empty at the top.
    pub path: String,
    /// Where in the pattern it is.
    pub place: Place,
    /// Passed or failed.
    pub outcome: Outcome,
    /// Its alternatives, in the order of the pattern.
    pub alternatives: Vec<Alternative>,
}

/// An alternative of a `$or`. It passes if none of its parts fails.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Alternative {
    /// Where in the pattern it is.
    pub place: Place,
    /// Passed or failed.
    pub outcome: Outcome,
    /// Its fields and `$or`, in the order of the pattern.
    pub parts: Vec<Part>,
}

/// The tests on one path, and the values there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Field {
    /// Keys joined with `.`.
    pub path: String,
    /// Where in the pattern the last key and the tests are.
    pub place: Place,
    /// Whether one of the tests is passed, or the field doesn't count.
    pub outcome: Outcome,
    /// The tests, in the order of the pattern.
    pub tests: Vec<Test>,
    /// The leaf values at the path, in the order of the event: the first 100.
    pub values: Vec<Value>,
    /// How many leaf values there are at the path.
    pub values_total: usize,
    /// The value by which a field passes, and if the pattern matches, one that goes together with the other fields'.
    /// `None` if it fails, or passes by absence (`exists: false`).
    pub passing: Option<Value>,
    /// Why a field fails that does, by what comes nearest.
    pub miss: Option<Miss>,
}

/// One test of a field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Test {
    /// Its canonical print, such as `{"prefix":"x"}`.
    pub text: String,
    /// Where in the pattern it is.
    pub place: Place,
    /// Whether a value passes it, or for `exists: false`, the absence of one. (Of a field with more than a million pairs
    /// of tests and values, a value is tried on the tests only until it passes one.)
    pub passed: bool,
    /// If the field fails, why this test does, by the value that comes nearest. `None` where there is no value.
    pub miss: Option<Miss>,
}

/// A leaf value of the event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Value {
    /// Keys joined with `.`, and elements of arrays, as in `detail.items[0].kind`.
    pub location: String,
    /// The value as the event spells it, cut after 256 characters, where `…` stands for the rest.
    pub text: String,
    /// Whether the text is cut.
    pub cut: bool,
    /// Where in the event it is.
    pub place: Place,
    /// Whether it passes one of the field's tests.
    pub passes: bool,
}

/// Fields that are met one by one, but by values in different elements of the same array (semantics, "Arrays"). As few
/// as possible are named.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Conflict {
    /// The paths of the fields, in the order of the pattern.
    pub fields: Vec<String>,
    /// Where in the pattern these fields are.
    pub places: Vec<Place>,
    /// The arrays that they have values in; at most 10.
    pub arrays: Vec<ConflictArray>,
}

/// An array in whose elements the fields of a conflict have values.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConflictArray {
    /// How to get there, as in `detail.items`.
    pub location: String,
    /// Where in the event its key is (for an array without one, the array).
    pub place: Place,
    /// The elements in which one of the fields has a value that passes; at most 50.
    pub elements: Vec<Element>,
    /// How many elements the array has.
    pub elements_total: usize,
}

/// Which fields one element of an array fits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Element {
    /// Which element, from 0.
    pub index: usize,
    /// Where in the event it is.
    pub place: Place,
    /// The paths of the fields that have a value here that passes.
    pub fits: Vec<String>,
    /// The paths of the others.
    pub misses: Vec<String>,
}
