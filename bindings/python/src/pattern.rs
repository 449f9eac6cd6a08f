//! `Pattern`, and `matches` for a single one.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use eventsieve::{Matcher, PatternParser, RuleSet};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyString, PyTuple};

use crate::event::{Desk, Pool, run, text, wrong_type};
use crate::explain::Explanation;
use crate::json;
use crate::lint::Finding;

/// An event pattern: what a rule asks of an event.
///
/// Read from JSON text, or from a dict that is written as JSON first. Immutable and hashable; str() gives its canonical
/// text. or_as_field reads a rule in which any "$or" has another shape than the operator's once more, with "$or" as an
/// ordinary field name. The other options are limits: bytes of the text, nesting, tests, combinations of "$or", bytes when
/// written out. Raises PatternError.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Pattern {
    pattern: eventsieve::Pattern,
    source: Source,
    /// Made when it is first matched by itself.
    matcher: OnceLock<Matcher<u64>>,
    desks: Pool<Desk>,
}

/// What a pattern can be read from again, for less memory than the pattern itself.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) text: Arc<str>,
    or_as_field: bool,
}

impl Source {
    /// The pattern again. It was accepted before, perhaps under other limits.
    pub(crate) fn read(&self) -> PyResult<eventsieve::Pattern> {
        Ok(Limits::none().parser(self.or_as_field).parse(&*self.text)?)
    }
}

/// As the options of `PatternParser`.
#[derive(Default)]
struct Limits {
    max_bytes: Option<usize>,
    max_depth: Option<usize>,
    max_tests: Option<usize>,
    max_or_combinations: Option<usize>,
    max_expansion: Option<usize>,
}

impl Limits {
    const NAMES: [&str; 5] = ["max_bytes", "max_depth", "max_tests", "max_or_combinations", "max_expansion"];
    const NONE: usize = usize::MAX;

    fn none() -> Self {
        let none = Some(Limits::NONE);
        Limits { max_bytes: none, max_depth: none, max_tests: none, max_or_combinations: none, max_expansion: none }
    }

    fn parser(&self, or_as_field: bool) -> PatternParser {
        let mut parser = PatternParser::new().or_as_field(or_as_field);
        let Limits { max_bytes, max_depth, max_tests, max_or_combinations, max_expansion } = self;
        if let Some(bytes) = max_bytes {
            parser = parser.max_bytes(*bytes);
        }
        if let Some(depth) = max_depth {
            parser = parser.max_depth(*depth);
        }
        if let Some(tests) = max_tests {
            parser = parser.max_tests(*tests);
        }
        if let Some(combinations) = max_or_combinations {
            parser = parser.max_or_combinations(*combinations);
        }
        if let Some(bytes) = max_expansion {
            parser = parser.max_expansion(*bytes);
        }
        parser
    }
}

/// A pattern is as well given as what it is read from.
pub(crate) enum Given<'py> {
    Pattern(Bound<'py, Pattern>),
    New(Pattern),
}

impl<'py> Given<'py> {
    pub(crate) fn from(source: &Bound<'py, PyAny>) -> PyResult<Self> {
        match source.cast::<Pattern>() {
            Ok(pattern) => Ok(Given::Pattern(pattern.clone())),
            Err(_) => Ok(Given::New(Pattern::read(source, false, &Limits::default())?)),
        }
    }

    pub(crate) fn get(&self) -> &Pattern {
        match self {
            Given::Pattern(pattern) => pattern.get(),
            Given::New(pattern) => pattern,
        }
    }
}

impl Pattern {
    fn read(source: &Bound<'_, PyAny>, or_as_field: bool, limits: &Limits) -> PyResult<Self> {
        const MOST_WRITTEN: usize = 256 << 10; // where the parser's own limit is
        let parser = limits.parser(or_as_field);
        let pattern = if let Ok(dict) = source.cast::<PyDict>() {
            parser.parse(json::write_pattern(dict, limits.max_bytes.unwrap_or(MOST_WRITTEN))?)?
        } else if let Some(text) = text(source.as_borrowed())? {
            parser.parse(text)?
        } else {
            return Err(wrong_type("a pattern", "str, bytes, bytearray, memoryview or dict", source));
        };
        Ok(Pattern::new(pattern, or_as_field))
    }

