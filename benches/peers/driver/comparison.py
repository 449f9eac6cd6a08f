"""Asks engines what they match, and tells where they differ."""

import tempfile

from .compare import differences
from .notes import note
from .process import EngineFailed
from .runner import attempt

SHOWN = 3  # rules of which a difference is told in full


class Comparison:
    """What engines match of a workload. It grows by groups, and engines of different groups are compared, too."""

    def __init__(self, workload, engines):
        self.workload = workload
        self.order = [engine.name for engine in engines]
        self.tables = {}  # by number of events, then by engine's name
        self.told = set()  # differences

    def add(self, runners):
        """Asks runners, and tells what is new. Slow engines are compared over the first events only."""
        runners = [runner for runner in runners if runner.engine.matches]
        able = {runner.engine.name: runner.comparable_events() for runner in runners}
        with tempfile.TemporaryDirectory() as folder:
            for events in sorted(set(able.values()), reverse=True):
                known = self.tables.setdefault(events, {})
                for runner in [runner for runner in runners if able[runner.engine.name] >= events]:
                    table = attempt(runners, runner, lambda runner: runner.table(events, folder))
                    if table:
                        known[runner.engine.name] = table
                # Any two others of these have been compared over more events already.
                limited = {name for name, count in able.items() if count == events}
                for runner in runners:
                    if runner.engine.name in limited and events < runner.events:
                        note(
                            f"{self.workload.name}: {runner.engine.name}: matches are compared over the first {events} "
                            "events only"
                        )
                found = differences({name: known[name] for name in self.order if name in known})
                found = [each for each in found if {each.engine, each.reference} & limited and each not in self.told]
                self.told.update(found)
                self.tell(found, events, {runner.engine.name: runner for runner in runners})

    def tell(self, found, events, runners):
        """Writes differences, engine by engine. Those of `runners` can be asked for events."""
        for name in dict.fromkeys(each.engine for each in found):
            mine = [each for each in found if each.engine == name]
            references = ", ".join(dict.fromkeys(each.reference for each in mine))
            note(f"{self.workload.name}: DIFFERENCE: {name} and {references} differ on {len(mine)} rules")
            texts = self.workload.rule_text({each.rule for each in mine[:SHOWN]})
            for each in mine[:SHOWN]:
                counts = f"{name} matches {each.count}, {each.reference} {each.expected} events"
                note(f"    rule {each.rule + 1}: {counts}: {texts[each.rule][:500]}")
                if name in runners and each.reference in runners:
                    explain(each.rule, events, runners[name], runners[each.reference])


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
