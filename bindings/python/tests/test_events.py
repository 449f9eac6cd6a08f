"""Events of every form, and what can't be one."""

import collections
import enum
import sys
import types
from decimal import Decimal

import pytest

from eventsieve import EventError, Matcher, Pattern


def verdict(test, value):
    return Pattern({"a": [test]}).matches({"a": value})


@pytest.mark.parametrize("form", [str, str.encode, lambda text: bytearray(text.encode()), lambda text: memoryview(text.encode())])
def test_text_of_any_type(form):
    matcher = Matcher({1: {"a": ["é"]}})
    assert matcher.matches(form('{"a": "é"}')) == [1]
    assert matcher.matches(form('{"a": "é"}' + " " * 5000)) == [1]
    with pytest.raises(EventError) as caught:
        matcher.matches(form('{"a": "é",\n "é": }'))
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.kind, error.path, error.offset, error.line, error.column) == ("syntax", None, 19, 2, 7)
    assert str(error) == "not well-formed JSON at byte 19: expected a value"
    place = "  --> line 2, column 7\n  |\n2 |  \"é\": }\n  |       ^"
    assert error.__notes__ == [place]
    with pytest.raises(EventError) as caught:
        matcher.explain(1, form('{"a": "é",\n "é": True}'))
    assert caught.value.__notes__ == [place.replace("}", "True}").replace("^", "^^^^") + "\n  = hint: write `true`"]


@pytest.mark.parametrize(
    "test, value, expected",
    [
        ("x", "x", True),
        ("x", "y", False),
        ("é😀", "é😀", True),
        (5, 5, True),
        (5, 5.0, True),
        (5, Decimal("5.00"), True),
        (1, True, False),
        (True, True, True),
        (False, False, True),
        (None, None, True),
        (1.5e300, 1.5e300, True),
        (10**22, 10**22, True),
        ({"numeric": ["<", 0]}, -(10**18), True),
        ({"numeric": [">", 0]}, 10**20, True),
        ({"numeric": [">", 0]}, 2**64 + 1, False),  # not comparable
        (2**64 + 1, 2**64 + 1, True),  # equal by its spelling
        (Decimal("0.12345678901234567890123"), Decimal("0.12345678901234567890123"), True),
        ("x", ["y", ("z", "x")], True),
        ({"exists": False}, [], True),
        ({"exists": True}, {}, False),
        ("\ufffd", "\ud800", True),  # as its escape in a text
        ("😀", "\ud83d\ude00", True),
    ],
)
def test_values_of_dicts(test, value, expected):
    assert verdict(test, value) is expected


def test_subclasses():
    class Colour(enum.StrEnum):
        RED = "red"

    class Size(enum.IntEnum):
        BIG = 7

    event = collections.OrderedDict({Colour.RED: [Colour.RED, Size.BIG], "d": collections.defaultdict(list, k=[1])})
    assert Pattern({"red": ["red"], "d": {"k": [1]}}).matches(event)
    assert Pattern({"red": [7]}).matches(event)


def test_keys():
    assert Pattern({"a": {"b": [1]}}).matches({"a.b": 1})
    assert Pattern({"\ufffd": [1]}).matches({"\udc00": 1})
    with pytest.raises(EventError) as caught:
        Pattern({"a": {"b": [1]}}).matches({"a": {1: 1}})
    assert (caught.value.kind, caught.value.path) == ("value", "a")
    assert str(caught.value) == "a value without meaning in field `a`: expected keys of type `str`"


