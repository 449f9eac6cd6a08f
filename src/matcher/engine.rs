//! The compiled rules, and how a match is run over an event's leaves.
//!
//! Every value is looked up in the index of its path; each access test that it passes wakes the conjunctions filed under
//! it; a woken conjunction's other fields are checked, most selective first; one that holds, and whose fields can be met
//! at positions that agree, is a match of its rule.

use super::arrays::{ArrayScratch, TooHard, positions};
use super::block::{BlockScratch, Blocks};
use super::deaths::Deaths;
use super::found::Found;
use super::leaves::Leaves;
use crate::compile::store::slice;
use crate::compile::table::{TestList, TestTable};
use crate::ids::{ConjunctionId, FieldId, PathId, RuleId, TestId};
use crate::index::{Index, IndexScratch};
use crate::scan::trie::PathTrie;

/// Compiled rules, without their ids. Immutable.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) trie: PathTrie,
    pub(crate) tests: TestTable,
    pub(crate) fields: Vec<FieldRow>,
    /// How many fields several conjunctions have: the first ones. They are checked once an event.
    pub(crate) shared: usize,
    /// The fields of each conjunction, end to end; none where its only field wakes it.
    pub(crate) conjunction_starts: Vec<u32>,
    pub(crate) conjunction_fields: Vec<FieldId>,
    pub(crate) conjunction_rules: Vec<RuleId>,
    pub(crate) index: Index,
    /// How many tests wake something: the first ones.
    pub(crate) access: usize,
    pub(crate) postings: Postings,
    pub(crate) blocks: Blocks,
    pub(crate) paths: usize,
    pub(crate) rules: usize,
    /// Which rules are no more, if rules change while others match.
    pub(crate) deaths: Deaths,
}

/// One field of conjunctions: the tests at a path of which one must pass, or none, if it `excludes`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldRow {
    pub(crate) list: TestList,
    pub(crate) path: PathId,
    pub(crate) excludes: bool,
    /// Whether no leaf will do (`exists: false`).
    pub(crate) absent: bool,
}

/// Lists of what to check when something is met, end to end: of each conjunction its number, how many of its fields are
/// left to check, and those fields; or [`SAME`], if it has the fields of the one before. A list for each access test, then
/// for each path, then the one of every event.
#[derive(Debug)]
pub(crate) struct Postings {
    pub(crate) starts: Vec<usize>,
    pub(crate) stream: Vec<u32>,
    /// By list, the rule of the only conjunction in it if that has nothing left to check, or [`NOT_ALONE`]. Such lists are
    /// most of those that match, and to read one in three tables takes longer than all else that is done with it.
    alone: Vec<RuleId>,
}

const NOT_ALONE: RuleId = RuleId(u32::MAX);

/// Where a list of postings begins with this in place of a conjunction, a block's number follows.
pub(crate) const BLOCK: u32 = u32::MAX;

/// In place of the number of fields: they are those of the conjunction before, and what became of that becomes of this.
pub(crate) const SAME: u32 = u32::MAX;

/// What becomes of a conjunction whose fields have been checked.
#[derive(Clone, Copy)]
enum Fate {
    Fails,
    /// Its fields hold, but may be met at positions that don't agree.
    MayDisagree,
    Holds,
}

impl Postings {
    /// Lists of conjunctions, whose rules `rule_of` tells.
    pub(crate) fn new(starts: Vec<usize>, stream: Vec<u32>, rule_of: impl Fn(ConjunctionId) -> Option<RuleId>) -> Self {
        let alone = |ends: &[usize]| match ends {
            [start, end] => match stream.get(*start..*end)? {
                [conjunction, 0] => rule_of(ConjunctionId(*conjunction)),
                _ => None,
            },
            _ => None,
        };
        let alone = starts.windows(2).map(|ends| alone(ends).unwrap_or(NOT_ALONE)).collect();
        Postings { starts, stream, alone }
    }

