//! Input to output on all cores, in the order of the input.
//!
//! A reader cuts the input into chunks of whole events, threads take each chunk as they are free, and what they made of
//! it goes to a sink in the order of the input. A chunk is handed on as soon as a read returned with it, never held until
//! more comes.

mod frame;
#[path = "../../../batch/ordered.rs"]
pub(crate) mod ordered;
mod pool;
mod reader;
mod splitter;

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::failure::Failure;

pub(crate) use frame::{Framing, count_lines};
pub(crate) use pool::Pool;
pub(crate) use reader::{Limits, Reader};

/// Whole events, in a row, of one source.
pub(crate) struct Chunk {
    buffer: Vec<u8>,
    length: usize,
    /// How many bytes of the source are before it.
    offset: u64,
    /// The events; `None` if every line is one.
    pieces: Option<Vec<Piece>>,
    /// Where the buffer is from.
    pool: Pool,
}

/// A part of the input that does not consist of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    /// `None` if it is an event; else what should have been there, where brackets or commas are out of place.
    pub(crate) expected: Option<&'static str>,
}

impl Chunk {
    /// The input, with what lies between the events.
    pub(crate) fn text(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// The events in the text, in order; `None` if every line is one.
    pub(crate) fn pieces(&self) -> Option<&[Piece]> {
        self.pieces.as_deref()
    }

    /// Which byte of the source is at this index of the text.
    pub(crate) fn byte(&self, index: usize) -> u64 {
        self.offset.saturating_add(u64::try_from(index).unwrap_or(u64::MAX))
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.buffer));
    }
}

/// A part of the input, or what was made of it.
pub(crate) enum Step<T> {
    /// A part of the source with this index.
    Part { source: usize, content: T },
    /// The rest of this source can't be read.
    Failed { source: usize, problem: Problem },
    /// The whole source was read, and nothing was found where events were to be taken from.
    NothingThere { source: usize },
}

impl<T> Step<T> {
    pub(crate) fn map<O>(self, work: impl FnOnce(T) -> O) -> Step<O> {
        match self {
            Step::Part { source, content } => Step::Part { source, content: work(content) },
            Step::Failed { source, problem } => Step::Failed { source, problem },
            Step::NothingThere { source } => Step::NothingThere { source },
        }
    }
}

/// Why a source can't be read.
pub(crate) struct Problem {
    /// Which line after the last chunk, where that is known, from 0.
    pub(crate) line: Option<u64>,
    pub(crate) message: String,
}

/// What a person is told of brackets and commas that are out of place.
pub(crate) fn out_of_place(expected: &str, byte: u64) -> String {
    format!("expected {expected} at byte {byte} of the input")
}

/// Takes what was made of the input, in its order.
pub(crate) trait Sink: Send + 'static {
    type Output;

    /// May end it all.
    fn take(&mut self, step: Step<Self::Output>) -> Result<ControlFlow<()>, Failure>;
}

/// Hands a sink what comes out, and tells when it has ended.
pub(crate) struct Outlet<S> {
    sink: Option<S>,
    outcome: Sender<Result<S, Failure>>,
}

impl<S: Sink> Outlet<S> {
    pub(crate) fn take(&mut self, step: Step<S::Output>) -> ControlFlow<()> {
        match self.sink.as_mut().map(|sink| sink.take(step)) {
            Some(Ok(ControlFlow::Continue(()))) => return ControlFlow::Continue(()),
            Some(Err(failure)) => {
                let _ = self.outcome.send(Err(failure));
                self.sink = None;
            }
            Some(Ok(ControlFlow::Break(()))) | None => self.close(),
        }
        ControlFlow::Break(())
    }

    /// Gives the sink back.
    fn close(&mut self) {
        if let Some(sink) = self.sink.take() {
            let _ = self.outcome.send(Ok(sink));
        }
    }
}

/// Lets `work` bring what the reader reads to the sink, which is returned. When the sink has ended it, threads that are
/// still reading are left to themselves: standard input may never end.
///
/// # Errors
///
/// What the sink failed with; or if no thread can be started, or `work` has panicked.
pub(crate) fn run<S: Sink>(
    mut reader: Reader,
    sink: S,
    work: impl FnOnce(&mut Reader, &mut Outlet<S>) + Send + 'static,
) -> Result<S, Failure> {
    let (outcome, ended) = channel();
    let mut outlet = Outlet { sink: Some(sink), outcome };
    let body = move || {
        work(&mut reader, &mut outlet);
        outlet.close();
    };
    thread::Builder::new()
        .name("pipeline".to_owned())
        .spawn(body)
        .map_err(|error| Failure::new(format_args!("cannot start a thread: {error}")))?;
    ended.recv().map_err(|_| Failure::new("internal error: a worker has died"))?
}
