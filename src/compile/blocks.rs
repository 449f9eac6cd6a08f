//! Which conjunctions are checked as a block, and what the block has columns for: by estimated cost.

use super::build::{Access, Renumbered};
use super::selectivity::Selectivity;
use super::store::Store;
use super::test::Kind;
use crate::ids::{ConjunctionId, FieldId, PathId, RuleId, TestId};
use crate::matcher::block::{Block, BlockPath};

/// Costs in nanoseconds, measured on the `weak` and `bus` workloads; only their ratios matter.
mod cost {
    /// A conjunction that is woken and checked.
    pub(super) const CHECK: f32 = 12.0;
    /// A list of postings that is woken.
    pub(super) const WAKE: f32 = 10.0;
    /// A block that is woken, whatever its size.
    pub(super) const BLOCK: f32 = 20.0;
    /// A path of a block: finding the column of its value.
    pub(super) const PATH: f32 = 6.0;
    /// A path of the block of every event: the value has to be looked up, too.
    pub(super) const ROOT_PATH: f32 = 14.0;
    /// A word of a column.
    pub(super) const WORD: f32 = 0.4;
    /// A conjunction that the columns leave.
    pub(super) const LEFT: f32 = 15.0;
}

/// Fewer conjunctions than this are no block.
const LEAST: usize = 16;

/// More conjunctions than this are not woken by every event.
const MOST_IN_ROOT: usize = 1 << 15;

/// Up to so many conjunctions of the block of every event, each test has its column.
const SMALL: usize = 256;

/// A column is kept for a test if one in so many of the block's conjunctions have it. This bounds the memory: a column's
/// bit for each conjunction costs at most four bytes for each test of each.
const SHARED_BY: usize = 32;

/// The blocks that are worth their while.
#[derive(Default)]
pub(super) struct Drafts {
    /// The block of every event.
    pub(super) root: Option<Draft>,
    /// Which conjunctions are in the root.
    in_root: Vec<bool>,
    /// Lists of postings that are blocks, in ascending order, by [`Lists::number`].
    pub(super) lists: Vec<(usize, Draft)>,
}

/// A block before the numbers of what is in it are known.
pub(super) struct Draft {
    /// Positions of conjunctions, each with the field that has woken it.
    members: Vec<(u32, Option<FieldId>)>,
    paths: Vec<(PathId, Vec<TestId>)>,
    /// Fields that the paths' columns decide, ascending.
    covered: Vec<FieldId>,
    /// Fields with a column of their own.
    fields: Vec<FieldId>,
    /// What it costs an event that wakes it.
    cost: f32,
}

/// Numbers for lists of postings in the store's terms: by test, then by path, then the one of every event.
#[derive(Clone, Copy)]
pub(super) struct Lists<'s> {
    store: &'s Store,
}

impl<'s> Lists<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Lists { store }
    }

    pub(super) fn count(self) -> usize {
        self.store.tests().len() + self.store.paths().len() + 1
    }

    /// Calls `each` with the number of each list that a conjunction is filed in.
    pub(super) fn of(self, access: Access, mut each: impl FnMut(usize)) {
        let tests = self.store.tests().len();
        match access {
            Access::Tests(field) => self.store.field_tests(field).iter().for_each(|id| each(id.index())),
            Access::Path(field) => each(tests + self.store.field_path(field).index()),
            Access::Always => each(tests + self.store.paths().len()),
        }
    }

    /// The share of events that wake a list.
    fn share(self, list: usize, selectivity: &Selectivity) -> f32 {
        if list < self.store.tests().len() { selectivity.of_test(TestId::new(list)).min(1.0) } else { 1.0 }
    }
}

impl Access {
    /// The field that needs no checking any more when a list has woken the conjunction.
    pub(super) fn passed(self) -> Option<FieldId> {
        match self {
            Access::Tests(field) => Some(field),
            Access::Path(_) | Access::Always => None,
        }
    }
}

