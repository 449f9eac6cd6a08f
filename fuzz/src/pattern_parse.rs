//! Target `pattern_parse`: the language.

use eventsieve::{Pattern, PatternError, PatternErrorKind, PatternParser};
use serde::de::IgnoredAny;

/// A text that may be a rule: what is accepted comes back from its print, what is refused is told well, and options and
/// limits change nothing else.
pub fn pattern_parse(text: &[u8]) {
    let strict = PatternParser::new();
    let lenient = PatternParser::new().or_as_field(true);
    let read = check(&strict, text);
    let as_field = check(&lenient, text);
    match &read {
        Ok(_) => assert_eq!(read, as_field, "the option changes a rule that is valid without it"),
        Err(error) if error.kind() != PatternErrorKind::Or => assert_eq!(read, as_field, "the option changes an error"),
        Err(_) => {}
    }
    let limited = PatternParser::new().max_bytes(1_000).max_depth(4).max_tests(8).max_or_combinations(6);
    match (read, check(&limited, text)) {
        (read, Ok(limited)) => assert_eq!(read, Ok(limited), "limits change the meaning"),
        (Ok(_), Err(error)) => assert!(is_limit(error.kind()), "limits change the verdict: {error}"),
        (Err(_), Err(_)) => {}
    }
}

fn is_limit(kind: PatternErrorKind) -> bool {
    use PatternErrorKind::{TooDeep, TooLong, TooManyCombinations, TooManyTests};
    matches!(kind, TooLong | TooDeep | TooManyTests | TooManyCombinations)
}

fn check(parser: &PatternParser, text: &[u8]) -> Result<Pattern, PatternError> {
    let read = parser.parse(text);
    match &read {
        Ok(pattern) => comes_back(parser, pattern, text),
        Err(error) => is_told_well(error, text),
    }
    read
}

fn comes_back(parser: &PatternParser, pattern: &Pattern, text: &[u8]) {
    let print = pattern.to_string();
    for json in [text, print.as_bytes()] {
        assert!(serde_json::from_slice::<IgnoredAny>(json).is_ok(), "not JSON: {}", String::from_utf8_lossy(json));
    }
    let again = parser.parse(&print).unwrap_or_else(|error| panic!("the print is refused: {error}"));
    assert_eq!(*pattern, again, "the print is another pattern");
    assert_eq!(print, again.to_string(), "the print of the print is another one");
    assert_eq!(format!("{pattern:?}"), format!("Pattern({print})"));
}

fn is_told_well(error: &PatternError, text: &[u8]) {
    let span = error.span();
    assert!(span.start <= span.end && span.end <= text.len(), "{span:?}");
    let before = &text[..span.start];
    if let Ok(text) = std::str::from_utf8(text) {
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?} within a character");
    } else if error.kind() != PatternErrorKind::TooLong {
        assert_eq!(error.kind(), PatternErrorKind::Utf8);
        assert!(std::str::from_utf8(before).is_ok());
        assert!(std::str::from_utf8(&text[..span.end]).is_err());
    }
    let last_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    assert_eq!(error.line(), before.split(|byte| *byte == b'\n').count());
    assert_eq!(error.column(), String::from_utf8_lossy(last_line).chars().count() + 1);

    let told = error.to_string();
    let lines: Vec<_> = told.split('\n').collect();
    assert_eq!(lines.first(), Some(&error.message()));
    assert_eq!(lines.len(), if error.hint().is_some() { 6 } else { 5 }, "{told}");
    assert!(lines.iter().all(|line| !line.chars().any(char::is_control)), "{told:?}");
    assert!(told.len() < 4_000, "{} bytes of message", told.len());
    assert!(lines.get(4).is_some_and(|marks| marks.contains('^')), "{told}");
}
