//! Rules that change while events are matched: rows of name, value and unit, with tabs between.
//!
//! - `insert_median_us`, `insert_p999_us`, `remove_median_us`, `remove_p999_us`: one change, as its caller sees it, one
//!   after the other, with merging in the background; the pattern is parsed already;
//! - `throughput_under_change_ratio`: events a second of one thread, which renews its snapshot for each, while another makes
//!   a thousand changes a second, to events a second without changes; `throughput_unchanged`, the latter;
//! - `snapshot_to_matcher_ratio`: events a second of a snapshot without changes, to those of a matcher of the same rules;
//! - `load_speedup`: time of parsing, inserting and compiling the rules, to that of loading the saved matcher from memory;
//!   `compile_time`, `save_time` and `load_time`, in seconds, and `file_size`, in bytes a rule;
//! - `memory_after_changes_ratio`: heap after many random changes, to that of the same rules loaded anew;
//!   `live_rules_memory` and `rule_set_and_matcher_memory`, the latter in bytes a rule, to compare.
//!
//! On a million rules of `bus_1m` and ten million changes: gigabytes, and some minutes. `cargo bench --bench live --
//! --figures 100000` makes so many changes instead.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "benchmarks"
)]

#[path = "../tests/support/allocator.rs"]
mod allocator;
mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use allocator::{Counting, live_bytes};
use eventsieve::{LiveRules, MatchSet, Matcher, Pattern, RuleSet, Scratch, Snapshot};
use workloads::{Expected, Lines, Seeded};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What is run.
struct Scale {
    workload: &'static str,
    rules: u32,
    /// Rules that take turns with those.
    others: u32,
    timed: usize,
    changes: usize,
    phase: Duration,
}

const FULL: Scale = Scale {
    workload: "bus_1m",
    rules: 1_000_000,
    others: 100_000,
    timed: 200_000,
    changes: 10_000_000,
    phase: Duration::from_secs(4),
};
const TEST: Scale = Scale {
    workload: "bus_1k",
    rules: 1_000,
    others: 1_000,
    timed: 2_000,
    changes: 20_000,
    phase: Duration::from_millis(50),
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut scale = if arguments.iter().any(|argument| argument == "--bench") { FULL } else { TEST };
    if let Some(changes) = arguments.iter().find_map(|argument| argument.parse().ok()) {
        scale.changes = changes;
    }
    println!("name\tvalue\tunit");
    Run::new(scale).all();
}

fn row(name: &str, value: f64, unit: &str) {
    println!("{name}\t{value:.3}\t{unit}");
}

struct Run {
    scale: Scale,
    lines: Lines,
    events: Lines,
    expected: Expected,
}

impl Run {
    fn new(scale: Scale) -> Self {
        let workload = workloads::find(scale.workload).unwrap();
        let lines = workloads::bus_rules((scale.rules + scale.others) as usize);
        Run { lines, events: workload.events(), expected: workload.expected().unwrap(), scale }
    }

    fn all(&self) {
        let texts: Vec<&str> = self.lines.iter().collect();
        let (matcher, both) = self.compiled(&texts);
        let mut turns = Turns::new(&self.scale);
        let before = live_bytes();
        let rules = LiveRules::new().unwrap();
        assert_eq!(
            rules.extend((0..self.scale.rules).map(|id| (id, parse(&texts, id)))).unwrap(),
            texts.len() - self.scale.others as usize
        );
        let mut snapshot = rules.snapshot();
        assert_eq!(self.count(&mut snapshot), self.expected, "wrong matches");
        let fresh = self.settled(&rules) - before;
        row("live_rules_memory", fresh as f64 / f64::from(self.scale.rules), "bytes/rule");
        row("rule_set_and_matcher_memory", both, "bytes/rule");

        let unchanged = self.throughput(&mut snapshot);
        row("throughput_unchanged", unchanged, "events/s");
        row("snapshot_to_matcher_ratio", unchanged / matcher, "");
        drop(snapshot);
        self.under_change(&rules, &texts);
        assert_eq!(self.count(&mut rules.snapshot()), self.expected, "wrong matches after changes");

        self.times(&rules, &texts, &mut turns);
        for _ in self.scale.timed..self.scale.changes / 2 {
            let (old, new) = turns.next();
            assert!(rules.remove(&old));
            assert!(rules.insert(new, &parse(&texts, new)).unwrap());
        }
        let changed = self.count(&mut rules.snapshot());
        let after = self.settled(&rules) - before;
        drop(rules);
        self.wait_for(before);
        let again = live_bytes();
        let rules = LiveRules::new().unwrap();
        let mut ids = turns.live(&self.scale).to_vec();
        ids.sort_unstable();
        rules.extend(ids.iter().map(|id| (*id, parse(&texts, *id)))).unwrap();
        assert_eq!(self.count(&mut rules.snapshot()), changed, "the same rules, loaded anew, match otherwise");
        row("memory_after_changes_ratio", after as f64 / (self.settled(&rules) - again) as f64, "");
    }

