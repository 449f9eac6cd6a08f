//! Where one event ends and the next begins.

use super::Piece;
use super::splitter::Splitter;
use crate::cases::json::Unexpected;

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
