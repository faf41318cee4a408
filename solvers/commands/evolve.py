"""`sheffer evolve`: one run of a heuristic search."""

from __future__ import annotations

from typing import Annotated

import typer

from solvers.commands.common import Exit, console, errors, find_any_problem
from solvers.commands.output import show_json
from solvers.commands.solve import (
    ComponentsOption,
    LengthOption,
    MeasureOption,
    ProblemArgument,
    WiringOption,
    read_options,
)


def evolve(
    problem: ProblemArgument,
    search: Annotated[
        str,
        typer.Option(
            "--search", "-s", help="A search of `sheffer list`, file.py:Name or module:Name."
        ),
    ] = "genetic",
    evaluations: Annotated[
        int, typer.Option("--evaluations", "-n", min=1, help="Most evaluations.")
    ] = (20_000),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the run.")] = 1,
    components: ComponentsOption = None,
    length: LengthOption = None,
    measure: MeasureOption = None,
    wiring: WiringOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run one heuristic search and show the best sequence it found.

    What is found is not claimed to be optimal; `sheffer solve` and `sheffer compare` tell.

    Examples:

        sheffer evolve sorting-6

        sheffer evolve samples.csv -c gates.smt2 --search local-search --seed 7

        sheffer evolve sorting-6 --search mine.py:Hill
    """
    with errors():
        from solvers.studies.evolving import evolve as run
        from theory.formats.sequence_text import sequence_text
        from theory.kernel.language.exact import error_text

        found_problem = find_any_problem(problem, components, read_options(wiring, measure, length))
        found = run(found_problem, search, evaluations=evaluations, seed=seed)
        error, sequence, result = found.error, found.sequence, found.run
        if json:
            show_json(
                {
                    "problem": found_problem.name,
                    "search": search,
                    "seed": seed,
                    "error": str(error),
                    "interrupted": found.interrupted,
                    "evaluations": result.evaluations,
                    "distinct": result.distinct,
                    "comparisons": result.comparisons,
                    "trajectory": [list(point) for point in result.trajectory],
                    "sequence": sequence_text(sequence).splitlines(),
                }
            )
        else:
            screen = console()
            last = result.trajectory[-1][0] if result.trajectory else 0
            ended = "(interrupted) " if found.interrupted else ""
            compared = f", {result.comparisons:,} comparisons" if result.comparisons else ""
            screen.say(
                f"FOUND {ended}error {error_text(error)} at length {len(sequence)} · "
                f"after {last:,} of {result.evaluations:,} evaluations, "
                f"{result.distinct:,} distinct{compared}"
            )
            for text in sequence_text(sequence).splitlines():
                screen.say(f"  {text}")
    raise typer.Exit(Exit.UNKNOWN if found.interrupted else Exit.OK)
