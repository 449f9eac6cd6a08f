//! The reference evaluator on the conformance cases: what judges the engine is judged itself.

mod support;

use eventsieve::reference;
use support::cases::{self, Case, CaseFile, Operation};
use support::engine::parse;

#[test]
fn pairs() {
    run(&cases::PAIRS);
}

#[test]
fn malformed() {
    run(&cases::MALFORMED);
}

#[test]
fn edges() {
    run(&cases::EDGES);
}

#[test]
fn rulesets() {
    run(&cases::RULESETS);
}

#[test]
fn or_as_field() {
    run(&cases::OR_AS_FIELD);
}

#[test]
fn divergences() {
    run(&cases::DIVERGENCES);
}

#[test]
fn events() {
    run(&cases::EVENTS);
}

#[test]
fn sequences() {
    run(&cases::SEQUENCES);
}

#[test]
fn aws_validated() {
    run(&cases::AWS_VALIDATED);
}

#[test]
fn json_texts() {
    run(&cases::JSON_TEXTS);
}

fn run(file: &CaseFile) {
    let Some(cases) = file.read() else { return };
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|(line, case)| check(case).err().map(|failure| format!("line {line}: {failure}")))
        .collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn check(case: &Case) -> Result<(), String> {
    match case {
        Case::Verdict { rule, event, matches } => {
            let pattern = parse(rule).map_err(|error| error.to_string())?;
            same(reference::matches(&pattern, event.as_bytes()), Ok(*matches))
        }
        Case::Rule { rule, valid } => same(parse(rule).is_ok(), *valid),
        Case::Set { rules, events } => {
            let patterns: Result<Vec<_>, _> = rules.iter().map(parse).collect();
            let patterns = patterns.map_err(|error| error.to_string())?;
            for (event, matches) in events {
                for (index, pattern) in patterns.iter().enumerate() {
                    same(reference::matches(pattern, event.as_bytes()), Ok(matches.contains(&index)))?;
                }
            }
            Ok(())
        }
        Case::Sequence(operations) => sequence(operations),
        Case::Event { text, valid: Some(valid) } => same(reference::accepts(text), *valid),
        Case::Event { valid: None, .. } => Ok(()),
    }
}

fn sequence(operations: &[Operation]) -> Result<(), String> {
    let mut live = Vec::new();
    for operation in operations {
        match operation {
            Operation::Add { id, rule, valid } => {
                same(parse(rule).is_ok(), *valid)?;
                live.extend(parse(rule).ok().map(|pattern| (id, pattern)));
            }
            Operation::Remove { id, rule } => {
                let pattern = parse(rule).map_err(|error| error.to_string())?;
                live.retain(|live| *live != (id, pattern.clone()));
            }
            Operation::Event { text, matches } => {
                let mut found = Vec::new();
                for (id, pattern) in &live {
                    if reference::matches(pattern, text.as_bytes()).map_err(|error| error.to_string())? {
                        found.push(*id);
                    }
                }
                found.sort_unstable();
                found.dedup();
                let mut expected: Vec<_> = matches.iter().collect();
                expected.sort_unstable();
                same(found, expected)?;
            }
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found:?}, not {expected:?}")) }
}
