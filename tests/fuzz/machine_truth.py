"""Whether certificates about Turing completeness hold at sampled points, with an own interpreter.

- `check_simulation`: each operation's program, run on the codes of sampled states of the machine,
  ends on the codes of the next states; each test answers as the machine's does.
- `check_limit`: the route's hypotheses hold at sampled states, for every placement of every
  component at every parameter value.

Both raise `Malformed` where the claim is false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from tests.fuzz.component_sets import (
    ComponentData,
    SetData,
    StepData,
    Variable,
    may_stand,
    places,
    read_set,
    read_steps,
)
from tests.fuzz.smt_text import (
    BOOL,
    INT,
    REAL,
    Malformed,
    Sort,
    Unreadable,
    Value,
    constant_array,
    default_value,
    finite,
    sort_text,
    value_from_json,
)

MAX_STEPS = 2_000  # components applied to a sampled state, for one certificate


def demand(holds: bool, message: str) -> None:
    """Refutes the claim where something does not hold."""
    if not holds:
        raise Malformed(message)


# Machines


@dataclass(frozen=True, slots=True)
class Case:
    """An operation of the machine at one state: codes before, codes after or an answer."""

    operation: str
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    answer: bool | None = None


@dataclass(slots=True)
class Machine:
    """A universal machine as sampled cases; `parts` are the sorts of a state's codes."""

    regime: str
    parts: list[Sort]
    operations: set[str]
    cases: list[Case]
    weakly: bool = False
    dimension: int = 0


def number(sort: Sort, value: int) -> Value:
    """0 and 1 and so on as a value of the sort."""
    if sort == BOOL:
        return bool(value)
    if sort[0] == "BitVec":
        return value % (1 << sort[1])
    return Fraction(value) if sort == REAL else value


def machine_of(data: dict[str, Any], components: SetData) -> Machine:
    """The machine that a certificate names."""
    match data:
        case {"name": "counters"}:
            return _counters(data)
        case {"name": "stacks"}:
            return _stacks(data["code"], data["blank"])
        case {"name": "one-register"}:
            return _one_register()
        case {"name": "tape"}:
            return _tape(sort_text(data["element"]))
        case {"name": "circuit"}:
            return _circuit(data["code"], sort_text(data["flag"]))
        case {"name": "rule110" | "life"}:
            return _automaton(data["name"], sort_text(data["sort"]), components.offsets)
    raise Unreadable("a machine")


def _counters(data: dict[str, Any]) -> Machine:
    count, sort = data["count"], sort_text(data["sort"])
    scale, offset = data["scale"], data["offset"]
    demand(count in (2, 3) and scale != 0, "no counters")
    cases = []
    rng = Random(1)
    for _ in range(14):
        state = [rng.choice((0, 0, 1, 2, 3, 7, 100, 10**9)) for _ in range(count)]

        def code(at: list[int]) -> tuple[Value, ...]:
            return tuple(number(sort, scale * n + offset) for n in at)

        for k, name in enumerate("abc"[:count]):
            for change, word in ((1, "inc"), (-1, "dec")):
                if state[k] + change >= 0:
                    after = [n + change * (j == k) for j, n in enumerate(state)]
                    cases.append(Case(f"{word} {name}", code(state), code(after)))
            cases.append(Case(f"zero {name}", code(state), code(state), state[k] == 0))
    names = {f"{word} {n}" for word in ("inc", "dec", "zero") for n in "abc"[:count]}
    return Machine("while", [sort] * count, names, cases)


def _coder(name: str) -> tuple[Sort, Callable[[list[int]], Value]]:
    """A string of bits as a number; the last bit is the top."""

    def code(bits: list[int]) -> Value:
        value: Value = {"binary": 1, "half-tape": 0, "ternary": 0}.get(name, Fraction(0))
        for bit in bits:
            if name == "base4":
                value = value / 4 + Fraction(2 * bit + 1, 4)
            elif name == "ternary":
                value = 3 * value + bit + 1
            else:
                value = 2 * value + bit
        return value

    demand(name in ("binary", "half-tape", "ternary", "base4"), "no code")
    return (REAL if name == "base4" else INT), code


