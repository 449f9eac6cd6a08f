"""An engine for tests: a rule matches the events whose text it is part of. Its arguments are ways in which it is odd.

refuse=N: refuses rule N; miss=N: never matches rule N; load=S: takes S seconds to load; die: ends when it is
loaded
"""

import struct
import sys
import time

MANY = (1 << 64) - 1
odd = dict(argument.split("=") if "=" in argument else (argument, "") for argument in sys.argv[1:])
refused, missed = int(odd.get("refuse", -1)), int(odd.get("miss", -1))


def pair_hash(event, rule):
    bits = (event << 32) + rule
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & MANY
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MANY
    return bits ^ (bits >> 31)


def matching(rule, limit):
    if rule == missed:
        return []
    return [number for number, event in enumerate(events[: int(limit)]) if rules[rule] in event]


for line in sys.stdin:
    command, *fields = line.rstrip("\n").split("\t")
    if command == "version":
        answer = "0"
    elif command == "load":
        if "die" in odd:
            sys.exit("it is too much")
        time.sleep(float(odd.get("load", 0)))
        rules, events = ([line.rstrip("\n") for line in open(name, encoding="utf-8")] for name in fields)
        answer = f"{len(rules)}\t{int(0 <= refused < len(rules))}\t0.5\t2\t{len(events)}\t{sum(map(len, events))}"
    elif command == "run":
        sum(range(10_000))  # some processor time
        answer = f"{fields[1]}\t100"
    elif command == "matches":
        with open(fields[0], "wb") as file:
            for rule in range(len(rules)):
                found = matching(rule, fields[1])
                count = MANY if rule == refused else len(found)
                file.write(struct.pack("<QQ", count, sum(pair_hash(event, rule) for event in found) & MANY))
        answer = "0"
    elif command == "events":
        answer = "\t".join(map(str, matching(int(fields[0]), fields[1])))
    print(f"{command}\t{answer}" if answer else command, flush=True)
