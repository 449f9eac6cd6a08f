//! The wanted leaves of the event at hand, by path, with their positions in arrays.

use std::num::NonZeroU64;

use crate::event::visitor::{LeafKind, TextRange, Visitor};
use crate::ids::{ArrayId, CellId, PathId};
use crate::scan::unescape;
use crate::value::number;

/// A leaf's value, ready to be tested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'v> {
    pub(crate) kind: LeafKind,
    /// A string's text, unescaped, or a number's spelling.
    pub(crate) text: &'v [u8],
    /// The order of a comparable number.
    pub(crate) order: Option<u64>,
}

/// The leaves, arrays and cells of one event. Kept from event to event, so that its memory is.
#[derive(Debug, Default)]
pub(crate) struct LeafStore {
    epoch: u32,
    slots: Vec<Slot>,
    /// The leaves that aren't the first at their path.
    others: Vec<Leaf>,
    present: Vec<PathId>,
    /// Text that isn't in the event as it stands: unescaped strings, and all text of events that aren't bytes.
    buffer: Vec<u8>,
    arrays: Vec<ArrayRow>,
    /// The array that each cell is an element of; the first cell is the event itself.
    cells: Vec<ArrayId>,
    several: bool,
    overflow: bool,
}

impl LeafStore {
    /// Forgets the event before.
    fn forget(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.slots.fill(Slot::EMPTY);
            self.epoch = 1;
        }
        self.others.clear();
        self.present.clear();
        self.buffer.clear();
        self.arrays.clear();
        self.cells.clear();
        self.cells.push(ArrayId(NONE));
        self.several = false;
        self.overflow = false;
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.others.capacity() * size_of::<Leaf>()
            + self.slots.capacity() * size_of::<Slot>()
            + self.present.capacity() * size_of::<PathId>()
            + self.buffer.capacity()
            + self.arrays.capacity() * size_of::<ArrayRow>()
            + self.cells.capacity() * size_of::<ArrayId>()
    }
}

/// No next leaf.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Leaf {
    text: TextRange,
    cell: CellId,
    /// The next leaf at the same path, or [`NONE`].
    next: u32,
    order: Option<NonZeroU64>,
    kind: LeafKind,
    state: TextState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextState {
    /// In the event, as it stands.
    Plain,
    /// In the event, perhaps with escapes.
    Escaped,
    /// In the buffer.
    Buffered,
}

/// What is known of one path in this event. A line of cache: most paths have one leaf, which needs no other.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Slot {
    first: Leaf,
    /// The event that the slot is about.
    epoch: u32,
    /// Are its leaves ready to be tested?
    prepared: bool,
    others: Others,
}

/// What is known of the leaves at a path but for the first.
#[derive(Clone, Copy, Debug)]
struct Others {
    count: u32,
    /// The last one, or [`NONE`].
    last: u32,
    in_root: bool,
    in_cells: bool,
}

impl Others {
    const NONE: Others = Others { count: 0, last: NONE, in_root: false, in_cells: false };
}

impl Slot {
    const EMPTY: Slot = Slot {
        first: Leaf {
            text: TextRange { start: 0, end: 0 },
            cell: CellId::ROOT,
            next: NONE,
            order: None,
            kind: LeafKind::Null,
            state: TextState::Plain,
        },
        epoch: 0,
        prepared: false,
        others: Others::NONE,
    };

    #[inline]
    fn count(&self) -> u32 {
        1 + self.others.count
    }
}

#[derive(Clone, Copy, Debug)]
struct ArrayRow {
    parent: CellId,
    has_cells: bool,
}

/// A [`LeafStore`] while it is about one event, whose text is `text` (empty for events that aren't bytes).
#[derive(Debug)]
pub(crate) struct Leaves<'e, 's> {
    text: &'e [u8],
    store: &'s mut LeafStore,
}

impl<'e, 's> Leaves<'e, 's> {
    /// Forgets the event before, and makes room for `paths` paths.
    #[inline]
    pub(crate) fn new(text: &'e [u8], store: &'s mut LeafStore, paths: usize) -> Self {
        if store.slots.len() < paths {
            store.slots.resize(paths, Slot::EMPTY);
        }
        store.forget();
        Leaves { text, store }
    }

    /// Whether the leaves are too many, or their texts too long, to be numbered.
    pub(crate) fn overflowed(&self) -> bool {
        self.store.overflow
    }

    /// The `index`th path that has leaves.
    #[inline]
    pub(crate) fn present_path(&self, index: usize) -> Option<PathId> {
        self.store.present.get(index).copied()
    }

    #[inline]
    fn slot(&self, path: PathId) -> Option<&Slot> {
        self.store.slots.get(path.index()).filter(|slot| slot.epoch == self.store.epoch)
    }

    /// How many leaves lie at a path.
    #[inline]
    pub(crate) fn count(&self, path: PathId) -> u32 {
        self.slot(path).map_or(0, Slot::count)
    }

