//! The engine on the conformance cases: every form of event, every kernel of this machine, one rule at a time and many.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::collections::HashMap;

use eventsieve::reference;
use eventsieve::{CompileOptions, LiveRules, MatchSet, Merging, Pattern, RuleSet, Scratch};
use support::cases::{self, Case, CaseFile, Operation, Rule};
use support::engine::{self, Judge, parse, pattern};

/// How many rules of single cases share a set.
const GROUP: usize = 200;

#[test]
fn pairs() {
    rules_and_events(&cases::PAIRS);
}

#[test]
fn malformed() {
    rules_and_events(&cases::MALFORMED);
}

#[test]
fn edges() {
    rules_and_events(&cases::EDGES);
}

#[test]
fn or_as_field() {
    rules_and_events(&cases::OR_AS_FIELD);
}

#[test]
fn divergences() {
    rules_and_events(&cases::DIVERGENCES);
}

#[test]
fn aws_validated() {
    rules_and_events(&cases::AWS_VALIDATED);
}

/// Each rule by itself, and in a set with the rules of the lines around it.
fn rules_and_events(file: &CaseFile) {
    let Some(cases) = file.read() else { return };
    let mut judge = Judge::new();
    let mut verdicts = Vec::new();
    for (line, case) in &cases {
        match case {
            Case::Rule { rule, valid } if parse(rule).is_ok() != *valid => {
                judge.failures.push(format!("line {line}: valid should be {valid}: {}", rule.text));
            }
            Case::Verdict { rule, event, matches } => match parse(rule) {
                Ok(pattern) => verdicts.push((line, pattern, event.as_bytes(), *matches)),
                Err(error) => judge.failures.push(format!("line {line}: refused: {error}")),
            },
            _ => {}
        }
    }
    for group in verdicts.chunks(GROUP) {
        let together = judge.compile(group.iter().map(|(_, pattern, ..)| pattern));
        for (id, (line, pattern, event, matches)) in group.iter().enumerate() {
            judge.expect_of(&together, event, id, *matches, format_args!("line {line}, in a set"));
            let alone = judge.compile([pattern]);
            let expected: &[usize] = if *matches { &[0] } else { &[] };
            judge.expect(&alone, event, Some(expected), format_args!("line {line}"));
        }
    }
    judge.finish(file.name);
}

/// All rules of a set together, each rule by itself, and the first half of them without the others.
#[test]
fn rulesets() {
    let Some(cases) = cases::RULESETS.read() else { return };
    let mut judge = Judge::new();
    for (line, case) in &cases {
        let Case::Set { rules, events } = case else { continue };
        let patterns = all_valid(rules);
        let all = judge.compile(&patterns);
        let half = judge.compile_for_one(*line, patterns.iter().take(patterns.len() / 2));
        for (index, (event, matches)) in events.iter().enumerate() {
            let what = format!("line {line}, event {index}");
            judge.expect(&all, event.as_bytes(), Some(matches), &what);
            let in_half: Vec<_> = matches.iter().copied().filter(|id| *id < patterns.len() / 2).collect();
            judge.expect(&half, event.as_bytes(), Some(&in_half), format_args!("{what}, half the rules"));
        }
        for (id, pattern) in patterns.iter().enumerate() {
            let alone = judge.compile_for_one(id, [pattern]);
            for (index, (event, matches)) in events.iter().enumerate() {
                let expected: &[usize] = if matches.contains(&id) { &[0] } else { &[] };
                let what = format_args!("line {line}, event {index}, rule {id} alone");
                judge.expect(&alone, event.as_bytes(), Some(expected), what);
            }
        }
    }
    judge.finish(cases::RULESETS.name);
}

fn all_valid(rules: &[Rule]) -> Vec<Pattern> {
    rules.iter().map(|rule| parse(rule).unwrap_or_else(|error| panic!("{}: {error}", rule.text))).collect()
}

#[test]
fn events() {
    validity(&cases::EVENTS);
}

#[test]
fn json_texts() {
    validity(&cases::JSON_TEXTS);
}

