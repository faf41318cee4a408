"""Terms to and from Z3, and proofs by Z3. The only module of `theory` that loads z3.

- `to_z3`, `from_z3`: translation, by the operator table. `from_z3` reads what Python callers write
  and refuses a declaration it does not know.
- `prove`: is a formula true for every value of its variables? The answer is `Proof`,
  `Counterexample` (checked again by exact evaluation) or `Unknown`, never a guess: a time-out is
  unknown, and so is a counterexample that is not rational.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from theory.kernel.errors import ComponentError
from theory.kernel.language.operators import BY_KIND, OPERATORS
from theory.kernel.language.sorts import (
    BOOL,
    INT,
    REAL,
    ArrayValue,
    Sort,
    Value,
    array,
    bitvec,
    default_value,
    index_count,
)
from theory.kernel.language.terms import (
    Term,
    apply,
    conjunction,
    const,
    evaluate,
    nodes,
    var,
    variables,
)

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Proof:
    """The formula holds for all values of its variables (Z3: the negation is unsatisfiable)."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Values of the variables for which the formula is false, confirmed by evaluation."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither a proof nor a counterexample was found; the reason is Z3's or ours."""

    reason: str


Answer: TypeAlias = Proof | Counterexample | Unknown


def z3_sort(sort: Sort) -> Any:
    """The Z3 sort."""
    import z3

    if sort.kind == "BitVec":
        return z3.BitVecSort(sort.width)
    if sort.kind == "Array":
        return z3.ArraySort(z3_sort(sort.parts[0]), z3_sort(sort.parts[1]))
    return {"Bool": z3.BoolSort, "Int": z3.IntSort, "Real": z3.RealSort}[sort.kind]()


def z3_value(sort: Sort, value: Value) -> Any:
    """A literal as a Z3 expression."""
    import z3

    if isinstance(value, ArrayValue):
        expr = z3.K(z3_sort(sort.parts[0]), z3_value(sort.parts[1], value.default))
        for key, entry in value.entries:
            expr = z3.Store(expr, z3_value(sort.parts[0], key), z3_value(sort.parts[1], entry))
        return expr
    if sort.kind == "Bool":
        return z3.BoolVal(value)
    if sort.kind == "BitVec":
        return z3.BitVecVal(value, sort.width)
    if sort.kind == "Real":
        return z3.Q(Fraction(value).numerator, Fraction(value).denominator)
    return z3.IntVal(value)


def to_z3(terms: Iterable[Term]) -> list[Any]:
    """The terms as Z3 expressions; variables become constants of the same names."""
    import z3

    roots = list(terms)
    made: dict[Term, Any] = {}
    for node in nodes(roots):
        if node.op == "var":
            made[node] = z3.Const(node.indices[0], z3_sort(node.sort))
        elif node.op == "const":
            made[node] = z3_value(node.sort, node.indices[0])
        else:
            build = OPERATORS[node.op].z3
            args = [made[arg] for arg in node.args]
            expr = build(z3, *args[: 2 if OPERATORS[node.op].variadic else None], *node.indices)
            if OPERATORS[node.op].variadic:
                for arg in args[2:]:
                    expr = build(z3, expr, arg)
            made[node] = expr
    return [made[root] for root in roots]


def from_sort(sort: Any, where: str = "") -> Sort:
    """A Z3 sort as ours."""
    import z3

    kind = sort.kind()
    if kind == z3.Z3_BV_SORT:
        return bitvec(sort.size())
    if kind == z3.Z3_ARRAY_SORT:
        return array(from_sort(sort.domain(), where), from_sort(sort.range(), where))
    known = {z3.Z3_BOOL_SORT: BOOL, z3.Z3_INT_SORT: INT, z3.Z3_REAL_SORT: REAL}
    if kind not in known:
        message = f"sort {sort} is not known; use Bool, Int, Real, bit vectors or arrays"
        raise ComponentError("unknown-sort", message, where)
    return known[kind]


def from_z3(expression: Any, where: str = "") -> Term:
    """A Z3 expression as a term, by declaration kind.

    Raises:
        ComponentError: `unknown-operator` for a declaration that is not in the operator table.
    """
    made: dict[int, Term] = {}
    stack: list[tuple[Any, bool]] = [(expression, False)]
    while stack:
        expr, ready = stack.pop()
        key = expr.get_id()
        if key in made:
            continue
        children = expr.children()
        if children and not ready:
            stack.append((expr, True))
            stack.extend((child, False) for child in children)
        else:
            made[key] = _node_from_z3(expr, [made[c.get_id()] for c in children], where)
    return made[expression.get_id()]


