//! How seldom a test holds, guessed from the tests of the rule set: a test that is one of many of its kind at its path
//! is met seldom, one that many rules share is met often; a text with many digits is one of many, too, even if no rule
//! has the others; and not every event has what lies deeper than its envelope. Where there is a sample of events, it
//! counts instead.

use super::store::Store;
use super::test::{Kind, Test, read_u64};
use crate::ids::{FieldId, PathId, TestId};
use crate::matcher::sample;

/// The guessed share of events in which a test holds, by test and by field.
pub(super) struct Selectivity {
    tests: Vec<f32>,
    fields: Vec<f32>,
    /// The share of events that have a leaf, by path.
    presence: Vec<f32>,
}

impl Selectivity {
    /// `uses` says how many conjunctions have each field; the tests of the others don't count.
    /// Of the sample, if there is one, each test's share is made of what was counted in it.
    pub(super) fn new(store: &Store, uses: &[u32], sample: Option<&sample::Counts>) -> Self {
        let counts = Counts::new(store, uses);
        let mut presence: Vec<f32> = store.paths().iter().map(|path| guess_presence(path)).collect();
        let share = |(test, uses): (&Test, &u32)| {
            let present = presence.get(test.path.index()).copied().unwrap_or(1.0);
            counts.share(test, *uses, store.keys(), present)
        };
        let mut shares: Vec<f32> = store.tests().iter().zip(&counts.uses).map(share).collect();
        if let Some(sample) = sample {
            for (id, share) in shares.iter_mut().enumerate() {
                *share = sample.share(seen(store, TestId::new(id), sample), *share);
            }
            for (path, share) in presence.iter_mut().enumerate() {
                *share = sample.share(sample.of_path(PathId::new(path)), *share);
            }
        }
        let share = |id: &TestId| shares.get(id.index()).copied().unwrap_or(1.0);
        let fields =
            (0..store.field_count()).map(|id| store.field_tests(FieldId::new(id)).iter().map(share).sum()).collect();
        Selectivity { fields, tests: shares, presence }
    }

    /// The share of events in which a test holds.
    pub(super) fn of_test(&self, test: TestId) -> f32 {
        self.tests.get(test.index()).copied().unwrap_or(1.0)
    }

    /// The share of events that have a leaf at a path.
    pub(super) fn presence(&self, path: PathId) -> f32 {
        self.presence.get(path.index()).copied().unwrap_or(1.0)
    }

    /// The share of events in which one of a field's tests holds.
    pub(super) fn of(&self, field: FieldId) -> f32 {
        self.fields.get(field.index()).copied().unwrap_or(f32::MAX)
    }
}

/// The share of events that have a leaf at a path: an envelope is always the same, what is in it is not.
fn guess_presence(path: &str) -> f32 {
    if path.contains('.') { 0.25 } else { 1.0 }
}

/// Of how many values a test's is one, at least, whichever the rules ask for: if there were no other, nobody would ask, and
/// several digits number a series. (Not so those of a prefix, which all of a series may have.)
fn series(test: &Test, keys: &[u8]) -> f32 {
    if !matches!(
        test.kind,
        Kind::String | Kind::Spelling | Kind::Suffix | Kind::EqualsIgnoreCase | Kind::SuffixIgnoreCase
    ) {
        return 2.0;
    }
    match test.key(keys).iter().filter(|byte| byte.is_ascii_digit()).count() {
        0 | 1 => 2.0,
        2 => 16.0,
        _ => 64.0,
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
            let excluded = test.excluded(store.keys()).map(|id| sample.of_test(id));
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
    fn share(&self, test: &Test, uses: u32, keys: &[u8], present: f32) -> f32 {
        let path = test.path.index();
        let kinds = self.kinds.get(path).and_then(|kinds| kinds.get(test.kind as usize)).copied().unwrap_or(1).max(1);
        let total = self.total.get(path).copied().unwrap_or(1).max(1);
        let series = series(test, keys);
        // What several rules ask for is met often, whatever it is.
        let total = if uses == 1 { series.max(total as f32) } else { total as f32 };
        let seldom = 0.5 / series.max(kinds as f32) + 0.5 * uses as f32 / total;
        let share = match test.kind {
            Kind::String | Kind::Number | Kind::Spelling | Kind::EqualsIgnoreCase | Kind::Cidr6 => seldom,
            Kind::Prefix | Kind::Suffix | Kind::PrefixIgnoreCase | Kind::SuffixIgnoreCase => match test.length {
                1 => seldom.max(0.1),
                2 => seldom.max(0.02),
                _ => seldom,
            },
            Kind::Wildcard => seldom.max(0.0005),
            Kind::Cidr4 => {
                let bits = test.key(keys).last().copied().unwrap_or(0);
                seldom.max(0.5_f32.powi(i32::from(bits.min(20))))
            }
            Kind::Range => self.range_share(path, test.key(keys)),
            Kind::False | Kind::True | Kind::Null => seldom.max(0.3),
            Kind::AnyString | Kind::AnythingBut => 0.85,
            Kind::Exists => 0.9,
            Kind::Absent => return 1.5,
        };
        share * present
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
