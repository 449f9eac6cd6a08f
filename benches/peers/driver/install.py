"""Builds what is missing, into target/peers/ of the project."""

import hashlib
import os
import shutil
import subprocess
import sys

from .notes import say
from .paths import PEERS, TARGET, VENV, UserError

RUST_TARGET = TARGET / "rust"
RUST_ENGINE = RUST_TARGET / "release" / "engine"
RUST_WORKLOADS = RUST_TARGET / "release" / "workloads"
SIMDJSON_ENGINE = TARGET / "simdjson" / "engine"
JAVA_LIBRARIES = TARGET / "event-ruler" / "lib"
JAVA_CLASSES = TARGET / "event-ruler" / "classes"


def build(what, *command):
    """Runs a command of which only a failure is of interest."""
    log = TARGET / "logs" / f"{what}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False).returncode
    if status != 0:
        raise UserError(f"building {what} failed: `{' '.join(command[:3])} …` exited with {status}; see {log}")


def need(what, there, package):
    """Installs a Debian package unless what it is for is there."""
    if there():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing {package}")
        try:
            build(package, "apt-get", "install", "--yes", "--no-install-recommends", package)
        except UserError:
            build(f"{package}-list", "apt-get", "update")
            build(package, "apt-get", "install", "--yes", "--no-install-recommends", package)
    if not there():
        raise UserError(f"{what} is missing; install it (on Debian: `apt-get install {package}`)")


def need_command(command, package):
    need(f"`{command}`", lambda: shutil.which(command), package)


def succeeds(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def stale(product, *sources):
    return not product.exists() or any(source.stat().st_mtime > product.stat().st_mtime for source in sources)


def cargo(what, *arguments):
    if not shutil.which("cargo"):
        raise UserError("`cargo` is missing; install a Rust toolchain (https://rustup.rs)")
    manifest = PEERS / "rust" / "Cargo.toml"
    flags = ("--release", "--locked", "--manifest-path", str(manifest), "--target-dir", str(RUST_TARGET))
    build(what, "cargo", "build", *flags, *arguments)


def rust():
    cargo("rust", "--bin", "engine")


def workloads():
    """The program that writes the project's own workloads."""
    cargo("workloads", "--bin", "workloads", "--features", "workloads")
    return RUST_WORKLOADS


def simdjson():
    need_command("g++", "g++")
    check = ("g++", "-std=c++17", "-fsyntax-only", "-include", "simdjson.h", "-x", "c++", os.devnull)
    need("simdjson's header", lambda: succeeds(*check), "libsimdjson-dev")
    source = PEERS / "simdjson" / "engine.cpp"
    if stale(SIMDJSON_ENGINE, source):
        SIMDJSON_ENGINE.parent.mkdir(parents=True, exist_ok=True)
        flags = ("-std=c++17", "-O3", "-DNDEBUG")
        build("simdjson", "g++", *flags, str(source), "-o", str(SIMDJSON_ENGINE), "-lsimdjson")


def java():
    need_command("javac", "default-jdk-headless")
    pom, source = PEERS / "event-ruler" / "pom.xml", PEERS / "event-ruler" / "Engine.java"
    fetched = JAVA_LIBRARIES.parent / "fetched"
    if stale(fetched, pom):
        need_command("mvn", "maven")
        shutil.rmtree(JAVA_LIBRARIES, ignore_errors=True)
        options = ("--batch-mode", "--file", str(pom), f"-Dmaven.repo.local={TARGET / 'maven'}")
        goal = ("dependency:copy-dependencies", f"-DoutputDirectory={JAVA_LIBRARIES}")
        build("event-ruler", "mvn", *options, *goal)
        fetched.touch()
    if stale(JAVA_CLASSES / "Engine.class", source, fetched):
        build("event-ruler", "javac", "-cp", f"{JAVA_LIBRARIES}/*", "-d", str(JAVA_CLASSES), str(source))


def python():
    requirements = PEERS / "python" / "requirements.txt"
    stamp, wanted = VENV / "requirements", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    need("Python's module `venv`", lambda: succeeds(sys.executable, "-c", "import ensurepip, venv"), "python3-venv")
    build("python", sys.executable, "-m", "venv", "--clear", str(VENV))
    build("python", f"{VENV}/bin/pip", "install", "--requirement", str(requirements))
    stamp.write_text(wanted, encoding="ascii")


def install(kinds):
    for kind in sorted(kinds):
        {"rust": rust, "simdjson": simdjson, "java": java, "python": python}[kind]()
