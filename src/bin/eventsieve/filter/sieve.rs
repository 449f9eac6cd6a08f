//! What `eventsieve filter` makes of a chunk of its input.

use std::borrow::Cow;
use std::sync::Arc;

use eventsieve::{EventError, Verdict, Worker};
use serde_json::Value;

use super::OnError;
use crate::pipeline::{Chunk, Piece, Pool, count_lines, out_of_place};
use crate::rule_ids::RuleIds;

/// What is to be done with events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) form: Form,
    pub(super) invert: bool,
    pub(super) on_error: OnError,
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

/// What came of a chunk.
#[derive(Default)]
pub(super) struct Output {
    /// To be written.
    pub(super) text: Vec<u8>,
    /// The malformed events, in order.
    pub(super) reports: Vec<Report>,
    /// How many line ends the chunk has; fewer if it stopped.
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
    /// Where it begins: lines before it in the chunk.
    pub(super) line: u64,
    pub(super) problem: String,
    /// Whether its line looks like the first of an array or of a value that extends over several lines.
    pub(super) part: bool,
}

/// What the threads share.
pub(super) struct Sieve {
    plan: Plan,
    ids: Arc<RuleIds>,
    texts: Pool,
}

impl Sieve {
    /// `texts` are buffers for [`Output::text`].
    pub(super) fn new(plan: Plan, ids: Arc<RuleIds>, texts: Pool) -> Self {
        Sieve { plan, ids, texts }
    }

    pub(super) fn sift(&self, chunk: &Chunk, worker: &mut Worker<'_, u32>) -> Output {
        let mut output = Output { text: self.texts.take(), ..Output::default() };
        output.text.clear();
        match chunk.pieces() {
            None => self.lines(chunk.text(), worker, &mut output),
            Some(pieces) => self.pieces(chunk, pieces, worker, &mut output),
        }
        output
    }

    fn lines(&self, text: &[u8], worker: &mut Worker<'_, u32>, output: &mut Output) {
        let verdicts = worker.lines(text);
        let mut before = 0;
        for verdict in verdicts.iter() {
            if verdict.matches.is_err() {
                output.lines += count_lines(text.get(before..verdict.range.start).unwrap_or_default());
                before = verdict.range.start;
            }
            let event = text.get(verdict.range.clone()).unwrap_or_default();
            let end = line_end(text.get(verdict.range.end..).unwrap_or_default());
            self.event(event, end, &verdict, output);
            if output.stopped {
                return;
            }
        }
        output.lines = u64::try_from(verdicts.lines()).unwrap_or(u64::MAX);
    }

    fn pieces(&self, chunk: &Chunk, pieces: &[Piece], worker: &mut Worker<'_, u32>, output: &mut Output) {
        let text_of = |piece: &Piece| chunk.text().get(piece.range.clone()).unwrap_or_default();
        let verdicts = worker.events(pieces.iter().filter(|piece| piece.expected.is_none()).map(text_of));
        let mut verdicts = verdicts.iter();
        let mut before = 0;
        for piece in pieces {
            let start = piece.range.start;
            output.lines += count_lines(chunk.text().get(before..start).unwrap_or_default());
            before = start;
            match piece.expected {
                None => {
                    let Some(verdict) = verdicts.next() else { return };
                    self.event(text_of(piece), b"\n", &verdict, output);
                }
                Some(expected) => {
                    output.broken = true;
                    output.stopped = self.plan.on_error == OnError::Fail;
                    let problem = out_of_place(expected, chunk.byte(start));
                    output.reports.push(Report { line: output.lines, problem, part: false });
                }
            }
            if output.stopped {
                return;
            }
        }
        output.lines += count_lines(chunk.text().get(before..).unwrap_or_default());
    }

    /// One event, what ends it in the output, and the verdict. If there is none, `output.lines` must be right.
    fn event(&self, text: &[u8], end: &[u8], verdict: &Verdict<'_, u32>, output: &mut Output) {
        let Plan { form, invert, on_error, .. } = self.plan;
        match &verdict.matches {
            Ok(ids) if (ids.len() > 0) != invert => {
                output.selected += 1;
                match form {
                    Form::Count => {}
                    Form::Event => write_line(text, end, &mut output.text),
                    Form::Ids | Form::Json => {
                        write_with_ids(form, &self.ids, ids.clone(), text, end, &mut output.text);
                    }
                }
            }
            Ok(_) => {}
            Err(error) => {
                match on_error {
                    OnError::Fail => output.stopped = true,
                    OnError::Skip => {}
                    OnError::Pass => write_malformed(form, text, end, error, &mut output.text),
                }
                let part = text.trim_ascii() == b"{" || text.trim_ascii_start().starts_with(b"[");
                output.reports.push(Report { line: output.lines, problem: error.to_string(), part });
            }
        }
    }
}

/// What ends a line, at the beginning of what comes after its event: `\n` or `\r\n`; at the end of the input it may be
/// nothing, or only `\r`.
fn line_end(rest: &[u8]) -> &[u8] {
    let length = if rest.starts_with(b"\n") { 1 } else { 2 };
    rest.get(..length).unwrap_or(rest)
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
