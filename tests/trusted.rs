//! Trusted mode learns how far into events it has to look, and stops there: the verdicts are those of strict mode, however
//! the events change.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use eventsieve::{CompileOptions, Event, MatchSet, RuleSet, Scratch};
use support::engine::{kernels, pattern};
use support::source::Source;

const RULES: [&str; 6] = [
    r#"{"kind": ["a0", "a1"]}"#,
    r#"{"detail": {"state": ["a0", "a2"], "size": [{"numeric": [">", 1]}]}}"#,
    r#"{"tags": ["a3"], "kind": ["a2"]}"#,
    r#"{"items": {"id": ["a1"], "n": [1]}}"#,
    r#"{"detail": {"state": ["a\"1"]}}"#,
    r#"{"kind": [{"exists": false}]}"#,
];

/// A string, now and then with an escape, an escaped quote or a bracket, or so long that the rest lies far behind.
fn text(source: &mut Source<'_>) -> String {
    match source.below(12) {
        0 => r#""a\"1""#.into(),
        1 => r#""a\u0031""#.into(),
        2 => r#""]}\\""#.into(),
        3 => format!("\"{}\"", "x".repeat(source.below(150))),
        n => format!("\"a{}\"", n % 4),
    }
}

fn member(name: &str, source: &mut Source<'_>) -> String {
    let value = match name {
        "detail" => {
            let mut members = vec![format!(r#""state":{}"#, text(source)), format!(r#""size":{}"#, source.below(4))];
            members.push(format!(r#""more":{{"deep":[{}]}}"#, text(source)));
            members.rotate_left(source.below(3));
            format!("{{{}}}", members.join(","))
        }
        "tags" => format!("[{}]", source.some(0, 4, text).join(",")),
        "items" => {
            let item = |source: &mut Source<'_>| format!(r#"{{"id":{},"n":{}}}"#, text(source), source.below(3));
            format!("[{}]", source.some(0, 4, item).join(","))
        }
        _ => text(source),
    };
    format!("\"{name}\":{value}")
}

/// The members that rules ask for stand mostly in front, in this order, with more or less behind them.
fn event(source: &mut Source<'_>) -> String {
    let mut names = vec!["kind", "detail", "tags", "items", "rest", "rest2", "rest3"];
    if source.percent(10) {
        names.rotate_left(source.below(7));
    }
    if source.percent(10) {
        names.remove(source.below(4));
    }
    let space = if source.percent(10) { " " } else { "" };
    let members: Vec<String> = names.iter().map(|name| member(name, source)).collect();
    format!("{{{}}}{space}", members.join(&format!(",{space}")))
}

#[test]
fn what_is_left_out_changes_no_verdict() {
    for (seed, kernel) in (0..20_u64).flat_map(|seed| kernels().into_iter().map(move |kernel| (seed, kernel))) {
        let mut state = seed;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(60_000)
        .collect();
        let mut source = Source::new(&bytes);
        let mut rules = RuleSet::new();
        for (id, rule) in RULES.iter().enumerate().take(1 + usize::try_from(seed).unwrap() % RULES.len()) {
            rules.insert(id, &pattern(rule)).unwrap();
        }
        let matcher = rules.compile_with(&CompileOptions::new().kernel(kernel)).unwrap();
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        let (mut fresh, mut expected) = (Scratch::new(), MatchSet::new());
        let mut seen = BTreeSet::new();
        while !source.is_empty() {
            let event = event(&mut source);
            let trusted: Vec<usize> =
                matcher.matches(Event::trusted(event.as_bytes()), &mut scratch, &mut set).unwrap().copied().collect();
            let strict: Vec<usize> =
                matcher.matches(Event::strict(event.as_bytes()), &mut fresh, &mut expected).unwrap().copied().collect();
            assert_eq!(trusted, strict, "{kernel}, {event}");
            seen.extend(strict);
        }
        assert!(seen.contains(&0));
    }
}
