//! The columns of a block.

use super::build::Renumbered;
use super::draft::Draft;
use super::selectivity::Selectivity;
use super::store::Store;
use super::test::Kind;
use crate::ids::{ConjunctionId, FieldId, PathId, RuleId, TestId};
use crate::matcher::block::{Block, BlockPath};

impl Draft {
    /// Builds the block.
    pub(super) fn build(
        &self,
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        selectivity: &Selectivity,
        renumbered: &Renumbered,
    ) -> Block {
        let words = self.members.len().div_ceil(64);
        let mut block = Block { words, ..Block::default() };
        let mut paths: Vec<(PathId, usize)> = Vec::new();
        for (path, tests) in &self.paths {
            let start = TestId::new(block.tests.len()).0;
            let mut tests: Vec<TestId> = tests.iter().map(|id| renumbered.test(*id)).collect();
            tests.sort_unstable();
            block.tests.extend(tests);
            let end = TestId::new(block.tests.len()).0;
            let column = TestId::new(block.columns.len() / words.max(1)).0;
            let count = 2 + (end - start) as usize;
            block.columns.resize(block.columns.len() + count * words, 0);
            paths.push((*path, block.paths.len()));
            block.paths.push(BlockPath { path: *path, column, start, end });
        }
        paths.sort_unstable();
        let first_field = block.columns.len() / words.max(1);
        for (number, field) in self.fields.iter().enumerate() {
            block.fields.push((renumbered.field(*field), TestId::new(first_field + number).0));
        }
        block.columns.resize(block.columns.len() + self.fields.len() * words, 0);
        let mut own: Vec<(FieldId, u32)> =
            self.fields.iter().copied().zip(block.fields.iter().map(|(_, column)| *column)).collect();
        own.sort_unstable();
        block.starts.push(0);
        for (member, (position, passed)) in self.members.iter().enumerate() {
            let Some((_, conjunction)) = conjunctions.get(*position as usize) else { continue };
            let fields = || store.conjunction_fields(*conjunction).iter().filter(|field| Some(**field) != *passed);
            let mut others = Vec::new();
            for field in fields() {
                if self.covered.binary_search(field).is_ok() {
                    let path = store.field_path(*field);
                    let at = paths.binary_search_by_key(&path, |(path, _)| *path).ok().and_then(|at| paths.get(at));
                    if let Some((_, at)) = at {
                        mark(&mut block, *at, member, store, *field, renumbered);
                    }
                } else if let Ok(at) = own.binary_search_by_key(field, |(field, _)| *field) {
                    if let Some((_, column)) = own.get(at) {
                        set(&mut block.columns, *column as usize * words, member);
                    }
                } else {
                    others.push(*field);
                }
            }
            others.sort_by(|a, b| selectivity.of(*a).total_cmp(&selectivity.of(*b)));
            block.entries.push(ConjunctionId::new(*position as usize).0);
            block.entries.extend(others.iter().map(|field| renumbered.field(*field).0));
            block.starts.push(FieldId::new(block.entries.len()).0);
        }
        finish(&mut block, first_field, self.members.len());
        block
    }
}

fn set(columns: &mut [u64], column: usize, member: usize) {
    if let Some(word) = columns.get_mut(column + member / 64) {
        *word |= 1 << (member % 64);
    }
}

/// Notes which columns of a path a conjunction's field is met by. Until [`finish`], the bits of the first two columns
/// say: it has a field that isn't met by absence, or by any leaf.
fn mark(block: &mut Block, at: usize, member: usize, store: &Store, field: FieldId, renumbered: &Renumbered) {
    let Some(BlockPath { column, start, end, .. }) = block.paths.get(at).copied() else { return };
    let words = block.words;
    let first = column as usize * words;
    let (mut absent, mut present) = (false, false);
    for id in store.field_tests(field) {
        match store.tests().get(id.index()).map(|test| test.kind) {
            Some(Kind::Absent) => absent = true,
            Some(Kind::Exists) => present = true,
            _ => {
                let tests = block.tests.get(start as usize..end as usize).unwrap_or_default();
                if let Ok(test) = tests.binary_search(&renumbered.test(*id)) {
                    set(&mut block.columns, first + (2 + test) * words, member);
                }
            }
        }
    }
    if !absent {
        set(&mut block.columns, first, member);
    }
    if !present {
        set(&mut block.columns, first + words, member);
    }
}

/// Turns the columns that say which conjunctions have a field into ones of those that don't, and adds those that any
/// leaf leaves to the columns of tests.
fn finish(block: &mut Block, first_field: usize, members: usize) {
    let words = block.words;
    let flip = |column: &mut [u64]| {
        for word in column.iter_mut() {
            *word = !*word;
        }
        if let Some(last) = column.last_mut() {
            *last &= !0 >> (words * 64 - members);
        }
    };
    let (paths, fields) = block.columns.split_at_mut_checked(first_field * words).unwrap_or_default();
    fields.chunks_exact_mut(words.max(1)).for_each(flip);
    for path in &block.paths {
        let first = path.column as usize * words;
        let last = first + (2 + (path.end - path.start) as usize) * words;
        let columns = paths.get_mut(first..last).unwrap_or_default();
        let (base, tests) = columns.split_at_mut_checked(2 * words).unwrap_or_default();
        base.chunks_exact_mut(words.max(1)).for_each(flip);
        let present = base.get(words..).unwrap_or_default();
        for column in tests.chunks_exact_mut(words.max(1)) {
            column.iter_mut().zip(present).for_each(|(to, from)| *to |= from);
        }
    }
    block.paths.shrink_to_fit();
    block.tests.shrink_to_fit();
    block.starts.shrink_to_fit();
    block.entries.shrink_to_fit();
}
