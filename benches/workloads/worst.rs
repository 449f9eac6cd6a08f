//! Rules and events made to be slow, each by one thing.

use super::json::{Json, json};
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("worst_deep", deep_rules, deep_events),
    Workload::new("worst_escapes", escape_rules, escape_events),
    Workload::new("worst_prefixes", prefix_rules, prefix_events),
    Workload::new("worst_siblings", sibling_rules, sibling_events),
    Workload::new("worst_absent", absent_rules, absent_events),
    Workload::new("worst_duplicates", duplicate_rules, duplicate_events),
    Workload::new("worst_string", string_rules, string_events),
    Workload::new("worst_keys", key_rules, key_events),
];

/// How deep patterns and events may be nested by default, an object around and a list in it left off.
const PATTERN_DEPTH: usize = 97;
const EVENT_DEPTH: usize = 998;

/// Text in the middle of so many `{"a": …}`.
fn objects(depth: usize, inside: &str) -> Json {
    Json::raw(format!("{}{inside}{}", r#"{"a":"#.repeat(depth), "}".repeat(depth)))
}

/// One path as deep as a pattern can have it, and its neighbours on the way.
fn deep_rules() -> Lines {
    (1..=PATTERN_DEPTH).map(|depth| objects(depth, &format!(r#"{{"b":[{depth}]}}"#))).collect()
}

/// As deep as an event may be, in objects, in arrays of one element, and in arrays of two.
fn deep_events() -> Lines {
    let deepest = objects(PATTERN_DEPTH, r#"{"b":97}"#);
    let arrays = |open: &str, close: &str| {
        let depth = EVENT_DEPTH - PATTERN_DEPTH;
        let value = format!(r#"{{"b":{}97{}}}"#, open.repeat(depth), close.repeat(depth));
        objects(PATTERN_DEPTH, &value)
    };
    let events = [deepest, objects(EVENT_DEPTH, "0"), arrays("[", "]"), arrays("[1,", "]")];
    (0..100).map(|number| events[number % events.len()].clone()).collect()
}

/// Every character of a string as an escape.
fn escaped(text: &str) -> String {
    text.chars().map(|char| format!("\\u{:04x}", u32::from(char))).collect()
}

fn escape_rules() -> Lines {
    (0..100)
        .map(|number| {
            let tests = json!([(format!("value{number}")), {"suffix": (format!("-{number}"))}]);
            Json::object([(format!("key{number}"), tests)])
        })
        .collect()
}

/// Keys and values all escapes; every third value matches.
fn escape_events() -> Lines {
    let fields = (0..100).map(|number| {
        let value = format!("value{}", if number % 3 == 0 { number } else { number + 1 });
        format!(r#""{}":"{}""#, escaped(&format!("key{number}")), escaped(&value))
    });
    let event = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    (0..100).map(|_| Json::raw(event.as_str())).collect()
}

/// A thousand prefixes of one value, each the beginning of the next.
fn prefix_rules() -> Lines {
    (1..=1_000).map(|length| json!({"path": [{"prefix": ("a".repeat(length))}]})).collect()
}

fn prefix_events() -> Lines {
    (0..100).map(|_| json!({"path": ("a".repeat(1_000))})).collect()
}

/// Two fields of one element in each of three arrays; the last rule's can't be had.
fn sibling_rules() -> Lines {
    let both = || json!({"a": [{"exists": true}], "b": [{"exists": true}]});
    [json!({"x": (both()), "y": (both())}), json!({"x": (both()), "y": (both()), "z": (both())})].into_iter().collect()
}

fn sibling_events() -> Lines {
    let full = || Json::array((0..100).map(|number| json!({"a": number, "b": number})));
    let half =
        || Json::array((0..100).map(|number| if number < 50 { json!({"a": number}) } else { json!({"b": number}) }));
    (0..100).map(|_| json!({"x": (full()), "y": (full()), "z": (half())})).collect()
}

/// Each rule asks for five keys to be absent.
fn absent_rules() -> Lines {
    let absent = |number: usize| (format!("key{number}"), json!([{"exists": false}]));
    (0..10_000).map(|rule| Json::object((0..5).map(|field| absent((rule * 7 + field * 131) % 2_003)))).collect()
}

/// Of 2,003 keys every hundredth is there.
fn absent_events() -> Lines {
    let event =
        |first: usize| Json::object((first..2_003).step_by(100).map(|number| (format!("key{number}"), json!(1))));
    (0..100).map(|number| event(number % 100)).collect()
}

/// Two fields, of one array if they are of the same number; then not of one element, though each array is free to
/// choose.
fn duplicate_rules() -> Lines {
    [
        json!({"a": {"b": [7], "c": [7]}}),
        json!({"a": {"b": [7], "c": [8]}}),
        json!({"a": {"b": [999], "c": [{"exists": true}]}}),
    ]
    .into_iter()
    .collect()
}

/// One key a thousand times, an array each time.
fn duplicate_events() -> Lines {
    let event = Json::object((0..1_000).map(|number| ("a", json!([{"b": number}, {"c": number}]))));
    (0..20).map(|_| event.clone()).collect()
}

fn string_rules() -> Lines {
    [
        json!({"text": [{"suffix": "xyz"}]}),
        json!({"text": [{"wildcard": "*needle*needle*"}]}),
        json!({"text": [{"equals-ignore-case": "needle"}]}),
        json!({"text": [{"anything-but": {"prefix": "a"}}]}),
    ]
    .into_iter()
    .collect()
}

/// A megabyte of one string.
fn string_events() -> Lines {
    let text = "needl ".repeat(175_000);
    (0..10).map(|_| json!({"text": (format!("{text}needle{text}needle"))})).collect()
}

fn key_rules() -> Lines {
    (0..1_000).map(|number| Json::object([(format!("key{}", number * 17), json!([number]))])).collect()
}

/// Twenty thousand keys of a digit each.
fn key_events() -> Lines {
    let event = Json::object((0..20_000).map(|number| (format!("key{number}"), json!((number % 10)))));
    (0..20).map(|_| event.clone()).collect()
}
