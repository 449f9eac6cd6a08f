//! Elements of an array that are alike, one after the other. Their leaves are handed over path by path, with much less to
//! do for each than on a walk from token to token: what was found out about the first element holds for all others whose
//! tokens and keys are the same.

use super::trie::{NO_PATH, PathTrie};
use super::walk::{leaf_kind, plain_content, step_within};
use crate::event::visitor::{LeafKind, TextRange};
use crate::ids::{NodeId, PathId};

/// The tokens of an event without white space or backslashes, and where they are.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'t> {
    pub(super) text: &'t [u8],
    pub(super) bytes: &'t [u8],
    pub(super) positions: &'t [u32],
    pub(super) links: &'t [u32],
}

/// Elements in a row, each of `stride` tokens with the comma or bracket behind it.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The first token.
    at: usize,
    pub(super) count: usize,
    stride: usize,
}

impl Run {
    /// The token behind which the last element's comma or the array's bracket comes.
    pub(super) fn last(self) -> usize {
        self.at + self.count * self.stride - 2
    }

    /// The scalars in a row from `at` on.
    pub(super) fn of_scalars(tokens: Tokens<'_>, at: usize) -> Run {
        let (pairs, _) = tokens.bytes.get(at..).unwrap_or_default().as_chunks();
        let scalars = pairs.iter().take_while(|pair| is_scalar(pair, b',')).count();
        // The one before the bracket is one more.
        let count = scalars + usize::from(pairs.get(scalars).is_some_and(|pair| is_scalar(pair, b']')));
        Run { at, count, stride: 2 }
    }

    /// The arrays in a row from `at` on that have as many elements as the first, all of them scalars; `None` if there are
    /// fewer than two.
    pub(super) fn of_arrays(tokens: Tokens<'_>, at: usize) -> Option<Run> {
        let stride = stride(tokens, at, b'[')?;
        let arrays = tokens.bytes.get(at..)?.chunks_exact(stride);
        let count = arrays.take_while(|bytes| are_array(bytes)).count();
        (count > 1).then_some(Run { at, count, stride })
    }

    /// The tokens of each element, and where they are.
    #[inline(always)]
    fn elements(self, tokens: Tokens<'_>) -> impl Iterator<Item = (&[u8], &[u32])> {
        let range = self.at..self.at + self.count * self.stride;
        let bytes = tokens.bytes.get(range.clone()).unwrap_or_default().chunks_exact(self.stride);
        let positions = tokens.positions.get(range).unwrap_or_default().chunks_exact(self.stride);
        bytes.zip(positions)
    }

    /// The leaf that is the `offset`th token of each element.
    #[inline(always)]
    pub(super) fn column(self, tokens: Tokens<'_>, offset: usize) -> impl Iterator<Item = (LeafKind, TextRange)> {
        let at = self.at + offset;
        let bytes = tokens.bytes.get(at..).unwrap_or_default().iter().step_by(self.stride);
        let positions = tokens.positions.get(at..).unwrap_or_default().windows(2).step_by(self.stride);
        bytes
            .zip(positions)
            .take(self.count)
            .map(|(first, positions)| leaf(*first, positions.first_chunk().copied().unwrap_or_default()))
    }

    /// The leaves of arrays, each with its array's number from `first` on.
    #[inline(always)]
    pub(super) fn scalars(self, tokens: Tokens<'_>, first: u32) -> impl Iterator<Item = (LeafKind, TextRange, u32)> {
        self.elements(tokens).zip(first..).flat_map(|((bytes, positions), number)| {
            let leaves = bytes.get(1..).unwrap_or_default().as_chunks().0.iter();
            let positions = positions.get(1..).unwrap_or_default().as_chunks().0;
            leaves.zip(positions).map(move |([first, _], positions)| {
                let (kind, text) = leaf(*first, *positions);
                (kind, text, number)
            })
        })
    }
}

/// A leaf by its first byte, where it is, and where the next token is.
#[inline(always)]
fn leaf(first: u8, [start, next]: [u32; 2]) -> (LeafKind, TextRange) {
    // A scalar by its own first byte, or by what is behind it; which tells nothing in a malformed event that is trusted.
    let kind = leaf_kind(first).unwrap_or(LeafKind::Null);
    (kind, plain_content(kind, start, next))
}

/// How many tokens the object or array at `at` has with the comma behind it, if another that is as long follows.
fn stride(tokens: Tokens<'_>, at: usize, bracket: u8) -> Option<usize> {
    let length = |at: usize| (*tokens.links.get(at)? as usize).checked_sub(at);
    let stride = length(at)? + 2;
    let next = at + stride;
    (tokens.bytes.get(next - 1..=next)? == [b',', bracket] && length(next)? + 2 == stride).then_some(stride)
}

/// Whether tokens are an array of scalars, and behind it a comma or the outer array's end.
#[inline(always)]
fn are_array(bytes: &[u8]) -> bool {
    let [b'[', elements @ .., b',' | b']'] = bytes else { return false };
    let (pairs, []) = elements.as_chunks() else { return false };
    let Some((last, others)) = pairs.split_last() else { return false };
    is_scalar(last, b']') && others.iter().all(|pair| is_scalar(pair, b','))
}

/// Whether two tokens are a scalar and what is to be behind it.
#[inline(always)]
fn is_scalar([first, next]: &[u8; 2], behind: u8) -> bool {
    leaf_kind(*first).is_some() && *next == behind
}

/// What objects have in common.
#[derive(Debug, Default)]
pub(super) struct Record {
    leads: Vec<Lead>,
    /// The wanted leaves: which token of an object each is, and its path.
    pub(super) columns: Vec<(usize, PathId)>,
}

