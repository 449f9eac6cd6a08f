//! From a store to an engine: the live parts renumbered, each conjunction filed under its access test.

use smallvec::SmallVec;
use std::ops::Range;

use super::blocks::Drafts;
use super::draft::cost;
use super::options::CompileOptions;
use super::selectivity::Selectivity;
use super::store::Store;
use super::table::{FieldTests, TestList, TestTable, list_key};
use super::test::{Kind, Test, read_u64};
use crate::ids::{ConjunctionId, FieldId, PathId, RuleId, TestId};
use crate::index::Index;
use crate::matcher::Settings;
use crate::matcher::block::Blocks;
use crate::matcher::deaths::Deaths;
use crate::matcher::engine::{Engine, FieldRow};
use crate::matcher::sample;
use crate::scan::trie::PathTrie;

/// Lists of more strings and numbers than this are looked up, not tried one by one.
const LONG: usize = 8;

/// Compiles the live conjunctions, each with its rule.
pub(crate) fn build(
    store: &Store,
    conjunctions: &[(RuleId, ConjunctionId)],
    rules: usize,
    options: &CompileOptions,
    settings: &Settings,
) -> Engine {
    let uses = uses(store, conjunctions);
    let sample = count_sample(store, options, settings);
    let mut plan = Plan::new(store, conjunctions, &uses, sample.as_ref());
    let conjunctions = &plan.sort(store, conjunctions);
    let drafts = Drafts::new(store, conjunctions, &plan.access, &plan.selectivity, options.blocks_anyway);
    let (starts, mut fields) = checked_fields(store, conjunctions, &plan.access, &drafts);
    let renumbered = Renumbered::new(store, &fields, &plan, &drafts);
    fields.iter_mut().for_each(|field| *field = renumbered.field(*field));
    let paths = store.paths().len();
    let postings = plan.postings(store, conjunctions, &renumbered, &drafts);
    let blocks = Blocks {
        blocks: drafts.iter().map(|draft| draft.build(store, conjunctions, &plan.selectivity, &renumbered)).collect(),
        columned: renumbered.columned.clone(),
        waking: renumbered.table.waking_paths(renumbered.access, paths),
    };
    let access = (0..renumbered.indexed).map(TestId::new);
    let members = renumbered.table.members(&renumbered.fields, renumbered.indexed);
    let index = Index::new(&renumbered.table, paths, access, members.iter().copied());
    Engine {
        trie: PathTrie::new(store.paths().iter().map(|path| &**path)),
        tests: renumbered.table,
        fields: renumbered.fields,
        shared: renumbered.shared,
        conjunction_starts: starts,
        conjunction_fields: fields,
        conjunction_rules: conjunctions.iter().map(|(rule, _)| *rule).collect(),
        index,
        access: renumbered.access,
        postings,
        blocks,
        paths,
        rules,
        deaths: Deaths::default(),
    }
}

/// Counts in the sample of events, if there is one, how often the store's tests hold.
pub(super) fn count_sample(store: &Store, options: &CompileOptions, settings: &Settings) -> Option<sample::Counts> {
    let events = options.sample.as_ref()?;
    let table = TestTable::of_store(store);
    let indexed = store.tests().iter().enumerate().filter(|(_, test)| test.kind.is_indexed());
    let indexed = indexed.map(|(id, _)| TestId::new(id));
    Some(sample::count(events.events(), store.paths(), &table, indexed, settings))
}

/// How many of the conjunctions have each field.
pub(super) fn uses(store: &Store, conjunctions: &[(RuleId, ConjunctionId)]) -> Vec<u32> {
    count(store, conjunctions.iter().flat_map(|(_, conjunction)| store.conjunction_fields(*conjunction)))
}

/// How often each field of the store occurs.
fn count<'s>(store: &Store, fields: impl Iterator<Item = &'s FieldId>) -> Vec<u32> {
    let mut uses = vec![0_u32; store.field_count()];
    for field in fields {
        if let Some(uses) = uses.get_mut(field.index()) {
            *uses += 1;
        }
    }
    uses
}