    /// Whether some array has more than one element with wanted leaves, so that positions matter.
    #[inline]
    pub(crate) fn several_elements(&self) -> bool {
        self.store.several
    }

    /// Whether some leaf at a path lies in an array element.
    #[inline]
    pub(crate) fn in_cells(&self, path: PathId) -> bool {
        self.slot(path).is_some_and(|slot| slot.first.cell != CellId::ROOT || slot.others.in_cells)
    }

    /// Whether some leaf at a path lies in no array element.
    #[inline]
    pub(crate) fn in_root(&self, path: PathId) -> bool {
        self.slot(path).is_some_and(|slot| slot.first.cell == CellId::ROOT || slot.others.in_root)
    }

    /// Whether a choice of array elements may leave out every leaf at a path: values of elements that are not chosen don't
    /// count against `exists: false`.
    #[inline]
    pub(crate) fn may_be_left_out(&self, path: PathId) -> bool {
        self.several_elements() && !self.in_root(path)
    }

    /// Unescapes a path's strings and parses its numbers, once an event, and gives how many leaves there are. To be
    /// called before [`Leaves::values`].
    #[inline]
    pub(crate) fn prepare(&mut self, path: PathId) -> u32 {
        let Some(slot) = self.slot(path) else { return 0 };
        let count = slot.count();
        if !slot.prepared {
            self.prepare_slot(path);
        }
        count
    }

    #[inline(never)]
    fn prepare_slot(&mut self, path: PathId) {
        let LeafStore { slots, others, buffer, overflow, .. } = &mut *self.store;
        let Some(slot) = slots.get_mut(path.index()) else { return };
        slot.prepared = true;
        prepare_leaf(&mut slot.first, self.text, buffer, overflow);
        let mut next = slot.first.next;
        while let Some(leaf) = others.get_mut(next as usize) {
            prepare_leaf(leaf, self.text, buffer, overflow);
            next = leaf.next;
        }
    }

    /// The values at a path with their cells, in the order of the text.
    #[inline]
    pub(crate) fn values(&self, path: PathId) -> impl Iterator<Item = (Value<'_>, CellId)> {
        let mut next = self.slot(path).map(|slot| &slot.first);
        std::iter::from_fn(move || {
            let leaf = next?;
            next = self.store.others.get(leaf.next as usize);
            let text = text_of(leaf, self.text, &self.store.buffer);
            Some((Value { kind: leaf.kind, text, order: leaf.order.map(NonZeroU64::get) }, leaf.cell))
        })
    }

    /// How many cells the event has, the root among them.
    pub(crate) fn cell_count(&self) -> usize {
        self.store.cells.len()
    }

    /// How many arrays the event has with cells.
    pub(crate) fn array_count(&self) -> usize {
        self.store.arrays.len()
    }

    /// The array that a cell is an element of, and the cell that array lies in; `None` for the root.
    #[inline]
    pub(crate) fn surroundings(&self, cell: CellId) -> Option<(ArrayId, CellId)> {
        let array = *self.store.cells.get(cell.index())?;
        Some((array, self.store.arrays.get(array.index())?.parent))
    }
}

#[inline(always)]
fn text_of<'t>(leaf: &Leaf, event: &'t [u8], buffer: &'t [u8]) -> &'t [u8] {
    leaf.text.of(source(leaf, event, buffer))
}

/// What a leaf's text is a part of.
#[inline(always)]
fn source<'t>(leaf: &Leaf, event: &'t [u8], buffer: &'t [u8]) -> &'t [u8] {
    if leaf.state == TextState::Buffered { buffer } else { event }
}

#[inline(always)]
fn prepare_leaf(leaf: &mut Leaf, event: &[u8], buffer: &mut Vec<u8>, overflow: &mut bool) {
    match leaf.kind {
        LeafKind::String if leaf.state == TextState::Escaped => unescape_leaf(leaf, event, buffer, overflow),
        LeafKind::Number => {
            let TextRange { start, end } = leaf.text;
            let text = source(leaf, event, buffer);
            leaf.order = number::comparable_within(text, start as usize, end as usize).and_then(NonZeroU64::new);
        }
        _ => {}
    }
}

#[cold]
fn unescape_leaf(leaf: &mut Leaf, event: &[u8], buffer: &mut Vec<u8>, overflow: &mut bool) {
    let raw = text_of(leaf, event, &[]);
    leaf.state = TextState::Plain;
    if memchr::memchr(b'\\', raw).is_some() {
        let start = buffer.len();
        unescape(raw, buffer);
        leaf.state = TextState::Buffered;
        match range(start, buffer.len()) {
            Some(text) => leaf.text = text,
            None => *overflow = true,
        }
    }
}