    /// Events a second of a matcher, and bytes a rule of it and its rule set.
    fn compiled(&self, texts: &[&str]) -> (f64, f64) {
        let before = live_bytes();
        let start = Instant::now();
        let mut set = RuleSet::new();
        for id in 0..self.scale.rules {
            set.insert(id, &parse(texts, id)).unwrap();
        }
        let matcher = set.compile().unwrap();
        let compiling = start.elapsed().as_secs_f64();
        let bytes = (live_bytes() - before) as f64 / f64::from(self.scale.rules);
        let (mut scratch, mut found) = (Scratch::new(), MatchSet::new());
        let throughput = self.pass(|event| matcher.matches(event, &mut scratch, &mut found).unwrap().len());
        drop(set);
        self.load(&matcher, compiling);
        (throughput, bytes)
    }

    /// Saves a matcher and loads it; the time is the median of five.
    fn load(&self, matcher: &Matcher<u32>, compiling: f64) {
        let mut file = Vec::new();
        let start = Instant::now();
        matcher.save(&mut file).unwrap();
        let saving = start.elapsed().as_secs_f64();
        let mut times = [0.0; 5];
        for time in &mut times {
            let start = Instant::now();
            let loaded = Matcher::<u32>::load(&file).unwrap();
            *time = start.elapsed().as_secs_f64();
            let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
            for event in self.events.iter() {
                let ids: Vec<u32> = matcher.matches(event, &mut scratch, &mut set).unwrap().copied().collect();
                assert!(loaded.matches(event, &mut scratch, &mut set).unwrap().eq(&ids), "wrong matches when loaded");
            }
        }
        times.sort_unstable_by(f64::total_cmp);
        row("compile_time", compiling, "s");
        row("save_time", saving, "s");
        row("load_time", times[2], "s");
        row("file_size", file.len() as f64 / f64::from(self.scale.rules), "bytes/rule");
        row("load_speedup", compiling / times[2], "");
    }

    /// Heap, when nothing is being merged or freed any more.
    fn settled(&self, rules: &LiveRules<u32>) -> isize {
        let mut bytes = live_bytes();
        loop {
            thread::sleep(self.scale.phase);
            assert!(!rules.is_empty());
            let now = live_bytes();
            if now == bytes {
                return now;
            }
            bytes = now;
        }
    }

