//! What is wrong with an event that has no verdict.

use std::borrow::Cow;
use std::fmt;

use crate::pattern::render::{Excerpt, visible, write_excerpt};
use crate::pattern::suggest;

/// Why an event has no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    kind: EventErrorKind,
    offset: Option<usize>,
    path: Option<Box<str>>,
    expected: &'static str,
}

/// Expected where an event's text goes on behind its object.
pub(crate) const NOTHING_BEHIND: &str = "nothing after the event";

/// The kinds of [`EventError`].
//
// Non-exhaustive: a new form of event, or a new limit, brings errors of its own, and a caller that tells some kinds
// apart has a way for the others anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventErrorKind {
    /// Not one JSON object by RFC 8259.
    Syntax,
    /// A JSON value of another kind, or nothing that begins like an object.
    NotAnObject,
    /// Not UTF-8.
    Utf8,
    /// Objects and arrays nested deeper than the limit.
    Depth,
    /// A text of 4 GiB or more, or a Python object that comes to too much.
    Size,
    /// The array check has used up its budget: the event has several routes to one path, where the question is NP-hard.
    ArrayBudget,
    /// A value that JSON can't hold (NaN), or a number or position of a [`Field`](crate::Field) that has no meaning.
    Value,
}

impl EventError {
    const fn new(kind: EventErrorKind, offset: Option<usize>, expected: &'static str) -> Self {
        EventError { kind, offset, path: None, expected }
    }

    /// Something else than `expected` at a byte of the text.
    pub(crate) const fn syntax(offset: usize, expected: &'static str) -> Self {
        EventError::new(EventErrorKind::Syntax, Some(offset), expected)
    }

    /// Something else than an object at a byte of the text, or as the root of a tree.
    pub(crate) const fn not_an_object(offset: Option<usize>) -> Self {
        let expected = if offset.is_some() { "`{`" } else { "" };
        EventError::new(EventErrorKind::NotAnObject, offset, expected)
    }

    /// Not UTF-8 from a byte of the text on.
    pub(crate) const fn utf8(offset: usize) -> Self {
        EventError::new(EventErrorKind::Utf8, Some(offset), "")
    }

    /// An object or array beyond the limit of nesting; `offset` is that of its bracket, if the event is a text.
    pub(crate) const fn depth(offset: Option<usize>) -> Self {
        EventError::new(EventErrorKind::Depth, offset, "")
    }

    /// Too long a text.
    pub(crate) const fn size() -> Self {
        EventError::new(EventErrorKind::Size, None, "at most 4294967295 bytes")
    }

    /// More values than an object that isn't text may come to.
    pub(crate) const fn large(expected: &'static str) -> Self {
        EventError::new(EventErrorKind::Size, None, expected)
    }

    /// Too many ways to choose array elements.
    pub(crate) const fn array_budget() -> Self {
        EventError::new(EventErrorKind::ArrayBudget, None, "")
    }

    /// Something else than the `expected` value or position.
    pub(crate) const fn value(expected: &'static str) -> Self {
        EventError::new(EventErrorKind::Value, None, expected)
    }

    /// The error in the field at this path; at none, in the event itself.
    pub(super) fn at(self, path: String) -> Self {
        EventError { path: (!path.is_empty()).then(|| path.into_boxed_str()), ..self }
    }

    /// What kind of error.
    pub fn kind(&self) -> EventErrorKind {
        self.kind
    }

