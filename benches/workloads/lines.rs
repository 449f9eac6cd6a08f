//! Many JSON texts in one buffer.

use super::json::Json;

/// JSON texts, a line each.
#[derive(Clone, Default)]
pub struct Lines {
    text: String,
    /// Where each line's text ends; its line feed follows.
    ends: Vec<usize>,
}

impl Lines {
    /// All lines, each with its line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines, without their line feeds.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let line = &self.text[start..*end];
            start = *end + 1;
            line
        })
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all lines, line feeds left out.
    pub fn bytes(&self) -> usize {
        self.text.len() - self.ends.len()
    }
}

impl FromIterator<Json> for Lines {
    fn from_iter<I: IntoIterator<Item = Json>>(texts: I) -> Self {
        let mut lines = Lines::default();
        for text in texts {
            lines.text.push_str(text.as_str());
            lines.ends.push(lines.text.len());
            lines.text.push('\n');
        }
        lines
    }
}