/// The fields of each conjunction end to end, and where each conjunction's begin; none where its only field wakes it, as
/// nothing is left to check then, nor can the positions of a single leaf disagree.
fn checked_fields(
    store: &Store,
    conjunctions: &[(RuleId, ConjunctionId)],
    access: &[Access],
    drafts: &Drafts,
) -> (Vec<u32>, Vec<FieldId>) {
    let mut starts = Vec::with_capacity(conjunctions.len() + 1);
    starts.push(0);
    let mut checked = Vec::new();
    for (position, ((_, conjunction), access)) in conjunctions.iter().zip(access).enumerate() {
        let fields = store.conjunction_fields(*conjunction);
        if fields.len() > 1 || access.passed().is_none() || drafts.is_in_root(position) {
            checked.extend_from_slice(fields);
        }
        starts.push(FieldId::new(checked.len()).0);
    }
    checked.shrink_to_fit();
    (starts, checked)
}

/// What wakes a conjunction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// The tests of this field, each of which is in the index.
    Tests(FieldId),
    /// Any leaf at the path of this field, which is then checked like the others.
    Path(FieldId),
    /// Every event: all its fields hold where there is no leaf.
    Always,
}

/// Words of postings that a field's tests may cost beyond the first test's, unless the rule set itself is larger.
const MOST_COPIES: usize = 1 << 20;

/// What of a field can wake conjunctions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waking {
    /// It holds where there is no leaf.
    Nothing,
    /// A leaf at its path.
    Path,
    /// Its tests, each of which says what its value is.
    Tests,
}

impl Waking {
    fn of(store: &Store, field: FieldId) -> Self {
        let kinds =
            store.field_tests(field).iter().filter_map(|id| store.tests().get(id.index())).map(|test| test.kind);
        kinds.fold(Waking::Tests, |waking, kind| match kind {
            Kind::Absent => Waking::Nothing,
            _ if kind.is_indexed() || waking == Waking::Nothing => waking,
            _ => Waking::Path,
        })
    }
}

/// What wakes each conjunction, and the order in which its other fields are checked.
pub(super) struct Plan {
    pub(super) access: Vec<Access>,
    pub(super) selectivity: Selectivity,
}

impl Plan {
    pub(super) fn new(
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        uses: &[u32],
        sample: Option<&sample::Counts>,
    ) -> Self {
        let mut plan =
            Plan { access: Vec::with_capacity(conjunctions.len()), selectivity: Selectivity::new(store, uses, sample) };
        // Field by field, as that is in the order of memory.
        let waking: Vec<Waking> =
            (0..store.field_count()).map(|field| Waking::of(store, FieldId::new(field))).collect();
        let costs = plan.costs(store, uses, &waking);
        let size: usize = conjunctions.iter().map(|(_, id)| store.conjunction_fields(*id).len()).sum();
        // Each of a field's tests files each of the field's conjunctions, some `length` words long, once more: a long
        // list of tests in a rule whose `$or` has many combinations must not multiply.
        let is_affordable = |field: FieldId, length: usize| {
            let uses = uses.get(field.index()).map_or(0, |uses| *uses as usize);
            let copies = store.field_tests(field).len().saturating_sub(1).saturating_mul(uses);
            copies.saturating_mul(length) <= size.max(MOST_COPIES)
        };
        for (_, conjunction) in conjunctions {
            let fields = store.conjunction_fields(*conjunction);
            let access = match choose(fields, &waking, &costs) {
                None => Access::Always,
                Some((field, Waking::Tests)) if is_affordable(field, fields.len() + 2) => Access::Tests(field),
                Some((field, _)) => Access::Path(field),
            };
            plan.access.push(access);
        }
        plan
    }

    /// Sorts the conjunctions by what wakes them, and gives them in that order. What is woken together then lies together,
    /// and so do its fields and tests, which are numbered in this order: a matter of cache misses from some 100,000
    /// rules on. A number wakes ranges that begin not far below it, so those are sorted by where they begin. Conjunctions
    /// that are the same but for their rule lie side by side, to be checked as one.
    fn sort(&mut self, store: &Store, conjunctions: &[(RuleId, ConjunctionId)]) -> Vec<(RuleId, ConjunctionId)> {
        let (mut ranges, mut others) = (Vec::new(), Vec::new());
        for (position, access) in self.access.iter().enumerate() {
            match range_start(store, *access) {
                Some((path, low)) => ranges.push((path, low, position)),
                None => others.push((*access, position)),
            }
        }
        let fields = |position: usize| conjunctions.get(position).map(|(_, id)| store.conjunction_fields(*id));
        let by_fields = |a: usize, b: usize| fields(a).cmp(&fields(b)).then(a.cmp(&b));
        ranges.sort_unstable_by(|(path, low, a), (other, other_low, b)| {
            (path, low).cmp(&(other, other_low)).then_with(|| by_fields(*a, *b))
        });
        others.sort_unstable_by(|(access, a), (other, b)| access.cmp(other).then_with(|| by_fields(*a, *b)));
        let order =
            || others.iter().map(|(_, position)| *position).chain(ranges.iter().map(|(.., position)| *position));
        self.access = order().filter_map(|position| self.access.get(position).copied()).collect();
        order().filter_map(|position| conjunctions.get(position).copied()).collect()
    }