impl Drafts {
    pub(super) fn new(
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        access: &[Access],
        selectivity: &Selectivity,
        anyway: bool,
    ) -> Self {
        let mut drafts = Drafts::default();
        if conjunctions.len() < LEAST && !anyway {
            return drafts;
        }
        let lists = Lists::new(store);
        let mut lengths = vec![0_u32; lists.count()];
        for access in access {
            lists.of(*access, |list| {
                if let Some(length) = lengths.get_mut(list) {
                    *length += 1;
                }
            });
        }
        let mut tally = Tally::new(store, conjunctions, selectivity, anyway);
        drafts.lists = list_drafts(lists, &lengths, access, &mut tally);
        if anyway {
            let members = (0_u32..).zip(conjunctions).step_by(2).map(|(position, _)| (position, None)).collect();
            drafts.root = Some(Draft::new(members, true, &mut tally));
        } else {
            let costs = Costs::new(lists, &lengths, &drafts.lists, selectivity);
            drafts.choose_root(lists, access, &costs, &mut tally);
        }
        drafts.take_root_out(conjunctions.len(), if anyway { 1 } else { LEAST });
        drafts
    }

    /// The blocks in the order of their numbers: the one of every event first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.root.iter().chain(self.lists.iter().map(|(_, draft)| draft))
    }

    /// Whether the conjunction at a position is in the block of every event.
    pub(super) fn is_in_root(&self, position: usize) -> bool {
        self.in_root.get(position).is_some_and(|is| *is)
    }

    /// The tests that have columns, ascending.
    pub(super) fn tests(&self) -> Vec<TestId> {
        let mut tests: Vec<TestId> =
            self.iter().flat_map(|draft| &draft.paths).flat_map(|(_, tests)| tests).copied().collect();
        tests.sort_unstable();
        tests.dedup();
        tests
    }

    /// Takes the conjunctions whose lists cost most into a block of every event, if that saves something.
    fn choose_root(&mut self, lists: Lists<'_>, access: &[Access], costs: &Costs, tally: &mut Tally<'_>) {
        let per_conjunction: Vec<f32> = access.iter().map(|access| costs.of(lists, *access)).collect();
        let mut best = 0.0;
        for least in [8.0, 2.0, 0.5, 0.1] {
            let weak = || per_conjunction.iter().zip(0_u32..).filter(|(cost, _)| **cost >= least);
            let count = weak().count();
            if !(LEAST..=MOST_IN_ROOT).contains(&count) {
                continue;
            }
            let now: f32 = weak().map(|(cost, _)| *cost).sum();
            let draft = Draft::new(weak().map(|(_, position)| (position, None)).collect(), true, tally);
            if now - draft.cost > best {
                best = now - draft.cost;
                self.root = Some(draft);
            }
        }
    }

    /// Takes the conjunctions of the root out of the lists, and lists that become short out of the blocks.
    fn take_root_out(&mut self, conjunctions: usize, least: usize) {
        let Some(root) = &self.root else { return };
        self.in_root = vec![false; conjunctions];
        for (position, _) in &root.members {
            if let Some(is) = self.in_root.get_mut(*position as usize) {
                *is = true;
            }
        }
        let in_root = &self.in_root;
        for (_, draft) in &mut self.lists {
            draft.members.retain(|(position, _)| !in_root.get(*position as usize).is_some_and(|is| *is));
        }
        self.lists.retain(|(_, draft)| draft.members.len() >= least);
    }
}

/// What conjunctions cost an event where they are filed.
struct Costs {
    /// For each list, the cost of one of its conjunctions.
    shares: Vec<f32>,
}

impl Costs {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn new(lists: Lists<'_>, lengths: &[u32], drafts: &[(usize, Draft)], selectivity: &Selectivity) -> Self {
        let mut shares: Vec<f32> = lengths
            .iter()
            .enumerate()
            .map(|(list, length)| lists.share(list, selectivity) * (cost::WAKE / (*length).max(1) as f32 + cost::CHECK))
            .collect();
        for (list, draft) in drafts {
            if let Some(share) = shares.get_mut(*list) {
                *share = lists.share(*list, selectivity) * (cost::WAKE + draft.cost) / draft.members.len() as f32;
            }
        }
        Costs { shares }
    }

    fn of(&self, lists: Lists<'_>, access: Access) -> f32 {
        let mut sum = 0.0;
        lists.of(access, |list| sum += self.shares.get(list).copied().unwrap_or(0.0));
        sum
    }
}

