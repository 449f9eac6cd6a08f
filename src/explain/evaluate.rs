//! Working out an explanation: run all tests, find out which fields are met, search the combinations.

use super::arrays::{self, Candidate, Search, Steps};
use super::check::{Check, Leaf};
use super::event::{NodeId, Tree};
use super::near::{Near, Subject};
use super::places::Places;
use super::rule::{Combination, Rule, RuleField, Shape};
use super::{
    Alternative, Conflict, ConflictArray, Element, Explanation, Field, MissKind, Or, Outcome, Part, Test,
    VALUES_LISTED, Value,
};
use super::{CONFLICTS_LISTED, ELEMENTS_LISTED, TEXT_LISTED};
use crate::EventError;
use crate::pattern::ast::TestKind;
use crate::pattern::render::quoted;
use crate::pattern::{Pattern, test_text};
use crate::scan::trie::PathTrie;

/// Pairs of test and value of which all are tried; of more, a value is tried until it has passed one test.
const ALL_PAIRS: usize = 1_000_000;

/// Steps of the search for a choice of array elements, before the engine is asked for the verdict instead.
const SEARCH_STEPS: u64 = 5_000_000;

/// Steps of each attempt to tell the fewest fields that don't go together.
const CORE_STEPS: u64 = 50_000;

/// What a field's tests have found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All leaves at the path, in the order of the text.
    values: Vec<NodeId>,
    /// Positions at which a value passes, ascending.
    pub(super) passing: Vec<NodeId>,
    /// The first value that passes at each of these positions.
    passing_values: Vec<NodeId>,
    /// Positions of all values, ascending, if `exists: false` is among the tests.
    pub(super) absent_unless: Option<Vec<NodeId>>,
    /// Of the values that are listed, which pass.
    passes: Vec<bool>,
    /// How many values pass each test.
    passed: Vec<usize>,
}

impl Found {
    fn new(tree: &Tree<'_>, checks: &[Check<'_>], values: &[NodeId]) -> Self {
        let mut found = Found { values: values.to_vec(), passed: vec![0; checks.len()], ..Found::default() };
        let all = checks.len().saturating_mul(values.len()) <= ALL_PAIRS;
        let mut passing: Vec<(NodeId, NodeId)> = Vec::new();
        for leaf in values.iter().filter_map(|node| Leaf::new(tree, *node)) {
            let mut passes = false;
            for (check, passed) in checks.iter().zip(&mut found.passed) {
                if check.passes(&leaf) {
                    *passed += 1;
                    passes = true;
                    if !all {
                        break;
                    }
                }
            }
            if passes {
                passing.push((tree.cell(leaf.node), leaf.node));
            }
            if found.passes.len() < VALUES_LISTED {
                found.passes.push(passes);
            }
        }
        passing.sort_unstable();
        passing.dedup_by_key(|(cell, _)| *cell);
        (found.passing, found.passing_values) = passing.into_iter().unzip();
        if let Some(absent) = checks.iter().position(|check| matches!(check, Check::Absent)) {
            let mut cells: Vec<_> = values.iter().map(|value| tree.cell(*value)).collect();
            cells.sort_unstable();
            cells.dedup();
            if let Some(passed) = found.passed.get_mut(absent).filter(|_| cells.is_empty()) {
                *passed = 1;
            }
            found.absent_unless = Some(cells);
        }
        found
    }

    /// The first value that passes, of those at a position if one is given.
    fn passing_value(&self, position: Option<NodeId>) -> Option<NodeId> {
        let index = position.map_or(Ok(0), |position| self.passing.binary_search(&position)).ok()?;
        self.passing_values.get(index).copied()
    }
}

/// The verdict on all combinations.
#[derive(Default)]
struct Verdict {
    matched: bool,
    /// The combination that matches, with a position for each of its fields, unless the search for it was too hard.
    witness: Vec<(usize, Option<NodeId>)>,
    /// Whether each field was met in some combination, as far as it alone is concerned.
    met: Vec<bool>,
    /// Whether another field of the same path takes its place in all combinations that it is written in.
    replaced: Vec<bool>,
    /// Combinations, as far as their fields are met one by one, where these are not met together.
    conflicting: Vec<Combination>,
}

