//! Finds events in JSON text of any layout, as it comes in: values one after the other, the elements of arrays, and
//! what lies at a path. It keeps its place from one read to the next, and reads every byte once.
//!
//! Only the brackets and commas on the way to an event are checked; what an event holds is the matcher's business. After
//! one that is out of place, it goes on behind the outermost value that it is in.

use std::mem;

use super::Piece;
use crate::cases::json::{self, Unexpected};

pub(super) struct Splitter {
    /// The path whose values are the events: keys joined with `.`.
    at: Option<Box<str>>,
    state: State,
    /// The opened arrays and objects around the current place, outermost first. No deeper than twice the path's keys.
    open: Vec<Level>,
    /// What the value to come is.
    role: Role,
    /// Where the event or key at hand begins.
    held: Option<usize>,
    /// The events that are complete, and what is wrong between them.
    pieces: Vec<Piece>,
    found: bool,
}

/// What is expected, or what is being passed.
#[derive(Clone, Copy, Debug)]
enum State {
    /// A value, or (outside everything) the end; or, if it may, the end of an array that has no element.
    Value { or_end: bool },
    /// A comma, or the end of the innermost array or object.
    AfterValue,
    /// A key; or, if it may, the end of an object that has no member.
    Key { or_end: bool },
    /// The colon after a key.
    Colon,
    /// Inside a key.
    InKey(Passing),
    /// Inside a value that is a string, an array or an object.
    InValue(Passing),
    /// Inside a number or literal.
    InScalar,
    /// After a mistake: on the way out of the arrays and objects around it.
    Leaving(Passing),
    /// After a mistake that is inside of nothing: before the next value.
    Stray,
}

/// An array or object whose content is looked into.
#[derive(Clone, Copy, Debug)]
enum Level {
    /// An array whose elements are events.
    Events,
    /// An array in whose elements the path goes on, from this offset in it.
    Elements(usize),
    /// An object in which the path goes on, from this offset in it.
    Object(usize),
}

/// What a value is to the path.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// An event, or an array of events.
    Target,
    /// An event.
    Event,
    /// The path goes on in it, or in its elements.
    Way(usize),
    /// The path goes on in it.
    ElementOnTheWay(usize),
    /// Nothing of interest.
    Other,
}

/// A place inside a value.
#[derive(Clone, Copy, Debug, Default)]
struct Passing {
    depth: usize,
    string: bool,
    escaped: bool,
}

impl Passing {
    /// Moves on to the end of the value; `None` if that is not in the text. Brackets are counted, not paired.
    fn advance(&mut self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = text.get(at..)?;
            if mem::take(&mut self.escaped) {
                if rest.is_empty() {
                    self.escaped = true;
                    return None;
                }
                at += 1;
            } else if self.string {
                at += memchr::memchr2(b'"', b'\\', rest)?;
                self.escaped = text.get(at) == Some(&b'\\');
                self.string = self.escaped;
                at += 1;
            } else {
                at += rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))?;
                match text.get(at) {
                    Some(b'"') => self.string = true,
                    Some(b'{' | b'[') => self.depth += 1,
                    _ => self.depth = self.depth.saturating_sub(1),
                }
                at += 1;
            }
            if self.depth == 0 && !self.string {
                return Some(at);
            }
        }
    }
}

impl Splitter {
    pub(super) fn new(at: Option<Box<str>>) -> Self {
        let mut splitter = Splitter {
            at,
            state: State::Value { or_end: false },
            open: Vec::new(),
            role: Role::Other,
            held: None,
            pieces: Vec::new(),
            found: false,
        };
        splitter.role = splitter.role_inside();
        splitter
    }

    /// Whether anything was found where events are to be taken from.
    pub(super) fn found(&self) -> bool {
        self.found
    }

