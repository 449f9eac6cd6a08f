//! Events of a list, read in parts while others of them are matched.

use std::collections::VecDeque;
use std::mem;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::batch::Batch;
use crate::event::{EXPECTED, text, wrong_type};
use crate::verdicts::Without;

/// Events of a part. They are to be in the processor's cache when they are matched, and when they are let go.
const PART: usize = 512;

/// How long it takes to match a part, at least, about.
const PART_TIME: Duration = Duration::from_micros(100);

/// The text of an event, and the object that has it.
pub(crate) enum Text {
    Bytes(PyBackedBytes),
    Str(PyBackedStr),
}

impl Text {
    /// The text of a `str`, or of `bytes` and the like; `None` for anything else.
    fn of(event: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(bytes) = event.cast::<PyBytes>() {
            return Ok(Some(Text::Bytes(bytes.clone().into())));
        }
        if let Ok(Ok(text)) = event.cast::<PyString>().map(|text| PyBackedStr::try_from(text.clone())) {
            return Ok(Some(Text::Str(text)));
        }
        let copy = text(event.as_borrowed())?.map(|text| PyBytes::new(event.py(), &text));
        Ok(copy.map(|copy| Text::Bytes(copy.into())))
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        match self {
            Text::Bytes(bytes) => bytes,
            Text::Str(text) => text.as_bytes(),
        }
    }
}

/// The texts of some events in a row.
pub(crate) type Part = Vec<Text>;

/// Parts that are matched. Whoever reads the next ones lets their objects go: it has the interpreter.
pub(crate) type Done = Mutex<Vec<Part>>;

/// Verdicts on events that are not text, with their places among all.
pub(crate) type Others = Vec<(usize, Result<Vec<u32>, Without>)>;

/// What a batch matches: the texts come in parts, of the other events the verdicts are found while reading.
///
/// To read an event is to wait for memory, and once more to let its object go much later. With all events read in advance,
/// that took an eighth of the time of a batch, in which no thread matched.
pub(crate) struct Feed<'b> {
    batch: &'b Batch,
    /// What is read, and how many events it had at first.
    list: Option<(Py<PyList>, usize)>,
    /// How many events were read.
    read: usize,
    ready: VecDeque<Part>,
    others: Others,
    failed: Option<PyErr>,
    /// How many parts are read at a time.
    ahead: usize,
}

impl<'b> Feed<'b> {
    fn new(batch: &'b Batch) -> Self {
        let (ready, others) = (VecDeque::new(), Others::new());
        Feed { batch, list: None, read: 0, ready, others, failed: None, ahead: 1 }
    }

    /// Reads the first part of a list.
    pub(crate) fn of_list(batch: &'b Batch, list: &Bound<'_, PyList>) -> PyResult<Self> {
        let mut feed = Feed { list: Some((list.clone().unbind(), list.len())), ..Feed::new(batch) };
        feed.read_part(list.py(), Part::new())?;
        Ok(feed)
    }

    /// Reads all that an iterable gives: its code is to run on this thread.
    pub(crate) fn of_iterable(batch: &'b Batch, events: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut feed = Feed::new(batch);
        let mut part = Part::new();
        for event in events.try_iter()? {
            feed.push(&event?, &mut part)?;
            if part.len() == PART {
                events.py().check_signals()?;
                feed.ready.push_back(mem::take(&mut part));
            }
        }
        feed.ready.push_back(part);
        Ok(feed)
    }

    /// All texts, if they are no more than a part.
    pub(crate) fn only(&mut self) -> Option<Part> {
        let one = self.ready.len() < 2 && self.rest().is_empty();
        one.then(|| self.ready.pop_front().unwrap_or_default())
    }

    /// The next part, for which it may wait for the interpreter.
    pub(crate) fn next(&mut self, done: &Done) -> Option<Part> {
        if self.ready.is_empty() && !self.rest().is_empty() {
            let asked = Instant::now();
            Python::try_attach(|py| {
                // Where other threads run Python, the interpreter comes late each time: as much is read as takes some ten
                // times longer to match.
                let parts = 10 * asked.elapsed().as_nanos() / PART_TIME.as_nanos();
                self.ahead = self.ahead.max(usize::try_from(parts).unwrap_or(usize::MAX));
                if let Err(failed) = self.read(py, done) {
                    self.ready.clear();
                    self.failed = Some(failed);
                }
            });
        }
        self.ready.pop_front()
    }

    /// The verdicts on what is not text, when all is read.
    pub(crate) fn end(self) -> PyResult<Others> {
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok(self.others),
        }
    }

    /// The places in the list that are not read.
    fn rest(&self) -> Range<usize> {
        let end = self.list.as_ref().filter(|_| self.failed.is_none()).map_or(0, |(_, length)| *length);
        self.read..end
    }

    fn read(&mut self, py: Python<'_>, done: &Done) -> PyResult<()> {
        py.check_signals()?;
        let mut used = mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
        used.iter_mut().for_each(Part::clear);
        for _ in 0..self.ahead {
            if self.rest().is_empty() {
                break;
            }
            self.read_part(py, used.pop().unwrap_or_default())?;
        }
        Ok(())
    }

    /// Reads the next part of the list into an empty one.
    fn read_part(&mut self, py: Python<'_>, mut part: Part) -> PyResult<()> {
        let Some((list, length)) = &self.list else { return Ok(()) };
        let end = self.read.saturating_add(PART).min(*length);
        // Copied first, which loads so many objects at a time; one by one each would be waited for.
        let copy = list.bind(py).get_slice(self.read, end);
        part.reserve(copy.len());
        for event in copy.iter() {
            self.push(&event, &mut part)?;
        }
        if self.read < end {
            return Err(PyRuntimeError::new_err("the list became shorter while its events were matched"));
        }
        self.ready.push_back(part);
        Ok(())
    }

    fn push(&mut self, event: &Bound<'_, PyAny>, part: &mut Part) -> PyResult<()> {
        let place = self.read;
        match Text::of(event)? {
            Some(text) => part.push(text),
            None if event.is_instance_of::<PyDict>() => self.others.push((place, self.batch.dict(event))),
            None => return Err(wrong_type(&format!("event {place}"), EXPECTED, event)),
        }
        self.read += 1;
        Ok(())
    }
}
