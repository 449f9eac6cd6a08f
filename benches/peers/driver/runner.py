"""An engine at work on a workload, and the row that comes of it."""

import math
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from .compare import Table
from .notes import note
from .process import EngineFailed, Process

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
        busy, end = 0.0, time.monotonic() + 10 * self.engine.warm_ms / 1000
        while busy < self.engine.warm_ms / 1000 and time.monotonic() < end:
            start = time.clock_gettime(self.process.clock)
            self.rate = self._run(self.engine.warm_ms, 1)
            busy += time.clock_gettime(self.process.clock) - start
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
