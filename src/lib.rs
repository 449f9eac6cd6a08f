#![doc = include_str!("docs/crate.md")]

#[cfg(doc)]
#[doc = include_str!("docs/design.md")]
pub mod _design {}
#[cfg(doc)]
#[doc = include_str!("docs/lint.md")]
pub mod _lint {}
#[cfg(doc)]
#[doc = include_str!("docs/semantics.md")]
pub mod _semantics {}
// The README's examples are compiled and run as the crate page's are.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod batch;
mod compile;
mod event;
pub mod explain;
mod ids;
mod index;
mod lint;
mod live;
mod matcher;
mod pattern;
#[cfg(feature = "pyo3")]
pub mod python;
#[cfg(feature = "reference")]
pub mod reference;
mod rules;
mod saved;
mod scan;
#[cfg(feature = "templates")]
pub mod templates;
mod value;

pub use batch::{Batch, Lines, Verdict, Verdicts, Worker};
pub use compile::{CompileError, CompileErrorKind, CompileOptions};
pub use event::{ArrayPosition, Event, EventError, EventErrorKind, Field, FieldValue};
pub use lint::{Finding, LintCode, Linter, Related, RuleFinding, Severity};
pub use live::{LiveMatches, LiveRule, LiveRules, Merging, Snapshot};
pub use matcher::{MatchSet, Matcher, Matches, Scratch};
pub use pattern::{Pattern, PatternError, PatternErrorKind, PatternParser};
pub use rules::{RuleSet, RuleSetError, RuleSetErrorKind};
pub use saved::{LoadError, LoadErrorKind, LoadId, SaveId};
pub use scan::kernel::{Kernel, UnknownKernel};
