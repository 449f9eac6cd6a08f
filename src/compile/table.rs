//! The tests of a compiled rule set, and what it takes for a value to pass one.

use smallvec::SmallVec;

use super::store::Store;
use super::test::{Kind, Test, block_key, read_u64};
use crate::event::visitor::LeafKind;
use crate::ids::{FieldId, TestId};
use crate::index::Index;
use crate::matcher::engine::FieldRow;
use crate::matcher::leaves::Value;
use crate::value::address::{self, Address};
use crate::value::{glob, letter_case};

/// Tests by id, with their keys, and the lists of tests of which one must pass (or, for `anything-but`, none).
#[derive(Debug, Default)]
pub(crate) struct TestTable {
    pub(crate) rows: Vec<Test>,
    pub(crate) keys: Vec<u8>,
    pub(crate) lists: Vec<TestId>,
}

/// A part of [`TestTable::lists`].
///
/// Its first `looked_up` tests are strings and numbers in ascending order of id, which are all in the index; the others
/// are tried one by one. Only long lists have such a part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TestList {
    pub(crate) start: u32,
    pub(crate) looked_up: u32,
    pub(crate) length: u32,
}

/// What a field asks of its leaves.
pub(super) struct FieldTests {
    /// The tests of which one must pass, or none, if the field `excludes`.
    pub(super) ids: SmallVec<[TestId; 8]>,
    pub(super) excludes: bool,
    /// Whether no leaf will do.
    pub(super) absent: bool,
}

impl FieldTests {
    /// Those of a field. One that asks for nothing but an `anything-but` has the tests which that excludes.
    pub(super) fn of(store: &Store, field: FieldId) -> Self {
        let row = |id: &TestId| store.tests().get(id.index());
        let all = store.field_tests(field).iter().filter_map(|id| Some((*id, row(id)?)));
        let (absences, of_leaves): (SmallVec<[_; 8]>, SmallVec<[_; 8]>) =
            all.partition(|(_, test)| test.kind == Kind::Absent);
        let absent = !absences.is_empty();
        match of_leaves.as_slice() {
            [(_, test)] if test.kind == Kind::AnythingBut => {
                FieldTests { ids: test.excluded(store.keys()).collect(), excludes: true, absent }
            }
            _ => FieldTests { ids: of_leaves.iter().map(|(id, _)| *id).collect(), excludes: false, absent },
        }
    }
}

impl TestTable {
    /// The tests of a store as they are there, lists aside.
    pub(super) fn of_store(store: &Store) -> Self {
        TestTable { rows: store.tests().to_vec(), keys: store.keys().to_vec(), lists: Vec::new() }
    }

    /// The lists: of fields, and of `anything-but` tests.
    pub(crate) fn all_lists<'t>(&'t self, fields: &'t [FieldRow]) -> impl Iterator<Item = TestList> + 't {
        let excluding = self.rows.iter().filter(|test| test.kind == Kind::AnythingBut);
        fields.iter().map(|field| field.list).chain(excluding.map(|test| list_of(test.key(&self.keys))))
    }

    /// The tests that are looked up as members of lists, besides the `indexed` first ones: each once, ascending.
    pub(crate) fn members(&self, fields: &[FieldRow], indexed: usize) -> Vec<TestId> {
        let looked_up = self.all_lists(fields).flat_map(|list| {
            let start = list.start as usize;
            self.lists.get(start..start + list.looked_up as usize).unwrap_or_default()
        });
        let mut members: Vec<TestId> = looked_up.copied().filter(|id| id.index() >= indexed).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// By path, whether one of the `access` first tests, which wake something, is at it.
    pub(crate) fn waking_paths(&self, access: usize, paths: usize) -> Vec<bool> {
        let mut waking = vec![false; paths];
        for test in self.rows.iter().take(access) {
            if let Some(is) = waking.get_mut(test.path.index()) {
                *is = true;
            }
        }
        waking
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A test.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "ids are handed out by the table's builder, one for each row")]
    pub(crate) fn row(&self, id: TestId) -> Test {
        self.rows[id.index()]
    }

    /// A test's key.
    #[inline(always)]
    pub(crate) fn key(&self, id: TestId) -> &[u8] {
        self.row(id).key(&self.keys)
    }

    /// The key of a test that compares letter case, which is text.
    pub(crate) fn text(&self, id: TestId) -> &str {
        // INVARIANT: the key was a `str` when it was interned.
        str::from_utf8(self.key(id)).unwrap_or_default()
    }

