//! The walk over an event's tokens along the trie of wanted paths.

use memchr::memchr;

use super::escape::unescape;
use super::index::Index;
use super::kernel::{Simd, Task};
use super::run::{MEMBER, Record, Run, Tokens, all_but_value};
use super::shapes::{Draft, Owner, Shapes};
use super::trie::{Edge, NO_PATH, Node, PathTrie};
use super::{Malformed, trim_end};
use crate::event::visitor::{LeafKind, TextRange, Visitor};
use crate::ids::{ArrayId, CellId, NodeId, PathId};

/// Working memory of the walk.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The containers that the walk is in, from the outside in.
    containers: Vec<Container>,
    /// A key whose escapes are undone.
    key: Vec<u8>,
    /// What the objects in a row are that are handed over together.
    record: Record,
}

impl Scratch {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.containers.capacity() * size_of::<Container>() + self.key.capacity() + self.record.memory()
    }
}

/// An object or array that the walk is in. It stays where it is in memory, for what is written in small parts is slow to
/// be copied right after.
#[derive(Debug)]
struct Container {
    /// The path that leads to it, as a node of the trie, and itself, if a rule mentions it.
    node: NodeId,
    path: PathId,
    /// The cell of the leaves in it, or [`NO_CELL`] before it is opened.
    ///
    /// INVARIANT: if a container's cell is open, so are those of all containers around it.
    cell: CellId,
    /// The array's own id, once opened.
    array: Option<ArrayId>,
    is_array: bool,
    /// Is it an element of an array? Then it has a cell of its own.
    is_element: bool,
}

/// There are as many cells as there are brackets at most, and fewer of those than bytes.
const NO_CELL: CellId = CellId(u32::MAX);

/// Some tokens in a row, and where they are. Past the last one may be anything, but the walk never goes beyond the last
/// bracket.
#[inline(always)]
fn read<const N: usize>(bytes: &[u8], positions: &[u32], at: usize) -> Result<([u8; N], [u32; N]), Malformed> {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    let positions = positions.get(at..).and_then(|positions| positions.first_chunk());
    bytes.copied().zip(positions.copied()).ok_or(Malformed)
}

/// What a glance at a key tells of the way that it names.
enum Glance {
    /// There is none.
    Nowhere,
    /// There may be one; the first eight bytes from the key's beginning on.
    Perhaps(u64),
    /// Not enough is known.
    Unclear,
}

/// A glance at the key between the quote at `quote` and the colon; `plain` says that there is neither white space around
/// nor a backslash in it. Made of few instructions, for most keys lead nowhere.
#[inline(always)]
fn glance(text: &[u8], here: &Node, quote: u32, colon: u32, plain: bool) -> Glance {
    let start = quote as usize + 1;
    let Some(head) = text.get(start..start + 8).and_then(|text| text.first_chunk()).filter(|_| plain) else {
        return Glance::Unclear;
    };
    let head = u64::from_le_bytes(*head);
    if here.may_lead_on(head, key_length(quote, colon)) { Glance::Perhaps(head) } else { Glance::Nowhere }
}

/// The tokens of a member whose value is a scalar, with the comma behind it. An opening bracket has no comma behind it, so
/// it need not be told from a scalar; where it has one nevertheless, as it may in trusted mode, the walk ends too early.
const SCALAR_MEMBER: u32 = all_but_value([b'"', b':', 0, b',']);

/// The length of the key between a quote and a colon, without white space around it.
#[inline(always)]
fn key_length(quote: u32, colon: u32) -> usize {
    (colon as usize).wrapping_sub(quote as usize + 2)
}

/// Is there a backslash in the key between a quote and a colon?
#[inline(never)]
fn has_escape(text: &[u8], quote: u32, colon: u32) -> bool {
    text.get(quote as usize..colon as usize).is_none_or(|key| memchr(b'\\', key).is_some())
}

