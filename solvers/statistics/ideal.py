"""Ideal random search: distinct behaviours drawn without replacement, exactly.

With D distinct behaviours, m of them within the target, the first hit T has the negative
hypergeometric distribution: P(T > t) = C(D - m, t) / C(D, t) and E[T] = (D + 1) / (m + 1). It is an
oracle: no search knows beforehand which sequences behave alike. G. Kronberger, F. Olivetti de
Franca, H. Desmond, D. J. Bartlett and L. Kammerer, The Inefficiency of Genetic Programming for
Symbolic Regression, PPSN 2024.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

LONG = 100_000
"""Factors beyond which a product is not multiplied out."""


def random_expectation(entries: int, winners: int) -> Fraction:
    """Expected draws without replacement until one of `winners` among `entries`, exactly.

    Raises:
        ValueError: not 1 <= winners <= entries.
    """
    _check(entries, winners)
    return Fraction(entries + 1, winners + 1)


def ideal_probability(entries: int, winners: int, draws: ArrayLike) -> NDArray[np.float64]:
    """P(T <= t) for each number of draws t (any shape), to about 12 digits.

    Raises:
        ValueError: not 1 <= winners <= entries.
    """
    _check(entries, winners)
    counts = np.clip(np.asarray(draws, dtype=np.int64), 0, entries - winners + 1)
    inside = np.minimum(counts, entries - winners)
    most = int(inside.max(initial=0))
    # C(D-m, t) / C(D, t) = C(D-t, m) / C(D, m): the shorter product. log1p keeps tiny chances.
    if min(winners, most) > LONG:
        logs = np.array([_log_miss(entries, winners, t) for t in inside.ravel().tolist()])
        logs = logs.reshape(inside.shape)
    elif winners <= most:
        logs = np.zeros(inside.shape)
        for k in range(winners):
            logs += np.log1p(-inside / (entries - k))
    else:
        steps = np.log1p(-winners / (entries - np.arange(most, dtype=np.float64)))
        logs = np.concatenate([[0.0], np.cumsum(steps)])[inside]
    found: NDArray[np.float64] = np.where(counts > inside, 1.0, -np.expm1(logs))
    return found


def ideal_bound(entries: int, winners: int, confidence: float = 0.95) -> int:
    """The least number of draws within which it succeeds with that probability.

    Raises:
        ValueError: not 1 <= winners <= entries, or a confidence outside (0, 1).
    """
    _check(entries, winners)
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    low, high = 0, entries - winners + 1  # not within low, surely within high
    while high - low > 1:
        middle = (low + high) // 2
        if _within(entries, winners, middle) >= confidence:
            high = middle
        else:
            low = middle
    return high


def _within(entries: int, winners: int, draws: int) -> float:
    if draws <= 0:
        return 0.0
    if draws > entries - winners:
        return 1.0
    if min(winners, draws) > LONG:
        return -math.expm1(_log_miss(entries, winners, draws))
    if winners <= draws:  # C(D-m, t) / C(D, t) = C(D-t, m) / C(D, m): the shorter product
        # log(1 - x) term by term keeps digits where the probability is tiny.
        logs = (math.log1p(-draws / (entries - k)) for k in range(winners))
    else:
        logs = (math.log1p(-winners / (entries - k)) for k in range(draws))
    return -math.expm1(math.fsum(logs))


def _log_miss(entries: int, winners: int, draws: int) -> float:
    """log P(T > draws) = the sum of log(1 - long / (D - k)) over k < short, in bounded time.

    Above `LONG` terms either the sum is below -50, and the probability of a hit 1 to 20 digits; or
    short and long are at most D / 2,000, where the terms hardly change: the sum is then their
    integral from -1/2 to short - 1/2, and three points of Gauss's rule give all digits of it.
    """
    short, long = sorted((winners, draws))
    if short <= LONG:
        return math.fsum(np.log1p(-long / (entries - np.arange(short, dtype=np.float64))))
    if short * long > 50 * entries:  # each term is at most -long / D
        return -math.inf
    middle, reach = (short - 1) / 2, short / 2 * math.sqrt(0.6)
    low, centre, high = (
        math.log1p(-long / (entries - k)) for k in (middle - reach, middle, middle + reach)
    )
    return short * (5 * low + 8 * centre + 5 * high) / 18


def _check(entries: int, winners: int) -> None:
    if not 1 <= winners <= entries:
        raise ValueError(f"need 1 <= winners <= entries, got {winners} and {entries}")
