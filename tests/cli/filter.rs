//! `eventsieve filter`: what is written, and how it ends.

use super::{Folder, run_in, with_rules};

const EVENTS: &str = "{\"a\": 1}\n{\"a\": 3}\n{ \"a\": 2.0 }\n";

#[test]
fn matching_events_are_written_as_they_are() {
    let folder = with_rules();
    run_in(&folder, &["filter", "--rules", "rules.json"], EVENTS).assert(0, "{\"a\": 1}\n{ \"a\": 2.0 }\n", "");
    run_in(&folder, &["filter", "--rules", "rules.json"], "{\"a\": 3}\n").assert(1, "", "");
    run_in(&folder, &["filter", "--rules", "rules.json"], "").assert(1, "", "");
}

#[test]
fn ids_come_before_a_tab() {
    run_in(&with_rules(), &["filter", "--rules", "rules.json", "--ids"], EVENTS).assert(
        0,
        "one,both\t{\"a\": 1}\ntwo,both\t{ \"a\": 2.0 }\n",
        "",
    );
}

#[test]
fn unclear_ids_are_quoted() {
    let folder = Folder::new().file(
        "rules",
        concat!(
            r#"{"id": "a,b", "pattern": {"a": [1]}}"#,
            "\n",
            r#"{"id": "", "pattern": {"a": [1]}}"#,
            "\n",
            r#"{"id": "tab\t", "pattern": {"a": [1]}}"#,
            "\n",
            r#"{"id": 7, "pattern": {"a": [1]}}"#,
            "\n",
            r#"{"id": "7", "pattern": {"a": [1]}}"#,
            "\n",
            r#"{"id": "\u00e9 \"", "pattern": {"a": [1]}}"#,
        ),
    );
    run_in(&folder, &["filter", "--rules", "rules", "--ids"], "{\"a\":1}\n").assert(
        0,
        "\"a,b\",\"\",\"tab\\t\",7,7,\"é \\\"\"\t{\"a\":1}\n",
        "",
    );
    run_in(&folder, &["filter", "--rules", "rules", "--json"], "{\"a\":1}\n").assert(
        0,
        "{\"rules\":[\"a,b\",\"\",\"tab\\t\",7,\"7\",\"é \\\"\"],\"event\":{\"a\":1}}\n",
        "",
    );
}

#[test]
fn json_holds_ids_and_event() {
    run_in(&with_rules(), &["filter", "--rules", "rules.json", "--json"], EVENTS).assert(
        0,
        concat!(
            "{\"rules\":[\"one\",\"both\"],\"event\":{\"a\": 1}}\n",
            "{\"rules\":[\"two\",\"both\"],\"event\":{ \"a\": 2.0 }}\n",
        ),
        "",
    );
}

#[test]
fn matches_are_counted() {
    run_in(&with_rules(), &["filter", "--rules", "rules.json", "--count"], EVENTS).assert(0, "2\n", "");
    run_in(&with_rules(), &["filter", "--rules", "rules.json", "--count", "--invert"], EVENTS).assert(0, "1\n", "");
    run_in(&with_rules(), &["filter", "--rules", "rules.json", "--count"], "{}").assert(1, "0\n", "");
}

#[test]
fn inverted_the_others_are_written() {
    let folder = with_rules();
    run_in(&folder, &["filter", "--rules", "rules.json", "--invert"], EVENTS).assert(0, "{\"a\": 3}\n", "");
    run_in(&folder, &["filter", "--rules", "rules.json", "--invert"], "{\"a\": 1}\n").assert(1, "", "");
}

const MALFORMED: &str = "{\"a\":1}\n\n{\"a\":}\n{\"a\":2}\nx\n";
const FIRST: &str = "eventsieve: <stdin>:3: not well-formed JSON at byte 5: expected a value\n";
const SECOND: &str = "eventsieve: <stdin>:5: not a JSON object at byte 0: expected `{`\n";

#[test]
fn a_malformed_event_ends_it() {
    let folder = with_rules();
    run_in(&folder, &["filter", "--rules", "rules.json"], MALFORMED).assert(2, "{\"a\":1}\n", FIRST);
    run_in(&folder, &["filter", "--rules", "rules.json", "--on-error", "fail"], MALFORMED).assert(
        2,
        "{\"a\":1}\n",
        FIRST,
    );
    run_in(&folder, &["filter", "--rules", "rules.json", "--count"], MALFORMED).assert(2, "", FIRST);
}

