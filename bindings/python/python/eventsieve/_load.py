"""Rules of files: of an object from id to pattern, and of templates."""

from __future__ import annotations

import codecs
import io
import json
import re
import warnings
from functools import partial
from os import PathLike, fspath
from typing import TYPE_CHECKING

from ._eventsieve import Pattern, PatternError, _is_template, _template_place, _template_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Id, text of the pattern, the line in which that begins, and from a byte of the text to line and column in the file.
    _Rule = tuple[str, str, int, Callable[[int], tuple[int, int]]]

# How many expressions of a file a warning tells of.
_TOLD = 50
_SPACE = re.compile(r"[ \t\r\n]*")
_OBJECT = "rules are one object from id to pattern, and a single pattern is read by `Pattern(text)`"


class RulesWarning(UserWarning):
    """The rules of a file may not be what they seem: something in a template's rules is what only the deployment knows; or
    there are no rules, so that nothing can be wrong with them.
    """


def load_rules(path: str | PathLike[str]) -> dict[str, Pattern]:
    """The rules of a file: by id if it is JSON of one object from id to pattern, or by name if it is a template.

    Templates are those of CloudFormation and SAM (YAML or JSON), the Serverless Framework (`serverless.yml`) and
    Terraform (`.tf`, `.tf.json`), and what `aws events list-rules` and `describe-rule` print. A file is one if its name ends
    so, or in `.yaml`, `.yml` or `.template`, or if it is JSON with typed `Resources` or such a list in it. A rule's name is
    its logical id, with the event's behind a dot for SAM (`Function.Event`), and with the event's number for Serverless
    (`function.events[0]`).

    What only the deployment knows, such as `!Ref AWS::AccountId`, is not known here. A text like `"${AWS::AccountId}"`
    stands in, and an event has to have that in order to match. A rule is left out if its pattern is nothing but an
    expression, or is JSON in a string with an expression outside of the quotes. A `RulesWarning` says so, one for each
    file. There is one, too, if no rules are found.

    Raises `PatternError` if a pattern is none, with a note that tells the rule and the place in the file, and one for each
    further rule that is wrong; `ValueError` if the file is not what it should be, has an id twice, or is a template with a
    rule that has neither a pattern nor a schedule; `OSError` if it can't be read.
    """
    __tracebackhide__ = True
    return read(path, stacklevel=3)


def read(path: str | PathLike[str], stacklevel: int) -> dict[str, Pattern]:
    """As `load_rules`, for a caller so far up that a warning is about."""
    __tracebackhide__ = True
    name = fspath(path)
    with open(path, "rb") as file:
        content = file.read()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:2]:
        raise ValueError(f"{name}: this looks like UTF-16; save it as UTF-8")
    try:
        # As a file of text is read: with one kind of line end.
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: not UTF-8 text at byte {error.start}") from None
    rules: dict[str, Pattern] = {}
    unknown: list[str] = []
    # All at once: what is wrong with the file goes before what is wrong with a pattern.
    found = list(_of_template(text, name, unknown) if _is_template(name, text) else _of_object(text, name))
    seen: set[str] = set()
    wrong: list[tuple[PatternError, str]] = []
    for id, pattern, line, place in found:
        if id in seen:
            raise ValueError(f"{name}:{line}: there are two rules `{_shown(id)}`")
        seen.add(id)
        try:
            rules[id] = Pattern(pattern)
        except PatternError as error:
            wrong.append((error, "at {}:{}:{}, in rule `{}`".format(name, *place(error.offset), _shown(id))))
    if wrong:
        (first, where), *others = wrong
        first.add_note(where)
        for other, where in others:
            hint = f"; hint: {other.hint}" if other.hint else ""
            first.add_note(f"{where}: {other.message}{hint}")
        raise first
    if unknown:
        more = [f"and {len(unknown) - _TOLD} more"] if len(unknown) > _TOLD else []
        lines = [f"{name} has expressions whose values only the deployment knows:", *unknown[:_TOLD], *more]
        message = "\n  ".join(lines)
        warnings.warn(message, RulesWarning, stacklevel)
    elif not rules:
        warnings.warn(f"no rules found in {name}", RulesWarning, stacklevel)
    return rules


def _shown(id: str) -> str:
    """An id as it may stand in a message, with nothing in it that a terminal would obey."""
    return id if id.isprintable() else ascii(id)[1:-1]


def _of_template(text: str, name: str, unknown: list[str]) -> Iterator[_Rule]:
    """The rules of a template, and what is not known of them."""
    try:
        rules = _template_rules(name, text)
    except ValueError as error:
        line, column, message = error.args
        raise ValueError(f"{name}:{line}:{column}: {message}") from None
    for index, (id, pattern, line, placeholders) in enumerate(rules):
        unknown += (f"line {at}, rule `{_shown(id)}`: {message}" for at, message in placeholders)
        if pattern is None and not placeholders:
            raise ValueError(f"{name}:{line}: rule `{_shown(id)}`: the template gives it no pattern")
        if pattern is not None:
            yield id, pattern, line, partial(_template_place, name, text, index)


def _place(text: str, start: int, pattern: str, offset: int) -> tuple[int, int]:
    """The line and column in a text of a byte of the pattern that begins there; without a pattern, where it begins."""
    at = start + len(pattern.encode()[:offset].decode(errors="ignore"))
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _of_object(text: str, name: str) -> Iterator[_Rule]:
    """The members of the JSON object that a text is."""
    decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode

    def place(at: int) -> str:
        return "{}:{}:{}".format(name, *_place(text, at, "", 0))

    def sign(expected: str, at: int) -> int:
        """Where the next sign is, which has to be one of those expected."""
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if at == len(text) or text[at] not in expected:
            raise ValueError(f"{place(at)}: expected {' or '.join(f'`{sign}`' for sign in expected)}")
        return at

    at = sign("{", 0)
    at = sign('"}', at + 1)
    line, counted, count = 1, 0, 0
    while text[at] != "}":
        try:
            key, at = decode(text, at)
            at = sign(":", at) + 1
            start = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            value, at = decode(text, start)
        except json.JSONDecodeError as error:
            raise ValueError(f"{place(error.pos)}: {error.msg}") from None
        except RecursionError:
            raise ValueError(f"{place(at)}: nested too deep") from None
        if isinstance(value, list):
            raise ValueError(f"{place(start)}: the rule `{_shown(key)}` is an array; {_OBJECT}")
        line += text.count("\n", counted, start)
        counted = start
        # A pattern may be given in a string.
        if isinstance(value, str) and text[start] == '"':
            yield key, value, line, partial(_place, text, start, "")
        else:
            yield key, text[start:at], line, partial(_place, text, start, text[start:at])
        count += 1
        at = sign(",}", at)
        if text[at] == ",":
            at = sign('"', at + 1)
    if count == 1 and key == "detail" and isinstance(value, dict):
        raise ValueError(f"{place(start)}: the only rule is called `detail`; {_OBJECT}")
    after = _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]
    if after < len(text):
        raise ValueError(f"{place(after)}: there is more after the rules, which are one object from id to pattern")