/// Blocks for the lists that are long enough, where a block is cheaper.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn list_drafts(lists: Lists<'_>, lengths: &[u32], access: &[Access], tally: &mut Tally<'_>) -> Vec<(usize, Draft)> {
    // Long lists by their rank among them, so that the memory is that of the long ones.
    let least = if tally.anyway { 1 } else { 2 * LEAST };
    let mut ranks = vec![u32::MAX; lengths.len()];
    let mut members: Vec<(usize, Vec<(u32, Option<FieldId>)>)> = Vec::new();
    for ((list, length), rank) in lengths.iter().enumerate().zip(&mut ranks) {
        if *length as usize >= least {
            *rank = u32::try_from(members.len()).unwrap_or(u32::MAX);
            members.push((list, Vec::with_capacity(*length as usize)));
        }
    }
    if members.is_empty() {
        return Vec::new();
    }
    for (access, position) in access.iter().zip(0..) {
        lists.of(*access, |list| {
            let rank = ranks.get(list).map_or(usize::MAX, |rank| *rank as usize);
            if let Some((_, members)) = members.get_mut(rank) {
                members.push((position, access.passed()));
            }
        });
    }
    let anyway = tally.anyway;
    let drafts = members.into_iter().map(|(list, members)| (list, Draft::new(members, false, tally)));
    drafts.filter(|(_, draft)| anyway || draft.cost < cost::CHECK * draft.members.len() as f32).collect()
}

/// Tables by field and test of the store, for one draft at a time.
struct Tally<'s> {
    store: &'s Store,
    conjunctions: &'s [(RuleId, ConjunctionId)],
    selectivity: &'s Selectivity,
    /// Whether cost is no matter, for tests.
    anyway: bool,
    /// How many of the draft's conjunctions have each.
    fields: Vec<u32>,
    tests: Vec<u32>,
    /// Fields that were counted.
    touched: Vec<FieldId>,
}

impl<'s> Tally<'s> {
    fn new(
        store: &'s Store,
        conjunctions: &'s [(RuleId, ConjunctionId)],
        selectivity: &'s Selectivity,
        anyway: bool,
    ) -> Self {
        Tally {
            store,
            conjunctions,
            selectivity,
            anyway,
            fields: vec![0; store.field_count()],
            tests: vec![0; store.tests().len()],
            touched: Vec::new(),
        }
    }

    fn fields_of(&self, (position, passed): (u32, Option<FieldId>)) -> impl Iterator<Item = FieldId> + use<'s> {
        let conjunction = self.conjunctions.get(position as usize).map(|(_, conjunction)| *conjunction);
        let fields = conjunction.map_or(&[][..], |conjunction| self.store.conjunction_fields(conjunction));
        fields.iter().copied().filter(move |field| Some(*field) != passed)
    }

    fn uses(&self, field: FieldId) -> u32 {
        self.fields.get(field.index()).copied().unwrap_or(0)
    }

    fn count(&mut self, members: &[(u32, Option<FieldId>)]) {
        for member in members {
            for field in self.fields_of(*member) {
                if let Some(uses) = self.fields.get_mut(field.index()) {
                    if *uses == 0 {
                        self.touched.push(field);
                    }
                    *uses += 1;
                }
            }
        }
        for field in &self.touched {
            for test in self.store.field_tests(*field) {
                if let Some(count) = self.tests.get_mut(test.index()) {
                    *count += self.fields.get(field.index()).copied().unwrap_or(0);
                }
            }
        }
    }

    fn forget(&mut self) {
        for field in self.touched.drain(..) {
            for test in self.store.field_tests(field) {
                if let Some(count) = self.tests.get_mut(test.index()) {
                    *count = 0;
                }
            }
            if let Some(uses) = self.fields.get_mut(field.index()) {
                *uses = 0;
            }
        }
    }

    /// Whether columns can decide a field, all of whose tests must be shared by so many.
    fn is_covered(&self, field: FieldId, shared_by: u32) -> bool {
        self.store.field_tests(field).iter().all(|id| {
            let kind = self.store.tests().get(id.index()).map_or(Kind::AnythingBut, |test| test.kind);
            match kind {
                Kind::Exists | Kind::Absent => true,
                kind => has_columns(kind) && self.tests.get(id.index()).is_some_and(|count| *count >= shared_by),
            }
        })
    }
}

