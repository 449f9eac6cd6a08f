//! `Batch`: many events at a time, on several threads.

use std::cell::OnceCell;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::thread;

use eventsieve::Event;
use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use crate::arrow;
use crate::event::{EXPECTED, generic, lasting, text, wrong_type};
use crate::matcher::Matcher;
use crate::verdicts::{Columns, Verdicts, Without};

/// Matches many events at a time, on several threads, while other threads run Python.
///
/// threads: how many; by default, and at most, as many as there are processors. trusted: as in Matcher.matches. first_only
/// stops at the first rule that matches an event. Keep it: its memory is used again.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Batch {
    matcher: Py<Matcher>,
    trusted: bool,
    first_only: bool,
    /// Locked without the interpreter only: a thread that waits for it must not keep others from Python.
    batch: Mutex<eventsieve::Batch<u64>>,
}

/// Elements of a list that are copied together.
const PART: usize = 128;

/// Verdicts on events that are not text, with their places among all.
type Others = Vec<(usize, Result<Vec<u32>, Without>)>;

impl Batch {
    fn run(&self, py: Python<'_>, work: impl Send + FnOnce(&mut eventsieve::Batch<u64>) -> Columns) -> Columns {
        py.detach(|| work(&mut self.batch.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The columns of texts that are apart.
    fn texts(&self, py: Python<'_>, texts: &[impl AsRef<[u8]> + Sync]) -> Columns {
        self.run(py, |batch| {
            let mut columns = Columns::new();
            let _all = batch.events(texts, |verdicts| {
                let first = verdicts.first();
                columns.extend(&verdicts, |event| texts.get(first + event).map_or(&[], AsRef::as_ref));
                ControlFlow::<()>::Continue(())
            });
            columns
        })
    }

    /// Reads an iterable: what is text into a list, and verdicts on the rest.
    fn read<'py>(&self, events: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyList>, Others)> {
        let (list, mut others) = (PyList::empty(events.py()), Others::new());
        for event in events.try_iter()? {
            let event = event?;
            match lasting(&event)? {
                Some(event) => list.append(event)?,
                None => self.other(&event, list.len(), &mut others)?,
            }
        }
        Ok((list, others))
    }

    /// Adds the verdict on an event that is no text, after so many that are.
    fn other(&self, event: &Bound<'_, PyAny>, texts: usize, others: &mut Others) -> PyResult<()> {
        let place = texts + others.len();
        if !event.is_instance_of::<PyDict>() {
            return Err(wrong_type(&format!("event {place}"), EXPECTED, event));
        }
        others.push((place, self.dict(event)));
        Ok(())
    }

    /// The verdict on a dict, which can't be looked at without the interpreter.
    fn dict(&self, dict: &Bound<'_, PyAny>) -> Result<Vec<u32>, Without> {
        let matcher = self.matcher.get();
        let positions = matcher.desks().with(|desk| {
            let matches = matcher.inner().matches(Event::from(dict), &mut desk.scratch, &mut desk.set)?;
            let wanted = if self.first_only { 1 } else { usize::MAX };
            Ok(matches.positions().iter().copied().take(wanted).collect())
        });
        positions.map_err(|error| Without::Error(error, None))
    }
}

#[pymethods]
impl Batch {
    #[new]
    #[pyo3(signature = (matcher, *, threads = None, trusted = false, first_only = false))]
    fn py_new(matcher: &Bound<'_, Matcher>, threads: Option<i64>, trusted: bool, first_only: bool) -> PyResult<Self> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let threads = match threads.map(usize::try_from) {
            None => processors,
            Some(Ok(threads)) => threads.min(processors),
            Some(Err(_)) => return Err(PyValueError::new_err("threads must not be negative")),
        };
        let batch = eventsieve::Batch::new(matcher.get().inner().clone());
        let batch = batch.threads(threads).trusted(trusted).first_only(first_only);
        Ok(Batch { matcher: matcher.clone().unbind(), trusted, first_only, batch: Mutex::new(batch) })
    }

    /// Matches events that are apart: a list or another iterable, or an Arrow array of strings or binary.
    fn events(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<Verdicts> {
        if let Some(column) = arrow::Column::of(events)? {
            let texts = py.detach(|| column.texts());
            let others = column.nulls().map(|place| (place, Err(Without::Null))).collect();
            let columns = self.texts(py, &texts).interleave(others);
            return Ok(Verdicts::new(self.matcher.clone_ref(py), columns));
        }
        // A single event would be taken for an iterable of its characters or keys.
        if events.is_instance_of::<PyDict>() || text(events.as_borrowed())?.is_some() {
            return Err(wrong_type("events", "an iterable of events, or an Arrow array", events));
        }
        let (list, mut others) = match events.cast_exact::<PyList>() {
            Ok(list) => (list.clone(), Others::new()),
            Err(_) => self.read(events)?,
        };
        // Copies of parts of the list, which keep its elements whatever becomes of it. To copy a part loads so many objects
        // at a time, where one by one each would be waited for; that took an eighth off the time of a batch.
        let parts: Vec<_> = (0..list.len()).step_by(PART).map(|start| (start, OnceCell::new())).collect();
        let mut texts = Vec::with_capacity(list.len());
        for (start, part) in &parts {
            let part: &Bound<'_, PyTuple> = part.get_or_init(|| list.get_slice(*start, start + PART).to_tuple());
            for event in part.iter_borrowed() {
                match text(event)? {
                    Some(text) => texts.push(text),
                    None => self.other(&event, texts.len(), &mut others)?,
                }
            }
        }
        let columns = self.texts(py, &texts).interleave(others);
        Ok(Verdicts::new(self.matcher.clone_ref(py), columns))
    }

    /// Matches the lines of newline-delimited JSON. Blank lines are passed over.
    fn lines(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Verdicts> {
        let Some(text) = self::text(text.as_borrowed())? else {
            return Err(wrong_type("the text", "str, bytes, bytearray or memoryview", text));
        };
        let text = text.as_ref();
        let columns = self.run(py, |batch| {
            let mut columns = Columns::of_lines();
            let _all = batch.lines(text, |verdicts| {
                let ranges = verdicts.ranges();
                let line = |event: usize| ranges.get(event).and_then(|range| text.get(range.clone()));
                columns.extend(&verdicts, |event| line(event).unwrap_or_default());
                ControlFlow::<()>::Continue(())
            });
            columns
        });
        Ok(Verdicts::new(self.matcher.clone_ref(py), columns))
    }

    /// What it was made of.
    #[getter]
    fn matcher(&self, py: Python<'_>) -> Py<Matcher> {
        self.matcher.clone_ref(py)
    }

    fn __repr__(&self) -> String {
        let Batch { trusted, first_only, .. } = self;
        let ids = self.matcher.get().inner().len();
        let yes = |yes: bool| if yes { "True" } else { "False" };
        format!("<eventsieve.Batch of {ids} ids, trusted={}, first_only={}>", yes(*trusted), yes(*first_only))
    }

    /// For annotations, such as Batch[str].
    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        generic(class, ids)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.matcher)
    }
}
