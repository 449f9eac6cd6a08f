"""An engine as a process: commands go to its standard input, and each is answered by a line."""

import ctypes
import os
import select
import signal
import subprocess
import time

from . import machine
from .paths import TARGET

PR_SET_PDEATHSIG = 1
TICK_S = 0.1
LEAST_S = 1e-6  # of processor time
# An engine's name says which kernel it runs.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "EVENTSIEVE_KERNEL"}


class EngineFailed(Exception):
    """The engine can't manage what it was asked; it has been ended."""


class OutOfMemory(EngineFailed):
    """There was not enough memory left for it; there may be when it runs with fewer others."""


class Process:
    """A running engine. It gets a core of its own, is watched while it works, and ends with the driver."""

    def __init__(self, engine, core, limits):
        self.engine = engine
        self.limits = limits
        logs = TARGET / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.log = logs / f"{engine.name}.stderr"
        libc = ctypes.CDLL(None)

        def before():
            os.sched_setaffinity(0, {core})
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

        with self.log.open("wb") as errors:
            self.child = subprocess.Popen(
                engine.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=ENVIRONMENT,
                preexec_fn=before,  # the driver has no threads
                start_new_session=True,
            )
        # The kernel's clock of processor time for a process, all its threads included (clock_getcpuclockid(3)).
        self.clock = (~self.child.pid << 3) | 2
        self.unread = b""

    def ask(self, *command):
        """Sends a command and returns the fields of the answer after the first, which has to be `expected`."""
        try:
            self.child.stdin.write(("\t".join(map(str, command)) + "\n").encode())
            self.child.stdin.flush()
        except OSError:
            pass  # that it has ended is found below
        kind, *fields = self._line().decode().split("\t")
        if kind == "error":
            self.close()
            raise EngineFailed(" ".join(fields))
        return fields

    def timed(self, *command):
        """As `ask`, and the seconds that it took, more than none: of the processor, and on the wall."""
        cpu, wall = time.clock_gettime(self.clock), time.perf_counter()
        fields = self.ask(*command)
        # Another process's clock may stand still for as long as a few instructions take.
        return fields, max(time.clock_gettime(self.clock) - cpu, LEAST_S), time.perf_counter() - wall

    def _line(self):
        end = time.monotonic() + self.limits.seconds
        while b"\n" not in self.unread:
            if select.select([self.child.stdout], [], [], TICK_S)[0]:
                read = os.read(self.child.stdout.fileno(), 1 << 16)
                if not read:
                    self._fail(EngineFailed, self._last_words())
                self.unread += read
                continue
            if time.monotonic() > end:
                self._fail(EngineFailed, f"took longer than {self.limits.seconds:g} s")
            if machine.resident_memory(self.child.pid) > self.limits.bytes:
                self._fail(EngineFailed, f"took more than {self.limits.bytes / 1e9:.0f} GB of memory")
            if machine.available_memory() < self.limits.reserve:
                resident = machine.resident_memory(self.child.pid) / 1e9
                self._fail(OutOfMemory, f"the machine ran out of memory when it had {resident:.1f} GB")
        line, self.unread = self.unread.split(b"\n", 1)
        return line

    def _fail(self, kind, message):
        self.close()
        raise kind(message)

    def _last_words(self):
        try:
            status = self.child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return "closed its output"
        reason = f"ended with {signal.Signals(-status).name}" if status < 0 else f"exited with {status}"
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"{reason}: {lines[-1]}" if lines else reason

    def close(self):
        self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout):
            try:
                stream.close()
            except OSError:
                pass  # there was something left to write
