//! Lines and columns.

use std::ops::Range;

use super::Place;

/// Bytes between two marks.
const BLOCK: usize = 1024;

/// Finds the lines and columns of a text's bytes, each in constant time after one pass over the text.
#[derive(Debug)]
pub(super) struct Places<'t> {
    text: &'t str,
    /// Where lines begin.
    lines: Vec<usize>,
    /// Characters that begin before each block.
    characters: Vec<usize>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1);
        let mut count = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = count;
            count += begun(block);
            before
        });
        let characters = blocks.collect();
        Places { text, lines: std::iter::once(0).chain(newlines).collect(), characters }
    }

    pub(super) fn of(&self, span: Range<usize>) -> Place {
        let line = self.lines.partition_point(|start| *start <= span.start);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        let column = self.characters_before(span.start).saturating_sub(self.characters_before(start)) + 1;
        Place { start: span.start, end: span.end, line, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match self.characters.get(block) {
            Some(before) => before + begun(self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default()),
            // The end of a text of whole blocks.
            None => self.characters.last().map_or(0, |before| {
                let last = self.characters.len() - 1;
                before + begun(self.text.as_bytes().get(last * BLOCK..).unwrap_or_default())
            }),
        }
    }
}

/// How many characters begin in some bytes: those that go on with one begin none.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let text = format!("a\né{}\n日x", "ü".repeat(BLOCK));
        let places = Places::new(&text);
        let at = |offset: usize| {
            let place = places.of(offset..offset + 1);
            (place.line, place.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(2), (2, 1));
        assert_eq!(at(4 + 2 * 700), (2, 702));
        let last = text.len() - 1;
        assert_eq!(at(last), (3, 2));
        assert_eq!(at(text.len()), (3, 3));
        let whole = "x".repeat(2 * BLOCK);
        assert_eq!(Places::new(&whole).of(2 * BLOCK..2 * BLOCK).column, 2 * BLOCK + 1);
        assert_eq!(Places::new("").of(0..0).column, 1);
    }
}
