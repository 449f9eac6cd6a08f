//! Findings for people.

use std::fmt::Write;
use std::ops::Range;

use eventsieve::Severity;

use super::Report;
use super::load::Rule;
use crate::rules::Place;

/// How many findings are shown before the rest is only counted.
const SHOWN: usize = 500;

pub(super) fn print(report: &Report) -> String {
    let mut out = String::new();
    let loaded = &report.loaded;
    for file in &loaded.files {
        for placeholder in &file.placeholders {
            let Place { line, column } = file.place(placeholder.span.start);
            let _ = writeln!(out, "{}:{line}:{column}: {placeholder}", file.shown_name());
        }
    }
    for found in report.findings.iter().take(SHOWN) {
        let Some(rule) = loaded.rules.get(found.id) else { continue };
        let Some(file) = loaded.files.get(rule.file) else { continue };
        let finding = found.finding.render_in(&file.text, |span| rule.place(span));
        let _ = write!(out, "{}: {finding}", place(report, rule, found.finding.span.clone()));
        if let Some(other) = found.other.and_then(|(other, _)| loaded.rules.get(other)) {
            let _ = write!(out, "\n  = covered by {}", place(report, other, 0..0));
        }
        out.push('\n');
    }
    if let more @ 1.. = report.findings.len().saturating_sub(SHOWN) {
        let _ = writeln!(out, "{more} more findings; `--format json` has all");
    }
    let count = |severity: Severity, what: &str| {
        let count = report.count(severity);
        format!("{count} {what}{}", if count == 1 { "" } else { "s" })
    };
    let rules = loaded.rules.len();
    let unread = match loaded.files.iter().map(|file| file.problems.len()).sum::<usize>() {
        0 => String::new(),
        unread => format!("; {unread} more can't be read"),
    };
    let _ = writeln!(
        out,
        "{rules} rule{}: {}, {}, {}{unread}",
        if rules == 1 { "" } else { "s" },
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Note, "note"),
    );
    out
}

/// Where a span of a rule's pattern begins, and the rule's name.
fn place(report: &Report, rule: &Rule, span: Range<usize>) -> String {
    let Some(file) = report.loaded.files.get(rule.file) else { return String::new() };
    let Place { line, column } = file.place(rule.place(span).start);
    let name = file.shown_name();
    match rule.name.as_str() {
        "" => format!("{name}:{line}:{column}"),
        rule => format!("{name}:{line}:{column}: rule `{rule}`"),
    }
}
