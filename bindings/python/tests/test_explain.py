"""Explanations: they agree with verdicts, whatever the event is."""

import datetime
import itertools
import json
import threading
from decimal import Decimal

import pytest

import eventsieve
from eventsieve import EventError, Explanation, Matcher, Pattern, PatternError, RuleSet, explain

STOPPED = '{"source": ["aws.ec2"],\n "detail": {"state": ["stopped"]}}'
TEXT = """no match: 1 of 2 fields fails

  ✓ source        "aws.ec2"
  ✗ detail.state  "Stopped"

detail.state: `"Stopped"` is not `"stopped"`: only the letter case differs
  --> pattern, line 2, column 23
  |
2 |  "detail": {"state": ["stopped"]}}
  |                       ^^^^^^^^^
  --> event, line 4, column 14
  |
4 |     "state": "Stopped"
  |              ^^^^^^^^^
  = hint: to match it in any letter case, write `{"equals-ignore-case":"stopped"}`"""


def test_text():
    explanation = explain(STOPPED, {"source": "aws.ec2", "detail": {"state": "Stopped"}})
    assert str(explanation) == explanation.render() == TEXT
    assert (explanation.matched, bool(explanation)) == (False, False)
    assert repr(explanation) == "<eventsieve.Explanation: no match: 1 of 2 fields fails>"
    assert explanation.pattern == STOPPED
    assert explanation.event == '{\n  "source": "aws.ec2",\n  "detail": {\n    "state": "Stopped"\n  }\n}'
    assert explanation.render(color=True).startswith("\x1b[1;31mno match\x1b[0m: 1 of")
    assert max(map(len, explanation.render(width=40).splitlines()[8:11])) <= 40


def test_dict():
    explanation = explain(STOPPED, '{"source": "aws.ec2", "detail": {"state": "Stopped"}}')
    tree = explanation.to_dict()
    assert tree == json.loads(explanation.to_json())
    assert (tree["matched"], tree["parts"][1]["miss"]["kind"]) == (False, "letter-case")
    place = tree["parts"][1]["miss"]["event"]
    assert explanation.event[place["start"] : place["end"]] == '"Stopped"'


@pytest.mark.parametrize("form", [str, str.encode, lambda text: bytearray(text.encode()), lambda text: memoryview(text.encode())])
def test_text_of_any_type(form):
    explanation = Pattern('{"a": ["é"]}').explain(form('{"a": "é"}'))
    assert explanation and explanation.event == '{"a": "é"}'


def nested(depth):
    """An object so deep, itself counted."""
    root = inner = {}
    for _ in range(depth - 1):
        inner["a"] = {}
        inner = inner["a"]
    return root


def cycle():
    root = {}
    root["again"] = root
    return root


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(2024, 1, 1),
        object(),
        float("nan"),
        float("-inf"),
        Decimal("sNaN"),
        Decimal("1E+3"),
        10**5000,
        {5: 6},
        {1: 2, "k": 3, None: 4},
        {"\ud800": "\udfff"},
        {},
        [],
        ({}, []),
        b"\xff",
        nested(998),
        nested(999),
        nested(1000),
        nested(100_000),
        cycle(),
        type('Quote"\n', (), {})(),
    ],
    ids=lambda value: type(value).__name__.strip('"\n'),
)
def test_what_no_rule_looks_at_may_be_anything(value):
    event = {"a": 1, "other": value}
    assert explain({"a": [1]}, event).matched
    assert not explain({"a": [2]}, event).matched


def test_keys_that_are_no_text_are_shown():
    event = {"a": {1: 2, "k": 3, None: {("x",): []}}}
    shown = '{\n  "a": {\n    "<int>": 2,\n    "k": 3,\n    "<NoneType>": {\n      "<tuple>": []\n    }\n  }\n}'
    assert explain({"a": [1]}, event).event == shown


class Dict(dict):
    def items(self):
        raise RuntimeError

    __iter__ = keys = __getitem__ = __len__ = items


class Str(str):
    def encode(self, *_):
        raise RuntimeError

    __str__ = __len__ = encode


class Int(int):
    def __repr__(self):
        return '1, "a": 2'

    __str__ = __repr__


class Float(float):
    __str__ = __repr__ = Int.__repr__


class Odd(Decimal):
    __str__ = Int.__repr__


class List(list):
    __iter__ = __len__ = Dict.items


def test_subclasses_are_what_they_derive_from():
    event = Dict({Str("a"): List([Int(7)]), "text": Str("x"), "many": Dict(k=Float(2)), "odd": Odd(5)})
    explanation = explain({"a": [7], "text": ["x"], "many": {"k": [2]}}, event)
    assert explanation.matched
    assert json.loads(explanation.event) == {"a": [7], "text": "x", "many": {"k": 2}, "odd": "<Odd>"}


def test_an_event_that_other_threads_change():
    event = {"a": ["x"], "other": {}}
    done = threading.Event()

    def change():
        for number in itertools.count():
            event["other"][number % 100] = event["a"][:] = [number] * (number % 50)
            event["other"].pop(number * 7 % 100, None)
            if done.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    for _ in range(2_000):
        assert not explain({"a": ["y"]}, event)
    done.set()
    thread.join()


def test_what_has_no_verdict_has_no_explanation():
    for event in ['{"a": 1', b"\xff", "[]", {"a": float("nan")}, {"a": object()}, {1: 2}, "{}}"]:
        with pytest.raises(EventError) as verdict:
            eventsieve.matches({"a": [1]}, event)
        with pytest.raises(EventError) as caught:
            explain({"a": [1]}, event)
        assert str(caught.value) == str(verdict.value)
        assert vars(caught.value) == vars(verdict.value)
    with pytest.raises(PatternError):
        explain("{", {})
    with pytest.raises(TypeError, match="an event must be str, bytes, bytearray, memoryview or dict, not int"):
        explain({"a": [1]}, 5)
    with pytest.raises(TypeError):
        Explanation()


def test_a_dict_that_comes_to_too_much():
    values = ["x" * 1000] * 1000
    event = {"a": 1, "many": [values] * 100}
    assert eventsieve.matches({"a": [1]}, event)
    with pytest.raises(EventError) as caught:
        explain({"a": [1]}, event)
    assert str(caught.value) == "too long: expected a `dict` of at most 64 MiB as text"
    assert vars(caught.value) == {"kind": "size", "path": None, "offset": None, "line": None, "column": None}
    endless = {"a": 1}
    endless["both"] = [endless, endless]
    with pytest.raises(EventError):
        explain({"a": [1]}, endless)


@pytest.mark.parametrize("made", [RuleSet, Matcher])
def test_rules(made):
    rules = made([("stopped", STOPPED), ("stopped", {"detail": {"state": ["Stopped"]}}), (5, {"a": [1]})])
    first, second = rules.explain("stopped", {"source": "aws.ec2", "detail": {"state": "Stopped"}})
    assert (first.matched, second.matched) == (False, True)
    assert first.pattern == '{"source":["aws.ec2"],"detail":{"state":["stopped"]}}'
    for id in ["other", ("stopped", 5)]:
        with pytest.raises(KeyError) as caught:
            rules.explain(id, {})
        assert caught.value.args == (id,)
    with pytest.raises(EventError):
        rules.explain(5, "")
