"""Figures of the binding, beside the crate without Python and beside moto's and LocalStack's matchers.

usage: figures.py [--peers] [--rounds N] RULES EVENTS

RULES has a pattern on each line, EVENTS an event. Writes rows of figure, value and unit, separated by tabs. Each figure
is the best of the rounds, and what is compared takes turns in them. The README beside this folder says what to install.
"""

import argparse
import importlib.util
import json
import math
import subprocess
import sys
import time
from pathlib import Path

import eventsieve

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
ENOUGH = 200_000  # events of a round, so that it takes some tenths of a second
SECONDS = 3.0  # that a peer gets in a round, at least one event


def row(figure, value, unit):
    print(f"{figure}\t{value:.4g}\t{unit}" if isinstance(value, float) else f"{figure}\t{value}\t{unit}", flush=True)


class Rust:
    """The crate by itself."""

    FIGURES = ("alone", "crate_events", "crate_lines")

    def __init__(self, rules, events, passes):
        manifest, target = HERE / "rust" / "Cargo.toml", HERE.parent / "target" / "benches"
        build = ["cargo", "build", "--release", "--quiet", "--manifest-path", manifest, "--target-dir", target]
        subprocess.run([*map(str, build)], check=True)
        program = target / "release" / "eventsieve-python-benches"
        self.process = subprocess.Popen(
            [str(program), rules, events, str(passes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        *times, matches = self.process.stdout.readline().split("\t")
        return dict(zip(self.FIGURES, map(float, times), strict=True)), int(matches)


def binding(files, rules, events, rounds):
    passes = max(1, ENOUGH // len(events))
    rust = Rust(*files, passes)
    matcher = eventsieve.Matcher(enumerate(rules))
    batch = eventsieve.Batch(matcher)
    dicts = [json.loads(event) for event in events]
    many = events * passes
    lines = b"\n".join(many)
    best = dict.fromkeys((*Rust.FIGURES, "matches", "dict", "batch", "lines"), math.inf)

    def timed(name, work):
        start = time.perf_counter()
        result = work()
        best[name] = min(best[name], (time.perf_counter() - start) * 1e9 / len(many))
        return result

    def each(given, times):
        matches = matcher.matches
        for _ in range(times):
            for event in given:
                matches(event)

    for _ in range(rounds):
        times, expected = rust.round()
        for name, nanoseconds in times.items():
            best[name] = min(best[name], nanoseconds)
        timed("matches", lambda: each(events, passes))
        timed("dict", lambda: each(dicts, passes))
        verdicts = timed("batch", lambda: batch.events(many))
        timed("lines", lambda: batch.lines(lines))
    found = sum(map(len, verdicts[: len(events)]))
    if found != expected:
        sys.exit(f"figures: the crate has {expected} matches, the binding {found}")
    row("events", len(events), "events")
    row("rules", len(rules), "rules")
    row("matches", found, "pairs of event and rule")
    row("bytes of an event", sum(map(len, events)) / len(events), "bytes")
    row("crate, matches", best["alone"], "ns/event")
    row("Matcher.matches(bytes)", best["matches"], "ns/event")
    row("Matcher.matches(bytes), above the crate", best["matches"] - best["alone"], "ns/event")
    row("Matcher.matches(dict)", best["dict"], "ns/event")
    row("crate, Batch.events", best["crate_events"], "ns/event")
    row("Batch.events(list of bytes)", best["batch"], "ns/event")
    row("Batch.events, share of the crate's throughput", 100 * best["crate_events"] / best["batch"], "%")
    row("crate, Batch.lines", best["crate_lines"], "ns/event")
    row("Batch.lines(bytes)", best["lines"], "ns/event")
    row("Batch.lines, share of the crate's throughput", 100 * best["crate_lines"] / best["lines"], "%")
    return matcher, best["matches"]


def peers(files, matcher, ours, rules, events, rounds):
    spec = importlib.util.spec_from_file_location("engine", PROJECT / "benches" / "peers" / "python" / "engine.py")
    engine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(engine)
    for library in (engine.Moto, engine.LocalStack):
        session = engine.Session(library())
        name = library.package
        session.load(*files)
        refused = {number for number, pattern in enumerate(session.patterns) if pattern is None}
        texts = [event.decode() for event in events]
        best, tried = math.inf, 0
        theirs, mine = [0] * len(rules), [0] * len(rules)
        for _ in range(rounds):
            # Both in turn, on the same events: those that the peer can do in time.
            start, count = time.perf_counter(), 0
            for text in texts:
                found = session.find(text)
                count += 1
                if count > tried:
                    for rule in found or ():
                        theirs[rule] += 1
                    for rule in matcher.matches(text):
                        mine[rule] += rule not in refused
                if time.perf_counter() - start > SECONDS:
                    break
            tried = max(tried, count)
            start = time.perf_counter()
            for text in texts[:count]:
                session.find(text)
            best = min(best, (time.perf_counter() - start) * 1e9 / count)
        row(f"{name}", best, "ns/event")
        row(f"{name}, times as long as Matcher.matches(bytes)", best / ours, "times")
        row(f"{name}, rules refused", len(refused), "rules")
        row(f"{name}, events compared", tried, "events")
        row(f"{name}, matches", sum(theirs), "pairs of event and rule")
        row(f"{name}, matches of the same by eventsieve", sum(mine), "pairs of event and rule")
        for rule, (other, own) in enumerate(zip(theirs, mine)):
            if other != own:
                row(f"{name}, difference on rule {rule + 1}: {rules[rule].decode()}", f"{other} instead of {own}", "events")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="measure moto and LocalStack, too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("files", nargs=2, metavar="RULES EVENTS")
    options = parser.parse_args()
    rules, events = (Path(path).read_bytes().splitlines() for path in options.files)
    matcher, ours = binding(options.files, rules, events, options.rounds)
    if options.peers:
        peers(options.files, matcher, ours, rules, events, 2)


if __name__ == "__main__":
    main()
