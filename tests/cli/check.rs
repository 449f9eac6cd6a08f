//! `eventsieve check`

use super::{Folder, Run, gzip, run, run_in, zstd};

fn check(lines: &[&str]) -> Run {
    run(&["check"], lines.join("\n"))
}

/// Every shape, and all true: 1 + 1 + 1 + 1 + 4 + 5 + 1 + 1 + 1 + 1 cases.
const TRUE: [&str; 10] = [
    r#"{"rule": "{\"a\": [1]}", "event": "{\"a\": 1}", "match": true}"#,
    r#"{"rule": {"a": [1]}, "event": {"a": 2}, "match": false, "name": "as JSON"}"#,
    r#"{"rule": {}, "valid": false}"#,
    r#"{"rule": {"a": [1]}, "valid": true}"#,
    r#"{"rules": [{"a": [1]}, "{\"a\": [2]}"], "events": [{"a": 1}, "{\"a\": [1, 2]}"], "matches": [[0], [0, 1]]}"#,
    concat!(
        r#"{"ops": [{"event": {"a": 1}, "match": []}, {"add": "x", "rule": {"a": [1]}}, "#,
        r#"{"add": "x", "rule": "{\"a\": [2]}"}, {"add": 5, "rule": {}, "valid": false}, {"add": 5, "rule": {"a": [1]}}, "#,
        r#"{"event": {"a": 1}, "match": [5, "x"]}, {"event": "{\"a\": 2}", "match": ["x"]}, "#,
        r#"{"remove": "x", "rule": {"a": [1]}}, {"event": {"a": [1, 2]}, "match": ["x", 5]}]}"#,
    ),
    r#"{"rule": {"$or": [1]}, "event": {"$or": 1}, "match": true, "or_as_field": true}"#,
    r#"{"event_base64": "eyJhIjp9", "event_valid": false}"#,
    r#"{"event": "{\"a\": 1}", "event_valid": true}"#,
    r#"{"event": "{\"a\": 1e999}", "event_valid": null}"#,
];

#[test]
fn true_cases_pass() {
    check(&TRUE).assert(0, "17 cases, 0 failed\n", "");
    let args = ["check", "--reference"];
    run(&args, TRUE.join("\n")).assert(0, "17 cases, 0 failed\n", "");
    run(&["check", "--kernel", "portable", "--jobs", "2"], TRUE.join("\n")).assert(0, "17 cases, 0 failed\n", "");
    run(&["check"], "").assert(0, "0 cases, 0 failed\n", "eventsieve: no cases\n");
}

#[test]
fn files_are_read_as_they_come() {
    let text = TRUE.join("\r\n");
    let folder = Folder::new()
        .file("a.jsonl", format!("\u{feff}\n{text}\n"))
        .file("b.jsonl.gz", gzip(&text))
        .file("c.jsonl.zst", zstd(&text));
    run_in(&folder, &["check", "a.jsonl", "b.jsonl.gz", "-", "c.jsonl.zst"], &text).assert(
        0,
        "68 cases, 0 failed\n",
        "",
    );
}

#[test]
fn spellings_are_kept() {
    check(&[
        r#"{"rule": {"a": [9007199254740993]}, "event": {"a": 9007199254740993}, "match": true}"#,
        r#"{"rule": {"a": [9007199254740993]}, "event": {"a": 9007199254740992}, "match": false}"#,
        r#"{"rule": {"a": [2], "a": [1]}, "event": {"a": 1}, "match": true}"#,
        r#"{"rule": {"a": [1]}, "event": {"a": 1, "a": 2}, "match": true}"#,
        r#"{"rule": {"a": [{"exists": true}]}, "event": {"a": 1e999}, "match": true}"#,
    ])
    .assert(0, "5 cases, 0 failed\n", "");
}

#[test]
fn pairs_that_fail_are_shown() {
    let folder = Folder::new().file(
        "cases",
        concat!(
            "\n{\"rule\": {\"a\": [1]}, \"event\": {\"a\": 2}, \"match\": true}\n",
            "{\"rule\": \"{\\\"a\\\": [1]}\", \"event\": {\"a\": 1}, \"match\": false, \"name\": \"n\"}\n",
            "{\"rule\": {\"a\": [1]}, \"event\": \"{\", \"match\": false}\n",
        ),
    );
    run_in(&folder, &["check", "cases"], "").assert(
        1,
        concat!(
            "cases:2: expected a match, found no match\n    rule: {\"a\": [1]}\n    event: {\"a\": 2}\n",
            "cases:3: n: expected no match, found a match\n    rule: {\"a\": [1]}\n    event: {\"a\": 1}\n",
            "cases:4: expected no match, found no verdict: not well-formed JSON at byte 1: ",
            "expected a key or `}`\n    rule: {\"a\": [1]}\n    event: {\n",
            "3 cases, 3 failed\n",
        ),
        "",
    );
}

