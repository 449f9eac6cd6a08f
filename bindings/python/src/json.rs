//! Patterns that are Python objects, as text.
//!
//! What isn't JSON but can be mistaken for it is written as it is (`NaN`, half a surrogate pair, any depth), so that the
//! parser of patterns refuses it and shows the place.

use std::cell::RefCell;
use std::fmt::Write;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::tuple::BoundTupleIterator;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::event::wrong_type;

type Member<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// An object or array that is not yet ended.
enum Frame<'py> {
    Object(std::vec::IntoIter<Member<'py>>),
    Array(BoundTupleIterator<'py>),
}

/// The text of a dict. It ends early once it is longer than `most` bytes or deeper than any pattern, as a few lists that
/// hold each other many times over, or themselves, could go on forever.
pub(crate) fn write(object: &Bound<'_, PyDict>, most: usize) -> PyResult<String> {
    let mut out = String::new();
    let mut stack = Vec::new();
    let mut next = Some(object.as_any().clone());
    const DEEPEST: usize = 1_000; // that the parser may be told to read
    while out.len() <= most && stack.len() <= DEEPEST {
        if let Some(value) = next.take()
            && let Some(frame) = open(&value, &mut out)?
        {
            stack.push(frame);
        }
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
                    let Ok(key) = key.cast::<PyString>() else {
                        return Err(wrong_type("a key of a pattern", "str", &key));
                    };
                    write_string(key, &mut out)?;
                    out.push_str(": ");
                    next = Some(value);
                }
                None => {
                    out.push('}');
                    stack.pop();
                }
            },
        }
    }
    Ok(out)
}

/// A comma, but after the bracket.
fn comma(out: &mut String, bracket: char) {
    if !out.ends_with(bracket) {
        out.push_str(", ");
    }
}

/// Writes a value, or the beginning of one that has parts.
fn open<'py>(value: &Bound<'py, PyAny>, out: &mut String) -> PyResult<Option<Frame<'py>>> {
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
    } else if let Ok(value) = value.cast::<PyFloat>() {
        match value.value() {
            number if number.is_nan() => out.push_str("NaN"),
            number if number.is_infinite() => out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" }),
            _ => out.push_str(
                &value.py().get_type::<PyFloat>().call_method1("__repr__", (value,))?.extract::<PyBackedStr>()?,
            ),
        }
    } else if value.is_instance_of::<PyInt>() {
        out.push_str(&value.py().get_type::<PyInt>().call_method1("__repr__", (value,))?.extract::<PyBackedStr>()?);
    } else if value.is_instance(&value.py().import("decimal")?.getattr("Decimal")?)? {
        out.push_str(&value.str()?.to_string_lossy());
    } else {
        let types = "str, int, float, Decimal, bool, None, list, tuple or dict";
        return Err(wrong_type("a value of a pattern", types, value));
    }
    Ok(None)
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
