"""The call that EventBridge offers."""

import json

import pytest

import eventsieve

ENVELOPE = {
    "id": "1",
    "account": "123456789012",
    "source": "aws.ec2",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail-type": "x",
}


def call(event, **options):
    return eventsieve.test_event_pattern(event_pattern='{"source": ["aws.ec2"]}', event=event, **options)


def test_results():
    assert call('{"source": "aws.ec2"}') == {"Result": True}
    assert call({"source": "aws.s3"}) == {"Result": False}
    for event in [ENVELOPE, json.dumps(ENVELOPE), json.dumps(ENVELOPE).encode()]:
        assert call(event, check_envelope=True) == {"Result": True}


@pytest.mark.parametrize("form", [dict, json.dumps, lambda event: json.dumps(event).encode()])
def test_a_field_that_is_missing(form):
    event = {**ENVELOPE, "n": 10**4000}
    del event["time"], event["resources"]
    with pytest.raises(eventsieve.EventError) as caught:
        call(form(event), check_envelope=True)
    assert str(caught.value) == "the event has no `time`, `resources`"
    assert (caught.value.kind, caught.value.path, caught.value.offset) == ("envelope", "time", None)


def test_errors():
    with pytest.raises(eventsieve.EventError):
        call("{", check_envelope=True)
    with pytest.raises(eventsieve.PatternError):
        eventsieve.test_event_pattern(event_pattern="{}", event="{}")
