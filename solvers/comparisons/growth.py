"""How work grows: exact search and a heuristic, against length and number of components.

A *point* is a problem at one length. Its exact work is the behaviours the engine kept and its
processor seconds; the heuristic's is the expected number of evaluations (ERT) and of processor
seconds to the exact optimum of that point. Rates are slopes of straight lines through logarithms.

What stopped at a limit is marked, and no rate is fitted through it: exact work that ended early is
a lower bound, and so is the ERT there, since the runs sought only the best error found. A point no
run succeeded on has only a bound of its ERT.

- `Point`, `series(...)`: what to measure. `measure(points, ...)`: the `Measurement`s.
- `fits(measurements)`: the rates. `to_csv`, `to_json`: everything as data.
"""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from typing import Any

from solvers.evaluation.evaluators import evaluator_for
from solvers.exact import Limits, solve
from solvers.searches import OPTIMUM, run
from solvers.statistics import Trend, bootstrap_ert, ert_bound, expected_running_time, log_linear
from solvers.statistics.trend import LEAST_POINTS
from solvers.studies.jobs import seed_of
from solvers.suites import find_problem
from theory.formats.media import csv_cell
from theory.kernel.components.placements import Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem

LENGTH, COMPONENTS = "length", "components"

LEAST_SECONDS = 0.01
"""Shorter times measure the call, not the work, and take no part in a fit."""

QUANTITIES = {
    "behaviours": "exact: behaviours kept",
    "ert": "heuristic: evaluations per success",
    "exact_seconds": "exact: CPU seconds",
    "seconds_per_success": "heuristic: CPU seconds per success",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A problem, and what grows: `axis` is `length` or `components`."""

    axis: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Measurement:
    """The work at one point.

    Attributes:
        axis, problem, length, components: the point; components counts the placements of a chain
            or the instances of a dag that one step chooses from.
        behaviours: what the exact engine kept, a lower bound where it was stopped.
        exact_seconds: its processor time.
        stopped: why the exact search ended early; empty if it did not.
        target: the error to reach: the optimum, or where stopped the best error found.
        runs, successes: of the heuristic.
        ert, ert_lower, ert_upper: evaluations per success with 95 % bootstrap interval; infinite
            without success, the interval NaN below five.
        ert_bound: 95 % lower bound where none succeeded; else NaN.
        seconds_per_success: processor time of all runs / successes; infinite without one.
    """

    axis: str
    problem: str
    length: int
    components: int
    behaviours: int
    exact_seconds: float
    stopped: str
    target: float
    runs: int
    successes: int
    ert: float
    ert_lower: float
    ert_upper: float
    ert_bound: float
    seconds_per_success: float

    @property
    def x(self) -> int:
        """Where it stands on its axis."""
        return self.length if self.axis == LENGTH else self.components

    def fitted(self, quantity: str) -> float | None:
        """The value a rate is fitted through; None where it is only a bound, or noise."""
        value = float(getattr(self, quantity))
        if self.stopped or not math.isfinite(value) or value <= 0:
            return None
        spent = value * self.successes if quantity == "seconds_per_success" else value
        return None if "seconds" in quantity and spent < LEAST_SECONDS else value


def series(
    family: str, size: int, lengths: Iterable[int], length: int, sizes: Iterable[int]
) -> list[Point]:
    """Points of growing length (one problem of the family), then of growing size at one length.

    Raises:
        ProblemError: a problem that does not exist, or a length below 1.
    """
    longer = [Point(LENGTH, find_problem(f"{family}-{size}", k)) for k in lengths]
    larger = [Point(COMPONENTS, find_problem(f"{family}-{n}", length)) for n in sizes]
    for point in (*longer, *larger):
        if point.problem.length < 1:
            raise ProblemError("bad-length", "growth is measured from length 1 on", family)
        if point.problem.wiring is Wiring.TABLE:
            message = "is a table, whose length cannot grow; name a family such as sorting"
            raise ProblemError("wrong-wiring", message, family)
    return [*longer, *larger]


def measure(
    points: Sequence[Point],
    *,
    search: str = "genetic",
    settings: Mapping[str, Any] | None = None,
    repetitions: int = 20,
    evaluations: int = 20_000,
    limits: Limits | None = None,
    seed: int = 1,
    say: Callable[[Measurement], None] | None = None,
) -> list[Measurement]:
    """Measure every point in this process; Ctrl-C ends it with what is done.

    Args:
        limits: of each exact search (default: 10 seconds).
        say: called with each measurement as it is made.

    Raises:
        ShefferError: a problem that cannot be searched, or an unknown search.
    """
    found: list[Measurement] = []
    try:
        if points:
            # Kernels are compiled before anything is timed.
            early = points[min(2, len(points) - 1)]
            _measure(early, search, settings or {}, 1, 10, Limits(seconds=2.0), seed)
        for point in points:
            found.append(
                _measure(
                    point, search, settings or {}, repetitions, evaluations,
                    limits or Limits(seconds=10.0), seed,
                )
            )  # fmt: skip
            if say:
                say(found[-1])
    except KeyboardInterrupt:
        pass  # what was measured is returned; the caller sees that points are missing
    return found


def fits(measurements: Sequence[Measurement]) -> dict[tuple[str, str], Trend]:
    """The rates by (axis, quantity), where there are at least three points to fit."""
    found = {}
    for axis in (LENGTH, COMPONENTS):
        for quantity in QUANTITIES:
            pairs = [
                (m.x, value)
                for m in measurements
                if m.axis == axis and (value := m.fitted(quantity)) is not None
            ]
            if len(pairs) < LEAST_POINTS:
                continue
            trend = log_linear([x for x, _ in pairs], [value for _, value in pairs])
            if trend is not None:
                found[axis, quantity] = trend
    return found


def rate_text(trend: Trend) -> str:
    """The growth factor for people: "x 1.9 [1.7, 2.2]"."""
    factor, lower, upper = trend.factors()
    return f"x {factor:.3g} [{lower:.3g}, {upper:.3g}]"


def to_csv(measurements: Sequence[Measurement]) -> str:
    """All figures, unrounded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Measurement))
    for m in measurements:
        writer.writerow(csv_cell(x) if isinstance(x, str) else x for x in astuple(m))
    return out.getvalue()


