"""One run of a search on a problem: the only place where evaluations are counted.

Every evaluation counts, repeats included; distinct ones (as canonical genomes) are counted
beside. A target is reached at the exact evaluation whose error is at or below it, also in the
middle of a batch.

- `RunResult`: what one run did; plain data, no times, so equal runs compare equal.
- `run(...)`: the loop of ask, evaluate, count, tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.heuristics.protocol import Errors, Evaluator, Genomes, StudyError
from solvers.heuristics.registry import make_search

OPTIMUM = "optimum"
"""The target that ends a run when it is reached."""

BATCH = 64
"""Most genomes asked for at once; a search may return fewer."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did.

    Attributes:
        evaluations: all evaluations, repeats included.
        distinct: different canonical genomes among them.
        hits: for each target the number of evaluations (from 1) at which an error at or below
            it was first seen, or None.
        trajectory: every improvement, as (evaluations, error).
        best_genome: the first genome of least error, canonical.
        best_error: its error.
        behaviours: different behaviours among them; None where they were not counted. Every other
            evaluation was spent on a behaviour already seen.
    """

    evaluations: int
    distinct: int
    hits: dict[str, int | None]
    trajectory: tuple[tuple[int, float], ...]
    best_genome: tuple[int, ...]
    best_error: float
    behaviours: int | None = None


def run(
    evaluator: Evaluator,
    search_name: str,
    settings: Mapping[str, Any],
    seed_sequence: np.random.SeedSequence,
    cap: int,
    targets: Mapping[str, float],
    batch: int = BATCH,
    behaviours: Callable[[Genomes], list[bytes]] | None = None,
) -> RunResult:
    """Run one search until the target `optimum`, the cap, or the end of its space.

    Args:
        evaluator: the problem.
        search_name: a name of `SEARCHES`, or `package.module:Name` of the caller's own search.
        settings: keyword settings of the search.
        seed_sequence: seeds the one generator of the run.
        cap: most evaluations.
        targets: errors to be reached, by name; the run ends at the one named `optimum`.
        batch: most genomes asked for at once.
        behaviours: gives canonical genomes (n, width) keys that are equal exactly where their
            behaviours are, to count these; `solvers.behaviours` makes it. Changes nothing else.

    Raises:
        StudyError: no such search or setting, a cap or batch below 1, a search that proposes
            too much or nothing at all, or an evaluator that returns NaN or not one error a genome.
    """
    if cap < 1 or batch < 1:
        raise StudyError("bad-limit", f"cap {cap} and batch {batch} must be at least 1")
    space = evaluator.space
    search = make_search(search_name, space, np.random.default_rng(seed_sequence), settings)
    waiting = dict(targets)
    hits: dict[str, int | None] = dict.fromkeys(targets)
    trajectory: list[tuple[int, float]] = []
    best_genome: tuple[int, ...] = ()
    best, done = math.inf, 0
    seen: set[bytes] = set()
    behaved: set[bytes] = set()
    while done < cap and hits.get(OPTIMUM) is None:
        most = min(batch, cap - done)
        genomes = search.ask(most)
        if len(genomes) == 0:
            if done == 0:
                raise StudyError("no-proposal", "the search proposed nothing at all", search_name)
            break
        errors = np.asarray(evaluator(genomes), dtype=np.float64)
        _check(search_name, genomes, most, errors)
        n = len(genomes)
        if OPTIMUM in waiting and errors.min() <= waiting[OPTIMUM]:
            # The run ends inside this batch: what comes after the optimum was not needed.
            n = int((errors <= waiting[OPTIMUM]).argmax()) + 1
        canonical = space.canonical(genomes[:n])
        counted = errors[:n]
        least = float(counted.min())
        for name, threshold in tuple(waiting.items()):
            if least <= threshold:
                hits[name] = done + int((counted <= threshold).argmax()) + 1
                del waiting[name]
        if least < best or not best_genome:
            for row in _improvements(counted, best):
                best, best_genome = float(counted[row]), tuple(canonical[row].tolist())
                trajectory.append((done + row + 1, best))
        keys = space.keys(canonical)
        if behaviours is not None:
            # A genome seen before has a behaviour seen before.
            new = [row for row, key in enumerate(keys) if key not in seen]
            behaved.update(behaviours(canonical[new]) if new else ())
        seen.update(keys)
        done += n
        search.tell(genomes, errors)
    counted_behaviours = None if behaviours is None else len(behaved)
    steps = tuple(trajectory)
    return RunResult(done, len(seen), hits, steps, best_genome, best, counted_behaviours)


def _improvements(errors: NDArray[np.float64], best: float) -> list[int]:
    """Rows that are better than `best` and all rows before; the first row if all are infinite."""
    before = np.minimum.accumulate(np.concatenate([[best], errors[:-1]]))
    rows: list[int] = np.flatnonzero(errors < before).tolist()
    return rows or [0]


def _check(name: str, genomes: Genomes, most: int, errors: Errors) -> None:
    if len(genomes) > most:
        raise StudyError("too-many", f"asked for {most} genomes it gave {len(genomes)}", name)
    if errors.shape != (len(genomes),) or np.isnan(errors).any():
        raise StudyError(
            "bad-errors",
            f"an evaluator must return one error, not NaN, for each of {len(genomes)} genomes; "
            f"got shape {errors.shape}",
        )
