//! `RuleSet`: rules under ids that are any hashable objects.
//!
//! The crate's rules have numbers for ids. A dict of Python's own knows the number of each id, so that ids are hashed and
//! compared as Python does, errors included.

use std::collections::HashMap;
use std::sync::Arc;

use eventsieve::Linter;
use pyo3::PyTraverseError;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyTuple, PyType};

use crate::event::{add_note, generic};
use crate::explain::Explanation;
use crate::lint::Finding;
use crate::matcher::{Matcher, Options};
use crate::pattern::{Given, Pattern, Source};

/// Patterns under ids, to be compiled into a Matcher.
///
/// Made of a mapping from id to pattern, or of pairs of both. An id is any hashable object; several patterns under one id
/// are alternatives.
#[pyclass(module = "eventsieve")]
pub(crate) struct RuleSet {
    /// From id to number, in the order in which the ids were inserted, as in `rules`.
    numbers: Py<PyDict>,
    sources: HashMap<u64, Vec<Source>>,
    next: u64,
    rules: eventsieve::RuleSet<u64>,
}

impl RuleSet {
    pub(crate) fn of(rules: Option<&Bound<'_, PyAny>>, py: Python<'_>) -> PyResult<Self> {
        let mut set = RuleSet {
            numbers: PyDict::new(py).unbind(),
            sources: HashMap::new(),
            next: 0,
            rules: eventsieve::RuleSet::new(),
        };
        if let Some(rules) = rules {
            set.update(rules)?;
        }
        Ok(set)
    }

    fn number(&self, id: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        self.numbers.bind(id.py()).get_item(id)?.map(|number| number.extract()).transpose()
    }

    /// Each id with the sources of its patterns, in order.
    fn entries<'py>(&self, py: Python<'py>) -> impl Iterator<Item = (Bound<'py, PyAny>, &[Source])> {
        let numbers = self.numbers.bind(py).items().to_tuple();
        numbers.into_iter().filter_map(|item| {
            let (id, number) = item.extract::<(Bound<'py, PyAny>, u64)>().ok()?;
            Some((id, self.sources.get(&number)?.as_slice()))
        })
    }

    pub(crate) fn compile_with(&self, py: Python<'_>, options: Options) -> PyResult<Matcher> {
        let (ids, sources): (Vec<_>, Vec<_>) = self.entries(py).map(|(id, sources)| (id, sources.to_vec())).unzip();
        let ids = PyTuple::new(py, ids)?.unbind();
        let compile_options = options.compile_options();
        let matcher = py.detach(|| self.rules.compile_with(&compile_options))?;
        Ok(Matcher::of(matcher, ids, sources, options))
    }
}

#[pymethods]
impl RuleSet {
    #[new]
    #[pyo3(signature = (rules = None))]
    fn py_new(py: Python<'_>, rules: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        RuleSet::of(rules, py)
    }

    /// Adds a pattern under an id. Returns False if that id has that pattern already. Raises PatternError.
    fn insert(&mut self, id: &Bound<'_, PyAny>, pattern: &Bound<'_, PyAny>) -> PyResult<bool> {
        let given = Given::from(pattern)?;
        let pattern = given.get();
        let (number, is_new) = match self.number(id)? {
            Some(number) => (number, false),
            None => (self.next, true),
        };
        if is_new {
            self.numbers.bind(id.py()).set_item(id, number)?;
        }
        match self.rules.insert(number, pattern.inner()) {
            Ok(false) => return Ok(false),
            Ok(true) => self.sources.entry(number).or_default().push(pattern.source().clone()),
            Err(error) => {
                if is_new {
                    self.numbers.bind(id.py()).del_item(id)?;
                }
                return Err(error.into());
            }
        }
        self.next += u64::from(is_new);
        Ok(true)
    }

    /// Adds rules: a mapping from id to pattern, or pairs of both.
    fn update(&mut self, rules: &Bound<'_, PyAny>) -> PyResult<()> {
        let pairs = match rules.cast::<PyMapping>() {
            Ok(mapping) => mapping.items()?.into_any(),
            Err(_) => rules.clone(),
        };
        for pair in pairs.try_iter()? {
            let pair = pair?;
            let Ok((id, pattern)) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>() else {
                return Err(PyTypeError::new_err("rules must be a mapping from id to pattern, or pairs of both"));
            };
            self.insert(&id, &pattern).map_err(|error| in_rule(error, &id, &pattern))?;
        }
        Ok(())
    }

    /// Removes an id with all its patterns. Returns False if it isn't there.
    fn remove(&mut self, id: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Some(number) = self.number(id)? else { return Ok(false) };
        self.numbers.bind(id.py()).del_item(id)?;
        self.sources.remove(&number);
        Ok(self.rules.remove(&number))
    }

    /// Removes one pattern of an id, and the id with its last one. Returns False if it isn't there.
    fn remove_pattern(&mut self, id: &Bound<'_, PyAny>, pattern: &Bound<'_, PyAny>) -> PyResult<bool> {
        let given = Given::from(pattern)?;
        let pattern = given.get();
        let Some(number) = self.number(id)? else { return Ok(false) };
        let Some(sources) = self.sources.get_mut(&number) else { return Ok(false) };
        let text = &pattern.source().text;
        let same = |source: &Source| Ok::<_, PyErr>(source.text == *text && source.read()? == *pattern.inner());
        let mut at = None;
        for (index, source) in sources.iter().enumerate() {
            if same(source)? {
                at = Some(index);
            }
        }
        let Some(at) = at else { return Ok(false) };
        if sources.len() == 1 {
            return self.remove(id);
        }
        sources.remove(at);
        Ok(self.rules.remove_pattern(&number, pattern.inner()))
    }

