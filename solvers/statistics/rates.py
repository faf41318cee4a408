"""Success rates: the score interval of Wilson, two-sided and one-sided."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A closed interval."""

    lower: float
    upper: float


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a success rate.

    E. B. Wilson: Probable Inference, the Law of Succession, and Statistical Inference, JASA 22
    (1927), 209-212; without continuity correction.

    Raises:
        ValueError: not 0 <= successes <= n with n >= 1, or a confidence outside (0, 1).
    """
    return _score(successes, n, (1 + confidence) / 2)


def wilson_upper(successes: int, n: int, confidence: float = 0.95) -> float:
    """One-sided upper Wilson bound of a success rate; arguments and errors as in `wilson`."""
    return _score(successes, n, confidence).upper


def wilson_lower(successes: int, n: int, confidence: float = 0.95) -> float:
    """One-sided lower Wilson bound of a success rate; arguments and errors as in `wilson`."""
    return _score(successes, n, confidence).lower


def _score(successes: int, n: int, level: float) -> Interval:
    if not (0 <= successes <= n and n >= 1 and 0 < level < 1):
        raise ValueError(f"no Wilson bound for {successes} of {n} at level {level}")
    z = NormalDist().inv_cdf(level)
    rate, scale = successes / n, 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # At the ends the bound is exactly 0 or 1; rounding must not say otherwise.
    lower = 0.0 if successes == 0 else max(0.0, centre - half)
    upper = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(lower, upper)
