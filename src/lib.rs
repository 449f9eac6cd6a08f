//! Matches JSON events against Amazon EventBridge event patterns, many rules at a time.

mod compile;
mod event;
mod ids;
mod index;
mod matcher;
mod pattern;
#[cfg(feature = "reference")]
pub mod reference;
mod rules;
mod scan;
mod value;

pub use compile::{CompileError, CompileErrorKind, CompileOptions};
pub use event::{ArrayPosition, Event, EventError, EventErrorKind, Field, FieldValue};
pub use matcher::{MatchSet, Matcher, Matches, Scratch};
pub use pattern::{Pattern, PatternError, PatternErrorKind, PatternParser};
pub use rules::{RuleSet, RuleSetError, RuleSetErrorKind};
pub use scan::kernel::{Kernel, UnknownKernel};
