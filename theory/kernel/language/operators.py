"""THE table of operators: the only place that says what an operator means.

A row (`Operator`) gives an operator's SMT-LIB name, the sort of its result, and its exact value as
a Python function. Solvers are given SMT-LIB text, so the name says what they should compute; a
differential test holds both against each other. Code in other forms (Z3 expressions, arrays, LaTeX)
is made outside the kernel, by tables with the same names.

Division by zero: SMT-LIB leaves x / 0, (div x 0) and (mod x 0) free, so a component may only
divide by what is proved non-zero where it matters (`theory.kernel.components.partiality`). The
value here is 0, which no validated component can let through. Bit-vector division is total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.kernel.errors import ComponentError, NumberTooLargeError
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, array, bitvec

MAX_BITS = 100_000  # longest product that evaluation makes, in bits

Number = int | Fraction
Rule = Callable[[tuple[int, ...], tuple[Sort, ...]], Sort | None]


@dataclass(frozen=True, slots=True)
class At:
    """Where an operator stands: what its value may depend on besides its arguments.

    Attributes:
        width, mask, sign: of a first argument that is a bit vector; all-ones and its sign bit.
        second: the width of a second argument that is a bit vector.
        indices: the operator's own.
        count: the number of indices of an array result; 0 for infinitely many.
    """

    width: int = 0
    mask: int = 0
    sign: int = 0
    second: int = 0
    indices: tuple[int, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table.

    Attributes:
        rule: the sort of the result from the indices and the argument sorts; None: they do not fit.
        value: the exact value of the arguments; with `sized`, it takes an `At` before them.
        variadic: takes two or more arguments, folded from the left.
        indices: how many it has.
    """

    name: str
    arity: int
    rule: Rule
    value: Callable[..., Any]
    sized: bool = False
    variadic: bool = False
    indices: int = 0


def _all(sort: Sort, result: Sort | None = None) -> Rule:
    return lambda _, sorts: (result or sort) if all(s == sort for s in sorts) else None


