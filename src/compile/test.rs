//! Tests as the engine knows them: a path, a kind and a key of bytes. Equal bytes mean the same test.

use crate::ids::{PathId, TestId};

/// What a test compares, and how its key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The same string. Key: its text.
    String,
    /// A comparable number. Key: its [order](crate::value::number::comparable), 8 bytes little endian.
    Number,
    /// A number that is not comparable. Key: its spelling.
    Spelling,
    /// Key: the text at the start.
    Prefix,
    /// Key: the text at the end.
    Suffix,
    /// Key: the text in its [canonical](crate::value::letter_case::canonical) spelling.
    EqualsIgnoreCase,
    /// Key: the text in its [canonical](crate::value::letter_case::canonical) spelling.
    PrefixIgnoreCase,
    /// Key: the text in its [canonical](crate::value::letter_case::canonical) spelling.
    SuffixIgnoreCase,
    /// An IPv4 address or block. Key: see [`block_key`].
    Cidr4,
    /// An IPv6 address or block. Key: see [`block_key`].
    Cidr6,
    /// `false`. No key.
    False,
    /// `true`. No key.
    True,
    /// `null`. No key.
    Null,
    /// Any string. No key.
    AnyString,
    /// Any leaf. No key.
    Exists,
    /// Segments between stars. Key: see [`crate::value::glob`].
    Wildcard,
    /// Comparable numbers from a to b, both included. Key: their orders, 8 bytes little endian each.
    Range,
    /// Any leaf that none of a list of tests accepts. Key: their ids, 4 bytes little endian each, ascending.
    AnythingBut,
    /// No leaf. No key.
    Absent,
}

impl Kind {
    /// All, by number.
    const ALL: [Kind; 19] = [
        Kind::String,
        Kind::Number,
        Kind::Spelling,
        Kind::Prefix,
        Kind::Suffix,
        Kind::EqualsIgnoreCase,
        Kind::PrefixIgnoreCase,
        Kind::SuffixIgnoreCase,
        Kind::Cidr4,
        Kind::Cidr6,
        Kind::False,
        Kind::True,
        Kind::Null,
        Kind::AnyString,
        Kind::Exists,
        Kind::Wildcard,
        Kind::Range,
        Kind::AnythingBut,
        Kind::Absent,
    ];

    /// The kind with a number.
    pub(crate) fn of_number(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// Whether a value finds the tests of this kind that it passes by looking up bytes in a hash table.
    pub(crate) fn is_hashed(self) -> bool {
        self <= Kind::Cidr6
    }

    /// Whether the test says what its value is, so that the value can be looked up: not so the ones that hold for
    /// nearly all values, or for none.
    pub(crate) fn is_indexed(self) -> bool {
        !matches!(self, Kind::Exists | Kind::AnythingBut | Kind::Absent)
    }
}

/// An interned test. `key` is `start..start + length` of the keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    pub(crate) path: PathId,
    pub(crate) start: u32,
    pub(crate) length: u32,
    pub(crate) kind: Kind,
}

impl Test {
    /// The test's key.
    #[inline(always)]
    pub(crate) fn key<'k>(&self, keys: &'k [u8]) -> &'k [u8] {
        let start = self.start as usize;
        keys.get(start..start + self.length as usize).unwrap_or_default()
    }

    /// The tests that an `anything-but` test of a store with these keys excludes.
    pub(super) fn excluded<'k>(&self, keys: &'k [u8]) -> impl Iterator<Item = TestId> + use<'k> {
        let (ids, _) = self.key(keys).as_chunks::<4>();
        ids.iter().map(|id| TestId(u32::from_le_bytes(*id)))
    }
}

/// Key of an address block: the leading `bits` of the address, the others cleared, then their number.
pub(crate) fn block_key<const N: usize>(address: [u8; N], bits: u8) -> ([u8; 17], usize) {
    let mut key = [0; 17];
    let mut left = usize::from(bits);
    for (to, from) in key.iter_mut().zip(address) {
        *to = match left {
            0 => 0,
            1..8 => from & !(0xff >> left),
            _ => from,
        };
        left = left.saturating_sub(8);
    }
    if let Some(last) = key.get_mut(N) {
        *last = bits;
    }
    (key, N + 1)
}

/// Reads a little-endian `u64` of a key at `at`; keys are written by this crate and long enough.
#[inline]
pub(crate) fn read_u64(key: &[u8], at: usize) -> u64 {
    key.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_numbers() {
        for (number, kind) in (0..).zip(Kind::ALL) {
            assert_eq!((kind as u8, Kind::of_number(number)), (number, Some(kind)));
        }
        assert_eq!(Kind::of_number(19), None);
    }
}
