"""THE table of operators: the only place that says what an operator means.

A row (`Operator`) gives an operator's SMT-LIB name and four columns that must agree:

- `rule`: the sort of the result from the indices and the argument sorts, or an error;
- `python`: exact Python, as a template of source text (see `theory.kernel.language.terms.compile_terms`); the
  functions it calls are in `theory.kernel.language.arithmetic`;
- `array`: array code over int64, uint64 and bool arrays, as a template; the names it calls
  (`iadd`, `ite`, ...) are supplied by `solvers.kernels`, once for NumPy and once for Numba;
- `z3`: builds the Z3 expression; `kinds` are the Z3 declaration kinds that are read back as it.

Templates see `{0}`, `{1}` for the arguments, `{w}`, `{mask}`, `{sign}` for the width of the first
argument, its all-ones word and its sign bit, `{u}` for the width of the second argument, `{n}` for
the number of indices of an array (0: infinitely many), and `{i}`, `{j}` for the operator's own
indices. `latex` uses the same fields.

Division by zero: SMT-LIB leaves x / 0, (div x 0) and (mod x 0) free, so a component may only
divide by what is proved non-zero where it matters (`theory.kernel.components.component_sets`). The evaluator gives 0
there, a value that no validated component can let through. Bit-vector division is total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from theory.kernel.errors import ComponentError
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, array, bitvec

Rule = Callable[[tuple[int, ...], tuple[Sort, ...]], Sort | None]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table; see the module's paragraph for the columns."""

    name: str
    rule: Rule
    python: str
    array: str
    z3: Callable[..., Any]
    kinds: tuple[str, ...]
    latex: str
    precedence: int = 9  # of the LaTeX form: arguments that bind less are put in parentheses
    variadic: bool = False  # takes two or more arguments, folded from the left
    indices: int = 0


# Sort rules: None means that the arguments do not fit.