/// Whether a value can look up the tests of a kind at little cost, whatever else is looked up at its path.
fn has_columns(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::String
            | Kind::Number
            | Kind::Spelling
            | Kind::Prefix
            | Kind::Suffix
            | Kind::False
            | Kind::True
            | Kind::Null
            | Kind::AnyString
            | Kind::Range
    )
}

impl Draft {
    /// Chooses what to have columns for; `root` if every event wakes the block.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn new(members: Vec<(u32, Option<FieldId>)>, root: bool, tally: &mut Tally<'_>) -> Self {
        tally.count(&members);
        let least = members.len() / SHARED_BY;
        let shared_by = if tally.anyway || root && members.len() <= SMALL { 1 } else { least.max(2) };
        let shared_by = u32::try_from(shared_by).unwrap_or(u32::MAX);
        let mut draft =
            Draft { paths: Vec::new(), covered: Vec::new(), fields: Vec::new(), cost: cost::BLOCK, members };
        let words = draft.members.len().div_ceil(64) as f32;
        let path_cost = words * cost::WORD + if root { cost::ROOT_PATH } else { cost::PATH };
        // How likely each member is left by the columns chosen so far.
        let mut left = vec![1.0_f32; draft.members.len()];
        for (path, fields) in draft.candidates(shared_by, tally) {
            let out = |(member, field): &(u32, FieldId)| {
                left.get(*member as usize).copied().unwrap_or(0.0) * (1.0 - tally.selectivity.of(*field)).max(0.0)
            };
            let saved: f32 = fields.iter().map(out).sum::<f32>() * cost::CHECK;
            if saved <= path_cost && !tally.anyway {
                continue;
            }
            draft.cost += path_cost;
            for (member, field) in &fields {
                draft.covered.push(*field);
                if let Some(left) = left.get_mut(*member as usize) {
                    *left *= tally.selectivity.of(*field).min(1.0);
                }
            }
            draft.paths.push((path, Vec::new()));
        }
        draft.covered.sort_unstable();
        draft.covered.dedup();
        draft.choose_tests(tally);
        draft.choose_fields(shared_by.max(if tally.anyway { 2 } else { 4 }), tally);
        draft.cost += draft.fields.len() as f32 * cost::PATH + left.iter().sum::<f32>() * cost::LEFT;
        tally.forget();
        draft
    }

    /// The paths that could have columns, each with the fields that they would cover and their members; those that rule
    /// out most first.
    fn candidates(&self, shared_by: u32, tally: &Tally<'_>) -> Vec<(PathId, Vec<(u32, FieldId)>)> {
        let mut fields = Vec::new();
        for (member, number) in self.members.iter().zip(0_u32..) {
            for field in tally.fields_of(*member).filter(|field| tally.is_covered(*field, shared_by)) {
                fields.push((tally.store.field_path(field), number, field));
            }
        }
        fields.sort_unstable();
        let mut candidates: Vec<(f32, PathId, Vec<(u32, FieldId)>)> = fields
            .chunk_by(|(a, ..), (b, ..)| a == b)
            .filter_map(|same| {
                let (path, ..) = same.first()?;
                let out = same.iter().map(|(_, _, field)| (1.0 - tally.selectivity.of(*field)).max(0.0)).sum();
                Some((out, *path, same.iter().map(|(_, number, field)| (*number, *field)).collect()))
            })
            .collect();
        candidates.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        candidates.into_iter().map(|(_, path, fields)| (path, fields)).collect()
    }

    fn choose_tests(&mut self, tally: &Tally<'_>) {
        let store = tally.store;
        let mut tests: Vec<(PathId, TestId)> = Vec::new();
        for field in &self.covered {
            for id in store.field_tests(*field) {
                if let Some(test) = store.tests().get(id.index()).filter(|test| has_columns(test.kind)) {
                    tests.push((test.path, *id));
                }
            }
        }
        tests.sort_unstable();
        tests.dedup();
        for (path, chosen) in &mut self.paths {
            let start = tests.partition_point(|(other, _)| other < path);
            let end = tests.partition_point(|(other, _)| other <= path);
            chosen.extend(tests.get(start..end).unwrap_or_default().iter().map(|(_, id)| *id));
        }
    }

    fn choose_fields(&mut self, shared_by: u32, tally: &Tally<'_>) {
        let covered = &self.covered;
        let shared = |field: &&FieldId| tally.uses(**field) >= shared_by && covered.binary_search(field).is_err();
        self.fields = tally.touched.iter().filter(shared).copied().collect();
        let of = |field: &FieldId| tally.selectivity.of(*field);
        self.fields.sort_by(|a, b| of(a).total_cmp(&of(b)));
    }

    /// Builds the block.
    pub(super) fn build(
        &self,
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        selectivity: &Selectivity,
        renumbered: &Renumbered,
    ) -> Block {
        let words = self.members.len().div_ceil(64);
        let mut block = Block { words, ..Block::default() };
        let mut paths: Vec<(PathId, usize)> = Vec::new();
        for (path, tests) in &self.paths {
            let start = TestId::new(block.tests.len()).0;
            let mut tests: Vec<TestId> = tests.iter().map(|id| renumbered.test(*id)).collect();
            tests.sort_unstable();
            block.tests.extend(tests);
            let end = TestId::new(block.tests.len()).0;
            let column = TestId::new(block.columns.len() / words.max(1)).0;
            let count = 2 + (end - start) as usize;
            block.columns.resize(block.columns.len() + count * words, 0);
            paths.push((*path, block.paths.len()));
            block.paths.push(BlockPath { path: *path, column, start, end });
        }
        paths.sort_unstable();
        let first_field = block.columns.len() / words.max(1);
        for (number, field) in self.fields.iter().enumerate() {
            block.fields.push((renumbered.field(*field), TestId::new(first_field + number).0));
        }
        block.columns.resize(block.columns.len() + self.fields.len() * words, 0);
        let mut own: Vec<(FieldId, u32)> =
            self.fields.iter().copied().zip(block.fields.iter().map(|(_, column)| *column)).collect();
        own.sort_unstable();
        block.starts.push(0);
        for (member, (position, passed)) in self.members.iter().enumerate() {
            let Some((_, conjunction)) = conjunctions.get(*position as usize) else { continue };
            let fields = || store.conjunction_fields(*conjunction).iter().filter(|field| Some(**field) != *passed);
            let mut others = Vec::new();
            for field in fields() {
                if self.covered.binary_search(field).is_ok() {
                    let path = store.field_path(*field);
                    let at = paths.binary_search_by_key(&path, |(path, _)| *path).ok().and_then(|at| paths.get(at));
                    if let Some((_, at)) = at {
                        mark(&mut block, *at, member, store, *field, renumbered);
                    }
                } else if let Ok(at) = own.binary_search_by_key(field, |(field, _)| *field) {
                    if let Some((_, column)) = own.get(at) {
                        set(&mut block.columns, *column as usize * words, member);
                    }
                } else {
                    others.push(*field);
                }
            }
            others.sort_by(|a, b| selectivity.of(*a).total_cmp(&selectivity.of(*b)));
            block.entries.push(ConjunctionId::new(*position as usize).0);
            block.entries.extend(others.iter().map(|field| renumbered.field(*field).0));
            block.starts.push(FieldId::new(block.entries.len()).0);
        }
        finish(&mut block, first_field, self.members.len());
        block
    }
}

