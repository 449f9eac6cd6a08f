//! Events that are trees of values already: one walk for every kind of tree.

use std::fmt::Write;

use super::EventError;
use super::visitor::{LeafKind, Visitor};
use crate::ids::{ArrayId, CellId, NodeId};
use crate::matcher::leaves::Leaves;
use crate::scan::trie::PathTrie;

/// A value of a tree.
pub(crate) trait Tree<'t>: Sized {
    /// What the values of an event may come to, each counted as [`VALUE_SIZE`] and the bytes of its key and its text.
    /// A tree in memory needs no limit; one whose values can be in many places at once stands for more than is there.
    const MAX_SIZE: usize = usize::MAX;

    /// An object's key.
    type Key: AsRef<str>;
    /// An array's elements.
    type Elements: Iterator<Item = Self>;
    /// An object's members.
    type Members: Iterator<Item = Result<(Self::Key, Self), EventError>>;

    /// What the value is. What has to be spelt out first, such as a number, is written to `text`.
    ///
    /// # Errors
    ///
    /// JSON cannot hold the value.
    fn view(self, text: &mut String) -> Result<View<'t, Self>, EventError>;
}

/// What a value counts for beside its key and text, where there is a limit.
const VALUE_SIZE: usize = 16;

/// What a value of a tree is.
pub(crate) enum View<'t, T: Tree<'t>> {
    Leaf(LeafKind, &'t str),
    /// A leaf whose text was written out.
    Spelt(LeafKind),
    Array(T::Elements),
    Object(T::Members),
}

/// Working memory of walks.
#[derive(Debug, Default)]
pub(crate) struct WalkScratch {
    /// A number's spelling, or another text that the event doesn't hold as it is.
    pub(super) text: String,
    pub(super) positions: super::field::Positions,
}

impl WalkScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity() + self.positions.memory()
    }

    /// Writes a number.
    pub(super) fn spell(text: &mut String, number: impl std::fmt::Display) {
        text.clear();
        // Writing to a string gives no error.
        let _ = write!(text, "{number}");
    }
}

/// An object's members, with their keys as `&str`.
pub(crate) struct Members<I>(pub(super) I);

impl<'t, K: AsRef<str> + 't, V: 't, I: Iterator<Item = (&'t K, &'t V)>> Iterator for Members<I> {
    type Item = Result<(&'t str, &'t V), EventError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| Ok((key.as_ref(), value)))
    }
}

struct Frame<'t, T: Tree<'t>> {
    /// The key of the member that the frame is; an element of an array has none.
    key: Option<T::Key>,
    node: NodeId,
    cell: CellId,
    rest: Rest<'t, T>,
}

/// What is still to come of an array or object.
enum Rest<'t, T: Tree<'t>> {
    /// The array itself is there once it has a wanted cell.
    Array(T::Elements, Option<ArrayId>),
    Object(T::Members),
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
    let spelt = &mut scratch.text;
    let View::Object(members) = root.view(spelt)? else { return Err(EventError::not_an_object(None)) };
    let mut stack = smallvec::SmallVec::<[Frame<'t, T>; SHALLOW]>::new();
    if max_depth == 0 {
        return Err(EventError::depth(None));
    }
    stack.push(Frame { key: None, node: PathTrie::ROOT, cell: CellId::ROOT, rest: Rest::Object(members) });
    let mut size = Size(0);
    loop {
        let deepest = stack.len() >= max_depth;
        let Some(frame) = stack.last_mut() else { return Ok(()) };
        let Frame { node, cell, rest, .. } = frame;
        let (node, cell) = (*node, *cell);
        let (key, value, node, array) = match rest {
            Rest::Object(members) => match members.next() {
                Some(Ok((key, value))) => {
                    let text = key.as_ref();
                    size.add::<T>(VALUE_SIZE + text.len())?;
                    let node = trie.step(node, text.as_bytes());
                    (Some(key), value, node, None)
                }
                Some(Err(error)) => return Err(error.at(path(&stack, None))),
                None => {
                    stack.pop();
                    continue;
                }
            },
            Rest::Array(elements, array) => {
                let Some(value) = elements.next() else {
                    stack.pop();
                    continue;
                };
                size.add::<T>(VALUE_SIZE)?;
                (None, value, Some(node), Some(array))
            }
        };
        let Some(node) = node else { continue };
        let view = match value.view(spelt) {
            Ok(view) => view,
            Err(error) => return Err(error.at(path(&stack, key.as_ref()))),
        };
        let (kind, text) = match view {
            View::Leaf(kind, text) => (kind, text),
            View::Spelt(kind) => (kind, spelt.as_str()),
            View::Object(_) if !trie.has_children(node) => continue,
            View::Array(_) | View::Object(_) if deepest => {
                return Err(EventError::depth(None).at(path(&stack, key.as_ref())));
            }
            View::Array(elements) => {
                let cell = inner_cell(leaves, cell, array);
                stack.push(Frame { key, node, cell, rest: Rest::Array(elements, None) });
                continue;
            }
            View::Object(members) => {
                let cell = inner_cell(leaves, cell, array);
                stack.push(Frame { key, node, cell, rest: Rest::Object(members) });
                continue;
            }
        };
        if let Some(path) = trie.path(node) {
            size.add::<T>(text.len())?;
            leaves.copy_leaf(path, kind, text.as_bytes(), cell);
        }
    }
}

/// What an event has come to so far, in bytes.
struct Size(usize);

impl Size {
    fn add<'t, T: Tree<'t>>(&mut self, bytes: usize) -> Result<(), EventError> {
        if T::MAX_SIZE == usize::MAX {
            return Ok(());
        }
        self.0 = self.0.saturating_add(bytes);
        if self.0 > T::MAX_SIZE {
            return Err(EventError::large("values that come to at most 256 MiB"));
        }
        Ok(())
    }
}

/// The path of a member of what the stack's last frame is, or of that itself. An event of a few levels that is wrong a
/// thousand levels deep in arrays has a short path.
#[cold]
fn path<'t, T: Tree<'t>>(stack: &[Frame<'t, T>], key: Option<&T::Key>) -> String {
    let keys = stack.iter().filter_map(|frame| frame.key.as_ref()).chain(key);
    keys.map(AsRef::as_ref).collect::<Vec<_>>().join(".")
}

/// The cell of an object or array: one of its own if it is an element of an array.
fn inner_cell(leaves: &mut Leaves<'_, '_>, cell: CellId, array: Option<&mut Option<ArrayId>>) -> CellId {
    match array {
        None => cell,
        Some(array) => {
            let array = *array.get_or_insert_with(|| leaves.open_array(cell));
            leaves.open_cells(array, 1)
        }
    }
}
