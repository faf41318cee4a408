"""Compiles a two-symbol Turing machine into one sequence with fan-out: a step of the machine.

The state of a `circuit` simulation is two stacks (the half tapes), flags for the machine's state
in binary, a flag for the symbol under the head, and a flag that says *halted*. One application of
the sequence is one step; a halted machine keeps its state and symbol. The sequence is made of the
simulation's own push, pop, top, select and nand, each written out.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import MachineError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.machines.simulations import Simulation
from theory.kernel.problems.sequences import Sequence
from theory.turing.machine import Machine, Move


@dataclass(frozen=True, slots=True)
class Network:
    """A step of the machine, and how its inputs are laid out.

    Inputs: left, right, the state's bits (lowest first), the symbol, halted, the constants; outputs
    are the same without the constants.
    """

    sequence: Sequence
    bits: int
    constants: tuple[Value, ...]


class _Builder:
    """Appends the simulation's sequences as parts of one long sequence."""

    def __init__(self, s: Simulation, inputs: tuple[Variable, ...], held: range) -> None:
        self.s, self.inputs, self.held = s, inputs, held
        self.steps: list[Step] = []
        self.count = len(inputs)
        self.made: dict[tuple[object, ...], int] = {}

    def use(self, name: str, *reads: int) -> int:
        key = (name, *reads)
        if key not in self.made:
            part = self.s.operations[name]
            slots = [*reads, *self.held]
            for step in part.steps:
                where = tuple(slots[k] for k in step.reads)
                self.steps.append(Step(step.component, where, (), step.parameters))
                width = len(self.s.components[step.component].outputs)
                slots.extend(range(self.count, self.count + width))
                self.count += width
            self.made[key] = slots[part.outputs[0]]
        return self.made[key]

    def negate(self, a: int) -> int:
        return self.use("nand", a, a)

    def both(self, a: int, b: int) -> int:
        return self.negate(self.use("nand", a, b))

    def either(self, a: int, b: int) -> int:
        return self.use("nand", self.negate(a), self.negate(b))


def compile_network(machine: Machine, s: Simulation) -> Network:
    """One step of the machine as one sequence.

    Raises:
        MachineError: `too-many-symbols`.
    """
    if len(machine.symbols) > 2:
        message = f"has {len(machine.symbols)} symbols; machines of two symbols are compiled"
        raise MachineError("too-many-symbols", message)
    stack, flag = _sorts(s)
    bits = max(1, (len(machine.states) - 1).bit_length())
    held = tuple(Variable(f"c{k}", r.sort) for k, r in enumerate(s.registers))
    inputs = (
        Variable("left", stack), Variable("right", stack),
        *(Variable(f"state{k}", flag) for k in range(bits)),
        Variable("symbol", flag), Variable("halted", flag), *held,
    )  # fmt: skip
    first = bits + 4
    b = _Builder(s, inputs, range(first, first + len(held)))
    left, right, symbol, halted = 0, 1, 2 + bits, 3 + bits
    true = b.use("nand", halted, b.negate(halted))
    false = b.negate(true)
    on: dict[tuple[int, int], int] = {}
    for state in range(len(machine.states)):
        here = b.negate(halted)
        for k in range(bits):
            bit = 2 + k
            here = b.both(here, bit if state >> k & 1 else b.negate(bit))
        on[state, 0] = b.both(here, b.negate(symbol))
        on[state, 1] = b.both(here, symbol)

    def any_of(chosen: list[int]) -> int:
        result = false
        for slot in chosen:
            result = slot if result == false else b.either(result, slot)
        return result

    entries = {
        (q, a): row[a]
        for q, row in enumerate(machine.table)
        for a in range(len(machine.symbols))
        if row[a] is not None
    }
    live = {key: e for key, e in entries.items() if e is not None}
    moves = {m: any_of([on[key] for key, e in live.items() if e.move is m]) for m in Move}
    write = any_of([on[key] for key, e in live.items() if e.write == 1])
    stops = any_of([on[key] for key in on if key not in live])
    halts = b.either(halted, stops)
    pushed = [b.use("select", write, b.use("push 1", q), b.use("push 0", q)) for q in (left, right)]
    popped = [b.use("pop", q) for q in (left, right)]
    go_left, go_right = moves[Move.LEFT], moves[Move.RIGHT]
    new_left = b.use("select", go_right, pushed[0], b.use("select", go_left, popped[0], left))
    new_right = b.use("select", go_left, pushed[1], b.use("select", go_right, popped[1], right))
    from_left = b.both(go_left, b.use("top", left))
    from_right = b.both(go_right, b.use("top", right))
    stayed = b.both(moves[Move.STAY], write)
    kept = b.both(halts, symbol)
    new_symbol = b.either(b.either(from_left, from_right), b.either(stayed, kept))
    new_bits = []
    for k in range(bits):
        chosen = any_of([on[key] for key, e in live.items() if e.state >> k & 1])
        new_bits.append(b.either(chosen, b.both(halts, 2 + k)))
    outputs = (new_left, new_right, *new_bits, new_symbol, halts)
    sequence = Sequence(s.components, Wiring.DAG, inputs, tuple(b.steps), outputs)
    return Network(sequence, bits, tuple(value for _, value in s.constants))


def _sorts(s: Simulation) -> tuple[Sort, Sort]:
    select = next(o for o in s.model.operations if o.name == "select")
    return select.cases[0].before[1].sort, select.cases[0].before[0].sort
