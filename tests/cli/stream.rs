//! `--json-stream` and `--at`: events in JSON of any layout.

use super::{Run, gzip, run_in, with_rules};

fn filter(args: &[&str], input: impl AsRef<[u8]>) -> Run {
    run_in(&with_rules(), &[&["filter", "--rules", "rules.json"], args].concat(), input)
}

#[test]
fn values_come_one_after_the_other() {
    filter(&["--json-stream"], "{\"a\":1}{\"a\":3} {\"a\":2}\n\n\t{\"a\" : 1}").assert(
        0,
        "{\"a\":1}\n{\"a\":2}\n{\"a\" : 1}\n",
        "",
    );
    filter(&["--json-stream"], "").assert(1, "", "");
    filter(&["--json-stream"], " \n ").assert(1, "", "");
    filter(&["--json-stream"], "\u{feff}{\"a\":1}").assert(0, "{\"a\":1}\n", "");
    filter(&["--json-stream"], gzip("{\"a\":1}")).assert(0, "{\"a\":1}\n", "");
}

#[test]
fn values_may_extend_over_lines() {
    let events = "{\n  \"a\": 1,\r\n  \"t\": \"}\\\"{\"\n}\n{\n  \"a\": 3\n}\n";
    filter(&["--json-stream"], events).assert(0, "{\n  \"a\": 1,\r\n  \"t\": \"}\\\"{\"\n}\n", "");
    filter(&["--json-stream", "--ids"], events).assert(0, "one,both\t{   \"a\": 1,    \"t\": \"}\\\"{\" }\n", "");
    filter(&["--json-stream", "--json"], events).assert(
        0,
        "{\"rules\":[\"one\",\"both\"],\"event\":{   \"a\": 1,    \"t\": \"}\\\"{\" }}\n",
        "",
    );
}

#[test]
fn elements_of_arrays_are_events() {
    filter(&["--json-stream"], "[{\"a\":1}, {\"a\":3},\n{\"a\":2}] [] {\"a\":1} [\n]\n").assert(
        0,
        "{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n",
        "",
    );
}

#[test]
fn what_is_no_event_is_reported_with_its_line() {
    let err = "eventsieve: <stdin>:4: not a JSON object at byte 0: expected `{`\n";
    filter(&["--json-stream"], "{\"a\":1}\n\n[\n5, {\"a\":2}]").assert(2, "{\"a\":1}\n", err);
    filter(&["--json-stream", "--on-error", "skip"], "{\"a\":1}\n\n[\n5, {\"a\":2}]").assert(
        0,
        "{\"a\":1}\n{\"a\":2}\n",
        err,
    );
    let bad = "{\"a\":1}\n[[{\"a\":1}], \"x\",\nnull] 7 ";
    let run = filter(&["--json-stream", "--on-error", "pass"], bad);
    assert_eq!((run.status, run.out.as_str()), (0, "{\"a\":1}\n[{\"a\":1}]\n\"x\"\nnull\n7\n"));
    let places: Vec<_> = run.err.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(places, ["<stdin>:2", "<stdin>:2", "<stdin>:3", "<stdin>:3"]);
}

#[test]
fn what_does_not_end_is_an_error() {
    let first = "{\"a\":1}\n";
    for (rest, err) in [
        ("\n{\"a\":", "<stdin>:2: expected the end of the value that begins here at byte 3 of the input"),
        ("\n\"x\\", "<stdin>:2: expected the end of the value that begins here at byte 3 of the input"),
        ("[", "<stdin>:1: expected a value at byte 3 of the input"),
        ("[{\"a\":3}", "<stdin>:1: expected `,` or `]` at byte 10 of the input"),
        ("[\n{\"a\":3},]", "<stdin>:2: expected a value at byte 12 of the input"),
        ("[{\"a\":3} {\"a\":1}]", "<stdin>:1: expected `,` or `]` at byte 11 of the input"),
        ("\n\n]", "<stdin>:3: expected a value at byte 4 of the input"),
        (",{\"b\":1}", "<stdin>:1: expected a value at byte 2 of the input"),
        ("[{\"a\":3}:1]", "<stdin>:1: expected `,` or `]` at byte 10 of the input"),
        ("}{\"b\":1}", "<stdin>:1: expected a value at byte 2 of the input"),
    ] {
        let run = filter(&["--json-stream", "--on-error", "fail", "--invert"], format!("{{}}{rest}"));
        assert!(run.out.starts_with("{}\n"), "{rest:?}: {run:?}");
        assert_eq!((run.status, run.err), (2, format!("eventsieve: {err}\n")), "{rest:?}");
        let run = filter(&["--json-stream", "--on-error", "skip"], format!("{{\"a\":1}}{rest}"));
        assert_eq!((run.status, run.out.as_str()), (2, first), "{rest:?}");
    }
}

