"""Exact errors as arrays: int64 where they fit with room to be added, else Python numbers.

Infinity is `INFINITE` in an int64 array, and `math.inf` among objects.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.kernel.language.exact import Error

LARGEST = 2**24  # errors of a point from here on are kept as Python integers
INFINITE = 2**44  # MAX_SAMPLES finite errors stay below it, as many infinite ones below 2**63


def exact_array(errors: list[Error]) -> NDArray[Any]:
    """Errors as int64 where all are integers or infinite; else as Python objects.

    Infinity is INFINITE in an int64 array, far above any sum of others.
    """
    if all(e == math.inf or (isinstance(e, int) and e < LARGEST) for e in errors):
        return np.array([INFINITE if e == math.inf else e for e in errors], dtype=np.int64)
    result = np.empty(len(errors), dtype=object)
    result[:] = [Fraction(e) if e != math.inf else e for e in errors]
    return result


def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Error arrays one after the other; as objects where one of them is."""
    if all(part.dtype == np.int64 for part in parts):
        return np.concatenate(parts)
    return np.concatenate([as_objects(part) for part in parts])


def as_objects(errors: NDArray[Any]) -> NDArray[Any]:
    """An error array with Python numbers in it, and infinity as `math.inf`."""
    if errors.dtype == object:
        return errors
    result = errors.astype(object)
    result[errors >= INFINITE] = math.inf
    return result
