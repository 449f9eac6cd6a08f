//! The wanted paths as a trie, by segment: what the walk asks at every key of an event.
//!
//! Most keys lead nowhere, and the answer must be quick. A node knows the lengths of its children's segments, and finds
//! the one child that a key may name by a perfect hash of the key's first eight bytes and length. Where there is no such
//! hash (too many children, or too alike) a hash table over all such nodes serves.

use std::hash::BuildHasher;
use std::num::NonZeroU8;

use hashbrown::DefaultHashBuilder as RandomState;
use hashbrown::HashTable;
use memchr::memchr;

use crate::ids::{NodeId, PathId};

/// The wanted paths, by segment.
#[derive(Debug)]
pub(crate) struct PathTrie {
    nodes: Vec<Node>,
    /// The perfect hashes of all nodes, one after the other: children, or [`NO_CHILD`].
    slots: Vec<NodeId>,
    /// The children of nodes without a perfect hash.
    edges: Edges,
}

/// In a slot without a child. The root is nobody's child.
const NO_CHILD: NodeId = PathTrie::ROOT;

impl PathTrie {
    pub(crate) const ROOT: NodeId = NodeId(0);

    /// `paths[i]` is the path with id `i`: keys joined with `.`; all are distinct. Takes time linear in their text.
    pub(crate) fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut builder = Builder::default();
        for (id, path) in (0..).zip(paths) {
            builder.insert(PathId(id), path);
        }
        builder.finish()
    }

    /// The node reached by a key, whose dots are the same as nesting. Takes time linear in the key.
    #[inline]
    pub(crate) fn step(&self, node: NodeId, key: &[u8]) -> Option<NodeId> {
        self.step_from(node, self.node(node)?, first_eight(key), key).map(|(id, _)| id)
    }

    /// [`PathTrie::step`] from a node at hand, where the key's first eight bytes are known as [`first_eight`] gives them.
    #[inline(always)]
    pub(super) fn step_from(&self, id: NodeId, node: &Node, first: u64, key: &[u8]) -> Option<(NodeId, &Node)> {
        let child = self.child(id, node, first, key);
        // A segment has no dot, so a key that has one is no single segment.
        if child.is_none() && has_dot(first, key) { self.step_by_segments(id, key) } else { child }
    }

    /// The path that ends at a node, if a rule mentions it.
    #[inline]
    pub(crate) fn path(&self, node: NodeId) -> Option<PathId> {
        self.node(node)?.path()
    }

    /// Does any path go on from a node?
    #[inline]
    pub(crate) fn has_children(&self, node: NodeId) -> bool {
        self.node(node).is_some_and(Node::has_children)
    }

    #[inline(always)]
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    #[inline(never)]
    fn step_by_segments(&self, id: NodeId, key: &[u8]) -> Option<(NodeId, &Node)> {
        key.split(|byte| *byte == b'.')
            .try_fold((id, self.node(id)?), |(id, node), segment| self.child(id, node, first_eight(segment), segment))
    }

    /// The child whose segment is `key`.
    #[inline(always)]
    fn child(&self, id: NodeId, node: &Node, first: u64, key: &[u8]) -> Option<(NodeId, &Node)> {
        if node.lengths & length_bit(key.len()) == 0 {
            return None;
        }
        let id = match node.children {
            Some(hash) => *self.slots.get(hash.slot(first, key.len()))?,
            None => self.edges.find(&self.nodes, id, first, key)?,
        };
        let child = self.node(id)?;
        (id != NO_CHILD && child.is(first, key)).then_some((id, child))
    }
}

/// A prefix of paths: the segment that leads to it from its parent, and how to find its children.
///
/// The segment is kept in a form that is quick to compare: its ends, which cover up to 16 bytes, and what is between.
/// All of it is one line of cache.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Node {
    first: u64,
    last: u64,
    middle: Box<[u8]>,
    length: u32,
    /// Or [`NO_PATH`].
    path: PathId,
    /// Which lengths the children's segments have, by [`length_bit`].
    lengths: u64,
    /// `None` if [`PathTrie::edges`] has the children.
    children: Option<PerfectHash>,
}

