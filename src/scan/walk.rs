//! The walk over an event's tokens along the trie of wanted paths.

use memchr::memchr;

use super::Malformed;
use super::escape::unescape;
use super::index::Index;
use super::trie::{PathTrie, first_eight_of};
use crate::event::visitor::{LeafKind, Visitor};
use crate::ids::{ArrayId, CellId, NodeId};

/// Working memory of the walk.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The containers around the innermost one.
    around: Vec<Container>,
    /// A key whose escapes are undone.
    key: Vec<u8>,
}

impl Scratch {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.around.capacity() * size_of::<Container>() + self.key.capacity()
    }
}

/// An object or array that the walk is in.
#[derive(Clone, Copy, Debug)]
struct Container {
    /// The path that leads to it.
    node: NodeId,
    is_array: bool,
    /// Is it an element of an array? Then it has a cell of its own.
    is_element: bool,
    /// The cell of the leaves in it, once opened.
    ///
    /// INVARIANT: if a container's cell is open, so are those of all containers around it.
    cell: Option<CellId>,
    /// The array's own id, once opened.
    array: Option<ArrayId>,
}

impl Container {
    const EVENT: Container =
        Container { node: PathTrie::ROOT, is_array: false, is_element: false, cell: Some(CellId::ROOT), array: None };

    /// A container in this one.
    #[inline(always)]
    fn inner(&self, node: NodeId, is_array: bool) -> Container {
        let cell = if self.is_array { None } else { self.cell };
        Container { node, is_array, is_element: self.is_array, cell, array: None }
    }
}

/// The tokens as the walk reads them.
#[derive(Clone, Copy)]
struct Tokens<'s, 'e> {
    text: &'e [u8],
    positions: &'s [u32],
    bytes: &'s [u8],
    links: &'s [u32],
}

impl<'s, 'e> Tokens<'s, 'e> {
    /// Some tokens in a row. Past the last one may be anything, but the walk never goes beyond the last bracket.
    #[inline(always)]
    fn bytes<const N: usize>(self, at: usize) -> Result<&'s [u8; N], Malformed> {
        self.bytes.get(at..).and_then(|bytes| bytes.first_chunk()).ok_or(Malformed)
    }

    /// Where a token and the next one are in the text.
    #[inline(always)]
    fn span(self, at: usize) -> Result<(usize, usize), Malformed> {
        let [start, next] = self.positions.get(at..).and_then(|rest| rest.first_chunk()).ok_or(Malformed)?;
        Ok((*start as usize, *next as usize))
    }

    /// The token after the value at `at`, which begins with `first`.
    #[inline(always)]
    fn skip(self, at: usize, first: u8) -> Result<usize, Malformed> {
        match first {
            b'{' | b'[' => self.links.get(at).map(|link| *link as usize + 1).ok_or(Malformed),
            b'}' | b']' | b':' | b',' => Err(Malformed),
            _ => Ok(at + 1),
        }
    }

    /// The content of the string at `at`, and the text from there on.
    #[inline(always)]
    fn string(self, at: usize) -> Result<(&'e [u8], &'e [u8]), Malformed> {
        let (start, next) = self.span(at)?;
        let text = self.text.get(start + 1..).ok_or(Malformed)?;
        let mut length = next.wrapping_sub(start + 2);
        if text.get(length) != Some(&b'"') {
            length = string_length(text, length)?;
        }
        Ok((text.get(..length).ok_or(Malformed)?, text))
    }

    /// The leaf at `at`, which begins with `first`.
    #[inline(always)]
    fn leaf(self, at: usize, first: u8) -> Result<(LeafKind, &'e [u8]), Malformed> {
        let kind = match first {
            b'"' => return Ok((LeafKind::String, self.string(at)?.0)),
            b't' => LeafKind::True,
            b'f' => LeafKind::False,
            b'n' => LeafKind::Null,
            b'-' | b'0'..=b'9' => LeafKind::Number,
            _ => return Err(Malformed),
        };
        let (start, next) = self.span(at)?;
        let mut text = self.text.get(start..next).ok_or(Malformed)?;
        while let [before @ .., b' ' | b'\n' | b'\r' | b'\t'] = text {
            text = before;
        }
        Ok((kind, text))
    }
}

