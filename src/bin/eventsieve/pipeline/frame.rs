//! Where one event ends and the next begins.

use super::Piece;
use super::splitter::Splitter;
use crate::cases::json::{self, Unexpected};

/// How events lie in the input.
#[derive(Clone, Debug)]
pub(crate) enum Framing {
    /// Each on a line.
    Lines,
    /// As JSON values, in any layout: each by itself or as an element of an array; with a path, those at that path.
    Values { at: Option<Box<str>> },
}

/// Finds the whole events at the beginning of what was read.
pub(super) enum Framer {
    Lines,
    Values(Box<Splitter>),
}

impl Framer {
    pub(super) fn new(framing: &Framing) -> Self {
        match framing {
            Framing::Lines => Framer::Lines,
            Framing::Values { at } => Framer::Values(Box::new(Splitter::new(at.clone()))),
        }
    }

    /// Whether there was anything where events are to be taken from.
    pub(super) fn found(&self) -> bool {
        match self {
            Framer::Lines => true,
            Framer::Values(splitter) => splitter.found(),
        }
    }

    /// How much of the text are events that are complete, where [`Framer::cut`] has ended in an error.
    pub(super) fn complete(&self) -> usize {
        match self {
            Framer::Lines => 0,
            Framer::Values(splitter) => splitter.complete(),
        }
    }

    /// The events in what was cut; `None` if they are its lines.
    pub(super) fn take_pieces(&mut self) -> Option<Vec<Piece>> {
        match self {
            Framer::Lines => None,
            Framer::Values(splitter) => Some(splitter.take_pieces()),
        }
    }

    /// How many bytes of `text` are whole events, and what lies between. Everything before `seen` was there at the last
    /// call; `end` says that nothing follows.
    pub(super) fn cut(&mut self, text: &[u8], seen: usize, end: bool) -> Result<usize, Unexpected> {
        match self {
            Framer::Lines if end => Ok(text.len()),
            Framer::Lines => {
                let new = text.get(seen..).unwrap_or_default();
                Ok(memchr::memrchr(b'\n', new).map_or(0, |newline| seen + newline + 1))
            }
            Framer::Values(splitter) => splitter.split(text, seen, end),
        }
    }
}

/// The number of line ends in a text.
pub(crate) fn count_lines(text: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u64::MAX)
}

/// A line that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'t> {
    /// Counted from 0.
    pub(crate) index: u64,
    /// Without its end.
    pub(crate) content: &'t [u8],
    /// `\n` or `\r\n`; at the end of the input it may have none, or only `\r`.
    pub(crate) end: &'t [u8],
}

/// The lines of a text that are not blank.
pub(crate) fn lines(text: &[u8]) -> Lines<'_> {
    Lines { rest: text, count: 0 }
}

/// See [`lines`].
pub(crate) struct Lines<'t> {
    rest: &'t [u8],
    count: u64,
}

impl Lines<'_> {
    /// How many lines it has passed, blank ones included.
    pub(crate) fn passed(&self) -> u64 {
        self.count
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        while !self.rest.is_empty() {
            let index = self.count;
            let length = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |newline| newline + 1);
            let (whole, rest) = self.rest.split_at_checked(length)?;
            self.rest = rest;
            self.count += 1;
            let content = whole.strip_suffix(b"\n").unwrap_or(whole);
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            if !json::is_blank(content) {
                return Some(Line { index, content, end: whole.get(content.len()..)? });
            }
        }
        None
    }
}
