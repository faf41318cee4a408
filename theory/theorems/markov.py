"""Finite Markov chains in exact rationals.

A matrix is a tuple of rows; entry `[i][j]` is the probability of going from state i to state j.

    multiply, is_stochastic, is_positive
    solve            the solution of a system of linear equations, if it has exactly one
    stationary       the unique law that the chain keeps
    hitting_times    expected steps until a state of a set is reached, from every state
    absorption       the probability that a set is ever reached, from every state
    laws             the law after 0, 1, 2, ... steps
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from theory.kernel.errors import ShefferError

Vector: TypeAlias = tuple[Fraction, ...]
Matrix: TypeAlias = tuple[Vector, ...]

ZERO, ONE = Fraction(0), Fraction(1)


class SingularError(ShefferError):
    """A system of equations has no solution, or more than one."""


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """The product of two matrices."""
    return tuple(step(row, b) for row in a)


def step(law: Sequence[Fraction], matrix: Matrix) -> Vector:
    """The law one step later."""
    result = [ZERO] * len(matrix[0])
    for weight, row in zip(law, matrix, strict=True):
        if weight:
            for j, entry in enumerate(row):
                if entry:
                    result[j] += weight * entry
    return tuple(result)


def is_stochastic(matrix: Matrix) -> bool:
    """Whether no entry is negative and every row adds up to 1."""
    return all(min(row) >= 0 and sum(row) == 1 for row in matrix)


def is_positive(matrix: Matrix) -> bool:
    """Whether every state is reached from every state in one step."""
    return all(min(row) > 0 for row in matrix)


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Vector:
    """The x with matrix x = right, by elimination on whole numbers (Bareiss 1968).

    Raises:
        SingularError: `singular`.
    """
    n = len(matrix)
    rows = [_whole([*row, value]) for row, value in zip(matrix, right, strict=True)]
    before = 1
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            raise SingularError("singular", "the equations have no unique solution")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        top, head = rows[k], rows[k][k]
        for i in range(k + 1, n):
            row, factor = rows[i], rows[i][k]
            rows[i] = [0] * (k + 1) + [
                (head * row[j] - factor * top[j]) // before for j in range(k + 1, n + 1)
            ]
        before = head
    found = [ZERO] * n
    for k in reversed(range(n)):
        known = sum((rows[k][j] * found[j] for j in range(k + 1, n)), ZERO)
        found[k] = (rows[k][n] - known) / rows[k][k]
    return tuple(found)


def _whole(row: Sequence[Fraction]) -> list[int]:
    """The row times the least number that makes it whole."""
    common = 1
    for entry in row:
        common = math.lcm(common, entry.denominator)
    return [int(entry * common) for entry in row]


def stationary(matrix: Matrix) -> Vector:
    """The law that the chain keeps.

    Raises:
        SingularError: there is more than one.
    """
    n = len(matrix)
    equations = [[matrix[i][j] - (i == j) for i in range(n)] for j in range(n - 1)]
    return solve([*equations, [ONE] * n], [*[ZERO] * (n - 1), ONE])


def hitting_times(matrix: Matrix, goal: Collection[int]) -> Vector:
    """Expected steps until the chain is in `goal`, from every state; 0 in `goal`.

    Raises:
        SingularError: the goal is not reached with probability 1 from some state.
    """
    return _first_passage(matrix, goal, [ONE] * len(matrix), ZERO)


def absorption(matrix: Matrix, goal: Collection[int]) -> Vector:
    """The probability that the chain is ever in `goal`, from every state.

    Raises:
        SingularError: another set of states is never left, so that the equations do not tell.
    """
    into = [sum((row[j] for j in goal), ZERO) for row in matrix]
    return _first_passage(matrix, goal, into, ONE)


def _first_passage(
    matrix: Matrix, goal: Collection[int], right: Sequence[Fraction], there: Fraction
) -> Vector:
    outside = [i for i in range(len(matrix)) if i not in set(goal)]
    equations = [[(i == j) - matrix[i][j] for j in outside] for i in outside]
    found = dict(zip(outside, solve(equations, [right[i] for i in outside]), strict=True))
    return tuple(found.get(i, there) for i in range(len(matrix)))


def laws(law: Sequence[Fraction], matrix: Matrix, steps: int) -> Iterator[Vector]:
    """The laws after 0, 1, ..., `steps` steps."""
    current = tuple(law)
    yield current
    for _ in range(steps):
        current = step(current, matrix)
        yield current
