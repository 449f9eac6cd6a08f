//! `Verdicts`: the answers on many events, kept as columns and made into Python objects one by one.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int64Array, ListArray, StringArray, UInt32Array};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use eventsieve::{EventError, python};
use pyo3::PyTraverseError;
use pyo3::exceptions::{PyIndexError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyCapsule, PyList, PyNone, PySlice, PyTuple, PyType};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{to_array_pycapsules, to_schema_pycapsule};

use crate::event::generic;
use crate::matcher::Matcher;

/// The verdicts on the events of a batch, in their order: a sequence, made into Python objects when asked.
///
/// Each is the list of the ids of the rules that match, or an EventError (not raised), or None for a null of Arrow's. It is
/// an Arrow list array of the ids, too, by the Arrow PyCapsule interface.
#[pyclass(frozen, module = "eventsieve")]
pub(crate) struct Verdicts {
    matcher: Py<Matcher>,
    columns: Columns,
}

/// What is found out about many events. As in the crate's `Verdicts`, but all of them, and with places in texts that may
/// be gone.
#[derive(Default)]
pub(crate) struct Columns {
    /// Where in `rules` each event's rules end.
    ends: Vec<usize>,
    rules: Vec<u32>,
    /// In ascending order of events.
    without: Vec<(usize, Without)>,
    /// Where in the text each event is, if they came as lines.
    spans: Option<Vec<Range<usize>>>,
}

/// Why an event has no verdict.
pub(crate) enum Without {
    Error(EventError, Option<(usize, usize)>),
    /// It is a null of Arrow's.
    Null,
}

impl Columns {
    pub(crate) fn new() -> Self {
        Columns::default()
    }

    pub(crate) fn of_lines() -> Self {
        Columns { spans: Some(Vec::new()), ..Columns::default() }
    }

    /// Adds the verdict on the next event.
    pub(crate) fn push(&mut self, rules: Result<&[u32], Without>) {
        match rules {
            Ok(rules) => self.rules.extend_from_slice(rules),
            Err(without) => self.without.push((self.ends.len(), without)),
        }
        self.ends.push(self.rules.len());
    }

    /// Adds the verdicts on the next events; `text` tells the text of one of them.
    pub(crate) fn extend<'t>(&mut self, verdicts: &eventsieve::Verdicts<'_, u64>, text: impl Fn(usize) -> &'t [u8]) {
        let (before, events) = (self.rules.len(), self.ends.len());
        self.rules.extend_from_slice(verdicts.rules());
        self.ends.extend(verdicts.offsets().iter().skip(1).map(|end| before + end));
        self.without.extend(
            verdicts
                .errors()
                .iter()
                .map(|(event, error)| (events + event, Without::Error(error.clone(), error.place_in(text(*event))))),
        );
        if let Some(spans) = &mut self.spans {
            spans.extend_from_slice(verdicts.ranges());
        }
    }

    /// Adds the verdicts on the next events, which are not lines.
    pub(crate) fn append(&mut self, next: Columns) {
        let (before, events) = (self.rules.len(), self.ends.len());
        self.rules.extend_from_slice(&next.rules);
        self.ends.extend(next.ends.iter().map(|end| before + end));
        self.without.extend(next.without.into_iter().map(|(event, why)| (events + event, why)));
    }

    /// Puts events between the others: each with its place among all, in ascending order.
    pub(crate) fn interleave(self, others: Vec<(usize, Result<Vec<u32>, Without>)>) -> Self {
        if others.is_empty() {
            return self;
        }
        let mut all = Columns::new();
        let mut without = self.without.into_iter().peekable();
        let mut others = others.into_iter().peekable();
        let mut start = 0;
        for (event, end) in self.ends.into_iter().enumerate() {
            while let Some((_, other)) = others.next_if(|(place, _)| *place == all.ends.len()) {
                all.push_other(other);
            }
            match without.next_if(|(number, _)| *number == event) {
                Some((_, why)) => all.push(Err(why)),
                None => all.push(Ok(self.rules.get(start..end).unwrap_or_default())),
            }
            start = end;
        }
        others.for_each(|(_, other)| all.push_other(other));
        all
    }

    fn push_other(&mut self, other: Result<Vec<u32>, Without>) {
        match other {
            Ok(rules) => self.push(Ok(&rules)),
            Err(why) => self.push(Err(why)),
        }
    }

    fn rules(&self, event: usize) -> &[u32] {
        let start = event.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(event).and_then(|end| self.rules.get(start..*end)).unwrap_or_default()
    }

    fn without(&self, event: usize) -> Option<&Without> {
        let at = self.without.binary_search_by_key(&event, |(event, _)| *event).ok()?;
        self.without.get(at).map(|(_, why)| why)
    }
}

impl Verdicts {
    pub(crate) fn new(matcher: Py<Matcher>, columns: Columns) -> Self {
        Verdicts { matcher, columns }
    }

