"""Many tests at once: p-values adjusted so that one false alarm in the table stays rare."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given; none at all for none.

    S. Holm: A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
    Statistics 6 (1979), 65-70. Rejecting where the adjusted value is at most alpha keeps the
    probability of any false rejection at most alpha, whatever the dependence of the tests.

    Raises:
        ValueError: a value outside 0 .. 1, or NaN.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values lie in 0 .. 1: {list(p_values)}")
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    adjusted = [0.0] * len(p_values)
    greatest = 0.0
    for rank, k in enumerate(order):
        greatest = max(greatest, min(1.0, (len(p_values) - rank) * p_values[k]))
        adjusted[k] = greatest
    return adjusted
