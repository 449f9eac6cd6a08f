//! Where rules are in their files.

use std::ops::Range;

use eventsieve::templates::TemplateRule;

/// Where in the file a span of a rule's pattern is.
pub(crate) enum Places {
    /// So many bytes further on.
    Offset(usize),
    /// Somewhere in this range: the pattern is in a string, with escapes.
    Within(Range<usize>),
    Template(Box<TemplateRule>),
}

impl Places {
    pub(crate) fn of(&self, span: Range<usize>) -> Range<usize> {
        match self {
            Places::Offset(offset) => span.start + offset..span.end + offset,
            Places::Within(range) => range.clone(),
            Places::Template(rule) => rule.place(span),
        }
    }

    /// Whether the file shows this span of the pattern, and not just the string that the pattern is in.
    pub(crate) fn show(&self, span: &Range<usize>) -> bool {
        match self {
            Places::Offset(_) => true,
            Places::Within(_) => false,
            Places::Template(rule) => {
                let length = rule.pattern.as_ref().map_or(0, String::len);
                rule.place(span.clone()) != rule.span || *span == (0..length)
            }
        }
    }
}

/// A place in a text as people count: the first line is 1, the first column (in characters) too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Linear in the offset.
    pub(crate) fn of(text: &[u8], offset: usize) -> Self {
        Place { line: 1, column: 1 }.after(text.get(..offset).unwrap_or(text))
    }

    /// The place behind a text that begins here.
    pub(crate) fn after(self, text: &[u8]) -> Self {
        let newline = memchr::memrchr(b'\n', text);
        let in_line = newline.map_or(text, |newline| text.get(newline + 1..).unwrap_or_default());
        // A byte that goes on with a character begins none.
        let characters = in_line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let before = if newline.is_some() { 1 } else { self.column };
        Place { line: self.line + memchr::memchr_iter(b'\n', text).count(), column: before + characters }
    }
}
