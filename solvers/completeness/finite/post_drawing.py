"""Draws Post's lattice of the clones on {0, 1} with the place of a set of operations marked.

A Hasse diagram: lines lead from a clone down to the largest clones inside it. They are computed
from the clones' properties (transitive reduction with NetworkX); only the positions are laid out by
hand. The infinite families are cut to m = 2, 3, the m of the marked clone, and infinity, with
dotted lines where members are left out. Main definitions:

    hasse_diagram   the lattice as a networkx.DiGraph, edges from larger to smaller
    draw_place      Place -> PNG or SVG
"""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from solvers.completeness.finite.post import Clone, Place, clones
from solvers.drawing.figures import save_figure

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

Point = tuple[float, float]

MARKED, ABOVE, PLAIN = "#d55e00", "#0072b2", "#4d4d4d"
"""Colours that colour-blind readers can tell apart (Okabe & Ito)."""

# One half of the picture; clones of the other side are its mirror image (x -> -x, 0 <-> 1).
_CENTRE: dict[str, Point] = {
    "BF": (0, 0),
    "M": (0, -1.2),
    "P": (0, -2.2),
    "MP": (0, -3.4),
    "D": (-0.9, -4.6),
    "DP": (-0.5, -5.9),
    "DM": (-1.3, -7.2),
    "A": (1.0, -7.0),
    "AD": (0.3, -8.6),
    "AP": (0, -10.2),
    "U": (1.4, -11.3),
    "UD": (1.0, -13.1),
    "UM": (-0.8, -13.15),
    "I": (0, -15.4),
}
_LEFT: dict[str, Point] = {
    "P0": (-3.0, -1.1),
    "MP0": (-3.0, -2.3),
    "AP0": (-2.0, -8.8),
    "&": (-3.2, -9.6),
    "&P0": (-5.4, -10.8),
    "&P1": (-2.2, -11.2),
    "&P": (-3.4, -11.8),
    "UP0": (-1.6, -14.5),
}
_FAMILIES: dict[str, Point] = {
    "T0": (-9.4, -3.2),
    "PT0": (-7.3, -3.6),
    "MT0": (-8.1, -4.3),
    "MPT0": (-6.0, -4.7),
}
_FAMILY_STEP = 1.5


def hasse_diagram(greatest_m: int = 3) -> nx.DiGraph[str]:
    """Post's lattice by clone names, the families cut to m = 2..greatest_m and infinity."""
    return _diagram(clones(greatest_m))


def _diagram(chosen: tuple[Clone, ...]) -> nx.DiGraph[str]:
    import networkx as nx

    order: nx.DiGraph[str] = nx.DiGraph()
    order.add_nodes_from(clone.name for clone in chosen)
    order.add_edges_from(
        (larger.name, smaller.name)
        for larger in chosen
        for smaller in chosen
        if larger is not smaller and smaller.properties.contained_in(larger.properties)
    )
    return nx.transitive_reduction(order)


def draw_place(place: Place, path: str | Path) -> None:
    """Write the lattice with the place marked; the suffix of the path chooses PNG or SVG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    levels = sorted({2, 3, *(int(m) for m in _finite_levels(place))})
    shown = tuple(
        clone for clone in clones(levels[-1]) if _level(clone.name) in (None, inf, *levels)
    )
    diagram = _diagram(shown)
    positions = {clone.name: _position(clone.name, levels) for clone in shown}
    figure = Figure(figsize=(11, 11), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw(axes, diagram, positions, place)
    save_figure(figure, path, dpi=130)


def _finite_levels(place: Place) -> list[float]:
    return [m for m in (place.properties.zero, place.properties.one) if 2 <= m < inf]


def _level(name: str) -> float | None:
    """The m of a member of an infinite family, else None."""
    _, _, level = name.partition("^")
    return None if not level else inf if level == "oo" else int(level)


def mirrored(name: str) -> str:
    """The dual clone: exchange 0 and 1, conjunctions and disjunctions."""
    base, power, level = name.partition("^")
    return base.translate(str.maketrans("01&|", "10|&")) + power + level


def _position(name: str, levels: list[int]) -> Point:
    if name in _CENTRE:
        return _CENTRE[name]
    family, _, _ = name.partition("^")
    level = _level(name)
    if level is not None and family in _FAMILIES:
        x, y = _FAMILIES[family]
        row = len(levels) if level == inf else levels.index(int(level))
        return x, y - _FAMILY_STEP * row
    if name in _LEFT:
        return _LEFT[name]
    x, y = _position(mirrored(name), levels)
    return -x, y


def _label(name: str) -> str:
    base, _, level = name.partition("^")
    text = base.replace("0", "_0").replace("1", "_1")
    text = text.replace("&", r"\wedge ").replace("|", r"\vee ")
    power = {"": "", "oo": r"^{\infty}"}.get(level, f"^{{{level}}}")
    return f"${text}{power}$"


def _draw(axes: Axes, diagram: nx.DiGraph[str], positions: dict[str, Point], place: Place) -> None:
    import networkx as nx

    marked = place.clone.name
    above = nx.ancestors(diagram, marked)
    for larger, smaller in diagram.edges:
        on_path = smaller in above or smaller == marked
        one_family = larger.split("^")[0] == smaller.split("^")[0]
        omitted = one_family and _level(smaller) != (_level(larger) or 0) + 1
        start, end = positions[larger], positions[smaller]
        axes.annotate(
            "",
            end,
            start,
            arrowprops={
                "arrowstyle": "-",
                "color": ABOVE if on_path else "#b5b5b5",
                "linewidth": 2.0 if on_path else 1.0,
                "linestyle": ":" if omitted else "-",
                "connectionstyle": f"arc3,rad={_bend(start, end, positions)}",
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=2 if on_path else 1,
        )
    for name, (x, y) in positions.items():
        colour = MARKED if name == marked else ABOVE if name in above else PLAIN
        axes.text(
            x,
            y,
            _label(name),
            ha="center",
            va="center",
            fontsize=13 if name == marked else 11,
            color="white" if name == marked else colour,
            bbox={
                "boxstyle": "round,pad=0.3",
                "facecolor": MARKED if name == marked else "white",
                "edgecolor": colour,
                "linewidth": 1.6 if name == marked or name in above else 0.8,
            },
            zorder=4 if name == marked else 3,
        )
    xs, ys = zip(*positions.values(), strict=True)
    axes.set_xlim(min(xs) - 0.8, max(xs) + 0.8)
    axes.set_ylim(min(ys) - 0.7, max(ys) + 0.7)
    axes.set_axis_off()
    axes.text(
        min(xs) - 0.6,
        min(ys) - 0.4,
        "filled: the generated clone\nblue: the clones that hold it\n"
        "dotted: members of an infinite family left out",
        ha="left",
        va="bottom",
        fontsize=10,
        color=PLAIN,
    )
    axes.set_title(f"Place in Post's lattice: {_label(marked)}, {place.clone.words}", fontsize=14)


def _bend(start: Point, end: Point, positions: dict[str, Point]) -> float:
    """Bend a line that would run through another clone."""
    (x1, y1), (x2, y2) = start, end
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    for x, y in positions.values():
        along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length**2
        across = abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length
        if 0.02 < along < 0.98 and across < 0.3:
            return -0.2 if x2 > 0 else 0.2
    return 0.0
