"""`sheffer report`: tables, pictures and report of a comparison, computed again from its runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solvers.commands.common import Exit, console, errors
from solvers.commands.output import show_json


def report(
    folder: Annotated[Path, typer.Argument(help="A folder that `sheffer compare` has written.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; default: the same folder.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute every figure of a comparison again from its raw runs.

    Reads runs.csv and study.json, or where there are none study.sqlite, and runs nothing.

    Examples:

        sheffer report results/study

        sheffer report results/study --out elsewhere
    """
    with errors():
        from solvers.reports.document import write_report
        from solvers.studies.results import STUDY, Results, read_results
        from solvers.studies.study import read_study

        stored = folder / "study.sqlite"
        if (folder / STUDY).is_file() or not stored.is_file():
            results = read_results(folder)
        else:
            study = read_study(stored)
            most = max((len(runs) for runs in study.runs.values()), default=0)
            results = Results(study, most)
        paths = write_report(results, out or folder)
        if json:
            show_json({"complete": results.study.complete, "files": [str(p) for p in paths]})
        else:
            for path in paths:
                console().say(f"wrote {path}")
    raise typer.Exit(Exit.OK if results.study.complete else Exit.UNKNOWN)
