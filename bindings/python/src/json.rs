//! Python objects as JSON text.

use std::cell::RefCell;
use std::fmt::Write;

use eventsieve::python::EventError;
use pyo3::prelude::*;
use pyo3::types::tuple::BoundTupleIterator;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::event::{add_note, wrong_type};
use crate::pattern::Pattern;

type Member<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// An object or array that is not yet ended.
enum Frame<'py> {
    Object(std::vec::IntoIter<Member<'py>>),
    Array(BoundTupleIterator<'py>),
}

/// What a text is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// What isn't JSON but can be mistaken for it is written as it is (`NaN`, half a surrogate pair, any depth), so that
    /// the parser of patterns refuses it and shows the place. What can't is an error.
    Pattern,
    /// What isn't JSON, be it a value or a key, is where no rule looks, and a text that names its type stands for it.
    Event,
}

/// How deep an event may be nested, and as deep as the parser of patterns may be told to read.
const DEEPEST: usize = 1_000;

/// The text of a dict that is a pattern. It ends early once it is longer than `most` bytes or deeper than any pattern, as
/// a few lists that hold each other many times over, or themselves, could go on forever.
pub(crate) fn write_pattern(object: &Bound<'_, PyDict>, most: usize) -> PyResult<String> {
    write(object, most, Use::Pattern)
}

/// The text of a dict that has a verdict as an event.
pub(crate) fn write_event(object: &Bound<'_, PyDict>) -> PyResult<String> {
    const MOST: usize = 64 << 20;
    let text = write(object, MOST, Use::Event)?;
    if text.len() > MOST {
        return Err(too_long(object.py(), "too long: expected a `dict` of at most 64 MiB as text")?);
    }
    Ok(text)
}

/// As the crate's own errors of this kind.
fn too_long(py: Python<'_>, message: &'static str) -> PyResult<PyErr> {
    let error = EventError::new_err(message);
    let value = error.value(py);
    value.setattr("kind", "size")?;
    for attribute in ["path", "offset", "line", "column"] {
        value.setattr(attribute, py.None())?;
    }
    Ok(error)
}

/// What JSON text stands for.
pub(crate) fn read<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}

fn write(object: &Bound<'_, PyDict>, most: usize, used: Use) -> PyResult<String> {
    let mut out = String::new();
    let mut stack = Vec::new();
    let mut next = Some(object.as_any().clone());
    while out.len() <= most && stack.len() <= DEEPEST {
        if let Some(value) = next.take() {
            if used == Use::Event && stack.len() == DEEPEST && is_container(&value) {
                stand_in(&value, &mut out);
            } else if let Some(frame) = open(&value, used, &mut out)? {
                stack.push(frame);
            }
        }
        let depth = stack.len();
        match stack.last_mut() {
            None => break,
            Some(Frame::Array(elements)) => match elements.next() {
                Some(value) => {
                    comma(&mut out, '[');
                    next = Some(value);
                }
                None => {
                    out.push(']');
                    stack.pop();
                }
            },
            Some(Frame::Object(members)) => match members.next() {
                Some((key, value)) => {
                    comma(&mut out, '{');
                    if used == Use::Event {
                        new_line(depth, &mut out);
                    }
                    match (key.cast::<PyString>(), used) {
                        (Ok(key), _) => write_string(key, &mut out)?,
                        (Err(_), Use::Event) => stand_in(&key, &mut out),
                        (Err(_), Use::Pattern) => return Err(wrong_type("a key of a pattern", "str", &key)),
                    }
                    out.push_str(": ");
                    next = Some(value);
                }
                None => {
                    if used == Use::Event && !out.ends_with('{') {
                        new_line(depth - 1, &mut out);
                    }
                    out.push('}');
                    stack.pop();
                }
            },
        }
    }
    Ok(out)
}

fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyDict>() || value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>()
}

/// Writes what stands for a value that JSON doesn't have.
fn stand_in(value: &Bound<'_, PyAny>, out: &mut String) {
    let class =
        value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string_lossy().into_owned());
    out.push_str("\"<");
    class.chars().for_each(|character| write_character(character, out));
    out.push_str(">\"");
}

/// Begins a line of an event, so that what is shown of it is one member; in place of the space behind a comma.
fn new_line(depth: usize, out: &mut String) {
    const DEEPEST: usize = 20;
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
}

