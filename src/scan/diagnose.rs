//! What is wrong with an event: a plain reader, byte by byte, that finds the first error in reading order.
//!
//! It runs only on events that the kernels refuse, so it need not be fast. It knows the whole grammar by itself: the
//! tests hold the kernels against it.

use smallvec::SmallVec;

use super::escape::is_escape;
use crate::EventError;
use crate::event::error::NOTHING_BEHIND;

/// The first error of an event's text that is known to have one.
#[cold]
#[inline(never)]
pub(super) fn diagnose(text: &[u8], max_depth: usize) -> EventError {
    // The readers agree on what is well-formed, so there is an error to be found.
    validate(text, max_depth).err().unwrap_or(EventError::syntax(0, "well-formed JSON"))
}

/// Is the text one JSON object in UTF-8, nested at most `max_depth` deep?
pub(crate) fn validate(text: &[u8], max_depth: usize) -> Result<(), EventError> {
    let read = Reader { text, at: 0, max_depth, inside: SmallVec::new() }.event();
    // An error of the grammar counts if it comes first; outside strings the two coincide.
    match (std::str::from_utf8(text), &read) {
        (Err(utf8), Ok(())) => Err(EventError::utf8(utf8.valid_up_to())),
        (Err(utf8), Err(error)) if error.offset().is_none_or(|at| utf8.valid_up_to() <= at) => {
            Err(EventError::utf8(utf8.valid_up_to()))
        }
        _ => read,
    }
}

const ESCAPE: &str = "one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, or `u` and four hexadecimal digits after `\\`";

#[derive(Clone, Copy)]
enum Container {
    Object,
    Array,
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    max_depth: usize,
    inside: SmallVec<[Container; 64]>,
}

impl Reader<'_> {
    fn event(mut self) -> Result<(), EventError> {
        self.white_space();
        if self.peek() != Some(b'{') {
            return Err(EventError::not_an_object(Some(self.at)));
        }
        let mut entered = self.value()?;
        // A value, or the opening bracket of one, has been read.
        while let Some(container) = self.inside.last().copied() {
            self.white_space();
            entered = match (self.peek(), container, entered) {
                (Some(b'}'), Container::Object, _) | (Some(b']'), Container::Array, _) => {
                    self.at += 1;
                    self.inside.pop();
                    false
                }
                (Some(b','), _, false) => {
                    self.at += 1;
                    self.white_space();
                    self.entry(container, "a key", "a value")?
                }
                (_, _, true) => self.entry(container, "a key or `}`", "a value or `]`")?,
                (_, Container::Object, false) => return self.expected("`,` or `}`"),
                (_, Container::Array, false) => return self.expected("`,` or `]`"),
            };
        }
        self.white_space();
        if self.at == self.text.len() { Ok(()) } else { self.expected(NOTHING_BEHIND) }
    }

    /// Reads a key (in an object) and what [`Reader::value`] reads.
    fn entry(&mut self, container: Container, key: &'static str, value: &'static str) -> Result<bool, EventError> {
        match container {
            Container::Object => {
                if self.peek() != Some(b'"') {
                    return self.expected(key);
                }
                self.string()?;
                self.white_space();
                if self.peek() != Some(b':') {
                    return self.expected("`:` after a key");
                }
                self.at += 1;
                self.white_space();
            }
            Container::Array if self.starts_value() => {}
            Container::Array => return self.expected(value),
        }
        self.value()
    }

    fn starts_value(&self) -> bool {
        matches!(self.peek(), Some(b'{' | b'[' | b'"' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9'))
    }

    /// Reads a string or scalar, or the opening bracket of an object or array: was it a bracket?
    fn value(&mut self) -> Result<bool, EventError> {
        match self.peek() {
            Some(b'{') => self.enter(Container::Object),
            Some(b'[') => self.enter(Container::Array),
            Some(b'"') => self.string().map(|()| false),
            Some(b't') => self.literal("true", "`true`"),
            Some(b'f') => self.literal("false", "`false`"),
            Some(b'n') => self.literal("null", "`null`"),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            _ => self.expected("a value"),
        }
    }

    fn enter(&mut self, container: Container) -> Result<bool, EventError> {
        if self.inside.len() >= self.max_depth {
            return Err(EventError::depth(Some(self.at)));
        }
        self.inside.push(container);
        self.at += 1;
        Ok(true)
    }

    fn string(&mut self) -> Result<(), EventError> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    if !self.text.get(self.at + 1..).is_some_and(is_escape) {
                        return self.expected(ESCAPE);
                    }
                    self.at += 2;
                }
                Some(0..0x20) => return self.expected("control characters in strings to be escaped"),
                Some(_) => self.at += 1,
                None => return self.expected("`\"` at the end of a string"),
            }
        }
    }

    fn literal(&mut self, literal: &str, expected: &'static str) -> Result<bool, EventError> {
        if !self.text.get(self.at..).is_some_and(|text| text.starts_with(literal.as_bytes())) {
            return self.expected(expected);
        }
        self.at += literal.len();
        Ok(false)
    }

    fn number(&mut self) -> Result<(), EventError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.expected("no digit after a leading `0`");
            }
        } else {
            self.digits("a digit")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("a digit after the decimal point")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits("a digit in the exponent")?;
        }
        Ok(())
    }

    /// Reads one digit or more.
    fn digits(&mut self, expected: &'static str) -> Result<(), EventError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.expected(expected);
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, EventError> {
        Err(EventError::syntax(self.at, expected))
    }
}
