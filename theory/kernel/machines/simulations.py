"""Simulation certificates: what they hold.

`Simulation` is a certificate checked for form: it names a model of `theory.kernel.machines.models`
and gives a program of the set for each operation. `theory.kernel.machines.simulation_reading` reads
it from a file, and `theory.kernel.machines.completeness` says what then has to be proved.

Programs. `while`: an operation is a chain; a test is a chain, then a decision of the set (a test,
or a branch), then a chain for each outcome. `recurrent`: every operation is a sequence with fan-out
whose intermediate values are further registers; so the set must allow any number of registers of
those sorts, and tests, which only decide, are no steps. `cells`: one such sequence is the rule.

Control. A test counts as two-way if the control allows both outcomes, or one and unconditional
jumps. Without unconditional jumps a `jump` is needed: a decision whose outcome never varies.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.components.programs import Regime
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value
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


def chain(
    components: ComponentSet, registers: tuple[Variable, ...], steps: tuple[Step, ...]
) -> Sequence:
    """The steps as a sequence that ends on all registers."""
    return Sequence(components, Wiring.CHAIN, registers, steps, tuple(range(len(registers))))


def circuit_inputs(operation: Operation, constants: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """The inputs of an operation's sequence: what it reads, then the constants."""
    before = operation.cases[0].before
    return (*(Variable(f"x{k}", term.sort) for k, term in enumerate(before)), *constants)
