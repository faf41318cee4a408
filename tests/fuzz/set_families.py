"""Random component sets, drawn by seed, on both sides of each negative route's border.

- `draw_set`: a set of one of the `FAMILIES`.
- `addition`: a set with one thing more.
- `attempts`: routes and hints worth a certificate.

Uniformly random sets are nearly always refused at once and test nothing. So the families stand
close to a border: a counter with and without a zero test, a flag that tells whether a counter is
zero, an array that hides a counter, a test that stands at register 7 only. The family `complete`
holds sets that are Turing complete by construction: a known machine's operations, and noise. No
limit may ever be accepted for them under `while`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.fuzz.component_texts import (
    ARRAYS,
    BITS,
    BOOL,
    INT,
    SORTS,
    ComponentText,
    Control,
    SetText,
    array_part,
    array_parts,
    counter_branch,
    counter_leak,
    counter_operation,
    counter_test,
    decider,
    draw_term,
    flag_part,
    literals,
    number,
    operation,
    placed,
    random_part,
    stack_part,
)

REGIMES = ("straight-line", "loop", "while", "recurrent")


def _written(rng: Random, component: ComponentText, of: SetText) -> ComponentText:
    """The component with fixed targets, where declared registers of its sorts exist."""
    sorts = [s for s, _ in component.outputs[: -1 if component.role == "branch" else None]]
    targets: list[str] = []
    for sort in sorts:
        there = [n for n, s in of.declared if s == sort and n not in targets]
        if not there:
            return component
        targets.append(rng.choice(there))
    return replace(component, writes=tuple(targets))


def _varied(rng: Random, of: SetText) -> SetText:
    """The set with places, fixed targets, plain definitions and a control, now and then."""
    made = []
    for component in of.components:
        changed = replace(component, bare=rng.random() < 0.5, backwards=rng.random() < 0.1)
        if changed.role != "test" and rng.random() < 0.06:
            changed = _written(rng, changed, of)
        if rng.random() < (0.18 if changed.role == "test" else 0.08):
            changed = placed(rng, changed, of)
        made.append(changed)
    of = replace(of, components=tuple(made))
    if of.control is None and rng.random() < 0.15:
        of = replace(of, control=_control(rng, of))
    return of


def _control(rng: Random, of: SetText) -> Control:
    tests = [c.name for c in of.components if c.role != "component"]
    chosen = [t for t in tests if rng.random() < 0.6]
    outcomes = (("true",), ("false",), ("true", "false"))
    return tuple((t, rng.choice(outcomes)) for t in chosen), rng.random() < 0.5


def _registers(
    rng: Random, counters: int, flags: int, *, any_int: bool = False
) -> tuple[tuple[tuple[str, ...] | None, str], ...]:
    """Counters and flags; the counters may be any number instead.

    Their names are now and then those of the components' inputs, in another order: what a component
    reads must not depend on names.
    """
    names = rng.choice((("c0", "c1", "c2", "c3"), ("c0", "c1", "c2", "c3"), ("y", "x", "q", "w")))
    lines: list[tuple[tuple[str, ...] | None, str]] = []
    if any_int:
        lines.append((None, INT))
    elif counters:
        lines.append((names[:counters], INT))
    if flags and rng.random() < 0.2:
        lines.append((None, BOOL))
    elif flags:
        lines.append((rng.choice((("f0", "f1"), ("g", "f")))[:flags], BOOL))
    return tuple(lines)


def _regime(rng: Random) -> str:
    return rng.choice((*REGIMES, *("while",) * 12))


# Families


def _vectors(rng: Random) -> SetText:
    """Counters that nothing reads, or nearly: flags, blocking guards, and a leak now and then."""
    any_int = rng.random() < 0.35
    parts = [counter_operation(rng, f"op{k}", strange=0.05) for k in range(rng.randrange(1, 4))]
    parts += [flag_part(rng, f"flag{k}") for k in range(rng.randrange(0, 3))]
    if rng.random() < 0.25:
        parts.append(counter_leak(rng, "leak"))
    if rng.random() < 0.3:
        parts.append(counter_test(rng, "looks", wide=True))
    registers = _registers(rng, rng.randrange(1, 4), rng.randrange(0, 3), any_int=any_int)
    return SetText("vectors", _regime(rng), registers, tuple(parts))


def _counters(rng: Random) -> SetText:
    """One counter (now and then two) that is read by comparisons and residues, or in other ways."""
    parts = [counter_operation(rng, f"op{k}", strange=0.25) for k in range(rng.randrange(1, 4))]
    parts += [
        counter_test(rng, f"test{k}", wide=rng.random() < 0.3) for k in range(rng.randrange(0, 3))
    ]
    if rng.random() < 0.3:
        parts.append(counter_leak(rng, "leak"))
    if rng.random() < 0.2:
        parts.append(counter_branch(rng, "both"))
    if rng.random() < 0.4:
        parts.append(flag_part(rng, "flag"))
    registers = _registers(rng, rng.choice((1, 1, 1, 1, 2)), rng.randrange(0, 2))
    return SetText("counters", _regime(rng), registers, tuple(parts))


def _stacks(rng: Random) -> SetText:
    """A stack (now and then two) in a base, or nearly."""
    base, strange = rng.randrange(2, 5), rng.choice((0.0, 0.0, 0.2))
    parts = [stack_part(rng, f"s{k}", base, strange=strange) for k in range(rng.randrange(2, 6))]
    if rng.random() < 0.3:
        parts.append(flag_part(rng, "flag"))
    registers = _registers(rng, rng.choice((1, 1, 1, 1, 2)), rng.randrange(0, 2))
    return SetText("stacks", _regime(rng), registers, tuple(parts))


def _arrays(rng: Random) -> SetText:
    """Arrays: finite ones, ones that hide a counter, and a domain that does not bound them."""
    sort = rng.choice(ARRAYS)
    index, element = array_parts(sort)
    parts = [array_part(rng, f"a{k}", sort, index) for k in range(rng.randrange(1, 4))]
    if element == INT and rng.random() < 0.3:
        parts.append(counter_test(rng, "looks", wide=False))
    values = rng.randrange(2, 5) if rng.random() < 0.4 else 0
    lines: list[tuple[tuple[str, ...] | None, str]] = [(("a", "b")[: rng.randrange(1, 3)], sort)]
    if rng.random() < 0.15:
        lines = [(None, sort)]
    lines += [(("i",), index)] if rng.random() < 0.8 else []
    return SetText("arrays", _regime(rng), tuple(lines), tuple(parts), values=values)


def _boxes(rng: Random) -> SetText:
    """Integers that starts and guards keep in a box, or nearly."""
    top = rng.randrange(1, 6)
    parts = []
    for k in range(rng.randrange(1, 4)):
        slack = rng.choice((0, 0, 0, 0, 1))
        part = rng.choice(
            (
                operation(f"op{k}", "x:Int", INT, "(+ x 1)", f"(< x {top + slack})"),
                operation(f"op{k}", "x:Int", INT, "(- x 1)", f"(> x {number(-slack)})"),
                operation(f"op{k}", "x:Int", INT, f"(mod (+ x 1) {top + 1 + slack})"),
                operation(f"op{k}", "x:Int", INT, f"(- {top + slack} x)"),
                operation(f"op{k}", "x:Int y:Int", INT, rng.choice(("y", "(ite (< x y) x y)"))),
                counter_operation(rng, f"op{k}", strange=0.5),
            )
        )
        parts.append(part)
    parts.append(counter_test(rng, "looks", wide=True))
    registers = _registers(rng, rng.randrange(1, 3), rng.randrange(0, 2))
    names = [n for names, s in registers if s == INT for n in names or ()]
    bounds = [f"(and (>= {n} 0) (<= {n} {top + rng.choice((0, 0, 0, 1))}))" for n in names]
    starts = bounds[0] if len(bounds) == 1 else f"(and {' '.join(bounds)})"
    return SetText("boxes", _regime(rng), registers, tuple(parts), starts=starts)


def _finite(rng: Random) -> SetText:
    """Finite sorts and domains; a lattice of cells now and then."""
    sorts = rng.choice(((BOOL,), (BITS, BOOL), (BOOL, "(Array Bool Bool)"), (INT,)))
    values = rng.randrange(2, 6) if sorts == (INT,) else 0
    parts = []
    for k in range(rng.randrange(1, 4)):
        if values:
            body = rng.choice(
                (f"(mod (+ x 1) {values})", f"(mod (* x y) {values})", "(ite (< x y) x y)")
            )
            parts.append(operation(f"op{k}", "x:Int y:Int", INT, body))
        else:
            parts.append(random_part(rng, f"op{k}", sorts))
    lines: list[tuple[tuple[str, ...] | None, str]] = []
    for k, sort in enumerate(sorts):
        lines.append((None, sort) if rng.random() < 0.4 else ((f"r{k}", f"s{k}"), sort))
    cells = ""
    if rng.random() < 0.15:
        quiescent = literals(sorts[0])[0]
        cells = f"(cells 1 (offsets -1 0 1)) (quiescent {quiescent})"
    return SetText("finite", _regime(rng), tuple(lines), tuple(parts), values=values, cells=cells)


def _anything(rng: Random) -> SetText:
    """Random terms over random sorts; registers declared, any, or by default."""
    sorts = tuple(rng.sample(SORTS, rng.randrange(1, 3)))
    parts = tuple(random_part(rng, f"p{k}", sorts) for k in range(rng.randrange(1, 4)))
    lines: list[tuple[tuple[str, ...] | None, str]] = []
    if rng.random() < 0.8:
        for k, sort in enumerate(sorts):
            names = (f"r{k}", f"s{k}")[: rng.randrange(1, 3)]
            lines.append((None, sort) if rng.random() < 0.25 else (names, sort))
    starts = ""
    made = SetText("anything", _regime(rng), tuple(lines), parts)
    if made.declared and rng.random() < 0.2:
        starts = draw_term(rng, BOOL, made.declared, 2)
    values = 3 if INT in sorts and rng.random() < 0.1 else 0
    return replace(made, starts=starts, values=values)


def _silent(rng: Random) -> SetText:
    """Nothing to branch on, or a test that control does not admit, or one that it does."""
    parts = [counter_operation(rng, f"op{k}", strange=0.5) for k in range(rng.randrange(1, 4))]
    parts = [p for p in parts if p.role == "component"]
    control: Control | None = None
    if rng.random() < 0.6:
        parts.append(counter_test(rng, "looks", wide=True))
        admitted = (("looks", ("true",)),) if rng.random() < 0.3 else ()
        control = admitted, rng.random() < 0.5
    registers = _registers(rng, 2, 1, any_int=rng.random() < 0.3)
    return SetText("silent", "while", registers, tuple(parts), control=control)


# Turing complete by construction, with noise


def _machine(rng: Random) -> SetText:
    """The operations of a universal machine, in one of several disguises."""
    return rng.choice(
        (
            _two_counters, _two_counters, _placed_counters, _placed_counters, _leaking_counters,
            _array_counters, _bounded_array_counters, _branching_counters, _two_stacks,
            _one_register, _array_tape,
        )
    )(rng)  # fmt: skip


def _counter_parts(rng: Random) -> list[ComponentText]:
    n = rng.choice((1, 1, 2, 3))  # counters in steps of n are counters: k stands for k * n
    guard = rng.choice((f"(> x {n - 1})", f"(>= x {n})", ""))
    down = operation("down", "x:Int", INT, f"(- x {n})", guard)
    up = operation("up", "x:Int", INT, f"(+ x {n})")
    if rng.random() < 0.2:
        weights = (("w", INT, f"-{n} {n} {2 * n}"),)
        both = operation("move", "x:Int", INT, "(+ x w)")
        return [replace(both, weights=weights), decider("zero", "x:Int", "(= x 0)")]
    zero = rng.choice(("(= x 0)", "(not (= 0 x))", "(and (<= x 0) (>= x 0))"))
    return [up, down, decider("zero", "x:Int", zero)]


def _two_counters(rng: Random) -> SetText:
    registers = _registers(rng, rng.randrange(2, 4), 0, any_int=rng.random() < 0.5)
    return SetText("complete", "while", registers, tuple(_counter_parts(rng)))


def _placed_counters(rng: Random) -> SetText:
    """All operations stand at the same two or three registers, possibly far out."""
    any_int = rng.random() < 0.6
    registers = _registers(rng, 4, 0, any_int=any_int)
    places = tuple((k,) for k in rng.sample(range(9 if any_int else 4), rng.randrange(2, 4)))
    free = rng.random() < 0.5  # only the test is restricted
    if not any_int and rng.random() < 0.5:
        return _distant_flag(rng)
    parts = [
        replace(p, placements=None if free and p.role == "component" else places)
        for p in _counter_parts(rng)
    ]
    return SetText("complete", "while", registers, tuple(parts))


def _distant_flag(rng: Random) -> SetText:
    """The zero test also reads a flag, far out, that makes no difference."""
    k = rng.randrange(2, 9)
    zero = decider("zero", "x:Int f:Bool", "(and (= x 0) (or f (not f)))")
    zero = replace(zero, placements=((0, k), (1, k)))
    registers: tuple[tuple[tuple[str, ...] | None, str], ...] = ((("c0", "c1"), INT), (None, BOOL))
    return SetText("complete", "while", registers, (*_counter_parts(rng)[:-1], zero))


def _leaking_counters(rng: Random) -> SetText:
    """No test reads a counter; a flag learns whether it is zero, and is tested."""
    up, down = (
        operation("up", "x:Int", INT, "(+ x 1)"),
        operation("down", "x:Int", INT, "(- x 1)"),
    )
    down = replace(down, guard="(> x 0)")
    leak = rng.choice(
        (
            operation("leak", "x:Int", BOOL, "(= x 0)"),
            operation("leak", "x:Int f:Bool", BOOL, "(> x 0)"),
        )
    )
    registers = _registers(rng, 2, 1, any_int=rng.random() < 0.3)
    return SetText("complete", "while", registers, (up, down, leak, decider("set", "f:Bool", "f")))


def _branching_counters(rng: Random) -> SetText:
    up = operation("up", "x:Int", INT, "(+ x 1)")
    outputs = ((INT, "(ite (> x 0) (- x 1) 0)"), (BOOL, rng.choice(("(= x 0)", "(< 0 x)"))))
    both = ComponentText("both", (("x", INT),), outputs, role="branch")
    return SetText("complete", "while", _registers(rng, 2, 0), (up, both))


def _array_counters(_: Random) -> SetText:
    """Two counters in one array over the Booleans."""
    sort, inputs, parts = ARRAYS[1], (("a", ARRAYS[1]),), []
    for index in ("true", "false"):
        held = f"(select a {index})"
        up, down = ((sort, f"(store a {index} ({sign} {held} 1))") for sign in "+-")
        parts += [
            ComponentText(f"up.{index}", inputs, (up,)),
            ComponentText(f"down.{index}", inputs, (down,)),
            ComponentText(f"zero.{index}", inputs, ((BOOL, f"(= {held} 0)"),), role="test"),
        ]
    return SetText("complete", "while", ((("a",), sort),), tuple(parts))


def _bounded_array_counters(rng: Random) -> SetText:
    """A domain of k values bounds the index register, not the numbers inside the array."""
    sort, k = "(Array Int Int)", rng.randrange(2, 5)
    inputs = (("a", sort), ("i", INT))
    held = "(select a i)"
    parts = (
        ComponentText("up", inputs, ((sort, f"(store a i (+ {held} 1))"),)),
        ComponentText("down", inputs, ((sort, f"(store a i (- {held} 1))"),)),
        ComponentText("zero", inputs, ((BOOL, f"(= {held} 0)"),), role="test"),
        operation("next", "i:Int", INT, f"(mod (+ i 1) {k})"),
    )
    return SetText("complete", "while", ((("a",), sort), (("i",), INT)), parts, values=k)


def _two_stacks(rng: Random) -> SetText:
    base = rng.randrange(2, 4)
    parts = [operation(f"push{d}", "q:Int", INT, f"(+ (* {base} q) {d})") for d in range(base)]
    parts.append(operation("pop", "q:Int", INT, f"(div q {base})", rng.choice(("(> q 1)", ""))))
    parts += [decider(f"top{d}", "q:Int", f"(= (mod q {base}) {d})") for d in range(base)]
    parts.append(decider("empty", "q:Int", "(= q 1)"))
    return SetText(
        "complete", "while", _registers(rng, 2, 0, any_int=rng.random() < 0.3), tuple(parts)
    )


def _one_register(rng: Random) -> SetText:
    parts = []
    for p in (2, 3):
        parts += [
            operation(f"times{p}", "x:Int", INT, f"(* {p} x)"),
            operation(
                f"over{p}", "x:Int", INT, f"(div x {p})", rng.choice(("", f"(= (mod x {p}) 0)"))
            ),
            decider(f"divides{p}", "x:Int", f"(= (mod x {p}) 0)"),
        ]
    return SetText("complete", "while", _registers(rng, 1, 0), tuple(parts))


def _array_tape(rng: Random) -> SetText:
    element = rng.choice((INT, BOOL))
    sort = f"(Array Int {element})"
    zero, one = ("0", "1") if element == INT else ("false", "true")
    inputs = (("t", sort), ("h", INT))
    parts = (
        ComponentText("write0", inputs, ((sort, f"(store t h {zero})"),)),
        ComponentText("write1", inputs, ((sort, f"(store t h {one})"),)),
        operation("left", "h:Int", INT, "(- h 1)"),
        operation("right", "h:Int", INT, "(+ h 1)"),
        ComponentText("reads1", inputs, ((BOOL, f"(= (select t h) {one})"),), role="test"),
    )
    return SetText("complete", "while", ((("t",), sort), (("h",), INT)), parts)


def _complete(rng: Random) -> SetText:
    """A machine's operations, and up to two additions: more can never mean less."""
    made = replace(_machine(rng), complete=True)
    for k in range(rng.randrange(0, 3)):
        larger = addition(rng, made, f"more{k}")
        made = larger or made
    return made


