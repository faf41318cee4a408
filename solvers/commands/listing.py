"""`sheffer list`: the problems, suites, searches and component sets there are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors, show_json


def list_names(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the problems, suites, searches and component sets that commands know by name.

    Example:

        sheffer list
    """
    with errors():
        from solvers.heuristics import SEARCHES
        from solvers.suites import FAMILIES, SUITES
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
            screen = console()
            for heading, entries in data.items():
                screen.print(f"[bold]{heading}[/]")
                for name, text in entries.items():
                    detail = " ".join(text) if isinstance(text, tuple) else text
                    screen.print(f"  {name:<24} {detail}", markup=False)
    raise typer.Exit(Exit.OK)


def _first_line(kind: object) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
