"""A free lunch in self-play, by exhausting all games (after Wolpert & Macready 2005).

The champion's player chooses a row of a 2 x 2 table of payoffs 0 or 1, the opponent a column. A
strategy evaluates two cells, the second chosen after the payoff of the first, and then names a
champion row. Its quality is the row's worst payoff. All 16 tables count equally.

    Strategy, strategies    all 576 deterministic ones without repetition
    mean_quality            of a strategy over all games
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from theory.theorems.statement import Claim, refute

Cell = tuple[int, int]
Game = dict[Cell, int]
CELLS: tuple[Cell, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class Strategy:
    """What is evaluated and named.

    Attributes:
        first: the first cell.
        second: the second cell, for each payoff of the first.
        champion: the row named, for each pair of payoffs.
    """

    first: Cell
    second: tuple[Cell, Cell]
    champion: tuple[tuple[int, int], tuple[int, int]]

    def named(self, game: Game) -> int:
        """The champion on a game."""
        first = game[self.first]
        return self.champion[first][game[self.second[first]]]


def strategies() -> Iterator[Strategy]:
    """All of them: 4 * (3 * 2 * 2)^2 = 576."""
    for first in CELLS:
        others = [cell for cell in CELLS if cell != first]
        for second in product(others, repeat=2):
            for champion in product(CELLS, repeat=2):  # pairs of rows
                yield Strategy(first, (second[0], second[1]), (champion[0], champion[1]))


def games() -> list[Game]:
    """All 16 tables of payoffs."""
    return [dict(zip(CELLS, payoffs, strict=True)) for payoffs in product(range(2), repeat=4)]


Quality = Callable[[Game, int], int]


def worst_reply(game: Game, row: int) -> int:
    """The payoff of a row against the opponent's best reply."""
    return min(game[row, column] for column in range(2))


def mean_quality(strategy: Strategy, quality: Quality = worst_reply) -> Fraction:
    """The mean over all games of the quality of the champion that is named."""
    every = games()
    return Fraction(sum(quality(game, strategy.named(game)) for game in every), len(every))


def exhausts_a_row(s: Strategy) -> bool:
    """Whether both evaluated cells always lie in one row."""
    return all(cell[0] == s.first[0] for cell in s.second)


def samples_both_rows(s: Strategy) -> bool:
    """Whether the second cell always lies in the other row."""
    return all(cell[0] != s.first[0] for cell in s.second)


def ignores_data(s: Strategy) -> bool:
    """Whether the same row is named whatever was seen."""
    return len({row for pair in s.champion for row in pair}) == 1


EXPECTED = (
    ("one row exhausted", exhausts_a_row, 7),
    ("one sample a row", samples_both_rows, 6),
    ("no data used", ignores_data, 4),
)


def free_lunch(quality: Quality = worst_reply) -> str:
    """The best of each kind of strategy, and the worst of all, over all games."""
    means = {s: mean_quality(s, quality) for s in strategies()}
    for name, kind, wanted in EXPECTED:
        best = max(mean for s, mean in means.items() if kind(s))
        if best != Fraction(wanted, 16):
            refute("coevolution", f"{name}: {best}, not {wanted}/16")
    if max(means.values()) != Fraction(7, 16) or min(means.values()) != Fraction(1, 16):
        found = f"{min(means.values())} to {max(means.values())}"
        refute("coevolution", f"means from {found}, not 1/16 to 7/16")
    listed = ", ".join(f"{name} {wanted}/16" for name, _, wanted in EXPECTED)
    return f"{len(means)} strategies, {len(games())} games, mean worst reply: {listed}, worst 1/16"


def no_lunch_for_the_best_seen(every: Iterable[Strategy] | None = None) -> str:
    """Judged by the evaluations alone, all strategies are alike: there is no champion to choose."""
    chosen = strategies() if every is None else every
    sums = {sum(max(g[s.first], g[s.second[g[s.first]]]) for g in games()) for s in chosen}
    if len(sums) != 1:
        refute("no champion", f"the sums of the best payoffs seen differ: {sorted(sums)}")
    return f"the best payoff seen in two evaluations is {sums.pop()}/16 for every strategy"


CLAIMS = (Claim("coevolution", free_lunch), Claim("no champion", no_lunch_for_the_best_seen))
