"""Growth rates: a straight line through the logarithms, with an interval for its slope."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

LEAST_POINTS = 3
"""Fewer points than this leave nothing over to judge the line by."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A fitted line ln(y) = intercept + slope * x.

    Attributes:
        intercept, slope: of the line.
        lower, upper: 95 % interval of the slope; NaN below three points.
        points: how many were fitted.
    """

    intercept: float
    slope: float
    lower: float
    upper: float
    points: int

    def factors(self) -> tuple[float, float, float]:
        """By how much y grows for one more x: estimate, lower and upper end."""
        return math.exp(self.slope), math.exp(self.lower), math.exp(self.upper)

    def at(self, x: float) -> float:
        """The line's y at x."""
        return math.exp(self.intercept + self.slope * x)


def log_linear(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Trend | None:
    """Least squares through (x, ln y); None below two different x.

    The interval is Student's, which takes the scatter about the line for independent and alike;
    it measures how straight the line is, not what lies beyond the points.

    Raises:
        ValueError: vectors of different lengths, or a y that is not positive and finite.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or not (np.isfinite(b) & (b > 0)).all():
        raise ValueError("x and y are vectors of one length, and y is positive and finite")
    n = len(a)
    if len(np.unique(a)) < 2:
        return None
    logs = np.log(b)
    centred = a - a.mean()
    weight = float((centred**2).sum())
    slope = float((centred * logs).sum()) / weight
    intercept = float(logs.mean()) - slope * float(a.mean())
    if n < LEAST_POINTS:
        return Trend(intercept, slope, math.nan, math.nan, n)
    rest = float(((logs - intercept - slope * a) ** 2).sum())
    half = student_quantile((1 + confidence) / 2, n - 2) * math.sqrt(rest / (n - 2) / weight)
    return Trend(intercept, slope, slope - half, slope + half, n)


def student_quantile(level: float, freedom: int) -> float:
    """The quantile of Student's distribution at a level in [1/2, 1), to about 10 digits.

    With t = sqrt(freedom) * tan(a), the distribution is the integral of cos(a)^(freedom - 1).
    """
    nodes, weights = np.polynomial.legendre.leggauss(200)

    def area(angle: float) -> float:
        angles = (nodes + 1) * angle / 2
        return float((weights * np.cos(angles) ** (freedom - 1)).sum()) * angle / 2

    whole = area(math.pi / 2)
    low, high = 0.0, math.pi / 2
    for _ in range(100):
        middle = (low + high) / 2
        if 0.5 + area(middle) / whole / 2 < level:
            low = middle
        else:
            high = middle
    return math.sqrt(freedom) * math.tan(low)
