//! What Python sees of this crate: events that are Python objects, and exceptions in place of errors.
//!
//! With the feature `pyo3`. The package `eventsieve` for Python is made of it; other extension modules may be, too.
//!
//! An event is a `&Bound<PyAny>` or `&Py<PyAny>` that is a `dict`, see the table of forms on the
//! [crate's page](crate#forms-of-events). An error becomes a [`PyErr`] by `?`. The exceptions have these attributes:
//!
//! | attribute | of | |
//! | --- | --- | --- |
//! | `kind` | both | the name of the kind in lower case, such as `"syntax"` or `"too_long"` |
//! | `path` | both | the path of the field, keys joined with `.`; of an event that is a text, `None` |
//! | `offset` | both | where in the text, in bytes of its UTF-8, or `None` |
//! | `line`, `column` | both | the same as line and column, from 1, the column in characters, or `None` |
//! | `message`, `hint` | `PatternError` | what is wrong, and what to do about it (or `None`), in one line each |
//!
//! `str()` of them is what [`Display`](std::fmt::Display) shows.

// What the macro makes is not documented by it.
#![allow(missing_docs, reason = "the exceptions are documented in what Python sees of them")]

use pyo3::create_exception;
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

use crate::{CompileError, EventErrorKind, PatternErrorKind, RuleSetError};

create_exception!(
    eventsieve,
    PatternError,
    PyValueError,
    "A text that is no event pattern.\n\n\
     Its text is meant for the author of the pattern: it shows the place and, where that is known, what to do.\n\n\
     kind: what kind of error, such as \"syntax\" or \"operator\".\n\
     path: the path of the field, keys joined with \".\"; empty at the top of the pattern.\n\
     offset: where in the pattern's text, in bytes of its UTF-8.\n\
     line, column: the same, from 1, the column in characters.\n\
     message: what is wrong, in one line.\n\
     hint: what to do about it, in one line, or None."
);
create_exception!(
    eventsieve,
    EventError,
    PyValueError,
    "An event that has no verdict: it neither matches nor fails to.\n\n\
     kind: what kind of error, such as \"syntax\" or \"value\".\n\
     path: of an event that is a dict, the path of the field, keys joined with \".\"; otherwise None.\n\
     offset: of an event that is a text, where in it, in bytes of its UTF-8; otherwise None.\n\
     line, column: the same, from 1, the column in characters; otherwise None."
);

impl From<crate::PatternError> for PyErr {
    fn from(error: crate::PatternError) -> Self {
        let new = |py: Python<'_>| {
            let exception = PatternError::new_err(error.to_string());
            let value = exception.value(py);
            value.setattr("kind", pattern_error_kind(error.kind()))?;
            value.setattr("path", error.path())?;
            value.setattr("offset", error.span().start)?;
            value.setattr("line", error.line())?;
            value.setattr("column", error.column())?;
            value.setattr("message", error.message())?;
            value.setattr("hint", error.hint())?;
            Ok(exception)
        };
        flat(Python::try_attach(new)).unwrap_or_else(|| PatternError::new_err(error.to_string()))
    }
}

impl From<crate::EventError> for PyErr {
    fn from(error: crate::EventError) -> Self {
        event_error(&error, None)
    }
}

/// The exception for an error, with the line and the column that
/// [`EventError::place_in`](crate::EventError::place_in) gives.
pub fn event_error(error: &crate::EventError, place: Option<(usize, usize)>) -> PyErr {
    let new = |py: Python<'_>| {
        let exception = EventError::new_err(error.to_string());
        let value = exception.value(py);
        value.setattr("kind", event_error_kind(error.kind()))?;
        value.setattr("path", error.path())?;
        value.setattr("offset", error.offset())?;
        value.setattr("line", place.map(|(line, _)| line))?;
        value.setattr("column", place.map(|(_, column)| column))?;
        Ok(exception)
    };
    flat(Python::try_attach(new)).unwrap_or_else(|| EventError::new_err(error.to_string()))
}

/// Either error, if the interpreter is there to make one.
fn flat(made: Option<PyResult<PyErr>>) -> Option<PyErr> {
    made.map(|made| made.unwrap_or_else(|error| error))
}

impl From<CompileError> for PyErr {
    fn from(error: CompileError) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

impl From<RuleSetError> for PyErr {
    fn from(error: RuleSetError) -> Self {
        PyOverflowError::new_err(error.to_string())
    }
}

fn pattern_error_kind(kind: PatternErrorKind) -> &'static str {
    match kind {
        PatternErrorKind::Utf8 => "utf8",
        PatternErrorKind::Syntax => "syntax",
        PatternErrorKind::Surrogate => "surrogate",
        PatternErrorKind::Structure => "structure",
        PatternErrorKind::Or => "or",
        PatternErrorKind::Operator => "operator",
        PatternErrorKind::Operand => "operand",
        PatternErrorKind::Number => "number",
        PatternErrorKind::Wildcard => "wildcard",
        PatternErrorKind::Cidr => "cidr",
        PatternErrorKind::TooLong => "too_long",
        PatternErrorKind::TooDeep => "too_deep",
        PatternErrorKind::TooManyTests => "too_many_tests",
        PatternErrorKind::TooManyCombinations => "too_many_combinations",
        PatternErrorKind::TooLarge => "too_large",
    }
}

fn event_error_kind(kind: EventErrorKind) -> &'static str {
    match kind {
        EventErrorKind::Syntax => "syntax",
        EventErrorKind::NotAnObject => "not_an_object",
        EventErrorKind::Utf8 => "utf8",
        EventErrorKind::Depth => "depth",
        EventErrorKind::Size => "size",
        EventErrorKind::ArrayBudget => "array_budget",
        EventErrorKind::Value => "value",
    }
}
