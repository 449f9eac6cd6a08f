//! Where the values of a JSON text begin and end, so that they can be handed on in their own spelling: duplicate keys
//! and the digits of numbers kept. Only the brackets and commas on the way to a value are checked; what a value holds
//! is its reader's business.

use std::ops::Range;

/// What a text should have had at a byte offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unexpected {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

/// Whether this byte is JSON's white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a number or literal cannot go on with this byte.
pub(crate) fn ends_scalar(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']')
}

/// Whether nothing but white space is left.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    text.iter().copied().all(is_space)
}

/// A place in a text, which moves over whole values.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Cursor { text, at: 0 }
    }

    /// Skips white space, and looks at the byte after it.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
        self.byte()
    }

    /// Skips white space and one value, whose range it returns.
    pub(crate) fn value(&mut self) -> Result<Range<usize>, Unexpected> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => self.skip_string()?,
            Some(b'{' | b'[') => self.skip_nested()?,
            _ => self.skip_scalar()?,
        }
        Ok(start..self.at)
    }

    /// Skips the byte that was peeked at.
    pub(crate) fn skip_byte(&mut self) {
        self.at += 1;
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> Unexpected {
        Unexpected { at: self.at, expected }
    }

    fn skip_scalar(&mut self) -> Result<(), Unexpected> {
        match self.rest().iter().position(|byte| ends_scalar(*byte)).unwrap_or(self.rest().len()) {
            0 => Err(self.unexpected("a value")),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }

    /// From an opening quote to after the closing one.
    fn skip_string(&mut self) -> Result<(), Unexpected> {
        self.at += 1;
        loop {
            match memchr::memchr2(b'"', b'\\', self.rest()) {
                None => return Err(Unexpected { at: self.text.len(), expected: "the end of a string" }),
                Some(length) => {
                    self.at += length;
                    if self.byte() == Some(b'"') {
                        self.at += 1;
                        return Ok(());
                    }
                    self.at += 2;
                }
            }
        }
    }

    /// From an opening bracket to after the one that closes it. Brackets are counted, not paired.
    fn skip_nested(&mut self) -> Result<(), Unexpected> {
        let mut depth = 0_usize;
        loop {
            let Some(length) = self.rest().iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))
            else {
                return Err(Unexpected { at: self.text.len(), expected: "a closing bracket" });
            };
            self.at += length;
            match self.byte() {
                Some(b'"') => {
                    self.skip_string()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                _ => depth -= 1,
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Skips white space and this byte.
    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Unexpected> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(expected))
    }
}

/// The items of the one object or array that a text holds.
struct Items<'t> {
    cursor: Cursor<'t>,
    close: u8,
    at_first: bool,
}

impl<'t> Items<'t> {
    fn new(text: &'t [u8], open: u8, close: u8, expected: &'static str) -> Result<Self, Unexpected> {
        let mut cursor = Cursor::new(text);
        cursor.expect(open, expected)?;
        Ok(Items { cursor, close, at_first: true })
    }

    /// Moves to the next item, if there is one: after the last, nothing may follow but white space.
    fn advance(&mut self) -> Result<bool, Unexpected> {
        let at_first = std::mem::replace(&mut self.at_first, false);
        match self.cursor.peek() {
            Some(byte) if byte == self.close => {
                self.cursor.at += 1;
                if self.cursor.peek().is_some() {
                    return Err(self.cursor.unexpected("nothing more"));
                }
                Ok(false)
            }
            _ if at_first => Ok(true),
            Some(b',') => {
                self.cursor.at += 1;
                Ok(true)
            }
            _ => Err(self.cursor.unexpected(if self.close == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }
}

/// The members of the one object that a text holds: each key, unescaped, and the range of its value.
pub(crate) struct Members<'t>(Items<'t>);

impl<'t> Members<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Result<Self, Unexpected> {
        Items::new(text, b'{', b'}', "an object").map(Members)
    }

    /// The next member; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<(String, Range<usize>)>, Unexpected> {
        if !self.0.advance()? {
            return Ok(None);
        }
        let cursor = &mut self.0.cursor;
        if cursor.peek() != Some(b'"') {
            return Err(cursor.unexpected("a key"));
        }
        let key = cursor.value()?;
        let unreadable = Unexpected { at: key.start, expected: "a key of valid JSON" };
        let key = string(cursor.text.get(key).unwrap_or_default()).ok_or(unreadable)?;
        cursor.expect(b':', "`:`")?;
        Ok(Some((key, cursor.value()?)))
    }
}

/// The elements of the one array that a text holds.
pub(crate) struct Elements<'t>(Items<'t>);

impl<'t> Elements<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Result<Self, Unexpected> {
        Items::new(text, b'[', b']', "an array").map(Elements)
    }

    /// The next element; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Range<usize>>, Unexpected> {
        if !self.0.advance()? {
            return Ok(None);
        }
        self.0.cursor.value().map(Some)
    }
}

/// A JSON string's text, `None` if it isn't one.
pub(crate) fn string(text: &[u8]) -> Option<String> {
    serde_json::from_slice(text).ok()
}
