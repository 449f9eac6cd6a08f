//! Input files: compression, line ends, marks, and what can't be read.

use super::{Folder, gzip, run_in, with_rules, zstd};

const FILTER: [&str; 3] = ["filter", "--rules", "rules.json"];
const EVENTS: &str = "{\"a\":1}\n{\"a\":3}\n{\"a\":2}\n";
const MATCHING: &str = "{\"a\":1}\n{\"a\":2}\n";

#[test]
fn compressed_input_is_told_from_its_first_bytes() {
    let folder = with_rules().file("x", gzip(EVENTS)).file("y", zstd(EVENTS)).file("z.gz", zstd(EVENTS));
    let twice = [gzip(EVENTS), gzip(EVENTS)].concat();
    run_in(&folder, &FILTER, gzip(EVENTS)).assert(0, MATCHING, "");
    run_in(&folder, &FILTER, zstd(EVENTS)).assert(0, MATCHING, "");
    run_in(&folder, &FILTER, &twice).assert(0, &MATCHING.repeat(2), "");
    run_in(&folder, &FILTER, [zstd(EVENTS), zstd(EVENTS)].concat()).assert(0, &MATCHING.repeat(2), "");
    let files = [&FILTER[..], &["x", "y", "-", "z.gz"]].concat();
    run_in(&folder, &files, EVENTS).assert(0, &MATCHING.repeat(4), "");
}

#[test]
fn a_file_that_only_claims_to_be_compressed_is_an_error() {
    let folder = with_rules().file("x.gz", EVENTS).file("y.ZST", EVENTS).file("z.gz", "");
    let filter = |file| run_in(&folder, &[&FILTER[..], &[file]].concat(), "");
    filter("x.gz").assert(2, "", "eventsieve: x.gz: invalid gzip header\n");
    filter("y.ZST").assert(2, "", "eventsieve: y.ZST: Unknown frame descriptor\n");
    assert_eq!(filter("z.gz").status, 2);
}

#[test]
fn what_comes_before_damage_is_written() {
    // Long enough that some of it is out before the damage is seen.
    let events = EVENTS.repeat(100_000);
    for damaged in [gzip(&events), zstd(&events)] {
        let cut = &damaged[..damaged.len() - 10];
        let run = run_in(&with_rules(), &FILTER, cut);
        assert_eq!(run.status, 2);
        assert!(run.out.starts_with(MATCHING) && run.out.ends_with('\n'), "{} bytes", run.out.len());
        assert!(run.err.starts_with("eventsieve: <stdin>: "), "{}", run.err);
        assert_eq!(run.err.lines().count(), 1);
    }
}

#[test]
fn line_ends_stay_as_they_are() {
    let folder = with_rules();
    run_in(&folder, &FILTER, "{\"a\":1}\r\n{\"a\":3}\r\n{\"a\":2}\n").assert(0, "{\"a\":1}\r\n{\"a\":2}\n", "");
    let json = [&FILTER[..], &["--json"]].concat();
    run_in(&folder, &json, "{\"a\":1}\r\n").assert(0, "{\"rules\":[\"one\",\"both\"],\"event\":{\"a\":1}}\n", "");
    let ids = [&FILTER[..], &["--ids"]].concat();
    run_in(&folder, &ids, "{\"a\":1}\r\n").assert(0, "one,both\t{\"a\":1}\r\n", "");
}

#[test]
fn a_last_line_gets_an_end() {
    let folder = with_rules().file("x", "{\"a\":1}").file("y", "{\"a\":2}\r");
    run_in(&folder, &[&FILTER[..], &["x", "y"]].concat(), "").assert(0, "{\"a\":1}\n{\"a\":2}\r\n", "");
}

