"""Shortest chains that do an operation on samples: breadth-first search over exact states.

A *state* is the registers' values, one tuple for each sample. A move is a placement, or a chain
found earlier. The search visits every state once, shortest first, so the first chain found is a
shortest one in moves, up to the bounds on length and states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from solvers.compiled.term_code import step_function
from solvers.completeness.search_budget import Clock
from theory.kernel.components.component import Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, placements
from theory.kernel.components.programs import outcomes
from theory.kernel.errors import ShefferError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value
from theory.kernel.machines.simulations import Decision
from theory.kernel.problems.sequences import Sequence

Registers = tuple[Value, ...]
State = tuple[Registers, ...]
Wanted = tuple[dict[int, Value], ...]

MAX_MOVES = 3_000
MAX_DECISIONS = 600


@dataclass(frozen=True, slots=True)
class Move:
    """Steps taken together, and what they do to the registers; None where they block."""

    steps: tuple[Step, ...]
    run: Callable[[Registers], Registers | None]


@dataclass(frozen=True, slots=True)
class Chooser:
    """A step that decides: its answer and the registers after it, or None where it blocks."""

    step: Step
    run: Callable[[Registers], tuple[bool, Registers] | None]


def moves(components: ComponentSet, registers: tuple[Variable, ...]) -> list[Move]:
    """A move for each placement.

    Raises:
        ProblemError: `too-many-placements`.
    """
    found = []
    for step in placements(components, registers, MAX_MOVES):
        function = step_function(components[step.component], step.parameters)
        found.append(Move((step,), _runner(function, step)))
    return found


def _runner(
    function: Callable[..., tuple[Value, ...] | None], step: Step
) -> Callable[[Registers], Registers | None]:
    reads, writes = step.reads, step.writes

    def run(registers: Registers) -> Registers | None:
        try:
            result = function(*[registers[k] for k in reads])
        except ShefferError:  # a number too long to hold
            return None
        if result is None:
            return None
        changed = list(registers)
        for register, value in zip(writes, result, strict=False):
            changed[register] = value
        return tuple(changed)

    return run


def chain_move(sequence: Sequence) -> Move:
    """A chain found earlier as one move."""
    return Move(sequence.steps, sequence.run)


def choosers(components: ComponentSet, registers: tuple[Variable, ...]) -> list[Chooser]:
    """Every test and branch that control admits, wherever it may stand."""
    found: list[Chooser] = []
    for component in components.components:
        if component.role is Role.OPERATION or not outcomes(components.control, component.name):
            continue
        if component.role is Role.BRANCH:
            steps = [
                s
                for s in placements(components, registers, MAX_MOVES)
                if s.component == component.name
            ]
        else:
            options = [
                [k for k, r in enumerate(registers) if r.sort == sort]
                for sort in component.input_sorts
            ]
            steps = [
                Step(component.name, spot, (), setting)
                for setting in component.settings()
                for spot in product(*options)
                if component.placements is None or spot in component.placements
            ]
        for step in steps[: MAX_DECISIONS - len(found)]:
            function = step_function(component, step.parameters)
            found.append(Chooser(step, _chooser(function, step)))
    return found


def _chooser(
    function: Callable[..., tuple[Value, ...] | None], step: Step
) -> Callable[[Registers], tuple[bool, Registers] | None]:
    def run(registers: Registers) -> tuple[bool, Registers] | None:
        try:
            result = function(*[registers[k] for k in step.reads])
        except ShefferError:
            return None
        if result is None:
            return None
        changed = list(registers)
        for register, value in zip(step.writes, result, strict=False):
            changed[register] = value
        return bool(result[-1]), tuple(changed)

    return run


def reachable(
    start: State, available: list[Move], length: int, states: int, clock: Clock
) -> Iterator[tuple[State, tuple[Step, ...]]]:
    """Every state that chains of at most `length` moves reach on all samples, shortest first."""
    seen = {start}
    layer: list[tuple[State, tuple[Step, ...]]] = [(start, ())]
    yield layer[0]
    for _ in range(length):
        following: list[tuple[State, tuple[Step, ...]]] = []
        for state, steps in layer:
            clock.check()
            for move in available:
                after = _apply(move, state)
                if after is None or after in seen:
                    continue
                seen.add(after)
                node = (after, steps + move.steps)
                yield node
                following.append(node)
                if len(seen) >= states:
                    return
        layer = following


def _apply(move: Move, state: State) -> State | None:
    result = []
    for registers in state:
        after = move.run(registers)
        if after is None:
            return None
        result.append(after)
    return tuple(result)


def meets(state: State, wanted: Wanted) -> bool:
    """Whether every sample holds the wanted values."""
    return all(
        registers[k] == value
        for registers, values in zip(state, wanted, strict=True)
        for k, value in values.items()
    )


def find_chain(
    start: State, wanted: Wanted, available: list[Move], length: int, states: int, clock: Clock
) -> tuple[Step, ...] | None:
    """A shortest chain from the samples to what is wanted, or None within the bounds."""
    for state, steps in reachable(start, available, length, states, clock):
        if meets(state, wanted):
            return steps
    return None


def find_decision(
    start: State,
    wanted: Wanted,
    flags: tuple[bool, ...],
    available: list[Move],
    deciders: list[Chooser],
    length: int,
    states: int,
    clock: Clock,
) -> Decision | None:
    """A chain and a test with the wanted answers that leaves, or puts, everything back in place."""
    for state, prefix in reachable(start, available, length, states, clock):
        kept = meets(state, wanted)
        for chooser in deciders:
            results = [chooser.run(registers) for registers in state]
            if any(r is None for r in results):
                continue
            answers = tuple(r[0] for r in results if r is not None)
            negated = answers != flags
            if negated and answers != tuple(not f for f in flags):
                continue
            after = tuple(r[1] for r in results if r is not None)
            if kept and after == state:
                return Decision(prefix, chooser.step, negated)
            repaired = _repair(after, wanted, answers, available, min(2, length), clock)
            if repaired is not None:
                return Decision(prefix, chooser.step, negated, *repaired)
    return None


def _repair(
    state: State,
    wanted: Wanted,
    answers: tuple[bool, ...],
    available: list[Move],
    length: int,
    clock: Clock,
) -> tuple[tuple[Step, ...], tuple[Step, ...]] | None:
    """A short chain for each outcome that puts everything back in place."""
    chains = []
    for outcome in (True, False):
        rows = [k for k, a in enumerate(answers) if a is outcome]
        steps = find_chain(
            tuple(state[k] for k in rows),
            tuple(wanted[k] for k in rows),
            available,
            length,
            500,
            clock,
        )
        if steps is None:
            return None
        chains.append(steps)
    return chains[0], chains[1]
