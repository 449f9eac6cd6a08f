//! Python objects as events.
//!
//! An object may be changed by other threads, and by code that Python runs at times of its own choosing. So a list or
//! dict is copied as a whole when it is met, which is done without running any of that code.

use std::cell::RefCell;
use std::panic::{RefUnwindSafe, UnwindSafe};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

use super::tree::{Tree, View, WalkScratch};
use super::visitor::LeafKind;
use super::{Event, EventError, Form};
use crate::matcher::leaves::Leaves;
use crate::scan::trie::PathTrie;
use crate::value::number;

/// A Python object that is an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'e>(&'e Py<PyAny>);

// An object is read under locks of Python's own, and a panic leaves those as they were.
impl UnwindSafe for Object<'_> {}
impl RefUnwindSafe for Object<'_> {}

/// A `dict`, with what `json.loads` makes of JSON in it, and `Decimal` and `tuple` (as an array) too. What isn't looked
/// at because no rule mentions it may be anything.
///
/// The interpreter is attached to for the time of the match, if it isn't already.
impl<'e> From<&'e Py<PyAny>> for Event<'e> {
    fn from(object: &'e Py<PyAny>) -> Self {
        Event { form: Form::Python(Object(object)) }
    }
}

/// As from what it is bound to.
impl<'e> From<&'e Bound<'_, PyAny>> for Event<'e> {
    fn from(object: &'e Bound<'_, PyAny>) -> Self {
        Event::from(object.as_unbound())
    }
}

/// Hands over the wanted leaves of an object.
pub(crate) fn walk(
    object: Object<'_>,
    max_depth: usize,
    trie: &PathTrie,
    scratch: &mut WalkScratch,
    leaves: &mut Leaves<'_, '_>,
) -> Result<(), EventError> {
    let walk = |py: Python<'_>| super::walk_tree(object.0.bind(py).clone(), max_depth, trie, scratch, leaves);
    Python::try_attach(walk).unwrap_or(Err(EventError::value("a Python interpreter that is running")))
}

/// An object's key.
pub(crate) enum Key {
    Text(PyBackedStr),
    /// With U+FFFD for each half of a surrogate pair.
    Mended(String),
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        match self {
            Key::Text(text) => text,
            Key::Mended(text) => text,
        }
    }
}

/// A dict's members, as they were when it was met.
pub(crate) struct Members<'py>(std::vec::IntoIter<(Bound<'py, PyAny>, Bound<'py, PyAny>)>);

impl<'py> Members<'py> {
    fn of(dict: &Bound<'py, PyDict>) -> Result<Self, EventError> {
        let members = RefCell::new(Vec::with_capacity(dict.len()));
        dict.locked_for_each(|key, value| {
            members.borrow_mut().push((key, value));
            Ok(())
        })
        .map_err(|_| EventError::value("a `dict` that can be read"))?;
        Ok(Members(members.into_inner().into_iter()))
    }
}

impl<'py> Iterator for Members<'py> {
    type Item = Result<(Key, Bound<'py, PyAny>), EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.0.next()?;
        Some(read_key(key).map(|key| (key, value)))
    }
}

fn read_key(key: Bound<'_, PyAny>) -> Result<Key, EventError> {
    let key = key.cast_into::<PyString>().map_err(|_| EventError::value("keys of type `str`"))?;
    if let Ok(text) = PyBackedStr::try_from(key.clone()) {
        return Ok(Key::Text(text));
    }
    let mut text = String::new();
    mend(&key, &mut text)?;
    Ok(Key::Mended(text))
}

