"""The call that EventBridge itself offers for testing patterns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ._eventsieve import EventError, matches

if TYPE_CHECKING:
    from ._eventsieve import _EventSource, _PatternSource

# What the documentation of TestEventPattern says is mandatory.
ENVELOPE = ("id", "account", "source", "time", "region", "resources", "detail-type")


def test_event_pattern(
    *, event_pattern: _PatternSource, event: _EventSource, check_envelope: bool = False
) -> dict[str, bool]:
    """Whether a pattern matches an event, in the shape of boto3's `events.test_event_pattern`.

    Returns `{"Result": True}` or `{"Result": False}`. With `check_envelope`, an event that lacks one of the fields that
    EventBridge wants in every event is an `EventError` of kind `"envelope"`, as it is an error there: `id`, `account`,
    `source`, `time`, `region`, `resources` and `detail-type`. Only whether they are there is checked.

    >>> test_event_pattern(event_pattern='{"source": ["aws.ec2"]}', event='{"source": "aws.ec2"}')
    {'Result': True}

    Raises `PatternError` and `EventError` as `matches` does.
    """
    result = matches(event_pattern, event)
    if check_envelope:
        _check_envelope(event)
    return {"Result": result}


def _check_envelope(event: _EventSource) -> None:
    """Of an event that has a verdict, so that it is well-formed."""
    if isinstance(event, dict):
        envelope = event
    else:
        text = event if isinstance(event, str) else bytes(event)
        # What is in the fields is of no interest, nor how long a number is.
        envelope = json.loads(text, parse_int=str, parse_float=str)
    missing = [field for field in ENVELOPE if field not in envelope]
    if missing:
        error = EventError(f"the event has no {', '.join(f'`{field}`' for field in missing)}")
        error.kind = "envelope"
        error.path = missing[0]
        error.offset = error.line = error.column = None
        raise error
