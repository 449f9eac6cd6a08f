//! The value index: which access tests a value passes, by path, without looking at each test.
//!
//! One hash table serves every kind of test whose candidates can be looked up by bytes: a whole string, a number, a
//! prefix by each length that tests have, an address block by each number of bits, a case-folded string. Literals are
//! slots, ranges are windows, wildcards a search for parts of them. The index knows values, not rules.

mod hash;
mod range;
mod wildcard;

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

pub(crate) use self::hash::Hash;
use self::range::Ranges;
use self::wildcard::{WildcardScratch, Wildcards};
use crate::compile::table::TestTable;
use crate::compile::test::{Kind, Test, block_key, read_u64};
use crate::event::visitor::LeafKind;
use crate::ids::{PathId, TestId};
use crate::matcher::leaves::Value;
use crate::value::address::{self, Address};
use crate::value::bytes::ends;
use crate::value::letter_case;

/// The index over the tests of a rule set that values look up.
#[derive(Debug)]
pub(crate) struct Index {
    hash: Hash,
    table: HashTable<TestId>,
    /// By test, the others that have the same folded key, and are not in the table.
    alike: HashMap<TestId, Vec<TestId>>,
    paths: Vec<PathIndex>,
}

/// What there is to look up at one path.
//
// In this order in memory, so that what is asked for every value is in one line of cache.
#[derive(Debug, Default)]
#[repr(C)]
struct PathIndex {
    /// A bit for each [`Kind`] that has tests.
    kinds: u32,
    strings: Filter,
    numbers: Filter,
    affixes: Filter,
    /// Of folded whole strings.
    folded: Filter,
    prefixes: Lengths,
    suffixes: Lengths,
    folded_prefixes: Lengths,
    folded_suffixes: Lengths,
    bits4: Lengths,
    bits6: Lengths,
    literals: [Option<TestId>; 3],
    any_string: Option<TestId>,
    wildcards: Option<Box<Wildcards>>,
    ranges: Option<Box<Ranges>>,
}

/// Says of most keys that are not in the index that they aren't, where there are few: from the length and the outermost
/// bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Filter(u64);

impl Filter {
    /// The bit of a key, of whose bytes each is taken for what `byte` makes of it.
    #[inline(always)]
    fn bit(key: &[u8], byte: impl Fn(u8) -> u8) -> u64 {
        let end = |end: Option<&u8>| u64::from(byte(end.copied().unwrap_or(0)));
        let ends = end(key.first()) | end(key.last()) << 8 | (key.len() as u64) << 16;
        1 << (ends.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
    }

    fn add(&mut self, key: &[u8]) {
        self.0 |= Self::bit(key, |byte| byte);
    }

    #[inline(always)]
    fn may_have(self, key: &[u8]) -> bool {
        self.0 & Self::bit(key, |byte| byte) != 0
    }

    /// The bit of a number: of all its bytes, for numbers often have the outermost in common.
    #[inline(always)]
    fn bit_of_number(order: u64) -> u64 {
        1 << (order.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
    }

    fn add_number(&mut self, order: u64) {
        self.0 |= Self::bit_of_number(order);
    }

    #[inline(always)]
    fn may_have_number(self, order: u64) -> bool {
        self.0 & Self::bit_of_number(order) != 0
    }

    /// [`Filter::may_have`] of what a text of ASCII becomes when it is folded.
    #[inline(always)]
    fn may_have_folded(self, text: &[u8]) -> bool {
        self.0 & Self::bit(text, |byte| byte.to_ascii_lowercase()) != 0
    }
}

/// The distinct lengths of a kind of keys, ascending.
type Lengths = Vec<u32>;

/// Working memory of look-ups.
#[derive(Debug, Default)]
pub(crate) struct IndexScratch {
    folded: Vec<u8>,
    wildcards: WildcardScratch,
}

impl IndexScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.folded.capacity() + self.wildcards.memory()
    }
}

