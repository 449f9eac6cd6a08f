"""Matches JSON events against Amazon EventBridge event patterns, many rules at a time.

>>> import eventsieve
>>> eventsieve.matches({"detail": {"total": [{"numeric": [">=", 1000]}]}}, {"detail": {"total": 1200}})
True
>>> matcher = eventsieve.Matcher({
...     "big": {"detail": {"total": [{"numeric": [">=", 1000]}]}},
...     "rush": {"detail": {"shipping": [{"equals-ignore-case": "express"}]}},
... })
>>> matcher.matches('{"detail": {"total": 1200.00, "shipping": "Express"}}')
['big', 'rush']
"""

from ._aws import test_event_pattern
from ._eventsieve import (
    Batch,
    EventError,
    Explanation,
    Finding,
    Matcher,
    Pattern,
    PatternError,
    RuleSet,
    Verdicts,
    __version__,
    explain,
    lint,
    matches,
)
from ._load import RulesWarning, load_rules

__all__ = [
    "Batch",
    "EventError",
    "Explanation",
    "Finding",
    "Matcher",
    "Pattern",
    "PatternError",
    "RuleSet",
    "RulesWarning",
    "Verdicts",
    "__version__",
    "explain",
    "lint",
    "load_rules",
    "matches",
    "test_event_pattern",
]