    /// The patterns of an id.
    fn patterns(&self, id: &Bound<'_, PyAny>) -> PyResult<Vec<Pattern>> {
        let sources = self.number(id)?.and_then(|number| self.sources.get(&number));
        sources.into_iter().flatten().map(Pattern::again).collect()
    }

    /// Why each pattern of an id matches an event, or doesn't. Raises KeyError if the id isn't there, and EventError.
    fn explain(&self, id: &Bound<'_, PyAny>, event: &Bound<'_, PyAny>) -> PyResult<Vec<Explanation>> {
        explain_all(id, self.patterns(id)?, event)
    }

    /// What is suspicious about the rules, and which of them are covered by others. Places are in the canonical texts of
    /// the patterns.
    ///
    /// eventbridge=False leaves out what is only so on Amazon EventBridge.
    #[pyo3(signature = (*, eventbridge = true))]
    fn lint(&self, py: Python<'_>, eventbridge: bool) -> PyResult<Vec<Finding>> {
        let found = py.detach(|| self.rules.lint(&Linter::new().eventbridge(eventbridge)));
        let texts: Vec<Arc<str>> = match found.is_empty() {
            true => Vec::new(),
            false => self.rules.patterns().map(|(_, text)| text.into()).collect(),
        };
        let numbers = self.numbers.bind(py).items();
        let ids = numbers.iter().map(|item| {
            let (id, number) = item.extract::<(Py<PyAny>, u64)>()?;
            Ok((number, id))
        });
        let ids = ids.collect::<PyResult<HashMap<_, _>>>()?;
        let id = |number: &u64| ids.get(number).map(|id| id.clone_ref(py));
        let findings = found.into_iter().map(|found| {
            let text = texts.get(found.pattern).cloned().unwrap_or_default();
            Finding::new(found.finding, text, id(found.id), found.other.and_then(|(other, _)| id(other)))
        });
        Ok(findings.collect())
    }

    /// The ids, in the order in which they were first inserted.
    fn ids<'py>(&self, py: Python<'py>) -> Bound<'py, PyList> {
        self.numbers.bind(py).keys()
    }

    /// Compiles the rules. The rule set can be changed and compiled again.
    ///
    /// max_event_depth: how deep an event may be nested. array_budget: how many steps the check of array elements may take
    /// where a path has several routes. sample: events like those to come, as text.
    #[pyo3(signature = (*, max_event_depth = None, array_budget = None, sample = None))]
    fn compile(
        &self,
        py: Python<'_>,
        max_event_depth: Option<usize>,
        array_budget: Option<u64>,
        sample: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Matcher> {
        self.compile_with(py, Options::new(max_event_depth, array_budget, sample)?)
    }

    /// A rule set that can be changed without this one.
    fn copy(&self, py: Python<'_>) -> PyResult<Self> {
        let RuleSet { numbers, sources, next, rules } = self;
        let numbers = numbers.bind(py).copy()?.unbind();
        Ok(RuleSet { numbers, sources: sources.clone(), next: *next, rules: rules.clone() })
    }

    fn __copy__(&self, py: Python<'_>) -> PyResult<Self> {
        self.copy(py)
    }

    fn __len__(&self) -> usize {
        self.rules.len()
    }

    fn __contains__(&self, id: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.number(id)?.is_some())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<eventsieve.RuleSet of {} patterns under {} ids>", self.rules.len(), self.numbers.bind(py).len())
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyList>,)> {
        pairs(py, self.entries(py)).map(|pairs| (pairs,))
    }

    /// For annotations, such as RuleSet[str].
    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        generic(class, ids)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.numbers)
    }
}

/// An error with a note that names the rule, and with one more where a pattern seems to be given in place of rules.
fn in_rule(error: PyErr, id: &Bound<'_, PyAny>, pattern: &Bound<'_, PyAny>) -> PyErr {
    // An id without a repr has no name.
    if let Ok(name) = id.repr() {
        add_note(id.py(), &error, &format!("in rule {name}"));
    }
    if pattern.is_instance_of::<PyList>() {
        add_note(id.py(), &error, "rules are given by id: a single pattern as {\"some id\": pattern}");
    }
    error
}

/// The explanations of an id's patterns.
pub(crate) fn explain_all(
    id: &Bound<'_, PyAny>,
    patterns: Vec<Pattern>,
    event: &Bound<'_, PyAny>,
) -> PyResult<Vec<Explanation>> {
    if patterns.is_empty() {
        let error = PyKeyError::new_err((id.clone().unbind(),));
        add_note(id.py(), &error, "there is no rule under this id; `ids()` lists them");
        return Err(error);
    }
    patterns.iter().map(|pattern| Explanation::of(pattern, event)).collect()
}

/// Pairs of id and pattern, from which the rules can be made again.
pub(crate) fn pairs<'py, 's>(
    py: Python<'py>,
    entries: impl Iterator<Item = (Bound<'py, PyAny>, &'s [Source])>,
) -> PyResult<Bound<'py, PyList>> {
    let pairs = PyList::empty(py);
    for (id, sources) in entries {
        for source in sources {
            pairs.append((&id, Pattern::again(source)?))?;
        }
    }
    Ok(pairs)
}
