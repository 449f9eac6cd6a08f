//! Postings: every conjunction filed under what wakes it.

use super::blocks::Drafts;
use super::build::{Access, Plan, Renumbered};
use super::store::Store;
use crate::ids::{ConjunctionId, FieldId, RuleId, TestId};
use crate::matcher::engine::{BLOCK, Postings, SAME};

impl Plan {
    /// Files every conjunction under what wakes it: lists by access test, then by path, then the one of every event.
    pub(super) fn postings(
        &self,
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        renumbered: &Renumbered,
        drafts: &Drafts,
    ) -> Postings {
        let count = renumbered.access + store.paths().len() + 1;
        let blocks = BlockLists::new(store, drafts, renumbered, count);
        // Is the conjunction at a position the same as the one before, and in the same lists?
        let same = |position: usize| {
            let filed = |position: usize| {
                let ((_, id), access) = (conjunctions.get(position)?, self.access.get(position)?);
                (!drafts.is_in_root(position)).then(|| (*access, store.conjunction_fields(*id)))
            };
            position.checked_sub(1).and_then(filed).is_some_and(|before| Some(before) == filed(position))
        };
        let filed = || {
            let positions = (0..).zip(conjunctions.iter().zip(&self.access));
            positions.filter(|(position, _)| !drafts.is_in_root(*position))
        };
        // While the lists are filled, `starts[list + 1]` is where the next entry of a list goes. That is its end at last,
        // where the next list starts.
        let mut starts = vec![0_usize; count + 2];
        let mut count_words = |list: usize, words: usize| {
            if let Some(start) = starts.get_mut(list + 2) {
                *start += words;
            }
        };
        blocks.each(|list, _| count_words(list, 2));
        for (position, ((_, conjunction), access)) in filed() {
            let fields = store.conjunction_fields(*conjunction).len() - usize::from(access.passed().is_some());
            let words = if same(position) { 2 } else { 2 + fields };
            renumbered.lists(store, *access, |list| {
                if !blocks.is_block(list) {
                    count_words(list, words);
                }
            });
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut stream = vec![0_u32; total];
        let mut file = |list: usize, entry: &[u32]| {
            let Some(at) = starts.get_mut(list + 1) else { return };
            if let Some(room) = stream.get_mut(*at..*at + entry.len()) {
                room.copy_from_slice(entry);
            }
            *at += entry.len();
        };
        blocks.each(|list, block| file(list, &[BLOCK, block]));
        let (mut others, mut entry) = (Vec::new(), Vec::new());
        for (position, ((_, conjunction), access)) in filed() {
            entry.clear();
            entry.push(ConjunctionId::new(position).0);
            if same(position) {
                entry.push(SAME);
            } else {
                others.clear();
                let fields = store.conjunction_fields(*conjunction).iter().copied();
                others.extend(fields.filter(|field| Some(*field) != access.passed()));
                others.sort_by(|a, b| self.selectivity.of(*a).total_cmp(&self.selectivity.of(*b)));
                entry.push(FieldId::new(others.len()).0);
                entry.extend(others.iter().map(|field| renumbered.field(*field).0));
            }
            renumbered.lists(store, *access, |list| {
                if !blocks.is_block(list) {
                    file(list, &entry);
                }
            });
        }
        starts.truncate(count + 1);
        Postings::new(starts, stream, |id| conjunctions.get(id.index()).map(|(rule, _)| *rule))
    }
}

impl Renumbered {
    /// Calls `each` with the new number of each list of postings that a conjunction is filed in.
    fn lists(&self, store: &Store, access: Access, mut each: impl FnMut(usize)) {
        match access {
            Access::Tests(field) => store.field_tests(field).iter().for_each(|id| each(self.test(*id).index())),
            Access::Path(field) => each(self.access + store.field_path(field).index()),
            Access::Always => each(self.access + store.paths().len()),
        }
    }
}

/// Which lists of postings are blocks, by their new numbers.
struct BlockLists {
    is_block: Vec<bool>,
    /// Lists that begin with a block, each with its number.
    heads: Vec<(usize, u32)>,
}

impl BlockLists {
    /// Of `count` lists. The block of every event comes first in the list of every event.
    fn new(store: &Store, drafts: &Drafts, renumbered: &Renumbered, count: usize) -> Self {
        let mut lists = BlockLists { is_block: vec![false; count], heads: Vec::new() };
        let mut number = 0;
        if drafts.root.is_some() {
            lists.heads.push((count - 1, number));
            number += 1;
        }
        for (list, _) in &drafts.lists {
            let list = match list.checked_sub(store.tests().len()) {
                Some(after) => renumbered.access + after,
                None => renumbered.test(TestId::new(*list)).index(),
            };
            if let Some(is_block) = lists.is_block.get_mut(list) {
                *is_block = true;
            }
            lists.heads.push((list, number));
            number += 1;
        }
        lists
    }

    fn each(&self, mut each: impl FnMut(usize, u32)) {
        self.heads.iter().for_each(|(list, block)| each(*list, *block));
    }

    fn is_block(&self, list: usize) -> bool {
        self.is_block.get(list).is_some_and(|is| *is)
    }
}
