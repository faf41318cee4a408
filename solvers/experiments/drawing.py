"""Figures with a few panels, in the style of the other pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from solvers.drawing.figures import save_figure
from solvers.reports.plots import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@contextmanager
def panels(
    count: int, path: str | Path, width: float = 4.2, height: float = 3.0
) -> Iterator[list[Axes]]:
    """Axes side by side, saved to `path` (.svg, .png, .pdf) at the end; sizes in inches."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(count * width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield list(figure.subplots(1, count, squeeze=False)[0])
        save_figure(figure, path)