/// The step by a plain key that begins with `head`.
#[inline(always)]
fn step<'t>(
    text: &[u8],
    trie: &'t PathTrie,
    (id, node): (NodeId, &Node),
    (quote, colon): (u32, u32),
    head: u64,
    buffer: &mut Vec<u8>,
) -> Option<&'t Edge> {
    let length = key_length(quote, colon);
    let edge = trie.edge_within(node, head, text, quote as usize + 1, length);
    if edge.is_none() && node.may_go_on(head, length) {
        return step_slowly(text, trie, id, quote, colon, buffer);
    }
    edge
}

/// The step by a key without white space or escapes around or in it.
pub(super) fn step_within<'t>(text: &[u8], trie: &'t PathTrie, id: NodeId, quote: u32, colon: u32) -> Option<&'t Edge> {
    let start = quote as usize + 1;
    trie.step_edge(id, text.get(start..start + key_length(quote, colon))?)
}

/// The key between a quote and a colon, as it is spelled: white space may be behind it, and escapes in it.
pub(super) fn spelled_key(text: &[u8], quote: u32, colon: u32) -> Option<&[u8]> {
    let start = quote.wrapping_add(1);
    text.get(start as usize..closing_quote(text, start, colon)? as usize)
}

/// [`step`] in every case.
#[inline(never)]
fn step_slowly<'t>(
    text: &[u8],
    trie: &'t PathTrie,
    id: NodeId,
    quote: u32,
    colon: u32,
    buffer: &mut Vec<u8>,
) -> Option<&'t Edge> {
    let mut key = spelled_key(text, quote, colon)?;
    if memchr(b'\\', key).is_some() {
        buffer.clear();
        unescape(key, buffer);
        key = buffer;
    }
    trie.step_edge(id, key)
}

/// The leaf between `start`, where it begins with `first`, and the next token: its kind, and where its text is. `compact`
/// says that there is no white space.
#[inline(always)]
pub(super) fn leaf(text: &[u8], first: u8, start: u32, next: u32, compact: bool) -> Option<(LeafKind, TextRange)> {
    let kind = leaf_kind(first)?;
    let TextRange { start, mut end } = plain_content(kind, start, next);
    if !compact {
        end = if kind == LeafKind::String { closing_quote(text, start, next)? } else { scalar_end(text, start, end) };
    }
    Some((kind, TextRange { start, end }))
}

/// Where the text is of a leaf between `start` and the next token, without white space: the quotes are not part of a
/// string.
#[inline(always)]
pub(super) fn plain_content(kind: LeafKind, start: u32, next: u32) -> TextRange {
    let quote = u32::from(kind == LeafKind::String);
    TextRange { start: start.wrapping_add(quote), end: next.wrapping_sub(quote) }
}

/// The kind of leaf that begins with a byte.
#[inline(always)]
pub(super) fn leaf_kind(first: u8) -> Option<LeafKind> {
    LEAF_KINDS.get(usize::from(first)).copied().flatten()
}

/// [`leaf_kind`].
static LEAF_KINDS: [Option<LeafKind>; 256] = {
    let mut kinds = [None; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
        {
            kinds[byte] = match byte as u8 {
                b'"' => Some(LeafKind::String),
                b't' => Some(LeafKind::True),
                b'f' => Some(LeafKind::False),
                b'n' => Some(LeafKind::Null),
                b'-' | b'0'..=b'9' => Some(LeafKind::Number),
                _ => None,
            };
        }
        byte += 1;
    }
    kinds
};

/// Where the scalar ends that begins at `start`, with white space up to `end`.
#[inline(never)]
fn scalar_end(text: &[u8], start: u32, end: u32) -> u32 {
    let scalar = trim_end(text.get(start as usize..end as usize).unwrap_or_default());
    start.wrapping_add(u32::try_from(scalar.len()).unwrap_or(0))
}

