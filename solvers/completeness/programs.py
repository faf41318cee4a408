"""Compiles a two-symbol Turing machine into a flowchart of a model's operations.

A `Node` does an operation, or asks a test and goes one of two ways. The node numbers in `states`
begin a step of the machine: there the registers hold a configuration, with the machine's state
known from the node. Three ways to hold it:

- *tape*: the array and the head; the symbol under the head stays on the tape.
- *stacks*: the half tapes on two stacks; the node knows the symbol under the head as well.
- *counters*: the half tapes as bit strings in counters a and b; c is 0 between steps, and doubling
  and halving go through it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from theory.kernel.errors import MachineError
from theory.kernel.machines.models import Model
from theory.turing.machine import Machine, Move


@dataclass(slots=True)
class Node:
    """Does an operation and goes on; with `test`, asks one and goes to `then` or `otherwise`."""

    name: str
    test: bool = False
    then: int = -1
    otherwise: int = -1


@dataclass(slots=True)
class Program:
    """A flowchart. `states[node]` is the machine's state and, where the node knows it, the symbol.

    A node number that is not in `nodes` halts.
    """

    nodes: dict[int, Node] = field(default_factory=dict)
    states: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    start: dict[tuple[int, int | None], int] = field(default_factory=dict)
    count: int = 0

    def fresh(self) -> int:
        """A new node number."""
        self.count += 1
        return self.count - 1

    def chain(self, names: list[str], end: int) -> int:
        """The entry of a chain of operations that goes on to `end`."""
        for name in reversed(names):
            number = self.fresh()
            self.nodes[number] = Node(name, then=end)
            end = number
        return end

    def ask(self, name: str, yes: int, no: int) -> int:
        """The number of a node that asks a test."""
        number = self.fresh()
        self.nodes[number] = Node(name, True, yes, no)
        return number

    def entry(self, state: int, symbol: int | None) -> int:
        """The number of the node that begins a step."""
        key = (state, symbol)
        if key not in self.start:
            self.start[key] = self.fresh()
            self.states[self.start[key]] = key
        return self.start[key]


def compile_machine(machine: Machine, model: Model) -> Program:
    """The flowchart that imitates the machine on the model.

    Raises:
        MachineError: `too-many-symbols`; `no-compiler` for a model on which a run would take
            exponentially long.
    """
    if len(machine.symbols) > 2:
        message = f"has {len(machine.symbols)} symbols; machines of two symbols are compiled"
        raise MachineError("too-many-symbols", message)
    name = model.data["name"]
    if name == "tape":
        return _on_tape(machine)
    if name == "stacks":
        return _on_stacks(machine, bool(model.data["blank"]))
    if name == "counters" and model.data["count"] == 3:
        return _on_counters(machine)
    message = f"{model.title}: a machine would take exponentially long there"
    raise MachineError("no-compiler", message)


def _on_tape(machine: Machine) -> Program:
    p = Program()
    for state, row in enumerate(machine.table):
        ways = []
        for symbol in (0, 1):
            entry = row[symbol] if symbol < len(row) else None
            if entry is None:
                ways.append(-1)
                continue
            names = [] if entry.write == symbol else [("clear", "set")[entry.write]]
            if entry.move is not Move.STAY:
                names.append("left" if entry.move is Move.LEFT else "right")
            ways.append(p.chain(names, p.entry(entry.state, None)))
        p.nodes[p.entry(state, None)] = Node("read", True, ways[1], ways[0])
    return p


def _on_stacks(machine: Machine, blank: bool) -> Program:
    def pop(p: Program, stack: str, state: int) -> int:
        """Takes the next symbol from a stack, and goes to the state with it under the head."""
        ends = [p.entry(state, bit) for bit in (0, 1)]
        taken = [p.chain([f"pop {stack}"], end) for end in ends]
        top = p.ask(f"top {stack}", taken[1], taken[0])
        return top if blank else p.ask(f"empty {stack}", ends[0], top)

    def push(p: Program, stack: str, bit: int, then: int) -> int:
        return p.chain([f"push {bit} {stack}"], then)

    return _on_halves(machine, "lr", push, pop)


def _on_counters(machine: Machine) -> Program:
    def pour(p: Program, source: str, steps: list[str], target: int) -> int:
        """While the source is not 0: decrement it and take the steps."""
        loop = p.fresh()
        body = p.chain([f"dec {source}", *steps], loop)
        p.nodes[loop] = Node(f"zero {source}", True, target, body)
        return loop

    def push(p: Program, stack: str, bit: int, then: int) -> int:
        """x := 2x + bit."""
        back = pour(p, "c", [f"inc {stack}"], then)
        return pour(p, stack, ["inc c", "inc c"], p.chain(["inc c"] * bit, back))

    def pop(p: Program, stack: str, state: int) -> int:
        """x := x div 2, by twos into c; the remainder is the symbol."""
        ends = [pour(p, "c", [f"inc {stack}"], p.entry(state, bit)) for bit in (0, 1)]
        loop = p.fresh()
        again = p.chain([f"dec {stack}", "inc c"], loop)
        odd = p.chain([f"dec {stack}"], p.ask(f"zero {stack}", ends[1], again))
        p.nodes[loop] = Node(f"zero {stack}", True, ends[0], odd)
        return loop

    return _on_halves(machine, "ab", push, pop)


Push = Callable[[Program, str, int, int], int]
Pop = Callable[[Program, str, int], int]


def _on_halves(machine: Machine, halves: str, push: Push, pop: Pop) -> Program:
    """The machine on two half tapes, called by the two letters of `halves`."""
    left, right = halves[0], halves[1]
    p = Program()
    for state, row in enumerate(machine.table):
        for symbol in (0, 1):
            here = p.entry(state, symbol)
            entry = row[symbol] if symbol < len(row) else None
            if entry is None:
                continue
            if entry.move is Move.STAY:
                then = p.entry(entry.state, entry.write)
            else:
                onto, off = (left, right) if entry.move is Move.RIGHT else (right, left)
                then = push(p, onto, entry.write, pop(p, off, entry.state))
            p.nodes[here] = Node("", then=then)
    return p
