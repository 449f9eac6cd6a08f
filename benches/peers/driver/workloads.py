"""Workloads: files of rules and of events, a line each."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import install
from .paths import PROJECT, TARGET, UserError


@dataclass(frozen=True)
class Workload:
    name: str
    rules: Path
    events: Path

    def rule_lines(self):
        with self.rules.open("rb") as lines:
            return sum(1 for _ in lines)

    def rule_text(self, wanted):
        """Some rules by their number, which begins at 0."""
        with self.rules.open("rb") as lines:
            return {at: line.decode(errors="replace").strip() for at, line in enumerate(lines) if at in wanted}


def natural(name):
    """Sorts `bus_1k` before `bus_10k`."""
    units = {"k": 1_000, "m": 1_000_000}
    parts = re.findall(r"(\d+)([km]?)(?![a-z])|([^\d]+|\d)", name)
    return [(0, int(digits) * units.get(unit, 1), "") if digits else (1, 0, text) for digits, unit, text in parts]


class Folder:
    """Somebody's own: NAME.rules and NAME.events."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.is_dir():
            raise UserError(f"`{path}` is not a folder")

    def names(self):
        found = {rules.stem for rules in self.path.glob("*.rules") if rules.with_suffix(".events").is_file()}
        return sorted(found, key=natural)

    def get(self, name):
        # Not `with_suffix`: a name may have dots.
        workload = Workload(name, self.path / f"{name}.rules", self.path / f"{name}.events")
        for file in (workload.rules, workload.events):
            if not file.is_file():
                raise UserError(f"workload `{name}`: there is no file `{file}`")
        with workload.events.open("rb") as events:
            if not events.read(1):
                raise UserError(f"workload `{name}`: `{workload.events}` holds no events")
        return workload


class Generated:
    """The project's own, made by benches/workloads/ and kept in target/peers/workloads/."""

    def __init__(self):
        self.path = TARGET / "workloads"
        if not (PROJECT / "benches" / "workloads" / "mod.rs").is_file():
            raise UserError("this version of the project makes no workloads; name a folder of your own with `--dir`")
        self.program = install.workloads()

    def names(self):
        return self._run("list").splitlines()

    def get(self, name):
        if name not in self.names():
            raise UserError(f"no workload is named `{name}`; `--list` lists them")
        workload = Workload(name, self.path / f"{name}.rules", self.path / f"{name}.events")
        # The program is built anew when a workload may have changed.
        if install.stale(workload.rules, self.program) or install.stale(workload.events, self.program):
            self._run("write", self.path, name)
        return workload

    def _run(self, *arguments):
        done = subprocess.run([self.program, *arguments], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise UserError(f"`{self.program.name} {' '.join(map(str, arguments))}` failed")
        return done.stdout


def source(folder):
    return Folder(folder) if folder else Generated()
