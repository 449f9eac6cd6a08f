"""What engines match, rule by rule, and where they differ."""

from array import array
from dataclasses import dataclass
from pathlib import Path

REFUSED = 0xFFFF_FFFF_FFFF_FFFF  # in place of the count of a rule that was refused
WORD = (1 << 64) - 1


class Table:
    """For each rule, how many events it matches, and the sum of the hashes of its pairs of event and rule."""

    def __init__(self, counts, hashes):
        self.counts = array("Q", counts)
        self.hashes = array("Q", hashes)

    @classmethod
    def read(cls, file):
        pairs = array("Q")
        pairs.frombytes(Path(file).read_bytes())
        if array("Q", [1]).tobytes()[0] != 1:
            pairs.byteswap()  # the file is little-endian
        return cls(pairs[0::2], pairs[1::2])

    def __len__(self):
        return len(self.counts)

    def refused(self):
        return self.counts.count(REFUSED)

    def total(self):
        """Matches and hash over all rules that were accepted."""
        matches = sum(self.counts) - self.refused() * REFUSED
        return matches, sum(self.hashes) & WORD


@dataclass(frozen=True)
class Difference:
    engine: str
    reference: str
    rule: int  # from 0
    count: int
    expected: int  # what the reference counts


def differences(tables):
    """Where the tables of engines, given in order, differ on a rule that both accepted.

    Each rule is compared with the first engine that accepted it, which finds every pair of engines that disagree
    without naming each.
    """
    names = list(tables)
    found = []
    for at, name in enumerate(names):
        table = tables[name]
        open_rules = [rule for rule, count in enumerate(table.counts) if count != REFUSED]
        for reference in names[:at]:
            first = tables[reference]
            if len(first) != len(table):
                raise ValueError(f"{name} has read {len(table)} rules, {reference} {len(first)}")
            if first.counts == table.counts and first.hashes == table.hashes:
                break
            left = []
            for rule in open_rules:
                expected = first.counts[rule]
                if expected == REFUSED:
                    left.append(rule)
                elif expected != table.counts[rule] or first.hashes[rule] != table.hashes[rule]:
                    found.append(Difference(name, reference, rule, table.counts[rule], expected))
            open_rules = left
            if not open_rules:
                break
    return found
