//! The array check where every path has one route: bottom-up over the tree of cells, see [`super::arrays`].
//!
//! A cell is *asked* for the fields that lead into its array. It answers with *points* (m, a): its fields can be met such
//! that m is the first of them met by a leaf, and a the first met by absence. The smaller m and the larger a, the better,
//! so only points that no other beats are kept, and there are no more of them than fields.

use super::arrays::{Field, FieldLeaf};
use super::leaves::Leaves;
use crate::ids::{ArrayId, CellId};

/// Whether every field has one route from every cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OneRoute {
    Yes,
    No,
}

/// The part of an event's cell tree that holds leaves of a conjunction's fields. Cells and arrays get rows as they are
/// met. All of it is linear in the leaves and the arrays around them.
#[derive(Debug, Default)]
pub(super) struct CellTree {
    cell_rows: RowNumbers,
    array_rows: RowNumbers,
    cells: Vec<Cell>,
    arrays: Vec<Array>,
    entries: Vec<Entry>,
    /// The points of arrays, each in the list of its array.
    points: Vec<(Point, u32)>,
    /// The rows of the cells, parents before children.
    order: Vec<u32>,
    /// The points of one array, or cell.
    gathered: Vec<Point>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    id: CellId,
    /// The array that the cell is an element of; none for the root.
    array: u32,
    /// Its fields, as a list in ascending order.
    first_entry: u32,
    last_entry: u32,
    /// The arrays in it, as a list.
    first_array: u32,
    /// What its own leaves, or their absence, say.
    own: Point,
    possible: bool,
}

#[derive(Clone, Copy, Debug)]
struct Array {
    /// The next array of the same cell.
    next: u32,
    /// The field that was noted last.
    last_field: u32,
    /// How many fields are asked of it that a leaf must meet.
    must: u32,
    /// The fields asked of it that may be met by absence, as a list in ascending order.
    first_either: u32,
    last_either: u32,
    /// What its cells report, as a list.
    first_point: u32,
}

/// A field with leaves in a cell, or in an array of it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    field: u32,
    /// The cell's next entry.
    next: u32,
    /// The same field's entry in the cell around.
    outer: u32,
    /// The array in which the field's other leaves lie.
    nested: u32,
    /// The next field that the array is asked for and that may be met by absence.
    next_either: u32,
    /// What the array is asked for.
    asked: Asked,
    direct: bool,
    passing: bool,
}

/// How a field is to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// By a leaf or by absence.
    Either,
    /// By a leaf.
    Must,
    /// It is met already, but may be met again.
    May,
}

/// The first field that is met by a leaf, and the first that is met by absence; [`NONE`] if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    met: u32,
    absent: u32,
}

/// No row, no field; more than every field.
const NONE: u32 = u32::MAX;

/// Nothing is met, and nothing absent.
const NOTHING: Point = Point { met: NONE, absent: NONE };

/// Row numbers by id, forgotten all at once.
#[derive(Debug, Default)]
struct RowNumbers {
    epoch: u32,
    rows: Vec<(u32, u32)>,
}

impl RowNumbers {
    /// Bytes of memory held.
    fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<(u32, u32)>()
    }

    /// Forgets the numbers, and makes room for those of the ids below `ids`.
    fn clear(&mut self, ids: usize) {
        if self.rows.len() < ids {
            self.rows.resize(ids, (0, NONE));
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.rows.fill((0, NONE));
            self.epoch = 1;
        }
    }

    fn get(&self, id: u32) -> Option<u32> {
        self.rows.get(id as usize).and_then(|(epoch, row)| (*epoch == self.epoch).then_some(*row))
    }

    fn set(&mut self, id: u32, row: u32) {
        if let Some(entry) = self.rows.get_mut(id as usize) {
            *entry = (self.epoch, row);
        }
    }
}

impl CellTree {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.cell_rows.memory()
            + self.array_rows.memory()
            + self.cells.capacity() * size_of::<Cell>()
            + self.arrays.capacity() * size_of::<Array>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.points.capacity() * size_of::<(Point, u32)>()
            + self.order.capacity() * size_of::<u32>()
            + self.gathered.capacity() * size_of::<Point>()
    }
}

