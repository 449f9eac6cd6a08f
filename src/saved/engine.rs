//! The engine in a file: what is written, and what has to be true of it to be matched with.

use std::io::{self, Write};

use super::LoadError;
use super::block::{read_block, write_block};
use super::decode::{Decoder, Rows};
use super::encode::Encoder;
use super::postings::{Uses, read_postings};
use super::table::{check_lists, read_tests, write_tests};
use crate::compile::store::slice;
use crate::compile::table::{TestList, TestTable};
use crate::ids::{FieldId, PathId, RuleId, TestId};
use crate::index::Index;
use crate::matcher::block::Blocks;
use crate::matcher::deaths::Deaths;
use crate::matcher::engine::{Engine, FieldRow};
use crate::scan::trie::PathTrie;

pub(super) fn write<W: Write>(to: &mut Encoder<W>, engine: &Engine) -> io::Result<()> {
    let Engine { blocks, postings, .. } = engine;
    let paths = engine.trie.texts(engine.paths);
    to.u32s(paths.iter().map(|path| number(path.len())))?;
    to.bytes(paths.concat().as_bytes())?;
    write_tests(to, &engine.tests)?;
    to.rows(engine.fields.iter().map(|FieldRow { list, path, excludes, absent }| {
        [list.start, list.looked_up, list.length, path.0, u32::from(*excludes), u32::from(*absent)]
    }))?;
    to.u32s(engine.conjunction_starts.iter().copied())?;
    to.u32s(engine.conjunction_fields.iter().map(|id| id.0))?;
    to.u32s(engine.conjunction_rules.iter().map(|id| id.0))?;
    let columned = &blocks.columned;
    to.u32s([number(engine.shared), number(engine.access), columned.start, columned.end].into_iter())?;
    to.u64s(postings.starts.iter().map(|start| *start as u64))?;
    to.u32s(postings.stream.iter().copied())?;
    blocks.blocks.iter().try_for_each(|block| write_block(to, block))
}

/// A number of rows: no table here has 2^32.
pub(super) fn number(rows: usize) -> u32 {
    TestId::new(rows).0
}

/// Reads an engine of so many rules.
pub(super) fn read(from: &mut Decoder<'_>, rules: usize) -> Result<Engine, LoadError> {
    let paths = read_paths(from)?;
    let tests = read_tests(from, paths.len())?;
    let fields = read_fields(&from.rows()?, &tests, paths.len())?;
    let (conjunction_starts, conjunction_fields) = read_conjunctions(from, &fields, &paths)?;
    let conjunction_rules = from.u32s()?;
    conjunction_rules.count(conjunction_starts.len() - 1, "rules of conjunctions")?;
    conjunction_rules.below(rules, "a rule")?;

    let numbers = from.u32s()?;
    // INVARIANT: tests that wake something come first, then those that only have columns; both can be looked up.
    // And shared fields are fields, as there is memory for each.
    let (shared, access, columned) = match *numbers.values {
        [shared, access, start, end]
            if shared as usize <= fields.len() && start <= access && access <= end && end as usize <= tests.len() =>
        {
            (shared, access as usize, start..end)
        }
        _ => {
            let (fields, tests) = (fields.len(), tests.len());
            let expected =
                format!("how many of {fields} fields are shared, {tests} tests wake, and which have columns");
            return Err(numbers.error(0, expected));
        }
    };
    if tests.rows.iter().take(columned.end as usize).any(|test| !test.kind.is_indexed()) {
        return Err(numbers.error(3, "tests that can be looked up"));
    }
    let conjunction_rules: Vec<RuleId> = conjunction_rules.values.into_iter().map(RuleId).collect();
    let mut uses = Uses::new(fields.len(), shared, conjunction_rules.len());
    let (postings, blocks) = read_postings(from, access + paths.len() + 1, &conjunction_rules, &mut uses)?;
    let blocks = (0..blocks).map(|_| read_block(from, paths.len(), &columned, &mut uses)).collect::<Result<_, _>>()?;

    let members = tests.members(&fields, columned.end as usize);
    let indexed = (0..columned.end).map(TestId);
    Ok(Engine {
        trie: PathTrie::new(paths.iter().copied()),
        index: Index::new(&tests, paths.len(), indexed, members.iter().copied()),
        shared: shared as usize,
        blocks: Blocks { blocks, waking: tests.waking_paths(access, paths.len()), columned },
        tests,
        fields,
        conjunction_starts,
        conjunction_fields: conjunction_fields.into_iter().map(FieldId).collect(),
        conjunction_rules,
        access,
        postings,
        paths: paths.len(),
        rules,
        deaths: Deaths::default(),
    })
}

fn read_paths<'f>(from: &mut Decoder<'f>) -> Result<Vec<&'f str>, LoadError> {
    let lengths = from.u32s()?;
    let mut rest = from.bytes()?;
    let mut paths = Vec::with_capacity(lengths.values.len());
    for (index, length) in lengths.values.iter().enumerate() {
        let path = rest.split_at_checked(*length as usize);
        let Some((path, others)) = path.and_then(|(path, others)| Some((str::from_utf8(path).ok()?, others))) else {
            return Err(lengths.error(index, "the length of a path in UTF-8"));
        };
        paths.push(path);
        rest = others;
    }
    match rest {
        [] => Ok(paths),
        _ => Err(LoadError::malformed(from.at() - rest.len(), "the end of the paths")),
    }
}

fn read_fields(rows: &Rows<6>, tests: &TestTable, paths: usize) -> Result<Vec<FieldRow>, LoadError> {
    rows.check(format_args!("a field at one of {paths} paths"), |[.., path, excludes, absent]| {
        (*path as usize) < paths && *excludes < 2 && *absent < 2
    })?;
    let field = |[start, looked_up, length, path, excludes, absent]: [u32; 6]| FieldRow {
        list: TestList { start, looked_up, length },
        path: PathId(path),
        excludes: excludes == 1,
        absent: absent == 1,
    };
    let fields: Vec<FieldRow> = rows.values.iter().copied().map(field).collect();
    check_lists(rows.at, tests, &fields)?;
    Ok(fields)
}

/// Where the fields of each conjunction begin, and the fields.
fn read_conjunctions(
    from: &mut Decoder<'_>,
    fields: &[FieldRow],
    paths: &[&str],
) -> Result<(Vec<u32>, Vec<u32>), LoadError> {
    let starts = from.u32s()?;
    let ids = from.u32s()?;
    ids.below(fields.len(), "a field")?;
    starts.starts(starts.values.len().saturating_sub(1), ids.values.len())?;
    // INVARIANT: the fields of a conjunction have distinct paths, in ascending order: the array check takes memory for
    // each of their leaves.
    let mut order: Vec<(&str, usize)> = paths.iter().copied().zip(0..).collect();
    order.sort_unstable();
    if order.windows(2).any(|two| matches!(two, [(a, _), (b, _)] if a == b)) {
        return Err(starts.error(0, "fields of distinct paths"));
    }
    let mut ranks = vec![0_usize; paths.len()];
    for (rank, (_, path)) in order.into_iter().enumerate() {
        if let Some(to) = ranks.get_mut(path) {
            *to = rank;
        }
    }
    let rank = |field: &u32| fields.get(*field as usize).and_then(|field| ranks.get(field.path.index()));
    for (row, start) in starts.values.iter().enumerate() {
        let fields = slice(&starts.values, &ids.values, row);
        if !fields.windows(2).all(|two| matches!(two, [a, b] if rank(a) < rank(b))) {
            return Err(ids.error(*start as usize, "fields in ascending order of path"));
        }
    }
    Ok((starts.values, ids.values))
}
