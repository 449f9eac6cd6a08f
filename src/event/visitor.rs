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

/// A part of the event's text; empty if it ends before it begins, which it may in a malformed event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextRange {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl TextRange {
    /// What there is, in the text.
    #[inline(always)]
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Receives an event's wanted leaves; those at one path in the order of the text.
///
/// A leaf's position is a cell: the innermost array element around it that is itself an object or array, or
/// [`CellId::ROOT`]. An element that is a leaf has no cell of its own: its cell is that of the array's surroundings.
/// Cells and arrays may be opened only when a leaf is about to be handed over (the walker may do so lazily), and a
/// parent is always opened before its children.
pub(crate) trait Visitor {
    /// A leaf: `text` is where a string's content is, between the quotes, or a number's or literal's spelling. `escaped`
    /// says that there are still JSON escapes in it (it may be `true` for a string without any).
    fn leaf(&mut self, path: PathId, kind: LeafKind, text: TextRange, escaped: bool, cell: CellId);
    /// Leaves at one path in the order of the text, strings without escapes among them; either all or none in the root.
    fn leaves(&mut self, path: PathId, leaves: impl Iterator<Item = (LeafKind, TextRange, CellId)>) {
        for (kind, text, cell) in leaves {
            self.leaf(path, kind, text, false, cell);
        }
    }
    /// How many paths have been met.
    fn paths_met(&self) -> usize;
    /// Forgets everything: the event is handed over from its beginning again.
    fn restart(&mut self);
    /// An array that lies in `cell`.
    fn open_array(&mut self, cell: CellId) -> ArrayId;
    /// The next `count` elements of `array` that are objects or arrays: the first; the others are numbered on from it.
    fn open_cells(&mut self, array: ArrayId, count: usize) -> CellId;
}
