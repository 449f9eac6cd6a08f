//! An event as a tree that knows where in the text everything is: every member, numbers as they are spelt.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use crate::EventError;
use crate::compile::MAX_EVENT_DEPTH;
use crate::event::visitor::LeafKind;
use crate::scan;

/// A node of a [`Tree`], by its place in the order of the text: what is around a node has a lower number.
pub(super) type NodeId = u32;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Leaf(LeafKind),
}

/// A value of the event.
#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    /// The value around it; the event's own is itself.
    parent: NodeId,
    /// One past the last node inside.
    end: NodeId,
    /// Of the innermost array element around it, or of itself, that is an object or array; 0 outside arrays.
    cell: NodeId,
    /// Which element of the array it is.
    index: u32,
    /// The member's key, quotes included; empty for elements.
    key: Range<u32>,
    span: Range<u32>,
}

/// An event's values in the order of the text.
#[derive(Debug)]
pub(super) struct Tree<'e> {
    text: &'e str,
    nodes: Vec<Node>,
}

/// Longer locations are cut.
const LOCATION_BYTES: usize = 512;

impl<'e> Tree<'e> {
    pub(super) const ROOT: NodeId = 0;

    /// Reads an event, strictly. Linear in the text.
    pub(super) fn read(text: &'e [u8]) -> Result<Self, EventError> {
        if u32::try_from(text.len()).is_err() {
            return Err(EventError::size());
        }
        scan::validate(text, MAX_EVENT_DEPTH)?;
        let text = std::str::from_utf8(text).map_err(|error| EventError::utf8(error.valid_up_to()))?;
        Ok(Tree { text, nodes: Reader::new(text).read() })
    }

    pub(super) fn text(&self) -> &'e str {
        self.text
    }

    pub(super) fn len(&self) -> NodeId {
        id(self.nodes.len())
    }

    fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node as usize)
    }

    pub(super) fn kind(&self, node: NodeId) -> Kind {
        self.node(node).map_or(Kind::Leaf(LeafKind::Null), |node| node.kind)
    }

    pub(super) fn parent(&self, node: NodeId) -> NodeId {
        self.node(node).map_or(Self::ROOT, |node| node.parent)
    }

    /// The position of a leaf (semantics, "Arrays"): that of the array element it is under, elements that are themselves
    /// leaves excepted; of an object or array, where the leaves in it are.
    pub(super) fn cell(&self, node: NodeId) -> NodeId {
        self.node(node).map_or(Self::ROOT, |node| node.cell)
    }

    /// Which element of its array a node is, from 0.
    pub(super) fn index(&self, node: NodeId) -> usize {
        self.node(node).map_or(0, |node| node.index as usize)
    }

    pub(super) fn span(&self, node: NodeId) -> Range<usize> {
        self.node(node).map_or(0..0, |node| wide(&node.span))
    }

    /// The key's place in the text, quotes included; of what has no key, the value's.
    pub(super) fn key_span(&self, node: NodeId) -> Range<usize> {
        match self.node(node) {
            Some(node) if !node.key.is_empty() => wide(&node.key),
            _ => self.span(node),
        }
    }

    /// The value as it is written.
    pub(super) fn source(&self, node: NodeId) -> &'e str {
        self.text.get(self.span(node)).unwrap_or_default()
    }

    /// The member's key, unescaped; empty for what has none.
    pub(super) fn key(&self, node: NodeId) -> Cow<'e, str> {
        let key = self.node(node).map_or(0..0, |node| wide(&node.key));
        unquoted(self.text.get(key).unwrap_or_default())
    }

    /// A leaf's text: a string's content unescaped, anything else as it is written.
    pub(super) fn leaf_text(&self, node: NodeId) -> Cow<'e, str> {
        match self.kind(node) {
            Kind::Leaf(LeafKind::String) => unquoted(self.source(node)),
            _ => Cow::Borrowed(self.source(node)),
        }
    }

    /// The members or elements of a node.
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(node).map_or(0, |node| node.end);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let child = next;
            next = self.node(child).filter(|_| child < end)?.end;
            Some(child)
        })
    }

    /// Whether two positions agree: in no array are they in different elements.
    pub(super) fn agree(&self, one: NodeId, other: NodeId) -> bool {
        let (mut one, mut other) = (one, other);
        // The arrays around a position have falling numbers from the inside out, so the two ways are merged.
        while one != other && one != Self::ROOT && other != Self::ROOT {
            let arrays = (self.parent(one), self.parent(other));
            match arrays.0.cmp(&arrays.1) {
                std::cmp::Ordering::Equal => return false,
                std::cmp::Ordering::Greater => one = self.cell(arrays.0),
                std::cmp::Ordering::Less => other = self.cell(arrays.1),
            }
        }
        true
    }

    /// The node itself if it is a member of an object, or the member that it is an element of, at whatever depth.
    pub(super) fn member(&self, node: NodeId) -> NodeId {
        let mut at = node;
        while at != Self::ROOT && self.kind(self.parent(at)) == Kind::Array {
            at = self.parent(at);
        }
        at
    }

    /// A value's path: keys joined with `.`. Long ones are cut.
    pub(super) fn keys_to(&self, node: NodeId) -> String {
        self.way_to(node, false)
    }

    /// How to get to a value: keys joined with `.`, elements of arrays as `[2]`. Long ones are cut.
    pub(super) fn location(&self, node: NodeId) -> String {
        self.way_to(node, true)
    }

    fn way_to(&self, node: NodeId, elements: bool) -> String {
        let mut way = Vec::new();
        let mut at = node;
        while at != Self::ROOT {
            way.push(at);
            at = self.parent(at);
        }
        let mut location = String::new();
        let mut is_first = true;
        for step in way.into_iter().rev() {
            if location.len() > LOCATION_BYTES {
                location.push('…');
                break;
            }
            if self.kind(self.parent(step)) == Kind::Array {
                if elements {
                    let _ = write!(location, "[{}]", self.index(step));
                }
            } else {
                if !std::mem::take(&mut is_first) {
                    location.push('.');
                }
                location.extend(self.key(step).chars().take(LOCATION_BYTES));
            }
        }
        location
    }
}

