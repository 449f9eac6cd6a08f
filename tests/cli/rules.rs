//! Rules files.

use super::{Folder, gzip, run_in, zstd};

const EVENT: &str = "{\"a\": 1, \"detail\": {\"a\": 1}}\n";

/// The ids that match the event.
fn ids(rules: impl AsRef<[u8]>, format: &[&str]) -> String {
    let folder = Folder::new().file("rules", rules);
    let run = run_in(&folder, &[&["filter", "--rules", "rules", "--ids"], format].concat(), EVENT);
    // What is worth a note here is a matter of other tests.
    assert!(run.status < 2, "{}", run.err);
    run.out.split('\t').next().unwrap().to_owned()
}

/// What `filter` tells of a file of rules.
fn told_of(rules: &str) -> String {
    run_in(&Folder::new().file("rules", rules), &["filter", "--rules", "rules"], EVENT).err
}

#[test]
fn an_object_of_rules() {
    assert_eq!(ids(r#"{"x": {"a": [1]}, "y": {"b": [1]}, "z": {"detail": {"a": [1]}}}"#, &[]), "x,z");
    assert_eq!(ids("{\n  \"x\": {\"a\": [1]},\n  \"y\": \"{\\\"a\\\": [1]}\"\n}\n", &[]), "x,y");
    assert_eq!(ids("\u{feff}{\"x\": {\"a\": [1]}}", &[]), "x");
    assert_eq!(ids("{}", &[]), "");
    assert_eq!(ids("", &["--rules-format", "object"]), "");
    assert_eq!(ids(r#"{"detail": {"a": [1]}}"#, &["--rules-format", "object"]), "detail");
    // A single pattern: nobody calls the only rule so.
    assert_eq!(ids("\n{\"detail\": {\"a\": [1]}}", &[]), "2");
    assert_eq!(ids(r#"{"id": {"a": [1]}, "pattern": {"a": [1]}}"#, &[]), "id,pattern");
}

#[test]
fn a_rule_on_each_line_with_its_id() {
    let rules = concat!(
        "\n{\"id\": \"x\", \"pattern\": {\"a\": [1]}}\r\n",
        "{\"note\": [], \"pattern\": \"{\\\"a\\\": [1]}\", \"id\": 5}\n",
    );
    assert_eq!(ids(rules, &[]), "x,5");
    assert_eq!(ids(rules, &["--rules-format", "ndjson"]), "x,5");
    assert_eq!(ids("", &["--rules-format", "ndjson"]), "");
    let large = concat!(
        "{\"id\": 18446744073709551616, \"pattern\": {\"a\": [1]}}\n",
        "{\"id\": 18446744073709551617 , \"pattern\": {\"a\": [1]}}\n",
    );
    assert_eq!(ids(large, &[]), "18446744073709551616,18446744073709551617");
}

#[test]
fn a_pattern_on_each_line() {
    let rules = "{\"a\": [1]}\n\n{\"b\": [1]}\r\n{\"detail\": {\"a\": [1]}}";
    assert_eq!(ids(rules, &[]), "1,4");
    assert_eq!(ids("{\"detail\": {\"a\": [1]}}\n{\"a\": [1]}\n", &[]), "1,2");
    assert_eq!(ids("{\"id\": [1]}\n{\"a\": [1]}\n", &[]), "2");
    assert_eq!(ids(r#"{"detail": {"a": [1]}}"#, &["--rules-format", "lines"]), "1");
    assert_eq!(ids("", &[]), "");
}

#[test]
fn one_pattern_over_several_lines() {
    let rules = "\n{\n  \"a\": [1],\n  \"detail\": {\"a\": [1]}\n}\n";
    assert_eq!(ids(rules, &[]), "2");
    assert_eq!(ids(rules, &["--rules-format", "pattern"]), "2");
    assert_eq!(ids("{\n  \"detail\": {\"a\": [1]}\n}", &["--rules-format", "pattern"]), "1");
    assert_eq!(ids("", &["--rules-format", "pattern"]), "");
    assert_refused(
        "{\n  \"a\": [1],\n  \"b\": 5\n}",
        &[],
        "eventsieve: rules:3:8: rule `1`: a field's value must be an array of tests, found a number\n  \
         --> line 3, column 8, field `b`\n  |\n3 |   \"b\": 5\n  |        ^\n  = hint: write `[5]`\n",
    );
}

#[test]
fn a_pattern_without_its_brackets_is_no_object_of_rules() {
    let err = told_of("{\n  \"source\": \"aws.ec2\",\n  \"detail\": {\"state\": [\"stopped\"]}\n}");
    assert!(err.starts_with("eventsieve: rules:2:13: rule `1`: a field's value must be an array of tests"), "{err}");
    assert!(err.ends_with("= hint: write `[\"aws.ec2\"]`\n"), "{err}");
    let err = told_of("{\"x\": {\"a\": [1]}, \"y\": 5}");
    assert!(err.starts_with("eventsieve: rules:1:24: rule `y`: a rule must be an object, found a number"), "{err}");
    let err = told_of("// rules\n{\"x\": {\"a\": [1]}}");
    assert_eq!(err, "eventsieve: rules:1:1: expected an object\n");
}

#[test]
fn names_of_files_do_nothing_to_a_terminal() {
    if cfg!(windows) {
        return;
    }
    let folder = Folder::new().file("\u{1b}[31m.json", "{\"a\": {\"source\": [1]}}");
    run_in(&folder, &["filter", "--rules", "\u{1b}[31m"], "").assert(
        2,
        "",
        "eventsieve: ␛[31m: No such file or directory (os error 2)\n",
    );
    let lint = run_in(&folder, &["lint", "\u{1b}[31m.json"], "");
    assert!(lint.out.starts_with("␛[31m.json:1:8: rule `a`: error"), "{}", lint.out);
    let sarif = run_in(&folder, &["lint", "\u{1b}[31m.json", "--format", "sarif"], "");
    assert!(sarif.out.contains("\"uri\": \"%1B%5B31m.json\""), "{}", sarif.out);
}

#[test]
fn ids_do_nothing_to_a_terminal() {
    let rules = "{\"a\u{9b}\u{202e}\": {\"a\": [1]}, \"b\": {\"a\": [1]}}";
    assert_eq!(ids(rules, &[]), r#""a\u009b\u202e",b"#);
    let folder = Folder::new().file("rules", rules);
    let explain = |id: &str| run_in(&folder, &["explain", "--rules", "rules", "--id", id, "--event", "{\"a\": 1}"], "");
    assert_eq!(explain("a\u{9b}\u{202e}").status, 0);
    assert_eq!(explain(r#""a\u009b\u202e""#).status, 0);
    explain("\u{1b}[31m").assert(
        2,
        "",
        "eventsieve: rules: there is no rule `\"\\u001b[31m\"`; the file has `\"a\\u009b\\u202e\"`, `b`\n",
    );
}

#[test]
fn the_rules_of_a_template() {
    let template = "\
Resources:
  Mine:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {a: [1], account: [!Ref AWS::AccountId, {exists: false}]}}
  Other:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {a: [2]}}
";
    let filter = |name: &str, args: &[&str], template: &str| {
        let folder = Folder::new().file(name, template);
        run_in(&folder, &[&["filter", "--ids", "--rules", name], args].concat(), EVENT)
    };
    let run = filter("template.yaml", &[], template);
    run.assert(
        0,
        &format!("Mine\t{EVENT}"),
        "eventsieve: template.yaml:4:51: `!Ref AWS::AccountId` is not known here: the text `${AWS::AccountId}` stands in\n",
    );
    assert_eq!(filter("rules", &["--rules-format", "template"], template).out, run.out);
    let run = filter("template.yaml", &[], &template.replace("a: [2]", "a: {prefix: x}"));
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("eventsieve: template.yaml:7:45: rule `Other`: a field's value"), "{}", run.err);
    assert!(run.err.contains("\n7 |     Properties: {EventPattern: {a: {prefix: x}}}\n"), "{}", run.err);
    let run = filter("template.yaml", &[], "Resources: {");
    assert_eq!(
        (run.status, run.err.starts_with("eventsieve: template.yaml:2:1: not YAML: ")),
        (2, true),
        "{}",
        run.err
    );
}

#[test]
fn rules_may_be_compressed_or_come_from_standard_input() {
    assert_eq!(ids(gzip("{\"a\": [1]}\n"), &[]), "1");
    assert_eq!(ids(zstd("{\"a\": [1]}\n"), &[]), "1");
    let folder = Folder::new().file("event", EVENT);
    run_in(&folder, &["filter", "--rules", "-", "event"], "{\"a\": [1]}").assert(0, EVENT, "");
    run_in(&folder, &["filter", "--rules", "-"], "{\"a\": [1]}").assert(
        2,
        "",
        "eventsieve: `--rules -` leaves no standard input for events\n",
    );
}

#[test]
fn patterns_of_one_id_are_alternatives() {
    assert_eq!(ids(r#"{"x": {"a": [7]}, "y": {"a": [1]}, "x": {"a": [1]}}"#, &[]), "x,y");
    let rules = "{\"id\": 1, \"pattern\": {\"a\": [1]}}\n{\"id\": 1, \"pattern\": {\"detail\": {\"a\": [1]}}}\n";
    assert_eq!(ids(rules, &[]), "1");
}

#[test]
fn patterns_are_read_in_their_own_spelling() {
    // The same path twice, of which the later counts, and a number that a double would change.
    assert_eq!(ids(r#"{"x": {"a": [2], "a": [1]}, "y": {"a": [1], "a": [2]}}"#, &[]), "x");
    let folder = Folder::new().file("rules", r#"{"x": {"a": [9007199254740993]}}"#);
    let events = "{\"a\": 9007199254740993}\n{\"a\": 9007199254740992}\n";
    let args = ["filter", "--rules", "rules", "--rules-format", "object"];
    run_in(&folder, &args, events).assert(0, "{\"a\": 9007199254740993}\n", "");
}

#[track_caller]
fn assert_refused(rules: impl AsRef<[u8]>, format: &[&str], err: &str) {
    let folder = Folder::new().file("rules", rules);
    run_in(&folder, &[&["filter", "--rules", "rules"], format].concat(), EVENT).assert(2, "", err);
}

#[test]
fn every_bad_rule_is_told() {
    let excerpt =
        |line: u32| format!("  --> line {line}, column 7, field `a`\n  |\n{line} | {{\"a\":[}}\n  |       ^\n");
    let (excerpt_1, excerpt_3) = (excerpt(1), excerpt(3));
    assert_refused(
        "{\"a\":[}\n{\"a\":[1]}\n{\"a\":[}\n",
        &[],
        &format!(
            "eventsieve: rules:1:7: rule `1`: expected a test, found `}}`\n{excerpt_1}\
             eventsieve: rules:3:7: rule `3`: expected a test, found `}}`\n{excerpt_3}"
        ),
    );
    assert_refused(
        "{\"id\": \"x\", \"pattern\": {\"a\": [1]}}\n{\"id\": \"y\", \"pattern\": \"{\\\"a\\\":[}\"}\n",
        &[],
        &format!("eventsieve: rules:2:24: rule `y`: in the pattern's text: expected a test, found `}}`\n{excerpt_1}"),
    );
    assert_refused(
        "{\"x\": {\"a\": [1]},\n\n \"y\": \"{\\\"a\\\":[}\"\n}",
        &[],
        &format!("eventsieve: rules:3:7: rule `y`: in the pattern's text: expected a test, found `}}`\n{excerpt_1}"),
    );
}

#[test]
fn a_bad_rule_is_told_by_its_place_in_the_file() {
    let err = told_of("{\"x\": {\"a\": [1]},\n \"é\": {\n  \"b\": 5}\n}");
    assert!(err.starts_with("eventsieve: rules:3:8: rule `é`: a field's value"), "{err}");
    assert!(err.contains("\n  --> line 3, column 8, field `b`\n"), "{err}");
    let err = told_of("{\"x\": {\"a\": [1]},\n \"é\": {\"b\": 5}\n}");
    assert!(err.starts_with("eventsieve: rules:2:13: rule `é`: "), "{err}");
    let err = told_of("\n{\"id\": 1, \"pattern\": {\"b\": 5}}\n");
    assert!(err.starts_with("eventsieve: rules:2:28: rule `1`: "), "{err}");
    let err = told_of(&format!("\n{{\"id\": 1, \"pattern\": {{\"b\": [{}5]}}}}\n", "5,".repeat(1 << 20)));
    assert!(err.starts_with("eventsieve: rules:2:22: rule `1`: the rule is too long: "), "{err}");
}

#[test]
fn what_may_surprise_is_noted() {
    let err = |rules: &str, format: &[&str], status: i32| {
        let folder = Folder::new().file("rules", rules);
        let run = run_in(&folder, &[&["filter", "--rules", "rules", "--count"], format].concat(), EVENT);
        assert_eq!(run.status, status, "{}", run.err);
        run.err
    };
    assert_eq!(err("", &[], 1), "eventsieve: rules: no rules\n");
    assert_eq!(err("{}", &[], 1), "eventsieve: rules: no rules\n");
    assert_eq!(err("{\"x\": {\"a\": [1]}, \"y\": {\"a\": [1]}}", &[], 0), "");
    let rule = "{\"id\": 1, \"pattern\": {\"a\": [1]}, \"enabled\": false}\n";
    assert_eq!(err(&rule.repeat(3), &[], 0), "eventsieve: rules:1: key `enabled` is ignored\n");
}

#[test]
fn more_bad_rules_than_anyone_reads_are_counted() {
    let folder = Folder::new().file("rules", "{\"a\": [1]}\n".to_owned() + &"{}\n".repeat(1000));
    let run = run_in(&folder, &["filter", "--rules", "rules"], EVENT);
    assert_eq!(run.status, 2);
    assert_eq!(run.err.matches("eventsieve: rules:").count(), 21);
    assert!(run.err.ends_with("eventsieve: rules: 980 more bad rules\n"), "{}", run.err);
}

#[test]
fn files_that_hold_no_rules_are_refused() {
    assert_refused("{\"x\": {\"a\": [1]},\n\"y\": {\"a\": [1]}\n", &[], "eventsieve: rules:3:1: expected `,` or `}`\n");
    assert_refused("{\"x\": {\"a\": [1]},}", &[], "eventsieve: rules:1:18: expected a key\n");
    assert_refused(
        "{\"x\": {\"a\": [1]}} x",
        &["--rules-format", "object"],
        "eventsieve: rules:1:19: expected nothing more\n",
    );
    assert_refused("[1, 2]", &["--rules-format", "object"], "eventsieve: rules:1:1: expected an object\n");
    let ndjson = ["--rules-format", "ndjson"];
    assert_refused("{\"id\": 1}", &ndjson, "eventsieve: rules:1:1: a rule needs a `pattern`\n");
    assert_refused("{\"pattern\": {}}", &ndjson, "eventsieve: rules:1:1: a rule needs an `id`\n");
    assert_refused("\n{\"id\": 1, \"id\": 1}", &ndjson, "eventsieve: rules:2:1: `id` is given twice\n");
    assert_refused("{\"id\": 1, \"patern\": {}}\n", &[], "eventsieve: rules:1:1: a rule needs a `pattern`\n");
    let no_id = "{\"id\": null, \"pattern\": {\"a\": [1]}}\n";
    assert_refused(no_id, &[], "eventsieve: rules:1:1: an `id` is text or a number\n");
    assert_refused("{\"id\": 1, \"pattern\": ", &ndjson, "eventsieve: rules:1:1: expected a value at byte 21\n");
    for rules in ["\u{0}\u{1}", "[", "{", "\"", "{\"", "nonsense\n{", "\u{feff}", "[[[[", "}", "{\"a\"", "{\"a\\", "1"]
    {
        let folder = Folder::new().file("rules", rules);
        for format in ["object", "ndjson", "lines", "pattern"] {
            let run = run_in(&folder, &["filter", "--rules", "rules", "--rules-format", format], EVENT);
            assert_eq!(run.status, if rules == "\u{feff}" { 1 } else { 2 }, "{rules:?} as {format}: {}", run.err);
        }
    }
}

#[test]
fn a_rules_file_that_cannot_be_read_is_an_error() {
    let folder = Folder::new().file("rules.gz", "{\"a\": [1]}\n");
    run_in(&folder, &["filter", "--rules", "nowhere"], EVENT).assert(
        2,
        "",
        "eventsieve: nowhere: No such file or directory (os error 2)\n",
    );
    run_in(&folder, &["filter", "--rules", "rules.gz"], EVENT).assert(
        2,
        "",
        "eventsieve: rules.gz: invalid gzip header\n",
    );
}
