//! Why the command ends without an answer, and how it says so.

use std::fmt::Display;
use std::io::{self, Write};

/// What ends the command early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to tell, without the command's name in front.
    Message(String),
    /// Whoever read standard output has gone, which needs no words.
    ClosedPipe,
}

impl Failure {
    /// A message for people.
    pub(crate) fn new(message: impl Display) -> Self {
        Failure::Message(message.to_string())
    }

    /// What a failed write to standard output means.
    pub(crate) fn stdout(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Message(format!("standard output: {error}")),
        }
    }
}

/// Writes one message to standard error under the command's name.
pub(crate) fn report(message: &str) {
    write_stderr(&format!("eventsieve: {message}\n"));
}

/// Writes to standard error. There is nobody left to tell if that fails.
pub(crate) fn write_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
