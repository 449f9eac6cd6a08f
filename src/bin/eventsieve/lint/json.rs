//! Findings as one JSON object.

use serde_json::{Value, json};

use super::Report;
use super::load::Rule;
use crate::rule_ids;
use crate::rules::Place;

pub(super) fn print(report: &Report) -> String {
    let loaded = &report.loaded;
    let findings: Vec<_> = report
        .findings
        .iter()
        .filter_map(|found| {
            let rule = loaded.rules.get(found.id)?;
            let span = rule.place(found.finding.span.clone());
            let mut json = found.finding.to_json();
            let object = json.as_object_mut()?;
            object.append(place(report, rule, span.start).as_object_mut()?);
            if let Some(other) = found.other.and_then(|(other, _)| loaded.rules.get(other)) {
                object.insert("other".to_owned(), place(report, other, other.place(0..0).start));
            }
            Some(json)
        })
        .collect();
    let placeholders: Vec<_> = loaded
        .files
        .iter()
        .flat_map(|file| {
            file.placeholders.iter().map(|one| {
                let Place { line, column } = file.place(one.span.start);
                let message = one.to_string();
                json!({"file": file.name, "line": line, "column": column, "expression": one.expression, "message": message})
            })
        })
        .collect();
    let unread = loaded.problems().map(|(file, problem)| {
        let Place { line, column } = problem.place;
        let rule = problem.rule.as_deref().map(rule_ids::plain);
        let (message, hint) = (&problem.message, &problem.hint);
        json!({"file": file.name, "rule": rule, "line": line, "column": column, "message": message, "hint": hint})
    });
    let failures = loaded.failures.iter().map(|message| json!({"message": message}));
    let problems: Vec<_> = failures.chain(unread).collect();
    let json = json!({
        "rules": loaded.rules.len(),
        "findings": findings,
        "placeholders": placeholders,
        "problems": problems,
    });
    format!("{json:#}\n")
}

/// A place in a rule's file.
fn place(report: &Report, rule: &Rule, offset: usize) -> Value {
    let Some(file) = report.loaded.files.get(rule.file) else { return Value::Null };
    let Place { line, column } = file.place(offset);
    let name = if rule.name.is_empty() { Value::Null } else { Value::from(rule.name.as_str()) };
    json!({"file": file.name, "rule": name, "line": line, "column": column})
}
