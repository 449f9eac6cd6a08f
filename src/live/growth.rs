//! What the one who adds rules to a tail knows of it, and readers don't.

use std::ops::Range;

use super::tail::{PathMap, Tail, Way, is_filed_by, trie_of};
use crate::Pattern;
use crate::compile::store::Store;
use crate::compile::test::{Kind, Test};
use crate::compile::{Small, normalise};
use crate::ids::{ConjunctionId, FieldId, PathId, TestId};
use crate::scan::trie::PathTrie;

/// A conjunction whose rule would be filed more often than this is filed under a path.
const MOST_COPIES: usize = 1 << 12;

/// The parts of a tail's rules, and how often each occurs.
#[derive(Default)]
pub(super) struct Growth {
    pub(super) store: Store,
    /// By row, the numbers of the conjunctions.
    pub(super) conjunctions: Vec<Range<u32>>,
    /// By test, how many rules have it: what many ask for is taken to be frequent.
    uses: Vec<u32>,
    /// The sizes of the rules.
    pub(super) size: usize,
    /// How many conjunctions are checked without anything having been looked up.
    pub(super) weak: usize,
}

impl Growth {
    /// Adds a rule to the tail; `known` numbers the paths that the segments know, in whose numbers the map is.
    ///
    /// There has to be room for it in the store. Linear in the rule; with a path that the segments don't know also linear
    /// in the tail's paths.
    pub(super) fn insert(
        &mut self,
        tail: &Tail,
        map: &PathMap,
        known: &PathTrie,
        pattern: &Pattern,
        size: usize,
        born: u64,
    ) {
        let conjunctions = normalise(pattern, &mut self.store);
        self.add_paths(tail, map, known);
        let row = tail.push(Small::new(&self.store, conjunctions.clone()), born);
        self.uses.resize(self.store.tests().len(), 0);
        let copies = MOST_COPIES / conjunctions.len().max(1);
        for (position, conjunction) in (0..).zip(conjunctions.clone()) {
            self.file(tail, row, position, ConjunctionId(conjunction), copies);
        }
        self.count(conjunctions.clone());
        self.conjunctions.push(conjunctions);
        self.size += size;
    }

    /// Tells the tail the paths that are new.
    fn add_paths(&mut self, tail: &Tail, map: &PathMap, known: &PathTrie) {
        let new = self.store.paths().get(tail.path_count()..).unwrap_or_default();
        if new.is_empty() {
            return;
        }
        let numbers: Vec<_> = new.iter().map(|path| number_of(known, path)).collect();
        if map.is_strange() || numbers.contains(&None) {
            tail.trie.store(Some(trie_of(self.store.paths())));
        }
        for number in numbers {
            tail.push_path();
            map.push(number);
        }
    }

    /// The map of the tail's paths to the numbers that a trie gives them. If it doesn't know them all, the tail is ready
    /// to be scanned for by itself.
    pub(super) fn map(&self, tail: &Tail, known: &PathTrie) -> PathMap {
        let map = PathMap::default();
        for path in self.store.paths() {
            map.push(number_of(known, path));
        }
        if map.is_strange() {
            tail.trie.store(Some(trie_of(self.store.paths())));
        }
        map
    }

    /// Files a conjunction under the tests of the field that the fewest others have.
    fn file(&mut self, tail: &Tail, row: u32, position: u32, id: ConjunctionId, copies: usize) {
        let fields = self.store.conjunction_fields(id);
        let best = fields.iter().filter_map(|field| Some((self.cost(*field, copies)?, *field))).min();
        match best {
            Some((_, field)) => {
                for test in self.store.field_tests(field).iter().filter_map(|id| self.store.tests().get(id.index())) {
                    tail.file(row, position, Way::Test(test.path, test.kind, test.key(self.store.keys())));
                }
            }
            None => {
                self.weak += 1;
                let present = fields.iter().find(|field| !self.tests(**field).any(|test| test.kind == Kind::Absent));
                tail.file(row, position, present.map_or(Way::Always, |field| Way::Path(self.store.field_path(*field))));
            }
        }
    }

    /// How many rules have the field's tests, if something can be filed under all of them.
    fn cost(&self, field: FieldId, copies: usize) -> Option<usize> {
        let tests = self.store.field_tests(field);
        let fit = |test: &Test| is_filed_by(test.kind, test.key(self.store.keys()));
        let uses = |id: &TestId| self.uses.get(id.index()).map_or(0, |uses| *uses as usize);
        (tests.len() <= copies && self.tests(field).all(fit)).then(|| tests.iter().map(uses).sum())
    }

    fn tests(&self, field: FieldId) -> impl Iterator<Item = &Test> {
        self.store.field_tests(field).iter().filter_map(|id| self.store.tests().get(id.index()))
    }

    /// Counts the tests of a rule.
    fn count(&mut self, conjunctions: Range<u32>) {
        let mut fields: Vec<FieldId> =
            conjunctions.flat_map(|id| self.store.conjunction_fields(ConjunctionId(id))).copied().collect();
        fields.sort_unstable();
        fields.dedup();
        for test in fields.iter().flat_map(|field| self.store.field_tests(*field)) {
            if let Some(uses) = self.uses.get_mut(test.index()) {
                *uses += 1;
            }
        }
    }
}

fn number_of(trie: &PathTrie, path: &str) -> Option<PathId> {
    trie.path(trie.step(PathTrie::ROOT, path.as_bytes())?)
}
