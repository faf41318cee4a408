"""One mutant at a time, in a process of its own, against the tests that run its line.

The changed code is put into the functions that are already there, wherever they were imported to;
a changed variable of a module replaces the old one in each module that has it by that name.

- `Trial`: how a mutant fared. `Changer` puts it in place; `attempt` tries it.
"""

from __future__ import annotations

import ast
import gc
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutation.coverage_of_tests import Tested, passes
from tests.mutation.mutants import Mutant

KERNEL = Path(__file__).resolve().parents[2] / "theory" / "kernel"
FACTOR = 10.0  # a test may take this many times as long as it did, and
EXTRA_S = 10.0  # this much longer
NOTHING_CHANGED = 3  # exit code


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    BY_TIME = "killed by time"
    SURVIVED = "survived"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant's fate; `test` noticed it, or the number of `tried` tests did not."""

    mutant: Mutant
    fate: Fate
    test: str
    tried: int


class Changer:
    """Puts a mutant in the place of what it was made from; only for a process that then ends."""

    def __init__(self) -> None:
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self._caches: list[Callable[[], None]] = []
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType):
                self._functions[_key(thing.__code__)].append(thing)
            elif type(thing).__name__ == "_lru_cache_wrapper":
                self._caches.append(thing.cache_clear)

    def change(self, mutant: Mutant) -> bool:
        """Whether anything was there to be changed; its module must have been imported."""
        tree = mutant.tree()
        for forget in self._caches:
            forget()
        assigned = next((n for n in tree.body if _assigns(n, mutant.place)), None)
        if assigned is not None:
            return _replace(mutant, assigned)
        changed = False
        for code in _codes(compile(tree, str(mutant.path), "exec")):
            for function in self._functions[_key(code)]:
                if function.__code__.co_freevars == code.co_freevars:
                    function.__code__ = code
                    changed = True
        return changed


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _assigns(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=found)]) | ast.AnnAssign(target=ast.Name(id=found)):
            return found == name
    return False


def _replace(mutant: Mutant, statement: ast.stmt) -> bool:
    modules = [m for m in list(sys.modules.values()) if hasattr(m, "__dict__")]
    home = next(m for m in modules if getattr(m, "__file__", None) == str(mutant.path))
    names = dict(vars(home))
    old = names[mutant.place]
    exec(compile(ast.Module([statement], []), str(mutant.path), "exec"), names)
    for module in modules:
        if vars(module).get(mutant.place) is old:
            setattr(module, mutant.place, names[mutant.place])
    return True


def attempt(
    mutant: Mutant,
    changer: Changer,
    items: dict[str, pytest.Item],
    tested: Tested,
    first: dict[str, int],
    seconds: float,
) -> Trial:
    """Tries a mutant against tests that together take so many seconds while nothing is changed.

    Those named in `first` come first, the one with the greatest number before; then the quickest.
    """
    names = [n for n in _tests_for(mutant, tested) if n in items]
    names.sort(key=lambda n: (-first.get(n, 0), tested.seconds[n]))
    total = 0.0
    chosen = [n for n in names if (total := total + tested.seconds[n]) <= seconds]
    if not chosen:
        return Trial(mutant, Fate.NOT_REACHED, "", 0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _run(mutant, changer, [(items[n], tested.seconds[n]) for n in chosen], writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        begun = pipe.read()  # a byte for each test begun
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == NOTHING_CHANGED:
        raise RuntimeError(f"{mutant.path}:{mutant.line}: {mutant.place} was not there to change")
    if status == 0:
        return Trial(mutant, Fate.SURVIVED, "", len(chosen))
    by_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
    test = chosen[max(0, len(begun) - 1)]
    return Trial(mutant, Fate.BY_TIME if by_time else Fate.KILLED, test, len(begun))


def _tests_for(mutant: Mutant, tested: Tested) -> list[str]:
    found = tested.of(mutant.path, mutant.lines)
    if found:
        return found
    for path in sorted(KERNEL.rglob("*.py")):  # a variable of the module: where it is read
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if mutant.place in text else ():
            if isinstance(node, ast.Name) and node.id == mutant.place:
                found += tested.of(path, range(node.lineno, node.lineno + 1))
    return list(dict.fromkeys(found))


def _run(
    mutant: Mutant, changer: Changer, items: list[tuple[pytest.Item, float]], writing: int
) -> Any:
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, EXTRA_S)
        if not changer.change(mutant):
            code = NOTHING_CHANGED
            return
        for item, seconds in items:
            os.write(writing, b".")
            signal.setitimer(signal.ITIMER_REAL, FACTOR * seconds + EXTRA_S)
            if not passes(item):
                return
        code = 0
    except BaseException:  # whatever a mutant raises through the runner, it was noticed
        return
    finally:
        os._exit(code)
