"""How work grows with size: exact search, solved anew, beside the searches of the kept runs.

    python -m _building.growth FAMILY     sorting or pancakes

Prints a table and writes growth-FAMILY.svg.
"""

from __future__ import annotations

import math
import sys

from _building.committed import PROBLEMS, checked_runs
from _building.league import COLOURS
from solvers.searches import OPTIMUM
from solvers.statistics import bootstrap_ert, ert_bound, expected_running_time
from solvers.studies.plan import StudyResult


def main(family: str) -> str:
    """The table and the picture of a family."""
    names = tuple(name for name in PROBLEMS if name.rpartition("-")[0] == family)
    study, frontiers = checked_runs(names)
    sizes = [int(name.rpartition("-")[2]) for name in names]
    nodes = [sum(frontiers[name].counts) for name in names]
    header = ["size", "optimal length", "behaviours", *study.searches]
    lines = [f"| {' | '.join(header)} |", "|--:" * len(header) + "|"]
    for size, name, count in zip(sizes, names, nodes, strict=True):
        cells = [_ert_text(study, name, search) for search in study.searches]
        length = str(frontiers[name].best.length)
        lines.append(f"| {' | '.join([str(size), length, f'{count:,}', *cells])} |")
    _draw(family, sizes, nodes, study, names)
    words = (
        f"Distinct behaviours of exact search and expected evaluations of each search, against the "
        f"size of the {family} problem, on a logarithmic axis."
    )
    growth = math.exp(math.log(nodes[-1] / nodes[0]) / (sizes[-1] - sizes[0]))
    return (
        "\n".join(lines)
        + f"\n\nFrom size {sizes[0]} to {sizes[-1]} the number of behaviours grows by a factor of "
        f"{growth:.1f} a step on average.\n\n```figure growth-{family}.svg\n{words}\n```"
    )


def _costs(study: StudyResult, name: str, search: str) -> tuple[list[int], list[bool]]:
    runs = study.runs[name, search]
    reached = [run.hits[OPTIMUM] is not None for run in runs]
    return [run.hits[OPTIMUM] or run.evaluations for run in runs], reached


def _ert_text(study: StudyResult, name: str, search: str) -> str:
    costs, reached = _costs(study, name, search)
    if not any(reached):
        return f"> {ert_bound(costs):,.0f}"
    interval = bootstrap_ert(costs, reached)
    text = f"{expected_running_time(costs, reached):,.0f}"
    return text if interval is None else f"{text} [{interval.lower:,.0f}, {interval.upper:,.0f}]"


def _draw(
    family: str, sizes: list[int], nodes: list[int], study: StudyResult, names: tuple[str, ...]
) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.plot(sizes, nodes, "ks-", label="exact: behaviours")
    for search, colour in zip(study.searches, COLOURS, strict=False):
        points = []
        for size, name in zip(sizes, names, strict=True):
            costs, reached = _costs(study, name, search)
            if any(reached):
                points.append((size, expected_running_time(costs, reached)))
        if points:
            axes.plot(*zip(*points, strict=True), "o-", color=colour, label=f"{search}: ERT")
    axes.set_yscale("log")
    axes.set_xticks(sizes)
    axes.set_xlabel(f"size of the {family} problem")
    axes.set_ylabel("behaviours, or evaluations to the optimum")
    axes.grid(alpha=0.25)
    axes.legend(fontsize="small")
    figure.savefig(f"growth-{family}.svg", metadata={"Date": None})


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("sorting", "pancakes"):
        sys.exit("growth takes one of sorting, pancakes")
    print(main(sys.argv[1]))