    /// Waits until the merging thread has freed what it holds.
    fn wait_for(&self, bytes: isize) {
        let start = Instant::now();
        while live_bytes() > bytes + 100_000 && start.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn count(&self, snapshot: &mut Snapshot<u32>) -> Expected {
        snapshot.renew();
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        let mut found = Expected { rules: self.scale.rules as usize, events: self.events.len(), ..Expected::default() };
        for (number, event) in self.events.iter().enumerate() {
            for id in snapshot.matches(event, &mut scratch, &mut set).unwrap() {
                found.add(number, *id);
            }
        }
        found
    }

    /// Events a second.
    fn pass(&self, mut matches: impl FnMut(&str) -> usize) -> f64 {
        let (start, mut events, mut found) = (Instant::now(), 0, 0);
        while start.elapsed() < self.scale.phase {
            found += self.events.iter().map(&mut matches).sum::<usize>();
            events += self.events.len();
        }
        let time = start.elapsed();
        assert!(found > 0);
        events as f64 / time.as_secs_f64()
    }

    fn throughput(&self, snapshot: &mut Snapshot<u32>) -> f64 {
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        self.pass(|event| {
            snapshot.renew();
            snapshot.matches(event, &mut scratch, &mut set).unwrap().len()
        })
    }

    /// Takes turns, three times each, to match without changes and with a thousand a second: a rule is removed, and one
    /// inserted that was removed some time ago. In the end all are back.
    fn under_change(&self, rules: &LiveRules<u32>, texts: &[&str]) {
        let (mut without, mut with, mut made) = (0.0, 0.0, 0);
        for _ in 0..3 {
            without += self.throughput(&mut rules.snapshot());
            let stop = AtomicBool::new(false);
            thread::scope(|scope| {
                let changes = scope.spawn(|| thousand_a_second(rules, texts, self.scale.rules, &stop));
                with += self.throughput(&mut rules.snapshot());
                stop.store(true, Ordering::Relaxed);
                made += changes.join().unwrap();
            });
        }
        row("changes_made_under_change", f64::from(made) / (3.0 * self.scale.phase.as_secs_f64()), "1/s");
        row("throughput_under_change_ratio", with / without, "");
    }

    /// Times changes one by one.
    fn times(&self, rules: &LiveRules<u32>, texts: &[&str], turns: &mut Turns) {
        let (mut insertions, mut removals) = (Vec::new(), Vec::new());
        for _ in 0..self.scale.timed {
            let (old, new) = turns.next();
            let pattern = parse(texts, new);
            let start = Instant::now();
            let removed = rules.remove(&old);
            removals.push(start.elapsed());
            let start = Instant::now();
            let inserted = rules.insert(new, &pattern).unwrap();
            insertions.push(start.elapsed());
            assert!(removed && inserted);
        }
        for (name, mut times) in [("insert", insertions), ("remove", removals)] {
            times.sort_unstable();
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
            row(&format!("{name}_median_us"), at(0.5), "us");
            row(&format!("{name}_p999_us"), at(0.999), "us");
            row(&format!("{name}_max_us"), at(1.0), "us");
        }
    }
}

fn parse(texts: &[&str], id: u32) -> Pattern {
    texts[id as usize].parse().unwrap()
}

/// Removes rules and inserts them again, two changes each two milliseconds, until it is told to stop; gives how many
/// changes there were.
fn thousand_a_second(rules: &LiveRules<u32>, texts: &[&str], most: u32, stop: &AtomicBool) -> u32 {
    const AWAY: usize = 500;
    let (start, mut made, mut away) = (Instant::now(), 0, std::collections::VecDeque::new());
    let mut random = Seeded::new(3);
    while !stop.load(Ordering::Relaxed) {
        let id = random.below(u64::from(most)) as u32;
        if rules.remove(&id) {
            away.push_back(id);
            made += 1;
        }
        if away.len() > AWAY {
            let id = away.pop_front().unwrap();
            assert!(rules.insert(id, &parse(texts, id)).unwrap());
            made += 1;
        }
        thread::sleep(Duration::from_millis(u64::from(made)).saturating_sub(start.elapsed()));
    }
    for id in away {
        assert!(rules.insert(id, &parse(texts, id)).unwrap());
    }
    made
}

/// Which rule goes and which comes.
struct Turns {
    random: Seeded,
    ids: Vec<u32>,
    live: u64,
}

impl Turns {
    fn new(scale: &Scale) -> Self {
        Turns { random: Seeded::new(7), ids: (0..scale.rules + scale.others).collect(), live: u64::from(scale.rules) }
    }

    fn next(&mut self) -> (u32, u32) {
        let old = self.random.below(self.live) as usize;
        let new = (self.live + self.random.below(self.ids.len() as u64 - self.live)) as usize;
        self.ids.swap(old, new);
        (self.ids[new], self.ids[old])
    }

    fn live(&self, scale: &Scale) -> &[u32] {
        &self.ids[..scale.rules as usize]
    }
}
