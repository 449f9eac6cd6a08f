"""Draws the plots of a table: `plots.py DIR` reads DIR/table.tsv and writes DIR/*.svg. Needs matplotlib."""

import re
import sys
from pathlib import Path

from matplotlib import pyplot as plt

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from driver.report import read_table, value  # it has to be found first

# Colours that people with any colour vision tell apart; a marker for each engine beside. The same engine looks the same
# in every plot.
LOOKS = {
    "eventsieve": ("#0072b2", "o", "-"),
    "eventsieve-trusted": ("#0072b2", "^", "--"),
    "eventsieve-avx2": ("#56b4e9", "s", ":"),
    "eventsieve-portable": ("#56b4e9", "D", ":"),
    "event-ruler": ("#d55e00", "v", "-"),
    "quamina-comfort": ("#009e73", "P", "-"),
    "quamina-speed": ("#009e73", "X", "--"),
    "moto": ("#cc79a7", "<", "-"),
    "localstack": ("#cc79a7", ">", "--"),
    "simdjson-stage1": ("#555555", "", "-"),
    "simdjson-dom": ("#555555", "", ":"),
}
UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
# By file: what the x axis is, and the families of workloads with the title of each panel.
PLOTS = {
    "rules": (
        "number of rules",
        {
            "bus": "bus: rules of many kinds",
            "exact": "exact: one string each",
            "weak": "weak: five unselective fields each",
            "range": "range: one numeric range each",
        },
    ),
    "wildcards": ("number of wildcards", {"wild": "wild: one field, a wildcard each"}),
    "arrays": ("elements of the array", {"array": "array: five rules, large events"}),
}
STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    # So that the same table gives the same bytes.
    "svg.hashsalt": "eventsieve",
    # Without it, letters are drawn as shapes, which look the same wherever they are shown.
    "svg.fonttype": "path",
}


def series(rows, family):
    """For each engine the points (x, events/s) of the workloads FAMILY_N, in ascending order of x."""
    found = {}
    for row in rows:
        size = re.fullmatch(rf"{family}_(\d+)([km]?)", row["workload"])
        if size and value(row, "events_per_s") != "-":
            point = int(size[1]) * UNITS[size[2]], float(row["events_per_s"])
            found.setdefault(row["engine"], []).append(point)
    return {engine: sorted(points) for engine, points in found.items()}


def draw(axes, lines, title, label):
    for engine, points in lines.items():
        colour, marker, style = LOOKS.get(engine, ("#000000", ".", "-"))
        xs, ys = zip(*points)
        look = {"color": colour, "marker": marker, "linestyle": style}
        axes.plot(xs, ys, label=engine, linewidth=1.4, markersize=5, **look)
    axes.set(title=title, xscale="log", yscale="log", xlabel=label, ylabel="events/s on one core")
    axes.title.set_fontsize(10)


def plot(rows, name, folder):
    """Draws a file. It leaves out panels that nothing was measured for."""
    label, families = PLOTS[name]
    panels = {title: series(rows, family) for family, title in families.items()}
    panels = {title: lines for title, lines in panels.items() if lines}
    if not panels:
        return
    across = min(2, len(panels))
    down = -(-len(panels) // across)
    # The page may be dark: the background is part of the picture.
    figure, grid = plt.subplots(
        down, across, figsize=(4.2 * across + 1.9, 3.4 * down), squeeze=False, facecolor="white", layout="constrained"
    )
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    for axes, (title, lines) in zip(grid.flat, panels.items()):
        draw(axes, lines, title, label)
    handles = {}
    for axes in grid.flat[: len(panels)]:
        handles.update(zip(*reversed(axes.get_legend_handles_labels())))
    order = [engine for engine in LOOKS if engine in handles]
    order += [engine for engine in handles if engine not in LOOKS]
    figure.legend([handles[engine] for engine in order], order, loc="outside right center", frameon=False, fontsize=9)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main():
    folder = Path(sys.argv[1])
    rows = read_table(folder / "table.tsv")
    with plt.rc_context(STYLE):
        for name in PLOTS:
            plot(rows, name, folder)


if __name__ == "__main__":
    main()
