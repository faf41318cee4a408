"""Expected times of the (1+1) evolutionary algorithm, exactly, on all strings of n bits.

It keeps one string. A step flips every bit with probability p and keeps the new string unless it is
less fit. The start is uniform; its evaluation is not counted. Fitness never falls, so the equations
are solved one level of fitness at a time, the highest first.

    leading_ones, one_max    the two fitness functions
    expected_steps           the expected number of steps until the fittest string is found
    leading_ones_time        the closed form of Boettcher, Doerr & Neumann (2010)
    one_max_time             from the chain of the numbers of ones
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

from theory.theorems.markov import Matrix, hitting_times, solve
from theory.theorems.statement import Claim, refute

Fitness = Callable[[int, int], int]

PUBLISHED = {
    "LeadingOnes": {2: Fraction(3), 3: Fraction(57, 8), 4: Fraction(350, 27)},
    "OneMax": {2: Fraction(3), 3: Fraction(1161, 176)},
}
"""Expected steps with p = 1/n, for each n."""


def leading_ones(x: int, n: int) -> int:
    """The number of ones before the first zero, the highest bit first."""
    return n - (~x & ((1 << n) - 1)).bit_length()


def one_max(x: int, n: int) -> int:
    """The number of ones."""
    return x.bit_count()


def transition(x: int, y: int, n: int, p: Fraction, fitness: Fitness) -> Fraction:
    """The probability that one step goes from x to another string y."""
    if fitness(y, n) < fitness(x, n):
        return Fraction(0)
    flipped = (x ^ y).bit_count()
    power: Fraction = p**flipped * (1 - p) ** (n - flipped)
    return power


def chain(n: int, p: Fraction, fitness: Fitness) -> Matrix:
    """The whole matrix, for tests: entry `[x][y]` from string x to string y."""
    rows = []
    for x in range(1 << n):
        row = [transition(x, y, n, p, fitness) if y != x else Fraction(0) for y in range(1 << n)]
        row[x] = 1 - sum(row, Fraction(0))
        rows.append(tuple(row))
    return tuple(rows)


def expected_steps(n: int, p: Fraction, fitness: Fitness) -> Fraction:
    """Expected steps from a uniform start until the string of greatest fitness is found.

    Raises:
        SingularError: it is not found with probability 1.
    """
    levels: dict[int, list[int]] = {}
    for x in range(1 << n):
        levels.setdefault(fitness(x, n), []).append(x)
    known = {x: Fraction(0) for x in levels.pop(max(levels))}
    for level in sorted(levels, reverse=True):
        strings = levels[level]
        equations: list[list[Fraction]] = []
        right: list[Fraction] = []
        for x in strings:
            up = {y: transition(x, y, n, p, fitness) for y in known}
            across = {y: transition(x, y, n, p, fitness) for y in strings if y != x}
            leaving = sum((*up.values(), *across.values()), Fraction(0))
            equations.append([leaving if y == x else -across[y] for y in strings])
            onward = (chance * known[y] for y, chance in up.items())
            right.append(sum(onward, Fraction(1)))
        known |= dict(zip(strings, solve(equations, right), strict=True))
    return sum(known.values(), Fraction(0)) / (1 << n)


def leading_ones_time(n: int, p: Fraction) -> Fraction:
    """((1-p)^(1-n) - (1-p)) / (2 p^2): Boettcher, Doerr & Neumann 2010."""
    keep = 1 - p
    if keep == 0:  # p = 1, so n = 1
        return Fraction(1, 2)
    value: Fraction = (keep ** (1 - n) - keep) / (2 * p * p)
    return value


def one_max_time(n: int, p: Fraction) -> Fraction:
    """From the chain of the numbers of ones: strings with equally many are alike."""
    up = [[Fraction(0)] * (n + 1) for _ in range(n + 1)]
    for ones in range(n + 1):
        for gained in range(n - ones + 1):
            for lost in range(ones + 1):
                flipped = gained + lost
                ways = comb(n - ones, gained) * comb(ones, lost)
                if gained > lost:
                    up[ones][ones + gained - lost] += ways * p**flipped * (1 - p) ** (n - flipped)
    times = [Fraction(0)] * (n + 1)
    for ones in reversed(range(n)):
        onward = sum((up[ones][k] * times[k] for k in range(ones + 1, n + 1)), Fraction(0))
        times[ones] = (1 + onward) / sum(up[ones])
    mean: Fraction = sum((comb(n, k) * times[k] for k in range(n + 1)), Fraction(0)) / 2**n
    return mean


ClosedForm = Callable[[int, Fraction], Fraction]


def agrees(name: str, fitness: Fitness, closed: ClosedForm, most: int) -> str:
    """The chain of all 2^n strings and the formula give the same, and what is published."""
    compared = 0
    for n in range(1, most + 1):
        for p in {Fraction(1, n), Fraction(1, 2), Fraction(1, 3), Fraction(2, 7)}:
            if p == 1 and n > 1:
                continue
            found, formula = expected_steps(n, p, fitness), closed(n, p)
            if found != formula:
                refute(name, f"n = {n}, p = {p}: the chain gives {found}, the formula {formula}")
            compared += 1
            published = PUBLISHED[name].get(n) if p == Fraction(1, n) else None
            if published is not None and found != published:
                refute(name, f"n = {n}: {found} expected steps, published {published}")
    listed = ", ".join(f"{value} for n = {n}" for n, value in PUBLISHED[name].items())
    return f"n = 1..{most}, {compared} pairs of n and p, all 2^n strings: equal; p = 1/n: {listed}"


def leading_ones_agrees(closed: ClosedForm = leading_ones_time) -> str:
    """LeadingOnes: the chain and the published closed form."""
    return agrees("LeadingOnes", leading_ones, closed, 6)


def one_max_agrees(closed: ClosedForm = one_max_time) -> str:
    """OneMax: the chain on strings and the chain on numbers of ones."""
    return agrees("OneMax", one_max, closed, 6)


def levels_agree(times: Callable[[int, Fraction, Fitness], Fraction] = expected_steps) -> str:
    """Solving level by level gives what the whole matrix gives."""
    for n in range(1, 5):
        for fitness in (leading_ones, one_max):
            p = Fraction(1, n + 1)
            whole = hitting_times(chain(n, p, fitness), [(1 << n) - 1])
            if sum(whole) / (1 << n) != times(n, p, fitness):
                refute("levels", f"n = {n}, p = {p}")
    return "n = 1..4, both functions: equal to the solution of the whole matrix"


CLAIMS = (
    Claim("LeadingOnes", leading_ones_agrees),
    Claim("OneMax", one_max_agrees),
    Claim("levels", levels_agree),
)