/// Where the string ends that a text begins with, if only white space follows until `end`.
#[cold]
fn string_length(text: &[u8], end: usize) -> Result<usize, Malformed> {
    text.get(..end).and_then(|text| text.iter().rposition(|byte| *byte == b'"')).ok_or(Malformed)
}

/// A step by a key that may have escapes.
#[inline(never)]
fn step_unescaped(trie: &PathTrie, node: NodeId, key: &[u8], buffer: &mut Vec<u8>) -> Option<NodeId> {
    if memchr(b'\\', key).is_none() {
        return trie.step(node, key);
    }
    buffer.clear();
    unescape(key, buffer);
    trie.step(node, buffer)
}

/// Walks over an event's tokens, and hands over the leaves at the trie's paths. It trusts no more than that brackets
/// are linked in pairs: in trusted mode anything may follow anything.
#[inline(always)]
pub(super) fn walk<'e>(
    text: &'e [u8],
    index: &Index,
    trie: &PathTrie,
    scratch: &mut Scratch,
    visitor: &mut impl Visitor<'e>,
) -> Result<(), Malformed> {
    let Scratch { around, key: buffer } = scratch;
    let Index { positions, tokens, links, has_backslash, .. } = index;
    let tokens = Tokens { text, positions, bytes: tokens, links };
    around.clear();
    let mut container = Container::EVENT;
    let mut here = trie.node(container.node).ok_or(Malformed)?;
    // The first token is the outermost object's bracket.
    let mut at = 1;
    if let [b'}'] = tokens.bytes(at)? {
        return Ok(());
    }
    loop {
        // An entry of the container begins here. INVARIANT: `at` only ever moves forward.
        let wanted = if container.is_array {
            Some((container.node, here))
        } else {
            let [b'"', b':'] = tokens.bytes(at)? else { return Err(Malformed) };
            let (key, text) = tokens.string(at)?;
            at += 2;
            if *has_backslash {
                step_unescaped(trie, container.node, key, buffer).and_then(|id| Some((id, trie.node(id)?)))
            } else {
                trie.step_from(container.node, here, first_eight_of(key, text), key)
            }
        };
        let [first, second] = *tokens.bytes(at)?;
        at = match wanted {
            None => tokens.skip(at, first)?,
            Some((id, node)) if first == b'{' || first == b'[' => {
                let is_array = first == b'[';
                let enter = node.has_children() || is_array && node.path().is_some();
                if enter && second != b'}' && second != b']' {
                    around.push(container);
                    container = container.inner(id, is_array);
                    here = node;
                    at += 1;
                    continue;
                }
                tokens.skip(at, first)?
            }
            Some((_, node)) => {
                if let Some(path) = node.path() {
                    let (kind, text) = tokens.leaf(at, first)?;
                    let cell = match container.cell {
                        Some(cell) => cell,
                        None => open_cells(around, &mut container, visitor),
                    };
                    visitor.leaf(path, kind, text, kind == LeafKind::String && *has_backslash, cell);
                }
                tokens.skip(at, first)?
            }
        };
        loop {
            let [token] = *tokens.bytes(at)?;
            at += 1;
            match token {
                b',' => break,
                b'}' | b']' => match around.pop() {
                    Some(outer) => {
                        container = outer;
                        here = trie.node(container.node).ok_or(Malformed)?;
                    }
                    None => return Ok(()),
                },
                _ => return Err(Malformed),
            }
        }
    }
}

/// Opens the cells and arrays around the innermost container that aren't open yet, from the outside in, and gives the
/// cell of its leaves.
#[inline(never)]
fn open_cells<'e>(around: &mut [Container], innermost: &mut Container, visitor: &mut impl Visitor<'e>) -> CellId {
    let open = around.iter().rposition(|container| container.cell.is_some()).unwrap_or(0);
    let mut cell = CellId::ROOT;
    let mut outer: Option<&mut Container> = None;
    for container in around.iter_mut().skip(open).chain([innermost]) {
        if let Some(known) = container.cell {
            cell = known;
        } else if let Some(parent) = outer.filter(|_| container.is_element) {
            let array = *parent.array.get_or_insert_with(|| visitor.open_array(cell));
            cell = visitor.open_cell(array);
        }
        container.cell = Some(cell);
        outer = Some(container);
    }
    cell
}