/// How the refusal of `{"a":[}` looks.
const REFUSAL: &str = concat!(
    "a refused rule: expected a test, found `}`\n",
    "      --> line 1, column 7, field `a`\n",
    "      |\n",
    "    1 | {\"a\":[}\n",
    "      |       ^\n",
    "    rule: {\"a\":[}\n",
);

#[test]
fn rules_that_fail_are_shown() {
    let cases = [
        r#"{"rule": {"a": [1]}, "valid": false}"#,
        r#"{"rule": "{\"a\":[}", "valid": true}"#,
        r#"{"rule": "{\"a\":[}", "event": {"a": 1}, "match": false}"#,
    ];
    let expected = format!(
        "<stdin>:1: expected a refused rule, found an accepted one\n    rule: {{\"a\": [1]}}\n\
         <stdin>:2: expected an accepted rule, found {REFUSAL}\
         <stdin>:3: expected no match, found {REFUSAL}    event: {{\"a\": 1}}\n\
         3 cases, 3 failed\n"
    );
    check(&cases).assert(1, &expected, "");
}

#[test]
fn sets_that_fail_are_shown() {
    let set = concat!(
        r#"{"rules": [{"a": [1]}, {"a": [2]}, "{\"a\":[}"], "#,
        r#""events": [{"a": 1}, {"a": 3}, "{"], "matches": [[1], [], [0]]}"#,
    );
    let no_verdict = "found no verdict: not well-formed JSON at byte 1: expected a key or `}`";
    let expected = format!(
        "<stdin>:1: expected no match, found a match\n    rule: {{\"a\": [1]}}\n    event: {{\"a\": 1}}\n\
         <stdin>:1: expected a match, found no match\n    rule: {{\"a\": [2]}}\n    event: {{\"a\": 1}}\n\
         <stdin>:1: expected no match, found {REFUSAL}    event: {{\"a\": 1}}\n\
         <stdin>:1: expected no match, found {REFUSAL}    event: {{\"a\": 3}}\n\
         <stdin>:1: expected a match, {no_verdict}\n    rule: {{\"a\": [1]}}\n    event: {{\n\
         <stdin>:1: expected no match, {no_verdict}\n    rule: {{\"a\": [2]}}\n    event: {{\n\
         <stdin>:1: expected no match, found {REFUSAL}    event: {{\n\
         9 cases, 7 failed\n"
    );
    check(&[set]).assert(1, &expected, "");
}

#[test]
fn sequences_that_fail_are_shown() {
    let sequence = concat!(
        r#"{"ops": [{"add": "x", "rule": {"a": [1]}, "valid": false}, {"event": {"a": 1}, "match": ["z", "y"]}, "#,
        r#"{"add": "y", "rule": "{\"a\":[}"}, {"remove": "x", "rule": "{\"a\":[}"}, {"event": "{", "match": []}]}"#,
    );
    let expected = format!(
        "<stdin>:1: expected a refused rule, found an accepted one\n    rule: {{\"a\": [1]}}\n\
         <stdin>:1: expected [\"y\", \"z\"], found [\"x\"]\n    event: {{\"a\": 1}}\n\
         <stdin>:1: expected an accepted rule, found {REFUSAL}\
         <stdin>:1: expected an accepted rule, found {REFUSAL}\
         <stdin>:1: expected [], found no verdict: not well-formed JSON at byte 1: expected a key or `}}`\n\
         \x20   event: {{\n\
         5 cases, 5 failed\n"
    );
    check(&[sequence]).assert(1, &expected, "");
}

