//! From an event's text to the leaves that rules ask for, without a tree in between.
//!
//! [`index`] finds the tokens, 64 bytes at a time, and checks strings, numbers and literals on the way; [`structure`]
//! checks, 64 tokens at a time, how they follow each other, and links each opening bracket to its closing one;
//! [`walk`] then follows the [`trie`] of the wanted paths over the tokens, and jumps over what no path leads to. Both are
//! left out where the tokens are those of an event before ([`shapes`]). The instructions come from a [`kernel`]. They know
//! only that something is wrong; [`diagnose`] finds out what.

mod bits;
mod diagnose;
mod escape;
mod index;
pub(crate) mod kernel;
mod run;
mod scalars;
mod shapes;
mod structure;
pub(crate) mod trie;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use diagnose::validate;
pub(crate) use escape::unescape;

use crate::event::visitor::Visitor;
use crate::{EventError, Kernel};
use index::{Index, find_tokens, find_tokens_of_part};
use kernel::{Simd, Task};
use shapes::{Familiarity, Find, Owner, Shapes};
use structure::CheckStructure;
use trie::PathTrie;
use walk::{End, Walk};

/// How much of an event is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The whole event is validated as RFC 8259 and UTF-8 before any leaf is handed over.
    Strict,
    /// Only brackets are checked, and what lies on wanted paths. The same verdict and leaves on a well-formed event;
    /// memory-safe on any bytes, but anything may be handed over from a malformed event, text that isn't UTF-8 too.
    Trusted,
}

/// A text without the white space at its end.
#[inline(always)]
fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [before @ .., b' ' | b'\n' | b'\r' | b'\t'] = text {
        text = before;
    }
    text
}

/// Something is wrong with the event: what, the diagnosis tells.
#[derive(Clone, Copy, Debug)]
struct Malformed;

/// Working memory of the scanner, kept from event to event. It grows with the largest event, by about nine bytes a token,
/// where an event has a token every three to ten bytes; and with the shapes that are learnt.
#[derive(Debug, Default)]
pub(crate) struct ScanScratch {
    index: Index,
    shapes: Shapes,
    walk: walk::Scratch,
    reach: Reach,
}

/// How far into events trusted mode has to look before every path is met: learnt from the events so far, so that the rest
/// need not be indexed where that pays.
#[derive(Debug, Default)]
struct Reach {
    /// An offset before which nearly all of late were done.
    offset: usize,
    /// Bytes that looking no further would have saved, of late; negative if it would have cost some.
    gain: i64,
}

impl Reach {
    /// Gains are forgotten by halves, over about so many events.
    const MEMORY: i64 = 64;

    /// How much of a text would be looked at first: whole blocks.
    fn part(&self) -> usize {
        self.offset.next_multiple_of(kernel::BLOCK)
    }

    /// The beginning of a text that should be looked at first, if not at all of it.
    fn beginning<'e>(&self, text: &'e [u8]) -> Option<&'e [u8]> {
        text.get(..self.part()).filter(|part| self.gain > 0 && part.len() < text.len())
    }

    /// Learns that of an event of `length` bytes the ones before `end` were needed, or all.
    #[expect(clippy::cast_possible_wrap, reason = "texts have fewer than 2^32 bytes")]
    fn learn(&mut self, end: Option<usize>, length: usize) {
        let part = self.part();
        let gain = match end {
            Some(end) if end <= part => length.saturating_sub(part) as i64,
            _ => -(part.min(length) as i64),
        };
        self.gain += (gain * Self::MEMORY - self.gain) / Self::MEMORY;
        if let Some(end) = end {
            let slower = self.offset - self.offset.saturating_sub(end) / 32;
            self.offset = slower.max(end);
        }
    }
}

impl ScanScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.index.memory() + self.shapes.memory() + self.walk.memory()
    }
}

/// Walks an event's text and hands over its wanted leaves.
///
/// Time is linear in the text, in either mode. Once the scratch is warm, only an error allocates, or a shape that is learnt.
///
/// # Errors
///
/// The text isn't one JSON object (in trusted mode: as far as that was noticed), is nested deeper than `max_depth`
/// (the outermost object has depth 1), or is longer than `u32::MAX` bytes. Leaves may have been handed over, in trusted
/// mode, when an error is found.
pub(crate) fn scan(
    kernel: Kernel,
    mode: Mode,
    max_depth: usize,
    text: &[u8],
    trie: &PathTrie,
    scratch: &mut ScanScratch,
    visitor: &mut impl Visitor,
) -> Result<(), EventError> {
    if u32::try_from(text.len()).is_err() {
        return Err(EventError::size());
    }
    kernel
        .run(Scan { mode, max_depth, text, trie, scratch, visitor })
        .map_err(|Malformed| diagnose::diagnose(text, max_depth))
}

/// A scan, for a kernel to run.
struct Scan<'s, 'e, V> {
    mode: Mode,
    max_depth: usize,
    text: &'e [u8],
    trie: &'s PathTrie,
    scratch: &'s mut ScanScratch,
    visitor: &'s mut V,
}

impl<V: Visitor> Task for Scan<'_, '_, V> {
    type Output = Result<(), Malformed>;

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> Result<(), Malformed> {
        let text = self.text;
        if self.mode == Mode::Strict {
            find_tokens::<S, true>(simd, text, &mut self.scratch.index)?;
            self.hand_over::<S, true>(simd)?;
            return Ok(());
        }
        if let Some(part) = self.scratch.reach.beginning(text) {
            let end = find_tokens_of_part(simd, part, &mut self.scratch.index)
                .and_then(|()| self.hand_over::<S, false>(simd));
            if let Ok(End::AllMet(token)) = end {
                self.learn_reach(Some(token));
                return Ok(());
            }
            self.visitor.restart();
        }
        find_tokens::<S, false>(simd, text, &mut self.scratch.index)?;
        let end = self.hand_over::<S, false>(simd)?;
        self.learn_reach(if let End::AllMet(token) = end { Some(token) } else { None });
        Ok(())
    }
}

impl<V: Visitor> Scan<'_, '_, V> {
    /// Hands over the leaves, once the tokens are found.
    #[inline(always)]
    fn hand_over<S: Simd, const STRICT: bool>(&mut self, simd: S) -> Result<End, Malformed> {
        let Scan { mode, max_depth, text, trie, scratch, visitor } = self;
        let ScanScratch { index, shapes, walk: scratch, .. } = &mut **scratch;
        let owner = Owner { trie: trie.serial(), max_depth: *max_depth, mode: *mode };
        let familiarity = simd.call(Find { shapes, owner, text, index });
        if let Familiarity::Known(shape) = familiarity {
            return shapes.hand_over(shape, text, index, *visitor);
        }
        simd.call(CheckStructure::<STRICT> { index, max_depth: *max_depth })?;
        let walk = Walk { text, index, trie, scratch, visitor: *visitor };
        match familiarity {
            Familiarity::Again(hash) => walk.learn::<STRICT>(hash, owner, shapes),
            _ => walk.run::<S, STRICT>(simd),
        }
    }

    /// Learns that the tokens up to one were needed, or all.
    #[inline(always)]
    fn learn_reach(&mut self, token: Option<usize>) {
        let ScanScratch { index, reach, .. } = &mut *self.scratch;
        let position = token.and_then(|token| index.positions.get(token));
        reach.learn(position.map(|position| *position as usize + 1), self.text.len());
    }
}
