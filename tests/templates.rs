//! Rules in templates.
#![cfg(feature = "templates")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use eventsieve::templates::{self, TemplateRule, is_template};

fn rules(text: &str, file_name: &str) -> Vec<TemplateRule> {
    templates::rules(text, file_name).unwrap_or_else(|error| panic!("{file_name}: {error}"))
}

/// Names and patterns.
fn found(text: &str, file_name: &str) -> Vec<(String, String)> {
    rules(text, file_name).into_iter().map(|rule| (rule.name, rule.pattern.unwrap_or_else(|| "?".to_owned()))).collect()
}

/// What the template has where the pattern has this.
fn place<'t>(template: &'t str, rule: &TemplateRule, part: &str) -> &'t str {
    let start = rule.pattern.as_ref().unwrap().find(part).unwrap();
    &template[rule.place(start..start + part.len())]
}

fn one(name: &str, pattern: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), pattern.to_owned())]
}

#[test]
fn cloudformation_in_yaml() {
    let template = "
# é: offsets count bytes, YAML's count characters
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: ['aws.ec2', \"aws.\\x73\\x33\"]
        detail: &detail
          size: [0x10, +1.50, .5, 007, 1e3]
          state: [on, ~, true, {exists: false}]
  Other:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [x], detail: {<<: *detail, state: [off]}}}
