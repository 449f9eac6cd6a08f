"""What the compiled part of the package offers. `eventsieve` has all of it; import it from there."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar, final, overload

__all__ = [
    "Batch",
    "EventError",
    "Explanation",
    "Finding",
    "Matcher",
    "Pattern",
    "PatternError",
    "RuleSet",
    "Verdicts",
    "__version__",
    "_finding",
    "_is_template",
    "_template_place",
    "_template_rules",
    "explain",
    "lint",
    "matches",
]

_Id = TypeVar("_Id", bound=Hashable)

_Text: TypeAlias = str | bytes | bytearray | memoryview
_EventSource: TypeAlias = _Text | dict[str, Any]
_PatternSource: TypeAlias = Pattern | _Text | dict[str, Any]

__version__: Final[str]
"""The package's version."""

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class PatternError(ValueError):
    """A text that is no event pattern. `str()` of it shows the place, over several lines, for the pattern's author."""

    kind: str
    """What kind of error: `utf8`, `syntax`, `surrogate`, `structure`, `or`, `operator`, `operand`, `number`,
    `wildcard`, `cidr`, or, where a limit is exceeded, `too_long`, `too_deep`, `too_many_tests`,
    `too_many_combinations` or `too_large`."""
    path: str
    """The path of the field, keys joined with `.`; empty at the top of the pattern."""
    offset: int
    """Where in the pattern's text, in bytes of its UTF-8."""
    line: int
    """The line of `offset`, from 1."""
    column: int
    """The column of `offset`, from 1, in characters."""
    message: str
    """What is wrong, in one line."""
    hint: str | None
    """What to do about it, in one line, where that is known."""

class EventError(ValueError):
    """An event that has no verdict: it neither matches nor fails to."""

    kind: str
    """What kind of error: `syntax`, `not_an_object`, `utf8`, `depth`, `size`, `array_budget`, `value`, or `envelope`
    (of `test_event_pattern`)."""
    path: str | None
    """Of an event that is a dict, the path of the field, keys joined with `.`."""
    offset: int | None
    """Of an event that is a text, where in it, in bytes of its UTF-8."""
    line: int | None
    """The line of `offset`, from 1."""
    column: int | None
    """The column of `offset`, from 1, in characters."""

@final
class Pattern:
    """An event pattern: what a rule asks of an event.

    `source` is JSON text, or a dict that is written as JSON first. Immutable and hashable; equal to a pattern of the same
    canonical print, which is what `str()` gives: the text without white space, numbers as they were spelt.

    `or_as_field` reads a rule in which any `$or` has another shape than the operator's once more, with `$or` as an
    ordinary field name. The limits (bytes of the text, nesting, tests, combinations of `$or`, bytes when written out)
    have the defaults of the Rust crate, which are far beyond what EventBridge allows.

    Raises `PatternError`.
    """

    def __new__(
        cls,
        source: _Text | dict[str, Any],
        *,
        or_as_field: bool = False,
        max_bytes: int | None = None,
        max_depth: int | None = None,
        max_tests: int | None = None,
        max_or_combinations: int | None = None,
        max_expansion: int | None = None,
    ) -> Pattern: ...
    def matches(self, event: _EventSource, *, trusted: bool = False) -> bool:
        """Whether the pattern matches the event. The pattern is compiled at the first call.

        `trusted` promises that a text is one well-formed JSON object, without keys given twice and without keys whose
        dots spell another path; parts of it that the pattern doesn't mention are then passed over unchecked.

        Raises `EventError`.
        """

    def explain(self, event: _EventSource) -> Explanation:
        """Why the pattern matches the event, or doesn't. For people, not for streams.

        Raises `EventError` as `matches` does, and if a dict comes to more than 64 MiB as text.
        """

    def lint(self, *, eventbridge: bool = True) -> list[Finding]:
        """What is suspicious about the pattern, in the order of its text.

        `eventbridge=False` leaves out what is only so on Amazon EventBridge: what it refuses, and fields that its events
        don't have.
        """

    def implies(self, other: _PatternSource) -> bool:
        """Whether every event that this pattern matches is matched by the other one, too.

        `True` is sure. `False` may also mean that it could not be told. Raises `PatternError`.
        """

    @property
    def text(self) -> str:
        """What it was read from, which findings and explanations point into."""

    def __hash__(self) -> int: ...
    def __copy__(self) -> Pattern: ...
    def __deepcopy__(self, _memo: object) -> Pattern: ...
    def __getnewargs_ex__(self) -> tuple[tuple[object, ...], dict[str, object]]: ...