impl Index {
    /// Indexes `access`, and makes `members` (strings and numbers of long lists) ready for [`Index::find`].
    pub(crate) fn new(
        tests: &TestTable,
        paths: usize,
        access: impl Iterator<Item = TestId> + Clone,
        members: impl Iterator<Item = TestId> + Clone,
    ) -> Self {
        let mut index = Index {
            hash: Hash::random(),
            table: HashTable::with_capacity(
                access.clone().chain(members.clone()).filter(|id| tests.row(*id).kind.is_hashed()).count(),
            ),
            alike: HashMap::new(),
            paths: std::iter::repeat_with(PathIndex::default).take(paths).collect(),
        };
        let (mut wildcards, mut ranges) = (Vec::new(), Vec::new());
        for id in access {
            let key = index_key(tests, id);
            index.note(id, &key);
            match key.test.kind {
                Kind::Wildcard => wildcards.push((key.test.path, id)),
                Kind::Range => ranges.push((key.test.path, id)),
                kind if kind.is_hashed() => index.add(id, &key, tests),
                _ => {}
            }
        }
        for id in members {
            index.add(id, &index_key(tests, id), tests);
        }
        index.sort_lengths();
        wildcards.sort_unstable();
        for same in wildcards.chunk_by(|(a, _), (b, _)| a == b) {
            let ids: Vec<TestId> = same.iter().map(|(_, id)| *id).collect();
            let built = Wildcards::new(&ids, |id| tests.row(id), tests.keys());
            if let Some((path, _)) = same.first() {
                index.path_mut(*path).wildcards = Some(Box::new(built));
            }
        }
        ranges.sort_unstable();
        for same in ranges.chunk_by(|(a, _), (b, _)| a == b) {
            let row = |id: TestId| (read_u64(tests.key(id), 0), read_u64(tests.key(id), 8), id);
            if let Some((path, _)) = same.first() {
                index.path_mut(*path).ranges = Some(Box::new(Ranges::new(same.iter().map(|(_, id)| row(*id)))));
            }
        }
        index
    }

    /// Whether any test at `path` is looked up.
    #[inline]
    pub(crate) fn has(&self, path: PathId) -> bool {
        self.paths.get(path.index()).is_some_and(|index| index.kinds != 0)
    }

    /// Calls `found` with every access test that the value passes, once each.
    pub(crate) fn lookup(
        &self,
        path: PathId,
        value: Value<'_>,
        tests: &TestTable,
        scratch: &mut IndexScratch,
        mut found: impl FnMut(TestId),
    ) {
        let Some(index) = self.paths.get(path.index()) else { return };
        match value.kind {
            LeafKind::String => self.lookup_string(index, path, value.text, tests, scratch, &mut found),
            LeafKind::Number => {
                match value.order {
                    Some(order) => {
                        if index.numbers.may_have_number(order)
                            && let Some(id) = self.find(tests, path, Kind::Number, &order.to_le_bytes())
                        {
                            found(id);
                        }
                        if let Some(ranges) = &index.ranges {
                            ranges.containing(order, &mut found);
                        }
                    }
                    None if index.has(Kind::Spelling) => {
                        self.find(tests, path, Kind::Spelling, value.text).into_iter().for_each(&mut found);
                    }
                    None => {}
                };
            }
            LeafKind::False => index.literals[0].into_iter().for_each(found),
            LeafKind::True => index.literals[1].into_iter().for_each(found),
            LeafKind::Null => index.literals[2].into_iter().for_each(found),
        }
    }

    /// What most values don't need is in functions of their own, out of the way of what they do.
    fn lookup_string(
        &self,
        index: &PathIndex,
        path: PathId,
        text: &[u8],
        tests: &TestTable,
        scratch: &mut IndexScratch,
        found: &mut impl FnMut(TestId),
    ) {
        if index.strings.may_have(text) {
            self.find(tests, path, Kind::String, text).into_iter().for_each(&mut *found);
        }
        if index.affixes.0 != 0 {
            self.lookup_affixes(index, path, text, tests, found);
        }
        index.any_string.into_iter().for_each(&mut *found);
        if index.kinds & (1 << Kind::Cidr4 as u32 | 1 << Kind::Cidr6 as u32) != 0 {
            self.lookup_address(index, path, text, tests, found);
        }
        if index.may_pass_folded(text) {
            self.lookup_folded(index, path, text, tests, &mut scratch.folded, found);
        }
        if let Some(wildcards) = &index.wildcards {
            let matches = |id| crate::value::glob::matches(tests.key(id), text);
            wildcards.matching(text, &mut scratch.wildcards, matches, found);
        }
    }