/// What comes before a member's value: the text from a comma to the colon behind the key, with the object's bracket before
/// the first key. Where it stands from a comma on that is a token, its other tokens are the next ones.
#[derive(Clone, Copy, Debug)]
struct Lead {
    /// Which token its comma is, behind the one before the object.
    token: usize,
    /// Its first bytes, and which bits of them count.
    head: u128,
    mask: u128,
    /// Where the first object has the others.
    rest: TextRange,
}

/// How many tokens a member has, with the comma or bracket behind it.
pub(super) const MEMBER: usize = 4;

/// A member's tokens but for the value, as one number.
#[inline(always)]
pub(super) const fn all_but_value(tokens: [u8; MEMBER]) -> u32 {
    u32::from_le_bytes(tokens) & u32::from_le_bytes([0xff, 0xff, 0, 0xff])
}

impl Record {
    /// With more wanted leaves in each, objects are not taken together.
    const MAX_COLUMNS: usize = 16;

    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.leads.capacity() * size_of::<Lead>() + self.columns.capacity() * size_of::<(usize, PathId)>()
    }

    /// The objects in a row from `at` on that have the keys of the first, in its order, and scalars as values; `None` if
    /// there are fewer than two. Takes time linear in them.
    pub(super) fn run(&mut self, tokens: Tokens<'_>, at: usize, trie: &PathTrie, id: NodeId) -> Option<Run> {
        let stride = stride(tokens, at, b'{')?;
        self.learn(tokens, at, stride, trie, id)?;
        let mut run = Run { at, count: 1, stride };
        loop {
            let more = self.following(tokens, run);
            run.count += more;
            if 2 * more < run.count {
                break;
            }
        }
        // What is behind a value tells that it is a scalar; but for the last, of which that is not known yet.
        let last = at + (run.count - 1) * stride;
        run.count -= usize::from(tokens.links.get(last).is_none_or(|end| *end as usize != last + stride - 2));
        (run.count > 1).then_some(run)
    }

    /// How many of the elements that follow a run belong to it; at most as many as it has, so that few are looked at in
    /// vain.
    #[inline(always)]
    fn following(&self, tokens: Tokens<'_>, run: Run) -> usize {
        let comma = run.at + run.count * run.stride - 1;
        self.leads.iter().fold(run.count, |limit, lead| {
            let commas = tokens.positions.get(comma + lead.token..).unwrap_or_default().iter().step_by(run.stride);
            commas.take(limit).take_while(|comma| lead.is_at(tokens.text, **comma)).count()
        })
    }

    /// Learns the members of the object at `at`, if it can begin a run.
    fn learn(&mut self, tokens: Tokens<'_>, at: usize, stride: usize, trie: &PathTrie, id: NodeId) -> Option<()> {
        self.leads.clear();
        self.columns.clear();
        let object = at..at + stride;
        let (members, [b'}', _]) = tokens.bytes.get(object.clone())?.as_chunks::<MEMBER>() else { return None };
        let (positions, _) = tokens.positions.get(object)?.as_chunks::<MEMBER>();
        for (number, (bytes, [start, quote, colon, _])) in members.iter().zip(positions).enumerate() {
            let [b'{' | b',', b'"', b':', _] = *bytes else { return None };
            self.leads.push(Lead::new(tokens.text, TextRange { start: *start, end: *colon + 1 }, number)?);
            let edge = step_within(tokens.text, trie, id, *quote, *colon);
            if let Some(edge) = edge.filter(|edge| edge.path != NO_PATH) {
                // Each path's leaves are handed over in the order of the text, which those of a key that is there twice
                // would not be.
                if self.columns.len() == Self::MAX_COLUMNS || self.columns.iter().any(|(_, path)| *path == edge.path) {
                    return None;
                }
                self.columns.push((number * MEMBER + 3, edge.path));
            }
        }
        Some(())
    }
}

impl Lead {
    /// How many bytes are compared at once.
    const HEAD: usize = size_of::<u128>();

    /// What is before the value of a member of the first object, `range` of the text. A comma is put before that of the
    /// first member, as there is before other objects.
    fn new(text: &[u8], range: TextRange, number: usize) -> Option<Lead> {
        let (comma, token) = if number == 0 { (Some(b','), 0) } else { (None, 1 + number * MEMBER) };
        let bytes = comma.into_iter().chain(text.get(range.start as usize..range.end as usize)?.iter().copied());
        let (mut head, mut mask) = ([0; Self::HEAD], [0; Self::HEAD]);
        let mut length = 0;
        for (byte, (head, mask)) in bytes.zip(head.iter_mut().zip(&mut mask)) {
            (*head, *mask) = (byte, u8::MAX);
            length += 1;
        }
        let rest = TextRange { start: range.start + length - u32::from(comma.is_some()), end: range.end };
        Some(Lead { token, head: u128::from_le_bytes(head), mask: u128::from_le_bytes(mask), rest })
    }

    #[inline(always)]
    fn is_at(&self, text: &[u8], comma: u32) -> bool {
        let head = text.get(comma as usize..).and_then(|text| text.first_chunk());
        head.is_some_and(|head| (u128::from_le_bytes(*head) ^ self.head) & self.mask == 0)
            && (self.rest.start == self.rest.end || self.rest_is_at(text, comma))
    }

    #[inline(never)]
    fn rest_is_at(&self, text: &[u8], comma: u32) -> bool {
        let text_here = text.get(comma as usize + Self::HEAD..).unwrap_or_default();
        text_here.starts_with(self.rest.of(text))
    }
}
