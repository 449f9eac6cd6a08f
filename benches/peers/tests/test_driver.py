"""The driver, with engines that need no peers: `python3 -m unittest` in benches/peers."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from driver import cli, engines, report
from driver.compare import REFUSED, Table, differences
from driver.engines import Engine
from driver.paths import PROJECT, RESULTS
from driver.runner import Limits, Plan, Result
from driver.workloads import natural

FAKE = str(Path(__file__).with_name("fake_engine.py"))


def fake(name, *odd):
    return Engine(name, "fake", (sys.executable, FAKE, *odd), "", warm_ms=1)


class Run(unittest.TestCase):
    """The whole command, on three rules and four events."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        Path(self.folder, "some.rules").write_text("a\nb\nc\n")
        Path(self.folder, "some.events").write_text("ab\nb\nabc\nx\n")

    def run_with(self, *fakes, options=()):
        """Exit status, rows as dictionaries, and what was said."""
        table = {engine.name: engine for engine in fakes}
        out, err = io.StringIO(), io.StringIO()
        arguments = ["--dir", self.folder, "--seconds", "0.01", *options]
        with (
            mock.patch.dict(engines.ENGINES, table, clear=True),
            mock.patch("driver.install.install"),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            status = cli.main(arguments)
        header, *lines = out.getvalue().splitlines() or [""]
        return status, [dict(zip(header.split("\t"), line.split("\t"))) for line in lines], err.getvalue()

    def test_engines_that_agree(self):
        status, rows, _ = self.run_with(fake("one"), fake("two"))
        self.assertEqual(status, 0)
        self.assertEqual([row["engine"] for row in rows], ["one", "two"])
        self.assertEqual({row["matches"] for row in rows}, {"6"})
        self.assertEqual(len({row["matches_hash"] for row in rows}), 1)
        self.assertEqual(list(rows[0].values())[2:6], ["3", "0", "0.500", "2.00"])

    def test_a_difference_is_flagged(self):
        status, _, said = self.run_with(fake("one"), fake("two", "miss=1"))
        self.assertEqual(status, 1)
        self.assertIn("some: DIFFERENCE: two and one differ on 1 rules", said)
        self.assertIn("rule 2: two matches 0, one 3 events: b", said)
        self.assertIn("event 1: only one matches it", said)

    def test_a_refused_rule_is_no_difference(self):
        status, rows, _ = self.run_with(fake("one"), fake("two", "refuse=1"))
        self.assertEqual(status, 0)
        self.assertEqual([(row["refused"], row["matches"]) for row in rows], [("0", "6"), ("1", "3")])

    def test_a_rule_that_the_first_refuses_is_compared_between_the_others(self):
        status, _, said = self.run_with(fake("one", "refuse=1"), fake("two"), fake("three", "miss=1"))
        self.assertEqual(status, 1)
        self.assertIn("three and two differ on 1 rules", said)

    def test_an_engine_that_fails_keeps_its_row(self):
        status, rows, said = self.run_with(fake("one"), fake("two", "die"))
        self.assertEqual(status, 0)
        self.assertEqual(list(rows[1].values()), ["two", "some", "3", *"-------"])
        self.assertIn("some: two: exited with 1: it is too much", said)

    def test_a_build_has_a_limit(self):
        _, rows, said = self.run_with(fake("one"), fake("two", "load=1000"), options=["--build-limit", "0.5"])
        self.assertEqual(rows[1]["build_s"], "-")
        self.assertIn("two: took longer than 0.5 s", said)

    def test_engines_that_do_not_fit_together_run_in_groups(self):
        children = Path(f"/proc/self/task/{os.getpid()}/children")

        def available():
            return 0 if len(children.read_text().split()) > 2 else 1 << 50

        with mock.patch("driver.machine.available_memory", available):
            fakes = fake("eventsieve"), fake("two", "load=0.3"), fake("three", "load=0.3", "miss=0")
            status, rows, said = self.run_with(*fakes)
        self.assertEqual(status, 1)
        self.assertEqual([row["matches"] for row in rows], ["6", "6", "4"])
        self.assertIn("three: the machine ran out of memory when it had 0.0 GB; it will run in another group", said)
        self.assertIn("three and eventsieve differ on 1 rules", said)

    def test_slow_engines_are_compared_over_fewer_events(self):
        fakes = fake("one"), fake("two", "miss=1")
        status, rows, said = self.run_with(*fakes, options=["--match-limit", "0.00001"])
        self.assertEqual(status, 1)
        self.assertEqual(rows[1]["matches"], "-")
        self.assertIn("two: matches are compared over the first 1 events only", said)

    def test_mistakes_are_told_in_a_line(self):
        mistakes = {
            ("--engines", "ten"): "no engine is named `ten`; there are one",
            ("none",): f"workload `none`: there is no file `{self.folder}/none.rules`",
        }
        for options, message in mistakes.items():
            status, _, said = self.run_with(fake("one"), options=options)
            self.assertEqual((status, said), (2, f"peers: {message}\n"))


class Parts(unittest.TestCase):
    def test_every_pair_is_compared(self):
        tables = {
            "one": Table([REFUSED, 1, 1], [0, 7, 7]),
            "two": Table([2, REFUSED, 1], [8, 0, 7]),
            "three": Table([3, 1, 1], [9, 7, 6]),
        }
        found = [(found.engine, found.reference, found.rule) for found in differences(tables)]
        self.assertEqual(found, [("three", "one", 2), ("three", "two", 0)])

    def test_medians_and_rounds(self):
        result = Result(fake("one"), "some", 3, speeds=[1.0, 100.0, 3.0], byte_speeds=[1e9, 5e9, 2e9])
        self.assertEqual((result.events_per_s(), result.gb_per_s()), (3.0, 2.0))
        for seconds in (0.1, 1, 3, 100):
            plan = Plan(0, seconds, 30, Limits(1, 1, 1))
            self.assertEqual(plan.rounds() % 2, 1)
            self.assertAlmostEqual(plan.rounds() * plan.round_s(), seconds)

    def test_numbers_have_no_exponent(self):
        shown = {None: "-", 0: "0", 1234567.8: "1235000", 12.3456: "12.35", 0.0000123456: "0.00001235"}
        self.assertEqual([report.number(value) for value in shown], list(shown.values()))

    def test_digest(self):
        def row(engine, refused, events_per_s):
            return {"engine": engine, "workload": "w", "rules": "5", "refused": refused, "events_per_s": events_per_s}

        rows = [
            row("eventsieve", "0", "1235000"),
            row("quamina-comfort", "1", "10000"),
            row("quamina-speed", "2", "20000"),
            row("moto", "5", "9999999"),
            row("simdjson-stage1", "-", "5000000"),
        ]
        line = report.digest(rows).splitlines()[-1]
        self.assertEqual(line, r"| w | 1.24 M | – | – | 20.0 k\* | – | 5.00 M |")

    def test_the_readme_shows_the_results(self):
        rows = report.read_table(RESULTS / "table.tsv")
        self.assertIn(report.digest(rows), (PROJECT / "README.md").read_text(encoding="utf-8"))

    def test_names_are_in_order_of_size(self):
        names = ["array_100", "array_3000", "bus_12", "bus_1k", "bus_10k", "bus_1m", "bus_hot_1k"]
        self.assertEqual(sorted(reversed(names), key=natural), names)


if __name__ == "__main__":
    unittest.main()