    /// Byte offset in the event's text, where it has one.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// The path of the field in which the error is, keys joined with `.`, where the event is a tree of values and not a
    /// text.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The line and the column of [`EventError::offset`], in the text that the event is; the first are 1, and columns
    /// are counted in characters. Linear in the offset.
    ///
    /// ```
    /// let text = "{\n  \"é\": tru\n}";
    /// let error = eventsieve::Pattern::try_from(r#"{"a": [1]}"#)?.matches(text).unwrap_err();
    /// assert_eq!(error.place_in(text.as_bytes()), Some((2, 8)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place_in(&self, text: &[u8]) -> Option<(usize, usize)> {
        let offset = self.offset.filter(|offset| *offset <= text.len())?;
        let Excerpt { line, column, .. } = Excerpt::new(text, offset..offset);
        Some((line, column))
    }

    /// The error for people, over several lines: what [`Display`](fmt::Display) shows, and where it is in the text that the
    /// event is, with what to do about it where that is known. Linear in the offset.
    ///
    /// ```
    /// let text = "{\n  \"state\": 'running'\n}";
    /// let error = eventsieve::Pattern::try_from(r#"{"state": ["running"]}"#)?.matches(text).unwrap_err();
    /// assert_eq!(
    ///     error.render(text),
    ///     r#"not well-formed JSON at byte 13: expected a value
    ///   --> line 2, column 12
    ///   |
    /// 2 |   "state": 'running'
    ///   |            ^
    ///   = hint: JSON strings are in double quotes"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render(&self, text: impl AsRef<[u8]>) -> String {
        let mut out = self.to_string();
        let text = text.as_ref();
        let Some((before, rest)) = self.offset.and_then(|offset| text.split_at_checked(offset)) else { return out };
        let word = if self.kind == EventErrorKind::Utf8 { 0 } else { suggest::word(rest) };
        let excerpt = Excerpt::new(text, before.len()..before.len() + word);
        let hint = self.hint(text, before, rest).map(|hint| format!("hint: {hint}"));
        out.push('\n');
        // Writing to a string doesn't fail.
        let _ = write_excerpt(&mut out, &excerpt, "", hint.as_slice());
        out
    }

    /// What to do about an error between two parts of the text.
    fn hint(&self, text: &[u8], before: &[u8], rest: &[u8]) -> Option<Cow<'static, str>> {
        match (self.kind, rest.first()?) {
            (EventErrorKind::NotAnObject, _) if rest.starts_with("\u{feff}".as_bytes()) => {
                Some("save it as UTF-8 without the mark (U+FEFF)".into())
            }
            (EventErrorKind::NotAnObject, b'[') => Some("an event is one object; match the array's one by one".into()),
            (EventErrorKind::Syntax, close @ (b'}' | b']')) if before.trim_ascii_end().ends_with(b",") => {
                Some(format!("a comma can't stand before `{}`", char::from(*close)).into())
            }
            (EventErrorKind::Syntax, b'a'..=b'z' | b'A'..=b'Z') if before.ends_with(b"\"") => {
                Some("a quote within a string is written `\\\"`".into())
            }
            (EventErrorKind::Syntax, b'{') if self.expected == NOTHING_BEHIND => {
                Some("this is another event; match several one by one".into())
            }
            (EventErrorKind::Syntax, _) if self.expected != NOTHING_BEHIND => suggest::instead_of(text, before.len()),
            _ => None,
        }
    }

    /// What was expected there, to be read after "expected"; empty if there is nothing to say.
    pub fn expected(&self) -> &str {
        self.expected
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            EventErrorKind::Syntax => "not well-formed JSON",
            EventErrorKind::NotAnObject => "not a JSON object",
            EventErrorKind::Utf8 => "not UTF-8",
            EventErrorKind::Depth => "nested deeper than the limit",
            EventErrorKind::Size => "too long",
            EventErrorKind::ArrayBudget => "too many ways to choose elements of arrays that share a path",
            EventErrorKind::Value => "a value without meaning",
        })?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        if let Some(path) = &self.path {
            const PATH_CHARACTERS: usize = 100;
            write!(f, " in field `{}`", visible(path, PATH_CHARACTERS))?;
        }
        if !self.expected.is_empty() {
            write!(f, ": expected {}", self.expected)?;
        }
        Ok(())
    }
}

impl std::error::Error for EventError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints() {
        let hint = |text: &str| {
            let rendered =
                crate::scan::validate(text.as_bytes(), 100).map_or_else(|error| error.render(text), |()| text.into());
            rendered.split_once("= hint: ").map(|(_, hint)| hint.to_owned())
        };
        for (text, expected) in [
            (r#"{"a": aws.ec2}"#, Some(r#"strings are in double quotes: `"aws.ec2"`"#)),
            (r#"{"a": truex}"#, Some(r#"did you mean `true`? strings are in double quotes: `"truex"`"#)),
            (r#"{"a": 12px}"#, Some(r#"strings are in double quotes: `"12px"`"#)),
            ("{\"a\": \u{a0}1}", Some("this is a space that JSON doesn't know")),
            (r#"{a: 1}"#, Some(r#"strings are in double quotes: `"a"`"#)),
            (r#"{"a": .5}"#, Some("a number begins with a digit: `0.5`")),
            (r#"{"a": [1,]}"#, Some("a comma can't stand before `]`")),
            (r#"{"a": "b"c"}"#, Some(r#"a quote within a string is written `\"`"#)),
            (r#"{"a": 1; "b": 2}"#, Some("write `,`")),
            (r#"{"a": "x" + "y"}"#, None),
            (r#"{"a": Decimal("1")}"#, None),
            (r#"{"a": 01}"#, None),
            (r#"{"a": 1.}"#, None),
            (r#"{} x"#, None),
            ("{}\n{}", Some("this is another event; match several one by one")),
            (r#"{"a": 1"#, None),
            (r#"["a"]"#, Some("an event is one object; match the array's one by one")),
        ] {
            assert_eq!(hint(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn errors_render() {
        let rendered = [
            EventError::syntax(17, "`:` after a key"),
            EventError::not_an_object(Some(0)),
            EventError::utf8(4),
            EventError::depth(Some(1000)),
            EventError::depth(None),
            EventError::size(),
            EventError::array_budget(),
            EventError::value("a finite number"),
            EventError::value("a finite number").at("detail.\u{1b}total".to_owned()),
        ]
        .map(|error| error.to_string());
        assert_eq!(
            rendered,
            [
                "not well-formed JSON at byte 17: expected `:` after a key",
                "not a JSON object at byte 0: expected `{`",
                "not UTF-8 at byte 4",
                "nested deeper than the limit at byte 1000",
                "nested deeper than the limit",
                "too long: expected at most 4294967295 bytes",
                "too many ways to choose elements of arrays that share a path",
                "a value without meaning: expected a finite number",
                "a value without meaning in field `detail.␛total`: expected a finite number",
            ]
        );
    }
}
