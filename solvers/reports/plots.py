"""The pictures of a study, drawn by Matplotlib without a display.

- `convergence(result, path)`: best error against evaluations, a panel a problem, with the optimum.
- `runtime_profiles(profiles, path)`: share of targets reached against evaluations.
- `frontiers(frontiers, path)`: least error against length, a panel a problem.
- `layers(graph, title, path)`: the search graph of a small problem, a column a length.

The suffix of the path chooses the format, see `solvers.drawing.figures`; `also` names more of them.
Colours are those of M. Okabe and K. Ito, which colour-blind people can tell apart; dashes differ
too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solvers.drawing.figures import save_figure
from solvers.reports.profiles import Profile
from solvers.searches import RunResult
from solvers.studies.plan import Benchmark, StudyResult
from theory.formats.media import picture_text

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#666666", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), "-", (0, (5, 1.5)))
INK = "#222222"
MUTED = "#555555"
GRID = "#e6e6e6"
LEAST = COLOURS[2]
PANEL = (3.3, 2.35)
"""Width and height of a panel, inches."""

SETTLED = 3
"""Errors are shown up to the medians after this many evaluations: the first random draws can be so
bad that a picture showing them shows nothing else."""

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "svg.fonttype": "path",
}


def convergence(result: StudyResult, path: str | Path, also: Sequence[str] = ()) -> Path:
    """Draw best error against evaluations: median and quartiles of the runs of each search.

    A run that has ended keeps its best; the line of a search ends where its longest run does.
    Nothing is drawn where the error is infinite, nor above the medians of the first evaluations.
    """
    shown = [
        benchmark
        for benchmark in result.benchmarks
        if any((benchmark.name, search) in result.runs for search in result.searches)
    ]
    with panels(len(shown), path, also=also) as (figure, plots):
        handles = {}
        for axes, benchmark in zip(plots, shown, strict=True):
            longest, tops = 1, []
            for number, search in enumerate(result.searches):
                runs = result.runs.get((benchmark.name, search))
                if not runs:
                    continue
                grid, low, middle, high = _quartiles(runs)
                colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
                axes.fill_between(grid, low, high, step="post", color=colour, alpha=0.15, lw=0)
                (line,) = axes.step(grid, middle, where="post", color=colour, ls=dash, lw=1.7)
                axes.plot(grid[-1], middle[-1], "o", color=colour, ms=3.5, clip_on=False)
                handles[search] = line
                longest = max(longest, int(grid[-1]))
                tops.append(middle[np.searchsorted(grid, SETTLED, side="right") - 1])
            axes.set_xscale("log")
            axes.set_xlim(1, max(10, longest) * 1.1)
            axes.set_title(picture_text(benchmark.name))
            _limit_errors(axes, benchmark, tops)
        figure.supxlabel("evaluations", fontsize=10)
        figure.supylabel("best error so far (median, quartiles)", fontsize=10)
        order = [search for search in result.searches if search in handles]
        figure.legend(
            [handles[search] for search in order],
            [picture_text(search) for search in order],
            loc="outside upper center",
            ncols=min(len(order), 4 if len(shown) > 1 else 2) or 1,
            frameon=False,
            handlelength=3,
            fontsize=10,
        )
    return Path(path)


def runtime_profiles(
    profiles: Sequence[Profile], path: str | Path, also: Sequence[str] = ()
) -> Path:
    """Draw the share of targets reached against evaluations, with bands, a panel a profile.

    Ideal random search is dotted; where its curve is only an upper bound the title says so.
    """
    with panels(len(profiles), path, also=also) as (figure, plots):
        handles: dict[str, Any] = {}
        for axes, profile in zip(plots, profiles, strict=True):
            for number, (search, curve) in enumerate(profile.curves.items()):
                colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
                axes.fill_between(
                    profile.budgets, curve.lower, curve.upper, color=colour, alpha=0.15, lw=0
                )
                (handles[search],) = axes.plot(
                    profile.budgets, curve.share, color=colour, ls=dash, lw=1.7
                )
            title = picture_text(profile.name)
            if profile.ideal is not None:
                (handles["ideal random"],) = axes.plot(
                    profile.budgets, profile.ideal, color=INK, ls=(0, (1, 1.6)), lw=1.5
                )
                title += " (ideal: bound)" if profile.ideal_is_bound else ""
            axes.set_title(title)
            axes.set_xscale("log")
            axes.set_xlim(1, max(10, int(profile.budgets[-1])) * 1.1)
            axes.set_ylim(-0.02, 1.03)
            text = f"{profile.targets} target{'s' if profile.targets > 1 else ''}"
            axes.text(0.98, 0.04, text, transform=axes.transAxes, ha="right", fontsize=8.5)
        figure.supxlabel("evaluations", fontsize=10)
        figure.supylabel("share of targets reached (95 % band)", fontsize=10)
        figure.legend(
            list(handles.values()), list(map(picture_text, handles)), loc="outside upper center",
            ncols=min(len(handles), 5 if len(profiles) > 1 else 2) or 1, frameon=False,
            handlelength=3, fontsize=10,
        )  # fmt: skip
    return Path(path)


def frontiers(
    frontiers: Mapping[str, Sequence[tuple[int, float]]],
    path: str | Path,
    also: Sequence[str] = (),
) -> Path:
    """Draw least error against length, given as (length, error) pairs for each problem."""
    from matplotlib.ticker import MaxNLocator

    with panels(len(frontiers), path, also=also) as (figure, plots):
        for axes, (name, points) in zip(plots, frontiers.items(), strict=True):
            lengths, errors = zip(*sorted(points), strict=True)
            axes.step(lengths, errors, where="post", color=COLOURS[1], lw=1.6)
            axes.plot(lengths, errors, "o", color=COLOURS[1], ms=4, clip_on=False, zorder=3)
            axes.set_title(picture_text(name))
            top = max((error for error in errors if math.isfinite(error)), default=0.0)
            axes.set_ylim(min(0.0, *errors), 1.3 * top or 1.0)
            axes.set_xlim(min(lengths) - 0.3, max(lengths) + 0.3)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
            least = min(errors)
            first = lengths[errors.index(least)]
            axes.plot(first, least, "o", color=LEAST, ms=7, clip_on=False, zorder=4)
            text = f"\N{BLACK CIRCLE} {least:.4g} at length {first}"
            axes.text(0.99, 0.98, text, transform=axes.transAxes, ha="right", va="top", color=LEAST)
        figure.supxlabel("length (steps)", fontsize=10)
        figure.supylabel("least error", fontsize=10)
    return Path(path)


def layers(graph: nx.DiGraph[int], title: str, path: str | Path) -> Path:
    """Draw a search graph: behaviours in columns by least length, high errors on top.

    A shortest path to the least error is marked, and each column's least error is written below.
    """
    import networkx as nx
    from matplotlib.collections import LineCollection

    columns: dict[int, list[int]] = {}
    for node, data in graph.nodes(data=True):
        columns.setdefault(data["layer"], []).append(node)
    place: dict[int, tuple[float, float]] = {}
    for layer, nodes in columns.items():
        nodes.sort(key=lambda node: (graph.nodes[node]["error"], node))
        for k, node in enumerate(nodes):
            place[node] = (layer, (k + 0.5) / len(nodes))
    errors = {node: graph.nodes[node]["error"] for node in graph}
    goal = min(graph, key=lambda node: (errors[node], graph.nodes[node]["layer"]))
    best = nx.shortest_path(graph, 0, goal)
    finite = [float(error) for error in errors.values() if math.isfinite(error)]
    top = max(finite, default=0.0) or 1.0
    size = 60 if len(graph) < 60 else 24 if len(graph) < 400 else 9
    with panels(1, path) as (figure, (axes,)):
        figure.set_size_inches(max(6.0, 1.15 * len(columns) + 1.5), 5.0)
        ahead = [
            (place[a], place[b])
            for a, b in graph.edges
            if graph.nodes[b]["layer"] == graph.nodes[a]["layer"] + 1
        ]
        faint = 0.5 if len(ahead) < 300 else 0.12
        axes.add_collection(LineCollection(ahead, colors="#999999", lw=0.6, alpha=faint, zorder=1))
        nodes = list(graph)
        shown = [min(float(errors[n]), top) for n in nodes]
        across, down = zip(*(place[n] for n in nodes), strict=True)
        dots = axes.scatter(
            across, down, c=shown, cmap="viridis_r", s=size, vmin=0, vmax=top, zorder=2,
            edgecolors="white", lw=0.3,
        )  # fmt: skip
        axes.plot(*zip(*(place[n] for n in best), strict=True), color=LEAST, lw=2, zorder=3)
        axes.plot(*place[goal], "o", color=LEAST, ms=8, zorder=4)
        for layer, column in columns.items():
            least = min(errors[node] for node in column)
            text = f"{len(column)}\nleast {float(least):.4g}"
            axes.text(layer, -0.03, text, ha="center", va="top", fontsize=8)
        axes.set_xticks(sorted(columns))
        axes.set_yticks([])
        axes.set_ylim(-0.14, 1.02)
        axes.grid(visible=False)
        axes.set_xlabel("length (steps)")
        axes.set_title(f"{picture_text(title)}: {len(graph)} behaviours; a shortest way to error "
                       f"{float(errors[goal]):.4g}")  # fmt: skip
        figure.colorbar(dots, ax=axes, label="error", shrink=0.7)
    return Path(path)


@contextmanager
def panels(
    count: int,
    path: str | Path,
    *,
    columns: int | None = None,
    size: tuple[float, float] = PANEL,
    also: Sequence[str] = (),
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure with `count` panels of a size in inches, saved to `path` at the end.

    Args:
        also: further suffixes to save it with.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = columns or min(4, max(1, math.ceil(math.sqrt(count))))
    rows = max(1, math.ceil(count / columns))
    with rc_context(STYLE):
        figure = Figure(
            figsize=(columns * size[0] + 0.4, rows * size[1] + 0.7), layout="constrained"
        )
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
        for unused in grid[count:]:
            unused.remove()
        yield figure, grid[:count]
        path = Path(path)
        for suffix in (path.suffix, *also):
            save_figure(figure, path.with_suffix(suffix))
            figure.set_layout_engine("none")  # the places are found: no need to do it again


def _quartiles(
    runs: Sequence[RunResult],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Evaluations (points,) and the quartiles of the best error there; NaN for infinite."""
    end = max(result.evaluations for result in runs)
    grid = np.unique(np.round(np.geomspace(1, end, 300)).astype(np.int64))
    best = np.empty((len(runs), len(grid)))
    for row, result in zip(best, runs, strict=True):
        at, error = np.array(result.trajectory).T
        row[:] = error[np.searchsorted(at, grid, side="right") - 1]
    low, middle, high = np.quantile(best, [0.25, 0.5, 0.75], axis=0, method="inverted_cdf")
    low, middle, high = (np.where(np.isfinite(part), part, np.nan) for part in (low, middle, high))
    return grid, low, middle, high


def _limit_errors(axes: Axes, benchmark: Benchmark, tops: Sequence[float]) -> None:
    """Choose the range of errors shown, and draw the optimum below everything."""
    low, high = axes.get_ylim()
    finite = [top for top in tops if math.isfinite(top)]
    if benchmark.optimum is not None:
        if finite and max(finite) > benchmark.optimum:
            high = benchmark.optimum + 1.15 * (max(finite) - benchmark.optimum)
        low = benchmark.optimum - 0.16 * (high - benchmark.optimum)
        axes.axhline(benchmark.optimum, color=INK, lw=1, ls=(0, (2, 2)), zorder=1)
        axes.annotate(
            f"optimum {benchmark.optimum_text}",
            (0, benchmark.optimum),
            xycoords=("axes fraction", "data"),
            xytext=(3, -3),
            textcoords="offset points",
            va="top",
            fontsize=8.5,
        )
    axes.set_ylim(low, high)
