"""Rules of files."""

import warnings

import pytest

import eventsieve
from eventsieve import RuleSet, RulesWarning, load_rules


def test_rules_of_a_file(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text(' { "a" : {"x": [1.50, {"prefix": "}"}]} ,\n"\\u00e9":{"y":[1]}, "s": "{\\"x\\": [1]}"}\n')
    assert {id: str(pattern) for id, pattern in load_rules(path).items()} == {
        "a": '{"x":[1.50,{"prefix":"}"}]}',
        "é": '{"y":[1]}',
        "s": '{"x":[1]}',
    }
    path.write_text('\ufeff{"a": {"x": [1]}}', encoding="utf-8")
    assert list(load_rules(str(path))) == ["a"]


@pytest.mark.parametrize(
    "name, text",
    [
        ("rules.json", "{}"),
        ("empty.yaml", ""),
        ("resources.yaml", "Resources: {}"),
        ("list.yaml", "- source: [x]"),
        ("type.yaml", "Resources: {R: {Type: 'AWS::Event::Rule', Properties: {EventPattern: {source: [x]}}}}"),
        ("empty.tf", ""),
    ],
)
def test_a_file_without_rules(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.warns(RulesWarning) as warned:
        assert load_rules(path) == {}
    assert [(str(one.message), one.filename) for one in warned] == [(f"no rules found in {path}", __file__)]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "1:1: expected `{`"),
        ("[]", "1:1: expected `{`"),
        ('{"a": {"x": [1]},\n "a": {"x": [1]}}', "2: there are two rules `a`"),
        (
            '{"a": {"x": [1]}}\n x',
            "2:2: there is more after the rules, which are one object from id to pattern",
        ),
        ('{"a": {"x": [1]},}', '1:18: expected `"`'),
        ('{"a": {"x": [1]', "1:16: Expecting ',' delimiter"),
        ('{"a"\n', "2:1: expected `:`"),
        ('{"a": ', "1:7: Expecting value"),
        ('{"a":\n' + '{"a":' * 100_000, "1:6: nested too deep"),
        (
            '{"detail": {"x": [1]}}',
            "1:12: the only rule is called `detail`; rules are one object from id to pattern, and a single pattern is read "
            "by `Pattern(text)`",
        ),
        (
            '{"detail": {"x": [1]},\n "source": ["x"]}',
            "2:12: the rule `source` is an array; rules are one object from id to pattern, and a single pattern is read "
            "by `Pattern(text)`",
        ),
    ],
)
def test_files_that_are_no_rules(tmp_path, text, message):
    path = tmp_path / "rules.json"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value) == f"{path}:{message}"


def test_files_in_utf_16(tmp_path):
    path = tmp_path / "rules.json"
    for encoding in ["utf-16", "utf-16-le", "utf-16-be"]:
        path.write_text('{"a": {"x": [1]}}', encoding=encoding)
        with pytest.raises(ValueError, match="rules.json: this looks like UTF-16; save it as UTF-8"):
            load_rules(path)


def test_a_rule_of_a_template_without_a_pattern(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text("Resources:\n  R: {Type: 'AWS::Events::Rule', Properties: {EventPatern: {source: [x]}}}")
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value) == f"{path}:2: rule `R`: the template gives it no pattern"


def test_a_wrong_pattern_in_a_file(tmp_path):
    path = tmp_path / "rules.json"
    for rule, place in [
        ('{"x":\n "é", "y": 1}', "4:2"),
        ('{"é": ["é"], "x": 1}', "3:24"),
        ('"{\\"x\\": 1}"', "3:6"),
        ("5", "3:6"),
    ]:
        path.write_text('{"a": {"x": [1]},\n\n"b": ' + rule + "}", encoding="utf-8")
        with pytest.raises(eventsieve.PatternError) as caught:
            load_rules(path)
        assert caught.value.__notes__ == [f"at {path}:{place}, in rule `b`"]


def test_all_wrong_patterns_of_a_file_are_named(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text('{"a": {"x": 1},\n"b": {"x": [1]},\n"c": {"x": [{"prefx": "y"}]},\n"d": 5}')
    with pytest.raises(eventsieve.PatternError) as caught:
        load_rules(path)
    assert caught.value.message == "a field's value must be an array of tests, found a number"
    assert caught.value.__notes__ == [
        f"at {path}:1:13, in rule `a`",
        f"at {path}:3:14, in rule `c`: unknown operator `prefx`; hint: did you mean `prefix`?",
        f"at {path}:4:6, in rule `d`: a rule must be an object, found a number",
    ]
    path.write_text('{"a": 5, "a": 5}')
    with pytest.raises(ValueError, match="there are two rules `a`$"):
        load_rules(path)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "rules.json"
    path.write_bytes(b'{"a\xff')
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value) == f"{path}: not UTF-8 text at byte 3"
    with pytest.raises(FileNotFoundError):
        load_rules(tmp_path / "none.json")


