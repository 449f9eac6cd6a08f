//! Target `event_scan`: what is an event, and what is in it.

use std::collections::BTreeMap;

use eventsieve::reference::{self, Json, Leaf, json};
use eventsieve::{CompileOptions, EventError, EventErrorKind, Pattern, PatternParser, RuleSet, Scratch};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::support::engine::kernels;
use crate::support::laws;
use crate::support::scene::Scene;

/// Of how many leaves of an event it is checked that they are found.
const LEAVES: usize = 16;

/// A text that may be an event: the engine gives a verdict on exactly those that two plain readers accept, and the right
/// one, which it can only do if it finds the leaves.
pub fn event_scan(event: &[u8]) {
    let json = json::read(event).ok();
    readers_agree(event, json.as_ref());
    match json {
        Some(json) => {
            leaves_are_found(event, &json);
            depth_is_limited(event);
        }
        None => no_verdict(event),
    }
}

/// The reference's reader against serde_json's.
fn readers_agree(event: &[u8], json: Option<&Json>) {
    let text = std::str::from_utf8(event).ok();
    let Some(text) = text.filter(|text| text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{')) else {
        assert!(json.is_none());
        return;
    };
    // What is read to be ignored is checked by the grammar alone: it may be nested as deep as you like, numbers may be of
    // any size, and surrogates unpaired.
    let well_formed = serde_json::from_str::<IgnoredAny>(text).is_ok();
    assert_eq!(json.is_some(), well_formed && depth(event) <= json::MAX_DEPTH);
    let Some(json) = json else { return };
    match serde_json::from_str::<Value>(text) {
        Ok(value) => assert!(alike(json, &value), "{json:?}, not {value:?}"),
        Err(error) => {
            let message = error.to_string();
            let exceptions =
                ["recursion limit", "number out of range", "lone leading surrogate", "unexpected end of hex"];
            assert!(exceptions.iter().any(|exception| message.starts_with(exception)), "{message}");
        }
    }
}

/// Whether a value that serde_json read is the same. Of a key that comes twice it keeps the last, and it may round a
/// number to a neighbour of the nearest double.
fn alike(json: &Json, value: &Value) -> bool {
    match (json, value) {
        (Json::Object(members), Value::Object(map)) => {
            let last: BTreeMap<_, _> = members.iter().map(|(key, json)| (key, json)).collect();
            last.len() == map.len()
                && last.iter().all(|(key, json)| map.get(*key).is_some_and(|value| alike(json, value)))
        }
        (Json::Array(elements), Value::Array(values)) => {
            elements.len() == values.len() && elements.iter().zip(values).all(|(json, value)| alike(json, value))
        }
        (Json::Number(number), Value::Number(value)) => {
            let (Ok(expected), Some(found)) = (number.parse::<f64>(), value.as_f64()) else { return false };
            expected == found || expected.next_up() == found || expected.next_down() == found
        }
        (Json::String(expected), Value::String(found)) => expected == found,
        (Json::Bool(expected), Value::Bool(found)) => expected == found,
        (json, value) => *json == Json::Null && value.is_null(),
    }
}

/// How deep a well-formed text is nested.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut in_string = false;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' => drop(bytes.next()),
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Rules that ask for the event's own leaves match it, others about the same paths as the reference says.
fn leaves_are_found(event: &[u8], json: &Json) {
    let leaves = reference::leaves(json);
    let step = leaves.len() / LEAVES + 1;
    let leaves: Vec<_> = leaves.iter().step_by(step).collect();

    let mut patterns: Vec<_> = leaves.iter().map(|leaf| rule(&[(&leaf.path, exactly(leaf.value))])).collect();
    patterns.extend(rule_of_many(&leaves));
    let certain = patterns.len();
    for leaf in &leaves {
        patterns.push(rule(&[(&leaf.path, r#"{"exists":false}"#.to_owned())]));
        patterns.push(rule(&[(&format!("{}.", leaf.path), r#"{"exists":true}"#.to_owned())]));
        if let Json::String(value) = leaf.value {
            patterns.push(rule(&[(&leaf.path, format!(r#"{{"anything-but":{}}}"#, quoted(value)))]));
            patterns.push(rule(&[(&leaf.path, format!(r#"{{"prefix":{}}}"#, quoted(&format!("{value}x"))))]));
        }
    }
    let scene = Scene { patterns, events: Vec::new() };
    let Some(Ok(expected)) = scene.expected(event) else { return };
    assert!(expected.iter().copied().take(certain).eq(0..certain), "{expected:?}, the first {certain} are certain");
    judge(&scene, event, Some(&expected));
}

/// A rule that asks for many leaves at once, all of which lie in the same elements of the arrays that they share.
fn rule_of_many(leaves: &[&Leaf<'_>]) -> Option<Pattern> {
    let mut elements = BTreeMap::new();
    let mut fields = BTreeMap::new();
    for leaf in leaves {
        let agrees = leaf.position.iter().all(|(array, element)| elements.get(array).is_none_or(|at| at == element));
        if agrees && !fields.contains_key(leaf.path.as_str()) {
            elements.extend(leaf.position.clone());
            fields.insert(leaf.path.as_str(), exactly(leaf.value));
        }
    }
    let fields: Vec<_> = fields.into_iter().collect();
    (!fields.is_empty()).then(|| rule(&fields))
}

/// The rule of these fields, of one test each. A path may well be `$or`.
fn rule(fields: &[(&str, String)]) -> Pattern {
    let fields: Vec<_> = fields.iter().map(|(path, test)| format!("{}:[{test}]", quoted(path))).collect();
    let text = format!("{{{}}}", fields.join(","));
    PatternParser::new().or_as_field(true).parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn exactly(leaf: &Json) -> String {
    match leaf {
        Json::String(text) => quoted(text),
        Json::Number(number) => number.clone(),
        Json::Bool(yes) => yes.to_string(),
        Json::Null | Json::Object(_) | Json::Array(_) => "null".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whatever rules look for, there is no verdict, and the same error on every kernel.
fn no_verdict(event: &[u8]) {
    let quoted_runs = event.split(|byte| *byte == b'"').skip(1).step_by(2);
    let keys: Vec<_> = quoted_runs.filter_map(|run| std::str::from_utf8(run).ok()).take(LEAVES).collect();
    let exists = || r#"{"exists":true}"#.to_owned();
    let mut patterns: Vec<_> = keys.iter().map(|key| rule(&[(key, exists())])).collect();
    patterns.extend(keys.windows(2).map(|keys| rule(&[(&keys.join("."), exists())])));
    judge(&Scene { patterns, events: Vec::new() }, event, None);

    let errors: Vec<_> = outcomes(event, json::MAX_DEPTH);
    for error in &errors {
        assert_eq!(error, &errors[0]);
        let error = error.as_ref().expect_err("no verdict");
        let offset = error.offset().expect("an error in a text has a place");
        let valid = std::str::from_utf8(event).map_or_else(|error| error.valid_up_to(), str::len);
        assert!(offset <= valid, "{error}, and not UTF-8 at {valid}");
        assert_eq!(error.kind() == EventErrorKind::Utf8, offset == valid && valid < event.len(), "{error}");
        assert!(!error.to_string().is_empty());
    }
}

/// A limit of the event's own depth lets it pass, one less does not.
fn depth_is_limited(event: &[u8]) {
    let depth = depth(event);
    for outcome in outcomes(event, depth) {
        assert_eq!(outcome, Ok(()), "{depth}");
    }
    for outcome in outcomes(event, depth - 1) {
        assert_eq!(outcome.map_err(|error| error.kind()), Err(EventErrorKind::Depth), "{depth}");
    }
}

/// Whether an event has a verdict, on every kernel.
fn outcomes(event: &[u8], max_depth: usize) -> Vec<Result<(), EventError>> {
    let mut rules = RuleSet::new();
    rules.insert((), &rule(&[("a", "1".to_owned())])).expect("few rules");
    let outcome = |kernel| {
        let options = CompileOptions::new().kernel(kernel).max_event_depth(max_depth);
        let matcher = rules.compile_with(&options).expect("a kernel of this machine");
        matcher.is_match(event, &mut Scratch::new()).map(|_| ())
    };
    kernels().into_iter().map(outcome).collect()
}

fn judge(scene: &Scene, event: &[u8], expected: Option<&[usize]>) {
    let mut judge = laws::judge();
    let matchers = judge.compile(&scene.patterns);
    judge.expect(&matchers, event, expected, "leaves");
    judge.try_trusted(&matchers, event);
    assert!(judge.failures.is_empty(), "{}\nrules:\n{}", judge.failures.join("\n"), scene.rules());
}
