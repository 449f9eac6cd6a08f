"""One workload: engines are loaded, warmed up, run in turn, and asked what they match."""

import math
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .compare import Table, differences
from .engines import BASE
from .notes import note
from .process import EngineFailed, OutOfMemory, Process

SHOWN = 3  # rules of which a difference is told in full
EXPLAIN_S = 5  # how long an engine may take to say which events a rule matches


@dataclass(frozen=True)
class Limits:
    seconds: float  # for a build, or any other one command
    bytes: float  # of one process
    reserve: float  # bytes that the machine has to keep available


@dataclass(frozen=True)
class Plan:
    core: int
    seconds: float
    match_seconds: float
    limits: Limits

    def rounds(self):
        """An odd number, so that one of them is the median, of some 0.4 s each."""
        return min(15, max(3, round(self.seconds / 0.4))) // 2 * 2 + 1

    def round_s(self):
        return self.seconds / self.rounds()


@dataclass
class Result:
    """A row. What was not measured is None."""

    engine: object
    workload: str
    rules: int
    refused: int = None
    build_s: float = None
    rss_mb: float = None
    speeds: list = field(default_factory=list)  # of each round: events/s
    byte_speeds: list = field(default_factory=list)
    shares: list = field(default_factory=list)  # of each round: processor time by wall time
    matches: int = None
    matches_hash: int = None
    reason: str = None  # why something was not measured

    def events_per_s(self):
        return statistics.median(self.speeds) if self.speeds else None

    def gb_per_s(self):
        return statistics.median(self.byte_speeds) / 1e9 if self.byte_speeds else None


