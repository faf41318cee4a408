"""What the commands share: exit codes, one-line errors, JSON, and finding what the user names."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from solvers.commands.output import OutputLostError, complain, drop_output
from theory.faults import fault_line
from theory.kernel.errors import OutOfLimitsError, ShefferError

if TYPE_CHECKING:
    from solvers.commands.terminal import Terminal
    from theory.formats.problem_files import Options
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.problems.problem import Problem


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0  # accepted, decided
    REFUSED = 1
    BAD_INPUT = 2
    UNKNOWN = 3  # unknown, bounds only, out of limits, interrupted, output lost
    FAULT = 4  # a fault of the program


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What is wrong with a disk and not with what the user said."""


@contextmanager
def errors() -> Iterator[None]:
    """Turns whatever goes wrong into one line on standard error and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except BaseException as error:
        raise typer.Exit(exit_code(error)) from None


def exit_code(error: BaseException) -> Exit:
    """Says in one line what went wrong; the exit code for it.

    Raises:
        BaseException: what ends the process on purpose, such as `SystemExit`.
    """
    if isinstance(error, ShefferError):
        complain(str(error))
        return Exit.UNKNOWN if isinstance(error, OutOfLimitsError) else Exit.BAD_INPUT
    if isinstance(error, OutputLostError):
        drop_output()
        if error.message:
            complain(error.message)
        return Exit.UNKNOWN
    if isinstance(error, MemoryError | RecursionError):
        name = "memory" if isinstance(error, MemoryError) else "stack"
        complain(f"out of {name}; a smaller input or limit would help")
        return Exit.UNKNOWN
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted")
        return Exit.UNKNOWN
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        complain(f"{place}{error.strerror or error}")
        return Exit.UNKNOWN if error.errno in _FULL else Exit.BAD_INPUT
    if isinstance(error, Exception):
        complain(f"a fault of the program: {fault_line(error)}")
        return Exit.FAULT
    raise error


def console() -> Terminal:
    """Standard output, for people."""
    from solvers.commands.terminal import console

    return console()


def progress_console() -> Terminal:
    """Standard error, where progress goes, so that it never mixes with results."""
    from solvers.commands.terminal import progress_console

    return progress_console()


def number(low: float, high: float, *, above: bool = False) -> Callable[[float], float]:
    """A check of an option: a number between these, `above` the first or at least that.

    It says no to "nan" and "inf", which are numbers for Python.
    """

    def check(value: float) -> float:
        if not (low < value <= high if above else low <= value <= high):
            words = "above" if above else "of at least"
            message = f"needs a number {words} {low:g} and at most {high:g}, not {value:g}"
            raise typer.BadParameter(message)
        return value

    return check


seconds_option = number(0, 1e9)
"""The check of a time limit; 1e9 seconds are thirty years."""


def find_components(source: str) -> ComponentSet:
    """A component set: a `.smt2` file, a catalogue name, or `module:NAME` or `file.py:NAME`.

    Raises:
        ShefferError: with the remedy.
    """
    from theory.formats.component_files import load_components
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.errors import ComponentError

    if source.endswith(".smt2") or Path(source).is_file():
        return load_components(source)
    if ":" in source:
        found = _python_object(source)
        if not isinstance(found, ComponentSet):
            kind = type(found).__name__
            raise ComponentError("wrong-type", f"is a {kind}, not a ComponentSet", source)
        return found
    from theory.catalogue import load

    return load(source)


def find_any_problem(
    source: str, components: str | None = None, options: Options | None = None
) -> Problem:
    """A problem: a name of `sheffer list`, a `.csv`, `.smt2` or `.sl` file, or `file.py:NAME`.

    Raises:
        ShefferError: with the remedy.
    """
    from theory.formats.problem_files import Options, load_problem
    from theory.kernel.errors import ProblemError
    from theory.kernel.problems.problem import Problem

    chosen = options or Options()
    if source.endswith(".sl"):
        if components or chosen.wiring or chosen.measure or chosen.cost:
            message = "a SyGuS file says all but the length; only --length applies"
            raise ProblemError("bad-option", message, source)
        from theory.formats.sygus import load_sygus

        return load_sygus(source, chosen.length).problem
    if source.endswith((".csv", ".smt2")) or Path(source).is_file():
        given = find_components(components) if components else None
        return load_problem(source, given, chosen)
    if ":" in source:
        found = _python_object(source)
        if not isinstance(found, Problem):
            raise ProblemError("wrong-type", f"is a {type(found).__name__}, not a Problem", source)
        return found
    if components or chosen.wiring or chosen.measure or chosen.cost:
        message = "--components, --wiring, --measure and --cost belong to problems from files"
        raise ProblemError("bad-option", message, source)
    from solvers.suites import find_problem

    return find_problem(source, chosen.length)


def _python_object(source: str) -> Any:
    """The object that `module:NAME` or `path/file.py:NAME` names.

    Raises:
        ComponentError: `no-object`; and what the file itself raises of ours.
    """
    from solvers.python_objects import python_object
    from theory.kernel.errors import ComponentError

    try:
        return python_object(source)
    except ImportError as error:
        if isinstance(error.__cause__, ShefferError):
            raise error.__cause__ from None
        raise ComponentError("no-object", f"cannot be loaded: {error}", source) from None
