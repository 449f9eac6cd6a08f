//! `eventsieve explain`

use super::{Folder, command, run, run_in};

const PATTERN: &str = r#"{"source": ["aws.ec2"]}"#;

const NO_MATCH: &str = r#"no match

  ✗ source  "aws.EC2"

source: `"aws.EC2"` is not `"aws.ec2"`: only the letter case differs
  --> pattern, line 1, column 13
  |
1 | {"source": ["aws.ec2"]}
  |             ^^^^^^^^^
  --> event, line 1, column 12
  |
1 | {"source": "aws.EC2"}
  |            ^^^^^^^^^
  = hint: to match it in any letter case, write `{"equals-ignore-case":"aws.ec2"}`
"#;

#[test]
fn says_why() {
    let explain = |event| run(&["explain", "--pattern", PATTERN, "--event", event], "");
    explain(r#"{"source": "aws.ec2"}"#).assert(0, "match\n\n  ✓ source  \"aws.ec2\"\n", "");
    explain(r#"{"source": "aws.EC2"}"#).assert(1, NO_MATCH, "");
    explain(r#"{"source": "#).assert(
        2,
        "",
        "eventsieve: event: not well-formed JSON at byte 11: expected a value\n  --> line 1, column 12\n  |\n\
         1 | {\"source\":\n  |            ^\n",
    );
}

#[test]
fn texts_come_from_files_and_standard_input() {
    let folder = Folder::new().file("pattern.json", PATTERN);
    let event = r#"{"source": "aws.EC2"}"#;
    run_in(&folder, &["explain", "--pattern", "@pattern.json", "--event", "-"], event).assert(1, NO_MATCH, "");
    run_in(&folder, &["explain", "--pattern", "-", "--event", event], PATTERN).assert(1, NO_MATCH, "");
    let both = ["explain", "--pattern", "-", "--event", "-"];
    run_in(&folder, &both, "{}").assert(2, "", "eventsieve: only one of `--pattern` and `--event` can be `-`\n");
    let both = ["explain", "--rules", "-", "--event", "-"];
    run_in(&folder, &both, "{}").assert(2, "", "eventsieve: only one of `--rules` and `--event` can be `-`\n");
    let name = run_in(&folder, &["explain", "--pattern", "pattern.json", "--event", "{}"], "");
    assert_eq!(name.status, 2);
    assert!(name.err.ends_with("\n  = hint: to read a file write `@pattern.json`\n"), "{}", name.err);
}

#[test]
fn rules_are_chosen_by_id() {
    let folder = Folder::new()
        .file("rules.json", "{\n  \"one\": {\"a\": [1]},\n  \"two\": {\n    \"a\": [2]\n  }\n}\n")
        .file("single.json", "{\"only\": {\"a\": [1]}}")
        .file("broken.json", "{\"one\": {\"a\": [1]}, \"two\": {\"a\": 1}}")
        .file(
            "rules.ndjson",
            "{\"id\": 7, \"pattern\": {\"a\": [1]}}\n{\"id\": 7, \"pattern\": \"{\\\"a\\\": [2]}\"}\n",
        );
    let explain =
        |args: &[&str], event: &str| run_in(&folder, &[&["explain", "--event", event][..], args].concat(), "");
    explain(&["--rules", "rules.json", "--id", "one"], "{\"a\": 1}").assert(0, "match\n\n  ✓ a  1\n", "");
    let two = explain(&["--rules", "rules.json", "--id", "two"], "{\"a\": 1}");
    assert_eq!(two.status, 1);
    assert!(two.out.contains("  --> pattern, line 4, column 11\n"), "{}", two.out);
    assert!(two.out.contains("\n4 |     \"a\": [2]\n"), "{}", two.out);
    let single = explain(&["--rules", "single.json"], "{\"a\": 1}");
    assert_eq!((single.status, single.out.as_str()), (0, "match\n\n  ✓ a  1\n"));
    explain(&["--rules", "rules.json"], "{}").assert(
        2,
        "",
        "eventsieve: rules.json: choose a rule by `--id`: `one`, `two`\n",
    );
    explain(&["--rules", "rules.json", "--id", "three"], "{}").assert(
        2,
        "",
        "eventsieve: rules.json: there is no rule `three`; the file has `one`, `two`\n",
    );
    explain(&["--rules", "broken.json", "--id", "one"], "{\"a\": 1}").assert(
        0,
        "match\n\n  ✓ a  1\n",
        "eventsieve: broken.json: 1 other rule can't be read, which `eventsieve lint` tells of\n",
    );
    for id in [&["--id", "two"][..], &[]] {
        let broken = explain(&[&["--rules", "broken.json"][..], id].concat(), "{}");
        assert_eq!((broken.status, broken.out.as_str()), (2, ""));
        assert!(broken.err.starts_with("eventsieve: broken.json:1:34: rule `two`: "), "{}", broken.err);
    }
    let missing = explain(&["--rules", "broken.json", "--id", "three"], "{}");
    assert!(missing.err.ends_with("broken.json: there is no rule `three`; the file has `one`\n"), "{}", missing.err);
    let alternatives = explain(&["--rules", "rules.ndjson", "--id", "7"], "{\"a\": 2}");
    assert_eq!(alternatives.status, 0);
    assert!(alternatives.out.starts_with("pattern 1 of 2:\nno match\n"), "{}", alternatives.out);
    assert!(alternatives.out.ends_with("\npattern 2 of 2:\nmatch\n\n  ✓ a  2\n"), "{}", alternatives.out);
    let json = explain(&["--rules", "rules.ndjson", "--id", "7", "--json"], "{\"a\": 2}");
    let matched: Vec<_> = json
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["matched"].as_bool())
        .collect();
    assert_eq!((json.status, matched), (0, vec![Some(false), Some(true)]));
}

#[test]
fn rules_of_templates() {
    let folder = Folder::new().file(
        "template.yaml",
        "Resources:\n  One:\n    Type: AWS::Events::Rule\n    Properties: {EventPattern: {a: [1]}}\n  Two:\n    \
         Type: AWS::Events::Rule\n    Properties: {EventPattern: {a: [!Ref A]}}\n  Three:\n    \
         Type: AWS::Events::Rule\n    Properties: {EventPattern: !Ref B}\n",
    );
    let explain = |id: &str| {
        run_in(&folder, &["explain", "--rules", "template.yaml", "--id", id, "--event", "{\"a\": \"x\"}"], "")
    };
    let one = explain("One");
    assert_eq!((one.status, one.err.as_str()), (1, ""));
    assert!(one.out.starts_with("no match\n\n  ✗ a  \"x\"\n"), "{}", one.out);
    let two = explain("Two");
    assert_eq!(two.status, 1);
    assert_eq!(two.err, "eventsieve: template.yaml:7:37: `!Ref A` is not known here: the text `${A}` stands in\n");
    explain("Three").assert(
        2,
        "",
        "eventsieve: template.yaml:10:32: `!Ref B` is not known here: the rule is left out\n\
         eventsieve: template.yaml: the pattern of the rule is not known here\n",
    );
}

#[test]
fn json_is_the_librarys() {
    let event = r#"{"source": "aws.EC2"}"#;
    let json = run(&["explain", "--pattern", PATTERN, "--event", event, "--json"], "");
    let expected = PATTERN.parse::<eventsieve::Pattern>().unwrap().explain(event).unwrap().to_json();
    json.assert(1, &format!("{expected}\n"), "");
}

#[test]
fn colours_are_for_terminals_or_on_request() {
    let args = ["explain", "--pattern", PATTERN, "--event", r#"{"source": "aws.EC2"}"#];
    let coloured = run(&[&args[..], &["--color", "always"]].concat(), "");
    assert!(coloured.out.starts_with("\u{1b}[1;31mno match\u{1b}[0m"), "{}", coloured.out);
    run(&[&args[..], &["--color", "never"]].concat(), "").assert(1, NO_MATCH, "");
    let output = command().env("NO_COLOR", "1").args(args).output().unwrap();
    assert_eq!(output.stdout, NO_MATCH.as_bytes());
}

#[test]
fn or_can_be_a_field() {
    let args = ["explain", "--pattern", r#"{"$or": [1]}"#, "--event", r#"{"$or": 1}"#, "--or-as-field"];
    run(&args, "").assert(0, "match\n\n  ✓ $or  1\n", "");
    assert_eq!(run(&args[..5], "").status, 2);
}