    /// All keys, end to end.
    pub(crate) fn keys(&self) -> &[u8] {
        &self.keys
    }

    /// Whether the value is one that a field asks for.
    #[inline]
    pub(crate) fn meets(&self, field: &FieldRow, value: Value<'_>, index: &Index) -> bool {
        self.any_passes(field.list, value, index) != field.excludes
    }

    /// Whether the value passes one of a list's tests.
    #[inline]
    fn any_passes(&self, list: TestList, value: Value<'_>, index: &Index) -> bool {
        let start = list.start as usize;
        let tests = self.lists.get(start..start + list.length as usize).unwrap_or_default();
        let (looked_up, tried) = tests.split_at_checked(list.looked_up as usize).unwrap_or_default();
        if let Some(first) = looked_up.first() {
            let path = self.row(*first).path;
            let found = match (value.kind, value.order) {
                (LeafKind::String, _) => index.find(self, path, Kind::String, value.text),
                (LeafKind::Number, Some(order)) => index.find(self, path, Kind::Number, &order.to_le_bytes()),
                (LeafKind::Number, None) => index.find(self, path, Kind::Spelling, value.text),
                _ => None,
            };
            if found.is_some_and(|id| looked_up.binary_search(&id).is_ok()) {
                return true;
            }
        }
        tried.iter().any(|id| match self.row(*id) {
            test if test.kind == Kind::String => value.kind == LeafKind::String && value.text == test.key(&self.keys),
            test => self.passes(test, value, index),
        })
    }

    /// Whether the value passes the test. Linear in the value. A function of its own, so that what compares strings, as
    /// most tests do, stays short.
    #[inline(never)]
    fn passes(&self, test: Test, value: Value<'_>, index: &Index) -> bool {
        match (test.kind, value.kind) {
            (Kind::AnythingBut, _) => !self.any_passes(list_of(test.key(&self.keys)), value, index),
            (Kind::Exists, _) => true,
            (Kind::False, kind) => kind == LeafKind::False,
            (Kind::True, kind) => kind == LeafKind::True,
            (Kind::Null, kind) => kind == LeafKind::Null,
            (_, LeafKind::String) => self.string_passes(test, value.text),
            (_, LeafKind::Number) => self.number_passes(test, value),
            _ => false,
        }
    }

    #[inline]
    fn string_passes(&self, test: Test, text: &[u8]) -> bool {
        let key = test.key(&self.keys);
        let key_text = || str::from_utf8(key).unwrap_or_default();
        match test.kind {
            Kind::Prefix => text.starts_with(key),
            Kind::Suffix => text.ends_with(key),
            Kind::AnyString => true,
            Kind::Wildcard => glob::matches(key, text),
            Kind::EqualsIgnoreCase => letter_case::equals(key_text(), text),
            Kind::PrefixIgnoreCase => letter_case::starts_with(key_text(), text),
            Kind::SuffixIgnoreCase => letter_case::ends_with(key_text(), text),
            Kind::Cidr4 | Kind::Cidr6 => {
                let bits = key.last().copied().unwrap_or(0);
                let (kind, (block, length)) = match address::parse(text) {
                    Some(Address::V4(address)) => (Kind::Cidr4, block_key(address.to_be_bytes(), bits)),
                    Some(Address::V6(address)) => (Kind::Cidr6, block_key(address.to_be_bytes(), bits)),
                    None => return false,
                };
                kind == test.kind && block.get(..length) == Some(key)
            }
            _ => false,
        }
    }

    #[inline]
    fn number_passes(&self, test: Test, value: Value<'_>) -> bool {
        let key = test.key(&self.keys);
        match (test.kind, value.order) {
            (Kind::Number, Some(order)) => read_u64(key, 0) == order,
            (Kind::Range, Some(order)) => (read_u64(key, 0)..=read_u64(key, 8)).contains(&order),
            (Kind::Spelling, None) => value.text == key,
            _ => false,
        }
    }
}

/// In a compiled table an `anything-but` test's key is the place of its list: three numbers of 4 bytes.
pub(super) fn list_key(list: TestList) -> [u8; 12] {
    let mut key = [0; 12];
    let numbers = [list.start, list.looked_up, list.length].map(u32::to_le_bytes);
    key.iter_mut().zip(numbers.as_flattened()).for_each(|(to, from)| *to = *from);
    key
}

#[inline]
fn list_of(key: &[u8]) -> TestList {
    let number = |at: usize| key.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes));
    TestList { start: number(0), looked_up: number(4), length: number(8) }
}