@final
class RuleSet(Generic[_Id]):
    """Patterns under ids, to be compiled into a `Matcher`.

    An id is any hashable object. It should not change, and to be pickled or to go into an Arrow array it has to be of a
    type that can. Several patterns under one id are alternatives. `rules` is a mapping from id to pattern, or pairs of
    both.

    Not to be changed by one thread while another uses it: that is a `RuntimeError`.
    """

    def __new__(
        cls, rules: Mapping[_Id, _PatternSource] | Iterable[tuple[_Id, _PatternSource]] | None = None
    ) -> RuleSet[_Id]: ...
    def insert(self, id: _Id, pattern: _PatternSource) -> bool:
        """Adds a pattern under an id. Returns `False` if that id has that pattern already.

        Raises `PatternError`, and what the hash of the id raises. The rules are as they were then.
        """

    def update(self, rules: Mapping[_Id, _PatternSource] | Iterable[tuple[_Id, _PatternSource]]) -> None:
        """Adds rules one after the other, up to the first that is wrong."""

    def remove(self, id: _Id) -> bool:
        """Removes an id with all its patterns. Returns `False` if it isn't there."""

    def remove_pattern(self, id: _Id, pattern: _PatternSource) -> bool:
        """Removes one pattern of an id, and the id with its last one. Returns `False` if it isn't there."""

    def patterns(self, id: _Id) -> list[Pattern]:
        """The patterns of an id; none if it isn't there."""

    def explain(self, id: _Id, event: _EventSource) -> list[Explanation]:
        """Why each pattern of an id matches the event, or doesn't. Places are in their canonical texts.

        Raises `KeyError` if the id isn't there, and `EventError`.
        """

    def lint(self, *, eventbridge: bool = True) -> list[Finding]:
        """What is suspicious about the rules, one by one as `Pattern.lint` has it, and which of them others cover.

        In the order of the ids. Places are in the canonical texts of the patterns.
        """

    def ids(self) -> list[_Id]:
        """The ids, in the order in which they were first inserted."""

    def compile(
        self,
        *,
        max_event_depth: int | None = None,
        array_budget: int | None = None,
        sample: Iterable[_Text] | None = None,
    ) -> Matcher[_Id]:
        """Compiles the rules. The rule set can be changed and compiled again.

        `max_event_depth`: how deep an event may be nested, 1,000 by default. `array_budget`: how many steps the check of
        array elements may take where a path has several routes. `sample`: events like those to come, as text, which
        tell the compiler what is rare.

        Raises `ValueError` if the environment variable `EVENTSIEVE_KERNEL` asks for what can't be had.
        """

    def copy(self) -> RuleSet[_Id]:
        """A rule set that can be changed without this one."""

    def __copy__(self) -> RuleSet[_Id]: ...
    def __len__(self) -> int:
        """How many patterns there are, over all ids."""

    def __contains__(self, id: object, /) -> bool: ...
    def __class_getitem__(cls, ids: object) -> object: ...

