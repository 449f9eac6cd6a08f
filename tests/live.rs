//! Live rules under several threads, and what is hard on them. That they match what they should, the property tests and
//! the conformance cases say.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use eventsieve::{CompileOptions, LiveRules, MatchSet, Merging, Pattern, Scratch, Snapshot};

fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

fn found<Id: Copy>(snapshot: &Snapshot<Id>, event: &str) -> Vec<Id> {
    snapshot.matches(event, &mut Scratch::new(), &mut MatchSet::new()).unwrap().copied().collect()
}

const THREADS: u64 = 2;

/// Changes that readers must see as a whole: an id that always has one of two patterns, pairs that come together, an id
/// whose two patterns go together, and rules enough between them for merges to happen.
fn change(rules: &LiveRules<u64>, thread: u64, rounds: u64, published: &AtomicU64) {
    let [left, right] = ["left", "right"].map(|side| pattern(&format!(r#"{{"side": ["{side}"], "t": [{thread}]}}"#)));
    let [one, two] = ["one", "two"].map(|pair| pattern(&format!(r#"{{"pair": ["{pair}"], "t": [{thread}]}}"#)));
    let base = (thread + 1) << 32;
    for round in 0..rounds {
        let side = if round % 2 == 0 { &left } else { &right };
        rules.replace(base, std::slice::from_ref(side)).unwrap();
        let new = pattern(&format!(r#"{{"n": [{round}], "path{}": [{{"prefix": "x"}}]}}"#, round % 50));
        assert!(rules.insert(base + 10 + round, &new).unwrap());
        assert_eq!(rules.extend([(base + 1, &one), (base + 1, &two)]).unwrap(), 2);
        assert!(rules.remove(&(base + 1)));
        if round >= 100 {
            assert!(rules.remove(&(base + 10 + round - 100)));
        }
        published.fetch_max(rules.snapshot().version(), Ordering::Release);
    }
}

/// Looks at one snapshot after the other until the changes are over.
fn watch(rules: &LiveRules<u64>, published: &AtomicU64, over: &AtomicBool) -> u64 {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let mut snapshot = rules.snapshot();
    let mut seen = 0;
    let mut last = 0;
    while !over.load(Ordering::Relaxed) {
        let least = published.load(Ordering::Acquire);
        snapshot.renew();
        assert!(snapshot.version() >= last.max(least), "what was changed is seen, and never unseen");
        last = snapshot.version();
        for thread in 0..THREADS {
            let mut ask = |event: String| -> Vec<u64> {
                snapshot.matches(&event, &mut scratch, &mut set).unwrap().copied().collect()
            };
            let id = (thread + 1) << 32;
            let sides = ask(format!(r#"{{"side": ["left", "right"], "t": {thread}}}"#));
            assert_eq!(sides, [id], "thread {thread} has exactly one pattern there");
            let either =
                [r#"["left"]"#, r#"["right"]"#].map(|side| ask(format!(r#"{{"side": {side}, "t": {thread}}}"#)));
            assert_eq!(either.concat(), [id], "and a snapshot shows which");
            let pair = ["one", "two"].map(|pair| ask(format!(r#"{{"pair": "{pair}", "t": {thread}}}"#)));
            assert_eq!(pair[0], pair[1], "both or neither");
        }
        seen += 1;
    }
    seen
}

fn stress(merging: Merging, rounds: u64) {
    let rules = LiveRules::with(&CompileOptions::new(), merging).unwrap();
    for thread in 0..THREADS {
        rules.insert((thread + 1) << 32, &pattern(&format!(r#"{{"side": ["left"], "t": [{thread}]}}"#))).unwrap();
    }
    let (published, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let seen = thread::scope(|scope| {
        let watchers: Vec<_> = (0..2).map(|_| scope.spawn(|| watch(&rules, &published, &over))).collect();
        let writers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (rules, published) = (&rules, &published);
                scope.spawn(move || change(rules, thread, rounds, published))
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        over.store(true, Ordering::Relaxed);
        watchers.into_iter().map(|watcher| watcher.join().unwrap()).sum::<u64>()
    });
    assert!(seen > 0);
    let left = THREADS * (1 + rounds.min(100));
    assert_eq!((rules.len() as u64, rules.snapshot().rules().count() as u64), (left, left));
}

#[test]
fn no_change_is_seen_in_part_while_a_thread_merges() {
    stress(Merging::Background, 3_000);
}

#[test]
fn no_change_is_seen_in_part_while_callers_merge() {
    stress(Merging::Caller, 3_000);
}

/// Every rule has a path that no other has: the paths that are not merged yet are limited, so this is not quadratic.
#[test]
fn paths_of_their_own() {
    for merging in [Merging::Background, Merging::Caller] {
        let rules = LiveRules::with(&CompileOptions::new(), merging).unwrap();
        for id in 0..5_000_u32 {
            rules.insert(id, &pattern(&format!(r#"{{"p{id}": [{id}]}}"#))).unwrap();
        }
        let snapshot = rules.snapshot();
        for id in [0, 255, 256, 4_000, 4_999] {
            assert_eq!(found(&snapshot, &format!(r#"{{"p{id}": {id}}}"#)), [id], "{merging:?}");
        }
        assert!(found(&snapshot, r#"{"p5000": 5000}"#).is_empty());
    }
}

/// An id with many patterns, which go one by one and all at once.
#[test]
fn many_patterns_of_one_id() {
    let rules = LiveRules::new().unwrap();
    let patterns: Vec<Pattern> = (0..2_000).map(|n| pattern(&format!(r#"{{"n": [{n}]}}"#))).collect();
    assert_eq!(rules.extend(patterns.iter().map(|pattern| ("many", pattern))).unwrap(), 2_000);
    assert_eq!(rules.extend(patterns.iter().map(|pattern| ("many", pattern))).unwrap(), 0);
    assert_eq!(found(&rules.snapshot(), r#"{"n": [1, 2, 3]}"#), ["many"]);
    for pattern in &patterns[..1_000] {
        assert!(rules.remove_pattern(&"many", pattern) && !rules.remove_pattern(&"many", pattern));
    }
    assert!(found(&rules.snapshot(), r#"{"n": 999}"#).is_empty());
    assert_eq!(found(&rules.snapshot(), r#"{"n": 1000}"#), ["many"]);
    assert!(rules.insert("other", &patterns[0]).unwrap());
    assert!(rules.remove(&"many") && !rules.contains(&"many"));
    assert_eq!((rules.len(), found(&rules.snapshot(), r#"{"n": [0, 1000]}"#)), (1, vec!["other"]));
}

/// A snapshot shows the same however long it is kept, and outlives the rules.
#[test]
fn a_snapshot_is_kept() {
    let rules = LiveRules::new().unwrap();
    let numbers = |from: u32, to: u32| (from..to).map(|n| (n, pattern(&format!(r#"{{"n": [{}]}}"#, n % 10))));
    rules.extend(numbers(0, 2_000)).unwrap();
    let snapshot = rules.snapshot();
    let before = found(&snapshot, r#"{"n": 7}"#);
    for n in 0..2_000 {
        assert!(rules.remove(&n));
    }
    rules.extend(numbers(2_000, 6_000)).unwrap();
    rules.merge();
    assert_eq!(found(&snapshot, r#"{"n": 7}"#), before);
    assert_eq!(before, (0..200).map(|n| 10 * n + 7).collect::<Vec<_>>());
    assert!(found(&rules.snapshot(), r#"{"n": 7}"#).iter().all(|id| *id >= 2_000));
    let mut late = snapshot.clone();
    drop(rules);
    assert!(late.renew() && late.rules().count() == 4_000);
    assert_eq!(snapshot.rules().count(), 2_000);
}

/// Ids that own memory are freed when nobody shows them any more.
#[test]
fn what_is_removed_is_freed() {
    let rules = LiveRules::with(&CompileOptions::new(), Merging::Caller).unwrap();
    let ids: Vec<Arc<u32>> = (0..3_000).map(Arc::new).collect();
    rules.extend(ids.iter().map(|id| (Arc::clone(id), pattern(&format!(r#"{{"n": [{id}]}}"#))))).unwrap();
    ids.iter().skip(1).for_each(|id| assert!(rules.remove(id)));
    rules.merge();
    assert!(ids.iter().skip(1).all(|id| Arc::strong_count(id) == 1), "no copy is left");
    assert_eq!(Arc::strong_count(&ids[0]), 2);
    drop(rules);
    assert_eq!(Arc::strong_count(&ids[0]), 1);
}

/// An id whose drop panics on the merging thread, once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Fragile(u32);

impl Drop for Fragile {
    fn drop(&mut self) {
        let panics = self.0 == 0 && thread::current().name() == Some("eventsieve-merge");
        assert!(!panics, "a panic that is part of the test");
    }
}

/// The merging thread ended with the panic, and who had to wait for it waited for good.
#[test]
fn a_thread_that_panicked_is_replaced() {
    let rules = LiveRules::new().unwrap();
    for id in 0..5_000 {
        rules.insert(Fragile(id), &pattern(&format!(r#"{{"own-{id}":[1]}}"#))).unwrap();
        if id == 700 {
            assert!(rules.remove(&Fragile(0)));
        }
    }
    assert_eq!(rules.len(), 4_999);
    assert_eq!(
        rules.snapshot().matches(r#"{"own-4999":1}"#, &mut Scratch::new(), &mut MatchSet::new()).unwrap().len(),
        1
    );
}
