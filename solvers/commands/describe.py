"""`sheffer describe`: what a component set can do in few steps, and what it can never do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors, find_components, number
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from theory.kernel.components.component_sets import ComponentSet


def describe(
    components: Annotated[
        str, typer.Argument(help="A catalogue name, an .smt2 file, or file.py:NAME.")
    ],
    length: Annotated[int, typer.Option(min=1, help="Longest sequences described.")] = 3,
    inputs: Annotated[int, typer.Option(min=1, help="Inputs, where the set has no cells.")] = 2,
    seconds: Annotated[
        float, typer.Option(help="Time for each part.", callback=number(0.1, 1e9))
    ] = 10.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Describe a component set: growth, redundancy, preserved properties, least errors.

    Feed-forward spaces are all incomplete, since every network stops; this says what else there is
    to know. Counts are of straight-line programs with fan-out on sample inputs.

    Examples:

        sheffer describe nas-bench-201

        sheffer describe my.smt2 --length 4 --inputs 1
    """
    with errors():
        found = find_components(components)
        data = _described(found, length, inputs, seconds)
        if json:
            show_json(data)
        else:
            _show(data)
    raise typer.Exit(Exit.OK)


def _described(
    components: ComponentSet, length: int, inputs: int, seconds: float
) -> dict[str, Any]:
    from solvers.completeness.description import battery, growth, sample_inputs
    from solvers.completeness.properties import properties
    from solvers.completeness.search_budget import Budget, Clock

    variables, rows = sample_inputs(components, inputs)
    lengths = growth(components, inputs, length, Clock(Budget(seconds)))
    return {
        "set": components.name,
        "components": len(components.components),
        "inputs": [f"{v.name} {v.sort}" for v in variables],
        "samples": len(rows),
        "growth": [
            {
                "length": line.length,
                "programs": line.programs,
                "behaviours": line.behaviours,
                "redundancy": round(1 - line.behaviours / line.programs, 6) if line.programs else 0,
            }
            for line in lengths
        ],
        "stopped": None if len(lengths) > length else f"after length {len(lengths) - 1}",
        "properties": [
            {"property": p.name, "preserved": p.held, "note": p.note}
            for p in properties(components)
        ],
        "least_errors": {
            name: [{"error": error, "at_least": bound} for error, bound in line]
            for name, line in battery(components, length, seconds)
        },
    }


def _show(data: dict[str, Any]) -> None:
    from rich.table import Table

    screen = console()
    screen.say(
        f"{data['set']}: {data['components']} components, {len(data['inputs'])} inputs of sort "
        f"{data['inputs'][0].split(' ', 1)[1]}, {data['samples']} sample inputs"
    )
    table = Table("length", "programs", "distinct behaviours", "redundancy")
    for row in data["growth"]:
        table.add_row(
            str(row["length"]), f"{row['programs']:,}", f"{row['behaviours']:,}",
            f"{row['redundancy']:.4f}",
        )  # fmt: skip
    screen.print(table)
    if data["stopped"]:
        screen.say(f"stopped {data['stopped']}: time or memory")
    words = {True: "every component", False: "no", None: "open"}
    if data["properties"]:
        table = Table("property", "preserved", "")
        for row in data["properties"]:
            table.add_row(row["property"], words[row["preserved"]], row["note"])
        screen.print(table)
    if data["least_errors"]:
        count = max(len(line) for line in data["least_errors"].values())
        table = Table("target", *(f"length {k}" for k in range(count)))
        for name, line in data["least_errors"].items():
            cells = [
                entry["error"] if entry["error"] == entry["at_least"] else f"<= {entry['error']}"
                for entry in line
            ]
            table.add_row(name, *cells)
        screen.say("least absolute error, summed over the samples")
        screen.print(table)
