"""The league: searches against exact optima, recomputed from the kept runs.

    python -m _building.league table       the main table
    python -m _building.league ranks       how often each search needs the fewest evaluations
    python -m _building.league run-times   share of runs at the optimum against evaluations

Each prints Markdown with blocks; `run-times` also writes run-times.svg into the folder it runs in.
The runs are checked once for all three: the first call keeps the other parts in league.json there.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from math import comb
from pathlib import Path

from _building.committed import REPETITIONS, checked_runs
from solvers.reports.tables_of_runs import main_table, study_rows, to_markdown
from solvers.searches import OPTIMUM
from solvers.statistics import expected_running_time
from solvers.studies.plan import StudyResult
from solvers.suites import find_problem

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
UNKNOWN = {"not counted"}
SHOWN = ("nas201-cifar100", "sorting-5", "sorting-6", "pancakes-6")


def table(study: StudyResult) -> str:
    """A row for each problem and search; the page lets a reader filter and sort them."""
    made = main_table(study_rows(study))
    # A column that says of no row anything is left out.
    kept = [k for k, column in enumerate(zip(*made.rows, strict=True)) if set(column) != UNKNOWN]
    rows = tuple(tuple(row[k] for k in kept) for row in made.rows)
    made = replace(made, header=tuple(made.header[k] for k in kept), rows=rows)
    _, _, text = to_markdown(made).partition("\n\n")
    return f'<div class="filter dense" markdown>\n\n{text.strip()}\n\n</div>'


def ranks(study: StudyResult) -> str:
    """For each search: on how many problems its expected running time is the least."""
    times = {key: _ert(study, *key) for key in study.runs}
    lines = ["| search | least ERT on | all runs successful on |", "|---|---|---|"]
    for search in study.searches:
        best = [
            b.name
            for b in study.benchmarks
            if times[b.name, search] == min(times[b.name, s] for s in study.searches)
        ]
        always = sum(
            all(run.hits[OPTIMUM] is not None for run in study.runs[b.name, search])
            for b in study.benchmarks
        )
        lines.append(
            f"| {search} | {len(best)} of {len(study.benchmarks)}"
            f"{': ' + ', '.join(best) if best else ''} | {always} |"
        )
    return "\n".join(lines)


def _ert(study: StudyResult, problem: str, search: str) -> float:
    runs = study.runs[problem, search]
    reached = [run.hits[OPTIMUM] is not None for run in runs]
    costs = [run.hits[OPTIMUM] or run.evaluations for run in runs]
    return expected_running_time(costs, reached)


def run_times(study: StudyResult) -> str:
    """Draws the empirical distributions of the run times; the table beside has their quartiles."""
    from matplotlib.figure import Figure

    shown = [made for made in study.benchmarks if made.name in SHOWN]
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    axes = figure.subplots(2, 2, sharey=True)
    rows = ["| problem | search | a quarter | half | three quarters |", "|---|---|---|---|---|"]
    for place, made in zip(axes.flat, shown, strict=True):
        for search, colour in zip(study.searches, COLOURS, strict=False):
            hits = sorted(
                hit for run in study.runs[made.name, search] if (hit := run.hits[OPTIMUM])
            )
            shares = [(k + 1) / REPETITIONS for k in range(len(hits))]
            place.step(
                [1, *hits, made.cap], [0, *shares, len(hits) / REPETITIONS],
                where="post", color=colour, label=search,
            )  # fmt: skip
            needed = [hits[k] if (k := -(-REPETITIONS * q // 4) - 1) < len(hits) else None
                      for q in (1, 2, 3)]  # fmt: skip
            cells = " | ".join("not reached" if n is None else f"{n:,}" for n in needed)
            rows.append(f"| {made.name} | {search} | {cells} |")
        ideal = _ideal_random(made.name)
        if ideal is not None:
            place.plot(*ideal, color="black", linestyle="--", label="ideal random (exact)")
        place.set_xscale("log")
        place.set_xlim(1, made.cap)
        place.set_title(made.name)
        place.grid(alpha=0.25)
    axes[0, 0].set_ylabel("share of runs at the optimum")
    axes[1, 0].set_ylabel("share of runs at the optimum")
    for place in axes[1]:
        place.set_xlabel("evaluations")
    axes[0, 0].legend(fontsize="small")
    figure.savefig("run-times.svg", metadata={"Date": None})
    words = (
        "Share of runs that have reached the exact optimum, against evaluations on a logarithmic "
        f"axis, for {len(study.searches)} searches on {', '.join(SHOWN)}; for the table also the "
        "exact curve of random search without repeats, dashed."
    )
    table = "\n".join(rows)
    return (
        f"```figure run-times.svg\n{words}\n```\n\n"
        f"The same as numbers: evaluations until this share of the {REPETITIONS} runs had reached "
        f"the optimum.\n\n{table}"
    )


def _ideal_random(name: str) -> tuple[list[int], list[float]] | None:
    """Random search without repeats on a table: with m winners of D entries, t draws hold none
    with probability C(D - m, t) / C(D, t)."""
    target = find_problem(name).target
    errors = getattr(target, "errors", None)
    if errors is None:
        return None
    least, entries = min(errors.values()), len(errors)
    winners = sum(error == least for error in errors.values())
    draws = [round(10 ** (k / 12)) for k in range(int(12 * 4.2))]
    draws = [t for t in dict.fromkeys(draws) if t <= entries]
    shares = [1 - comb(entries - winners, t) / comb(entries, t) for t in draws]
    return draws, shares


PARTS = {"table": table, "ranks": ranks, "run-times": run_times}


def part(name: str) -> str:
    """One of the parts, made now or by an earlier call in this folder."""
    kept = Path("league.json")
    if not kept.exists():
        study, _ = checked_runs()
        kept.write_text(json.dumps({k: make(study) for k, make in PARTS.items()}), encoding="utf-8")
    text: str = json.loads(kept.read_text(encoding="utf-8"))[name]
    return text


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PARTS:
        sys.exit(f"league takes one of {', '.join(PARTS)}")
    print(part(sys.argv[1]))
