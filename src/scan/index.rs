//! An event's tokens: brackets, colons, commas, and where strings and scalars begin.

use memchr::memchr;

use super::bits::Carry;
use super::escape::is_escape;
use super::kernel::{BLOCK, Simd, Task};
use super::scalars::Scalars;
use super::{Malformed, trim_end};

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
    /// The brackets that are open, for [`CheckStructure`](super::structure::CheckStructure).
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

    /// Is there neither white space between tokens nor a backslash?
    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.compact && self.backslashes.none()
    }

    /// Where a token is, and the one behind it.
    #[inline(always)]
    pub(super) fn place(&self, token: u32) -> [u32; 2] {
        self.positions.get(token as usize..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
    }

    /// Room for the tokens of the next section.
    #[inline(always)]
    fn room(&mut self) -> Option<Room<'_>> {
        // And for the block that the invariant asks for.
        if self.count + SECTION + BLOCK > self.tokens.len() {
            self.grow();
        }
        let positions = self.positions.get_mut(self.count..)?.first_chunk_mut()?;
        let tokens = self.tokens.get_mut(self.count..)?.first_chunk_mut()?;
        Some(Room { positions, tokens, count: 0 })
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let length = (2 * self.tokens.len()).max(2 * SECTION);
        self.positions.resize(length, 0);
        self.tokens.resize(length, 0);
        self.links.resize(length, 0);
    }
}

/// Bytes that are indexed in a row. Room for their tokens is made at once, so that a block needn't ask for it.
const SECTION: usize = 16 * BLOCK;

/// Room for the tokens of a section.
struct Room<'i> {
    positions: &'i mut [u32; SECTION],
    tokens: &'i mut [u8; SECTION],
    /// How many tokens there are so far.
    count: usize,
}

impl Room<'_> {
    /// Appends the tokens that `mask` selects in the block at `offset`.
    #[inline(always)]
    fn push<S: Simd>(&mut self, simd: S, block: S::Block, mask: u64, offset: usize) {
        let positions = self.positions.get_mut(self.count..).and_then(|rest| rest.first_chunk_mut());
        let tokens = self.tokens.get_mut(self.count..).and_then(|rest| rest.first_chunk_mut());
        if let (Some(positions), Some(tokens)) = (positions, tokens) {
            #[expect(clippy::cast_possible_truncation, reason = "the text is at most u32::MAX bytes")]
            simd.compress(block, mask, offset as u32, positions, tokens);
            self.count += mask.count_ones() as usize;
        }
    }
}

/// Finds the tokens of a text of at most `u32::MAX` bytes; in strict mode also checks all that RFC 8259 asks of it but for
/// how tokens follow each other.
#[inline(always)]
pub(super) fn find_tokens<S: Simd, const STRICT: bool>(
    simd: S,
    text: &[u8],
    index: &mut Index,
) -> Result<(), Malformed> {
    for block in text.as_chunks::<BLOCK>().0.iter().take(24) {
        simd.prefetch(block);
    }
    let text = trim_end(text);
    index.whole = true;
    simd.call(FindTokens::<STRICT> { text, index })?;
    if STRICT && index.non_ascii && std::str::from_utf8(text).is_err() { Err(Malformed) } else { Ok(()) }
}

/// Finds the tokens of the beginning of a text, whole blocks of it, without any check.
#[inline(always)]
pub(super) fn find_tokens_of_part<S: Simd>(simd: S, text: &[u8], index: &mut Index) -> Result<(), Malformed> {
    index.whole = false;
    simd.call(FindTokens::<false> { text, index })
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
        let mut blocks = Blocks::<S, STRICT>::new(simd, text);
        let mut offset = 0;
        for section in text.chunks(SECTION) {
            let mut room = index.room().ok_or(Malformed)?;
            let (whole, tail) = section.as_chunks();
            for bytes in whole {
                blocks.scan(simd, simd.load(bytes), u64::MAX, offset, &mut room);
                offset += BLOCK;
            }
            if !tail.is_empty() {
                blocks.scan(simd, simd.load_tail(tail), (1 << tail.len()) - 1, offset, &mut room);
            }
            index.count += room.count;
        }
        index.compact = blocks.white_space == 0;
        index.backslashes = blocks.backslashes;
        index.non_ascii = STRICT && simd.any_high(blocks.all_bytes);
        if blocks.errors != 0 || blocks.in_string != 0 && index.whole {
            return Err(Malformed);
        }
        if STRICT && !index.backslashes.none() && any_bad_escape(text, index.backslashes.first) {
            return Err(Malformed);
        }
        Ok(())
    }
}

/// Is any escape from `start` on none of RFC 8259? No backslash before escapes what is at `start`, and all are in strings.
#[inline(never)]
fn any_bad_escape(text: &[u8], start: usize) -> bool {
    let mut rest = text.get(start..).unwrap_or_default();
    while let Some(at) = memchr(b'\\', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        if !is_escape(rest) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// What is known of the blocks so far.
struct Blocks<'e, S: Simd, const STRICT: bool> {
    text: &'e [u8],
    escape: Carry,
    /// All ones if the next block begins inside a string.
    in_string: u64,
    scalar: Carry,
    scalars: Scalars,
    backslashes: Backslashes,
    /// White space outside strings; bits of several blocks.
    white_space: u64,
    /// The bytes of all blocks, or-ed.
    all_bytes: S::Block,
    errors: u64,
}

impl<'e, S: Simd, const STRICT: bool> Blocks<'e, S, STRICT> {
    #[inline(always)]
    fn new(simd: S, text: &'e [u8]) -> Self {
        Blocks {
            text,
            escape: Carry::default(),
            in_string: 0,
            scalar: Carry::default(),
            scalars: Scalars::default(),
            backslashes: Backslashes::default(),
            white_space: 0,
            all_bytes: simd.load_tail(&[]),
            errors: 0,
        }
    }

    /// Finds the tokens of the block at `offset`; in strict mode also checks what can be told from it.
    #[inline(always)]
    fn scan(&mut self, simd: S, block: S::Block, valid: u64, offset: usize, room: &mut Room<'_>) {
        let backslashes = simd.eq(block, b'\\');
        let mut escaped = 0;
        if backslashes != 0 || self.escape.is_set() {
            escaped = self.escape.escaped(backslashes);
            self.backslashes.note(offset);
        }
        let quotes = simd.eq(block, b'"') & !escaped;
        // Strings with the opening but without the closing quote.
        let in_string = simd.prefix_xor(quotes) ^ self.in_string;
        self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
        let string = in_string | quotes;

        let control = simd.lt(block, 0x20);
        let structural = simd.structural(block) & !control & !string;
        let white_space = simd.white_space(block) & !string;
        self.white_space |= white_space & valid;
        // What is neither structural nor white space is a number or literal, or nothing at all.
        let scalar = !(structural | string | white_space);
        let after_scalar = self.scalar.after(scalar);
        let starts = scalar & !after_scalar;
        room.push(simd, block, structural | (quotes & in_string) | starts, offset);
        if STRICT {
            self.all_bytes = simd.or(self.all_bytes, block);
            self.errors |= control & in_string;
            if scalar | after_scalar != 0 {
                self.errors |= self.scalars.check(simd, block, scalar, starts, self.text, offset);
            }
        }
    }
}
