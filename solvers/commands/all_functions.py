"""`sheffer functions`: all Boolean functions of a few inputs, by least gates and least wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import (
    Exit,
    console,
    errors,
    find_components,
    progress_console,
    seconds_option,
)
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.exact.functions.all_functions import AllFunctions
    from theory.kernel.components.component_sets import ComponentSet


MAX_LENGTH = 100
"""Of a sequence: functions of four inputs take far fewer steps."""


def functions(
    components: Annotated[
        str | None,
        typer.Argument(help="Gates: a file, a name or file.py:NAME; else any of two inputs."),
    ] = None,
    inputs: Annotated[int, typer.Option("--inputs", "-n", help="Inputs, 1 to 4.")] = 3,
    length: Annotated[int, typer.Option("--length", "-l", help="Most gates.")] = 4,
    inputs_only: Annotated[
        bool,
        typer.Option("--inputs-only", help="Only inputs are free, no constants or complements."),
    ] = False,
    classes: Annotated[bool, typer.Option("--classes", help="Print a row for each class.")] = False,
    function: Annotated[
        str | None,
        typer.Option(help="A truth table such as 0x96: show the nearest with 0, 1, ... gates."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Time limit of the search.", callback=seconds_option)
    ] = 120.0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A CSV file with a row for each function.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Count the functions of n inputs by their least gates, and by least wrong outputs.

    For each number of gates: how many functions have 0, 1, 2, ... wrong outputs at best, and in
    brackets how many classes of functions that differ by a symmetry of the question.

    Examples:

        sheffer functions

        sheffer functions nand.smt2 --inputs 3 --length 5 --inputs-only

        sheffer functions --inputs 4 --function 0x6996
    """
    with errors():
        from solvers.exact import Limits
        from solvers.exact.functions.all_functions import least_steps
        from solvers.exact.functions.gate_algebra import any_two_inputs
        from theory.formats.files import output_path
        from theory.kernel.errors import ProblemError

        if not 0 <= length <= MAX_LENGTH:
            raise ProblemError("bad-length", f"the length is 0 to {MAX_LENGTH}", "--length")
        gates: ComponentSet = find_components(components) if components else any_two_inputs()
        asked = None if function is None else _truth_table(function, inputs)
        if out is not None:
            output_path(out, gates.name, ".csv")
        with progress_console().waiting(f"{gates.name}: all functions of {inputs} inputs") as now:
            found = least_steps(
                gates, inputs, free_complements=not inputs_only, longest=length,
                limits=Limits(seconds), progress=now,
            )  # fmt: skip
        most = length if (found.costs >= 0).all() else min(length, found.settled - 1)
        data = as_data(found, most)
        if out is not None:
            _write(found, most, out)
            data["file"] = str(out)
        if asked is not None:
            data["function"] = nearest(found, most, asked)
        if json:
            show_json(data)
        else:
            _show(data, classes=classes)
    raise typer.Exit(Exit.OK if most == length else Exit.UNKNOWN)


def _truth_table(text: str, inputs: int) -> int:
    from theory.kernel.errors import ProblemError

    last = (1 << (1 << inputs)) - 1 if 1 <= inputs <= 4 else 0
    try:
        table = int(text, 0)
    except ValueError:
        table = -1
    if not 0 <= table <= last:
        message = f"a truth table of {inputs} inputs is a number from 0 to {last:#x}, not {text}"
        raise ProblemError("bad-value", message, "--function")
    return table


def as_data(found: AllFunctions, most: int) -> dict[str, Any]:
    """All counts up to `most` gates, and a row for each class, as plain data."""
    import numpy as np

    from solvers.exact.functions.all_functions import least_wrong, wrong_counts

    numbers, first = np.unique(found.classes, return_index=True)
    sizes = np.bincount(found.classes)
    rows = least_wrong(found.costs, found.n, most)
    by_gates = []
    for c in range(most + 1):
        same = found.costs == c
        by_gates.append(
            {
                "gates": c,
                "functions": int(same.sum()),
                "classes": int(same[first].sum()),
                "wrong": {
                    str(error): {"functions": functions, "classes": classes}
                    for error, (functions, classes) in wrong_counts(found, c)[c].items()
                },
            }
        )
    return {
        "components": found.components.name,
        "inputs": found.n,
        "free": ["inputs", "complements", "constants"] if found.free_complements else ["inputs"],
        "symmetries": _symmetries(found),
        "functions": len(found.costs),
        "classes": len(numbers),
        "gates": by_gates,
        "by_class": [
            {
                "function": _text(f, found.n),
                "functions": int(sizes[k]),
                "gates": int(found.costs[f]) if 0 <= found.costs[f] <= most else None,
                "wrong": rows[:, f].tolist(),
            }
            for k, f in zip(numbers.tolist(), first.tolist(), strict=True)
        ],
        "stopped": found.stopped,
        "seconds": round(found.seconds, 3),
    }


