//! Wildcards: which of many match a value.
//!
//! A value that matches a wildcard holds each of its literal segments. One of them is chosen as the wildcard's literal,
//! and a value is searched for all literals at once; wildcards whose literal was found are then verified. The ones that
//! share a literal may share more, so where they are many they are verified together, as a trie of segments. No
//! automaton of the wildcards themselves: those multiply.

mod filter;
mod grams;
mod segments;
mod trie;

use self::filter::Filter;
use self::segments::Segments;
use self::trie::{Trie, TrieScratch};
use crate::compile::test::Test;
use crate::ids::TestId;

/// Up to this many wildcards are tried one by one, without a search for literals.
const FEW: usize = 3;

/// From this many wildcards with one literal on, they are verified as a trie.
const ALIKE: usize = 4;

/// The wildcards of one path.
#[derive(Debug)]
pub(crate) struct Wildcards {
    filter: Filter,
    /// By literal: its wildcards.
    groups: Vec<Group>,
    /// The wildcards that are tried one by one, by group.
    tests: Vec<TestId>,
    trie: Trie,
}

/// Wildcards with the same literal.
#[derive(Clone, Copy, Debug)]
enum Group {
    /// Some of [`Wildcards::tests`], to be tried one by one.
    Single(u32, u32),
    /// Some of the nodes of the trie.
    Alike(u32, u32),
}

/// Working memory of one look-up at a time.
#[derive(Debug, Default)]
pub(crate) struct WildcardScratch {
    seen: Seen,
    trie: TrieScratch,
}

/// Which literals a value has shown; kept from value to value.
#[derive(Debug, Default)]
struct Seen {
    epoch: u32,
    marks: Vec<u32>,
}

impl Wildcards {
    pub(crate) fn new(tests: &[TestId], test: impl Fn(TestId) -> Test, keys: &[u8]) -> Self {
        let segments = Segments::new(tests.iter().map(|id| (test(*id).key(keys), *id)));
        let mut by_literal = segments.by_literal();
        if tests.len() <= FEW {
            by_literal.iter_mut().for_each(|(literal, _)| *literal = &[]);
        }
        let mut literals = Vec::new();
        let mut wildcards =
            Wildcards { filter: Filter::default(), groups: Vec::new(), tests: Vec::new(), trie: Trie::default() };
        let mut trie = trie::Builder::new(&segments);
        for same in by_literal.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((literal, _)) = same.first() else { continue };
            literals.push(*literal);
            let group = if same.len() < ALIKE {
                let start = number(wildcards.tests.len());
                wildcards.tests.extend(same.iter().map(|(_, wildcard)| segments.test(*wildcard)));
                Group::Single(start, number(wildcards.tests.len()))
            } else {
                let (start, end) = trie.add(same.iter().map(|(_, wildcard)| *wildcard));
                Group::Alike(start, end)
            };
            wildcards.groups.push(group);
        }
        wildcards.filter = Filter::new(&literals);
        wildcards.trie = trie.finish();
        wildcards
    }

    /// Calls `found` with every wildcard that matches, once each; `matches` tries one.
    pub(crate) fn matching(
        &self,
        value: &[u8],
        scratch: &mut WildcardScratch,
        matches: impl Fn(TestId) -> bool,
        mut found: impl FnMut(TestId),
    ) {
        let WildcardScratch { seen, trie } = scratch;
        seen.next_value(self.groups.len());
        trie.next_value(&self.trie);
        self.filter.candidates(value, seen, |literal| match self.groups.get(literal) {
            Some(Group::Single(start, end)) => {
                for id in self.tests.get(*start as usize..*end as usize).unwrap_or_default() {
                    if matches(*id) {
                        found(*id);
                    }
                }
            }
            Some(Group::Alike(start, end)) => self.trie.matching(*start, *end, value, trie, &mut found),
            None => {}
        });
    }
}

impl WildcardScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.seen.marks.capacity() * size_of::<u32>() + self.trie.memory()
    }
}

impl Seen {
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

    #[inline]
    fn is_new(&mut self, literal: usize) -> bool {
        match self.marks.get_mut(literal) {
            Some(mark) => std::mem::replace(mark, self.epoch) != self.epoch,
            None => true,
        }
    }
}

/// A position in a table. Keys take less than 4 GiB, and no table here has more rows than they have bytes.
fn number(index: usize) -> u32 {
    TestId::new(index).0
}

#[cfg(test)]
mod tests;
