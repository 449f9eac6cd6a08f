"""What lints say of patterns and rules, and whether one pattern covers another."""

import copy
import json
import pickle

import pytest

from eventsieve import Finding, Pattern, PatternError, RuleSet, lint

WIDE = '{"source": [{"prefix": "aws."},\n "aws.ec2"]}'


def test_a_finding():
    (finding,) = Pattern(WIDE).lint()
    assert (finding.code, finding.severity, finding.path) == ("subsumed-test", "warning", "source")
    assert finding.message == "the test accepts nothing that another one of the field doesn't"
    assert (finding.hint, finding.id, finding.other) == (None, None, None)
    assert (finding.offset, finding.end, finding.line, finding.column) == (33, 42, 2, 2)
    assert finding.pattern == WIDE and WIDE[finding.offset : finding.end] == '"aws.ec2"'
    assert str(finding) == (
        "warning[subsumed-test]: the test accepts nothing that another one of the field doesn't\n"
        "  --> line 2, column 2, field `source`\n"
        "  |\n"
        '2 |  "aws.ec2"]}\n'
        "  |  ^^^^^^^^^\n"
        "  = line 1, column 13: this test accepts all of it"
    )
    assert repr(finding) == f"<eventsieve.Finding {str(finding).splitlines()[0]}>"
    assert json.loads(json.dumps(finding.to_dict()))["related"][0]["span"] == [12, 30]
    with pytest.raises(TypeError):
        Finding()


def test_findings_that_say_the_same():
    rules = RuleSet({None: {"source": ["aws.ec2"]}, "aws": {"source": [{"prefix": "aws."}]}, "odd": {"x": [1, 1]}})
    findings = [*rules.lint(), *lint(WIDE)]
    again = [*rules.lint(), *lint(WIDE)]
    assert findings == again and len({*findings, *again}) == len(findings)
    for made in [copy.copy, copy.deepcopy, lambda finding: pickle.loads(pickle.dumps(finding))]:
        for finding in findings:
            other = made(finding)
            assert other == finding and hash(other) == hash(finding) and str(other) == str(finding)
            assert (other.id, other.other, other.to_dict()) == (finding.id, finding.other, finding.to_dict())
    (finding,) = lint(WIDE)
    assert finding != lint(WIDE + " ")[0] and finding != RuleSet({1: WIDE}).lint()[0] and finding != str(finding)


def test_patterns_of_any_form():
    for pattern in [WIDE, json.loads(WIDE), Pattern(WIDE), WIDE.encode()]:
        assert [finding.code for finding in lint(pattern)] == ["subsumed-test"]
    assert lint({"source": ["aws.ec2"]}) == []
    with pytest.raises(PatternError):
        lint("{}")


def test_eventbridge():
    pattern = Pattern({"account": [5]})
    (finding,) = pattern.lint()
    assert (finding.code, finding.severity) == ("eventbridge-field", "error")
    assert finding.hint == "write it as a string, with its leading zeros"
    assert pattern.lint(eventbridge=False) == lint(pattern, eventbridge=False) == []
    assert RuleSet({1: pattern}).lint(eventbridge=False) == []


def test_rules():
    rules = RuleSet({("ec2", 5): {"source": ["aws.ec2"]}, "aws": {"source": [{"prefix": "aws."}]}, "odd": {"x": [1]}})
    rules.insert("aws", {"source": ["aws.s3", "aws.s3"]})
    found = [(finding.id, finding.code, finding.other) for finding in rules.lint()]
    assert found[0] == (("ec2", 5), "covered-rule", "aws")
    assert sorted(found[1:3]) == [("aws", "covered-rule", "aws"), ("aws", "duplicate-test", None)]
    assert found[3] == ("odd", "eventbridge-field", None)
    assert str(rules.lint()[0]).splitlines()[-2:] == ["  = rule: ('ec2', 5)", "  = covered by: 'aws'"]
    for finding in rules.lint():
        assert Pattern(finding.pattern) in rules.patterns(finding.id)
    rules.remove("aws")
    assert [finding.id for finding in rules.lint()] == ["odd"]
    assert RuleSet().lint() == []


def test_implies():
    narrow = Pattern({"source": ["aws.ec2"], "detail": {"state": ["running"]}})
    assert narrow.implies({"source": [{"prefix": "aws."}]})
    assert narrow.implies(narrow)
    assert not Pattern({"source": [{"prefix": "aws."}]}).implies(narrow)
    with pytest.raises(PatternError):
        narrow.implies("")


def test_many_findings():
    text = json.dumps({"source": [f"aws.{number % 2000}" for number in range(9_000)]}, indent=1)
    findings = [finding for finding in lint(text) if finding.code == "duplicate-test"]
    assert [finding.line for finding in findings] == list(range(2003, 9003))
