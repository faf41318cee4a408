"""The further tables of a report: contrasts, ideal random search, effort, fixed budgets.

No cell is blank: what cannot be said is said in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from solvers.reports.contrasts import ContrastRow, IdealRow
from solvers.reports.profiles import best_after, budgets_of, error_quartiles
from solvers.reports.tables_of_runs import Table, count, percent, seen_share
from solvers.statistics import LEAST_SUCCESSES
from solvers.studies.plan import StudyResult
from solvers.studies.results import Results


def contrast_table(rows: Sequence[ContrastRow]) -> Table | None:
    """The contrasts, or None if there are none."""
    header = ("problem", "contrast", "ERT ratio [95 %]", "A12 [95 %]", "test", "p", "p (Holm)")
    cells = tuple(
        (
            row.problem,
            f"{row.first} / {row.second}",
            _ratio(row),
            _effect(row),
            row.test,
            p_text(row.p_value),
            p_text(row.corrected),
        )
        for row in rows
    )
    title = f"Contrasts named beforehand ({len(rows)} tests)"
    return Table(title, header, cells) if cells else None


def ideal_table(rows: Sequence[IdealRow]) -> Table | None:
    """Ideal random search over distinct behaviours, or None where nothing was counted."""
    header = (
        "problem",
        "target",
        "behaviours D",
        "within m",
        "E[T] = (D+1)/(m+1)",
        "95 % within",
        "searches below it",
        "searches above it",
    )
    cells = tuple(
        (
            row.problem,
            row.target,
            f"{'' if row.exact else '>= '}{row.distinct:,}",
            "not known" if row.winners is None else f"{row.winners:,}",
            _bounded(row.expected, exact=row.exact),
            _bounded(row.almost_sure or math.nan, exact=row.exact),
            ", ".join(row.below) or "none",
            ", ".join(row.above) or ("none" if row.exact else "not known"),
        )
        for row in rows
    )
    return Table("Ideal random search over distinct behaviours", header, cells) if cells else None


def effort_table(study: StudyResult) -> Table | None:
    """What the runs spent, all together; None where there is no run."""
    header = (
        "problem",
        "search",
        "runs",
        "evaluations",
        "distinct",
        "share",
        "behaviours",
        "spent on seen behaviours",
    )
    cells = []
    for benchmark in study.benchmarks:
        for search in study.searches:
            runs = study.runs.get((benchmark.name, search))
            if not runs:
                continue
            evaluations = sum(run.evaluations for run in runs)
            distinct = sum(run.distinct for run in runs)
            kinds = [run.behaviours for run in runs if run.behaviours is not None]
            cells.append((
                benchmark.name,
                search,
                f"{len(runs)}",
                f"{evaluations:,}",
                f"{distinct:,}",
                percent(distinct / evaluations),
                f"{sum(kinds):,}" if len(kinds) == len(runs) else "not counted",
                percent(seen_share(runs)),
            ))  # fmt: skip
    return Table("Evaluations of all runs, repeats included", header, tuple(cells)) or None


def budget_table(results: Results) -> Table | None:
    """Best errors after fixed numbers of evaluations; None where there is no run."""
    study = results.study
    budgets = sorted({n for b in study.benchmarks for n in budgets_of(b)})
    header = ("problem", "optimum", "search", *(f"after {n:,}" for n in budgets))
    cells = []
    for benchmark in study.benchmarks:
        for search in study.searches:
            found = []
            for n in budgets:
                errors = best_after(results, benchmark, search, n)
                within = n <= benchmark.cap
                if not errors or not within:
                    found.append("beyond cap")
                    continue
                low, middle, high = error_quartiles(errors)
                found.append(f"{middle:.6g} [{low:.6g}, {high:.6g}]")
            if (benchmark.name, search) in study.runs:
                cells.append((benchmark.name, benchmark.optimum_text, search, *found))
    title = "Fixed budgets: best error, median [quartiles]"
    return Table(title, header, tuple(cells)) if cells else None


def p_text(value: float) -> str:
    """A p-value for people."""
    return "< 0.0001" if value < 0.0001 else f"{value:.2g}"


def _ratio(row: ContrastRow) -> str:
    if math.isnan(row.ratio):
        return "neither succeeded"
    if math.isinf(row.ratio):
        return f"> {row.ratio_bound:.3g} (first never)"
    if row.ratio == 0:
        return f"< {row.ratio_bound:.3g} (second never)"
    if math.isnan(row.ratio_lower):
        return f"{row.ratio:.3g} [< {LEAST_SUCCESSES} successes]"
    return f"{row.ratio:.3g} [{row.ratio_lower:.3g}, {row.ratio_upper:.3g}]"


def _effect(row: ContrastRow) -> str:
    if math.isnan(row.effect):
        return "not known (unequal caps)"
    return f"{row.effect:.2f} [{row.effect_lower:.2f}, {row.effect_upper:.2f}]"


def _bounded(value: float, *, exact: bool) -> str:
    if math.isnan(value):
        return "not known"
    return f"{'' if exact else '>= '}{count(value)}"