impl<'t, 'py: 't> Tree<'t> for Bound<'py, PyAny> {
    /// One list may be the elements of another many times over, and so on: a few objects can stand for more values than
    /// there is time for.
    const MAX_SIZE: usize = 256 << 20;

    type Key = Key;
    type Elements = pyo3::types::tuple::BoundTupleIterator<'py>;
    type Members = Members<'py>;

    fn view(self, text: &mut String) -> Result<View<'t, Self>, EventError> {
        if let Ok(string) = self.cast::<PyString>() {
            match string.to_str() {
                Ok(string) => {
                    text.clear();
                    text.push_str(string);
                }
                Err(_) => mend(string, text)?,
            }
            return Ok(View::Spelt(LeafKind::String));
        }
        if let Ok(dict) = self.cast::<PyDict>() {
            return Ok(View::Object(Members::of(dict)?));
        }
        if let Ok(list) = self.cast::<PyList>() {
            return Ok(View::Array(list.to_tuple().into_iter()));
        }
        if let Ok(value) = self.cast::<PyBool>() {
            return Ok(View::Leaf(if value.is_true() { LeafKind::True } else { LeafKind::False }, ""));
        }
        if self.is_none() {
            return Ok(View::Leaf(LeafKind::Null, ""));
        }
        if let Ok(value) = self.cast::<PyFloat>() {
            match value.value() {
                value if value.is_finite() => WalkScratch::spell(text, format_args!("{value:e}")),
                _ => return Err(EventError::value("a finite number")),
            }
        } else if let Ok(value) = self.cast::<PyInt>() {
            spell_integer(value, text)?;
        } else if let Ok(tuple) = self.cast::<PyTuple>() {
            return Ok(View::Array(tuple.clone().into_iter()));
        } else {
            spell_decimal(&self, text)?;
        }
        Ok(View::Spelt(LeafKind::Number))
    }
}

/// Text that isn't, as it has halves of surrogate pairs: U+FFFD stands for each, as for their escapes in JSON.
#[cold]
fn mend(string: &Bound<'_, PyString>, text: &mut String) -> Result<(), EventError> {
    let units = string.py().get_type::<PyString>().call_method1("encode", (string, "utf-16-le", "surrogatepass"));
    let units = units.and_then(|units| Ok(units.cast_into::<PyBytes>()?));
    let units = units.map_err(|_| EventError::value("text"))?;
    let (units, _) = units.as_bytes().as_chunks();
    text.clear();
    let characters = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
    text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    Ok(())
}

/// An integer of any class. Python writes out long ones in quadratic time and refuses to beyond a length that can be
/// set; this is its default.
fn spell_integer(value: &Bound<'_, PyInt>, text: &mut String) -> Result<(), EventError> {
    if let Ok(value) = value.extract::<i64>() {
        WalkScratch::spell(text, value);
        return Ok(());
    }
    const MOST_BITS: usize = 14_284; // 4,300 digits
    const EXPECTED: EventError = EventError::value("an integer of at most 4300 digits");
    let class = value.py().get_type::<PyInt>();
    let bits = class.call_method1("bit_length", (value,)).and_then(|bits| bits.extract::<usize>());
    if !bits.is_ok_and(|bits| bits <= MOST_BITS) {
        return Err(EXPECTED);
    }
    let digits = class.call_method1("__repr__", (value,)).map_err(|_| EXPECTED)?;
    let digits = digits.cast_into::<PyString>().map_err(|_| EXPECTED)?;
    WalkScratch::spell(text, digits.to_str().map_err(|_| EXPECTED)?);
    Ok(())
}

/// A `decimal.Decimal`, whose `str` is spelt as JSON spells numbers, or what is no value of JSON at all.
fn spell_decimal(value: &Bound<'_, PyAny>, text: &mut String) -> Result<(), EventError> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = DECIMAL.import(value.py(), "decimal", "Decimal");
    if !class.is_ok_and(|class| value.is_instance(class).unwrap_or(false)) {
        return Err(EventError::value("`str`, `int`, `float`, `Decimal`, `bool`, `None`, `list`, `tuple` or `dict`"));
    }
    let spelling = value.str().map_err(|_| EventError::value("a finite number"))?;
    match spelling.to_str() {
        Ok(spelling) if number::is_number(spelling.as_bytes()) => WalkScratch::spell(text, spelling),
        _ => return Err(EventError::value("a finite number")),
    }
    Ok(())
}
