//! What lints claim of all events holds of random ones.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::env;

use eventsieve::{LintCode, Linter, Pattern};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use support::arrays::Shape;
use support::neighbours::{self, Members};
use support::scene::Scene;
use support::source::Source;

fn decisions() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..2_000)
}

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases };
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..default }
}

/// Patterns and events of any of the generators.
fn scene(source: &mut Source<'_>) -> (Vec<Pattern>, Vec<Vec<u8>>) {
    match source.below(10) {
        0 => {
            let scene = Scene::new(source, 3, 3);
            (scene.patterns, scene.events)
        }
        1..4 => {
            let shape = Shape::new(source);
            let patterns = source.some(2, 4, |source| shape.pattern(source).parse().unwrap());
            (patterns, source.some(3, 6, |source| shape.event(source).into_bytes()))
        }
        _ => {
            let first = Members::new(source);
            let mut texts = vec![first.text()];
            texts.extend(source.some(1, 4, |source| first.changed(source).text()));
            let patterns = texts.iter().map(|text| text.parse().unwrap()).collect();
            (patterns, source.some(3, 8, |source| neighbours::event(source).into_bytes()))
        }
    }
}

/// Whether the pattern matches; `None` if the event has no verdict.
fn matches(pattern: &Pattern, event: &[u8]) -> Option<bool> {
    pattern.matches(event).ok()
}

fn has(pattern: &Pattern, code: LintCode) -> bool {
    Linter::new().eventbridge(false).pattern(pattern).iter().any(|finding| finding.code == code)
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn never_and_always(bytes in decisions()) {
        let (patterns, events) = scene(&mut Source::new(&bytes));
        for pattern in &patterns {
            let (never, always) = (has(pattern, LintCode::NeverMatches), has(pattern, LintCode::AlwaysMatches));
            for event in events.iter().filter(|_| never || always) {
                let event_text = String::from_utf8_lossy(event);
                assert_ne!(matches(pattern, event), Some(never), "{pattern} on {event_text}");
            }
        }
    }

    #[test]
    fn implied_patterns_match_too(bytes in decisions()) {
        let (patterns, events) = scene(&mut Source::new(&bytes));
        for (one, other) in patterns.iter().flat_map(|one| patterns.iter().map(move |other| (one, other))) {
            if !one.implies(other) {
                assert!(one != other, "{one} implies itself");
                continue;
            }
            for event in events.iter().filter(|event| matches(one, event) == Some(true)) {
                let event_text = String::from_utf8_lossy(event);
                assert_ne!(matches(other, event), Some(false), "{one} implies {other}, on {event_text}");
            }
        }
    }

    /// A test or field that is said to be superfluous can be left out.
    #[test]
    fn superfluous_parts_can_go(bytes in decisions()) {
        let mut source = Source::new(&bytes);
        let text = Members::new(&mut source).text();
        let events = source.some(3, 8, |source| neighbours::event(source).into_bytes());
        let pattern: Pattern = text.parse().unwrap();
        for finding in Linter::new().eventbridge(false).pattern(&pattern) {
            let codes = [LintCode::DuplicateTest, LintCode::SubsumedTest, LintCode::ImpossibleTest];
            // What is wrong within a list is told of the whole test.
            if !codes.contains(&finding.code) || finding.message.starts_with("`anything-but`") {
                continue;
            }
            let (before, after) = (&text[..finding.span.start], &text[finding.span.end..]);
            let without = match (before.strip_suffix(','), after.strip_prefix(',')) {
                (Some(before), _) => format!("{before}{after}"),
                (None, Some(after)) => format!("{before}{after}"),
                // The only test there is.
                (None, None) => continue,
            };
            let without: Pattern = without.parse().unwrap();
            for event in &events {
                let (full, less) = (matches(&pattern, event), matches(&without, event));
                assert!(full == less || full.is_none() || less.is_none(), "{pattern} as {without}: {finding}");
            }
        }
    }

    /// A rule is covered by the rule that is named, and one that is told to imply another, not the other way round, is
    /// among the covered ones.
    #[test]
    fn covered_rules(bytes in decisions()) {
        let (patterns, _) = scene(&mut Source::new(&bytes));
        let linter = Linter::new().eventbridge(false);
        let findings = linter.rules(patterns.iter().enumerate());
        for (id, pattern) in patterns.iter().enumerate() {
            let covered = findings.iter().find(|one| one.id == id && one.finding.code == LintCode::CoveredRule);
            if let Some(found) = covered {
                let (other, _) = found.other.unwrap();
                assert_ne!(other, id);
                assert!(pattern.implies(patterns.get(other).unwrap()));
            }
        }
    }
}

/// The properties above are about something: implications that aren't between equals are found, and findings are.
#[test]
fn the_generators_are_worth_their_while() {
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    let (mut implied, mut told, mut missed, mut never, mut always) = (0, 0, 0, 0, 0);
    for _ in 0..1_000 {
        let bytes: Vec<u8> = (0..2_000).map(|_| byte()).collect();
        let (patterns, events) = scene(&mut Source::new(&bytes));
        for (one, other) in patterns.iter().flat_map(|one| patterns.iter().map(move |other| (one, other))) {
            let matching = events.iter().filter(|event| matches(one, event) == Some(true)).count();
            implied += usize::from(one != other && one.implies(other));
            told += usize::from(one != other && one.implies(other) && matching > 0);
            missed += usize::from(!one.implies(other));
        }
        never += patterns.iter().filter(|pattern| has(pattern, LintCode::NeverMatches)).count();
        always += patterns.iter().filter(|pattern| has(pattern, LintCode::AlwaysMatches)).count();
    }
    println!("implied {implied}, on an event {told}, not {missed}; never {never}, always {always}");
    assert!(implied > 1_000 && told > 300 && missed > 1_000 && never > 20 && always > 20);
}
