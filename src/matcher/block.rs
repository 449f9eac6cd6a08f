//! Blocks: conjunctions that are checked 64 at a time.
//!
//! Each conjunction of a block is a bit, and for each path there is a column of bits for every test that a value at it
//! may pass: set for the conjunctions that this value does not rule out. The columns of an event's values are
//! intersected, and only the conjunctions that are left are looked at one by one. A block is a filter: what it has no
//! columns for is checked as it is elsewhere.

use std::ops::Range;

use super::arrays::TooHard;
use super::engine::{Engine, EngineScratch, Wanted};
use super::leaves::Leaves;
use crate::compile::store::slice;
use crate::ids::{ConjunctionId, FieldId, PathId, TestId};

/// So many words of each column are intersected before the next ones: few enough to stay in the fastest cache.
const CHUNK: usize = 64;

/// Marks a column that is united with the next one before they are intersected with the others.
pub(crate) const UNITED: u32 = 1 << 31;

/// All blocks of an engine.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) blocks: Vec<Block>,
    /// Tests with columns: these numbers, all of them in the index.
    pub(crate) columned: Range<u32>,
    /// By path, whether some test of it wakes something; values at other paths are looked up when a block asks.
    pub(crate) waking: Vec<bool>,
}

impl Blocks {
    /// Whether a value at a path can wake something.
    #[inline]
    pub(super) fn wakes(&self, path: PathId) -> bool {
        self.waking.get(path.index()).is_some_and(|wakes| *wakes)
    }
}

/// Conjunctions and the columns that tell most of them apart.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// How long a column is.
    pub(crate) words: usize,
    /// Most selective first.
    pub(crate) paths: Vec<BlockPath>,
    /// The tests that have columns, ascending for each path.
    pub(crate) tests: Vec<TestId>,
    /// Fields that many conjunctions share and that no value can be looked up for, with the column of the conjunctions
    /// that don't have them.
    pub(crate) fields: Vec<(FieldId, u32)>,
    /// The columns, end to end. Bits past the last conjunction are not set.
    pub(crate) columns: Vec<u64>,
    /// Where the entry of each conjunction begins; one more than there are conjunctions.
    pub(crate) starts: Vec<u32>,
    /// Of each conjunction its number, then the fields that have no column.
    pub(crate) entries: Vec<u32>,
}

/// The columns of a block that are about one path: without a leaf, with a leaf that passes no test that has a column,
/// then one for each of its tests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockPath {
    pub(crate) path: PathId,
    /// The first column.
    pub(crate) column: u32,
    /// Its part of the tests.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Working memory of blocks.
#[derive(Debug, Default)]
pub(crate) struct BlockScratch {
    /// By path.
    known: Vec<Passed>,
    passed: Vec<TestId>,
    /// The columns to intersect.
    columns: Vec<u32>,
    left: Vec<u64>,
}

/// Which tests with columns the values at a path pass: a part of [`BlockScratch::passed`], about one event.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    epoch: u32,
    start: u32,
    end: u32,
}

impl BlockScratch {
    /// Prepares for an engine of other sizes than the last.
    pub(crate) fn reset(&mut self, engine: &Engine) {
        self.known.clear();
        if !engine.blocks.blocks.is_empty() {
            self.known.resize(engine.paths, Passed::default());
            self.left.resize(CHUNK, 0);
        }
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let BlockScratch { known, passed, columns, left } = self;
        known.capacity() * size_of::<Passed>()
            + (passed.capacity() + columns.capacity()) * size_of::<u32>()
            + left.capacity() * size_of::<u64>()
    }

    /// Forgets the last event; `renumbered` if events are numbered anew.
    #[inline]
    pub(crate) fn next_event(&mut self, renumbered: bool) {
        self.passed.clear();
        if renumbered {
            self.known.fill(Passed::default());
        }
    }

    /// Begins to note what the values at a path pass.
    #[inline]
    pub(crate) fn begin(&mut self) -> usize {
        self.passed.len()
    }

    /// Notes that a value passes a test.
    #[inline]
    pub(crate) fn pass(&mut self, test: TestId) {
        self.passed.push(test);
    }