    /// Where the last complete piece ends.
    pub(super) fn complete(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.range.end)
    }

    /// The complete pieces since the last call.
    pub(super) fn take_pieces(&mut self) -> Vec<Piece> {
        mem::take(&mut self.pieces)
    }

    /// Reads `text` from `from` on, and returns how much of it is done with. The text of the next call begins there.
    pub(super) fn split(&mut self, text: &[u8], from: usize, end: bool) -> Result<usize, Unexpected> {
        let mut at = from;
        while let Some(next) = self.step(text, at) {
            at = next;
        }
        if end {
            self.finish(text)?;
        }
        Ok(match &mut self.held {
            Some(held) => mem::take(held),
            None => text.len(),
        })
    }

    /// Reads one token; `None` if the text is at its end.
    fn step(&mut self, text: &[u8], at: usize) -> Option<usize> {
        match self.state {
            State::InValue(mut passing) | State::InKey(mut passing) | State::Leaving(mut passing) => {
                let end = passing.advance(text, at);
                match (end, &mut self.state) {
                    (None, State::InValue(state) | State::InKey(state) | State::Leaving(state)) => *state = passing,
                    (Some(end), State::InKey(_)) => self.end_key(text, end),
                    (Some(end), _) => self.end_value(end),
                    (None, _) => {}
                }
                return end;
            }
            State::Stray => {
                let rest = text.get(at..).unwrap_or_default();
                let end = at + rest.iter().position(|byte| begins_value(*byte))?;
                self.expect_element(false);
                return Some(end);
            }
            State::InScalar => {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.iter().position(|byte| json::ends_scalar(*byte)).map(|length| at + length);
                if let Some(end) = end {
                    self.end_value(end);
                }
                return end;
            }
            State::Value { .. } | State::AfterValue | State::Key { .. } | State::Colon => {}
        }
        let rest = text.get(at..).unwrap_or_default();
        let at = at + rest.iter().position(|byte| !json::is_space(*byte))?;
        text.get(at).map(|byte| self.token(*byte, at))
    }

    /// Reads the first byte of a token, and returns where to go on.
    fn token(&mut self, byte: u8, at: usize) -> usize {
        match (self.state, byte) {
            (State::Value { or_end: true }, b']') | (State::Key { or_end: true }, b'}') => self.close(),
            (State::AfterValue, b']') if !matches!(self.open.last(), Some(Level::Object(_))) => self.close(),
            (State::AfterValue, b'}') if matches!(self.open.last(), Some(Level::Object(_))) => self.close(),
            (State::AfterValue, b',') => match self.open.last() {
                Some(Level::Object(_)) => self.state = State::Key { or_end: false },
                _ => self.expect_element(false),
            },
            (State::Key { .. }, b'"') => {
                self.held = Some(at);
                self.state = State::InKey(Passing { string: true, ..Passing::default() });
            }
            (State::Colon, b':') => self.state = State::Value { or_end: false },
            (State::Value { .. }, byte) if begins_value(byte) => return self.begin_value(byte, at),
            (state, _) => {
                self.mistake(at, self.expected(state));
                return at;
            }
        }
        at + 1
    }

    /// Keeps in mind what is wrong at a place, and leaves everything that is open there.
    fn mistake(&mut self, at: usize, expected: &'static str) {
        self.pieces.push(Piece { range: at..at + 1, expected: Some(expected) });
        self.state = match mem::take(&mut self.open).len() {
            0 => State::Stray,
            depth => State::Leaving(Passing { depth, ..Passing::default() }),
        };
    }

    fn expected(&self, state: State) -> &'static str {
        match (state, self.open.last()) {
            (State::AfterValue, Some(Level::Object(_))) => "`,` or `}`",
            (State::AfterValue, _) => "`,` or `]`",
            (State::Key { .. }, _) => "a key",
            (State::Colon, _) => "`:`",
            (State::InKey(_), _) => "the end of a key",
            (State::Leaving(_), _) => "a closing bracket",
            (State::Value { .. } | State::InValue(_) | State::InScalar | State::Stray, _) => "a value",
        }
    }

    /// Opens a value, or begins to pass it, and returns where to go on.
    fn begin_value(&mut self, byte: u8, at: usize) -> usize {
        self.found |= matches!(self.role, Role::Target);
        match (self.role, byte) {
            (Role::Target, b'[') => self.open_array(Level::Events),
            (Role::Way(rest), b'[') => self.open_array(Level::Elements(rest)),
            (Role::Way(rest) | Role::ElementOnTheWay(rest), b'{') => {
                self.open.push(Level::Object(rest));
                self.state = State::Key { or_end: true };
            }
            (role, _) => {
                // What is no object cannot lead to events: outside of everything, it is told as an event that is none.
                if matches!(role, Role::Target | Role::Event | Role::Way(0) | Role::ElementOnTheWay(0)) {
                    self.held = Some(at);
                }
                self.state = match byte {
                    b'"' | b'{' | b'[' => State::InValue(Passing::default()),
                    _ => State::InScalar,
                };
                return at;
            }
        }
        at + 1
    }

    fn open_array(&mut self, level: Level) {
        self.open.push(level);
        self.expect_element(true);
    }

    /// Expects a value of the innermost array, or outside everything.
    fn expect_element(&mut self, or_end: bool) {
        self.role = self.role_inside();
        self.state = State::Value { or_end };
    }

    fn role_inside(&self) -> Role {
        match self.open.last() {
            None if self.at.is_some() => Role::Way(0),
            None => Role::Target,
            Some(Level::Events) => Role::Event,
            Some(Level::Elements(rest)) => Role::ElementOnTheWay(*rest),
            Some(Level::Object(_)) => Role::Other,
        }
    }

    /// Leaves the innermost array or object.
    fn close(&mut self) {
        self.open.pop();
        self.after_value();
    }

    fn after_value(&mut self) {
        match self.open.last() {
            None => self.expect_element(false),
            Some(_) => self.state = State::AfterValue,
        }
    }

    fn end_value(&mut self, end: usize) {
        if let Some(start) = self.held.take() {
            self.pieces.push(Piece { range: start..end, expected: None });
        }
        self.after_value();
    }

    /// Compares a key with the path.
    fn end_key(&mut self, text: &[u8], end: usize) {
        let start = self.held.take().unwrap_or(end);
        let Some(key) = json::string(text.get(start..end).unwrap_or_default()) else {
            return self.mistake(start, "a key of valid JSON");
        };
        let rest = match self.open.last() {
            Some(Level::Object(rest)) => *rest,
            _ => 0,
        };
        let path = self.at.as_deref().and_then(|path| path.get(rest..)).unwrap_or_default();
        self.role = match path.strip_prefix(key.as_str()) {
            Some("") => Role::Target,
            Some(longer) if longer.starts_with('.') => Role::Way(rest + key.len() + 1),
            _ => Role::Other,
        };
        self.state = State::Colon;
    }

    /// What the end of the input means here.
    fn finish(&mut self, text: &[u8]) -> Result<(), Unexpected> {
        if matches!(self.state, State::InScalar) && self.open.is_empty() {
            self.end_value(text.len());
        }
        match self.state {
            State::Value { .. } | State::Stray if self.open.is_empty() => Ok(()),
            State::InValue(_) => {
                let at = self.held.unwrap_or(text.len());
                Err(Unexpected { at, expected: "the end of the value that begins here" })
            }
            state => Err(Unexpected { at: text.len(), expected: self.expected(state) }),
        }
    }
}

