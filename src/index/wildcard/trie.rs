//! Alike wildcards, verified together.
//!
//! The leftmost end of a run of segments is the same for every wildcard that begins with that run. So wildcards are put
//! in a trie by their segments but the last; a value goes down it, each segment is looked for once from the leftmost
//! end of the ones before it, and one that isn't found takes everything below it with it. So does one that ends behind
//! the last place of the literal that the wildcards share, if that is yet to come. Where a path through the trie ends,
//! the last segments of the wildcards that end there are compared with the value's end.
//!
//! Work is at most that of trying each wildcard alone. The nodes lie in the order of a walk, so that neither building
//! nor matching recurses.

use memchr::memmem;

use super::number;
use super::segments::{Segments, Wildcard};
use crate::ids::TestId;
use crate::value::glob;

/// Some tries over common segments.
#[derive(Debug, Default)]
pub(super) struct Tries {
    rows: Vec<Row>,
    /// Of one trie after the other, in pre-order.
    nodes: Vec<Node>,
    /// The segments of the nodes, end to end.
    labels: Vec<u32>,
    /// The wildcards that end at nodes, with their last segments.
    ends: Vec<(u32, TestId)>,
    /// Where each segment's text begins and ends.
    ranges: Vec<(u32, u32)>,
    texts: Vec<u8>,
}

/// The trie of the wildcards that share a literal.
#[derive(Clone, Copy, Debug)]
struct Row {
    start: u32,
    end: u32,
    literal: u32,
}

/// A run of segments without a branch.
#[derive(Clone, Copy, Debug)]
struct Node {
    depth: u32,
    /// The next node that isn't below this one.
    skip: u32,
    /// Whether the literal is neither here nor above.
    literal_ahead: bool,
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

impl Tries {
    /// Calls `found` with the wildcards of a trie that match.
    pub(super) fn matching(&self, trie: u32, value: &[u8], scratch: &mut TrieScratch, found: &mut impl FnMut(TestId)) {
        let Some(row) = self.rows.get(trie as usize) else { return };
        let Some(last_literal) = memmem::rfind(value, self.text(row.literal)) else { return };
        scratch.way.clear();
        let mut next = row.start;
        while next < row.end
            && let Some(node) = self.nodes.get(next as usize)
        {
            // INVARIANT: in pre-order, the node above this one is the last that was met at its depth.
            scratch.way.truncate(node.depth as usize);
            let from = scratch.way.last().copied();
            let at = self.follow(node, from, value, scratch);
            let Some(at) = at.filter(|at| !node.literal_ahead || *at <= last_literal) else {
                next = node.skip;
                continue;
            };
            scratch.way.push(at);
            let rest = value.get(at..).unwrap_or_default();
            for (last, id) in self.ends.get(node.ends.0 as usize..node.ends.1 as usize).unwrap_or_default() {
                let last = self.text(*last);
                if last.is_empty() || rest.ends_with(last) {
                    found(*id);
                }
            }
            next += 1;
        }
    }

    /// Where a node's segments end in the value, given where those above it do; the first of all is at its start.
    #[inline(always)]
    fn follow(&self, node: &Node, from: Option<usize>, value: &[u8], scratch: &mut TrieScratch) -> Option<usize> {
        let mut labels = self.labels.get(node.labels.0 as usize..node.labels.1 as usize)?;
        let mut at = match (from, labels) {
            (Some(at), _) => at,
            (None, [first, rest @ ..]) => {
                labels = rest;
                let first = self.text(*first);
                (first.is_empty() || value.starts_with(first)).then_some(first.len())?
            }
            (None, []) => 0,
        };
        for segment in labels {
            at = self.find(*segment, value, at, scratch)?;
        }
        Some(at)
    }

    /// Where the first occurrence of a segment from `from` on ends.
    #[inline(always)]
    fn find(&self, segment: u32, value: &[u8], from: usize, scratch: &mut TrieScratch) -> Option<usize> {
        match self.text(segment) {
            // Often a byte is the next one, which is found out sooner than what is known of it.
            [byte] if value.get(from) == Some(byte) => Some(from + 1),
            text => find_ahead(segment, text, value, from, scratch),
        }
    }

