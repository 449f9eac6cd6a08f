"""One workload: engines are loaded, warmed up, run in turn, and asked what they match."""

import statistics

from .comparison import Comparison
from .engines import BASE
from .notes import note
from .process import EngineFailed, OutOfMemory
from .runner import Result, Runner, attempt, failed


def measure(workload, engines, plan):
    """The rows of a workload in the engines' order, and how many differences there are."""
    rules = workload.rule_lines()
    results = {engine.name: Result(engine, workload.name, rules) for engine in engines}
    waiting, comparison = list(engines), Comparison(workload, engines)
    while waiting:
        base = [engine for engine in engines if engine.name in BASE and not results[engine.name].reason]
        group = sorted({*base, *waiting}, key=engines.index)
        runners, waiting = start(group, base, workload, results, plan)
        try:
            turns(runners)
            comparison.add(runners)
        finally:
            for runner in runners:
                runner.process.close()
    shares = [statistics.median(result.shares) for result in results.values() if result.shares]
    if shares and min(shares) < 0.9:
        note(f"{workload.name}: engines had as little as {min(shares):.0%} of their core; speeds are by processor time")
    return list(results.values()), len(comparison.told)


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


def turns(runners):
    rounds = {id(runner): runner.rounds() for runner in runners}
    for turn in range(max(rounds.values(), default=0)):
        for runner in list(runners):
            if turn < rounds[id(runner)]:
                attempt(runners, runner, Runner.round)
