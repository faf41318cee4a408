"""Points: the single states of a chain, numbered, with every placement's move as a table.

A *point* is a pair (state of the registers, outputs wanted), as met from some sample; point 0 is
`blocked`, from where nothing leads away. Once placements are tables over points, a search never
evaluates a term again: behaviours are lists of point numbers. Points grow by layers: `expand` makes
the moves of all points met so far.

`make_points(problem)` chooses between `solvers.points.exact_points`, plain and for every sort, and
`solvers.points.machine_points`, compiled and for machine words.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.array_code import is_machine, machine_terms
from solvers.points.exact_points import ExactPoints
from solvers.points.machine_points import MachinePoints
from solvers.stopping.limits import Meter
from theory.kernel.components.placements import Step
from theory.kernel.problems.problem import Problem


class Points(Protocol):
    """What the chain engine and the evaluators use."""

    problem: Problem
    steps: list[Step]
    start: NDArray[np.int32]  # the point of each sample
    moves: NDArray[np.int32]  # (points, placements): where each placement leads; UNKNOWN ahead

    def __len__(self) -> int: ...

    def expand(self, meter: Meter) -> bool:
        """Makes the missing moves of all points met so far; False where none was missing."""
        ...

    def errors(self) -> NDArray[Any]:
        """The exact error of each point: int64 where all are such integers, else objects."""
        ...

    def look_ahead(self) -> NDArray[Any]:
        """(points, placements): the errors one move ahead, without keeping the points there."""
        ...

    def bytes(self) -> int:
        """About how much memory the points take."""
        ...

    def bytes_ahead(self) -> int:
        """About how much memory `look_ahead` takes."""
        ...

    def rows(self) -> NDArray[np.int64]:
        """(points, registers + 1): the registers' values and the number of the wanted outputs.

        Equal words stand for equal values of registers of one sort; the blocked point is all -1.
        """
        ...


def close(points: Points, meter: Meter, most: int) -> bool:
    """Makes the moves of every point that can be reached; False beyond `most` points."""
    while len(points) <= most:
        if not points.expand(meter):
            return True
    return False


def make_points(problem: Problem) -> Points:
    """Machine points where the components allow, else exact ones."""
    assert problem.components is not None
    components = problem.components.components
    terms = [t for c in components for t in (*c.outputs, c.guard) if t]
    weights = [abs(int(end)) for c in components for p in c.parameters for end in (p.low, p.high)]
    rows = problem.rows()
    words = all(is_machine(v.sort) for v in problem.inputs) and machine_terms(terms)
    small = all(
        not isinstance(v, int) or abs(v) < 2**63 or s.sort.kind != "Int"
        for row in rows
        for s, v in (
            *zip(problem.inputs, row.inputs, strict=True),
            *zip(problem.outputs, row.outputs, strict=True),
        )
    )
    small = small and all(weight < 2**63 for weight in weights)
    return MachinePoints(problem) if words and small else ExactPoints(problem)
