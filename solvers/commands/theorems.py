"""`sheffer theorems`: the theorems, their checks, and what the engines measure about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors
from solvers.commands.output import show_json, show_text


def theorems(
    name: Annotated[
        str | None, typer.Argument(help="A theorem; without it all are listed, by name.")
    ] = None,
    experiment: Annotated[
        bool, typer.Option("--experiment", help="Run what the engines measure about it as well.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the experiment: .png, .svg or .pdf; runs it.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print statement and proof as Markdown, check nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the theorems, or check one on finite instances, exhaustively.

    Exit code 0 if every claim holds, 1 if one is refuted.

    Examples:

        sheffer theorems

        sheffer theorems genetic-search --experiment --plot holding.svg
    """
    with errors():
        from theory.kernel.errors import ShefferError
        from theory.theorems import NAMES, Report, find

        if name is None:
            if experiment or plot or text:
                raise ShefferError("bad-option", f"name a theorem: {', '.join(NAMES)}")
            _list(json)
            raise typer.Exit(Exit.OK)
        theorem = find(name)
        if plot:
            from solvers.drawing.figures import picture_path

            picture_path(plot)
        if text:
            show_text(theorem.markdown())
            raise typer.Exit(Exit.OK)
        reports: list[tuple[str, Report]] = [("check", theorem.check())]
        if experiment or plot:
            from solvers.experiments import run

            reports.append(("experiment", run(name, plot)))
        if json:
            data: dict[str, Any] = {kind: report.to_json() for kind, report in reports}
            show_json(data | ({"plot": str(plot)} if plot else {}))
        else:
            for _, report in reports:
                show_text("\n".join(report.lines()))
            if plot:
                console().say(f"picture {plot}")
    held = all(report.holds for _, report in reports)
    raise typer.Exit(Exit.OK if held else Exit.REFUSED)


def _list(json: bool) -> None:
    from theory.theorems import NAMES, find

    found = {name: find(name) for name in NAMES}
    if json:
        show_json(
            {
                name: {"title": t.title, "claims": [claim.name for claim in t.claims]}
                for name, t in found.items()
            }
        )
        return
    screen = console()
    for name, theorem in found.items():
        count = len(theorem.claims)
        screen.say(f"{name:<20} {theorem.title} ({count} claims)")