class Runner:
    """An engine that has been loaded and warmed up."""

    def __init__(self, engine, workload, result, plan):
        self.engine, self.workload, self.result, self.plan = engine, workload, result, plan
        self.process = Process(engine, plan.core, plan.limits)
        try:
            self._load()
            self._warm()
        except BaseException:
            self.process.close()
            raise

    def _load(self):
        version = self.process.ask("version")[0]
        if version.startswith("unavailable"):
            raise EngineFailed(version)
        rules, refused, build_s, rss_mb, events, _ = self.process.ask("load", self.workload.rules, self.workload.events)
        self.events = int(events)
        if self.engine.matches:
            self.result.rules, self.result.refused = int(rules), int(refused)
            self.result.build_s, self.result.rss_mb = float(build_s), max(0.0, float(rss_mb))

    def _warm(self):
        self.rate = self._run(self.engine.warm_ms, 1)
        if self.rate * self.plan.seconds > 1:
            # What it does when warm, which for a virtual machine is far from what it did at first.
            self.rate = self._run(max(100, self.engine.warm_ms // 8), max(1, min(self.events, int(self.rate * 0.02))))

    def _run(self, milliseconds, chunk, keep=False):
        """Runs chunks of events until the time is over; events in a second."""
        (events, size), cpu, wall = self.process.timed("run", int(milliseconds), chunk)
        if keep:
            self.result.speeds.append(int(events) / cpu)
            self.result.byte_speeds.append(int(size) / cpu)
            self.result.shares.append(cpu / wall)
        return int(events) / cpu

    def rounds(self):
        """Fewer for an engine that can't do one event in the time of a round."""
        return max(1, min(self.plan.rounds(), math.floor(self.plan.seconds * self.rate)))

    def round(self):
        """Whole passes over the events where one fits; else it goes on where the last round stopped."""
        time_s = self.plan.round_s()
        fits = self.events / self.rate <= time_s
        chunk = self.events if fits else max(1, int(self.rate * time_s / 4))
        self._run(time_s * 1000, chunk, keep=True)

    def comparable_events(self):
        """How many events its matches can be had of: all, or 1, 2 or 5 by a power of ten."""
        can = self.rate * self.plan.match_seconds
        if can >= self.events:
            return self.events
        power = 10 ** max(0, math.floor(math.log10(max(can, 1))))
        return max(step * power for step in (1, 2, 5) if step * power <= max(can, 1))

    def table(self, events, folder):
        file = Path(folder) / self.engine.name
        silent = int(self.process.ask("matches", file, events)[0])
        table = Table.read(file)
        if events == self.events:
            self.result.matches, self.result.matches_hash = table.total()
            if silent:
                note(f"{self.workload.name}: {self.engine.name}: {silent} of {events} events have no verdict")
        return table

    def events_of(self, rule, limit):
        """Numbers of events, or None if that would take too long."""
        if limit / self.rate > EXPLAIN_S:
            return None
        return set(map(int, self.process.ask("events", rule, limit)))


def measure(workload, engines, plan):
    """The rows of a workload in the engines' order, and how many differences there are."""
    rules = workload.rule_lines()
    results = {engine.name: Result(engine, workload.name, rules) for engine in engines}
    waiting, tables, flagged = list(engines), {}, 0
    while waiting:
        base = [engine for engine in engines if engine.name in BASE and not results[engine.name].reason]
        group = sorted({*base, *waiting}, key=engines.index)
        runners, waiting = start(group, base, workload, results, plan)
        try:
            turns(runners)
            flagged += compare(workload, engines, runners, tables)
        finally:
            for runner in runners:
                runner.process.close()
    shares = [statistics.median(result.shares) for result in results.values() if result.shares]
    if shares and min(shares) < 0.9:
        note(f"{workload.name}: engines had as little as {min(shares):.0%} of their core; speeds are by processor time")
    return list(results.values()), flagged


def start(group, base, workload, results, plan):
    """Runners of all engines that fit into memory together, and the engines that have to wait for the next group."""
    runners, waiting = [], []
    # The base first: it is wanted in each group.
    for engine in sorted(group, key=lambda engine: engine not in base):
        try:
            runners.append(Runner(engine, workload, results[engine.name], plan))
        except OutOfMemory as error:
            if any(runner.engine not in base for runner in runners):
                note(f"{workload.name}: {engine.name}: {error}; it will run in another group")
                waiting.append(engine)
            else:
                failed(results[engine.name], error)
        except EngineFailed as error:
            failed(results[engine.name], error)
        except BaseException:
            for runner in runners:
                runner.process.close()
            raise
    return sorted(runners, key=lambda runner: group.index(runner.engine)), waiting


def failed(result, error):
    result.reason = str(error)
    note(f"{result.workload}: {result.engine.name}: {error}")


def attempt(runners, runner, action):
    """Does something with a runner, which is left out from then on if it fails."""
    try:
        return action(runner)
    except EngineFailed as error:
        failed(runner.result, error)
        runners.remove(runner)
        return None


def turns(runners):
    rounds = {id(runner): runner.rounds() for runner in runners}
    for turn in range(max(rounds.values(), default=0)):
        for runner in list(runners):
            if turn < rounds[id(runner)]:
                attempt(runners, runner, Runner.round)


def compare(workload, engines, runners, tables):
    """Tells of differences, and how many there are. Slow engines are compared over the first events only.

    `tables` holds, for a number of events, those of engines by name, and gets those of the runners: so engines of
    different groups are compared, too.
    """
    runners = [runner for runner in runners if runner.engine.matches]
    able = {id(runner): runner.comparable_events() for runner in runners}
    order = [engine.name for engine in engines]
    flagged = 0
    with tempfile.TemporaryDirectory() as folder:
        for events in sorted(set(able.values()), reverse=True):
            asked = [runner for runner in runners if able[id(runner)] >= events]
            known = tables.setdefault(events, {})
            for runner in asked:
                table = attempt(runners, runner, lambda runner: runner.table(events, folder))
                if table:
                    known[runner.engine.name] = table
            # Those that do more events have been compared over more already.
            news = {runner.engine.name: runner for runner in runners if able[id(runner)] == events}
            for name, runner in news.items():
                if events < runner.events:
                    note(f"{workload.name}: {name}: matches are compared over the first {events} events only")
            found = differences({name: known[name] for name in order if name in known})
            found = [difference for difference in found if difference.engine in news]
            tell(workload, events, found, {runner.engine.name: runner for runner in runners})
            flagged += len(found)
    return flagged


def tell(workload, events, found, runners):
    """Writes differences, engine by engine."""
    for name in dict.fromkeys(difference.engine for difference in found):
        mine = [difference for difference in found if difference.engine == name]
        references = ", ".join(dict.fromkeys(difference.reference for difference in mine))
        note(f"{workload.name}: DIFFERENCE: {name} and {references} differ on {len(mine)} rules")
        texts = workload.rule_text({difference.rule for difference in mine[:SHOWN]})
        for difference in mine[:SHOWN]:
            counts = f"{name} matches {difference.count}, {difference.reference} {difference.expected} events"
            note(f"    rule {difference.rule + 1}: {counts}: {texts[difference.rule][:500]}")
            if difference.reference in runners:
                explain(difference.rule, events, runners[name], runners[difference.reference])


def explain(rule, events, one, other):
    """Names the first event of which two engines differ."""
    try:
        sets = one.events_of(rule, events), other.events_of(rule, events)
    except EngineFailed:
        return
    if None in sets or sets[0] == sets[1]:
        return
    first = min(sets[0] ^ sets[1])
    side = one if first in sets[0] else other
    note(f"        event {first + 1}: only {side.engine.name} matches it")
