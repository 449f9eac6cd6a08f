//! What EventBridge refuses, and what its events cannot hold.
//!
//! An event on a bus has exactly the fields of the [envelope](ENVELOPE); whoever sends it chooses what is in `detail`.
//! Texts with `${…}` in them are placeholders of a template, for something that may well be right.

use super::conjunctions::{Expanded, Field};
use super::values::{Budget, Values};
use super::{Finding, LintCode, Severity, complexity};
use crate::pattern::ast::{Test, TestKind};
use crate::pattern::render::quoted;
use crate::pattern::{Pattern, first_key, is_operator, last_key, placeholder, suggest};

/// Characters of a pattern. The quota can be raised on request.
const MAX_CHARACTERS: usize = 2_048;
/// Combinations of alternatives of `$or`.
const MAX_COMBINATIONS: usize = 1_000;
/// What the complexity of a field's wildcards may come to.
const MAX_COMPLEXITY: usize = 10;
/// Digits of an account's number.
const ACCOUNT_DIGITS: usize = 12;

/// What a top-level field of an event holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// A string, always.
    Text,
    /// A string of [`ACCOUNT_DIGITS`] digits, always.
    Account,
    /// A string, if the event has been replayed.
    MaybeText,
    /// An array of strings, maybe an empty one.
    Texts,
    /// An object of anything.
    Object,
}

const ENVELOPE: [(&str, Holds); 10] = [
    ("version", Holds::Text),
    ("id", Holds::Text),
    ("detail-type", Holds::Text),
    ("source", Holds::Text),
    ("account", Holds::Account),
    ("time", Holds::Text),
    ("region", Holds::Text),
    ("resources", Holds::Texts),
    ("detail", Holds::Object),
    ("replay-name", Holds::MaybeText),
];

impl Holds {
    /// What a field that is no object is, to be read behind its name.
    fn is(self) -> &'static str {
        match self {
            Holds::Texts => "are strings",
            Holds::Text | Holds::Account | Holds::MaybeText | Holds::Object => "is a string",
        }
    }
}

fn holds(name: &str) -> Option<Holds> {
    ENVELOPE.iter().find(|(field, _)| *field == name).map(|(_, holds)| *holds)
}

/// Whether events on EventBridge have a top-level field of this name, or may have it.
pub(crate) fn has_field(name: &str) -> bool {
    holds(name).is_some()
}

/// The top-level field of events on EventBridge that has this name, or may be meant by it.
pub(crate) fn field_like(name: &str) -> Option<&'static str> {
    suggest::nearest(name, &ENVELOPE.map(|(name, _)| name))
}

/// What events on EventBridge have at a path, in a sentence, if that is always the same.
pub(crate) fn sent_as(path: &str) -> Option<String> {
    let holds = holds(path).filter(|holds| *holds != Holds::Object)?;
    Some(format!("in events of EventBridge {} {}", quoted(path), holds.is()))
}

pub(super) fn lint(pattern: &Pattern, expanded: &Expanded<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    size(pattern, findings);
    combinations(pattern, expanded, findings);
    complexity(expanded, findings);
    envelope(expanded, budget, findings);
}

fn size(pattern: &Pattern, findings: &mut Vec<Finding>) {
    let span = pattern.root.span.range();
    let compact = pattern.print().chars().count();
    let (severity, message) = if compact > MAX_CHARACTERS {
        (Severity::Error, format!("the pattern has {compact} characters, even without white space"))
    } else if span.len() > MAX_CHARACTERS {
        let bytes = span.len();
        (Severity::Note, format!("the pattern has {bytes} bytes as it is written, and {compact} without white space"))
    } else {
        return;
    };
    let hint = format!("EventBridge allows {MAX_CHARACTERS} by default; the quota can be raised on request");
    findings.push(Finding::new(LintCode::EventbridgeSize, severity, span, message).hint(hint));
}

fn combinations(pattern: &Pattern, expanded: &Expanded<'_>, findings: &mut Vec<Finding>) {
    let count = expanded.conjunctions.len();
    if count <= MAX_COMBINATIONS {
        return;
    }
    let message = format!("the alternatives of `$or` come to {count} combinations");
    let hint = format!("EventBridge allows {MAX_COMBINATIONS}; several rules add up where several `$or` multiply");
    let span = pattern.root.span.range();
    findings.push(Finding::new(LintCode::EventbridgeOr, Severity::Error, span, message).hint(hint));
}

fn complexity(expanded: &Expanded<'_>, findings: &mut Vec<Finding>) {
    for field in &expanded.fields {
        let complexity = complexity::estimate(field.tests, MAX_COMPLEXITY);
        if complexity <= MAX_COMPLEXITY {
            continue;
        }
        let message = format!(
            "by an estimate, EventBridge will find these wildcards too complex: a value can be in the middle of more \
             than {MAX_COMPLEXITY} parts of them at once"
        );
        findings.push(
            Finding::new(LintCode::EventbridgeWildcard, Severity::Warning, field.key.range(), message)
                .at(&field.shown)
                .hint("use fewer `*`, and more characters between them that don't repeat; or several rules"),
        );
    }
}