pub(super) fn explain(pattern: &Pattern, event: &[u8]) -> Result<Explanation, EventError> {
    let tree = Tree::read(event)?;
    let rule = Rule::new(pattern);
    let values = values(&tree, &rule);
    let checks: Vec<Vec<Check<'_>>> =
        rule.fields.iter().map(|field| field.tests.iter().map(|test| Check::new(&test.kind)).collect()).collect();
    let found: Vec<Found> = rule
        .fields
        .iter()
        .zip(&checks)
        .map(|(field, checks)| Found::new(&tree, checks, values.get(field.path).map_or(&[], Vec::as_slice)))
        .collect();
    let verdict = judge(pattern, &tree, &rule, &found)?;
    let text = pattern.text();
    let mut writer = Writer {
        near: Near::new(&tree),
        tree: &tree,
        rule: &rule,
        checks: &checks,
        found: &found,
        verdict: &verdict,
        pattern: Places::new(text),
        event: Places::new(tree.text()),
    };
    let parts = writer.parts(&rule.shape);
    let conflicts = writer.conflicts();
    Ok(Explanation { matched: verdict.matched, parts, conflicts, pattern: text.into(), event: tree.text().into() })
}

/// The leaves at each of the rule's paths.
fn values(tree: &Tree<'_>, rule: &Rule<'_>) -> Vec<Vec<NodeId>> {
    let trie = PathTrie::new(rule.paths.iter().map(String::as_str));
    let mut values = vec![Vec::new(); rule.paths.len()];
    // Each object or array that is open on the way, with the place in the trie that leads into it.
    let mut open = vec![(Tree::ROOT, PathTrie::ROOT)];
    while let Some((node, place)) = open.pop() {
        for child in tree.children(node) {
            let place = match tree.kind(node) {
                super::event::Kind::Object => trie.step(place, tree.key(child).as_bytes()),
                _ => Some(place),
            };
            let Some(place) = place else { continue };
            match tree.kind(child) {
                super::event::Kind::Leaf(_) => {
                    if let Some(values) = trie.path(place).and_then(|path| values.get_mut(path.index())) {
                        values.push(child);
                    }
                }
                _ => open.push((child, place)),
            }
        }
    }
    for values in &mut values {
        values.sort_unstable();
    }
    values
}

/// Finds out which combinations match, up to the first that does.
fn judge(pattern: &Pattern, tree: &Tree<'_>, rule: &Rule<'_>, found: &[Found]) -> Result<Verdict, EventError> {
    let combinations = rule.combinations();
    let mut verdict = Verdict {
        met: found.iter().map(|found| !found.passing.is_empty()).collect(),
        replaced: vec![true; found.len()],
        ..Verdict::default()
    };
    let mut steps = Steps(SEARCH_STEPS);
    let mut open = Vec::new();
    let mut too_hard = false;
    for combination in combinations {
        let candidates = candidates(&combination, found);
        let mut hopeful = true;
        for (index, candidate) in candidates.iter().enumerate() {
            if let Some(replaced) = verdict.replaced.get_mut(candidate.field) {
                *replaced = false;
            }
            let before = candidates.get(..index).unwrap_or_default();
            if arrays::is_hopeless(tree, before, *candidate, &mut steps) {
                hopeful = false;
            } else if let Some(met) = verdict.met.get_mut(candidate.field) {
                *met = true;
            }
        }
        if verdict.matched {
            continue;
        }
        if hopeful {
            match arrays::search(tree, &candidates, &mut steps) {
                Search::Choices(choices) => {
                    verdict.matched = true;
                    verdict.witness = combination.iter().copied().zip(choices).collect();
                }
                Search::Nothing => {}
                Search::TooHard => too_hard = true,
            }
        }
        open.push(combination);
    }
    if too_hard && !verdict.matched {
        // The engine knows a quicker way where every path has one route, and where it doesn't, this is its error.
        verdict.matched = pattern.matches(tree.text())?;
    }
    if !verdict.matched {
        verdict.conflicting = conflicting(tree, open, &verdict.met, found, &mut steps);
    }
    Ok(verdict)
}