/// At a node that is only a prefix.
const NO_PATH: PathId = PathId(u32::MAX);

/// The bit that stands for a segment's length; the highest for all from 63.
#[inline(always)]
fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// A segment's length as nodes have it. Longer ones differ in the middle.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "compared along with the middle")]
const fn short_length(length: usize) -> u32 {
    length as u32
}

impl Node {
    fn new(segment: &[u8]) -> Self {
        Node {
            first: first_eight(segment),
            last: last_eight(segment),
            middle: segment.get(8..segment.len().saturating_sub(8)).unwrap_or_default().into(),
            length: short_length(segment.len()),
            path: NO_PATH,
            lengths: 0,
            children: None,
        }
    }

    /// The path that ends here, if a rule mentions it.
    #[inline(always)]
    pub(super) fn path(&self) -> Option<PathId> {
        (self.path != NO_PATH).then_some(self.path)
    }

    /// Does any path go on from here?
    #[inline(always)]
    pub(super) fn has_children(&self) -> bool {
        self.lengths != 0
    }

    /// Is its segment what `key` spells?
    #[inline(always)]
    fn is(&self, first: u64, key: &[u8]) -> bool {
        self.first == first
            && self.length == short_length(key.len())
            && (key.len() <= 8
                || self.last == last_eight(key)
                    && (key.len() <= 16 || key.get(8..key.len() - 8) == Some(&*self.middle)))
    }
}

/// The first eight bytes, as a little-endian number; zeros stand for those that are missing.
#[inline(always)]
pub(super) fn first_eight(key: &[u8]) -> u64 {
    match key.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            for (to, from) in bytes.iter_mut().zip(key) {
                *to = *from;
            }
            u64::from_le_bytes(bytes)
        }
    }
}

/// [`first_eight`] of a key at the start of a text, which mostly goes on for eight bytes.
#[inline(always)]
pub(super) fn first_eight_of(key: &[u8], text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(bytes) if key.len() < 8 => u64::from_le_bytes(*bytes) & !(u64::MAX << (8 * key.len())),
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => first_eight(key),
    }
}

/// The last eight bytes; zero if there are fewer.
#[inline(always)]
fn last_eight(key: &[u8]) -> u64 {
    key.last_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Has the key a dot?
#[inline(always)]
fn has_dot(first: u64, key: &[u8]) -> bool {
    match key.len() {
        0..=8 => word_has_dot(first),
        9..=16 => word_has_dot(first) || word_has_dot(last_eight(key)),
        _ => memchr(b'.', key).is_some(),
    }
}

#[inline(always)]
fn word_has_dot(word: u64) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // A byte that equals the dot becomes zero, and borrows from its highest bit.
    let zero = word ^ (ONES * b'.' as u64);
    zero.wrapping_sub(ONES) & !zero & (ONES << 7) != 0
}

/// Puts each child of a node into a slot of its own, by a segment's first eight bytes and length.
#[derive(Clone, Copy, Debug)]
struct PerfectHash {
    multiplier: u64,
    slots: u32,
    shift: NonZeroU8,
}

impl PerfectHash {
    /// Nodes with more children have none.
    const MAX_CHILDREN: usize = 64;
    /// How many multipliers are tried before the number of slots is doubled.
    const TRIES: u64 = 16;