/// A verdict is given on exactly the valid events, by whatever rules: none, one that looks at nothing that is there,
/// and some that look at what these events hold.
fn validity(file: &CaseFile) {
    let Some(cases) = file.read() else { return };
    let mut judge = Judge::new();
    let rules = [
        r#"{"no such key": [{"exists": true}]}"#,
        r#"{"k": [{"exists": true}]}"#,
        r#"{"detail": [{"prefix": "a"}, {"numeric": [">", 5]}, {"anything-but": "x"}]}"#,
        r#"{"a\"b": [{"wildcard": "*y*"}], "": [{"exists": false}]}"#,
        r#"{"k.e.y": {"x": [null, true, {"equals-ignore-case": "é\n"}]}}"#,
    ];
    let patterns = rules.map(pattern);
    let sets = [0, 1, patterns.len()].map(|count| judge.compile(&patterns[..count]));
    for (line, case) in &cases {
        let Case::Event { text, valid } = case else { continue };
        let verdicts: Result<Vec<_>, _> = patterns.iter().map(|pattern| reference::matches(pattern, text)).collect();
        if valid.is_some_and(|valid| valid != verdicts.is_ok()) {
            judge.failures.push(format!("line {line}: the reference itself errs: {verdicts:?}"));
            continue;
        }
        for (set, count) in sets.iter().zip([0, 1, patterns.len()]) {
            let ids = verdicts.as_ref().map(|verdicts| (0..count).filter(|id| verdicts[*id]).collect::<Vec<_>>());
            judge.expect(set, text, ids.as_deref().ok(), format_args!("line {line}, {count} rules"));
        }
    }
    judge.finish(file.name);
}

/// Rules that change: before each event the rule set is compiled anew, and live rules show their state.
#[test]
fn sequences() {
    let Some(cases) = cases::SEQUENCES.read() else { return };
    let mut failures = Vec::new();
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for (line, case) in &cases {
        let Case::Sequence(operations) = case else { continue };
        let mut rules: RuleSet<&str> = RuleSet::new();
        let merging = if line % 2 == 0 { Merging::Caller } else { Merging::Background };
        let live = LiveRules::with(&CompileOptions::new(), merging).unwrap();
        let mut compiled = None;
        let mut parsed = HashMap::new();
        for (step, operation) in operations.iter().enumerate() {
            let mut parse = |rule: &Rule| parsed.entry(rule.text.clone()).or_insert_with(|| parse(rule)).clone();
            match operation {
                Operation::Add { id, rule, valid } => {
                    let pattern = parse(rule);
                    if pattern.is_ok() != *valid {
                        failures.push(format!("line {line}, step {step}: valid should be {valid}: {}", rule.text));
                    }
                    if let Ok(pattern) = pattern {
                        let added = rules.insert(id, &pattern).unwrap();
                        assert_eq!(live.insert(id.clone(), &pattern), Ok(added));
                        compiled = None;
                    }
                }
                Operation::Remove { id, rule } => {
                    let pattern = parse(rule).unwrap();
                    let removed = rules.remove_pattern(&id.as_str(), &pattern);
                    assert_eq!(live.remove_pattern(id, &pattern), removed);
                    compiled = None;
                }
                Operation::Event { text, matches } => {
                    let matcher = compiled.get_or_insert_with(|| rules.compile().unwrap());
                    let found = engine::find(matcher, text.into(), &mut scratch, &mut set);
                    let mut found = found.unwrap_or_else(|error| panic!("line {line}, step {step}: {error}"));
                    match step % 5 {
                        0 => live.merge(),
                        1 | 2 => live.merge_apart(),
                        _ => {}
                    }
                    let snapshot = live.snapshot();
                    let shown: Vec<_> =
                        snapshot.matches(text, &mut scratch, &mut set).unwrap().map(String::as_str).collect();
                    assert_eq!(shown, found, "line {line}, step {step}");
                    found.sort_unstable();
                    let mut expected: Vec<_> = matches.iter().map(String::as_str).collect();
                    expected.sort_unstable();
                    if found != expected {
                        failures.push(format!("line {line}, step {step}: {found:?}, not {expected:?}, on {text}"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
