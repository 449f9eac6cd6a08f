//! Explanations as text for people.

use std::fmt::{self, Write};

use super::{Alternative, Conflict, Explanation, Field, Miss, MissKind, Or, Outcome, Part, Place, Value};
use crate::pattern::render::{Excerpt, quoted, visible};

/// An explanation as text over several lines, with options; [`Display`](fmt::Display) writes it.
///
/// First an overview, a line for each field in the order of the pattern (`✓` is met, `✗` is not, `~` is met but in
/// conflict with another one, `–` doesn't count), then what is wrong with each field that fails, with the places in the
/// pattern and in the event. There is no line break at the end. Long lines and lists are cut, and say so; characters that
/// would not be seen as they are (control characters, marks of writing direction) are replaced, so that it may be printed
/// to a terminal.
#[derive(Clone, Debug)]
pub struct Render<'x> {
    explanation: &'x Explanation,
    color: bool,
    width: usize,
}

/// Lines of the overview.
const ROWS: usize = 60;
/// Fields of which is told at length why they fail.
const BLOCKS: usize = 12;
/// Columns of paths in the overview.
const PATHS: usize = 44;
/// Tests, values or elements in a note.
const NOTED: usize = 4;
/// Elements of an array in a conflict.
const ELEMENTS: usize = 10;

#[derive(Clone, Copy)]
enum Paint {
    Bold,
    Red,
    Green,
    Yellow,
    Blue,
    Cyan,
}

impl<'x> Render<'x> {
    pub(super) fn new(explanation: &'x Explanation) -> Self {
        Render { explanation, color: false, width: 100 }
    }

    /// Whether to colour it for a terminal. Off by default.
    #[must_use]
    pub fn color(mut self, yes: bool) -> Self {
        self.color = yes;
        self
    }

