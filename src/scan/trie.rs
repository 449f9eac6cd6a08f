//! The wanted paths as a trie, by segment: what the walk asks at every key of an event.
//!
//! Most keys lead nowhere, and the answer must be quick. A node knows the lengths of its children's segments, and finds
//! the one child that a key may name by a perfect hash of the key's first eight bytes and length. Where there is no such
//! hash (too many children, or too alike) a hash table over all such nodes serves.

use std::hash::BuildHasher;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ids::{NodeId, PathId};
use hashbrown::DefaultHashBuilder as RandomState;
use hashbrown::HashTable;

/// The wanted paths, by segment.
#[derive(Debug)]
pub(crate) struct PathTrie {
    /// Tells tries apart, for what is known of events holds for one trie only.
    serial: u64,
    nodes: Vec<Node>,
    /// The path that ends at each node, or [`NO_PATH`].
    paths: Vec<PathId>,
    path_count: usize,
    /// The edges to the children of each node: where it has a perfect hash in the slots of that.
    edges: Vec<Edge>,
    /// What is between the first and the last eight bytes of long segments.
    middles: Vec<u8>,
    /// The edges of nodes without a perfect hash.
    table: EdgeTable,
}

/// At a node that is only a prefix.
pub(super) const NO_PATH: PathId = PathId(u32::MAX);

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

    /// The texts of the paths with the ids below `count`. Takes time linear in them and in the trie.
    pub(crate) fn texts(&self, count: usize) -> Vec<String> {
        // By node, the way to it and where that begins; the root's is of no use.
        let mut ways = vec![(PathTrie::ROOT, Edge::NONE); self.nodes.len()];
        let slots = (0..).zip(&self.nodes).filter_map(|(parent, node)| Some((NodeId(parent), node.children?.slots())));
        let rows = self.table.table.iter().map(|row| (row.parent, row.edge as usize..row.edge as usize + 1));
        for (parent, range) in slots.chain(rows) {
            for edge in self.edges.get(range).unwrap_or_default().iter().filter(|edge| !edge.is_none()) {
                if let Some(way) = ways.get_mut(edge.child.index()) {
                    *way = (parent, *edge);
                }
            }
        }
        let mut texts = vec![String::new(); count];
        for (node, path) in (0..).zip(&self.paths) {
            let Some(text) = texts.get_mut(path.index()) else { continue };
            let node = Some(NodeId(node)).filter(|node| *node != PathTrie::ROOT);
            let way = |node: &NodeId| ways.get(node.index());
            let above = |node: &NodeId| Some(way(node)?.0).filter(|node| *node != PathTrie::ROOT);
            let mut segments: Vec<Vec<u8>> = std::iter::successors(node, above)
                .filter_map(|node| Some(way(&node)?.1.segment(&self.middles)))
                .collect();
            segments.reverse();
            // INVARIANT: the path was text when it was inserted.
            *text = String::from_utf8(segments.join(&b'.')).unwrap_or_default();
        }
        texts
    }

    /// The node reached by a key, whose dots are the same as nesting. Takes time linear in the key.
    #[inline]
    pub(crate) fn step(&self, node: NodeId, key: &[u8]) -> Option<NodeId> {
        self.step_edge(node, key).map(|edge| edge.child)
    }

    /// [`PathTrie::step`], by its last edge.
    pub(super) fn step_edge(&self, id: NodeId, key: &[u8]) -> Option<&Edge> {
        // A segment has no dot, so a key that has one is no single segment.
        if !key.contains(&b'.') {
            return self.edge(id, key);
        }
        let mut segments = key.split(|byte| *byte == b'.');
        let edge = self.edge(id, segments.next()?)?;
        segments.try_fold(edge, |edge, segment| self.edge(edge.child, segment))
    }

    /// The path that ends at a node, if a rule mentions it.
    #[inline]
    pub(crate) fn path(&self, node: NodeId) -> Option<PathId> {
        self.paths.get(node.index()).copied().filter(|path| *path != NO_PATH)
    }

    /// A number that no other trie has.
    #[inline(always)]
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// How many paths there are.
    #[inline(always)]
    pub(super) fn path_count(&self) -> usize {
        self.path_count
    }

    /// Does any path go on from a node?
    #[inline(always)]
    pub(crate) fn has_children(&self, node: NodeId) -> bool {
        self.node(node).has_children()
    }

    #[inline(always)]
    pub(super) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.index()).unwrap_or(&Node::CHILDLESS)
    }

    /// The edge whose segment is `key`.
    fn edge(&self, id: NodeId, key: &[u8]) -> Option<&Edge> {
        match self.node(id).children {
            None => self.table.find(&self.edges, &self.middles, id, key),
            Some(hash) => {
                let first = first_eight(key);
                self.edges.get(hash.slot(first, key.len()))?.is(first, key, &self.middles)
            }
        }
    }

    /// The edge whose segment is the `length` bytes of the text from `start` on, of which `head` are the first eight,
    /// whatever the length. If it is `None`, [`Node::may_go_on`] says whether that is the whole answer.
    #[inline(always)]
    pub(super) fn edge_within(
        &self,
        node: &Node,
        head: u64,
        text: &[u8],
        start: usize,
        length: usize,
    ) -> Option<&Edge> {
        let hash = node.children?;
        if length >= 8 {
            let key = text.get(start..start + length)?;
            return self.edges.get(hash.slot(head, length))?.is(head, key, &self.middles);
        }
        let first = head & ((1 << (8 * length)) - 1);
        let edge = self.edges.get(hash.slot(first, length))?;
        ((edge.first ^ first) | u64::from(edge.length) ^ length as u64 == 0).then_some(edge)
    }
}

