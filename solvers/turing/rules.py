"""Proofs that a stretch of a run repeats, with its counts changed by constants.

A run-length tape has a *shape*: the key (state and side) and the blocks of its runs to the left and
right, nearest last. When the same shape comes back after the same number of macro steps, the
stretch between is followed once more with a variable x_i for the count of each run that may vary.
If every macro step goes the same way for all x_i above some bound, and the shape comes back with
the counts x_i + d_i, this is a *rule*: it may be applied as often as the counts stay above the
bounds, all at once. The steps of one application are c + sum b_i x_i, so those of n applications
are a polynomial in n. (The prover of Marxen & Buntrock 1990 and of later busy beaver programs.)

    Rule                the bounds, differences and steps of a rule
    prove               the rule of a stretch, or None
    applications        how often a rule may be applied, and the steps it takes
"""

from __future__ import annotations

from dataclasses import dataclass

from solvers.turing.blocks import BlockMachine

Shape = tuple[int, tuple[int, ...], tuple[int, ...]]
"""The key, the blocks of the left runs and those of the right runs, the nearest last."""

Count = tuple[int, int]
"""The count x_i + c as (i, c), or the constant c as (-1, c)."""

FOR_EVER = -1
"""A number of applications without end."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one repetition of a stretch does to the counts of a shape.

    The counts are numbered along the left runs, then the right ones.

    Attributes:
        constants: the counts that must have these values, as (number, value).
        bounds: the counts that must be at least this at the start, as (number, least count).
        differences: the counts that change, as (number, difference).
        base, factors: the steps are base + sum of factor * count over (number, factor).
        macro_steps: how many macro steps the stretch has.
    """

    constants: tuple[tuple[int, int], ...]
    bounds: tuple[tuple[int, int], ...]
    differences: tuple[tuple[int, int], ...]
    base: int
    factors: tuple[tuple[int, int], ...]
    macro_steps: int

    def steps(self, counts: list[int], times: int) -> int:
        """The steps of so many applications from these counts on."""
        first = self.base + sum(factor * counts[number] for number, factor in self.factors)
        return times * first + times * (times - 1) // 2 * self.growth()

    def growth(self) -> int:
        """By how much each application has more steps than the one before."""
        differences = dict(self.differences)
        return sum(factor * differences.get(number, 0) for number, factor in self.factors)


def applications(rule: Rule, counts: list[int], fuel: int | None) -> int:
    """How often a rule may be applied to these counts within the fuel; `FOR_EVER` without limit."""
    for number, value in rule.constants:
        if counts[number] != value:
            return 0
    differences = dict(rule.differences)
    times = FOR_EVER
    for number, least in rule.bounds:
        spare = counts[number] - least
        if spare < 0:
            return 0
        difference = differences.get(number, 0)
        if difference < 0:
            possible = spare // -difference + 1
            times = possible if times == FOR_EVER else min(times, possible)
    if fuel is None or (times != FOR_EVER and rule.steps(counts, times) <= fuel):
        return times
    low, high = 0, times
    if times == FOR_EVER:
        high = 1
        while rule.steps(counts, high) <= fuel:
            low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rule.steps(counts, middle) <= fuel else (low, middle)
    return low


class UnprovableError(Exception):
    """The stretch goes another way for other counts."""


def prove(
    machine: BlockMachine, shape: Shape, counts: list[int], varies: list[bool], macro_steps: int
) -> Rule | None:
    """The rule of the stretch of so many macro steps that begins in this shape.

    Args:
        machine: the macro steps.
        shape: where the stretch begins and should end.
        counts: the counts there.
        varies: which of them are variables; the others are constants of the rule.
        macro_steps: the length of the stretch.
    """
    key, left_shape, right_shape = shape
    symbolic: list[Count] = [
        (number, 0) if varies[number] else (-1, count) for number, count in enumerate(counts)
    ]
    split = len(left_shape)
    proof = Proof(len(counts))
    stacks = (
        (list(right_shape), symbolic[split:]),  # entered from the right: side 0 faces left
        (list(left_shape), symbolic[:split]),
    )
    try:
        for _ in range(macro_steps):
            key = proof.macro_step(machine, key, stacks[1], stacks[0])
    except UnprovableError:
        return None
    (left_blocks, left_counts), (right_blocks, right_counts) = stacks[1], stacks[0]
    if (key, tuple(left_blocks), tuple(right_blocks)) != shape:
        return None
    differences = []
    for number, (variable, count) in enumerate(left_counts + right_counts):
        if varies[number]:
            if variable != number:
                return None
            if count:
                differences.append((number, count))
        elif (variable, count) != symbolic[number]:
            return None
    return Rule(
        tuple((number, count) for number, count in enumerate(counts) if not varies[number]),
        tuple((number, proof.least[number]) for number in range(len(counts)) if varies[number]),
        tuple(differences),
        proof.base,
        tuple((number, factor) for number, factor in enumerate(proof.factors) if factor),
        macro_steps,
    )


Stack = tuple[list[int], list[Count]]
"""The blocks and counts of the runs on one side, the nearest last."""


class Proof:
    """What has been assumed and counted while a stretch is followed."""

    def __init__(self, size: int) -> None:
        self.least = [1] * size
        self.base = 0
        self.factors = [0] * size

    def macro_step(self, machine: BlockMachine, key: int, left: Stack, right: Stack) -> int:
        """Do one macro step, or a chain of equal ones, and return the next key."""
        front, back = (right, left) if key & 1 else (left, right)
        blocks, counts = front
        block = blocks[-1] if blocks else 0
        following, written, steps = machine.macro_step(key, block)
        if following < 0:
            raise UnprovableError
        if following == key:
            if not blocks:
                raise UnprovableError
            blocks.pop()
            variable, count = counts.pop()
            self.base += steps * count
            if variable >= 0:
                self.factors[variable] += steps
            push(back, written, (variable, count))
            return following
        self.base += steps
        if blocks:
            variable, count = counts[-1]
            if variable >= 0:
                # One block is taken and at least one must be left.
                self.least[variable] = max(self.least[variable], 2 - count)
                counts[-1] = (variable, count - 1)
            elif count > 1:
                counts[-1] = (variable, count - 1)
            else:
                blocks.pop()
                counts.pop()
        push(back if (following ^ key) & 1 == 0 else front, written, (-1, 1))
        return following


def push(stack: Stack, block: int, count: Count) -> None:
    """Put blocks on a stack, together with equal ones there; blanks on nothing vanish."""
    blocks, counts = stack
    if blocks and blocks[-1] == block:
        variable, before = counts[-1]
        if variable >= 0 and count[0] >= 0:
            raise UnprovableError
        counts[-1] = (max(variable, count[0]), before + count[1])
    elif blocks or block:
        blocks.append(block)
        counts.append(count)