/// What the envelope says of a field.
enum Problem<'p> {
    /// It never holds.
    Never(String, Option<String>),
    /// Some of its tests never pass.
    Partly(String, Option<String>, Vec<&'p Test>),
    /// It always does.
    Always(String),
}

fn envelope(expanded: &Expanded<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    let problems: Vec<_> = expanded.fields.iter().map(|field| problem(field, budget)).collect();
    let is_dead = |index: &usize| matches!(problems.get(*index), Some(Some(Problem::Never(..))));
    let all_dead = expanded.conjunctions.iter().all(|fields| fields.iter().any(is_dead));
    let counts: std::collections::HashSet<_> = expanded.conjunctions.iter().flatten().copied().collect();
    for (index, (field, problem)) in expanded.fields.iter().zip(&problems).enumerate() {
        let (severity, message, hint) = match problem {
            Some(Problem::Never(message, hint)) => {
                (if all_dead { Severity::Error } else { Severity::Warning }, message.clone(), hint.clone())
            }
            Some(Problem::Always(message)) => (Severity::Warning, message.clone(), None),
            Some(Problem::Partly(message, hint, tests)) => {
                findings.extend(tests.iter().map(|test| {
                    let span = test.span.range();
                    let finding = Finding::new(LintCode::EventbridgeField, Severity::Warning, span, message);
                    Finding { hint: hint.clone(), ..finding.at(&field.shown) }
                }));
                continue;
            }
            None => continue,
        };
        if !counts.contains(&index) {
            continue;
        }
        let mut finding =
            Finding::new(LintCode::EventbridgeField, severity, field.key.range(), message).at(&field.shown);
        finding.hint = hint;
        findings.push(finding);
    }
}

fn problem<'p>(field: &Field<'p>, budget: &mut Budget) -> Option<Problem<'p>> {
    let is_unknown = field.accepted.is_nothing() || field.accepted.sets.iter().any(Values::has_placeholder);
    if is_unknown || field.path.starts_with("detail.") || field.path.contains(placeholder::OPENING) {
        return None;
    }
    let absence = field.accepted.absence;
    let never = |message: String, hint: Option<String>| Some(Problem::Never(message, hint));
    let path = quoted(&field.path);
    let Some(holds) = holds(&field.path) else {
        if absence {
            return Some(Problem::Always(format!(
                "no event on EventBridge has a field {path}: its absence says nothing"
            )));
        }
        // Where an operator is taken for a field, that is told by itself.
        let advice = (!is_operator(last_key(&field.path))).then(|| advice(&field.path));
        return never(format!("no event on EventBridge has a field {path}"), advice);
    };
    let is = match holds {
        Holds::Object if absence => {
            return Some(Problem::Always(format!(
                "{path} is an object, not a value: its absence as a value says nothing"
            )));
        }
        Holds::Object => {
            return never(format!("{path} is an object, not a value"), Some("test the fields in it".to_owned()));
        }
        Holds::Text | Holds::Account if absence && field.accepted.sets.is_empty() => {
            return never(format!("every event on EventBridge has the field {path}"), None);
        }
        Holds::Account => format!("{path} {} of {ACCOUNT_DIGITS} digits", holds.is()),
        Holds::Text | Holds::MaybeText | Holds::Texts => format!("{path} {}", holds.is()),
    };
    let mut passes = |test: &Test| match Values::of(&test.kind) {
        Some(set) if holds == Holds::Account => set.may_be_digits(ACCOUNT_DIGITS, budget),
        Some(set) => set.may_be_text(budget),
        None => matches!(test.kind, TestKind::Exists(false)),
    };
    let failing: Vec<&Test> = field.tests.iter().filter(|test| !passes(test)).collect();
    let is_number = |test: &&Test| matches!(test.kind, TestKind::Number(_));
    let hint = failing.iter().any(is_number).then(|| match holds {
        Holds::Account => "write it as a string, with its leading zeros".to_owned(),
        _ => "write it as a string, in quotes".to_owned(),
    });
    match failing.len() {
        0 => None,
        all if all == field.tests.len() => {
            let such = if holds == Holds::Account { "such " } else { "" };
            never(format!("{is}, and no {such}string passes"), hint)
        }
        _ => Some(Problem::Partly(format!("{is}, and none passes this test"), hint, failing)),
    }
}

/// What may have been meant by a path that no event has.
fn advice(path: &str) -> String {
    let first = first_key(path);
    match field_like(first) {
        Some(name) if name != first => format!("did you mean `{name}`?"),
        _ => "an event's own fields are in `detail`".to_owned(),
    }
}
