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
        self.elements(tokens).map(move |(bytes, positions)| {
            let first = bytes.get(offset).copied().unwrap_or_default();
            leaf(first, positions.get(offset..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default())
        })
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
    // INVARIANT: it was seen to be a leaf when the elements were counted.
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
    members: Vec<Member>,
    /// The wanted leaves: which token of an object each is, and its path.
    pub(super) columns: Vec<(usize, PathId)>,
}

/// A member whose value is a scalar.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// The key's first eight bytes, or all, and which bits of them count.
    head: u64,
    mask: u64,
    /// Where the key is in the first object, and how long with its quotes.
    quote: u32,
    width: u32,
    /// Its tokens, but for the value.
    tokens: u32,
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
        self.members.capacity() * size_of::<Member>() + self.columns.capacity() * size_of::<(usize, PathId)>()
    }

    /// The objects in a row from `at` on that have the keys of the first, in its order, and scalars as values; `None` if
    /// there are fewer than two. Takes time linear in them.
    pub(super) fn run(&mut self, tokens: Tokens<'_>, at: usize, trie: &PathTrie, id: NodeId) -> Option<Run> {
        let stride = stride(tokens, at, b'{')?;
        self.learn(tokens, at, stride, trie, id)?;
        let bytes = tokens.bytes.get(at..)?.chunks_exact(stride);
        let positions = tokens.positions.get(at..)?.chunks_exact(stride);
        let count =
            bytes.zip(positions).take_while(|(bytes, positions)| self.fits(tokens.text, bytes, positions)).count();
        (count > 1).then_some(Run { at, count, stride })
    }

    /// Learns the members of the object at `at`, if it can begin a run.
    fn learn(&mut self, tokens: Tokens<'_>, at: usize, stride: usize, trie: &PathTrie, id: NodeId) -> Option<()> {
        self.members.clear();
        self.columns.clear();
        let members = at + 1..at + stride - 1;
        let (bytes, []) = tokens.bytes.get(members.clone())?.as_chunks::<MEMBER>() else { return None };
        let (positions, _) = tokens.positions.get(members)?.as_chunks::<MEMBER>();
        for (number, (bytes, [quote, colon, ..])) in bytes.iter().zip(positions).enumerate() {
            let [b'"', b':', ..] = *bytes else { return None };
            let key = tokens.text.get(*quote as usize + 1..)?;
            let head = u64::from_le_bytes(*key.first_chunk()?);
            let width = colon.wrapping_sub(*quote);
            let unused = 64_u32.saturating_sub(width.checked_sub(2)?.saturating_mul(8));
            let mask = u64::MAX.checked_shr(unused).unwrap_or(0);
            self.members.push(Member { head, mask, quote: *quote, width, tokens: all_but_value(*bytes) });
            let edge = step_within(tokens.text, trie, id, *quote, *colon);
            if let Some(edge) = edge.filter(|edge| edge.path != NO_PATH) {
                // Each path's leaves are handed over in the order of the text, which those of a key that is there twice
                // would not be.
                if self.columns.len() == Self::MAX_COLUMNS || self.columns.iter().any(|(_, path)| *path == edge.path) {
                    return None;
                }
                self.columns.push((1 + number * MEMBER + 2, edge.path));
            }
        }
        Some(())
    }

    /// Whether tokens are an object with these members, and behind it a comma or the array's end.
    #[inline(always)]
    fn fits(&self, text: &[u8], bytes: &[u8], positions: &[u32]) -> bool {
        let ([b'{', bytes @ .., b',' | b']'], [_, positions @ ..]) = (bytes, positions) else { return false };
        let members = bytes.as_chunks().0.iter().zip(positions.as_chunks().0);
        self.members.iter().zip(members).all(|(member, (bytes, positions))| member.fits(text, *bytes, *positions))
    }
}

impl Member {
    #[inline(always)]
    fn fits(&self, text: &[u8], tokens: [u8; MEMBER], [quote, colon, ..]: [u32; MEMBER]) -> bool {
        let start = quote as usize + 1;
        let Some(head) = text.get(start..start + 8).and_then(|text| text.first_chunk()) else { return false };
        let differs = (u64::from_le_bytes(*head) ^ self.head) & self.mask
            | u64::from(colon.wrapping_sub(quote) ^ self.width)
            | u64::from(all_but_value(tokens) ^ self.tokens);
        let [_, _, first, _] = tokens;
        differs == 0 && leaf_kind(first).is_some() && (self.width <= 10 || self.has_key(text, quote))
    }

    /// Whether a long key is the same.
    fn has_key(&self, text: &[u8], start: u32) -> bool {
        let key = |start: u32| text.get(start as usize..start as usize + self.width as usize);
        key(start) == key(self.quote)
    }
}
