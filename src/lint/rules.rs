//! Rules that other rules cover.
//!
//! Comparing each with each would be quadratic. A conjunction that covers another one asks for no field that the other
//! doesn't have, and accepts there what the other accepts: so each is filed under one of its fields, and found by way of
//! the fields of the others. That leaves few to compare, save where rules are made for it; the work is bounded.

use std::collections::HashMap;

use super::conjunctions::{Expanded, Field};
use super::implies::implies;
use super::pattern;
use super::values::{Budget, Values};

/// Steps for each rule, and for all of them.
const STEPS_OF_RULE: u64 = 100_000;
const STEPS: u64 = 50_000_000;

/// What a field that is covered has in common with the one that covers it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Sign<'e> {
    /// A single value.
    Value(&'e Values),
    Absence,
    /// Nothing that could be looked up.
    Any,
}

/// What is found out about a rule.
pub(super) struct Covered {
    /// Of each pattern another one that covers it, if there is one. Of patterns that cover each other, the first is not
    /// covered.
    pub(super) by: Vec<Option<usize>>,
    /// How many patterns were not compared with all that may cover them.
    pub(super) unfinished: usize,
}

/// Finds the patterns that others cover. Patterns that never or always match take no part.
pub(super) fn covered(patterns: &[Expanded<'_>]) -> Covered {
    let mut budget = Budget::new(STEPS);
    let takes_part: Vec<bool> = patterns
        .iter()
        .map(|expanded| {
            !pattern::never_matches(expanded) && !pattern::always_matches(expanded, &mut Budget::new(STEPS_OF_RULE))
        })
        .collect();
    let takes_part = |pattern: usize| takes_part.get(pattern) == Some(&true);
    let files = file(patterns, takes_part);

    let mut by: Vec<Option<usize>> = Vec::with_capacity(patterns.len());
    let mut unfinished = 0;
    for (number, expanded) in patterns.iter().enumerate() {
        if !takes_part(number) {
            by.push(None);
            continue;
        }
        let mut part = budget.part(STEPS_OF_RULE);
        let mut found = None;
        for other in candidates(expanded, &files) {
            let Some(wide) = patterns.get(other).filter(|_| other != number) else { continue };
            let covers = implies(expanded, wide, &mut part);
            // The first of those that mean the same stays. That is asked only of later ones.
            let stays = covers && other > number && implies(wide, expanded, &mut part);
            if part.is_spent() {
                break;
            }
            if covers && !stays {
                found = Some(other);
                break;
            }
        }
        unfinished += usize::from(found.is_none() && part.is_spent());
        budget.take_back(&part);
        by.push(found);
    }
    Covered { by, unfinished }
}

/// Where patterns are filed: by path and sign, ascending.
type Files<'e> = HashMap<(&'e str, Sign<'e>), Vec<usize>>;

fn file<'e>(patterns: &'e [Expanded<'_>], takes_part: impl Fn(usize) -> bool) -> Files<'e> {
    let taking_part = || patterns.iter().enumerate().filter(|(number, _)| takes_part(*number));
    let mut common: HashMap<(&str, Sign<'_>), usize> = HashMap::new();
    for (_, expanded) in taking_part() {
        for field in &expanded.fields {
            for sign in signs_of_wide(field) {
                *common.entry((&field.path, sign)).or_default() += 1;
            }
        }
    }
    let mut files = Files::new();
    for (number, expanded) in taking_part() {
        for conjunction in &expanded.conjunctions {
            let rarest = expanded
                .fields_of(conjunction)
                // A field that holds for every event is none that others must have.
                .filter(|field| !(field.accepted.absence && may_be_everything(field)))
                .min_by_key(|field| {
                    let count = |sign| common.get(&(&*field.path, sign)).copied().unwrap_or_default();
                    signs_of_wide(field).map(count).sum::<usize>()
                });
            for sign in rarest.iter().flat_map(|field| signs_of_wide(field)) {
                let path = rarest.map_or("", |field| &*field.path);
                let file = files.entry((path, sign)).or_default();
                if file.last() != Some(&number) {
                    file.push(number);
                }
            }
        }
    }
    files
}

fn may_be_everything(field: &Field<'_>) -> bool {
    field.accepted.sets.iter().any(|set| matches!(set, Values::Except(_)))
}

/// The signs of a field that may cover others: those have one of them.
fn signs_of_wide<'e>(field: &'e Field<'_>) -> impl Iterator<Item = Sign<'e>> {
    let accepted = &field.accepted;
    let any = !accepted.sets.iter().all(Values::is_single);
    let values = accepted.sets.iter().filter(move |_| !any).map(Sign::Value);
    let absence = (accepted.absence && !any).then_some(Sign::Absence);
    values.chain(absence).chain(any.then_some(Sign::Any))
}

/// Patterns that may cover this one, in ascending order within each file.
fn candidates<'f>(expanded: &'f Expanded<'_>, files: &'f Files<'_>) -> impl Iterator<Item = usize> + 'f {
    let possible =
        |conjunction: &&Vec<usize>| !expanded.fields_of(conjunction).any(|field| field.accepted.is_nothing());
    // Each conjunction must be covered; what covers the first that matches anything is filed under one of its fields.
    let first = expanded.conjunctions.iter().find(possible);
    let fields = first.into_iter().flat_map(|conjunction| expanded.fields_of(conjunction));
    fields.flat_map(|field| {
        let sign = match field.accepted.sets.first() {
            Some(values) if values.is_single() => Some(Sign::Value(values)),
            Some(_) => None,
            None => Some(Sign::Absence),
        };
        [sign, Some(Sign::Any)]
            .into_iter()
            .flatten()
            .filter_map(|sign| files.get(&(&*field.path, sign)))
            .flatten()
            .copied()
    })
}