/// Of the combinations with the fewest fields that aren't met, those that are. Nothing if in one of these combinations
/// they are met together: once the others are met too, it matches.
fn conflicting(
    tree: &Tree<'_>,
    mut open: Vec<Combination>,
    met: &[bool],
    found: &[Found],
    steps: &mut Steps,
) -> Vec<Combination> {
    let is_met = |field: &usize| met.get(*field).copied().unwrap_or(false);
    let unmet = |combination: &Combination| combination.iter().filter(|field| !is_met(field)).count();
    let fewest = open.iter().map(unmet).min().unwrap_or(0);
    open.retain(|combination| unmet(combination) == fewest);
    if fewest > 0 {
        open.iter_mut().for_each(|combination| combination.retain(is_met));
        open.dedup();
        // What is too hard to search is not told of.
        if open.iter().any(|one| arrays::search(tree, &candidates(one, found), steps) != Search::Nothing) {
            open.clear();
        }
    }
    open
}

fn candidates<'f>(combination: &Combination, found: &'f [Found]) -> Vec<Candidate<'f>> {
    let candidate = |field: &usize| found.get(*field).map(|found| Candidate { field: *field, found });
    combination.iter().filter_map(candidate).collect()
}

/// Writes down what was found.
struct Writer<'w, 'e, 'p> {
    near: Near<'w, 'e>,
    tree: &'w Tree<'e>,
    rule: &'w Rule<'p>,
    checks: &'w [Vec<Check<'p>>],
    found: &'w [Found],
    verdict: &'w Verdict,
    pattern: Places<'p>,
    event: Places<'e>,
}

