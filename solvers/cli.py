"""The command `sheffer`."""

from __future__ import annotations

import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from solvers.commands.all_functions import functions
from solvers.commands.check import check
from solvers.commands.common import Exit, exit_code
from solvers.commands.compare import compare
from solvers.commands.describe import describe
from solvers.commands.evolve import evolve
from solvers.commands.growth import growth
from solvers.commands.listing import list_names
from solvers.commands.output import OutputLostError, complain, drop_output, end_output
from solvers.commands.report import report
from solvers.commands.solve import solve
from solvers.commands.theorems import theorems
from solvers.commands.turing import turing
from solvers.commands.verify import verify

_INTERRUPTED = 128 + signal.SIGINT
"""What typer makes of a Ctrl-C outside a command's own code."""


class OneLineErrors(TyperGroup):
    """The group of commands; a wrong option gets one line and exit code 2, like other bad input."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs a command and leaves the process with its exit code."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
            end_output()
            if code == _INTERRUPTED:
                code = exit_code(KeyboardInterrupt())
        except SystemExit:
            code = Exit.UNKNOWN  # the help could not be printed
            drop_output()
        except typer.Abort:
            code = exit_code(KeyboardInterrupt())
        except BaseException as error:
            describe_error = getattr(error, "format_message", None)  # of a wrong option
            if describe_error is None:
                code = exit_code(OutputLostError(error) if isinstance(error, OSError) else error)
            else:
                code = getattr(error, "exit_code", Exit.BAD_INPUT)
                command = getattr(getattr(error, "ctx", None), "command_path", "sheffer")
                if text := " ".join(describe_error().split()):
                    complain(f"{text} (see {command} --help)")
        sys.exit(int(code) if isinstance(code, int) else 0)


app = typer.Typer(
    cls=OneLineErrors,
    help="Complete component sets, exact best sequences, and how close heuristics come.",
    epilog="Exit codes: 0 accepted or decided, 1 refused, 2 bad input, 3 unknown, bounds only, "
    "interrupted or output lost, 4 a fault of the program.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(verify)
app.command()(describe)
app.command()(solve)
app.command()(functions)
app.command()(evolve)
app.command()(compare)
app.command()(report)
app.command()(growth)
app.command()(check)
app.command()(turing)
app.command()(theorems)
app.command("list")(list_names)


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
