"""`sheffer growth`: exact and heuristic work against length and number of components."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solvers.commands.common import Exit, console, errors, progress_console, seconds_option
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.comparisons.growth import Measurement

# size, lengths, length, sizes
DEFAULTS = {"sorting": (6, "1-10", 5, "4-8"), "pancakes": (7, "1-7", 4, "4-8")}


def growth(
    family: Annotated[
        str, typer.Argument(help="A family of `sheffer list`: FAMILY-N.")
    ] = "sorting",
    size: Annotated[int | None, typer.Option(min=1, help="N of the growing length.")] = None,
    lengths: Annotated[
        str | None, typer.Option(help="Lengths, such as 1-10; `none` for no such series.")
    ] = None,
    length: Annotated[int | None, typer.Option(min=1, help="Length of the growing N.")] = None,
    sizes: Annotated[
        str | None, typer.Option(help="Values of N, such as 4-8; `none` for no such series.")
    ] = None,
    search: Annotated[str, typer.Option("--search", "-s")] = "genetic",
    repetitions: Annotated[int, typer.Option("--repetitions", "-r", min=1)] = 20,
    evaluations: Annotated[
        int, typer.Option("--evaluations", "-n", min=1, help="Most evaluations of a run.")
    ] = 20_000,
    seconds: Annotated[
        float, typer.Option(help="Time limit of each exact search.", callback=seconds_option)
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the results.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how exact and heuristic work grow, and fit the rates.

    Stops at a limit are marked (>=) and take no part in a rate. Exit code 3: interrupted.

    Examples:

        sheffer growth

        sheffer growth pancakes --sizes none --lengths 1-8
    """
    with errors():
        from solvers.comparisons.growth import fits, measure, rate_text, series, to_csv, to_json
        from solvers.comparisons.growth_plot import growth_picture
        from solvers.exact import Limits
        from solvers.searches.registry import find_search
        from theory.formats.files import replacing
        from theory.formats.media import json_text

        usual = DEFAULTS.get(family, (6, "1-6", 4, "4-6"))
        points = series(
            family,
            size or usual[0],
            _numbers(lengths or usual[1]),
            length or usual[2],
            _numbers(sizes or usual[3]),
        )
        find_search(search)
        terminal = progress_console()
        found = measure(
            points,
            search=search,
            repetitions=repetitions,
            evaluations=evaluations,
            limits=Limits(seconds=seconds),
            seed=seed,
            say=lambda m: terminal.say(f"{m.problem}, length {m.length}: {_outcome(m)}"),
        )
        folder = out or Path("results") / f"growth-{family}"
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in ("growth.csv", "growth.json", "growth.png")]
        data = {**to_json(found), "complete": len(found) == len(points)}
        for path, text in zip(paths, (to_csv(found), json_text(data, 1) + "\n"), strict=False):
            with replacing(path) as stream:
                stream.write(text)
        if found:
            growth_picture(found, search, paths[2])
        if json:
            show_json({**data, "files": [str(path) for path in paths if path.is_file()]})
        else:
            _show(found, search)
            screen = console()
            for (axis, quantity), trend in fits(found).items():
                text = f"{_QUANTITIES[quantity]} per {_STEPS[axis]}: {rate_text(trend)}"
                screen.say(text)
            if len(found) < len(points):
                screen.say("PARTIAL: interrupted")
            for path in paths:
                if path.is_file():
                    screen.say(f"wrote {path}")
    raise typer.Exit(Exit.OK if len(found) == len(points) else Exit.UNKNOWN)


_QUANTITIES = {
    "behaviours": "exact behaviours",
    "ert": "evaluations per success",
    "exact_seconds": "exact CPU seconds",
    "seconds_per_success": "CPU seconds per success",
}
_STEPS = {"length": "step", "components": "component"}


def _numbers(text: str) -> list[int]:
    """The numbers of "4-8", "3,5,9" or "none".

    Raises:
        ProblemError: `bad-range`.
    """
    from theory.kernel.errors import ProblemError

    if text == "none":
        return []
    found: list[int] = []
    for part in text.split(","):
        low, dash, high = part.partition("-")
        ends = [low, high if dash else low]
        if not all(e.isascii() and e.isdigit() and len(e) < 5 for e in ends):
            message = f"{text!r} is no list of numbers; write 4-8, 3,5,9 or none"
            raise ProblemError("bad-range", message)
        found += range(int(ends[0]), int(ends[1]) + 1)
    if not found:
        raise ProblemError("bad-range", f"{text!r} holds no number; write 4-8, 3,5,9 or none")
    return found


def _outcome(m: Measurement) -> str:
    exact = f"{'>= ' if m.stopped else ''}{m.behaviours:,} behaviours, {m.exact_seconds:.2f} s"
    ert = f"{m.ert:,.0f}" if m.successes else f"> {m.ert_bound:,.0f}"
    return f"{exact}; {ert} evaluations per success"


def _show(found: list[Measurement], search: str) -> None:
    from rich import box
    from rich.table import Table

    header = ("grows", "problem", "length", "components", "least error", "exact behaviours",
              "CPU s", f"{search} success", "ERT [95 %]", "CPU s per success")  # fmt: skip
    table = Table(box=box.SIMPLE_HEAD, padding=0)
    for name in header:
        table.add_column(name)
    for m in found:
        sign = ">= " if m.stopped else ""
        interval = f" [{m.ert_lower:,.0f}, {m.ert_upper:,.0f}]" if m.ert_lower > 0 else " [few]"
        table.add_row(
            m.axis, m.problem, f"{m.length}", f"{m.components}",
            f"{'<= ' if m.stopped else ''}{m.target:g}", f"{sign}{m.behaviours:,}",
            f"{sign}{m.exact_seconds:.3f}", f"{m.successes}/{m.runs}",
            f"{sign}{m.ert:,.0f}{interval}" if m.successes else f"> {m.ert_bound:,.0f}",
            f"{m.seconds_per_success:.4f}" if m.successes else "no success",
        )  # fmt: skip
    console().print(table)