    /// How many columns a line of the overview or of the texts may take: 100 by default, at least 40. Messages may be
    /// longer.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.clamp(40, 1_000);
        self
    }

    fn paint(&self, paint: Paint, text: impl fmt::Display) -> String {
        let code = match paint {
            Paint::Bold => "1",
            Paint::Red => "1;31",
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Blue => "34",
            Paint::Cyan => "36",
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    fn headline(&self) -> String {
        let explanation = self.explanation;
        if explanation.matched {
            return self.paint(Paint::Green, "match");
        }
        let counted: Vec<_> = explanation.parts.iter().filter(|part| part.outcome() != Outcome::Replaced).collect();
        let failed = counted.iter().filter(|part| part.outcome() == Outcome::Failed).count();
        let verb = if failed == 1 { "fails" } else { "fail" };
        let rest = match (failed, counted.len()) {
            (0, _) => ": each field is met, but not all of them in the same element of an array".to_owned(),
            (_, 1) => String::new(),
            (failed, total) => {
                let conflict = match explanation.conflicts.is_empty() {
                    true => "",
                    false => ", and not all others are met in the same element of an array",
                };
                format!(": {failed} of {total} fields {verb}{conflict}")
            }
        };
        self.paint(Paint::Red, "no match") + &rest
    }

    fn overview(&self, rows: &mut Vec<Row>, parts: &[Part], indent: usize) {
        let name = |part: &Part| match part {
            Part::Field(field) => path_name(&field.path),
            Part::Or(or) if or.path.is_empty() => "$or".to_owned(),
            Part::Or(or) => path_name(&format!("{}.$or", or.path)),
        };
        let widest = parts.iter().map(|part| name(part).chars().count()).max().unwrap_or_default();
        for part in parts {
            let mark = self.outcome_mark(part.outcome(), self.is_in_conflict(part));
            let name = name(part);
            let padding = widest - name.chars().count();
            let taken = 2 * indent + 6 + widest;
            let summary = match part {
                Part::Field(field) => self.summary(field),
                Part::Or(or) => self.or_summary(or),
            };
            let summary = visible(&summary, self.width.saturating_sub(taken).max(20));
            let text = format!("{:1$}  {mark} {name}{2:padding$}  {summary}", "", 2 * indent, "");
            rows.push(Row { text: text.trim_end().to_owned(), failed: part.outcome() == Outcome::Failed });
            let Part::Or(or) = part else { continue };
            for (index, alternative) in or.alternatives.iter().enumerate() {
                let mark = self.outcome_mark(alternative.outcome, self.holds_conflict(alternative));
                let text = format!("{:1$}    {mark} alternative {2}", "", 2 * indent, index + 1);
                rows.push(Row { text, failed: alternative.outcome == Outcome::Failed });
                self.overview(rows, &alternative.parts, indent + 2);
            }
        }
    }

    /// Whether a part is met by itself, but not together with others.
    fn is_in_conflict(&self, part: &Part) -> bool {
        match part {
            Part::Field(field) => {
                self.explanation.conflicts.iter().any(|conflict| conflict.places.contains(&field.place))
            }
            Part::Or(or) => or.outcome == Outcome::Passed && self.settled(or).is_none(),
        }
    }

    /// Whether an alternative is met part by part, but some of them are in conflict.
    fn holds_conflict(&self, one: &Alternative) -> bool {
        one.outcome == Outcome::Passed && one.parts.iter().any(|part| self.is_in_conflict(part))
    }

    /// The first alternative that is met, and not in conflict.
    fn settled(&self, or: &Or) -> Option<usize> {
        or.alternatives.iter().position(|one| one.outcome == Outcome::Passed && !self.holds_conflict(one))
    }

    fn or_summary(&self, or: &Or) -> String {
        let passed = or.alternatives.iter().position(|one| one.outcome == Outcome::Passed);
        match (self.settled(or), passed) {
            (Some(first), _) => format!("alternative {} is met", first + 1),
            (None, Some(first)) => {
                format!("of alternative {} each field is met, but not in the same element of an array", first + 1)
            }
            (None, None) => format!("none of {} alternatives is met", or.alternatives.len()),
        }
    }

    fn outcome_mark(&self, outcome: Outcome, in_conflict: bool) -> String {
        match outcome {
            _ if in_conflict => self.paint(Paint::Yellow, "~"),
            Outcome::Passed => self.paint(Paint::Green, "✓"),
            Outcome::Failed => self.paint(Paint::Red, "✗"),
            Outcome::Replaced => "–".to_owned(),
        }
    }

    /// What was found at a field's path.
    fn summary(&self, field: &Field) -> String {
        if field.outcome == Outcome::Replaced {
            return "is replaced by a later field of the same path".to_owned();
        }
        if field.outcome == Outcome::Passed {
            return passed_summary(field);
        }
        match (field.values.as_slice(), &field.miss) {
            ([], Some(Miss { kind: MissKind::NotALeaf, event: Some(key), .. })) => {
                let after = self.explanation.event.get(key.end..).unwrap_or_default();
                if after.trim_start_matches([':', ' ', '\t', '\r', '\n']).starts_with('{') {
                    "an object"
                } else {
                    "an array"
                }
                .to_owned()
            }
            ([], _) => "no value".to_owned(),
            ([value], _) => located(value, field),
            (values, _) => format!("{} values: {}", field.values_total, texts(values)),
        }
    }

    fn details(&self, out: &mut impl Write) -> fmt::Result {
        let mut failures = Vec::new();
        collect(&self.explanation.parts, "", &mut failures);
        for failure in failures.iter().take(BLOCKS) {
            self.failure(out, failure)?;
        }
        if failures.len() > BLOCKS {
            let more = failures.len() - BLOCKS;
            write!(out, "\n\n… and {more} more {}", if more == 1 { "field fails" } else { "fields fail" })?;
        }
        for conflict in self.explanation.conflicts.iter().take(NOTED) {
            self.conflict(out, conflict)?;
        }
        Ok(())
    }

    fn failure(&self, out: &mut impl Write, failure: &Failure<'_>) -> fmt::Result {
        let Failure { field, within, miss } = failure;
        let name = visible(&field.path, 100);
        write!(out, "\n\n{within}{}: {}", self.paint(Paint::Bold, name), self.paint(Paint::Bold, &miss.message))?;
        let texts = [("pattern", Some(&miss.pattern)), ("event", miss.event.as_ref())];
        let gutter = texts.iter().filter_map(|(_, place)| *place).map(|place| digits(place.line)).max().unwrap_or(1);
        self.place(out, gutter, "pattern", &self.explanation.pattern, &miss.pattern)?;
        if let Some(place) = &miss.event {
            self.place(out, gutter, "event", &self.explanation.event, place)?;
        }
        if let Some(hint) = &miss.hint {
            self.note(out, gutter, "hint", hint)?;
        }
        if field.values_total > 1 {
            let note = format!("none of the {} values there passes: {}", field.values_total, texts_of(&field.values));
            self.note(out, gutter, "note", &note)?;
        }
        let others: Vec<_> = field.tests.iter().filter(|test| test.place != miss.pattern).collect();
        if field.values_total > 0 && field.tests.len() > 1 {
            let shown: Vec<_> = others.iter().take(NOTED).map(|test| quoted(&test.text)).collect();
            let more = others.len().saturating_sub(NOTED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let verb = if others.len() == 1 { "fails" } else { "fail" };
            self.note(out, gutter, "note", &format!("{}{more} {verb}, too", shown.join(", ")))?;
        }
        Ok(())
    }

    /// The line of a text that has a place in it, with marks under that.
    fn place(&self, out: &mut impl Write, gutter: usize, name: &str, text: &str, place: &Place) -> fmt::Result {
        let room = self.width.saturating_sub(gutter + 3);
        let excerpt = Excerpt::within(text.as_bytes(), place.span(), room);
        let space = " ".repeat(gutter + 1);
        let bar = self.paint(Paint::Blue, "|");
        let arrow = self.paint(Paint::Blue, "-->");
        write!(out, "\n{space}{arrow} {name}, line {}, column {}", place.line, place.column)?;
        let line = self.paint(Paint::Blue, format_args!("{:>gutter$} |", place.line));
        let marks = self.paint(if name == "event" { Paint::Yellow } else { Paint::Red }, excerpt.marks().trim_start());
        let indent = excerpt.marks().len() - excerpt.marks().trim_start().len();
        write!(out, "\n{space}{bar}\n{line} {}\n{space}{bar} {:indent$}{marks}", excerpt.source, "")
    }

    fn note(&self, out: &mut impl Write, gutter: usize, kind: &str, text: &str) -> fmt::Result {
        let space = " ".repeat(gutter + 1);
        write!(out, "\n{space}{} {}: {text}", self.paint(Paint::Blue, "="), self.paint(Paint::Cyan, kind))
    }

    fn conflict(&self, out: &mut impl Write, conflict: &Conflict) -> fmt::Result {
        let names: Vec<_> = conflict.fields.iter().take(ELEMENTS).map(|field| quoted(field)).collect();
        let more = conflict.fields.len().saturating_sub(ELEMENTS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = match conflict.arrays.as_slice() {
            [array] => format!("{}{more} are not met in one element of {}", joined(&names), quoted(&array.location)),
            _ => format!("{}{more} are not met in the same elements of arrays", joined(&names)),
        };
        write!(out, "\n\n{}", self.paint(Paint::Bold, message))?;
        let places = conflict.places.iter().take(NOTED);
        let lines = places.clone().chain(conflict.arrays.iter().map(|array| &array.place)).map(|place| place.line);
        let gutter = lines.map(digits).max().unwrap_or(1);
        for place in places {
            self.place(out, gutter, "pattern", &self.explanation.pattern, place)?;
        }
        for array in conflict.arrays.iter().take(NOTED) {
            self.place(out, gutter, "event", &self.explanation.event, &array.place)?;
            for element in array.elements.iter().take(ELEMENTS) {
                let list = |fields: &[String]| {
                    joined(&fields.iter().take(NOTED).map(|field| quoted(field)).collect::<Vec<_>>())
                };
                let misses =
                    if element.misses.is_empty() { String::new() } else { format!(", not {}", list(&element.misses)) };
                let text = format!("fits {}{misses}", list(&element.fits));
                self.note(out, gutter, &format!("{}[{}]", visible(&array.location, 60), element.index), &text)?;
            }
            let rest = array.elements_total.saturating_sub(array.elements.len().min(ELEMENTS));
            let others = if rest == 1 { "1 other element".to_owned() } else { format!("{rest} other elements") };
            match array.elements.len() > ELEMENTS {
                true => self.note(out, gutter, "note", &format!("{others} are not shown"))?,
                false if rest > 0 => self.note(out, gutter, "note", &format!("no value passes in {others}"))?,
                false => {}
            }
        }
        self.note(out, gutter, "note", "values in different elements of one array are never taken together")
    }
}

/// A line of the overview.
struct Row {
    text: String,
    failed: bool,
}

impl fmt::Display for Render<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        let mut rows = Vec::new();
        self.overview(&mut rows, &self.explanation.parts, 0);
        let total = rows.len();
        if total > ROWS {
            rows.retain(|row| row.failed);
            rows.truncate(ROWS);
        }
        for row in &rows {
            write!(f, "\n{}", row.text)?;
        }
        if total > rows.len() {
            write!(f, "\n  … {} more lines", total - rows.len())?;
        }
        if self.explanation.matched { Ok(()) } else { self.details(f) }
    }
}

/// A field that fails, to be told of at length.
struct Failure<'x> {
    field: &'x Field,
    miss: &'x Miss,
    /// The alternative that it is in.
    within: String,
}

