//! The seeded hash of the value index. Values are hostile, so the seed is drawn anew for each matcher.
//!
//! Prefixes are folded in eight bytes at a time, suffixes from the back, so that the hashes of many prefixes of one value
//! cost one pass over it. Whole values take half the steps.

use std::hash::{BuildHasher, RandomState};

use crate::compile::test::Kind;
use crate::ids::PathId;
use crate::value::bytes::ends;

/// A secret hash function over (path, kind, bytes).
#[derive(Clone, Debug)]
pub(crate) struct Hash {
    seed: u64,
    multiplier: u64,
}

impl Hash {
    /// A hash with a random seed.
    pub(crate) fn random() -> Self {
        let random = RandomState::new();
        Hash { seed: random.hash_one(1), multiplier: random.hash_one(2) | 1 }
    }

    /// The hash of a key of a kind that looks at whole values: the bytes' ends cover the 16 that most have at most.
    #[inline(always)]
    pub(crate) fn of(&self, path: PathId, kind: Kind, bytes: &[u8]) -> u64 {
        let mut state = self.start(path, kind) ^ (bytes.len() as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mut rest = bytes;
        if let Some(last) = bytes.last_chunk::<16>() {
            for chunk in bytes.as_chunks::<16>().0 {
                let (first, last) = ends(chunk);
                state = mix(state ^ first, self.multiplier ^ last);
            }
            rest = last;
        }
        let (first, last) = ends(rest);
        mix(mix(state ^ first, self.multiplier ^ last), self.seed | 1)
    }

    /// The hash of a key of any kind.
    pub(crate) fn of_key(&self, path: PathId, kind: Kind, bytes: &[u8]) -> u64 {
        // A key is a prefix, and a suffix, of itself; its length fits, as keys are kept in fewer than 2^32 bytes.
        let length = [u32::try_from(bytes.len()).unwrap_or(u32::MAX)];
        let mut hash = 0;
        match kind {
            Kind::Prefix | Kind::PrefixIgnoreCase => self.prefixes(path, kind, bytes, &length, |of, _| hash = of),
            Kind::Suffix | Kind::SuffixIgnoreCase => self.suffixes(path, kind, bytes, &length, |of, _| hash = of),
            _ => hash = self.of(path, kind, bytes),
        }
        hash
    }

    /// Calls `found` with the hash of each prefix of `bytes` whose length is in `lengths` (ascending), with the prefix.
    #[inline]
    pub(crate) fn prefixes<'b>(
        &self,
        path: PathId,
        kind: Kind,
        bytes: &'b [u8],
        lengths: &[u32],
        mut found: impl FnMut(u64, &'b [u8]),
    ) {
        let (mut state, mut folded) = (self.start(path, kind), 0);
        for &length in lengths {
            let Some(prefix) = bytes.get(..length as usize) else { return };
            while let Some(chunk) = prefix.get(folded..).and_then(<[u8]>::first_chunk) {
                state = self.fold(state, *chunk);
                folded += 8;
            }
            found(self.finish(state, prefix.get(folded..).unwrap_or_default()), prefix);
        }
    }

    /// As [`Hash::prefixes`], for the kinds that look at the end.
    #[inline]
    pub(crate) fn suffixes<'b>(
        &self,
        path: PathId,
        kind: Kind,
        bytes: &'b [u8],
        lengths: &[u32],
        mut found: impl FnMut(u64, &'b [u8]),
    ) {
        let (mut state, mut folded) = (self.start(path, kind), 0);
        for &length in lengths {
            let Some(start) = bytes.len().checked_sub(length as usize) else { return };
            let suffix = bytes.get(start..).unwrap_or_default();
            let rest = |folded: usize| suffix.get(..suffix.len() - folded).unwrap_or_default();
            while let Some(chunk) = rest(folded).last_chunk() {
                state = self.fold(state, *chunk);
                folded += 8;
            }
            found(self.finish(state, rest(folded)), suffix);
        }
    }

    #[inline(always)]
    fn start(&self, path: PathId, kind: Kind) -> u64 {
        (u64::from(path.0) << 8 | kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.seed
    }

    #[inline(always)]
    fn fold(&self, state: u64, chunk: [u8; 8]) -> u64 {
        mix(state ^ u64::from_le_bytes(chunk), self.multiplier)
    }

    #[inline(always)]
    fn finish(&self, state: u64, tail: &[u8]) -> u64 {
        // Fewer than eight bytes, so both words fit half a word. Which of them overlap, their number tells.
        let (first, last) = ends(tail);
        mix(mix(state ^ first ^ last << 32, self.multiplier ^ tail.len() as u64), self.seed | 1)
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the two halves of the product")]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_suffixes_hash_as_keys() {
        let hash = Hash::random();
        let bytes: Vec<u8> = (0..40).collect();
        let lengths: Vec<u32> = (0..50).collect();
        let mut seen = 0;
        hash.prefixes(PathId(3), Kind::Prefix, &bytes, &lengths, |h, prefix| {
            assert_eq!(h, hash.of_key(PathId(3), Kind::Prefix, prefix));
            seen += 1;
        });
        hash.suffixes(PathId(3), Kind::Suffix, &bytes, &lengths, |h, suffix| {
            assert_eq!(h, hash.of_key(PathId(3), Kind::Suffix, suffix));
            seen += 1;
        });
        assert_eq!(seen, 82);
    }
}
