"""Genetic algorithms as Markov chains, exactly (Rudolph 1994).

The algorithm keeps a population of two strings of bits. A generation is crossover, then mutation
of every bit, then selection in proportion to fitness, so its matrix is the product C M S. With
*elitism* the state also holds the fittest string ever selected, outside the population.

    Settings      bits, and the probabilities of crossover and mutation
    crossover, mutation, selection, generation    the matrices on populations
    with_best     the matrix on pairs (best, population)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from theory.theorems.markov import (
    Matrix,
    SingularError,
    absorption,
    hitting_times,
    is_positive,
    is_stochastic,
    laws,
    multiply,
    stationary,
)
from theory.theorems.statement import Claim, refute

Population = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Settings:
    """A genetic algorithm on strings of `bits` bits, with a population of two.

    Attributes:
        bits: the length of a string.
        crossing: the probability that the two exchange their tails.
        rate: the probability that a bit flips.
        fitness: the fitness of each string, positive; the last string is the one optimum.
    """

    bits: int
    crossing: Fraction
    rate: Fraction
    fitness: tuple[int, ...]

    @property
    def optimum(self) -> int:
        return (1 << self.bits) - 1

    def populations(self) -> list[Population]:
        """The states of the chain, in order."""
        strings = range(1 << self.bits)
        return list(product(strings, strings))

    def holding(self) -> list[int]:
        """The numbers of the populations that hold the optimum."""
        return [k for k, pair in enumerate(self.populations()) if self.optimum in pair]


def count_ones(bits: int, crossing: Fraction, rate: Fraction) -> Settings:
    """The fitness is the number of ones, plus one."""
    return Settings(bits, crossing, rate, tuple(x.bit_count() + 1 for x in range(1 << bits)))


TWO_BITS = count_ones(2, Fraction(1, 2), Fraction(1, 4))
THREE_BITS = count_ones(3, Fraction(1, 2), Fraction(1, 4))


def crossover(s: Settings) -> Matrix:
    """With probability `crossing`, the tails behind a place drawn from 1 .. bits-1 change sides."""
    pairs = s.populations()
    number = {pair: k for k, pair in enumerate(pairs)}
    rows = []
    for a, b in pairs:
        row = [Fraction(0)] * len(pairs)
        row[number[a, b]] += 1 - s.crossing
        for place in range(1, s.bits):
            tail = (1 << place) - 1
            children = (a & ~tail | b & tail, b & ~tail | a & tail)
            row[number[children]] += s.crossing / (s.bits - 1)
        rows.append(tuple(row))
    return tuple(rows)


def mutation(s: Settings) -> Matrix:
    """Every bit of both strings flips with probability `rate`."""
    return tuple(
        tuple(flips(s, (a ^ c).bit_count() + (b ^ d).bit_count()) for c, d in s.populations())
        for a, b in s.populations()
    )


def flips(s: Settings, count: int) -> Fraction:
    """The probability that exactly these `count` bits of the population flip."""
    power: Fraction = s.rate**count * (1 - s.rate) ** (2 * s.bits - count)
    return power


def selection(s: Settings) -> Matrix:
    """Both places are drawn from the population, in proportion to fitness."""
    rows = []
    for pair in s.populations():
        weight = sum(s.fitness[x] for x in pair)
        drawn = {x: Fraction(sum(s.fitness[y] for y in pair if y == x), weight) for x in pair}
        zero = Fraction(0)
        rows.append(tuple(drawn.get(c, zero) * drawn.get(d, zero) for c, d in s.populations()))
    return tuple(rows)


def generation(s: Settings) -> Matrix:
    """One generation: crossover, mutation, selection."""
    return multiply(multiply(crossover(s), mutation(s)), selection(s))


def with_best(s: Settings, *, elitist: bool = True) -> Matrix:
    """One generation on pairs (best, population); without elitism the best is of the present.

    State number best * populations + population.
    """
    base, pairs = generation(s), s.populations()
    rows = []
    for best in range(1 << s.bits):
        for row in base:
            made = [Fraction(0)] * (len(pairs) << s.bits)
            for k, chance in enumerate(row):
                pool = (best, *pairs[k]) if elitist else pairs[k]
                kept = max(pool, key=lambda x: s.fitness[x])
                made[kept * len(pairs) + k] += chance
            rows.append(tuple(made))
    return tuple(rows)


def positive(matrix: Callable[[Settings], Matrix] = mutation) -> str:
    """C, M and S are stochastic, M and with it the product is positive."""
    for s in (TWO_BITS, THREE_BITS):
        parts = {"C": crossover(s), "M": matrix(s), "S": selection(s)}
        for name, part in parts.items():
            if not is_stochastic(part):
                refute("positive", f"{name} on {s.bits} bits is not stochastic")
        made = multiply(multiply(parts["C"], parts["M"]), parts["S"])
        if not is_positive(made):
            refute("positive", f"the product on {s.bits} bits has a zero entry")
    return "2 and 3 bits, two strings (16 and 64 states): C, M, S stochastic, C M S positive"


def limit_law(matrix: Callable[[Settings], Matrix] = generation, steps: int = 8) -> str:
    """The law tends to the stationary one, which holds the optimum with probability below 1."""
    said = []
    for s, times in ((TWO_BITS, steps), (THREE_BITS, 1)):
        p = matrix(s)
        try:
            limit = stationary(p)
        except SingularError:
            refute("limit law", f"{s.bits} bits: more than one law is kept")
        overlap = sum(min(row[j] for row in p) for j in range(len(p)))
        if not 0 < overlap < 1:
            refute("limit law", f"{s.bits} bits: the rows of the matrix share {overlap}")
        for start in range(len(p)):
            begin = [Fraction(k == start) for k in range(len(p))]
            for t, law in enumerate(laws(begin, p, times)):
                away = sum(abs(x - y) for x, y in zip(law, limit, strict=True)) / 2
                if away > (1 - overlap) ** t:
                    refute("limit law", f"{s.bits} bits, start {start}: {away} after {t} steps")
        held = sum(limit[k] for k in s.holding())
        if not 0 < held < 1:
            refute("limit law", f"{s.bits} bits: the optimum is held with probability {held}")
        said.append(f"{s.bits} bits: P(optimum held) -> {_short(held)}")
    return (
        "from every start the law tends to the stationary one, the distance after t steps at most "
        "(1 - overlap of the rows)^t; " + ", ".join(said)
    )


def visits_for_ever(matrix: Callable[[Settings], Matrix] = generation) -> str:
    """From every state the optimum is found again in finite expected time, and lost again."""
    said = []
    for s in (TWO_BITS, THREE_BITS):
        p, goal = matrix(s), s.holding()
        others = [k for k in range(len(p)) if k not in goal]
        try:
            find, lose = hitting_times(p, goal), hitting_times(p, others)
        except SingularError:
            refute("visits", f"{s.bits} bits: some state is never left")
        said.append(
            f"{s.bits} bits: found within {_short(max(find))}, lost within {_short(max(lose))} "
            "generations"
        )
    return "without elitism, expected from the worst state: " + ", ".join(said)


def elitism_absorbs(matrix: Callable[[Settings], Matrix] = with_best) -> str:
    """With the best kept, the optimum is never lost and is found with probability 1."""
    s = TWO_BITS
    p, size = matrix(s), len(s.populations())
    goal = range(s.optimum * size, (s.optimum + 1) * size)
    for i in goal:
        if sum(p[i][j] for j in goal) != 1:
            refute("elitism", f"the optimum is lost from state {i}")
    reached = absorption(p, goal)
    if set(reached) != {1}:
        refute("elitism", f"the optimum is found with probability {min(reached)} only")
    chance = min(sum(p[i][j] for j in goal) for i in range(len(p)))
    if chance <= 0:
        refute("elitism", "from some state the optimum is not found in one step")
    begin = [Fraction(1, size) if k < size else Fraction(0) for k in range(len(p))]
    missing = [1 - sum(law[j] for j in goal) for law in laws(begin, p, 24)]
    for t, (earlier, later) in enumerate(pairwise(missing)):
        if later > earlier or later > (1 - chance) ** (t + 1):
            refute("elitism", f"P(not held) is {later} after {t + 1} steps")
    return (
        f"2 bits ({len(p)} states): absorbed with probability 1 from each; P(not held) falls, and "
        f"after t generations it is at most ({_short(1 - chance)})^t ({float(missing[-1]):.1e} "
        "after 24)"
    )


def same_waiting_time(matrix: Callable[[Settings], Matrix] = with_best) -> str:
    """Elitism does not find the optimum sooner, it keeps it: equal expected hitting times."""
    s = TWO_BITS
    plain = hitting_times(generation(s), s.holding())
    p, size = matrix(s), len(s.populations())
    try:
        kept = hitting_times(p, range(s.optimum * size, (s.optimum + 1) * size))
    except SingularError:
        refute("waiting time", "the optimum is not found from every state")
    for best in range(s.optimum):
        for k in range(size):
            if k not in s.holding() and kept[best * size + k] != plain[k]:
                refute(
                    "waiting time", f"{kept[best * size + k]} and {plain[k]} from population {k}"
                )
    mean = sum(plain) / size
    return f"2 bits: the same for all populations; {_short(mean)} generations from a uniform start"


def _short(value: Fraction | float) -> str:
    text = str(value)
    return text if len(text) <= 12 else f"{float(value):.6f}"


CLAIMS = (
    Claim("positive", positive),
    Claim("limit law", limit_law),
    Claim("visits", visits_for_ever),
    Claim("elitism", elitism_absorbs),
    Claim("waiting time", same_waiting_time),
)
