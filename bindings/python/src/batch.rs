//! `Batch`: many events at a time, on several threads.

use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use eventsieve::Event;
use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};

use crate::arrow;
use crate::event::{Desk, Pool, generic, text, wrong_type};
use crate::feed::{Done, Feed};
use crate::matcher::Matcher;
use crate::verdicts::{Columns, Verdicts, Without};

/// Looks for signals while a batch is matched, on the thread that Python has called: others are never told of any.
struct Signals {
    thread: ThreadId,
    looked: Instant,
}

impl Signals {
    /// Ends the batch with what a signal's handler has raised. Waits for the interpreter now and then.
    fn check(&mut self) -> ControlFlow<PyErr> {
        const EVERY: Duration = Duration::from_millis(20);
        if self.looked.elapsed() < EVERY || thread::current().id() != self.thread {
            return ControlFlow::Continue(());
        }
        self.looked = Instant::now();
        match Python::attach(|py| py.check_signals()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(raised) => ControlFlow::Break(raised),
        }
    }
}

/// Matches many events at a time, on several threads, while other threads run Python.
///
/// threads: how many; by default, and at most, as many as there are processors. trusted: as in Matcher.matches. first_only
/// stops at the first rule that matches an event. Keep it: its memory is used again.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Batch {
    matcher: Py<Matcher>,
    trusted: bool,
    first_only: bool,
    threads: usize,
    /// As many as calls have run at a time. None is waited for: a call may run within another, in code that Python runs
    /// when the interpreter is taken.
    batches: Pool<eventsieve::Batch<u64>>,
}

impl Batch {
    /// The columns that some work fills, or what has ended it.
    fn run(
        &self,
        py: Python<'_>,
        mut columns: Columns,
        work: impl Send + FnOnce(&mut eventsieve::Batch<u64>, &mut Columns, &mut Signals) -> ControlFlow<PyErr>,
    ) -> PyResult<Columns> {
        let Batch { matcher, threads, trusted, first_only, batches } = self;
        let matcher = matcher.get().inner();
        let make = || {
            let batch = eventsieve::Batch::new(matcher.clone());
            batch.threads(*threads).trusted(*trusted).first_only(*first_only)
        };
        let mut signals = Signals { thread: thread::current().id(), looked: Instant::now() };
        let ended = py.detach(|| batches.with(make, |batch| work(batch, &mut columns, &mut signals)));
        ended.break_value().map_or(Ok(columns), Err)
    }

    /// The columns of texts that are apart.
    fn texts(&self, py: Python<'_>, texts: &[impl AsRef<[u8]> + Sync]) -> PyResult<Columns> {
        self.run(py, Columns::new(), |batch, columns, signals| {
            batch.events(texts, |verdicts| {
                let first = verdicts.first();
                columns.extend(&verdicts, |event| texts.get(first + event).map_or(&[], AsRef::as_ref));
                signals.check()
            })
        })
    }

    /// The columns of texts that are read meanwhile.
    fn stream(&self, py: Python<'_>, feed: &mut Feed<'_>) -> PyResult<Columns> {
        let done = Done::default();
        self.run(py, Columns::new(), |batch, columns, signals| {
            batch.stream(
                || feed.next(&done),
                |worker, part| {
                    let mut columns = Columns::new();
                    columns.extend(&worker.events(&part), |event| part.get(event).map_or(&[], AsRef::as_ref));
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(part);
                    columns
                },
                |part| {
                    columns.append(part);
                    signals.check()
                },
            )
        })
    }

    /// The verdict on a dict, which can't be looked at without the interpreter.
    pub(crate) fn dict(&self, dict: &Bound<'_, PyAny>) -> Result<Vec<u32>, Without> {
        let matcher = self.matcher.get();
        let positions = matcher.desks().with(Desk::default, |desk| {
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
        Ok(Batch { matcher: matcher.clone().unbind(), threads, trusted, first_only, batches: Pool::default() })
    }

    /// Matches events that are apart: a list or another iterable, or an Arrow array of strings or binary.
    ///
    /// A list is read while it is matched. Raises RuntimeError if it becomes shorter meanwhile.
    fn events(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<Verdicts> {
        if let Some(column) = arrow::Column::of(events)? {
            let texts = py.detach(|| column.texts());
            let others = column.nulls().map(|place| (place, Err(Without::Null))).collect();
            let columns = self.texts(py, &texts)?.interleave(others);
            return Ok(Verdicts::new(self.matcher.clone_ref(py), columns));
        }
        // A single event would be taken for an iterable of its characters or keys.
        if events.is_instance_of::<PyDict>() || text(events.as_borrowed())?.is_some() {
            return Err(wrong_type("events", "an iterable of events, or an Arrow array", events));
        }
        let mut feed = match events.cast_exact::<PyList>() {
            Ok(list) => Feed::of_list(self, list)?,
            Err(_) => Feed::of_iterable(self, events)?,
        };
        let columns = match feed.only() {
            Some(texts) => self.texts(py, &texts)?,
            None => self.stream(py, &mut feed)?,
        };
        Ok(Verdicts::new(self.matcher.clone_ref(py), columns.interleave(feed.end()?)))
    }

    /// Matches the lines of newline-delimited JSON. Blank lines are passed over.
    fn lines(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Verdicts> {
        let Some(text) = self::text(text.as_borrowed())? else {
            return Err(wrong_type("the text", "str, bytes, bytearray or memoryview", text));
        };
        let text = text.as_ref();
        let columns = self.run(py, Columns::of_lines(), |batch, columns, signals| {
            batch.lines(text, |verdicts| {
                let ranges = verdicts.ranges();
                let line = |event: usize| ranges.get(event).and_then(|range| text.get(range.clone()));
                columns.extend(&verdicts, |event| line(event).unwrap_or_default());
                signals.check()
            })
        })?;
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