/// Numbers of nodes and bytes are less than 2^32, as the text is.
fn id(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn wide(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// The content of a string that is in quotes.
fn unquoted(string: &str) -> Cow<'_, str> {
    let content = string.strip_prefix('"').and_then(|string| string.strip_suffix('"')).unwrap_or_default();
    if memchr::memchr(b'\\', content.as_bytes()).is_none() {
        return Cow::Borrowed(content);
    }
    let mut unescaped = Vec::with_capacity(content.len());
    scan::unescape(content.as_bytes(), &mut unescaped);
    Cow::Owned(String::from_utf8_lossy(&unescaped).into_owned())
}

/// Reads a text that is known to be well-formed.
struct Reader<'e> {
    text: &'e [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The objects and arrays that are open, each with the number of its members so far.
    open: Vec<(NodeId, u32)>,
    key: Option<Range<u32>>,
}

impl<'e> Reader<'e> {
    fn new(text: &'e str) -> Self {
        Reader { text: text.as_bytes(), at: 0, nodes: Vec::new(), open: Vec::new(), key: None }
    }

    fn read(mut self) -> Vec<Node> {
        while let Some(byte) = self.text.get(self.at).copied() {
            let start = self.at;
            self.at += 1;
            match byte {
                b'{' => self.begin(Kind::Object, start),
                b'[' => self.begin(Kind::Array, start),
                b'}' | b']' => self.finish(),
                b'"' => {
                    self.string();
                    if self.is_key() {
                        self.key = Some(id(start)..id(self.at));
                    } else {
                        self.leaf(LeafKind::String, start);
                    }
                }
                b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' => {}
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                    self.at += rest.iter().position(ends).unwrap_or(rest.len());
                    let kind = match byte {
                        b't' => LeafKind::True,
                        b'f' => LeafKind::False,
                        b'n' => LeafKind::Null,
                        _ => LeafKind::Number,
                    };
                    self.leaf(kind, start);
                }
            }
        }
        self.nodes
    }

    /// To behind the closing quote.
    fn string(&mut self) {
        while let Some(found) = memchr::memchr2(b'"', b'\\', self.text.get(self.at..).unwrap_or_default()) {
            self.at += found + 1;
            if self.text.get(self.at - 1) == Some(&b'"') {
                return;
            }
            self.at += 1;
        }
        self.at = self.text.len();
    }

    fn is_key(&self) -> bool {
        let parent = self.open.last().and_then(|(open, _)| self.nodes.get(*open as usize));
        self.key.is_none() && parent.is_some_and(|parent| parent.kind == Kind::Object)
    }

    fn leaf(&mut self, kind: LeafKind, start: usize) {
        self.push(Kind::Leaf(kind), start);
    }

    fn begin(&mut self, kind: Kind, start: usize) {
        let node = id(self.nodes.len());
        self.push(kind, start);
        self.open.push((node, 0));
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let node = id(self.nodes.len());
        let (parent, index) = match self.open.last_mut() {
            Some((parent, members)) => {
                *members += 1;
                (*parent, *members - 1)
            }
            None => (node, 0),
        };
        let around = self.nodes.get(parent as usize);
        let is_element = around.is_some_and(|around| around.kind == Kind::Array);
        let is_cell = is_element && !matches!(kind, Kind::Leaf(_));
        let cell = if is_cell { node } else { around.map_or(Tree::ROOT, |around| around.cell) };
        let key = self.key.take().unwrap_or(0..0);
        self.nodes.push(Node { kind, parent, end: node + 1, cell, index, key, span: id(start)..id(self.at) });
    }

    fn finish(&mut self) {
        let (end, at) = (id(self.nodes.len()), id(self.at));
        if let Some(node) = self.open.pop().and_then(|(open, _)| self.nodes.get_mut(open as usize)) {
            node.end = end;
            node.span.end = at;
        }
    }
}
