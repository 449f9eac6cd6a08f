//! What is said of rules that aren't: the whole rendering of each error, its place, and that no text makes a panic.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Debug;

use eventsieve::{PatternError, PatternErrorKind, PatternParser};
use proptest::prelude::*;

fn error(parser: &PatternParser, rule: impl AsRef<[u8]> + Debug) -> PatternError {
    match parser.parse(&rule) {
        Ok(pattern) => panic!("accepted {rule:?} as {pattern}"),
        Err(error) => error,
    }
}

/// Cases as in `=== Kind`, the rule, `---`, the rendering.
#[test]
fn renderings() {
    let mut count = 0;
    for case in include_str!("data/pattern_errors.txt").split("=== ").skip(1) {
        let (head, rest) = case.split_once('\n').unwrap();
        let (rule, rendering) = rest.split_once("\n---\n").unwrap();
        let parser = PatternParser::new().or_as_field(head.ends_with(" or_as_field"));
        let error = error(&parser, rule);
        assert_eq!(format!("{error}\n"), rendering, "the rule is\n{rule}\nand the error\n{error}");
        assert_eq!(Some(&*format!("{:?}", error.kind())), head.split(' ').next(), "{error}");
        count += 1;
    }
    assert!(count > 100, "{count} cases");
}

#[test]
fn the_parts_of_an_error() {
    let rule = "{\n  \"detail\": {\n    \"état\": \"running\"\n  }\n}";
    let error = error(&PatternParser::new(), rule);
    assert_eq!(error.kind(), PatternErrorKind::Structure);
    assert_eq!(error.path(), "detail.état");
    assert_eq!((error.line(), error.column()), (3, 13));
    assert_eq!(rule.get(error.span()), Some("\"running\""));
    assert_eq!(error.message(), "a field's value must be an array of tests, found a string");
    assert_eq!(error.hint(), Some("write `[\"running\"]`"));
}

#[test]
fn errors_go_where_errors_go() {
    fn check<T: std::error::Error + Send + Sync + Clone + 'static>() {}
    check::<PatternError>();
    assert_eq!(size_of::<PatternError>(), size_of::<usize>());
}

#[test]
fn text_that_is_not_seen_as_it_is() {
    let parser = PatternParser::new();
    assert_eq!(
        error(&parser, "\u{feff}{\"a\": [1]}").to_string(),
        "the rule begins with a byte order mark\n  --> line 1, column 1\n  |\n1 | \u{fffd}{\"a\": [1]}\n  | ^\n  \
         = hint: save it as UTF-8 without the mark (U+FEFF)"
    );
    assert_eq!(
        error(&parser, b"{\"a\": [\"\xe9\"]}").to_string(),
        "the rule is not UTF-8 text\n  --> line 1, column 9\n  |\n1 | {\"a\": [\"\u{fffd}\"]}\n  |         ^"
    );
    assert_eq!(error(&parser, b"\xff\xfe{\0}\0").hint(), Some("it looks like UTF-16; save it as UTF-8"));
    assert_eq!(
        error(&parser, "{\"日本\":\t{\"\u{202e}x\": 5}}").to_string(),
        "a field's value must be an array of tests, found a number\n  --> line 1, column 15, field `日本.\u{fffd}x`\n  \
         |\n1 | {\"日本\": {\"\u{fffd}x\": 5}}\n  |                 ^\n  = hint: write `[5]`"
    );
    assert_eq!(
        error(&parser, "{\"a\": [\"\x1b\"]}").to_string(),
        "a string can't contain the control character U+001B\n  --> line 1, column 9, field `a`\n  |\n\
         1 | {\"a\": [\"␛\"]}\n  |         ^\n  = hint: write it as `\\u001b`"
    );
}

