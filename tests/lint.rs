//! What lints say: each code with its example in the documentation, whole renderings, and what they don't say.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use eventsieve::{Finding, LintCode, Linter, Pattern, PatternParser, Severity};

fn pattern(text: &str) -> Pattern {
    PatternParser::new().max_or_combinations(100_000).parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn lint(text: &str) -> Vec<Finding> {
    Linter::new().pattern(&pattern(text))
}

fn codes(text: &str) -> Vec<&'static str> {
    lint(text).iter().map(|finding| finding.code.code()).collect()
}

/// Without what is about EventBridge.
fn codes_anywhere(text: &str) -> Vec<&'static str> {
    let findings = Linter::new().eventbridge(false).pattern(&pattern(text));
    findings.iter().map(|finding| finding.code.code()).collect()
}

/// The sections of the documentation: code, and example if there is one.
fn documented() -> Vec<(&'static str, Option<&'static str>)> {
    let sections = include_str!("../src/docs/lint.md").split("\n# `").skip(1);
    sections
        .map(|section| {
            let (code, text) = section.split_once('`').unwrap();
            let example = text.split_once("```json\n").map(|(_, rest)| rest.split_once("```").unwrap().0);
            (code, example)
        })
        .collect()
}

#[test]
fn every_code_is_documented_with_an_example() {
    let documented = documented();
    let names: Vec<_> = documented.iter().map(|(code, _)| *code).collect();
    assert_eq!(names, LintCode::ALL.iter().map(|code| code.code()).collect::<Vec<_>>());
    for (code, example) in documented {
        let Some(example) = example else {
            // It takes too much to be shown; see below.
            assert_eq!(code, "incomplete");
            continue;
        };
        let found = match code {
            "covered-rule" => {
                let rules: serde_json::Map<String, serde_json::Value> = serde_json::from_str(example).unwrap();
                let rules: Vec<_> = rules.iter().map(|(id, rule)| (id.as_str(), pattern(&rule.to_string()))).collect();
                let findings = Linter::new().rules(rules.iter().map(|(id, pattern)| (*id, pattern)));
                findings.iter().map(|one| one.finding.code.code()).collect()
            }
            _ => codes(&written_out(example)),
        };
        let only = match code {
            // The reason is told, too.
            "never-matches" => vec!["never-matches", "impossible-test"],
            code => vec![code],
        };
        assert_eq!(found, only, "{example}");
    }
}

