"""The picture of growth: exact and heuristic work in counts and in seconds, on log scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from solvers.comparisons.growth import COMPONENTS, LENGTH, Measurement, fits, rate_text
from solvers.reports.plots import COLOURS, panels
from theory.formats.media import picture_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from solvers.statistics import Trend

_ROWS = (("behaviours", "ert"), ("exact_seconds", "seconds_per_success"))
_NAMES = {
    "behaviours": "exact: behaviours",
    "ert": "evaluations per success",
    "exact_seconds": "exact",
    "seconds_per_success": "per success",
}
_UNITS = ("behaviours, evaluations", "CPU seconds")
_TITLES = {LENGTH: "length (steps)", COMPONENTS: "components to choose from"}


def growth_picture(measurements: Sequence[Measurement], search: str, path: str | Path) -> Path:
    """Draw the measurements and their rates; what is only a bound is a hollow triangle upwards."""
    axes_shown = [a for a in (LENGTH, COMPONENTS) if any(m.axis == a for m in measurements)]
    trends = fits(measurements)
    with panels(2 * len(axes_shown), path, columns=len(axes_shown), size=(4.6, 3.0)) as (
        _,
        shown,
    ):
        for k, axes in enumerate(shown):
            row, axis = k // len(axes_shown), axes_shown[k % len(axes_shown)]
            part = [m for m in measurements if m.axis == axis]
            axes.set_yscale("log")
            for colour, quantity in zip((COLOURS[1], COLOURS[2]), _ROWS[row], strict=True):
                name = _NAMES[quantity]
                name = name if name.startswith("exact") else f"{picture_text(search)}: {name}"
                _draw(axes, part, quantity, name, colour, trends.get((axis, quantity)))
            low, high = axes.get_ylim()
            axes.set_ylim(low / 1.5, high * (high / low) ** 0.45)  # room for the legend
            axes.legend(loc="upper left", frameon=False, fontsize=8.5, handlelength=1.5)
            axes.set_ylabel(_UNITS[row] if k % len(axes_shown) == 0 else "")
            axes.set_xlabel(_TITLES[axis])
            axes.set_xticks(sorted({m.x for m in part}))
            fixed = picture_text(part[0].problem) if axis == LENGTH else f"length {part[0].length}"
            axes.set_title(fixed)
    return Path(path)


def _draw(
    axes: Axes,
    part: Sequence[Measurement],
    quantity: str,
    name: str,
    colour: str,
    trend: Trend | None,
) -> None:
    label = f"{name}, {rate_text(trend)}" if trend else f"{name}, no rate"
    known = [(m, v) for m in part if (v := m.fitted(quantity)) is not None]
    axes.plot([m.x for m, _ in known], [v for _, v in known], "o", color=colour, ms=4.5)
    axes.plot([], [], "o-", color=colour, ms=4.5, label=label)
    for m in part:
        bound = _bound(m, quantity)
        if bound is not None:
            axes.plot(m.x, bound, "^", color=colour, mfc="none", ms=6)
    if quantity == "ert":
        sure = [(m, v) for m, v in known if not math.isnan(m.ert_lower)]
        axes.vlines(
            [m.x for m, _ in sure], [m.ert_lower for m, _ in sure], [m.ert_upper for m, _ in sure],
            color=colour, lw=1.2,
        )  # fmt: skip
    if trend is not None:
        ends = (min(m.x for m, _ in known), max(m.x for m, _ in known))
        axes.plot(ends, [trend.at(x) for x in ends], color=colour, lw=1.2, ls=(0, (4, 2)))


def _bound(m: Measurement, quantity: str) -> float | None:
    """What is drawn where the value is only bounded from below."""
    if quantity == "ert" and not m.successes:
        return m.ert_bound
    value = float(getattr(m, quantity))
    return value if m.stopped and 0 < value < math.inf else None