/// Where the closing quote of a string is that begins at `start`: the last quote before `next`.
#[inline(never)]
fn closing_quote(text: &[u8], start: u32, next: u32) -> Option<u32> {
    let length = text.get(start as usize..next as usize)?.iter().rposition(|byte| *byte == b'"')?;
    Some(start.wrapping_add(u32::try_from(length).ok()?))
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the end of the event.
    Whole,
    /// Every path was met before this token, and no array was open then.
    AllMet(usize),
}

/// A walk over an event's tokens, which hands over the leaves at the trie's paths. It trusts no more than that brackets
/// are linked in pairs: in trusted mode anything may follow anything.
pub(super) struct Walk<'s, 'e, V> {
    pub(super) text: &'e [u8],
    pub(super) index: &'s Index,
    pub(super) trie: &'s PathTrie,
    pub(super) scratch: &'s mut Scratch,
    pub(super) visitor: &'s mut V,
}

impl<V: Visitor> Walk<'_, '_, V> {
    /// Walks to the end; in trusted mode until every path has been met.
    #[inline(always)]
    pub(super) fn run<S: Simd, const STRICT: bool>(self, simd: S) -> Result<End, Malformed> {
        if self.index.is_plain() {
            simd.call(WalkTokens::<V, STRICT, true>(self))
        } else {
            simd.call(WalkTokens::<V, STRICT, false>(self))
        }
    }

    /// Walks, and learns the event's shape on the way.
    #[inline(never)]
    pub(super) fn learn<const STRICT: bool>(
        self,
        hash: u64,
        owner: Owner,
        shapes: &mut Shapes,
    ) -> Result<End, Malformed> {
        let index = self.index;
        let mut draft = shapes.draft(index, owner);
        let end = walk::<STRICT, false>(self, Some(&mut draft))?;
        shapes.learn(hash, draft.finish(index, end));
        Ok(end)
    }
}

/// `PLAIN` says that there is neither white space between tokens nor a backslash.
struct WalkTokens<'s, 'e, V, const STRICT: bool, const PLAIN: bool>(Walk<'s, 'e, V>);

impl<V: Visitor, const STRICT: bool, const PLAIN: bool> Task for WalkTokens<'_, '_, V, STRICT, PLAIN> {
    type Output = Result<End, Malformed>;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Result<End, Malformed> {
        walk::<STRICT, PLAIN>(self.0, None)
    }
}

