"""What this machine is and has."""

import os
import platform
import re
import subprocess
from pathlib import Path

# Those that some engine has code for.
FEATURES = ("sse4_2", "avx2", "bmi2", "pclmulqdq", "avx512f", "avx512bw", "avx512vl", "avx512_vbmi2", "asimd", "sve")


def physical_memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def available_memory():
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    return int(re.search(r"^MemAvailable:\s*(\d+)", text, re.MULTILINE)[1]) << 10


def resident_memory(pid):
    """Bytes; 0 if the process has ended."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def cores():
    """The core for the engines and those for everything else; the same one if there is no other."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[-1], set(usable[:-1]) or {usable[-1]}


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def description(project):
    """Pairs of what and which, for people."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.*)$", cpu, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", cpu, re.MULTILINE)
    flags = set(flags[1].split()) if flags else set()
    system = re.search(r'^PRETTY_NAME="?(.*?)"?$', Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)
    linux = ".".join(platform.release().split(".")[:2])
    commit = output_of("git", "-C", str(project), "describe", "--always", "--dirty", "--exclude=*")
    found = [
        ("processor", model[1] if model else platform.machine()),
        ("features", " ".join(name for name in FEATURES if name in flags)),
        ("cores", f"{os.cpu_count()}, of which the engines share one"),
        ("memory", f"{physical_memory() / 1e9:.0f} GB"),
        ("system", f"{system[1] if system else 'unknown'}, Linux {linux}"),
        ("rustc", output_of("rustc", "--version")),
        ("g++", output_of("g++", "-dumpfullversion")),
        ("commit", commit),
    ]
    return [(what, which) for what, which in found if which]
