"""The tables of a study: a row for each problem, search and target, as text, Markdown and CSV.

- `study_rows(result)`: the figures, one `Row` each. `Table`: a table of cells.
- `main_table`, `target_table`: reaching the optimum; reaching any other target.
- `to_text`, `to_markdown`, `to_rich`, `to_csv`: their forms.

No cell is blank: without a success the expected running time has a lower bound ("> 12,345"), and
what cannot be said is said in words.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from solvers.reports.contrasts import IdealRow, times
from solvers.searches import OPTIMUM, RunResult
from solvers.statistics import (
    LEAST_SUCCESSES,
    bootstrap_ert,
    distinct_share,
    ert_bound,
    expected_running_time,
    median_gap,
    wilson,
)
from solvers.studies.plan import Benchmark, StudyResult
from theory.formats.media import csv_cell, markdown, one_line

if TYPE_CHECKING:
    import rich.table


IDEAL = "ideal random"
"""How ideal random search over distinct behaviours is called."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one search on one problem for one target.

    Attributes:
        problem, family, search: which.
        optimum, evidence: the exact least error and what it rests on.
        target, threshold: the target and the error that reaches it.
        runs, successes: how many runs there were, and how many reached it.
        success_lower, success_upper: 95 % Wilson interval of the success rate.
        ert: expected evaluations to reach it; infinite without a success.
        ert_lower, ert_upper: 95 % bootstrap interval; NaN below five successes.
        ert_bound: 95 % lower bound of the ERT when there was no success; else NaN.
        distinct_share: distinct evaluations of the whole runs / all of them.
        seen_share: evaluations spent on behaviours already seen in the run / all of them; NaN
            where behaviours were not counted.
        median_error: median best error.
        median_gap: median of best error - optimum; NaN where the optimum is unknown.
    """

    problem: str
    family: str
    search: str
    optimum: str
    evidence: str
    target: str
    threshold: float
    runs: int
    successes: int
    success_lower: float
    success_upper: float
    ert: float
    ert_lower: float
    ert_upper: float
    ert_bound: float
    distinct_share: float
    seen_share: float
    median_error: float
    median_gap: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table of cells: a title, a header, and rows of as many cells each."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def study_rows(result: StudyResult) -> list[Row]:
    """The rows of a study, in the order of its problems, searches and their targets."""
    return [
        _row(benchmark, search, target, runs)
        for benchmark in result.benchmarks
        for search in result.searches
        if (runs := result.runs.get((benchmark.name, search)))
        for target in benchmark.targets
    ]


def main_table(rows: Sequence[Row], ideals: Sequence[IdealRow] = ()) -> Table:
    """Reaching the optimum: one row a problem and search, then ideal random search.

    Where only bounds of the optimum are known, the row is that of the problem's first target,
    which it names.
    """
    header = (
        "problem",
        "search",
        "optimum",
        "success [95 %]",
        "ERT [95 %]",
        "distinct",
        "seen before",
        "median gap",
    )
    shown: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.target == OPTIMUM or (row.problem, row.search) not in shown:
            shown[row.problem, row.search] = row
    oracle = {ideal.problem: ideal for ideal in ideals}
    last = {row.problem: key for key, row in shown.items()}
    cells: list[tuple[str, ...]] = []
    for key, row in shown.items():
        cells.append(_cells(row))
        if row.problem in oracle and last[row.problem] == key:
            cells.append(_ideal_cells(row, oracle[row.problem]))
    return Table("Evaluations to the optimum", header, tuple(cells))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.problem,
        row.search,
        f"{row.optimum} ({row.evidence})",
        _success(row) + ("" if row.target == OPTIMUM else f" of {row.target}"),
        _ert(row),
        percent(row.distinct_share),
        percent(row.seen_share),
        f"best {row.median_error:.4g}" if math.isnan(row.median_gap) else f"{row.median_gap:.4g}",
    )


def _ideal_cells(row: Row, ideal: IdealRow) -> tuple[str, ...]:
    """The row of ideal random search, which is an oracle and was not run."""
    known = ideal.winners is not None
    sign = "" if ideal.exact else ">= "
    chance = f"{'' if ideal.exact else '<= '}{100 * ideal.within_cap:.3g} % by the cap"
    return (
        row.problem,
        IDEAL,
        f"{row.optimum} ({row.evidence})",
        (chance if known else "not known") + ("" if row.target == OPTIMUM else f" of {row.target}"),
        f"{sign}{count(ideal.expected)}" if known else "not known",
        "100 %",
        "0 %",
        "oracle",
    )


def percent(share: float) -> str:
    """A share for people; NaN is what was not counted."""
    return "not counted" if math.isnan(share) else f"{100 * share:.3g} %"


def target_table(rows: Sequence[Row]) -> Table | None:
    """Reaching the other targets, or None if there are none."""
    header = ("problem", "search", "target", "error", "success [95 %]", "ERT [95 %]")
    cells = tuple(
        (row.problem, row.search, row.target, f"<= {row.threshold:.6g}", _success(row), _ert(row))
        for row in rows
        if row.target != OPTIMUM
    )
    return Table("Evaluations to other targets", header, cells) if cells else None


def to_text(table: Table) -> str:
    """The table as plain text in aligned columns."""
    lines = [[one_line(cell) for cell in line] for line in (table.header, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    text.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join([table.title, "", *text, ""])


def to_markdown(table: Table) -> str:
    """The table in Markdown, its title in bold before it."""
    lines = [table.header, *table.rows]
    text = [f"| {' | '.join(map(markdown, line))} |" for line in lines]
    text.insert(1, f"|{' --- |' * len(table.header)}")
    return "\n".join([f"**{table.title}**", "", *text, ""])


def to_rich(table: Table) -> rich.table.Table:
    """The table for a terminal; what all rows of a problem share is shown once, under its name."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    shared = [i for i, name in enumerate(table.header) if name in ("problem", "optimum")]
    others = [i for i in range(len(table.header)) if i not in shared]
    shown = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    shown.add_column(", ".join(table.header[i] for i in shared))
    for i in others:
        name = table.header[i]
        right = name.startswith(("distinct", "seen", "median"))
        justify: Literal["left", "right"] = "right" if right else "left"
        shown.add_column(Text(name), justify=justify, no_wrap=name == "search")
    for _, group in groupby(table.rows, key=lambda row: row[0]):
        rows = list(group)
        heads = [Text(one_line(rows[0][i]), style="" if i else "bold") for i in shared]
        heads += [Text()] * (len(rows) - len(heads))
        heads[len(rows) - 1 :] = [Text("\n").join(heads[len(rows) - 1 :])]
        for head, row in zip(heads, rows, strict=True):
            shown.add_row(head, *(Text(one_line(row[i])) for i in others))
        shown.add_section()
    return shown


