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

A run can leave a checkpoint at intervals: its whole state, as plain data
(`solvers.searches.saving`), written to a new file that then takes the place of the old one. A run
that finds its checkpoint continues as if nothing had happened. One that cannot continue from what
it finds starts anew, and one that cannot be saved goes on without; either is said in a line.

- `RunResult`: what one run did; plain data, no times, so equal runs compare equal.
- `run(...)`: the loop of ask, evaluate, count, tell.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.protocol import Errors, Evaluator, Genomes, Search, StudyError
from solvers.searches.registry import SEARCHES, make_search
from solvers.searches.saving.checkpoints import (
    CheckpointError,
    SavingError,
    generator_to_data,
    load,
    save,
    search_from_data,
    search_to_data,
    set_generator,
)
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_errors,
    are_genomes,
    array,
    mapping,
    member,
    require,
    whole,
)
from solvers.searches.seen import Seen
from solvers.stopping.ctrl_c import asked_to_end

BehaviourKeys = Callable[[Genomes], list[bytes]]
Say = Callable[[str], None]

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
    """All that a run is at a moment between two batches.

    `careful` if every proposal is looked at: it comes from a search of the caller's own, or from
    one that was continued, and evaluators that are compiled do not look.
    """

    search: Search
    rng: np.random.Generator
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
    careful: bool = False

    def spent(self, more: int = 0) -> int:
        """Evaluations so far and `more`, tests included, rounded up."""
        return self.whole + more + -(-self.tests // self.samples)

    def to_data(self, key: str) -> State:
        """All of it but what a new run has in the same way."""
        behaved: State | None = None
        if self.behaved is not None:
            lengths = np.array([len(behaviour) for behaviour in self.behaved], dtype=np.int64)
            joined = np.frombuffer(b"".join(self.behaved), dtype=np.uint8)
            behaved = {"lengths": lengths, "joined": joined}
        return {
            "search": search_to_data(self.search, key),
            "generator": generator_to_data(self.rng),
            "seen": self.seen.state(),
            "hits": self.hits,
            "behaved": behaved,
            "times": np.array([time for time, _ in self.trajectory], dtype=np.int64),
            "errors": np.array([error for _, error in self.trajectory], dtype=np.float64),
            "best_genome": np.array(self.best_genome, dtype=np.int32),
            "whole": self.whole,
            "tests": self.tests,
            "comparisons": self.comparisons,
        }

    def restore(self, data: State, key: str, cap: int, space: Space) -> None:
        """Make a new run of that key what `to_data` saved.

        Raises:
            ValueError: it cannot be a state of such a run. What else a search raises.
        """
        self.whole, self.tests = whole(member(data, "whole"), cap), whole(member(data, "tests"))
        self.comparisons = whole(member(data, "comparisons"))
        times = array(member(data, "times"), np.int64, None)
        errors = array(member(data, "errors"), np.float64, len(times))
        best = array(member(data, "best_genome"), np.int32, space.width if len(times) else 0)
        require(
            are_errors(errors),
            (errors[1:] < errors[:-1]).all(),
            (np.diff(times, prepend=0) > 0).all(),
            not len(times) or times[-1] <= self.spent(),
            not len(times) or are_genomes(space, best[None]),
            (len(times) > 0) == (self.whole > 0),
        )
        self.trajectory = list(zip(times.tolist(), errors.tolist(), strict=True))
        self.best = self.trajectory[-1][1] if self.trajectory else math.inf
        self.best_genome = tuple(best.tolist())
        hits = mapping(member(data, "hits"))
        require(hits.keys() == self.hits.keys())
        for name, hit in hits.items():
            if hit is not None:
                self.hits[name] = whole(hit, self.spent(), least=1)
                del self.waiting[name]
        self.seen.restore(mapping(member(data, "seen")))
        require(len(self.seen) <= self.whole)
        if self.behaved is not None:
            behaved = mapping(member(data, "behaved"))
            lengths = array(member(behaved, "lengths"), np.int64, None)
            joined = array(member(behaved, "joined"), np.uint8, None).tobytes()
            ends = np.cumsum(lengths)
            require((lengths >= 0).all(), (lengths <= len(joined)).all())
            require((ends <= len(joined)).all())
            self.behaved.update(
                joined[end - length : end]
                for length, end in zip(lengths.tolist(), ends.tolist(), strict=True)
            )
            require(len(self.behaved) == len(lengths) <= len(self.seen))
        self.careful = True
        self.search = search_from_data(self.search, mapping(member(data, "search")), key)
        set_generator(self.rng, mapping(member(data, "generator")))


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
    say: Say = lambda _: None,
) -> RunResult:
    """Run one search until the target `optimum`, the cap, or the end of its space.

    Inside `solvers.stopping.ctrl_c.ended_by_ctrl_c` Ctrl-C ends it after a batch.

    Args:
        evaluator: the problem.
        search_name: a name of `SEARCHES`, or `package.module:Name` of the caller's own search.
        settings: keyword settings of the search.
        seed_sequence: seeds the one generator of the run.
        cap: most evaluations; tests may exceed it by less than one batch of them.
        targets: errors to be reached, by name; the run ends at the one named `optimum`.
        batch: most genomes asked for at once.
        behaviours: gives canonical genomes (n, width) keys that are equal exactly where their
            behaviours are, to count these; `solvers.evaluation.behaviours` makes it. Changes
            nothing else.
        checkpoint: a file of the run's own, read if it is there and removed at the end.
        checkpoint_s: seconds between writing it.
        say: called with a line where the run starts anew in spite of its checkpoint, or cannot be
            saved.

    Raises:
        StudyError: no such search or setting, a cap or batch below 1, a search that proposes
            too much, nothing at all or what is no genome of the space, or an evaluator that returns
            NaN or not one error a genome.
    """
    if cap < 1 or batch < 1:
        raise StudyError("bad-limit", f"cap {cap} and batch {batch} must be at least 1")
    space = evaluator.space

    def begin() -> _State:
        # A seed sequence of its own: a search may spawn others from it, which counts there.
        seeds = np.random.SeedSequence(**seed_sequence.state)
        rng = np.random.default_rng(seeds)
        search = make_search(search_name, evaluator, rng, settings)
        hits: dict[str, int | None] = dict.fromkeys(targets)
        samples = getattr(evaluator, "samples", 1)
        behaved: set[bytes] | None = None if behaviours is None else set()
        foreign = search_name not in SEARCHES
        return _State(
            search, rng, Seen(space), dict(targets), hits, samples, behaved, careful=foreign
        )

    def go_on(state: _State) -> RunResult:
        while state.spent() < cap and state.hits.get(OPTIMUM) is None:
            if not _step(state, evaluator, search_name, cap, batch, behaviours) or asked_to_end():
                break
            saver.save(state)
        saver.remove()
        return RunResult(
            state.spent(), len(state.seen), state.hits, tuple(state.trajectory),
            state.best_genome, state.best, None if state.behaved is None else len(state.behaved),
            state.tests, state.comparisons,
        )  # fmt: skip

    key = repr((
        search_name, sorted(settings.items()), seed_sequence.entropy, seed_sequence.spawn_key, cap,
        sorted(targets.items()), batch, space.options.tolist(), space.optional.tolist(),
        space.chain, behaviours is None, getattr(evaluator, "samples", 1),
    ))  # fmt: skip
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    saver = _Saver(checkpoint, digest, checkpoint_s, say)
    if checkpoint is not None and checkpoint.is_file():
        state = begin()
        try:
            state.restore(load(checkpoint, digest), digest, cap, space)
            return go_on(state)
        except Exception as error:
            # Whatever goes wrong in a run that was continued may come from the file. What does not
            # will go wrong again.
            reason = str(error) if isinstance(error, CheckpointError) else "it does not go on"
            say(f"its checkpoint is of no use: {reason}; the run starts anew")
    return go_on(begin())


