//! Input to output on all cores, in the order of the input.
//!
//! A reader thread cuts the input into batches of whole events; workers, one to a core, take each batch as they are
//! free; the calling thread takes what they made of the batches in the order of the input. A batch is handed on as soon
//! as a read returned with it, never held until more comes. Memory is bounded: the reader waits while [`IN_FLIGHT`]
//! batches to a worker are under way.

mod frame;
mod reader;
mod splitter;

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::failure::Failure;
use crate::input::Source;
use reader::Reader;

pub(crate) use frame::{Framing, count_lines, lines};
pub(crate) use reader::Limits;

/// Batches under way for each worker: enough that none waits for the reader or the writer.
const IN_FLIGHT: usize = 3;
/// Buffers that had to grow beyond this are not kept for the next batch.
const KEPT_BUFFER: usize = 4 * reader::READ_SIZE;

/// Whole events, in a row, of one source.
pub(crate) struct Batch {
    buffer: Vec<u8>,
    length: usize,
    /// How many bytes of the source are before it.
    offset: u64,
    /// The events; `None` if every line is one.
    pieces: Option<Vec<Piece>>,
}

/// A part of the input that does not consist of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    /// `None` if it is an event; else what should have been there, where brackets or commas are out of place.
    pub(crate) expected: Option<&'static str>,
}

impl Batch {
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

/// What one core does to the batches that it gets.
pub(crate) trait Worker: Send + 'static {
    type Output: Send + 'static;

    fn work(&mut self, batch: &Batch) -> Self::Output;
}

/// What comes out for each part of the input, in its order.
pub(crate) enum Step<O> {
    /// A batch of the source with this index is done.
    Done { source: usize, output: O },
    /// The rest of this source can't be read.
    Failed { source: usize, problem: Problem },
    /// The whole source was read, and nothing was found where events were to be taken from.
    NothingThere { source: usize },
}

/// Why a source can't be read.
pub(crate) struct Problem {
    /// Which line after the last batch, where that is known, from 0.
    pub(crate) line: Option<u64>,
    pub(crate) message: String,
}

/// What a person is told of brackets and commas that are out of place.
pub(crate) fn out_of_place(expected: &str, byte: u64) -> String {
    format!("expected {expected} at byte {byte} of the input")
}

/// The same before a worker is done.
enum Pending<O> {
    Batch { source: usize, output: Receiver<O> },
    Step(Step<O>),
}

struct Job<O> {
    batch: Batch,
    output: SyncSender<O>,
}

/// Runs the sources through the workers; `sink` takes each step and may end it all. Threads that are still reading then
/// are left to themselves: standard input may never end.
///
/// # Errors
///
/// If a thread can't be started, or a worker has died.
pub(crate) fn run<W: Worker>(
    sources: &[Source],
    framing: &Framing,
    limits: Limits,
    workers: Vec<W>,
    mut sink: impl FnMut(Step<W::Output>) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let in_flight = IN_FLIGHT * workers.len().max(1);
    let (pending_sender, pending) = sync_channel(in_flight);
    let (job_sender, jobs) = sync_channel(in_flight);
    let (spare_sender, spare) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for worker in workers {
        let (jobs, spare) = (Arc::clone(&jobs), spare_sender.clone());
        start("worker", move || work(worker, &jobs, &spare))?;
    }
    let reader = Reader::new(framing.clone(), limits, Outlet { pending: pending_sender, jobs: job_sender, spare });
    let sources = sources.to_vec();
    start("reader", move || reader.run(&sources))?;
    for step in pending {
        let step = match step {
            Pending::Step(step) => step,
            Pending::Batch { source, output } => match output.recv() {
                Ok(output) => Step::Done { source, output },
                Err(_) => return Err(Failure::new("internal error: a worker has died")),
            },
        };
        if sink(step)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    match thread::Builder::new().name(name.to_owned()).spawn(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(format_args!("cannot start a thread: {error}"))),
    }
}

fn work<W: Worker>(mut worker: W, jobs: &Mutex<Receiver<Job<W::Output>>>, spare: &Sender<Vec<u8>>) {
    loop {
        // Whoever holds the lock waits for the next batch; the others wait for the lock, which is the same.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { batch, output }) = job else { return };
        let result = worker.work(&batch);
        if batch.buffer.len() <= KEPT_BUFFER {
            let _ = spare.send(batch.buffer);
        }
        if output.send(result).is_err() {
            return;
        }
    }
}

/// Where the reader puts what it has read.
struct Outlet<O> {
    pending: SyncSender<Pending<O>>,
    jobs: SyncSender<Job<O>>,
    spare: Receiver<Vec<u8>>,
}

/// Nobody takes anything any more.
struct Closed;

impl<O> Outlet<O> {
    fn batch(&self, source: usize, batch: Batch) -> Result<(), Closed> {
        let (sender, output) = sync_channel(1);
        self.pending.send(Pending::Batch { source, output }).map_err(|_| Closed)?;
        self.jobs.send(Job { batch, output: sender }).map_err(|_| Closed)
    }

    fn step(&self, step: Step<O>) -> Result<(), Closed> {
        self.pending.send(Pending::Step(step)).map_err(|_| Closed)
    }

    /// A buffer of at least this many bytes, full of whatever it held before.
    fn buffer(&self, size: usize) -> Vec<u8> {
        match self.spare.try_recv() {
            Ok(buffer) if buffer.len() >= size => buffer,
            _ => vec![0; size],
        }
    }
}