/// A part of the buffer, if it is short enough.
fn range(start: usize, end: usize) -> Option<TextRange> {
    Some(TextRange { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
}

impl Leaves<'_, '_> {
    /// A leaf whose text is not part of the event's: the text is copied.
    pub(crate) fn copy_leaf(&mut self, path: PathId, kind: LeafKind, text: &[u8], cell: CellId) {
        let start = self.store.buffer.len();
        self.store.buffer.extend_from_slice(text);
        match range(start, self.store.buffer.len()) {
            Some(text) => self.push(path, text, cell, kind, TextState::Buffered),
            None => self.store.overflow = true,
        }
    }

    /// Adds a leaf. The parts of the slot are written one by one: a leaf that is put together first and copied then is
    /// waited for.
    #[inline(always)]
    fn push(&mut self, path: PathId, text: TextRange, cell: CellId, kind: LeafKind, state: TextState) {
        let store = &mut *self.store;
        let Some(slot) = store.slots.get_mut(path.index()) else { return };
        if slot.epoch == store.epoch {
            return self.push_other(path, text, cell, kind, state);
        }
        slot.epoch = store.epoch;
        slot.prepared = is_prepared(kind, state);
        slot.others = Others::NONE;
        slot.first.text = text;
        slot.first.cell = cell;
        slot.first.next = NONE;
        slot.first.order = None;
        slot.first.kind = kind;
        slot.first.state = state;
        store.present.push(path);
    }

    /// Adds a leaf at a path that has one.
    #[inline(never)]
    fn push_other(&mut self, path: PathId, text: TextRange, cell: CellId, kind: LeafKind, state: TextState) {
        self.push_others(path, cell == CellId::ROOT, std::iter::once((kind, text, state, cell)));
    }

    /// Adds leaves at a path that has one, all of them in the root or none.
    #[inline(always)]
    fn push_others(
        &mut self,
        path: PathId,
        root: bool,
        leaves: impl Iterator<Item = (LeafKind, TextRange, TextState, CellId)>,
    ) {
        let LeafStore { slots, others, overflow, .. } = &mut *self.store;
        let Some(slot) = slots.get_mut(path.index()) else { return };
        let start = others.len();
        let mut prepared = slot.prepared;
        #[expect(clippy::cast_possible_truncation, reason = "looked at below")]
        others.extend(leaves.zip(start as u32 + 1..).map(|((kind, text, state, cell), next)| {
            prepared &= is_prepared(kind, state);
            Leaf { text, cell, next, order: None, kind, state }
        }));
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(others.len())) else {
            *overflow = true;
            return;
        };
        let Some(last) = others.get_mut(start as usize..).and_then(<[Leaf]>::last_mut) else { return };
        last.next = NONE;
        slot.prepared = prepared;
        slot.others.in_root |= root;
        slot.others.in_cells |= !root;
        slot.others.count += end - start;
        let before = std::mem::replace(&mut slot.others.last, end - 1);
        others.get_mut(before as usize).unwrap_or(&mut slot.first).next = start;
    }
}

/// Whether a leaf is ready to be tested as it is.
#[inline(always)]
fn is_prepared(kind: LeafKind, state: TextState) -> bool {
    kind != LeafKind::Number && state != TextState::Escaped
}

impl Visitor for Leaves<'_, '_> {
    #[inline(always)]
    fn leaf(&mut self, path: PathId, kind: LeafKind, text: TextRange, escaped: bool, cell: CellId) {
        self.push(path, text, cell, kind, if escaped { TextState::Escaped } else { TextState::Plain });
    }

    #[inline]
    fn leaves(&mut self, path: PathId, mut leaves: impl Iterator<Item = (LeafKind, TextRange, CellId)>) {
        let Some((kind, text, cell)) = leaves.next() else { return };
        self.push(path, text, cell, kind, TextState::Plain);
        self.push_others(
            path,
            cell == CellId::ROOT,
            leaves.map(|(kind, text, cell)| (kind, text, TextState::Plain, cell)),
        );
    }

    #[inline]
    fn paths_met(&self) -> usize {
        self.store.present.len()
    }

    fn restart(&mut self) {
        self.store.forget();
    }

    fn open_array(&mut self, cell: CellId) -> ArrayId {
        let array = ArrayId::new(self.store.arrays.len());
        self.store.arrays.push(ArrayRow { parent: cell, has_cells: false });
        array
    }

    #[inline]
    fn open_cells(&mut self, array: ArrayId, count: usize) -> CellId {
        let cell = CellId::new(self.store.cells.len());
        self.store.cells.resize(cell.index() + count, array);
        if let Some(row) = self.store.arrays.get_mut(array.index()) {
            self.store.several |= row.has_cells || count > 1;
            row.has_cells = true;
        }
        cell
    }
}

#[cfg(feature = "bench-internals")]
impl<'e, 's> Leaves<'e, 's> {
    /// What a scan of the same text has left in the store.
    pub(crate) fn again(text: &'e [u8], store: &'s mut LeafStore) -> Self {
        Leaves { text, store }
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> usize {
        self.store.present.len() + self.store.others.len()
    }
}
