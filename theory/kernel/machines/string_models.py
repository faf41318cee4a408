"""Models whose memory is bit strings held in numbers: two stacks, and circuits over two stacks.

Bit strings in integers are 2q + b with the sentinel 1, 2q + b modulo trailing blanks, or
3q + b + 1; in rationals q/4 + (2b+1)/4 (Siegelmann & Sontag 1995). No interval contains exactly the
codes: the cases are constructor equations, for all q in a range closed under the constructors, and
induction on the string gives the rest.

- `stacks`: for while-programs. `circuit`: for one sequence, repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, REAL, Sort, coerce
from theory.kernel.language.terms import FALSE, TRUE, Term, apply, conjunction, const, var
from theory.kernel.machines.models import Case, Fact, Model, Operation, at_least, number

CODES = ("binary", "half-tape", "ternary", "base4")


@dataclass(frozen=True, slots=True)
class _StringCode:
    """How a bit string is a number: the empty one, push, and a range closed under push."""

    sort: Sort
    empty: Term
    push: Callable[[int, Term], Term]
    inside: Callable[[Term], Term]
    shown: str


def _string_code(name: str) -> _StringCode:
    if name == "base4":
        quarter = number(REAL, Fraction(1, 4))
        return _StringCode(
            REAL,
            number(REAL, 0),
            lambda b, q: apply("+", apply("*", quarter, q), number(REAL, Fraction(2 * b + 1, 4))),
            lambda q: apply(
                "and", apply(">=", q, number(REAL, 0)), apply("<=", q, number(REAL, 1))
            ),
            "q/4 + (2b+1)/4",
        )
    base, digit, empty = {"binary": (2, 0, 1), "half-tape": (2, 0, 0), "ternary": (3, 1, 0)}[name]

    def push(b: int, q: Term) -> Term:
        scaled = apply("*", const(base, INT), q)
        return apply("+", scaled, const(b + digit, INT)) if b + digit else scaled

    shown = {"binary": "2q + b, empty = 1", "half-tape": "2q + b", "ternary": "3q + b + 1"}[name]
    return _StringCode(INT, const(empty, INT), push, lambda q: at_least(q, empty), shown)


def _range_facts(code: _StringCode) -> tuple[Fact, ...]:
    q = var("q", code.sort)
    return (
        Fact("the range holds the empty string", TRUE, code.inside(code.empty)),
        *(
            Fact(
                f"the range is closed under push {b}", code.inside(q), code.inside(code.push(b, q))
            )
            for b in (0, 1)
        ),
    )


def stacks(code_name: str, blank: bool) -> Model:
    """Two stacks of bits, or (`blank`) the two half tapes of a two-symbol Turing machine.

    With `blank`, pop leaves the empty stack empty and its top is 0; no emptiness test is needed.
    Without, pop and top are asked for on non-empty stacks only, and emptiness is a test.
    """
    if code_name == "half-tape" and not blank:
        message = "half tapes are strings modulo trailing blanks; emptiness is no test on them"
        raise CertificateError("bad-model", message, "model")
    code = _string_code(code_name)
    names = ("l", "r")
    variables = tuple(Variable(n, code.sort) for n in names)
    values = tuple(var(n, code.sort) for n in names)
    inside = conjunction(code.inside(q) for q in values)
    operations: list[Operation] = []
    for k, name in enumerate(names):
        q = values[k]

        def with_part(value: Term, k: int = k) -> tuple[Term, ...]:
            return (*values[:k], value, *values[k + 1 :])

        pushed = [with_part(code.push(b, q)) for b in (0, 1)]
        empty = with_part(code.empty)
        for b in (0, 1):
            case = Case("", variables, inside, values, pushed[b])
            operations.append(Operation(f"push {b} {name}", (case,)))
        pops = [Case(f"after push {b}", variables, inside, pushed[b], values) for b in (0, 1)]
        tops = [
            Case(f"after push {b}", variables, inside, pushed[b], pushed[b], (FALSE, TRUE)[b])
            for b in (0, 1)
        ]
        if blank:
            pops.append(Case("on empty", variables, inside, empty, empty))
            tops.append(Case("on empty", variables, inside, empty, empty, FALSE))
        operations.append(Operation(f"pop {name}", tuple(pops)))
        operations.append(Operation(f"top {name}", tuple(tops), True))
        if not blank:
            tests = [Case("on empty", variables, inside, empty, empty, TRUE)]
            tests += [
                Case(f"after push {b}", variables, inside, pushed[b], pushed[b], FALSE)
                for b in (0, 1)
            ]
            operations.append(Operation(f"empty {name}", tuple(tests), True))
    return Model(
        {"name": "stacks", "code": code_name, "blank": blank},
        ("two half tapes" if blank else "two stacks") + f", push b as {code.shown}",
        Regime.WHILE,
        tuple(Variable(n, code.sort) for n in names),
        tuple(operations),
        _range_facts(code),
        "Shannon 1956 (two symbols); Minsky 1961, 1967 (two stacks)",
        f"two unbounded {'integers' if code.sort == INT else 'rationals'}",
    )


def circuit(code_name: str, flag: Sort) -> Model:
    """Two half tapes, worked by one sequence with fan-out that is repeated.

    Flags hold 0 and 1 (or false and true). With push, pop, top, select and nand on values, one step
    of a two-symbol Turing machine is a fixed circuit over two stacks and ceil(log2 states) flags.
    """
    code = _string_code(code_name)
    q, x, y = (var(n, code.sort) for n in "qxy")
    one_var = (Variable("q", code.sort),)
    inside = code.inside(q)
    off, on = (const(coerce(flag, bit), flag) for bit in (0, 1))
    operations = [
        Operation(f"push {b}", (Case("", one_var, inside, (q,), (code.push(b, q),)),))
        for b in (0, 1)
    ]
    empty = Case("on empty", (), TRUE, (code.empty,), (code.empty,))
    pushes = [(b, code.push(b, q)) for b in (0, 1)]
    pops = [Case(f"after push {b}", one_var, inside, (p,), (q,)) for b, p in pushes]
    tops = [Case(f"after push {b}", one_var, inside, (p,), ((off, on)[b],)) for b, p in pushes]
    operations.append(Operation("top", (*tops, Case("on empty", (), TRUE, (code.empty,), (off,)))))
    operations.append(Operation("pop", (*pops, empty)))
    bits = (off, on)
    operations.append(
        Operation(
            "nand",
            tuple(
                Case(f"{f}, {g}", (), TRUE, (bits[f], bits[g]), (bits[1 - (f & g)],))
                for f, g in product((0, 1), repeat=2)
            ),
        )
    )
    both = (Variable("x", code.sort), Variable("y", code.sort))
    within = conjunction([code.inside(x), code.inside(y)])
    operations.append(
        Operation(
            "select",
            (
                Case("flag 1", both, within, (on, x, y), (x,)),
                Case("flag 0", both, within, (off, x, y), (y,)),
            ),
        )
    )
    return Model(
        {"name": "circuit", "code": code_name, "flag": str(flag)},
        f"two half tapes, one step as one sequence, push b as {code.shown}",
        Regime.RECURRENT,
        (),
        tuple(operations),
        _range_facts(code),
        "a step of a machine is a Boolean circuit; Siegelmann & Sontag 1995",
        f"two unbounded {'integers' if code.sort == INT else 'rationals'}",
    )
