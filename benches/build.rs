//! How long it takes to make a matcher: `NAME/parse`, `NAME/insert` and `NAME/compile`, one after the other on the way
//! from the text of rules. (What memory it takes, `figures` says.)
//!
//! Without a name it is a selection of workloads; `cargo bench … -- NAME` runs those whose names begin so.

#![allow(clippy::unwrap_used, reason = "benchmarks")]

mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use eventsieve::{Pattern, RuleSet};
use support::{check, rule_set, runs};
use workloads::Lines;

const STANDARD: [&str; 8] =
    ["exact_1k", "exact_100k", "bus_1k", "bus_10k", "bus_100k", "wild_10k", "range_100k", "weak_100k"];

fn benchmark(criterion: &mut Criterion) {
    for workload in runs::chosen(&STANDARD) {
        let rules = workload.rules();
        let set = rule_set(rules.iter());
        check(workload, &set.compile().unwrap(), &workload.events());
        let mut group = criterion.benchmark_group(workload.name);
        group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(rules.len() as u64));
        group.bench_function("parse", |bencher| {
            bencher.iter(|| rules.iter().for_each(|rule| drop(black_box(rule.parse::<Pattern>().unwrap()))));
        });
        group.bench_function("insert", |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| insert(&rules)).sum());
        });
        group.bench_function("compile", |bencher| {
            bencher.iter_with_large_drop(|| set.compile().unwrap());
        });
        group.finish();
    }
}

/// How long the patterns take to be inserted, the clock being stopped while some of them at a time are parsed.
fn insert(rules: &Lines) -> Duration {
    const AT_A_TIME: usize = 1_000;
    let mut set = RuleSet::new();
    let mut total = Duration::ZERO;
    let mut lines = (0_u32..).zip(rules.iter()).peekable();
    while lines.peek().is_some() {
        let patterns: Vec<(u32, Pattern)> =
            lines.by_ref().take(AT_A_TIME).map(|(id, rule)| (id, rule.parse().unwrap())).collect();
        let start = Instant::now();
        for (id, pattern) in &patterns {
            set.insert(*id, pattern).unwrap();
        }
        total += start.elapsed();
    }
    black_box(set);
    total
}

fn config() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {name = group; config = config(); targets = benchmark}
criterion_main!(group);