#[test]
fn events_that_fail_are_shown() {
    check(&[r#"{"event": "{", "event_valid": true}"#, r#"{"event": "{}", "event_valid": false}"#]).assert(
        1,
        concat!(
            "<stdin>:1: expected a well-formed event, found a malformed event\n    event: {\n",
            "<stdin>:2: expected a malformed event, found a well-formed event\n    event: {}\n",
            "2 cases, 2 failed\n",
        ),
        "",
    );
}

#[test]
fn long_texts_are_cut() {
    let event = format!("{{\"a\": \"{}\"}}", "é".repeat(1000));
    let run = check(&[&format!("{{\"rule\": {{\"a\": [1]}}, \"event\": {event}, \"match\": true}}")]);
    assert_eq!(run.status, 1);
    let shown = run.out.lines().find(|line| line.contains("event: ")).unwrap();
    assert!(shown.ends_with("é…") && shown.chars().count() < 400, "{shown}");
}

#[test]
fn trusted_skips_events_outside_of_its_promise() {
    let cases = [
        r#"{"rule": {"a": [1]}, "event": {"a": 1}, "match": true}"#,
        r#"{"rule": {"a": [1]}, "event": {"a": 1, "a": 2}, "match": true}"#,
        r#"{"rule": {"a.b": [1]}, "event": {"a.b": 1, "a": {"b": 2}}, "match": true}"#,
        r#"{"rule": {"a.b": [1]}, "event": {"a.b": 1, "a": {"c": 2}}, "match": true}"#,
        r#"{"rule": {"a.b": [1]}, "event": {"a": [{"b": 1}, {"b": 2}]}, "match": true}"#,
        r#"{"event": "{", "event_valid": false}"#,
        r#"{"rules": [{"a": [1]}, {"a": [2]}], "events": [{"a": 1, "a": 2}, {"a": 2}], "matches": [[0, 1], [1]]}"#,
        r#"{"ops": [{"add": "x", "rule": {"a": [1]}}, {"event": {"a": 1, "a": 2}, "match": ["x"]}]}"#,
    ];
    run(&["check", "--trusted"], cases.join("\n")).assert(0, "11 cases, 0 failed, 6 skipped\n", "");
    run(&["check"], cases.join("\n")).assert(0, "11 cases, 0 failed\n", "");
}

#[test]
fn lines_that_are_no_cases_are_errors() {
    let case = r#"{"rule": {"a": [1]}, "valid": true}"#;
    for (line, problem) in [
        ("# Conformance", "expected an object at byte 0"),
        ("{}", "none of the keys that make a case: `rule`, `rules`, `ops`, `event_valid`"),
        ("{\"rule\": {}}", "a `rule` needs a `match` or a `valid`"),
        ("{\"rule\": {}, \"match\": true}", "no `event` and no `event_base64`"),
        ("{\"rule\": {}, \"event\": {}, \"match\": 1}", "`match` must be `true` or `false`, not 1"),
        ("{\"rule\": {}, \"rule\": {}}", "`rule` is given twice"),
        ("{\"rule\": \"\\ud800\", \"valid\": false}", "not a JSON string: \"\\ud800\""),
        ("{\"rules\": []}", "`rules` need `events`"),
        ("{\"rules\": [], \"events\": []}", "`rules` need `matches`"),
        ("{\"rules\": [], \"events\": [], \"matches\": [[]]}", "0 `events`, but 1 lists in `matches`"),
        ("{\"rules\": [], \"events\": [{}], \"matches\": [[0]]}", "there is no rule 0 in `rules`"),
        ("{\"rules\": [], \"events\": [{}], \"matches\": [0]}", "`matches` must be a list of lists of rule indexes"),
        ("{\"rules\": {}, \"events\": [], \"matches\": []}", "`rules`: expected an array at byte 0"),
        ("{\"ops\": [{}]}", "an operation has just one of `add`, `remove` and `match`"),
        ("{\"ops\": [{\"add\": 1}]}", "an operation on a rule needs the `rule`"),
        ("{\"ops\": [{\"add\": [], \"rule\": {}}]}", "an id is text or a number, not []"),
        ("{\"event_base64\": \"e\", \"event_valid\": true}", "`event_base64` is not Base64: "),
        ("{\"event_base64\": \"\", \"event\": {}, \"event_valid\": true}", "both `event` and `event_base64`"),
        ("{\"event\": {}, \"event_valid\": 1}", "`event_valid` must be `true` or `false`, not 1"),
        ("{\"event\": {}, \"event_valid\": true} x", "expected nothing more at byte 35"),
    ] {
        let run = run(&["check"], format!("{case}\n{line}\n{case}\n"));
        assert_eq!((run.status, run.out.as_str()), (2, "2 cases, 0 failed\n"), "{line}");
        let expected = format!("eventsieve: <stdin>:2: not a case: {problem}");
        assert!(run.err.starts_with(&expected), "{line}: {}", run.err);
    }
}

#[test]
fn errors_outrank_failures() {
    let failing = r#"{"rule": {}, "valid": true}"#;
    assert_eq!(check(&[failing, "x"]).status, 2);
    let run = run_in(&Folder::new(), &["check", "nowhere", "-"], failing);
    assert_eq!(run.status, 2);
    assert!(run.out.ends_with("1 cases, 1 failed\n"), "{}", run.out);
    assert_eq!(run.err, "eventsieve: nowhere: No such file or directory (os error 2)\n");
}

/// The files of the folder that the environment names, as many cases as they are said to have.
#[test]
fn the_conformance_cases_pass() {
    let Some(folder) = std::env::var_os("EVENTSIEVE_CONFORMANCE") else {
        println!("EVENTSIEVE_CONFORMANCE is not set: 149,090 cases are left out");
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().contains(".jsonl"))
        .collect();
    files.sort();
    for (mode, skipped) in [(None, ""), (Some("--reference"), ""), (Some("--trusted"), ", 4888 skipped")] {
        let args: Vec<_> = ["check"].into_iter().chain(mode).map(std::ffi::OsStr::new).collect();
        let args = [args, files.iter().map(|file| file.as_os_str()).collect()].concat();
        run(&args, "").assert(0, &format!("149090 cases, 0 failed{skipped}\n"), "");
    }
}
