//! The rules that were added last: an index that grows rule by rule while others match.
//!
//! Nothing in it is ever changed or moved: a rule is added behind the others with the version from which on it is there,
//! and the version of its death is put beside it. So each version that a reader may hold can still be read, and no change
//! copies anything. Each conjunction is filed under the tests of one field that are found by hash, and every one of its
//! fields is checked when a value passes one of them.

use arc_swap::ArcSwapOption;
use hashbrown::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::log::Log;
use super::table::Table;
use crate::compile::Small;
use crate::compile::test::{Kind, block_key};
use crate::event::visitor::LeafKind;
use crate::ids::{PathId, RuleId};
use crate::index::{Hash, Index};
use crate::matcher::arrays::{ArrayScratch, TooHard, positions};
use crate::matcher::engine::{FieldRow, MANY_LISTS, Wanted};
use crate::matcher::leaves::{Leaves, Value};
use crate::scan::trie::PathTrie;
use crate::value::address::{self, Address};

/// Rules in the order in which they were added.
pub(super) struct Tail {
    pub(super) hash: Hash,
    rows: Log<Row>,
    postings: Log<Posting>,
    /// The newest posting of each chain, plus one.
    chains: Log<AtomicU32>,
    /// Chains by hash of path, kind and key.
    table: Table,
    paths: Log<TailPath>,
    /// The paths whose values are looked up.
    waking: Log<PathId>,
    /// The chain that every event wakes, plus one.
    always: AtomicU32,
    /// The tail's paths by themselves, for when others don't know them all.
    pub(super) trie: ArcSwapOption<PathTrie>,
    /// No test; what checks a field asks for one.
    index: Index,
}

/// A rule.
struct Row {
    small: Small,
    born: u64,
    /// The version from which on it is no more.
    death: AtomicU64,
}

impl Row {
    fn is_there(&self, version: u64) -> bool {
        self.born <= version && version < self.death.load(Ordering::Acquire)
    }
}

/// A conjunction of a row, in a chain.
struct Posting {
    row: u32,
    conjunction: u32,
    /// The one filed before, plus one.
    next: u32,
}

/// What is looked up at a path: bits for kinds, and for lengths of keys.
#[derive(Debug, Default)]
struct TailPath {
    kinds: AtomicU32,
    prefixes: AtomicU64,
    suffixes: AtomicU64,
    blocks: AtomicU64,
    /// The chain that any leaf wakes, plus one.
    any: AtomicU32,
    is_waking: AtomicBool,
}

/// Where a conjunction is filed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'k> {
    /// Under a test at a path, which [`is_filed_by`] has found fit.
    Test(PathId, Kind, &'k [u8]),
    /// Under any leaf at a path.
    Path(PathId),
    /// Under every event.
    Always,
}

/// Whether conjunctions can be filed under a test.
pub(super) fn is_filed_by(kind: Kind, key: &[u8]) -> bool {
    match kind {
        Kind::String | Kind::Number | Kind::Spelling | Kind::False | Kind::True | Kind::Null | Kind::Cidr4 => true,
        Kind::Prefix | Kind::Suffix => key.len() < 64,
        _ => false,
    }
}

/// By path of a tail, the path of the engines that share the scan with it.
#[derive(Debug, Default)]
pub(super) struct PathMap {
    paths: Log<PathId>,
    /// Whether the engines don't know one of them.
    strange: AtomicBool,
}

const UNKNOWN: PathId = PathId(u32::MAX);

impl PathMap {
    /// Adds the next path of the tail.
    pub(super) fn push(&self, path: Option<PathId>) {
        self.paths.push(path.unwrap_or(UNKNOWN));
        if path.is_none() {
            self.strange.store(true, Ordering::Release);
        }
    }

    /// Whether the engines' paths are not enough, and the event has to be scanned by the tail's own.
    #[inline]
    pub(super) fn is_strange(&self) -> bool {
        self.strange.load(Ordering::Acquire)
    }