#[test]
fn malformed_events_are_skipped_if_so_wished() {
    let folder = with_rules();
    let reports = format!("{FIRST}{SECOND}");
    let skip = ["filter", "--rules", "rules.json", "--on-error", "skip"];
    run_in(&folder, &skip, MALFORMED).assert(0, "{\"a\":1}\n{\"a\":2}\n", &reports);
    run_in(&folder, &skip, "\n\n{\"a\":}").assert(1, "", FIRST);
    let inverted = ["filter", "--rules", "rules.json", "--on-error", "skip", "--invert"];
    run_in(&folder, &inverted, MALFORMED).assert(1, "", &reports);
}

#[test]
fn malformed_events_are_passed_on_if_so_wished() {
    let folder = with_rules();
    let reports = format!("{FIRST}{SECOND}");
    let pass = |form: &[&str]| {
        let args = [&["filter", "--rules", "rules.json", "--on-error", "pass"], form].concat();
        run_in(&folder, &args, MALFORMED)
    };
    pass(&[]).assert(0, "{\"a\":1}\n{\"a\":}\n{\"a\":2}\nx\n", &reports);
    pass(&["--invert"]).assert(1, "{\"a\":}\nx\n", &reports);
    pass(&["--count"]).assert(0, "2\n", &reports);
    pass(&["--ids"]).assert(0, "one,both\t{\"a\":1}\n\t{\"a\":}\ntwo,both\t{\"a\":2}\n\tx\n", &reports);
    pass(&["--json"]).assert(
        0,
        concat!(
            "{\"rules\":[\"one\",\"both\"],\"event\":{\"a\":1}}\n",
            "{\"rules\":[],\"error\":\"not well-formed JSON at byte 5: expected a value\",\"text\":\"{\\\"a\\\":}\"}\n",
            "{\"rules\":[\"two\",\"both\"],\"event\":{\"a\":2}}\n",
            "{\"rules\":[],\"error\":\"not a JSON object at byte 0: expected `{`\",\"text\":\"x\"}\n",
        ),
        &reports,
    );
}

#[test]
fn line_numbers_go_by_file() {
    let folder = with_rules().file("x", "{}\n{}\n[]\n").file("y", "{}\n[]\n");
    run_in(&folder, &["filter", "--rules", "rules.json", "--on-error", "skip", "x", "-", "y"], "5").assert(
        1,
        "",
        concat!(
            "eventsieve: x:3: not a JSON object at byte 0: expected `{`\n",
            "eventsieve: <stdin>:1: not a JSON object at byte 0: expected `{`\n",
            "eventsieve: y:2: not a JSON object at byte 0: expected `{`\n",
        ),
    );
}

#[test]
fn trusted_skips_what_no_rule_mentions() {
    let folder = with_rules();
    let events = "{\"a\": 1, \"b\": [nonsense]}\n";
    run_in(&folder, &["filter", "--rules", "rules.json", "--trusted"], events).assert(0, events, "");
    assert_eq!(run_in(&folder, &["filter", "--rules", "rules.json"], events).status, 2);
}

#[test]
fn or_can_be_a_field() {
    let folder = Folder::new().file("rules", r#"{"$or": [1]}"#);
    let event = "{\"$or\": 1}\n";
    run_in(&folder, &["filter", "--rules", "rules", "--or-as-field"], event).assert(0, event, "");
    assert_eq!(run_in(&folder, &["filter", "--rules", "rules"], event).status, 2);
}

#[test]
fn a_kernel_can_be_forced() {
    for kernel in eventsieve::Kernel::all() {
        let run = run_in(&with_rules(), &["filter", "--rules", "rules.json", "--kernel", kernel.name()], EVENTS);
        if kernel.is_available() {
            run.assert(0, "{\"a\": 1}\n{ \"a\": 2.0 }\n", "");
        } else {
            let err = format!("eventsieve: this processor cannot run the kernel `{kernel}`\n");
            run.assert(2, "", &err);
        }
    }
}