";
    let rules = rules(template, "t.yaml");
    assert_eq!(
        rules[0].pattern.as_deref(),
        Some(
            r#"{"source":["aws.ec2","aws.s3"],"detail":{"size":[16,1.50,0.5,7,1e3],"state":["on",null,true,{"exists":false}]}}"#
        )
    );
    assert_eq!(place(template, &rules[0], r#""aws.ec2""#), "'aws.ec2'");
    assert_eq!(place(template, &rules[0], r#""aws.s3""#), r#""aws.\x73\x33""#);
    assert_eq!(place(template, &rules[0], r#""state""#), "state");
    assert_eq!(place(template, &rules[0], "0.5"), ".5");
    assert!(rules[0].placeholders.is_empty());
    // Its own members come first.
    let other = r#"{"source":["x"],"detail":{"state":["off"],"size":[16,1.50,0.5,7,1e3]}}"#;
    assert_eq!(rules[1].pattern.as_deref(), Some(other));
}

#[test]
fn functions_are_placeholders() {
    let template = "
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        account: [!Ref AWS::AccountId, {Ref: Other}]
        resources: [!Sub 'arn:aws:s3:::${Bucket}', !GetAtt Bucket.Arn, {Fn::Sub: plain}]
        detail:
          a: !If [IsProd, [x], [y]]
          b: [{prefix: !Join ['', [a, b]]}, !ImportValue Shared]
  All:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: !Ref Pattern
";
    let rules = rules(template, "t.yml");
    assert_eq!(
        rules[0].pattern.as_deref(),
        Some(concat!(
            r#"{"account":["${AWS::AccountId}","${Other}"],"#,
            r#""resources":["arn:aws:s3:::${Bucket}","${Bucket.Arn}","plain"],"#,
            r#""detail":{"a":["${If IsProd [x] [y]}"],"b":[{"prefix":"${Join '' [a b]}"},"${Shared}"]}}"#,
        ))
    );
    let expressions: Vec<_> = rules[0].placeholders.iter().map(|one| one.expression.as_str()).collect();
    assert_eq!(
        expressions,
        [
            "!Ref AWS::AccountId",
            "{Ref: Other}",
            "!Sub 'arn:aws:s3:::${Bucket}'",
            "!GetAtt Bucket.Arn",
            "!If [IsProd, [x], [y]]",
            "!Join ['', [a, b]]",
            "!ImportValue Shared",
        ]
    );
    assert_eq!((rules[1].pattern.as_deref(), rules[1].placeholders.len()), (None, 1));
}

#[test]
fn cloudformation_in_json() {
    let template = r#"{
  "Resources": {
    "Rule": {
      "Type": "AWS::Events::Rule",
      "Properties": {"EventPattern": {"source": ["aws.ec2"], "account": [{"Ref": "AWS::AccountId"}]}}
    },
    "Text": {
      "Type": "AWS::Events::Rule",
      "Properties": {"EventPattern": "{\"source\": [\"aws.s3\"]}"}
    }
  }
}"#;
    assert_eq!(
        found(template, "template.json"),
        [
            ("Rule".to_owned(), r#"{"source":["aws.ec2"],"account":["${AWS::AccountId}"]}"#.to_owned()),
            ("Text".to_owned(), r#"{"source": ["aws.s3"]}"#.to_owned()),
        ]
    );
    let text = &rules(template, "template.json")[1];
    assert_eq!(place(template, text, "source"), r#""{\"source\": [\"aws.s3\"]}""#);
    assert!(is_template("template.json", template.as_bytes()) && !is_template("rules.json", br#"{"Resources": 1"#));
    assert!(
        is_template("a.tf", b"") && is_template("a.yml", b"") && !is_template("a.json", b"{\"a\": [\"Resources\"]}")
    );
    assert!(is_template("a.json", b"{\"Resources\": {}}"));
    // A rule of that name.
    for rule in [r#"{"detail": {"Type": ["x"]}}"#, r#"{"detail": {"Type": "x"}}"#, "{}"] {
        assert!(!is_template("a.json", format!(r#"{{"Resources": {rule}, "b": {{"a": [1]}}}}"#).as_bytes()), "{rule}");
    }
    assert!(!is_template("a.json", br#"{"AWSTemplateFormatVersion": {"a": [1]}}"#));
}

#[test]
fn sam_and_serverless() {
    let sam = "
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {Type: EventBridgeRule, Properties: {Pattern: {source: [a]}}}
        B: {Type: CloudWatchEvent, Properties: {Pattern: {source: [b]}}}
        C: {Type: Api, Properties: {Path: /}}
";
    let pair = |name: &str, pattern: &str| (name.to_owned(), pattern.to_owned());
    assert_eq!(
        found(sam, "t.yaml"),
        [pair("Function.A", r#"{"source":["a"]}"#), pair("Function.B", r#"{"source":["b"]}"#)]
    );
    let serverless = "
functions:
  resize:
    events:
      - http: GET /
      - eventBridge:
          pattern:
            source: [aws.s3]
            region: ['${aws:region}']
      - eventBridge: {schedule: rate(1 hour)}
resources:
  Resources:
    Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [x]}}}
";
    assert_eq!(
        found(serverless, "serverless.yml"),
        [
            pair("resize.events[1]", r#"{"source":["aws.s3"],"region":["${aws:region}"]}"#),
            pair("Rule", r#"{"source":["x"]}"#),
        ]
    );
    assert_eq!(rules(serverless, "serverless.yml")[0].placeholders[0].expression, "'${aws:region}'");
}

#[test]
fn terraform() {
    let configuration = r#"
variable "account" {}

resource "aws_cloudwatch_event_rule" "encoded" {
  event_pattern = jsonencode({
    source      = ["aws.ec2"]
    "detail-type" = ["x"]
    account     = [var.account, "${var.account}-x"]
    detail      = { size = [{ numeric = [">", -1.50] }], ok = [true, null], all = local.tests }
  })
}

resource "aws_cloudwatch_event_rule" "heredoc" {
  event_pattern = <<-EOF
    {"source": ["aws.s3"],
      "account": ["${var.account}"]}
  EOF
}

resource "aws_cloudwatch_event_rule" "text" {
  event_pattern = "{\"source\": [\"x\"]}"
}

resource "aws_cloudwatch_event_rule" "variable" {
  event_pattern = var.pattern
}

resource "aws_cloudwatch_event_rule" "schedule" {
  schedule_expression = "rate(1 hour)"
}
"#;
    let rules = rules(configuration, "main.tf");
    let names: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["encoded", "heredoc", "text", "variable"]);
    assert_eq!(
        rules[0].pattern.as_deref(),
        Some(concat!(
            r#"{"source":["aws.ec2"],"detail-type":["x"],"account":["${var.account}","${var.account}-x"],"#,
            r#""detail":{"size":[{"numeric":[">",-1.50]}],"ok":[true,null],"all":["${local.tests}"]}}"#,
        ))
    );
    assert_eq!(place(configuration, &rules[0], r#""aws.ec2""#), r#""aws.ec2""#);
    assert_eq!(place(configuration, &rules[0], r#""source""#).trim(), "source");
    let expressions: Vec<_> = rules[0].placeholders.iter().map(|one| one.expression.as_str()).collect();
    assert_eq!(expressions, ["var.account", r#""${var.account}-x""#, "local.tests"]);
    let heredoc = rules[1].pattern.as_deref().unwrap();
    assert_eq!(heredoc.trim(), "{\"source\": [\"aws.s3\"],\n  \"account\": [\"${var.account}\"]}");
    assert!(heredoc.parse::<eventsieve::Pattern>().is_ok());
    assert_eq!(rules[2].pattern.as_deref(), Some(r#"{"source": ["x"]}"#));
    assert_eq!((rules[3].pattern.as_deref(), rules[3].placeholders[0].expression.as_str()), (None, "var.pattern"));

    let json = r#"{"resource": {"aws_cloudwatch_event_rule": {
        "text": {"event_pattern": "{\"source\": [\"x\"]}"},
        "encoded": [{"event_pattern": "${jsonencode({source = [\"y\"]})}"}]
    }}}"#;
    assert_eq!(
        found(json, "main.tf.json"),
        [one("text", r#"{"source": ["x"]}"#), one("encoded", r#"{"source":["y"]}"#)].concat()
    );
}

#[test]
fn an_expression_where_no_text_can_be_stands_for_the_test() {
    let cloudformation = r#"
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        detail:
          size: [{numeric: ['>', !Ref Least, '<=', 100]}, {numeric: ['=', {Ref: Exact}]}, 5]
          from: [{cidr: !Sub '${Net}/24'}]
          user: [{exists: !If [Known, true, false]}]
  Text:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: !Sub |
        {"account": ["${AWS::AccountId}"]}
"#;
    let rules = rules(cloudformation, "template.yaml");
    let text = rules[0].pattern.as_deref().unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"detail":{"size":["numeric > ${Least} <= 100","numeric = ${Exact}",5],"#,
            r#""from":["cidr ${Net}/24"],"user":["exists ${If Known true false}"]}}"#,
        )
    );
    assert_eq!(text.parse::<eventsieve::Pattern>().unwrap().lint(), []);
    let messages: Vec<_> = rules[0].placeholders.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "`{numeric: ['>', !Ref Least, '<=', 100]}` is not known here: the text `numeric > ${Least} <= 100` stands in",
            "`{numeric: ['=', {Ref: Exact}]}` is not known here: the text `numeric = ${Exact}` stands in",
            "`{cidr: !Sub '${Net}/24'}` is not known here: the text `cidr ${Net}/24` stands in",
            "`{exists: !If [Known, true, false]}` is not known here: the text `exists ${If Known true false}` stands in",
        ]
    );
    assert_eq!(
        place(cloudformation, &rules[0], r#""exists ${If Known true false}""#),
        "{exists: !If [Known, true, false]}"
    );
    assert_eq!(rules[1].pattern.as_deref().map(str::trim), Some(r#"{"account": ["${AWS::AccountId}"]}"#));
    assert!(rules[1].placeholders[0].to_string().ends_with("is not known here: it stands for itself"));

    let terraform = r#"resource "aws_cloudwatch_event_rule" "rule" {
  event_pattern = jsonencode({ size = [{ numeric = [">", var.least] }], from = [{ cidr = "${var.net}/24" }] })
}"#;
    assert_eq!(
        found(terraform, "main.tf"),
        one("rule", r#"{"size":["numeric > ${var.least}"],"from":["cidr ${var.net}/24"]}"#)
    );
}

/// Names, patterns, and what is not known.
fn told(text: &str, file_name: &str) -> Vec<(String, Option<String>, Vec<String>)> {
    let all = |rule: TemplateRule| {
        let messages = rule.placeholders.iter().map(ToString::to_string).collect();
        (rule.name, rule.pattern.map(|text| text.trim().to_owned()), messages)
    };
    rules(text, file_name).into_iter().map(all).collect()
}

/// A rule that is left out for this expression.
fn left_out(name: &str, expression: &str) -> (String, Option<String>, Vec<String>) {
    (name.to_owned(), None, vec![format!("`{expression}` is not known here: the rule is left out")])
}

#[test]
fn a_pattern_that_is_nothing_but_an_expression_is_left_out() {
    let serverless = "
functions:
  f:
    events:
      - eventBridge: {pattern: '${file(p.yml)}'}
      - eventBridge:
          pattern: ${file(p.yml):${sls:stage}, 'x'}
      - eventBridge:
          pattern: {source: '${self:custom.sources}', detail: {size: [{numeric: ['>', '${self:custom.least}']}]}}
";
    let known = "`'${self:custom.sources}'` is not known here: it stands for itself";
    let found = told(serverless, "serverless.yml");
    assert_eq!(
        found[..2],
        [left_out("f.events[0]", "${file(p.yml)}"), left_out("f.events[1]", "${file(p.yml):${sls:stage}, 'x'}")]
    );
    // A list, most likely.
    let pattern = r#"{"source":["${self:custom.sources}"],"detail":{"size":["numeric > ${self:custom.least}"]}}"#;
    assert_eq!((found[2].1.as_deref(), found[2].2[0].as_str()), (Some(pattern), known));

    let cloudformation = r#"{"Resources": {
        "A": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": "${Pattern}"}},
        "B": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"Fn::Sub": "${Pattern}"}}},
        "C": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["x"]}}}
    }}"#;
    assert_eq!(
        told(cloudformation, "template.json"),
        [
            left_out("A", "${Pattern}"),
            left_out("B", r#"{"Fn::Sub": "${Pattern}"}"#),
            ("C".to_owned(), Some(r#"{"source":["x"]}"#.to_owned()), Vec::new()),
        ]
    );
    let terraform = "resource \"aws_cloudwatch_event_rule\" \"rule\" {\n  event_pattern = \"${file(\"p.json\")}\"\n}\n";
    assert_eq!(told(terraform, "main.tf"), [left_out("rule", "${file(\"p.json\")}")]);
}

#[test]
fn an_expression_in_text_that_is_not_in_quotes_leaves_the_rule_out() {
    let terraform = r#"
resource "aws_cloudwatch_event_rule" "list" {
  event_pattern = <<-EOF
    {"account": ["${var.account}"],
     "detail": {"account": ${jsonencode(var.accounts)}, "size": [${var.size}]}}
  EOF
}
resource "aws_cloudwatch_event_rule" "number" {
  event_pattern = "{\"size\": [{\"numeric\": [\">\", ${var.least}]}]}"
}
resource "aws_cloudwatch_event_rule" "quotes" {
  event_pattern = <<EOF
{"bucket": ["${aws_s3_bucket.all["a}"].id}"]}
EOF
}
resource "aws_cloudwatch_event_rule" "directive" {
  event_pattern = <<EOF
{"source": ["a"%{ if var.b }, "b"%{ endif }]}
EOF
}
resource "aws_cloudwatch_event_rule" "quoted" {
  event_pattern = <<EOF
{"source": ["%{ if var.b }b%{ endif }"]}
EOF
}
resource "aws_cloudwatch_event_rule" "malformed" {
  event_pattern = "{\"source\": [\"${var.a}\"]"
}
"#;
    let found = told(terraform, "main.tf");
    assert_eq!(
        found[..4],
        [
            left_out("list", "${jsonencode(var.accounts)}"),
            left_out("number", "${var.least}"),
            left_out("quotes", r#"${aws_s3_bucket.all["a}"].id}"#),
            left_out("directive", "%{ if var.b }"),
        ]
    );
    let list = &rules(terraform, "main.tf")[0];
    assert_eq!(&terraform[list.placeholders[0].span.clone()], "${jsonencode(var.accounts)}");
    assert_eq!(found[4].1.as_deref(), Some(r#"{"source": ["%{ if var.b }b%{ endif }"]}"#));
    assert_eq!(found[4].2.len(), 1);
    // Whoever reads the pattern tells what is wrong with it.
    assert_eq!(found[5].1.as_deref(), Some(r#"{"source": ["${var.a}"]"#));

    let cloudformation = r#"
Resources:
  Number:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: !Sub '{"account": ["${AWS::AccountId}"], "n": [{"numeric": [">", ${N}]}]}'
  Text:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: '{"source": [{"prefix": "${"}], "x": ["$", "{", "%{"]}'
"#;
    let found = told(cloudformation, "template.yaml");
    assert_eq!(found[0], left_out("Number", "${N}"));
    assert_eq!(found[1].1.as_deref(), Some(r#"{"source": [{"prefix": "${"}], "x": ["$", "{", "%{"]}"#));
}

#[test]
fn expressions_without_an_end() {
    let serverless = |text: &str| format!("functions: {{f: {{events: [{{eventBridge: {{pattern: '{text}'}}}}]}}}}");
    for text in ["${", "{${", r#"{"a": ["${"#, r#"{"a": ${"}"#, r#"{"a": ["\"#, "%{", r#"{"a": ["${\"#, r#"{é${é"é"#]
    {
        let template = serverless(text);
        let found = rules(&template, "serverless.yml");
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].placeholders.iter().all(|one| template.get(one.span.clone()).is_some()), "{text}");
    }
    // In linear time.
    assert_eq!(rules(&serverless(&r#""${x}"#.repeat(200_000)), "serverless.yml").len(), 1);
    assert_eq!(rules(&serverless(&"\"${".repeat(200_000)), "serverless.yml").len(), 1);
}

#[test]
fn texts_that_are_no_templates() {
    let error = |text: &str, name: &str| {
        let error = templates::rules(text, name).unwrap_err();
        (error.line(), error.to_string())
    };
    assert_eq!(error("a: [1\nb: 2", "t.yaml").0, 2);
    assert!(error("resource \"x\" {\n  a = \n}", "t.tf").1.starts_with("not HCL: "));
    assert_eq!(error(&"- ".repeat(1_000), "t.yaml").1, "nested more than 200 deep");
    assert!(error(&"[".repeat(100_000), "t.yaml").1.starts_with("not YAML: "));
    assert!(error(&format!("a = {}", "[".repeat(100_000)), "t.tf").1.starts_with("not HCL: "));
    // Nine levels of ten aliases each are a billion values.
    let mut bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(error(&bomb, "t.yaml").1.starts_with("more than 2000000 values"));
    for text in ["", "Resources: 1", "Resources: {R: 1}", "[1, 2]", "functions: [{f: {events: x}}]", "resource: [[]]"] {
        assert_eq!(found(text, "t.yaml"), [], "{text}");
    }
}

#[test]
fn deployed_rules() {
    let listed = r#"{"Rules": [
        {"Name": "stopped", "Arn": "arn:aws:events:eu-west-1:111122223333:rule/stopped", "State": "ENABLED",
         "EventPattern": "{\"detail\":{\"state\":[\"stopped\"]}}", "EventBusName": "default"},
        {"Name": "nightly", "State": "ENABLED", "ScheduleExpression": "rate(1 day)", "EventBusName": "default"}
    ]}"#;
    let stopped = one("stopped", r#"{"detail":{"state":["stopped"]}}"#);
    assert_eq!(found(listed, "rules.json"), stopped);
    let described =
        r#"{"Name": "stopped", "EventPattern": "{\"detail\":{\"state\":[\"stopped\"]}}", "State": "ENABLED"}"#;
    assert_eq!(found(described, "rule.json"), stopped);
    let yaml = "Rules:\n- EventPattern: '{\"detail\":{\"state\":[\"stopped\"]}}'\n  Name: stopped\n";
    assert_eq!(found(yaml, "rules.yaml"), stopped);
    assert!(is_template("rules.json", listed.as_bytes()) && is_template("rule.json", described.as_bytes()));
    let rules = r#"{"Rules": {"a": [1]}, "EventPattern": {"a": [1]}}"#;
    assert!(!is_template("rules.json", rules.as_bytes()));
}

#[test]
fn what_is_there_twice() {
    let error = |text: &str| {
        let error = templates::rules(text, "t.yaml").unwrap_err();
        (error.line(), error.column(), error.to_string())
    };
    let rule = "Type: AWS::Events::Rule, Properties: {EventPattern: {a: [1]}}";
    let twice = |key: &str| format!("the key `{key}` is there twice");
    assert_eq!(error(&format!("Resources: {{}}\nResources: {{A: {{{rule}}}}}")), (2, 1, twice("Resources")));
    assert_eq!(error(&format!("Resources:\n  A: {{{rule}}}\n  A: 1")), (3, 3, twice("A")));
    assert_eq!(error(&format!("Resources:\n  A: {{{rule}, Type: x}}")).2, twice("Type"));
    assert_eq!(error("functions:\n  f: {events: [], events: []}").2, twice("events"));
    // Blocks of Terraform may be given in several parts. Elsewhere a key may come as often as it likes.
    let parts = r#"{
        "resource": {"aws_cloudwatch_event_rule": {"a": {"event_pattern": "{\"a\": [1]}"}}},
        "resource": {"aws_cloudwatch_event_rule": {"b": {"event_pattern": "{\"a\": [2]}"}}}
    }"#;
    let names: Vec<_> = found(parts, "t.tf.json").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b"]);
    let elsewhere = format!("x: 1\nx: 2\nResources: {{A: {{{rule}}}}}");
    assert_eq!(found(&elsewhere, "t.yaml"), one("A", r#"{"a":[1]}"#));
}

#[test]
fn keys_that_are_merged_give_way() {
    let template = "
Common: &common {source: [a], detail-type: [t]}
Base: &base {Type: AWS::Events::Rule, Properties: {EventPattern: {a: [1]}}}
Resources:
  First:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        <<: *common
        source: [b]
  Last:
    <<: *base
    Properties: {EventPattern: {a: [2]}}
  Both:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {<<: [{source: [c]}, *common]}
";
    let rules = [
        ("First", r#"{"source":["b"],"detail-type":["t"]}"#),
        ("Last", r#"{"a":[2]}"#),
        ("Both", r#"{"source":["c"],"detail-type":["t"]}"#),
    ];
    assert_eq!(found(template, "t.yaml"), rules.map(|(name, pattern)| (name.to_owned(), pattern.to_owned())));
}

#[test]
fn rules_without_a_pattern() {
    let template = "
Resources:
  Misspelt: {Type: AWS::Events::Rule, Properties: {EventPatern: {a: [1]}}}
  Nightly: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), EventPattern: }}
  Included: {Type: AWS::Events::Rule, Properties: {'Fn::Transform': {Name: AWS::Include}, Name: x}}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Event: {Type: EventBridgeRule, Properties: {EventPattern: {a: [1]}}}
";
    let bare = |text: &str, name: &str| -> Vec<(String, usize, bool)> {
        let rules = rules(text, name).into_iter();
        rules.map(|rule| (rule.name, rule.placeholders.len(), rule.pattern.is_some())).collect()
    };
    let none = |name: &str| (name.to_owned(), 0, false);
    assert_eq!(bare(template, "t.yaml"), [none("Misspelt"), none("Function.Event")]);
    let serverless = "functions: {f: {events: [{eventBridge: {eventBus: x}}, {eventBridge: {schedule: rate(1 day)}}]}}";
    assert_eq!(bare(serverless, "serverless.yml"), [none("f.events[0]")]);
    let terraform = "resource \"aws_cloudwatch_event_rule\" \"a\" {\n  event_pattern = null\n}";
    assert_eq!(bare(terraform, "t.tf"), []);
}

#[test]
fn loops_over_resources() {
    let template = "
Resources:
  Fn::ForEach::Rules:
    - Name
    - [A, B]
    - Rule${Name}:
        Type: AWS::Events::Rule
        Properties: {EventPattern: {a: [1], '${Name}': [2]}}
";
    assert_eq!(found(template, "t.yaml"), one("Rule${Name}", r#"{"a":[1],"${Name}":[2]}"#));
    assert_eq!(rules(template, "t.yaml")[0].placeholders[0].expression, "'${Name}'");
}

#[test]
fn types_of_yaml() {
    let template = "
Resources:
  R:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {a: [!!int \"7\", !!float '1.5', !!str 7, !!bool \"true\", !!null '', !!int x, 2020-01-01]}
";
    assert_eq!(found(template, "t.yaml"), one("R", r#"{"a":[7,1.5,"7",true,null,"x","2020-01-01"]}"#));
    let error = templates::rules("a:\n  ? [x]\n  : 1", "t.yaml").unwrap_err();
    assert_eq!((error.line(), error.to_string().as_str()), (2, "a key that is an object or an array"));
}

#[test]
fn json_has_no_merge_keys_and_may_escape_anything() {
    let template = r#"{"Metadata": "\\ud83d \ud83d\ude00", "Resources": {"R": {"Type": "AWS::Events::Rule", "Properties":
        {"EventPattern": {"source": ["\ud83d\ude00é"], "detail": {"<<": {"x": [1]}}, "y": "z"}}}}}"#;
    let rules = rules(template, "stack.json");
    let pattern = rules[0].pattern.as_deref().unwrap();
    assert_eq!(pattern, r#"{"source":["😀é"],"detail":{"<<":{"x":[1]}},"y":"z"}"#);
    assert_eq!(place(template, &rules[0], r#""z""#), r#""z""#);
    assert_eq!(place(template, &rules[0], r#"["😀é"]"#), r#"["\ud83d\ude00é"]"#);
}

#[test]
fn functions_that_differ_are_texts_that_differ() {
    let template = r#"
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        resources:
          - Fn::GetAtt: [Orders, Arn]
          - Fn::GetAtt: [Orders, StreamArn]
          - !If [IsProd, !Ref A, "b c"]
          - Fn::Join: [":", [arn, {Ref: A}]]
          - !FindInMap [Map, !Ref "AWS::Region", key]
          - !Sub ["${x}-a", {x: !Ref A}]
          - !Sub ["${x}-a", {x: !Ref B}]
          - !Transform {Name: Macro, Parameters: {a: "1"}}
"#;
    let rules = rules(template, "t.yml");
    assert_eq!(
        rules[0].pattern.as_deref(),
        Some(concat!(
            r#"{"resources":["${Orders.Arn}","${Orders.StreamArn}","${If IsProd ${A} 'b c'}","${Join : [arn ${A}]}","#,
            r#""${FindInMap Map ${AWS::Region} key}","${x: ${A}}-a","${x: ${B}}-a","#,
            r#""${Transform {Name: Macro Parameters: {a: 1}}}"]}"#,
        ))
    );
}

#[test]
fn escaped_expressions_of_terraform_are_texts() {
    let hcl = r#"resource "aws_cloudwatch_event_rule" "r" { event_pattern = "{\"source\":[\"$${x}\"]}" }"#;
    let json = r#"{"resource":{"aws_cloudwatch_event_rule":{"r":{"event_pattern":"{\"source\":[\"$${x}\"]}"}}}}"#;
    for (template, name) in [(hcl, "main.tf"), (json, "main.tf.json")] {
        assert_eq!(rules(template, name)[0].pattern.as_deref(), Some(r#"{"source":["${x}"]}"#), "{name}");
    }
}
