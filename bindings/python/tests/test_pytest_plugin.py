"""The plugin, in runs of pytest of its own."""

import pytest

import eventsieve
from eventsieve.testing import assert_matches, assert_no_match


def test_failures_are_explanations():
    with pytest.raises(AssertionError) as caught:
        assert_matches('{"a": [1]}', {"a": 2})
    assert str(caught.value) == str(eventsieve.explain('{"a": [1]}', {"a": 2}))
    with pytest.raises(AssertionError) as caught:
        assert_no_match({"a": [1]}, b'{"a": 1}')
    assert str(caught.value) == "expected no match, but there is a match\n\n  ✓ a  1"


def test_errors_are_no_failures():
    with pytest.raises(eventsieve.PatternError):
        assert_matches("{}", {})
    with pytest.raises(eventsieve.EventError):
        assert_no_match({"a": [1]}, "")


def test_fixtures(pytester):
    pytester.mkdir("rules")
    (pytester.path / "rules" / "orders.json").write_text('{"big": {"total": [{"numeric": [">=", 1000]}]}}')
    pytester.makepyfile(
        """
        from eventsieve import test_event_pattern

        def test_rules(load_rules, assert_matches, assert_no_match):
            rules = load_rules("rules/orders.json")
            assert_matches(rules["big"], {"total": 1200})
            assert_no_match(rules["big"], {"total": 12})

        def test_that_fails(assert_matches):
            assert_matches({"total": [12]}, '{"total": 1200}')
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*AssertionError: no match", "E*✗ total  1200", "E*--> event, line 1, column 11"])
    result.stdout.no_fnmatch_line("*testing.py*")


def test_a_template_warns_where_it_is_loaded(pytester):
    (pytester.path / "template.yaml").write_text(
        "Resources: {R: {Type: AWS::Events::Rule, Properties: {EventPattern: {account: [!Ref A]}}}}"
    )
    path = pytester.makepyfile("def test_rules(load_rules):\n    assert load_rules('template.yaml')['R']\n")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines([f"*{path.name}:2: RulesWarning: *template.yaml has expressions*", "*line 1, rule `R`*"])


def test_findings_are_shown(pytester):
    pytester.makepyfile(
        """
        from eventsieve import RuleSet

        def test_rules():
            assert RuleSet({"ec2": {"source": ["aws.ec2", "aws.ec2"]}}).lint() == []
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*assert 1 finding", "E*warning[[]duplicate-test]: the field has the same test twice", "E*^^^^^^^^^", "E*= rule: 'ec2'"]
    )
