//! Findings as SARIF 2.1.0, the format of code scanning services.

use std::fmt::Write;
use std::ops::Range;

use eventsieve::LintCode;
use serde_json::{Value, json};

use super::Report;
use super::load::{File, Rule};

pub(super) fn print(report: &Report) -> String {
    let loaded = &report.loaded;
    let codes: Vec<_> = LintCode::ALL
        .iter()
        .map(|code| json!({"id": code.code(), "shortDescription": {"text": code.summary()}}))
        .collect();
    let results: Vec<_> = report
        .findings
        .iter()
        .filter_map(|found| {
            let rule = loaded.rules.get(found.id)?;
            let file = loaded.files.get(rule.file)?;
            let finding = &found.finding;
            let mut related: Vec<_> = finding
                .related
                .iter()
                .map(|related| {
                    located(file, rule.place(related.span.clone()), "message", json!({"text": related.message}))
                })
                .collect();
            if let Some(other) = found.other.and_then(|(other, _)| loaded.rules.get(other)) {
                let message = json!({"text": format!("covered by {}", named(other))});
                related.push(located(loaded.files.get(other.file)?, other.place(0..1), "message", message));
            }
            let hint = finding.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let logical = if rule.name.is_empty() { json!([]) } else { json!([{"name": rule.name}]) };
            let place = located(file, rule.place(finding.span.clone()), "logicalLocations", logical);
            Some(json!({
                "ruleId": finding.code.code(),
                "ruleIndex": LintCode::ALL.iter().position(|code| *code == finding.code),
                "level": finding.severity.as_str(),
                "message": {"text": format!("{}: {}{hint}", named(rule), finding.message)},
                "locations": [place],
                "relatedLocations": related,
            }))
        })
        .collect();
    let problems = loaded.problems.iter().map(|problem| json!({"level": "error", "message": {"text": problem}}));
    let placeholders = loaded.files.iter().flat_map(|file| {
        file.placeholders.iter().map(|one| {
            let place = located(file, one.span.clone(), "logicalLocations", json!([]));
            json!({"level": "note", "message": {"text": one.to_string()}, "locations": [place]})
        })
    });
    let notifications: Vec<_> = problems.chain(placeholders).collect();
    let json = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "eventsieve", "version": env!("CARGO_PKG_VERSION"), "rules": codes}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": loaded.problems.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{json:#}\n")
}

/// What a rule is called in a message.
fn named(rule: &Rule) -> String {
    match rule.name.as_str() {
        "" => "the pattern".to_owned(),
        name => format!("rule `{name}`"),
    }
}

/// A location in a file, with one property more.
fn located(file: &File, span: Range<usize>, property: &str, value: Value) -> Value {
    let (start, end) = (file.place(span.start), file.place(span.end.max(span.start)));
    json!({property: value, "physicalLocation": {
        "artifactLocation": {"uri": uri(&file.name)},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    }})
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
