//! Blocks.

use std::io::{self, Write};
use std::ops::Range;

use super::LoadError;
use super::decode::Decoder;
use super::encode::Encoder;
use super::postings::Uses;
use crate::compile::store::slice;
use crate::ids::{FieldId, PathId, TestId};
use crate::matcher::block::{Block, BlockPath, UNITED};

/// Columns are numbered as they come, so their numbers aren't written.
pub(super) fn write_block<W: Write>(to: &mut Encoder<W>, block: &Block) -> io::Result<()> {
    to.rows(block.paths.iter().map(|path| [path.path.0, path.end - path.start]))?;
    to.u32s(block.tests.iter().map(|id| id.0))?;
    to.u32s(block.fields.iter().map(|(field, _)| field.0))?;
    to.u32s(block.starts.iter().copied())?;
    to.u32s(block.entries.iter().copied())?;
    to.u64s(block.columns.iter().copied())
}

pub(super) fn read_block(
    from: &mut Decoder<'_>,
    all_paths: usize,
    columned: &Range<u32>,
    uses: &mut Uses,
) -> Result<Block, LoadError> {
    let rows = from.rows()?;
    let tests = from.u32s()?;
    tests.check("a test with columns", |id| columned.contains(id))?;
    let fields = from.u32s()?;
    if !uses.are_distinct(&fields.values) {
        return Err(fields.error(0, "distinct fields"));
    }
    let starts = from.u32s()?;
    let entries = from.u32s()?;
    let members = starts.values.len().saturating_sub(1);
    starts.starts(members, entries.values.len())?;
    let mut least = 0;
    for member in 0..members {
        match slice(&starts.values, &entries.values, member) {
            [conjunction, fields @ ..] if *conjunction >= least && uses.are_right(*conjunction, fields) => {
                least = conjunction + 1;
            }
            _ => return Err(starts.error(0, "a conjunction after the one before, and its fields")),
        }
    }
    let columns = from.u64s()?;
    let Some(paths) = number_columns(&rows.values, all_paths, tests.values.len()) else {
        return Err(rows.error(0, "distinct paths, and how many of the block's tests each has"));
    };
    // INVARIANT: every number of a column is below that of columns, and that of columns below the mark.
    let own = paths.last().map_or(0, |path| path.column + 2 + (path.end - path.start));
    let count = own as usize + fields.values.len();
    let words = members.div_ceil(64);
    if count >= UNITED as usize || count.checked_mul(words) != Some(columns.values.len()) {
        return Err(columns.error(0, format!("{count} columns of {words} words, found {}", columns.values.len())));
    }
    Ok(Block {
        words,
        paths,
        tests: tests.values.into_iter().map(TestId).collect(),
        fields: fields.values.into_iter().map(FieldId).zip(own..).collect(),
        columns: columns.values,
        starts: starts.values,
        entries: entries.values,
    })
}

/// The paths, each with how many tests have columns there, and so which columns are its. `None` if a path is not below
/// `all`, or occurs twice, or there are not `tests` tests in all.
fn number_columns(rows: &[[u32; 2]], all: usize, tests: usize) -> Option<Vec<BlockPath>> {
    let mut distinct: Vec<u32> = rows.iter().map(|[path, _]| *path).collect();
    distinct.sort_unstable();
    let is_right = distinct.is_sorted_by(|a, b| a < b) && distinct.last().is_none_or(|path| (*path as usize) < all);
    let (mut paths, mut column, mut start) = (Vec::with_capacity(rows.len()), 0_u32, 0_u32);
    for [path, count] in rows {
        let end = start.checked_add(*count)?;
        paths.push(BlockPath { path: PathId(*path), column, start, end });
        column = column.checked_add(*count)?.checked_add(2)?;
        start = end;
    }
    (is_right && start as usize == tests).then_some(paths)
}