def _symmetries(found: AllFunctions) -> list[str]:
    names = ["inputs exchanged"]
    names += ["inputs complemented"] if found.free_complements else []
    return names + (["output complemented"] if found.normal else [])


def _text(function: int, n: int) -> str:
    digits = max(1, (1 << n) // 4)
    return f"0x{function:0{digits}x}"


def nearest(found: AllFunctions, most: int, function: int) -> list[dict[str, Any]]:
    """For 0, 1, ... gates: the nearest function that takes no more, and its shortest sequence.

    Of functions equally near, one with the fewest gates.

    Each sequence is evaluated on all inputs; what it gets wrong is what is counted.
    """
    import numpy as np

    from solvers.exact.functions.gate_algebra import free_values
    from solvers.exact.functions.witnesses import Witnesses
    from theory.formats.sequence_text import sequence_text

    witnesses = Witnesses(found)
    free = list(free_values(found.n, free_complements=found.free_complements).values())
    everything = np.arange(len(found.costs), dtype=np.uint32)
    wrong = np.bitwise_count(everything ^ np.uint32(function)).astype(np.int64)
    rank = 100 * wrong + found.costs
    lines = []
    for c in range(most + 1):
        reached = (found.costs >= 0) & (found.costs <= c)
        near = int(np.where(reached, rank, rank.max() + 100).argmin())
        sequence = witnesses.sequence(near)
        given = [
            sequence.evaluate(tuple(bool(f >> i & 1) for f in free)) for i in range(1 << found.n)
        ]
        errors = sum(v != (bool(function >> i & 1),) for i, v in enumerate(given))
        line = {"gates": c, "wrong": errors, "function": _text(near, found.n)}
        lines.append(line | {"sequence": sequence_text(sequence).splitlines()})
        if errors == 0:
            break
    return lines


def _write(found: AllFunctions, most: int, path: Path) -> None:
    """A row for each function: its class, its least gates, its least wrong outputs."""
    from solvers.exact.functions.all_functions import least_wrong
    from theory.formats.files import replacing

    rows = least_wrong(found.costs, found.n, most).T.tolist()
    with replacing(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["function", "class", "gates", *(f"wrong{c}" for c in range(most + 1))])
        for f, wrong in enumerate(rows):
            cost = int(found.costs[f])
            gates = cost if 0 <= cost <= most else ""
            writer.writerow([_text(f, found.n), int(found.classes[f]), gates, *wrong])


def _show(data: dict[str, Any], *, classes: bool) -> None:
    screen = console()

    def say(text: str) -> None:
        screen.say(text)

    say(
        f"{data['inputs']} inputs, {data['components']}: {data['functions']:,} functions, "
        f"{data['classes']} classes ({', '.join(data['symmetries'])})"
    )
    say(f"free: {', '.join(data['free'])}")
    if "function" in data:
        _show_nearest(data["function"], say)
    else:
        _show_counts(data, say, classes=classes)
    if data["stopped"]:
        say(f"stopped: {data['stopped']}; what is shown is settled")
    if "file" in data:
        say(f"table {data['file']}")


def _show_counts(data: dict[str, Any], say: Callable[[str], None], *, classes: bool) -> None:
    say("")
    worst = max(int(error) for row in data["gates"] for error in row["wrong"])
    table = [["gates", "functions", *(f"{e} wrong" for e in range(worst + 1))]]
    for row in data["gates"]:
        cells = [str(row["gates"]), _cell(row)]
        cells += [_cell(row["wrong"].get(str(e))) for e in range(worst + 1)]
        table.append(cells)
    _columns(table, say)
    if classes:
        say("")
        gates = [row["gates"] for row in data["gates"]]
        table = [["class of", "functions", "gates", *(f"wrong with {c}" for c in gates)]]
        for row in sorted(data["by_class"], key=lambda r: (r["wrong"], r["function"])):
            cost = "more" if row["gates"] is None else str(row["gates"])
            table.append([row["function"], str(row["functions"]), cost, *map(str, row["wrong"])])
        _columns(table, say)


def _show_nearest(lines: list[dict[str, Any]], say: Callable[[str], None]) -> None:
    for line in lines:
        plural = "" if line["gates"] == 1 else "s"
        say("")
        say(f"at most {line['gates']} gate{plural}: {line['wrong']} wrong · {line['function']}")
        for text in line["sequence"]:
            say(f"  {text}")


def _cell(counts: dict[str, int] | None) -> str:
    return f"{counts['functions']:,} ({counts['classes']})" if counts else ""


def _columns(table: list[list[str]], say: Callable[[str], None]) -> None:
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
    for row in table:
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())
