"""What the operator table's array code calls, over single machine words, compiled by Numba.

The counterpart of `MACHINE` in `solvers.compiled.array_code`, which has the same names over NumPy
arrays. `flags[0]` is set where an int64 overflows; such a result is never used.

Numba tells LLVM that signed sums and products never overflow, so that LLVM may remove a test for
it. What can overflow is therefore computed on unsigned words, which wrap by definition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

I64 = np.int64
U64 = np.uint64
INT64_MIN = np.int64(-(2**63))


@njit(inline="always")
def lnot(a: Any) -> Any:
    return not a


@njit(inline="always")
def equal(a: Any, b: Any) -> Any:
    return a == b


@njit(inline="always")
def ite(c: Any, a: Any, b: Any) -> Any:
    return a if c else b


@njit(inline="always")
def iadd(a: Any, b: Any, flags: Any) -> Any:
    result = I64(U64(a) + U64(b))
    if ((a ^ result) & (b ^ result)) < 0:
        flags[0] = True
    return result


@njit(inline="always")
def isub(a: Any, b: Any, flags: Any) -> Any:
    result = I64(U64(a) - U64(b))
    if ((a ^ b) & (a ^ result)) < 0:
        flags[0] = True
    return result


@njit(inline="always")
def imul(a: Any, b: Any, flags: Any) -> Any:
    # The float product is within a relative 2**-51 of the true one, so 2**62 is a safe border.
    if abs(np.float64(a) * np.float64(b)) >= 4611686018427387904.0:
        flags[0] = True
    return I64(U64(a) * U64(b))


@njit(inline="always")
def ineg(a: Any, flags: Any) -> Any:
    if a == INT64_MIN:
        flags[0] = True
    return I64(U64(0) - U64(a))


@njit(inline="always")
def iabs(a: Any, flags: Any) -> Any:
    if a == INT64_MIN:
        flags[0] = True
    return I64(U64(0) - U64(a)) if a < 0 else a


@njit
def idiv(a: Any, b: Any, flags: Any) -> Any:
    if b == 0:
        return I64(0)
    if b == -1:
        if a == INT64_MIN:
            flags[0] = True
            return I64(0)
        return -a
    if b == INT64_MIN:
        flags[0] = True
        return I64(0)
    return a // b if b > 0 else -(a // -b)


@njit
def imod(a: Any, b: Any, flags: Any) -> Any:
    if b == 0:
        return I64(0)
    if b == INT64_MIN:
        flags[0] = True
        return I64(0)
    return a % (b if b > 0 else -b)


@njit(inline="always")
def udiv(a: Any, b: Any, mask: Any) -> Any:
    return a // b if b != U64(0) else mask


@njit(inline="always")
def urem(a: Any, b: Any) -> Any:
    return a % b if b != U64(0) else a


@njit(inline="always")
def magnitude(a: Any, sign: Any, mask: Any) -> Any:
    return (U64(0) - a) & mask if (a & sign) != U64(0) else a


@njit
def sdiv(a: Any, b: Any, sign: Any, mask: Any) -> Any:
    if b == U64(0):
        return U64(1) if (a & sign) != U64(0) else mask
    size = magnitude(a, sign, mask) // magnitude(b, sign, mask)
    return (U64(0) - size) & mask if ((a ^ b) & sign) != U64(0) else size


@njit
def srem(a: Any, b: Any, sign: Any, mask: Any) -> Any:
    if b == U64(0):
        return a
    size = magnitude(a, sign, mask) % magnitude(b, sign, mask)
    return (U64(0) - size) & mask if (a & sign) != U64(0) else size


@njit
def smod(a: Any, b: Any, sign: Any, mask: Any) -> Any:
    rest = srem(a, b, sign, mask)
    if b != U64(0) and rest != U64(0) and ((rest ^ b) & sign) != U64(0):
        return (rest + b) & mask
    return rest


@njit(inline="always")
def shl(a: Any, b: Any, w: Any, mask: Any) -> Any:
    return (a << b) & mask if b < U64(w) else U64(0)


@njit(inline="always")
def lshr(a: Any, b: Any, w: Any) -> Any:
    return a >> b if b < U64(w) else U64(0)


@njit(inline="always")
def ashr(a: Any, b: Any, w: Any, sign: Any, mask: Any) -> Any:
    shift = b if b < U64(w) else U64(w - 1)
    return mask ^ ((mask ^ a) >> shift) if (a & sign) != U64(0) else a >> shift


@njit
def brepeat(a: Any, width: Any, times: Any) -> Any:
    result = a
    for _ in range(times - 1):
        result = (result << U64(width)) | a
    return result
