//! Explanations: the engine's verdict on every conformance case, and what a person reads.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::collections::HashMap;

use eventsieve::explain::{Explanation, Field, MissKind, Outcome};
use eventsieve::{EventErrorKind, Pattern};
use support::cases::{self, Case, CaseFile, Operation};
use support::engine::{parse, pattern};
use support::laws;

#[test]
fn pairs() {
    conformance(&cases::PAIRS);
}

#[test]
fn malformed() {
    conformance(&cases::MALFORMED);
}

#[test]
fn edges() {
    conformance(&cases::EDGES);
}

#[test]
fn rulesets() {
    conformance(&cases::RULESETS);
}

#[test]
fn or_as_field() {
    conformance(&cases::OR_AS_FIELD);
}

#[test]
fn divergences() {
    conformance(&cases::DIVERGENCES);
}

#[test]
fn sequences() {
    conformance(&cases::SEQUENCES);
}

#[test]
fn aws_validated() {
    conformance(&cases::AWS_VALIDATED);
}

#[test]
fn events() {
    conformance(&cases::EVENTS);
}

#[test]
fn json_texts() {
    conformance(&cases::JSON_TEXTS);
}

/// Every labelled verdict is the explanation's.
fn conformance(file: &CaseFile) {
    let Some(cases) = file.read() else { return };
    let mut patterns = HashMap::new();
    for (line, case) in &cases {
        let mut expect = |rule: &cases::Rule, event: &str, matches: bool| {
            let key = (rule.text.clone(), rule.or_as_field);
            let pattern = patterns.entry(key).or_insert_with(|| parse(rule).unwrap());
            let explanation = laws::explanation_is_sound(pattern, event.as_bytes());
            let found = explanation.map(|explanation| explanation.matched());
            assert_eq!(found, Ok(matches), "line {line}: {pattern} on {event}");
        };
        match case {
            Case::Rule { .. } => {}
            Case::Verdict { rule, event, matches } => expect(rule, event, *matches),
            Case::Set { rules, events } => {
                for (event, matches) in events {
                    for (id, rule) in rules.iter().enumerate() {
                        expect(rule, event, matches.contains(&id));
                    }
                }
            }
            Case::Sequence(operations) => {
                let mut live: Vec<(&str, &cases::Rule)> = Vec::new();
                for operation in operations {
                    match operation {
                        Operation::Add { id, rule, valid: true } => live.push((id, rule)),
                        Operation::Add { .. } => {}
                        Operation::Remove { id, rule } => {
                            let gone = parse(rule).unwrap();
                            live.retain(|(other, rule)| *other != id.as_str() || parse(rule).unwrap() != gone);
                        }
                        Operation::Event { text, matches } => {
                            let matched = |rule: &cases::Rule| {
                                let explanation = laws::explanation_is_sound(&parse(rule).unwrap(), text.as_bytes());
                                explanation.unwrap().matched()
                            };
                            let mut found: Vec<_> =
                                live.iter().filter(|(_, rule)| matched(rule)).map(|(id, _)| *id).collect();
                            found.sort_unstable();
                            found.dedup();
                            let mut expected: Vec<_> = matches.iter().map(String::as_str).collect();
                            expected.sort_unstable();
                            assert_eq!(found, expected, "line {line}, on {text}");
                        }
                    }
                }
            }
            Case::Event { text, valid } => {
                let pattern = pattern(r#"{"k": [{"exists": true}]}"#);
                let (explained, matched) = (laws::explanation_is_sound(&pattern, text), pattern.matches(text));
                assert_eq!(explained.as_ref().map(Explanation::matched), matched.as_ref().copied(), "line {line}");
                assert!(valid.is_none_or(|valid| valid == explained.is_ok()), "line {line}");
            }
        }
    }
}

fn explain(pattern: &str, event: &str) -> Explanation {
    support::engine::pattern(pattern).explain(event).unwrap()
}

/// The one field that fails.
fn failed(explanation: &Explanation) -> &Field {
    let mut failed = explanation.fields().filter(|field| field.outcome == Outcome::Failed);
    let field = failed.next().unwrap();
    assert!(failed.next().is_none());
    field
}

/// The sections of the page on explanations: pattern, event and output.
fn examples() -> Vec<(String, String, String)> {
    let page = include_str!("../src/docs/explain.md");
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some("") => inside = false,
            Some(name) => {
                blocks.push((name, String::new()));
                inside = true;
            }
            None if inside => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
        .windows(3)
        .filter(|three| three.iter().map(|(name, _)| *name).eq(["json", "json", "text"]))
        .map(|three| {
            let [pattern, event, shown] = three else { panic!("three blocks") };
            (pattern.1.trim_end().to_owned(), event.1.trim_end().to_owned(), shown.1.trim_end().to_owned())
        })
        .collect()
}

/// The examples of the page are what the command prints.
#[test]
fn the_page_shows_what_is_printed() {
    let examples = examples();
    assert!(examples.len() >= 12, "only {} examples were found", examples.len());
    for (pattern, event, shown) in examples {
        assert_eq!(explain(&pattern, &event).to_string(), shown, "{pattern}\n{event}");
    }
}

/// What comes nearest: pattern, event, kind, and what the message and the hint say.
#[test]
fn nearest_misses() {
    let cases = [
        (r#"{"a": ["Stop"]}"#, r#"{"a": "stop"}"#, MissKind::LetterCase, "only the letter case differs"),
        (r#"{"a": ["stop "]}"#, r#"{"a": "stop"}"#, MissKind::WhiteSpace, "white space"),
        (r#"{"a": ["5"]}"#, r#"{"a": 5.0}"#, MissKind::Type, "without quotes: `5.0`"),
        (r#"{"a": [5]}"#, r#"{"a": "5"}"#, MissKind::Type, r#"with quotes: `"5"`"#),
        (r#"{"a": [true]}"#, r#"{"a": "true"}"#, MissKind::Type, r#"with quotes: `"true"`"#),
        (r#"{"a": ["null"]}"#, r#"{"a": null}"#, MissKind::Type, "without quotes: `null`"),
        (r#"{"a": [{"numeric": [">", 1]}]}"#, r#"{"a": "7"}"#, MissKind::Type, "sees numbers only"),
        (r#"{"a": ["x*z"]}"#, r#"{"a": "xyz"}"#, MissKind::PlainText, r#"`{"wildcard":"x*z"}`"#),
        (r#"{"a": ["^x.*"]}"#, r#"{"a": "xyz"}"#, MissKind::PlainText, "no regular expressions"),
        (r#"{"a": ["10.0.0.0/8"]}"#, r#"{"a": "10.1.2.3"}"#, MissKind::PlainText, r#"`{"cidr":"10.0.0.0/8"}`"#),
        (r#"{"a": [{"prefix": "x*"}]}"#, r#"{"a": "xyz"}"#, MissKind::PlainText, r#"`{"wildcard":"x*"}`"#),
        (r#"{"a": [{"prefix": "x*z"}]}"#, r#"{"a": "xyz1"}"#, MissKind::PlainText, r#"`{"wildcard":"x*z*"}`"#),
        (r#"{"a": [{"suffix": "*.z"}]}"#, r#"{"a": "x.z"}"#, MissKind::PlainText, r#"`{"wildcard":"*.z"}`"#),
        (r#"{"a": [{"suffix": "y*"}]}"#, r#"{"a": "xyz"}"#, MissKind::PlainText, r#"`{"wildcard":"*y*"}`"#),
        (r#"{"a": [{"prefix": ".png"}]}"#, r#"{"a": "x.png"}"#, MissKind::PartOfText, r#"`{"suffix":".png"}`"#),
        (r#"{"a": [{"suffix": "img/"}]}"#, r#"{"a": "img/x"}"#, MissKind::PartOfText, r#"`{"prefix":"img/"}`"#),
        (r#"{"a": [{"exactly": "::1"}]}"#, r#"{"a": "0:0::1"}"#, MissKind::Address, "another spelling"),
        (r#"{"a": [{"cidr": "10.0.0.0/8"}]}"#, r#"{"a": "10.0.0.1:80"}"#, MissKind::Address, "with a port"),
        (r#"{"a": [{"cidr": "10.0.0.0/8"}]}"#, r#"{"a": "11.0.0.1"}"#, MissKind::Range, "`10.255.255.255`"),
        (r#"{"a": [{"cidr": "::/0"}]}"#, r#"{"a": "11.0.0.1"}"#, MissKind::Range, "a block of IPv6"),
        (r#"{"a": ["running"]}"#, r#"{"a": "runing"}"#, MissKind::Spelling, "they differ from here on"),
        (r#"{"a": ["run"]}"#, r#"{"a": "runner"}"#, MissKind::PartOfText, r#"`{"prefix":"run"}`"#),
        (r#"{"a": [{"wildcard": "x*y"}]}"#, r#"{"a": "x--y--"}"#, MissKind::PartOfText, r#"`{"wildcard":"x*y*"}`"#),
        (r#"{"a": [{"wildcard": "x*q*y"}]}"#, r#"{"a": "x--y"}"#, MissKind::Stops, r#"there is no `"q"` from here on"#),
        (r#"{"a": [{"prefix": "prod-eu"}]}"#, r#"{"a": "prod-us-1"}"#, MissKind::Stops, r#"then `"eu"` should follow"#),
        (r#"{"a": [{"suffix": "x.json"}]}"#, r#"{"a": "y.json"}"#, MissKind::Stops, "its last 5 characters do"),
        (r#"{"a": [{"numeric": ["<", 5]}]}"#, r#"{"a": 5}"#, MissKind::Range, r#"write `"<=", 5`"#),
        (r#"{"a": [{"numeric": [">=", 7]}]}"#, r#"{"a": 6.9}"#, MissKind::Range, "it has to be `>= 7`"),
        (r#"{"a": [{"anything-but": ["x", "y"]}]}"#, r#"{"a": "y"}"#, MissKind::Excluded, "excluded"),
        (r#"{"a": [{"exists": false}]}"#, r#"{"a": null}"#, MissKind::Exists, "`null` is a value too"),
        (r#"{"a": [9007199254740993]}"#, r#"{"a": 9007199254740993.0}"#, MissKind::NotComparable, "more digits"),
        (r#"{"a": [{"exists": true}]}"#, r#"{"a": {"b": 1}}"#, MissKind::NotALeaf, "`exists` sees only"),
        (r#"{"a": ["x"]}"#, r#"{"a": [{"b": "x"}]}"#, MissKind::NotALeaf, r#"write `"a": {"b": […]}`"#),
        (r#"{"a": [1]}"#, r#"{"a": []}"#, MissKind::NotALeaf, "an empty array"),
        (r#"{"a": {"prefix": ["x"]}}"#, r#"{"a": "xy"}"#, MissKind::InsideLeaf, r#"write `"a": [{"prefix": …}]`"#),
        (r#"{"a": {"b": [1]}}"#, r#"{"a": "{\"b\": 1}"}"#, MissKind::InsideLeaf, "the string holds JSON text"),
        (r#"{"a": {"exists": [1]}}"#, r#"{"a": [[], ["x"]]}"#, MissKind::InsideLeaf, r#"write `"a": [{"exists": …}]`"#),
        (r#"{"a": [{"anything-but": "x"}]}"#, r#"{"zzz": 1}"#, MissKind::MissingKey, r#"add `{"exists": false}`"#),
        (r#"{"detailType": ["x"]}"#, r#"{"detail-type": "x"}"#, MissKind::MisspeltKey, "did you mean `detail-type`?"),
        // The event is none of EventBridge's, and the pattern would be.
        (
            r#"{"detail-type": ["x"]}"#,
            r#"{"detailType": "x"}"#,
            MissKind::MisspeltKey,
            "events of EventBridge have `detail-type`, but this one has `detailType`",
        ),
        (
            r#"{"detail": {"state": ["running"]}}"#,
            r#"{"state": "running"}"#,
            MissKind::OtherPath,
            "which passes, but in events of EventBridge it is at `detail.state`",
        ),
        (
            r#"{"source": ["abcd"]}"#,
            r#"{"Records": [{"source": "abcd"}]}"#,
            MissKind::OtherPath,
            "which passes, but in events of EventBridge it is at `source`",
        ),
        (
            r#"{"account": ["1"]}"#,
            r#"{"account": 1}"#,
            MissKind::Type,
            "in events of EventBridge `account` is a string",
        ),
        (r#"{"source": [{"exists": false}]}"#, r#"{"source": null}"#, MissKind::Exists, "`source` is a string"),
        (r#"{"resources": ["x"]}"#, r#"{"resources": [{"ARN": "x"}]}"#, MissKind::NotALeaf, "`resources` are strings"),
        (r#"{"source": {"prefix": ["x"]}}"#, r#"{"source": "x"}"#, MissKind::InsideLeaf, "`source` is a string"),
        (
            r#"{"Detail-Type": ["x"]}"#,
            r#"{"DetailType": "y"}"#,
            MissKind::MisspeltKey,
            "did you mean `DetailType`? Events of EventBridge have `detail-type`",
        ),
        (r#"{"b": {"c": [{"anything-but": "x"}]}}"#, r#"{"d": 1, "e": 2}"#, MissKind::MissingKey, "its keys are"),
        (r#"{"a\"b": ["x"]}"#, r#"{"d": {"a\"b": "x"}}"#, MissKind::OtherPath, r#"`"d": {"a\"b": …}`"#),
        (
            r#"{"a[0]": ["x"]}"#,
            r#"{"a": ["x"]}"#,
            MissKind::MisspeltKey,
            "write `a` for `a[0]`: paths lead through arrays",
        ),
        (r#"{"a": {"0": {"b": [1]}}}"#, r#"{"a": [{"b": 1}]}"#, MissKind::MisspeltKey, "leave `0` out: paths lead"),
        (r#"{"a": {"0": [1]}}"#, r#"{"a": [1]}"#, MissKind::InsideLeaf, "leave `0` out: paths lead"),
        (r#"{"state": ["x"]}"#, r#"{"detail": {"state": "x"}}"#, MissKind::OtherPath, "nest the field"),
        (r#"{"zone": ["abcd"]}"#, r#"{"b": {"c": ["abcd"]}}"#, MissKind::OtherPath, "`b.c[0]` is `\"abcd\"`"),
        (r#"{"a": ["abcd"]}"#, r#"{"a": "x", "b": {"a": "abcd"}}"#, MissKind::OtherPath, "at `b.a`"),
        (r#"{"a": {"x": [1]}}"#, r#"{"a": {"yy": 1, "zz": 2}}"#, MissKind::MissingKey, "its keys are `yy`, `zz`"),
        (r#"{"a": [1]}"#, r#"{"a": "x"}"#, MissKind::OtherType, "is a string"),
        (r#"{"a": [1]}"#, r#"{"a": 2}"#, MissKind::Different, "`2` is not `1`"),
    ];
    for (pattern, event, kind, says) in cases {
        let explanation = explain(pattern, event);
        let miss = failed(&explanation).miss.as_ref().unwrap();
        let said = format!("{}\n{}", miss.message, miss.hint.as_deref().unwrap_or_default());
        assert_eq!(miss.kind, kind, "{pattern} on {event}: {said}");
        assert!(said.contains(says), "{pattern} on {event}: {said}");
    }
}

#[test]
fn places_are_those_of_the_texts_as_written() {
    let explanation = explain("{\n  \"é\": {\n    \"a\": [\"x\"]\n  }\n}", "{\"é\":\r\n\t{\"a\": \"y\"}}");
    let miss = failed(&explanation).miss.clone().unwrap();
    assert_eq!((miss.pattern.line, miss.pattern.column), (3, 11));
    let event = miss.event.unwrap();
    assert_eq!((event.line, event.column), (2, 8));
    assert_eq!(&explanation.event()[event.span()], "\"y\"");
    // The key that is missing is an outer one.
    let explanation = explain(r#"{"detial": {"a": {"b": [1]}}}"#, r#"{"detail": {"a": {"b": 2}}}"#);
    let miss = failed(&explanation).miss.clone().unwrap();
    assert_eq!(&explanation.pattern()[miss.pattern.span()], "\"detial\"");
    assert_eq!(&explanation.event()[miss.event.unwrap().span()], "\"detail\"");
    // Keys may be empty.
    let explanation = explain(r#"{"b": [1]}"#, r#"{"": {"a": {"b": 1}}}"#);
    let hint = failed(&explanation).miss.clone().unwrap().hint.unwrap();
    assert!(hint.starts_with("`.a.b` is `1`, which passes: nest the field, `\".a\": "), "{hint}");
    // Inside a string with escapes.
    let explanation = explain(r#"{"a": [{"prefix": "aé\"b"}]}"#, r#"{"a": "a\u00e9\"c"}"#);
    let miss = failed(&explanation).miss.clone().unwrap();
    assert_eq!(&explanation.event()[miss.event.unwrap().span()], "c");
}

#[test]
fn alternatives_and_replaced_fields() {
    let explanation = explain(
        r#"{"a": [1], "$or": [{"a": [2]}, {"b": [1], "$or": [{"c": [1]}, {"d": [1]}]}], "b": [3]}"#,
        r#"{"a": 3, "b": 3, "d": 1}"#,
    );
    assert!(!explanation.matched());
    let outcomes: Vec<_> = explanation.fields().map(|field| (field.path.as_str(), field.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            ("a", Outcome::Failed),
            ("a", Outcome::Failed),
            ("b", Outcome::Replaced),
            ("c", Outcome::Failed),
            ("d", Outcome::Passed),
            ("b", Outcome::Passed),
        ]
    );
    // The field that isn't met is replaced in the alternative that matches.
    let explanation = explain(r#"{"a": [1], "$or": [{"a": [2]}, {"b": [1]}]}"#, r#"{"a": 2}"#);
    assert!(explanation.matched());
    let outcomes: Vec<_> = explanation.fields().map(|field| field.outcome).collect();
    assert_eq!(outcomes, [Outcome::Replaced, Outcome::Passed, Outcome::Failed]);
    let nested = r#"{"$or": [{"a": [1], "$or": [{"a": [2]}, {"b": [1]}]}, {"c": [1]}]}"#;
    let explanation = explain(nested, r#"{"a": 2}"#);
    assert!(explanation.matched());
    let outcomes: Vec<_> = explanation.fields().map(|field| field.outcome).collect();
    assert_eq!(outcomes, [Outcome::Replaced, Outcome::Passed, Outcome::Failed, Outcome::Failed]);
    // What is not taken isn't met because something else is.
    let json = explain(r#"{"$or": [{"$or": [{"a": [1]}, {"b": [1]}]}, {"c": [1]}]}"#, r#"{"c": 1}"#).to_json();
    let taken = json.pointer("/parts/0/alternatives").unwrap();
    assert_eq!((&taken[0]["outcome"], &taken[1]["outcome"]), (&"failed".into(), &"passed".into()));
    assert_eq!(taken[0]["parts"][0]["outcome"], "failed");
}

#[test]
fn conflicts_name_few_fields_and_their_elements() {
    let explanation = explain(
        r#"{"x": ["y"], "items": {"a": [1], "b": [2], "c": [3]}}"#,
        r#"{"x": "y", "items": [{"a": 1, "c": 3}, {"b": 2, "c": 3}, {"c": 3}]}"#,
    );
    assert!(!explanation.matched());
    let [conflict] = explanation.conflicts() else { panic!("{explanation}") };
    assert_eq!(conflict.fields, ["items.a", "items.b"]);
    let [array] = conflict.arrays.as_slice() else { panic!("{explanation}") };
    assert_eq!((array.location.as_str(), array.elements_total), ("items", 3));
    let fits: Vec<_> = array.elements.iter().map(|element| (element.index, element.fits.join(" "))).collect();
    assert_eq!(fits, [(0, "items.a".to_owned()), (1, "items.b".to_owned())]);
    // Absence sees the element that was chosen for a field before it, and only then.
    let event = r#"{"a": [{"x": 1}, {"y": 2}]}"#;
    assert!(explain(r#"{"a": {"x": [1], "y": [{"exists": false}]}}"#, event).matched());
    let explanation = explain(r#"{"a": {"x": [{"exists": false}], "y": [2]}}"#, event);
    let miss = failed(&explanation).miss.as_ref().unwrap();
    assert_eq!(miss.kind, MissKind::Exists);
    let hint = "every element counts, not just `a[1]`, where `a.y` is met: `exists: false` keeps to the element of another \
                field only if that one's path comes before its own, capitals before small letters";
    assert_eq!(miss.hint.as_deref(), Some(hint));
    // Nothing of the kind: of the other alternative, of a field that comes before, of one whose element has the value.
    for (pattern, event) in [
        (r#"{"a": {"$or": [{"x": [{"exists": false}]}, {"y": [2], "z": [3]}]}}"#, event),
        (r#"{"a": {"y": [{"exists": false}], "x": [1]}}"#, r#"{"a": [{"x": 1, "y": 2}, {"z": 2}]}"#),
        (r#"{"a": {"x": [{"exists": false}], "y": [2]}}"#, r#"{"a": [{"x": 1, "y": 2}, {"z": 2}]}"#),
    ] {
        let explanation = explain(pattern, event);
        let field = explanation.fields().find(|field| field.tests[0].text.contains("exists")).unwrap();
        assert_eq!(field.miss.as_ref().unwrap().hint, None, "{explanation}");
    }
}

#[test]
fn conflicts_are_told_where_other_fields_fail() {
    let event = r#"{"x": "y", "items": [{"a": 1}, {"b": 2}]}"#;
    let items = r#""items": {"a": [1], "b": [2]}"#;
    let explanation = explain(&format!(r#"{{"x": ["z"], {items}}}"#), event);
    let [conflict] = explanation.conflicts() else { panic!("{explanation}") };
    assert_eq!(conflict.fields, ["items.a", "items.b"]);
    assert_eq!(failed(&explanation).path, "x");
    let overview: Vec<_> = explanation.to_string().lines().take(5).map(str::to_owned).collect();
    assert_eq!(
        overview,
        [
            "no match: 1 of 3 fields fails, and not all others are met in the same element of an array",
            "",
            r#"  ✗ x        "y""#,
            "  ~ items.a  1 at items[0].a",
            "  ~ items.b  2 at items[1].b",
        ]
    );
    // Where another alternative is as near without a conflict, that is not what is wrong.
    let explanation = explain(&format!(r#"{{"x": ["z"], "$or": [{{{items}}}, {{"items": {{"b": [2]}}}}]}}"#), event);
    assert!(explanation.conflicts().is_empty(), "{explanation}");
    let explanation = explain(&format!(r#"{{"x": ["z"], "$or": [{{{items}}}, {{"x": ["y"]}}]}}"#), event);
    assert!(explanation.matched());
}

#[test]
fn an_alternative_in_conflict_is_not_called_met() {
    let event = r#"{"items": [{"a": 1}, {"b": 2}], "x": "y"}"#;
    let items = r#"{"items": {"a": [1], "b": [2]}}"#;
    let overview = |pattern: &str| explain(pattern, event).to_string().lines().take(5).collect::<Vec<_>>().join("\n");
    let shown = overview(&format!(r#"{{"$or": [{items}, {{"x": ["z"]}}]}}"#));
    let expected = [
        "no match: each field is met, but not all of them in the same element of an array",
        "",
        "  ~ $or  of alternative 1 each field is met, but not in the same element of an array",
        "    ~ alternative 1",
        "      ~ items.a  1 at items[0].a",
    ];
    assert_eq!(shown, expected.join("\n"));
    assert!(overview(&format!(r#"{{"x": ["z"], "$or": [{items}, {{"w": ["z"]}}]}}"#)).contains("~ $or"));
}

#[test]
fn arrays_without_objects_have_no_keys() {
    for (event, is) in [
        (r#"{"d": {"list": ["a", "b"]}}"#, r#"an array without objects (`["a", "b"]`)"#),
        (r#"{"d": {"list": []}}"#, "an array without objects (`[]`)"),
        (r#"{"d": {"list": [[1], []]}}"#, "an array without objects"),
    ] {
        let explanation = explain(r#"{"d": {"list": {"name": ["a"]}}}"#, event);
        let message = &failed(&explanation).miss.as_ref().unwrap().message;
        assert!(message.contains(&format!("`d.list` is {is}")) && message.ends_with("no `name` in it"), "{message}");
    }
    let explanation = explain(r#"{"d": {"list": {"name": ["a"]}}}"#, r#"{"d": {"list": [1, {"nam": "a"}]}}"#);
    assert_eq!(failed(&explanation).miss.as_ref().unwrap().kind, MissKind::MisspeltKey);
}

#[test]
fn json_has_the_documented_shape() {
    let explanation =
        explain(r#"{"a": [1], "$or": [{"b": ["X"]}, {"c": [{"exists": false}]}]}"#, r#"{"a": 1, "b": "x", "c": 2}"#);
    let json = explanation.to_json();
    let place = |start, end| {
        let column = start + 1;
        serde_json::json!({"start": start, "end": end, "line": 1, "column": column})
    };
    let value = |location, text, passes, event| serde_json::json!({"location": location, "text": text, "cut": false, "passes": passes, "event": event});
    let miss = serde_json::json!({
        "kind": "letter-case",
        "message": r#"`"x"` is not `"X"`: only the letter case differs"#,
        "hint": r#"to match it in any letter case, write `{"equals-ignore-case":"X"}`"#,
        "pattern": place(26, 29),
        "event": place(14, 17),
    });
    assert_eq!(json["matched"], false);
    assert_eq!(json["conflicts"], serde_json::json!([]));
    assert_eq!(
        json["parts"][0],
        serde_json::json!({
            "type": "field", "path": "a", "outcome": "passed", "pattern": place(1, 9),
            "tests": [{"text": "1", "passed": true, "pattern": place(7, 8)}],
            "values": [value("a", "1", true, place(6, 7))], "values_total": 1,
            "passing": value("a", "1", true, place(6, 7)),
        })
    );
    assert_eq!(json["parts"][1]["type"], "or");
    assert_eq!(json["parts"][1]["outcome"], "failed");
    assert_eq!(json["parts"][1]["alternatives"][0]["outcome"], "failed");
    assert_eq!(
        json["parts"][1]["alternatives"][0]["parts"][0],
        serde_json::json!({
            "type": "field", "path": "b", "outcome": "failed", "pattern": place(20, 30),
            "tests": [{"text": "\"X\"", "passed": false, "pattern": place(26, 29), "miss": miss}],
            "values": [value("b", "\"x\"", false, place(14, 17))], "values_total": 1,
            "miss": miss,
        })
    );
}

/// Patterns and events made to be slow or long end soon, with output that is cut.
#[test]
fn hostile_input_is_bounded() {
    let wildcards: Vec<_> = (0..2_000).map(|n| format!(r#"{{"wildcard": "*a*b*c{n}"}}"#)).collect();
    let many = format!(r#"{{"a": [{}]}}"#, wildcards.join(","));
    let values: Vec<_> = (0..500).map(|n| format!(r#""{}{n}""#, "ab".repeat(50))).collect();
    let long = format!(r#"{{"a": [{}], "b": "{}"}}"#, values.join(","), "x".repeat(100_000));
    let fields: Vec<_> = (0..2_000).map(|n| format!(r#""k{n}": ["{}"]"#, "y".repeat(20))).collect();
    let keys: Vec<_> = (0..20_000).map(|n| format!(r#""key{n}": {{"k{n}": 1}}"#)).collect();
    let deep = format!("{}1{}", r#"{"a":"#.repeat(1_000), "}".repeat(1_000));
    let elements: Vec<_> =
        (0..300).map(|n| format!(r#"{{"x": {n}, "y": 1, "z": [{{"p": 1}}, {{"q": 1}}]}}"#)).collect();
    for (pattern, event) in [
        (many.clone(), long),
        (format!("{{{}}}", fields.join(",")), format!("{{{}}}", keys.join(","))),
        (r#"{"a": {"a": {"b": [1]}}}"#.to_owned(), deep),
        (
            r#"{"a": {"x": [{"numeric": [">=", 0]}], "y": [1], "z": {"p": [1], "q": [1]}}, "b": {"x": [1]}}"#
                .to_owned(),
            format!(r#"{{"a": [{}], "b": {{"x": 1}}}}"#, elements.join(",")),
        ),
    ] {
        let pattern: Pattern = pattern.parse().unwrap();
        let explanation = laws::explanation_is_sound(&pattern, event.as_bytes()).unwrap();
        assert!(!explanation.matched());
        assert!(explanation.to_string().len() < 100_000);
    }
}

#[test]
fn errors_are_those_of_the_engine() {
    let pattern = pattern(r#"{"a": [1]}"#);
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
    for event in ["", "[]", "{\"a\": 1", "{} x", &nested] {
        let error = pattern.explain(event).unwrap_err();
        assert_eq!(Err(error), pattern.matches(event));
    }
    assert_eq!(pattern.explain([b'{', 0xff]).unwrap_err().kind(), EventErrorKind::Utf8);
}
