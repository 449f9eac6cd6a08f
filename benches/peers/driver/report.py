"""Rows for programs and tables for people."""

import datetime
import math

from . import machine
from .paths import PROJECT

COLUMNS = "engine workload rules refused build_s rss_mb events_per_s gb_per_s matches matches_hash".split()


def number(value, digits=4):
    """So many digits that count, and never an exponent."""
    if value is None:
        return "-"
    if value == 0 or not math.isfinite(value):
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):.{max(0, places)}f}"


def integer(value):
    return "-" if value is None else str(value)


def row(result):
    return "\t".join((
        result.engine.name,
        result.workload,
        integer(result.rules),
        integer(result.refused),
        number(result.build_s, 3),
        number(result.rss_mb, 3),
        number(result.events_per_s()),
        number(result.gb_per_s()),
        integer(result.matches),
        "-" if result.matches_hash is None else f"{result.matches_hash:016x}",
    ))


def read_table(file):
    """Rows as dictionaries from column to text."""
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"))) for line in lines]


def environment(seconds, versions):
    """Markdown: what was measured on what, for how long."""
    today, time = datetime.date.today().isoformat(), f"{seconds:g} s for each engine and workload"
    pairs = [("date", today), ("time", time), *machine.description(PROJECT), *versions]
    return "".join(f"- {what}: {which}\n" for what, which in pairs)


def short(text):
    """`1234567` as `1.23 M`."""
    if text == "-":
        return "–"
    value = float(text)
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return number(value / size, 3) + unit
    return number(value, 3)


def plain(text):
    return "–" if text == "-" else text


def value(row, column):
    """What a row, or none, says; not how fast an engine was that refused every rule, and had nothing to match."""
    idle = row and row["rules"] == row["refused"] != "-"
    return "-" if not row or idle and column in ("events_per_s", "gb_per_s") else row[column]


def table(head, lines):
    """Markdown: names to the left, figures to the right."""
    rows = [head, ("---", *("---:",) * (len(head) - 1)), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def by_workload(rows):
    """The rows of each workload by engine."""
    found = {}
    for row in rows:
        found.setdefault(row["workload"], {})[row["engine"]] = row
    return found


def grid(rows, column, title, show=short):
    """Markdown: a row for each workload, a column for each engine."""
    workloads, engines = by_workload(rows), list(dict.fromkeys(row["engine"] for row in rows))
    measured = {row["engine"] for row in rows if value(row, column) != "-"}
    engines = [name for name in engines if name in measured]
    lines = [
        (workload, *(show(value(found.get(engine), column)) for engine in engines))
        for workload, found in workloads.items()
    ]
    return f"## {title}\n\n" + table(("workload", *engines), lines)


# The columns of the digest: the best of some engines.
DIGEST = {
    "eventsieve": ("eventsieve",),
    "trusted": ("eventsieve-trusted",),
    "event-ruler": ("event-ruler",),
    "quamina": ("quamina-comfort", "quamina-speed"),
    "moto, LocalStack": ("moto", "localstack"),
    "stage 1 alone": ("simdjson-stage1",),
}


def digest(rows):
    """Markdown: events in a second of all workloads, with one column for the modes of one engine."""

    def best(found, engines):
        able = [found[name] for name in engines if value(found.get(name), "events_per_s") != "-"]
        if not able:
            return short("-")
        row = max(able, key=lambda row: float(row["events_per_s"]))
        return short(row["events_per_s"]) + ("" if row["refused"] in ("-", "0") else "\\*")

    lines = [
        (workload, *(best(found, engines) for engines in DIGEST.values()))
        for workload, found in by_workload(rows).items()
    ]
    return table(("events/s", *DIGEST), lines)


def markdown(rows, about, notes, pictures):
    parts = [
        "# eventsieve and its peers\n",
        "Written by `benches/peers/run`; `benches/peers/README.md` says what the columns mean. One core, medians, by "
        "processor time. A dash is what an engine could not do; the reasons are at the end.\n",
        about,
        "".join(f"![Throughput against {name}]({name}.svg)\n\n" for name in pictures),
        "## Digest\n\nThe quicker one where an engine has modes; \\* without some of the rules, which it refuses.\n",
        digest(rows),
        grid(rows, "events_per_s", "Events in a second"),
        grid(rows, "gb_per_s", "Gigabytes of events in a second"),
        grid(rows, "build_s", "Seconds to build"),
        grid(rows, "rss_mb", "Megabytes held"),
        grid(rows, "refused", "Rules refused", plain),
    ]
    if notes:
        parts.append("## Notes\n\n```text\n" + "\n".join(notes) + "\n```\n")
    return "\n".join(parts)
