"""Studies of small landscapes."""

from __future__ import annotations

from functools import partial

from solvers.reports.tables_of_runs import (
    main_table,
    study_rows,
    target_table,
    to_csv,
    to_markdown,
    to_text,
)
from solvers.searches import OPTIMUM
from solvers.studies.plan import Benchmark, StudyResult, StudySpec
from tests.support import toy

FIRST = "nk"


def benchmarks(cap: int) -> tuple[Benchmark, ...]:
    nk = toy.nk_landscape(5, 3, 2, 1).optimum()
    targets = {OPTIMUM: nk, "near": nk + 0.05}
    nk_make = partial(toy.nk_landscape, 5, 3, 2, 1)
    sort_make = partial(toy.sorting, 4, 5)
    return (
        Benchmark(FIRST, "nk", nk_make, nk, f"{nk:.4f}", "table optimum", targets, cap),
        Benchmark("sorting-4", "sorting", sort_make, 0.0, "0", "recounted", {OPTIMUM: 0.0}, cap),
    )


def spec(repetitions: int = 12, cap: int = 300, searches: tuple[str, ...] = ()) -> StudySpec:
    names = searches or ("random", "local-search", "regularised-evolution", "genetic")
    return StudySpec("toy", 7, benchmarks(cap), {name: {} for name in names}, repetitions, batch=16)


def tables(result: StudyResult) -> str:
    rows = study_rows(result)
    other = target_table(rows)
    assert other is not None
    return to_csv(rows) + to_text(main_table(rows)) + to_markdown(other)
