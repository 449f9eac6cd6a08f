//! A block before it is built: its conjunctions, and what it has columns for.

use super::selectivity::Selectivity;
use super::store::Store;
use super::test::Kind;
use crate::ids::{ConjunctionId, FieldId, PathId, RuleId, TestId};

/// Costs in nanoseconds, measured on the `weak` and `bus` workloads; only their ratios matter.
pub(super) mod cost {
    /// A conjunction that is woken and checked.
    pub(in super::super) const CHECK: f32 = 12.0;
    /// A list of postings that is woken.
    pub(in super::super) const WAKE: f32 = 10.0;
    /// A value that is looked up.
    pub(in super::super) const LOOKUP: f32 = 6.0;
    /// A block that is woken, whatever its size.
    pub(in super::super) const BLOCK: f32 = 20.0;
    /// A path of a block: finding the column of its value.
    pub(in super::super) const PATH: f32 = 6.0;
    /// A path of the block of every event: the value has to be looked up, too.
    pub(in super::super) const ROOT_PATH: f32 = 14.0;
    /// A word of a column.
    pub(in super::super) const WORD: f32 = 0.4;
    /// A conjunction that the columns leave.
    pub(in super::super) const LEFT: f32 = 15.0;
}

/// Up to so many conjunctions of the block of every event, each test has its column.
const SMALL: usize = 256;

/// A column is kept for a test if one in so many of the block's conjunctions have it. This bounds the memory: a column's
/// bit for each conjunction costs at most four bytes for each test of each.
const SHARED_BY: usize = 32;

/// The position of a conjunction, with the field that has woken it.
pub(super) type Member = (u32, Option<FieldId>);

/// The fields at a path, each with the number of its member.
type PathFields = (PathId, Vec<(u32, FieldId)>);

/// A block before the numbers of what is in it are known.
pub(super) struct Draft {
    /// Positions of conjunctions, each with the field that has woken it.
    pub(super) members: Vec<Member>,
    pub(super) paths: Vec<(PathId, Vec<TestId>)>,
    /// Fields that the paths' columns decide, ascending.
    pub(super) covered: Vec<FieldId>,
    /// Fields with a column of their own.
    pub(super) fields: Vec<FieldId>,
    /// What it costs an event that wakes it.
    pub(super) cost: f32,
}

impl Draft {
    /// Chooses what to have columns for; `root` if every event wakes the block.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn new(members: Vec<Member>, root: bool, tally: &mut Tally<'_>) -> Self {
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
    fn candidates(&self, shared_by: u32, tally: &Tally<'_>) -> Vec<PathFields> {
        let mut fields = Vec::new();
        for (member, number) in self.members.iter().zip(0_u32..) {
            for field in tally.fields_of(*member).filter(|field| tally.is_covered(*field, shared_by)) {
                fields.push((tally.store.field_path(field), number, field));
            }
        }
        fields.sort_unstable();
        let mut candidates: Vec<(f32, PathFields)> = fields
            .chunk_by(|(a, ..), (b, ..)| a == b)
            .filter_map(|same| {
                let (path, ..) = same.first()?;
                let out = same.iter().map(|(_, _, field)| (1.0 - tally.selectivity.of(*field)).max(0.0)).sum();
                Some((out, (*path, same.iter().map(|(_, number, field)| (*number, *field)).collect())))
            })
            .collect();
        candidates.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        candidates.into_iter().map(|(_, fields)| fields).collect()
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
}

/// Tables by field and test of the store, for one draft at a time.
pub(super) struct Tally<'s> {
    store: &'s Store,
    conjunctions: &'s [(RuleId, ConjunctionId)],
    selectivity: &'s Selectivity,
    /// Whether cost is no matter, for tests.
    pub(super) anyway: bool,
    /// How many of the draft's conjunctions have each.
    fields: Vec<u32>,
    tests: Vec<u32>,
    /// Fields that were counted.
    touched: Vec<FieldId>,
}

impl<'s> Tally<'s> {
    pub(super) fn new(
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

    fn fields_of(&self, (position, passed): Member) -> impl Iterator<Item = FieldId> + use<'s> {
        let conjunction = self.conjunctions.get(position as usize).map(|(_, conjunction)| *conjunction);
        let fields = conjunction.map_or(&[][..], |conjunction| self.store.conjunction_fields(conjunction));
        fields.iter().copied().filter(move |field| Some(*field) != passed)
    }

    fn uses(&self, field: FieldId) -> u32 {
        self.fields.get(field.index()).copied().unwrap_or(0)
    }

    fn count(&mut self, members: &[Member]) {
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
