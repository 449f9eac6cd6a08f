//! `eventsieve test`

use super::{Folder, command, gzip, run, run_in};

const PATTERN: &str = r#"{"source": ["aws.ec2"]}"#;

#[test]
fn says_whether_it_matches() {
    let test = |event| run(&["test", "--pattern", PATTERN, "--event", event], "");
    test(r#"{"source": "aws.ec2"}"#).assert(0, "match\n", "");
    test(r#"{"source": "aws.s3"}"#).assert(1, "no match\n", "");
    test(r#"{"source": "aws.ec2""#).assert(
        2,
        "",
        "eventsieve: event: not well-formed JSON at byte 20: expected `,` or `}`\n  --> line 1, column 21\n  |\n\
         1 | {\"source\": \"aws.ec2\"\n  |                     ^\n",
    );
}

#[test]
fn a_wrong_pattern_is_shown() {
    run(&["test", "--pattern", r#"{"a": [{"prefix": 1}]}"#, "--event", "{}"], "").assert(
        2,
        "",
        concat!(
            "eventsieve: pattern: `prefix` takes a string, found a number\n",
            "  --> line 1, column 19, field `a`\n",
            "  |\n",
            "1 | {\"a\": [{\"prefix\": 1}]}\n",
            "  |                   ^\n",
            "  = hint: write it as a string: `\"1\"`\n",
        ),
    );
}

#[test]
fn texts_come_from_files_and_standard_input() {
    let folder = Folder::new()
        .file("pattern.json", format!("\u{feff}{PATTERN}\n"))
        .file("event.json.gz", gzip("{\"source\":\r\n\"aws.ec2\"}\n"));
    run_in(&folder, &["test", "--pattern", "@pattern.json", "--event", "@event.json.gz"], "").assert(0, "match\n", "");
    run_in(&folder, &["test", "--pattern", "@pattern.json", "--event", "-"], "{}").assert(1, "no match\n", "");
    run_in(&folder, &["test", "--pattern", "-", "--event", "@event.json.gz"], PATTERN).assert(0, "match\n", "");
    run_in(&folder, &["test", "--pattern", "-", "--event", "-"], PATTERN).assert(
        2,
        "",
        "eventsieve: only one of `--pattern` and `--event` can be `-`\n",
    );
    run_in(&folder, &["test", "--pattern", "@nowhere", "--event", "-"], "{}").assert(
        2,
        "",
        "eventsieve: nowhere: No such file or directory (os error 2)\n",
    );
}

#[test]
fn arguments_are_taken_as_they_are() {
    let run = run(&["test", "--pattern", "--", "--event", "--event"], "");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("eventsieve: pattern: "), "{}", run.err);
}

#[test]
fn or_can_be_a_field() {
    let args = ["test", "--pattern", r#"{"$or": [1]}"#, "--event", r#"{"$or": 1}"#, "--or-as-field"];
    run(&args, "").assert(0, "match\n", "");
    assert_eq!(run(&args[..5], "").status, 2);
}

#[test]
fn trusted_skips_what_the_pattern_does_not_mention() {
    let args = ["test", "--pattern", PATTERN, "--event", r#"{"source": "aws.ec2", "x": [nonsense]}"#, "--trusted"];
    run(&args, "").assert(0, "match\n", "");
    assert_eq!(run(&args[..5], "").status, 2);
}

#[test]
fn the_name_of_a_file_is_no_json_text() {
    let folder = Folder::new().file("p.json", "{\"a\": [1]}");
    for args in [["--pattern", "p.json", "--event", "{}"], ["--pattern", "@p.json", "--event", "p.json"]] {
        let run = run_in(&folder, &[&["test"], &args[..]].concat(), "");
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.ends_with("\n  = hint: to read a file write `@p.json`\n"), "{}", run.err);
    }
}

#[test]
fn a_kernel_that_is_none_is_an_error() {
    let args = ["test", "--pattern", "{\"a\": [1]}", "--event", "{}"];
    let output = command().env("EVENTSIEVE_KERNEL", "mmx").args(args).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
}