    /// The rule of a list that is just one conjunction with nothing left to check.
    #[inline]
    fn alone(&self, number: u32) -> Option<RuleId> {
        self.alone.get(number as usize).copied().filter(|rule| *rule != NOT_ALONE)
    }

    #[inline]
    fn list(&self, number: usize) -> &[u32] {
        match self.starts.get(number..) {
            Some([start, end, ..]) => self.stream.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The number of a list, if it is not empty.
    #[inline]
    fn filled(&self, number: usize) -> Option<u32> {
        let is_filled = matches!(self.starts.get(number..), Some([start, end, ..]) if start < end);
        is_filled.then(|| TestId::new(number).0)
    }
}

/// Working memory of matching, for one engine at a time.
#[derive(Debug, Default)]
pub(crate) struct EngineScratch {
    pub(super) epoch: u32,
    /// Which version of the rules is matched, if they change.
    pub(crate) version: u64,
    /// By field, if it is shared: the event that was asked last, doubled, plus whether the field holds.
    memos: Vec<u32>,
    /// By list of postings: the event in which it was met last.
    list_marks: Vec<u32>,
    /// The lists of postings that this event wakes.
    woken: Vec<u32>,
    /// By conjunction: the event in which it was tried last, of those that wake [many](MANY_LISTS) lists.
    tried: Vec<u32>,
    /// Is this such an event?
    tells_tries: bool,
    found: Found,
    pub(super) index: IndexScratch,
    pub(super) blocks: BlockScratch,
    arrays: ArrayScratch,
}

impl EngineScratch {
    /// Prepares for an engine of other sizes than the last.
    pub(crate) fn reset(&mut self, engine: &Engine) {
        self.epoch = 0;
        self.blocks.reset(engine);
        self.found.reset(engine.rules);
        self.tried.clear();
        for (marks, length) in [(&mut self.memos, engine.shared), (&mut self.list_marks, engine.access)] {
            marks.clear();
            marks.resize(length, 0);
        }
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let EngineScratch { memos, list_marks, woken, tried, found, index, blocks, arrays, .. } = self;
        let words = [memos, list_marks, woken, tried].map(Vec::capacity).iter().sum::<usize>();
        words * size_of::<u32>() + found.memory() + index.memory() + blocks.memory() + arrays.memory()
    }

    /// The rules found.
    pub(crate) fn found(&mut self) -> &mut Found {
        &mut self.found
    }

    fn next_event(&mut self) {
        self.epoch += 1;
        // The epoch is doubled in the memos.
        if self.epoch > u32::MAX / 2 {
            self.memos.fill(0);
            self.list_marks.fill(0);
            self.tried.fill(0);
            self.epoch = 1;
        }
        self.blocks.next_event(self.epoch == 1);
        self.woken.clear();
        self.found.clear();
    }

    /// Whether a conjunction wasn't tried in this event, as far as that is told; from now on it was.
    #[inline]
    pub(super) fn is_first_try(&mut self, conjunction: ConjunctionId) -> bool {
        !self.tells_tries
            || self
                .tried
                .get_mut(conjunction.index())
                .is_none_or(|last| std::mem::replace(last, self.epoch) != self.epoch)
    }
}

/// Where an event wakes more lists of postings, conjunctions that are in several of them are tried once: however many of
/// its access tests pass, a conjunction holds or doesn't.
pub(crate) const MANY_LISTS: usize = 32;

/// How much of the answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Every matching rule.
    All,
    /// Whether there is one.
    Any,
}

impl Engine {
    /// Finds the rules that match an event, given its leaves; they are left in the scratch.
    ///
    /// # Errors
    ///
    /// The array check has spent `budget`, see [`super::arrays`].
    pub(crate) fn run(
        &self,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        wanted: Wanted,
        budget: u64,
    ) -> Result<(), TooHard> {
        scratch.next_event();
        scratch.arrays.next_event(budget);
        if self.blocks.columned.is_empty() {
            self.wake::<false>(leaves, scratch);
        } else {
            self.wake_noting(leaves, scratch);
        }
        if scratch.woken.is_empty() { Ok(()) } else { self.check_woken(leaves, scratch, wanted) }
    }

