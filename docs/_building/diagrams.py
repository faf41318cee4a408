"""Boxes and arrows as inline SVG, in the colours of the page, so that both schemes can be read.

- `diagram`: from the lines of a block; `drawing`: from edges.

A box stands one row below the lowest box that points to it, so arrows lead downwards. Within a row,
boxes stand in the order that keeps them near those that point to them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence

from _building.blocks import BlockError

Edge = tuple[str, str, str]

EDGE_LINE = re.compile(r"(?P<start>.+?) -> (?P<end>.+?)(?: : (?P<label>.+))?")
CHARACTER, LABEL, LINE, GAP, PADDING = 7.4, 6.4, 18.0, 26.0, 10.0  # in pixels
WRAP = 20  # characters of a box's line


def diagram(name: str, body: str) -> str:
    """The drawing of a block: its first line says what it shows, each further one is an arrow.

    Raises:
        BlockError: a line that is no arrow, or arrows in a circle.
    """
    title, *lines = [line.strip() for line in body.split("\n") if line.strip()] or [""]
    if not title or " -> " in title or not lines:
        raise BlockError("a diagram has a line that says what it shows, then a line for each arrow")
    edges: list[Edge] = []
    for line in lines:
        found = EDGE_LINE.fullmatch(line)
        if found is None:
            raise BlockError(f"`{line}` is no arrow: expected A -> B or A -> B : WHY")
        edges.append((found["start"], found["end"], found["label"] or ""))
    return drawing(name, title, edges)


def drawing(name: str, title: str, edges: Sequence[Edge], marked: Collection[str] = ()) -> str:
    """Edges as a figure of HTML on one line; the boxes in `marked` are filled.

    Raises:
        BlockError: `edges` lead in a circle.
    """
    rows = _rows(edges)
    boxes = {box: _wrapped(box) for row in rows for box in row}
    widths = {box: max(map(len, text)) * CHARACTER + 2 * PADDING for box, text in boxes.items()}
    for start, _, label in edges:  # a label stands below the box it comes from
        widths[start] = max(widths[start], len(label) * LABEL)
    labelled = any(label for _, _, label in edges)
    totals = [sum(widths[box] for box in row) + GAP * (len(row) - 1) for row in rows]
    width = max(totals) + 4 * PADDING
    places: dict[str, tuple[float, float, float]] = {}  # middle, top, height
    top = PADDING
    for row, total in zip(rows, totals, strict=True):
        left, tallest = (width - total) / 2, 0.0
        for box in row:
            height = len(boxes[box]) * LINE + PADDING
            places[box] = left + widths[box] / 2, top, height
            left += widths[box] + GAP
            tallest = max(tallest, height)
        top += tallest + (58 if labelled else 40)
    height = top - (58 if labelled else 40) + PADDING
    parts = [_arrow(places, edge) for edge in edges]
    parts += [_box(places[box], widths[box], text, box in marked) for box, text in boxes.items()]
    words = html.escape(title, quote=True)
    return (
        f'<figure class="diagram" id="{html.escape(name, quote=True)}"><svg role="img" '
        f'aria-label="{words}" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">'
        f"<title>{words}</title>{''.join(parts)}</svg></figure>"
    )


def _rows(edges: Sequence[Edge]) -> list[list[str]]:
    depth: dict[str, int] = {}
    for start, end, _ in edges:
        depth.setdefault(start, 0)
        depth.setdefault(end, 0)
    for _ in range(len(depth) + 1):
        lower = {end: depth[start] + 1 for start, end, _ in edges if depth[end] <= depth[start]}
        if not lower:
            break
        for end in lower:
            depth[end] = 1 + max(depth[start] for start, other, _ in edges if other == end)
    else:
        raise BlockError("the arrows of a diagram must not lead in a circle")
    # A box that nothing points to stands just above the box it points to.
    for box in depth:
        below = [depth[end] for start, end, _ in edges if start == box]
        if below and not any(end == box for _, end, _ in edges):
            depth[box] = min(below) - 1
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for box, row in depth.items():
        rows[row].append(box)
    for k in range(1, len(rows)):
        order = {box: place for place, box in enumerate(rows[k - 1])}

        def middle(box: str, order: dict[str, int] = order) -> float:
            above = [order[start] for start, end, _ in edges if end == box and start in order]
            return sum(above) / len(above) if above else len(order)

        rows[k].sort(key=middle)
    return rows


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _arrow(places: dict[str, tuple[float, float, float]], edge: Edge) -> str:
    start, end, label = edge
    (x1, y1, h1), (x2, y2, _) = places[start], places[end]
    y1 += h1
    bend = (y2 - y1) / 2
    points = (x1, y1 + bend), (x2, y2 - bend), (x2, y2 - 7)
    path = f"M{x1:.1f} {y1:.1f}C{' '.join(f'{x:.1f} {y:.1f}' for x, y in points)}"
    head = f"M{x2 - 4:.1f} {y2 - 8:.1f}L{x2:.1f} {y2 - 1:.1f}L{x2 + 4:.1f} {y2 - 8:.1f}Z"
    text = ""
    if label:
        text = (
            f'<text class="why" x="{x1 + (x2 - x1) / 8:.1f}" y="{y1 + 16:.1f}">'
            f"{html.escape(label)}</text>"
        )
    return f'<path class="line" d="{path}"/><path class="head" d="{head}"/>{text}'


def _box(place: tuple[float, float, float], width: float, text: list[str], marked: bool) -> str:
    x, y, height = place
    first = y + PADDING / 2 + LINE * 0.72
    lines = "".join(
        f'<text x="{x:.1f}" y="{first + LINE * k:.1f}">{html.escape(line)}</text>'
        for k, line in enumerate(text)
    )
    return (
        f'<g class="{"box marked" if marked else "box"}"><rect x="{x - width / 2:.1f}" y="{y:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="6"/>{lines}</g>'
    )
