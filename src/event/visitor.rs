//! What every form of event hands over: the leaves at paths that rules mention, and where in which arrays they lie.

use crate::ids::{ArrayId, CellId, PathId};

/// The JSON kind of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum LeafKind {
    String,
    Number,
    False,
    True,
    Null,
}

/// Receives an event's wanted leaves, in the order of the text.
///
/// A leaf's position is a cell: the innermost array element around it that is itself an object or array, or
/// [`CellId::ROOT`]. An element that is a leaf has no cell of its own: its cell is that of the array's surroundings.
/// Cells and arrays may be opened only when a leaf is about to be handed over (the walker may do so lazily), and a
/// parent is always opened before its children.
pub(crate) trait Visitor<'e> {
    /// A leaf: `text` is a string's content between the quotes, a number's spelling or a literal's. `escaped` says that
    /// `text` still holds JSON escapes (it may be `true` for a string without any).
    fn leaf(&mut self, path: PathId, kind: LeafKind, text: &'e [u8], escaped: bool, cell: CellId);
    /// How many paths have been met.
    fn paths_met(&self) -> usize;
    /// Forgets everything: the event is handed over from its beginning again.
    fn restart(&mut self);
    /// An array that lies in `cell`.
    fn open_array(&mut self, cell: CellId) -> ArrayId;
    /// The next element of `array` that is an object or array.
    fn open_cell(&mut self, array: ArrayId) -> CellId;
}
