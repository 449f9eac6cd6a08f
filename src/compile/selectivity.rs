//! How seldom a test holds, guessed from the tests of the rule set: a test that is one of many of its kind at its path
//! is met seldom, one that many rules share is met often. Where there is a sample of events, it counts instead.

use super::store::Store;
use super::test::{Kind, read_u64};
use crate::ids::{FieldId, TestId};
use crate::matcher::sample;

/// The guessed share of events in which a test holds, by test and by field.
pub(super) struct Selectivity {
    tests: Vec<f32>,
    fields: Vec<f32>,
}

impl Selectivity {
    /// `uses` says how many conjunctions have each field; the tests of the others don't count.
    /// Of the sample, if there is one, each test's share is made of what was counted in it.
    pub(super) fn new(store: &Store, uses: &[u32], sample: Option<&sample::Counts>) -> Self {
        let counts = Counts::new(store, uses);
        let mut shares: Vec<f32> = (0..store.tests().len()).map(|id| counts.share(store, TestId::new(id))).collect();
        if let Some(sample) = sample {
            for (id, share) in shares.iter_mut().enumerate() {
                *share = sample.share(seen(store, TestId::new(id), sample), *share);
            }
        }
        let share = |id: &TestId| shares.get(id.index()).copied().unwrap_or(1.0);
        let fields =
            (0..store.field_count()).map(|id| store.field_tests(FieldId::new(id)).iter().map(share).sum()).collect();
        Selectivity { fields, tests: shares }
    }

    /// The share of events in which a test holds.
    pub(super) fn of_test(&self, test: TestId) -> f32 {
        self.tests.get(test.index()).copied().unwrap_or(1.0)
    }

    /// The share of events in which one of a field's tests holds.
    pub(super) fn of(&self, field: FieldId) -> f32 {
        self.fields.get(field.index()).copied().unwrap_or(f32::MAX)
    }
}

/// In how many events of a sample a test holds.
fn seen(store: &Store, id: TestId, sample: &sample::Counts) -> u32 {
    let Some(test) = store.tests().get(id.index()) else { return 0 };
    let with_leaf = sample.of_path(test.path);
    match test.kind {
        Kind::Exists => with_leaf,
        Kind::Absent => sample.events.saturating_sub(with_leaf),
        Kind::AnythingBut => {
            // Roughly: a path may have several values, and a value may pass several tests.
            let (excluded, _) = test.key(store.keys()).as_chunks::<4>();
            let excluded = excluded.iter().map(|id| sample.of_test(TestId(u32::from_le_bytes(*id))));
            with_leaf.saturating_sub(excluded.fold(0, u32::saturating_add))
        }
        _ => sample.of_test(id),
    }
}

/// So many ends tell what share of them a range spans, as well as a guess needs it. Finding the places of a hundred thousand
/// ranges among all their ends took a quarter of the time of compiling them.
const MOST_ENDS: usize = 4_096;

/// Kinds of tests; for the sizes of tables.
const KINDS: usize = Kind::Absent as usize + 1;

struct Counts {
    /// How many conjunctions have each test.
    uses: Vec<u32>,
    /// How many distinct tests of each kind each path has.
    kinds: Vec<[u32; KINDS]>,
    /// How many uses the tests of each path have in all.
    total: Vec<u32>,
    /// The ends of each path's ranges, ascending, or [`MOST_ENDS`] that lie evenly among them.
    ends: Vec<Vec<u64>>,
}

impl Counts {
    fn new(store: &Store, field_uses: &[u32]) -> Self {
        let paths = store.paths().len();
        let mut counts = Counts {
            uses: vec![0; store.tests().len()],
            kinds: vec![[0; KINDS]; paths],
            total: vec![0; paths],
            ends: vec![Vec::new(); paths],
        };
        for (field, uses) in field_uses.iter().enumerate().filter(|(_, uses)| **uses > 0) {
            for id in store.field_tests(FieldId::new(field)) {
                if let Some(total) = counts.uses.get_mut(id.index()) {
                    *total = total.saturating_add(*uses);
                }
            }
        }
        for (test, uses) in store.tests().iter().zip(&counts.uses).filter(|(_, uses)| **uses > 0) {
            let path = test.path.index();
            if let Some(kind) = counts.kinds.get_mut(path).and_then(|kinds| kinds.get_mut(test.kind as usize)) {
                *kind += 1;
            }
            if let Some(total) = counts.total.get_mut(path) {
                *total = total.saturating_add(*uses);
            }
            if let (Kind::Range, Some(ends)) = (test.kind, counts.ends.get_mut(path)) {
                let key = test.key(store.keys());
                ends.extend([read_u64(key, 0), read_u64(key, 8)]);
            }
        }
        for ends in &mut counts.ends {
            ends.sort_unstable();
            *ends = ends.iter().copied().step_by(ends.len().div_ceil(MOST_ENDS).max(1)).collect();
        }
        counts
    }

    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    fn share(&self, store: &Store, id: TestId) -> f32 {
        let (Some(test), Some(uses)) = (store.tests().get(id.index()), self.uses.get(id.index())) else { return 1.0 };
        let path = test.path.index();
        let kinds = self.kinds.get(path).and_then(|kinds| kinds.get(test.kind as usize)).copied().unwrap_or(1).max(1);
        let total = self.total.get(path).copied().unwrap_or(1).max(1);
        let seldom = 0.5 / kinds as f32 + 0.5 * *uses as f32 / total as f32;
        match test.kind {
            Kind::String | Kind::Number | Kind::Spelling | Kind::EqualsIgnoreCase | Kind::Cidr6 => seldom,
            Kind::Prefix | Kind::Suffix | Kind::PrefixIgnoreCase | Kind::SuffixIgnoreCase => match test.length {
                1 => seldom.max(0.1),
                2 => seldom.max(0.02),
                _ => seldom,
            },
            Kind::Wildcard => seldom.max(0.0005),
            Kind::Cidr4 => {
                let bits = test.key(store.keys()).last().copied().unwrap_or(0);
                seldom.max(0.5_f32.powi(i32::from(bits.min(20))))
            }
            Kind::Range => self.range_share(path, test.key(store.keys())),
            Kind::False | Kind::True | Kind::Null => seldom.max(0.3),
            Kind::AnyString | Kind::AnythingBut => 0.85,
            Kind::Exists => 0.9,
            Kind::Absent => 1.5,
        }
    }

    /// The share of the path's range ends that the range spans.
    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    fn range_share(&self, path: usize, key: &[u8]) -> f32 {
        let ends = self.ends.get(path).map_or(&[][..], Vec::as_slice);
        let before = ends.partition_point(|end| *end < read_u64(key, 0));
        let upto = ends.partition_point(|end| *end <= read_u64(key, 8));
        (upto.saturating_sub(before) as f32 / ends.len().max(1) as f32).max(1e-4)
    }
}
