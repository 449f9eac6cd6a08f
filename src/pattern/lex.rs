//! JSON tokens with their places in the text, strictly by RFC 8259.

use std::borrow::Cow;

use super::ast::{Literal, Span};
use super::error::{Fault, PatternErrorKind};
use super::render::quoted;
use super::suggest;
use crate::value::number;

/// A token of JSON.
#[derive(Clone, Debug)]
pub(super) enum Token<'t> {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Colon,
    Comma,
    /// Unescaped.
    String(Cow<'t, str>),
    /// As it is spelt.
    Number(&'t str),
    Literal(Literal),
    /// The end of the text.
    End,
}

/// A token and its place.
#[derive(Clone, Debug)]
pub(super) struct Lexeme<'t> {
    pub(super) span: Span,
    pub(super) token: Token<'t>,
}

impl Lexeme<'_> {
    /// What it begins, as in "found {}".
    pub(super) fn found(&self) -> &'static str {
        match self.token {
            Token::BeginObject => "an object",
            Token::BeginArray => "an array",
            Token::String(_) => "a string",
            Token::Number(_) => "a number",
            Token::Literal(Literal::False) => "`false`",
            Token::Literal(Literal::True) => "`true`",
            Token::Literal(Literal::Null) => "`null`",
            Token::EndObject => "`}`",
            Token::EndArray => "`]`",
            Token::Colon => "`:`",
            Token::Comma => "`,`",
            Token::End => "the end of the rule",
        }
    }

    /// Does a JSON value begin here?
    pub(super) fn is_value(&self) -> bool {
        !matches!(self.token, Token::EndObject | Token::EndArray | Token::Colon | Token::Comma | Token::End)
    }

    /// The error of meeting this token where `expected` should be.
    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        syntax(self.span, format!("expected {expected}, found {}", self.found()))
    }
}

fn syntax(span: Span, message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(PatternErrorKind::Syntax, span, message)
}

/// The place of some bytes of a JSON string's unescaped text: `string` is the span of the whole string in the text.
pub(crate) fn span_in_string(text: &str, string: Span, bytes: std::ops::Range<usize>) -> Span {
    Lexer::new(text).span_in_string(string, bytes)
}

