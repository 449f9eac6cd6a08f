//! An event's tokens: brackets, colons, commas, and where strings and scalars begin.

use super::bits::Carry;
use super::escape::is_escape;
use super::kernel::{BLOCK, Simd, Task};
use super::scalars::Scalars;
use super::structure::CheckStructure;
use super::{Malformed, Mode, trim_end};

/// The tokens of one event.
///
/// INVARIANT: the three tables are of one length, and longer than `count` by at least a block.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Where each token is in the text.
    pub(super) positions: Vec<u32>,
    /// Each token's first byte: `{}[]:,`, `"`, or the first byte of a scalar.
    pub(super) tokens: Vec<u8>,
    /// For each opening bracket, which token closes it; anything for other tokens.
    pub(super) links: Vec<u32>,
    /// How many tokens there are.
    pub(super) count: usize,
    /// Is any byte not ASCII?
    non_ascii: bool,
    /// Is this the index of the whole event, and not only of its beginning?
    pub(super) whole: bool,
    /// Is there no white space between tokens?
    pub(super) compact: bool,
    pub(super) backslashes: Backslashes,
    /// The brackets that are open, for [`check_structure`].
    pub(super) open: Vec<u64>,
}

/// Where the backslashes of a text are, roughly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backslashes {
    /// The offsets of the first and of the last block that has some.
    first: usize,
    last: usize,
}

impl Default for Backslashes {
    fn default() -> Self {
        Backslashes { first: usize::MAX, last: 0 }
    }
}

impl Backslashes {
    #[inline(always)]
    fn note(&mut self, offset: usize) {
        self.first = self.first.min(offset);
        self.last = offset;
    }

    /// Is there none?
    #[inline(always)]
    pub(super) fn none(self) -> bool {
        self.first == usize::MAX
    }

    /// May there be one in a part of the text?
    #[inline(always)]
    pub(super) fn may_touch(self, start: u32, end: u32) -> bool {
        end as usize > self.first && (start as usize) < self.last + BLOCK
    }
}

impl Index {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.tokens.capacity()
            + size_of::<u32>() * (self.positions.capacity() + self.links.capacity())
            + size_of::<u64>() * self.open.capacity()
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let length = (2 * self.tokens.len()).max(8 * BLOCK);
        self.positions.resize(length, 0);
        self.tokens.resize(length, 0);
        self.links.resize(length, 0);
    }

    /// Appends the tokens that `mask` selects in the block at `offset`.
    #[inline(always)]
    fn push<S: Simd>(&mut self, simd: S, block: S::Block, mask: u64, offset: usize) {
        // Room for this block, and for the one that the invariant asks for.
        if self.count + 2 * BLOCK > self.tokens.len() {
            self.grow();
        }
        let positions = self.positions.get_mut(self.count..).and_then(|rest| rest.first_chunk_mut());
        let tokens = self.tokens.get_mut(self.count..).and_then(|rest| rest.first_chunk_mut());
        if let (Some(positions), Some(tokens)) = (positions, tokens) {
            #[expect(clippy::cast_possible_truncation, reason = "the text is at most u32::MAX bytes")]
            simd.compress(block, mask, offset as u32, positions, tokens);
            self.count += mask.count_ones() as usize;
        }
    }
}

/// Indexes a text of at most `u32::MAX` bytes; in strict mode also checks all that RFC 8259 asks of it.
#[inline(always)]
pub(super) fn build_index<S: Simd>(
    simd: S,
    mode: Mode,
    max_depth: usize,
    text: &[u8],
    index: &mut Index,
) -> Result<(), Malformed> {
    for block in text.as_chunks::<BLOCK>().0.iter().take(24) {
        simd.prefetch(block);
    }
    let text = trim_end(text);
    index.whole = true;
    match mode {
        Mode::Strict => {
            simd.call(FindTokens::<true> { text, index })?;
            simd.call(CheckStructure::<true> { index, max_depth })?;
            if index.non_ascii && std::str::from_utf8(text).is_err() { Err(Malformed) } else { Ok(()) }
        }
        Mode::Trusted => {
            simd.call(FindTokens::<false> { text, index })?;
            simd.call(CheckStructure::<false> { index, max_depth })
        }
    }
}

