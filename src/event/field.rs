//! Name–value pairs as events.

use hashbrown::HashMap;

use super::EventError;
use super::tree::WalkScratch;
use super::visitor::{LeafKind, Visitor};
use crate::ids::{ArrayId, CellId};
use crate::matcher::leaves::Leaves;
use crate::scan::trie::PathTrie;
use crate::value::number;

/// A leaf of an event given by name.
///
/// ```
/// use eventsieve::{ArrayPosition, Event, Field, FieldValue, Pattern};
///
/// // {"orders": [{"item": "tea", "amount": 2}, {"item": "milk", "amount": 7}]}
/// let first = [ArrayPosition { array: 0, element: 0 }];
/// let second = [ArrayPosition { array: 0, element: 1 }];
/// let fields = [
///     Field { path: "orders.item", value: FieldValue::String("tea"), position: &first },
///     Field { path: "orders.amount", value: FieldValue::Integer(2), position: &first },
///     Field { path: "orders.item", value: FieldValue::String("milk"), position: &second },
///     Field { path: "orders.amount", value: FieldValue::Integer(7), position: &second },
/// ];
/// let milk: Pattern = r#"{"orders": {"item": ["milk"], "amount": [7]}}"#.parse()?;
/// let tea: Pattern = r#"{"orders": {"item": ["tea"], "amount": [7]}}"#.parse()?;
/// assert!(milk.matches(Event::fields(&fields))?);
/// assert!(!tea.matches(Event::fields(&fields))?, "an item and the amount of another");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Field<'e> {
    /// The keys on the way, joined with `.`.
    pub path: &'e str,
    /// The leaf's value.
    pub value: FieldValue<'e>,
    /// For each array on the way, outermost first, which element the leaf is under, elements that are themselves leaves
    /// excepted (semantics, "Arrays"). Empty outside arrays.
    pub position: &'e [ArrayPosition],
}

/// The value of a [`Field`].
//
// Exhaustive: these are JSON's leaves, and how a caller may have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldValue<'e> {
    /// A string, unescaped.
    String(&'e str),
    /// A number as JSON spells it; any other text is an event error.
    Number(&'e str),
    /// A number that is an integer.
    Integer(i64),
    /// A number that is a double; one that isn't finite is an event error.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// An element of one of the event's arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArrayPosition {
    /// Which array of the event: a number of the caller's choice, the same in every field that lies in the array. An
    /// array that lies in two places (in several elements of another) is an event error.
    pub array: u32,
    /// Which of its elements.
    pub element: u32,
}

/// The arrays and cells that positions have named so far.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    arrays: HashMap<u32, (ArrayId, CellId)>,
    cells: HashMap<(ArrayId, u32), CellId>,
}

/// Hands over the wanted leaves of name–value pairs. Every pair is checked, wanted or not.
pub(crate) fn walk(
    fields: &[Field<'_>],
    trie: &PathTrie,
    scratch: &mut WalkScratch,
    leaves: &mut Leaves<'_, '_>,
) -> Result<(), EventError> {
    let WalkScratch { text: number, positions } = scratch;
    positions.arrays.clear();
    positions.cells.clear();
    for field in fields {
        let cell = positions.cell(field, leaves)?;
        let (kind, text) = match field.value {
            FieldValue::String(text) => (LeafKind::String, text),
            FieldValue::Number(text) if number::is_number(text.as_bytes()) => (LeafKind::Number, text),
            FieldValue::Number(_) => return Err(EventError::value("a number as JSON spells it")),
            FieldValue::Integer(value) => {
                WalkScratch::spell(number, value);
                (LeafKind::Number, number.as_str())
            }
            FieldValue::Float(value) if value.is_finite() => {
                WalkScratch::spell(number, format_args!("{value:e}"));
                (LeafKind::Number, number.as_str())
            }
            FieldValue::Float(_) => return Err(EventError::value("a finite number")),
            FieldValue::Bool(true) => (LeafKind::True, ""),
            FieldValue::Bool(false) => (LeafKind::False, ""),
            FieldValue::Null => (LeafKind::Null, ""),
        };
        let path = trie.step(PathTrie::ROOT, field.path.as_bytes()).and_then(|node| trie.path(node));
        if let Some(path) = path {
            leaves.copy_leaf(path, kind, text.as_bytes(), cell);
        }
    }
    Ok(())
}

impl Positions {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.arrays.allocation_size() + self.cells.allocation_size()
    }

    fn cell(&mut self, field: &Field<'_>, leaves: &mut Leaves<'_, '_>) -> Result<CellId, EventError> {
        let mut cell = CellId::ROOT;
        for position in field.position {
            let (array, parent) = *self.arrays.entry(position.array).or_insert_with(|| (leaves.open_array(cell), cell));
            if parent != cell {
                return Err(EventError::value(
                    "positions in which every array lies in one place, not in several elements of another array",
                ));
            }
            cell = *self.cells.entry((array, position.element)).or_insert_with(|| leaves.open_cells(array, 1));
        }
        Ok(cell)
    }
}