/// An example with the list that it leaves out.
fn written_out(example: &str) -> String {
    let ids: Vec<_> = (1..=300).map(|number| format!("\"i-{number:04}\"")).collect();
    example.replace(r#""i-0001", "…", "i-0300""#, &ids.join(", "))
}

#[test]
fn codes_have_a_name_a_summary_and_an_order() {
    for code in LintCode::ALL {
        assert_eq!(code.to_string(), code.code());
        assert!(!code.summary().ends_with('.') && !code.summary().is_empty());
    }
    assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
}

#[test]
fn ordinary_patterns_are_clean() {
    for text in [
        r#"{"source": ["aws.ec2"], "detail": {"state": ["running", {"prefix": "st"}], "n": [1, {"numeric": [">", 5]}]}}"#,
        r#"{"account": ["123456789012"], "resources": [{"exists": false}, {"prefix": "arn:"}], "replay-name": [{"exists": false}]}"#,
        r#"{"detail": {"a": [{"exists": false}, "x"], "ip": ["10.0.0.1", {"cidr": "10.1.0.0/16"}]}}"#,
        r#"{"account": [{"prefix": "12"}, {"wildcard": "3*9*1"}]}"#,
        r#"{"account": [{"anything-but": "999999999999"}], "detail": {"a": [{"anything-but": ["x", "y"]}]}}"#,
        r#"{"$or": [{"detail": {"a": ["x"]}}, {"detail": {"a": ["y"]}}], "time": [{"prefix": "2024-"}]}"#,
        r#"{"detail": {"file": [{"wildcard": "img/*/2024-*.png"}]}}"#,
    ] {
        assert_eq!(lint(text), [], "{text}");
    }
}

#[test]
fn superfluous_tests() {
    let subsumed = |tests: &str| codes_anywhere(&format!("{{\"a\": [{tests}]}}"));
    for tests in [
        r#"{"prefix": "ab"}, {"prefix": "a"}"#,
        r#""x", {"equals-ignore-case": "X"}"#,
        r#""10.0.0.1", {"cidr": "10.0.0.0/8"}"#,
        r#"{"exactly": "010.0.0.1"}, "10.0.0.1""#,
        r#"{"cidr": "10.1.0.0/16"}, {"cidr": "10.0.0.0/8"}"#,
        r#"5, {"numeric": [">", 1]}"#,
        r#"{"numeric": [">", 1, "<", 5]}, {"numeric": [">=", 1, "<", 6]}"#,
        r#"{"wildcard": "a*b*c"}, {"wildcard": "a*c"}"#,
        r#"{"wildcard": "a*b*c"}, {"prefix": {"equals-ignore-case": "A"}}"#,
        r#""x", {"anything-but": "y"}"#,
        r#"{"numeric": [">", 1]}, {"anything-but": {"prefix": "y"}}"#,
        r#"{"equals-ignore-case": "x"}, {"anything-but": {"prefix": "y"}}"#,
        r#"{"anything-but": ["a", "b"]}, {"anything-but": ["a"]}"#,
        r#"null, {"exists": true}"#,
        r#"{"anything-but": {"prefix": ["a", "ab"]}}"#,
    ] {
        assert_eq!(subsumed(tests), ["subsumed-test"], "{tests}");
    }
    for tests in [
        r#"1, 1.0"#,
        r#""x", {"exactly": "x"}"#,
        r#"{"wildcard": "x*"}, {"prefix": "x"}"#,
        r#"{"equals-ignore-case": "xY"}, {"equals-ignore-case": "Xy"}"#,
        r#""::ffff:a00:1", "10.0.0.1""#,
        r#"{"anything-but": [1, 1e0]}"#,
        r#"{"exists": false}, {"exists": false}"#,
        r#"9007199254740993.5e1, 9007199254740993.5e1"#,
    ] {
        let found = subsumed(tests);
        assert!(found.contains(&"duplicate-test"), "{tests}: {found:?}");
    }
    for tests in [
        r#""x", "y", {"prefix": "z"}, {"suffix": "z"}, 1, true, null"#,
        r#"{"equals-ignore-case": "k"}, "\u212a""#,
        r#"{"wildcard": "a*c"}, {"wildcard": "a*b*"}"#,
        r#"{"numeric": ["<", 1]}, {"numeric": [">", 1]}, 1"#,
        r#"{"prefix": "a"}, {"anything-but": {"suffix": "b"}}"#,
    ] {
        assert_eq!(subsumed(tests), [] as [&str; 0], "{tests}");
    }
}

#[test]
fn tests_that_accept_every_value_together() {
    for tests in [
        r#"{"anything-but": "x"}, {"anything-but": "y"}"#,
        r#"{"anything-but": ["x", "z"]}, "x", "z""#,
        r#"{"anything-but": "x"}, "x""#,
    ] {
        assert_eq!(codes_anywhere(&format!("{{\"a\": [{tests}]}}")), ["any-value"], "{tests}");
    }
    for tests in
        [r#"{"exists": true}"#, r#"{"anything-but": "x"}, {"anything-but": ["x", "y"]}"#, r#"{"anything-but": "x"}, 1"#]
    {
        assert!(!codes_anywhere(&format!("{{\"a\": [{tests}]}}")).contains(&"any-value"), "{tests}");
    }
}

#[test]
fn expressions_of_templates_may_come_to_any_text() {
    for tests in [
        r#""${A}", {"anything-but": "${B}"}"#,
        r#""${A}", {"anything-but": {"prefix": "x"}}"#,
        r#""x", {"anything-but": {"wildcard": "a*${A}"}}"#,
        r#""10.0.0.1", {"anything-but": "${A}"}"#,
        r#"{"anything-but": "${A}"}, {"anything-but": "${B}"}"#,
        r#"1, {"anything-but": "${A}"}"#,
        r#"{"wildcard": "*.*"}, "${Bucket.Name}""#,
        r#""${env}", {"equals-ignore-case": "${Env}"}"#,
        r#"{"equals-ignore-case": "${env}"}, {"equals-ignore-case": "${Env}"}"#,
        r#"{"anything-but": "${Env}"}, {"equals-ignore-case": "${env}"}"#,
        r#"{"anything-but": 0}, "numeric > ${Min}""#,
        r#"{"exists": true}, "exists ${E}""#,
        r#"{"anything-but": 5}, "${var.n}""#,
        r#"{"prefix": ""}, "${var.n}""#,
    ] {
        assert_eq!(codes_anywhere(&format!("{{\"a\": [{tests}]}}")), [""; 0], "{tests}");
    }
    assert_eq!(codes_anywhere(r#"{"a": ["${A}", "${A}"]}"#), ["duplicate-test"]);
    assert_eq!(codes_anywhere(r#"{"a": ["aws.${A}", {"prefix": "aws."}]}"#), ["subsumed-test"]);
    let folded = pattern(r#"{"a": [{"equals-ignore-case": "${x}"}]}"#);
    assert!(!folded.implies(&pattern(r#"{"a": [{"prefix": {"equals-ignore-case": "${X}"}}]}"#)));
    assert_eq!(codes(r#"{"${Key}": ["x"]}"#), [""; 0]);
    assert!(!pattern(r#"{"a": ["${A}"]}"#).implies(&pattern(r#"{"a": [{"anything-but": "${B}"}]}"#)));
}

#[test]
fn stars_that_stand_for_themselves() {
    let hint = |test: &str| {
        let findings = lint(&format!("{{\"detail\": {{\"a\": [{test}]}}}}"));
        let finding = findings.iter().find(|finding| finding.code.code() == "plain-text");
        finding.map(|finding| finding.hint.clone().unwrap_or_default())
    };
    let write = |wildcard: &str| Some(format!("write `{{\"wildcard\":\"{wildcard}\"}}`"));
    assert_eq!(hint(r#""images/*""#), write("images/*"));
    assert_eq!(hint(r#"{"prefix": "a*b"}"#), write("a*b*"));
    assert_eq!(hint(r#"{"prefix": "a*"}"#), write("a*"));
    assert_eq!(hint(r#"{"suffix": "*.png"}"#), write("*.png"));
    assert_eq!(hint(r#""arn:${AWS::Region}:i/*""#), write("arn:${AWS::Region}:i/*"));
    assert_eq!(hint(r#""a**""#), Some(String::new()));
    for test in [r#""*""#, r#"{"exactly": "a*"}"#, r#"{"wildcard": "a*"}"#, r#""${var.a * 2}""#, "1"] {
        assert_eq!(hint(test), None, "{test}");
    }
}

#[test]
fn operators_as_fields() {
    let of = |text: &str| codes(text).contains(&"operator-as-field");
    assert!(of(r#"{"detail": {"a": {"numeric": [">", 5]}}}"#));
    assert!(of(r#"{"source": {"prefix": ["aws."]}}"#));
    assert!(!of(r#"{"detail": {"prefix": ["x"], "a": [{"prefix": "x"}]}}"#));
}

#[test]
fn paths_written_twice() {
    let all = r#"{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}"#;
    let finding = &Linter::new().eventbridge(false).pattern(&pattern(all))[0];
    assert_eq!(
        finding.render(all),
        "warning[overwritten-field]: the field counts only in some alternatives: in others, a later field of the same \
         path stands in its place\n  --> line 1, column 2, field `a`\n  |\n1 | {\"a\": [1], \"$or\": [{\"a\": [2]}, \
         {\"b\": [3]}]}\n  |  ^^^\n  = column 21: this one counts\n  = hint: put the tests into one array for either, or \
         give each a rule of its own for both"
    );
    assert_eq!(codes_anywhere(r#"{"a": {"b": [1]}, "a.b": [2]}"#), ["overwritten-field"]);
    assert_eq!(codes_anywhere(r#"{"$or": [{"a": [1]}, {"b": [1]}], "a": [2]}"#), ["overwritten-field"]);
    assert_eq!(codes_anywhere(r#"{"$or": [{"a": [1]}, {"a": [2]}]}"#), [] as [&str; 0]);
}

#[test]
fn fields_that_events_on_eventbridge_have_not() {
    let told = |text: &str| -> Vec<String> { lint(text).iter().map(|finding| finding.to_string()).collect() };
    let error = |message: &str| [format!("error[eventbridge-field]: {message}")];
    assert_eq!(told(r#"{"detailtype": ["x"]}"#), error("no event on EventBridge has a field `detailtype`"));
    assert_eq!(lint(r#"{"detailtype": ["x"]}"#)[0].hint.as_deref(), Some("did you mean `detail-type`?"));
    assert_eq!(told(r#"{"source": {"x": ["x"]}}"#), error("no event on EventBridge has a field `source.x`"));
    assert_eq!(told(r#"{"detail": ["x"]}"#), error("`detail` is an object, not a value"));
    assert_eq!(told(r#"{"time": [5]}"#), error("`time` is a string, and no string passes"));
    assert_eq!(told(r#"{"region": [{"exists": false}]}"#), error("every event on EventBridge has the field `region`"));
    assert_eq!(
        told(r#"{"account": ["1234-5678-9012"]}"#),
        error("`account` is a string of 12 digits, and no such string passes")
    );
    assert_eq!(
        told(r#"{"$or": [{"stat": ["x"]}, {"source": ["y"]}]}"#),
        ["warning[eventbridge-field]: no event on EventBridge has a field `stat`"]
    );
    assert_eq!(
        told(r#"{"account": ["123456789012", 123456789013], "time": ["x", 5, {"exists": false}], "id": ["x", "y"]}"#),
        [
            "warning[eventbridge-field]: `account` is a string of 12 digits, and none passes this test",
            "warning[eventbridge-field]: `time` is a string, and none passes this test"
        ]
    );
    assert_eq!(lint(r#"{"version": [0]}"#)[0].hint.as_deref(), Some("write it as a string, in quotes"));
    assert_eq!(lint(r#"{"account": ["1"]}"#)[0].hint, None);
    assert_eq!(
        told(r#"{"source": ["x"], "other": [{"exists": false}]}"#),
        ["warning[eventbridge-field]: no event on EventBridge has a field `other`: its absence says nothing"]
    );
}

#[test]
fn a_finding_as_json() {
    let finding = &lint(r#"{"account": [5]}"#)[0];
    assert_eq!(
        finding.to_json(),
        serde_json::json!({
            "code": "eventbridge-field",
            "severity": "error",
            "message": "`account` is a string of 12 digits, and no such string passes",
            "hint": "write it as a string, with its leading zeros",
            "span": [1, 10],
            "path": "account",
            "related": [],
        })
    );
}

#[test]
fn implications() {
    let implies = |one: &str, other: &str| pattern(one).implies(&pattern(other));
    let both = |narrow: &str, wide: &str| {
        assert!(implies(narrow, wide), "{narrow} implies {wide}");
        assert!(!implies(wide, narrow), "{wide} doesn't imply {narrow}");
    };
    both(r#"{"a": [1], "b": [2]}"#, r#"{"a": [1.0, 3]}"#);
    both(r#"{"a": [1]}"#, r#"{"$or": [{"a": [1]}, {"b": [2]}]}"#);
    both(r#"{"a": [1]}"#, r#"{"b": [{"exists": true}, {"exists": false}]}"#);
    both(r#"{"a": [{"numeric": [">", 0, "<", 5e-324]}]}"#, r#"{"b": [1]}"#);
    both(r#"{"a": {"b": [1], "c": [1]}}"#, r#"{"a.c": [1]}"#);
    both(r#"{"a": {"b": [1], "c": [{"exists": false}]}}"#, r#"{"a.b": [1]}"#);
    // An absence is judged within the elements that were chosen before.
    assert!(!implies(r#"{"a": {"b": [1], "c": [{"exists": false}]}}"#, r#"{"a.c": [{"exists": false}]}"#));
    assert!(implies(r#"{"b": {"b": [1]}, "c": [{"exists": false}]}"#, r#"{"c": [{"exists": false}]}"#));
    // Whatever is chosen for `a.b`, the value of `a.c` may lie in another element.
    let total = r#"{"a": {"b": [{"exists": true}, {"exists": false}], "c": [1]}}"#;
    assert!(!implies(r#"{"a": {"c": [1]}}"#, total));
    let event = r#"{"a": [{"b": 1}, {"c": 1}]}"#;
    assert!(pattern(r#"{"a": {"c": [1]}}"#).matches(event).unwrap() && !pattern(total).matches(event).unwrap());
}

#[test]
fn too_much_to_compare_is_said() {
    let tests = |operator: &str| -> String {
        let tests: Vec<_> = (0..9_000).map(|number| format!("{{\"{operator}\": \"{number}x\"}}")).collect();
        format!("{{\"detail\": {{\"a\": [{}]}}}}", tests.join(","))
    };
    assert!(codes_anywhere(&tests("prefix")).contains(&"incomplete"));
    assert_eq!(codes_anywhere(&tests("exactly")), [] as [&str; 0]);
}

#[test]
fn many_rules() {
    // Each on its own; then with one that covers some.
    let mut rules: Vec<_> = (0..5_000)
        .map(|number| {
            let (source, prefix) = (number % 50, number / 50);
            pattern(&format!(r#"{{"source": ["s{source}"], "detail": {{"k": [{{"prefix": "x{prefix}/"}}]}}}}"#))
        })
        .collect();
    let covered = |rules: &[Pattern]| -> Vec<(usize, LintCode, Option<usize>)> {
        let findings = Linter::new().rules(rules.iter().enumerate());
        findings.into_iter().map(|one| (one.id, one.finding.code, one.other.map(|(_, at)| at))).collect()
    };
    assert_eq!(covered(&rules), []);
    rules.push(pattern(r#"{"source": ["s7", "s8"], "detail": {"k": [{"prefix": "x1"}, "y"]}}"#));
    let found = covered(&rules);
    // x1/, x10/ to x19/, of two sources.
    assert_eq!(found.len(), 22);
    assert!(found.iter().all(|(id, code, by)| {
        (7..=8).contains(&(id % 50)) && *code == LintCode::CoveredRule && *by == Some(5_000)
    }));
    // So alike that only comparing them all would tell: that is given up, and said.
    let alike: Vec<_> =
        (0..20_000).map(|number| pattern(&format!("{{\"id\": [{{\"prefix\": \"{number}/\"}}]}}"))).collect();
    let findings = Linter::new().rules(alike.iter().enumerate());
    assert_eq!(findings.iter().map(|one| one.finding.code).collect::<Vec<_>>(), [LintCode::Incomplete]);
    // Rules that mean the same: the first stays.
    let same = [pattern(r#"{"id": ["x"]}"#), pattern(r#"{"id": [{"exactly": "x"}]}"#)];
    assert_eq!(covered(&same), [(1, LintCode::CoveredRule, Some(0))]);
}

#[test]
fn a_rule_set_is_linted_by_its_canonical_prints() {
    let mut rules = eventsieve::RuleSet::new();
    rules.insert("wide", &pattern(r#"{ "source": [ {"prefix": "aws."} ] }"#)).unwrap();
    rules.insert("narrow", &pattern(r#"{ "source": [ "aws.ec2", "aws.ec2" ] }"#)).unwrap();
    let findings = rules.lint(&Linter::new());
    let told: Vec<_> = findings.iter().map(|one| (*one.id, one.finding.code.code(), one.other)).collect();
    assert_eq!(told, [("narrow", "covered-rule", Some((&"wide", 0))), ("narrow", "duplicate-test", None)]);
    let texts: Vec<_> = rules.patterns().map(|(id, text)| format!("{id} {text}")).collect();
    assert_eq!(texts, [r#"wide {"source":[{"prefix":"aws."}]}"#, r#"narrow {"source":["aws.ec2","aws.ec2"]}"#]);
    let duplicate = &findings[1];
    assert_eq!(&texts[duplicate.pattern]["narrow ".len()..][duplicate.finding.span.clone()], "\"aws.ec2\"");
}
