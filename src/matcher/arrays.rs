//! Whether the fields of a conjunction can be met at positions that agree.
//!
//! An event's array elements form a tree: a *cell* (an element that is itself an object or array; the root is the event)
//! holds leaves and arrays, an array holds cells. A choice picks at most one cell of an array, and a field is met by a
//! leaf in a picked cell. `exists: false` is met if it sees no leaf: in an array where a field before it was met, it sees
//! the picked cell; in any other, all cells.
//!
//! Where every path has one route, that is, from any cell at most one array leads on to a field's leaves, the arrays of
//! a cell are independent of each other, and the answer is found bottom-up in one pass over the cells that hold leaves of
//! the fields, in time and memory linear in those leaves and the arrays around them. What a cell reports to its array is
//! which fields can be the first met by a leaf and, with each, how late the first one met by absence can be: an array's
//! cell may be picked only if the one comes before the other.
//!
//! With duplicate keys, or keys whose dots spell another path, several arrays can lie at one path, and the question is
//! NP-hard: there the search of [`super::search`] tries the choices, within a budget.

use super::cell_tree::{CellTree, OneRoute, RowNumbers};
use super::engine::FieldRow;
use super::leaves::{Leaves, Value};
use super::search::Search;
use crate::compile::table::TestList;
use crate::ids::CellId;

/// The budget of the search is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooHard;

/// Working memory of the check.
#[derive(Debug, Default)]
pub(crate) struct ArrayScratch {
    fields: Vec<Field>,
    leaves: Vec<FieldLeaf>,
    /// How many of the fields, in their order, a cell meets by itself.
    met: RowNumbers,
    tree: CellTree,
    search: Search,
    budget: u64,
}

/// A field of the conjunction with leaves in array elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) absent: bool,
    /// The end of its leaves in the list of all.
    pub(super) end: usize,
}

/// A leaf at a field's path.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldLeaf {
    pub(super) cell: CellId,
    pub(super) passes: bool,
}

/// How many positions fields are met at, as far as these can disagree, which takes two: only leaves in array elements
/// have such, and `exists: false` sees several.
#[inline]
pub(crate) fn positions<'f>(fields: impl Iterator<Item = &'f FieldRow>, leaves: &Leaves<'_, '_>) -> usize {
    fields.filter(|field| leaves.in_cells(field.path)).map(|field| if field.absent { 2 } else { 1 }).sum()
}

impl ArrayScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.fields.capacity() * size_of::<Field>()
            + self.leaves.capacity() * size_of::<FieldLeaf>()
            + self.met.memory()
            + self.tree.memory()
            + self.search.memory()
    }

    /// Forgets the event before; `budget` is what the searches of this one may spend together.
    pub(crate) fn next_event(&mut self, budget: u64) {
        self.budget = budget;
    }

    /// Whether the fields (in ascending order of path, each with leaves in array elements) can be met together.
    pub(crate) fn agree<'f>(
        &mut self,
        leaves: &Leaves<'_, '_>,
        fields: impl Iterator<Item = &'f FieldRow> + Clone,
        passes: impl Fn(TestList, Value<'_>) -> bool,
    ) -> Result<bool, TooHard> {
        self.fields.clear();
        self.leaves.clear();
        self.met.clear(leaves.cell_count());
        let last = fields.clone().zip(0_u32..).map(|(_, number)| number).last();
        let any_absent = fields.clone().any(|field| field.absent);
        for (number, field) in (0_u32..).zip(fields) {
            for (value, cell) in leaves.values(field.path) {
                let passes = passes(field.list, value);
                // Mostly one element meets all the fields by itself, and that is enough.
                if passes && (number == 0 || self.met.get(cell.0) == Some(number)) {
                    if Some(number) == last && !any_absent {
                        return Ok(true);
                    }
                    self.met.set(cell.0, number + 1);
                }
                // A leaf that doesn't pass counts only against absence.
                if passes || field.absent {
                    self.leaves.push(FieldLeaf { cell, passes });
                }
            }
            self.fields.push(Field { absent: field.absent, end: self.leaves.len() });
        }
        match self.tree.grow(leaves, &self.fields, &self.leaves) {
            OneRoute::Yes => Ok(self.tree.solve(&self.fields)),
            OneRoute::No => self.search.run(leaves, &self.fields, &self.leaves, &mut self.budget),
        }
    }
}
