"""`sheffer list`: the problems, suites, searches and component sets there are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.commands.terminal import Terminal

WIDTH = 100
"""Of wrapped lists, in characters."""


def list_names(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the problems, suites, searches and component sets that commands know by name.

    Example:

        sheffer list
    """
    with errors():
        from solvers.searches import SEARCHES
        from solvers.suites import FAMILIES, SUITES, WORDS
        from theory.catalogue import about, names

        data: dict[str, dict[str, Any]] = {
            "problems": dict(FAMILIES.values()),
            "suites": dict(SUITES),
            "searches": {name: _first_line(kind) for name, kind in SEARCHES.items()},
            "component sets": {name: about(name)[0] for name in names()},
        }
        if json:
            show_json(data)
        else:
            _show(data, WORDS)
    raise typer.Exit(Exit.OK)


def _show(
    data: dict[str, dict[str, Any]], words: Mapping[str, Mapping[str, Iterable[str]]]
) -> None:
    screen = console()
    for heading, entries in data.items():
        screen.print(heading, style="bold")
        for name, text in entries.items():
            if heading == "suites":
                screen.say(f"  {name:<24} {len(text)} problems")
                for family, rests in _by_family(text).items():
                    _wrapped(screen, f"{family}-", rests)
                continue
            screen.say(f"  {name:<24} {text}")
            if heading == "problems":
                for word, choices in words.get(_family(name), {}).items():
                    _wrapped(screen, word, choices)


def _family(name: str) -> str:
    from solvers.suites import family_of

    return family_of(name)


def _by_family(names: Iterable[str]) -> dict[str, list[str]]:
    """What follows the family in the names, by family."""
    found: dict[str, list[str]] = {}
    for name in names:
        family = _family(name)
        found.setdefault(family, []).append(name.removeprefix(f"{family}-"))
    return found


def _wrapped(screen: Terminal, label: str, items: Iterable[str]) -> None:
    """The items in lines of their own, beside a label."""
    first = " " * 6 + f"{label:<12} "
    text = textwrap.fill(
        ", ".join(items), WIDTH, initial_indent=first, subsequent_indent=" " * len(first),
        break_on_hyphens=False,
    )  # fmt: skip
    screen.lines(text)


def _first_line(kind: object) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
