"""One run of a search on a problem: the only place where evaluations are counted.

Every evaluation counts, repeats included; distinct ones (as canonical genomes) are counted
beside. A target is reached at the exact evaluation whose error is at or below it, also in the
middle of a batch.

A *test* of a genome on one of S samples counts as 1/S of an evaluation; tests never reach a
target, only a whole evaluation does. `evaluations` is the sum of both, rounded up, so that searches
that test and searches that do not are compared by the same amount of work.

A search may *compare* genomes before it asks for an error: which of them behave alike, from the
components alone. That takes no target and counts as no evaluation; comparisons are counted
beside, since they take time.

A run can leave a checkpoint at intervals: its whole state, written to a new file that then takes
the place of the old one. A run that finds its checkpoint continues as if nothing had happened.

- `RunResult`: what one run did; plain data, no times, so equal runs compare equal.
- `run(...)`: the loop of ask, evaluate, count, tell.
"""

from __future__ import annotations

import math
import os
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.heuristics.protocol import Errors, Evaluator, Genomes, Search, StudyError
from solvers.heuristics.registry import find_search, make_search
from solvers.heuristics.seen import Seen

BehaviourKeys = Callable[[Genomes], list[bytes]]

OPTIMUM = "optimum"
"""The target that ends a run when it is reached."""

BATCH = 1024
"""Most genomes asked for at once; a search may return fewer."""

CHECKPOINT_S = 30.0
"""Seconds between checkpoints."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did.

    Attributes:
        evaluations: all evaluations, repeats included, and tests as parts of an evaluation.
        distinct: different canonical genomes among those evaluated whole.
        hits: for each target the number of evaluations (from 1) at which an error at or below
            it was first seen, or None.
        trajectory: every improvement, as (evaluations, error).
        best_genome: the first genome of least error, canonical.
        best_error: its error.
        behaviours: different behaviours among them; None where they were not counted. Every other
            evaluation was spent on a behaviour already seen.
        tests: tests on single samples; not kept in a study's file.
        comparisons: genomes compared without an error; not kept in a study's file.
    """

    evaluations: int
    distinct: int
    hits: dict[str, int | None]
    trajectory: tuple[tuple[int, float], ...]
    best_genome: tuple[int, ...]
    best_error: float
    behaviours: int | None = None
    tests: int = field(default=0, compare=False)
    comparisons: int = field(default=0, compare=False)


