//! Events that are trees of values already: one walk for every kind of tree.

use std::fmt::Write;

use super::EventError;
use super::visitor::{LeafKind, Visitor};
use crate::ids::{ArrayId, CellId, NodeId};
use crate::matcher::leaves::Leaves;
use crate::scan::trie::PathTrie;

/// A value of a tree, by reference.
pub(crate) trait Tree<'t>: Copy {
    /// An array's elements.
    type Elements: Iterator<Item = Self>;
    /// An object's members.
    type Members: Iterator<Item = (&'t str, Self)>;

    /// What the value is. A number is written to `number` as JSON spells it.
    ///
    /// # Errors
    ///
    /// JSON cannot hold the value.
    fn view(self, number: &mut String) -> Result<View<'t, Self>, EventError>;
}

/// What a value of a tree is.
pub(crate) enum View<'t, T: Tree<'t>> {
    Leaf(LeafKind, &'t str),
    Number,
    Array(T::Elements),
    Object(T::Members),
}

/// Working memory of walks.
#[derive(Debug, Default)]
pub(crate) struct WalkScratch {
    pub(super) number: String,
    pub(super) positions: super::field::Positions,
}

impl WalkScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.number.capacity() + self.positions.memory()
    }

    /// Writes a number and returns its spelling.
    pub(super) fn spell(number: &mut String, value: impl std::fmt::Display) {
        number.clear();
        // Writing to a string gives no error.
        let _ = write!(number, "{value}");
    }
}

/// An object's members, with their keys as `&str`.
pub(crate) struct Members<I>(pub(super) I);

impl<'t, K: AsRef<str> + 't, V: 't, I: Iterator<Item = (&'t K, &'t V)>> Iterator for Members<I> {
    type Item = (&'t str, &'t V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_ref(), value))
    }
}

enum Frame<'t, T: Tree<'t>> {
    /// An array's remaining elements, the node of its path, and once it has a wanted cell, itself.
    Array { elements: T::Elements, node: NodeId, cell: CellId, array: Option<ArrayId> },
    /// An object's remaining members, the node of its path, its cell.
    Object { members: T::Members, node: NodeId, cell: CellId },
}

/// Levels of nesting that need no allocation.
const SHALLOW: usize = 24;

/// Hands over the wanted leaves of a tree whose root is an object. Iterative; subtrees that no rule mentions are passed
/// over, and what is in them is not looked at.
pub(crate) fn walk<'t, T: Tree<'t>>(
    root: T,
    max_depth: usize,
    trie: &PathTrie,
    scratch: &mut WalkScratch,
    leaves: &mut Leaves<'_, '_>,
) -> Result<(), EventError> {
    let number = &mut scratch.number;
    let View::Object(members) = root.view(number)? else { return Err(EventError::not_an_object(None)) };
    let mut stack = smallvec::SmallVec::<[Frame<'t, T>; SHALLOW]>::new();
    if max_depth == 0 {
        return Err(EventError::depth(None));
    }
    stack.push(Frame::Object { members, node: PathTrie::ROOT, cell: CellId::ROOT });
    while let Some(frame) = stack.last_mut() {
        let next = match frame {
            Frame::Object { members, node, cell } => {
                members.next().map(|(key, value)| (value, trie.step(*node, key.as_bytes()), *cell, None))
            }
            Frame::Array { elements, node, cell, array } => {
                elements.next().map(|value| (value, Some(*node), *cell, Some(array)))
            }
        };
        let Some((value, node, cell, array)) = next else {
            stack.pop();
            continue;
        };
        let Some(node) = node else { continue };
        let frame = match value.view(number)? {
            View::Leaf(kind, text) => {
                trie.path(node).inspect(|path| leaves.copy_leaf(*path, kind, text.as_bytes(), cell));
                continue;
            }
            View::Number => {
                trie.path(node).inspect(|path| leaves.copy_leaf(*path, LeafKind::Number, number.as_bytes(), cell));
                continue;
            }
            View::Array(elements) => {
                Frame::Array { elements, node, cell: inner_cell(leaves, cell, array), array: None }
            }
            View::Object(_) if !trie.has_children(node) => continue,
            View::Object(members) => Frame::Object { members, node, cell: inner_cell(leaves, cell, array) },
        };
        if stack.len() >= max_depth {
            return Err(EventError::depth(None));
        }
        stack.push(frame);
    }
    Ok(())
}

/// The cell of an object or array: one of its own if it is an element of an array.
fn inner_cell(leaves: &mut Leaves<'_, '_>, cell: CellId, array: Option<&mut Option<ArrayId>>) -> CellId {
    match array {
        None => cell,
        Some(array) => {
            let array = *array.get_or_insert_with(|| leaves.open_array(cell));
            leaves.open_cell(array)
        }
    }
}
