"""A machine seen on blocks: `width` cells of its tape taken as one symbol.

The head stands at the near edge of a block, in a state, and enters it. It leaves the block on one
side after a number of steps, or never. Such a macro step is computed when it is first met and then
remembered (Marxen & Buntrock 1990, "Attacking the busy beaver 5", block symbols).

    BlockMachine    the macro steps of a machine at one width
    Visit           what happens in a block within a number of steps

A *key* is 2 * state + side, where side 1 says that the head enters from the left, moving right, and
side 0 the opposite. A block is the number that its cells form, the leftmost being the most
significant digit; the blank block is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.turing.machine import Machine

MacroStep = tuple[int, int, int]
"""The next key, the block left behind, the steps taken."""

STAYS = -1
"""The next key when the head does not leave the block: it halts there, or circles for ever."""

TOO_LONG = -2
"""The next key of a macro step that takes more steps than allowed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay of the head in one block.

    Attributes:
        cells: the block's cells from left to right.
        place: the head's cell; -1 or `width` when it has left.
        state: the state.
        steps: the steps taken.
        halted: whether the machine has halted.
        period: when the machine circles in the block for ever, the steps of one round; else 0.
    """

    cells: tuple[int, ...]
    place: int
    state: int
    steps: int
    halted: bool
    period: int


class BlockMachine:
    """The macro steps of a machine on blocks of `width` cells, found on demand.

    `table[key][block]` holds those found so far.
    """

    def __init__(self, machine: Machine, width: int, max_steps: int) -> None:
        self.machine = machine
        self.width = width
        self.max_steps = max_steps
        self.table: list[dict[int, MacroStep]] = [{} for _ in range(2 * len(machine.states))]
        symbols = len(machine.symbols)
        self.entries = tuple(
            None if entry is None else (entry.write, int(entry.move), entry.state)
            for row in machine.table
            for entry in row
        )
        self.symbols = symbols

    def block(self, cells: tuple[int, ...]) -> int:
        """The number of a block with these cells, from left to right."""
        number = 0
        for cell in cells:
            number = number * self.symbols + cell
        return number

    def cells(self, block: int) -> list[int]:
        """The cells of a block, from left to right."""
        cells = [0] * self.width
        for place in range(self.width - 1, -1, -1):
            block, cells[place] = divmod(block, self.symbols)
        return cells

    def macro_step(self, key: int, block: int) -> MacroStep:
        """What the head does to a block that it enters."""
        row = self.table[key]
        found = row.get(block)
        if found is None:
            visit = self.visit(key, block, self.max_steps)
            if visit.place < 0 or visit.place >= self.width:
                side = 1 if visit.place > 0 else 0
                found = (2 * visit.state + side, self.block(visit.cells), visit.steps)
            elif visit.halted or visit.period:
                found = (STAYS, block, 0)
            else:
                found = (TOO_LONG, block, 0)
            row[block] = found
        return found

    def visit(self, key: int, block: int, fuel: int) -> Visit:
        """Follow the head in a block until it leaves or halts, circles, or the fuel is used up."""
        cells = self.cells(block)
        state = key >> 1
        width, symbols, entries = self.width, self.symbols, self.entries
        place = 0 if key & 1 else width - 1
        steps = period = 0
        # Brent: the configuration at the last power of two is compared with each later one.
        seen, seen_at = (state, place, tuple(cells)), 0
        while 0 <= place < width:
            entry = entries[state * symbols + cells[place]]
            if entry is None:
                return Visit(tuple(cells), place, state, steps, True, 0)
            if steps >= fuel:
                break
            cells[place], move, state = entry
            place += move
            steps += 1
            if (state, place) == seen[:2] and tuple(cells) == seen[2]:
                period = steps - seen_at
                break
            if steps == max(1, 2 * seen_at):
                seen, seen_at = (state, place, tuple(cells)), steps
        return Visit(tuple(cells), place, state, steps, False, period)

    def stay(self, key: int, block: int, fuel: int) -> Visit:
        """Where the head is after `fuel` steps in a block, or earlier when the machine halts there.

        The head must not leave the block within these steps; circling costs no time.
        """
        visit = self.visit(key, block, fuel)
        if not visit.period:
            return visit
        rounds = (fuel - visit.steps) // visit.period
        rest = fuel - rounds * visit.period
        # The configuration after visit.steps is that of one period before.
        reached = self.visit(key, block, rest - visit.period)
        return Visit(reached.cells, reached.place, reached.state, fuel, False, visit.period)
