"""Arrow arrays in and out, without pyarrow where it isn't."""

import subprocess
import sys

import pytest

from eventsieve import Batch, EventError, Matcher

MATCHER = Matcher({"a": {"k": [{"exists": True}]}, "b": {"k": [1]}})
EVENTS = ['{"k": 1}', None, '{"k": 2}', "{oops", "{}"]
EXPECTED = [["a", "b"], None, ["a"], None, []]


@pytest.fixture
def pa():
    return pytest.importorskip("pyarrow")


def test_it_is_not_imported():
    code = "import sys, eventsieve; eventsieve.Batch(eventsieve.Matcher({})).events(['{}']); sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_type_of_text(pa):
    for kind in [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]:
        verdicts = Batch(MATCHER).events(pa.array(EVENTS, kind))
        assert [None if isinstance(verdict, EventError) else verdict for verdict in verdicts] == EXPECTED, kind
        assert verdicts[1] is None and verdicts[3].offset == 1
        assert [index for index, _ in verdicts.errors] == [3]


def test_a_list_array_of_ids(pa):
    found = pa.array(Batch(MATCHER).events(pa.array(EVENTS)))
    found.validate(full=True)
    assert found.to_pylist() == EXPECTED
    assert found.type == pa.list_(pa.field("item", pa.dictionary(pa.uint32(), pa.string()), nullable=False))
    plain = pa.array(Batch(MATCHER).events(EVENTS[:1]), pa.list_(pa.string()))
    assert plain.type == pa.list_(pa.string()) and plain.to_pylist() == [["a", "b"]]


def test_chunks_slices_and_empty_ones(pa):
    column = pa.chunked_array([EVENTS[:2], [], EVENTS[2:]], pa.string())
    assert pa.array(Batch(MATCHER).events(column)).to_pylist() == EXPECTED
    assert pa.array(Batch(MATCHER).events(pa.array(EVENTS).slice(1, 3))).to_pylist() == EXPECTED[1:4]
    empty = pa.array(Batch(MATCHER).events(pa.array([], pa.string())))
    assert empty.to_pylist() == []


def test_integer_ids(pa):
    matcher = Matcher({-5: {"k": [1]}, 2**40: {"k": [1]}})
    assert pa.array(Batch(matcher).events(['{"k": 1}'])).to_pylist() == [[-5, 2**40]]
    assert pa.array(Batch(Matcher({})).events(["{}"])).to_pylist() == [[]]


@pytest.mark.parametrize("ids", [["a", 1], [True], [2**63], [None]])
def test_other_ids(pa, ids):
    matcher = Matcher((id, {"k": [1]}) for id in ids)
    with pytest.raises(TypeError, match="all str or all int of 64 bits"):
        pa.array(Batch(matcher).events(['{"k": 1}']))


def test_other_arrays(pa):
    for array in [pa.array([1, 2]), pa.record_batch({"x": ["{}"]}), pa.table({"x": ["{}"]}), pa.array([["x"]])]:
        with pytest.raises(TypeError, match="an array of events must hold strings or binary, not "):
            Batch(MATCHER).events(array)


def test_strings_that_are_not_utf_8(pa):
    text = b'{"k": "\xff"}'
    offsets = pa.py_buffer((0).to_bytes(4, "little") + len(text).to_bytes(4, "little"))
    array = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(text)])
    [verdict] = Batch(MATCHER).events(array)
    assert verdict.kind == "utf8" and verdict.offset == 7
