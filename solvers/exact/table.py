"""The table engine: every listed sequence is looked at, so the optimum is that of the table."""

from __future__ import annotations

import math

from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder
from solvers.stopping.limits import Limits, Meter
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Table


def solve_table(problem: Problem, limits: Limits | None = None) -> Frontier:
    """The frontier of a table: the least error among its sequences of each length.

    Ties go to the entry that is listed first.
    """
    meter = Meter(limits or Limits())
    table = problem.target
    assert isinstance(table, Table)
    builder = FrontierBuilder(problem.length)
    counts = [0] * (problem.length + 1)
    best: dict[int, tuple[int, ...]] = {}
    for entry, error in table.errors.items():
        length = len(entry)
        counts[length] += 1
        if length not in best or error < table.errors[best[length]]:
            best[length] = entry
    for length in range(problem.length + 1):
        if length in best:
            error = table.errors[best[length]]
            whole = int(error) if error.denominator == 1 else error
            builder.add(whole, problem.sequence(table.steps(best[length])))
        else:
            builder.add(math.inf, None)
    return Frontier(
        problem, "table", builder.fill(exact=True), tuple(counts), meter.seconds,
        evidence_note=f"all {len(table.errors)} entries of the table",
    )  # fmt: skip
