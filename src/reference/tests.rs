//! Tests of the parts that need no rule; whole verdicts are tested by the conformance cases.

use super::address::{Address, Block};
use super::json::{self, MAX_DEPTH};
use super::{Json, leaves, letter_case, number, wildcard};

#[test]
fn comparable_numbers() {
    for text in ["0", "-0", "0.10", "1e2", "1e23", "9007199254740992", "5e-324", "1.7976931348623157e308", "-1.5E+3"] {
        assert!(number::comparable(text).is_some(), "{text}");
    }
    let zeros = "0".repeat(1_000);
    for text in [format!("0.{zeros}1e1001"), format!("1{zeros}e-1000"), format!("0e{}", "9".repeat(100))] {
        assert!(number::comparable(&text).is_some(), "{text}");
    }
    let huge = "9".repeat(100);
    for text in ["9007199254740993", "123456789012345678", "0.12345678901234567890123", "1e400", "1e-400", "4.9e-324"] {
        assert!(number::comparable(text).is_none(), "{text}");
        assert!(number::equal(text, text), "{text}");
    }
    for text in [format!("1e{huge}"), format!("1e-{huge}"), format!("-1E+{huge}")] {
        assert!(number::comparable(&text).is_none(), "{text}");
    }
    assert!(number::equal("-0", "0.0e5"));
    assert!(number::equal("100", "1E+2"));
    assert!(!number::equal("9007199254740993", "9007199254740993.0"));
}

#[test]
fn addresses() {
    let same = [
        ("10.0.0.1", "010.000.0.0001"),
        ("::ffff:a00:1", "10.0.0.1"),
        ("2001:DB8::1", "2001:0db8:0:0:0:0:0:00001"),
        ("::", "0:0:0:0:0:0:0:0"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ];
    for (left, right) in same {
        assert!(Address::read(left).is_some() && Address::read(left) == Address::read(right), "{left} {right}");
    }
    let not = [
        "",
        ".",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2..4",
        "+1.2.3.4",
        "1.2.3.4 ",
        "::ffff:10.0.0.1",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4::5:6:7:8",
        "::10000",
        "::g",
        "fe80::1%eth0",
        "[::1]",
    ];
    for text in not {
        assert_eq!(Address::read(text), None, "{text}");
    }
    let within = |block, address| Block::read(block).zip(Address::read(address)).is_some_and(|(b, a)| b.contains(a));
    assert!(within("10.1.2.3/8", "10.255.0.0"));
    assert!(!within("10.1.2.3/8", "11.0.0.0"));
    assert!(within("::ffff:a00:0/8", "10.9.9.9"));
    assert!(within("0.0.0.0/0", "255.1.1.1"));
    assert!(!within("0.0.0.0/0", "::1"));
    assert!(!within("::/0", "1.1.1.1"));
}

#[test]
fn letter_case_of_the_test_decides() {
    for (test, value) in [("ß", "SS"), ("ß", "ß"), ("ı", "I"), ("ǅ", "ǆ"), ("ǅ", "Ǆ"), ("ßx", "SSX"), ("😀k", "😀K")]
    {
        assert!(letter_case::equals(value, test), "{test} {value}");
    }
    for (test, value) in [("ǅ", "ǅ"), ("k", "\u{212a}"), ("s", "ſ"), ("ss", "ß"), ("ß", "ss"), ("a", "ab")] {
        assert!(!letter_case::equals(value, test), "{test} {value}");
    }
    assert!(letter_case::starts("SSab", "ß") && letter_case::ends("abSS", "ß") && letter_case::ends("x", ""));
    assert!(!letter_case::starts("Sab", "ß") && !letter_case::ends("", "a"));
}

#[test]
fn wildcards() {
    for (test, value) in [("*", ""), ("a*b", "ab"), ("a*b", "axbxb"), ("*a*a*", "xaxa"), (r"\**\\", r"*x\"), ("", "")] {
        assert!(wildcard::matches(test, value), "{test} {value}");
    }
    for (test, value) in [("a*b", "ba"), ("*a*a*", "xax"), (r"\*", "x"), ("a*", "ba"), ("", "x"), ("*é", "e")] {
        assert!(!wildcard::matches(test, value), "{test} {value}");
    }
}

#[test]
fn events() {
    let read = |text: &str| json::read(text.as_bytes());
    for text in ["{}", " {\"\":[ ]}\r\n\t", r#"{"a":"\ud800\u0041\/"}"#, "{\"a\":-0.0E+00,\"a\":true}"] {
        assert!(read(text).is_ok(), "{text}");
    }
    let broken = [
        ("", 0),
        ("[]", 0),
        ("{", 1),
        ("{}x", 2),
        ("{\"a\":01}", 6),
        ("{\"a\":1.}", 7),
        ("{\"a\":\"\x1f\"}", 6),
        (r#"{"a":"\x"}"#, 7),
        ("{\"a\":1,}", 7),
        ("{\"a\":[1,]}", 8),
        ("{\"a\":nul}", 5),
        ("\u{feff}{}", 0),
    ];
    for (text, offset) in broken {
        assert_eq!(read(text), Err(json::Malformed { offset }), "{text}");
    }
    let string = |text: &str| Json::Object(vec![("k".to_owned(), Json::String(text.to_owned()))]);
    assert_eq!(read(r#"{"k":"\ud83d\ude00\ude00\ud83d\ud83d\ude00"}"#), Ok(string("😀\u{fffd}\u{fffd}😀")));
    assert_eq!(json::read(b"{\"a\":\"\xff\"}"), Err(json::Malformed { offset: 6 }));

    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(read(&nested(MAX_DEPTH + 1)), Err(json::Malformed { offset: 4 + MAX_DEPTH }));
}

#[test]
fn positions() {
    let event = json::read(br#"{"a":["x",{"b":[1,[2]]}],"":{"":3},"a.b":4}"#);
    let leaves: Vec<_> = leaves_of(event.as_ref());
    let expected =
        [("a", vec![]), ("a.b", vec![(0, 1)]), ("a.b", vec![(0, 1), (1, 1)]), (".", vec![]), ("a.b", vec![])];
    assert_eq!(leaves, expected.map(|(path, position)| (path.to_owned(), position)));
}

fn leaves_of(event: Result<&Json, &json::Malformed>) -> Vec<(String, Vec<(usize, usize)>)> {
    let leaves = event.map(leaves).unwrap_or_default();
    leaves.into_iter().map(|leaf| (leaf.path, leaf.position.into_iter().collect())).collect()
}