    fn new(pattern: eventsieve::Pattern, or_as_field: bool) -> Self {
        let source = Source { text: pattern.to_string().into(), or_as_field };
        Pattern { pattern, source, matcher: OnceLock::new(), desks: Pool::default() }
    }

    pub(crate) fn again(source: &Source) -> PyResult<Self> {
        Ok(Pattern::new(source.read()?, source.or_as_field))
    }

    pub(crate) fn inner(&self) -> &eventsieve::Pattern {
        &self.pattern
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    fn matcher(&self) -> PyResult<&Matcher<u64>> {
        if let Some(matcher) = self.matcher.get() {
            return Ok(matcher);
        }
        let mut rules = RuleSet::new();
        rules.insert(0, &self.pattern)?;
        let matcher = rules.compile()?;
        Ok(self.matcher.get_or_init(|| matcher))
    }
}

#[pymethods]
impl Pattern {
    #[new]
    #[pyo3(signature = (
        source, *, or_as_field = false, max_bytes = None, max_depth = None, max_tests = None,
        max_or_combinations = None, max_expansion = None,
    ))]
    fn py_new(
        source: &Bound<'_, PyAny>,
        or_as_field: bool,
        max_bytes: Option<usize>,
        max_depth: Option<usize>,
        max_tests: Option<usize>,
        max_or_combinations: Option<usize>,
        max_expansion: Option<usize>,
    ) -> PyResult<Self> {
        let limits = Limits { max_bytes, max_depth, max_tests, max_or_combinations, max_expansion };
        Pattern::read(source, or_as_field, &limits)
    }

    /// Whether the pattern matches the event, which is JSON text or a dict.
    ///
    /// trusted promises that a text is one well-formed JSON object, without keys given twice and without keys whose dots
    /// spell another path; what no rule mentions is then passed over unchecked. Raises EventError.
    #[pyo3(name = "matches", signature = (event, *, trusted = false))]
    pub(crate) fn py_matches(&self, event: &Bound<'_, PyAny>, trusted: bool) -> PyResult<bool> {
        run(self.matcher()?, &self.desks, event, trusted, |matcher, event, desk| {
            matcher.is_match(event, &mut desk.scratch)
        })
    }

    /// Why the pattern matches an event, or doesn't. Raises EventError.
    fn explain(&self, event: &Bound<'_, PyAny>) -> PyResult<Explanation> {
        Explanation::of(self, event)
    }

    /// What is suspicious about the pattern, in the order of its text.
    ///
    /// eventbridge=False leaves out what is only so on Amazon EventBridge.
    #[pyo3(signature = (*, eventbridge = true))]
    pub(crate) fn lint(&self, py: Python<'_>, eventbridge: bool) -> Vec<Finding> {
        py.detach(|| Finding::of_pattern(&self.pattern, eventbridge))
    }

    /// Whether every event that this pattern matches is matched by the other one, too. A True is sure.
    fn implies(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let given = Given::from(other)?;
        let (one, another) = (&self.pattern, given.get().inner());
        Ok(other.py().detach(|| one.implies(another)))
    }

    /// What the pattern was read from, which findings and explanations point into.
    #[getter]
    fn text(&self) -> &str {
        self.pattern.text()
    }

    fn __str__(&self) -> &str {
        &self.source.text
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Pattern({})", PyString::new(py, &self.source.text).repr()?))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Pattern>().is_ok_and(|other| other.get().pattern == self.pattern)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.pattern.hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let options = Limits::NAMES.map(|name| (name, Limits::NONE)).into_py_dict(py)?;
        options.set_item("or_as_field", self.source.or_as_field)?;
        Ok((PyTuple::new(py, [&*self.source.text])?, options))
    }
}

/// Whether a pattern matches an event.
///
/// A pattern that isn't a Pattern is read and compiled each time. Raises PatternError and EventError.
#[pyfunction]
#[pyo3(signature = (pattern, event, *, trusted = false))]
pub(crate) fn matches(pattern: &Bound<'_, PyAny>, event: &Bound<'_, PyAny>, trusted: bool) -> PyResult<bool> {
    Given::from(pattern)?.get().py_matches(event, trusted)
}
