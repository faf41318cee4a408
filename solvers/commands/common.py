"""What the commands share: exit codes, one-line errors, JSON, and finding what the user names."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from theory.kernel.errors import OutOfLimitsError, ShefferError

if TYPE_CHECKING:
    from rich.console import Console

    from theory.formats.problem_files import Options
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.problems.problem import Problem


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0  # accepted, decided
    REFUSED = 1
    BAD_INPUT = 2
    UNKNOWN = 3  # unknown, bounds only, out of limits


@contextmanager
def errors() -> Iterator[None]:
    """Turns an error of ours into one line on standard error and exit code 2, a limit into 3."""
    try:
        yield
    except ShefferError as error:
        print(f"sheffer: {error}", file=sys.stderr)
        limited = isinstance(error, OutOfLimitsError)
        raise typer.Exit(Exit.UNKNOWN if limited else Exit.BAD_INPUT) from None
    except (MemoryError, RecursionError) as error:
        name = "memory" if isinstance(error, MemoryError) else "stack"
        print(f"sheffer: out of {name}; a smaller input or limit would help", file=sys.stderr)
        raise typer.Exit(Exit.UNKNOWN) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"sheffer: {place}{error.strerror or error}", file=sys.stderr)
        raise typer.Exit(Exit.BAD_INPUT) from None
    except KeyboardInterrupt:
        print("sheffer: interrupted", file=sys.stderr)
        raise typer.Exit(Exit.UNKNOWN) from None


def show_json(data: Any) -> None:
    """Prints data as JSON on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def console() -> Console:
    """The terminal, for people; tables keep their form when the output is a file."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def progress_console() -> Console:
    """Where progress goes: standard error, so that it never mixes with results."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


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


def write_path(out: Path | None, name: str, suffix: str) -> Path:
    """Where a result goes: the given file, or NAME.suffix in the current folder."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    path = out or Path(f"{safe}{suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
