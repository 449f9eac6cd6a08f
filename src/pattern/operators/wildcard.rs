//! `{"wildcard": "te*t"}`: strings in which each `*` may be any run of bytes; `\*` and `\\` are the characters.

use super::super::ast::{AnythingBut, TestKind};
use super::super::error::{Fault, PatternErrorKind};
use super::super::lex::Lexer;
use super::super::render::quoted;
use super::operand::{self, Text};

pub(super) const NAME: &str = "wildcard";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let text = operand::read_string(lexer, NAME)?;
    check(lexer, &text)?;
    Ok(TestKind::Wildcard(text.into()))
}

/// Under `anything-but`.
pub(super) fn parse_but(lexer: &mut Lexer<'_>) -> Result<AnythingBut, Fault> {
    Ok(AnythingBut::Wildcard(operand::read_strings(lexer, NAME, check)?))
}

/// The texts between the stars of a wildcard that was read from a pattern, with its escapes undone: one more than there
/// are stars, and any of them may be empty.
pub(crate) fn segments(wildcard: &str) -> Vec<Vec<u8>> {
    let mut segments = Vec::new();
    let mut segment = Vec::new();
    let mut bytes = wildcard.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' => segments.push(std::mem::take(&mut segment)),
            // The check leaves no backslash without a character after it.
            b'\\' => segment.extend(bytes.next()),
            _ => segment.push(byte),
        }
    }
    segments.push(segment);
    segments
}

fn check(lexer: &Lexer<'_>, wildcard: &Text<'_>) -> Result<(), Fault> {
    let mut rest = wildcard.text.as_bytes();
    loop {
        let Some(special) = memchr::memchr2(b'*', b'\\', rest) else { return Ok(()) };
        let (_, found) = rest.split_at_checked(special).unwrap_or_default();
        rest = match found {
            [b'*', b'*', ..] | [b'\\'] => return Err(fault(lexer, wildcard, found.len())),
            [b'*', after @ ..] | [b'\\', b'*' | b'\\', after @ ..] => after,
            _ => return Err(fault(lexer, wildcard, found.len())),
        };
    }
}

/// The error for what stands so many bytes before the wildcard's end.
#[cold]
fn fault(lexer: &Lexer<'_>, wildcard: &Text<'_>, from_end: usize) -> Fault {
    let start = wildcard.text.len() - from_end;
    let mut bad: String = wildcard.text.get(start..).unwrap_or_default().chars().take(2).collect();
    if bad.starts_with('*') {
        bad = "**".to_owned();
    }
    let span = lexer.span_in_string(wildcard.span, start..start + bad.len());
    let fault = |message: String| Fault::new(PatternErrorKind::Wildcard, span, message);
    match &*bad {
        "**" => fault("a wildcard can't contain `**`".to_owned())
            .hint("one `*` is any run of characters; for the character itself, write `\\\\*`"),
        "\\" => fault("a wildcard can't end in a single backslash".to_owned())
            .hint("for the character itself, write `\\\\\\\\`"),
        _ => fault(format!("{} is not an escape of wildcards", quoted(&bad)))
            .hint("a backslash itself is written `\\\\\\\\`, a star `\\\\*`"),
    }
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn segments_between_stars() {
        let of = |text: &str| -> Vec<String> {
            segments(text).into_iter().map(|segment| String::from_utf8_lossy(&segment).into_owned()).collect()
        };
        assert_eq!(of(""), [""]);
        assert_eq!(of("*"), ["", ""]);
        assert_eq!(of("a*b"), ["a", "b"]);
        assert_eq!(of("*é*"), ["", "é", ""]);
        assert_eq!(of(r"a\*b*\\"), ["a*b", "\\"]);
        assert_eq!(of(r"*\**"), ["", "*", ""]);
    }
}