/// Reads a text token by token.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer { text, at: 0 }
    }

    /// The text at a span.
    pub(super) fn source(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The next token.
    pub(super) fn read(&mut self) -> Result<Lexeme<'t>, Fault> {
        let rest = self.bytes_from(self.at);
        let space = rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(rest.len());
        let start = self.at + space;
        let Some(first) = rest.get(space) else {
            self.at = start;
            return Ok(Lexeme { span: Span::new(start, start), token: Token::End });
        };
        self.at = start + 1;
        let token = match first {
            b'{' => Token::BeginObject,
            b'}' => Token::EndObject,
            b'[' => Token::BeginArray,
            b']' => Token::EndArray,
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => Token::String(self.string(start)?),
            b'-' | b'0'..=b'9' => Token::Number(self.number(start)?),
            _ => Token::Literal(self.literal(start)?),
        };
        Ok(Lexeme { span: Span::new(start, self.at), token })
    }

    fn bytes_from(&self, at: usize) -> &'t [u8] {
        self.text.as_bytes().get(at..).unwrap_or_default()
    }

    fn number(&mut self, start: usize) -> Result<&'t str, Fault> {
        let text = self.bytes_from(start);
        let len = number::scan(text).map_err(|missing| {
            let at = start + missing;
            let next = self.text.get(at..).and_then(|rest| rest.chars().next());
            let end = at + next.map_or(0, char::len_utf8);
            syntax(Span::new(start, end), "a digit is missing in a number")
        })?;
        self.at = start + len;
        if text.get(len).is_some_and(u8::is_ascii_digit) {
            let digits = text.iter().skip(len).take_while(|byte| byte.is_ascii_digit()).count();
            let span = Span::new(start, self.at + digits);
            return Err(syntax(span, "a number can't begin with a zero and more digits")
                .hint("a text of digits, such as an account, is written in quotes"));
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn literal(&mut self, start: usize) -> Result<Literal, Fault> {
        let rest = self.bytes_from(start);
        let word = suggest::word(rest);
        let (literal, len) = match rest.get(..word) {
            Some(b"true") => (Literal::True, 4),
            Some(b"false") => (Literal::False, 5),
            Some(b"null") => (Literal::Null, 4),
            _ => return Err(self.stray(start, word)),
        };
        self.at = start + len;
        Ok(literal)
    }

    /// The error for something that begins no token: a word of so many bytes, or a single character.
    #[cold]
    fn stray(&self, start: usize, word: usize) -> Fault {
        let rest = self.text.get(start..).unwrap_or_default();
        let first = rest.chars().next().unwrap_or_default();
        let end = start + word.max(first.len_utf8());
        let span = Span::new(start, end);
        let hint = suggest::instead_of(self.text.as_bytes(), start);
        syntax(span, format!("unexpected {}", quoted(self.source(span)))).maybe_hint(hint)
    }

    /// A string's content; `self.at` is behind the opening quote.
    fn string(&mut self, start: usize) -> Result<Cow<'t, str>, Fault> {
        let chunk = self.chunk(start)?;
        if self.bytes_from(self.at).first() == Some(&b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(chunk));
        }
        let mut text = String::from(chunk);
        loop {
            match self.bytes_from(self.at).first() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                // INVARIANT: a chunk ends at a quote or a backslash.
                _ => text.push(self.escape()?),
            }
            text.push_str(self.chunk(start)?);
        }
    }

    /// The text up to the next quote or backslash.
    fn chunk(&mut self, string_start: usize) -> Result<&'t str, Fault> {
        let rest = self.bytes_from(self.at);
        let start = self.at;
        self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        match self.bytes_from(self.at).first() {
            Some(b'"' | b'\\') => Ok(self.text.get(start..self.at).unwrap_or_default()),
            Some(control) => Err(control_in_string(Span::new(self.at, self.at + 1), *control)),
            None => Err(syntax(Span::new(string_start, self.at), "a string is not closed")),
        }
    }

    /// The character that an escape stands for; `self.at` is at the backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        let (character, len) = match self.bytes_from(start + 1).first() {
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'/') => ('/', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => self.unicode_escape(start)?,
            _ => return Err(self.bad_escape(start)),
        };
        self.at = start + len;
        Ok(character)
    }

    /// A `\u` escape, or two that are a surrogate pair, with its length.
    fn unicode_escape(&self, start: usize) -> Result<(char, usize), Fault> {
        let unpaired = || {
            let span = Span::new(start, start + 6);
            let message = format!("{} is half of a surrogate pair, not a character", quoted(self.source(span)));
            Fault::new(PatternErrorKind::Surrogate, span, message)
        };
        let unit = self.code_unit(start).ok_or_else(|| self.bad_escape(start))?;
        if let Some(character) = char::from_u32(unit) {
            return Ok((character, 6));
        }
        if !self.bytes_from(start + 6).starts_with(b"\\u") {
            return Err(unpaired());
        }
        let low = self.code_unit(start + 6).ok_or_else(|| self.bad_escape(start + 6))?;
        if !(0xd800..0xdc00).contains(&unit) || !(0xdc00..0xe000).contains(&low) {
            return Err(unpaired());
        }
        let character = char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).ok_or_else(unpaired)?;
        Ok((character, 12))
    }

    /// The UTF-16 code unit of the `\u` escape at an offset.
    fn code_unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.as_bytes().get(at + 2..at + 6)?;
        digits.iter().try_fold(0, |unit, byte| Some(unit << 4 | char::from(*byte).to_digit(16)?))
    }

    #[cold]
    fn bad_escape(&self, start: usize) -> Fault {
        let next = self.text.get(start + 1..).and_then(|rest| rest.chars().next());
        let end = start + 1 + next.map_or(0, char::len_utf8);
        let span = Span::new(start, end);
        match next {
            None => syntax(span, "a string is not closed"),
            Some('u') => syntax(span, "`\\u` must be followed by four hexadecimal digits"),
            Some(_) => syntax(span, format!("{} is not an escape of JSON strings", quoted(self.source(span))))
                .hint("a backslash itself is written `\\\\`"),
        }
    }

    /// The place of some bytes of a string's unescaped text: `string` is the span of the whole string.
    pub(super) fn span_in_string(&self, string: Span, bytes: std::ops::Range<usize>) -> Span {
        let raw = self.source(string);
        let mut lexer = Lexer { text: raw, at: 1 };
        let mut unescaped = 0;
        let mut start = None;
        while unescaped < bytes.end && lexer.at + 1 < raw.len() {
            if unescaped >= bytes.start {
                start.get_or_insert(lexer.at);
            }
            let next = lexer.text.get(lexer.at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
            unescaped += match next {
                '\\' => lexer.escape().map_or(1, char::len_utf8),
                _ => {
                    lexer.at += next.len_utf8();
                    next.len_utf8()
                }
            };
        }
        let base = string.range().start;
        Span::new(base + start.unwrap_or(lexer.at), base + lexer.at)
    }

    /// The span of the whole value that begins with `first`, as far as the text is in order. For errors only: it reads
    /// on to the end of the value.
    #[cold]
    pub(super) fn whole(&mut self, first: &Lexeme<'_>) -> Span {
        if !matches!(first.token, Token::BeginObject | Token::BeginArray) {
            return first.span;
        }
        let mut depth: usize = 1;
        while let Ok(lexeme) = self.read() {
            match lexeme.token {
                Token::BeginObject | Token::BeginArray => depth += 1,
                Token::EndObject | Token::EndArray => depth -= 1,
                Token::End => break,
                _ => continue,
            }
            if depth == 0 {
                return first.span.to(lexeme.span);
            }
        }
        first.span
    }
}

#[cold]
fn control_in_string(span: Span, control: u8) -> Fault {
    match control {
        b'\n' | b'\r' => syntax(span, "a string can't run over a line break").hint("write the line break as `\\n`"),
        b'\t' => syntax(span, "a string can't contain a tab").hint("write it as `\\t`"),
        _ => syntax(span, format!("a string can't contain the control character U+{control:04X}"))
            .hint(format!("write it as `\\u{control:04x}`")),
    }
}
