//! How long matching takes at its worst: `NAME/strict` and `NAME/trusted` of the workloads that are made to be slow.

#![allow(clippy::unwrap_used, reason = "benchmarks")]

mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use eventsieve::{MatchSet, Scratch};
use support::{check, compile, modes, passes, runs};

const STANDARD: [&str; 15] = [
    "attack_20",
    "attack_60",
    "attack_front_60",
    "attack_hit_60",
    "array_100",
    "array_1000",
    "array_3000",
    "worst_deep",
    "worst_escapes",
    "worst_prefixes",
    "worst_siblings",
    "worst_absent",
    "worst_duplicates",
    "worst_string",
    "worst_keys",
];

fn benchmark(criterion: &mut Criterion) {
    for workload in runs::chosen(&STANDARD) {
        let (matcher, events) = (compile(&workload.rules()), workload.events());
        check(workload, &matcher, &events);
        let mut group = passes(criterion, workload.name, &events);
        for mode in modes(workload) {
            let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
            group.bench_function(mode.name(), |bencher| {
                bencher.iter(|| {
                    for event in events.iter() {
                        black_box(matcher.matches(mode.event(event), &mut scratch, &mut set).unwrap());
                    }
                });
            });
        }
        group.finish();
    }
}

fn config() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {name = group; config = config(); targets = benchmark}
criterion_main!(group);
