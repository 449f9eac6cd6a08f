//! The interned parts of a rule set: each distinct path, test and field once, however many rules share it.

use hashbrown::{DefaultHashBuilder, HashTable};
use smallvec::SmallVec;
use std::hash::{BuildHasher, Hash};

use super::test::{Kind, Test};
use crate::ids::{ConjunctionId, FieldId, PathId, TestId};

/// Ids by hash. The hashes are kept with them: to make them again whenever the table grows, each row and key would be
/// read.
#[derive(Clone, Debug)]
struct IdTable<Id>(HashTable<(u32, Id)>);

impl<Id> Default for IdTable<Id> {
    fn default() -> Self {
        IdTable(HashTable::new())
    }
}

impl<Id: Copy> IdTable<Id> {
    fn find(&self, hash: u32, same: impl Fn(Id) -> bool) -> Option<Id> {
        self.0.find(spread(hash), |(other, id)| *other == hash && same(*id)).map(|(_, id)| *id)
    }

    fn insert(&mut self, hash: u32, id: Id) {
        self.0.insert_unique(spread(hash), (hash, id), |(hash, _)| spread(*hash));
    }
}

/// As many bits as a table wants; it looks at both ends of them.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// Tables that only grow; a rule set that has forgotten many rules makes a new store.
///
/// INVARIANT: no table grows past [`Store::CAPACITY`] rows, so every id fits its `u32`; [`Store::has_room`] is asked
/// before a rule is interned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    hasher: DefaultHashBuilder,
    paths: Vec<Box<str>>,
    path_table: IdTable<PathId>,
    tests: Vec<Test>,
    test_table: IdTable<TestId>,
    keys: Vec<u8>,
    /// Where each field's tests begin; one more than there are fields.
    field_starts: Vec<u32>,
    field_tests: Vec<TestId>,
    /// By test, the field of just this test, or [`NO_FIELD`].
    single_fields: Vec<FieldId>,
    /// The fields of several tests.
    field_table: IdTable<FieldId>,
    conjunction_starts: Vec<u32>,
    conjunction_fields: Vec<FieldId>,
}

const NO_FIELD: FieldId = FieldId(u32::MAX);

impl Store {
    /// Rows of any table, and bytes of keys.
    pub(crate) const CAPACITY: usize = u32::MAX as usize - 1;

    /// Whether a rule fits whose text and what it comes to when it is written out have `bytes` bytes together.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.filled().saturating_add(Self::most_rows(bytes)) < Self::CAPACITY
    }

    /// The most that rules of so many bytes add to any table.
    ///
    /// No part of a rule takes more than 16 bytes of key for each byte of its text (a range of two one-digit numbers
    /// is 16), nor more rows than it has bytes.
    pub(crate) fn most_rows(bytes: usize) -> usize {
        bytes.saturating_mul(16)
    }

    /// Rows of the largest table, or bytes of keys.
    pub(crate) fn filled(&self) -> usize {
        let tables = [
            self.paths.len(),
            self.tests.len(),
            self.keys.len(),
            self.field_tests.len(),
            self.conjunction_starts.len(),
            self.conjunction_fields.len(),
        ];
        tables.into_iter().max().unwrap_or(0)
    }

    /// The id of a path: keys joined with `.`.
    pub(crate) fn path(&mut self, text: &str) -> PathId {
        let hash = self.hash(text);
        if let Some(id) = self.path_table.find(hash, |id| self.paths.get(id.index()).is_some_and(|p| **p == *text)) {
            return id;
        }
        let id = PathId::new(self.paths.len());
        self.paths.push(text.into());
        self.path_table.insert(hash, id);
        id
    }

    /// The id of a test.
    pub(crate) fn test(&mut self, path: PathId, kind: Kind, key: &[u8]) -> TestId {
        let hash = self.hash((path, kind, key));
        let same = |id: TestId| {
            self.tests
                .get(id.index())
                .is_some_and(|test| test.path == path && test.kind == kind && test.key(&self.keys) == key)
        };
        if let Some(id) = self.test_table.find(hash, same) {
            return id;
        }
        let id = TestId::new(self.tests.len());
        let [start, length] = [self.keys.len(), key.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        self.keys.extend_from_slice(key);
        self.tests.push(Test { path, start, length, kind });
        self.single_fields.push(NO_FIELD);
        self.test_table.insert(hash, id);
        id
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of the bits are enough for so many ids")]
    fn hash(&self, part: impl Hash) -> u32 {
        self.hasher.hash_one(part) as u32
    }

    /// The id of a field, given its tests (all of one path, at least one); sorts them and drops repetitions.
    pub(crate) fn field(&mut self, tests: &mut SmallVec<[TestId; 8]>) -> FieldId {
        tests.sort_unstable();
        tests.dedup();
        let tests = tests.as_slice();
        if let [test] = tests {
            let known = self.single_fields.get(test.index()).copied().unwrap_or(NO_FIELD);
            if known != NO_FIELD {
                return known;
            }
            let id = self.add_field(tests);
            if let Some(field) = self.single_fields.get_mut(test.index()) {
                *field = id;
            }
            return id;
        }
        let hash = self.hash(tests);
        if let Some(id) = self.field_table.find(hash, |id| self.field_tests(id) == tests) {
            return id;
        }
        let id = self.add_field(tests);
        self.field_table.insert(hash, id);
        id
    }

    fn add_field(&mut self, tests: &[TestId]) -> FieldId {
        if self.field_starts.is_empty() {
            self.field_starts.push(0);
        }
        self.field_tests.extend_from_slice(tests);
        self.field_starts.push(u32::try_from(self.field_tests.len()).unwrap_or(u32::MAX));
        FieldId::new(self.field_starts.len() - 2)
    }

    /// Adds a conjunction of fields, which are in ascending order of path.
    pub(crate) fn conjunction(&mut self, fields: impl Iterator<Item = FieldId>) {
        if self.conjunction_starts.is_empty() {
            self.conjunction_starts.push(0);
        }
        self.conjunction_fields.extend(fields);
        self.conjunction_starts.push(u32::try_from(self.conjunction_fields.len()).unwrap_or(u32::MAX));
    }

    /// How many conjunctions there are; the number of the next one.
    pub(crate) fn conjunction_count(&self) -> u32 {
        ConjunctionId::new(self.conjunction_starts.len().saturating_sub(1)).0
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
