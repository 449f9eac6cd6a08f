//! Why a file could not be loaded.

use std::fmt;

use crate::CompileError;

/// Why a matcher could not be loaded.
#[derive(Clone, Debug)]
pub struct LoadError {
    kind: LoadErrorKind,
    offset: usize,
    message: String,
}

/// The kinds of [`LoadError`].
///
/// Non-exhaustive: a later version may know more about what is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// It is not a file of a matcher.
    Foreign,
    /// The file was saved by another version of this crate, older or newer. Compile the rules again.
    Version,
    /// The file's end is missing.
    Truncated,
    /// The checksum or the length is wrong: the file is not what was saved.
    Damaged,
    /// The checksum is right, but no matcher is saved like that. Somebody has made the file.
    Malformed,
    /// An id is not of the type that was asked for.
    Id,
    /// The kernel that is asked for cannot be had; the file was not looked at.
    Kernel,
}

impl LoadError {
    /// What kind of error it is.
    pub fn kind(&self) -> LoadErrorKind {
        self.kind
    }

    /// The byte of the file at which it was noticed.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn new(kind: LoadErrorKind, what: &str, offset: usize, expected: impl fmt::Display) -> Self {
        LoadError { kind, offset, message: format!("{what} at byte {offset}: expected {expected}") }
    }

    pub(super) fn foreign() -> Self {
        let expected = "the bytes with which each begins";
        LoadError::new(LoadErrorKind::Foreign, "not a saved matcher", 0, expected)
    }

    pub(super) fn version(offset: usize, expected: u32, found: u32) -> Self {
        let expected = format!("version {expected}, found version {found}");
        LoadError::new(LoadErrorKind::Version, "saved by another version of eventsieve", offset, expected)
    }

    pub(super) fn truncated(found: usize, length: u64) -> Self {
        LoadError::new(LoadErrorKind::Truncated, "cut short", found, format!("{length} bytes"))
    }

    pub(super) fn too_long(length: u64, found: usize) -> Self {
        // The length is less than that of the file.
        let offset = usize::try_from(length).unwrap_or(found);
        LoadError::new(LoadErrorKind::Damaged, "damaged", offset, format!("the end, found {found} bytes"))
    }

    pub(super) fn checksum(offset: usize, written: u32, computed: u32) -> Self {
        let expected = format!("the checksum {computed:08x} of all before, found {written:08x}");
        LoadError::new(LoadErrorKind::Damaged, "damaged", offset, expected)
    }

    pub(super) fn malformed(offset: usize, expected: impl fmt::Display) -> Self {
        LoadError::new(LoadErrorKind::Malformed, "malformed", offset, expected)
    }

    pub(super) fn id(offset: usize, expected: &str) -> Self {
        LoadError::new(LoadErrorKind::Id, "an id of another type", offset, expected)
    }

    pub(super) fn kernel(error: &CompileError) -> Self {
        LoadError { kind: LoadErrorKind::Kernel, offset: 0, message: error.to_string() }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}
