"""Simulation certificates: what they hold.

`Simulation` is a certificate checked for form: it names a model of `theory.kernel.machines.models` and gives a
program of the set for each operation. `theory.kernel.machines.simulation_reading` reads it from a file, and
`theory.kernel.machines.completeness` says what then has to be proved.

Programs. `while`: an operation is a chain; a test is a chain, then a decision of the set (a test,
or a branch), then a chain for each outcome. `recurrent`: every operation is a sequence with fan-out
whose intermediate values are further registers; so the set must allow any number of registers of
those sorts, and tests, which only decide, are no steps. `cells`: one such sequence is the rule.

Control. A test counts as two-way if the control allows both outcomes, or one and unconditional
jumps. Without unconditional jumps a `jump` is needed: a decision whose outcome never varies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.kernel.components.component_sets import ComponentSet, Control, Regime, Variable
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.language.sorts import Value, value_to_json
from theory.kernel.machines.models import Model, Operation
from theory.kernel.problems.sequences import Sequence


@dataclass(frozen=True, slots=True)
class Decision:
    """A chain, a step that decides, and a chain for each outcome; `negated` swaps the outcomes."""

    prefix: tuple[Step, ...]
    decide: Step
    negated: bool = False
    when_true: tuple[Step, ...] = ()
    when_false: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulation certificate, read.

    Attributes:
        registers: those of the program: the declared ones in order, then further ones.
        parts: the register that holds each part of the model.
        constants: registers that hold a fixed value throughout.
        operations: by name, a chain or a sequence with fan-out.
        tests: by name.
        jump: a decision that always goes one way, where the control has no jump.
    """

    components: ComponentSet
    regime: Regime
    model: Model
    registers: tuple[Variable, ...]
    parts: tuple[int, ...]
    constants: tuple[tuple[int, Value], ...]
    operations: dict[str, Sequence]
    tests: dict[str, Decision]
    jump: Decision | None = None


def outcomes(components: ComponentSet, test: str) -> tuple[bool, ...]:
    """The outcomes of a test on which a program may branch."""
    if components.control is None:
        return (True, False)
    return next((o for name, o in components.control.branches if name == test), ())


def two_way(control: Control | None, allowed: tuple[bool, ...]) -> bool:
    """Whether a program can go either way on a test with these outcomes."""
    return {*allowed} == {True, False} or (bool(allowed) and (control is None or control.jump))


def chain(
    components: ComponentSet, registers: tuple[Variable, ...], steps: tuple[Step, ...]
) -> Sequence:
    """The steps as a sequence that ends on all registers."""
    return Sequence(components, Wiring.CHAIN, registers, steps, tuple(range(len(registers))))


def circuit_inputs(operation: Operation, constants: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """The inputs of an operation's sequence: what it reads, then the constants."""
    before = operation.cases[0].before
    return (*(Variable(f"x{k}", term.sort) for k, term in enumerate(before)), *constants)


def steps_to_json(steps: tuple[Step, ...]) -> list[Any]:
    """Steps as plain data."""
    return [
        [s.component, list(s.reads), list(s.writes), [value_to_json(v) for v in s.parameters]]
        for s in steps
    ]


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    return {
        "steps": steps_to_json(decision.prefix),
        "decide": steps_to_json((decision.decide,))[0],
        "negated": decision.negated,
        "when_true": steps_to_json(decision.when_true),
        "when_false": steps_to_json(decision.when_false),
    }