    /// By field, what it costs an event, on average, if the field wakes a conjunction: that it does so in vain, and the
    /// conjunction's share in looking up the values at the path, which are looked up once for all.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn costs(&self, store: &Store, uses: &[u32], waking: &[Waking]) -> Vec<f32> {
        let fields = || (0..store.field_count()).map(FieldId::new).zip(waking);
        let mut able = vec![0_u32; store.paths().len()];
        for ((field, _), uses) in fields().zip(uses).filter(|((_, waking), _)| **waking == Waking::Tests) {
            if let Some(able) = able.get_mut(store.field_path(field).index()) {
                *able = able.saturating_add(*uses);
            }
        }
        let lookup = |path: PathId| {
            let able = able.get(path.index()).copied().unwrap_or(0).max(1);
            cost::LOOKUP * self.selectivity.presence(path) / able as f32
        };
        let cost = |(field, waking): (FieldId, &Waking)| {
            let woken = self.selectivity.of(field) * (cost::WAKE + cost::CHECK);
            if *waking == Waking::Tests { woken + lookup(store.field_path(field)) } else { woken }
        };
        fields().map(cost).collect()
    }
}

/// The field that wakes something at the lowest cost.
fn choose(fields: &[FieldId], waking: &[Waking], costs: &[f32]) -> Option<(FieldId, Waking)> {
    let waking = |field: &FieldId| waking.get(field.index()).copied().unwrap_or(Waking::Nothing);
    let cost = |field: &FieldId| costs.get(field.index()).copied().unwrap_or(f32::MAX);
    let able = fields.iter().map(|field| (*field, waking(field))).filter(|(_, waking)| *waking != Waking::Nothing);
    able.min_by(|(a, _), (b, _)| cost(a).total_cmp(&cost(b)))
}

/// The path of a range that wakes a conjunction, and where it begins.
fn range_start(store: &Store, access: Access) -> Option<(PathId, u64)> {
    let test = store.tests().get(store.field_tests(access.passed()?).first()?.index())?;
    (test.kind == Kind::Range).then(|| (test.path, read_u64(test.key(store.keys()), 0)))
}

/// The live tests and fields under new numbers: tests that wake something first, then those that have columns in
/// blocks; those that do both lie between.
pub(super) struct Renumbered {
    table: TestTable,
    fields: Vec<FieldRow>,
    /// How many fields several conjunctions have: the first ones.
    shared: usize,
    /// How many tests wake something.
    pub(super) access: usize,
    /// How many tests are looked up.
    indexed: usize,
    /// The tests that have columns.
    columned: Range<u32>,
    new_tests: Vec<TestId>,
    new_fields: Vec<FieldId>,
}

/// No new number.
const DEAD: u32 = u32::MAX;

impl Renumbered {
    /// `checked` are the fields of all conjunctions that there is something to check of.
    fn new(store: &Store, checked: &[FieldId], plan: &Plan, drafts: &Drafts) -> Self {
        let mut renumbered = Renumbered {
            table: TestTable::default(),
            fields: Vec::new(),
            shared: 0,
            access: 0,
            indexed: 0,
            columned: 0..0,
            new_tests: vec![TestId(DEAD); store.tests().len()],
            new_fields: vec![FieldId(DEAD); store.field_count()],
        };
        renumbered.add_indexed(store, &plan.access, drafts);
        let uses = count(store, checked.iter());
        for is_shared in [true, false] {
            for field in checked {
                let uses = uses.get(field.index()).copied().unwrap_or(0);
                if (uses > 1) == is_shared && renumbered.field(*field).0 == DEAD {
                    renumbered.add_field(store, *field);
                }
            }
            if is_shared {
                renumbered.shared = renumbered.fields.len();
            }
        }
        renumbered.table.rows.shrink_to_fit();
        renumbered.table.keys.shrink_to_fit();
        renumbered.table.lists.shrink_to_fit();
        renumbered.fields.shrink_to_fit();
        renumbered
    }

