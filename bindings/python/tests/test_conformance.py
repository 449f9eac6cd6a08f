"""The project's labelled cases, with events as text and as dicts.

Some of the files are kept outside of the repository, in the folder that EVENTSIEVE_CONFORMANCE names.
"""

import base64
import gzip
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

import eventsieve
from eventsieve import EventError, Matcher, Pattern, PatternError, RuleSet

CORPUS = Path(__file__).parents[3] / "tests" / "corpus"
FOLDER = os.environ.get("EVENTSIEVE_CONFORMANCE")


def read(name):
    folder = CORPUS if (CORPUS / name).exists() else Path(FOLDER or "/nonexistent")
    if not (folder / name).exists():
        pytest.skip(f"{name} is not here: EVENTSIEVE_CONFORMANCE names no folder that has it")
    with (gzip.open if name.endswith(".gz") else open)(folder / name, "rb") as lines:
        cases = [json.loads(line) for line in lines]
    assert cases
    return cases


class NotHeld(Exception):
    """A dict does not hold what the text says."""


def as_dict(text):
    """The event as a dict with numbers as `Decimal`, or `NotHeld`."""

    def pairs(members):
        members = list(members)
        if len({key for key, _ in members}) < len(members):
            raise NotHeld("a key given twice")
        return dict(members)

    def number(spelling):
        value = Decimal(spelling)
        if not (str(value) == spelling or Decimal(repr(float(value))) == value):
            raise NotHeld("a number that is not comparable equals only its own spelling")
        return value

    def constant(name):
        raise NotHeld(name)

    event = json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_constant=constant)
    if not isinstance(event, dict):
        raise NotHeld("not an object")
    return event


def forms(text):
    """The event in every form that can hold it."""
    yield "str", text
    yield "bytes", text.encode()
    try:
        yield "dict", as_dict(text)
    except (ValueError, ArithmeticError, RecursionError, NotHeld):
        pass


@pytest.mark.parametrize(
    "name",
    [
        "pairs.jsonl.gz",
        "malformed.jsonl.gz",
        "edges.jsonl.gz",
        "or_as_field.jsonl",
        "divergences.jsonl",
        "aws_validated.jsonl",
    ],
)
def test_rules_and_events(name):
    failures, dicts = [], 0
    for line, case in enumerate(read(name), 1):
        if "rule" not in case:
            continue
        try:
            pattern = Pattern(case["rule"], or_as_field=case.get("or_as_field", False))
        except PatternError as error:
            if case.get("valid", True):
                failures.append((line, case["rule"], str(error)))
            continue
        if not case.get("valid", True):
            failures.append((line, case["rule"], "accepted"))
        if "match" not in case:
            continue
        for form, event in forms(case["event"]):
            dicts += form == "dict"
            if pattern.matches(event) != case["match"]:
                failures.append((line, form, case["rule"], case["event"], case["match"]))
    assert not failures, f"{len(failures)} failures, such as {failures[:5]}"
    assert dicts or name == "malformed.jsonl.gz"


def test_rulesets():
    for line, case in enumerate(read("rulesets.jsonl.gz"), 1):
        matcher = Matcher(enumerate(case["rules"]))
        for text, expected in zip(case["events"], case["matches"], strict=True):
            for form, event in forms(text):
                assert matcher.matches(event) == expected, (line, form, text)
                assert matcher.is_match(event) == bool(expected), (line, form, text)
        batch = eventsieve.Batch(matcher)
        assert list(batch.events(case["events"])) == case["matches"], line


def test_sequences():
    for line, case in enumerate(read("sequences.jsonl.gz"), 1):
        rules, matcher = RuleSet(), None
        for step, operation in enumerate(case["ops"]):
            options = {"or_as_field": operation.get("or_as_field", False)}
            if "add" in operation:
                matcher = None
                try:
                    rules.insert(operation["add"], Pattern(operation["rule"], **options))
                    assert operation.get("valid", True), (line, step)
                except PatternError:
                    assert not operation.get("valid", True), (line, step)
            elif "remove" in operation:
                matcher = None
                rules.remove_pattern(operation["remove"], Pattern(operation["rule"], **options))
            else:
                matcher = matcher or rules.compile()
                assert sorted(matcher.matches(operation["event"])) == sorted(operation["match"]), (line, step)


@pytest.mark.parametrize("name", ["events.jsonl.gz", "json_texts.jsonl.gz"])
def test_a_verdict_is_given_on_exactly_the_valid_events(name):
    matcher = Matcher({1: {"no such key": [{"exists": True}]}, 2: {"k": [{"exists": True}]}})
    judged = 0
    for line, case in enumerate(read(name), 1):
        valid = case.get("event_valid")
        if valid is None:
            continue
        judged += 1
        text = base64.b64decode(case["event_base64"])
        try:
            matcher.matches(text)
            assert valid, (line, text)
        except EventError:
            assert not valid, (line, text)
    assert judged
