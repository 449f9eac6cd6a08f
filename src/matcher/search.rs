//! The array check where a path has several routes: the choices are tried, field by field, within a budget. See
//! [`super::arrays`].

use super::arrays::{Field, FieldLeaf, TooHard};
use super::leaves::Leaves;
use crate::ids::CellId;

/// Working memory of the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// By array: the picked cell, and how many choices rest on it.
    picked: Vec<(CellId, u32)>,
    /// The choices made: for each field how many of its leaves have been tried.
    tried: Vec<usize>,
}

impl Search {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.picked.capacity() * size_of::<(CellId, u32)>() + self.tried.capacity() * size_of::<usize>()
    }

    /// Whether the fields, in ascending order of path, can be met at positions that agree.
    pub(super) fn run(
        &mut self,
        leaves: &Leaves<'_, '_>,
        fields: &[Field],
        all: &[FieldLeaf],
        budget: &mut u64,
    ) -> Result<bool, TooHard> {
        spend(budget, leaves.array_count())?;
        self.picked.clear();
        self.picked.resize(leaves.array_count(), (CellId::ROOT, 0));
        self.tried.clear();
        self.tried.push(0);
        let leaf_range = |number: usize| {
            let start = number.checked_sub(1).and_then(|before| fields.get(before)).map_or(0, |field| field.end);
            fields.get(number).and_then(|field| all.get(start..field.end)).unwrap_or_default()
        };
        while let Some(tried) = self.tried.pop() {
            let number = self.tried.len();
            let Some(field) = fields.get(number) else { return Ok(true) };
            let range = leaf_range(number);
            if let Some(last) = tried.checked_sub(1).and_then(|last| range.get(last)) {
                self.unpick(leaves, last.cell);
            }
            let mut next = tried;
            let choice = loop {
                match range.get(next) {
                    Some(leaf) => {
                        next += 1;
                        spend(budget, 1)?;
                        if leaf.passes && self.agrees(leaves, leaf.cell, budget)? {
                            self.pick(leaves, leaf.cell);
                            break Some(next);
                        }
                    }
                    // After its leaves, a field may be met by absence.
                    None if next == range.len() && field.absent && self.is_absent(leaves, range, budget)? => {
                        break Some(next + 1);
                    }
                    None => break None,
                }
            };
            if let Some(tried) = choice {
                self.tried.push(tried);
                self.tried.push(0);
            }
        }
        Ok(false)
    }

    fn is_absent(&self, leaves: &Leaves<'_, '_>, range: &[FieldLeaf], budget: &mut u64) -> Result<bool, TooHard> {
        for leaf in range {
            spend(budget, 1)?;
            if self.agrees(leaves, leaf.cell, budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn agrees(&self, leaves: &Leaves<'_, '_>, mut cell: CellId, budget: &mut u64) -> Result<bool, TooHard> {
        while let Some((array, parent)) = leaves.surroundings(cell) {
            spend(budget, 1)?;
            if self.picked.get(array.index()).is_some_and(|(picked, count)| *count > 0 && *picked != cell) {
                return Ok(false);
            }
            cell = parent;
        }
        Ok(true)
    }

    fn pick(&mut self, leaves: &Leaves<'_, '_>, mut cell: CellId) {
        while let Some((array, parent)) = leaves.surroundings(cell) {
            if let Some(picked) = self.picked.get_mut(array.index()) {
                *picked = (cell, picked.1 + 1);
            }
            cell = parent;
        }
    }

    fn unpick(&mut self, leaves: &Leaves<'_, '_>, mut cell: CellId) {
        while let Some((array, parent)) = leaves.surroundings(cell) {
            if let Some(picked) = self.picked.get_mut(array.index()) {
                picked.1 -= 1;
            }
            cell = parent;
        }
    }
}

fn spend(budget: &mut u64, steps: usize) -> Result<(), TooHard> {
    *budget = budget.checked_sub(steps as u64).ok_or(TooHard)?;
    Ok(())
}
