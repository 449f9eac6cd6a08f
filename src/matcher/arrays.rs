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
//! Where all leaves are in elements of one array, as they mostly are, one element must meet all the fields; so that is tried
//! first, without a tree.
//!
//! With duplicate keys, or keys whose dots spell another path, several arrays can lie at one path, and the question is
//! NP-hard: there the search of [`super::search`] tries the choices, within a budget.

use smallvec::SmallVec;

use super::cell_tree::{CellTree, OneRoute};
use super::engine::FieldRow;
use super::leaves::{Leaves, Value};
use super::search::Search;
use crate::ids::CellId;

/// The budget of the search is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooHard;

/// Working memory of the check.
#[derive(Debug, Default)]
pub(crate) struct ArrayScratch {
    fields: Vec<Field>,
    leaves: Vec<FieldLeaf>,
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
        meets: impl Fn(&FieldRow, Value<'_>) -> bool,
    ) -> Result<bool, TooHard> {
        if let Some(agree) = one_cell_meets(leaves, fields.clone(), &meets) {
            return Ok(agree);
        }
        self.fields.clear();
        self.leaves.clear();
        for field in fields {
            for (value, cell) in leaves.values(field.path) {
                let passes = meets(field, value);
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

/// Whether some cell meets all the fields by itself, which mostly is how they are met, and the only way where all of their
/// leaves are [beside each other](are_beside). `None` where that doesn't tell.
#[inline]
fn one_cell_meets<'f>(
    leaves: &Leaves<'_, '_>,
    fields: impl Iterator<Item = &'f FieldRow> + Clone,
    meets: impl Fn(&FieldRow, Value<'_>) -> bool,
) -> Option<bool> {
    const MOST: usize = 6;
    if fields.clone().nth(MOST).is_some() || fields.clone().any(|field| field.absent) {
        return None;
    }
    let mut others = fields.clone();
    let first = others.next()?;
    let mut others: SmallVec<[_; MOST]> = others.map(|field| (field, leaves.values(field.path).peekable())).collect();
    let is_met = leaves.values(first.path).any(|(value, cell)| {
        meets(first, value)
            && others.iter_mut().all(|(field, values)| {
                while values.next_if(|(_, before)| before.0 < cell.0).is_some() {}
                values.peek().is_some_and(|(value, at)| *at == cell && meets(field, *value))
            })
    });
    if is_met || are_beside(leaves, fields) { Some(is_met) } else { None }
}

/// Whether all leaves of the fields are in elements of one array, or in none; of each field one in an element, in ascending
/// order.
#[inline]
fn are_beside<'f>(leaves: &Leaves<'_, '_>, mut fields: impl Iterator<Item = &'f FieldRow>) -> bool {
    let mut array = None;
    fields.all(|field| {
        let mut last = None;
        leaves.values(field.path).all(|(_, cell)| {
            let is_after = last.replace(cell.0) < Some(cell.0);
            let around = leaves.surroundings(cell).map(|(array, _)| array);
            is_after && *array.get_or_insert(around) == around
        })
    })
}
