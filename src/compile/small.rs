//! One rule by itself, compiled to be checked test by test: there is no index, and it takes a microsecond.

use smallvec::SmallVec;
use std::ops::Range;

use super::store::{Store, slice};
use super::table::{FieldTests, TestList, TestTable, list_key};
use super::test::{Kind, Test};
use crate::ids::{ConjunctionId, FieldId, TestId};
use crate::matcher::engine::FieldRow;

/// The conjunctions of one rule. Their tests are all in one table, and none of them is in an index.
#[derive(Debug)]
pub(crate) struct Small {
    pub(crate) tests: TestTable,
    fields: Box<[FieldRow]>,
    /// The positions in `fields` of each conjunction's fields, end to end, and where each conjunction's begin.
    conjunctions: Box<[u32]>,
    starts: Box<[u32]>,
}

impl Small {
    /// Compiles some conjunctions of a store. Linear in their size.
    pub(crate) fn new(store: &Store, conjunctions: Range<u32>) -> Self {
        let conjunctions = || conjunctions.clone().map(|id| store.conjunction_fields(ConjunctionId(id)));
        let mut ids: SmallVec<[FieldId; 8]> = conjunctions().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut tests = TestTable::default();
        let fields = ids.iter().map(|id| field(store, *id, &mut tests)).collect();
        let mut starts = vec![0];
        let mut numbers = Vec::new();
        for conjunction in conjunctions() {
            numbers.extend(conjunction.iter().filter_map(|id| ids.binary_search(id).ok()).map(|at| FieldId::new(at).0));
            starts.push(FieldId::new(numbers.len()).0);
        }
        Small { tests, fields, conjunctions: numbers.into(), starts: starts.into() }
    }

    /// The fields of a conjunction, by its position, in ascending order of path.
    #[inline]
    pub(crate) fn fields(&self, conjunction: u32) -> impl Iterator<Item = &FieldRow> + Clone {
        let numbers = slice(&self.starts, &self.conjunctions, conjunction as usize);
        numbers.iter().filter_map(|number| self.fields.get(*number as usize))
    }
}

fn field(store: &Store, id: FieldId, tests: &mut TestTable) -> FieldRow {
    let FieldTests { ids, excludes, absent } = FieldTests::of(store, id);
    FieldRow { list: list(store, &ids, tests), path: store.field_path(id), excludes, absent }
}

/// Adds tests and the list of them.
fn list(store: &Store, ids: &[TestId], tests: &mut TestTable) -> TestList {
    let new: SmallVec<[TestId; 8]> = ids.iter().filter_map(|id| add(store, *id, tests)).collect();
    let start = TestId::new(tests.lists.len()).0;
    tests.lists.extend_from_slice(&new);
    TestList { start, looked_up: 0, length: TestId::new(new.len()).0 }
}

fn add(store: &Store, id: TestId, tests: &mut TestTable) -> Option<TestId> {
    let test = store.tests().get(id.index())?;
    let key = test.key(store.keys());
    let start = if test.kind == Kind::AnythingBut {
        // What is excluded are tests that exclude nothing themselves.
        let excluded: SmallVec<[TestId; 8]> = test.excluded(store.keys()).collect();
        let key = list_key(list(store, &excluded, tests));
        extend(&mut tests.keys, &key)
    } else {
        extend(&mut tests.keys, key)
    };
    tests.rows.push(Test { start, length: TestId::new(tests.keys.len()).0 - start, ..*test });
    Some(TestId::new(tests.rows.len() - 1))
}

fn extend(keys: &mut Vec<u8>, key: &[u8]) -> u32 {
    let start = TestId::new(keys.len()).0;
    keys.extend_from_slice(key);
    start
}
