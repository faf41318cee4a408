"""The run-length tape of the accelerated runner, and what it returns.

Runs, push          one side of the tape, as runs of equal blocks
blocks_of           a half tape cut into blocks
AcceleratedRun      steps, ones and tape, which may be too large to be written out
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat

from theory.kernel.errors import MachineError
from theory.turing.machine import BLANK, Configuration, Outcome

Runs = tuple[list[int], list[int]]
"""The blocks and counts of the runs on one side, the nearest last."""


def push(runs: Runs, block: int, count: int) -> None:
    """Put blocks on a stack, together with equal ones there; blanks on nothing vanish."""
    names, counts = runs
    if names and names[-1] == block:
        counts[-1] += count
    elif names or block:
        names.append(block)
        counts.append(count)


def blocks_of(cells: tuple[int, ...], width: int) -> list[tuple[int, ...]]:
    """A half tape cut into words of `width` cells, blanks added at its end."""
    padded = cells + (BLANK,) * (-len(cells) % width)
    return [padded[place : place + width] for place in range(0, len(padded), width)]


Power = tuple[tuple[int, ...], int]
"""A word of cells, and how often it stands one after the other."""


@dataclass(frozen=True, slots=True)
class AcceleratedRun:
    """How far an accelerated run came.

    Attributes:
        outcome: why it ended. NEVER_HALTS, only without fuel, says that a rule or a chain repeats
            for ever; STOPPED that the work, or a number's size, came to its limit.
        steps: the number of steps taken.
        state: the last state.
        head: the symbol under the head.
        left, right: the half tapes as powers of words, the nearest first, each word's nearest cell
            first.
        moves: how many moves the run took.
        width: the width of the blocks.
    """

    outcome: Outcome
    steps: int
    state: int
    head: int
    left: tuple[Power, ...]
    right: tuple[Power, ...]
    moves: int
    width: int

    @property
    def halted(self) -> bool:
        """Whether the machine halted."""
        return self.outcome is Outcome.HALTED

    @property
    def ones(self) -> int:
        """The number of cells that are not blank."""
        powers = chain(self.left, self.right)
        cells = sum((len(word) - word.count(BLANK)) * count for word, count in powers)
        return cells + (self.head != BLANK)

    @property
    def cells(self) -> int:
        """The number of cells that the tape takes when it is written out."""
        return 1 + sum(len(word) * count for word, count in chain(self.left, self.right))

    def configuration(self, max_cells: int = 10_000_000) -> Configuration:
        """The last configuration.

        Raises:
            MachineError: the tape has more than `max_cells` cells.
        """
        if self.cells > max_cells:
            raise MachineError("tape-too-long", f"the tape has more than {max_cells} cells")
        left, right = (
            tuple(chain.from_iterable(chain.from_iterable(repeat(*power) for power in powers)))
            for powers in (self.left, self.right)
        )
        return Configuration(self.state, self.head, left, right)