    #[inline(always)]
    fn slot(self, first: u64, length: usize) -> usize {
        let key = first.wrapping_add((length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        #[expect(clippy::cast_possible_truncation, reason = "a few bits are left")]
        let slot = (key.wrapping_mul(self.multiplier) >> self.shift.get()) as usize;
        self.slots as usize + slot
    }

    /// Finds a hash for the children, and appends its slots. The search is bounded: rules may be hostile.
    fn find(nodes: &[Node], children: &[Edge], slots: &mut Vec<NodeId>) -> Option<Self> {
        if children.len() > Self::MAX_CHILDREN {
            return None;
        }
        let start = slots.len();
        let smallest = (2 * children.len()).next_power_of_two().ilog2();
        for bits in smallest..smallest + 3 {
            for i in 0..Self::TRIES {
                // Odd, and of no pattern that segments might share.
                let multiplier = (2 * i + 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
                let shift = u8::try_from(64 - bits).ok().and_then(NonZeroU8::new)?;
                let hash = PerfectHash { multiplier, slots: u32::try_from(start).ok()?, shift };
                slots.resize(start + (1 << bits), NO_CHILD);
                if children.iter().all(|child| hash.place(nodes, child.child, slots)) {
                    return Some(hash);
                }
                slots.truncate(start);
            }
        }
        None
    }

    /// Puts a child into its slot, if that is free.
    fn place(self, nodes: &[Node], child: NodeId, slots: &mut [NodeId]) -> bool {
        let Some(node) = nodes.get(child.index()) else { return false };
        match slots.get_mut(self.slot(node.first, node.length as usize)) {
            Some(slot) if *slot == NO_CHILD => {
                *slot = child;
                true
            }
            _ => false,
        }
    }
}

/// Children by parent and segment.
#[derive(Debug, Default)]
struct Edges {
    table: HashTable<Edge>,
    /// Seeded, for events and rules are hostile.
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    hash: u64,
    parent: NodeId,
    child: NodeId,
}

impl Edges {
    fn hash(&self, parent: NodeId, segment: &[u8]) -> u64 {
        self.hasher.hash_one((parent.0, segment))
    }

    #[inline(never)]
    fn find(&self, nodes: &[Node], parent: NodeId, first: u64, segment: &[u8]) -> Option<NodeId> {
        let leads_to = |edge: &Edge| {
            edge.parent == parent && nodes.get(edge.child.index()).is_some_and(|child| child.is(first, segment))
        };
        self.table.find(self.hash(parent, segment), leads_to).map(|edge| edge.child)
    }
}

#[derive(Debug)]
struct Builder {
    nodes: Vec<Node>,
    edges: Edges,
}

impl Default for Builder {
    fn default() -> Self {
        Builder { nodes: vec![Node::new(b"")], edges: Edges::default() }
    }
}

impl Builder {
    fn insert(&mut self, id: PathId, path: &str) {
        let mut node = PathTrie::ROOT;
        for segment in path.as_bytes().split(|byte| *byte == b'.') {
            let known = self.edges.find(&self.nodes, node, first_eight(segment), segment);
            let Some(child) = known.or_else(|| self.add(node, segment)) else { return };
            node = child;
        }
        if let Some(node) = self.nodes.get_mut(node.index()) {
            node.path = id;
        }
    }

    /// Adds a child; `None` if there are too many nodes for their ids, which no memory holds.
    fn add(&mut self, parent: NodeId, segment: &[u8]) -> Option<NodeId> {
        let child = NodeId(u32::try_from(self.nodes.len()).ok()?);
        self.nodes.push(Node::new(segment));
        self.nodes.get_mut(parent.index())?.lengths |= length_bit(segment.len());
        let hash = self.edges.hash(parent, segment);
        self.edges.table.insert_unique(hash, Edge { hash, parent, child }, |edge| edge.hash);
        Some(child)
    }

    fn finish(self) -> PathTrie {
        let Builder { mut nodes, mut edges } = self;
        let mut by_parent: Vec<Edge> = edges.table.iter().copied().collect();
        by_parent.sort_unstable_by_key(|edge| (edge.parent, edge.child));
        let mut slots = Vec::new();
        for children in by_parent.chunk_by(|a, b| a.parent == b.parent) {
            let hash = PerfectHash::find(&nodes, children, &mut slots);
            if let Some(parent) = children.first().and_then(|edge| nodes.get_mut(edge.parent.index())) {
                parent.children = hash;
            }
        }
        edges.table.retain(|edge| nodes.get(edge.parent.index()).is_some_and(|parent| parent.children.is_none()));
        edges.table.shrink_to_fit(|edge| edge.hash);
        nodes.shrink_to_fit();
        slots.shrink_to_fit();
        PathTrie { nodes, slots, edges }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn path(trie: &PathTrie, keys: &[&str]) -> Option<u32> {
        let node = keys.iter().try_fold(PathTrie::ROOT, |node, key| trie.step(node, key.as_bytes()))?;
        trie.path(node).map(|path| path.0)
    }

    #[test]
    fn a_node_is_a_line_of_cache() {
        assert_eq!(size_of::<Node>(), 64);
    }

    #[test]
    fn dots_are_the_same_as_nesting() {
        let trie = PathTrie::new(["a.b.c", "a", "", "a.", "x..y", "."]);
        for keys in [&["a", "b", "c"][..], &["a.b", "c"], &["a", "b.c"], &["a.b.c"]] {
            assert_eq!(path(&trie, keys), Some(0));
        }
        assert_eq!(path(&trie, &["a"]), Some(1));
        assert_eq!(path(&trie, &[""]), Some(2));
        assert_eq!((path(&trie, &["a."]), path(&trie, &["a", ""])), (Some(3), Some(3)));
        assert_eq!(
            (path(&trie, &["x", "", "y"]), path(&trie, &["x.", "y"]), path(&trie, &["x", ".y"])),
            (Some(4), Some(4), Some(4))
        );
        assert_eq!((path(&trie, &["."]), path(&trie, &["", ""])), (Some(5), Some(5)));
        for keys in [&["a.b"][..], &["b"], &["a..b"], &["a.b.c."], &["a.b.c.d"], &[".a"], &["x"], &["..."]] {
            assert_eq!(path(&trie, keys), None, "{keys:?}");
        }
        assert!(trie.has_children(PathTrie::ROOT));
        assert!(!trie.has_children(trie.step(PathTrie::ROOT, b"a.b.c").unwrap()));
        assert!(!PathTrie::new([]).has_children(PathTrie::ROOT));
    }

    #[test]
    fn segments_of_every_length_differ_at_every_byte() {
        let segment = |length: usize| "0123456789abcdefghijklmnopqrstuvwxyz".repeat(3).split_at(length).0.to_owned();
        let segments: Vec<String> = (0..100).map(segment).collect();
        let trie = PathTrie::new(segments.iter().map(String::as_str));
        for (id, segment) in (0..).zip(&segments) {
            assert_eq!(path(&trie, &[segment]), Some(id));
            for at in 0..segment.len() {
                let mut other = segment.clone();
                other.replace_range(at..=at, "_");
                assert_eq!(path(&trie, &[&other]), None);
            }
        }
        assert_eq!(path(&trie, &["\0"]), None);
    }

    /// Too many children for a perfect hash, too alike for one, and many nodes.
    #[test]
    fn hostile_paths_are_found() {
        let mut paths: Vec<String> = (0..20_000).map(|i| format!("many.{i}")).collect();
        paths.extend((0..30).map(|i| format!("alike.common_prefix_{i:02}_common_suffix")));
        paths.extend((0..2000).map(|i| format!("nodes.{i:04}.x")));
        paths.extend((0..2000).map(|i| format!("nodes.{i:04}.yy.z")));
        paths.push(vec!["deep"; 2000].join("."));
        let trie = PathTrie::new(paths.iter().map(String::as_str));
        for (id, text) in (0..).zip(&paths) {
            assert_eq!(path(&trie, &text.split('.').collect::<Vec<_>>()), Some(id));
            assert_eq!(path(&trie, &[text]), Some(id));
        }
        assert_eq!(path(&trie, &["many", "20000"]), None);
        assert_eq!(path(&trie, &["alike", "common_prefix_30_common_suffix"]), None);
    }
}
