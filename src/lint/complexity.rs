//! How complex a field's wildcards are to EventBridge: an estimate.
//!
//! The engine behind EventBridge publishes how it measures that (event-ruler, `MachineComplexityEvaluator`): the number
//! of beginnings of wildcards that one value can match at once, for the value that matches most. A beginning is a
//! wildcard cut off behind any character or star. The measure there is taken on an automaton that a rule's other tests
//! share; here it is taken on the wildcards of a field alone.

use std::collections::{HashSet, VecDeque};

use crate::pattern::ast::{AnythingBut, Test, TestKind};
use crate::pattern::wildcard_segments;

/// Sets of beginnings that are looked at, at most: values are tried in order of length, and the first ones show most.
const MAX_SETS: usize = 2_000;
/// Beginnings that are followed, at most; of longer wildcards the rest is left out.
const MAX_BEGINNINGS: usize = 1_000;

/// A character or star of a wildcard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Byte(u8),
    Star,
    /// Where a wildcard starts: nothing leads from before it to after it.
    Start,
}

/// The most beginnings that some value matches, as far as was looked; more than `enough` is as good as `enough + 1`.
pub(super) fn estimate(tests: &[Test], enough: usize) -> usize {
    let parts = parts(tests);
    if parts.is_empty() {
        return 0;
    }
    let mut bytes: Vec<Option<u8>> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Byte(byte) => Some(Some(*byte)),
            _ => None,
        })
        .collect();
    bytes.sort_unstable();
    bytes.dedup();
    // A byte that no wildcard has.
    bytes.push(None);

    // A set holds the places of parts up to which a value matches.
    let starts = (0..parts.len()).filter(|at| parts.get(*at) == Some(&Part::Start)).collect();
    let first = with_stars(starts, &parts);
    let mut seen = HashSet::from([first.clone()]);
    let mut queue = VecDeque::from([first]);
    let mut most = 0;
    while let Some(set) = queue.pop_front() {
        for byte in &bytes {
            let next = with_stars(step(&set, *byte, &parts), &parts);
            most = most.max(next.len());
            if most > enough {
                return enough + 1;
            }
            if !next.is_empty() && seen.len() < MAX_SETS && seen.insert(next.clone()) {
                queue.push_back(next);
            }
        }
    }
    most
}

/// The parts of all wildcards, one after the other.
fn parts(tests: &[Test]) -> Vec<Part> {
    let texts = tests.iter().flat_map(|test| match &test.kind {
        TestKind::Wildcard(text) => std::slice::from_ref(text),
        TestKind::AnythingBut(AnythingBut::Wildcard(texts)) => texts.values(),
        _ => &[],
    });
    let mut parts = Vec::new();
    for text in texts {
        parts.push(Part::Start);
        for (index, segment) in wildcard_segments(text).into_iter().enumerate() {
            if index > 0 {
                parts.push(Part::Star);
            }
            parts.extend(segment.into_iter().map(Part::Byte));
        }
        if parts.len() > MAX_BEGINNINGS {
            break;
        }
    }
    parts.truncate(MAX_BEGINNINGS);
    parts
}

/// A star matches nothing, too: what is matched up to before it is matched up to behind it.
fn with_stars(mut set: Vec<usize>, parts: &[Part]) -> Vec<usize> {
    let stars: Vec<_> = set.iter().map(|at| at + 1).filter(|at| parts.get(*at) == Some(&Part::Star)).collect();
    set.extend(stars);
    set.sort_unstable();
    set.dedup();
    set
}

/// What is matched after one more byte.
fn step(set: &[usize], byte: Option<u8>, parts: &[Part]) -> Vec<usize> {
    let mut next = Vec::new();
    for at in set {
        if parts.get(*at) == Some(&Part::Star) {
            next.push(*at);
        }
        match (parts.get(at + 1), byte) {
            (Some(Part::Byte(expected)), Some(byte)) if *expected == byte => next.push(at + 1),
            _ => {}
        }
    }
    next
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::estimate;
    use crate::pattern::Pattern;
    use crate::pattern::ast::Member;

    fn of(wildcards: &[&str]) -> usize {
        let tests: Vec<_> = wildcards.iter().map(|text| format!("{{\"wildcard\": \"{text}\"}}")).collect();
        let pattern: Pattern = format!("{{\"a\": [{}]}}", tests.join(",")).parse().unwrap();
        match pattern.root.members.first() {
            Some(Member::Field { tests, .. }) => estimate(tests, 1_000),
            _ => panic!("no field"),
        }
    }

    #[test]
    fn beginnings_of_the_worst_value() {
        assert_eq!(of(&["abc"]), 1);
        assert_eq!(of(&["*"]), 1);
        // `a` matches `a` and `a*`.
        assert_eq!(of(&["a*b"]), 2);
        // `a` matches `*`, `*a` and `*a*`.
        assert_eq!(of(&["*a*"]), 3);
        assert_eq!(of(&["*aaa*"]), 5);
        assert_eq!(of(&["*a*", "*b*"]), 5);
        assert_eq!(of(&["a*", "b*"]), 2);
    }
}