def _same(kinds: tuple[str, ...], result: Sort | None = None) -> Rule:
    def rule(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        same = sorts[0].kind in kinds and all(s == sorts[0] for s in sorts)
        return (result or sorts[0]) if same else None

    return rule


def _resized(width: Callable[[tuple[int, ...], tuple[Sort, ...]], int]) -> Rule:
    def rule(indices: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
        if any(s.kind != "BitVec" for s in sorts) or min(indices, default=0) < 0:
            return None
        bits = width(indices, sorts)
        return bitvec(bits) if bits >= 1 else None

    return rule


def _select(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    a = sorts[0]
    return a.parts[1] if a.kind == "Array" and a.parts[0] == sorts[1] else None


def _store(_: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort | None:
    return sorts[0] if sorts[0] == array(sorts[1], sorts[2]) else None


# Exact arithmetic where Python's own is not SMT-LIB's, or has no end.


def _div(a: int, b: int) -> int:
    """The quotient whose remainder is in 0 .. |b| - 1; 0 where b is 0."""
    if b == 0:
        return 0
    return a // b if b > 0 else -(a // -b)


def _product(a: Number, b: Number) -> Number:
    _limit(a, b)
    return a * b


def _quotient(a: Fraction, b: Fraction) -> Fraction:
    _limit(a, b)
    return a / b if b else Fraction(0)


def _limit(a: Number, b: Number) -> None:
    """Repeated squaring doubles a number's length: without a limit, forty steps fill any memory."""
    for x, y in ((a.numerator, b.numerator), (a.denominator, b.denominator)):
        if x.bit_length() + y.bit_length() > MAX_BITS:
            message = f"a product has more than {MAX_BITS} bits"
            raise NumberTooLargeError("too-large", message)


def _signed(at: At, a: int) -> int:
    return (a ^ at.sign) - at.sign


def _bvsdiv(at: At, a: int, b: int) -> int:
    x, y = _signed(at, a), _signed(at, b)
    if y == 0:
        return 1 if x < 0 else at.mask
    q = abs(x) // abs(y)
    return (q if (x < 0) == (y < 0) else -q) & at.mask


def _bvsrem(at: At, a: int, b: int) -> int:
    x, y = _signed(at, a), _signed(at, b)
    if y == 0:
        return a
    r = abs(x) % abs(y)
    return (r if x >= 0 else -r) & at.mask


def _bvsmod(at: At, a: int, b: int) -> int:
    x, y = _signed(at, a), _signed(at, b)
    return a if y == 0 else (x % y) & at.mask


def _extract(at: At, a: int) -> int:
    high, low = at.indices
    return a >> low & ((1 << (high - low + 1)) - 1)


def _rotate_left(at: At, a: int, by: int) -> int:
    by %= at.width
    return (a << by | a >> (at.width - by)) & at.mask


def _repeat(at: At, a: int) -> int:
    result = 0
    for _ in range(at.indices[0]):
        result = result << at.width | a
    return result


_NUMBERS, _WORDS, _NUMERIC = ("Int", "Real"), _same(("BitVec",)), _same(("Int", "Real"))
_COMPARE, _BV_COMPARE = _same(_NUMBERS, BOOL), _same(("BitVec",), BOOL)
_SAME_WIDTH = _resized(lambda i, s: s[0].width)
_WIDER = _resized(lambda i, s: s[0].width + i[0])


def _word(name: str, value: Callable[..., Any], arity: int = 2) -> Operator:
    return Operator(name, arity, _WORDS, value, sized=True)


def _signed_compare(name: str, value: Callable[[int, int], bool]) -> Operator:
    return Operator(
        name, 2, _BV_COMPARE, lambda at, a, b: value(a ^ at.sign, b ^ at.sign), sized=True
    )


_ROWS = (
    # Core
    Operator("not", 1, _all(BOOL), lambda a: not a),
    Operator("and", 2, _all(BOOL), lambda a, b: a and b, variadic=True),
    Operator("or", 2, _all(BOOL), lambda a, b: a or b, variadic=True),
    Operator("xor", 2, _all(BOOL), lambda a, b: a != b),
    Operator("=>", 2, _all(BOOL), lambda a, b: not a or b),
    Operator("=", 2, lambda _, s: BOOL if s[0] == s[1] else None, lambda a, b: a == b),
    Operator("ite", 3, lambda _, s: s[1] if s[0] == BOOL and s[1] == s[2] else None,
             lambda c, a, b: a if c else b),
    # Integers and rationals
    Operator("+", 2, _NUMERIC, lambda a, b: a + b, variadic=True),
    Operator("-", 2, _NUMERIC, lambda a, b: a - b),
    Operator("neg", 1, _NUMERIC, lambda a: -a),
    Operator("*", 2, _NUMERIC, _product, variadic=True),
    Operator("abs", 1, _all(INT), abs),
    Operator("div", 2, _all(INT), _div),
    Operator("mod", 2, _all(INT), lambda a, b: a % abs(b) if b else 0),
    Operator("/", 2, _all(REAL), _quotient),
    Operator("to_real", 1, _all(INT, REAL), Fraction),
    Operator("to_int", 1, _all(REAL, INT), lambda a: a.numerator // a.denominator),
    Operator("is_int", 1, _all(REAL, BOOL), lambda a: a.denominator == 1),
    Operator("<", 2, _COMPARE, lambda a, b: a < b),
    Operator("<=", 2, _COMPARE, lambda a, b: a <= b),
    Operator(">", 2, _COMPARE, lambda a, b: a > b),
    Operator(">=", 2, _COMPARE, lambda a, b: a >= b),
    # Bit vectors
    _word("bvnot", lambda at, a: a ^ at.mask, 1),
    _word("bvneg", lambda at, a: -a & at.mask, 1),
    Operator("bvand", 2, _WORDS, lambda a, b: a & b),
    Operator("bvor", 2, _WORDS, lambda a, b: a | b),
    Operator("bvxor", 2, _WORDS, lambda a, b: a ^ b),
    _word("bvnand", lambda at, a, b: a & b ^ at.mask),
    _word("bvnor", lambda at, a, b: (a | b) ^ at.mask),
    _word("bvxnor", lambda at, a, b: a ^ b ^ at.mask),
    _word("bvadd", lambda at, a, b: a + b & at.mask),
    _word("bvsub", lambda at, a, b: a - b & at.mask),
    _word("bvmul", lambda at, a, b: a * b & at.mask),
    _word("bvudiv", lambda at, a, b: a // b if b else at.mask),
    _word("bvurem", lambda at, a, b: a % b if b else a),
    _word("bvsdiv", _bvsdiv),
    _word("bvsrem", _bvsrem),
    _word("bvsmod", _bvsmod),
    _word("bvshl", lambda at, a, b: a << b & at.mask if b < at.width else 0),
    _word("bvlshr", lambda at, a, b: a >> b if b < at.width else 0),
    _word("bvashr", lambda at, a, b: _signed(at, a) >> min(b, at.width) & at.mask),
    Operator("bvult", 2, _BV_COMPARE, lambda a, b: a < b),
    Operator("bvule", 2, _BV_COMPARE, lambda a, b: a <= b),
    Operator("bvugt", 2, _BV_COMPARE, lambda a, b: a > b),
    Operator("bvuge", 2, _BV_COMPARE, lambda a, b: a >= b),
    _signed_compare("bvslt", lambda a, b: a < b),
    _signed_compare("bvsle", lambda a, b: a <= b),
    _signed_compare("bvsgt", lambda a, b: a > b),
    _signed_compare("bvsge", lambda a, b: a >= b),
    Operator("bvcomp", 2, _same(("BitVec",), bitvec(1)), lambda a, b: int(a == b)),
    Operator("concat", 2, _resized(lambda i, s: s[0].width + s[1].width),
             lambda at, a, b: a << at.second | b, sized=True),
    Operator("extract", 1,
             _resized(lambda i, s: i[0] - i[1] + 1 if i[1] <= i[0] < s[0].width else 0),
             _extract, sized=True, indices=2),
    Operator("zero_extend", 1, _WIDER, lambda a: a, indices=1),
    Operator("sign_extend", 1, _WIDER,
             lambda at, a: _signed(at, a) & ((1 << at.width + at.indices[0]) - 1),
             sized=True, indices=1),
    Operator("rotate_left", 1, _SAME_WIDTH,
             lambda at, a: _rotate_left(at, a, at.indices[0]), sized=True, indices=1),
    Operator("rotate_right", 1, _SAME_WIDTH,
             lambda at, a: _rotate_left(at, a, -at.indices[0]), sized=True, indices=1),
    Operator("repeat", 1, _resized(lambda i, s: s[0].width * i[0]), _repeat, sized=True, indices=1),
    # Arrays
    Operator("select", 2, _select, lambda a, index: a.select(index)),
    Operator("store", 3, _store, lambda at, a, index, item: a.store(index, item, at.count),
             sized=True),
)  # fmt: skip

OPERATORS: dict[str, Operator] = {row.name: row for row in _ROWS}


def result_sort(name: str, indices: tuple[int, ...], sorts: tuple[Sort, ...]) -> Sort:
    """The sort of an application.

    Raises:
        ComponentError: `unknown-operator`, `wrong-arity` or `wrong-sort`.
    """
    row = OPERATORS.get(name)
    if row is None:
        raise ComponentError("unknown-operator", f"unknown operator {name!r}")
    if len(sorts) != row.arity and not (row.variadic and len(sorts) >= 2):
        message = f"operator {name} takes {row.arity} argument(s), not {len(sorts)}"
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
