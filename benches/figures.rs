//! Figures that criterion can't give, as rows of name, value and unit with tabs between:
//!
//! - `NAME/p50`, `NAME/p99`: time of one match, strict, the median cost of reading the clock subtracted;
//! - `NAME/scratch`: memory of one thread's scratch after all events;
//! - `NAME/matcher`, `NAME/rule_set`: heap for each rule, of the matcher and of the rule set it was compiled from;
//! - `NAME/parse`, `NAME/insert`, `NAME/compile`: time to make the matcher, once, with an allocator that counts;
//! - `NAME/KERNEL/MODE`: scanning only, by one kernel, the fastest pass;
//! - `share_P/MODE`: matching where P in a hundred events match, the fastest pass; `share_P/matched` is how many do.
//!
//! `cargo bench --features bench-internals --bench figures -- NAME…` does the first three lines for those workloads only.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "benchmarks")]

#[path = "../tests/support/allocator.rs"]
mod allocator;
mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use allocator::{Counting, live_bytes};
use eventsieve::{Kernel, MatchSet, Matcher, Pattern, RuleSet, Scratch};
use support::{Mode, check, clock, compile, compile_for, rule_set};
use workloads::{Lines, Workload};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// All but the largest, which are asked for by name.
const STANDARD: [&str; 20] = [
    "lots_exact",
    "lots_numeric",
    "lots_all",
    "bus_12",
    "bus_100",
    "bus_1k",
    "bus_10k",
    "bus_100k",
    "bus_hot_100",
    "bus_hot_1k",
    "exact_1k",
    "exact_100k",
    "wild_100",
    "wild_1k",
    "wild_10k",
    "range_10k",
    "range_100k",
    "weak_10k",
    "weak_100k",
    "wide_deep",
];
const SCANNED: [&str; 4] = ["lots_all", "bus_1k", "array_1000", "wide_deep"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = arguments.iter().map(String::as_str).filter(|name| !name.starts_with('-')).collect();
    println!("name\tvalue\tunit");
    if !names.is_empty() {
        return names.iter().for_each(|name| matching(name));
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        // Not a benchmark, but a test that this runs.
        return matching("attack_20");
    }
    STANDARD.iter().for_each(|name| matching(name));
    SCANNED.iter().for_each(|name| kernels(name));
    shares();
}

fn row(name: &str, part: &str, value: f64, unit: &str) {
    println!("{name}/{part}\t{value:.3}\t{unit}");
}

fn workload(name: &str) -> &'static Workload {
    workloads::find(name).unwrap_or_else(|| {
        eprintln!("no workload is named `{name}`");
        std::process::exit(2)
    })
}

fn matching(name: &str) {
    let workload = workload(name);
    let matcher = made(workload);
    let events = workload.events();
    check(workload, &matcher, &events);
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    // Enough single matches for a stable 99th percentile, and warm caches.
    let rounds = 20_000_usize.div_ceil(events.len()) + 1;
    let mut times = Vec::with_capacity(rounds * events.len());
    let clock_cost = clock::cost();
    for event in (0..rounds).flat_map(|_| events.iter()) {
        let start = Instant::now();
        black_box(matcher.matches(event, &mut scratch, &mut set).unwrap());
        times.push(start.elapsed().saturating_sub(clock_cost));
    }
    times.drain(..events.len());
    times.sort_unstable();
    for (part, percent) in [("p50", 50), ("p99", 99)] {
        row(name, part, times[times.len() * percent / 100].as_nanos() as f64, "ns");
    }
    row(name, "scratch", scratch.memory() as f64, "bytes");
}

