"""`sheffer turing`: runs a Turing machine, fast, and shows its tape, its diagram or its steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors
from solvers.commands.output import show_json, show_lines

if TYPE_CHECKING:
    from solvers.turing.runs import AcceleratedRun
    from theory.turing.machine import Configuration, Machine

MAX_SHOWN = 60  # cells of the final tape shown on each side of the head


def turing(
    machine: Annotated[
        str,
        typer.Argument(
            help="A bbchallenge text such as 1RB1LB_1LA1RZ, or a .yaml, .jff or .txt file."
        ),
    ],
    tape: Annotated[
        str | None, typer.Option(help="Input tape, the head on its first cell.")
    ] = None,
    state: Annotated[str | None, typer.Option(help="State to begin in.")] = None,
    fuel: Annotated[
        int | None, typer.Option("--fuel", "-f", min=0, help="Most steps; default: no such limit.")
    ] = None,
    work: Annotated[
        int, typer.Option(min=1, help="Most moves of the accelerated runner.")
    ] = 1_000_000,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the space-time diagram: .png, .svg or .pdf.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Print every step.")] = False,
    text: Annotated[
        str | None, typer.Option("--to", help="Print the machine as bbchallenge or yaml instead.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a Turing machine: steps, ones and the final tape.

    Examples:

        sheffer turing 1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA

        sheffer turing 1RB1LB_1LA1RZ --follow

        sheffer turing machine.yaml --tape 1011 --plot diagram.png
    """
    with errors():
        from theory.kernel.errors import MachineError
        from theory.turing.machine import start
        from theory.turing.texts import find_machine, write_bbchallenge, write_yaml

        found = find_machine(machine)
        if text is not None:
            writers = {"bbchallenge": write_bbchallenge, "yaml": write_yaml}
            if text not in writers:
                raise MachineError(
                    "unknown-format", f"{text!r}: known are bbchallenge, yaml", "--to"
                )
            console().lines(writers[text](found).rstrip("\n"))
            raise typer.Exit(Exit.OK)
        if plot is not None:
            from solvers.drawing.figures import picture_path

            picture_path(plot)
        begin = start(found, tape, state)
        if follow:
            from solvers.turing.follow import follow as frames

            for frame in frames(found, begin, 1000 if fuel is None else fuel):
                show_lines(frame)
            raise typer.Exit(Exit.OK)
        from solvers.turing.accelerated import run_accelerated

        result = run_accelerated(found, begin, fuel, work)
        if plot is not None:
            _plot(found, begin, plot, machine, fuel)
        if json:
            show_json(_as_json(found, result) | ({"plot": str(plot)} if plot else {}))
        else:
            _show(found, result)
            if plot is not None:
                console().say(f"space-time diagram {plot}")
    decided = result.outcome.value in ("halted", "never halts") or fuel is not None
    raise typer.Exit(Exit.OK if decided else Exit.UNKNOWN)


def _plot(machine: Machine, begin: Configuration, path: Path, title: str, fuel: int | None) -> None:
    from solvers.turing.spacetime import plot_space_time, space_time

    limit = 100_000_000 if fuel is None else fuel
    plot_space_time(space_time(machine, begin, fuel=limit), path, title=title)


def _big(number: int) -> str:
    """A count with separators; beyond 60 digits its size."""
    text = f"{number:,}" if number < 10**60 else ""
    if text:
        return text
    digits = int(number.bit_length() * 0.30102999566398120)
    return f"about 10^{digits}"


def _tape(machine: Machine, result: AcceleratedRun) -> str | None:
    from theory.turing.machine import tape_text

    if result.cells > 1_000_000:
        return None
    return tape_text(machine, result.configuration(), MAX_SHOWN)


def _show(machine: Machine, result: AcceleratedRun) -> None:
    words = {
        "halted": "HALT",
        "never halts": "NEVER HALTS (a proved rule repeats for ever; not re-checked by theory)",
        "out of fuel": "OUT OF FUEL",
        "stopped at another limit": "STOPPED (limit of the runner; see --work)",
    }
    screen = console()
    state = machine.states[result.state]
    screen.say(
        f"{words[result.outcome.value]}  {_big(result.steps)} steps · {_big(result.ones)} ones "
        f"· state {state}"
    )
    tape = _tape(machine, result)
    screen.say(f"tape  {tape}" if tape else f"tape  {_big(result.cells)} cells")


def _as_json(machine: Machine, result: AcceleratedRun) -> dict[str, Any]:
    return {
        "outcome": result.outcome.value,
        "steps": str(result.steps) if result.steps >= 2**53 else result.steps,
        "ones": str(result.ones) if result.ones >= 2**53 else result.ones,
        "state": machine.states[result.state],
        "tape": _tape(machine, result),
        "moves": result.moves,
    }
