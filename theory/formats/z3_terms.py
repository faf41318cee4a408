"""Terms to and from Z3 expressions, for Python callers and for searches.

- `to_z3`, `from_z3`: translation, by a table with a row for each operator. `from_z3` reads what
  Python callers write and refuses a declaration it does not know.

The kernel does not use this: it gives solvers text (`theory.kernel.language.proving`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.kernel.errors import ComponentError
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, Value, array, bitvec
from theory.kernel.language.terms import Term, apply, const, nodes, var


@dataclass(frozen=True, slots=True)
class Z3Form:
    """The Z3 declaration kinds that are read back as an operator, and what builds one."""

    kinds: str
    build: Callable[..., Any]


FORMS: dict[str, Z3Form] = {
    "not": Z3Form("NOT", lambda z, a: z.Not(a)),
    "and": Z3Form("AND", lambda z, a, b: z.And(a, b)),
    "or": Z3Form("OR", lambda z, a, b: z.Or(a, b)),
    "xor": Z3Form("XOR", lambda z, a, b: z.Xor(a, b)),
    "=>": Z3Form("IMPLIES", lambda z, a, b: z.Implies(a, b)),
    "=": Z3Form("EQ IFF", lambda z, a, b: a == b),
    "ite": Z3Form("ITE", lambda z, c, a, b: z.If(c, a, b)),
    "+": Z3Form("ADD", lambda z, a, b: a + b),
    "-": Z3Form("SUB", lambda z, a, b: a - b),
    "neg": Z3Form("UMINUS", lambda z, a: -a),
    "*": Z3Form("MUL", lambda z, a, b: a * b),
    "abs": Z3Form("ABS", lambda z, a: z.If(a >= 0, a, -a)),
    "div": Z3Form("IDIV", lambda z, a, b: a / b),
    "mod": Z3Form("MOD", lambda z, a, b: a % b),
    "/": Z3Form("DIV", lambda z, a, b: a / b),
    "to_real": Z3Form("TO_REAL", lambda z, a: z.ToReal(a)),
    "to_int": Z3Form("TO_INT", lambda z, a: z.ToInt(a)),
    "is_int": Z3Form("IS_INT", lambda z, a: z.IsInt(a)),
    "<": Z3Form("LT", lambda z, a, b: a < b),
    "<=": Z3Form("LE", lambda z, a, b: a <= b),
    ">": Z3Form("GT", lambda z, a, b: a > b),
    ">=": Z3Form("GE", lambda z, a, b: a >= b),
    "bvnot": Z3Form("BNOT", lambda z, a: ~a),
    "bvneg": Z3Form("BNEG", lambda z, a: -a),
    "bvand": Z3Form("BAND", lambda z, a, b: a & b),
    "bvor": Z3Form("BOR", lambda z, a, b: a | b),
    "bvxor": Z3Form("BXOR", lambda z, a, b: a ^ b),
    "bvnand": Z3Form("BNAND", lambda z, a, b: ~(a & b)),
    "bvnor": Z3Form("BNOR", lambda z, a, b: ~(a | b)),
    "bvxnor": Z3Form("BXNOR", lambda z, a, b: ~(a ^ b)),
    "bvadd": Z3Form("BADD", lambda z, a, b: a + b),
    "bvsub": Z3Form("BSUB", lambda z, a, b: a - b),
    "bvmul": Z3Form("BMUL", lambda z, a, b: a * b),
    "bvudiv": Z3Form("BUDIV BUDIV_I", lambda z, a, b: z.UDiv(a, b)),
    "bvurem": Z3Form("BUREM BUREM_I", lambda z, a, b: z.URem(a, b)),
    "bvsdiv": Z3Form("BSDIV BSDIV_I", lambda z, a, b: a / b),
    "bvsrem": Z3Form("BSREM BSREM_I", lambda z, a, b: z.SRem(a, b)),
    "bvsmod": Z3Form("BSMOD BSMOD_I", lambda z, a, b: a % b),
    "bvshl": Z3Form("BSHL", lambda z, a, b: a << b),
    "bvlshr": Z3Form("BLSHR", lambda z, a, b: z.LShR(a, b)),
    "bvashr": Z3Form("BASHR", lambda z, a, b: a >> b),
    "bvult": Z3Form("ULT", lambda z, a, b: z.ULT(a, b)),
    "bvule": Z3Form("ULEQ", lambda z, a, b: z.ULE(a, b)),
    "bvugt": Z3Form("UGT", lambda z, a, b: z.UGT(a, b)),
    "bvuge": Z3Form("UGEQ", lambda z, a, b: z.UGE(a, b)),
    "bvslt": Z3Form("SLT", lambda z, a, b: a < b),
    "bvsle": Z3Form("SLEQ", lambda z, a, b: a <= b),
    "bvsgt": Z3Form("SGT", lambda z, a, b: a > b),
    "bvsge": Z3Form("SGEQ", lambda z, a, b: a >= b),
    "bvcomp": Z3Form("BCOMP", lambda z, a, b: z.If(a == b, z.BitVecVal(1, 1), z.BitVecVal(0, 1))),
    "concat": Z3Form("CONCAT", lambda z, a, b: z.Concat(a, b)),
    "extract": Z3Form("EXTRACT", lambda z, a, i, j: z.Extract(i, j, a)),
    "zero_extend": Z3Form("ZERO_EXT", lambda z, a, n: z.ZeroExt(n, a)),
    "sign_extend": Z3Form("SIGN_EXT", lambda z, a, n: z.SignExt(n, a)),
    "rotate_left": Z3Form("ROTATE_LEFT", lambda z, a, n: z.RotateLeft(a, n % a.size())),
    "rotate_right": Z3Form("ROTATE_RIGHT", lambda z, a, n: z.RotateRight(a, n % a.size())),
    "repeat": Z3Form("REPEAT", lambda z, a, n: z.RepeatBitVec(n, a)),
    "select": Z3Form("SELECT", lambda z, a, i: z.Select(a, i)),
    "store": Z3Form("STORE", lambda z, a, i, v: z.Store(a, i, v)),
}

BY_KIND = {f"Z3_OP_{kind}": name for name, form in FORMS.items() for kind in form.kinds.split()}


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
            build = FORMS[node.op].build
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
    for name, op in BY_KIND.items():
        if getattr(z3, name, None) == kind:
            indices = tuple(declaration.params()[: OPERATORS[op].indices])
            return apply("-" if op == "neg" else op, *args, indices=indices)
    message = f"operator {declaration.name()} of Z3 is not in the operator table"
    raise ComponentError("unknown-operator", message, where)


def _power(base: Term, exponent: Term, where: str) -> Term:
    power = exponent.indices[0] if exponent.op == "const" else None
    if power is None or power != int(power) or not 1 <= power <= 64:
        message = "a power needs a literal exponent from 1 to 64"
        raise ComponentError("unknown-operator", message, where)
    return base if power == 1 else apply("*", *[base] * int(power))
