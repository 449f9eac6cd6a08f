//! Findings as SARIF 2.1.0, the format of code scanning services.

use std::fmt::Write;
use std::ops::Range;

use eventsieve::LintCode;
use serde_json::{Value, json};

use super::Report;
use super::load::File;
use crate::rule_ids;
use crate::rules::Place;

/// The id of results that are about what is no pattern.
const UNREADABLE: &str = "unreadable";

pub(super) fn print(report: &Report) -> String {
    let loaded = &report.loaded;
    let codes = LintCode::ALL.iter().map(|code| (code.code(), code.summary()));
    let codes: Vec<_> = codes
        .chain([(UNREADABLE, "the rule can't be read")])
        .map(|(code, summary)| json!({"id": code, "shortDescription": {"text": summary}}))
        .collect();
    let unreadable = loaded.problems().map(|(file, problem)| {
        let rule = problem.rule.as_deref().map(rule_ids::plain).unwrap_or_default();
        let hint = hinted(problem.hint.as_ref());
        json!({
            "ruleId": UNREADABLE,
            "ruleIndex": LintCode::ALL.len(),
            "level": "error",
            "message": {"text": format!("{}: {}{hint}", named(rule, "the file"), problem.message)},
            "locations": [location(file, region(problem.place, problem.place), "logicalLocations", logical(rule))],
        })
    });
    let findings = report.findings.iter().filter_map(|found| {
        let rule = loaded.rules.get(found.id)?;
        let file = loaded.files.get(rule.file)?;
        let finding = &found.finding;
        let mut related: Vec<_> = finding
            .related
            .iter()
            .map(|related| located(file, rule.place(related.span.clone()), "message", json!({"text": related.message})))
            .collect();
        if let Some(other) = found.other.and_then(|(other, _)| loaded.rules.get(other)) {
            let message = json!({"text": format!("covered by {}", named(&other.name, "the pattern"))});
            related.push(located(loaded.files.get(other.file)?, other.place(0..1), "message", message));
        }
        let hint = hinted(finding.hint.as_ref());
        let place = located(file, rule.place(finding.span.clone()), "logicalLocations", logical(&rule.name));
        Some(json!({
            "ruleId": finding.code.code(),
            "ruleIndex": LintCode::ALL.iter().position(|code| *code == finding.code),
            "level": finding.severity.as_str(),
            "message": {"text": format!("{}: {}{hint}", named(&rule.name, "the pattern"), finding.message)},
            "locations": [place],
            "relatedLocations": related,
        }))
    });
    let results: Vec<_> = unreadable.chain(findings).collect();
    let failures = loaded.failures.iter().map(|message| json!({"level": "error", "message": {"text": message}}));
    let placeholders = loaded.files.iter().flat_map(|file| {
        file.placeholders.iter().map(|one| {
            let place = located(file, one.span.clone(), "logicalLocations", json!([]));
            json!({"level": "note", "message": {"text": one.to_string()}, "locations": [place]})
        })
    });
    let notifications: Vec<_> = failures.chain(placeholders).collect();
    let json = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "eventsieve", "version": env!("CARGO_PKG_VERSION"), "rules": codes}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": loaded.is_whole(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{json:#}\n")
}

/// What a rule is called in a message, or what stands for one without a name.
fn named(rule: &str, nameless: &str) -> String {
    match rule {
        "" => nameless.to_owned(),
        name => format!("rule `{name}`"),
    }
}

fn hinted(hint: Option<&String>) -> String {
    hint.map(|hint| format!(" ({hint})")).unwrap_or_default()
}

fn logical(rule: &str) -> Value {
    if rule.is_empty() { json!([]) } else { json!([{"name": rule}]) }
}

/// A location in a file, with one property more.
fn located(file: &File, span: Range<usize>, property: &str, value: Value) -> Value {
    let (start, end) = (file.place(span.start), file.place(span.end.max(span.start)));
    location(file, region(start, end), property, value)
}

fn location(file: &File, region: Value, property: &str, value: Value) -> Value {
    json!({
        property: value,
        "physicalLocation": {"artifactLocation": {"uri": uri(&file.name)}, "region": region},
    })
}

fn region(start: Place, end: Place) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

/// A file's name as a relative URI reference.
fn uri(name: &str) -> String {
    let mut uri = String::new();
    for byte in name.strip_prefix("./").unwrap_or(name).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