/// Whether a value can begin with this byte, which is no white space.
fn begins_value(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[') || !json::ends_scalar(byte)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::Splitter;

    /// The events of a text that comes in pieces of this size, or where it is wrong.
    fn events(at: Option<&str>, text: &str, piece: usize) -> Result<Vec<String>, &'static str> {
        let mut splitter = Splitter::new(at.map(Box::from));
        let mut events = Vec::new();
        let (mut window, mut seen) = (Vec::new(), 0);
        let mut pieces = text.as_bytes().chunks(piece);
        loop {
            let next = pieces.next();
            window.extend_from_slice(next.unwrap_or_default());
            let cut = splitter.split(&window, seen, next.is_none()).map_err(|error| error.expected)?;
            events.extend(splitter.take_pieces().into_iter().map(|piece| match piece.expected {
                None => String::from_utf8_lossy(&window[piece.range]).into_owned(),
                Some(expected) => format!("expected {expected}"),
            }));
            if next.is_none() {
                return Ok(events);
            }
            window.drain(..cut);
            seen = window.len();
        }
    }

    #[test]
    fn it_is_no_matter_how_a_text_comes_in() {
        let texts = [
            r#"{"a": "\\\"}"}[{"b": [1, "]"]} , 2,"x"] true 1.5"y" [] -1"#,
            r#"{"x": {"y.z": [{"\\": "\""}], "y": 1, "": {"z": 2}}, "\u0078.y": [3, [4]], "x.y": {"a": {}}} [{"x": {"y": 5}}]"#,
            r#"{"x": {"y": [{"a": 1}, {"a"#,
            r#"[{"x": 1}, ]"#,
            r#"{"x" 1}"#,
        ];
        for text in texts {
            for at in [None, Some("x"), Some("x.y"), Some("x..z"), Some("")] {
                let whole = events(at, text, text.len());
                for piece in 1..text.len() {
                    assert_eq!(events(at, text, piece), whole, "{text} at {at:?} in pieces of {piece}");
                }
            }
        }
    }

    #[test]
    fn events_lie_at_the_path() {
        let text = r#"{"x": {"y.z": [{"a": 1}], "y": 1, "": {"z": 2}}, "\u0078.y": [3, [4]], "x.y": {"a": {}}} [{"x": {"y": 5}}]"#;
        let at = |path| events(Some(path), text, 7).unwrap();
        assert_eq!(at("x.y"), ["1", "3", "[4]", r#"{"a": {}}"#, "5"]);
        assert_eq!(at("x.y.z"), [r#"{"a": 1}"#]);
        assert_eq!(at("x..z"), ["2"]);
        assert_eq!(at("x.y.a"), ["{}"]);
        assert_eq!(at(""), [""; 0]);
        assert_eq!(events(None, "1 [2, [3]] {}", 1).unwrap(), ["1", "2", "[3]", "{}"]);
    }
}
