//! Letter case as `equals-ignore-case` means it: each character of the test stands for its Unicode lower case or its
//! upper case (default mappings, of one to three characters), and for nothing else.
//!
//! No mapping of a character is the beginning or the end of its other mapping (a unit test goes through all of
//! Unicode), so the first that fits is the only one, and comparing is linear.

/// Whether the whole of `value` is the test.
pub(crate) fn equals(test: &str, value: &[u8]) -> bool {
    strip_start(test, value).is_some_and(<[u8]>::is_empty)
}

/// Whether `value` starts with the test.
pub(crate) fn starts_with(test: &str, value: &[u8]) -> bool {
    strip_start(test, value).is_some()
}

/// Whether `value` ends with the test.
pub(crate) fn ends_with(test: &str, value: &[u8]) -> bool {
    if test.is_ascii() {
        let end = value.len().checked_sub(test.len()).and_then(|start| value.get(start..));
        return end.is_some_and(|end| end.eq_ignore_ascii_case(test.as_bytes()));
    }
    let mut rest = value;
    for c in test.chars().rev() {
        let [lower, upper] = mappings(c);
        match rest.strip_suffix(lower.bytes()).or_else(|| rest.strip_suffix(upper.bytes())) {
            Some(before) => rest = before,
            None => return false,
        }
    }
    true
}

/// The spelling that stands for all that mean the same: lower case, for every character whose lower case has the same
/// two mappings (`k` for `K`, but not for the Kelvin sign).
pub(crate) fn canonical(test: &str) -> String {
    test.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(l), None) if l.to_uppercase().eq(c.to_uppercase()) && l.to_lowercase().eq([l]) => l,
                _ => c,
            }
        })
        .collect()
}

/// Whether a character of a test stands for itself only.
pub(crate) fn is_caseless(c: char) -> bool {
    c.to_lowercase().eq([c]) && c.to_uppercase().eq([c])
}

/// Whether a character of a test stands for all that another one stands for.
pub(crate) fn covers(c: char, other: char) -> bool {
    let mine = mappings(c);
    let is_mine = |its: &Mapping| mine.iter().any(|mapping| mapping.bytes() == its.bytes());
    c == other || mappings(other).iter().all(is_mine)
}

fn strip_start<'v>(test: &str, value: &'v [u8]) -> Option<&'v [u8]> {
    if test.is_ascii() {
        let (start, rest) = value.split_at_checked(test.len())?;
        return start.eq_ignore_ascii_case(test.as_bytes()).then_some(rest);
    }
    let mut rest = value;
    for c in test.chars() {
        let [lower, upper] = mappings(c);
        rest = rest.strip_prefix(lower.bytes()).or_else(|| rest.strip_prefix(upper.bytes()))?;
    }
    Some(rest)
}

/// Appends a key of `text` under which every value that matches it, and it itself, is found.
///
/// The key is the lower case of the upper case of the lower case, character by character: `ı` and `i` have the same, and
/// so have `ẞ`, `ß` and `SS`. It only finds candidates: texts with the same key need not match each other. Bytes that aren't UTF-8 (possible in
/// trusted events only) are kept as they are; they match nothing.
pub(crate) fn fold(text: &[u8], key: &mut Vec<u8>) {
    if text.is_ascii() {
        key.extend(text.iter().map(u8::to_ascii_lowercase));
        return;
    }
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_ascii() {
                key.extend(u8::try_from(c).map(|byte| byte.to_ascii_lowercase()));
            } else {
                let mut buffer = [0; 4];
                for c in c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
                    key.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
            }
        }
        key.extend_from_slice(chunk.invalid());
    }
}

/// UTF-8 of one case mapping: at most three characters of at most four bytes.
#[derive(Clone, Copy, Default)]
struct Mapping {
    bytes: [u8; 12],
    length: usize,
}

impl Mapping {
    fn new(characters: impl Iterator<Item = char>) -> Self {
        let mut mapping = Mapping::default();
        for c in characters {
            if let Some(room) = mapping.bytes.get_mut(mapping.length..mapping.length + c.len_utf8()) {
                c.encode_utf8(room);
                mapping.length += c.len_utf8();
            }
        }
        mapping
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[inline]
fn mappings(c: char) -> [Mapping; 2] {
    if let (true, Ok(byte)) = (c.is_ascii(), u8::try_from(c)) {
        let one = |byte| {
            let mut bytes = [0; 12];
            bytes[0] = byte;
            Mapping { bytes, length: 1 }
        };
        return [one(byte.to_ascii_lowercase()), one(byte.to_ascii_uppercase())];
    }
    [Mapping::new(c.to_lowercase()), Mapping::new(c.to_uppercase())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        fold(text.as_bytes(), &mut key);
        key
    }

    #[test]
    fn no_mapping_begins_or_ends_with_the_other_and_all_share_a_key() {
        for c in '\0'..=char::MAX {
            let (lower, upper) = (c.to_lowercase().collect::<String>(), c.to_uppercase().collect::<String>());
            if lower != upper {
                assert!(!lower.starts_with(&upper) && !upper.starts_with(&lower), "{c:?}");
                assert!(!lower.ends_with(&upper) && !upper.ends_with(&lower), "{c:?}");
            }
            let own = key(&String::from(c));
            assert_eq!(own, key(&lower), "{c:?}");
            assert_eq!(own, key(&upper), "{c:?}");
        }
    }

    #[test]
    fn canonical_spelling_means_the_same() {
        assert_eq!(canonical("aBcÉΣς"), "abcéσς");
        assert_eq!(canonical("\u{212a}ſıßẞǅİ"), "\u{212a}ſıßẞǆİ");
        for c in '\0'..=char::MAX {
            let pair = |c: char| (c.to_lowercase().collect::<String>(), c.to_uppercase().collect::<String>());
            let canonical = canonical(&String::from(c));
            assert!(canonical.chars().map(pair).eq([pair(c)]), "{c:?}");
        }
    }

    #[test]
    fn pairs_of_the_law() {
        assert!(equals("ß", "ß".as_bytes()) && equals("ß", b"SS") && !equals("ß", b"ss"));
        assert!(equals("ı", b"I") && equals("ı", "ı".as_bytes()) && !equals("ı", b"i"));
        assert!(!equals("k", "\u{212a}".as_bytes()) && !equals("s", "ſ".as_bytes()));
        assert!(equals("ǅ", "ǆ".as_bytes()) && equals("ǅ", "Ǆ".as_bytes()) && !equals("ǅ", "ǅ".as_bytes()));
        assert!(starts_with("aB", b"Abc") && ends_with("Bc", b"abC") && !ends_with("abc", b"bc"));
    }
}
