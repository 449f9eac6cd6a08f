//! Auto traits are part of the interface: what can be sent, shared, cloned and kept across a panic.

use std::error::Error;
use std::fmt::Debug;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use eventsieve::explain::{Explanation, MissKind, Outcome, Place, Render};
use eventsieve::{
    ArrayPosition, Batch, CompileError, CompileErrorKind, CompileOptions, Event, EventError, EventErrorKind, Field,
    FieldValue, Kernel, Lines, LiveMatches, LiveRule, LiveRules, LoadError, LoadErrorKind, MatchSet, Matcher, Matches,
    Merging, Pattern, PatternError, PatternErrorKind, PatternParser, RuleSet, RuleSetError, Scratch, Snapshot, Verdict,
    Verdicts, Worker,
};

fn plain<T: Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
fn send<T: Debug + Send + Sync + Unpin>() {}
fn clone<T: Clone>() {}
fn copy<T: Copy>() {}
fn value<T: Eq + Hash>() {}
fn error<T: Error + Clone + 'static>() {}

#[test]
fn every_type_can_cross_threads_and_panics() {
    plain::<Pattern>();
    plain::<PatternParser>();
    plain::<PatternError>();
    plain::<PatternErrorKind>();
    plain::<RuleSet<String>>();
    plain::<RuleSetError>();
    plain::<CompileOptions>();
    plain::<CompileError>();
    plain::<CompileErrorKind>();
    plain::<Kernel>();
    plain::<LoadError>();
    plain::<LoadErrorKind>();
    plain::<Matcher<String>>();
    plain::<Matches<'_, String>>();
    plain::<Scratch>();
    plain::<MatchSet>();
    plain::<Event<'_>>();
    plain::<EventError>();
    plain::<EventErrorKind>();
    plain::<Field<'_>>();
    plain::<FieldValue<'_>>();
    plain::<ArrayPosition>();
    plain::<Batch<String>>();
    plain::<Lines<'_>>();
    plain::<Verdicts<'_, String>>();
    plain::<Verdict<'_, String>>();
    plain::<Explanation>();
    plain::<Render<'_>>();
    send::<Worker<'_, String>>();
    send::<LiveRules<String>>();
    send::<Snapshot<String>>();
    send::<LiveMatches<'_, String>>();
    send::<LiveRule<'_, String>>();
    plain::<Merging>();
}

#[test]
fn what_can_be_cloned_copied_and_compared() {
    clone::<Pattern>();
    clone::<PatternParser>();
    clone::<RuleSet<String>>();
    clone::<CompileOptions>();
    clone::<Matcher<String>>();
    clone::<Matches<'_, String>>();
    clone::<Snapshot<String>>();
    clone::<LiveMatches<'_, String>>();
    copy::<LiveRule<'_, String>>();
    copy::<Merging>();
    clone::<Lines<'_>>();
    clone::<Verdict<'_, String>>();
    clone::<Verdicts<'_, String>>();
    copy::<Event<'_>>();
    copy::<Field<'_>>();
    copy::<FieldValue<'_>>();
    copy::<ArrayPosition>();
    copy::<Kernel>();
    copy::<PatternErrorKind>();
    copy::<CompileErrorKind>();
    copy::<EventErrorKind>();
    clone::<Explanation>();
    clone::<Render<'_>>();
    clone::<Place>();
    copy::<Outcome>();
    copy::<MissKind>();
    value::<Kernel>();
    value::<ArrayPosition>();
}

#[test]
fn errors_are_errors() {
    error::<PatternError>();
    error::<RuleSetError>();
    error::<CompileError>();
    error::<EventError>();
}
