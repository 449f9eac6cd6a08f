//! Rules of which no single field decides, so many that they are checked in blocks, against the reference.

mod support;

use eventsieve::CompileOptions;
use support::engine::{Judge, pattern};
use support::scene::Scene;
use support::source::Source;

/// Few paths and few values, so that every test holds often.
fn value(source: &mut Source<'_>) -> String {
    match source.below(8) {
        0 => "true".into(),
        1 => "null".into(),
        2 | 3 => source.below(6).to_string(),
        _ => format!(r#""{}{}""#, if source.percent(50) { "a" } else { "b" }, source.below(6)),
    }
}

fn test(source: &mut Source<'_>) -> String {
    match source.below(24) {
        0 => r#"{"exists": false}"#.into(),
        1 => r#"{"exists": true}"#.into(),
        2 | 3 => format!(r#"{{"anything-but": ["a{}", "b0"]}}"#, source.below(3)),
        4 => r#"{"prefix": "a"}"#.into(),
        5 => format!(r#"{{"suffix": "{}"}}"#, source.below(3)),
        6 => r#"{"wildcard": "*a*0"}"#.into(),
        7 | 8 => format!(r#"{{"numeric": [">", {}]}}"#, source.below(5)),
        9 => format!(r#"{{"numeric": [">=", {}, "<", {}]}}"#, source.below(2), 3 + source.below(3)),
        10 => r#"{"equals-ignore-case": "A1"}"#.into(),
        _ => value(source),
    }
}

/// Paths at the top, in an object that may be an array, and in another one.
const PATHS: [&str; 8] = ["f0", "f1", "f2", "l.x", "l.y", "l.z", "m.u", "m.v"];

fn rule(source: &mut Source<'_>, extra: &str) -> String {
    let mut fields = vec![];
    for path in PATHS {
        if source.percent(60) {
            let mut tests: Vec<String> = (0..=source.below(3)).map(|_| test(source)).collect();
            tests.dedup();
            let (outer, inner) = path.split_once('.').unwrap_or(("", path));
            fields.push((outer, format!(r#""{inner}": [{}]"#, tests.join(", "))));
        }
    }
    let mut members: Vec<String> = vec![];
    for outer in ["l", "m"] {
        let inside: Vec<&str> = fields.iter().filter(|(o, _)| *o == outer).map(|(_, text)| text.as_str()).collect();
        if !inside.is_empty() {
            members.push(format!(r#""{outer}": {{{}}}"#, inside.join(", ")));
        }
    }
    members.extend(fields.into_iter().filter(|(outer, _)| outer.is_empty()).map(|(_, text)| text));
    members.push(extra.to_owned());
    members.retain(|member| !member.is_empty());
    if members.is_empty() { r#"{"f0": ["a0"]}"#.to_owned() } else { format!("{{{}}}", members.join(", ")) }
}

fn object(source: &mut Source<'_>, names: &[&str]) -> String {
    let mut members = vec![];
    for name in names {
        match source.below(10) {
            0 => {}
            1 => members.push(format!(r#""{name}": [{}, {}]"#, value(source), value(source))),
            _ => members.push(format!(r#""{name}": {}"#, value(source))),
        }
    }
    format!("{{{}}}", members.join(", "))
}

fn event(source: &mut Source<'_>, extra: &str) -> Vec<u8> {
    let mut text = object(source, &["f0", "f1", "f2"]);
    text.pop();
    let comma = |text: &mut String| text.push_str(if text.ends_with('{') { "" } else { ", " });
    for (name, inner) in [("l", &["x", "y", "z"][..]), ("m", &["u", "v"][..])] {
        comma(&mut text);
        match source.below(4) {
            0 => text.push_str(&format!(r#""{name}": [{}, {}]"#, object(source, inner), object(source, inner))),
            _ => text.push_str(&format!(r#""{name}": {}"#, object(source, inner))),
        }
    }
    text.push_str(extra);
    text.push('}');
    text.into_bytes()
}

/// So many rules and events that are made of a seed. Every third event has what every rule asks for besides.
fn scene(rules: usize, events: usize, seed: u64, in_rules: &str, in_events: &str) -> Scene {
    let mut state = seed;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take((rules + events) * 200)
    .collect();
    let mut source = Source::new(&bytes);
    Scene {
        patterns: (0..rules).map(|_| pattern(&rule(&mut source, in_rules))).collect(),
        events: (0..events).map(|n| event(&mut source, if n % 3 == 0 { in_events } else { "" })).collect(),
    }
}

fn check(scene: &Scene, options: CompileOptions, what: &str) {
    let mut judge = Judge::with(options);
    let matchers = judge.compile_for_one(scene.patterns.len(), &scene.patterns);
    for event in &scene.events {
        let Some(Ok(ids)) = scene.expected(event) else { continue };
        judge.expect(&matchers, event, Some(&ids), what);
    }
    judge.finish(what);
}

/// Sizes about those of words and of what is checked at a time.
#[test]
fn of_every_event() {
    for (rules, events) in [(1, 8), (16, 50), (63, 50), (64, 50), (65, 50), (300, 30), (4_200, 6)] {
        let scene = scene(rules, events, rules as u64, "", "");
        check(&scene, CompileOptions::new(), "chosen by cost");
        check(&scene, CompileOptions::new().blocks_anyway(), "in blocks anyway");
    }
}

#[test]
fn of_one_test() {
    for (rules, events) in [(40, 60), (700, 30), (5_000, 6)] {
        let scene = scene(rules, events, 7, r#""kind": ["rare", "other"]"#, r#", "kind": "rare""#);
        check(&scene, CompileOptions::new(), "chosen by cost");
        check(&scene, CompileOptions::new().blocks_anyway(), "in blocks anyway");
    }
}

/// `$or` multiplies: several conjunctions of one block belong to one rule.
#[test]
fn alternatives() {
    let choice = r#""$or": [{"f0": ["a0", "a1"]}, {"f1": [1, 2]}, {"l": {"x": [{"exists": false}]}}]"#;
    check(&scene(60, 40, 3, choice, ""), CompileOptions::new(), "chosen by cost");
    check(&scene(60, 40, 3, choice, ""), CompileOptions::new().blocks_anyway(), "in blocks anyway");
}
