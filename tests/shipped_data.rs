//! The shipped events and rules give the shipped answers, in every form and mode.
#![expect(clippy::unwrap_used, reason = "a test that can't read its data has failed")]

use std::collections::BTreeMap;

use eventsieve::{Event, MatchSet, Matcher, Pattern, RuleSet, Scratch};
use serde_json::Value;

const EVENTS: &str = include_str!("data/events.ndjson");
const RULES: &str = include_str!("data/rules.json");
const EXPECTED: &str = include_str!("data/expected.tsv");
const LOG_FILE: &str = include_str!("data/cloudtrail-log.json");

fn rules() -> Vec<(String, Pattern)> {
    let rules: BTreeMap<String, Value> = serde_json::from_str(RULES).unwrap();
    rules.into_iter().map(|(id, pattern)| (id, pattern.to_string().parse().unwrap())).collect()
}

fn matcher() -> Matcher<String> {
    let mut set = RuleSet::new();
    for (id, pattern) in rules() {
        assert!(set.insert(id, &pattern).unwrap());
    }
    set.compile().unwrap()
}

/// Each event with its line number and the ids that match it.
fn events() -> impl Iterator<Item = (usize, &'static str, Vec<&'static str>)> {
    let mut expected: BTreeMap<usize, Vec<&str>> = EXPECTED
        .lines()
        .map(|line| {
            let (number, ids) = line.split_once('\t').unwrap();
            (number.parse().unwrap(), ids.split(',').collect())
        })
        .collect();
    (1..).zip(EVENTS.lines()).map(move |(number, event)| (number, event, expected.remove(&number).unwrap_or_default()))
}

/// Compares all events with what is expected of them, given in the form that `form` makes of them.
fn check<T>(
    events: impl Iterator<Item = (usize, &'static str, Vec<&'static str>)>,
    parse: impl Fn(&'static str) -> T,
    form: impl for<'t> Fn(&'t T) -> Event<'t>,
) {
    let matcher = matcher();
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for (number, text, expected) in events {
        let event = parse(text);
        let ids: Vec<&String> = matcher.matches(form(&event), &mut scratch, &mut set).unwrap().collect();
        assert_eq!(ids, expected, "line {number}");
        assert_eq!(matcher.is_match(form(&event), &mut scratch), Ok(!expected.is_empty()), "line {number}");
    }
}

#[test]
fn strict() {
    check(events(), |text| text, |text| Event::strict(text.as_bytes()));
}

#[test]
fn trusted() {
    check(events(), |text| text, |text| Event::trusted(text.as_bytes()));
}

/// Numbers that are not comparable as text become doubles that are: what the crate page says of this form.
#[test]
fn values() {
    let rounded = events().map(|(number, text, expected)| match number {
        113 => (number, text, vec!["order-big", "order-price-exact"]),
        114 => (number, text, vec!["order-big"]),
        _ => (number, text, expected),
    });
    check(rounded, |text| serde_json::from_str::<Value>(text).unwrap(), |value| Event::from(value));
}

#[test]
fn one_shot() {
    let rules = rules();
    for (number, event, expected) in events() {
        let matching = rules.iter().filter(|(_, pattern)| pattern.matches(event).unwrap());
        let ids: Vec<&String> = matching.map(|(id, _)| id).collect();
        assert_eq!(ids, expected, "line {number}");
    }
}

#[cfg(feature = "reference")]
#[test]
fn reference() {
    let rules = rules();
    for (number, event, expected) in events() {
        let matching = rules.iter().filter(|(_, rule)| eventsieve::reference::matches(rule, event.as_bytes()).unwrap());
        let ids: Vec<&String> = matching.map(|(id, _)| id).collect();
        assert_eq!(ids, expected, "line {number}");
    }
}

/// A log file as CloudTrail writes it is an event like any other, however it is laid out.
#[test]
fn indented_log_file() {
    let line = EVENTS.lines().find(|line| line.starts_with(r#"{"Records":"#)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(line).unwrap(), serde_json::from_str::<Value>(LOG_FILE).unwrap());
    let matcher = matcher();
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let ids: Vec<&String> = matcher.matches(LOG_FILE, &mut scratch, &mut set).unwrap().collect();
    assert_eq!(ids, ["trail-file-iam-by-hand", "trail-file-root-without-session"]);
}