    /// Adds the tests that are looked up.
    fn add_indexed(&mut self, store: &Store, access: &[Access], drafts: &Drafts) {
        let mut with_columns = drafts.tests();
        let mut is_access = vec![false; store.tests().len()];
        for (position, access) in access.iter().enumerate() {
            if let (Access::Tests(field), false) = (access, drafts.is_in_root(position)) {
                for id in store.field_tests(*field) {
                    let is_new = is_access.get_mut(id.index()).is_some_and(|is| !std::mem::replace(is, true));
                    if is_new && with_columns.binary_search(id).is_err() {
                        self.add_test(store, *id);
                    }
                }
            }
        }
        let start = TestId::new(self.table.rows.len()).0;
        // Those of one path follow each other, so that a block finds them fast.
        let path = |id: &TestId| store.tests().get(id.index()).map(|test| test.path);
        with_columns.sort_by_key(|id| (path(id), *id));
        for wakes in [true, false] {
            for id in with_columns.iter().filter(|id| is_access.get(id.index()) == Some(&wakes)) {
                self.add_test(store, *id);
            }
            if wakes {
                self.access = self.table.rows.len();
            }
        }
        self.indexed = self.table.rows.len();
        self.columned = start..TestId::new(self.indexed).0;
    }

    pub(super) fn test(&self, old: TestId) -> TestId {
        self.new_tests.get(old.index()).copied().unwrap_or(TestId(DEAD))
    }

    pub(super) fn field(&self, old: FieldId) -> FieldId {
        self.new_fields.get(old.index()).copied().unwrap_or(FieldId(DEAD))
    }

    fn add_test(&mut self, store: &Store, old: TestId) -> TestId {
        let known = self.test(old);
        if known.0 != DEAD {
            return known;
        }
        let Some(test) = store.tests().get(old.index()) else { return known };
        let id = if test.kind == Kind::AnythingBut {
            let excluded: SmallVec<[TestId; 8]> = test.excluded(store.keys()).collect();
            let key = list_key(self.add_list(store, &excluded));
            self.push(*test, &key)
        } else {
            self.push(*test, test.key(store.keys()))
        };
        if let Some(new) = self.new_tests.get_mut(old.index()) {
            *new = id;
        }
        id
    }

    fn push(&mut self, test: Test, key: &[u8]) -> TestId {
        let start = TestId::new(self.table.keys.len()).0;
        self.table.keys.extend_from_slice(key);
        self.table.rows.push(Test { start, length: TestId::new(key.len()).0, ..test });
        TestId::new(self.table.rows.len() - 1)
    }

    fn add_list(&mut self, store: &Store, old: &[TestId]) -> TestList {
        let kind = |id: &TestId| store.tests().get(id.index()).map_or(Kind::Absent, |test| test.kind);
        let is_looked_up = |id: &TestId| matches!(kind(id), Kind::String | Kind::Number | Kind::Spelling);
        let mut tests: SmallVec<[(bool, TestId); 8]> =
            old.iter().map(|id| (!is_looked_up(id), self.add_test(store, *id))).collect();
        tests.sort_unstable();
        let mut looked_up = tests.iter().filter(|(tried, _)| !tried).count();
        if looked_up <= LONG {
            looked_up = 0;
        }
        let start = TestId::new(self.table.lists.len()).0;
        self.table.lists.extend(tests.iter().map(|(_, id)| *id));
        TestList { start, looked_up: TestId::new(looked_up).0, length: TestId::new(tests.len()).0 }
    }