/// A comma, but after the bracket.
fn comma(out: &mut String, bracket: char) {
    if !out.ends_with(bracket) {
        out.push_str(", ");
    }
}

/// Writes a value, or the beginning of one that has parts.
fn open<'py>(value: &Bound<'py, PyAny>, used: Use, out: &mut String) -> PyResult<Option<Frame<'py>>> {
    if let Ok(text) = value.cast::<PyString>() {
        write_string(text, out)?;
    } else if let Ok(dict) = value.cast::<PyDict>() {
        out.push('{');
        return Ok(Some(Frame::Object(members(dict)?.into_iter())));
    } else if let Ok(list) = value.cast::<PyList>() {
        out.push('[');
        return Ok(Some(Frame::Array(list.to_tuple().into_iter())));
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        out.push('[');
        return Ok(Some(Frame::Array(tuple.clone().into_iter())));
    } else if let Ok(value) = value.cast::<PyBool>() {
        out.push_str(if value.is_true() { "true" } else { "false" });
    } else if value.is_none() {
        out.push_str("null");
    } else {
        match (number(value), used) {
            (Ok(Some(number)), Use::Pattern) => out.push_str(&number),
            (Ok(Some(number)), Use::Event) if is_finite(&number) => out.push_str(&number),
            (Ok(None), Use::Pattern) => {
                let types = "str, int, float, Decimal, bool, None, list, tuple or dict";
                let error = wrong_type("a value of a pattern", types, value);
                if value.is_instance_of::<Pattern>() {
                    add_note(
                        value.py(),
                        &error,
                        "these are rules, of which one is a pattern: RuleSet(rules) takes them all",
                    );
                }
                return Err(error);
            }
            (Err(error), Use::Pattern) => return Err(error),
            (_, Use::Event) => stand_in(value, out),
        }
    }
    Ok(None)
}

/// Whether a number's spelling is one of JSON, and not `NaN` or the like.
fn is_finite(spelling: &str) -> bool {
    spelling.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit())
        && spelling.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// How a number is spelt; `None` if the value is no number.
fn number(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let py = value.py();
    let spelling = if let Ok(value) = value.cast::<PyFloat>() {
        match value.value() {
            number if number.is_nan() => return Ok(Some("NaN".to_owned())),
            number if number.is_infinite() => {
                return Ok(Some(if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()));
            }
            _ => py.get_type::<PyFloat>().call_method1("__repr__", (value,))?,
        }
    } else if value.is_instance_of::<PyInt>() {
        py.get_type::<PyInt>().call_method1("__repr__", (value,))?
    } else if value.is_instance(&py.import("decimal")?.getattr("Decimal")?)? {
        return Ok(Some(value.str()?.to_string_lossy().into_owned()));
    } else {
        return Ok(None);
    };
    Ok(Some(spelling.extract()?))
}

/// A dict's members, all at once: reading them runs no code that could change it.
fn members<'py>(dict: &Bound<'py, PyDict>) -> PyResult<Vec<Member<'py>>> {
    let members = RefCell::new(Vec::with_capacity(dict.len()));
    dict.locked_for_each(|key, value| {
        members.borrow_mut().push((key, value));
        Ok(())
    })?;
    Ok(members.into_inner())
}

fn write_string(text: &Bound<'_, PyString>, out: &mut String) -> PyResult<()> {
    out.push('"');
    if let Ok(text) = text.to_str() {
        text.chars().for_each(|character| write_character(character, out));
    } else {
        let units = text.py().get_type::<PyString>().call_method1("encode", (text, "utf-16-le", "surrogatepass"))?;
        let units = units.cast_into::<PyBytes>()?;
        let (units, _) = units.as_bytes().as_chunks();
        for character in char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit))) {
            match character {
                Ok(character) => write_character(character, out),
                // Writing to a string gives no error.
                Err(half) => _ = write!(out, "\\u{:04x}", half.unpaired_surrogate()),
            }
        }
    }
    out.push('"');
    Ok(())
}

fn write_character(character: char, out: &mut String) {
    match character {
        '"' | '\\' => out.extend(['\\', character]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0'..='\x1f' => _ = write!(out, "\\u{:04x}", u32::from(character)),
        _ => out.push(character),
    }
}
