"""An accelerated runner: many steps of a machine at once, counted exactly.

    run_accelerated(machine, configuration, fuel)    an `AcceleratedRun` (`solvers.turing.runs`)
    Simulation      a run on blocks of one width, which can be continued

The tape is kept as runs of equal blocks. Three kinds of moves are made: a macro step over one
block (`solvers.turing.blocks`); a chain step over a whole run, when a macro step keeps the key;
and a rule, when a stretch of the run is proved to repeat (`solvers.turing.rules`). All counts
are Python integers, so steps and ones are exact however large they are.

No width of the blocks is best for all machines. When none is given, each of `WIDTHS` runs for a
while, and the one that came farthest goes on.

Rules are made of macro steps, not of rules: machines whose counts grow by towers of powers go on
only as far as the work allows.
"""

from __future__ import annotations

from solvers.turing.blocks import STAYS, BlockMachine
from solvers.turing.rules import FOR_EVER, Rule, Shape, applications, prove
from solvers.turing.runs import AcceleratedRun, Power, Runs, blocks_of, push
from theory.turing.machine import (
    Configuration,
    Machine,
    Outcome,
    check_configuration,
    start,
)

WIDTHS = (1, 2, 3, 4, 5, 6, 8)
"""The widths of blocks that are tried."""

TRIALS = (400, 3600)
"""How many moves each width gets, in turns, before the best goes on alone."""

DEFAULT_WORK = 1_000_000
"""The greatest number of moves in all, some microseconds each."""

MAX_BITS = 1_000_000
"""The size at which the number of steps is too large to go on with."""

MAX_BLOCK_STEPS = 100_000
"""The greatest number of steps within one block."""

MAX_RUNS = 48
"""Rules are looked for while the tape has at most so many runs."""

MAX_STRETCH = 2000
"""The greatest number of macro steps that a rule is proved for."""

MAX_SHAPES = 20_000
"""How many shapes are remembered at a time."""

FAILURES = 4
"""After so many vain proofs a shape is left alone."""


