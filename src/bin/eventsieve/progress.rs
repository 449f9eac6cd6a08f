//! The progress bar, for people who wait.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::input::Source;

/// Shows how much of the input was read, if standard error is a terminal that nothing else is written to.
pub(crate) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// `read` counts the bytes; `quiet` says that standard output gets nothing before the end.
    pub(crate) fn new(sources: &[Source], read: Arc<AtomicU64>, quiet: bool) -> Self {
        let typed = sources.contains(&Source::Stdin) && io::stdin().is_terminal();
        let shown = io::stderr().is_terminal() && (quiet || !io::stdout().is_terminal()) && !typed;
        let bar = if shown { bar(sources) } else { ProgressBar::hidden() };
        Progress { bar, read }
    }

    /// Shows where it is.
    pub(crate) fn update(&self) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
    }

    /// Writes to the terminal without the bar in between.
    pub(crate) fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        self.bar.suspend(write)
    }

    /// Clears the terminal for what comes next.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar if all sizes are known, else only a count.
fn bar(sources: &[Source]) -> ProgressBar {
    let (bar, template) = match sources.iter().map(Source::size).sum::<Option<u64>>() {
        Some(total) => (ProgressBar::new(total), "{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
