"""Runs a Turing machine in the components of a set, next to the machine itself.

`run_machine` compiles the machine into the model that a verdict's certificate simulates, runs that
program on the exact evaluator, and compares the configuration at every step with
`theory.turing.machine`. Nothing of the run uses the model's own operations: each is the
certificate's sequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from solvers.completeness.networks import Network, compile_network
from solvers.completeness.programs import compile_machine
from solvers.completeness.running import Registers, answer, encoded, perform
from theory.kernel.components.programs import Regime
from theory.kernel.errors import MachineError
from theory.kernel.language.sorts import ArrayValue, Value, coerce
from theory.kernel.machines.simulations import Simulation
from theory.turing.machine import Configuration, Machine, start, step

HOME = 1_000_000  # where the head begins on a tape that ends at 0


@dataclass(frozen=True, slots=True)
class MachineRun:
    """How a machine ran in a set's components.

    Attributes:
        steps: of the machine, each compared.
        halted: whether it halted; else the fuel was used up.
        operations: operations and tests of the model performed.
        agreed: whether every configuration was equal to the simulator's.
        configuration: the last one.
        difference: the first difference in words; empty when all agreed.
    """

    steps: int
    halted: bool
    operations: int
    agreed: bool
    configuration: Configuration
    difference: str = ""


def run_machine(
    machine: Machine, simulation: Simulation, *, fuel: int = 10_000, work: int = 20_000_000
) -> MachineRun:
    """The machine on its own input, in the components of the simulation.

    Args:
        fuel: steps of the machine.
        work: operations of the model.

    Raises:
        MachineError: where the machine or the model cannot be compiled.
    """
    if simulation.model.cells:
        message = f"{simulation.model.title} runs as itself: it holds no machine's configurations"
        raise MachineError("no-compiler", message)
    if simulation.regime is Regime.RECURRENT:
        runs = _network_configurations(machine, simulation)
    else:
        runs = _program_configurations(machine, simulation, work)
    expected: Configuration | None = start(machine)
    steps, count = 0, 0
    last = start(machine)
    for found, count in runs:
        if expected is None:
            return MachineRun(steps, False, count, False, last, f"goes on after step {steps}")
        if found != expected:
            text = f"at step {steps}: {found} instead of {expected}"
            return MachineRun(steps, False, count, False, last, text)
        last = expected
        expected = step(machine, last)
        if steps == fuel and expected is not None:
            return MachineRun(steps, False, count, True, last)
        steps += 1
    if expected is not None:
        ended = count < work
        text = f"stops at step {steps - 1}" if ended else ""
        return MachineRun(steps - 1, False, count, not ended, last, text)
    return MachineRun(steps - 1, True, count, True, last)


def _program_configurations(
    machine: Machine, s: Simulation, work: int
) -> Iterator[tuple[Configuration, int]]:
    program = compile_machine(machine, s.model)
    begin = start(machine)
    name = s.model.data["name"]
    symbol = None if name == "tape" else begin.head
    registers = encoded(s, _codes(s, begin))
    node = program.start[begin.state, symbol]
    count = 0
    while True:
        if node in program.states:
            state, known = program.states[node]
            yield _decoded(s, registers, state, known), count
        current = program.nodes.get(node)
        if current is None or count >= work:
            return
        if current.test:
            says, registers = answer(s, current.name, registers)
            node = current.then if says else current.otherwise
        else:
            if current.name:
                registers = perform(s, current.name, registers)
            node = current.then
        count += 1


def _codes(s: Simulation, c: Configuration) -> tuple[Value, ...]:
    data = s.model.data
    if data["name"] == "tape":
        sort = s.model.parts[0].sort
        zero, one = (coerce(sort.parts[1], bit) for bit in (0, 1))
        tape = ArrayValue(zero)
        cells = [(HOME, c.head)]
        cells += [(HOME - 1 - k, cell) for k, cell in enumerate(c.left)]
        cells += [(HOME + 1 + k, cell) for k, cell in enumerate(c.right)]
        for place, cell in cells:
            tape = tape.store(place, one if cell else zero)
        return tape, HOME
    if data["name"] == "counters":
        scale, offset, sort = data["scale"], data["offset"], s.model.parts[0].sort
        numbers: list[Any] = [string_value("half-tape", half) for half in (c.left, c.right)]
        return tuple(coerce(sort, scale * n + offset) for n in (*numbers, 0))
    return tuple(string_value(data["code"], half) for half in (c.left, c.right))


def _decoded(s: Simulation, registers: Registers, state: int, symbol: int | None) -> Configuration:
    data = s.model.data
    codes = [registers[k] for k in s.parts]
    if symbol is None:
        tape, head = codes
        assert isinstance(tape, ArrayValue)
        assert isinstance(head, int)
        zero = coerce(s.model.parts[0].sort.parts[1], 0)
        cells: dict[Any, int] = {place: int(value != zero) for place, value in tape.entries}
        places = list(cells)
        low, high = min([head, *places]), max([head, *places])
        left = tuple(cells.get(p, 0) for p in range(head - 1, low - 1, -1))
        right = tuple(cells.get(p, 0) for p in range(head + 1, high + 1))
        return Configuration(state, cells.get(head, 0), left, right)
    if data["name"] == "counters":
        plain: list[Any] = list(codes)
        counts = [(code - data["offset"]) // data["scale"] for code in plain]
        halves = [string_bits("half-tape", int(n)) for n in counts[:2]]
    else:
        halves = [string_bits(data["code"], code) for code in codes]
    return Configuration(state, symbol, halves[0], halves[1])


def string_value(code: str, bits: tuple[int, ...]) -> Value:
    """The code of a bit string whose first bit is on top."""
    value: Any = {"binary": 1, "base4": Fraction(0)}.get(code, 0)
    for bit in reversed(bits):
        if code == "base4":
            value = value / 4 + Fraction(2 * bit + 1, 4)
        elif code == "ternary":
            value = 3 * value + bit + 1
        else:
            value = 2 * value + bit
    result: Value = value
    return result


def string_bits(code: str, value: Any) -> tuple[int, ...]:
    """The bit string of a code, top first."""
    bits: list[int] = []
    empty = 1 if code == "binary" else 0
    while value != empty and len(bits) < 1_000_000:
        if code == "base4":
            bit = int(value >= Fraction(3, 4))
            value = 4 * value - 2 * bit - 1
        elif code == "ternary":
            bit = (int(value) - 1) % 3
            value = (value - bit - 1) // 3
        else:
            bit = int(value) % 2
            value = int(value) // 2
        bits.append(bit)
    return tuple(bits)


def _network_configurations(machine: Machine, s: Simulation) -> Iterator[tuple[Configuration, int]]:
    network: Network = compile_network(machine, s)
    begin = start(machine)
    code = s.model.data["code"]
    flag = network.sequence.inputs[2].sort
    values: list[Value] = [string_value(code, half) for half in (begin.left, begin.right)]
    values += [coerce(flag, begin.state >> k & 1) for k in range(network.bits)]
    values += [coerce(flag, begin.head), coerce(flag, 0)]
    on = coerce(flag, 1)
    count = 0
    while True:
        state = sum((values[2 + k] == on) << k for k in range(network.bits))
        halves = [string_bits(code, value) for value in values[:2]]
        head = int(values[2 + network.bits] == on)
        yield Configuration(state, head, halves[0], halves[1]), count
        after = network.sequence.evaluate((*values, *network.constants))
        count += len(network.sequence)
        if after is None or after[-1] == on:
            return
        values = list(after)
