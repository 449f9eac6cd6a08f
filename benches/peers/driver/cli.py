"""The command line."""

import argparse
import os
import signal
import subprocess
from pathlib import Path

from . import install, machine, report, workloads
from .engines import ENGINES, named
from .measure import measure
from .notes import NOTES, say
from .paths import PEERS, RESULTS, VENV, UserError
from .process import EngineFailed, Process
from .runner import Limits, Plan

DIFFERENT, WRONG, INTERRUPTED = 1, 2, 130


def parser():
    parser = argparse.ArgumentParser(
        prog="benches/peers/run",
        description="Compares eventsieve with its peers on the same rules and events, and prints a row for each engine "
        "and workload. Without a WORKLOAD it runs all.",
        epilog="Exit status: 0; 1 if engines match differently; 2 on an error. README.md beside it says more.",
    )
    option = parser.add_argument
    option("workloads", nargs="*", metavar="WORKLOAD")
    option("--engines", metavar="A,B", help="only these, of those that --list lists")
    option("--dir", help="read DIR/WORKLOAD.rules and DIR/WORKLOAD.events, a line each")
    option("--seconds", type=positive, default=3, metavar="S", help="for each engine and workload (default 3)")
    option("--out", metavar="DIR", help="write table and plots there; a full run does so into benches/results/")
    option("--plots", metavar="DIR", help="only make the plots of DIR/table.tsv anew")
    option("--list", action="store_true", help="list engines and workloads")
    limit = "time for a build, or any other step (default 300)"
    option("--build-limit", type=positive, default=300, metavar="S", help=limit)
    limit = "if all events would take longer to match, compare over the first ones (default 30)"
    option("--match-limit", type=positive, default=30, metavar="S", help=limit)
    limit = "memory for one engine (default: 0.8 of what the machine has)"
    option("--memory-limit", type=positive, metavar="GB", help=limit)
    return parser


def positive(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"`{text}` is not positive")
    return value


def listing(folder):
    print("engines:")
    for engine in ENGINES.values():
        print(f"    {engine.name:20} {engine.about}")
    names = workloads.source(folder).names()
    print("workloads:")
    for name in names:
        print(f"    {name}")


def plan(options):
    core, rest = machine.cores()
    os.sched_setaffinity(0, rest)
    memory = (options.memory_limit or machine.physical_memory() * 0.8 / 1e9) * 1e9
    limits = Limits(seconds=options.build_limit, bytes=memory, reserve=min(2e9, machine.physical_memory() * 0.1))
    return Plan(core, options.seconds, options.match_limit, limits)


def versions(engines, core, limits):
    for engine in engines:
        process = Process(engine, core, limits)
        try:
            yield engine.name, process.ask("version")[0]
        except EngineFailed as error:
            yield engine.name, str(error)
        finally:
            process.close()


def plots(folder):
    install.install({"python"})
    done = subprocess.run([f"{VENV}/bin/python", str(PEERS / "driver" / "plots.py"), str(folder)], check=False)
    if done.returncode != 0:
        raise UserError("the plots could not be made")


class Output:
    """Rows go to standard output and, if there is a folder for results, into its table."""

    def __init__(self, folder):
        self.folder = folder
        if folder:
            self.table = folder / "table.tsv"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self.table.write_text("", encoding="utf-8")
            except OSError as error:
                raise UserError(f"can't write `{self.table}`: {error.strerror}") from error
        self.line("\t".join(report.COLUMNS))

    def line(self, text):
        print(text, flush=True)
        if self.folder:
            with self.table.open("a", encoding="utf-8") as table:
                table.write(text + "\n")

    def results(self, results):
        for result in results:
            self.line(report.row(result))

    def finish(self, about):
        plots(self.folder)
        pictures = sorted(picture.stem for picture in self.folder.glob("*.svg"))
        text = report.markdown(report.read_table(self.table), about, NOTES, pictures)
        (self.folder / "README.md").write_text(text, encoding="utf-8")


def run(options):
    if options.plots:
        plots(Path(options.plots))
        return 0
    engines = named(options.engines.split(",")) if options.engines else list(ENGINES.values())
    if options.list:
        listing(options.dir)
        return 0
    source = workloads.source(options.dir)
    full = not (options.workloads or options.engines or options.dir)
    chosen = [source.get(name) for name in dict.fromkeys(options.workloads or source.names())]
    if not chosen:
        raise UserError(f"`{options.dir}` holds no NAME.rules with a NAME.events beside it")
    install.install({engine.kind for engine in engines})
    plan_ = plan(options)
    folder = Path(options.out) if options.out else RESULTS if full else None
    about = report.environment(options.seconds, versions(engines, plan_.core, plan_.limits)) if folder else None
    output, flagged = Output(folder), 0
    for workload in chosen:
        results, found = measure(workload, engines, plan_)
        output.results(results)
        flagged += found
    if folder:
        output.finish(about)
    return DIFFERENT if flagged else 0


def main(arguments):
    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    options = parser().parse_args(arguments)
    try:
        return run(options)
    except UserError as error:
        say(error)
        return WRONG
    except BrokenPipeError:
        # Whoever read the rows has gone. Python would write what is left of them when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return WRONG
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
