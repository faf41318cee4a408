"""How exact work grows, in length and in the number of components, with fits.

The work is counted, not timed: the behaviours that the plain enumerator keeps. Instances are drawn
with fixed seeds, several for each size, and have no solution within the length, so nothing ends
early. `fit` is ordinary least squares on logarithms; its uncertainty is the standard error of the
slope, from the scatter of the points about the line.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from solvers.exact import solve
from solvers.experiments.drawing import panels
from solvers.reports.plots import COLOURS
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples
from theory.theorems import Claim, refute
from theory.theorems.reductions import (
    exact_cover_problem,
    has_exact_cover,
    least_cover,
    set_cover_problem,
    subset_sum_problem,
)

DRAWS = 3
POINTS, GENERATORS, LENGTHS = 9, 3, tuple(range(2, 9))
ELEMENTS, COUNTS, LENGTH = 40, (6, 8, 11, 15, 20), 4
NODES = 2_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """A line y = intercept + slope * x.

    Attributes:
        slope, intercept: by least squares.
        error: the standard error of the slope.
        explained: R squared.
    """

    slope: float
    intercept: float
    error: float
    explained: float


def fit(points: list[tuple[float, float]]) -> Fit:
    """The least-squares line through points (x, y).

    Raises:
        ValueError: fewer than three points, or one x only.
    """
    n = len(points)
    mean_x, mean_y = (math.fsum(p[k] for p in points) / n if n else 0.0 for k in (0, 1))
    spread = math.fsum((x - mean_x) ** 2 for x, _ in points)
    if n < 3 or spread == 0:
        raise ValueError("a fit needs three points and two different x")
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    intercept = mean_y - slope * mean_x
    rest = math.fsum((y - intercept - slope * x) ** 2 for x, y in points)
    total = math.fsum((y - mean_y) ** 2 for _, y in points)
    explained = 1 - rest / total if total else 1.0
    return Fit(slope, intercept, math.sqrt(rest / (n - 2) / spread), explained)


def generators_problem(points: int, generators: int, length: int, seed: int) -> Problem:
    """Reach a drawn permutation of so many points by drawn generators."""
    draw = random.Random(seed)
    registers = tuple(Variable(f"p{k}", INT) for k in range(points))
    inputs = tuple(Variable(f"x{k}", INT) for k in range(points))
    made = []
    for k in range(generators):
        order = draw.sample(range(points), points)
        outputs = tuple(var(f"x{j}", INT) for j in order)
        made.append(Component(f"g{k}", inputs, outputs, placements=(tuple(range(points)),)))
    components = ComponentSet("generators", tuple(made), registers)
    wanted = tuple(draw.sample(range(points), points))
    rows = Samples((Sample(tuple(range(points)), wanted),))
    return Problem("generators", components, Wiring.CHAIN, registers, registers, rows, length)


def cover_problem(sets: int, length: int, seed: int) -> Problem:
    """Cover 40 elements by few of the drawn sets of three, which cannot be done."""
    draw = random.Random(seed)
    family = tuple(frozenset(draw.sample(range(ELEMENTS), 3)) for _ in range(sets))
    return set_cover_problem(ELEMENTS, family, length)


def work(problem: Problem) -> int:
    """Behaviours that the plain enumerator keeps for all lengths below the problem's."""
    found = recount(problem, max_nodes=NODES, timeout_s=120.0)
    if not found.complete or found.least[-1] == 0:
        refute("growth", f"{problem.name}: complete {found.complete}, errors {found.least}")
    return found.nodes


@cache
def by_length() -> list[tuple[int, int]]:
    """(length, work) for permutation generators."""
    return [
        (length, work(generators_problem(POINTS, GENERATORS, length, seed)))
        for length in LENGTHS
        for seed in range(DRAWS)
    ]


@cache
def by_components() -> list[tuple[int, int]]:
    """(number of components, work) for set covers, at one length."""
    return [
        (sets, work(cover_problem(sets, LENGTH, seed))) for sets in COUNTS for seed in range(DRAWS)
    ]


Measure = Callable[[], list[tuple[int, int]]]