    #[inline(never)]
    fn lookup_affixes(
        &self,
        index: &PathIndex,
        path: PathId,
        text: &[u8],
        tests: &TestTable,
        found: &mut impl FnMut(TestId),
    ) {
        let prefix = |length: &u32| text.get(..*length as usize);
        let suffix = |length: &u32| text.get(text.len().checked_sub(*length as usize)?..);
        if index.prefixes.iter().map_while(prefix).any(|key| index.affixes.may_have(key)) {
            self.hash.prefixes(path, Kind::Prefix, text, &index.prefixes, |hash, key| {
                self.find_hashed(tests, hash, path, Kind::Prefix, key).into_iter().for_each(&mut *found);
            });
        }
        if index.suffixes.iter().map_while(suffix).any(|key| index.affixes.may_have(key)) {
            self.hash.suffixes(path, Kind::Suffix, text, &index.suffixes, |hash, key| {
                self.find_hashed(tests, hash, path, Kind::Suffix, key).into_iter().for_each(&mut *found);
            });
        }
    }

    #[inline(never)]
    fn lookup_address(
        &self,
        index: &PathIndex,
        path: PathId,
        text: &[u8],
        tests: &TestTable,
        found: &mut impl FnMut(TestId),
    ) {
        let mut find = |kind, (key, length): ([u8; 17], usize)| {
            self.find(tests, path, kind, key.get(..length).unwrap_or_default()).into_iter().for_each(&mut *found);
        };
        // Every number of bits fits a byte.
        match address::parse(text) {
            Some(Address::V4(address)) => {
                for bits in &index.bits4 {
                    find(Kind::Cidr4, block_key(address.to_be_bytes(), u8::try_from(*bits).unwrap_or(32)));
                }
            }
            Some(Address::V6(address)) => {
                for bits in &index.bits6 {
                    find(Kind::Cidr6, block_key(address.to_be_bytes(), u8::try_from(*bits).unwrap_or(128)));
                }
            }
            None => {}
        }
    }

    /// Texts with the same folded key are candidates; the law's mappings decide.
    #[inline(never)]
    fn lookup_folded(
        &self,
        index: &PathIndex,
        path: PathId,
        text: &[u8],
        tests: &TestTable,
        folded: &mut Vec<u8>,
        found: &mut impl FnMut(TestId),
    ) {
        folded.clear();
        letter_case::fold(text, folded);
        let mut verify = |hash, kind, matches: fn(&str, &[u8]) -> bool| {
            for first in self.table.iter_hash(hash) {
                let test = tests.row(*first);
                if test.kind == kind && test.path == path {
                    let alike = if self.alike.is_empty() { None } else { self.alike.get(first) };
                    let all = std::iter::once(first).chain(alike.into_iter().flatten());
                    all.filter(|id| matches(tests.text(**id), text)).for_each(|id| found(*id));
                }
            }
        };
        if index.has(Kind::EqualsIgnoreCase) {
            let hash = self.hash.of(path, Kind::EqualsIgnoreCase, folded);
            verify(hash, Kind::EqualsIgnoreCase, letter_case::equals);
        }
        self.hash.prefixes(path, Kind::PrefixIgnoreCase, folded, &index.folded_prefixes, |hash, _| {
            verify(hash, Kind::PrefixIgnoreCase, letter_case::starts_with);
        });
        self.hash.suffixes(path, Kind::SuffixIgnoreCase, folded, &index.folded_suffixes, |hash, _| {
            verify(hash, Kind::SuffixIgnoreCase, letter_case::ends_with);
        });
    }

    /// The indexed test with exactly this key, of a kind other than the case-folded ones.
    #[inline]
    pub(crate) fn find(&self, tests: &TestTable, path: PathId, kind: Kind, key: &[u8]) -> Option<TestId> {
        self.find_hashed(tests, self.hash.of(path, kind, key), path, kind, key)
    }

    #[inline]
    fn find_hashed(&self, tests: &TestTable, hash: u64, path: PathId, kind: Kind, key: &[u8]) -> Option<TestId> {
        let same = |id: &TestId| {
            let test = tests.row(*id);
            test.path == path && test.kind == kind && same_bytes(tests.key(*id), key)
        };
        self.table.find(hash, same).copied()
    }