def to_json(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """All figures and rates as JSON data; infinity is "inf", what is not known null."""

    def plain(value: object) -> object:
        if isinstance(value, float) and not math.isfinite(value):
            return None if math.isnan(value) else "inf"
        return value

    rates = [
        {
            "axis": axis,
            "quantity": quantity,
            "factor": plain(trend.factors()[0]),
            "lower": plain(trend.factors()[1]),
            "upper": plain(trend.factors()[2]),
            "points": trend.points,
        }
        for (axis, quantity), trend in fits(measurements).items()
    ]
    rows = [{k: plain(v) for k, v in asdict(m).items()} for m in measurements]
    return {"measurements": rows, "rates": rates}


def _measure(
    point: Point,
    search: str,
    settings: Mapping[str, Any],
    repetitions: int,
    evaluations: int,
    limits: Limits,
    seed: int,
) -> Measurement:
    problem = point.problem
    evaluator = evaluator_for(problem)
    start = time.process_time()
    frontier = solve(problem, limits)
    if frontier.stopped == "interrupted":
        raise KeyboardInterrupt
    exact_seconds = time.process_time() - start
    target = float(frontier.lines[-1].error)
    name = f"{problem.name}@{problem.length}"
    start = time.process_time()
    results = [
        run(
            evaluator, search, settings, seed_of(seed, name, search, repetition), evaluations,
            {OPTIMUM: target},
        )
        for repetition in range(repetitions)
    ]  # fmt: skip
    seconds = time.process_time() - start
    costs = [result.evaluations for result in results]
    reached = [result.hits[OPTIMUM] is not None for result in results]
    successes = sum(reached)
    interval = bootstrap_ert(costs, reached) or (math.nan, math.nan)
    assert problem.components is not None
    chain = problem.wiring is Wiring.CHAIN
    choices = (
        len(placements(problem.components, problem.inputs))
        if chain
        else len(instances(problem.components))
    )
    return Measurement(
        point.axis, problem.name, problem.length, choices, sum(frontier.counts), exact_seconds,
        frontier.stopped or "", target, repetitions, successes,
        expected_running_time(costs, reached), interval[0], interval[1],
        math.nan if successes else ert_bound(costs),
        seconds / successes if successes else math.inf,
    )  # fmt: skip