def _node_from_z3(expr: Any, args: list[Term], where: str) -> Term:
    import z3

    if not z3.is_app(expr):
        raise ComponentError("unknown-operator", "quantifiers are not allowed", where)
    declaration = expr.decl()
    kind = declaration.kind()
    if z3.is_true(expr) or z3.is_false(expr):
        return const(z3.is_true(expr), BOOL)
    if z3.is_int_value(expr):
        return const(expr.as_long(), INT)
    if z3.is_rational_value(expr):
        return const(Fraction(expr.numerator_as_long(), expr.denominator_as_long()), REAL)
    if z3.is_bv_value(expr):
        return const(expr.as_long(), from_sort(expr.sort(), where))
    if kind == z3.Z3_OP_UNINTERPRETED and not args:
        return var(declaration.name(), from_sort(expr.sort(), where))
    if kind == z3.Z3_OP_DISTINCT:
        return apply("distinct", *args)
    if kind == z3.Z3_OP_CONST_ARRAY and args[0].op == "const":
        return const(ArrayValue(args[0].indices[0]), from_sort(expr.sort(), where))
    if kind == z3.Z3_OP_POWER:
        return _power(args[0], args[1], where)
    rotation = {z3.Z3_OP_EXT_ROTATE_LEFT: "rotate_left", z3.Z3_OP_EXT_ROTATE_RIGHT: "rotate_right"}
    if kind in rotation and args[1].op == "const":
        return apply(rotation[kind], args[0], indices=(args[1].indices[0] % args[0].sort.width,))
    if kind in (z3.Z3_OP_AND, z3.Z3_OP_OR) and len(args) < 2:
        return args[0] if args else const(kind == z3.Z3_OP_AND, BOOL)
    for name, row in BY_KIND.items():
        if getattr(z3, name, None) == kind:
            op = "-" if row.name == "neg" else row.name
            return apply(op, *args, indices=tuple(declaration.params()[: row.indices]))
    message = f"operator {declaration.name()} of Z3 is not in the operator table"
    raise ComponentError("unknown-operator", message, where)


def _power(base: Term, exponent: Term, where: str) -> Term:
    power = exponent.indices[0] if exponent.op == "const" else None
    if power is None or power != int(power) or not 1 <= power <= 64:
        message = "a power needs a literal exponent from 1 to 64"
        raise ComponentError("unknown-operator", message, where)
    return base if power == 1 else apply("*", *[base] * int(power))


def prove(goal: Term, assumptions: Iterable[Term] = (), *, timeout_s: float = TIMEOUT_S) -> Answer:
    """Whether `goal` holds wherever the assumptions do, for all values of the variables."""
    import z3

    hypotheses = list(assumptions)
    solver = z3.Solver()
    solver.set("timeout", max(1, int(timeout_s * 1000)))
    expressions = to_z3([*hypotheses, goal])
    solver.add(*expressions[:-1], z3.Not(expressions[-1]))
    result = solver.check()
    if result == z3.unsat:
        return Proof()
    if result == z3.unknown:
        return Unknown(f"z3: {solver.reason_unknown()}")
    model = solver.model()
    values: dict[str, Value] = {}
    for name, sort in variables([*hypotheses, goal]).items():
        found = model.eval(z3.Const(name, z3_sort(sort)), model_completion=True)
        value = _model_value(found, sort)
        if value is None:
            return Unknown(f"the counterexample's {name} = {found} is not a rational value")
        values[name] = value
    return confirm(goal, hypotheses, values)


def confirm(goal: Term, hypotheses: list[Term], values: Mapping[str, Value]) -> Answer:
    """A claimed counterexample after exact evaluation; `Unknown` when it does not hold up.

    Z3 may choose any value for a division by zero, so that its counterexample need not be one of
    ours; such an answer says nothing.
    """
    if evaluate(conjunction(hypotheses), values) is True and evaluate(goal, values) is False:
        return Counterexample(values)
    return Unknown("the counterexample depends on a division by zero")


def _model_value(expr: Any, sort: Sort) -> Value | None:
    import z3

    if sort.kind == "Array":
        try:
            return _array_value(from_z3(expr))
        except (ComponentError, z3.Z3Exception):
            return None
    if sort.kind == "Bool":
        return bool(z3.is_true(expr))
    if sort.kind == "Real":
        if not z3.is_rational_value(expr):
            return None
        return Fraction(expr.numerator_as_long(), expr.denominator_as_long())
    if not (z3.is_int_value(expr) or z3.is_bv_value(expr)):
        return None if expr.sort() == z3_sort(sort) else default_value(sort)
    return int(expr.as_long())


def _array_value(term: Term) -> Value | None:
    stores = []
    while term.op == "store" and all(arg.op == "const" for arg in term.args[1:]):
        stores.append((term.args[1].indices[0], term.args[2].indices[0]))
        term = term.args[0]
    if term.op != "const":
        return None
    value = term.indices[0]
    for key, entry in reversed(stores):
        value = value.store(key, entry, index_count(term.sort))
    return value  # type: ignore[no-any-return]