    #[inline(always)]
    fn text(&self, segment: u32) -> &[u8] {
        let (start, end) = self.ranges.get(segment as usize).copied().unwrap_or_default();
        self.texts.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// [`Tries::find`], with what is known of the segment.
#[inline(never)]
fn find_ahead(segment: u32, text: &[u8], value: &[u8], from: usize, scratch: &mut TrieScratch) -> Option<usize> {
    let memo = scratch.memos.get_mut(segment as usize)?;
    if memo.epoch != scratch.epoch || from < memo.from || from > memo.at {
        // Of a value that was searched from further back on, what lies before that is left to search.
        let (end, otherwise) = match memo.epoch == scratch.epoch && from < memo.from {
            true => (value.len().min(memo.from + text.len() - text.len().min(1)), memo.at),
            false => (value.len(), NOWHERE),
        };
        let at = glob::find(value.get(from..end)?, text).map_or(otherwise, |at| from + at);
        *memo = Memo { epoch: scratch.epoch, from, at };
    }
    (memo.at != NOWHERE).then(|| memo.at + text.len())
}

impl TrieScratch {
    pub(super) fn next_value(&mut self, tries: &Tries) {
        if self.memos.len() < tries.ranges.len() {
            self.memos.resize(tries.ranges.len(), Memo::default());
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
    tries: Tries,
    /// By segment: its number in the trie, if it has one.
    numbers: Vec<Option<u32>>,
    /// The nodes whose end isn't known yet, each below the one before it.
    open: Vec<usize>,
}

/// Wildcards `from..to` of a sorted list, which have `length` segments in common that lie above.
#[derive(Clone, Copy)]
struct Branch {
    from: usize,
    to: usize,
    length: usize,
    depth: u32,
    literal_ahead: bool,
}

impl<'s, 'k> Builder<'s, 'k> {
    pub(super) fn new(segments: &'s Segments<'k>) -> Self {
        Builder { segments, tries: Tries::default(), numbers: Vec::new(), open: Vec::new() }
    }

    /// Adds the trie of some wildcards that share a literal. Returns its number.
    pub(super) fn add(&mut self, literal: u32, wildcards: impl Iterator<Item = Wildcard>) -> u32 {
        let segments = self.segments;
        let mut rows: Vec<(&[u32], u32, TestId)> = wildcards
            .map(|wildcard| {
                let (last, others) = segments.of(wildcard);
                (others, last, segments.test(wildcard))
            })
            .collect();
        rows.sort_unstable();
        let start = number(self.tries.nodes.len());
        let mut branches = Vec::new();
        let all = Branch { from: 0, to: rows.len(), length: 0, depth: 0, literal_ahead: true };
        divide(&rows, all, &mut branches);
        while let Some(branch) = branches.pop() {
            let Branch { from, to, length, depth, literal_ahead } = branch;
            let same = rows.get(from..to).unwrap_or_default();
            let (Some((least, ..)), Some((greatest, ..))) = (same.first(), same.last()) else { continue };
            // In a sorted list, what the first and the last have in common is common to all.
            let common = least.iter().zip(*greatest).skip(length).take_while(|(a, b)| a == b).count();
            let over = length + common;
            let labels = least.get(length..over).unwrap_or_default();
            let literal_ahead = literal_ahead && !labels.contains(&literal);
            // Those that end here are the shortest, and so the first.
            let ending = same.partition_point(|(others, ..)| others.len() == over);
            self.node(depth, literal_ahead, labels, same.get(..ending).unwrap_or_default());
            let below = Branch { from: from + ending, to, length: over, depth: depth + 1, literal_ahead };
            divide(&rows, below, &mut branches);
        }
        self.close(0);
        let (end, literal) = (number(self.tries.nodes.len()), self.number(literal));
        self.tries.rows.push(Row { start, end, literal });
        number(self.tries.rows.len() - 1)
    }

    fn node(&mut self, depth: u32, literal_ahead: bool, labels: &[u32], ending: &[(&[u32], u32, TestId)]) {
        self.close(depth as usize);
        let tries = &self.tries;
        let (labels_start, ends_start) = (number(tries.labels.len()), number(tries.ends.len()));
        for segment in labels {
            let segment = self.number(*segment);
            self.tries.labels.push(segment);
        }
        for (_, last, id) in ending {
            let last = self.number(*last);
            self.tries.ends.push((last, *id));
        }
        self.open.push(self.tries.nodes.len());
        let tries = &mut self.tries;
        tries.nodes.push(Node {
            depth,
            skip: 0,
            literal_ahead,
            labels: (labels_start, number(tries.labels.len())),
            ends: (ends_start, number(tries.ends.len())),
        });
    }

    /// Ends the open nodes from a depth on.
    fn close(&mut self, depth: usize) {
        let skip = number(self.tries.nodes.len());
        for open in self.open.drain(depth.min(self.open.len())..) {
            if let Some(node) = self.tries.nodes.get_mut(open) {
                node.skip = skip;
            }
        }
    }

    /// The number that a segment has in the trie, which has only those of its own.
    fn number(&mut self, segment: u32) -> u32 {
        if self.numbers.is_empty() {
            self.numbers.resize(self.segments.texts().len(), None);
        }
        let Some(entry) = self.numbers.get_mut(segment as usize) else { return 0 };
        *entry.get_or_insert_with(|| {
            let tries = &mut self.tries;
            let start = number(tries.texts.len());
            tries.texts.extend_from_slice(self.segments.text(segment));
            tries.ranges.push((start, number(tries.texts.len())));
            number(tries.ranges.len() - 1)
        })
    }

    pub(super) fn finish(self) -> Tries {
        let mut tries = self.tries;
        tries.nodes.shrink_to_fit();
        tries.labels.shrink_to_fit();
        tries.ends.shrink_to_fit();
        tries.ranges.shrink_to_fit();
        tries.texts.shrink_to_fit();
        tries
    }
}

/// Divides wildcards by their next segment. The smallest branch is last, and so the first to be taken: what is known of
/// a segment is of most use to places further back.
fn divide(rows: &[(&[u32], u32, TestId)], all: Branch, branches: &mut Vec<Branch>) {
    let before = branches.len();
    let mut from = all.from;
    while from < all.to {
        let same = rows.get(from..all.to).unwrap_or_default();
        let segment = same.first().and_then(|(others, ..)| others.get(all.length));
        let count = same.partition_point(|(others, ..)| others.get(all.length) <= segment);
        // The first of the rows is one of them.
        let to = from + count.max(1);
        branches.push(Branch { from, to, ..all });
        from = to;
    }
    branches.get_mut(before..).unwrap_or_default().sort_by_key(|branch| std::cmp::Reverse(branch.to - branch.from));
}