/// The fields that fail, those outside of `$or` first; of its alternatives, those with the fewest of them.
fn collect<'x>(parts: &'x [Part], within: &str, failures: &mut Vec<Failure<'x>>) {
    for part in parts {
        if let Part::Field(field) = part
            && let (Outcome::Failed, Some(miss)) = (field.outcome, &field.miss)
        {
            failures.push(Failure { field, miss, within: within.to_owned() });
        }
    }
    for part in parts {
        let Part::Or(or) = part else { continue };
        if or.outcome != Outcome::Failed {
            continue;
        }
        let mut alternatives: Vec<(usize, &Alternative)> = or.alternatives.iter().enumerate().collect();
        alternatives.sort_by_key(|(_, one)| failed_parts(&one.parts));
        for (index, alternative) in alternatives {
            let within = format!("{within}alternative {} of {}, ", index + 1, or.alternatives.len());
            collect(&alternative.parts, &within, failures);
        }
    }
}

fn failed_parts(parts: &[Part]) -> usize {
    parts.iter().filter(|part| part.outcome() == Outcome::Failed).count()
}

fn passed_summary(field: &Field) -> String {
    let Some(value) = &field.passing else {
        return "no value, as `exists: false` asks".to_owned();
    };
    let mut passed = field.tests.iter().filter(|test| test.passed);
    match (passed.next(), passed.next()) {
        (Some(test), None) if test.text != value.text => {
            format!("{} passes {}", located(value, field), visible(&test.text, 50))
        }
        _ => located(value, field),
    }
}

/// A value, and where it is if its path doesn't say so.
fn located(value: &Value, field: &Field) -> String {
    let text = visible(&value.text, 60);
    if value.location == field.path { text } else { format!("{text} at {}", visible(&value.location, 60)) }
}

/// A path in the overview: of a long one the end, which tells more.
fn path_name(path: &str) -> String {
    match path.chars().count().checked_sub(PATHS) {
        None | Some(0) => visible(path, PATHS),
        Some(over) => format!("…{}", visible(path.chars().skip(over + 1).collect::<String>().as_str(), PATHS)),
    }
}

/// Some values.
fn texts(values: &[Value]) -> String {
    let shown: Vec<_> = values.iter().take(8).map(|value| visible(&value.text, 30)).collect();
    let more = if values.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn texts_of(values: &[Value]) -> String {
    let shown: Vec<_> = values.iter().take(NOTED).map(|value| format!("`{}`", visible(&value.text, 40))).collect();
    let more = if values.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// As in `a`, `b` and `c`.
fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |digits| digits as usize + 1)
}