CLOUDFORMATION = """\
Resources:
  Stopped:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.ec2]
        account: [!Ref AWS::AccountId]
        detail: {size: [{numeric: ['>', !Ref Least]}]}
  Unknown:
    Type: AWS::Events::Rule
    Properties: {EventPattern: !Ref Pattern}
"""
JSON = '{"Resources": {"R": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["x"]}}}}}'
SERVERLESS = "functions: {resize: {events: [{http: GET /}, {eventBridge: {pattern: {source: [aws.s3]}}}]}}"
TERRAFORM = 'resource "aws_cloudwatch_event_rule" "encoded" {\n  event_pattern = jsonencode({ source = ["aws.ec2"] })\n}'
TERRAFORM_JSON = '{"resource": {"aws_cloudwatch_event_rule": {"text": {"event_pattern": "{\\"source\\": [\\"x\\"]}"}}}}'


@pytest.mark.parametrize(
    "name, text, rules",
    [
        ("stack.json", JSON, {"R": '{"source":["x"]}'}),
        ("stack.template", JSON, {"R": '{"source":["x"]}'}),
        ("serverless.yml", SERVERLESS, {"resize.events[1]": '{"source":["aws.s3"]}'}),
        ("main.tf", TERRAFORM, {"encoded": '{"source":["aws.ec2"]}'}),
        ("main.tf.json", TERRAFORM_JSON, {"text": '{"source":["x"]}'}),
    ],
)
def test_templates(tmp_path, name, text, rules):
    path = tmp_path / name
    path.write_text(text)
    with warnings.catch_warnings(action="error"):
        assert {id: str(pattern) for id, pattern in load_rules(path).items()} == rules
    assert len(RuleSet(load_rules(path))) == len(rules)


def test_what_only_the_deployment_knows_is_said(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(CLOUDFORMATION)
    with pytest.warns(RulesWarning) as warned:
        rules = load_rules(path)
    assert {id: str(pattern) for id, pattern in rules.items()} == {
        "Stopped": '{"source":["aws.ec2"],"account":["${AWS::AccountId}"],"detail":{"size":["numeric > ${Least}"]}}'
    }
    assert [(str(one.message), one.filename) for one in warned] == [
        (
            f"{path} has expressions whose values only the deployment knows:\n"
            "  line 7, rule `Stopped`: `!Ref AWS::AccountId` is not known here: the text `${AWS::AccountId}` stands in\n"
            "  line 8, rule `Stopped`: `{numeric: ['>', !Ref Least]}` is not known here: "
            "the text `numeric > ${Least}` stands in\n"
            "  line 11, rule `Unknown`: `!Ref Pattern` is not known here: the rule is left out",
            __file__,
        )
    ]


@pytest.mark.filterwarnings("error", "ignore:.*has expressions:eventsieve.RulesWarning")
def test_the_filter_of_the_readme(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(CLOUDFORMATION)
    assert list(load_rules(path)) == ["Stopped"]
    path.write_text("")
    with pytest.raises(RulesWarning):
        load_rules(path)


def test_a_rule_is_left_out_where_nothing_can_stand_in(tmp_path):
    path = tmp_path / "main.tf"
    text = 'resource "aws_cloudwatch_event_rule" "all" {\n  event_pattern = <<EOF\n{"account": ${jsonencode(var.all)}}\nEOF\n}\n'
    path.write_text(text + TERRAFORM)
    with pytest.warns(RulesWarning) as warned:
        assert list(load_rules(path)) == ["encoded"]
    message = "\n  line 3, rule `all`: `${jsonencode(var.all)}` is not known here: the rule is left out"
    assert [str(one.message).partition(":\n")[2] for one in warned] == [message[1:]]


# Each line is the one before ten times over.
LAUGHS = "\n".join(["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)])


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("t.yaml", "a: [", "2:1: not YAML: while parsing a node, did not find expected node content"),
        ("t.yaml", "a: &a [*a]", "1:8: an alias within what it stands for"),
        ("t.yaml", "[" * 100_000, "1:256: not YAML: recursion limit exceeded"),
        ("t.yaml", "- " * 100_000 + "x", "1:401: nested more than 200 deep"),
        ("t.yaml", LAUGHS, "7:45: more than 2000000 values, with its aliases written out"),
        ("t.tf", "resource {", "1:11: not HCL: "),
        ("t.tf", "a = " + "[" * 100_000, "1:70: not HCL: invalid nesting depth"),
        ("t.tf", "a = " + "(" * 100_000, "1:70: not HCL: invalid nesting depth"),
        ("t.tf", "a = " + "-" * 100_000, "1:70: not HCL: invalid nesting depth"),
        ("t.json", '{"Resources": {}, "a": ' + "[" * 100_000, "1:23: nested too deep"),
        ("t.json", '{"Resources": {"A": {},}}', "1:24: Expecting property name enclosed in double quotes"),
    ],
)
def test_texts_that_are_no_templates(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value).startswith(f"{path}:") and message in str(caught.value)


def test_wrong_rules_of_a_template(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(CLOUDFORMATION.replace("source: [aws.ec2]", "source: [{prefx: x}]"))
    with pytest.raises(eventsieve.PatternError) as caught:
        load_rules(path)
    assert caught.value.__notes__ == [f"at {path}:6:19, in rule `Stopped`"]
    path.write_text(f"{SERVERLESS}\n---\n{SERVERLESS}\n")
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value) == f"{path}:3: there are two rules `resize.events[1]`"
