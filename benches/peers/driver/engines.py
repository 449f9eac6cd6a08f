"""The engines by name: how each is started, and what it needs."""

from dataclasses import dataclass

from .install import JAVA_CLASSES, JAVA_LIBRARIES, RUST_ENGINE, SIMDJSON_ENGINE
from .machine import physical_memory
from .paths import PEERS, VENV, UserError


@dataclass(frozen=True)
class Engine:
    name: str
    kind: str  # which part of install.py provides it
    command: tuple
    about: str
    warm_ms: int = 300
    matches: bool = True  # False: it only reads events


def java_command():
    heap = min(12 << 30, physical_memory() * 3 // 4) >> 20
    path = f"{JAVA_LIBRARIES}/*:{JAVA_CLASSES}"
    return ("java", "-XX:+UseSerialGC", f"-Xmx{heap}m", "-Xss1g", "-cp", path, "Engine")


def python_engine(name, about):
    return Engine(name, "python", (f"{VENV}/bin/python", f"{PEERS}/python/engine.py", name), about, warm_ms=500)


def rust_engine(name, about):
    return Engine(name, "rust", (str(RUST_ENGINE), name), about)


def simdjson_engine(name, about):
    return Engine(name, "simdjson", (str(SIMDJSON_ENGINE), name), about, matches=False)


# In the order of rows. Where engines disagree, the first that accepted a rule is what the others are compared with.
ENGINES = {
    engine.name: engine
    for engine in (
        rust_engine("eventsieve", "strict, the best kernel that the machine has"),
        rust_engine("eventsieve-trusted", "trusted events, the best kernel"),
        rust_engine("eventsieve-avx2", "strict, the kernel for AVX2"),
        rust_engine("eventsieve-portable", "strict, the portable kernel"),
        Engine("event-ruler", "java", java_command(), "the engine behind EventBridge, on the JVM", warm_ms=4000),
        rust_engine("quamina-comfort", "the crate, wildcards as NFAs (its default)"),
        rust_engine("quamina-speed", "the crate, wildcards as DFAs"),
        python_engine("moto", "the matcher of its event buses"),
        python_engine("localstack", "the matcher of its event buses"),
        simdjson_engine("simdjson-stage1", "no matching: UTF-8 and structural characters only"),
        simdjson_engine("simdjson-dom", "no matching: parses to a DOM"),
    )
}

# What other engines are compared with, and so has to be in every group that runs together.
BASE = ("eventsieve", "simdjson-stage1")


def named(names):
    """The engines of these names, in the order of rows."""
    for name in names:
        if name not in ENGINES:
            raise UserError(f"no engine is named `{name}`; there are {', '.join(ENGINES)}")
    return [engine for engine in ENGINES.values() if engine.name in names]
