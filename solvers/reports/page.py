"""One HTML page that needs nothing else: headings, tables and drawings, light and dark.

Colours of the drawings become variables of the page, so that they follow the reader's choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solvers.reports.plots import COLOURS, GRID, INK, MUTED
from solvers.reports.tables_of_runs import Table
from theory.formats.media import html


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file name without suffix, a caption, and a text for who cannot see it."""

    name: str
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a heading, paragraphs, then tables, pictures and a list."""

    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    items: tuple[str, ...] = ()


# The colours of the drawings on a dark page: the same hues, lighter.
_DARK = ("#b0b0b0", "#5fb0e6", "#f08a45", "#3cc79a", "#e39cc4", "#f2b84b", "#8fd0f5")

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1f2328; --soft: #59636e;
  --line: #d1d9e0; --band: #f6f8fa; --link: #0757a8; %s }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --ink: #e4e7eb; --soft: #a4adb8;
  --line: #3a424c; --band: #1d2229; --link: #79b8ff; %s } }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
p, li { max-width: 62rem; } a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { background: var(--band); } tbody th { font-weight: 500; }
figure { margin: 1.2rem 0; } figure svg { width: 100%%; height: auto; }
figcaption { color: var(--soft); font-size: .9rem; }
"""


def html_page(title: str, parts: Sequence[Section], drawings: Mapping[str, str]) -> str:
    """The page as text.

    Args:
        drawings: the SVG text of each picture by its name.
    """
    names = ["ink", "muted", "grid", *(f"c{k}" for k in range(len(COLOURS)))]
    light = _variables(names, [INK, MUTED, GRID, *COLOURS])
    dark = _variables(names, ["#e4e7eb", "#a4adb8", "#333a43", *_DARK])
    places = [f"part-{k}" for k in range(len(parts))]
    links = "".join(
        f'<li><a href="#{place}">{html(part.title)}</a></li>'
        for place, part in zip(places, parts, strict=True)
    )
    body = "\n".join(
        f'<section aria-labelledby="{place}">\n<h2 id="{place}">{html(part.title)}</h2>\n'
        + "\n".join(_section(part, drawings))
        + "\n</section>"
        for place, part in zip(places, parts, strict=True)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html(title)}</title>\n<style>{_STYLE % (light, dark)}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{html(title)}</h1>\n"
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n{body}\n</main>\n</body>\n</html>\n'
    )


def _variables(names: Sequence[str], colours: Sequence[str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in zip(names, colours, strict=True))


def _section(part: Section, drawings: Mapping[str, str]) -> Iterator[str]:
    for paragraph in part.text:
        yield f"<p>{_inline(paragraph)}</p>"
    for table in part.tables:
        yield _table(table)
    for picture in part.pictures:
        yield _figure(picture, drawings[picture.name])
    if part.items:
        yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in part.items) + "</ul>"


def _inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html(text))


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{html(name)}</th>' for name in table.header)
    rows = "\n".join(
        f'<tr><th scope="row">{html(row[0])}</th>'
        + "".join(f"<td>{html(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.rows
    )
    name = html(table.title)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}"><table>'
        f"<caption>{name}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _figure(picture: Picture, svg: str) -> str:
    return (
        f"<figure>{_drawing(picture, svg)}\n"
        f"<figcaption>{html(picture.caption)}</figcaption></figure>"
    )


def _drawing(picture: Picture, svg: str) -> str:
    """The SVG element alone, named for who cannot see it, its names and colours the page's own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{picture.name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{picture.name}-\1)", svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{picture.name}-\1"', svg)
    # The paper under the drawing is the page.
    svg = svg.replace("fill: #ffffff", "fill: none")
    named = {INK: "ink", MUTED: "muted", GRID: "grid"}
    named |= {colour: f"c{k}" for k, colour in enumerate(COLOURS)}
    for colour, name in named.items():
        svg = re.sub(re.escape(colour), f"var(--{name})", svg, flags=re.IGNORECASE)
    svg = re.sub(r'\s(?:width|height)="[\d.]+pt"', "", svg, count=2)
    label = html(picture.alternative)
    box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ', svg)
    width = f' style="max-width: {float(box[1]) / 11:.0f}rem"' if box else ""  # not beyond its size
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"{width}', 1)
