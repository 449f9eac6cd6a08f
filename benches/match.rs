//! How long matching takes: `NAME/strict` and `NAME/trusted`, of each
//!
//! - `both`: [`Matcher::matches`] for every event, one after the other, as programs call it;
//! - `scan`: the events are scanned, and their leaves collected;
//! - `match`: what remains, for leaves just collected. Each event is scanned first, with the clock stopped, so that caches
//!   are as they are in `both`; the median cost of reading the clock is subtracted.
//!
//! Without a name it is a selection of workloads; `cargo bench … -- NAME` runs those whose names begin so.

#![allow(clippy::unwrap_used, reason = "benchmarks")]

mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use eventsieve::{MatchSet, Matcher, Scratch};
use support::{Mode, check, clock, compile, modes, passes, runs};
use workloads::Lines;

const STANDARD: [&str; 13] = [
    "lots_exact",
    "lots_numeric",
    "lots_all",
    "bus_12",
    "bus_1k",
    "bus_100k",
    "bus_hot_100",
    "exact_100k",
    "wild_1k",
    "range_10k",
    "weak_10k",
    "array_1000",
    "wide_deep",
];

fn benchmark(criterion: &mut Criterion) {
    for workload in runs::chosen(&STANDARD) {
        let (matcher, events) = (compile(&workload.rules()), workload.events());
        check(workload, &matcher, &events);
        for mode in modes(workload) {
            let mut group = passes(criterion, &format!("{}/{}", workload.name, mode.name()), &events);
            measure(&mut group, &matcher, &events, *mode);
            group.finish();
        }
    }
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, matcher: &Matcher<u32>, events: &Lines, mode: Mode) {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    group.bench_function("both", |bencher| {
        bencher.iter(|| {
            for event in events.iter() {
                black_box(matcher.matches(mode.event(event), &mut scratch, &mut set).unwrap());
            }
        });
    });
    group.bench_function("scan", |bencher| {
        bencher.iter(|| {
            for event in events.iter() {
                black_box(matcher.stage_scan(mode.event(event), &mut scratch).unwrap());
            }
        });
    });
    let clock_cost = clock::cost();
    group.bench_function("match", |bencher| {
        bencher.iter_custom(|rounds| {
            let (mut total, mut clocks) = (Duration::ZERO, Duration::ZERO);
            for _ in 0..rounds {
                for event in events.iter() {
                    matcher.stage_scan(mode.event(event), &mut scratch).unwrap();
                    let start = Instant::now();
                    black_box(matcher.stage_match(mode.event(event), &mut scratch, &mut set).unwrap());
                    total += start.elapsed();
                    clocks += clock_cost;
                }
            }
            // Criterion doesn't divide by zero.
            total.saturating_sub(clocks).max(Duration::from_nanos(1))
        });
    });
}

fn config() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {name = group; config = config(); targets = benchmark}
criterion_main!(group);
