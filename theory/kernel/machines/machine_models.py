"""The universal machines a component set may imitate, and which of them a certificate names.

Counters are held as c*n + d, one register holds 2^a 3^b, a tape is an array with a head, a cell one
value. Two stacks and circuits are in `theory.kernel.machines.string_models`.

- `counters`, `one_register`, `tape`, `automaton`: the models.
- `model_from_json`: the model that the plain data in a certificate names. A certificate chooses
  among these models; it never states a range or a target itself.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, array, coerce
from theory.kernel.language.terms import TRUE, Term, apply, conjunction, const, var
from theory.kernel.machines.models import Case, Fact, Model, Operation, at_least, number
from theory.kernel.machines.string_models import CODES, circuit, stacks

MAX_SCALE = 10**9  # greatest absolute value of c and d in c*n + d


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

    natural = conjunction(at_least(n, 0) for n in values)
    codes = tuple(code(n) for n in values)

    def changed(k: int, value: Term) -> tuple[Term, ...]:
        return (*codes[:k], code(value), *codes[k + 1 :])

    one = const(1, INT)
    operations = []
    for k, (name, n) in enumerate(zip(names, values, strict=True)):
        positive = conjunction([natural, at_least(n, 1)])
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


def one_register() -> Model:
    """One integer 2^a 3^b: times and divided by 2 and 3, with divisibility tests."""
    q = var("q", INT)
    variables = (Variable("q", INT),)
    positive = at_least(q, 1)

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
    symbol = conjunction([at_least(h, 0), apply("or", is_zero, is_one)])
    step = const(1, INT)

    def case(assuming: Term, after: tuple[Term, ...]) -> tuple[Case, ...]:
        return (Case("", variables, conjunction([symbol, assuming]), (t, h), after),)

    operations = (
        Operation("set", case(is_zero, (apply("store", t, h, one), h))),
        Operation("clear", case(is_one, (apply("store", t, h, zero), h))),
        Operation("left", case(at_least(h, 1), (t, apply("-", h, step)))),
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
    from theory.kernel.errors import ComponentError
    from theory.kernel.language.sexpr import parse
    from theory.kernel.language.smtlib import read_sort

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
