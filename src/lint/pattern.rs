//! What can be said of a pattern as a whole.

use std::collections::HashSet;

use super::conjunctions::{Expanded, Field};
use super::values::Budget;
use super::{Finding, LintCode, Severity};
use crate::pattern::render::quoted;
use crate::pattern::{Pattern, first_key};

/// Whether every event matches, for sure. Each field of some conjunction is then satisfied by whatever is chosen for
/// the others.
pub(super) fn always_matches(expanded: &Expanded<'_>, budget: &mut Budget) -> bool {
    expanded
        .conjunctions
        .iter()
        .any(|fields| expanded.fields_of(fields).all(|field| field.accepted.is_everything(budget)))
}

/// Whether no event matches. Exact: where each field of a conjunction can be satisfied, an event with dotted keys and
/// no arrays satisfies all.
pub(super) fn never_matches(expanded: &Expanded<'_>) -> bool {
    expanded.conjunctions.iter().all(|fields| expanded.fields_of(fields).any(|field| field.accepted.is_nothing()))
}

pub(super) fn lint(pattern: &Pattern, expanded: &Expanded<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    overwritten(expanded, findings);
    let whole = pattern.root.span.range();
    if never_matches(expanded) {
        let mut finding = Finding::new(LintCode::NeverMatches, Severity::Error, whole, "no event matches this pattern");
        for field in expanded.fields.iter().filter(|field| field.accepted.is_nothing()) {
            finding = finding.related(field.key.range(), "no value satisfies this field");
        }
        findings.push(finding);
        return;
    }
    if always_matches(expanded, budget) {
        findings.push(
            Finding::new(LintCode::AlwaysMatches, Severity::Warning, whole, "every event matches this pattern")
                .hint("a field whose tests accept every value, and `exists: false` besides, asks for nothing"),
        );
    } else {
        always_hold(expanded, budget, findings);
    }
    value_and_fields(expanded, findings);
}

fn overwritten(expanded: &Expanded<'_>, findings: &mut Vec<Finding>) {
    let mut counts = vec![false; expanded.fields.len()];
    for index in expanded.conjunctions.iter().flatten() {
        if let Some(counts) = counts.get_mut(*index) {
            *counts = true;
        }
    }
    let mut pairs = expanded.overwritten.iter().peekable();
    while let Some((earlier, later)) = pairs.next() {
        let (Some(field), Some(by)) = (expanded.field(*earlier), expanded.field(*later)) else { continue };
        let message = if counts.get(*earlier) == Some(&true) {
            "the field counts only in some alternatives: in others, a later field of the same path stands in its place"
        } else {
            "the field doesn't count: a later field of the same path stands in its place"
        };
        let mut finding = Finding::new(LintCode::OverwrittenField, Severity::Warning, field.key.range(), message)
            .at(&field.shown)
            .hint("put the tests into one array for either, or give each a rule of its own for both")
            .related(by.key.range(), "this one counts");
        while let Some((_, later)) = pairs.next_if(|(other, _)| other == earlier) {
            if let Some(by) = expanded.field(*later) {
                finding = finding.related(by.key.range(), "this one counts");
            }
        }
        findings.push(finding);
    }
}

/// Fields that hold whatever the event, and whose choice of a value bears on no later field.
fn always_hold(expanded: &Expanded<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    let holds: Vec<bool> = expanded.fields.iter().map(|field| field.accepted.is_everything(budget)).collect();
    if !holds.contains(&true) {
        return;
    }
    let holds_at = |index: usize| holds.get(index) == Some(&true);
    let mut bears = vec![false; holds.len()];
    let mut counts = vec![false; holds.len()];
    for conjunction in &expanded.conjunctions {
        let mut later = HashSet::new();
        for index in conjunction.iter().rev().copied() {
            let Some(field) = expanded.field(index) else { continue };
            let array = first_key(&field.path);
            if let (true, Some(bears), Some(counts)) = (holds_at(index), bears.get_mut(index), counts.get_mut(index)) {
                *counts = true;
                *bears |= later.contains(array);
            }
            later.insert(array);
        }
    }
    for (index, field) in expanded.fields.iter().enumerate() {
        if holds_at(index) && counts.get(index) == Some(&true) && bears.get(index) == Some(&false) {
            let message = "the field holds for every event: its tests accept every value, and absence too";
            findings.push(
                Finding::new(LintCode::FieldAlwaysHolds, Severity::Warning, field.key.range(), message)
                    .at(&field.shown)
                    .hint("leave the field out"),
            );
        }
    }
}

/// Fields that must have a value (or none) at a path below which others must have one. Not impossible, as an array may
/// hold both.
fn value_and_fields(expanded: &Expanded<'_>, findings: &mut Vec<Finding>) {
    let mut told = vec![false; expanded.fields.len()];
    for conjunction in &expanded.conjunctions {
        for index in conjunction {
            let Some(field) = expanded.field(*index) else { continue };
            let Some(told) = told.get_mut(*index).filter(|told| !**told) else { continue };
            let Some(below) = below(expanded, conjunction, field) else { continue };
            *told = true;
            let path = quoted(&field.path);
            let (severity, message) = match (field.accepted.sets.is_empty(), field.accepted.absence) {
                (true, _) => (
                    Severity::Note,
                    format!("`exists: false` is about values: {path} may be an object, and a field below asks for one"),
                ),
                (false, false) => (
                    Severity::Warning,
                    format!("{path} is to be a value, but a field below asks for an object: only an array holds both"),
                ),
                (false, true) => continue,
            };
            findings.push(
                Finding::new(LintCode::ValueAndFields, severity, field.key.range(), message)
                    .at(&field.shown)
                    .related(below.key.range(), "this field is below"),
            );
        }
    }
}

/// A field of a conjunction that lies below another one and needs a value.
fn below<'s, 'p>(expanded: &'s Expanded<'p>, conjunction: &[usize], field: &Field<'_>) -> Option<&'s Field<'p>> {
    let prefix = format!("{}.", field.path);
    let start = conjunction.partition_point(|index| expanded.field(*index).is_some_and(|other| *other.path < *prefix));
    let (_, rest) = conjunction.split_at_checked(start)?;
    rest.iter()
        .filter_map(|index| expanded.field(*index))
        .take_while(|other| other.path.starts_with(&prefix))
        .find(|other| !other.accepted.absence)
}
