//! Wildcards: literal segments between stars, matched greedily in linear time.
//!
//! A wildcard's key is its segments, each with its length before it (4 bytes, little endian): the first, which is at
//! the start of the value, the last, which is at its end, and those between, in their order.

use memchr::memmem;

/// Writes the key of a wildcard with at least one star, given its segments in order.
pub(crate) fn write_key(segments: &[Vec<u8>], key: &mut Vec<u8>) {
    let [first, middle @ .., last] = segments else { return };
    for segment in [first, last].into_iter().chain(middle) {
        key.extend_from_slice(&u32::try_from(segment.len()).unwrap_or(u32::MAX).to_le_bytes());
        key.extend_from_slice(segment);
    }
}

/// Whether these bytes are a key: segments to the end, at least two of them, and no empty one between stars, as that would
/// take time without taking up any of the value.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    let mut segments = Segments::of(bytes);
    segments.next().is_some()
        && segments.next().is_some()
        && segments.all(|segment| !segment.is_empty())
        && segments.rest.is_empty()
}

/// The segments of a key, in the key's order: first, last, middle ones.
#[derive(Clone)]
pub(crate) struct Segments<'k> {
    rest: &'k [u8],
}

impl<'k> Segments<'k> {
    pub(crate) fn of(key: &'k [u8]) -> Self {
        Segments { rest: key }
    }
}

impl<'k> Iterator for Segments<'k> {
    type Item = &'k [u8];

    #[inline]
    fn next(&mut self) -> Option<&'k [u8]> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let (segment, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.rest = rest;
        Some(segment)
    }
}

/// Whether a value matches. Linear in the value: each segment is looked for from where the one before it ended, and
/// the leftmost place is always as good as any other.
pub(crate) fn matches(key: &[u8], value: &[u8]) -> bool {
    let mut segments = Segments::of(key);
    let (Some(first), Some(last)) = (segments.next(), segments.next()) else { return false };
    let Some(mut rest) = value.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    for segment in segments {
        let Some(at) = find(rest, segment) else { return false };
        rest = rest.get(at + segment.len()..).unwrap_or_default();
    }
    true
}

/// The first place of a segment in a value.
#[inline(always)]
pub(crate) fn find(value: &[u8], segment: &[u8]) -> Option<usize> {
    match segment {
        [byte] => memchr::memchr(*byte, value),
        _ => find_text(value, segment),
    }
}

fn find_text(value: &[u8], segment: &[u8]) -> Option<usize> {
    let [first, second, ..] = segment else { return memmem::find(value, segment) };
    // The search for substrings takes longer to begin than a few places take to look at.
    let mut rest = value;
    for _ in 0..FEW_PLACES {
        let at = memchr::memchr(*first, rest)?;
        let (_, from) = rest.split_at_checked(at)?;
        if from.get(1) == Some(second) && from.starts_with(segment) {
            return Some(value.len() - from.len());
        }
        rest = from.get(1..)?;
    }
    memmem::find(rest, segment).map(|at| value.len() - rest.len() + at)
}

/// How many places a segment's first byte is looked up at.
const FEW_PLACES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn wildcard(text: &str, value: &str) -> bool {
        let segments: Vec<Vec<u8>> = text.split('*').map(|segment| segment.as_bytes().to_vec()).collect();
        let mut key = Vec::new();
        write_key(&segments, &mut key);
        matches(&key, value.as_bytes())
    }

    #[test]
    fn greedy() {
        assert!(wildcard("a*b", "ab") && wildcard("a*b", "aabb") && !wildcard("a*b", "abc"));
        assert!(!wildcard("aba*ba", "aba") && wildcard("aba*ba", "ababa"));
        assert!(wildcard("*a*b*", "xxaxbx") && !wildcard("*b*a*", "xaxb"));
        assert!(wildcard("*aab", "aaab") && wildcard("*aa*aa*", "aaaa") && !wildcard("*aa*aa*", "aaa"));
    }
}