FAMILIES: tuple[tuple[Callable[[Random], SetText], int], ...] = (
    (_vectors, 5),
    (_counters, 6),
    (_stacks, 5),
    (_arrays, 3),
    (_boxes, 4),
    (_finite, 3),
    (_anything, 4),
    (_silent, 2),
    (_complete, 4),
)


def draw_set(rng: Random) -> SetText:
    """A whole set of one of the families."""
    draw = rng.choices([f for f, _ in FAMILIES], [w for _, w in FAMILIES])[0]
    made = draw(rng)
    return made if made.complete else _varied(rng, made)


# Additions, and what to ask for


def addition(rng: Random, of: SetText, name: str) -> SetText | None:
    """The set with one thing more: a component, test, register or place; None where none is clear.

    What is added never calls a definition of the set: a function that another one calls would no
    longer be a component. Where places are numbered and some registers are any number, a further
    declared register would move the numbers, so none is added there.
    """
    sorts = tuple(dict.fromkeys([s for _, s in of.declared] + list(of.any_of))) or (INT,)
    match rng.choice(("operation", "test", "register", "place", "branch")):
        case "operation":
            if rng.random() < 0.5:
                part = random_part(rng, name, sorts)
            else:
                part = counter_operation(rng, name, strange=0.3)
            return replace(of, components=(*of.components, part))
        case "test" | "branch" as what:
            part = (
                counter_test(rng, name, wide=True) if what == "test" else counter_branch(rng, name)
            )
            control = of.control
            if control is not None:
                control = (*control[0], (name, ("true", "false"))), control[1]
            return replace(of, components=(*of.components, part), control=control)
        case "register":
            if not of.registers or of.cells:
                return None
            if any(c.placements is not None for c in of.components) and of.any_of:
                return None
            line = ((name,), rng.choice(SORTS))
            return replace(of, registers=(*of.registers, line))
        case _:
            numbers = [k for k, c in enumerate(of.components) if c.placements]
            if not numbers:
                return None
            k = rng.choice(numbers)
            old = of.components[k]
            more = placed(rng, old, of).placements
            new = replace(old, placements=(*(old.placements or ()), *(more or ())))
            return replace(of, components=(*of.components[:k], new, *of.components[k + 1 :]))