/// A prefix of paths: how to find its children by a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// What begins and lengths the children's segments have, by [`key_hash`]; all if [`PathTrie::table`] has them.
    keys: u64,
    /// With which bytes keys begin that [`PathTrie::edge_within`] may not find, by [`byte_hash`].
    others: u64,
    /// `None` if [`PathTrie::table`] has the children, or there are none.
    children: Option<PerfectHash>,
}

impl Node {
    const CHILDLESS: Node = Node { keys: 0, others: 0, children: None };

    /// Does any path go on from here?
    #[inline(always)]
    pub(super) fn has_children(&self) -> bool {
        self.keys != 0
    }

    /// May there be any way by a key of this length with these first eight bytes? Mostly says no where there is none.
    #[inline(always)]
    pub(super) fn may_lead_on(&self, head: u64, length: usize) -> bool {
        (self.keys >> key_hash(head, length) | self.others >> byte_hash(head)) & 1 != 0
    }

    /// May there be a way that [`PathTrie::edge_within`] doesn't find, by a key with these first eight bytes?
    #[inline(always)]
    pub(super) fn may_go_on(&self, head: u64, length: usize) -> bool {
        self.others >> byte_hash(head) & 1 != 0 && (length > 8 || self.children.is_none() || has_dot(head))
    }
}

/// Is one of the eight bytes a dot?
#[inline(always)]
fn has_dot(head: u64) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // A byte that equals the dot becomes zero, and borrows from its highest bit.
    let zero = head ^ (ONES * b'.' as u64);
    zero.wrapping_sub(ONES) & !zero & (ONES << 7) != 0
}

/// The number of the bit that stands for a key's length and its first byte, given its first eight; others share it.
#[inline(always)]
fn key_hash(head: u64, length: usize) -> u64 {
    head.wrapping_add((length as u64).wrapping_mul(11)) & 63
}

/// The number of the bit that stands for a text's first byte, given its first eight; others share it.
#[inline(always)]
fn byte_hash(head: u64) -> u64 {
    head & 63
}

/// The first eight bytes, as a little-endian number; zeros stand for those that are missing.
fn first_eight(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(key) {
        *to = *from;
    }
    u64::from_le_bytes(bytes)
}

/// The last eight bytes; zero if there are fewer.
#[inline(always)]
fn last_eight(key: &[u8]) -> u64 {
    key.last_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The way from a node to a child: the segment, and what is there.
///
/// The segment is kept in a form that is quick to compare: its ends, which cover up to 16 bytes, and what is between.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Edge {
    first: u64,
    last: u64,
    length: u32,
    /// Where what is between begins in [`PathTrie::middles`].
    middle: u32,
    pub(super) child: NodeId,
    /// The path that ends at the child, or [`NO_PATH`].
    pub(super) path: PathId,
}

impl Edge {
    /// In a slot without a child: no key has this first and this last byte and such a length.
    const NONE: Edge = Edge { first: 0, last: 1, length: u32::MAX, middle: 0, child: PathTrie::ROOT, path: NO_PATH };

    fn is_none(&self) -> bool {
        self.child == PathTrie::ROOT
    }

