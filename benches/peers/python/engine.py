"""moto's and LocalStack's matchers behind the protocol of benches/peers/README.md.

usage: engine.py moto|localstack

Neither has an index of rules: each rule is tried on each event. The patterns are prepared once, as far as the library
allows; the events are text, and parsing them is part of a match.
"""

import ctypes
import gc
import importlib.metadata
import json
import os
import platform
import struct
import sys
import time

REFUSED = 0xFFFF_FFFF_FFFF_FFFF  # in place of the count of a rule that was refused
WORD = (1 << 64) - 1


class Moto:
    package = "moto"

    def __init__(self):
        from moto.events.models import EventPattern

        self.prepare = EventPattern.load

    @staticmethod
    def matches(pattern, event):
        return pattern.matches_event(event)


class LocalStack:
    package = "localstack-core"

    def __init__(self):
        from localstack.services.events.event_rule_engine import EventPatternCompiler, EventRuleEngine

        self.prepare = EventPatternCompiler().compile_event_pattern
        self.matches = EventRuleEngine().evaluate_pattern_on_event


class Session:
    def __init__(self, library):
        self.library = library
        self.patterns = []  # None where a rule was refused
        self.events = []  # text and length in bytes; no text where a line is not UTF-8
        self.cursor = 0

    def version(self):
        package = self.library.package
        return f"version\t{package} {importlib.metadata.version(package)}, Python {platform.python_version()}"

    def load(self, rules, events):
        memory, start = resident_bytes(), time.process_time()
        with open(rules, "rb") as lines:
            for line in lines:
                try:
                    self.patterns.append(self.library.prepare(line.removesuffix(b"\n").decode()))
                except Exception:  # whatever it raises, it does not take the rule
                    self.patterns.append(None)
        seconds = time.process_time() - start
        megabytes = (resident_bytes() - memory) / 1e6
        with open(events, "rb") as lines:
            for line in lines:
                line = line.removesuffix(b"\n")
                try:
                    self.events.append((line.decode(), len(line)))
                except UnicodeDecodeError:
                    self.events.append((None, len(line)))
        refused = sum(pattern is None for pattern in self.patterns)
        size = sum(length for _, length in self.events)
        return f"loaded\t{len(self.patterns)}\t{refused}\t{seconds}\t{megabytes}\t{len(self.events)}\t{size}"

    def find(self, text):
        """The numbers of the rules that match, or None if the event has no verdict."""
        try:
            event = json.loads(text)
        except (TypeError, ValueError, RecursionError):
            return None
        if not isinstance(event, dict):
            return None
        found = []
        for number, pattern in enumerate(self.patterns):
            if pattern is None:
                continue
            try:
                if self.library.matches(pattern, event):
                    found.append(number)
            except Exception:  # a rule that fails on an event does not match it
                continue
        return found

    def run(self, milliseconds, chunk):
        done = size = total = 0
        limit = int(milliseconds) / 1000
        start = time.perf_counter()
        while True:
            for _ in range(int(chunk)):
                text, length = self.events[self.cursor]
                total += sum(self.find(text) or ())
                size += length
                self.cursor = (self.cursor + 1) % len(self.events)
            done += int(chunk)
            if time.perf_counter() - start >= limit:
                return f"ran\t{done}\t{size}"

    def matches(self, path, limit):
        counts = [REFUSED if pattern is None else 0 for pattern in self.patterns]
        hashes = [0] * len(counts)
        silent = 0
        for event, (text, _) in enumerate(self.events[: int(limit)]):
            found = self.find(text)
            silent += found is None
            for rule in found or ():
                counts[rule] += 1
                hashes[rule] = (hashes[rule] + pair_hash(event, rule)) & WORD
        with open(path, "wb") as file:
            for pair in zip(counts, hashes):
                file.write(struct.pack("<QQ", *pair))
        return f"matched\t{silent}"

    def events_of(self, rule, limit):
        rule = int(rule)
        found = (event for event, (text, _) in enumerate(self.events[: int(limit)]) if rule in (self.find(text) or ()))
        return "\t".join(["events", *map(str, found)])


def pair_hash(event, rule):
    """The finaliser of splitmix64 over the event's number and the rule's."""
    bits = ((event << 32) + rule) & WORD
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & WORD
    return bits ^ (bits >> 31)


def resident_bytes():
    """After what the allocator keeps for later has been given back."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:
        pass  # not glibc
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def main():
    library = {"moto": Moto, "localstack": LocalStack}[sys.argv[1]]()
    session = Session(library)
    commands = {
        "version": session.version,
        "load": session.load,
        "run": session.run,
        "matches": session.matches,
        "events": session.events_of,
    }
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split("\t")
        print(commands[command](*arguments), flush=True)


if __name__ == "__main__":
    main()
