"""The benchmarks of coevolution: their arithmetic, and the networks that are kept."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from benchmarks import coevolution, sorting16
from benchmarks.coevolution import Run, break_even_s, by_problem, length_of, ratio
from tests.support.documentation import ROOT, building

DATA = ROOT / "docs" / "data"


def made(search: str, *costs: tuple[int, float, bool]) -> list[Run]:
    return [Run("compiled", 6, 15, search, k, *cost) for k, cost in enumerate(costs)]


FEW = made("competitive", *[(100 + k, 0.5, True) for k in range(6)])
MANY = made("genetic", *[(1000 + k, 0.1, True) for k in range(6)])


def test_ratios_and_what_they_say() -> None:
    fewer = ratio(FEW, MANY, "evaluations")
    assert fewer.value == pytest.approx(102.5 / 1002.5)
    assert fewer.verdict == "less"
    assert ratio(FEW, MANY, "cpu_s").value == pytest.approx(5.0)
    assert ratio(FEW, MANY, "cpu_s").verdict == "more"
    assert ratio(FEW, FEW, "evaluations").verdict == "open"


def test_failures_count_and_too_few_successes_decide_nothing() -> None:
    failing = made("competitive", (50, 1.0, True), (150, 1.0, False))
    found = ratio(failing, MANY, "evaluations")
    assert found.value == pytest.approx(200 / 1002.5)
    assert (found.interval, found.verdict) == (None, "open")
    never = made("competitive", (50, 1.0, False))
    assert math.isinf(ratio(never, MANY, "evaluations").value)
    assert math.isnan(ratio(never, never, "evaluations").value)


def test_break_even() -> None:
    # 0.5 + 102.5 c = 0.1 + 1002.5 c
    assert break_even_s(FEW, MANY) == pytest.approx(0.4 / 900)
    assert break_even_s(MANY, FEW) == 0.0
    assert math.isinf(break_even_s(made("x", (2000, 0.5, True)), MANY))


def test_lengths_are_a_fifth_above_the_best_known() -> None:
    assert [length_of(n) for n in (6, 8, 10, 16)] == [15, 23, 35, 72]


def test_runs_are_kept_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "runs.json"
    evaluator = coevolution.make("exact", 6)
    runs = [coevolution.measured("exact", 6, "competitive", 1, evaluator)]
    coevolution.write(runs, file)
    assert coevolution.read(file) == runs
    assert list(by_problem(runs)) == [("exact", 6)]
    compiled = coevolution.measured(
        "compiled", 6, "competitive", 1, coevolution.make("compiled", 6)
    )
    assert (compiled.evaluations, compiled.reached) == (runs[0].evaluations, runs[0].reached)


def test_kept_networks_sort() -> None:
    wrong = building("coevolution").wrong
    kept = json.loads((DATA / "sorting16.json").read_text())
    assert [(key, wrong(run)) for key, run in kept.items() if wrong(run)] == []
    assert min(run["best"] for run in kept.values() if run["best"]) >= sorting16.BEST_KNOWN
    assert all(run["settings"] == sorting16.SEARCHES[run["search"]] for run in kept.values())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda n: n[:-1], "not 60"),
        (lambda n: [*n[:40], n[41], *n[41:]], "left unsorted"),
        (lambda n: [*n[:50], [n[50][1], n[50][0]], *n[51:]], "lesser value"),
        (lambda n: [n[1], n[0], *n[2:]], "begin with Green"),
    ],
)
def test_a_wrong_network_is_refused(change: Any, reason: str) -> None:
    kept = json.loads((DATA / "sorting16.json").read_text())
    run = next(r for r in kept.values() if r["kind"] == "green" and r["best"] == 60)
    complaint = building("coevolution").wrong({**run, "network": change(run["network"])})
    assert reason in complaint


def test_the_page_is_computed() -> None:
    text = building("coevolution").networks()
    assert "| Green's 32 | annealing |" in text


def test_greens_comparators_leave_168_outputs() -> None:
    assert len(sorting16.left_by(sorting16.GREEN)) == 168
