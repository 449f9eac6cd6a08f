//! Where the lines of a text are.

use std::ops::Range;

/// The events of newline-delimited JSON: the places of a text's lines that are not blank.
///
/// A line ends with `\n`, or with the text; what follows the last `\n` is a line only if there is something. The event
/// is the line without its end: without the `\n`, and without one `\r` before that (or at the end of the text). A line
/// with nothing but the white space of JSON (spaces, tabs, `\r`) is blank. A byte order mark is part of its line.
///
/// ```
/// use eventsieve::Lines;
///
/// let text = b"{\"a\": 1}\r\n\n  \n{\"a\": 2}";
/// let events: Vec<&[u8]> = Lines::new(text).map(|range| &text[range]).collect();
/// assert_eq!(events, [b"{\"a\": 1}", b"{\"a\": 2}"]);
/// ```
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    ends: usize,
}

impl<'t> Lines<'t> {
    /// The lines of a text.
    pub fn new(text: &'t [u8]) -> Self {
        Lines { text, at: 0, ends: 0 }
    }

    /// How many lines it has passed, blank ones included, the one that it gave last too.
    pub fn passed(&self) -> usize {
        self.ends
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..length)?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let start = self.at;
            self.at += length + 1;
            self.ends += 1;
            if !is_blank(line) {
                return Some(start..start + line.len());
            }
        }
    }
}

impl std::iter::FusedIterator for Lines<'_> {}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// Cuts a text into pieces of whole lines, of at least `size` bytes but for the last, and no longer than they must be.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    text: &'t [u8],
    size: usize,
    at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t [u8], size: usize) -> Self {
        Pieces { text, size, at: 0 }
    }
}

/// Pieces, with how much of the text is before them.
impl<'t> Iterator for Pieces<'t> {
    type Item = (usize, &'t [u8]);

    fn next(&mut self) -> Option<(usize, &'t [u8])> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        // The line end may be the last byte of what makes the size up.
        let least = self.size.saturating_sub(1);
        let end = rest.get(least..).and_then(|tail| memchr::memchr(b'\n', tail)).map(|newline| least + newline + 1);
        let piece = rest.get(..end.unwrap_or(rest.len()))?;
        let before = self.at;
        self.at += piece.len();
        Some((before, piece))
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    fn cut(text: &'static str, size: usize) -> Vec<(usize, &'static [u8])> {
        Pieces::new(text.as_bytes(), size).collect()
    }

    #[test]
    fn pieces_are_whole_lines() {
        assert_eq!(cut("", 4), []);
        assert_eq!(cut("abc", 2), [(0, &b"abc"[..])]);
        assert_eq!(cut("a\nb\n", 2), [(0, &b"a\n"[..]), (2, b"b\n")]);
        assert_eq!(cut("a\nb\n", 3), [(0, &b"a\nb\n"[..])]);
        assert_eq!(cut("\n\nabcdefg\nh", 4), [(0, &b"\n\nabcdefg\n"[..]), (10, b"h")]);
        assert_eq!(cut("a\nb", 0), [(0, &b"a\n"[..]), (2, b"b")]);
    }
}
