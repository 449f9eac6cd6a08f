//! Reads the sources, and cuts what it reads into batches of whole events.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::frame::{self, Framer};
use super::{Batch, Closed, Framing, Outlet, Problem, Step};
use crate::cases::json::Unexpected;
use crate::input::{BOM, Source};

/// How much is read at a time, if it is there.
pub(super) const READ_SIZE: usize = 1 << 20;

/// What bounds the reading, and what counts it.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// In bytes: no event, and no line, may be longer.
    pub(crate) max_event: usize,
    /// Bytes read, as stored.
    pub(crate) count: Arc<AtomicU64>,
}

impl Limits {
    pub(crate) fn new(max_event: usize) -> Self {
        Limits { max_event, count: Arc::default() }
    }
}

pub(super) struct Reader<O> {
    framing: Framing,
    limits: Limits,
    outlet: Outlet<O>,
}

/// Why the reading of a source ended early.
enum Stop {
    Closed,
    Problem(Problem),
}

impl From<Closed> for Stop {
    fn from(_: Closed) -> Self {
        Stop::Closed
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Problem(Problem { line: None, message: error.to_string() })
    }
}

/// The input that is not yet handed on.
struct Window {
    buffer: Vec<u8>,
    /// How many bytes of the source are before it.
    offset: u64,
    /// How much of the buffer holds input.
    filled: usize,
    /// How much of that is known not to be a whole event.
    seen: usize,
}

impl Window {
    fn text(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Which byte of the source is at this index of the text.
    fn byte(&self, index: usize) -> u64 {
        self.offset.saturating_add(u64::try_from(index).unwrap_or(u64::MAX))
    }
}

impl<O> Reader<O> {
    pub(super) fn new(framing: Framing, limits: Limits, outlet: Outlet<O>) -> Self {
        Reader { framing, limits, outlet }
    }

    pub(super) fn run(&self, sources: &[Source]) {
        for (source, from) in sources.iter().enumerate() {
            let sent = match self.read(source, from) {
                Ok(true) => Ok(()),
                Ok(false) => self.outlet.step(Step::NothingThere { source }),
                Err(Stop::Problem(problem)) => self.outlet.step(Step::Failed { source, problem }),
                Err(Stop::Closed) => Err(Closed),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// Reads a source to its end. `false` if nothing was there where events were to be taken from.
    fn read(&self, source: usize, from: &Source) -> Result<bool, Stop> {
        let mut input = from.open(Arc::clone(&self.limits.count))?;
        let mut framer = Framer::new(&self.framing);
        let mut window = Window { buffer: self.outlet.buffer(self.buffer_size()), offset: 0, filled: 0, seen: 0 };
        let mut end = skip_bom(&mut input, &mut window)?;
        loop {
            let cut = match framer.cut(window.text(), window.seen, end) {
                Ok(cut) => cut,
                Err(error) => return self.give_up(source, window, &error, &mut framer),
            };
            window.seen = window.filled;
            if cut > 0 {
                window = self.hand_on(source, window, cut, &mut framer)?;
            }
            if end {
                return Ok(framer.found());
            }
            self.make_room(&mut window)?;
            end = fill(&mut input, &mut window)? == 0;
        }
    }

    /// No more than the longest event and its line end, so that a buffer that is full of one tells that it is too long.
    fn buffer_size(&self) -> usize {
        READ_SIZE.min(self.limits.max_event.saturating_add(1))
    }

    /// Hands on the first `cut` bytes; what follows them is moved to another buffer.
    fn hand_on(&self, source: usize, window: Window, cut: usize, framer: &mut Framer) -> Result<Window, Closed> {
        let rest = window.text().get(cut..).unwrap_or_default();
        let mut buffer = self.outlet.buffer(self.buffer_size().max(rest.len()));
        if let Some(start) = buffer.get_mut(..rest.len()) {
            start.copy_from_slice(rest);
        }
        let next = Window { buffer, offset: window.byte(cut), filled: rest.len(), seen: rest.len() };
        let Window { buffer, offset, .. } = window;
        self.outlet.batch(source, Batch { buffer, length: cut, offset, pieces: framer.take_pieces() })?;
        Ok(next)
    }

    /// Makes a full buffer larger.
    fn make_room(&self, window: &mut Window) -> Result<(), Stop> {
        let (size, max) = (window.buffer.len(), self.limits.max_event);
        if window.filled < size {
            return Ok(());
        }
        if size > max {
            let message = format!("longer than {max} bytes (see `--max-line`)");
            return Err(Stop::Problem(Problem { line: Some(0), message }));
        }
        window.buffer.resize(size.saturating_mul(2).min(max.saturating_add(1)), 0);
        Ok(())
    }

    /// Hands on the events before a place that the framer could make nothing of, and ends.
    fn give_up(&self, source: usize, window: Window, error: &Unexpected, framer: &mut Framer) -> Result<bool, Stop> {
        let done = framer.complete();
        let passed = window.text().get(done..error.at).unwrap_or_default();
        let line = frame::count_lines(passed);
        let message = super::out_of_place(error.expected, window.byte(error.at));
        if done > 0 {
            self.hand_on(source, window, done, framer)?;
        }
        Err(Stop::Problem(Problem { line: Some(line), message }))
    }
}

/// Reads until it is clear whether the text begins with a byte order mark, which is dropped; `true` at the end of input.
fn skip_bom(input: &mut dyn Read, window: &mut Window) -> io::Result<bool> {
    let mut end = fill(input, window)? == 0;
    while !end && window.filled < BOM.len() && BOM.starts_with(window.text()) {
        end = fill(input, window)? == 0;
    }
    if window.text().starts_with(BOM) {
        window.buffer.copy_within(BOM.len()..window.filled, 0);
        window.filled -= BOM.len();
        window.offset = window.byte(BOM.len());
    }
    Ok(end)
}

/// Reads once into the free end of the buffer.
fn fill(input: &mut dyn Read, window: &mut Window) -> io::Result<usize> {
    loop {
        match input.read(window.buffer.get_mut(window.filled..).unwrap_or_default()) {
            Ok(read) => {
                window.filled += read;
                return Ok(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
