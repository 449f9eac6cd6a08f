//! What loading rules again and again holds on to. A file of its own, as it counts the bytes of all threads.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "support/allocator.rs"]
mod allocator;

use allocator::{Counting, live_bytes};
use eventsieve::{CompileOptions, LiveRules, Merging, Pattern};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn load(rules: &LiveRules<u32>, id: u32) -> usize {
    let pattern = |number: u32| format!(r#"{{"own-{number}":["x{number}"]}}"#).parse::<Pattern>().unwrap();
    rules.extend((id..id + 4_000).map(|id| (id, pattern(id)))).unwrap()
}

/// Each load left the segments behind that it had replaced, even if it added nothing.
#[test]
fn loads_leave_nothing_behind() {
    let rules = LiveRules::with(&CompileOptions::new(), Merging::Caller).unwrap();
    assert_eq!(load(&rules, 0), 4_000);
    let once = live_bytes();
    for _ in 0..20 {
        assert_eq!(load(&rules, 0), 0);
    }
    assert!(live_bytes() < once + once / 10, "{once} bytes, then {}", live_bytes());
    for round in 1..=20 {
        assert_eq!(load(&rules, round * 4_000), 4_000);
    }
    let all = live_bytes();
    assert!(all < 30 * once, "{once} bytes, then {all} for 21 times as many rules");
}