    /// Checks the conjunctions of the lists that were woken; a function of its own, as most events wake none.
    #[inline(never)]
    fn check_woken(
        &self,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        wanted: Wanted,
    ) -> Result<(), TooHard> {
        let mut woken = std::mem::take(&mut scratch.woken);
        scratch.tells_tries = woken.len() > MANY_LISTS;
        if scratch.tells_tries {
            scratch.tried.resize(self.conjunction_rules.len(), 0);
        }
        let mut result = Ok(());
        for list in &woken {
            match self.postings.alone(*list) {
                Some(rule) => self.find(rule, scratch),
                None => result = self.check(*list, leaves, scratch, wanted),
            }
            if result.is_err() || (wanted == Wanted::Any && !scratch.found.is_empty()) {
                break;
            }
        }
        woken.clear();
        scratch.woken = woken;
        result
    }

    /// [`Engine::wake`] where there are blocks; a function of its own, so that the other case stays short.
    #[inline(never)]
    fn wake_noting(&self, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) {
        self.wake::<true>(leaves, scratch);
    }

    /// Collects the lists of postings that the event wakes, each once; notes what blocks will ask, if there are `BLOCKS`.
    #[inline]
    fn wake<const BLOCKS: bool>(&self, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) {
        let EngineScratch { epoch, list_marks, woken, index, blocks, .. } = scratch;
        let mut next = 0;
        while let Some(path) = leaves.present_path(next) {
            next += 1;
            if self.index.has(path) && (!BLOCKS || self.blocks.wakes(path)) {
                // One value passes a test once; only of several may each pass it, and wake its list once.
                let is_single = leaves.prepare(path) == 1;
                let start = blocks.begin();
                for (value, _) in leaves.values(path) {
                    self.index.lookup(path, value, &self.tests, index, |test| {
                        if BLOCKS && self.blocks.columned.contains(&test.0) {
                            blocks.pass(test);
                        }
                        let is_new = is_single
                            || list_marks
                                .get_mut(test.index())
                                .is_some_and(|mark| std::mem::replace(mark, *epoch) != *epoch);
                        // A test that wakes something has a list that is not empty.
                        if is_new && test.index() < self.access {
                            woken.push(test.0);
                        }
                    });
                }
                if BLOCKS {
                    blocks.end(path, *epoch, start);
                }
            }
            // A path may be another engine's, where several share the scan.
            if path.index() < self.paths
                && let Some(list) = self.postings.filled(self.access + path.index())
            {
                woken.push(list);
            }
        }
        if let Some(list) = self.postings.filled(self.access + self.paths) {
            woken.push(list);
        }
    }