@dataclass(slots=True)
class _State:
    """All that a run is at a moment between two batches."""

    key: tuple[object, ...]
    search: Search
    seen: Seen
    waiting: dict[str, float]
    hits: dict[str, int | None]
    samples: int
    behaved: set[bytes] | None
    trajectory: list[tuple[int, float]] = field(default_factory=list)
    best_genome: tuple[int, ...] = ()
    best: float = math.inf
    whole: int = 0
    tests: int = 0
    comparisons: int = 0

    def spent(self, more: int = 0) -> int:
        """Evaluations so far and `more`, tests included, rounded up."""
        return self.whole + more + -(-self.tests // self.samples)


def run(
    evaluator: Evaluator,
    search_name: str,
    settings: Mapping[str, Any],
    seed_sequence: np.random.SeedSequence,
    cap: int,
    targets: Mapping[str, float],
    batch: int = BATCH,
    *,
    behaviours: BehaviourKeys | None = None,
    checkpoint: Path | None = None,
    checkpoint_s: float = CHECKPOINT_S,
) -> RunResult:
    """Run one search until the target `optimum`, the cap, or the end of its space.

    Args:
        evaluator: the problem.
        search_name: a name of `SEARCHES`, or `package.module:Name` of the caller's own search.
        settings: keyword settings of the search.
        seed_sequence: seeds the one generator of the run.
        cap: most evaluations; tests may exceed it by less than one batch of them.
        targets: errors to be reached, by name; the run ends at the one named `optimum`.
        batch: most genomes asked for at once.
        behaviours: gives canonical genomes (n, width) keys that are equal exactly where their
            behaviours are, to count these; `solvers.behaviours` makes it. Changes nothing else.
        checkpoint: a file of the run's own, read if it is there and removed at the end. It holds
            a pickle: continue only from files that this program wrote.
        checkpoint_s: seconds between writing it.

    Raises:
        StudyError: no such search or setting, a cap or batch below 1, a search that proposes
            too much or nothing at all, an evaluator that returns NaN or not one error a genome,
            or a checkpoint that is not of this run.
    """
    if cap < 1 or batch < 1:
        raise StudyError("bad-limit", f"cap {cap} and batch {batch} must be at least 1")
    space = evaluator.space
    key = (
        search_name, repr(sorted(settings.items())), repr(seed_sequence.entropy),
        seed_sequence.spawn_key, cap, repr(sorted(targets.items())), batch,
        space.options.tolist(), space.optional.tolist(), space.chain, behaviours is None,
    )  # fmt: skip
    find_search(search_name)  # loads the file it is in: a checkpoint of it names that module
    state = _read(checkpoint, key)
    if state is None:
        rng = np.random.default_rng(seed_sequence)
        search = make_search(search_name, evaluator, rng, settings)
        hits: dict[str, int | None] = dict.fromkeys(targets)
        samples = getattr(evaluator, "samples", 1)
        behaved: set[bytes] | None = None if behaviours is None else set()
        state = _State(key, search, Seen(space), dict(targets), hits, samples, behaved)
    written = time.monotonic()
    while state.spent() < cap and state.hits.get(OPTIMUM) is None:
        if not _step(state, evaluator, search_name, cap, batch, behaviours):
            break
        if checkpoint is not None and time.monotonic() - written >= checkpoint_s:
            _write(checkpoint, state)
            written = time.monotonic()
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    return RunResult(
        state.spent(), len(state.seen), state.hits, tuple(state.trajectory), state.best_genome,
        state.best, None if state.behaved is None else len(state.behaved), state.tests,
        state.comparisons,
    )  # fmt: skip


def _step(
    state: _State,
    evaluator: Evaluator,
    name: str,
    cap: int,
    batch: int,
    behaviours: BehaviourKeys | None,
) -> bool:
    """Tests, then one batch of evaluations; False when the search has nothing left to propose."""
    search: Any = state.search
    if hasattr(search, "ask_tests"):
        problem: Any = evaluator
        while state.spent() < cap:
            genomes, samples = search.ask_tests()
            if not len(genomes):
                break
            search.tell_tests(genomes, samples, problem.on_samples(genomes, samples))
            state.tests += len(genomes) * len(samples)
        if state.spent() >= cap:
            return True
    if hasattr(search, "ask_comparisons"):
        comparing: Any = evaluator
        while len(genomes := search.ask_comparisons()):
            search.tell_comparisons(genomes, comparing.compare_slots(genomes, search.most_unread))
            state.comparisons += len(genomes)
    most = min(batch, cap - state.spent())
    genomes = search.ask(most)
    if len(genomes) == 0:
        if state.spent() == 0:
            raise StudyError("no-proposal", "the search proposed nothing at all", name)
        return False
    errors = np.asarray(evaluator(genomes), dtype=np.float64)
    _check(name, genomes, most, errors)
    _count(state, evaluator.space.canonical(genomes), errors, behaviours)
    if hasattr(search, "tell_slot_errors"):
        search.tell_slot_errors(comparing.slot_errors(genomes))
    search.tell(genomes, errors)
    return True


def _count(
    state: _State, canonical: Genomes, errors: Errors, behaviours: BehaviourKeys | None
) -> None:
    """Count one batch: evaluations, targets reached, improvements, distinct ones."""
    n = len(errors)
    if OPTIMUM in state.waiting and errors.min() <= state.waiting[OPTIMUM]:
        # The run ends inside this batch: what comes after the optimum was not needed.
        n = int((errors <= state.waiting[OPTIMUM]).argmax()) + 1
    counted = errors[:n]
    least = float(counted.min())
    for name, threshold in tuple(state.waiting.items()):
        if least <= threshold:
            state.hits[name] = state.spent(int((counted <= threshold).argmax()) + 1)
            del state.waiting[name]
    if least < state.best or not state.best_genome:
        for row in _improvements(counted, state.best):
            state.best = float(counted[row])
            state.best_genome = tuple(canonical[row].tolist())
            state.trajectory.append((state.spent(row + 1), state.best))
    new = state.seen.add(canonical[:n])
    if behaviours is not None and state.behaved is not None and new.any():
        # A genome seen before has a behaviour seen before.
        state.behaved.update(behaviours(canonical[:n][new]))
    state.whole += n


def _read(path: Path | None, key: tuple[object, ...]) -> _State | None:
    if path is None or not path.is_file():
        return None
    try:
        state: _State = pickle.loads(path.read_bytes())
        if state.key != key:
            raise ValueError("it is another run's")
    except Exception as error:
        message = f"cannot continue from it ({error}); remove it to start the run anew"
        raise StudyError("bad-checkpoint", message, str(path)) from error
    return state


def _write(path: Path, state: _State) -> None:
    """Replace the checkpoint as a whole, so that a kill at any moment leaves the old or the new."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        pickle.dump(state, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


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
