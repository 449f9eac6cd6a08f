//! `Explanation`: why a pattern matches an event, or doesn't.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::event::{EXPECTED, text, text_error, wrong_type};
use crate::json;
use crate::pattern::{Given, Pattern};

/// Why a pattern matches an event, or doesn't. Made by Pattern.explain.
///
/// It is true if the pattern matches. str() is the text for people.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Explanation(eventsieve::explain::Explanation);

impl Explanation {
    pub(crate) fn of(pattern: &Pattern, event: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = event.py();
        let text = match event.cast::<PyDict>() {
            Ok(dict) => {
                // What has no verdict has no explanation; what isn't looked at may be anything.
                pattern.py_matches(event, false)?;
                Cow::Owned(json::write_event(dict)?.into_bytes())
            }
            Err(_) => text(event.as_borrowed())?.ok_or_else(|| wrong_type("an event", EXPECTED, event))?,
        };
        match py.detach(|| pattern.inner().explain(&text)) {
            Ok(explanation) => Ok(Explanation(explanation)),
            Err(error) => Err(text_error(py, &error, &text)),
        }
    }
}

#[pymethods]
impl Explanation {
    /// Whether the pattern matches the event.
    #[getter]
    fn matched(&self) -> bool {
        self.0.matched()
    }

    /// The pattern's text, which places in patterns point into.
    #[getter]
    fn pattern(&self) -> &str {
        self.0.pattern()
    }

    /// The event's text, which places in events point into. A dict is written as JSON.
    #[getter]
    fn event(&self) -> &str {
        self.0.event()
    }

    /// The text for people, in colours for a terminal if asked, of lines of about so many columns: 100 by default.
    #[pyo3(signature = (*, color = false, width = None))]
    fn render(&self, color: bool, width: Option<usize>) -> String {
        let render = self.0.render().color(color);
        match width {
            Some(columns) => render.width(columns),
            None => render,
        }
        .to_string()
    }

    /// The explanation as JSON text.
    fn to_json(&self) -> String {
        self.0.to_json().to_string()
    }

    /// The explanation as a dict of what JSON has.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::read(py, &self.to_json())
    }

    fn __bool__(&self) -> bool {
        self.matched()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let headline = self.__str__();
        format!("<eventsieve.Explanation: {}>", headline.lines().next().unwrap_or_default())
    }
}

/// Why a pattern matches an event, or doesn't.
///
/// Raises PatternError and EventError.
#[pyfunction]
pub(crate) fn explain(pattern: &Bound<'_, PyAny>, event: &Bound<'_, PyAny>) -> PyResult<Explanation> {
    Explanation::of(Given::from(pattern)?.get(), event)
}