    #[inline]
    fn of(&self, path: PathId) -> PathId {
        self.paths.get(path.0).copied().unwrap_or(UNKNOWN)
    }
}

/// Working memory of matching tails, one after the other.
#[derive(Debug, Default)]
pub(crate) struct TailScratch {
    run: u32,
    /// By chain: the run that it was woken in last.
    marks: Vec<u32>,
    woken: Vec<u32>,
    found: Vec<u32>,
    arrays: ArrayScratch,
    /// The fields of a conjunction under the engines' paths.
    fields: Vec<FieldRow>,
    /// The rows and conjunctions tried in a run that wakes many chains, as in the engine.
    tried: HashSet<(u32, u32)>,
    tells_tries: bool,
}

impl TailScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let TailScratch { marks, woken, found, arrays, fields, tried, .. } = self;
        let words = marks.capacity() + woken.capacity() + found.capacity() + tried.allocation_size() / size_of::<u32>();
        words * size_of::<u32>() + fields.capacity() * size_of::<FieldRow>() + arrays.memory()
    }

    /// The rows that were found, in no order, and some several times.
    pub(super) fn found(&self) -> &[u32] {
        &self.found
    }

    fn begin(&mut self, chains: u32, budget: u64) {
        self.woken.clear();
        self.found.clear();
        self.tried.clear();
        self.arrays.next_event(budget);
        self.run = self.run.wrapping_add(1);
        if self.run == 0 {
            self.marks.fill(0);
            self.run = 1;
        }
        if self.marks.len() < chains as usize {
            self.marks.resize(chains.next_power_of_two() as usize, 0);
        }
    }

    fn wake(&mut self, chain: u32) {
        // A chain that is newer than the run has nothing that the run's version has.
        if self.marks.get_mut(chain as usize).is_some_and(|mark| std::mem::replace(mark, self.run) != self.run) {
            self.woken.push(chain);
        }
    }
}

impl Default for Tail {
    fn default() -> Self {
        let tests = crate::compile::table::TestTable::default();
        Tail {
            hash: Hash::random(),
            rows: Log::default(),
            postings: Log::default(),
            chains: Log::default(),
            table: Table::default(),
            paths: Log::default(),
            waking: Log::default(),
            always: AtomicU32::new(0),
            trie: ArcSwapOption::empty(),
            index: Index::new(&tests, 0, std::iter::empty(), std::iter::empty()),
        }
    }
}

/// Changes; one thread at a time.
impl Tail {
    /// Adds a path; its number is the count of those before it.
    pub(super) fn push_path(&self) {
        self.paths.push(TailPath::default());
    }

    /// Adds a rule that is there from version `born` on; nothing finds it before it is filed.
    pub(super) fn push(&self, small: Small, born: u64) -> u32 {
        self.rows.push(Row { small, born, death: AtomicU64::new(u64::MAX) })
    }

    /// Files a conjunction of a row.
    pub(super) fn file(&self, row: u32, conjunction: u32, way: Way<'_>) {
        let chain = match way {
            Way::Always => self.chain_of(&self.always),
            Way::Path(path) => {
                let Some(entry) = self.paths.get(path.0) else { return };
                let chain = self.chain_of(&entry.any);
                self.look_at(path, entry);
                chain
            }
            Way::Test(path, kind, key) => {
                let Some(entry) = self.paths.get(path.0) else { return };
                let hash = half(self.hash.of(path, kind, key));
                let chain = self.table.find(hash).unwrap_or_else(|| {
                    let chain = self.chains.push(AtomicU32::new(0));
                    self.table.insert(hash, chain);
                    chain
                });
                let length = |bits: &AtomicU64, length: usize| bits.fetch_or(1 << (length & 63), Ordering::Release);
                match kind {
                    Kind::Prefix => length(&entry.prefixes, key.len()),
                    Kind::Suffix => length(&entry.suffixes, key.len()),
                    Kind::Cidr4 => length(&entry.blocks, usize::from(key.last().copied().unwrap_or(0))),
                    _ => 0,
                };
                entry.kinds.fetch_or(1 << kind as u32, Ordering::Release);
                self.look_at(path, entry);
                chain
            }
        };
        if let Some(head) = self.chains.get(chain) {
            let posting = self.postings.push(Posting { row, conjunction, next: head.load(Ordering::Relaxed) });
            head.store(posting + 1, Ordering::Release);
        }
    }