STRINGS = [[], [0], [1], [0, 1], [1, 0], [0, 0], [1, 1, 1], [0, 1, 0, 0], [1, 0] * 5, [0, 0, 1] * 4]


def _stacks(code_name: str, blank: bool) -> Machine:
    sort, code = _coder(code_name)
    demand(blank or code_name != "half-tape", "half tapes cannot be empty")
    cases = []
    rng = Random(2)
    for bits in STRINGS:
        for k, side in enumerate("lr"):
            other = rng.choice(STRINGS)

            def both(at: list[int], k: int = k, other: list[int] = other) -> tuple[Value, ...]:
                pair = (code(at), code(other))
                return pair if k == 0 else pair[::-1]

            before = both(bits)
            for b in (0, 1):
                cases.append(Case(f"push {b} {side}", before, both([*bits, b])))
            if bits or blank:
                cases.append(Case(f"pop {side}", before, both(bits[:-1])))
                cases.append(Case(f"top {side}", before, before, bool(bits and bits[-1])))
            if not blank:
                cases.append(Case(f"empty {side}", before, before, not bits))
    words = ["push 0", "push 1", "pop", "top", *([] if blank else ["empty"])]
    return Machine("while", [sort, sort], {f"{w} {s}" for w in words for s in "lr"}, cases)