@pytest.mark.parametrize(
    "value, expected",
    [
        (float("nan"), "a finite number"),
        (float("-inf"), "a finite number"),
        (Decimal("NaN"), "a finite number"),
        (Decimal("Infinity"), "a finite number"),
        (10**5000, "an integer of at most 4300 digits"),
        (-(1 << 4_000_000), "an integer of at most 4300 digits"),
        (b"x", "`str`, `int`, `float`, `Decimal`, `bool`, `None`, `list`, `tuple` or `dict`"),
        ({1, 2}, "`str`, `int`, `float`, `Decimal`, `bool`, `None`, `list`, `tuple` or `dict`"),
        (types.MappingProxyType({}), "`str`, `int`, `float`, `Decimal`, `bool`, `None`, `list`, `tuple` or `dict`"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_without_meaning(value, expected):
    pattern = Pattern({"detail": {"total": [1], "other": [1]}})
    with pytest.raises(EventError) as caught:
        pattern.matches({"detail": {"list": [], "total": [[1, value]]}})
    error = caught.value
    assert (error.kind, error.path, error.offset, error.line) == ("value", "detail.total", None, None)
    assert str(error) == f"a value without meaning in field `detail.total`: expected {expected}"
    # What no rule mentions isn't looked at.
    assert not pattern.matches({"detail": {"unmentioned": value}})


def test_a_limit_of_pythons_own_on_digits():
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        with pytest.raises(EventError):
            verdict(1, 10**700)
        sys.set_int_max_str_digits(0)
        with pytest.raises(EventError):
            verdict(1, 10**5000)
    finally:
        sys.set_int_max_str_digits(before)
    assert verdict(10**4000, 10**4000)


def test_an_object_that_raises():
    class Odd(Decimal):
        def __str__(self):
            raise RuntimeError

    with pytest.raises(EventError):
        verdict(1, Odd(1))


def test_depth():
    def nested(levels):
        value = 1
        for _ in range(levels):
            value = [value]
        return value

    assert verdict(1, nested(999))
    with pytest.raises(EventError) as caught:
        verdict(1, nested(1000))
    assert (caught.value.kind, caught.value.path) == ("depth", "a")
    with pytest.raises(EventError) as caught:
        Matcher({1: {"a": [1]}}, max_event_depth=3).matches({"a": [[[1]]]})
    assert caught.value.kind == "depth"


def test_cycles_and_shared_parts():
    cycle = []
    cycle.append(cycle)
    with pytest.raises(EventError, match="nested deeper than the limit in field `a`"):
        verdict(1, cycle)
    event = {}
    event["a"] = event
    assert not Pattern({"a": {"a": {"b": [1]}}}).matches(event)
    shared = ["x" * 1_000_000]
    for _ in range(60):
        shared = [shared, shared]
    with pytest.raises(EventError) as caught:
        verdict(1, shared)
    assert caught.value.kind == "size"


def test_an_event_that_changes_while_it_is_read():
    event = {"a": None, "b": 1}

    class Meddler(Decimal):
        def __str__(self):
            event["a"].clear()
            event.clear()
            return "5"

    event["a"] = [Meddler(1)] + [5] * 1000
    assert Pattern({"a": [5], "b": [1]}).matches(event)
    assert event == {}


@pytest.mark.parametrize("event", [None, 5, ["x"], object()])
def test_other_types(event):
    with pytest.raises(TypeError, match="^an event must be str, bytes, bytearray, memoryview or dict, not "):
        Pattern({"a": [1]}).matches(event)


@pytest.mark.parametrize(
    "event, kind, offset",
    [
        ("", "not_an_object", 0),
        ("[]", "not_an_object", 0),
        ('{"a": 1} x', "syntax", 9),
        ('{"a": NaN}', "syntax", 6),
        (b'{"a": "\xff"}', "utf8", 7),
        ('{"a": "\ud800"}', "utf8", 7),
        ("[" * 5000, "not_an_object", 0),
        ('{"a": ' + "[" * 5000, "depth", 1005),
    ],
)
def test_texts_without_a_verdict(event, kind, offset):
    with pytest.raises(EventError) as caught:
        Pattern({"a": [1]}).matches(event)
    assert (caught.value.kind, caught.value.offset) == (kind, offset)


def test_trusted():
    pattern = Pattern({"a": [1]})
    assert pattern.matches('{"a": 1}', trusted=True)
    assert Matcher({1: pattern}).matches(b'{"a": 1, "b": 2}', trusted=True) == [1]
