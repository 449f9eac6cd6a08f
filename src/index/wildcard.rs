//! Wildcards: which of many match a value.
//!
//! A value that matches a wildcard holds its longest literal segment, so an Aho-Corasick automaton of those segments
//! finds the candidates, and each is verified once. No automaton of the wildcards themselves: those multiply.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};

use crate::compile::test::Test;
use crate::ids::TestId;
use crate::value::glob;

/// Up to this many wildcards are tried one by one.
const FEW: usize = 3;

/// Up to this many bytes of literals, the automaton may be of the fastest and largest kind.
const SMALL: usize = 4 << 10;

/// The wildcards of one path.
#[derive(Debug)]
pub(crate) struct Wildcards {
    /// The automaton of the literals, unless the wildcards are few.
    automaton: Option<AhoCorasick>,
    /// The wildcards by literal; all under one where there is no automaton.
    starts: Vec<u32>,
    tests: Vec<TestId>,
}

/// Which literals a value has shown; kept from value to value.
#[derive(Debug, Default)]
pub(crate) struct SeenLiterals {
    epoch: u32,
    marks: Vec<u32>,
}

impl Wildcards {
    pub(crate) fn new(tests: &[TestId], test: impl Fn(TestId) -> Test, keys: &[u8]) -> Self {
        let mut literals: Vec<(&[u8], TestId)> =
            tests.iter().map(|id| (longest_segment(test(*id).key(keys)), *id)).collect();
        literals.sort_unstable();
        let (mut distinct, mut starts) = (Vec::new(), vec![0]);
        let mut end = 0;
        for same in literals.chunk_by(|(a, _), (b, _)| a == b) {
            distinct.extend(same.first().map(|(literal, _)| *literal));
            end += same.len();
            starts.push(TestId::new(end).0);
        }
        // Literals that are too much for an automaton (billions of states) leave the wildcards to be tried one by one.
        let bytes: usize = distinct.iter().map(|literal: &&[u8]| literal.len()).sum();
        // A table of all transitions is fast, and takes about 1 KiB for each byte of literals.
        let kind = (bytes > SMALL).then_some(AhoCorasickKind::ContiguousNFA);
        let build = || AhoCorasick::builder().kind(kind).build(distinct).ok();
        let automaton = if tests.len() > FEW { build() } else { None };
        if automaton.is_none() {
            starts = vec![0, TestId::new(end).0];
        }
        Wildcards { automaton, starts, tests: literals.iter().map(|(_, id)| *id).collect() }
    }

    /// Calls `found` with every wildcard that matches.
    pub(crate) fn matching(
        &self,
        value: &[u8],
        seen: &mut SeenLiterals,
        matches: impl Fn(TestId) -> bool,
        mut found: impl FnMut(TestId),
    ) {
        let mut verify = |literal: usize| {
            for id in crate::compile::store::slice(&self.starts, &self.tests, literal) {
                if matches(*id) {
                    found(*id);
                }
            }
        };
        let Some(automaton) = &self.automaton else { return verify(0) };
        let mut left = self.starts.len() - 1;
        seen.next_value(left);
        let (input, mut state) = (Input::new(value), OverlappingState::start());
        // INVARIANT: the automaton is of the standard kind, which overlapping searches need, so there is no error.
        while automaton.try_find_overlapping(input.clone(), &mut state).is_ok() {
            let Some(hit) = state.get_match() else { return };
            if seen.is_new(hit.pattern().as_usize()) {
                verify(hit.pattern().as_usize());
                left -= 1;
                if left == 0 {
                    return;
                }
            }
        }
    }
}

impl SeenLiterals {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.marks.capacity() * size_of::<u32>()
    }

    fn next_value(&mut self, literals: usize) {
        if self.marks.len() < literals {
            self.marks.resize(literals, 0);
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.marks.fill(0);
            self.epoch = 1;
        }
    }

    fn is_new(&mut self, literal: usize) -> bool {
        match self.marks.get_mut(literal) {
            Some(mark) => std::mem::replace(mark, self.epoch) != self.epoch,
            None => true,
        }
    }
}

fn longest_segment(key: &[u8]) -> &[u8] {
    glob::Segments::of(key).max_by_key(|segment| segment.len()).unwrap_or_default()
}
