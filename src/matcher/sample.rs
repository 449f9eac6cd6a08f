//! How often tests hold in events like those to come.

use super::Settings;
use super::leaves::{LeafStore, Leaves};
use crate::compile::table::TestTable;
use crate::ids::{PathId, TestId};
use crate::index::{Index, IndexScratch};
use crate::scan::trie::PathTrie;
use crate::scan::{self, Mode, ScanScratch};

/// As many events a guess is worth: what was never seen is not impossible, and some of it is rarer than the rest.
const GUESS: f32 = 4.0;

/// What was counted in a sample of events.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Events that were well-formed; the others don't count.
    pub(crate) events: u32,
    /// By path, the events with a leaf there.
    pub(crate) paths: Vec<u32>,
    /// By test, the events with a leaf that passes it; only of tests that are in the index.
    pub(crate) tests: Vec<u32>,
}

/// Counts in how many events each of the `indexed` tests holds.
pub(crate) fn count(
    events: &[Box<[u8]>],
    paths: &[Box<str>],
    tests: &TestTable,
    indexed: impl Iterator<Item = TestId> + Clone,
    settings: &Settings,
) -> Counts {
    let trie = PathTrie::new(paths.iter().map(|path| &**path));
    let index = Index::new(tests, paths.len(), indexed, std::iter::empty());
    let count = tests.len();
    let mut counts = Counts { events: 0, paths: vec![0; paths.len()], tests: vec![0; count] };
    let (mut scan, mut store, mut scratch) = (ScanScratch::default(), LeafStore::default(), IndexScratch::default());
    // The event, from 1, that each test has held in last.
    let mut last = vec![0; count];
    for event in events {
        let mut leaves = Leaves::new(event, &mut store, paths.len());
        let Settings { kernel, max_event_depth, .. } = *settings;
        if scan::scan(kernel, Mode::Strict, max_event_depth, event, &trie, &mut scan, &mut leaves).is_err() {
            continue;
        }
        counts.events += 1;
        let (mut next, now) = (0, counts.events);
        while let Some(path) = leaves.present_path(next) {
            next += 1;
            add_one(&mut counts.paths, path.index());
            leaves.prepare(path);
            for (value, _) in leaves.values(path) {
                index.lookup(path, value, tests, &mut scratch, |test| {
                    if let Some(last) = last.get_mut(test.index())
                        && *last != now
                    {
                        *last = now;
                        add_one(&mut counts.tests, test.index());
                    }
                });
            }
        }
    }
    counts
}

fn add_one(counts: &mut [u32], at: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

impl Counts {
    /// The share of events that `count` of them are, where a guess is worth as much as some more events.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(crate) fn share(&self, count: u32, guess: f32) -> f32 {
        (count as f32 + guess * GUESS) / (self.events as f32 + GUESS)
    }

    pub(crate) fn of_path(&self, path: PathId) -> u32 {
        self.paths.get(path.index()).copied().unwrap_or(0)
    }

    pub(crate) fn of_test(&self, test: TestId) -> u32 {
        self.tests.get(test.index()).copied().unwrap_or(0)
    }
}
