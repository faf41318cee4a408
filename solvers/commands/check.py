"""`sheffer check`: the certificate checker of `theory`, as a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from solvers.commands.common import errors, find_any_problem


def check(
    certificates: Annotated[
        list[str], typer.Argument(help="Certificate files.", metavar="FILE...")
    ],
    timeout: Annotated[float, typer.Option(help="Seconds for each file.")] = 300.0,
    max_nodes: Annotated[int, typer.Option(help="Behaviours the recount may keep.")] = 3_000_000,
    max_memory: Annotated[float, typer.Option(help="Gigabytes for each file.")] = 8.0,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask cvc5 as well as z3.")
    ] = False,
    expect: Annotated[
        str | None,
        typer.Option(help="The set or problem it must be about: a file, or a name of `list`."),
    ] = None,
    components: Annotated[
        str | None, typer.Option(help="With --expect FILE.csv: its component set.")
    ] = None,
    length: Annotated[
        int | None, typer.Option(help="With --expect: the length asked about.")
    ] = None,
    regime: Annotated[
        str | None, typer.Option(help="With --expect: the regime asked about.")
    ] = None,
    says: Annotated[
        str | None,
        typer.Option(
            help="What it must say: complete, weakly-complete, incomplete, optimal, zero, bounded."
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Write its proofs there, in DIMACS and LRAT or SMT-LIB.", metavar="DIR"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check certificates without trusting the search that wrote them.

    The same as `sheffer-check FILE`, which loads nothing of the search. Exit code 0: accepted; 1:
    refused; 2: cannot be read; 3: unknown (out of time or memory, interrupted, a fault).

    Examples:

        sheffer check sorting-5.json

        sheffer check mine.json --expect mine.smt2 --says incomplete
    """
    with errors():
        from theory.command import request_of, run

        request = request_of(
            timeout=timeout,
            max_nodes=max_nodes,
            memory_gb=max_memory,
            second_opinion=second_opinion,
            own=None if expect is None else _own(expect, components, length),
            regime=regime,
            says=says,
            export=export,
        )
        code = run(certificates, request, as_json=json)
    raise typer.Exit(code)


def _own(source: str, components: str | None, length: int | None) -> Any:
    from theory.expectation import own_subject
    from theory.formats.problem_files import Options
    from theory.kernel.errors import ComponentError

    try:
        return own_subject(source, components, Options(length=length))
    except ComponentError as error:
        if error.reason != "unknown-set":
            raise
    return find_any_problem(source, components, Options(length=length))
