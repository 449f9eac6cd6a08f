//! Alike wildcards, verified together.
//!
//! The leftmost end of a run of segments is the same for every wildcard that begins with that run. So wildcards are put
//! in a trie by their segments but the last; a value goes down it, each segment is looked for once from the leftmost
//! end of the ones before it, and one that isn't found takes everything below it with it. Where a path through the trie
//! ends, the last segments of the wildcards that end there are compared with the value's end.
//!
//! Work is at most that of trying each wildcard alone. The nodes lie in the order of a walk, so that neither building
//! nor matching recurses.

use super::number;
use super::segments::{Segments, Wildcard};
use crate::ids::TestId;
use crate::value::glob;

/// Some tries over common segments.
#[derive(Debug, Default)]
pub(super) struct Trie {
    /// In pre-order.
    nodes: Vec<Node>,
    /// The segments of the nodes, end to end.
    labels: Vec<u32>,
    /// The wildcards that end at nodes, with their last segments.
    ends: Vec<(u32, TestId)>,
    /// Where each segment's text ends.
    text_ends: Vec<u32>,
    texts: Vec<u8>,
}

/// A run of segments without a branch.
#[derive(Clone, Copy, Debug)]
struct Node {
    depth: u32,
    /// The next node that isn't below this one.
    skip: u32,
    /// Where this node's labels and ends are over; they begin where those of the node before are.
    labels: (u32, u32),
    ends: (u32, u32),
}

/// What was found out about a value, and the way to the node at hand.
#[derive(Debug, Default)]
pub(super) struct TrieScratch {
    epoch: u32,
    /// By segment.
    memos: Vec<Memo>,
    /// By depth: where the segments so far end in the value.
    way: Vec<usize>,
}

/// The first place of a segment in a value from `from` on is `at`; that is true of all places between them, too.
#[derive(Clone, Copy, Debug, Default)]
struct Memo {
    epoch: u32,
    from: usize,
    at: usize,
}

/// Where a segment is that isn't there.
const NOWHERE: usize = usize::MAX;

impl Trie {
    /// Calls `found` with the wildcards of the nodes from `start` to `end` that match.
    pub(super) fn matching(
        &self,
        start: u32,
        end: u32,
        value: &[u8],
        scratch: &mut TrieScratch,
        found: &mut impl FnMut(TestId),
    ) {
        scratch.way.clear();
        let mut next = start;
        while next < end
            && let Some(node) = self.nodes.get(next as usize)
        {
            // INVARIANT: in pre-order, the node above this one is the last that was met at its depth.
            scratch.way.truncate(node.depth as usize);
            let from = scratch.way.last().copied();
            let Some(at) = self.follow(node, from, value, scratch) else {
                next = node.skip;
                continue;
            };
            scratch.way.push(at);
            let rest = value.get(at..).unwrap_or_default();
            for (last, id) in self.ends.get(node.ends.0 as usize..node.ends.1 as usize).unwrap_or_default() {
                if rest.ends_with(self.text(*last)) {
                    found(*id);
                }
            }
            next += 1;
        }
    }

    /// Where a node's segments end in the value, given where those above it do; the first of all is at its start.
    #[inline]
    fn follow(&self, node: &Node, from: Option<usize>, value: &[u8], scratch: &mut TrieScratch) -> Option<usize> {
        let mut labels = self.labels.get(node.labels.0 as usize..node.labels.1 as usize)?;
        let mut at = match (from, labels) {
            (Some(at), _) => at,
            (None, [first, rest @ ..]) => {
                labels = rest;
                let first = self.text(*first);
                value.starts_with(first).then_some(first.len())?
            }
            (None, []) => 0,
        };
        for segment in labels {
            at = self.find(*segment, value, at, scratch)?;
        }
        Some(at)
    }

    /// Where the first occurrence of a segment from `from` on ends.
    #[inline]
    fn find(&self, segment: u32, value: &[u8], from: usize, scratch: &mut TrieScratch) -> Option<usize> {
        let text = self.text(segment);
        let memo = scratch.memos.get_mut(segment as usize)?;
        if memo.epoch != scratch.epoch || from < memo.from || from > memo.at {
            let at = glob::find(value.get(from..)?, text).map_or(NOWHERE, |at| from + at);
            *memo = Memo { epoch: scratch.epoch, from, at };
        }
        (memo.at != NOWHERE).then_some(memo.at.wrapping_add(text.len()))
    }

