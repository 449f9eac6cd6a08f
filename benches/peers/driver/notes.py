"""What people should know beside the rows: on standard error at once, and in the results."""

import sys

NOTES = []


def say(message):
    print(f"peers: {message}", file=sys.stderr, flush=True)


def note(message):
    say(message)
    NOTES.append(message)
