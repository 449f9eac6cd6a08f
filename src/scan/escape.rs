//! The escapes of JSON strings.

use memchr::memchr;

/// Appends a JSON string's content (between its quotes) to `out`, with its escapes undone; an unpaired surrogate stands
/// for U+FFFD. Never panics: a malformed escape (possible in trusted mode only) is copied as it is.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = unescape_one(escape, out);
    }
    out.extend_from_slice(rest);
}

/// Undoes the escape at the start of `text`, and gives what follows it.
fn unescape_one<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    if let [b'\\', b'u', hex @ ..] = text
        && let Some((unit, rest)) = code_unit(hex)
    {
        let (character, rest) = match (unit, rest) {
            (0xd800..0xdc00, [b'\\', b'u', hex @ ..]) => match code_unit(hex) {
                Some((low @ 0xdc00..0xe000, rest)) => {
                    (char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)), rest)
                }
                _ => (None, rest),
            },
            _ => (char::from_u32(unit), rest),
        };
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        return rest;
    }
    let (byte, rest) = match text {
        [b'\\', b'b', rest @ ..] => (0x08, rest),
        [b'\\', b'f', rest @ ..] => (0x0c, rest),
        [b'\\', b'n', rest @ ..] => (b'\n', rest),
        [b'\\', b'r', rest @ ..] => (b'\r', rest),
        [b'\\', b't', rest @ ..] => (b'\t', rest),
        [b'\\', byte @ (b'"' | b'\\' | b'/'), rest @ ..] => (*byte, rest),
        [byte, rest @ ..] => (*byte, rest),
        [] => return text,
    };
    out.push(byte);
    rest
}

/// The UTF-16 code unit that four hexadecimal digits spell.
fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let mut unit = 0;
    for digit in digits {
        unit = unit << 4 | char::from(*digit).to_digit(16)?;
    }
    Some((unit, rest))
}

/// Is what follows the backslash, at the start of `text`, an escape of RFC 8259?
#[inline]
pub(super) fn is_escape(text: &[u8]) -> bool {
    match text {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
        [b'u', hex @ ..] => hex.first_chunk::<4>().is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str) -> String {
        let mut out = Vec::new();
        unescape(raw.as_bytes(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(r#"a\"b\\c\/d\b\f\n\r\te"#), "a\"b\\c/d\u{8}\u{c}\n\r\te");
        assert_eq!(unescaped(r"\u0041\u00e9\u65E5\u0000"), "Aé日\0");
        assert_eq!(unescaped(r"\ud83d\ude00"), "😀");
        assert_eq!(unescaped("plain, é"), "plain, é");
        assert_eq!(unescaped(""), "");
    }

    #[test]
    fn an_unpaired_surrogate_is_the_replacement_character() {
        assert_eq!(unescaped(r"\ud800"), "\u{fffd}");
        assert_eq!(unescaped(r"\udc00x"), "\u{fffd}x");
        assert_eq!(unescaped(r"\ud800\ud83d\ude00"), "\u{fffd}😀");
        assert_eq!(unescaped(r"\ud800\u0041"), "\u{fffd}A");
        assert_eq!(unescaped(r"\ud800\n"), "\u{fffd}\n");
        assert_eq!(unescaped(r"\udc00\ud800"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_malformed_escape_is_copied() {
        for raw in [r"\", r"a\", r"\x", r"\u", r"\u12", r"\u12g4", r"\u+123"] {
            assert_eq!(unescaped(raw), raw);
        }
        assert_eq!(unescaped(r"\ud800\u12"), "\u{fffd}\\u12");
    }
}
