//! Once the scratch space and the match set are warm, matching allocates nothing. (Only to say what is wrong with a
//! malformed event that is deeply nested may it allocate.)

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "support/allocator.rs"]
mod allocator;

use std::hint::black_box;
use std::ops::ControlFlow;

use allocator::{Counting, allocations};
use eventsieve::{Batch, Event, MatchSet, Matcher, RuleSet, Scratch, Verdicts};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Rules with every operator, and with fields that need the array check.
const RULES: &[&str] = &[
    r#"{"source": ["aws.ec2", {"exactly": "aws.s3"}], "detail": {"state": [{"prefix": "run"}, {"suffix": "ed"}]}}"#,
    r#"{"detail": {"name": [{"wildcard": "*a*b*"}, {"wildcard": "x*\\*"}, {"equals-ignore-case": "straße"}]}}"#,
    r#"{"detail": {"name": [{"prefix": {"equals-ignore-case": "É"}}, {"suffix": {"equals-ignore-case": "😀"}}]}}"#,
    r#"{"detail": {"count": [{"numeric": [">", 1, "<=", 1.5e3]}, 7, 123456789012345678], "ok": [true, null]}}"#,
    r#"{"detail": {"address": [{"cidr": "10.0.0.0/8"}, "2001:db8::1"], "gone": [{"exists": false}]}}"#,
    r#"{"detail": {"name": [{"anything-but": ["x", "y"]}], "count": [{"anything-but": [1, 2]}]}}"#,
    r#"{"detail": {"name": [{"anything-but": {"wildcard": ["*q*", "z*"]}}, {"anything-but": {"prefix": "a"}}]}}"#,
    r#"{"$or": [{"detail.count": [1e2]}, {"detail": {"$or": [{"state": ["off"]}, {"ok": [{"exists": true}]}]}}]}"#,
    r#"{"list": {"x": [1], "y": [2], "deep": {"z": ["a\u00e9", {"exists": false}]}}}"#,
    r#"{"list": {"x": [{"exists": true}], "y": [{"exists": false}]}, "other": {"u": [3], "v": [4]}}"#,
];

const EVENTS: &[&str] = &[
    r#"{"source": "aws.ec2", "detail": {"state": "running", "name": "xxaxxbxx", "count": 1.0E2, "ok": true}}"#,
    r#"{"source": "aws\u002es3", "detail": {"state": "stopp\u0065d", "name": "STRASSE", "address": "010.1.2.3"}}"#,
    r#"{"detail": {"name": "\u00e9\ud83d\ude00", "count": [123456789012345678, 5e-324, -0.0], "ok": null}}"#,
    r#"{"detail": [{"name": "x\\*", "count": 7}, {"name": ["\n", "q"], "gone": {}}], "deep": [[[[1]]]]}"#,
    r#"{"list": [{"x": 1, "deep": [{"z": "a\u00e9"}, {"z": 1}]}, {"y": 2}, {"x": 1, "y": 2, "deep": {"z": "no"}}]}"#,
    r#"{"list": [{"x": 2}, {"y": 1}, "x", 3], "other": [{"u": 3}, {"v": 4}, {"u": [3, 5], "v": [4]}]}"#,
    r#"{"list": [{"x": 1}, {"y": 2}], "list": {"x": [1]}, "list.y": 2, "detail.state": "off"}"#,
    r#"{"unknown": {"a": [1, 2, 3, {"b": "\ud800"}], "b": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}}"#,
    r#"{"detail": {"state": "running"#,
];

#[test]
fn bytes() {
    let matchers = [matcher(RULES), matcher(RULES.split_at(4).0), matcher(&[])];
    check(&matchers, Event::strict);
    check(&matchers, Event::trusted);
}

#[test]
fn values() {
    let values: Vec<serde_json::Value> = EVENTS.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    let matchers = [matcher(RULES)];
    run(&matchers, || values.iter().map(Event::from));
}

/// Batches of one thread allocate nothing at all once they are warm.
#[test]
fn batches() {
    let text = EVENTS.join("\n").repeat(200);
    let mut batch = Batch::new(matcher(RULES)).threads(1);
    let mut round = || {
        let before = allocations();
        let mut matched = 0;
        let mut sink = |verdicts: Verdicts<'_, usize>| {
            matched += verdicts
                .iter()
                .map(|verdict| verdict.matches.map_or(0, |ids| ids.map(black_box).count()))
                .sum::<usize>();
            matched += verdicts.rules().len();
            ControlFlow::<()>::Continue(())
        };
        let _ = batch.lines(text.as_bytes(), &mut sink);
        let _ = batch.events(EVENTS, &mut sink);
        (matched, allocations() - before)
    };
    let (matched, _) = round();
    assert!(matched > EVENTS.len(), "the rules match something: {matched}");
    for _ in 0..3 {
        assert_eq!(round(), (matched, 0));
    }
}

/// A matcher is cheap to clone, whatever its rules.
#[test]
fn clone() {
    let matcher = matcher(RULES);
    let before = allocations();
    let another = black_box(matcher.clone());
    assert_eq!(allocations(), before);
    assert_eq!(another.len(), RULES.len());
}

fn matcher(rules: &[&str]) -> Matcher<usize> {
    let mut set = RuleSet::new();
    for (id, rule) in rules.iter().enumerate() {
        set.insert(id, &rule.parse().unwrap()).unwrap();
    }
    set.compile().unwrap()
}

fn check(matchers: &[Matcher<usize>], form: impl Fn(&'static [u8]) -> Event<'static>) {
    run(matchers, || EVENTS.iter().map(|text| form(text.as_bytes())));
}

fn run<'e, E: Iterator<Item = Event<'e>>>(matchers: &[Matcher<usize>], events: impl Fn() -> E) {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let mut round = || {
        let before = allocations();
        let mut matched = 0;
        for matcher in matchers {
            for event in events() {
                matched += matcher.matches(event, &mut scratch, &mut set).map_or(0, |ids| ids.map(black_box).count());
                matched += usize::from(matcher.is_match(event, &mut scratch).unwrap_or(false));
            }
        }
        (matched, allocations() - before)
    };
    let (matched, _) = round();
    assert!(matched > EVENTS.len(), "the rules match something: {matched}");
    for _ in 0..3 {
        assert_eq!(round(), (matched, 0));
    }
}