#[expect(clippy::indexing_slicing, reason = "rows are numbered as they are pushed, and lists end with `NONE`")]
impl CellTree {
    /// Takes in the fields' leaves. The tree is of no use if a field turns out to have several routes.
    pub(super) fn grow(&mut self, leaves: &Leaves<'_, '_>, fields: &[Field], all: &[FieldLeaf]) -> OneRoute {
        self.cell_rows.clear(leaves.cell_count());
        self.array_rows.clear(leaves.array_count());
        self.cells.clear();
        self.arrays.clear();
        self.entries.clear();
        self.points.clear();
        self.cell_row(CellId::ROOT);
        let mut start = 0;
        for (number, field) in (0..).zip(fields) {
            for leaf in all.get(start..field.end).unwrap_or_default() {
                let entry = self.entry(leaf.cell, number) as usize;
                self.entries[entry].direct = true;
                self.entries[entry].passing |= leaf.passes;
                if self.climb(leaves, leaf.cell, number) == OneRoute::No {
                    return OneRoute::No;
                }
            }
            start = field.end;
        }
        OneRoute::Yes
    }

    /// Notes a field in every array around a cell, up to where it is known already.
    fn climb(&mut self, leaves: &Leaves<'_, '_>, mut cell: CellId, field: u32) -> OneRoute {
        while let Some((array_id, parent)) = leaves.surroundings(cell) {
            let row = self.cell_row(cell) as usize;
            let parent_row = self.cell_row(parent) as usize;
            let array = self.array_row(array_id, parent_row);
            self.cells[row].array = array;
            let outer = self.entry(parent, field);
            let inner = self.cells[row].last_entry as usize;
            self.entries[inner].outer = outer;
            if self.arrays[array as usize].last_field == field {
                return OneRoute::Yes;
            }
            self.arrays[array as usize].last_field = field;
            if self.entries[outer as usize].nested != NONE {
                return OneRoute::No;
            }
            self.entries[outer as usize].nested = array;
            cell = parent;
        }
        OneRoute::Yes
    }

    fn cell_row(&mut self, id: CellId) -> u32 {
        if let Some(row) = self.cell_rows.get(id.0) {
            return row;
        }
        let row = CellId::new(self.cells.len()).0;
        self.cell_rows.set(id.0, row);
        let (array, first_entry, last_entry, first_array) = (NONE, NONE, NONE, NONE);
        self.cells.push(Cell { id, array, first_entry, last_entry, first_array, own: NOTHING, possible: true });
        row
    }

    fn array_row(&mut self, id: ArrayId, parent: usize) -> u32 {
        if let Some(row) = self.array_rows.get(id.0) {
            return row;
        }
        let row = ArrayId::new(self.arrays.len()).0;
        self.array_rows.set(id.0, row);
        let next = std::mem::replace(&mut self.cells[parent].first_array, row);
        self.arrays.push(Array {
            next,
            last_field: NONE,
            must: 0,
            first_either: NONE,
            last_either: NONE,
            first_point: NONE,
        });
        row
    }

    /// A field's entry in a cell. The fields come in ascending order, so it is the cell's last one, or new.
    fn entry(&mut self, cell: CellId, field: u32) -> u32 {
        let row = self.cell_row(cell) as usize;
        let last = self.cells[row].last_entry;
        if self.entries.get(last as usize).is_some_and(|entry| entry.field == field) {
            return last;
        }
        let entry = CellId::new(self.entries.len()).0;
        let (next, outer, nested, next_either) = (NONE, NONE, NONE, NONE);
        let asked = Asked::May;
        self.entries.push(Entry { field, next, outer, nested, next_either, asked, direct: false, passing: false });
        match self.entries.get_mut(last as usize) {
            Some(last) => last.next = entry,
            None => self.cells[row].first_entry = entry,
        }
        self.cells[row].last_entry = entry;
        entry
    }

