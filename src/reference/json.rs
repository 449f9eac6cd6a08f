//! JSON by RFC 8259, kept as it was written: every member of an object, numbers as they are spelt.

use std::fmt;

/// How many objects and arrays may be open at once, the outermost object among them.
pub const MAX_DEPTH: usize = 1_000;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// The members in the order of the text; a key may come twice.
    Object(Vec<(String, Json)>),
    /// The elements.
    Array(Vec<Json>),
    /// The text, its escapes undone; an unpaired surrogate has become U+FFFD.
    String(String),
    /// The number's spelling.
    Number(String),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// The event is not one JSON object by RFC 8259 in UTF-8, or is nested deeper than [`MAX_DEPTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The first byte that cannot be part of an event, or the length of the text if it ends too early.
    pub offset: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed event at byte {}", self.offset)
    }
}

impl std::error::Error for Malformed {}

/// Reads an event: one JSON object and nothing after it but white space.
///
/// # Errors
///
/// [`Malformed`] if it is anything else.
pub fn read(text: &[u8]) -> Result<Json, Malformed> {
    let text = std::str::from_utf8(text).map_err(|error| Malformed { offset: error.valid_up_to() })?;
    let mut reader = Reader { text, at: 0 };
    reader.space();
    if reader.peek() != Some('{') {
        return reader.malformed();
    }
    let event = reader.value()?;
    reader.space();
    if reader.peek().is_some() { reader.malformed() } else { Ok(event) }
}

/// An object or array whose end has not been read yet.
enum Open {
    /// The members read so far, and the key of the value that comes next.
    Object(Vec<(String, Json)>, String),
    Array(Vec<Json>),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn malformed<T>(&self) -> Result<T, Malformed> {
        Err(Malformed { offset: self.at })
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    /// Steps over `word` if it comes next.
    fn take(&mut self, word: &str) -> bool {
        let taken = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if taken {
            self.at += word.len();
        }
        taken
    }

    /// Steps over `word`, which must come next.
    fn expect(&mut self, word: &str) -> Result<(), Malformed> {
        if self.take(word) { Ok(()) } else { self.malformed() }
    }

    fn space(&mut self) {
        while [" ", "\t", "\n", "\r"].into_iter().any(|space| self.take(space)) {}
    }

    /// A value of any kind, with white space before it. A loop over the containers that are open, and not a recursion,
    /// so that the depth costs no stack.
    fn value(&mut self) -> Result<Json, Malformed> {
        let mut open = Vec::new();
        loop {
            self.space();
            if matches!(self.peek(), Some('{' | '[')) && open.len() == MAX_DEPTH {
                return self.malformed();
            }
            let mut value = if self.take("{") {
                self.space();
                if !self.take("}") {
                    open.push(Open::Object(Vec::new(), self.key()?));
                    continue;
                }
                Json::Object(Vec::new())
            } else if self.take("[") {
                self.space();
                if !self.take("]") {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                Json::Array(Vec::new())
            } else {
                self.leaf()?
            };
            // A value has ended, and perhaps with it the container around it, and so on.
            loop {
                let Some(container) = open.pop() else { return Ok(value) };
                self.space();
                match container {
                    Open::Object(mut members, key) => {
                        members.push((key, value));
                        if self.take(",") {
                            open.push(Open::Object(members, self.key()?));
                            break;
                        }
                        self.expect("}")?;
                        value = Json::Object(members);
                    }
                    Open::Array(mut elements) => {
                        elements.push(value);
                        if self.take(",") {
                            open.push(Open::Array(elements));
                            break;
                        }
                        self.expect("]")?;
                        value = Json::Array(elements);
                    }
                }
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<String, Malformed> {
        self.space();
        let key = self.string()?;
        self.space();
        self.expect(":")?;
        Ok(key)
    }

    fn leaf(&mut self) -> Result<Json, Malformed> {
        match self.peek() {
            Some('"') => Ok(Json::String(self.string()?)),
            Some('-' | '0'..='9') => Ok(Json::Number(self.number()?)),
            Some('t') => self.expect("true").map(|()| Json::Bool(true)),
            Some('f') => self.expect("false").map(|()| Json::Bool(false)),
            Some('n') => self.expect("null").map(|()| Json::Null),
            _ => self.malformed(),
        }
    }

    fn number(&mut self) -> Result<String, Malformed> {
        let start = self.at;
        self.take("-");
        if !self.take("0") {
            self.digits()?;
        }
        if self.take(".") {
            self.digits()?;
        }
        if self.take("e") || self.take("E") {
            let _signed = self.take("+") || self.take("-");
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().to_owned())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Malformed> {
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return self.malformed();
        }
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, Malformed> {
        self.expect("\"")?;
        let mut string = String::new();
        loop {
            match self.peek() {
                None | Some('\0'..='\x1f') => return self.malformed(),
                Some('"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some('\\') => string.push(self.escape()?),
                Some(c) => {
                    self.at += c.len_utf8();
                    string.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        if self.take("\\u") {
            let first = self.code_unit()?;
            let before = self.at;
            if (0xD800..0xDC00).contains(&first) && self.take("\\u") {
                let second = self.code_unit()?;
                if (0xDC00..0xE000).contains(&second) {
                    let code_point = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return Ok(char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                // Not the other half of a pair: it stands for itself.
                self.at = before;
            }
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let escapes = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\x08'),
            ("f", '\x0c'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        self.expect("\\")?;
        match escapes.into_iter().find(|(letter, _)| self.take(letter)) {
            Some((_, meaning)) => Ok(meaning),
            None => self.malformed(),
        }
    }

    /// The four hexadecimal digits after `\u`.
    fn code_unit(&mut self) -> Result<u32, Malformed> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else { return self.malformed() };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }
}