#[inline(always)]
fn walk<const STRICT: bool, const PLAIN: bool>(
    walk: Walk<'_, '_, impl Visitor>,
    mut draft: Option<&mut Draft>,
) -> Result<End, Malformed> {
    let Walk { text, index, trie, scratch, visitor } = walk;
    let Scratch { containers, key: buffer, record } = scratch;
    let Index { positions, tokens, links, backslashes, count, whole, compact, .. } = index;
    // Of one length, so that one check of bounds does for both. Past the last token of the event may be anything, but
    // the walk never goes beyond the last bracket; of a part, it may come to the end.
    let count = if *whole { positions.len().min(tokens.len()) } else { *count };
    let (Some(positions), Some(tokens)) = (positions.get(..count), tokens.get(..count)) else { return Err(Malformed) };
    let all = Tokens { text, bytes: tokens, positions, links };
    // What is asked of the innermost container at every entry: its node and path, and whether it is an array.
    let (mut id, mut path, mut is_array) = (PathTrie::ROOT, NO_PATH, false);
    let mut here = *trie.node(id);
    let outermost = Container { node: id, path, cell: CellId::ROOT, array: None, is_array, is_element: false };
    containers.clear();
    containers.push(outermost);
    // How many arrays are open.
    let mut arrays = 0_usize;
    // The first token is the outermost object's bracket.
    let mut at = 1;
    if let ([b'}'], _) = read(tokens, positions, at)? {
        return Ok(End::Whole);
    }
    loop {
        // An entry of the container begins here. INVARIANT: `at` only ever moves forward.
        let (value_id, value_path, [first, second], [start, next]) = if is_array {
            let (bytes, positions) = read(tokens, positions, at)?;
            (id, path, bytes, positions)
        } else {
            let (bytes, [quote, colon, start, next], glance) = loop {
                let (bytes, places) = read::<MEMBER>(tokens, positions, at)?;
                let [quote, colon, ..] = places;
                if let Some(draft) = draft.as_deref_mut() {
                    draft.key(text, index, at, arrays > 0);
                }
                let plain =
                    PLAIN || *compact && !(backslashes.may_touch(quote, colon) && has_escape(text, quote, colon));
                let glance = glance(text, &here, quote, colon, plain);
                if all_but_value(bytes) == SCALAR_MEMBER && matches!(glance, Glance::Nowhere) {
                    at += MEMBER;
                } else if !STRICT
                    && matches!(glance, Glance::Nowhere)
                    && let [b'"', b':', b'{' | b'[', _] = bytes
                    && let Some(close) = links.get(at + 2).copied()
                    && let Some(b',') = tokens.get(close as usize + 1)
                {
                    // In strict mode these few have cost the many before them more than they gained.
                    // INVARIANT: a bracket is linked to one behind it.
                    at = close as usize + 2;
                } else {
                    break (bytes, places, glance);
                }
            };
            let [b'"', b':', first, second] = bytes else { return Err(Malformed) };
            let edge = match glance {
                Glance::Nowhere => None,
                Glance::Perhaps(head) => step(text, trie, (id, &here), (quote, colon), head, buffer),
                Glance::Unclear => step_slowly(text, trie, id, quote, colon, buffer),
            };
            if edge.is_some()
                && let Some(draft) = draft.as_deref_mut()
            {
                draft.leads_on(at);
            }
            at += 2;
            // The root is nobody's child.
            let (id, path) = edge.map_or((PathTrie::ROOT, NO_PATH), |edge| (edge.child, edge.path));
            (id, path, [first, second], [start, next])
        };
        let mut token = second;
        if first | 0x20 == b'{' {
            let node = *trie.node(value_id);
            let leads_on =
                value_id != PathTrie::ROOT && (node.has_children() || first == b'[' && value_path != NO_PATH);
            if PLAIN
                && leads_on
                && is_array
                && let Some(last) = hand_over_alike(all, at, trie, (value_id, value_path), record, containers, visitor)
            {
                at = last;
            } else if leads_on && second | 0x20 != b'}' {
                let (is_element, outer) = (is_array, containers.last().map_or(NO_CELL, |container| container.cell));
                (id, path, is_array, here) = (value_id, value_path, first == b'[', node);
                let cell = if is_element { NO_CELL } else { outer };
                containers.push(Container { node: id, path, cell, array: None, is_array, is_element });
                arrays += usize::from(!STRICT && is_array);
                at += 1;
                continue;
            } else {
                at = *links.get(at).ok_or(Malformed)? as usize;
            }
            ([token], _) = read(tokens, positions, at + 1)?;
        } else if value_path != NO_PATH {
            let (kind, range) = leaf(text, first, start, next, PLAIN || *compact).ok_or(Malformed)?;
            let cell = match containers.last() {
                Some(container) if container.cell != NO_CELL => container.cell,
                _ => open_cells(containers, visitor, draft.as_deref_mut()),
            };
            if let Some(draft) = draft.as_deref_mut() {
                draft.leaf(at, value_path, cell);
            }
            if PLAIN && is_array && second == b',' {
                at = hand_over_scalars(all, at, value_path, cell, visitor);
                ([token], _) = read(tokens, positions, at + 1)?;
            } else {
                let escaped = !PLAIN && kind == LeafKind::String && backslashes.may_touch(start, next);
                visitor.leaf(value_path, kind, range, escaped, cell);
            }
            if !STRICT && arrays == 0 && visitor.paths_met() == trie.path_count() {
                return Ok(End::AllMet(at + 1));
            }
        }
        at += 1;
        loop {
            at += 1;
            match token {
                b',' => break,
                b'}' | b']' => {
                    containers.pop();
                    let Some(container) = containers.last() else { return Ok(End::Whole) };
                    if !STRICT && is_array {
                        arrays -= 1;
                        if arrays == 0 && visitor.paths_met() == trie.path_count() {
                            return Ok(End::AllMet(at - 1));
                        }
                    }
                    (id, path, is_array) = (container.node, container.path, container.is_array);
                    here = *trie.node(id);
                }
                _ => return Err(Malformed),
            }
            ([token], _) = read(tokens, positions, at)?;
        }
    }
}