@final
class Matcher(Generic[_Id]):
    """Compiled rules. Immutable; any number of threads may use it at once.

    `rules` is what `RuleSet` takes, or a `RuleSet`; the options are those of `RuleSet.compile`. A pickle holds the
    patterns, which are compiled again where it is loaded.
    """

    def __new__(
        cls,
        rules: RuleSet[_Id] | Mapping[_Id, _PatternSource] | Iterable[tuple[_Id, _PatternSource]],
        *,
        max_event_depth: int | None = None,
        array_budget: int | None = None,
        sample: Iterable[_Text] | None = None,
    ) -> Matcher[_Id]: ...
    def matches(self, event: _EventSource, *, trusted: bool = False) -> list[_Id]:
        """The ids of the rules that match the event: each once, in the order in which they were first inserted.

        `trusted` is as in `Pattern.matches`. Other threads run meanwhile if the event is a text of 2 KiB or more.

        Raises `EventError`.
        """

    def is_match(self, event: _EventSource, *, trusted: bool = False) -> bool:
        """Whether any rule matches the event. It stops at the first one that does.

        Raises `EventError`.
        """

    def patterns(self, id: _Id) -> list[Pattern]:
        """The patterns of an id; none if it isn't there. Linear in the number of ids."""

    def explain(self, id: _Id, event: _EventSource) -> list[Explanation]:
        """Why each pattern of an id matches the event, or doesn't; as `RuleSet.explain`, with the default options."""

    @property
    def ids(self) -> tuple[_Id, ...]:
        """The ids, in the order in which they were first inserted."""

    @property
    def kernel(self) -> str:
        """What scans events: `portable`, `neon`, `avx2` or `avx512`."""

    def __copy__(self) -> Matcher[_Id]: ...
    def __deepcopy__(self, _memo: object) -> Matcher[_Id]: ...
    def __getnewargs_ex__(self) -> tuple[tuple[object, ...], dict[str, object]]: ...
    def __class_getitem__(cls, ids: object) -> object: ...
    def __len__(self) -> int:
        """How many ids there are."""

@final
class Batch(Generic[_Id]):
    """Matches many events at a time, on several threads, while other threads run Python.

    `threads`: how many, the calling one included; by default, and at most, as many as there are processors. `trusted` is
    as in `Pattern.matches`. `first_only` stops at the first rule that matches an event.

    Keep it: its memory is used again. Each of several calls at a time has threads of its own.
    """

    def __new__(
        cls, matcher: Matcher[_Id], *, threads: int | None = None, trusted: bool = False, first_only: bool = False
    ) -> Batch[_Id]: ...
    def events(self, events: Iterable[_EventSource] | _ArrowArray | _ArrowStream) -> Verdicts[_Id]:
        """Matches events that are apart: a list or another iterable, or an Arrow array of strings or binary.

        The array is whatever has the Arrow PyCapsule interface, such as a `pyarrow.Array` or `pyarrow.ChunkedArray`, or
        a `polars.Series`. A null in it has no verdict. Events that are dicts are matched one by one.

        A list is read while it is matched, some hundred events at a time. Those that are appended meanwhile aren't matched.
        Raises `RuntimeError` if it becomes shorter, and what a signal's handler raises.
        """

    def lines(self, text: _Text) -> Verdicts[_Id]:
        """Matches the lines of newline-delimited JSON. Blank lines are passed over.

        Raises what a signal's handler raises.
        """

    @property
    def matcher(self) -> Matcher[_Id]:
        """What it was made of."""

    def __class_getitem__(cls, ids: object) -> object: ...

@final
class Verdicts(Generic[_Id]):
    """The verdicts on the events of a batch, in their order: a sequence, made into Python objects when asked.

    Each is the list of the ids of the rules that match; an `EventError` (not raised) for an event that has no verdict; or
    `None` for a null of Arrow's.

    It also has the Arrow PyCapsule interface: `pyarrow.array(verdicts)` is a list array of the ids, dictionary-encoded,
    with null for each event that has no verdict. The ids must be all `str` or all `int` of 64 bits for that.
    """

    @property
    def errors(self) -> list[tuple[int, EventError]]:
        """The events that have no verdict because of an error, counted from 0, and the errors."""

    def span(self, index: int) -> slice:
        """Where in the text (in bytes of its UTF-8) the event at an index is.

        Raises `ValueError` if the events were not given as lines.
        """

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> list[_Id] | EventError | None: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[list[_Id] | EventError | None]: ...
    def __iter__(self) -> Iterator[list[_Id] | EventError | None]: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __arrow_c_schema__(self) -> object: ...
    def __class_getitem__(cls, ids: object) -> object: ...