    fn chain_of(&self, cell: &AtomicU32) -> u32 {
        cell.load(Ordering::Relaxed).checked_sub(1).unwrap_or_else(|| {
            let chain = self.chains.push(AtomicU32::new(0));
            cell.store(chain + 1, Ordering::Release);
            chain
        })
    }

    fn look_at(&self, path: PathId, entry: &TailPath) {
        if !entry.is_waking.swap(true, Ordering::Relaxed) {
            self.waking.push(path);
        }
    }

    /// Takes a row out, from a version on.
    pub(super) fn kill(&self, row: u32, version: u64) {
        if let Some(row) = self.rows.get(row) {
            row.death.store(version, Ordering::Release);
        }
    }
}

/// Half of the bits.
fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Tail {
    /// How many rules were added.
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.rows.len()
    }

    /// How many paths its rules mention.
    pub(super) fn path_count(&self) -> usize {
        self.paths.len() as usize
    }

    /// Whether a row is there in a version.
    pub(super) fn is_there(&self, row: RuleId, version: u64) -> bool {
        self.rows.get(row.0).is_some_and(|row| row.is_there(version))
    }

    /// Finds the rows that match an event, given its leaves, under the paths of the map or else under the tail's own.
    ///
    /// # Errors
    ///
    /// The array check has spent `budget`.
    pub(super) fn run(
        &self,
        version: u64,
        map: Option<&PathMap>,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut TailScratch,
        wanted: Wanted,
        budget: u64,
    ) -> Result<(), TooHard> {
        scratch.begin(self.chains.len(), budget);
        let path = |path: PathId| map.map_or(path, |map| map.of(path));
        self.wake(path, leaves, scratch);
        let woken = std::mem::take(&mut scratch.woken);
        scratch.tells_tries = woken.len() > MANY_LISTS;
        let mut result = Ok(());
        for chain in &woken {
            result = self.check(*chain, version, path, leaves, scratch, wanted);
            if result.is_err() || (wanted == Wanted::Any && !scratch.found.is_empty()) {
                break;
            }
        }
        scratch.woken = woken;
        result
    }

    /// Collects the chains that the event wakes.
    fn wake(&self, map: impl Fn(PathId) -> PathId, leaves: &mut Leaves<'_, '_>, scratch: &mut TailScratch) {
        for local in self.waking.iter() {
            let Some(entry) = self.paths.get(local.0) else { continue };
            let path = map(*local);
            if leaves.prepare(path) == 0 {
                continue;
            }
            if entry.kinds.load(Ordering::Acquire) != 0 {
                for (value, _) in leaves.values(path) {
                    self.look_up(*local, entry, value, |chain| scratch.wake(chain));
                }
            }
            if let Some(chain) = entry.any.load(Ordering::Acquire).checked_sub(1) {
                scratch.wake(chain);
            }
        }
        if let Some(chain) = self.always.load(Ordering::Acquire).checked_sub(1) {
            scratch.wake(chain);
        }
    }

    fn look_up(&self, path: PathId, entry: &TailPath, value: Value<'_>, mut wake: impl FnMut(u32)) {
        let kinds = entry.kinds.load(Ordering::Acquire);
        let mut find = |kind: Kind, key: &[u8]| {
            if kinds & 1 << kind as u32 != 0
                && let Some(chain) = self.table.find(half(self.hash.of(path, kind, key)))
            {
                wake(chain);
            }
        };
        match (value.kind, value.order) {
            (LeafKind::False, _) => find(Kind::False, &[]),
            (LeafKind::True, _) => find(Kind::True, &[]),
            (LeafKind::Null, _) => find(Kind::Null, &[]),
            (LeafKind::Number, Some(order)) => find(Kind::Number, &order.to_le_bytes()),
            (LeafKind::Number, None) => find(Kind::Spelling, value.text),
            (LeafKind::String, _) => {
                let text = value.text;
                find(Kind::String, text);
                for length in bits(&entry.prefixes) {
                    text.get(..length).into_iter().for_each(|key| find(Kind::Prefix, key));
                }
                for length in bits(&entry.suffixes) {
                    let start = text.len().checked_sub(length);
                    start.and_then(|start| text.get(start..)).into_iter().for_each(|key| find(Kind::Suffix, key));
                }
                if kinds & 1 << Kind::Cidr4 as u32 != 0
                    && let Some(Address::V4(address)) = address::parse(text)
                {
                    for bits in bits(&entry.blocks) {
                        let (key, length) = block_key(address.to_be_bytes(), u8::try_from(bits).unwrap_or(32));
                        find(Kind::Cidr4, key.get(..length).unwrap_or_default());
                    }
                }
            }
        }
    }

    /// Checks the conjunctions of a chain.
    fn check(
        &self,
        chain: u32,
        version: u64,
        map: impl Fn(PathId) -> PathId + Copy,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut TailScratch,
        wanted: Wanted,
    ) -> Result<(), TooHard> {
        let mut next = self.chains.get(chain).map_or(0, |head| head.load(Ordering::Acquire));
        while let Some(posting) = next.checked_sub(1).and_then(|number| self.postings.get(number)) {
            next = posting.next;
            if scratch.tells_tries && !scratch.tried.insert((posting.row, posting.conjunction)) {
                continue;
            }
            let Some(row) = self.rows.get(posting.row) else { continue };
            let mut fields = row.small.fields(posting.conjunction);
            if fields.clone().all(|field| self.holds(&row.small, field, map, leaves))
                && row.is_there(version)
                && (!leaves.several_elements() || {
                    scratch.fields.clear();
                    scratch.fields.extend(fields.by_ref().map(|field| FieldRow { path: map(field.path), ..*field }));
                    self.positions_agree(&row.small, leaves, scratch)?
                })
            {
                scratch.found.push(posting.row);
                if wanted == Wanted::Any {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether a field holds, positions aside, as in `Engine::holds`.
    #[inline]
    fn holds(
        &self,
        small: &Small,
        field: &FieldRow,
        map: impl Fn(PathId) -> PathId,
        leaves: &mut Leaves<'_, '_>,
    ) -> bool {
        let path = map(field.path);
        if leaves.prepare(path) == 0 {
            return field.absent;
        }
        (field.absent && leaves.may_be_left_out(path))
            || leaves.values(path).any(|(value, _)| small.tests.meets(field, value, &self.index))
    }

    /// Whether the fields at hand can be met at positions that agree, as in `Engine::positions_agree`.
    #[cold]
    fn positions_agree(
        &self,
        small: &Small,
        leaves: &Leaves<'_, '_>,
        scratch: &mut TailScratch,
    ) -> Result<bool, TooHard> {
        if positions(scratch.fields.iter(), leaves) < 2 {
            return Ok(true);
        }
        let concerned = scratch.fields.iter().filter(|field| leaves.in_cells(field.path));
        scratch.arrays.agree(leaves, concerned, |field, value| small.tests.meets(field, value, &self.index))
    }
}

/// The numbers of the bits that are set, ascending.
fn bits(bits: &AtomicU64) -> impl Iterator<Item = usize> {
    let mut left = bits.load(Ordering::Acquire);
    std::iter::from_fn(move || {
        let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(bit)
    })
}

/// A trie of a tail's own paths, by number.
pub(super) fn trie_of(paths: &[Box<str>]) -> Arc<PathTrie> {
    Arc::new(PathTrie::new(paths.iter().map(|path| &**path)))
}