#[test]
fn after_a_bracket_out_of_place_the_next_value_is_read() {
    for action in ["skip", "pass"] {
        let values = "[{\"a\":1} {\"a\":1}]\n{\"a\":2}\n]],:\n{\"a\":1}";
        filter(&["--json-stream", "--on-error", action], values).assert(
            2,
            "{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n",
            "eventsieve: <stdin>:1: expected `,` or `]` at byte 9 of the input\n\
             eventsieve: <stdin>:3: expected a value at byte 26 of the input\n",
        );
        let records = "{\"Records\":[{\"a\":1},]}\n{\"\\x\":[{}]}{\"x\":{\"y\":1}]\n{\"Records\":[{\"a\":2}]}";
        filter(&["--at", "Records", "--on-error", action], records).assert(
            2,
            "{\"a\":1}\n{\"a\":2}\n",
            "eventsieve: <stdin>:1: expected a value at byte 20 of the input\n\
             eventsieve: <stdin>:2: expected a key of valid JSON at byte 24 of the input\n\
             eventsieve: <stdin>:2: expected `,` or `}` at byte 46 of the input\n",
        );
    }
    filter(&["--json-stream", "--on-error", "skip"], "[{\"a\":1} [").assert(
        2,
        "{\"a\":1}\n",
        "eventsieve: <stdin>:1: expected `,` or `]` at byte 9 of the input\n\
         eventsieve: <stdin>:1: expected a closing bracket at byte 10 of the input\n",
    );
    filter(&["--json-stream", "--on-error", "skip"], "\u{feff}:[").assert(
        2,
        "",
        "eventsieve: <stdin>:1: expected a value at byte 3 of the input\n\
         eventsieve: <stdin>:1: expected a value at byte 5 of the input\n",
    );
}

#[test]
fn what_is_no_object_cannot_lead_to_events() {
    let input = "{\"Records\":[{\"a\":1}]}\nhello\n5 \"x\"\n[1, {\"Records\":{\"a\":2}}]\n";
    let run = filter(&["--at", "Records", "--on-error", "skip"], input);
    assert_eq!((run.status, run.out.as_str()), (0, "{\"a\":1}\n{\"a\":2}\n"));
    let places: Vec<_> = run.err.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(places, ["<stdin>:2", "<stdin>:3", "<stdin>:3", "<stdin>:4"]);
    let run = filter(&["--at", "Records", "--on-error", "pass"], input);
    assert_eq!((run.status, run.out.as_str()), (0, "{\"a\":1}\nhello\n5\n\"x\"\n1\n{\"a\":2}\n"));
    let run = filter(&["--at", "Records"], input);
    assert_eq!((run.status, run.out.as_str(), run.err.lines().count()), (2, "{\"a\":1}\n", 1));
}

#[test]
fn after_a_broken_file_the_others_are_read() {
    let folder = with_rules().file("x", "{\"a\":1}\n]").file("y", "[{\"a\":2}]");
    let args = ["filter", "--rules", "rules.json", "--json-stream", "--on-error", "skip", "x", "y"];
    run_in(&folder, &args, "").assert(
        2,
        "{\"a\":1}\n{\"a\":2}\n",
        "eventsieve: x:2: expected a value at byte 8 of the input\n",
    );
    run_in(&folder, &[&args[..4], &args[6..]].concat(), "").assert(
        2,
        "{\"a\":1}\n",
        "eventsieve: x:2: expected a value at byte 8 of the input\n",
    );
}

const TRAIL: &str = r#"{"Other": [{"a": 1}, "]"], "Records": [{"a": 1}, {"a": 3},
  {"a": 2}], "More": {"Records": [{"a": 1, "more": true}], "One": {"a": 2}}}
{"Records": [ ]} {"Records": [{"a": 2}]}"#;