    #[inline(always)]
    fn text(&self, segment: u32) -> &[u8] {
        match self.text_ends.get(segment as usize..) {
            Some([start, end, ..]) => self.texts.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl TrieScratch {
    pub(super) fn next_value(&mut self, trie: &Trie) {
        if self.memos.len() < trie.text_ends.len() {
            self.memos.resize(trie.text_ends.len(), Memo::default());
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.memos.fill(Memo::default());
            self.epoch = 1;
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.memos.capacity() * size_of::<Memo>() + self.way.capacity() * size_of::<usize>()
    }
}

/// A trie while it is built.
pub(super) struct Builder<'s, 'k> {
    segments: &'s Segments<'k>,
    trie: Trie,
    /// By segment: its number in the trie, if it has one.
    numbers: Vec<Option<u32>>,
    /// The nodes whose end isn't known yet, each below the one before it.
    open: Vec<usize>,
}

/// Wildcards `from..to` of a sorted list, which have `length` segments in common that lie above.
struct Branch {
    from: usize,
    to: usize,
    length: usize,
    depth: u32,
}

impl<'s, 'k> Builder<'s, 'k> {
    pub(super) fn new(segments: &'s Segments<'k>) -> Self {
        Builder { segments, trie: Trie::default(), numbers: Vec::new(), open: Vec::new() }
    }

    /// Adds the trie of some wildcards. Returns the range of its nodes.
    pub(super) fn add(&mut self, wildcards: impl Iterator<Item = Wildcard>) -> (u32, u32) {
        let segments = self.segments;
        let mut rows: Vec<(&[u32], u32, TestId)> = wildcards
            .map(|wildcard| {
                let (last, others) = segments.of(wildcard);
                (others, last, segments.test(wildcard))
            })
            .collect();
        rows.sort_unstable();
        let start = number(self.trie.nodes.len());
        let mut branches = Vec::new();
        branch(&rows, Branch { from: 0, to: rows.len(), length: 0, depth: 0 }, &mut branches);
        while let Some(Branch { from, to, length, depth }) = branches.pop() {
            let same = rows.get(from..to).unwrap_or_default();
            let (Some((least, ..)), Some((greatest, ..))) = (same.first(), same.last()) else { continue };
            // In a sorted list, what the first and the last have in common is common to all.
            let common = least.iter().zip(*greatest).skip(length).take_while(|(a, b)| a == b).count();
            let over = length + common;
            // Those that end here are the shortest, and so the first.
            let ending = same.partition_point(|(others, ..)| others.len() == over);
            self.node(depth, least.get(length..over).unwrap_or_default(), same.get(..ending).unwrap_or_default());
            branch(&rows, Branch { from: from + ending, to, length: over, depth: depth + 1 }, &mut branches);
        }
        self.close(0);
        (start, number(self.trie.nodes.len()))
    }

    fn node(&mut self, depth: u32, labels: &[u32], ending: &[(&[u32], u32, TestId)]) {
        self.close(depth as usize);
        let trie = &self.trie;
        let (labels_start, ends_start) = (number(trie.labels.len()), number(trie.ends.len()));
        for segment in labels {
            let segment = self.number(*segment);
            self.trie.labels.push(segment);
        }
        for (_, last, id) in ending {
            let last = self.number(*last);
            self.trie.ends.push((last, *id));
        }
        self.open.push(self.trie.nodes.len());
        let trie = &mut self.trie;
        trie.nodes.push(Node {
            depth,
            skip: 0,
            labels: (labels_start, number(trie.labels.len())),
            ends: (ends_start, number(trie.ends.len())),
        });
    }

    /// Ends the open nodes from a depth on.
    fn close(&mut self, depth: usize) {
        let skip = number(self.trie.nodes.len());
        for open in self.open.drain(depth.min(self.open.len())..) {
            if let Some(node) = self.trie.nodes.get_mut(open) {
                node.skip = skip;
            }
        }
    }

    /// The number that a segment has in the trie, which has only those of its own.
    fn number(&mut self, segment: u32) -> u32 {
        if self.numbers.is_empty() {
            self.numbers.resize(self.segments.texts().len(), None);
            self.trie.text_ends.push(0);
        }
        let Some(entry) = self.numbers.get_mut(segment as usize) else { return 0 };
        *entry.get_or_insert_with(|| {
            self.trie.texts.extend_from_slice(self.segments.text(segment));
            self.trie.text_ends.push(number(self.trie.texts.len()));
            number(self.trie.text_ends.len() - 2)
        })
    }

    pub(super) fn finish(self) -> Trie {
        let mut trie = self.trie;
        trie.nodes.shrink_to_fit();
        trie.labels.shrink_to_fit();
        trie.ends.shrink_to_fit();
        trie.text_ends.shrink_to_fit();
        trie.texts.shrink_to_fit();
        trie
    }
}

/// Divides wildcards by their next segment, the last branch first, so that they are popped in order.
fn branch(rows: &[(&[u32], u32, TestId)], all: Branch, branches: &mut Vec<Branch>) {
    let Branch { from, mut to, length, depth } = all;
    while from < to {
        let same = rows.get(from..to).unwrap_or_default();
        let segment = same.last().and_then(|(others, ..)| others.get(length));
        let before = same.partition_point(|(others, ..)| others.get(length) < segment);
        branches.push(Branch { from: from + before, to, length, depth });
        to = from + before;
    }
}