def attempts(of: SetText, rng: Random) -> list[tuple[str, dict[str, Any]]]:
    """Routes with plausible hints: numbers from the set, and a few that are too small.

    Where a family is far from a route, the route is tried for every other set only.
    """
    bodies = " ".join(b for c in of.components for _, b in c.outputs)
    bodies += " ".join([c.guard for c in of.components])
    bodies += " ".join(r for c in of.components for _, _, r in c.weights)
    numbers = [int(n) for n in re.findall(r"(?<![\w.#])\d+(?![\w.])", bodies)]
    window, top = 2 * sum(numbers) + 2, max([0, *numbers])
    found: list[tuple[str, dict[str, Any]]] = [("decidable-halting", {}), ("finite", {"box": None})]
    if of.family not in ("counters", "stacks", "boxes") or rng.random() < 0.5:
        found.append(("vector-addition", {}))
    names = [n for n, s in of.declared if s == INT]
    if of.starts and names:
        for high in dict.fromkeys((top, rng.randrange(top + 2))):
            found.append(("finite", {"box": {n: [0, high] for n in names}}))
    modulus = min(5_000, math.lcm(*[n for n in dict.fromkeys(numbers) if n][:8]))
    single: list[tuple[str, dict[str, Any]]] = [
        ("one-counter", {"window": window, "modulus": m})
        for m in dict.fromkeys((modulus, rng.choice((1, modulus))))
    ]
    if rng.random() < 0.2:
        hints = {"window": rng.randrange(4), "modulus": rng.randrange(1, 5)}
        single.append(("one-counter", hints))
    bases = [n for n in dict.fromkeys(numbers) if 2 <= n <= 16]
    tried = 2 if of.family == "stacks" else rng.randrange(2)
    single += [("one-stack", {"window": window, "base": b}) for b in bases[:tried]]
    if rng.random() < 0.15:
        single.append(("one-stack", {"window": rng.randrange(3), "base": rng.randrange(2, 4)}))
    fits = len(names) == 1 and INT not in of.any_of and not of.values
    if not fits or (of.family not in ("counters", "stacks", "complete") and rng.random() < 0.5):
        single = [rng.choice(single)]  # refused at sight, or likely
    return found + single


ODD_HINTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("finite", {}),
    ("finite", {"box": []}),
    ("finite", {"box": {"x": None}}),
    ("finite", {"box": {"c0": [0]}}),
    ("finite", {"box": {"c0": [1, 0]}}),
    ("finite", {"box": {"c0": [0.5, 1]}}),
    ("finite", {"box": {"c0": ["0", "1"]}}),
    ("finite", {"box": {"c0": [False, True]}}),
    ("finite", {"box": {"c0": [-(10**40), 10**40]}}),
    ("one-counter", {"window": True, "modulus": True}),
    ("one-counter", {"window": -1, "modulus": 1}),
    ("one-counter", {"window": 2, "modulus": 0}),
    ("one-counter", {"window": 2.0, "modulus": None}),
    ("one-counter", {"window": 10**30, "modulus": 1}),
    ("one-stack", {"window": 0, "base": 1}),
    ("one-stack", {"window": 0, "base": [2]}),
    ("one-stack", {"window": 0, "modulus": 2}),
    ("vector-addition", {"box": None}),
    ("decidable-halting", {"window": 1}),
    ("no such route", {}),
    ("", {}),
)
"""Hints that no certificate should have: refused, or held against the set like any other."""
