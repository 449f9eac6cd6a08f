//! What can be said of the tests of one field: impossible ones, doubles, and those that others make superfluous.

use std::collections::HashMap;

use super::conjunctions::Field;
use super::values::{Budget, Values, masked};
use super::{Finding, LintCode, Severity};
use crate::pattern::ast::{AnythingBut, Number, Numeric, Test, TestKind};
use crate::pattern::render::{quoted, visible};
use crate::pattern::{array_around, is_operator, last_key, string_text};
use crate::value::address::{self, Block};
use crate::value::number;

pub(super) fn lint(field: &Field<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    let mut sets = Vec::with_capacity(field.tests.len());
    for test in field.tests {
        let values = Values::of(&test.kind);
        if values.is_none() && !matches!(test.kind, TestKind::Exists(_)) {
            findings.push(impossible(field, test));
        }
        plain_text(field, test, findings);
        if let TestKind::Number(number) = &test.kind
            && number::comparable(number.text.as_bytes()).is_none()
        {
            findings.push(not_comparable(field, test, number));
        }
        if let Some(Values::Except(excluded)) = &values {
            within_anything_but(field, test, excluded, budget, findings);
        }
        sets.push(values);
    }
    for (at, by, how) in superfluous(&sets, budget) {
        let (Some(test), Some(other)) = (field.tests.get(at), field.tests.get(by)) else { continue };
        let (code, message, related) = match how {
            How::Same => (LintCode::DuplicateTest, "the field has the same test twice", "here it is first"),
            How::Subsumed => (
                LintCode::SubsumedTest,
                "the test accepts nothing that another one of the field doesn't",
                "this test accepts all of it",
            ),
        };
        findings.push(
            Finding::new(code, Severity::Warning, test.span.range(), message)
                .at(&field.shown)
                .related(other.span.range(), related),
        );
    }
    repeated_absence(field, findings);
    any_value(field, budget, findings);
    operator_as_field(field, findings);
}

/// Tests such as `anything-but` one value, or another: what one excludes the other lets in.
fn any_value(field: &Field<'_>, budget: &mut Budget, findings: &mut Vec<Finding>) {
    if !field.accepted.absence && field.accepted.is_any_value(budget) {
        let message = "the tests accept every value together: each lets in what the others leave out";
        findings.push(
            Finding::new(LintCode::AnyValue, Severity::Warning, field.key.range(), message)
                .at(&field.shown)
                .hint("one `anything-but` lists all that is to be left out; for any value, write `{\"exists\": true}`"),
        );
    }
}

/// A field such as `anything-but` in the object of a field, where an array was meant. Events may have such keys: nothing
/// is said of those in `detail` itself, or outside of it, where no value could be tested instead.
fn operator_as_field(field: &Field<'_>, findings: &mut Vec<Finding>) {
    let Some((outer, operator)) = field.path.rsplit_once('.').filter(|(_, key)| is_operator(key)) else { return };
    if outer != "detail" {
        let message = format!("the field is named like an operator: it tests a key `{operator}` in {}", quoted(outer));
        findings.push(
            Finding::new(LintCode::OperatorAsField, Severity::Warning, field.key.range(), message)
                .at(&field.shown)
                .hint(array_around(last_key(outer), operator, "…")),
        );
    }
}

/// A `*` in a text that is compared as it is, where most likely a wildcard was meant. `exactly` means what it says.
fn plain_text(field: &Field<'_>, test: &Test, findings: &mut Vec<Finding>) {
    let (text, meant) = match &test.kind {
        TestKind::String(text) => (text, text.to_string()),
        TestKind::Prefix(text) => (text, format!("{}*", text.trim_end_matches('*'))),
        TestKind::Suffix(text) => (text, format!("*{}", text.trim_start_matches('*'))),
        _ => return,
    };
    if !has_star(text) {
        return;
    }
    let message = "a `*` stands for itself here, and for other text only in `wildcard`";
    let finding = Finding::new(LintCode::PlainText, Severity::Warning, test.span.range(), message).at(&field.shown);
    let is_wildcard = !meant.contains("**") && !meant.contains('\\');
    findings.push(match is_wildcard {
        true => finding.hint(format!("write `{{\"wildcard\":{}}}`", visible(&string_text(&meant), SHOWN))),
        false => finding,
    });
}

/// Characters of a text in a hint.
const SHOWN: usize = 60;

/// Whether a text holds a `*`, and not just by itself, as some values are, or within a template's expression.
fn has_star(text: &str) -> bool {
    text.len() > 1 && masked(text.as_bytes()).contains(&b'*')
}