fn set(columns: &mut [u64], column: usize, member: usize) {
    if let Some(word) = columns.get_mut(column + member / 64) {
        *word |= 1 << (member % 64);
    }
}

/// Notes which columns of a path a conjunction's field is met by. Until [`finish`], the bits of the first two columns
/// say: it has a field that isn't met by absence, or by any leaf.
fn mark(block: &mut Block, at: usize, member: usize, store: &Store, field: FieldId, renumbered: &Renumbered) {
    let Some(BlockPath { column, start, end, .. }) = block.paths.get(at).copied() else { return };
    let words = block.words;
    let first = column as usize * words;
    let (mut absent, mut present) = (false, false);
    for id in store.field_tests(field) {
        match store.tests().get(id.index()).map(|test| test.kind) {
            Some(Kind::Absent) => absent = true,
            Some(Kind::Exists) => present = true,
            _ => {
                let tests = block.tests.get(start as usize..end as usize).unwrap_or_default();
                if let Ok(test) = tests.binary_search(&renumbered.test(*id)) {
                    set(&mut block.columns, first + (2 + test) * words, member);
                }
            }
        }
    }
    if !absent {
        set(&mut block.columns, first, member);
    }
    if !present {
        set(&mut block.columns, first + words, member);
    }
}

/// Turns the columns that say which conjunctions have a field into ones of those that don't, and adds those that any
/// leaf leaves to the columns of tests.
fn finish(block: &mut Block, first_field: usize, members: usize) {
    let words = block.words;
    let flip = |column: &mut [u64]| {
        for word in column.iter_mut() {
            *word = !*word;
        }
        if let Some(last) = column.last_mut() {
            *last &= !0 >> (words * 64 - members);
        }
    };
    let (paths, fields) = block.columns.split_at_mut_checked(first_field * words).unwrap_or_default();
    fields.chunks_exact_mut(words.max(1)).for_each(flip);
    for path in &block.paths {
        let first = path.column as usize * words;
        let last = first + (2 + (path.end - path.start) as usize) * words;
        let columns = paths.get_mut(first..last).unwrap_or_default();
        let (base, tests) = columns.split_at_mut_checked(2 * words).unwrap_or_default();
        base.chunks_exact_mut(words.max(1)).for_each(flip);
        let present = base.get(words..).unwrap_or_default();
        for column in tests.chunks_exact_mut(words.max(1)) {
            column.iter_mut().zip(present).for_each(|(to, from)| *to |= from);
        }
    }
    block.paths.shrink_to_fit();
    block.tests.shrink_to_fit();
    block.starts.shrink_to_fit();
    block.entries.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::super::build::Plan;
    use super::super::normalise::normalise;
    use super::*;

    fn drafts(rules: impl IntoIterator<Item = String>) -> Drafts {
        let mut store = Store::default();
        let mut conjunctions = Vec::new();
        for (rule, text) in rules.into_iter().enumerate() {
            let ids = normalise(&text.parse().expect("a pattern"), &mut store);
            conjunctions.extend(ids.into_iter().map(|id| (RuleId::new(rule), id)));
        }
        let uses = super::super::build::uses(&store, &conjunctions);
        let plan = Plan::new(&store, &conjunctions, &uses);
        Drafts::new(&store, &conjunctions, &plan.access, &plan.selectivity, false)
    }

    /// Rules of five fields each, whose values are some of twenty.
    fn weak(count: usize, more: &str) -> impl Iterator<Item = String> {
        (0..count).map(move |n| {
            let fields = (0..5).map(|field| {
                let value = |turn: usize| (n / 20_usize.pow(field % 3) + n * 7 * turn + field as usize) % 20;
                format!(r#""f{}": ["v{}", "v{}"], "#, (n + field as usize * 3) % 8, value(0), value(1))
            });
            format!(r#"{{{}"g": [{{"exists": true}}]{more}}}"#, fields.collect::<String>())
        })
    }

    #[test]
    fn weak_rules_are_the_block_of_every_event() {
        let drafts = drafts(weak(1_000, ""));
        assert_eq!(drafts.root.map(|root| root.members.len()), Some(1_000));
        assert!(drafts.lists.is_empty());
    }

    #[test]
    fn a_long_list_is_a_block() {
        let rare = (0..9_000).map(|n| format!(r#"{{"kind": ["k{n}"]}}"#));
        let drafts = drafts(weak(1_000, r#", "kind": ["rare"]"#).chain(rare));
        assert!(drafts.root.is_none());
        assert_eq!(drafts.lists.len(), 1);
    }

    #[test]
    fn selective_rules_are_in_no_block() {
        let drafts = drafts((0..1_000).map(|n| format!(r#"{{"kind": ["k{n}"], "f": ["v{}"]}}"#, n % 3)));
        assert!(drafts.root.is_none() && drafts.lists.is_empty());
    }
}