#[test]
fn blank_lines_and_a_byte_order_mark_are_skipped() {
    let folder = with_rules().file("x", "\u{feff}{\"a\":1}\n").file("y", "\n \t\r\n\u{feff}\n").file("z", "\u{feff}");
    run_in(&folder, &FILTER, "\u{feff}\r\n\n  {\"a\":1}\n\r\n\t\n{\"a\":2} \n\n").assert(
        0,
        "  {\"a\":1}\n{\"a\":2} \n",
        "",
    );
    run_in(&folder, &[&FILTER[..], &["x", "z", "x"]].concat(), "").assert(0, &"{\"a\":1}\n".repeat(2), "");
    // Only at the beginning is it a mark.
    let run = run_in(&folder, &[&FILTER[..], &["y"]].concat(), "");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("eventsieve: y:3: "), "{}", run.err);
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    let folder = with_rules().file("x", EVENTS);
    let err = "eventsieve: nowhere: No such file or directory (os error 2)\n";
    let files = [&FILTER[..], &["x", "nowhere", "x"]].concat();
    run_in(&folder, &files, "").assert(2, MATCHING, err);
    for on_error in ["skip", "pass"] {
        let goes_on = [&files[..], &["--on-error", on_error]].concat();
        run_in(&folder, &goes_on, "").assert(2, &MATCHING.repeat(2), err);
    }
    let run = run_in(&folder, &[&FILTER[..], &["."]].concat(), "");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("eventsieve: .: "), "{}", run.err);
}

#[test]
fn lines_longer_than_a_read_are_whole() {
    let long = format!("{{\"a\":1,\"text\":\"{}\"}}", "x".repeat(3_500_000));
    let events = format!("{{\"a\":3}}\n{long}\n{{\"a\":2}}\n{long}");
    run_in(&with_rules(), &FILTER, &events).assert(0, &format!("{long}\n{{\"a\":2}}\n{long}\n"), "");
}

#[test]
fn lines_longer_than_allowed_are_errors() {
    let folder = with_rules();
    let long = format!("{{\"a\":1,\"text\":\"{}\"}}\n", "x".repeat(100));
    let events = format!("{{\"a\":1}}\n\n{long}{{\"a\":2}}\n");
    let err = "eventsieve: <stdin>:3: longer than 50 bytes (see `--max-line`)\n";
    for on_error in ["fail", "skip", "pass"] {
        let args = [&FILTER[..], &["--max-line", "50", "--on-error", on_error]].concat();
        run_in(&folder, &args, &events).assert(2, "{\"a\":1}\n", err);
    }
    let exactly = (long.len() - 1).to_string();
    let args = [&FILTER[..], &["--max-line", exactly.as_str()]].concat();
    run_in(&folder, &args, &events).assert(0, &events.replace("\n\n", "\n"), "");
}

#[test]
fn names_are_taken_as_they_are() {
    let folder = with_rules().file("-x", "{\"a\":1}\n").file("a b", "{\"a\":2}\n");
    run_in(&folder, &[&FILTER[..], &["--", "-x", "a b"]].concat(), "").assert(0, MATCHING, "");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_is_a_name() {
    use std::os::unix::ffi::OsStrExt;

    let name = std::ffi::OsStr::from_bytes(b"\xFF");
    let folder = Folder::new();
    let args = ["filter".as_ref(), "--rules".as_ref(), name];
    run_in(&folder, &args, "").assert(2, "", "eventsieve: \u{fffd}: No such file or directory (os error 2)\n");
}

#[test]
fn events_that_are_not_on_lines_get_a_hint() {
    let hint = "\n  = hint: for events that are pretty-printed or in an array use `--json-stream` or `--at`\n";
    for (input, hinted) in [
        ("{\n  \"a\": 1\n}\n", true),
        ("[{\"a\": 1}]\n", true),
        ("[\n", true),
        ("{\"a\": 1\n", false),
        ("{\"a\": 1}\n[]\n", false),
    ] {
        let run = run_in(&with_rules(), &FILTER, input);
        assert_eq!((run.status, run.err.ends_with(hint)), (2, hinted), "{input:?}: {}", run.err);
    }
    let run = run_in(&with_rules(), &[&FILTER[..], &["--json-stream"]].concat(), "[[]]");
    assert_eq!((run.status, run.err.contains("hint")), (2, false), "{}", run.err);
}
