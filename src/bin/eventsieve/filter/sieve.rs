//! What a worker of `eventsieve filter` does to a batch.

use std::borrow::Cow;
use std::sync::Arc;

use eventsieve::{Event, EventError, MatchSet, Matcher, Scratch};
use serde_json::Value;

use super::OnError;
use crate::pipeline::{Batch, Piece, Worker, count_lines, lines, out_of_place};
use crate::rule_ids::RuleIds;

/// What is to be done with events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) form: Form,
    pub(super) invert: bool,
    pub(super) on_error: OnError,
    pub(super) trusted: bool,
}

/// What is written of an event that is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing.
    Count,
    Event,
    /// The ids of its rules, a tab, and the event.
    Ids,
    /// A JSON object of its rules' ids and the event.
    Json,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Output {
    /// To be written.
    pub(super) text: Vec<u8>,
    /// The malformed events, in order.
    pub(super) reports: Vec<Report>,
    /// How many line ends the batch has; fewer if it stopped.
    pub(super) lines: u64,
    /// How many events were selected.
    pub(super) selected: u64,
    /// Whether a malformed event has ended it all.
    pub(super) stopped: bool,
    /// Whether brackets or commas between the events are out of place.
    pub(super) broken: bool,
}

/// A malformed event.
pub(super) struct Report {
    /// Where it begins: lines before it in the batch.
    pub(super) line: u64,
    pub(super) problem: String,
    /// Whether its line looks like the first of an array or of a value that extends over several lines.
    pub(super) part: bool,
}

/// A worker: the rules, and its own working memory.
pub(super) struct Sieve {
    plan: Plan,
    matcher: Matcher<u32>,
    ids: Arc<RuleIds>,
    scratch: Scratch,
    set: MatchSet,
}

impl Worker for Sieve {
    type Output = Output;

    fn work(&mut self, batch: &Batch) -> Output {
        let mut output = Output::default();
        match batch.pieces() {
            None => self.lines(batch.text(), &mut output),
            Some(pieces) => self.pieces(batch, pieces, &mut output),
        }
        output
    }
}

impl Sieve {
    pub(super) fn new(plan: Plan, matcher: Matcher<u32>, ids: Arc<RuleIds>) -> Self {
        Sieve { plan, matcher, ids, scratch: Scratch::new(), set: MatchSet::new() }
    }

    fn pieces(&mut self, batch: &Batch, pieces: &[Piece], output: &mut Output) {
        let mut before = 0;
        for Piece { range, expected } in pieces {
            output.lines += count_lines(batch.text().get(before..range.start).unwrap_or_default());
            before = range.start;
            match expected {
                None => {
                    let event = batch.text().get(range.clone()).unwrap_or_default();
                    self.event(event, b"\n", output.lines, output);
                }
                Some(expected) => {
                    output.broken = true;
                    output.stopped = self.plan.on_error == OnError::Fail;
                    let problem = out_of_place(expected, batch.byte(range.start));
                    output.reports.push(Report { line: output.lines, problem, part: false });
                }
            }
            if output.stopped {
                return;
            }
        }
        output.lines += count_lines(batch.text().get(before..).unwrap_or_default());
    }

    fn lines(&mut self, text: &[u8], output: &mut Output) {
        let mut lines = lines(text);
        for line in &mut lines {
            self.event(line.content, line.end, line.index, output);
            if output.stopped {
                return;
            }
        }
        output.lines = lines.passed();
    }

    /// One event, what ends it in the output, and how many lines of the batch are before it.
    fn event(&mut self, text: &[u8], end: &[u8], line: u64, output: &mut Output) {
        let event = if self.plan.trusted { Event::trusted(text) } else { Event::strict(text) };
        let result = match self.plan.form {
            Form::Count | Form::Event => self.matcher.is_match(event, &mut self.scratch),
            Form::Ids | Form::Json => self.matcher.matches(event, &mut self.scratch, &mut self.set).map(|ids| {
                let any = ids.len() > 0;
                if any {
                    write_with_ids(self.plan.form, &self.ids, ids, text, end, &mut output.text);
                }
                any
            }),
        };
        match result {
            Ok(matches) if matches != self.plan.invert => {
                output.selected += 1;
                if self.plan.form == Form::Event {
                    write_line(text, end, &mut output.text);
                }
            }
            Ok(_) => {}
            Err(error) => {
                match self.plan.on_error {
                    OnError::Fail => output.stopped = true,
                    OnError::Skip => {}
                    OnError::Pass => write_malformed(self.plan.form, text, end, &error, &mut output.text),
                }
                let part = text.trim_ascii() == b"{" || text.trim_ascii_start().starts_with(b"[");
                output.reports.push(Report { line, problem: error.to_string(), part });
            }
        }
    }
}

fn write_with_ids<'m>(
    form: Form,
    names: &RuleIds,
    ids: impl Iterator<Item = &'m u32>,
    event: &[u8],
    end: &[u8],
    out: &mut Vec<u8>,
) {
    if form == Form::Ids {
        names.write_field(ids, out);
        out.push(b'\t');
        write_line(&on_one_line(event), end, out);
    } else {
        out.extend_from_slice(b"{\"rules\":");
        names.write_array(ids, out);
        out.extend_from_slice(b",\"event\":");
        out.extend_from_slice(&on_one_line(event));
        out.extend_from_slice(b"}\n");
    }
}

fn write_malformed(form: Form, text: &[u8], end: &[u8], error: &EventError, out: &mut Vec<u8>) {
    match form {
        Form::Count => {}
        Form::Event => write_line(text, end, out),
        Form::Ids => {
            out.push(b'\t');
            write_line(&on_one_line(text), end, out);
        }
        Form::Json => {
            let error = Value::String(error.to_string());
            let text = Value::String(String::from_utf8_lossy(text).into_owned());
            out.extend_from_slice(format!("{{\"rules\":[],\"error\":{error},\"text\":{text}}}\n").as_bytes());
        }
    }
}

/// Writes a line, which gets an end if it has none.
fn write_line(text: &[u8], end: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(text);
    out.extend_from_slice(end);
    if !end.ends_with(b"\n") {
        out.push(b'\n');
    }
}

/// An event's text without line breaks, which JSON has between tokens only.
fn on_one_line(event: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', event).is_none() {
        return Cow::Borrowed(event);
    }
    Cow::Owned(event.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect())
}
