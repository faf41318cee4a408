"""Runs the programs of a simulation on exact values, one model operation at a time.

`perform` does an operation and `answer` asks a test; both return the registers afterwards, and
raise `BlockedError` where a step blocks. `encoded` gives the registers that hold given codes.
"""

from __future__ import annotations

from solvers.compiled.term_code import step_function
from theory.formats.sequence_text import one_line
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.language.sorts import Value, default_value
from theory.kernel.machines.simulations import Decision, Simulation
from theory.kernel.problems.sequences import Sequence

Registers = tuple[Value, ...]


class BlockedError(Exception):
    """A step was taken outside its guard."""


def encoded(simulation: Simulation, codes: tuple[Value, ...]) -> Registers:
    """The registers that hold the codes and the constants, and defaults elsewhere."""
    registers = [default_value(r.sort) for r in simulation.registers]
    for k, value in simulation.constants:
        registers[k] = value
    for k, value in zip(simulation.parts, codes, strict=True):
        registers[k] = value
    return tuple(registers)


def perform(simulation: Simulation, name: str, registers: Registers) -> Registers:
    """The registers after an operation."""
    result = simulation.operations[name].run(registers)
    if result is None:
        raise BlockedError(name)
    return result


def answer(simulation: Simulation, name: str, registers: Registers) -> tuple[bool, Registers]:
    """What a test says, and the registers after it."""
    return decided(simulation, simulation.tests[name], registers)


def decided(
    simulation: Simulation, decision: Decision, registers: Registers
) -> tuple[bool, Registers]:
    """What a decision says, and the registers after it."""
    before = _run(simulation, decision.prefix, registers)
    step = decision.decide
    function = step_function(simulation.components[step.component], step.parameters)
    result = function(*(before[k] for k in step.reads))
    if result is None:
        raise BlockedError(step.component)
    after = list(before)
    for register, value in zip(step.writes, result, strict=False):
        after[register] = value
    says = bool(result[-1])
    chain = decision.when_true if says else decision.when_false
    return says != decision.negated, _run(simulation, chain, tuple(after))


def _run(simulation: Simulation, steps: tuple[Step, ...], registers: Registers) -> Registers:
    chain = Sequence(simulation.components, Wiring.CHAIN, simulation.registers, steps, ())
    result = chain.run(registers)
    if result is None:
        raise BlockedError(one_line(chain))
    return result