/// Indexes the beginning of a text, whole blocks of it, without any check. Brackets that stay open are linked to the end
/// of the tokens.
#[inline(always)]
pub(super) fn build_part<S: Simd>(simd: S, max_depth: usize, text: &[u8], index: &mut Index) -> Result<(), Malformed> {
    index.whole = false;
    simd.call(FindTokens::<false> { text, index })?;
    simd.call(CheckStructure::<false> { index, max_depth })
}

/// Finds the tokens, and in strict mode checks strings (but for UTF-8) and scalars.
struct FindTokens<'i, 'e, const STRICT: bool> {
    text: &'e [u8],
    index: &'i mut Index,
}

impl<const STRICT: bool> Task for FindTokens<'_, '_, STRICT> {
    type Output = Result<(), Malformed>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Result<(), Malformed> {
        let FindTokens { text, index } = self;
        index.count = 0;
        let mut scalars = Scalars::default();
        let mut blocks = Blocks::default();
        let mut backslashes = Backslashes::default();
        let mut white_space = 0;
        let mut errors = 0;
        let mut all_bytes = simd.load_tail(&[]);
        let mut offset = 0;
        while let Some(rest) = text.get(offset..)
            && !rest.is_empty()
        {
            let (block, valid) = match rest.first_chunk() {
                Some(bytes) => (simd.load(bytes), u64::MAX),
                None => (simd.load_tail(rest), (1 << rest.len()) - 1),
            };
            let found = blocks.classify(simd, block);
            white_space |= found.white_space & valid;
            if found.backslashes != 0 {
                backslashes.note(offset);
            }
            if STRICT {
                all_bytes = simd.or(all_bytes, block);
                errors |= found.control & found.in_string;
                let escapes = found.escaped & found.in_string;
                if escapes != 0 {
                    errors |= u64::from(any_bad_escape(text, offset, escapes));
                }
                if found.scalar | found.scalar_end != 0 {
                    errors |= scalars.check(simd, block, found.scalar, found.scalar_starts, text, offset);
                }
            }
            index.push(simd, block, found.tokens, offset);
            offset += BLOCK;
        }
        index.compact = white_space == 0;
        index.backslashes = backslashes;
        index.non_ascii = STRICT && simd.any_high(all_bytes);
        if errors != 0 || blocks.in_string != 0 && index.whole { Err(Malformed) } else { Ok(()) }
    }
}

#[inline(never)]
fn any_bad_escape(text: &[u8], offset: usize, mut escaped: u64) -> bool {
    while escaped != 0 {
        let at = offset + escaped.trailing_zeros() as usize;
        escaped &= escaped - 1;
        if !text.get(at..).is_some_and(is_escape) {
            return true;
        }
    }
    false
}

/// What carries over from block to block.
#[derive(Default)]
struct Blocks {
    escape: Carry,
    /// All ones if the next block begins inside a string.
    in_string: u64,
    scalar: Carry,
}

/// The classes of a block's bytes.
struct Found {
    backslashes: u64,
    /// Bytes after a backslash that escapes.
    escaped: u64,
    /// Bytes of strings, with the opening but without the closing quote.
    in_string: u64,
    /// Bytes below 0x20.
    control: u64,
    /// Bytes outside strings that are neither structural nor white space.
    scalar: u64,
    scalar_starts: u64,
    /// White space outside strings.
    white_space: u64,
    /// Bytes of other classes that follow a scalar's.
    scalar_end: u64,
    tokens: u64,
}

impl Blocks {
    #[inline(always)]
    fn classify<S: Simd>(&mut self, simd: S, block: S::Block) -> Found {
        let backslashes = simd.eq(block, b'\\');
        let escaped = self.escape.escaped(backslashes);
        let quotes = simd.eq(block, b'"') & !escaped;
        let in_string = simd.prefix_xor(quotes) ^ self.in_string;
        self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
        let string = in_string | quotes;

        let control = simd.lt(block, 0x20);
        let structural = simd.structural(block) & !control & !string;
        let white_space = simd.white_space(block) & !string;
        let scalar = !(structural | string | white_space);
        let after_scalar = self.scalar.after(scalar);
        let scalar_starts = scalar & !after_scalar;
        Found {
            backslashes,
            escaped,
            in_string,
            control,
            scalar,
            scalar_starts,
            white_space,
            scalar_end: after_scalar & !scalar,
            tokens: structural | (quotes & in_string) | scalar_starts,
        }
    }
}