def exponential_in_length(measure: Measure = by_length) -> str:
    """The logarithm of the work is a line in the length, with a slope well above 0."""
    line = fit([(length, math.log2(nodes)) for length, nodes in measure()])
    if line.slope - 4 * line.error <= 0.1 or line.explained < 0.95:
        refute("length", f"slope {line.slope:.3f} ± {line.error:.3f}, R2 {line.explained:.4f}")
    return (
        f"{GENERATORS} drawn permutations of {POINTS} points, lengths {LENGTHS[0]} to "
        f"{LENGTHS[-1]}, {DRAWS} draws: work multiplies by {2**line.slope:.2f} a step "
        f"(log2: {line.slope:.3f} ± {line.error:.3f}, R2 {line.explained:.4f})"
    )


def polynomial_in_components(measure: Measure = by_components) -> str:
    """At a fixed length the work is a power of the number of components."""
    line = fit([(math.log2(sets), math.log2(nodes)) for sets, nodes in measure()])
    if line.explained < 0.95 or not 1 < line.slope < LENGTH:
        refute("components", f"power {line.slope:.3f} ± {line.error:.3f}, R2 {line.explained:.4f}")
    return (
        f"{COUNTS[0]} to {COUNTS[-1]} sets, length {LENGTH}, {DRAWS} draws: work grows as the "
        f"number of components to the power {line.slope:.2f} ± {line.error:.2f} "
        f"(R2 {line.explained:.4f})"
    )


def engine_solves_the_reductions(seed: int = 36, instances: int = 12) -> str:
    """The exact engine on larger reduced instances, against the plain solvers of each."""
    draw = random.Random(seed)
    for _ in range(instances):
        sets = tuple(frozenset(e for e in range(12) if draw.random() < 0.35) for _ in range(9))
        least = least_cover(12, sets)
        errors = [line.error for line in solve(set_cover_problem(12, sets, 5)).lines]
        if errors.count(0) != (0 if least is None or least > 5 else 6 - least):
            refute("reductions", f"least cover {least}, frontier {errors}")
        triples = tuple(frozenset(draw.sample(range(9), 3)) for _ in range(9))
        solved = solve(exact_cover_problem(9, triples)).lines[-1].error == 0
        if solved != has_exact_cover(9, triples):
            refute("reductions", f"exact cover of {triples}: {solved}")
        items = tuple(draw.randint(1, 40) for _ in range(8))
        wanted = sum(draw.sample(items, 4)) + draw.randint(0, 1)
        sums = {sum(a for k, a in enumerate(items) if m >> k & 1) for m in range(256)}
        solved = solve(subset_sum_problem(items, wanted)).lines[-1].error == 0
        if solved != (wanted in sums):
            refute("reductions", f"subset sum {wanted} of {items}: {solved}")
    return (
        f"{instances} instances each of set cover (9 sets), exact cover (9 triples) and subset sum "
        "(8 numbers): the exact engine gives the answers of the plain solvers"
    )


def draw(path: str | Path) -> None:
    """Work against length, and against the number of components, with the fitted lines."""
    with panels(2, path) as axes:
        left, right = axes
        left.plot(*zip(*by_length(), strict=True), "o", color=COLOURS[1], ms=4)
        line = fit([(length, math.log2(nodes)) for length, nodes in by_length()])
        left.plot(
            LENGTHS, [2 ** (line.intercept + line.slope * x) for x in LENGTHS], color=COLOURS[2]
        )
        left.set_yscale("log")
        left.set_xlabel("length (steps)")
        left.set_ylabel("behaviours kept")
        left.set_title(f"x {2**line.slope:.2f} a step")
        right.plot(*zip(*by_components(), strict=True), "o", color=COLOURS[1], ms=4)
        line = fit([(math.log2(sets), math.log2(nodes)) for sets, nodes in by_components()])
        fitted = [2 ** (line.intercept + line.slope * math.log2(x)) for x in COUNTS]
        right.plot(COUNTS, fitted, color=COLOURS[2])
        right.set(xscale="log", yscale="log", xlabel="components")
        right.set_xticks(COUNTS, [str(x) for x in COUNTS])
        right.minorticks_off()
        right.set_title(f"power {line.slope:.2f} ± {line.error:.2f}, length {LENGTH}")


CLAIMS = (
    Claim("length", exponential_in_length),
    Claim("components", polynomial_in_components),
    Claim("reductions", engine_solves_the_reductions),
)
