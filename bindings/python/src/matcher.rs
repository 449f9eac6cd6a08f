//! `Matcher`: compiled rules.

use eventsieve::CompileOptions;
use pyo3::PyTraverseError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use crate::event::{Desk, Pool, generic, run, text, wrong_type};
use crate::explain::Explanation;
use crate::pattern::{Pattern, Source};
use crate::rules::{self, RuleSet};

/// Compiled rules: which of them match an event?
///
/// Made of a RuleSet, or of what a RuleSet is made of, with the options of RuleSet.compile. Immutable; any number of
/// threads may use it at once.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Matcher {
    matcher: eventsieve::Matcher<u64>,
    /// By position.
    ids: Py<PyTuple>,
    /// What the patterns of each id were, by position.
    sources: Vec<Vec<Source>>,
    options: Options,
    desks: Pool<Desk>,
}

/// As `CompileOptions`, but for the kernel, which is chosen anew on each machine.
#[derive(Default)]
pub(crate) struct Options {
    max_event_depth: Option<usize>,
    array_budget: Option<u64>,
    sample: Vec<Vec<u8>>,
}

impl Options {
    pub(crate) fn new(
        max_event_depth: Option<usize>,
        array_budget: Option<u64>,
        sample: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut texts = Vec::new();
        for event in sample.map(|sample| sample.try_iter()).transpose()?.into_iter().flatten() {
            let event = event?;
            let Some(text) = text(event.as_borrowed())? else {
                return Err(wrong_type("an event of the sample", "str, bytes, bytearray or memoryview", &event));
            };
            texts.push(text.into_owned());
        }
        Ok(Options { max_event_depth, array_budget, sample: texts })
    }

    pub(crate) fn compile_options(&self) -> CompileOptions {
        let mut options = CompileOptions::new();
        if let Some(depth) = self.max_event_depth {
            options = options.max_event_depth(depth);
        }
        if let Some(steps) = self.array_budget {
            options = options.array_budget(steps);
        }
        if !self.sample.is_empty() {
            options = options.sample(&self.sample);
        }
        options
    }
}

impl Matcher {
    pub(crate) fn of(
        matcher: eventsieve::Matcher<u64>,
        ids: Py<PyTuple>,
        sources: Vec<Vec<Source>>,
        options: Options,
    ) -> Self {
        Matcher { matcher, ids, sources, options, desks: Pool::default() }
    }

    pub(crate) fn inner(&self) -> &eventsieve::Matcher<u64> {
        &self.matcher
    }

    pub(crate) fn tuple<'py>(&self, py: Python<'py>) -> &Bound<'py, PyTuple> {
        self.ids.bind(py)
    }

    pub(crate) fn desks(&self) -> &Pool<Desk> {
        &self.desks
    }

    /// The ids at some positions.
    pub(crate) fn list<'py>(&self, py: Python<'py>, positions: &[u32]) -> PyResult<Bound<'py, PyList>> {
        let ids = self.ids.bind(py);
        let at = |position: &u32| ids.get_item(usize::try_from(*position)?);
        match positions {
            // Python needs some time for a list; most events match few rules.
            [] => Ok(PyList::empty(py)),
            [position] => PyList::new(py, [at(position)?]),
            _ => PyList::new(py, positions.iter().map(at).collect::<PyResult<Vec<_>>>()?),
        }
    }
}

#[pymethods]
impl Matcher {
    #[new]
    #[pyo3(signature = (rules, *, max_event_depth = None, array_budget = None, sample = None))]
    fn py_new(
        py: Python<'_>,
        rules: &Bound<'_, PyAny>,
        max_event_depth: Option<usize>,
        array_budget: Option<u64>,
        sample: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = Options::new(max_event_depth, array_budget, sample)?;
        match rules.cast::<RuleSet>() {
            Ok(rules) => rules.try_borrow()?.compile_with(py, options),
            Err(_) => RuleSet::of(Some(rules), py)?.compile_with(py, options),
        }
    }

    /// The ids of the rules that match the event, in the order in which they were first inserted.
    ///
    /// The event is JSON text or a dict; trusted is as in Pattern.matches. Raises EventError.
    #[pyo3(name = "matches", signature = (event, *, trusted = false))]
    fn py_matches<'py>(&self, event: &Bound<'py, PyAny>, trusted: bool) -> PyResult<Bound<'py, PyList>> {
        let positions = run(&self.matcher, &self.desks, event, trusted, |matcher, event, desk| {
            Ok(Positions::of(matcher.matches(event, &mut desk.scratch, &mut desk.set)?.positions()))
        })?;
        self.list(event.py(), positions.as_slice())
    }

    /// Whether any rule matches the event. It stops at the first one that does. Raises EventError.
    #[pyo3(signature = (event, *, trusted = false))]
    fn is_match(&self, event: &Bound<'_, PyAny>, trusted: bool) -> PyResult<bool> {
        run(&self.matcher, &self.desks, event, trusted, |matcher, event, desk| {
            matcher.is_match(event, &mut desk.scratch)
        })
    }

    /// The ids, in the order in which they were first inserted.
    #[getter]
    fn ids(&self, py: Python<'_>) -> Py<PyTuple> {
        self.ids.clone_ref(py)
    }

    /// The patterns of an id.
    fn patterns(&self, id: &Bound<'_, PyAny>) -> PyResult<Vec<Pattern>> {
        let position = self.ids.bind(id.py()).index(id);
        let sources = position.ok().and_then(|position| self.sources.get(position));
        sources.into_iter().flatten().map(Pattern::again).collect()
    }

    /// Why each pattern of an id matches an event, or doesn't. Raises KeyError if the id isn't there, and EventError.
    fn explain(&self, id: &Bound<'_, PyAny>, event: &Bound<'_, PyAny>) -> PyResult<Vec<Explanation>> {
        rules::explain_all(id, self.patterns(id)?, event)
    }

    /// What scans events: "portable", "neon", "avx2" or "avx512".
    #[getter]
    fn kernel(&self) -> String {
        self.matcher.kernel().to_string()
    }

    fn __len__(&self) -> usize {
        self.matcher.len()
    }

    fn __repr__(&self) -> String {
        format!("<eventsieve.Matcher of {} ids>", self.matcher.len())
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<((Bound<'py, PyList>,), Bound<'py, PyDict>)> {
        let entries = self.ids.bind(py).iter().zip(self.sources.iter().map(Vec::as_slice));
        let options = PyDict::new(py);
        let Options { max_event_depth, array_budget, sample } = &self.options;
        options.set_item("max_event_depth", max_event_depth)?;
        options.set_item("array_budget", array_budget)?;
        let sample = sample.iter().map(|event| pyo3::types::PyBytes::new(py, event));
        options.set_item("sample", PyList::new(py, sample)?)?;
        Ok(((rules::pairs(py, entries)?,), options))
    }

    /// For annotations, such as Matcher[str].
    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        generic(class, ids)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.ids)
    }
}

/// The answer of one match, which is mostly short.
enum Positions {
    Few(usize, [u32; Positions::FEW]),
    Many(Vec<u32>),
}

impl Positions {
    const FEW: usize = 6;

    fn of(positions: &[u32]) -> Self {
        let mut few = [0; Positions::FEW];
        match few.get_mut(..positions.len()) {
            Some(part) => {
                part.copy_from_slice(positions);
                Positions::Few(positions.len(), few)
            }
            None => Positions::Many(positions.to_vec()),
        }
    }

    fn as_slice(&self) -> &[u32] {
        match self {
            Positions::Few(length, few) => few.get(..*length).unwrap_or_default(),
            Positions::Many(many) => many,
        }
    }
}