fn impossible(field: &Field<'_>, test: &Test) -> Finding {
    let finding =
        Finding::new(LintCode::ImpossibleTest, Severity::Warning, test.span.range(), "no number is in this range");
    let finding = match &test.kind {
        TestKind::Numeric(Numeric::Range { lower: Some(_), upper: Some(_) }) => {
            finding.hint("numbers compare as IEEE 754 doubles, and there is none between these two")
        }
        _ => finding.hint("numbers compare as IEEE 754 doubles, and this is where they end"),
    };
    finding.at(&field.shown)
}

fn not_comparable(field: &Field<'_>, test: &Test, number: &Number) -> Finding {
    let message =
        format!("{} is not comparable: it equals only numbers that are spelt just like it", quoted(&number.text));
    let finding = Finding::new(LintCode::NotComparable, Severity::Warning, test.span.range(), message);
    finding
        .at(&field.shown)
        .hint("it has more digits than a double can tell apart, or is out of range; ids are better sent as strings")
}

/// The values that one `anything-but` lists.
fn within_anything_but(
    field: &Field<'_>,
    test: &Test,
    excluded: &[Values],
    budget: &mut Budget,
    findings: &mut Vec<Finding>,
) {
    let TestKind::AnythingBut(but) = &test.kind else { return };
    let sets: Vec<_> = excluded.iter().cloned().map(Some).collect();
    for (at, by, how) in superfluous(&sets, budget) {
        let (Some(value), Some(other)) = (listed(but, at), listed(but, by)) else { continue };
        let (value, other) = (quoted(value), quoted(other));
        let (code, message) = match how {
            How::Same if value == other => (LintCode::DuplicateTest, format!("`anything-but` lists {value} twice")),
            How::Same => {
                (LintCode::DuplicateTest, format!("`anything-but` lists {other} and {value}, which mean the same"))
            }
            How::Subsumed => {
                (LintCode::SubsumedTest, format!("`anything-but` lists {value}, which {other} excludes already"))
            }
        };
        findings.push(Finding::new(code, Severity::Warning, test.span.range(), message).at(&field.shown));
    }
}

/// A value of an `anything-but`, as written.
fn listed(but: &AnythingBut, at: usize) -> Option<&str> {
    match but {
        AnythingBut::Numbers(numbers) => numbers.values().get(at).map(|number| &*number.text),
        AnythingBut::Strings(texts)
        | AnythingBut::Prefix(texts)
        | AnythingBut::Suffix(texts)
        | AnythingBut::EqualsIgnoreCase(texts)
        | AnythingBut::Wildcard(texts) => texts.values().get(at).map(|text| &**text),
    }
}

/// How a set makes another one superfluous.
#[derive(Clone, Copy)]
enum How {
    Same,
    Subsumed,
}

/// The sets that another one makes superfluous, with that one. Of sets that are equal, the first is not superfluous.
///
/// Single values are looked up; only the others are compared with each other and with the single ones.
fn superfluous(sets: &[Option<Values>], budget: &mut Budget) -> Vec<(usize, usize, How)> {
    let mut found = Vec::new();
    let mut first: HashMap<&Values, usize> = HashMap::new();
    let mut distinct: Vec<(usize, &Values)> = Vec::new();
    for (at, values) in sets.iter().enumerate() {
        let Some(values) = values else { continue };
        if let Some(same) = first.get(values) {
            found.push((at, *same, How::Same));
            continue;
        }
        first.insert(values, at);
        distinct.push((at, values));
    }
    let broad: Vec<_> = distinct.iter().filter(|(_, values)| !values.is_single()).collect();
    for (at, values) in &distinct {
        let by_address = match values {
            Values::Text(text) => address::parse(text.as_bytes())
                .and_then(|address| first.get(&Values::Addresses(Block::of(address))).copied()),
            _ => None,
        };
        let by = by_address.or_else(|| {
            let covers = |(other, broad): &&&(usize, &Values)| {
                // Of two that cover each other, in different spellings, the first stays.
                other != at && broad.covers(values, budget) && (other < at || !values.covers(broad, budget))
            };
            broad.iter().find(covers).map(|(other, _)| *other)
        });
        found.extend(by.map(|by| (*at, by, How::Subsumed)));
        if budget.is_spent() {
            break;
        }
    }
    found
}

/// `exists: false` twice, which no set of values stands for.
fn repeated_absence(field: &Field<'_>, findings: &mut Vec<Finding>) {
    let mut absences = field.tests.iter().filter(|test| matches!(test.kind, TestKind::Exists(false)));
    let Some(first) = absences.next() else { return };
    for test in absences {
        let message = "the field has the same test twice";
        findings.push(
            Finding::new(LintCode::DuplicateTest, Severity::Warning, test.span.range(), message)
                .at(&field.shown)
                .related(first.span.range(), "here it is first"),
        );
    }
}
