"""Reading patterns, and what is told of those that are none."""

import copy
import pickle
from decimal import Decimal

import pytest

import eventsieve
from eventsieve import Pattern, PatternError

STOPPED = '{"detail": {"state": ["stopped"]}}'


@pytest.mark.parametrize(
    "source", [STOPPED, STOPPED.encode(), bytearray(STOPPED.encode()), memoryview(STOPPED.encode())]
)
def test_text_of_any_type(source):
    assert str(Pattern(source)) == '{"detail":{"state":["stopped"]}}'


def test_dicts():
    source = {
        "a": ["x\n\"\\\x01é", 5, 1.5, True, None, Decimal("1.50"), {"numeric": (">", 10**30)}],
        "b": {"c": [{"exists": False}]},
    }
    text = r'{"a":["x\n\"\\\u0001é",5,1.5,true,null,1.50,{"numeric":[">",' + str(10**30) + ']}],"b":{"c":[{"exists":false}]}}'
    assert str(Pattern(source)) == text


def test_an_error_shows_the_place():
    with pytest.raises(PatternError) as caught:
        Pattern('{\n  "detail": {"total": [{"numerik": [">=", 1]}]}\n}')
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.kind, error.path, error.offset, error.line, error.column) == ("operator", "detail.total", 26, 2, 25)
    assert (error.message, error.hint) == ("unknown operator `numerik`", "did you mean `numeric`?")
    assert str(error) == (
        "unknown operator `numerik`\n"
        "  --> line 2, column 25, field `detail.total`\n"
        "  |\n"
        '2 |   "detail": {"total": [{"numerik": [">=", 1]}]}\n'
        "  |                         ^^^^^^^^^\n"
        "  = hint: did you mean `numeric`?"
    )


def test_an_error_in_a_dict_shows_its_text():
    with pytest.raises(PatternError) as caught:
        Pattern({"total": [{"numeric": [">", float("nan")]}]})
    assert caught.value.kind == "syntax"
    assert '{"total": [{"numeric": [">", NaN]}]}' in str(caught.value)
    with pytest.raises(PatternError) as caught:
        Pattern({"a": ["\ud800"]})
    assert (caught.value.kind, caught.value.offset) == ("surrogate", 8)


def test_lone_surrogates_in_text():
    with pytest.raises(PatternError) as caught:
        Pattern('{"a": ["\ud800"]}')
    assert (caught.value.kind, caught.value.offset) == ("utf8", 8)


def test_cycles_and_shared_parts_of_dicts():
    cycle = {}
    cycle["a"] = cycle
    with pytest.raises(PatternError, match="nested|deep"):
        Pattern(cycle)
    shared = ["x"]
    for _ in range(60):
        shared = [shared, shared]
    with pytest.raises(PatternError):
        Pattern({"a": shared})
    many = {"k": ["x"]}
    for _ in range(60):
        many = {"a": many, "b": many}
    with pytest.raises(PatternError) as caught:
        Pattern(many)
    assert caught.value.kind == "too_long"


@pytest.mark.parametrize(
    "source, message",
    [
        (5, "a pattern must be str, bytes, bytearray, memoryview or dict, not int"),
        ({1: ["x"]}, "a key of a pattern must be str, not int"),
        ({"a": [{1, 2}]}, "a value of a pattern must be str, int, float, Decimal, bool, None, list, tuple or dict, not set"),
    ],
)
def test_other_types(source, message):
    with pytest.raises(TypeError) as caught:
        Pattern(source)
    assert str(caught.value) == message


def test_options():
    legacy = '{"$or": ["x"]}'
    with pytest.raises(PatternError):
        Pattern(legacy)
    pattern = Pattern(legacy, or_as_field=True)
    assert pattern.matches({"$or": "x"})
    with pytest.raises(PatternError) as caught:
        Pattern(STOPPED, max_bytes=10)
    assert caught.value.kind == "too_long"
    for option in ["max_depth", "max_tests", "max_expansion"]:
        with pytest.raises(PatternError):
            Pattern(STOPPED, **{option: 0})


def test_equality_hash_and_repr():
    pattern = Pattern(STOPPED)
    same = Pattern({"detail": {"state": ["stopped"]}})
    assert pattern == same and hash(pattern) == hash(same)
    assert pattern != Pattern('{"a": [1]}') and pattern != STOPPED
    assert repr(pattern) == """Pattern('{"detail":{"state":["stopped"]}}')"""
    assert eval(repr(pattern), {"Pattern": Pattern}) == pattern


def test_copies_and_pickles():
    pattern = Pattern('{"$or": ["x"]}', or_as_field=True)
    assert copy.copy(pattern) is pattern and copy.deepcopy(pattern) is pattern
    loaded = pickle.loads(pickle.dumps(pattern))
    assert loaded == pattern and loaded.matches({"$or": "x"})
    wide = Pattern({"a": [f"{n:01000}" for n in range(300)]}, max_bytes=1 << 20)
    assert pickle.loads(pickle.dumps(wide)) == wide


def test_errors_can_be_pickled():
    with pytest.raises(PatternError) as caught:
        Pattern("{}")
    loaded = pickle.loads(pickle.dumps(caught.value))
    assert type(loaded) is PatternError and vars(loaded) == vars(caught.value) and str(loaded) == str(caught.value)


def test_matches():
    assert eventsieve.matches(STOPPED, {"detail": {"state": "stopped"}})
    assert not eventsieve.matches(Pattern(STOPPED), '{"detail": {"state": "running"}}')
    with pytest.raises(PatternError):
        eventsieve.matches("{", "{}")
