//! Where in the input something is.

use std::sync::Arc;

use crate::input::Source;
use crate::pipeline::Problem;

/// A place in the sources, as they are worked off in order.
pub(crate) struct Position {
    sources: Arc<[Source]>,
    source: usize,
    /// Lines of it that are done.
    lines: u64,
}

impl Position {
    pub(crate) fn new(sources: Arc<[Source]>) -> Self {
        Position { sources, source: 0, lines: 0 }
    }

    /// Goes to the source with this index, if it isn't there.
    pub(crate) fn enter(&mut self, source: usize) {
        if source != self.source {
            self.source = source;
            self.lines = 0;
        }
    }

    /// Goes on by so many lines.
    pub(crate) fn advance(&mut self, lines: u64) {
        self.lines += lines;
    }

    /// The source's name.
    pub(crate) fn source(&self) -> String {
        self.sources.get(self.source).map_or_else(String::new, ToString::to_string)
    }

    /// A line's name, counted from here: the first is 0.
    pub(crate) fn line(&self, line: u64) -> String {
        format!("{}:{}", self.source(), self.lines + line + 1)
    }

    /// Whether it is the source's first line, counted from here.
    pub(crate) fn is_first(&self, line: u64) -> bool {
        self.lines + line == 0
    }

    /// What a problem's message says, with the place in front.
    pub(crate) fn problem(&self, problem: &Problem) -> String {
        let place = problem.line.map_or_else(|| self.source(), |line| self.line(line));
        format!("{place}: {}", problem.message)
    }
}
