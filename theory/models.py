"""Universal machines as data: what a component set must be able to imitate.

- `Model`: parts (counters, stacks, a tape and its head), operations and tests, already seen through
  an encoding, so that each is a list of `Case`s over the set's own sorts.
- `Case`: for all values of `variables` with `assuming`, started on the codes `before` an operation
  must end on the codes `after`; a test must leave them alone and say `flag`.
- `Fact`: what the encoding itself owes (distinct states have distinct codes; the range that the
  cases assume holds the empty stack and is closed under push). Proved with the rest.
- `model_from_json` makes a model from the plain data in a certificate. A certificate chooses among
  these models; it never states a range or a target itself.

Encodings: counters as c*n + d; bit strings in integers (2q + b with the sentinel 1, 2q + b modulo
trailing blanks, 3q + b + 1) and in rationals (q/4 + (2b+1)/4, Siegelmann & Sontag 1995);
2^a 3^b; an array with a head; cells. For the inductive ones no interval contains exactly the
codes: the cases are constructor equations, for all q in a range closed under the constructors, and
induction on the string gives the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from theory.components import Regime, Variable
from theory.errors import CertificateError
from theory.sorts import BOOL, INT, REAL, Sort, array, coerce
from theory.terms import FALSE, TRUE, Term, apply, conjunction, const, var

MAX_SCALE = 10**9  # greatest absolute value of c and d in c*n + d
CODES = ("binary", "half-tape", "ternary", "base4")


@dataclass(frozen=True, slots=True)
class Case:
    """One line of an operation's meaning; see the module's paragraph."""

    label: str
    variables: tuple[Variable, ...]
    assuming: Term
    before: tuple[Term, ...]
    after: tuple[Term, ...]
    flag: Term | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation or (with `test`) a decision of a model."""

    name: str
    cases: tuple[Case, ...]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the encoding owes, whatever the component set."""

    label: str
    assuming: Term
    goal: Term


@dataclass(frozen=True, slots=True)
class Model:
    """A universal machine seen through an encoding.

    Attributes:
        data: the plain data it is made from.
        title: for people.
        regime: under which control it is universal; `cells` says whether it lives on a lattice.
        parts: names and sorts of the codes that make up a state; for circuits and cells, empty:
            each operation there reads the codes `before` and yields the codes `after`.
        operations: what must be imitated, tests included.
        facts: what the encoding owes.
        rests_on: the theorem that makes it universal.
        memory: where the unbounded memory lives.
        weakly: complete only with eventually periodic starts.
    """

    data: dict[str, Any]
    title: str
    regime: Regime
    parts: tuple[Variable, ...]
    operations: tuple[Operation, ...]
    facts: tuple[Fact, ...]
    rests_on: str
    memory: str
    cells: int = 0
    weakly: bool = False


def number(sort: Sort, value: int | Fraction) -> Term:
    """A number as a literal of Int or Real."""
    return const(coerce(sort, value), sort)


def _at_least(term: Term, low: int) -> Term:
    return apply(">=", term, number(term.sort, low))


# Counters


def counters(count: int, sort: Sort = INT, scale: int = 1, offset: int = 0) -> Model:
    """Two or three counters, n held as scale*n + offset.

    Two suffice because the input may be coded (2^n); from plain n two counters cannot even compute
    2^n (Barzdin 1963, Schroeppel 1972), which is why three are tried first.
    """
    names = "abc"[:count]
    variables = tuple(Variable(n, INT) for n in names)
    values = [var(n, INT) for n in names]

    def code(n: Term) -> Term:
        scaled = n if scale == 1 and sort == INT else apply("*", number(sort, scale), n)
        return scaled if offset == 0 else apply("+", scaled, number(sort, offset))

    natural = conjunction(_at_least(n, 0) for n in values)
    codes = tuple(code(n) for n in values)

    def changed(k: int, value: Term) -> tuple[Term, ...]:
        return (*codes[:k], code(value), *codes[k + 1 :])

    one = const(1, INT)
    operations = []
    for k, (name, n) in enumerate(zip(names, values, strict=True)):
        positive = conjunction([natural, _at_least(n, 1)])
        more, less = changed(k, apply("+", n, one)), changed(k, apply("-", n, one))
        zero = apply("=", n, const(0, INT))
        operations += [
            Operation(f"inc {name}", (Case("", variables, natural, codes, more),)),
            Operation(f"dec {name}", (Case("", variables, positive, codes, less),)),
            Operation(f"zero {name}", (Case("", variables, natural, codes, codes, zero),), True),
        ]
    m = var("m", INT)
    same = apply("=>", apply("=", code(values[0]), code(m)), apply("=", values[0], m))
    shown = _linear_text(scale, offset)
    return Model(
        {"name": "counters", "count": count, "sort": str(sort), "scale": scale, "offset": offset},
        f"{'three' if count == 3 else 'two'} counters"
        + (f", n as {shown}" if shown != "n" else ""),
        Regime.WHILE,
        tuple(Variable(n, sort) for n in names),
        tuple(operations),
        (Fact("distinct counts have distinct codes", TRUE, same),),
        "Minsky 1961" if count == 3 else "Minsky 1961 (input coded as 2^n)",
        f"{count} unbounded {'integers' if sort == INT else 'rationals'}",
    )


def _linear_text(scale: int, offset: int) -> str:
    text = {1: "n", -1: "-n"}.get(scale, f"{scale}n")
    return text + (f" + {offset}" if offset > 0 else f" - {-offset}" if offset < 0 else "")


# Bit strings


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
    return _StringCode(INT, const(empty, INT), push, lambda q: _at_least(q, empty), shown)


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


def one_register() -> Model:
    """One integer 2^a 3^b: times and divided by 2 and 3, with divisibility tests."""
    q = var("q", INT)
    variables = (Variable("q", INT),)
    positive = _at_least(q, 1)

    def times(p: int) -> Term:
        return apply("*", const(p, INT), q)

    def divides(p: int, term: Term) -> Term:
        return apply("=", apply("mod", term, const(p, INT)), const(0, INT))

    operations = []
    for p in (2, 3):
        operations += [
            Operation(f"times {p}", (Case("", variables, positive, (q,), (times(p),)),)),
            Operation(f"divide by {p}", (Case("", variables, positive, (times(p),), (q,)),)),
            Operation(
                f"divisible by {p}",
                (Case("", variables, positive, (q,), (q,), divides(p, q)),),
                True,
            ),
        ]
    facts = tuple(
        Fact(
            f"{p} divides {r}q exactly when it divides q",
            positive,
            apply("=", divides(p, times(r)), divides(p, q)),
        )
        for p, r in ((2, 3), (3, 2))
    )
    return Model(
        {"name": "one-register"},
        "two counters a, b in one register 2^a 3^b",
        Regime.WHILE,
        variables,
        tuple(operations),
        facts,
        "Minsky 1967 (input coded)",
        "one unbounded integer",
    )


def tape(element: Sort) -> Model:
    """A one-way tape of two symbols in an array, and the head.

    Asked for: set (on a 0), clear (on a 1), left (not off the end), right, read. A machine knows
    the symbol it replaces, since it has just read it.
    """
    zero, one = (const(coerce(element, bit), element) for bit in (0, 1))
    sort = array(INT, element)
    t, h = var("tape", sort), var("head", INT)
    variables = (Variable("tape", sort), Variable("head", INT))
    cell = apply("select", t, h)
    is_zero, is_one = apply("=", cell, zero), apply("=", cell, one)
    symbol = conjunction([_at_least(h, 0), apply("or", is_zero, is_one)])
    step = const(1, INT)

    def case(assuming: Term, after: tuple[Term, ...]) -> tuple[Case, ...]:
        return (Case("", variables, conjunction([symbol, assuming]), (t, h), after),)

    operations = (
        Operation("set", case(is_zero, (apply("store", t, h, one), h))),
        Operation("clear", case(is_one, (apply("store", t, h, zero), h))),
        Operation("left", case(_at_least(h, 1), (t, apply("-", h, step)))),
        Operation("right", case(TRUE, (t, apply("+", h, step)))),
        Operation("read", (Case("", variables, symbol, (t, h), (t, h), is_one),), True),
    )
    return Model(
        {"name": "tape", "element": str(element)},
        "a tape of two symbols in an array, with a head",
        Regime.WHILE,
        variables,
        operations,
        (),
        "Turing 1936; Shannon 1956 (two symbols)",
        "an unbounded array",
    )


# One sequence, repeated


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


def automaton(rule: str, sort: Sort, offsets: tuple[tuple[int, ...], ...]) -> Model:
    """A universal cellular automaton: the local rule on cells that hold 0 and 1."""
    bits = tuple(const(coerce(sort, bit), sort) for bit in (0, 1))
    life = rule == "life"
    dimension = 2 if life else 1
    wanted = set(product((-1, 0, 1), repeat=dimension))
    if not wanted <= set(offsets) or len(set(offsets)) != len(offsets) or len(offsets) > 12:
        message = f"{rule} needs the offsets {sorted(wanted)} among the set's, at most 12 in all"
        raise CertificateError("bad-offsets", message, "model")
    cases = []
    for cells in product((0, 1), repeat=len(offsets)):
        at = dict(zip(offsets, cells, strict=True))
        if life:
            centre, around = at[0, 0], sum(at[o] for o in wanted) - at[0, 0]
            new = int(around == 3 or (around == 2 and centre == 1))
        else:
            new = 110 >> (4 * at[(-1,)] + 2 * at[(0,)] + at[(1,)]) & 1
        label = "".join(map(str, cells))
        cases.append(Case(label, (), TRUE, tuple(bits[c] for c in cells), (bits[new],)))
    return Model(
        {"name": rule, "sort": str(sort)},
        "the Game of Life" if life else "Rule 110",
        Regime.RECURRENT,
        (),
        (Operation("rule", tuple(cases)),),
        (),
        "Berlekamp, Conway & Guy 1982; Rendell 2011" if life else "Cook 2004",
        "the cells of an infinite lattice",
        cells=dimension,
        weakly=not life,
    )


def model_from_json(data: Any, offsets: tuple[tuple[int, ...], ...] = ()) -> Model:
    """The model that the plain data in a certificate names.

    Raises:
        CertificateError: `bad-model` for anything but the models above.
    """
    from theory.errors import ComponentError
    from theory.sexpr import parse
    from theory.smtlib import read_sort

    def bad() -> CertificateError:
        return CertificateError("bad-model", f"no known model: {str(data)[:80]}", "model")

    def sort_of(text: Any) -> Sort:
        try:
            (node,) = parse(str(text), "model")
            return read_sort(node)
        except (ComponentError, ValueError):
            raise bad() from None

    if not isinstance(data, dict):
        raise bad()
    keys = set(data) - {"name"}
    match data:
        case {"name": "counters", "count": int(n), "sort": sort, "scale": int(c), "offset": int(d)}:
            plain = not any(isinstance(v, bool) for v in (n, c, d)) and len(keys) == 4
            small = c != 0 and max(abs(c), abs(d)) <= MAX_SCALE
            if plain and small and n in (2, 3) and sort in ("Int", "Real"):
                return counters(n, sort_of(sort), c, d)
        case {"name": "stacks", "code": str(code), "blank": bool(blank)}:
            if code in CODES and len(keys) == 2:
                return stacks(code, blank)
        case {"name": "one-register"} if not keys:
            return one_register()
        case {"name": "tape", "element": element} if len(keys) == 1:
            return tape(sort_of(element))
        case {"name": "circuit", "code": str(code), "flag": flag}:
            sort = sort_of(flag)
            if sort in (BOOL, INT, REAL) and code in CODES and len(keys) == 2:
                return circuit(code, sort)
        case {"name": ("rule110" | "life") as rule, "sort": sort} if len(keys) == 1:
            return automaton(rule, sort_of(sort), offsets)
    raise bad()


def anywhere(model: Model) -> Case:
    """The case whose `before` are the codes of every state of a `while` model."""
    wide = {"inc a", "push 0 l", "times 2", "right"}
    return next(o.cases[0] for o in model.operations if o.name in wide)
