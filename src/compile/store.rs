//! The interned parts of a rule set: each distinct path, test and field once, however many rules share it.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::test::{Kind, Test};
use crate::ids::{ConjunctionId, FieldId, PathId, TestId};

/// Tables that only grow; a rule set that has forgotten many rules makes a new store.
///
/// INVARIANT: no table grows past [`Store::CAPACITY`] rows, so every id fits its `u32`; [`Store::has_room`] is asked
/// before a rule is interned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    hasher: DefaultHashBuilder,
    paths: Vec<Box<str>>,
    path_table: HashTable<PathId>,
    tests: Vec<Test>,
    test_table: HashTable<TestId>,
    keys: Vec<u8>,
    /// Where each field's tests begin; one more than there are fields.
    field_starts: Vec<u32>,
    field_tests: Vec<TestId>,
    field_table: HashTable<FieldId>,
    conjunction_starts: Vec<u32>,
    conjunction_fields: Vec<FieldId>,
}

impl Store {
    /// Rows of any table, and bytes of keys.
    const CAPACITY: usize = u32::MAX as usize - 1;

    /// Whether a rule fits whose text and what it comes to when it is written out have `bytes` bytes together.
    ///
    /// No part of a rule takes more than 16 bytes of key for each byte of its text (a range of two one-digit numbers
    /// is 16), nor more rows than it has bytes.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let tables = [
            self.paths.len(),
            self.tests.len(),
            self.keys.len(),
            self.field_tests.len(),
            self.conjunction_starts.len(),
            self.conjunction_fields.len(),
        ];
        let most = tables.into_iter().max().unwrap_or(0);
        most.saturating_add(bytes.saturating_mul(16)) < Self::CAPACITY
    }

    /// The id of a path: keys joined with `.`.
    pub(crate) fn path(&mut self, text: &str) -> PathId {
        let hash = self.hasher.hash_one(text);
        if let Some(id) = self.path_table.find(hash, |id| self.paths.get(id.index()).is_some_and(|p| **p == *text)) {
            return *id;
        }
        let id = PathId::new(self.paths.len());
        self.paths.push(text.into());
        let (hasher, paths) = (&self.hasher, &self.paths);
        self.path_table.insert_unique(hash, id, |id| hasher.hash_one(paths.get(id.index()).map_or("", |p| p)));
        id
    }

    /// The id of a test.
    pub(crate) fn test(&mut self, path: PathId, kind: Kind, key: &[u8]) -> TestId {
        let hash = self.hasher.hash_one((path, kind, key));
        let same = |id: &TestId| {
            self.tests
                .get(id.index())
                .is_some_and(|test| test.path == path && test.kind == kind && test.key(&self.keys) == key)
        };
        if let Some(id) = self.test_table.find(hash, same) {
            return *id;
        }
        let id = TestId::new(self.tests.len());
        let [start, length] = [self.keys.len(), key.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        self.keys.extend_from_slice(key);
        self.tests.push(Test { path, start, length, kind });
        let (hasher, tests, keys) = (&self.hasher, &self.tests, &self.keys);
        self.test_table.insert_unique(hash, id, |id| match tests.get(id.index()) {
            Some(test) => hasher.hash_one((test.path, test.kind, test.key(keys))),
            None => 0,
        });
        id
    }

    /// The id of a field, given its tests (all of one path); sorts them and drops repetitions.
    pub(crate) fn field(&mut self, tests: &mut Vec<TestId>) -> FieldId {
        tests.sort_unstable();
        tests.dedup();
        let hash = self.hasher.hash_one(tests.as_slice());
        if let Some(id) = self.field_table.find(hash, |id| self.field_tests(*id) == tests.as_slice()) {
            return *id;
        }
        if self.field_starts.is_empty() {
            self.field_starts.push(0);
        }
        let id = FieldId::new(self.field_starts.len() - 1);
        self.field_tests.extend_from_slice(tests);
        self.field_starts.push(u32::try_from(self.field_tests.len()).unwrap_or(u32::MAX));
        let mut table = std::mem::take(&mut self.field_table);
        table.insert_unique(hash, id, |id| self.hasher.hash_one(self.field_tests(*id)));
        self.field_table = table;
        id
    }

    /// Adds a conjunction of fields, which are in ascending order of path.
    pub(crate) fn conjunction(&mut self, fields: impl Iterator<Item = FieldId>) -> ConjunctionId {
        if self.conjunction_starts.is_empty() {
            self.conjunction_starts.push(0);
        }
        self.conjunction_fields.extend(fields);
        self.conjunction_starts.push(u32::try_from(self.conjunction_fields.len()).unwrap_or(u32::MAX));
        ConjunctionId::new(self.conjunction_starts.len() - 2)
    }

    /// The paths, by id.
    pub(crate) fn paths(&self) -> &[Box<str>] {
        &self.paths
    }

    /// The tests, by id.
    pub(crate) fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// The bytes that the tests' keys are parts of.
    pub(crate) fn keys(&self) -> &[u8] {
        &self.keys
    }

    /// How many fields there are.
    pub(crate) fn field_count(&self) -> usize {
        self.field_starts.len().saturating_sub(1)
    }

    /// The tests of a field, ascending.
    pub(crate) fn field_tests(&self, id: FieldId) -> &[TestId] {
        slice(&self.field_starts, &self.field_tests, id.index())
    }

    /// The path of a field.
    pub(crate) fn field_path(&self, id: FieldId) -> PathId {
        let first = self.field_tests(id).first().and_then(|id| self.tests.get(id.index()));
        first.map_or(PathId(0), |test| test.path)
    }

    /// The fields of a conjunction, in ascending order of path.
    pub(crate) fn conjunction_fields(&self, id: ConjunctionId) -> &[FieldId] {
        slice(&self.conjunction_starts, &self.conjunction_fields, id.index())
    }
}

/// Row `index` of a table whose rows lie end to end.
#[inline]
pub(crate) fn slice<'t, T>(starts: &[u32], rows: &'t [T], index: usize) -> &'t [T] {
    match starts.get(index..) {
        Some([start, end, ..]) => rows.get(*start as usize..*end as usize).unwrap_or_default(),
        _ => &[],
    }
}
