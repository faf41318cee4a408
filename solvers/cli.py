"""The command `sheffer`."""

from __future__ import annotations

import sys

import typer

from solvers.commands.check import check
from solvers.commands.compare import compare
from solvers.commands.describe import describe
from solvers.commands.evolve import evolve
from solvers.commands.listing import list_names
from solvers.commands.solve import solve
from solvers.commands.turing import turing
from solvers.commands.verify import verify

app = typer.Typer(
    help="Complete component sets, exact best sequences, and how close heuristics come.",
    epilog="Exit codes: 0 accepted or decided, 1 refused, 2 bad input, 3 unknown or bounds only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(verify)
app.command()(describe)
app.command()(solve)
app.command()(evolve)
app.command()(compare)
app.command()(check)
app.command()(turing)
app.command("list")(list_names)


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