    /// Notes that all is known of a path that was begun at `start`.
    #[inline]
    pub(crate) fn end(&mut self, path: PathId, epoch: u32, start: usize) {
        let [start, end] = [start, self.passed.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        if let Some(known) = self.known.get_mut(path.index()) {
            *known = Passed { epoch, start, end };
        }
    }
}

impl Engine {
    /// Checks the conjunctions of a block.
    #[inline(never)]
    pub(super) fn check_block(
        &self,
        number: u32,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        wanted: Wanted,
    ) -> Result<(), TooHard> {
        let Some(block) = self.blocks.blocks.get(number as usize) else { return Ok(()) };
        let mut columns = std::mem::take(&mut scratch.blocks.columns);
        let mut left = std::mem::take(&mut scratch.blocks.left);
        columns.clear();
        for path in &block.paths {
            self.choose_columns(block, *path, leaves, scratch, &mut columns);
        }
        let mut result = Ok(());
        let mut start = 0;
        while start < block.words && result.is_ok() && (wanted == Wanted::All || scratch.found().is_empty()) {
            let length = CHUNK.min(block.words - start);
            if let Some(left) = left.get_mut(..length)
                && block.intersect(&columns, start, left)
                && self.fields_leave_some(block, start, left, leaves, scratch)
            {
                result = self.check_left(block, start, left, leaves, scratch, wanted);
            }
            start += length;
        }
        scratch.blocks.columns = columns;
        scratch.blocks.left = left;
        result
    }

    /// The columns that the values at a path leave.
    #[inline]
    fn choose_columns(
        &self,
        block: &Block,
        path: BlockPath,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        columns: &mut Vec<u32>,
    ) {
        if leaves.count(path.path) == 0 {
            columns.push(path.column);
            return;
        }
        let known = self.passed(path.path, leaves, scratch);
        let passed = scratch.blocks.passed.get(known.start as usize..known.end as usize).unwrap_or_default();
        let tests = block.tests.get(path.start as usize..path.end as usize).unwrap_or_default();
        let before = columns.len();
        for test in passed {
            if let Some(at) = position(tests, *test) {
                columns.push((path.column + 2 + at) | UNITED);
            }
        }
        // The columns of tests contain the one of any leaf.
        if columns.len() == before {
            columns.push((path.column + 1) | UNITED);
        }
        if leaves.may_be_left_out(path.path) {
            columns.push(path.column | UNITED);
        }
        if let Some(last) = columns.last_mut() {
            *last &= !UNITED;
        }
    }

    /// What the values at a path pass, looked up once an event.
    #[inline]
    fn passed(&self, path: PathId, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) -> Passed {
        let known = scratch.blocks.known.get(path.index()).copied().unwrap_or_default();
        if known.epoch == scratch.epoch { known } else { self.look_up_passed(path, leaves, scratch) }
    }

    fn look_up_passed(&self, path: PathId, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) -> Passed {
        let EngineScratch { epoch, index, blocks, .. } = scratch;
        leaves.prepare(path);
        let start = blocks.begin();
        for (value, _) in leaves.values(path) {
            self.index.lookup(path, value, &self.tests, index, |test| {
                if self.blocks.columned.contains(&test.0) {
                    blocks.pass(test);
                }
            });
        }
        blocks.end(path, *epoch, start);
        blocks.known.get(path.index()).copied().unwrap_or_default()
    }

    /// Takes out the conjunctions with a shared field that doesn't hold; says whether any are left.
    #[inline]
    fn fields_leave_some(
        &self,
        block: &Block,
        start: usize,
        left: &mut [u64],
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
    ) -> bool {
        block.fields.iter().all(|(field, column)| {
            self.holds(*field, leaves, scratch) || intersect(left, block.column(*column, start)) != 0
        })
    }

