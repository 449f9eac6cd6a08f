"""A pytest plugin, which pytest finds by itself where this package is installed.

It has the fixtures `assert_matches` and `assert_no_match`, which are the functions of `eventsieve.testing`, and
`load_rules`, which is `eventsieve.load_rules` for files beside the test's:

    def test_orders(load_rules, assert_matches):
        rules = load_rules("template.yaml")
        assert_matches(rules["big"], {"detail": {"total": 1200}})

Where `assert rules.lint() == []` fails, the findings are shown as people read them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import _aws, _load, testing
from ._eventsieve import Finding, Pattern


def pytest_pycollect_makeitem(obj: object) -> list[Any] | None:
    """`test_event_pattern` has the name of a test, and is none where a module of tests imports it."""
    return [] if obj is _aws.test_event_pattern else None


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What was found, where `assert rules.lint() == []` fails."""
    if op != "==" or right != [] or not isinstance(left, list) or not all(isinstance(one, Finding) for one in left):
        return None
    return [f"{len(left)} {'finding' if len(left) == 1 else 'findings'}", *"\n".join(map(str, left)).splitlines()]


@pytest.fixture(name="assert_matches", scope="session")
def _assert_matches() -> Callable[..., None]:
    """`eventsieve.testing.assert_matches`: fails unless a pattern matches an event."""
    return testing.assert_matches


@pytest.fixture(name="assert_no_match", scope="session")
def _assert_no_match() -> Callable[..., None]:
    """`eventsieve.testing.assert_no_match`: fails if a pattern matches an event."""
    return testing.assert_no_match


@pytest.fixture(name="load_rules")
def _load_rules(request: pytest.FixtureRequest) -> Callable[[str | Path], dict[str, Pattern]]:
    """`eventsieve.load_rules`, where a relative path starts from the folder of the test's file."""

    def load_rules(path: str | Path) -> dict[str, Pattern]:
        __tracebackhide__ = True
        return _load.read(request.path.parent / path, stacklevel=3)

    return load_rules
