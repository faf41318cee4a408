"""`sheffer check`: the certificate checker of `theory`, as a command."""

from __future__ import annotations

from typing import Annotated

import typer

from solvers.commands.common import errors, show_json


def check(
    certificates: Annotated[
        list[str], typer.Argument(help="Certificate files.", metavar="FILE...")
    ],
    timeout: Annotated[float, typer.Option(help="Seconds for each file.")] = 300.0,
    max_nodes: Annotated[int, typer.Option(help="Behaviours the recount may keep.")] = 3_000_000,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask cvc5 as well as z3.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check certificates without trusting the search that wrote them.

    The same as `python -m theory FILE`. Exit code 0: accepted; 1: refused; 2: cannot be read;
    3: the checker ran out of its limits.

    Example:

        sheffer check sorting-5.json
    """
    with errors():
        from theory.__main__ import check_and_print, check_as_data
        from theory.kernel.checks.certificates import Limits

        limits = Limits(timeout, max_nodes, second_opinion)
        if json:
            results = [check_as_data(path, limits) for path in certificates]
            show_json([data for _, data in results])
            code = max(code for code, _ in results)
        else:
            code = max(check_and_print(path, limits) for path in certificates)
    raise typer.Exit(code)