    /// Checks the conjunctions of one list of postings.
    fn check(
        &self,
        number: u32,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
        wanted: Wanted,
    ) -> Result<(), TooHard> {
        let mut list = self.postings.list(number as usize);
        // The field of a list's access test isn't among those left to check.
        let access_in_cells = leaves.several_elements()
            && (number as usize) < self.access
            && leaves.in_cells(self.tests.row(TestId(number)).path);
        while let [BLOCK, number, rest @ ..] = list {
            list = rest;
            self.check_block(*number, leaves, scratch, wanted)?;
        }
        let mut fate = Fate::Fails;
        while let [conjunction, count, rest @ ..] = list {
            let conjunction = ConjunctionId(*conjunction);
            list = rest;
            if *count != SAME {
                let (fields, others) = rest.split_at_checked(*count as usize).unwrap_or_default();
                list = others;
                fate = self.fate(conjunction, fields, access_in_cells, leaves, scratch);
            }
            match fate {
                Fate::Fails => continue,
                Fate::MayDisagree => self.accept(conjunction, leaves, scratch)?,
                Fate::Holds => {
                    if let Some(rule) = self.conjunction_rules.get(conjunction.index()) {
                        self.find(*rule, scratch);
                    }
                }
            }
            if wanted == Wanted::Any && !scratch.found.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Checks the fields of a conjunction that are left to check.
    #[inline(always)]
    fn fate(
        &self,
        conjunction: ConjunctionId,
        fields: &[u32],
        access_in_cells: bool,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
    ) -> Fate {
        // Where nothing is left to check, trying again is as quick as telling that it was tried.
        if !(fields.is_empty() || scratch.is_first_try(conjunction))
            || !fields.iter().all(|field| self.holds(FieldId(*field), leaves, scratch))
        {
            Fate::Fails
        } else if leaves.several_elements() && self.may_disagree(fields, access_in_cells, leaves) {
            Fate::MayDisagree
        } else {
            Fate::Holds
        }
    }

    /// Adds a rule to the found, if it is there.
    #[inline]
    fn find(&self, rule: RuleId, scratch: &mut EngineScratch) {
        if self.deaths.spare(rule, scratch.version) {
            scratch.found.insert(rule);
        }
    }

    /// Whether a field holds, positions aside: necessary for a match, and enough where no array has several elements.
    #[inline]
    pub(super) fn holds(&self, id: FieldId, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) -> bool {
        match scratch.memos.get(id.index()) {
            Some(memo) if memo & !1 == scratch.epoch << 1 => memo & 1 == 1,
            _ => self.find_out(id, leaves, scratch),
        }
    }

    /// [`Engine::holds`] of a field of which nothing is remembered.
    #[inline(never)]
    fn find_out(&self, id: FieldId, leaves: &mut Leaves<'_, '_>, scratch: &mut EngineScratch) -> bool {
        let Some(field) = self.fields.get(id.index()) else { return false };
        let holds = if leaves.prepare(field.path) == 0 {
            field.absent
        } else {
            (field.absent && leaves.may_be_left_out(field.path))
                || leaves.values(field.path).any(|(value, _)| self.tests.meets(field, value, &self.index))
        };
        if let Some(memo) = scratch.memos.get_mut(id.index()) {
            *memo = scratch.epoch << 1 | u32::from(holds);
        }
        holds
    }

    /// Whether a conjunction's fields could be met at positions that don't agree: only fields with leaves in array
    /// elements can. Asked of the fields at hand, as the conjunction's own list of fields may be far away in memory.
    #[inline]
    fn may_disagree(&self, fields: &[u32], access_in_cells: bool, leaves: &Leaves<'_, '_>) -> bool {
        let fields = fields.iter().filter_map(|field| self.fields.get(*field as usize));
        usize::from(access_in_cells) + positions(fields, leaves) > 1
    }

    /// Adds a conjunction's rule to the found, if its fields can be met at positions that agree.
    #[inline]
    pub(super) fn accept(
        &self,
        conjunction: ConjunctionId,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
    ) -> Result<(), TooHard> {
        let Some(rule) = self.conjunction_rules.get(conjunction.index()).copied() else { return Ok(()) };
        if !scratch.found.contains(rule)
            && self.deaths.spare(rule, scratch.version)
            && (!leaves.several_elements() || self.positions_agree(conjunction, leaves, scratch)?)
        {
            scratch.found.insert(rule);
        }
        Ok(())
    }

    #[cold]
    fn positions_agree(
        &self,
        conjunction: ConjunctionId,
        leaves: &mut Leaves<'_, '_>,
        scratch: &mut EngineScratch,
    ) -> Result<bool, TooHard> {
        let fields = slice(&self.conjunction_starts, &self.conjunction_fields, conjunction.index());
        let row = |id: &FieldId| self.fields.get(id.index());
        if positions(fields.iter().filter_map(row), leaves) < 2 {
            return Ok(true);
        }
        for field in fields.iter().filter_map(row) {
            leaves.prepare(field.path);
        }
        let concerned = fields.iter().filter_map(row).filter(|field| leaves.in_cells(field.path));
        scratch.arrays.agree(leaves, concerned, |field, value| self.tests.meets(field, value, &self.index))
    }
}
