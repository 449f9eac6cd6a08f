//! Which literals a value may hold, by short pieces of them.
//!
//! Each literal has a piece of one to four bytes. Every place of a value is hashed into a bitmap of the pieces, which
//! takes about a nanosecond and doesn't wait for the place before, as an automaton does. Where there is a piece, up to
//! eight bytes of the literal are compared: not all, so that the time for a place has a limit that literals don't set.

use std::hash::{BuildHasher, RandomState};

/// Pieces of one length.
#[derive(Debug)]
pub(super) struct Grams {
    width: usize,
    mask: u32,
    /// Random, as rules and values may be made to collide.
    multiplier: u32,
    bit_shift: u32,
    bits: Vec<u64>,
    bucket_shift: u32,
    starts: Vec<u32>,
    entries: Vec<Entry>,
}

/// The longest piece.
pub(super) const WIDEST: usize = 4;

/// How many places are looked at together, and how many bytes they are.
const PLACES: usize = 8;
const BLOCK: usize = PLACES + WIDEST - 1;

/// A piece of a literal, with what follows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    window: u64,
    mask: u64,
    literal: u32,
}

impl Entry {
    /// A piece of literal number `literal` that begins at `at`.
    pub(super) fn new(text: &[u8], at: usize, literal: u32) -> Self {
        let text = text.get(at..).unwrap_or_default();
        let mask = match text.len() {
            length @ 0..8 => (1 << (8 * length)) - 1,
            _ => !0,
        };
        Entry { window: load8(text), mask, literal }
    }

    fn piece(&self) -> u32 {
        low(self.window)
    }
}

impl Grams {
    /// Pieces of `width` bytes.
    pub(super) fn new(width: usize, mut entries: Vec<Entry>) -> Self {
        let size = entries.len().clamp(16, 1 << 20).next_power_of_two().ilog2();
        // Few places of a value should look like a piece by accident: 64 bits a piece, as long as that fits the fastest
        // cache, and 16 at the least.
        let bits = (size + 6).min(18).max(size + 4);
        #[expect(clippy::cast_possible_truncation, reason = "random bits")]
        let multiplier = RandomState::new().hash_one(0) as u32 | 1;
        let mut grams = Grams {
            width,
            mask: u32::MAX >> (8 * (WIDEST - width.min(WIDEST))),
            multiplier,
            bit_shift: 32 - bits,
            bits: vec![0; 1 << (bits - 6)],
            bucket_shift: 32 - size,
            starts: vec![0; (1 << size) + 1],
            entries: Vec::new(),
        };
        entries.sort_unstable_by_key(|entry| (grams.hash(entry.piece()), entry.window, entry.literal));
        for entry in &entries {
            let hash = grams.hash(entry.piece());
            let bit = hash >> grams.bit_shift;
            if let Some(word) = grams.bits.get_mut((bit >> 6) as usize) {
                *word |= 1 << (bit & 63);
            }
            if let Some(count) = grams.starts.get_mut((hash >> grams.bucket_shift) as usize + 1) {
                *count += 1;
            }
        }
        let mut end = 0;
        for count in &mut grams.starts {
            end += *count;
            *count = end;
        }
        grams.entries = entries;
        grams
    }

    /// Calls `meet` with literals whose pieces occur in a value, again and again, until it says that it is enough; says
    /// whether it did.
    pub(super) fn search(&self, value: &[u8], meet: &mut impl FnMut(u32) -> bool) -> bool {
        let mut at = 0;
        while let Some(block) = value.get(at..).and_then(<[u8]>::first_chunk) {
            if self.search_block(block, at, value, meet) {
                return true;
            }
            at += PLACES;
        }
        // The last block begins within the one before it.
        if let Some(block) = value.last_chunk()
            && self.search_block(block, value.len() - BLOCK, value, meet)
        {
            return true;
        }
        // Values shorter than a block, and pieces too short for the last of its places.
        at = if value.len() < BLOCK { 0 } else { value.len() + 1 - WIDEST };
        (at..(value.len() + 1).saturating_sub(self.width)).any(|at| {
            let rest = value.get(at..).unwrap_or_default();
            let piece = low(load8(rest));
            self.may_have(piece) && self.meet_all(piece, rest, meet)
        })
    }

    /// Some places at a time, as few of them have a piece, and a branch for each would be one too many.
    #[inline(always)]
    fn search_block(
        &self,
        block: &[u8; BLOCK],
        start: usize,
        value: &[u8],
        meet: &mut impl FnMut(u32) -> bool,
    ) -> bool {
        let pieces =
            block.windows(WIDEST).map(|piece| piece.first_chunk().map_or(0, |piece| u32::from_le_bytes(*piece)));
        let mut hits = 0;
        for (at, piece) in pieces.enumerate() {
            hits |= u32::from(self.may_have(piece)) << at;
        }
        while hits != 0 {
            let rest = value.get(start + hits.trailing_zeros() as usize..).unwrap_or_default();
            if self.meet_all(low(load8(rest)), rest, meet) {
                return true;
            }
            hits &= hits - 1;
        }
        false
    }

    #[inline(always)]
    fn may_have(&self, piece: u32) -> bool {
        let bit = self.hash(piece) >> self.bit_shift;
        self.bits.get((bit >> 6) as usize).is_some_and(|word| word >> (bit & 63) & 1 == 1)
    }

    /// Calls `meet` with the literals that have this piece and, as far as they are compared, lie at the start of `rest`.
    #[inline]
    fn meet_all(&self, piece: u32, rest: &[u8], meet: &mut impl FnMut(u32) -> bool) -> bool {
        let text = load8(rest);
        let bucket = (self.hash(piece) >> self.bucket_shift) as usize;
        let entries = crate::compile::store::slice(&self.starts, &self.entries, bucket);
        entries.iter().any(|entry| text & entry.mask == entry.window && meet(entry.literal))
    }

    #[inline(always)]
    fn hash(&self, piece: u32) -> u32 {
        (piece & self.mask).wrapping_mul(self.multiplier)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half")]
fn low(word: u64) -> u32 {
    word as u32
}

/// The first eight bytes, or fewer and then zeros.
#[inline]
fn load8(text: &[u8]) -> u64 {
    if let Some(bytes) = text.first_chunk() {
        return u64::from_le_bytes(*bytes);
    }
    text.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