@final
class Explanation:
    """Why a pattern matches an event, or doesn't: what `explain` gives.

    It is true if the pattern matches. `str()` is the text for people, without colours.
    """

    @property
    def matched(self) -> bool:
        """Whether the pattern matches the event."""

    @property
    def pattern(self) -> str:
        """The pattern's text, which places in patterns point into."""

    @property
    def event(self) -> str:
        """The event's text, which places in events point into. A dict is written as JSON; a text that names its type
        stands for what JSON doesn't have."""

    def render(self, *, color: bool = False, width: int | None = None) -> str:
        """The text for people: an overview, then what is wrong with each field that fails, with the places in both texts.

        `color` is for a terminal; `width` is how many columns a line may take, 100 by default, at least 40.
        """

    def to_json(self) -> str:
        """The explanation as JSON text, of the shape that the crate's documentation of explanations describes."""

    def to_dict(self) -> dict[str, Any]:
        """As `to_json`, read."""

    def __bool__(self) -> bool: ...

@final
class Finding:
    """Something about a pattern that its author may not have meant: what `lint` gives.

    Findings that say the same of the same text, of the same ids, are equal. `str()` is the text for people, with the place
    in the pattern.
    """

    @property
    def code(self) -> str:
        """What kind of finding it is, such as `never-matches`; the crate's list of lints explains each."""

    @property
    def severity(self) -> str:
        """How bad it is: `note` (worth knowing), `warning` (most likely not what was meant) or `error` (the rule can't do
        its work)."""

    @property
    def message(self) -> str:
        """What was found, in one line."""

    @property
    def hint(self) -> str | None:
        """What to do about it, in one line, where that is known."""

    @property
    def path(self) -> str:
        """The path of the field, keys joined with `.`; empty if it is about the whole pattern."""

    @property
    def pattern(self) -> str:
        """The pattern's text, which the place is in."""

    @property
    def offset(self) -> int:
        """Where in the pattern's text it is, in bytes of its UTF-8."""

    @property
    def end(self) -> int:
        """Where in the pattern's text it ends, in bytes of its UTF-8."""

    @property
    def line(self) -> int:
        """The line of `offset`, from 1."""

    @property
    def column(self) -> int:
        """The column of `offset`, from 1, in characters."""

    @property
    def id(self) -> Any:
        """The id of the rule that it is about, from `RuleSet.lint`; otherwise `None`."""

    @property
    def other(self) -> Any:
        """For `covered-rule`, the id of the rule that covers this one; otherwise `None`."""

    def to_dict(self) -> dict[str, Any]:
        """What is above as JSON has it, without ids and text, with the related places of the pattern."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, tuple[object, ...]]: ...

def explain(pattern: _PatternSource, event: _EventSource) -> Explanation:
    """Why a pattern matches an event, or doesn't: `Pattern.explain`.

    Raises `PatternError` and `EventError`.
    """

def lint(pattern: _PatternSource, *, eventbridge: bool = True) -> list[Finding]:
    """What is suspicious about a pattern: `Pattern.lint`.

    Raises `PatternError`.
    """

def matches(pattern: _PatternSource, event: _EventSource, *, trusted: bool = False) -> bool:
    """Whether a pattern matches an event.

    For a test now and then: a pattern that isn't a `Pattern` is read and compiled each time, which takes some
    microseconds. `trusted` is as in `Pattern.matches`.

    Raises `PatternError` and `EventError`.
    """

def _finding(json: str, text: str, ids: tuple[object, ...]) -> Finding:
    """A finding as it was pickled."""

def _is_template(file_name: str, text: str) -> bool:
    """Whether a file is likely to be a template, by its name or by what is in it."""

def _template_place(file_name: str, text: str, rule: int, offset: int) -> tuple[int, int]:
    """The line and column of what a byte of a rule's pattern was made of. `rule` is its index in `_template_rules`."""

def _template_rules(file_name: str, text: str) -> list[tuple[str, str | None, int, list[tuple[int, str]]]]:
    """The rules of a template: name, text of the pattern if it is known, its line, and what is not known, by line.

    Raises `ValueError` of line, column and message.
    """
