"""`sheffer compare`: heuristics against exact optima, on one problem or many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solvers.commands.common import (
    Exit,
    console,
    errors,
    find_any_problem,
    number,
    progress_console,
)
from solvers.commands.output import show_json
from solvers.commands.solve import (
    ComponentsOption,
    LengthOption,
    MeasureOption,
    WiringOption,
    read_options,
)

if TYPE_CHECKING:
    from solvers.comparisons.comparison import Comparison
    from solvers.comparisons.request import Settings
    from theory.kernel.problems.problem import Problem


def compare(
    problems: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of `sheffer list`, .csv or .smt2 files.", metavar="[PROBLEM]..."
        ),
    ] = None,
    suite: Annotated[
        str | None, typer.Option(help="A list of problems: study, league, smoke.")
    ] = None,
    repetitions: Annotated[int, typer.Option("--repetitions", "-r", min=1)] = 100,
    evaluations: Annotated[
        int, typer.Option("--evaluations", "-n", min=1, help="Most evaluations of a run.")
    ] = 20_000,
    search: Annotated[
        list[str] | None,
        typer.Option(
            "--search",
            "-s",
            help="A search: a name, file.py:Name or module:Name; repeat for several. Default: all.",
        ),
    ] = None,
    contrast: Annotated[
        list[str] | None,
        typer.Option(
            help="FIRST:SECOND, two searches to test against each other; repeat for several. "
            "Default: genetic (or the first search) against each other one."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask cluster to run on (extra cluster).")
    ] = None,
    count: Annotated[
        int,
        typer.Option(min=0, help="Behaviours counted at most for ideal random search; 0: none."),
    ] = 2_000_000,
    checkpoint: Annotated[
        float,
        typer.Option(
            help="Seconds after which a run in progress is saved.", callback=number(0, 1e9)
        ),
    ] = 30.0,
    components: ComponentsOption = None,
    length: LengthOption = None,
    measure: MeasureOption = None,
    wiring: WiringOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the results; the same command continues it."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure searches against exact optima; a killed comparison continues.

    Examples:

        sheffer compare sorting-5 pancakes-6

        sheffer compare table.csv --repetitions 200

        sheffer compare --suite study --out results/study
    """
    with errors():
        from solvers.comparisons.comparison import compare as run
        from solvers.comparisons.request import Settings, check_request

        names = _problem_names(problems, suite)
        settings = Settings(
            {name: {} for name in search} if search else None,
            repetitions,
            evaluations,
            seed,
            workers=workers,
            contrasts=None if contrast is None else tuple(map(_contrast, contrast)),
            scheduler=scheduler,
            count_states=count,
            checkpoint_s=checkpoint,
        )
        options = read_options(wiring, measure, length)
        loaded = [find_any_problem(name, components, options) for name in names]
        folder = out or _folder(suite, loaded, settings)
        check_request(loaded, folder, settings)  # before the bar: what it refuses is one line
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        terminal = progress_console()
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=terminal,
        ) as bar:
            task = bar.add_task("exact search", total=None)

            def tick(done: int, total: int) -> None:
                bar.update(task, description="runs", completed=done, total=total)

            try:
                result = run(loaded, folder, settings, say=terminal.say, tick=tick)
            except BaseException:
                # What is refused is one line, without the bar.
                bar.live.transient, terminal.quiet = True, not terminal.is_terminal
                raise
        _show(result, json=json)
    raise typer.Exit(Exit.OK if result.study.complete else Exit.UNKNOWN)


def _contrast(text: str) -> tuple[str, str]:
    """Two searches named as FIRST:SECOND; a name may itself hold one colon (package.module:Name).

    Raises:
        StudyError: `bad-contrast`.
    """
    from solvers.searches import StudyError

    parts = text.split(":")
    if len(parts) == 2 and all(parts):
        return parts[0], parts[1]
    if len(parts) == 4 and all(parts):
        return ":".join(parts[:2]), ":".join(parts[2:])
    raise StudyError("bad-contrast", "a contrast is FIRST:SECOND, two names of searches", text)


def _problem_names(problems: list[str] | None, suite: str | None) -> list[str]:
    from solvers.suites import SUITES
    from theory.kernel.errors import ProblemError

    names = list(problems or [])
    if suite is not None:
        if suite not in SUITES:
            message = f"unknown suite {suite!r}; known: {', '.join(SUITES)}"
            raise ProblemError("unknown-suite", message)
        names += SUITES[suite]
    if not names:
        message = "name a problem, or --suite study; `sheffer list` shows what there is"
        raise ProblemError("no-problem", message)
    return names


def _folder(suite: str | None, problems: list[Problem], settings: Settings) -> Path:
    """A folder of its own for each comparison: equal requests continue the same one."""
    import hashlib
    import json
    from dataclasses import replace

    from theory.formats.certificates import problem_to_json
    from theory.formats.files import file_name

    # Where it runs, and how often it is saved, changes nothing.
    settings = replace(settings, workers=None, scheduler=None, checkpoint_s=0)
    request = [repr(settings), *(problem_to_json(p) for p in problems)]
    digest = hashlib.sha256(json.dumps(request).encode()).hexdigest()[:6]
    label = suite or (problems[0].name if len(problems) == 1 else f"{problems[0].name}-and-more")
    return Path("results") / file_name(f"{label}-{digest}")


def _show(result: Comparison, *, json: bool) -> None:
    from dataclasses import asdict

    from solvers.reports.contrasts import contrast_rows, ideal_rows
    from solvers.reports.tables_of_runs import main_table, study_rows, to_rich

    rows, ideals = study_rows(result.study), ideal_rows(result.results)
    contrasts = contrast_rows(result.study)
    if json:
        show_json(
            {
                "complete": result.study.complete,
                "rows": [_finite(asdict(row)) for row in rows],
                "contrasts": [_finite(asdict(row)) for row in contrasts],
                "ideal_random": [_finite(asdict(row)) for row in ideals],
                "notes": list(result.notes),
                "files": [str(path) for path in result.paths],
            }
        )
        return
    screen = console()
    screen.print(to_rich(main_table(rows, ideals)))  # contrasts and further targets: the report
    for note in result.notes:
        screen.say(note)
    if not result.study.complete:
        screen.say("PARTIAL: interrupted; the same command continues it")
    screen.say()
    for path in result.paths:
        screen.say(f"wrote {path}")


def _finite(row: dict[str, object]) -> dict[str, object]:
    """JSON has no NaN and no infinity: null and "inf" instead."""
    import math

    def plain(value: object) -> object:
        if isinstance(value, float) and math.isnan(value):
            return None
        return "inf" if value == math.inf else value

    return {key: plain(value) for key, value in row.items()}
