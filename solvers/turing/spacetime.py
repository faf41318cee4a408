"""The space-time diagram of a Turing machine: a row for each step, time running downwards.

    space_time(machine, configuration, first, last)    the sampled rows, as arrays
    plot_space_time(diagram, path)                      a PNG, SVG or PDF of them

A long run is shown by every k-th step and a wide tape by columns of several cells; the diagram
carries both numbers and the picture names them. A column of several cells shows which share of them
is not blank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solvers.drawing.figures import save_figure
from solvers.turing.plain import (
    DEFAULT_CELLS,
    DEFAULT_FUEL,
    HALTED,
    SPENT,
    Tape,
    advance,
    begin_tape,
    grown,
    packed,
    run_plain,
)
from theory.formats.media import picture_text
from theory.kernel.errors import MachineError
from theory.turing.machine import BLANK, Configuration, Machine, Outcome, start

BLANK_COLOUR = "#f3efe6"
COLOURS = ("#22313f", "#2a9d8f", "#e9b44c", "#8e6bbf", "#5b8def", "#7a5230", "#9aa5b1", "#c77dba")
HEAD_COLOUR = "#d7263d"


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """The rows of a space-time diagram.

    Attributes:
        machine: the machine.
        cells: rows x columns; the number of the symbol, or with several cells a column the share
            of them that is not blank (0 to 1).
        steps: for each row, how many steps were taken before it.
        heads: for each row, the cell of the head; 0 is where it began.
        states: for each row, the number of the state.
        first_cell: the cell at the left edge.
        steps_per_row, cells_per_column: the sampling; 1 and 1 show everything.
        total: the steps of the whole run, as far as it was followed.
        outcome: how the whole run ended.
    """

    machine: Machine
    cells: NDArray[np.float64]
    steps: NDArray[np.int64]
    heads: NDArray[np.int64]
    states: NDArray[np.int64]
    first_cell: int
    steps_per_row: int
    cells_per_column: int
    total: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Moment:
    """The tape after a number of steps; its array changes when the run goes on."""

    step: int
    tape: Tape
    origin: int
    position: int
    state: int


def moments(machine: Machine, begin: Configuration, steps: NDArray[np.int64]) -> Iterator[Moment]:
    """The tape at each of the given numbers of steps, which increase, as far as the run goes."""
    table, width = packed(machine), len(machine.symbols)
    tape, position = begin_tape(machine, begin)
    origin, base, done = position, begin.state * width, 0
    for target in steps.tolist():
        while True:
            reason, taken, position, base = advance(table, tape, position, base, target - done)
            done += taken
            if done == target:
                yield Moment(done, tape, origin, position, base // width)
                break
            if reason == HALTED:
                return
            if reason != SPENT:
                tape, moved = grown(tape, position, DEFAULT_CELLS)
                if moved == position:
                    return
                origin += moved - position
                position = moved


def space_time(
    machine: Machine,
    configuration: Configuration | None = None,
    first: int = 0,
    last: int | None = None,
    rows: int = 800,
    columns: int = 1200,
    fuel: int = DEFAULT_FUEL,
) -> SpaceTime:
    """The space-time diagram of a run, between two steps.

    Args:
        machine: the machine.
        configuration: where to begin; default: `start(machine)`.
        first: the step of the first row.
        last: the step of the last row at the latest; default: the end of the run.
        rows, columns: the greatest size of the diagram.
        fuel: how many steps the run may take.

    Raises:
        MachineError: the range is empty, or the run ends before it.
    """
    begin = start(machine) if configuration is None else configuration
    if rows < 1 or columns < 1 or first < 0 or (last is not None and last < first):
        raise MachineError("range", "a diagram needs 0 <= first <= last, a row and a column")
    whole = run_plain(machine, begin, fuel if last is None else min(fuel, last))
    final = whole.steps
    if first > final:
        raise MachineError("range", f"the run ends at step {final}, before step {first}")
    stride = max(1, -(-(final - first + 1) // rows))
    steps = np.arange(first, final + 1, stride, dtype=np.int64)
    low, high = 0, 0
    for moment in moments(machine, begin, steps):
        used = np.flatnonzero(moment.tape != BLANK)
        ends = (moment.position, *used[:1].tolist(), *used[-1:].tolist())
        low = min(low, min(ends) - moment.origin)
        high = max(high, max(ends) - moment.origin)
    grouping = -(-(high - low + 1) // columns)
    width = -(-(high - low + 1) // grouping)
    cells = np.zeros((steps.size, width))
    heads, states = np.zeros_like(steps), np.zeros_like(steps)
    for row, moment in enumerate(moments(machine, begin, steps)):
        cells[row] = columns_of(moment, low, width, grouping)
        heads[row] = moment.position - moment.origin
        states[row] = moment.state
    return SpaceTime(
        machine, cells, steps, heads, states, low, stride, grouping, whole.steps, whole.outcome
    )


def columns_of(moment: Moment, low: int, width: int, grouping: int) -> NDArray[np.float64]:
    """One row of a diagram: symbols, or the shares of non-blank cells in groups."""
    line = np.zeros(width * grouping)
    begin = moment.origin + low
    source = moment.tape[max(begin, 0) : max(begin + line.size, 0)]
    offset = max(-begin, 0)
    line[offset : offset + source.size] = source
    if grouping == 1:
        return line
    shares: NDArray[np.float64] = (line != BLANK).reshape(width, grouping).mean(axis=1)
    return shares


def caption(diagram: SpaceTime) -> str:
    """What the picture shows, in words: the run and the sampling."""
    shown = f"steps {diagram.steps[0]:,} to {diagram.steps[-1]:,}"
    ended = {
        Outcome.HALTED: f"halts after {diagram.total:,} steps",
        Outcome.OUT_OF_FUEL: f"followed for {diagram.total:,} steps",
    }.get(diagram.outcome, f"stopped after {diagram.total:,} steps")
    parts = [f"{ended}; shown: {shown}"]
    if diagram.steps_per_row > 1:
        parts.append(f"one row in {diagram.steps_per_row:,} steps")
    if diagram.cells_per_column > 1:
        parts.append(f"one column is {diagram.cells_per_column:,} cells, dark where not blank")
    return ", ".join(parts)


def plot_space_time(diagram: SpaceTime, path: str | Path, title: str = "", dpi: int = 150) -> Path:
    """Draw a diagram into a file, PNG, SVG or PDF by its ending.

    Raises:
        ProblemError: `unknown-format`, `bad-output`.
    """
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    symbols = diagram.machine.symbols
    grouped = diagram.cells_per_column > 1
    rows, columns = diagram.cells.shape
    colours = [BLANK_COLOUR] + [COLOURS[place % len(COLOURS)] for place in range(len(symbols) - 1)]
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.add_subplot()
    stride, grouping = diagram.steps_per_row, diagram.cells_per_column
    left = diagram.first_cell - 0.5
    top = float(diagram.steps[0]) - 0.5 * stride
    axes.imshow(
        diagram.cells,
        aspect="auto",
        interpolation="nearest",
        cmap=LinearSegmentedColormap.from_list("share", [BLANK_COLOUR, COLOURS[0]])
        if grouped
        else ListedColormap(colours),
        vmin=0,
        vmax=1 if grouped else max(1, len(symbols) - 1),
        extent=(left, left + columns * grouping, top + rows * stride, top),
    )
    size = max(1.6, min(6.0, 300 / rows, 400 / columns))
    axes.plot(
        diagram.heads,
        diagram.steps,
        linestyle="none",
        marker="o",
        markersize=size,
        markeredgewidth=0,
        color=HEAD_COLOUR,
    )
    axes.set_xlabel("cell (the head begins at 0)")
    axes.set_ylabel("steps taken")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=True))
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_title(picture_text(title), fontsize=11)
    figure.supxlabel(caption(diagram), fontsize=8)
    marks: list[Patch | Line2D] = [
        Line2D([], [], linestyle="none", marker="o", markersize=4, color=HEAD_COLOUR, label="head")
    ]
    if not grouped and len(symbols) <= 12:
        marks += [
            Patch(facecolor=colour, edgecolor="#888888", label=f"symbol {picture_text(name, 12)}")
            for colour, name in zip(colours, symbols, strict=True)
        ]
    figure.legend(handles=marks, loc="outside right upper", fontsize=8, frameon=False)
    return save_figure(figure, path, dpi)
