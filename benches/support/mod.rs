//! What the benchmarks share.

#![allow(dead_code, reason = "no benchmark needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "benchmarks")]

#[cfg(feature = "bench-internals")]
pub mod clock;
pub mod runs;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use eventsieve::{CompileOptions, Event, Kernel, MatchSet, Matcher, RuleSet, Scratch};

use crate::workloads::{Expected, Lines, Workload};

/// The two ways in which text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Strict,
    Trusted,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Trusted => "trusted",
        }
    }

    #[inline]
    pub fn event(self, text: &str) -> Event<'_> {
        match self {
            Mode::Strict => Event::strict(text.as_bytes()),
            Mode::Trusted => Event::trusted(text.as_bytes()),
        }
    }
}

/// The modes in which a workload's events may be read.
pub fn modes(workload: &Workload) -> &'static [Mode] {
    if workload.can_be_trusted() { &[Mode::Strict, Mode::Trusted] } else { &[Mode::Strict] }
}

/// The rules, each under the number of its line.
pub fn rule_set<'r>(rules: impl IntoIterator<Item = &'r str>) -> RuleSet<u32> {
    let mut set = RuleSet::new();
    for (id, rule) in (0..).zip(rules) {
        set.insert(id, &rule.parse().unwrap()).unwrap();
    }
    set
}

pub fn compile(rules: &Lines) -> Matcher<u32> {
    rule_set(rules.iter()).compile().unwrap()
}

pub fn compile_for(kernel: Kernel, rules: &Lines) -> Matcher<u32> {
    rule_set(rules.iter()).compile_with(&CompileOptions::new().kernel(kernel)).unwrap()
}

/// A group of measurements of passes over events.
pub fn passes<'c>(criterion: &'c mut Criterion, name: &str, events: &Lines) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    let (elements, bytes) = (events.len() as u64, events.bytes() as u64);
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::ElementsAndBytes { elements, bytes });
    group
}

/// Matches every event.
pub fn count(matcher: &Matcher<u32>, events: &Lines, mode: Mode) -> Expected {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let mut found = Expected { rules: matcher.len(), events: events.len(), ..Expected::default() };
    for (number, event) in events.iter().enumerate() {
        for rule in matcher.matches(mode.event(event), &mut scratch, &mut set).unwrap() {
            found.add(number, *rule);
        }
    }
    found
}

/// Matches every event in every mode, and stops if anything but the right rules is found.
pub fn check(workload: &Workload, matcher: &Matcher<u32>, events: &Lines) -> Expected {
    let Some(expected) = workload.expected() else { panic!("{}: no row in expected.tsv", workload.name) };
    for mode in modes(workload) {
        let found = count(matcher, events, *mode);
        assert_eq!(found, expected, "{}, {}: wrong matches", workload.name, mode.name());
    }
    expected
}
