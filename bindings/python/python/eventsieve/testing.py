"""Assertions on patterns and events, whose failures say what was expected of what.

pytest users get them as fixtures, too; see `eventsieve.pytest_plugin`.
"""

from __future__ import annotations

import json
import re
from os import PathLike, fspath
from typing import TYPE_CHECKING

from ._eventsieve import Pattern, PatternError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._eventsieve import _EventSource, _PatternSource

_SPACE = re.compile(r"[ \t\r\n]*")


def assert_matches(pattern: _PatternSource, event: _EventSource) -> None:
    """Fails unless the pattern matches the event.

    Raises `AssertionError` if it doesn't; `PatternError` and `EventError` if it is no pattern or no event.

    >>> assert_matches({"source": ["aws.ec2"]}, {"source": "aws.ec2"})
    """
    __tracebackhide__ = True
    pattern = _read(pattern)
    if not pattern.matches(event):
        raise AssertionError(_message("the pattern does not match the event", pattern, event))


def assert_no_match(pattern: _PatternSource, event: _EventSource) -> None:
    """Fails if the pattern matches the event.

    Raises as `assert_matches` does.

    >>> assert_no_match({"source": ["aws.ec2"]}, {"source": "aws.s3"})
    """
    __tracebackhide__ = True
    pattern = _read(pattern)
    if pattern.matches(event):
        raise AssertionError(_message("the pattern matches the event", pattern, event))


def load_rules(path: str | PathLike[str]) -> dict[str, Pattern]:
    """The rules of a JSON file, which holds one object from id to pattern.

    Raises `PatternError` if a pattern is none, with a note that tells the rule and the line in the file; `ValueError` if
    the file holds something else, or an id twice.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rules: dict[str, Pattern] = {}
    for id, start, end in _members(text, path):
        if id in rules:
            raise ValueError(f"{_place(text, start, path)}: there are two rules `{id}`")
        try:
            rules[id] = Pattern(text[start:end])
        except PatternError as error:
            error.add_note(f"in rule `{id}`, which begins at {_place(text, start, path)}")
            raise
    return rules


def _members(text: str, path: str | PathLike[str]) -> Iterator[tuple[str, int, int]]:
    """The keys of the JSON object that a text is, with where their values begin and end."""
    decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode

    def sign(expected: str, at: int) -> int:
        """Where the next sign is, which has to be one of those expected."""
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if at == len(text) or text[at] not in expected:
            raise ValueError(f"{_place(text, at, path)}: expected {' or '.join(f'`{sign}`' for sign in expected)}")
        return at

    at = sign("{", 0)
    at = sign('"}', at + 1)
    try:
        while text[at] != "}":
            key, at = decode(text, at)
            at = sign(":", at) + 1
            start = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            _, at = decode(text, start)
            yield key, start, at
            at = sign(",}", at)
            if text[at] == ",":
                at = sign('"', at + 1)
    except json.JSONDecodeError as error:
        raise ValueError(f"{_place(text, error.pos, path)}: {error.msg}") from None
    if text[at + 1 :].strip(" \t\r\n"):
        raise ValueError(f"{_place(text, at, path)}: there is more after the rules")


def _place(text: str, at: int, path: str | PathLike[str]) -> str:
    return f"{fspath(path)}:{text.count(chr(10), 0, at) + 1}"


def _read(pattern: _PatternSource) -> Pattern:
    return pattern if isinstance(pattern, Pattern) else Pattern(pattern)


def _message(what: str, pattern: Pattern, event: _EventSource) -> str:
    return f"{what}\n  pattern: {pattern}\n  event:   {_text(event)}"


def _text(event: _EventSource) -> str:
    """The event on one line, if it isn't a text that has several."""
    if isinstance(event, dict):
        return repr(event)
    return event if isinstance(event, str) else bytes(event).decode()
