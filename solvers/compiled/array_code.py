"""Terms as array code: the NumPy tier.

`array_function` turns terms into one function over arrays, by the `array` column of the operator
table. It comes in two number systems:

- *machine*: Int as int64, bit vectors of up to 64 bits as uint64, Bool as bool. An overflow sets
  `flags[0]`; the caller then repeats the work exactly, so that a wrapped value is never used.
- *exact*: object arrays of Python values, for all sorts. Slow, never wrong.

The Numba tier, for hot loops over many sequences, is `solvers.compiled.generated`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.exact_arithmetic import RUNTIME
from solvers.compiled.term_code import CODE, fold
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.language.terms import Term, nodes

Array: TypeAlias = NDArray[Any]
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def is_machine(sort: Sort) -> bool:
    """Whether values of the sort fit a machine word (Int as long as it does not overflow)."""
    return sort.kind in ("Bool", "Int") or (sort.kind == "BitVec" and sort.width <= 64)


def machine_terms(terms: Iterable[Term]) -> bool:
    """Whether every part of the terms has a machine sort and every number in them fits."""
    return all(
        is_machine(node.sort)
        and (
            node.op != "const"
            or node.sort.kind != "Int"
            or INT64_MIN < node.indices[0] <= INT64_MAX
        )
        for node in nodes(terms)
    )


def dtype_of(sort: Sort) -> Any:
    """The machine dtype of a sort."""
    return {"Bool": np.bool_, "Int": np.int64, "BitVec": np.uint64}[sort.kind]


def to_array(sort: Sort, values: Iterable[Value], *, exact: bool) -> Array:
    """Values of a sort as a one-dimensional array of either number system."""
    listed = list(values)
    if not exact:
        return np.array(listed, dtype=dtype_of(sort))
    result = np.empty(len(listed), dtype=object)
    result[:] = listed
    return result


def source_lines(
    terms: tuple[Term, ...],
    names: dict[str, str],
    literal: Callable[[Sort, Value], str],
    prefix: str,
) -> tuple[list[str], list[str]]:
    """Assignments in array code that compute the terms, and the names of the results.

    Args:
        names: the source name of each variable.
        literal: the source text of a literal.
        prefix: begins the names of intermediate results.
    """
    text: dict[Term, str] = {}
    lines: list[str] = []
    for node in nodes(terms):
        if node.op == "var":
            text[node] = names[node.indices[0]]
        elif node.op == "const":
            text[node] = literal(node.sort, node.indices[0])
        else:
            name = f"{prefix}{len(lines)}"
            code = fold(CODE[node.op].array, node, [text[a] for a in node.args])
            lines.append(f"{name} = {code}")
            text[node] = name
    return lines, [text[term] for term in terms]


@lru_cache(maxsize=4096)
def array_function(
    terms: tuple[Term, ...], names: tuple[str, ...], *, exact: bool
) -> Callable[..., tuple[Array, ...]]:
    """A function `f(*arrays, flags)` from arrays of the variables' values to arrays of the terms'.

    Arrays have shape (n,); results may be scalars where a term is constant. `flags` is a bool
    array of shape (1,), set where int64 overflowed (machine only).
    """
    known: dict[str, Any] = dict(EXACT if exact else MACHINE)

    def literal(sort: Sort, value: Value) -> str:
        name = f"c{len(known)}"
        known[name] = value if exact else dtype_of(sort)(value)
        return name

    places = {name: f"v{k}" for k, name in enumerate(names)}
    lines, results = source_lines(terms, places, literal, "t")
    arguments = "".join(f"{place}, " for place in places.values())
    body = "\n".join(f"    {line}" for line in [*lines, f"return ({', '.join(results)},)"])
    exec(compile(f"def f({arguments}flags):\n{body}\n", "<array code>", "exec"), known)
    function: Callable[..., tuple[Array, ...]] = known["f"]
    return function


# What templates call, over machine words.


def _iadd(a: Array, b: Array, flags: Array) -> Array:
    result = a + b
    flags[0] |= bool(np.any(((a ^ result) & (b ^ result)) < 0))
    return result


def _isub(a: Array, b: Array, flags: Array) -> Array:
    result = a - b
    flags[0] |= bool(np.any(((a ^ b) & (a ^ result)) < 0))
    return result


def _imul(a: Array, b: Array, flags: Array) -> Array:
    # The float product is within a relative 2**-51 of the true one, so 2**62 is a safe border.
    flags[0] |= bool(np.any(np.abs(np.multiply(a, b, dtype=np.float64)) >= 2.0**62))
    return a * b


def _ineg(a: Array, flags: Array) -> Array:
    flags[0] |= bool(np.any(a == INT64_MIN))
    return -a


def _iabs(a: Array, flags: Array) -> Array:
    flags[0] |= bool(np.any(a == INT64_MIN))
    return np.abs(a)


def _idiv(a: Array, b: Array, flags: Array) -> Array:
    flags[0] |= bool(np.any((a == INT64_MIN) & (b == -1)) | np.any(b == INT64_MIN))
    safe = np.where((b == 0) | (b == -1), np.int64(1), b)
    quotient = np.where(safe > 0, a // safe, -(a // -safe))
    return np.where(b == 0, np.int64(0), np.where(b == -1, -a, quotient))


def _imod(a: Array, b: Array, flags: Array) -> Array:
    flags[0] |= bool(np.any(np.equal(b, INT64_MIN)))
    size = np.abs(np.where(np.equal(b, 0), np.int64(1), b))
    return np.where(np.equal(b, 0), np.int64(0), a % size)


def _udiv(a: Array, b: Array, mask: Array) -> Array:
    return np.where(b == 0, mask, a // np.where(b == 0, np.uint64(1), b))


def _urem(a: Array, b: Array) -> Array:
    return np.where(b == 0, a, a % np.where(b == 0, np.uint64(1), b))


def _magnitude(a: Array, sign: Array, mask: Array) -> Array:
    return np.where((a & sign) != 0, (np.uint64(0) - a) & mask, a)


def _sdiv(a: Array, b: Array, sign: Array, mask: Array) -> Array:
    size = _udiv(_magnitude(a, sign, mask), _magnitude(b, sign, mask), mask)
    size = np.where(((a ^ b) & sign) != 0, (np.uint64(0) - size) & mask, size)
    by_zero = np.where((a & sign) != 0, np.uint64(1), mask)
    return np.where(b == 0, by_zero, size)


def _srem(a: Array, b: Array, sign: Array, mask: Array) -> Array:
    size = _urem(_magnitude(a, sign, mask), _magnitude(b, sign, mask))
    return np.where(b == 0, a, np.where((a & sign) != 0, (np.uint64(0) - size) & mask, size))


def _smod(a: Array, b: Array, sign: Array, mask: Array) -> Array:
    rest = _srem(a, b, sign, mask)
    shifted = np.where((rest != 0) & (((rest ^ b) & sign) != 0), (rest + b) & mask, rest)
    return np.where(b == 0, a, shifted)


def _shl(a: Array, b: Array, w: int, mask: Array) -> Array:
    small = b < np.uint64(w)
    return np.where(small, (a << np.where(small, b, np.uint64(0))) & mask, np.uint64(0))


def _lshr(a: Array, b: Array, w: int) -> Array:
    small = b < np.uint64(w)
    return np.where(small, a >> np.where(small, b, np.uint64(0)), np.uint64(0))


def _ashr(a: Array, b: Array, w: int, sign: Array, mask: Array) -> Array:
    shift = np.where(b < np.uint64(w), b, np.uint64(w - 1))
    return np.where((a & sign) != 0, (mask ^ ((mask ^ a) >> shift)), a >> shift)


def _brepeat(a: Array, width: int, times: int) -> Array:
    result = a
    for _ in range(times - 1):
        result = (result << np.uint64(width)) | a
    return result


MACHINE: dict[str, Any] = {
    "U": np.uint64, "lnot": np.logical_not, "equal": np.equal, "ite": np.where,
    "iadd": _iadd, "isub": _isub, "imul": _imul, "ineg": _ineg, "iabs": _iabs, "idiv": _idiv,
    "imod": _imod, "udiv": _udiv, "urem": _urem, "sdiv": _sdiv, "srem": _srem, "smod": _smod,
    "shl": _shl, "lshr": _lshr, "ashr": _ashr, "brepeat": _brepeat,
}  # fmt: skip


# The same names over object arrays.


def _lift(function: Callable[..., Any], arity: int, extra: int = 0) -> Callable[..., Any]:
    """An elementwise function over object arrays; `extra` trailing arguments are dropped."""
    ufunc = np.frompyfunc(function, arity, 1)
    return (lambda *args: ufunc(*args[:-extra])) if extra else ufunc


def _same(function: Callable[..., Any], arity: int, extra: int = 0) -> Callable[..., Any]:
    lifted = _lift(function, arity, extra)
    return lambda *args: np.asarray(lifted(*args), dtype=object).astype(bool)


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    return _CHOOSE(condition, yes, no)


_CHOOSE = np.frompyfunc(lambda c, a, b: a if c else b, 3, 1)

EXACT: dict[str, Any] = {
    "U": int,
    "lnot": np.logical_not,
    "equal": _same(lambda a, b: a == b, 2),
    "ite": _choose,
    "iadd": _lift(lambda a, b: a + b, 2, 1),
    "isub": _lift(lambda a, b: a - b, 2, 1),
    "imul": _lift(RUNTIME["product"], 2, 1),
    "ineg": _lift(lambda a: -a, 1, 1),
    "iabs": _lift(abs, 1, 1),
    "idiv": _lift(RUNTIME["div"], 2, 1),
    "imod": _lift(RUNTIME["mod"], 2, 1),
    "rdiv": _lift(RUNTIME["quotient"], 2, 1),
    "toreal": _lift(RUNTIME["Fraction"], 1, 1),
    "rfloor": _lift(lambda a: a.numerator // a.denominator, 1, 1),
    "isint": _same(lambda a: a.denominator == 1, 1, 1),
    "udiv": _lift(lambda a, b, mask: a // b if b else mask, 3),
    "urem": _lift(lambda a, b: a % b if b else a, 2),
    "sdiv": _lift(RUNTIME["bvsdiv"], 4),
    "srem": _lift(RUNTIME["bvsrem"], 4),
    "smod": _lift(RUNTIME["bvsmod"], 4),
    "shl": _lift(lambda a, b, w, mask: (a << b) & mask if b < w else 0, 4),
    "lshr": _lift(lambda a, b, w: a >> b if b < w else 0, 3),
    "ashr": _lift(lambda a, b, w, sign, mask: (RUNTIME["signed"](a, sign) >> min(b, w)) & mask, 5),
    "brepeat": _lift(RUNTIME["repeat"], 3),
    "aselect": _lift(lambda a, i: a.select(i), 2),
    "astore": _lift(lambda a, i, v, size: a.store(i, v, size), 4),
}
