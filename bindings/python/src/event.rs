//! Events as Python gives them.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use eventsieve::{Event, EventError, MatchSet, Matcher, Scratch, python};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyMemoryView, PyString, PyType};

/// The text of a `str`, or of `bytes` and the like; `None` for anything else. It is a copy of what may be changed at any
/// time, and of text that is not Unicode.
pub(crate) fn text<'a>(object: Borrowed<'a, '_, PyAny>) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Ok(bytes) = object.extract() {
        return Ok(Some(Cow::Borrowed(bytes)));
    }
    if object.is_instance_of::<PyString>() {
        return Ok(Some(match object.extract::<&str>() {
            Ok(text) => Cow::Borrowed(text.as_bytes()),
            // Lone surrogates, as bytes that are not UTF-8: the error will say where they are.
            Err(_) => {
                let class = object.py().get_type::<PyString>();
                let bytes = class.call_method1("encode", (object, "utf-8", "surrogatepass"))?;
                Cow::Owned(bytes.extract()?)
            }
        }));
    }
    if object.is_instance_of::<PyByteArray>() || object.is_instance_of::<PyMemoryView>() {
        return Ok(Some(Cow::Owned(PyByteArray::from(&object)?.to_vec())));
    }
    Ok(None)
}

/// What matching needs beside a matcher.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) scratch: Scratch,
    pub(crate) set: MatchSet,
}

/// As many of something as have been needed at a time. They belong to one matcher, since to change it costs time.
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(Mutex::default())
    }
}

impl<T> Pool<T> {
    pub(crate) fn with<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let spare = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = spare().pop();
        let mut taken = free.unwrap_or_else(make);
        let result = work(&mut taken);
        spare().push(taken);
        result
    }
}

/// What an event may be.
pub(crate) const EXPECTED: &str = "str, bytes, bytearray, memoryview or dict";

/// Texts shorter than this are matched in less time than it takes to let other threads run.
const DETACH_BYTES: usize = 2048;

/// Matches an event of any form.
pub(crate) fn run<R: Send>(
    matcher: &Matcher<u64>,
    desks: &Pool<Desk>,
    event: &Bound<'_, PyAny>,
    trusted: bool,
    work: impl Send + FnOnce(&Matcher<u64>, Event<'_>, &mut Desk) -> Result<R, EventError>,
) -> PyResult<R> {
    if let Some(text) = text(event.as_borrowed())? {
        return run_text(matcher, desks, event.py(), &text, trusted, work);
    }
    if event.is_instance_of::<PyDict>() {
        return Ok(desks.with(Desk::default, |desk| work(matcher, Event::from(event), desk))?);
    }
    Err(wrong_type("an event", EXPECTED, event))
}

fn run_text<R: Send>(
    matcher: &Matcher<u64>,
    desks: &Pool<Desk>,
    py: Python<'_>,
    text: &[u8],
    trusted: bool,
    work: impl Send + FnOnce(&Matcher<u64>, Event<'_>, &mut Desk) -> Result<R, EventError>,
) -> PyResult<R> {
    let form = if trusted { Event::trusted(text) } else { Event::strict(text) };
    let matched = || desks.with(Desk::default, |desk| work(matcher, form, desk));
    let result = if text.len() < DETACH_BYTES { matched() } else { py.detach(matched) };
    result.map_err(|error| text_error(py, &error, text))
}

/// The exception for an error in a text, with a note that shows the place.
pub(crate) fn text_error(py: Python<'_>, error: &EventError, text: &[u8]) -> PyErr {
    let exception = python::event_error(error, error.place_in(text));
    if let Some((_, place)) = error.render(text).split_once('\n') {
        add_note(py, &exception, place);
    }
    exception
}

/// Adds a note to an exception, which is still the error if that fails.
pub(crate) fn add_note(py: Python<'_>, exception: &PyErr, note: &str) {
    let _ = exception.value(py).call_method1("add_note", (note,));
}

/// A class with the type of its ids, as annotations have it.
pub(crate) fn generic<'py>(class: &Bound<'py, PyType>, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    class.py().import("types")?.getattr("GenericAlias")?.call1((class, ids))
}

/// The exception for an object that is nothing of what it may be.
pub(crate) fn wrong_type(what: &str, may_be: &str, object: &Bound<'_, PyAny>) -> PyErr {
    let class = object.get_type().name().map_or_else(|_| "an object".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{what} must be {may_be}, not {class}"))
}
