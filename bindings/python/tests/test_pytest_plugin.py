"""The plugin, in runs of pytest of its own."""

import pytest

import eventsieve
from eventsieve.testing import assert_matches, assert_no_match, load_rules


def test_failures_show_pattern_and_event():
    with pytest.raises(AssertionError) as caught:
        assert_matches('{"a": [1]}', {"a": 2})
    assert str(caught.value) == """the pattern does not match the event
  pattern: {"a":[1]}
  event:   {'a': 2}"""
    with pytest.raises(AssertionError) as caught:
        assert_no_match({"a": [1]}, b'{"a": 1}')
    assert str(caught.value) == """the pattern matches the event
  pattern: {"a":[1]}
  event:   {"a": 1}"""


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
    result.stdout.fnmatch_lines(["E*the pattern does not match the event", 'E*pattern: {"total":*12*}', "E*event:*1200}"])
    result.stdout.no_fnmatch_line("*testing.py*")


def test_rules_of_a_file(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text(' { "a" : {"x": [1.50, {"prefix": "}"}]} ,\n"\\u00e9":{"y":[1]}}\n')
    assert {id: str(pattern) for id, pattern in load_rules(path).items()} == {
        "a": '{"x":[1.50,{"prefix":"}"}]}',
        "é": '{"y":[1]}',
    }
    path.write_text("{}")
    assert load_rules(path) == {}


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "1: expected `{`"),
        ("[]", "1: expected `{`"),
        ('{"a": {"x": [1]},\n "a": {"x": [1]}}', "2: there are two rules `a`"),
        ('{"a": {"x": [1]}} x', "1: there is more after the rules"),
        ('{"a": {"x": [1]},}', '1: expected `"`'),
        ('{"a": {"x": [1]', "1: Expecting ',' delimiter"),
        ('{"a"\n', "2: expected `:`"),
        ('{"a": ', "1: Expecting value"),
    ],
)
def test_files_that_are_no_rules(tmp_path, text, message):
    path = tmp_path / "rules.json"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        load_rules(path)
    assert str(caught.value) == f"{path}:{message}"


def test_a_wrong_pattern_in_a_file(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text('{"a": {"x": [1]},\n\n"b": {"x": 1}}')
    with pytest.raises(eventsieve.PatternError) as caught:
        load_rules(path)
    assert caught.value.__notes__ == [f"in rule `b`, which begins at {path}:3"]
