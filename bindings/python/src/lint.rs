//! `Finding`: something about a pattern that its author may not have meant.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use eventsieve::Linter;
use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::json;
use crate::pattern::Given;

/// Something about a pattern that its author may not have meant. Made by Pattern.lint and RuleSet.lint.
///
/// str() is the text for people, with the place in the pattern.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Finding {
    finding: eventsieve::Finding,
    /// The pattern's.
    text: Arc<str>,
    /// The ids of the rule, and of the other one, if they have any.
    id: Option<Py<PyAny>>,
    other: Option<Py<PyAny>>,
}

impl Finding {
    pub(crate) fn new(
        finding: eventsieve::Finding,
        text: Arc<str>,
        id: Option<Py<PyAny>>,
        other: Option<Py<PyAny>>,
    ) -> Self {
        Finding { finding, text, id, other }
    }

    pub(crate) fn of_pattern(pattern: &eventsieve::Pattern, eventbridge: bool) -> Vec<Self> {
        let findings = Linter::new().eventbridge(eventbridge).pattern(pattern);
        let text: Arc<str> = pattern.text().into();
        findings.into_iter().map(|finding| Finding::new(finding, text.clone(), None, None)).collect()
    }

    /// The ids that it has: of the rule, and of the other one.
    fn ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.id.iter().chain(&self.other).collect::<Vec<_>>())
    }
}

#[pymethods]
impl Finding {
    /// What kind of finding it is, such as "never-matches".
    #[getter]
    fn code(&self) -> &'static str {
        self.finding.code.code()
    }

    /// How bad it is: "note", "warning" or "error".
    #[getter]
    fn severity(&self) -> &'static str {
        self.finding.severity.as_str()
    }

    /// What was found, in one line.
    #[getter]
    fn message(&self) -> &str {
        &self.finding.message
    }

    /// What to do about it, in one line, or None.
    #[getter]
    fn hint(&self) -> Option<&str> {
        self.finding.hint.as_deref()
    }

    /// The path of the field, keys joined with "."; empty if it is about the whole pattern.
    #[getter]
    fn path(&self) -> &str {
        &self.finding.path
    }

    /// The pattern's text, which the place is in.
    #[getter]
    fn pattern(&self) -> &str {
        &self.text
    }

    /// Where in the pattern's text it is, in bytes of its UTF-8.
    #[getter]
    fn offset(&self) -> usize {
        self.finding.span.start
    }

    /// Where in the pattern's text it ends, in bytes of its UTF-8.
    #[getter]
    fn end(&self) -> usize {
        self.finding.span.end
    }

    /// The line of offset, from 1.
    #[getter]
    fn line(&self) -> usize {
        self.finding.place_in(&*self.text).0
    }

    /// The column of offset, from 1, in characters.
    #[getter]
    fn column(&self) -> usize {
        self.finding.place_in(&*self.text).1
    }

    /// The id of the rule, if it is one of a RuleSet; otherwise None.
    #[getter]
    fn id(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.id.as_ref().map(|id| id.clone_ref(py))
    }

    /// The id of the rule that covers this one, if that is what was found; otherwise None.
    #[getter]
    fn other(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.other.as_ref().map(|id| id.clone_ref(py))
    }

    /// The finding as a dict of what JSON has, without the ids.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::read(py, &self.finding.to_json().to_string())
    }

    fn __str__(&self, py: Python<'_>) -> PyResult<String> {
        let mut text = self.finding.render(&*self.text);
        let mut note = |what: &str, id: &Option<Py<PyAny>>| -> PyResult<()> {
            if let Some(id) = id {
                text.push_str(&format!("\n  = {what}: {}", id.bind(py).repr()?.to_string_lossy()));
            }
            Ok(())
        };
        note("rule", &self.id)?;
        note("covered by", &self.other)?;
        Ok(text)
    }

    fn __repr__(&self) -> String {
        format!("<eventsieve.Finding {}>", self.finding)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast_exact::<Finding>() else { return Ok(false) };
        let (py, other) = (other.py(), other.get());
        Ok(self.finding == other.finding && self.text == other.text && self.ids(py)?.eq(other.ids(py)?)?)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = DefaultHasher::new();
        (&self.finding, &self.text, self.ids(py)?.hash()?).hash(&mut hasher);
        Ok(hasher.finish())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let make = py.import("eventsieve._eventsieve")?.getattr("_finding")?;
        let json = PyString::new(py, &self.finding.to_json().to_string());
        let text = PyString::new(py, &self.text);
        Ok((make, PyTuple::new(py, [json.as_any(), text.as_any(), self.ids(py)?.as_any()])?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.id)?;
        visit.call(&self.other)
    }
}

/// What is suspicious about a pattern, in the order of its text.
///
/// eventbridge=False leaves out what is only so on Amazon EventBridge. Raises PatternError.
#[pyfunction]
#[pyo3(signature = (pattern, *, eventbridge = true))]
pub(crate) fn lint(pattern: &Bound<'_, PyAny>, eventbridge: bool) -> PyResult<Vec<Finding>> {
    Ok(Given::from(pattern)?.get().lint(pattern.py(), eventbridge))
}

/// A finding as it was pickled.
#[pyfunction]
pub(crate) fn _finding(json: &str, text: &str, ids: &Bound<'_, PyTuple>) -> PyResult<Finding> {
    let finding = json.parse().ok().and_then(|json| eventsieve::Finding::from_json(&json));
    let finding = finding.ok_or_else(|| PyValueError::new_err("a finding of another version"))?;
    let mut ids = ids.iter().map(Bound::unbind);
    Ok(Finding::new(finding, text.into(), ids.next(), ids.next()))
}
