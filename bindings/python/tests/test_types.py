"""The stubs: complete, and as the classes are."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import eventsieve

USE = """
from eventsieve import Batch, EventError, Explanation, Finding, Matcher, Pattern, RuleSet, Verdicts
from eventsieve import explain, lint, load_rules, matches, test_event_pattern
from typing import assert_type

matcher = Matcher({1: Pattern({"a": [1]})})
assert_type(matcher.matches(b"{}"), list[int])
assert_type(RuleSet([("a", {"a": [1]})]).compile(), Matcher[str])
verdicts = Batch(matcher).events(["{}", {}])
assert_type(verdicts, Verdicts[int])
for verdict in verdicts:
    if isinstance(verdict, EventError):
        assert_type(verdict.offset, int | None)
    elif verdict is not None:
        assert_type(verdict, list[int])
assert_type(matches("{}", {}), bool)
assert_type(explain("{}", {}), Explanation)
assert_type(Pattern("{}").explain(b"").render(color=True, width=80), str)
assert_type(matcher.explain(1, {}), list[Explanation])
assert_type(lint({"a": [1]}) + RuleSet(load_rules("rules.json")).lint(), list[Finding])
test_event_pattern(event_pattern="{}", event="{}")["Result"]
matcher.matches(5)  # type: ignore[arg-type]
"""


def test_use(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "use.py").write_text(USE)
    run([sys.executable, "-m", "mypy", "--strict", "use.py"], tmp_path)
    run([sys.executable, "-m", "mypy", "--strict", "--package", "eventsieve"], tmp_path)


def test_stubs_are_as_the_module_is(tmp_path):
    pytest.importorskip("mypy")
    run([sys.executable, "-m", "mypy.stubtest", "eventsieve"], tmp_path)


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_version():
    assert eventsieve.__version__ == importlib.metadata.version("eventsieve")


def test_the_package_says_that_it_is_typed():
    assert (Path(eventsieve.__file__).parent / "py.typed").exists()
