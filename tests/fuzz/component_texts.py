"""Random components as `.smt2` text, close to what the negative routes decide.

A set is drawn as plain parts, so that a test can add to it and write it out again:

- `ComponentText`: one component, test or branch, and the lines that define it.
- `SetText`: the whole file.
- `counter_operation`, `counter_test`, `stack_part`, `array_part`, ...: one random component.
- `placed`: a component restricted to a few places, some of which may not exist.

`set_families` puts whole sets together. This module writes text and reads none; nothing of
`theory` is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

INT, BOOL, REAL, BITS = "Int", "Bool", "Real", "(_ BitVec 2)"
ARRAYS = (
    "(Array Bool Bool)",
    "(Array Bool Int)",
    "(Array Int Int)",
    "(Array Int Bool)",
    "(Array (_ BitVec 2) Bool)",
)
SORTS = (INT, BOOL, REAL, BITS, *ARRAYS)

Argument = tuple[str, str]  # name and sort
Control = tuple[tuple[tuple[str, tuple[str, ...]], ...], bool]  # (test, outcomes) ..., jump


@dataclass(frozen=True, slots=True)
class ComponentText:
    """A component as it is written.

    Attributes:
        outputs: (sort, body) each; of a test or branch the last one decides.
        weights: the parameters as (name, sort, range), the range such as `-1 1`.
        bare: leave the describing line out where a plain definition says the same.
        backwards: define the functions with their arguments in reverse; the line gives the order.
    """

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]
    role: str = "component"
    guard: str = ""
    weights: tuple[tuple[str, str, str], ...] = ()
    writes: tuple[str, ...] | None = None
    placements: tuple[tuple[int, ...], ...] | None = None
    bare: bool = False
    backwards: bool = False

    def lines(self) -> list[str]:
        """The definitions, and the line that describes them."""
        arguments = [*self.inputs, *((n, s) for n, s, _ in self.weights)]
        if self.backwards:
            arguments.reverse()
        head = " ".join(f"({n} {s})" for n, s in arguments)
        single = len(self.outputs) == 1
        names = [self.name if single else f"{self.name}.{k}" for k in range(len(self.outputs))]
        lines = [
            f"(define-fun {n} ({head}) {s} {body})"
            for n, (s, body) in zip(names, self.outputs, strict=True)
        ]
        if self.guard:
            lines.append(f"(define-fun {self.name}.guard ({head}) Bool {self.guard})")
        if self.bare and self._needs_no_line():
            return lines
        parts = [f"(inputs {' '.join(n for n, _ in self.inputs)})"] if self.inputs else []
        parts.append(f"(outputs {' '.join(names)})")
        if self.guard:
            parts.append(f"(guard {self.name}.guard)")
        if self.weights:
            parts.append(f"(parameters {' '.join(f'({n} {s} {r})' for n, s, r in self.weights)})")
        if self.writes is not None:
            parts.append(f"(writes {' '.join(self.writes)})")
        if self.placements is not None:
            places = " ".join(f"({' '.join(map(str, p))})" for p in self.placements)
            parts.append(f"(placements {places})")
        return [*lines, f'(set-info :sheffer "({self.role} {self.name} {" ".join(parts)})")']

    def _needs_no_line(self) -> bool:
        if self.guard or self.weights or self.writes is not None or self.placements is not None:
            return False
        if len(self.outputs) != 1 or self.backwards:
            return False
        decides = self.outputs[0][0] == BOOL and all(s != BOOL for _, s in self.inputs)
        return self.role == ("test" if decides and self.inputs else "component")

    def free_outputs(self) -> list[str]:
        """The sorts of the written outputs that overwrite no input."""
        if self.role == "test" or self.writes is not None:
            return []
        left = [s for _, s in self.inputs]
        free = []
        for sort, _ in self.outputs[: -1 if self.role == "branch" else None]:
            if sort in left:
                left.remove(sort)
            else:
                free.append(sort)
        return free


@dataclass(frozen=True, slots=True)
class SetText:
    """A component set as it is written; `family` is for counting only.

    Attributes:
        registers: (names, sort) each; None for the names means any number of the sort.
        starts: the body of a predicate on the declared registers; empty for none.
        complete: Turing complete under `while`, by construction.
    """

    family: str
    regime: str
    registers: tuple[tuple[tuple[str, ...] | None, str], ...]
    components: tuple[ComponentText, ...]
    control: Control | None = None
    starts: str = ""
    values: int = 0
    cells: str = ""
    complete: bool = False

    @property
    def declared(self) -> tuple[Argument, ...]:
        """The declared registers, in order."""
        return tuple((n, s) for names, s in self.registers for n in names or ())

    @property
    def any_of(self) -> tuple[str, ...]:
        """The sorts of which there are any number of registers, where the file says so."""
        return tuple(s for names, s in self.registers if names is None)

    def text(self) -> str:
        """The whole file."""
        parts = [f"(regime {self.regime})"]
        for names, sort in self.registers:
            which = "any" if names is None else f"({' '.join(names)})"
            parts.append(f"(registers {which} {sort})")
        if self.control is not None:
            tests = [f"({t} {' '.join(outcomes)})" for t, outcomes in self.control[0]]
            parts.append(
                f"(control {' '.join([*tests, *([] if self.control[1] else ['no-jump'])])})"
            )
        if self.starts:
            parts.append("(starts begins)")
        if self.values:
            parts.append(f"(values {self.values})")
        if self.cells:
            parts.append(self.cells)
        lines = [f'(set-info :sheffer "(set drawn {" ".join(parts)})")']
        if self.starts:
            head = " ".join(f"({n} {s})" for n, s in self.declared)
            lines.append(f"(define-fun begins ({head}) Bool {self.starts})")
        for component in self.components:
            lines += component.lines()
        return "\n".join(lines) + "\n"


# Single components


def number(n: int) -> str:
    return str(n) if n >= 0 else f"(- {-n})"


def operation(name: str, inputs: str, sort: str, body: str, guard: str = "") -> ComponentText:
    """One output; `inputs` such as `x:Int f:Bool` (sorts without spaces)."""
    return ComponentText(name, arguments(inputs), ((sort, body),), guard=guard)


def decider(name: str, inputs: str, body: str, guard: str = "") -> ComponentText:
    return ComponentText(name, arguments(inputs), ((BOOL, body),), role="test", guard=guard)


def arguments(text: str) -> tuple[Argument, ...]:
    return tuple((n, s) for n, s in (word.split(":") for word in text.split()))


def counter_operation(rng: Random, name: str, *, strange: float) -> ComponentText:
    """Something done to an Int; with probability `strange` no counter machine would do it."""
    if rng.random() < strange:
        k, m = rng.randrange(-2, 6), rng.randrange(2, 5)
        body = rng.choice(
            (
                f"(ite (> x {number(k)}) (+ x 1) (- x 1))",
                f"(ite (> x {number(k)}) (+ x 2) {number(k)})",
                f"(ite (= (mod x {m}) 0) (+ x 1) (- x 1))",
                f"(ite (= (mod x {m}) 0) (+ x 1) 0)",
                f"(ite (= x {number(k)}) 0 (+ x {m}))",
                "(* 2 x)", "(div x 2)", "(- x)", "(abs x)", "(* x x)",
                f"(- {m} x)", f"(mod x {m})", "(ite (> x 0) (- x 1) x)",
            )
        )  # fmt: skip
        return operation(
            name, "x:Int", INT, body, _strange_guard(rng) if rng.random() < 0.2 else ""
        )
    match rng.randrange(9):
        case 0 | 1:
            return operation(name, "x:Int", INT, f"(+ x {rng.randrange(1, 4)})")
        case 2 | 3:
            n = rng.randrange(1, 3)
            guard = rng.choice(
                (f"(>= x {n})", f"(>= x {n})", f"(> x {n})", "", _strange_guard(rng))
            )
            return operation(name, "x:Int", INT, f"(- x {n})", guard)
        case 4:
            return operation(name, "x:Int", INT, number(rng.randrange(-1, 4)))
        case 5:
            low = rng.randrange(-2, 1)
            step = rng.choice(("", "", " 2"))
            weights = (("w", INT, f"{low} {low + rng.randrange(3)}{step}"),)
            guard = rng.choice(("", "(>= (+ x w) 0)", "(>= (+ x w) 0)"))
            made = operation(name, "x:Int", INT, "(+ x w)", guard)
            return replace(made, weights=weights)
        case 6:
            inputs = arguments("x:Int y:Int")
            outputs = ((INT, "(- x 1)"), (INT, "(+ y 1)"))
            return ComponentText(name, inputs, outputs, guard="(> x 0)")
        case 7:
            return operation(name, "x:Int f:Bool", INT, "(ite f (+ x 1) x)")
        case _:
            body = rng.choice(("y", "(+ x y)", "(- x y)", "(ite (> y 0) (+ x 1) x)"))
            return operation(name, "x:Int y:Int", INT, body)


def _strange_guard(rng: Random) -> str:
    return rng.choice(
        ("(< x 5)", "(not (= x 2))", "(= (mod x 2) 0)", "(or (> x 3) (< x (- 3)))", "(= x 0)")
    )


def counter_leak(rng: Random, name: str) -> ComponentText:
    """Writes into a flag something about a counter."""
    k, m = rng.randrange(-1, 5), rng.randrange(2, 4)
    body = rng.choice((f"(= x {number(k)})", f"(> x {number(k)})", f"(= (mod x {m}) 0)", "(= x x)"))
    if rng.random() < 0.5:
        return operation(name, "x:Int f:Bool", BOOL, body)
    return operation(name, "x:Int", BOOL, body)


def counter_test(rng: Random, name: str, *, wide: bool) -> ComponentText:
    """A test that reads a counter; `wide`: also two of them."""
    k, m = rng.randrange(-2, 6), rng.randrange(2, 5)
    body = rng.choice(
        (
            "(= x 0)",
            "(= x 0)",
            f"(> x {number(k)})",
            f"(= (mod x {m}) {rng.randrange(m)})",
            f"(and (> x {number(k)}) (= (mod x {m}) 0))",
            "(= x x)",
        )
    )
    if wide and rng.random() < 0.3:
        return decider(
            name, "x:Int y:Int", rng.choice(("(= x y)", "(< x y)", "(= (- x y) (- x y))"))
        )
    if wide and rng.random() < 0.2:
        return decider(name, "x:Int f:Bool", rng.choice(("(and f (= x 0))", f"(or f {body})", "f")))
    if rng.random() < 0.15:
        made = decider(name, "x:Int", "(= x w)")
        return replace(made, weights=(("w", INT, f"{number(0)} {rng.randrange(3)}"),))
    return decider(
        name, "x:Int", body, rng.choice(("", "", "", "(>= x 0)", f"(> x {k})".replace("-", "")))
    )


def counter_branch(rng: Random, name: str) -> ComponentText:
    """Changes a counter and decides by it, or by a flag."""
    down = rng.choice(("(- x 1)", "(ite (> x 0) (- x 1) 0)", "(+ x 1)"))
    decision = rng.choice(("(= x 0)", "(> x 1)", "true", "(= (mod x 2) 0)"))
    guard = rng.choice(("", "(> x 0)"))
    return ComponentText(
        name, (("x", INT),), ((INT, down), (BOOL, decision)), role="branch", guard=guard
    )


def flag_part(rng: Random, name: str) -> ComponentText:
    """An operation or test on flags."""
    match rng.randrange(6):
        case 0 | 1:
            return decider(name, "f:Bool", rng.choice(("f", "f", "(not f)", "true")))
        case 2:
            return operation(name, "f:Bool", BOOL, "(not f)")
        case 3:
            return operation(name, "f:Bool", BOOL, rng.choice(("true", "false")))
        case 4:
            return operation(name, "f:Bool g:Bool", BOOL, "(and f g)", rng.choice(("", "f")))
        case _:
            inputs = arguments("f:Bool g:Bool")
            return ComponentText(name, inputs, ((BOOL, "g"), (BOOL, "f")))


def stack_part(rng: Random, name: str, base: int, *, strange: float) -> ComponentText:
    """An operation or test on an integer that is a stack in the base."""
    odd = rng.random() < strange
    match rng.randrange(8):
        case 0 | 1 | 2:
            digit = rng.randrange(base) if not odd else rng.choice((base, base + 1, -1))
            return operation(name, "q:Int", INT, f"(+ (* {base} q) {number(digit)})")
        case 3 | 4:
            body = f"(div q {base + 1 if odd else base})"
            return operation(
                name, "q:Int", INT, body, rng.choice(("", "(> q 1)", f"(>= q {base})"))
            )
        case 5:
            m = base + 1 if odd else base
            return decider(name, "q:Int", f"(= (mod q {m}) {rng.randrange(m)})")
        case 6:
            return decider(name, "q:Int", rng.choice(("(= q 1)", "(= q 0)", "(> q 3)", "(<= q 0)")))
        case _:
            if odd:
                body = rng.choice(("(+ q 1)", "0", "(- q)", f"(* {base} (div q {base}))"))
                return operation(name, "q:Int", INT, body)
            if rng.random() < 0.5:
                return operation(name, "q:Int f:Bool", BOOL, f"(= (mod q {base}) 1)")
            push = f"(+ (* {base} q) (ite f 1 0))"
            return operation(name, "q:Int f:Bool", INT, push)


def array_part(rng: Random, name: str, sort: str, other: str) -> ComponentText:
    """An operation or test on an array, which may hide a counter; `other` is its index sort."""
    element = sort[:-1].rsplit(maxsplit=1)[-1]
    index = rng.choice(literals(other)) if rng.random() < 0.6 else "i"
    inputs: tuple[Argument, ...] = (("a", sort),) if index != "i" else (("a", sort), ("i", other))
    held = f"(select a {index})"
    if element == BOOL:
        body = rng.choice((f"(store a {index} true)", f"(store a {index} (not {held}))"))
        says = held
    else:
        k = rng.randrange(3)
        new = rng.choice((f"(+ {held} 1)", f"(+ {held} 1)", f"(- {held} 1)", str(k)))
        body, says = f"(store a {index} {new})", f"(= {held} {k})"
    if rng.random() < 0.35:
        return ComponentText(name, inputs, ((BOOL, says),), role="test")
    if rng.random() < 0.2:
        return ComponentText(name, inputs, ((element, held),))
    return ComponentText(name, inputs, ((sort, body),))


def literals(sort: str) -> tuple[str, ...]:
    return {
        INT: ("0", "1", "3", "(- 2)"),
        BOOL: ("true", "false"),
        REAL: ("0.0", "1.0", "0.5"),
        BITS: ("#b00", "#b01", "#b11"),
    }.get(sort, (f"((as const {sort}) {'false' if sort.endswith('Bool)') else '0'})",))


def draw_term(rng: Random, sort: str, scope: tuple[Argument, ...], depth: int) -> str:
    """A random term of the sort over the variables of the scope."""
    names = [n for n, s in scope if s == sort]
    if depth <= 0 or rng.random() < 0.2:
        return rng.choice(names) if names and rng.random() < 0.75 else rng.choice(literals(sort))

    def part(of: str) -> str:
        return draw_term(rng, of, scope, depth - 1)

    if rng.random() < 0.15:
        return f"(ite {part(BOOL)} {part(sort)} {part(sort)})"
    if sort == INT:
        return rng.choice(
            (
                lambda: f"(+ {part(INT)} {part(INT)})",
                lambda: f"(- {part(INT)} {part(INT)})",
                lambda: f"(* {rng.randrange(2, 4)} {part(INT)})",
                lambda: f"(div {part(INT)} {rng.randrange(2, 4)})",
                lambda: f"(mod {part(INT)} {rng.randrange(2, 4)})",
                lambda: f"(let ((y {part(INT)})) (+ y y))",
            )
        )()
    if sort == REAL:
        return rng.choice(
            (
                lambda: f"(+ {part(REAL)} {part(REAL)})",
                lambda: f"(* 0.5 {part(REAL)})",
                lambda: f"(- {part(REAL)})",
                lambda: f"(to_real {part(INT)})",
            )
        )()
    if sort == BITS:
        operator = rng.choice(("bvadd", "bvand", "bvor", "bvxor", "bvsub", "bvmul"))
        return f"({operator} {part(BITS)} {part(BITS)})"
    if sort == BOOL:
        return rng.choice(
            (
                lambda: f"(not {part(BOOL)})",
                lambda: f"({rng.choice(('and', 'or', 'xor', '=>'))} {part(BOOL)} {part(BOOL)})",
                lambda: f"({rng.choice(('<', '<=', '=', 'distinct'))} {part(INT)} {part(INT)})",
                lambda: f"(<= {part(REAL)} {part(REAL)})",
                lambda: f"({rng.choice(('bvult', '='))} {part(BITS)} {part(BITS)})",
            )
        )()
    index, element = array_parts(sort)
    return f"(store {draw_term(rng, sort, scope, depth - 2)} {part(index)} {part(element)})"


def array_parts(sort: str) -> tuple[str, str]:
    inside = sort.removeprefix("(Array ").removesuffix(")")
    element = inside.rsplit(maxsplit=1)[-1]
    return inside.removesuffix(element).strip(), element


def random_part(rng: Random, name: str, sorts: tuple[str, ...]) -> ComponentText:
    """Any component at all over the sorts."""
    inputs = tuple((f"x{k}", rng.choice(sorts)) for k in range(rng.randrange(1, 3)))
    role = rng.choice(("component", "component", "component", "test", "branch"))
    weights: tuple[tuple[str, str, str], ...] = ()
    if rng.random() < 0.15:
        weights = (rng.choice((("w", INT, "-1 2 3"), ("w", BOOL, ""), ("w", INT, "0 1"))),)
        weights = tuple((n, s, r) for n, s, r in weights)
    scope = (*inputs, *((n, s) for n, s, _ in weights))
    outputs = [(s, draw_term(rng, s, scope, 2)) for s in [rng.choice(sorts)]]
    if role == "test":
        outputs = []
    if role != "component":
        outputs.append((BOOL, draw_term(rng, BOOL, scope, 2)))
    guard = draw_term(rng, BOOL, scope, 2) if rng.random() < 0.2 else ""
    return ComponentText(name, inputs, tuple(outputs), role, guard, weights)


# Where a component stands


def placed(rng: Random, component: ComponentText, of: SetText) -> ComponentText:
    """The component, restricted to a few places; some of them may not exist."""
    declared, any_of = of.declared, of.any_of
    wanted = [s for _, s in component.inputs] + component.free_outputs()
    places = []
    for _ in range(rng.randrange(1, 4)):
        place = []
        for sort in wanted:
            there = [k for k, (_, s) in enumerate(declared) if s == sort]
            if sort in any_of or (not of.registers and rng.random() < 0.8):
                there += [len(declared) + k for k in (0, 0, 1, 1, 5, 7)]
            if not there or rng.random() < 0.03:
                there = [rng.randrange(12)]  # beyond the registers, or of another sort
            place.append(rng.choice(there))
        places.append(tuple(place))
    return replace(component, placements=tuple(places))
