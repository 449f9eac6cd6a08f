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
use self::trie::{TrieScratch, Tries};
use crate::compile::test::Test;
use crate::ids::TestId;

/// Up to this many wildcards are tried one by one, without a search for literals.
const FEW: usize = 3;

/// From this many wildcards with one literal on, they are verified as a trie.
const ALIKE: usize = 4;

/// The wildcards of one path.
#[derive(Debug, Default)]
pub(crate) struct Wildcards {
    filter: Filter,
    /// By literal: its wildcards. None if the wildcards are few.
    groups: Vec<Group>,
    /// The wildcards that are tried one by one, by group.
    tests: Vec<TestId>,
    tries: Tries,
}

/// Wildcards with the same literal.
#[derive(Clone, Copy, Debug)]
enum Group {
    /// Only one, as is usual.
    One(TestId),
    /// A few: some of [`Wildcards::tests`], to be tried one by one.
    Unlike(u32, u32),
    /// A trie of [`Wildcards::tries`].
    Alike(u32),
}

/// Working memory of one look-up at a time.
#[derive(Debug, Default)]
pub(crate) struct WildcardScratch {
    seen: Seen,
    tries: TrieScratch,
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
        if tests.len() <= FEW {
            return Wildcards { tests: tests.to_vec(), ..Wildcards::default() };
        }
        let (mut literals, mut groups, mut singles) = (Vec::new(), Vec::new(), Vec::new());
        let mut tries = trie::Builder::new(&segments);
        for same in segments.by_literal().chunk_by(|(a, _), (b, _)| a == b) {
            let Some((literal, _)) = same.first() else { continue };
            literals.push(segments.text(*literal));
            let wildcards = same.iter().map(|(_, wildcard)| *wildcard);
            groups.push(if let [(_, wildcard)] = same {
                Group::One(segments.test(*wildcard))
            } else if same.len() < ALIKE {
                let start = number(singles.len());
                singles.extend(wildcards.map(|wildcard| segments.test(wildcard)));
                Group::Unlike(start, number(singles.len()))
            } else {
                Group::Alike(tries.add(*literal, wildcards))
            });
        }
        Wildcards { filter: Filter::new(&literals), groups, tests: singles, tries: tries.finish() }
    }

    /// Calls `found` with every wildcard that matches, once each; `matches` tries one.
    #[inline(never)]
    pub(crate) fn matching(
        &self,
        value: &[u8],
        scratch: &mut WildcardScratch,
        matches: impl Fn(TestId) -> bool,
        found: impl FnMut(TestId),
    ) {
        if self.groups.is_empty() {
            return self.tests.iter().copied().filter(|id| matches(*id)).for_each(found);
        }
        self.search(value, scratch, matches, found);
    }

    /// Kept out of the way of the few.
    #[inline(never)]
    fn search(
        &self,
        value: &[u8],
        scratch: &mut WildcardScratch,
        matches: impl Fn(TestId) -> bool,
        mut found: impl FnMut(TestId),
    ) {
        let WildcardScratch { seen, tries } = scratch;
        seen.next_value(self.groups.len());
        tries.next_value(&self.tries);
        self.filter.candidates(value, seen, |literal| {
            let unlike = match self.groups.get(literal) {
                Some(Group::One(id)) => std::slice::from_ref(id),
                Some(Group::Unlike(start, end)) => self.tests.get(*start as usize..*end as usize).unwrap_or_default(),
                Some(Group::Alike(trie)) => return self.tries.matching(*trie, value, tries, &mut found),
                None => &[],
            };
            unlike.iter().copied().filter(|id| matches(*id)).for_each(&mut found);
        });
    }
}

impl WildcardScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.seen.marks.capacity() * size_of::<u32>() + self.tries.memory()
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