def to_csv(rows: Sequence[Row]) -> str:
    """All figures of all rows, unrounded; `nan` and `inf` as they stand in `Row`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    for row in rows:
        writer.writerow(csv_cell(x) if isinstance(x, str) else x for x in astuple(row))
    return out.getvalue()


def _row(benchmark: Benchmark, search: str, target: str, runs: Sequence[RunResult]) -> Row:
    costs, reached = times(runs, target)
    successes = sum(reached)
    rate = wilson(successes, len(runs))
    interval = bootstrap_ert(costs, reached) or (math.nan, math.nan)
    errors = [result.best_error for result in runs]
    gap = math.nan if benchmark.optimum is None else median_gap(errors, benchmark.optimum)
    return Row(
        benchmark.name,
        benchmark.family,
        search,
        benchmark.optimum_text,
        benchmark.evidence,
        target,
        benchmark.targets[target],
        len(runs),
        successes,
        rate.lower,
        rate.upper,
        expected_running_time(costs, reached),
        interval[0],
        interval[1],
        math.nan if successes else ert_bound(costs),
        distinct_share(
            [result.distinct for result in runs], [result.evaluations for result in runs]
        ),
        seen_share(runs),
        median_gap(errors, 0.0),
        gap,
    )


def seen_share(runs: Sequence[RunResult]) -> float:
    """Evaluations spent on behaviours already seen in the run / all; NaN where not counted."""
    kinds = [run.behaviours for run in runs if run.behaviours is not None]
    if len(kinds) < len(runs):
        return math.nan
    return 1 - distinct_share(kinds, [run.evaluations for run in runs])


def _success(row: Row) -> str:
    lower, upper = 100 * row.success_lower, 100 * row.success_upper
    return f"{row.successes}/{row.runs} [{lower:.0f}, {upper:.0f} %]"


def _ert(row: Row) -> str:
    if row.successes == 0:
        return f"> {count(row.ert_bound)}"
    if math.isnan(row.ert_lower):
        return f"{count(row.ert)} [< {LEAST_SUCCESSES} successes]"
    return f"{count(row.ert)} [{count(row.ert_lower)}, {count(row.ert_upper)}]"


def count(value: float) -> str:
    """A number of evaluations for people."""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
