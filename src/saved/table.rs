//! Tests, and the lists of them.

use std::io::{self, Write};

use super::LoadError;
use super::decode::Decoder;
use super::encode::Encoder;
use crate::compile::table::TestTable;
use crate::compile::test::{Kind, Test};
use crate::ids::{PathId, TestId};
use crate::matcher::engine::FieldRow;
use crate::value::glob;

pub(super) fn write_tests<W: Write>(to: &mut Encoder<W>, tests: &TestTable) -> io::Result<()> {
    to.u32s(tests.rows.iter().map(|test| test.path.0))?;
    to.u32s(tests.rows.iter().map(|test| test.kind as u32))?;
    to.u32s(tests.rows.iter().map(|test| test.length))?;
    to.bytes(&tests.keys)?;
    to.u32s(tests.lists.iter().map(|id| id.0))
}

pub(super) fn read_tests(from: &mut Decoder<'_>, paths: usize) -> Result<TestTable, LoadError> {
    let of_tests = from.u32s()?;
    of_tests.below(paths, "a path")?;
    let kinds = from.u32s()?;
    kinds.count(of_tests.values.len(), "kinds of tests")?;
    let lengths = from.u32s()?;
    lengths.count(of_tests.values.len(), "lengths of keys")?;
    let keys = from.bytes()?;
    let mut rows = Vec::with_capacity(of_tests.values.len());
    let mut start = 0_u32;
    // INVARIANT: keys lie end to end, so that all of them together are as long as the file has bytes of them.
    for (index, ((path, kind), length)) in of_tests.values.iter().zip(&kinds.values).zip(&lengths.values).enumerate() {
        let Some(kind) = u8::try_from(*kind).ok().and_then(Kind::of_number) else {
            return Err(kinds.error(index, format!("a kind of tests, found {kind}")));
        };
        let test = Test { path: PathId(*path), start, length: *length, kind };
        let end = start.checked_add(*length).filter(|end| *end as usize <= keys.len());
        start = match end {
            Some(end) if is_key(kind, test.key(keys)) => end,
            _ => return Err(lengths.error(index, "the length of a key of the test's kind")),
        };
        rows.push(test);
    }
    if start as usize != keys.len() {
        return Err(LoadError::malformed(from.at() - keys.len() + start as usize, "the end of the keys"));
    }
    let lists = from.u32s()?;
    lists.below(rows.len(), "a test")?;
    let lists = lists.values.into_iter().map(TestId).collect();
    Ok(TestTable { rows, keys: keys.to_vec(), lists })
}

/// Whether a test of a kind can have a key.
fn is_key(kind: Kind, key: &[u8]) -> bool {
    match kind {
        Kind::String | Kind::Spelling | Kind::Prefix | Kind::Suffix => true,
        Kind::EqualsIgnoreCase | Kind::PrefixIgnoreCase | Kind::SuffixIgnoreCase => str::from_utf8(key).is_ok(),
        Kind::Number => key.len() == 8,
        Kind::Range => key.len() == 16,
        Kind::Cidr4 => matches!(key, [_, _, _, _, ..=32]),
        Kind::Cidr6 => key.len() == 17 && key.last().is_some_and(|bits| *bits <= 128),
        Kind::Wildcard => glob::is_key(key),
        Kind::AnythingBut => key.len() == 12,
        Kind::False | Kind::True | Kind::Null | Kind::AnyString | Kind::Exists | Kind::Absent => key.is_empty(),
    }
}

/// An error unless the lists of fields and of `anything-but` tests are what they should be. `at` is where the fields are.
pub(super) fn check_lists(at: usize, tests: &TestTable, fields: &[FieldRow]) -> Result<(), LoadError> {
    let error = |expected: &str| Err(LoadError::malformed(at, expected));
    // INVARIANT: lists don't overlap more than they can in all, so that going through each takes no longer than going
    // through the file.
    let mut left = tests.lists.len();
    for (number, list) in tests.all_lists(fields).enumerate() {
        let (start, length) = (list.start as usize, list.length as usize);
        let ids = start.checked_add(length).and_then(|end| tests.lists.get(start..end));
        let (Some(ids), Some(rest)) = (ids, left.checked_sub(length)) else {
            return error("fields and tests whose lists don't overlap");
        };
        left = rest;
        if list.looked_up > list.length {
            return error("fields and tests with no more to look up than their lists have");
        }
        // INVARIANT: a list has a test twice at most: strings and numbers ascend, and so do the others behind them.
        if ids.windows(2).filter(|two| matches!(two, [a, b] if a >= b)).count() > 1 {
            return error("fields and tests whose lists ascend in two runs");
        }
        // INVARIANT: what is excluded excludes nothing itself, so that trying a test recurses once.
        let is_excluding = |id: &TestId| tests.row(*id).kind == Kind::AnythingBut;
        if number >= fields.len() && ids.iter().any(is_excluding) {
            return error("tests that exclude tests which don't");
        }
    }
    Ok(())
}
