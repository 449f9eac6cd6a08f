"""Assertions on patterns and events, whose failures say why.

pytest users get them as fixtures, too; see `eventsieve.pytest_plugin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._eventsieve import explain

if TYPE_CHECKING:
    from ._eventsieve import _EventSource, _PatternSource


def assert_matches(pattern: _PatternSource, event: _EventSource) -> None:
    """Fails unless the pattern matches the event. The message is the explanation.

    Raises `AssertionError` if it doesn't; `PatternError` and `EventError` if it is no pattern or no event.

    >>> assert_matches({"source": ["aws.ec2"]}, {"source": "aws.ec2"})
    """
    __tracebackhide__ = True
    explanation = explain(pattern, event)
    if not explanation:
        raise AssertionError(str(explanation))


def assert_no_match(pattern: _PatternSource, event: _EventSource) -> None:
    """Fails if the pattern matches the event. The message says which values pass which tests.

    Raises as `assert_matches` does.

    >>> assert_no_match({"source": ["aws.ec2"]}, {"source": "aws.s3"})
    """
    __tracebackhide__ = True
    explanation = explain(pattern, event)
    if explanation:
        raise AssertionError(f"expected no match, but there is a {explanation}")