    /// The verdict on an event that is there.
    fn get<'py>(&self, py: Python<'py>, event: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.columns.without(event) {
            Some(Without::Error(error, place)) => Ok(exception(py, error, *place)),
            Some(Without::Null) => Ok(PyNone::get(py).to_owned().into_any()),
            None => Ok(self.matcher.get().list(py, self.columns.rules(event))?.into_any()),
        }
    }

    /// The position that an index of Python's stands for.
    fn position(&self, index: isize) -> PyResult<usize> {
        let length = self.columns.ends.len();
        let position = match usize::try_from(index) {
            Ok(index) => Some(index),
            Err(_) => length.checked_sub(index.unsigned_abs()),
        };
        position.filter(|position| *position < length).ok_or_else(|| PyIndexError::new_err("no such event"))
    }

    /// The ids as a dictionary of Arrow's.
    fn dictionary(&self, py: Python<'_>) -> PyResult<ArrayRef> {
        let ids = self.matcher.get().tuple(py);
        let texts = ids.iter().map(|id| id.extract::<PyBackedStr>()).collect::<PyResult<Vec<_>>>();
        if let Ok(texts) = texts {
            return Ok(Arc::new(StringArray::from_iter_values(texts)));
        }
        let number = |id: Bound<'_, PyAny>| match id.is_instance_of::<PyBool>() {
            true => Err(PyTypeError::new_err("")),
            false => id.extract::<i64>(),
        };
        let numbers = ids.iter().map(number).collect::<PyResult<Vec<_>>>();
        match numbers {
            Ok(numbers) => Ok(Arc::new(Int64Array::from(numbers))),
            Err(_) => Err(PyTypeError::new_err("for Arrow, the ids must be all str or all int of 64 bits")),
        }
    }

    fn field(dictionary: &ArrayRef) -> Field {
        let values = dictionary.data_type().clone();
        let ids = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(values));
        Field::new("", DataType::List(Arc::new(Field::new("item", ids, false))), true)
    }
}

fn exception<'py>(py: Python<'py>, error: &EventError, place: Option<(usize, usize)>) -> Bound<'py, PyAny> {
    python::event_error(error, place).into_value(py).into_bound(py).into_any()
}

#[pymethods]
impl Verdicts {
    fn __len__(&self) -> usize {
        self.columns.ends.len()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        let Ok(slice) = index.cast::<PySlice>() else {
            return self.get(py, self.position(index.extract()?)?);
        };
        let indices = slice.indices(isize::try_from(self.columns.ends.len())?)?;
        let list = PyList::empty(py);
        let mut at = indices.start;
        for _ in 0..indices.slicelength {
            list.append(self.get(py, self.position(at)?)?)?;
            at += indices.step;
        }
        Ok(list.into_any())
    }

    fn __iter__(slf: Py<Self>) -> VerdictIterator {
        VerdictIterator { verdicts: slf, next: 0.into() }
    }

    /// The events that have no verdict because of an error, counted from 0, and the errors.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (event, why) in &self.columns.without {
            if let Without::Error(error, place) = why {
                list.append((*event, exception(py, error, *place)))?;
            }
        }
        Ok(list)
    }

    /// Where in the text (in bytes of its UTF-8) the event at an index is; only of lines.
    fn span<'py>(&self, py: Python<'py>, index: isize) -> PyResult<Bound<'py, PySlice>> {
        let Some(spans) = &self.columns.spans else {
            return Err(PyValueError::new_err("these events were not given as lines of a text"));
        };
        let Some(span) = spans.get(self.position(index)?) else {
            return Err(PyIndexError::new_err("no such event"));
        };
        Ok(PySlice::new(py, isize::try_from(span.start)?, isize::try_from(span.end)?, 1))
    }

    fn __repr__(&self) -> String {
        format!("<eventsieve.Verdicts on {} events>", self.columns.ends.len())
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyTuple>> {
        let Columns { ends, rules, without, .. } = &self.columns;
        let dictionary = self.dictionary(py)?;
        let field = Verdicts::field(&dictionary);
        let offsets = std::iter::once(&0).chain(ends).map(|end| i32::try_from(*end)).collect::<Result<Vec<_>, _>>();
        let Ok(offsets) = offsets else {
            return Err(PyOverflowError::new_err("2^31 matches or more don't go into one array").into());
        };
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let keys = UInt32Array::from(rules.clone());
        let values = Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, dictionary)?);
        let mut valid = vec![true; ends.len()];
        for (event, _) in without {
            valid.get_mut(*event).into_iter().for_each(|valid| *valid = false);
        }
        let DataType::List(item) = field.data_type() else { return Err(PyTypeError::new_err("not a list").into()) };
        let nulls = (!without.is_empty()).then(|| NullBuffer::from(valid));
        let list = ListArray::try_new(Arc::clone(item), offsets, values, nulls)?;
        to_array_pycapsules(py, Arc::new(field), &list, requested_schema)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, Verdicts::field(&self.dictionary(py)?))
    }

    /// For annotations, such as Verdicts[str].
    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, ids: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        generic(class, ids)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.matcher)
    }
}

#[pyclass(frozen)]
pub(crate) struct VerdictIterator {
    verdicts: Py<Verdicts>,
    next: std::sync::atomic::AtomicUsize,
}

#[pymethods]
impl VerdictIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let verdicts = self.verdicts.get();
        let next = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (next < verdicts.columns.ends.len()).then(|| verdicts.get(py, next)).transpose()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.verdicts)
    }
}