class _Saver:
    """Saves a run at intervals, as long as that is possible."""

    def __init__(self, path: Path | None, key: str, every_s: float, say: Say) -> None:
        self.path = path
        self.key = key
        self.every_s = every_s
        self.say = say
        self.saved = time.monotonic()
        self.said = self.given_up = False

    def save(self, state: _State) -> None:
        """Save it if it is time; where that fails, say it once."""
        if self.path is None or self.given_up or time.monotonic() - self.saved < self.every_s:
            return
        try:
            save(self.path, self.key, state.to_data(self.key))
        except SavingError as error:
            if not self.said:
                self.say(f"the run is not saved meanwhile: {error}")
            self.said, self.given_up = True, error.lasting
        self.saved = time.monotonic()

    def remove(self) -> None:
        """The run is over."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


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
            _check_proposals(state, evaluator.space, genomes, name)
            search.tell_tests(genomes, samples, problem.on_samples(genomes, samples))
            state.tests += len(genomes) * len(samples)
        if state.spent() >= cap:
            return True
    if hasattr(search, "ask_comparisons"):
        comparing: Any = evaluator
        while len(genomes := search.ask_comparisons()):
            _check_proposals(state, evaluator.space, genomes, name)
            search.tell_comparisons(genomes, comparing.compare_slots(genomes, search.most_unread))
            state.comparisons += len(genomes)
    most = min(batch, cap - state.spent())
    genomes = search.ask(most)
    if len(genomes) == 0:
        if state.spent() == 0:
            raise StudyError("no-proposal", "the search proposed nothing at all", name)
        return False
    _check_proposals(state, evaluator.space, genomes, name)
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


def _improvements(errors: NDArray[np.float64], best: float) -> list[int]:
    """Rows that are better than `best` and all rows before; the first row if all are infinite."""
    before = np.minimum.accumulate(np.concatenate([[best], errors[:-1]]))
    rows: list[int] = np.flatnonzero(errors < before).tolist()
    return rows or [0]


def _check_proposals(state: _State, space: Space, genomes: Genomes, name: str) -> None:
    if not state.careful:
        return
    if genomes.ndim != 2 or genomes.shape[1] != space.width or not space.contains(genomes).all():
        message = "a proposal is no genome of the space: a gene is out of its range, or missing"
        raise StudyError("bad-proposal", message, name)


def _check(name: str, genomes: Genomes, most: int, errors: Errors) -> None:
    if len(genomes) > most:
        raise StudyError("too-many", f"asked for {most} genomes it gave {len(genomes)}", name)
    if errors.shape != (len(genomes),) or np.isnan(errors).any():
        raise StudyError(
            "bad-errors",
            f"an evaluator must return one error, not NaN, for each of {len(genomes)} genomes; "
            f"got shape {errors.shape}",
        )
