//! Inputs that once went wrong, each under the name of what it did, with the cause beside it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eventsieve::{Event, EventErrorKind, LiveRules, MatchSet, Matcher, Pattern, PatternErrorKind, RuleSet, Scratch};

fn matcher(rule: &str) -> Matcher<u8> {
    let mut rules = RuleSet::new();
    rules.insert(0, &rule.parse().unwrap()).unwrap();
    rules.compile().unwrap()
}

/// Leaves that don't pass were passed over in the search without a charge, so the budget bounded next to nothing.
#[test]
fn array_search_charges_every_step() {
    let matcher = matcher(r#"{"p":{"a":[1],"b":[1],"c":[1]}}"#);
    let many = |member: &str, times: usize| vec![member; times].join(",");
    let event = format!(
        r#"{{"p":[{},{{"c":1}},{}],"p":[{},{{"a":1}}]}}"#,
        many(r#"{"a":1}"#, 4_000),
        many(r#"{"c":0}"#, 4_000),
        many(r#"{"b":1}"#, 4_000)
    );
    let error = matcher.is_match(&event, &mut Scratch::new()).unwrap_err();
    assert_eq!(error.kind(), EventErrorKind::ArrayBudget);
}

/// Sets of all fields were kept for every array element: gigabytes for a rule of 100 KB and an event of 1 MB.
#[test]
fn array_check_takes_memory_for_what_is_there() {
    let fields = 2_000;
    let members = |value: &str| (0..fields).map(|i| format!("\"{i}\":{value}")).collect::<Vec<_>>().join(",");
    let matcher = matcher(&format!(r#"{{"p":{{{}}}}}"#, members("[1]")));
    let event = format!(r#"{{"p":[{{{}}},{}]}}"#, members("1"), vec![r#"[{"0":1}]"#; 20_000].join(","));
    let mut scratch = Scratch::new();
    assert!(matcher.is_match(&event, &mut scratch).unwrap());
    assert!(scratch.memory() < 64 << 20, "{} bytes", scratch.memory());
}

/// A long key before many short ones was written out once a field, and a one-shot match did so without a limit.
#[test]
fn paths_written_out_are_limited() {
    let keys: Vec<String> = (0..9_000).map(|i| format!("\"{i}\":[1]")).collect();
    let rule = format!(r#"{{"{}":{{{}}}}}"#, "k".repeat(120_000), keys.join(","));
    let error = rule.parse::<Pattern>().unwrap_err();
    assert_eq!(error.kind(), PatternErrorKind::TooLarge);
}

/// Every spelling of one text in other letter case was a test of its own under one hash: each was looked at for each
/// value, and inserting them was quadratic.
#[test]
fn spellings_in_other_letter_case_are_one_test() {
    let mut rules = RuleSet::new();
    for id in 0..2_000_u32 {
        let text: String = (0..16)
            .map(|bit| {
                let letter = char::from(b'a' + bit);
                if id >> bit & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
            })
            .collect();
        rules.insert(id, &format!(r#"{{"a":[{{"equals-ignore-case":"{text}"}}]}}"#).parse().unwrap()).unwrap();
    }
    let matcher = rules.compile().unwrap();
    let (mut scratch, mut set) = (Scratch::new(), eventsieve::MatchSet::new());
    assert_eq!(matcher.matches(r#"{"a":"ABCDEFGHIJKLMNOP"}"#, &mut scratch, &mut set).unwrap().len(), 2_000);
    assert_eq!(matcher.matches(Event::trusted(br#"{"a":"abc"}"#), &mut scratch, &mut set).unwrap().len(), 0);
}

/// A list of a thousand tests was filed with each of a thousand combinations, the whole conjunction each time: gigabytes.
#[test]
fn long_lists_and_many_combinations_do_not_multiply() {
    let numbers: Vec<String> = (0..1_000).map(|i| i.to_string()).collect();
    let absent = |prefix: &str, count: usize| -> Vec<String> {
        (0..count).map(|i| format!(r#""{prefix}{i}":[{{"exists":false}}]"#)).collect()
    };
    let alternatives =
        |prefix: &str| absent(prefix, 10).into_iter().map(|field| format!("{{{field}}}")).collect::<Vec<_>>().join(",");
    let rule = format!(
        r#"{{"a":[{}],{},"$or":[{}],"o":{{"$or":[{}]}},"p":{{"$or":[{}]}}}}"#,
        numbers.join(","),
        absent("x", 200).join(","),
        alternatives("l"),
        alternatives("m"),
        alternatives("n")
    );
    let matcher = matcher(&rule);
    let mut scratch = Scratch::new();
    assert!(matcher.is_match(r#"{"a":999}"#, &mut scratch).unwrap());
    assert!(!matcher.is_match(r#"{"a":999,"x7":1}"#, &mut scratch).unwrap());
    assert!(!matcher.is_match(r#"{"a":1000}"#, &mut scratch).unwrap());
}

/// A conjunction was checked once for each list of postings that woke it: its array check, or its other fields, as often
/// as tests of one field passed. Here that is 4,000 times, each over 8,000 leaves,
/// and 2,000 times, each over 2,000 tests.
#[test]
fn a_conjunction_is_tried_once_an_event() {
    let count = 4_000;
    let each = |count: usize, write: &dyn Fn(usize) -> String| (0..count).map(write).collect::<Vec<_>>().join(",");
    let crossed = (
        format!(
            r#"{{"l":{{"x":[{}],"y":[{}]}}}}"#,
            each(count, &|i| format!("\"v{i}\"")),
            each(count, &|i| format!("\"w{i}\""))
        ),
        format!(
            r#"{{"l":[{},{}]}}"#,
            each(count, &|i| format!(r#"{{"x":"v{i}"}}"#)),
            each(count, &|i| format!(r#"{{"y":"w{i}"}}"#))
        ),
    );
    let count = 2_000;
    let ranges = (
        format!(
            r#"{{"n":[{}],"x":[{}]}}"#,
            each(count, &|i| format!(r#"{{"numeric":["<",{}]}}"#, i + 10)),
            each(count, &|i| format!(r#"{{"anything-but":{{"prefix":["a","b{i}"]}}}}"#))
        ),
        r#"{"n":1,"x":"axxxxx"}"#.to_owned(),
    );
    for (rule, event) in [crossed, ranges] {
        let pattern: Pattern = rule.parse().unwrap();
        assert!(!matcher(&rule).is_match(&event, &mut Scratch::new()).unwrap());
        let live = LiveRules::new().unwrap();
        live.insert(0, &pattern).unwrap();
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        assert_eq!(live.snapshot().matches(&event, &mut scratch, &mut set).unwrap().len(), 0);
    }
}

/// The table of an id's patterns stayed when they became few, and didn't get those that came after: they could be inserted
/// again and not be removed.
#[test]
fn patterns_of_an_id_become_few_and_many_again() {
    let patterns: Vec<Pattern> = (0..6).map(|value| format!("{{\"a\":[{value}]}}").parse().unwrap()).collect();
    let (mut rules, mut there) = (RuleSet::new(), [false; 6]);
    // Up and down between none and all, a step further each time.
    for target in [4, 1, 5, 2, 6, 0, 3, 2, 6, 1, 4, 3, 5, 0] {
        for (value, pattern) in patterns.iter().enumerate() {
            let wanted = (value * 5 + target) % 6 < target;
            let changes =
                if wanted { rules.insert("x", pattern).unwrap() } else { rules.remove_pattern(&"x", pattern) };
            assert_eq!(changes, there[value] != wanted, "{pattern} towards {target}");
            there[value] = wanted;
        }
        assert_eq!(rules.len(), there.iter().filter(|there| **there).count());
        let matcher = rules.compile().unwrap();
        for (value, there) in there.iter().enumerate() {
            let event = format!("{{\"a\": {value}}}");
            assert_eq!(matcher.is_match(&event, &mut Scratch::new()).unwrap(), *there, "{value}");
        }
    }
}