def _all(sort: Sort, result: Sort | None = None) -> Rule:
    def rule(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        return (result or sort) if all(s == sort for s in sorts) else None

    return rule


def _numeric(result: Sort | None = None) -> Rule:
    def rule(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        same = sorts[0].kind in ("Int", "Real") and all(s == sorts[0] for s in sorts)
        return (result or sorts[0]) if same else None

    return rule


def _words(result: Sort | None = None) -> Rule:
    def rule(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        same = sorts[0].kind == "BitVec" and all(s == sorts[0] for s in sorts)
        return (result or sorts[0]) if same else None

    return rule


def _equal(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    return BOOL if sorts[0] == sorts[1] else None


def _ite(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    return sorts[1] if sorts[0] == BOOL and sorts[1] == sorts[2] else None


def _resized(width: Callable[[tuple[int, ...], tuple[Sort, ...]], int]) -> Rule:
    def rule(indices: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        if any(s.kind != "BitVec" for s in sorts):
            return None
        bits = width(indices, sorts)
        return bitvec(bits) if bits >= 1 else None

    return rule


def _extract_width(indices: tuple[int, ...], sorts: tuple[Sort, ...]) -> int:
    high, low = indices
    return high - low + 1 if 0 <= low <= high < sorts[0].width else 0


def _select(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    a = sorts[0]
    return a.parts[1] if a.kind == "Array" and a.parts[0] == sorts[1] else None


def _store(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    return sorts[0] if sorts[0] == array(sorts[1], sorts[2]) else None


def _row(
    name: str,
    rule: Rule,
    python: str,
    array_code: str,
    z3: Callable[..., Any],
    kinds: str,
    latex: str,
    precedence: int = 9,
    **more: Any,
) -> Operator:
    names = tuple(f"Z3_OP_{kind}" for kind in kinds.split())
    return Operator(name, rule, python, array_code, z3, names, latex, precedence, **more)


def _compare(name: str, kind: str, latex: str) -> Operator:
    def build(_: Any, a: Any, b: Any) -> Any:
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[name]

    code = f"({{0}} {name} {{1}})"
    return _row(name, _numeric(BOOL), code, code, build, kind, latex, 4)


def _bv_compare(name: str, sign: str, kind: str, build: Callable[..., Any], latex: str) -> Operator:
    symbol = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[name[-2:]]
    if name[2] == "u":
        python = code = f"({{0}} {symbol} {{1}})"
    else:
        python = f"(({{0}} ^ {{sign}}) {symbol} ({{1}} ^ {{sign}}))"
        code = f"(({{0}} ^ U({{sign}})) {symbol} ({{1}} ^ U({{sign}})))"
    return _row(
        name, _words(BOOL), python, code, build, kind, f"{{0}} {latex}_{{{{{sign}}}}} {{1}}", 4
    )


def _bv(
    name: str, python: str, code: str, build: Callable[..., Any], kind: str, latex: str
) -> Operator:
    return _row(name, _words(), python, code, build, kind, latex, 6)


_ROWS = (
    # Core
    _row("not", _all(BOOL), "(not {0})", "lnot({0})", lambda z, a: z.Not(a), "NOT", r"\lnot {0}",
        8),
    _row("and", _all(BOOL), "({0} and {1})", "({0} & {1})", lambda z, a, b: z.And(a, b), "AND",
         r"{0} \land {1}", 3, variadic=True),
    _row("or", _all(BOOL), "({0} or {1})", "({0} | {1})", lambda z, a, b: z.Or(a, b), "OR",
         r"{0} \lor {1}", 2, variadic=True),
    _row("xor", _all(BOOL), "({0} != {1})", "({0} ^ {1})", lambda z, a, b: z.Xor(a, b), "XOR",
         r"{0} \oplus {1}", 3),
    _row("=>", _all(BOOL), "(not {0} or {1})", "(lnot({0}) | {1})",
         lambda z, a, b: z.Implies(a, b), "IMPLIES", r"{0} \Rightarrow {1}", 1),
    _row("=", _equal, "({0} == {1})", "equal({0}, {1})", lambda z, a, b: a == b, "EQ IFF",
         "{0} = {1}", 4),
    _row("ite", _ite, "({1} if {0} else {2})", "ite({0}, {1}, {2})",
         lambda z, c, a, b: z.If(c, a, b), "ITE",
         r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}"),
    # Integers and rationals
    _row("+", _numeric(), "({0} + {1})", "iadd({0}, {1}, flags)", lambda z, a, b: a + b, "ADD",
         "{0} + {1}", 5, variadic=True),
    _row("-", _numeric(), "({0} - {1})", "isub({0}, {1}, flags)", lambda z, a, b: a - b, "SUB",
         "{0} - {1}", 5),
    _row("neg", _numeric(), "(-{0})", "ineg({0}, flags)", lambda z, a: -a, "UMINUS", "-{0}", 7),
    _row("*", _numeric(), "product({0}, {1})", "imul({0}, {1}, flags)", lambda z, a, b: a * b,
         "MUL",
         r"{0} \cdot {1}", 6, variadic=True),
    _row("abs", _all(INT), "abs({0})", "iabs({0}, flags)", lambda z, a: z.If(a >= 0, a, -a), "ABS",
         r"\left|{0}\right|"),
    _row("div", _all(INT), "div({0}, {1})", "idiv({0}, {1}, flags)", lambda z, a, b: a / b, "IDIV",
         r"{0} \operatorname{{div}} {1}", 6),
    _row("mod", _all(INT), "mod({0}, {1})", "imod({0}, {1}, flags)", lambda z, a, b: a % b, "MOD",
         r"{0} \bmod {1}", 6),
    _row("/", _all(REAL), "quotient({0}, {1})", "rdiv({0}, {1}, flags)", lambda z, a, b: a / b,
         "DIV", r"\frac{{{0}}}{{{1}}}"),
    _row("to_real", _all(INT, REAL), "Fraction({0})", "toreal({0}, flags)",
         lambda z, a: z.ToReal(a), "TO_REAL", "{0}"),
    _row("to_int", _all(REAL, INT), "({0}.numerator // {0}.denominator)", "rfloor({0}, flags)",
         lambda z, a: z.ToInt(a), "TO_INT", r"\lfloor {0} \rfloor"),
    _row("is_int", _all(REAL, BOOL), "({0}.denominator == 1)", "isint({0}, flags)",
         lambda z, a: z.IsInt(a), "IS_INT", r"{0} \in \mathbb{{Z}}", 4),
    _compare("<", "LT", "{0} < {1}"),
    _compare("<=", "LE", r"{0} \le {1}"),
    _compare(">", "GT", "{0} > {1}"),
    _compare(">=", "GE", r"{0} \ge {1}"),
    # Bit vectors
    _bv("bvnot", "({0} ^ {mask})", "({0} ^ U({mask}))", lambda z, a: ~a, "BNOT",
        r"\mathord{{\sim}} {0}"),
    _bv("bvneg", "(-{0} & {mask})", "((U(0) - {0}) & U({mask}))", lambda z, a: -a, "BNEG", "-{0}"),
    _bv("bvand", "({0} & {1})", "({0} & {1})", lambda z, a, b: a & b, "BAND",
        r"{0} \mathbin{{\&}} {1}"),
    _bv("bvor", "({0} | {1})", "({0} | {1})", lambda z, a, b: a | b, "BOR", r"{0} \mid {1}"),
    _bv("bvxor", "({0} ^ {1})", "({0} ^ {1})", lambda z, a, b: a ^ b, "BXOR", r"{0} \oplus {1}"),
    _bv("bvnand", "(({0} & {1}) ^ {mask})", "(({0} & {1}) ^ U({mask}))", lambda z, a, b: ~(a & b),
        "BNAND", r"{0} \mathbin{{\uparrow}} {1}"),
    _bv("bvnor", "(({0} | {1}) ^ {mask})", "(({0} | {1}) ^ U({mask}))", lambda z, a, b: ~(a | b),
        "BNOR", r"{0} \mathbin{{\downarrow}} {1}"),
    _bv("bvxnor", "({0} ^ {1} ^ {mask})", "({0} ^ {1} ^ U({mask}))", lambda z, a, b: ~(a ^ b),
        "BXNOR", r"{0} \odot {1}"),
    _bv("bvadd", "(({0} + {1}) & {mask})", "(({0} + {1}) & U({mask}))", lambda z, a, b: a + b,
        "BADD", "{0} + {1}"),
    _bv("bvsub", "(({0} - {1}) & {mask})", "(({0} - {1}) & U({mask}))", lambda z, a, b: a - b,
        "BSUB", "{0} - {1}"),
    _bv("bvmul", "(({0} * {1}) & {mask})", "(({0} * {1}) & U({mask}))", lambda z, a, b: a * b,
        "BMUL", r"{0} \cdot {1}"),
    _bv("bvudiv", "({0} // {1} if {1} else {mask})", "udiv({0}, {1}, U({mask}))",
        lambda z, a, b: z.UDiv(a, b), "BUDIV BUDIV_I", r"{0} \mathbin{{/_u}} {1}"),
    _bv("bvurem", "({0} % {1} if {1} else {0})", "urem({0}, {1})",
        lambda z, a, b: z.URem(a, b), "BUREM BUREM_I", r"{0} \mathbin{{\%_u}} {1}"),
    _bv("bvsdiv", "bvsdiv({0}, {1}, {sign}, {mask})", "sdiv({0}, {1}, U({sign}), U({mask}))",
        lambda z, a, b: a / b, "BSDIV BSDIV_I", r"{0} \mathbin{{/_s}} {1}"),
    _bv("bvsrem", "bvsrem({0}, {1}, {sign}, {mask})", "srem({0}, {1}, U({sign}), U({mask}))",
        lambda z, a, b: z.SRem(a, b), "BSREM BSREM_I", r"{0} \mathbin{{\%_s}} {1}"),
    _bv("bvsmod", "bvsmod({0}, {1}, {sign}, {mask})", "smod({0}, {1}, U({sign}), U({mask}))",
        lambda z, a, b: a % b, "BSMOD BSMOD_I", r"{0} \bmod {1}"),
    _bv("bvshl", "(({0} << {1}) & {mask} if {1} < {w} else 0)", "shl({0}, {1}, {w}, U({mask}))",
        lambda z, a, b: a << b, "BSHL", r"{0} \ll {1}"),
    _bv("bvlshr", "({0} >> {1} if {1} < {w} else 0)", "lshr({0}, {1}, {w})",
        lambda z, a, b: z.LShR(a, b), "BLSHR", r"{0} \gg_u {1}"),
    _bv("bvashr", "((signed({0}, {sign}) >> min({1}, {w})) & {mask})",
        "ashr({0}, {1}, {w}, U({sign}), U({mask}))", lambda z, a, b: a >> b, "BASHR",
        r"{0} \gg_s {1}"),
    _bv_compare("bvult", "u", "ULT", lambda z, a, b: z.ULT(a, b), "<"),
    _bv_compare("bvule", "u", "ULEQ", lambda z, a, b: z.ULE(a, b), r"\le"),
    _bv_compare("bvugt", "u", "UGT", lambda z, a, b: z.UGT(a, b), ">"),
    _bv_compare("bvuge", "u", "UGEQ", lambda z, a, b: z.UGE(a, b), r"\ge"),
    _bv_compare("bvslt", "s", "SLT", lambda z, a, b: a < b, "<"),
    _bv_compare("bvsle", "s", "SLEQ", lambda z, a, b: a <= b, r"\le"),
    _bv_compare("bvsgt", "s", "SGT", lambda z, a, b: a > b, ">"),
    _bv_compare("bvsge", "s", "SGEQ", lambda z, a, b: a >= b, r"\ge"),
    _row("bvcomp", _words(bitvec(1)), "int({0} == {1})", "ite(equal({0}, {1}), U(1), U(0))",
         lambda z, a, b: z.If(a == b, z.BitVecVal(1, 1), z.BitVecVal(0, 1)), "BCOMP",
         r"[{0} = {1}]"),
    _row("concat", _resized(lambda i, s: s[0].width + s[1].width), "({0} << {u} | {1})",
         "(({0} << U({u})) | {1})", lambda z, a, b: z.Concat(a, b), "CONCAT",
         r"{0} \mathbin{{\Vert}} {1}", 6),
    _row("extract", _resized(_extract_width), "({0} >> {j} & ((2 << {i} - {j}) - 1))",
         "(({0} >> U({j})) & U((2 << {i} - {j}) - 1))", lambda z, a, i, j: z.Extract(i, j, a),
         "EXTRACT", r"{0}[{i}{{:}}{j}]", 8, indices=2),
    _row("zero_extend", _resized(lambda i, s: s[0].width + i[0] if i[0] >= 0 else 0), "{0}", "{0}",
         lambda z, a, n: z.ZeroExt(n, a), "ZERO_EXT", r"\operatorname{{zext}}_{{{i}}}({0})",
         indices=1),
    _row("sign_extend", _resized(lambda i, s: s[0].width + i[0] if i[0] >= 0 else 0),
         "(signed({0}, {sign}) & ((1 << {w} + {i}) - 1))",
         "((({0} ^ U({sign})) - U({sign})) & U((1 << {w} + {i}) - 1))",
         lambda z, a, n: z.SignExt(n, a), "SIGN_EXT", r"\operatorname{{sext}}_{{{i}}}({0})",
         indices=1),
    _row("rotate_left", _resized(lambda i, s: s[0].width if i[0] >= 0 else 0),
         "(({0} << {i} % {w} | {0} >> {w} - {i} % {w}) & {mask})",
         "(shl({0}, U({i} % {w}), {w}, U({mask})) | lshr({0}, U({w} - {i} % {w}), {w}))",
         lambda z, a, n: z.RotateLeft(a, n % a.size()), "ROTATE_LEFT", r"{0} \lll {i}", 6,
         indices=1),
    _row("rotate_right", _resized(lambda i, s: s[0].width if i[0] >= 0 else 0),
         "(({0} >> {i} % {w} | {0} << {w} - {i} % {w}) & {mask})",
         "(lshr({0}, U({i} % {w}), {w}) | shl({0}, U({w} - {i} % {w}), {w}, U({mask})))",
         lambda z, a, n: z.RotateRight(a, n % a.size()), "ROTATE_RIGHT", r"{0} \ggg {i}", 6,
         indices=1),
    _row("repeat", _resized(lambda i, s: s[0].width * i[0] if i[0] >= 1 else 0),
         "repeat({0}, {w}, {i})", "brepeat({0}, {w}, {i})", lambda z, a, n: z.RepeatBitVec(n, a),
         "REPEAT", r"{0}^{{{i}}}", 8, indices=1),
    # Arrays
    _row("select", _select, "{0}.select({1})", "aselect({0}, {1})", lambda z, a, i: z.Select(a, i),
         "SELECT", "{0}[{1}]"),
    _row("store", _store, "{0}.store({1}, {2}, {n})", "astore({0}, {1}, {2}, {n})",
         lambda z, a, i, v: z.Store(a, i, v), "STORE", r"{0}[{1} \mapsto {2}]"),
)  # fmt: skip

OPERATORS: dict[str, Operator] = {row.name: row for row in _ROWS}

BY_KIND: dict[str, Operator] = {kind: row for row in _ROWS for kind in row.kinds}


def result_sort(name: str, indices: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort:
    """The sort of an application.

    Raises:
        ComponentError: `unknown-operator`, `wrong-arity` or `wrong-sort`.
    """
    row = OPERATORS.get(name)
    if row is None:
        raise ComponentError("unknown-operator", f"unknown operator {name!r}")
    arity = ARITY[name]
    if len(sorts) != arity and not (row.variadic and len(sorts) >= 2):
        message = f"operator {name} takes {arity} argument(s), not {len(sorts)}"
        raise ComponentError("wrong-arity", message)
    if len(indices) != row.indices:
        message = f"operator {name} takes {row.indices} index(es), not {len(indices)}"
        raise ComponentError("wrong-arity", message)
    sort = row.rule(indices, sorts)
    if sort is None:
        given = " ".join(map(str, sorts))
        index = f" with indices {indices}" if indices else ""
        raise ComponentError("wrong-sort", f"operator {name}{index} does not take ({given})")
    return sort


def _count_arguments(template: str) -> int:
    return 1 + max(int(k) for k in "012" if f"{{{k}}}" in template)


ARITY: dict[str, int] = {row.name: _count_arguments(row.python) for row in _ROWS}