    /// Adds a test to the table. Those that share a key are kept aside, as the table would take ever longer for each. Only
    /// folded keys can be alike: few are if rules are well-meant, but thousands of others may be.
    fn add(&mut self, id: TestId, key: &IndexKey<'_>, tests: &TestTable) {
        let hash = &self.hash;
        let rehash = |id: &TestId| index_key(tests, *id).hash(hash);
        match self.table.entry(key.hash(hash), |other| key.is(&index_key(tests, *other)), rehash) {
            Entry::Vacant(place) => {
                place.insert(id);
            }
            Entry::Occupied(other) => self.alike.entry(*other.get()).or_default().push(id),
        }
    }

    /// Notes what an access test makes its path look up.
    fn note(&mut self, id: TestId, key: &IndexKey<'_>) {
        let IndexKey { test, bytes } = key;
        let index = self.path_mut(test.path);
        index.kinds |= 1 << test.kind as u32;
        match test.kind {
            Kind::String => index.strings.add(bytes),
            Kind::Number => index.numbers.add_number(read_u64(bytes, 0)),
            Kind::Prefix => {
                index.affixes.add(bytes);
                index.prefixes.push(test.length);
            }
            Kind::Suffix => {
                index.affixes.add(bytes);
                index.suffixes.push(test.length);
            }
            Kind::EqualsIgnoreCase => index.folded.add(bytes),
            Kind::PrefixIgnoreCase => index.folded_prefixes.push(key.length()),
            Kind::SuffixIgnoreCase => index.folded_suffixes.push(key.length()),
            Kind::Cidr4 | Kind::Cidr6 => {
                let bits = bytes.last().map_or(0, |bits| u32::from(*bits));
                if test.kind == Kind::Cidr4 { index.bits4.push(bits) } else { index.bits6.push(bits) }
            }
            Kind::False => index.literals[0] = Some(id),
            Kind::True => index.literals[1] = Some(id),
            Kind::Null => index.literals[2] = Some(id),
            Kind::AnyString => index.any_string = Some(id),
            _ => {}
        }
    }

    fn sort_lengths(&mut self) {
        for index in &mut self.paths {
            for lengths in [
                &mut index.prefixes,
                &mut index.suffixes,
                &mut index.folded_prefixes,
                &mut index.folded_suffixes,
                &mut index.bits4,
                &mut index.bits6,
            ] {
                lengths.sort_unstable();
                lengths.dedup();
                lengths.shrink_to_fit();
            }
        }
    }

    #[expect(clippy::indexing_slicing, reason = "paths are numbered below the length that `new` gave")]
    fn path_mut(&mut self, path: PathId) -> &mut PathIndex {
        &mut self.paths[path.index()]
    }
}

/// `a == b`, quick where they are short.
#[inline(always)]
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && if a.len() <= 16 { ends(a) == ends(b) } else { a == b }
}

impl PathIndex {
    #[inline(always)]
    fn has(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u32) != 0
    }

    /// Whether a text may pass a test that ignores letter case. Of most that don't it can be told before they are folded.
    #[inline(always)]
    fn may_pass_folded(&self, text: &[u8]) -> bool {
        const AFFIXES: u32 = 1 << Kind::PrefixIgnoreCase as u32 | 1 << Kind::SuffixIgnoreCase as u32;
        self.kinds & AFFIXES != 0
            || self.has(Kind::EqualsIgnoreCase) && (self.folded.may_have_folded(text) || !text.is_ascii())
    }
}

/// The bytes under which a test is found in the table.
struct IndexKey<'k> {
    test: Test,
    bytes: std::borrow::Cow<'k, [u8]>,
}

fn index_key(tests: &TestTable, id: TestId) -> IndexKey<'_> {
    let test = tests.row(id);
    let bytes = match test.kind {
        Kind::EqualsIgnoreCase | Kind::PrefixIgnoreCase | Kind::SuffixIgnoreCase => {
            let mut folded = Vec::new();
            letter_case::fold(tests.key(id), &mut folded);
            folded.into()
        }
        _ => tests.key(id).into(),
    };
    IndexKey { test, bytes }
}

impl IndexKey<'_> {
    fn hash(&self, hash: &Hash) -> u64 {
        hash.of_key(self.test.path, self.test.kind, &self.bytes)
    }

    fn is(&self, other: &IndexKey<'_>) -> bool {
        (self.test.path, self.test.kind, &self.bytes) == (other.test.path, other.test.kind, &other.bytes)
    }

    fn length(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }
}