    /// Checks what the columns have left, one by one.
    fn check_left(
        &self,
        block: &Block,
        start: usize,
        left: &[u64],
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        wanted: Wanted,
    ) -> Result<(), TooHard> {
        for (word, bits) in (start..).zip(left) {
            let mut bits = *bits;
            while bits != 0 {
                let entry = slice(&block.starts, &block.entries, word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
                let Some((conjunction, fields)) = entry.split_first() else { continue };
                let conjunction = ConjunctionId(*conjunction);
                if scratch.is_first_try(conjunction)
                    && fields.iter().all(|field| self.holds(FieldId(*field), leaves, scratch))
                {
                    self.accept(conjunction, leaves, scratch)?;
                    if wanted == Wanted::Any && !scratch.found().is_empty() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

impl Block {
    /// The part of a column that begins at `start`.
    #[inline]
    fn column(&self, column: u32, start: usize) -> &[u64] {
        self.columns.get(column as usize * self.words + start..).unwrap_or_default()
    }

    /// Writes into `left` the part from `start` of the columns' intersection; says whether any bit is set.
    #[inline]
    fn intersect(&self, columns: &[u32], start: usize, left: &mut [u64]) -> bool {
        left.fill(!0);
        if start + left.len() == self.words
            && let Some(last) = left.last_mut()
        {
            *last >>= (self.words * 64).saturating_sub(self.starts.len() - 1);
        }
        let mut united = [0; CHUNK];
        let mut next = columns;
        while let [column, rest @ ..] = next {
            next = rest;
            let any = match rest {
                [other, rest @ ..] if column & UNITED != 0 && other & UNITED == 0 => {
                    next = rest;
                    intersect_either(left, self.column(column & !UNITED, start), self.column(*other, start))
                }
                _ if column & UNITED != 0 => {
                    next = self.unite(columns_from(columns, rest), start, &mut united);
                    intersect(left, &united)
                }
                _ => intersect(left, self.column(*column, start)),
            };
            if any == 0 {
                return false;
            }
        }
        true
    }

    /// Unites columns up to the first that is not marked; returns the ones after it.
    #[cold]
    fn unite<'c>(&self, columns: &'c [u32], start: usize, united: &mut [u64; CHUNK]) -> &'c [u32] {
        united.fill(0);
        for (at, column) in columns.iter().enumerate() {
            for (to, from) in united.iter_mut().zip(self.column(column & !UNITED, start)) {
                *to |= from;
            }
            if column & UNITED == 0 {
                return columns.get(at + 1..).unwrap_or_default();
            }
        }
        &[]
    }
}

/// The columns from the one before `rest`, which is the end of them.
#[inline]
fn columns_from<'c>(columns: &'c [u32], rest: &[u32]) -> &'c [u32] {
    columns.get(columns.len() - rest.len() - 1..).unwrap_or_default()
}

#[inline]
fn intersect(left: &mut [u64], column: &[u64]) -> u64 {
    left.iter_mut().zip(column).fold(0, |any, (left, bits)| {
        *left &= bits;
        any | *left
    })
}

#[inline]
fn intersect_either(left: &mut [u64], one: &[u64], other: &[u64]) -> u64 {
    left.iter_mut().zip(one.iter().zip(other)).fold(0, |any, (left, (one, other))| {
        *left &= one | other;
        any | *left
    })
}

/// Where a test is among tests in ascending order.
///
/// Tests of one path are numbered in a row, of which a block has most or few. Where it has most of them, the place is at
/// or shortly before the test's distance from the first; a binary search took half of the time of small blocks.
#[inline]
fn position(tests: &[TestId], test: TestId) -> Option<u32> {
    let distance = test.0.checked_sub(tests.first()?.0)?;
    let mut at = (distance as usize).min(tests.len() - 1);
    for _ in 0..8 {
        let other = *tests.get(at)?;
        if other <= test {
            return if other == test { u32::try_from(at).ok() } else { None };
        }
        at = at.checked_sub(1)?;
    }
    tests.binary_search(&test).ok().and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        let dense: Vec<TestId> = (0..60).filter(|n| n % 7 != 3).map(|n| TestId(n + 10)).collect();
        let sparse: Vec<TestId> = (0..60).map(|n| TestId(n * n + 10)).collect();
        for tests in [dense, sparse, Vec::new()] {
            for test in (0..4_000).map(TestId) {
                let expected = tests.iter().zip(0..).find(|(other, _)| **other == test).map(|(_, at)| at);
                assert_eq!(position(&tests, test), expected, "{test:?}");
            }
        }
    }
}