class Simulation:
    """A run on blocks of one width, which can be continued."""

    def __init__(
        self, machine: Machine, configuration: Configuration, width: int, fuel: int | None
    ) -> None:
        self.blocks = BlockMachine(machine, width, MAX_BLOCK_STEPS)
        self.fuel = fuel
        self.key = 2 * configuration.state + 1
        right = blocks_of((configuration.head, *configuration.right), width)
        left = [word[::-1] for word in blocks_of(configuration.left, width)]
        self.left: Runs = ([], [])
        self.right: Runs = ([], [])
        for runs, words in ((self.left, left), (self.right, right)):
            for word in reversed(words):
                push(runs, self.blocks.block(word), 1)
        self.steps = 0
        self.moves = 0
        self.outcome: Outcome | None = None
        self.rules: dict[Shape, list[Rule]] = {}
        self.failures: dict[Shape, int] = {}
        self.seen: dict[Shape, tuple[int, int, list[int]]] = {}

    def advance(self, moves: int) -> bool:
        """Make so many moves more; False when the run has ended."""
        limit = self.moves + moves
        table, blocks = self.blocks.table, self.blocks
        left, right = self.left, self.right
        fuel = self.fuel
        while self.outcome is None and self.moves < limit:
            self.moves += 1
            if len(left[0]) + len(right[0]) <= MAX_RUNS and self.use_rules():
                continue
            key = self.key
            front, back = (right, left) if key & 1 else (left, right)
            names, counts = front
            block = names[-1] if names else 0
            found = table[key].get(block)
            following, written, steps = found or blocks.macro_step(key, block)
            if following < 0:
                self.end_within(following)
            elif following == key:
                if not names:
                    self.run_away(steps)
                    break
                count = counts[-1]
                spent = steps * count
                if fuel is not None and self.steps + spent > fuel:
                    self.part_of_run((fuel - self.steps) // steps, written, steps)
                    break
                names.pop()
                counts.pop()
                push(back, written, count)
                self.steps += spent
            else:
                if fuel is not None and self.steps + steps > fuel:
                    self.outcome = Outcome.OUT_OF_FUEL
                    break
                if names:
                    if counts[-1] > 1:
                        counts[-1] -= 1
                    else:
                        names.pop()
                        counts.pop()
                push(front if (following ^ key) & 1 else back, written, 1)
                self.steps += steps
                self.key = following
        return self.outcome is None

    def end_within(self, following: int) -> None:
        """The head does not leave the block before it, or not in good time."""
        if following == STAYS:
            block = self.front_block()
            visit = self.blocks.visit(self.key, block, MAX_BLOCK_STEPS)
            if visit.halted and (self.fuel is None or self.steps + visit.steps <= self.fuel):
                self.outcome = Outcome.HALTED
            elif self.fuel is None:
                self.outcome = Outcome.NEVER_HALTS
            else:
                self.outcome = Outcome.OUT_OF_FUEL
        else:
            self.outcome = Outcome.STOPPED

    def run_away(self, steps: int) -> None:
        """The head runs over blank blocks for ever."""
        if self.fuel is None:
            self.outcome = Outcome.NEVER_HALTS
            return
        _, written, _ = self.blocks.macro_step(self.key, 0)
        back = self.left if self.key & 1 else self.right
        times = (self.fuel - self.steps) // steps
        push(back, written, times)
        self.steps += times * steps
        self.outcome = Outcome.OUT_OF_FUEL

    def part_of_run(self, times: int, written: int, steps: int) -> None:
        """The fuel suffices for a part of the run before the head only."""
        front, back = (self.right, self.left) if self.key & 1 else (self.left, self.right)
        front[1][-1] -= times
        if times:
            push(back, written, times)
        self.steps += times * steps
        self.outcome = Outcome.OUT_OF_FUEL

    def front_block(self) -> int:
        """The block that the head is about to enter."""
        names = (self.right if self.key & 1 else self.left)[0]
        return names[-1] if names else 0

    def use_rules(self) -> bool:
        """Apply a rule if one fits; else see whether one can be proved here."""
        left, right = self.left, self.right
        shape = (self.key, tuple(left[0]), tuple(right[0]))
        rules = self.rules.get(shape)
        if rules is not None:
            counts = left[1] + right[1]
            for known in rules:
                if self.apply(known, counts):
                    return True
        now = self.moves
        before = self.seen.get(shape)
        if before is None:
            if len(self.seen) >= MAX_SHAPES:
                self.seen.clear()
                self.failures.clear()
            self.seen[shape] = (now, 0, left[1] + right[1])
            return False
        counts = left[1] + right[1]
        gap = now - before[0]
        self.seen[shape] = (now, gap, counts)
        if gap != before[1] or gap > MAX_STRETCH or self.failures.get(shape, 0) >= FAILURES:
            return False
        changed = [old != new for old, new in zip(before[2], counts, strict=True)]
        likely = [change or count > 1 for change, count in zip(changed, counts, strict=True)]
        rule = prove(self.blocks, shape, counts, likely, gap)
        if rule is None and likely != changed:
            rule = prove(self.blocks, shape, counts, changed, gap)
        if rule is None:
            self.failures[shape] = self.failures.get(shape, 0) + 1
            return False
        if len(self.rules) >= MAX_SHAPES:
            self.rules.clear()
        self.rules.setdefault(shape, []).append(rule)
        return self.apply(rule, counts)

    def apply(self, rule: Rule, counts: list[int]) -> bool:
        """Apply a rule as often as possible; False when that is not at all."""
        fuel = None if self.fuel is None else self.fuel - self.steps
        times = applications(rule, counts, fuel)
        if times == 0:
            return False
        self.seen.clear()
        if times == FOR_EVER:
            self.outcome = Outcome.NEVER_HALTS
            return True
        self.steps += rule.steps(counts, times)
        split = len(self.left[1])
        for number, difference in rule.differences:
            runs, place = (self.left, number) if number < split else (self.right, number - split)
            runs[1][place] += difference * times
        if self.steps.bit_length() > MAX_BITS:
            self.outcome = Outcome.STOPPED
        return True

    def result(self) -> AcceleratedRun:
        """The run so far, with what is left of the fuel spent in the block before the head."""
        outcome = self.outcome or Outcome.STOPPED
        facing_right = self.key & 1
        front, back = (self.right, self.left) if facing_right else (self.left, self.right)
        block = self.front_block()
        rest = 0
        if outcome is Outcome.HALTED:
            rest = MAX_BLOCK_STEPS
        elif outcome is Outcome.OUT_OF_FUEL and self.fuel is not None:
            rest = self.fuel - self.steps
        visit = self.blocks.stay(self.key, block, rest)
        front_powers = self.powers(front, taken=1)
        back_powers = self.powers(back, taken=0)
        left, right = (back_powers, front_powers) if facing_right else (front_powers, back_powers)
        before, behind = visit.cells[: visit.place][::-1], visit.cells[visit.place + 1 :]
        return AcceleratedRun(
            outcome,
            self.steps + visit.steps,
            visit.state,
            visit.cells[visit.place],
            (((before, 1),) if before else ()) + left,
            (((behind, 1),) if behind else ()) + right,
            self.moves,
            self.blocks.width,
        )

    def powers(self, runs: Runs, taken: int) -> tuple[Power, ...]:
        """The runs of one side, nearest first, without the first `taken` blocks."""
        powers = []
        for block, count in zip(reversed(runs[0]), reversed(runs[1]), strict=True):
            cells = tuple(self.blocks.cells(block))
            word = cells[::-1] if runs is self.left else cells
            if count > taken:
                powers.append((word, count - taken))
            taken = 0
        return tuple(powers)


def run_accelerated(
    machine: Machine,
    configuration: Configuration | None = None,
    fuel: int | None = None,
    work: int = DEFAULT_WORK,
    width: int | None = None,
) -> AcceleratedRun:
    """Run a machine in moves of many steps.

    Args:
        machine: the machine.
        configuration: where to begin; default: `start(machine)`.
        fuel: the greatest number of steps, of any size; default: no limit.
        work: the greatest number of moves, the trials of several widths included.
        width: the width of the blocks; default: the best of `WIDTHS`.

    Returns:
        The run. When its outcome is OUT_OF_FUEL, exactly `fuel` steps were taken.

    Raises:
        MachineError: the configuration has a state or symbol that the machine lacks.
    """
    begin = start(machine) if configuration is None else configuration
    check_configuration(machine, begin)
    if width is not None:
        only = Simulation(machine, begin, width, fuel)
        only.advance(work)
        return only.result()
    trials = [Simulation(machine, begin, candidate, fuel) for candidate in WIDTHS]
    for share in TRIALS:
        for trial in trials:
            moves = min(share, work)
            work -= moves
            if not trial.advance(moves) and trial.outcome is not Outcome.STOPPED:
                return trial.result()
    best = max(trials, key=lambda trial: (trial.outcome is None, trial.steps))
    best.advance(work)
    return best.result()