    /// Whether all fields can be met together.
    pub(super) fn solve(&mut self, fields: &[Field]) -> bool {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..CellId::new(self.cells.len()).0);
        // Parents have smaller ids than their children.
        order.sort_unstable_by_key(|row| self.cells[*row as usize].id);
        for row in &order {
            self.ask(*row as usize, fields);
        }
        for row in order.iter().rev() {
            self.report(*row as usize);
        }
        self.order = order;
        // The last to report was the root, which is in no array.
        !self.gathered.is_empty()
    }

    /// From what is asked of a cell, what its own leaves answer and what it asks of its arrays.
    fn ask(&mut self, row: usize, fields: &[Field]) {
        let mut cell = self.cells[row];
        let array = self.arrays.get(cell.array as usize).copied();
        let mut musts = 0;
        // The next field that is asked for and may be met by absence: it is, if the cell has no leaf of it.
        let mut either = array.map_or(NONE, |array| array.first_either);
        let mut next = cell.first_entry;
        while let Some(entry) = self.entries.get(next as usize).copied() {
            let asked = match self.entries.get(entry.outer as usize) {
                Some(outer) => outer.asked,
                None if fields.get(entry.field as usize).is_some_and(|field| field.absent) => Asked::Either,
                None => Asked::Must,
            };
            musts += u32::from(asked == Asked::Must);
            if let Some(expected) = self.entries.get(either as usize)
                && expected.field == entry.field
            {
                either = expected.next_either;
            }
            if entry.passing {
                cell.own.met = cell.own.met.min(entry.field);
            }
            let asked = match asked {
                Asked::Either if !entry.passing && !entry.direct => Asked::Either,
                Asked::Either | Asked::Must if !entry.passing => Asked::Must,
                _ => Asked::May,
            };
            cell.possible &= asked != Asked::Must || entry.nested != NONE;
            self.entries[next as usize].asked = asked;
            self.ask_array(next, asked, entry.nested);
            next = entry.next;
        }
        cell.own.absent = self.entries.get(either as usize).map_or(NONE, |entry| entry.field);
        cell.possible &= array.is_none_or(|array| musts == array.must);
        self.cells[row] = cell;
    }

    fn ask_array(&mut self, entry: u32, asked: Asked, array: u32) {
        let Some(array) = self.arrays.get_mut(array as usize) else { return };
        array.must += u32::from(asked == Asked::Must);
        if asked == Asked::Either {
            match self.entries.get_mut(array.last_either as usize) {
                Some(last) => last.next_either = entry,
                None => array.first_either = entry,
            }
            array.last_either = entry;
        }
    }

    /// Leaves a cell's points in `self.gathered`, and adds them to those of its array.
    ///
    /// Its arrays are independent of each other: while one of them gives the first field met by a leaf, the others may
    /// give what is best for absence.
    fn report(&mut self, row: usize) {
        let cell = self.cells[row];
        let (mut best, mut possible) = (cell.own.absent, cell.possible);
        let mut array = cell.first_array;
        while let Some(inner) = self.arrays.get(array as usize).copied() {
            self.prune(array as usize);
            match self.gathered.last() {
                Some(point) => best = best.min(point.absent),
                None => possible = false,
            }
            array = inner.next;
        }
        self.gathered.clear();
        if !possible {
            return;
        }
        self.gathered.push(Point { met: cell.own.met, absent: best });
        let mut array = cell.first_array;
        while let Some(inner) = self.arrays.get(array as usize).copied() {
            let mut next = inner.first_point;
            while let Some((point, rest)) = self.points.get(next as usize).copied() {
                if point.met < cell.own.met {
                    self.gathered.push(Point { met: point.met, absent: point.absent.min(best) });
                }
                next = rest;
            }
            array = inner.next;
        }
        keep_best(&mut self.gathered);
        if let Some(array) = self.arrays.get_mut(cell.array as usize) {
            for point in &self.gathered {
                let number = CellId::new(self.points.len()).0;
                self.points.push((*point, std::mem::replace(&mut array.first_point, number)));
            }
        }
    }

    /// Leaves of an array's points those that may be picked, in the array's list and in `self.gathered`: a field met by
    /// absence sees the picked cell only, not the others, if a field before it is met there.
    fn prune(&mut self, row: usize) {
        let array = &mut self.arrays[row];
        self.gathered.clear();
        if array.must == 0 && array.first_either == NONE {
            self.gathered.push(NOTHING);
        }
        let mut next = array.first_point;
        while let Some((point, rest)) = self.points.get(next as usize).copied() {
            if point.met < point.absent || point == NOTHING {
                self.gathered.push(point);
            }
            next = rest;
        }
        keep_best(&mut self.gathered);
        array.first_point = NONE;
        for point in &self.gathered {
            let number = CellId::new(self.points.len()).0;
            self.points.push((*point, std::mem::replace(&mut array.first_point, number)));
        }
    }
}

/// Drops the points that others beat, and sorts the rest: both parts ascending.
fn keep_best(points: &mut Vec<Point>) {
    points.sort_unstable_by_key(|point| (point.met, std::cmp::Reverse(point.absent)));
    let mut best = None;
    points.retain(|point| {
        let better = best.is_none_or(|best| point.absent > best);
        if better {
            best = Some(point.absent);
        }
        better
    });
}