    fn add_field(&mut self, store: &Store, old: FieldId) {
        let FieldTests { ids, excludes, absent } = FieldTests::of(store, old);
        let list = self.add_list(store, &ids);
        if let Some(new) = self.new_fields.get_mut(old.index()) {
            *new = FieldId::new(self.fields.len());
        }
        self.fields.push(FieldRow { list, path: store.field_path(old), excludes, absent });
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
pub(super) mod tests {
    use super::super::normalise::normalise;
    use super::*;
    use crate::Kernel;

    /// Rules in a store, with their conjunctions.
    pub(in super::super) fn stored(
        rules: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> (Store, Vec<(RuleId, ConjunctionId)>) {
        let mut store = Store::default();
        let mut conjunctions = Vec::new();
        for (rule, text) in rules.into_iter().enumerate() {
            let ids = normalise(&text.as_ref().parse().expect("a pattern"), &mut store);
            conjunctions.extend(ids.map(|id| (RuleId::new(rule), ConjunctionId(id))));
        }
        (store, conjunctions)
    }

    /// How many conjunctions an event of `region` r0 and `kind` k3 makes the engine check, of rules that mostly ask for
    /// other regions, when they are compiled with a sample of events.
    fn checked(sample: &[&str]) -> usize {
        let (store, conjunctions) = stored((0..450_usize).map(|rule| {
            let (region, kind) = (rule.max(50) - 50, rule % 10);
            format!(r#"{{"region": ["r{region}"], "kind": ["k{kind}"], "size": [{{"anything-but": 3}}]}}"#)
        }));
        let options = CompileOptions::new().sample(sample);
        let settings = options.settings_with(Kernel::Portable);
        let uses = uses(&store, &conjunctions);
        let counts = count_sample(&store, &options, &settings);
        let plan = Plan::new(&store, &conjunctions, &uses, counts.as_ref());
        let keys = [&b"r0"[..], b"k3"];
        let holds =
            |id: &TestId| store.tests().get(id.index()).is_some_and(|test| keys.contains(&test.key(store.keys())));
        let wakes = |access: &&Access| match access {
            Access::Tests(field) => store.field_tests(*field).iter().any(holds),
            Access::Path(_) | Access::Always => true,
        };
        plan.access.iter().filter(wakes).count()
    }

    /// The path of the field whose tests wake each rule.
    fn waking_paths(rules: &[impl AsRef<str>]) -> Vec<String> {
        let (store, conjunctions) = stored(rules);
        let plan = Plan::new(&store, &conjunctions, &uses(&store, &conjunctions), None);
        let field = |access: &Access| access.passed().expect("a field whose tests wake");
        let path = |field| store.paths().get(store.field_path(field).index()).expect("a path").to_string();
        plan.access.iter().map(|access| path(field(access))).collect()
    }

    #[test]
    fn what_is_rare_and_needs_few_lookups_wakes() {
        // What numbers a series is rarer than the only word at its path.
        let instance = r#"{"source": ["aws.ec2"], "state": ["stopped"], "instance": ["i-0123456789"]}"#;
        assert_eq!(waking_paths(&[instance]), ["instance"]);
        // A field of the envelope, which all events have, is looked up for all of them: for one rule that doesn't pay.
        let deep = r#"{"account": ["123456789012"], "detail": {"eventName": ["DeleteBucket"]}}"#;
        assert_eq!(waking_paths(&[deep]), ["detail.eventName"]);
        // For many rules it does.
        let many = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|n| deep.replace("789012", &format!("78901{n}")));
        assert_eq!(waking_paths(&many), ["account"; 9]);
        // Nor does it where another field must be looked up anyway.
        assert_eq!(waking_paths(&[r#"{"a": ["x"]}"#, r#"{"a": ["y"], "b": ["z"]}"#]), ["a", "a"]);
        // An account that several rules ask for may be the only one.
        let same = ["x", "y", "z"].map(|source| format!(r#"{{"account": ["123456789012"], "source": ["{source}"]}}"#));
        assert_eq!(waking_paths(&same), ["source"; 3]);
    }

    #[test]
    fn a_sample_is_better_than_a_guess() {
        let usual: Vec<String> =
            (0..40).map(|n| format!(r#"{{"region": "r0", "kind": "k{}", "size": 7}}"#, n % 10)).collect();
        let mut sample: Vec<&str> = usual.iter().map(String::as_str).collect();
        assert_eq!(checked(&[]), 51);
        assert_eq!(checked(&sample), 5);
        sample.extend(["{", "no event"]);
        assert_eq!(checked(&sample), 5, "malformed events don't count");
    }
}
