//! Reads the sources, and cuts what it reads into chunks of whole events.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::frame::{self, Framer};
use super::{Chunk, Framing, Pool, Problem, Step};
use crate::cases::json::Unexpected;
use crate::input::{BOM, Source};

/// How much is read at a time, if it is there. It is to stay in the processor's cache until it is matched.
pub(super) const READ_SIZE: usize = 1 << 18;

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

/// The chunks of the sources, one after the other.
pub(crate) struct Reader {
    sources: Arc<[Source]>,
    framing: Framing,
    limits: Limits,
    pool: Pool,
    /// The source at hand, and that from which is read.
    source: usize,
    opened: Option<Opened>,
}

/// A source that is being read.
struct Opened {
    input: Box<dyn Read + Send>,
    framer: Framer,
    window: Window,
    /// Whether the framer has seen all that is in the window, and the end if it is there.
    framed: bool,
    at_end: bool,
    /// What comes after the last chunk.
    problem: Option<Problem>,
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Problem { line: None, message: error.to_string() }
    }
}

/// The input that is not yet handed on.
struct Window {
    /// Empty if it was handed on.
    buffer: Vec<u8>,
    /// What is to come first in the next buffer.
    rest: Vec<u8>,
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

impl Reader {
    pub(crate) fn new(sources: Arc<[Source]>, framing: Framing, limits: Limits) -> Self {
        Reader { sources, framing, limits, pool: Pool::default(), source: 0, opened: None }
    }

    /// The next part of the input; `None` at its end.
    pub(crate) fn next(&mut self) -> Option<Step<Chunk>> {
        loop {
            let source = self.source;
            let from = self.sources.get(source)?;
            let opened = match self.opened.take() {
                Some(opened) => Ok(opened),
                None => self.open(from),
            };
            let read = opened.and_then(|mut opened| {
                let chunk = self.read(&mut opened)?;
                Ok((chunk, opened))
            });
            let step = match read {
                Ok((Some(content), opened)) => {
                    self.opened = Some(opened);
                    return Some(Step::Part { source, content });
                }
                Ok((None, opened)) => (!opened.framer.found()).then_some(Step::NothingThere { source }),
                Err(problem) => Some(Step::Failed { source, problem }),
            };
            self.source += 1;
            if step.is_some() {
                return step;
            }
        }
    }

    fn open(&self, from: &Source) -> Result<Opened, Problem> {
        let mut input = from.open(Arc::clone(&self.limits.count))?;
        let buffer = self.buffer(self.buffer_size());
        let mut window = Window { buffer, rest: Vec::new(), offset: 0, filled: 0, seen: 0 };
        let at_end = skip_bom(&mut input, &mut window)?;
        let framer = Framer::new(&self.framing);
        Ok(Opened { input, framer, window, framed: false, at_end, problem: None })
    }

    /// The next chunk of a source; `None` at its end.
    fn read(&self, opened: &mut Opened) -> Result<Option<Chunk>, Problem> {
        if let Some(problem) = opened.problem.take() {
            return Err(problem);
        }
        loop {
            if !opened.framed {
                let window = &mut opened.window;
                let cut = match opened.framer.cut(window.text(), window.seen, opened.at_end) {
                    Ok(cut) => cut,
                    Err(error) => return self.give_up(opened, &error),
                };
                window.seen = window.filled;
                opened.framed = true;
                if cut > 0 {
                    return Ok(Some(self.cut_off(opened, cut)));
                }
            }
            if opened.at_end {
                return Ok(None);
            }
            self.make_room(&mut opened.window)?;
            opened.at_end = fill(&mut opened.input, &mut opened.window)? == 0;
            opened.framed = false;
        }
    }

    /// No more than the longest event and its line end, so that a buffer that is full of one tells that it is too long.
    fn buffer_size(&self) -> usize {
        READ_SIZE.min(self.limits.max_event.saturating_add(1))
    }

    /// A buffer of at least this many bytes, full of whatever it held before.
    fn buffer(&self, size: usize) -> Vec<u8> {
        let buffer = self.pool.take();
        if buffer.len() >= size { buffer } else { vec![0; size] }
    }

    /// The first `cut` bytes of the window as a chunk. What follows them is set aside until there is another buffer.
    fn cut_off(&self, opened: &mut Opened, cut: usize) -> Chunk {
        let Opened { framer, window, .. } = opened;
        window.rest.clear();
        window.rest.extend_from_slice(window.buffer.get(cut..window.filled).unwrap_or_default());
        let next = window.byte(cut);
        let offset = std::mem::replace(&mut window.offset, next);
        (window.filled, window.seen) = (0, 0);
        let buffer = std::mem::take(&mut window.buffer);
        Chunk { buffer, length: cut, offset, pieces: framer.take_pieces(), pool: self.pool.clone() }
    }

    /// Brings a buffer where there is none, and makes a full one larger.
    fn make_room(&self, window: &mut Window) -> Result<(), Problem> {
        if window.buffer.is_empty() {
            window.buffer = self.buffer(self.buffer_size().max(window.rest.len()));
            if let Some(start) = window.buffer.get_mut(..window.rest.len()) {
                start.copy_from_slice(&window.rest);
                (window.filled, window.seen) = (window.rest.len(), window.rest.len());
                window.rest.clear();
            }
        }
        let (size, max) = (window.buffer.len(), self.limits.max_event);
        if window.filled < size {
            return Ok(());
        }
        if size > max {
            let message = format!("longer than {max} bytes (see `--max-line`)");
            return Err(Problem { line: Some(0), message });
        }
        window.buffer.resize(size.saturating_mul(2).min(max.saturating_add(1)), 0);
        Ok(())
    }

    /// The events before a place that the framer could make nothing of; what is wrong comes after them.
    fn give_up(&self, opened: &mut Opened, error: &Unexpected) -> Result<Option<Chunk>, Problem> {
        let (window, done) = (&opened.window, opened.framer.complete());
        let passed = window.text().get(done..error.at).unwrap_or_default();
        let line = frame::count_lines(passed);
        let message = super::out_of_place(error.expected, window.byte(error.at));
        let problem = Problem { line: Some(line), message };
        if done == 0 {
            return Err(problem);
        }
        opened.problem = Some(problem);
        Ok(Some(self.cut_off(opened, done)))
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