    /// This edge, if its segment is what `key` spells.
    #[inline(always)]
    fn is(&self, first: u64, key: &[u8], middles: &[u8]) -> Option<&Self> {
        let is_it = self.first == first
            && self.length as usize == key.len()
            && (key.len() <= 8
                || self.last == last_eight(key) && (key.len() <= 16 || middle(key) == self.middle(middles)));
        is_it.then_some(self)
    }

    fn segment(&self, middles: &[u8]) -> Vec<u8> {
        let length = self.length as usize;
        let mut segment = self.first.to_le_bytes().to_vec();
        segment.truncate(length);
        segment.extend_from_slice(self.middle(middles).unwrap_or_default());
        segment.extend_from_slice(self.last.to_le_bytes().get(16_usize.saturating_sub(length)..).unwrap_or_default());
        segment
    }

    fn middle<'m>(&self, middles: &'m [u8]) -> Option<&'m [u8]> {
        let start = self.middle as usize;
        middles.get(start..start + (self.length as usize).saturating_sub(16))
    }
}

/// What is between the first and the last eight bytes of a long key.
fn middle(key: &[u8]) -> Option<&[u8]> {
    key.get(8..key.len().checked_sub(8)?)
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
        // Of the product the length moves the highest bits, which are the ones that count.
        let key = first.wrapping_add((length as u64) << 57);
        #[expect(clippy::cast_possible_truncation, reason = "a few bits are left")]
        let slot = (key.wrapping_mul(self.multiplier) >> self.shift.get()) as usize;
        self.slots as usize + slot
    }

    /// The slots.
    fn slots(self) -> std::ops::Range<usize> {
        let start = self.slots as usize;
        start..start + (1 << (64 - u32::from(self.shift.get())))
    }

    /// Finds a hash for the children, and appends its slots. The search is bounded: rules may be hostile.
    fn find(children: &[Edge], slots: &mut Vec<Edge>) -> Option<Self> {
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
                slots.resize(start + (1 << bits), Edge::NONE);
                if children.iter().all(|edge| hash.place(*edge, slots)) {
                    return Some(hash);
                }
                slots.truncate(start);
            }
        }
        None
    }

    /// Puts an edge into its slot, if that is free.
    fn place(self, edge: Edge, slots: &mut [Edge]) -> bool {
        match slots.get_mut(self.slot(edge.first, edge.length as usize)) {
            Some(slot) if slot.is_none() => {
                *slot = edge;
                true
            }
            _ => false,
        }
    }
}

/// Finds edges by parent and segment.
#[derive(Debug, Default)]
struct EdgeTable {
    table: HashTable<Row>,
    /// Seeded, for events and rules are hostile.
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    hash: u64,
    parent: NodeId,
    edge: u32,
}

impl EdgeTable {
    fn hash(&self, parent: NodeId, segment: &[u8]) -> u64 {
        self.hasher.hash_one((parent.0, segment))
    }

    #[inline(never)]
    fn find<'e>(&self, edges: &'e [Edge], middles: &[u8], parent: NodeId, key: &[u8]) -> Option<&'e Edge> {
        let first = first_eight(key);
        let is_it = |row: &Row| {
            row.parent == parent
                && edges.get(row.edge as usize).is_some_and(|edge| edge.is(first, key, middles).is_some())
        };
        edges.get(self.table.find(self.hash(parent, key), is_it)?.edge as usize)
    }

    fn insert(&mut self, parent: NodeId, segment: &[u8], edge: u32) {
        let hash = self.hash(parent, segment);
        self.table.insert_unique(hash, Row { hash, parent, edge }, |row| row.hash);
    }
}

/// Of an edge that is not in the table.
const NOWHERE: u32 = u32::MAX;

/// A trie under construction. Edge `i` leads to node `i + 1`.
#[derive(Debug, Default)]
struct Builder {
    edges: Vec<Edge>,
    parents: Vec<NodeId>,
    middles: Vec<u8>,
    table: EdgeTable,
}

impl Builder {
    fn insert(&mut self, id: PathId, path: &str) {
        let mut node = PathTrie::ROOT;
        for segment in path.as_bytes().split(|byte| *byte == b'.') {
            let known = self.table.find(&self.edges, &self.middles, node, segment);
            let Some(child) = known.map(|edge| edge.child).or_else(|| self.add(node, segment)) else { return };
            node = child;
        }
        if let Some(edge) = node.index().checked_sub(1).and_then(|edge| self.edges.get_mut(edge)) {
            edge.path = id;
        }
    }