impl Writer<'_, '_, '_> {
    /// Recursion is as deep as the pattern's objects, which the parser bounds.
    fn parts(&mut self, shape: &[Shape]) -> Vec<Part> {
        let part = |member: &Shape| match member {
            Shape::Field(index) => self.field(*index).map(Part::Field),
            Shape::Or { path, span, branch, alternatives } => {
                let alternatives: Vec<_> = alternatives
                    .iter()
                    .map(|(span, inside)| {
                        let parts = self.parts(inside);
                        let passed = parts.iter().all(|part| part.outcome() != Outcome::Failed);
                        let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
                        Alternative { place: self.pattern.of(span.range()), outcome, parts }
                    })
                    .collect();
                let passed = self.is_in_match(*branch) || alternatives.iter().any(|one| one.outcome == Outcome::Passed);
                let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
                Some(Part::Or(Or { path: path.clone(), place: self.pattern.of(span.range()), outcome, alternatives }))
            }
        };
        shape.iter().filter_map(part).collect()
    }

    /// Whether what is in an alternative, or in none, stands in the combination that matches.
    fn is_in_match(&self, branch: Option<usize>) -> bool {
        let matching = self.verdict.witness.iter().filter_map(|(index, _)| self.rule.fields.get(*index));
        self.verdict.matched && self.rule.is_around(branch, matching)
    }

    fn field(&mut self, index: usize) -> Option<Field> {
        let (field, found, checks) = (self.rule.fields.get(index)?, self.found.get(index)?, self.checks.get(index)?);
        let used = self.verdict.witness.iter().find(|(other, _)| *other == index);
        let met = used.is_some() || self.verdict.met.get(index).copied().unwrap_or(false);
        let outcome = match self.verdict.replaced.get(index) {
            Some(true) => Outcome::Replaced,
            _ if met => Outcome::Passed,
            // Another one has taken its place there.
            _ if self.is_in_match(field.branch) => Outcome::Replaced,
            _ => Outcome::Failed,
        };
        let failed = outcome == Outcome::Failed;
        let path = self.rule.path(field);
        let leaves: Vec<Leaf<'_>> = if failed {
            found.values.iter().take(VALUES_LISTED).filter_map(|node| Leaf::new(self.tree, *node)).collect()
        } else {
            Vec::new()
        };
        let mut nearest = None;
        let mut tests = Vec::with_capacity(field.tests.len());
        for ((test, check), passed) in field.tests.iter().zip(checks).zip(&found.passed) {
            let place = self.pattern.of(test.span.range());
            let mut miss = None;
            if failed && let Some(near) = self.near.test(path, &test.kind, check, &leaves) {
                let mut one = near.at(place.clone(), &self.event);
                if let (MissKind::Exists, None) = (one.kind, &one.hint) {
                    one.hint = self.element_of_later_field(index);
                }
                if nearest.as_ref().is_none_or(|best: &super::Miss| one.kind.rank() < best.kind.rank()) {
                    nearest = Some(one.clone());
                }
                miss = Some(one);
            }
            // A field may be met by absence, where other fields are met in other elements.
            let absent = matches!(test.kind, TestKind::Exists(false)) && used.is_some_and(|(_, value)| value.is_none());
            tests.push(Test { text: test_text(test), place, passed: *passed > 0 || absent, miss });
        }
        if failed {
            let subject = Subject { path, checks, tests: field.tests, values: found.values.len() };
            let settled = nearest.as_ref().is_some_and(|miss| miss.kind.is_near());
            if let Some(near) = self.near.path(&subject, settled) {
                let key = self.rule.key_span(field, near.path_offset);
                nearest = Some(near.at(self.pattern.of(key.range()), &self.event));
            }
        }
        let decisive = match used {
            Some((_, position)) => position.and_then(|position| found.passing_value(Some(position))),
            None if failed => None,
            None => found.passing_value(None),
        };
        Some(Field {
            path: path.to_owned(),
            place: self.pattern.of(field.span.range()),
            outcome,
            tests,
            values: found.values.iter().zip(&found.passes).map(|(node, passes)| self.value(*node, *passes)).collect(),
            values_total: found.values.len(),
            passing: decisive.map(|node| self.value(node, true)),
            miss: nearest,
        })
    }

    /// A hint where `exists: false` fails though another field is met in an element of an array that has no such value:
    /// the other one comes later in the order of paths, so that its element isn't chosen yet.
    fn element_of_later_field(&self, index: usize) -> Option<String> {
        let field = self.rule.fields.get(index)?;
        let seen = self.found.get(index)?.absent_unless.as_ref()?;
        let mut steps = CORE_STEPS;
        for (other, found) in self.rule.fields.iter().zip(self.found) {
            steps = steps.checked_sub(1)?;
            if self.rule.path(other) <= self.rule.path(field) || !self.rule.go_together(field, other) {
                continue;
            }
            for position in &found.passing {
                steps = steps.checked_sub(1 + seen.len() as u64)?;
                if seen.iter().all(|value| !self.tree.agree(*position, *value)) {
                    return Some(format!(
                        "every element counts, not just {}, where {} is met: `exists: false` keeps to the element of \
                         another field only if that one's path comes before its own, capitals before small letters",
                        quoted(&self.tree.location(*position)),
                        quoted(self.rule.path(other)),
                    ));
                }
            }
        }
        None
    }

    fn value(&self, node: NodeId, passes: bool) -> Value {
        let source = self.tree.source(node);
        let mut text: String = source.chars().take(TEXT_LISTED).collect();
        let cut = text.len() < source.len();
        if cut {
            text.push('…');
        }
        Value { location: self.tree.location(node), text, cut, place: self.event.of(self.tree.span(node)), passes }
    }

    /// Combinations that fail, too, since no elements of arrays fit all of their fields that are met.
    fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts: Vec<(Vec<usize>, Conflict)> = Vec::new();
        for combination in self.verdict.conflicting.iter().take(CONFLICTS_LISTED) {
            let core = arrays::core(self.tree, &candidates(combination, self.found), CORE_STEPS);
            let fields: Vec<_> = core.iter().map(|candidate| candidate.field).collect();
            if conflicts.iter().all(|(other, _)| *other != fields) {
                conflicts.push((fields, self.conflict(&core)));
            }
        }
        conflicts.into_iter().map(|(_, conflict)| conflict).collect()
    }

    fn conflict(&self, core: &[Candidate<'_>]) -> Conflict {
        let mut fields: Vec<(usize, &RuleField<'_>)> =
            core.iter().filter_map(|one| Some((one.field, self.rule.fields.get(one.field)?))).collect();
        fields.sort_unstable_by_key(|(index, _)| *index);
        Conflict {
            fields: fields.iter().map(|(_, field)| self.rule.path(field).to_owned()).collect(),
            places: fields.iter().map(|(_, field)| self.pattern.of(field.span.range())).collect(),
            arrays: self.conflict_arrays(core, &fields),
        }
    }

    /// The arrays in whose elements two or more of the fields have values, innermost ones where these lie in one.
    fn conflict_arrays(&self, core: &[Candidate<'_>], fields: &[(usize, &RuleField<'_>)]) -> Vec<ConflictArray> {
        let mut sights: Vec<(NodeId, NodeId, usize, bool)> = Vec::new();
        for candidate in core {
            let passing = candidate.found.passing.iter().map(|position| (*position, true));
            let seen = candidate.found.values.iter().map(|value| (self.tree.cell(*value), false));
            for (mut position, passes) in passing.chain(seen) {
                while position != Tree::ROOT {
                    let array = self.tree.parent(position);
                    sights.push((array, position, candidate.field, passes));
                    position = self.tree.cell(array);
                }
                if sights.len() > SIGHTS {
                    break;
                }
            }
        }
        sights.sort_unstable();
        sights.dedup();
        let mut arrays = Vec::new();
        for sights in sights.chunk_by(|one, other| one.0 == other.0) {
            let Some((array, ..)) = sights.first() else { continue };
            let mut here: Vec<usize> = sights.iter().map(|(_, _, field, _)| *field).collect();
            here.sort_unstable();
            here.dedup();
            let elements: Vec<_> = sights.chunk_by(|one, other| one.1 == other.1).collect();
            if here.len() < 2 || elements.len() < 2 || arrays.len() >= CONFLICTS_LISTED {
                continue;
            }
            let with_passing = |element: &&[(NodeId, NodeId, usize, bool)]| element.iter().any(|sight| sight.3);
            arrays.push(ConflictArray {
                location: self.tree.location(*array),
                place: self.event.of(self.tree.key_span(*array)),
                elements_total: self.tree.children(*array).count(),
                elements: elements
                    .iter()
                    .copied()
                    .filter(with_passing)
                    .take(ELEMENTS_LISTED)
                    .map(|element| self.element(core, element, fields))
                    .collect(),
            });
        }
        arrays
    }

    fn element(
        &self,
        core: &[Candidate<'_>],
        sights: &[(NodeId, NodeId, usize, bool)],
        fields: &[(usize, &RuleField<'_>)],
    ) -> Element {
        let node = sights.first().map_or(Tree::ROOT, |sight| sight.1);
        let (mut fits, mut misses) = (Vec::new(), Vec::new());
        for (index, field) in fields {
            let passes = sights.iter().any(|sight| sight.2 == *index && sight.3);
            let seen = sights.iter().any(|sight| sight.2 == *index);
            let absent = core.iter().any(|one| one.field == *index && one.found.absent_unless.is_some());
            let path = self.rule.path(field).to_owned();
            if passes || absent && !seen { fits.push(path) } else { misses.push(path) }
        }
        Element { index: self.tree.index(node), place: self.event.of(self.tree.span(node)), fits, misses }
    }
}

/// Places of values that are looked at to tell which elements fit which fields.
const SIGHTS: usize = 200_000;
