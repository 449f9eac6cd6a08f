//! `eventsieve lint`

use serde_json::Value;

use super::{Folder, run, run_in};

const TEMPLATE: &str = "\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
  Uploads:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        account: [!Ref AWS::AccountId]
        detail:
          # images
          object: {key: [{prefix: img/}, {prefix: img/large/}]}
  Resize:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Upload:
          Type: EventBridgeRule
          Properties:
            Pattern:
              source: [aws.s3]
              account: [123456789012]
";

#[test]
fn a_pattern() {
    let lint = |pattern: &str| run(&["lint", "--pattern", pattern], "");
    lint(r#"{"source": ["aws.ec2"]}"#).assert(0, "1 rule: 0 errors, 0 warnings, 0 notes\n", "");
    lint(r#"{"source": ["aws.ec2", {"prefix": "aws."}]}"#).assert(
        1,
        concat!(
            "<pattern>:1:13: warning[subsumed-test]: the test accepts nothing that another one of the field doesn't\n",
            "  --> line 1, column 13, field `source`\n",
            "  |\n",
            "1 | {\"source\": [\"aws.ec2\", {\"prefix\": \"aws.\"}]}\n",
            "  |             ^^^^^^^^^\n",
            "  = column 24: this test accepts all of it\n",
            "1 rule: 0 errors, 1 warning, 0 notes\n",
        ),
        "",
    );
    assert_eq!(lint("{").status, 2);
    run(&["lint", "--pattern", "-"], "{\"source\": [\"x\"]}").assert(0, "1 rule: 0 errors, 0 warnings, 0 notes\n", "");
}

#[test]
fn what_is_denied_and_where_events_come_from() {
    let status = |args: &[&str], pattern: &str| run(&[&["lint", "--pattern", pattern], args].concat(), "").status;
    let warning = r#"{"source": ["x", "x"]}"#;
    assert_eq!(status(&[], warning), 1);
    assert_eq!(status(&["--deny", "errors"], warning), 0);
    assert_eq!(status(&["--deny", "notes"], warning), 1);
    let error = r#"{"total": [1]}"#;
    assert_eq!(status(&["--deny", "errors"], error), 1);
    assert_eq!(status(&["--target", "any"], error), 0);
    assert_eq!(status(&["--target", "any"], r#"{"$or": [1]}"#), 2);
    assert_eq!(status(&["--target", "any", "--or-as-field"], r#"{"$or": [1]}"#), 0);
}

#[test]
fn rules_of_several_files() {
    let folder = Folder::new()
        .file("wide.json", "{\n  \"aws\": {\"source\": [{\"prefix\": \"aws.\"}]},\n  \"é\": {\"source\": [\"a\"]}\n}\n")
        .file("narrow.ndjson", "\n{\"id\": 7, \"pattern\": {\"source\": [\"aws.s3\"]}}\n")
        .file("one.json", "{\n  \"source\": [\"aws.sqs\"],\n  \"detail\": {\"size\": [9007199254740993]}\n}\n");
    run_in(&folder, &["lint", "wide.json", "narrow.ndjson", "one.json"], "").assert(
        1,
        concat!(
            "narrow.ndjson:2:22: rule `7`: note[covered-rule]: another rule matches all that this one does\n",
            "  --> line 2, column 22\n",
            "  |\n",
            "2 | {\"id\": 7, \"pattern\": {\"source\": [\"aws.s3\"]}}\n",
            "  |                      ^^^^^^^^^^^^^^^^^^^^^^\n",
            "  = covered by wide.json:2:10: rule `aws`\n",
            "one.json:1:1: note[covered-rule]: another rule matches all that this one does\n",
            "  --> line 1, column 1\n",
            "  |\n",
            "1 | {\n",
            "  | ^\n",
            "  = covered by wide.json:2:10: rule `aws`\n",
            "one.json:3:23: warning[not-comparable]: `9007199254740993` is not comparable: it equals only numbers that are \
             spelt just like it\n",
            "  --> line 3, column 23, field `detail.size`\n",
            "  |\n",
            "3 |   \"detail\": {\"size\": [9007199254740993]}\n",
            "  |                       ^^^^^^^^^^^^^^^^\n",
            "  = hint: it has more digits than a double can tell apart, or is out of range; ids are better sent as strings\n",
            "4 rules: 0 errors, 1 warning, 2 notes\n",
        ),
        "",
    );
    run_in(&folder, &["lint", "wide.json", "narrow.ndjson", "--deny", "warnings"], "").assert(
        0,
        &run_in(&folder, &["lint", "wide.json", "narrow.ndjson"], "").out,
        "",
    );
}

#[test]
fn a_template() {
    let folder = Folder::new().file("template.yaml", TEMPLATE);
    run_in(&folder, &["lint", "template.yaml"], "").assert(
        1,
        concat!(
            "template.yaml:9:19: `!Ref AWS::AccountId` is not known here: the text `${AWS::AccountId}` stands in\n",
            "template.yaml:12:42: rule `Uploads`: warning[subsumed-test]: the test accepts nothing that another one of the \
             field doesn't\n",
            "   --> line 12, column 42, field `detail.object.key`\n",
            "   |\n",
            "12 |           object: {key: [{prefix: img/}, {prefix: img/large/}]}\n",
            "   |                                          ^^^^^^^^^^^^^^^^^^^^\n",
            "   = column 26: this test accepts all of it\n",
            "template.yaml:22:15: rule `Resize.Upload`: error[eventbridge-field]: `account` is a string of 12 digits, and \
             no such string passes\n",
            "   --> line 22, column 15, field `account`\n",
            "   |\n",
            "22 |               account: [123456789012]\n",
            "   |               ^^^^^^^\n",
            "   = hint: write it as a string, with its leading zeros\n",
            "2 rules: 1 error, 1 warning, 0 notes\n",
        ),
        "",
    );
}

#[test]
fn findings_as_json() {
    let folder = Folder::new().file("template.yaml", TEMPLATE);
    let run = run_in(&folder, &["lint", "--format", "json", "template.yaml"], "");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["rules"], 2);
    let finding = &json["findings"][1];
    assert_eq!((&finding["file"], &finding["rule"]), (&Value::from("template.yaml"), &Value::from("Resize.Upload")));
    assert_eq!((&finding["line"], &finding["column"]), (&Value::from(22), &Value::from(15)));
    assert_eq!((&finding["code"], &finding["severity"]), (&Value::from("eventbridge-field"), &Value::from("error")));
    assert_eq!(json["placeholders"][0]["expression"], "!Ref AWS::AccountId");
    let message = "`!Ref AWS::AccountId` is not known here: the text `${AWS::AccountId}` stands in";
    assert_eq!(json["placeholders"][0]["message"], message);
}

#[test]
fn findings_as_sarif() {
    let folder = Folder::new().file("my rules.json", "{\"a\": {\"id\": [\"x\"]},\n\"b\": {\"id\": [\"x\"]}}");
    let run = run_in(&folder, &["lint", "--format", "sarif", "my rules.json"], "");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["version"], "2.1.0");
    let scan = &json["runs"][0];
    assert_eq!(scan["tool"]["driver"]["name"], "eventsieve");
    let rules = scan["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), eventsieve::LintCode::ALL.len() + 1);
    let result = &scan["results"][0];
    assert_eq!(scan["results"].as_array().unwrap().len(), 1);
    assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
    assert_eq!((&result["ruleId"], &result["level"]), (&Value::from("covered-rule"), &Value::from("note")));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20rules.json");
    assert_eq!(place["region"], serde_json::json!({"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 19}));
    assert_eq!(result["locations"][0]["logicalLocations"][0]["name"], "b");
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 1);
}

#[test]
fn what_cannot_be_read_is_an_error_whatever_else_is_found() {
    let folder = Folder::new()
        .file("bad.yaml", "a: [1\n")
        .file("rule.yaml", "Resources: {R: {Type: 'AWS::Events::Rule', Properties: {EventPattern: {source: aws}}}}")
        .file("good.json", "{\"source\": [\"x\"]}");
    let run = run_in(&folder, &["lint", "bad.yaml", "nowhere", "rule.yaml", "good.json"], "");
    assert_eq!((run.status, run.out.as_str()), (2, "1 rule: 0 errors, 0 warnings, 0 notes; 2 more can't be read\n"));
    let lines: Vec<_> = run.err.lines().filter(|line| line.starts_with("eventsieve: ")).collect();
    assert!(lines[0].starts_with("eventsieve: bad.yaml:2:1: not YAML: "), "{}", run.err);
    assert_eq!(lines[1], "eventsieve: nowhere: No such file or directory (os error 2)");
    assert_eq!(
        lines[2],
        "eventsieve: rule.yaml:1:80: rule `R`: a field's value must be an array of tests, found a string"
    );
    let json = |format: &str| -> Value {
        let run = run_in(&folder, &["lint", "--format", format, "nowhere", "rule.yaml", "good.json"], "");
        assert_eq!(run.status, 2);
        serde_json::from_str(&run.out).unwrap()
    };
    let problem = "nowhere: No such file or directory (os error 2)";
    let expected = serde_json::json!([{"message": problem}, {
        "file": "rule.yaml",
        "rule": "R",
        "line": 1,
        "column": 80,
        "message": "a field's value must be an array of tests, found a string",
        "hint": "write `[\"aws\"]`",
    }]);
    assert_eq!(json("json")["problems"], expected);
    let sarif = json("sarif");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let unreadable = &sarif["runs"][0]["results"][0];
    assert_eq!((&unreadable["ruleId"], &unreadable["level"]), (&Value::from("unreadable"), &Value::from("error")));
    let text = "rule `R`: a field's value must be an array of tests, found a string (write `[\"aws\"]`)";
    assert_eq!(unreadable["message"]["text"], text);
    let place = &unreadable["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startColumn"]), (&"rule.yaml".into(), &80.into()));
    assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], problem);
}

#[test]
fn a_rule_that_nothing_can_stand_in_for_is_left_out() {
    let folder = Folder::new().file(
        "main.tf",
        "resource \"aws_cloudwatch_event_rule\" \"a\" {\n  event_pattern = <<EOF\n{\"account\": ${jsonencode(var.all)}}\nEOF\n}\n\
         resource \"aws_cloudwatch_event_rule\" \"b\" {\n  event_pattern = \"{\\\"source\\\": [\\\"x\\\"]}\"\n}\n",
    );
    run_in(&folder, &["lint", "main.tf"], "").assert(
        0,
        concat!(
            "main.tf:3:13: `${jsonencode(var.all)}` is not known here: the rule is left out\n",
            "1 rule: 0 errors, 0 warnings, 0 notes\n",
        ),
        "",
    );
}

#[test]
fn files_without_rules_are_told() {
    let folder = Folder::new().file("empty.yaml", "").file("list.yml", "- source: [x]").file("empty.json", "{}");
    run_in(&folder, &["lint", "empty.yaml", "list.yml", "empty.json"], "").assert(
        2,
        "0 rules: 0 errors, 0 warnings, 0 notes\n",
        "eventsieve: empty.yaml: no rules: it was read as a template\n\
         eventsieve: list.yml: no rules: it was read as a template\neventsieve: empty.json: no rules\n\
         eventsieve: there are no rules to lint\n",
    );
    let folder = folder.file("rules.json", r#"{"x": {"source": ["x"]}, "y": {"source": ["y"]}}"#);
    run_in(&folder, &["lint", "empty.yaml", "rules.json"], "").assert(
        0,
        "2 rules: 0 errors, 0 warnings, 0 notes\n",
        "eventsieve: empty.yaml: no rules: it was read as a template\n",
    );
}

#[test]
fn the_shipped_rules_are_clean() {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rules.json");
    // Some are for CloudTrail's files, whose events have other fields than those on EventBridge.
    let run = run(&["lint", "--target", "any", rules], "");
    assert_eq!(run.status, 0, "{}", run.out);
}