#[test]
fn limits() {
    let parser = PatternParser::new().max_bytes(20).max_depth(2).max_tests(2).max_or_combinations(3);
    let long = error(&parser, format!("{{\"a\": [{}]}}", " ".repeat(20)));
    assert_eq!(
        long.to_string(),
        format!(
            "the rule is too long: 29 bytes, at most 20 are allowed\n  --> line 1, column 1\n  |\n1 | {{\"a\": [{}]}}\n  | ^",
            " ".repeat(20)
        )
    );
    assert_eq!(long.kind(), PatternErrorKind::TooLong);

    let parser = parser.max_bytes(1000);
    assert_eq!(
        error(&parser, r#"{"a": {"b": {"c": [1]}}}"#).to_string(),
        "objects are nested too deep: at most 2 levels are allowed\n  --> line 1, column 13, field `a.b`\n  |\n\
         1 | {\"a\": {\"b\": {\"c\": [1]}}}\n  |             ^"
    );
    assert_eq!(
        error(&parser, r#"{"a": [1], "b": [{"anything-but": ["x", "y"]}]}"#).to_string(),
        "the rule has too many tests: at most 2 are allowed\n  --> line 1, column 18, field `b`\n  |\n\
         1 | {\"a\": [1], \"b\": [{\"anything-but\": [\"x\", \"y\"]}]}\n  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    );

    let parser = parser.max_tests(100).max_depth(100);
    let two = r#"[{"a": [1]}, {"a": [2]}]"#;
    assert!(parser.parse(format!("{{\"$or\": {two}}}")).is_ok());
    assert_eq!(
        error(&parser, format!("{{\"$or\": {two}, \"b\": {{\"$or\": {two}}}}}")).to_string(),
        "the alternatives of `$or` come to more than 3 combinations\n  --> line 1, column 40\n  |\n\
         1 | {\"$or\": [{\"a\": [1]}, {\"a\": [2]}], \"b\": {\"$or\": [{\"a\": [1]}, {\"a\": [2]}]}}\n  \
         |                                        ^\n  = hint: several `$or` in one rule multiply; several rules add up"
    );
    assert!(parser.parse(format!("{{\"$or\": [{{\"$or\": {two}}}, {{\"c\": [3]}}]}}")).is_ok());
    assert_eq!(
        error(&parser, format!("{{\"$or\": [{{\"$or\": {two}}}, {{\"$or\": {two}}}]}}")).kind(),
        PatternErrorKind::TooManyCombinations
    );
}

/// Products of `$or` that no number holds are refused without being worked out.
#[test]
fn enormous_products() {
    let or = r#""$or": [{"a": [1]}, {"a": [2]}]"#;
    let rule = format!("{{{}}}", vec![or; 1000].join(", "));
    assert_eq!(error(&PatternParser::new(), &rule).kind(), PatternErrorKind::TooManyCombinations);
    let unlimited = PatternParser::new().max_or_combinations(usize::MAX).max_expansion(usize::MAX);
    assert!(unlimited.parse(&rule).is_ok());
    let nested = (0..99).fold("{\"b\": [1]}".to_owned(), |inner, _| format!("{{{or}, \"b\": {inner}}}"));
    assert_eq!(error(&PatternParser::new(), &nested).kind(), PatternErrorKind::TooManyCombinations);
    assert!(unlimited.parse(&nested).is_ok());
}

#[test]
fn depth_has_a_ceiling() {
    let nested = |depth: usize| format!("{}[1]{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let parser = PatternParser::new();
    assert!(parser.parse(nested(100)).is_ok());
    assert_eq!(error(&parser, nested(101)).kind(), PatternErrorKind::TooDeep);
    let parser = parser.max_depth(usize::MAX);
    assert!(parser.parse(nested(1000)).is_ok());
    assert_eq!(error(&parser, nested(1001)).kind(), PatternErrorKind::TooDeep);
}

/// Hostile texts as long as a rule may be; a parser that is worse than linear would take minutes.
#[test]
fn hostile_texts() {
    let parser = PatternParser::new().or_as_field(true).max_tests(usize::MAX).max_or_combinations(usize::MAX);
    let size = 250_000;
    for (start, piece, end) in [
        ("", "{\"a\":", ""),
        ("{\"a\":[", "[", ""),
        ("{\"a\":[\"", "x", ""),
        ("{\"a\":[\"", "\\u00e9", ""),
        ("{\"a\":[{\"wildcard\":\"", "a*", "*\"}]}"),
        ("{\"a\":[{\"wildcard\":\"", "\\\\\\\\", "**\"}]}"),
        ("{\"a\":[{\"numeric\":[\"=\",1", "01", "]}]}"),
        ("{\"a\":[{\"numeric\":[\"=\",0.", "0", "1]}]}"),
        ("{\"a\":[{\"anything-but\":[", "1,", "\"x\"]}]}"),
        ("{\"a\":[{\"", "prefix", "\":1}]}"),
        ("{\"a\":[{\"cidr\":\"", "0", "\"}]}"),
        ("{\"", "é", "\":1}"),
        ("{", "\"a\":[1],", "}"),
        ("{", "\n\"a\":[1],", "\"b\":1}"),
        ("{", "\"$or\":[{\"a\":[1]},{\"a\":[1]}],", "\"b\":1}"),
        ("{\"$or\":[", "{\"a\":[1]},", "1]}"),
        ("{\"a\":[1]}", "{", ""),
    ] {
        let rule = format!("{start}{}{end}", piece.repeat(size / piece.len()));
        let error = error(&parser, &rule);
        assert!(error.to_string().len() < 2000, "{start}{piece}…");
        assert!(rule.get(error.span()).is_some(), "{start}{piece}…");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Err(error) = PatternParser::new().or_as_field(true).parse(&bytes) {
            prop_assert!(bytes.get(error.span()).is_some());
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn no_pieces_of_rules_make_a_panic(pieces in proptest::collection::vec(piece(), 0..24)) {
        let rule = pieces.concat();
        match PatternParser::new().or_as_field(true).parse(&rule) {
            Ok(pattern) => prop_assert!(PatternParser::new().or_as_field(true).parse(pattern.to_string()).is_ok()),
            Err(error) => {
                prop_assert!(rule.get(error.span()).is_some());
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "{\"a\":",
        "{\"a\":[",
        "]}",
        "}]",
        "\"$or\":[",
        "\"a\":[1]",
        "\"prefix\"",
        "{\"prefix\":",
        "{\"suffix\":",
        "{\"anything-but\":",
        "{\"wildcard\":",
        "{\"cidr\":",
        "{\"numeric\":[",
        "{\"exists\":",
        "{\"equals-ignore-case\":",
        "\"<\",",
        "\">=\",",
        "1",
        "-0.5e3",
        "9007199254740993",
        "\"x\"",
        "\"é*\\\\*\"",
        "\"**\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d",
        "\"10.0.0.0/8\"",
        "\"::1/128\"",
        "true",
        "null",
        " ",
        "\n",
        "\u{feff}",
        "日",
    ])
}