#[test]
fn events_lie_at_a_path() {
    filter(&["--at", "Records"], TRAIL).assert(0, "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 2}\n", "");
    filter(&["--at", "Records", "--json-stream"], TRAIL).assert(0, "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 2}\n", "");
    filter(&["--at", "More.Records"], TRAIL).assert(0, "{\"a\": 1, \"more\": true}\n", "");
    filter(&["--at", "More.One"], TRAIL).assert(0, "{\"a\": 2}\n", "");
    filter(&["--at", "Records"], gzip(TRAIL)).assert(0, "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 2}\n", "");
}

#[test]
fn a_path_goes_through_dots_escapes_and_arrays() {
    filter(&["--at", "x.y"], r#"{"x.y": {"a": 1}} {"x": {"\u0079": {"a": 2}}} {"x": {"y.z": {"a": 1}}}"#).assert(
        0,
        "{\"a\": 1}\n{\"a\": 2}\n",
        "",
    );
    filter(&["--at", "x.y"], r#"[{"x": [{"y": [{"a": 1}]}, {"y": {"a": 2}}, [{"y": {"a": 1}}], "y"]}]"#).assert(
        0,
        "{\"a\": 1}\n{\"a\": 2}\n",
        "",
    );
    filter(&["--at", ""], r#"{"": {"a": 1}, "x": {"a": 2}}"#).assert(0, "{\"a\": 1}\n", "");
}

#[test]
fn a_path_that_leads_nowhere_is_mentioned() {
    filter(&["--at", "records"], TRAIL).assert(1, "", "eventsieve: <stdin>: nothing at `records`\n");
    filter(&["--at", "Records.a"], "{\"Records\": 1}").assert(1, "", "eventsieve: <stdin>: nothing at `Records.a`\n");
    filter(&["--at", "Records"], "{\"Records\": []}").assert(1, "", "");
}

#[test]
fn brackets_on_the_way_must_fit() {
    for (text, err) in [
        ("{\"Records\" [{\"a\":1}]}", "expected `:` at byte 11"),
        ("{Records: [{\"a\":1}]}", "expected a key at byte 1"),
        ("{\"x\": 1, }", "expected a key at byte 9"),
        ("{\"x\": 1 \"Records\": []}", "expected `,` or `}` at byte 8"),
        ("{\"x\": , \"Records\": []}", "expected a value at byte 6"),
        ("{\"x\": 1]", "expected `,` or `}` at byte 7"),
        ("{\"\\x\": 1}", "expected a key of valid JSON at byte 1"),
        ("{\"Rec", "expected the end of a key at byte 5"),
    ] {
        let err = format!("eventsieve: <stdin>:1: {err} of the input\n");
        filter(&["--at", "Records"], text).assert(2, "", &err);
    }
}

#[test]
fn values_longer_than_allowed_are_errors() {
    let input = format!("[{{\"a\":1}},\n{{\"a\":2,\"x\":\"{}\"}}]", "y".repeat(100));
    let err = "eventsieve: <stdin>:2: longer than 50 bytes (see `--max-line`)\n";
    filter(&["--json-stream", "--max-line", "50"], &input).assert(2, "{\"a\":1}\n", err);
    filter(&["--at", "x", "--max-line", "50"], &input).assert(2, "", err);
    filter(&["--at", "y", "--max-line", "50"], &input).assert(1, "", "eventsieve: <stdin>: nothing at `y`\n");
}

#[test]
fn nesting_is_no_matter() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(filter(&["--json-stream"], &deep).status, 2);
    assert_eq!(filter(&["--at", "x"], &deep).status, 2);
    let deep = "{\"x\":".repeat(300_000);
    assert_eq!(filter(&["--at", "x.x.x"], &deep).status, 2);
}

#[test]
fn many_reads_make_one_stream() {
    // Events of many lengths, so that the ends of reads fall everywhere.
    let events: Vec<String> =
        (0..60_000).map(|i| format!("{{\"a\":{},\n\"t\":\"{}\\\"\"}}", i % 4, "é\\n".repeat(i % 40))).collect();
    let expected: String =
        events.iter().enumerate().filter(|(i, _)| matches!(i % 4, 1 | 2)).fold(String::new(), |mut all, (_, event)| {
            all.push_str(event);
            all.push('\n');
            all
        });
    let run = filter(&["--json-stream", "--jobs", "3"], events.join("\n"));
    assert!(run.out == expected && run.status == 0, "{} bytes, {}", run.out.len(), run.err);
    let run = filter(&["--at", "x.y"], format!("{{\"x\": [{{\"y\": [{}]}}]}}", events.join(",")));
    assert!(run.out == expected && run.status == 0, "{} bytes, {}", run.out.len(), run.err);
}