/// Makes the matcher of a workload, and says what that takes.
fn made(workload: &Workload) -> Matcher<u32> {
    let rules = workload.rules();
    let per_rule = |bytes: isize| bytes as f64 / rules.len() as f64;
    let timed = |part: &str, start: Instant| row(workload.name, part, start.elapsed().as_secs_f64() * 1e3, "ms");

    let start = Instant::now();
    let patterns: Vec<Pattern> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    timed("parse", start);

    let before = live_bytes();
    let start = Instant::now();
    let mut set = RuleSet::new();
    for (id, pattern) in (0_u32..).zip(&patterns) {
        set.insert(id, pattern).unwrap();
    }
    timed("insert", start);
    row(workload.name, "rule_set", per_rule(live_bytes() - before), "bytes/rule");

    let before = live_bytes();
    let start = Instant::now();
    let matcher = set.compile().unwrap();
    timed("compile", start);
    row(workload.name, "matcher", per_rule(live_bytes() - before), "bytes/rule");
    matcher
}

/// The time of the fastest pass over all events, of as many passes as take a second: whatever else the machine does only
/// ever makes a pass slower.
fn pass(mut one: impl FnMut()) -> Duration {
    let (mut fastest, mut total, mut passes) = (Duration::MAX, Duration::ZERO, 0);
    while passes < 3 || total < Duration::from_secs(1) {
        let start = Instant::now();
        one();
        let time = start.elapsed();
        fastest = fastest.min(time);
        total += time;
        passes += 1;
    }
    fastest
}

fn gigabytes_per_second(events: &Lines, time: Duration) -> f64 {
    events.bytes() as f64 / time.as_secs_f64() / 1e9
}

/// Scanning by each kernel that the machine has.
fn kernels(name: &str) {
    let workload = workload(name);
    let (rules, events) = (workload.rules(), workload.events());
    for kernel in Kernel::all().iter().copied().filter(|kernel| kernel.is_available()) {
        let matcher = compile_for(kernel, &rules);
        let mut scratch = Scratch::new();
        for mode in [Mode::Strict, Mode::Trusted] {
            let time = pass(|| {
                for event in events.iter() {
                    black_box(matcher.stage_scan(mode.event(event), &mut scratch).unwrap());
                }
            });
            row(name, &format!("{kernel}/{}", mode.name()), gigabytes_per_second(&events, time), "GB/s");
        }
    }
}

/// Matching a thousand rules that match nothing, and one that matches a given share of the events.
fn shares() {
    let workload = workload("bus_1k");
    let (rules, events) = (workload.rules(), workload.events());
    let idle = idle(&rules, &events);
    // Ids of events begin with random hexadecimal digits.
    for (share, beginnings) in [(0, 0), (1, 3), (10, 26), (50, 128), (100, 256)] {
        let tests: Vec<String> = (0..beginnings).map(|byte| format!(r#"{{"prefix":"{byte:02x}"}}"#)).collect();
        let one = format!(r#"{{"id":[{}]}}"#, tests.join(","));
        let matcher = rule_set(idle.iter().copied().chain((beginnings > 0).then_some(&*one))).compile().unwrap();
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        let matched = events.iter().filter(|event| matcher.is_match(*event, &mut scratch).unwrap()).count();
        let name = format!("share_{share}");
        row(&name, "matched", matched as f64 / events.len() as f64 * 100.0, "%");
        for mode in [Mode::Strict, Mode::Trusted] {
            let time = pass(|| {
                for event in events.iter() {
                    black_box(matcher.matches(mode.event(event), &mut scratch, &mut set).unwrap());
                }
            });
            row(&name, mode.name(), gigabytes_per_second(&events, time), "GB/s");
        }
    }
}

/// The rules that match no event.
fn idle<'r>(rules: &'r Lines, events: &Lines) -> Vec<&'r str> {
    let matcher = compile(rules);
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let mut matched: HashSet<u32> = HashSet::new();
    for event in events.iter() {
        matched.extend(matcher.matches(event, &mut scratch, &mut set).unwrap());
    }
    (0..).zip(rules.iter()).filter(|(id, _)| !matched.contains(id)).map(|(_, rule)| rule).collect()
}
