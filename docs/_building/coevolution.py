"""What the kept runs of coevolution and of sorting 16 wires say.

    python -m _building.coevolution ratios      work against the cost of a full test
    python -m _building.coevolution networks    16 wires: each search's runs, the best networks

The ratios are computed from `docs/data/coevolution.json`. Each network of
`docs/data/sorting16.json` is run on all 65,536 inputs of zeros and ones, which decides whether it
sorts; one that does not, or that does not begin or count as it says, ends the program, and with it
the build.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.coevolution import Run, break_even_s, by_problem, ratio, read, text
from solvers.statistics import expected_running_time

DATA = Path(__file__).resolve().parent.parent / "data"
WIRES = 16
GREEN = [[i, i | 1 << bit] for bit in range(4) for i in range(WIRES) if not i >> bit & 1]
RIVALS = ("genetic", "annealing")

Problems = dict[tuple[str, int], dict[str, list[Run]]]


def ratios() -> str:
    """Tables and the picture of the ratios."""
    problems = {
        problem: runs
        for problem, runs in by_problem(read(DATA / "coevolution.json")).items()
        if {"competitive", "genetic"} <= set(runs)
    }
    lines = [
        "| samples | tests | comparators | competitive | genetic | annealing |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for (kind, wires), runs in problems.items():
        cells = [f"{2**wires:,}", kind, str(next(iter(runs.values()))[0].length)]
        cells += [_work(runs.get(search, [])) for search in ("competitive", *RIVALS)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "Work of competitive coevolution divided by that of a search with full tests, with 95 % "
        "intervals:",
        "",
        "| samples | tests | rival | evaluations | CPU seconds | break-even |",
        "|--:|---|---|--:|--:|--:|",
    ]
    for (kind, wires), runs in problems.items():
        for rival in (r for r in RIVALS if r in runs):
            pair = (runs["competitive"], runs[rival])
            cells = [f"{2**wires:,}", kind, rival]
            cells += [text(ratio(*pair, "evaluations")), text(ratio(*pair, "cpu_s"))]
            lines.append(f"| {' | '.join([*cells, _break_even(*pair)])} |")
    _draw(problems)
    words = (
        "Work of competitive coevolution divided by that of the genetic algorithm with full tests, "
        "in evaluations and in CPU seconds, against the number of samples, with a line at one."
    )
    lines += ["", "```figure coevolution.svg", words, "```", "", *_crossings(problems)]
    return "\n".join(lines)


def _work(runs: list[Run]) -> str:
    if not runs:
        return "not run"
    reached = [run.reached for run in runs]
    evaluations = expected_running_time([run.evaluations for run in runs], reached)
    cpu = expected_running_time([run.cpu_s for run in runs], reached)
    if math.isinf(cpu):
        return f"none of {len(runs)}"
    share = "" if all(reached) else f" ({sum(reached)} of {len(runs)})"
    return f"{evaluations:,.0f}; {cpu:.2g} s{share}"


def _break_even(first: list[Run], second: list[Run]) -> str:
    seconds = break_even_s(first, second)
    if math.isinf(seconds):
        return "never"
    if seconds == 0:
        return "pays already" if ratio(first, second, "cpu_s").verdict == "less" else "about 0"
    return f"{seconds * 1e6:,.2g} µs"


def _crossings(problems: Problems) -> Iterator[str]:
    """From how many samples on coevolution needs less, in words, for compiled tests."""
    for rival in RIVALS:
        for measure, name in (("evaluations", "evaluations"), ("cpu_s", "CPU seconds")):
            found = {
                wires: ratio(runs["competitive"], runs[rival], measure)
                for (kind, wires), runs in problems.items()
                if kind == "compiled" and rival in runs
            }
            sizes = [wires for wires, one in found.items() if one.interval is not None]
            first = next(
                (n for n in sizes if all(found[k].verdict == "less" for k in sizes if k >= n)), None
            )
            last = f"{2 ** sizes[-1]:,} samples"
            words = f"no crossing was found up to {last}"
            if first is not None:
                words = f"it needs fewer from {2**first:,} samples on, up to {last}"
            yield f"- Against `{rival}`, in {name}: {words}."
            for wires in (n for n, one in found.items() if one.interval is None):
                yield (
                    f"    At {2**wires:,} samples the ratio is {found[wires].value:.2g}, "
                    "with too few successes for an interval."
                )


def _draw(problems: Problems) -> None:
    from solvers.reports.plots import COLOURS, DASHES, INK, panels

    sizes = [wires for kind, wires in problems if kind == "compiled"]
    with panels(1, "coevolution.svg", size=(6.4, 3.6)) as (_, (axes,)):
        for k, (measure, name) in enumerate((("evaluations", "evaluations"), ("cpu_s", "CPU s"))):
            points = []
            for wires in sizes:
                runs = problems["compiled", wires]
                found = ratio(runs["competitive"], runs["genetic"], measure)
                if found.interval is not None and math.isfinite(found.value):
                    points.append((2**wires, found.value, *found.interval))
            if points:
                x, y, low, high = zip(*points, strict=True)
                colour = COLOURS[k + 1]
                axes.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
                axes.plot(x, y, "o", ls=DASHES[k + 1], color=colour, label=name)
        axes.axhline(1, color=INK, lw=1)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xlabel("samples of a full test")
        axes.set_ylabel("competitive / genetic")
        axes.legend(frameon=False)


def networks() -> str:
    """A line for each kind, time and search, and the smallest network of each kind."""
    runs: dict[str, dict[str, Any]] = json.loads((DATA / "sorting16.json").read_text())
    groups: dict[tuple[str, float, str], list[dict[str, Any]]] = {}
    for key, run in runs.items():
        complaint = wrong(run)
        if complaint:
            raise SystemExit(f"sorting16.json, {key}: {complaint}")
        groups.setdefault((run["kind"], run["minutes"], run["search"]), []).append(run)
    lines = ["| begins with | search | CPU s allowed | runs | comparators | CPU s used |",
             "|---|---|--:|--:|---|--:|"]  # fmt: skip
    names = {"green": "Green's 32", "scratch": "nothing"}
    for (kind, minutes, search), group in sorted(groups.items()):
        sizes = ", ".join(str(run["best"] or "none") for run in group)
        used = sorted(run["cpu_s"] for run in group)
        spent = f"{used[0]:.0f} to {used[-1]:.0f}"
        cells = [names[kind], search, f"{60 * minutes:g}", str(len(group)), sizes, spent]
        lines.append(f"| {' | '.join(cells)} |")
    for kind, name in names.items():
        found = [run for run in runs.values() if run["kind"] == kind and run["best"]]
        if found:
            best = min(found, key=lambda run: (run["best"], run["cpu_s"]))
            text = " ".join(f"{i}-{j}" for i, j in best["network"])
            lines += ["", f'??? note "{best["best"]} comparators, begun with {name}"', "",
                      f"    Found by `{best['search']}` in {best['cpu_s']} CPU s, "
                      f"{best['evaluations']:,} evaluations:", "", f"    `{text}`"]  # fmt: skip
    return "\n".join(lines)


def wrong(run: dict[str, Any]) -> str | None:
    """What is wrong with a kept run of 16 wires, or None; its network meets every input."""
    network = run["network"]
    if network is None:
        return None if run["best"] is None else "it names a size without a network"
    if len(network) != run["best"]:
        return f"{len(network)} comparators, not {run['best']}"
    if not all(0 <= i < j < WIRES for i, j in network):
        return "a comparator does not put the lesser value on the first of two wires"
    if run["kind"] == "green" and network[: len(GREEN)] != GREEN:
        return "it does not begin with Green's comparators"
    values = np.array(list(product((0, 1), repeat=WIRES)), dtype=np.uint8).T.copy()
    for i, j in network:
        values[i], values[j] = np.minimum(values[i], values[j]), np.maximum(values[i], values[j])
    unsorted = int((values[:-1] > values[1:]).any(axis=0).sum())
    return f"{unsorted} inputs are left unsorted" if unsorted else None


if __name__ == "__main__":
    programs = {"ratios": ratios, "networks": networks}
    if len(sys.argv) != 2 or sys.argv[1] not in programs:
        sys.exit(f"coevolution takes one of {', '.join(programs)}")
    print(programs[sys.argv[1]]())
