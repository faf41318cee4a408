"""Checkpoints of runs in progress, and their changes.

What is of no use costs a remark, and the run starts anew: its result is then that of a run that was
never interrupted. What is of use goes on, also where a forger wrote it; it may only not break.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.searches import OPTIMUM, Evaluator, RunResult, Space, StudyError, run
from solvers.searches.saving.checkpoints import _FORMAT, _START
from solvers.searches.saving.plain_data import from_bytes, to_bytes
from tests.fuzz.inputs.changes import change_bytes, odd_value
from tests.fuzz.inputs.resumed import changed_array
from tests.fuzz.inputs.watching import FoundFaultError, Given
from tests.fuzz.mutations import places
from tests.support import toy

NAME = "one.run"
SEARCHES = ("random", "local-search", "annealing", "regularised-evolution", "genetic")
CAP = 160


@cache
def _evaluator() -> toy.Table:
    return toy.nk_landscape(5, 3, 2, 1)


class _StopError(Exception):
    """Ends a run in its middle, so that its checkpoint is left."""


class _Stopping:
    """An evaluator that ends a run after some batches."""

    def __init__(self, inner: toy.Table) -> None:
        self.inner, self.left = inner, 5

    @property
    def space(self) -> Space:
        return self.inner.space

    def __call__(self, genomes: NDArray[np.int32]) -> NDArray[np.float64]:
        self.left -= 1
        if not self.left:
            raise _StopError
        return self.inner(genomes)


def _run(
    evaluator: Evaluator, search: str, path: Path | None, every_s: float, say: Any = print
) -> RunResult:
    """A run that cannot succeed, so that it uses its cap."""
    return run(
        evaluator, search, {}, np.random.SeedSequence([5, 1]), CAP, {OPTIMUM: -1.0, "half": 0.5},
        16, checkpoint=path, checkpoint_s=every_s, say=say,
    )  # fmt: skip


@cache
def _seeds() -> tuple[tuple[str, bytes, RunResult], ...]:
    """Of each search a checkpoint in the middle of a run, and what the run gives."""
    found = []
    for search in SEARCHES:
        whole = _run(_evaluator(), search, None, 1e9)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NAME
            with suppress(_StopError):
                _run(_Stopping(_evaluator()), search, path, 0.0)
            found.append((search, path.read_bytes(), whole))
    return tuple(found)


def prepare() -> None:
    """Makes the seeds, and compiles what they compile, before processes are forked."""
    _seeds()


def run_checkpoint(rng: Random, folder: Path) -> Given:
    """A checkpoint of a run, changed."""
    search, data, whole = rng.choice(_seeds())
    others = [other for _, other, _ in _seeds()]
    damaged = rng.random() < 0.4
    for _ in range(rng.choice((1, 1, 2))):
        data = change_bytes(rng, data, others) if damaged else _forged(rng, data)
    path = folder / NAME
    path.write_bytes(data)
    return Given(partial(_go_on, search, path, whole), NAME)


def _go_on(search: str, path: Path, whole: RunResult) -> None:
    remarks: list[str] = []
    found = _run(_evaluator(), search, path, 1e9, remarks.append)
    if remarks:
        if asdict(found) != asdict(whole):
            raise FoundFaultError("a run that started anew has another result", search)
        raise StudyError("bad-checkpoint", remarks[0], str(path))


def _forged(rng: Random, data: bytes) -> bytes:
    """A value inside changed, with the digest that belongs to it."""
    try:
        found = from_bytes(data, _START)
    except Exception:  # an earlier change has damaged it
        return data
    path = rng.choice([p for p in places(found) if p != ("key",)] or [()])
    if not path:
        return data
    holder: Any = found
    for key in path[:-1]:
        holder = holder[key]
    value = holder[path[-1]]
    if isinstance(value, np.ndarray) and rng.random() < 0.8:
        holder[path[-1]] = changed_array(rng, value)
    elif rng.random() < 0.2 and isinstance(holder, dict):
        del holder[path[-1]]
    elif isinstance(value, int) and not isinstance(value, bool) and rng.random() < 0.7:
        holder[path[-1]] = value + rng.choice((-1, 1, -value, 10**6, 2**63, -(2**63), 2**200))
    else:
        holder[path[-1]] = odd_value(rng)
    try:
        body = b"".join(bytes(part) for part in to_bytes(found))
    except Exception:  # what cannot be written cannot be in a file
        return data
    return _FORMAT + hashlib.sha256(body).hexdigest().encode() + b"\n" + body