/// Hands over the wanted leaves of the object or array at `at` and of those behind it, all elements of the innermost
/// container, if they are alike (see [`Record::run`] and [`Run::of_arrays`]), and tells their last token.
#[inline(never)]
fn hand_over_alike(
    tokens: Tokens<'_>,
    at: usize,
    trie: &PathTrie,
    (id, path): (NodeId, PathId),
    record: &mut Record,
    containers: &mut [Container],
    visitor: &mut impl Visitor,
) -> Option<usize> {
    if tokens.bytes.get(at) == Some(&b'{') {
        let run = record.run(tokens, at, trie, id)?;
        if !record.columns.is_empty() {
            let first = open_elements(containers, run.count, visitor)?;
            for (offset, path) in &record.columns {
                let leaves = run.column(tokens, *offset).zip(first.0..);
                visitor.leaves(*path, leaves.map(|((kind, text), cell)| (kind, text, CellId(cell))));
            }
        }
        Some(run.last())
    } else {
        let run = Run::of_arrays(tokens, at)?;
        if path != NO_PATH {
            let first = open_elements(containers, run.count, visitor)?;
            visitor.leaves(path, run.scalars(tokens, first.0).map(|(kind, text, cell)| (kind, text, CellId(cell))));
        }
        Some(run.last())
    }
}

/// Opens the cells of so many elements of the innermost container, and gives the first.
fn open_elements(containers: &mut [Container], count: usize, visitor: &mut impl Visitor) -> Option<CellId> {
    let around = open_cells(containers, visitor, None);
    let array = *containers.last_mut()?.array.get_or_insert_with(|| visitor.open_array(around));
    Some(visitor.open_cells(array, count))
}

/// Hands over the leaf at `at` and those behind it, all elements of the innermost container, and tells their last token.
#[inline(never)]
fn hand_over_scalars(tokens: Tokens<'_>, at: usize, path: PathId, cell: CellId, visitor: &mut impl Visitor) -> usize {
    let run = Run::of_scalars(tokens, at);
    visitor.leaves(path, run.column(tokens, 0).map(|(kind, text)| (kind, text, cell)));
    run.last()
}

/// Opens the cells and arrays around the innermost container that aren't open yet, from the outside in, and gives the
/// cell of its leaves.
#[inline(never)]
fn open_cells(containers: &mut [Container], visitor: &mut impl Visitor, mut draft: Option<&mut Draft>) -> CellId {
    let open = containers.iter().rposition(|container| container.cell != NO_CELL).unwrap_or(0);
    let mut cell = CellId::ROOT;
    let mut outer: Option<&mut Container> = None;
    for container in containers.iter_mut().skip(open) {
        if container.cell != NO_CELL {
            cell = container.cell;
        } else if let Some(parent) = outer.filter(|_| container.is_element) {
            let array = *parent.array.get_or_insert_with(|| {
                if let Some(draft) = draft.as_deref_mut() {
                    draft.array(cell);
                }
                visitor.open_array(cell)
            });
            cell = visitor.open_cells(array, 1);
            if let Some(draft) = draft.as_deref_mut() {
                draft.cell(array);
            }
        }
        container.cell = cell;
        outer = Some(container);
    }
    cell
}