def _one_register() -> Machine:
    cases = []
    for a, b in product((0, 1, 2, 5), repeat=2):
        q = 2**a * 3**b
        for p in (2, 3):
            cases.append(Case(f"times {p}", (q,), (p * q,)))
            cases.append(Case(f"divisible by {p}", (q,), (q,), q % p == 0))
            if q % p == 0:
                cases.append(Case(f"divide by {p}", (q,), (q // p,)))
    names = {f"{w} {p}" for w in ("times", "divide by", "divisible by") for p in (2, 3)}
    return Machine("while", [INT], names, cases)


def _tape(element: Sort) -> Machine:
    sort: Sort = ("Array", INT, element)
    cases = []
    rng = Random(3)
    for _ in range(14):
        bits = [rng.randrange(2) for _ in range(6)]
        head = rng.randrange(6)
        tape = constant_array(sort, number(element, 0))
        for k, bit in enumerate(bits):
            tape = tape.put(k, number(element, bit))
        if bits[head]:
            cases.append(Case("clear", (tape, head), (tape.put(head, number(element, 0)), head)))
        else:
            cases.append(Case("set", (tape, head), (tape.put(head, number(element, 1)), head)))
        if head:
            cases.append(Case("left", (tape, head), (tape, head - 1)))
        cases.append(Case("right", (tape, head), (tape, head + 1)))
        cases.append(Case("read", (tape, head), (tape, head), bits[head] == 1))
    return Machine("while", [sort, INT], {"set", "clear", "left", "right", "read"}, cases)


def _circuit(code_name: str, flag: Sort) -> Machine:
    _, code = _coder(code_name)
    cases = []
    for bits in STRINGS:
        q = code(bits)
        for b in (0, 1):
            cases.append(Case(f"push {b}", (q,), (code([*bits, b]),)))
        cases.append(Case("pop", (q,), (code(bits[:-1]),)))
        cases.append(Case("top", (q,), (number(flag, bits[-1] if bits else 0),)))
        for f in (0, 1):
            other = code(STRINGS[3])
            cases.append(Case("select", (number(flag, f), q, other), (q if f else other,)))
    for f, g in product((0, 1), repeat=2):
        given = (number(flag, f), number(flag, g))
        cases.append(Case("nand", given, (number(flag, 1 - f * g),)))
    return Machine(
        "recurrent", [], {"push 0", "push 1", "pop", "top", "nand", "select"}, cases
    )  # fmt: skip


def _automaton(rule: str, sort: Sort, offsets: list[tuple[int, ...]]) -> Machine:
    dimension = 2 if rule == "life" else 1
    around = set(product((-1, 0, 1), repeat=dimension))
    demand(around <= set(offsets) and len(set(offsets)) == len(offsets), "other offsets")
    if len(offsets) > 10:
        raise Unreadable("many offsets")
    cases = []
    for cells in product((0, 1), repeat=len(offsets)):
        at = dict(zip(offsets, cells, strict=True))
        if rule == "life":
            alive = sum(at[o] for o in around if o != (0, 0))
            new = int(alive == 3 or (alive == 2 and at[0, 0] == 1))
        else:
            new = 0b01101110 >> (4 * at[(-1,)] + 2 * at[(0,)] + at[(1,)]) & 1
        cases.append(Case("rule", tuple(number(sort, c) for c in cells), (number(sort, new),)))
    return Machine("recurrent", [], {"rule"}, cases, rule != "life", dimension)


# Simulations


def check_simulation(data: dict[str, Any]) -> bool:
    """Tries the simulation at sampled states; whether it is a weak one."""
    components = read_set(data["set"])
    machine = machine_of(data["model"], components)
    demand(data["regime"] == machine.regime, "another regime than the machine's")
    demand(components.dimension == machine.dimension, "another lattice than the machine's")
    demand(components.values is None, "integers range over finitely many values")
    demand(set(data["operations"]) == machine.operations, "an operation is missing")
    quiet = components.quiescent if components.dimension else None
    demand(quiet in (None, 0) or machine.weakly, "the quiescent value is not 0")
    if machine.regime == "while":
        _check_while(data, components, machine)
    else:
        _check_recurrent(data, components, machine)
    return machine.weakly


@dataclass(slots=True)
class Program:
    """A while-program's surroundings: the set, its registers, and which hold what."""

    components: SetData
    registers: list[Variable]
    parts: list[int]
    constants: dict[int, Value]

    def start(self, codes: tuple[Value, ...], rng: Random | None) -> list[Value]:
        """The registers with the codes and constants; the others default or at random."""
        slots = [_any(s, rng) if rng else default_value(s) for _, s in self.registers]
        for k, value in zip(self.parts, codes, strict=True):
            slots[k] = value
        for k, value in self.constants.items():
            slots[k] = value
        return slots

    def run(self, steps: list[StepData], slots: list[Value], what: str) -> None:
        """Changes the registers as the steps say."""
        for step in steps:
            component = self.components.component(step.component)
            demand(
                may_stand(component, self.registers, step), f"{what}: a step may not stand there"
            )
            result = component.run(step.setting, [slots[k] for k in step.reads])
            demand(result is not None, f"{what}: blocks")
            for register, value in zip(step.writes, result or (), strict=False):
                slots[register] = value

    def decide(self, data: dict[str, Any], slots: list[Value], what: str) -> bool:
        """What a test says, once its chains have been run."""
        self.run(read_steps(data["steps"], self.components), slots, what)
        (step,) = read_steps([data["decide"]], self.components)
        component = self.components.component(step.component)
        demand(component.role != "component", f"{what}: an operation decides nothing")
        sorts = [self.registers[k][1] for k in step.reads]
        demand(sorts == component.input_sorts, f"{what}: a test reads other sorts")
        if component.role == "branch":
            demand(
                may_stand(component, self.registers, step), f"{what}: a branch may not stand there"
            )
        elif component.placements is not None:
            demand(step.reads in component.placements, f"{what}: a test may not stand there")
        result = component.run(step.setting, [slots[k] for k in step.reads])
        demand(result is not None, f"{what}: the decision blocks")
        assert result is not None
        for register, value in zip(step.writes, result[:-1], strict=True):
            slots[register] = value
        says = bool(result[-1])
        more = data["when_true"] if says else data["when_false"]
        self.run(read_steps(more, self.components), slots, what)
        return says

    def kept(self, slots: list[Value], codes: tuple[Value, ...], what: str) -> None:
        """The codes and the constants are what they must be."""
        found = tuple(slots[k] for k in self.parts)
        demand(found == codes, f"{what}: gives {found}, expected {codes}")
        same = all(slots[k] == v for k, v in self.constants.items())
        demand(same, f"{what}: changes a constant")


def _any(sort: Sort, rng: Random) -> Value:
    if sort == BOOL:
        return rng.random() < 0.5
    if sort == INT:
        return rng.choice((0, 1, -1, 2, -5, 17))
    if sort == REAL:
        return Fraction(rng.randrange(-8, 9), rng.choice((1, 2, 4)))
    if sort[0] == "BitVec":
        return rng.randrange(1 << sort[1])
    return constant_array(sort, _any(sort[2], rng))


def _check_while(data: dict[str, Any], components: SetData, machine: Machine) -> None:
    registers = [(n, sort_text(s)) for n, s in data["registers"]]
    declared = components.registers
    demand(registers[: len(declared)] == declared, "other registers than declared")
    demand(len({n for n, _ in registers}) == len(registers), "two registers of a name")
    further = all(s in components.any_of for _, s in registers[len(declared) :])
    demand(further, "registers that the set does not have")
    parts = data["parts"]
    demand(len(set(parts)) == len(parts) == len(machine.parts), "parts share a register")
    demand([registers[k][1] for k in parts] == machine.parts, "a part of another sort")
    constants = {k: value_from_json(registers[k][1], v) for k, v in data["constants"]}
    demand(not set(constants) & set(parts), "a constant in a part")
    demand(len(constants) == len(data["constants"]), "two constants in a register")
    program = Program(components, registers, parts, constants)
    _check_control(data, components)
    rng = Random(4)
    given = data["operations"]
    for case in machine.cases:
        what = f"operation {case.operation} at {case.before}"
        if components.starts is not None:
            slots = program.start(case.before, None)
            env = dict(zip((n for n, _ in registers), slots, strict=True))
            demand(bool(components.starts(env)), f"{case.before} is no start")
        slots = program.start(case.before, rng)
        if case.answer is None:
            program.run(read_steps(given[case.operation], components), slots, what)
        else:
            test = given[case.operation]
            says = program.decide(test, slots, what)
            demand((says != test["negated"]) == case.answer, f"{what}: a wrong answer")
        program.kept(slots, case.after, what)
        if data["jump"] is not None:
            slots = program.start(case.before, rng)
            says = program.decide(data["jump"], slots, "jump")
            demand(says != data["jump"]["negated"], "jump: goes the other way")
            program.kept(slots, case.before, "jump")


def _check_control(data: dict[str, Any], components: SetData) -> None:
    jumps = components.jumps or data["jump"] is not None
    for name, test in data["operations"].items():
        if isinstance(test, dict):
            allowed = components.outcomes(test["decide"][0])
            demand(bool(allowed), f"{name}: the control admits no branch on it")
            demand(jumps or len(allowed) == 2, f"{name}: one way, and no jump")
    if data["jump"] is not None:
        way = not data["jump"]["negated"]
        admitted = components.outcomes(data["jump"]["decide"][0])
        demand(way in admitted, "jump: the control does not admit it")


def _check_recurrent(data: dict[str, Any], components: SetData, machine: Machine) -> None:
    demand(not components.registers and components.starts is None, "fixed registers or starts")
    constants = [value_from_json(sort_text(s), v) for s, v in data["constants"]]
    for case in machine.cases:
        what = f"operation {case.operation} at {case.before}"
        sequence = data["operations"][case.operation]
        slots = [*case.before, *constants]
        for step in read_steps(sequence["steps"], components):
            component = components.component(step.component)
            demand(component.role == "component", f"{what}: a test is no step")
            tied = component.writes is not None or (
                component.placements is not None
                and (not machine.dimension or step.reads not in component.placements)
            )
            demand(not tied, f"{what}: a step may not stand there")
            sorts = (*component.input_sorts, *component.output_sorts)
            demand(all(s in components.any_of for s in sorts), f"{what}: registers of no such sort")
            result = component.run(step.setting, [slots[k] for k in step.reads])
            demand(result is not None, f"{what}: blocks")
            slots += result or ()
        found = tuple(slots[k] for k in sequence["outputs"])
        demand(found == case.after, f"{what}: gives {found}, expected {case.after}")


# Limits


Registers = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step did: the registers after it, and its decision where one counts."""

    after: Registers
    decision: bool | None


@dataclass(slots=True)
class Move:
    """A placement of a component at one setting."""

    component: ComponentData
    step: StepData
    names: list[str]
    decides: bool

    def __call__(self, state: Registers) -> Moved | None:
        result = self.component.run(
            self.step.setting, [state[self.names[k]] for k in self.step.reads]
        )
        if result is None:
            return None
        changed = {self.names[k]: v for k, v in zip(self.step.writes, result, strict=False)}
        return Moved(state | changed, bool(result[-1]) if self.decides else None)


def moves(components: SetData, registers: list[Variable]) -> Iterator[Move]:
    """Every step that a program may take, tests included where control admits them."""
    names = [n for n, _ in registers]
    for c in components.components:
        admitted = bool(components.outcomes(c.name))
        if c.role != "test":
            for step in places(c, registers):
                yield Move(c, step, names, c.role == "branch" and admitted)
        elif admitted:
            spots = [[k for k, (_, s) in enumerate(registers) if s == t] for t in c.input_sorts]
            for reads in product(*spots):
                if c.placements is None or reads in c.placements:
                    for setting in c.settings():
                        yield Move(c, StepData(c.name, reads, (), setting), names, True)


def check_limit(data: dict[str, Any]) -> None:
    """Tries the hypotheses of the route at sampled states."""
    components = read_set(data["set"])
    route, regime, hints = data["route"], data["regime"], data["hints"]
    deciding = [
        c.name for c in components.components
        if c.role != "component" and components.outcomes(c.name)
    ]  # fmt: skip
    if route == "decidable-halting":
        if regime not in ("straight-line", "loop"):
            demand(regime == "while" and not components.dimension, "programs may run for ever")
            demand(not deciding, f"a program may branch on {deciding[:1]}")
        return
    demand(not components.dimension, "cells are infinitely many registers")
    registers = _typical(components)
    infinite = [(n, s) for n, s in registers if not finite(s, components.values)]
    declared = all(v in components.registers for v in infinite)
    if route == "finite" and hints["box"] is None:
        demand(not infinite, f"infinite registers: {infinite[:1]}")
        return
    demand(regime == "while", "another regime than while")
    demand(all(s == INT for _, s in infinite), "an infinite register that is no integer")
    if route in ("finite", "one-counter", "one-stack"):
        demand(declared, "any number of infinite registers")
    steps = list(moves(components, registers))
    samples = max(6, min(120, MAX_STEPS // max(1, len(steps))))
    if len(steps) * 6 > 4 * MAX_STEPS:
        raise Unreadable("many placements")
    rng = Random(5)
    names = [n for n, _ in infinite]
    if route == "finite":
        _check_box(components, registers, steps, hints["box"], rng)
        return
    if route != "vector-addition":
        demand(len(infinite) == 1, "not exactly one infinite register")
    for move in steps:
        pairs = [(_state(registers, components.values, rng), rng) for _ in range(samples)]
        if route == "vector-addition":
            for state, _ in pairs:
                other = state | {n: _integer(rng, 6) for n in names}
                _check_counters(move, state, other, names)
        elif route == "one-counter":
            for state, _ in pairs:
                _check_counter(move, state, names[0], hints["window"], hints["modulus"], rng)
        else:
            _check_stack(move, [s for s, _ in pairs], names[0], hints["window"], hints["base"], rng)


def _typical(components: SetData) -> list[Variable]:
    """The declared registers, and of each further sort as many as a step can touch."""
    registers = list(components.registers)
    for j, sort in enumerate(components.any_of):
        touched = [[*c.input_sorts, *c.output_sorts].count(sort) for c in components.components]
        registers += [(f"any {j} {k}", sort) for k in range(max([1, *touched]))]
    return registers


def _integer(rng: Random, reach: int) -> int:
    return rng.choice((rng.randrange(-reach, reach + 1), rng.randrange(-1, 3), rng.randrange(1000)))


def _state(registers: list[Variable], values: int | None, rng: Random) -> Registers:
    made: Registers = {}
    for name, sort in registers:
        if sort == INT:
            made[name] = rng.randrange(values) if values else _integer(rng, 12)
        else:
            made[name] = _any(sort, rng)
    return made


def _check_box(
    components: SetData, registers: list[Variable], steps: list[Move], box: Any, rng: Random
) -> None:
    demand(components.starts is not None, "every state is a start state")
    assert components.starts is not None
    ends = {n: (int(low), int(high)) for n, (low, high) in box.items()}
    wanted = {n for n, s in registers if not finite(s, components.values)}
    demand(set(ends) == wanted, "a box for other registers")

    def inside(state: Registers) -> bool:
        return all(low <= state[n] <= high for n, (low, high) in ends.items())

    for _ in range(200):
        state = _state(registers, components.values, rng)
        if components.starts(state):
            demand(inside(state), f"the start {state} lies outside the box")
        for n, (low, high) in ends.items():
            state[n] = rng.choice((low, high, rng.randrange(low, high + 1)))
        for move in rng.sample(steps, min(len(steps), 20)):
            moved = move(state)
            demand(moved is None or inside(moved.after), f"{move.component.name} leaves the box")


def _check_counters(move: Move, state: Registers, other: Registers, names: list[str]) -> None:
    what = move.component.name
    one, two = move(state), move(other)
    if one is not None:
        above = state | {n: max(state[n], other[n]) for n in names}
        demand(move(above) is not None, f"the guard of {what} is not kept by larger counters")
        for n in names:
            lowered = one.after[n] < state[n]
            demand(not lowered or one.after[n] >= 0, f"{what} takes a counter below 0")
    if one is None or two is None:
        return
    least = state | {n: min(state[n], other[n]) for n in names}
    demand(move(least) is not None, f"the guard of {what} is no conjunction of thresholds")
    demand(one.decision == two.decision, f"{what} reads a counter")
    for n, value in one.after.items():
        if n in names:
            same = value - state[n] == two.after[n] - other[n]
            demand(same, f"{what} does not add a constant")
        elif state[n] != value or other[n] != two.after[n]:
            demand(value == two.after[n], f"{what} writes {n} and reads a counter")


def _beyond(state: Registers, x: str, window: int, rng: Random) -> tuple[Registers, int]:
    side = rng.choice((1, -1))
    far = side * (window + 1 + rng.choice((0, 1, 2, rng.randrange(30), rng.randrange(5000))))
    return state | {x: far}, side


def _check_counter(
    move: Move, state: Registers, x: str, window: int, modulus: int, rng: Random
) -> None:
    state, side = _beyond(state, x, window, rng)
    one, two = move(state), move(state | {x: state[x] + side * modulus})
    _check_reads(move, one, two, x, "modulus")
    if one is not None and two is not None:
        change = two.after[x] - one.after[x]
        demand(change in (0, side * modulus), f"{move.component.name} neither adds nor resets")


def _check_reads(move: Move, one: Moved | None, two: Moved | None, x: str, period: str) -> None:
    what = f"{move.component.name} reads more than the {period} beyond the window"
    demand((one is None) == (two is None), what)
    if one is None or two is None:
        return
    demand(one.decision == two.decision, what)
    demand(all(v == two.after[n] for n, v in one.after.items() if n != x), what)


def _check_stack(
    move: Move, states: list[Registers], x: str, window: int, base: int, rng: Random
) -> None:
    forms: dict[tuple[Any, ...], set[Any]] = {}
    for drawn in states:
        state, side = _beyond(drawn, x, window, rng)
        far = state | {x: state[x] + side * base}
        _check_reads(move, move(state), move(far), x, "base")
        for at in (drawn, state, far):
            moved = move(at)
            if moved is None:
                continue
            old, new = at[x], moved.after[x]
            fits = {form for form, value in (("keep", old), ("pop", old // base)) if new == value}
            if 0 <= new - base * old < base:
                fits.add(new - base * old)
            key = tuple(v for n, v in sorted(at.items()) if n != x)
            forms[key] = forms.get(key, fits) & fits
            demand(bool(forms[key]), f"{move.component.name} neither pushes nor pops nor keeps")