    /// Adds a child; `None` if there are too many nodes for their ids, which no memory holds.
    fn add(&mut self, parent: NodeId, segment: &[u8]) -> Option<NodeId> {
        let number = u32::try_from(self.edges.len()).ok()?;
        let child = NodeId(number.checked_add(1)?);
        self.edges.push(Edge {
            first: first_eight(segment),
            last: last_eight(segment),
            length: u32::try_from(segment.len()).ok()?,
            middle: u32::try_from(self.middles.len()).ok()?,
            child,
            path: NO_PATH,
        });
        self.middles.extend(middle(segment).unwrap_or_default());
        self.parents.push(parent);
        self.table.insert(parent, segment, number);
        Some(child)
    }

    fn finish(self) -> PathTrie {
        let Builder { edges: all, parents, mut middles, mut table } = self;
        let mut nodes = vec![Node::CHILDLESS; all.len() + 1];
        let paths: Vec<PathId> = std::iter::once(NO_PATH).chain(all.iter().map(|edge| edge.path)).collect();
        let path_count = paths.iter().filter(|path| **path != NO_PATH).count();
        for (parent, edge) in parents.iter().zip(&all) {
            if let Some(node) = nodes.get_mut(parent.index()) {
                // A quote follows an empty key.
                let head = if edge.length == 0 { u64::from(b'"') } else { edge.first };
                node.keys |= 1 << key_hash(head, edge.length as usize);
            }
        }
        for (parent, edge) in parents.iter().zip(&all) {
            let is_inner = nodes.get(edge.child.index()).is_some_and(Node::has_children);
            if let Some(node) = nodes.get_mut(parent.index()).filter(|_| is_inner) {
                // A dot may follow; after an empty segment it comes first.
                node.others |= 1 << byte_hash(if edge.length == 0 { u64::from(b'.') } else { edge.first });
            }
        }
        let mut by_parent: Vec<(NodeId, u32)> = parents.into_iter().zip(0..).collect();
        by_parent.sort_unstable();
        let (mut edges, mut places) = (Vec::new(), vec![NOWHERE; all.len()]);
        for siblings in by_parent.chunk_by(|(a, _), (b, _)| a == b) {
            let children: Vec<Edge> =
                siblings.iter().filter_map(|(_, edge)| all.get(*edge as usize).copied()).collect();
            let hash = PerfectHash::find(&children, &mut edges);
            if let Some((parent, _)) = siblings.first()
                && let Some(node) = nodes.get_mut(parent.index())
            {
                node.children = hash;
                if hash.is_none() {
                    (node.keys, node.others) = (u64::MAX, u64::MAX);
                }
            }
            if hash.is_none() {
                for ((_, edge), place) in siblings.iter().zip(edges.len()..) {
                    if let Some(to) = places.get_mut(*edge as usize) {
                        *to = u32::try_from(place).unwrap_or(NOWHERE);
                    }
                }
                edges.extend(children);
            }
        }
        table.table.retain(|row| {
            row.edge = places.get(row.edge as usize).copied().unwrap_or(NOWHERE);
            row.edge != NOWHERE
        });
        table.table.shrink_to_fit(|row| row.hash);
        edges.shrink_to_fit();
        middles.shrink_to_fit();
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        PathTrie { serial, nodes, paths, path_count, edges, middles, table }
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
    fn two_edges_fill_a_line_of_cache() {
        assert_eq!((size_of::<Node>(), size_of::<Edge>()), (32, 32));
    }

    #[test]
    fn dots_are_the_same_as_nesting() {
        let paths = ["a.b.c", "a", "", "a.", "x..y", "."];
        let trie = PathTrie::new(paths);
        assert_eq!(trie.texts(paths.len()), paths);
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
        assert_eq!(trie.texts(segments.len()), segments);
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
        assert_eq!(trie.texts(paths.len()), paths);
        for (id, text) in (0..).zip(&paths) {
            assert_eq!(path(&trie, &text.split('.').collect::<Vec<_>>()), Some(id));
            assert_eq!(path(&trie, &[text]), Some(id));
        }
        assert_eq!(path(&trie, &["many", "20000"]), None);
        assert_eq!(path(&trie, &["alike", "common_prefix_30_common_suffix"]), None);
    }
}
