"""The least length of a chain without error, by generating sets of points and pruning them.

Where only error zero counts, a prefix is the *set* of points (state, outputs wanted) its samples
are at: how many samples are at a point does not matter. If a permutation of a verified symmetry
(`solvers.exact.chains.symmetry`) maps A into B, whatever solves B in k steps shows that A is solved
in k steps too, and B is dropped. Each layer is generated from the one before and then *pruned* to
sets of which none subsumes another (Codish et al., "Twenty-five comparators is optimal when sorting
nine inputs", ICTAI 2014, for sorting networks; here for any chain with finitely many points).

*Invariant.* Let L be the least length. For each k up to L the k-th layer holds a set that is solved
in L - k steps: the start at k = 0; then an image of that set under the first step of a solution is
in the next layer, or a set is that subsumes it and is solved as fast. An image equal to its set is
left out: with it the start would be solved in L - 1. So if no set of layers 0 .. k lies within
the points without error, L is above k, and every error at length k is at least the least positive
error of a point. A solved set is an image of the start under real steps, no relabelling between.

The search proves nothing else about errors: lines below L have that bound, and what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.interning import new_index
from solvers.exact.chains.point_sets import Encoded, Sets, encode
from solvers.exact.chains.subsumption_kernels import children, reindex, sieve
from solvers.exact.frontiers.checkpoints import SAVE_EVERY, Checkpoint, CheckpointFile
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder, bounds_text
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.placements import Step
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem

ENGINE = "subsumption"
Progress = Callable[[str], None]
_CHUNK = 4096
_THREADS = 2
_BEAM = 2000  # sets of a layer that a greedy completion keeps
_BEAM_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Layers:
    """The search at a layer boundary: the sets kept last, and how all kept ones were reached."""

    sets: Sets
    parents: tuple[NDArray[np.int32], ...] = ()
    moves: tuple[NDArray[np.int32], ...] = ()

    @property
    def length(self) -> int:
        """The number of steps that lead to the sets."""
        return len(self.parents)

    def after(self, made: Generated, kept: NDArray[np.int64]) -> Layers:
        """One step on, with these of the sets made."""
        return Layers(
            made.sets[kept],
            (*self.parents, made.parents[kept]),
            (*self.moves, made.moves[kept]),
        )

    def path(self, parent: int, steps: list[Step]) -> list[Step]:
        """The steps that lead to one of the sets."""
        found: list[Step] = []
        for parents, moves in zip(reversed(self.parents), reversed(self.moves), strict=True):
            found.append(steps[moves[parent]])
            parent = int(parents[parent])
        return found[::-1]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        made: dict[str, NDArray[Any]] = {"sets": self.sets}
        for k, (parents, moves) in enumerate(zip(self.parents, self.moves, strict=True)):
            made |= {f"parents{k}": parents, f"moves{k}": moves}
        return made

    @classmethod
    def restored(cls, arrays: dict[str, NDArray[Any]]) -> Layers:
        """From the arrays of a checkpoint."""
        length = (len(arrays) - 1) // 2
        return cls(
            arrays["sets"],
            tuple(arrays[f"parents{k}"] for k in range(length)),
            tuple(arrays[f"moves{k}"] for k in range(length)),
        )


def solve_least_length(
    problem: Problem,
    limits: Limits | None = None,
    progress: Progress | None = None,
    *,
    symmetry: bool = True,
    checkpoint: CheckpointFile | None = None,
) -> Frontier:
    """The least length of error zero; shorter lengths get bounds, see the module's text.

    Args:
        symmetry: look for a symmetry; without one, sets are compared as they are.
        checkpoint: a file to go on from, if it exists, and to save the search in when it stops.

    Raises:
        ProblemError: `not-finite` where the samples reach more than `MAX_POINTS` points;
            `bad-checkpoint`, `other-problem`.
    """
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    builder.add(problem.error(problem.sequence(())), problem.sequence(()))
    builder.counts.append(1)
    stopped: str | None = None
    layers: Layers | None = None
    saved = checkpoint.load() if checkpoint else None
    if saved is not None:  # lines that another engine settled hold here too
        builder = saved.builder(problem.length)
        layers = Layers.restored(saved.arrays) if saved.engine == ENGINE else None
    group = "no symmetry yet"
    try:
        encoded = encode(problem, meter, symmetry=symmetry)
        group = str(encoded.symmetry)
        if layers is not None and not _belong(layers, encoded):
            message = "has sets that the problem does not have; without the file it starts anew"
            raise ProblemError("bad-checkpoint", message, str(checkpoint))
        stopped = continue_by_subsumption(
            problem, encoded, builder, meter, progress, layers, checkpoint
        )
    except STOPS as stop:
        stopped = stop_reason(stop)
    return Frontier(
        problem, ENGINE, builder.fill(exact=False), tuple(builder.counts), meter.seconds, stopped,
        evidence_note=attested(builder.counts, group),
    )  # fmt: skip


def _belong(layers: Layers, encoded: Encoded) -> bool:
    """Whether the sets hold points of the problem, and the moves are placements of it."""
    placements, points = encoded.moves.shape
    if layers.sets.shape[1] != len(encoded.start):
        return False
    bits = np.arange(64 * len(encoded.start), dtype=np.int64) < points
    known = np.packbits(bits, bitorder="little").view("<u8")
    within = all((moves < placements).all() for moves in layers.moves)
    return within and not (layers.sets & ~known).any()


def attested(counts: Iterable[int], group: str) -> str:
    """What the evidence consists of, for people."""
    layers = ", ".join(map(str, counts))
    return f"sets up to subsumption under {group}, layers {layers}; lower bound not recounted"


def continue_by_subsumption(
    problem: Problem,
    encoded: Encoded,
    builder: FrontierBuilder,
    meter: Meter,
    progress: Progress | None,
    layers: Layers | None = None,
    checkpoint: CheckpointFile | None = None,
) -> str | None:
    """Adds lines beyond those the builder has, which are at least that of length 0.

    Args:
        layers: where to go on; the builder has a line for their length.

    Returns:
        Why the search ended early, or None.
    """
    if builder.least == 0:
        return None
    layers = layers or Layers(encoded.start[None, :].copy())
    bound = encoded.least_positive
    settled = (tuple(builder.lines), tuple(builder.counts))
    saved_at = meter.seconds
    try:
        while layers.length < problem.length:
            made = _generate(encoded, layers.sets, meter)
            if made.solved is not None:
                after = layers.after(made, np.array([made.solved]))
                _add_beginnings(problem, builder, after.path(0, encoded.steps), bound)
                return None
            if not len(made.sets):  # no placement changes any set: no length suffices
                for _ in range(len(builder.lines), problem.length + 1):
                    builder.add(builder.least, None, exact=False, at_least=bound)
                return None
            kept = _prune(encoded, made, meter)
            layers = layers.after(made, kept)
            if layers.length >= len(builder.lines):
                best = int(np.argmin(_unsolved(encoded, layers.sets)))
                sequence = problem.sequence(layers.path(best, encoded.steps))
                builder.add(problem.error(sequence), sequence, exact=False, at_least=bound)
                builder.counts.append(len(kept))
            settled = (tuple(builder.lines), tuple(builder.counts))
            if checkpoint is not None and meter.seconds > saved_at + SAVE_EVERY:
                checkpoint.save(Checkpoint(ENGINE, *settled, layers.arrays()))
                saved_at = meter.seconds
            if progress:
                text = bounds_text(builder.lines[layers.length])
                progress(f"{text}; {len(kept):,} sets of points kept of {len(made.sets):,}")
        return None
    except STOPS as stop:
        stopped = stop_reason(stop)
    if checkpoint is not None:
        checkpoint.save(Checkpoint(ENGINE, *settled, layers.arrays()))
    steps = _complete_greedily(problem, encoded, layers)
    _add_beginnings(problem, builder, steps, 0)
    return stopped


def _complete_greedily(problem: Problem, encoded: Encoded, layers: Layers) -> list[Step]:
    """A sequence that goes on from the sets of a layer to few points with errors: a beam search."""
    meter = Meter(Limits(seconds=_BEAM_SECONDS))
    best: list[Step] = []
    try:
        while True:
            unsolved = _unsolved(encoded, layers.sets)
            order = np.argsort(unsolved, kind="stable")[:_BEAM]
            best = layers.path(int(order[0]), encoded.steps)
            if unsolved[order[0]] == 0 or layers.length >= problem.length:
                return best
            layers = Layers(
                layers.sets[order],
                (*layers.parents[:-1], *(a[order] for a in layers.parents[-1:])),
                (*layers.moves[:-1], *(a[order] for a in layers.moves[-1:])),
            )
            made = _generate(encoded, layers.sets, meter)
            if not len(made.sets):
                return best
            layers = layers.after(made, np.arange(len(made.sets)))
    except STOPS:
        return best


def _add_beginnings(
    problem: Problem, builder: FrontierBuilder, steps: list[Step], bound: Error
) -> None:
    """The beginnings of a sequence as upper bounds of the lines that are not there yet.

    Args:
        bound: a lower bound for all of them but a last one without error.
    """
    for length in range(len(builder.lines), len(steps) + 1):
        sequence = problem.sequence(steps[:length])
        error = problem.error(sequence)
        builder.add(error, sequence, exact=error == 0, at_least=bound)


def _unsolved(encoded: Encoded, sets: Sets) -> NDArray[np.int64]:
    """The points with errors that each set has."""
    result: NDArray[np.int64] = np.bitwise_count(sets & ~encoded.goals).sum(axis=1, dtype=np.int64)
    return result


@dataclass(frozen=True, slots=True)
class Generated:
    """The distinct images of a layer's sets."""

    sets: Sets
    sizes: NDArray[np.int32]
    parents: NDArray[np.int32]
    moves: NDArray[np.int32]
    solved: int | None


def _generate(encoded: Encoded, sets: Sets, meter: Meter) -> Generated:
    placements = len(encoded.moves)
    room = max(1024, 2 * placements)
    found: NDArray[Any] = np.empty((room, sets.shape[1]), dtype=np.uint64)
    sizes, parents, moves = (np.empty(room, dtype=np.int32) for _ in range(3))
    index = new_index(4 * room)
    node, count, solved = 0, 0, -1
    while node < len(sets) and solved < 0:
        if 2 * (count + placements) > len(found):
            found, sizes, parents, moves = (
                np.concatenate([a, np.empty_like(a)]) for a in (found, sizes, parents, moves)
            )
            index = new_index(2 * len(index))
            reindex(found, count, index)
        meter.check(states=count, size=2 * (found.nbytes + 3 * sizes.nbytes + index.nbytes))
        node, count, solved = children(
            sets, node, min(node + _CHUNK, len(sets)), encoded.moves, encoded.goals,
            found, sizes, parents, moves, index, count,
        )  # fmt: skip
    return Generated(
        found[:count], sizes[:count], parents[:count], moves[:count],
        None if solved < 0 else int(solved),
    )  # fmt: skip


class _Kept:
    """The sets kept so far, as numbers, with their features; grows."""

    def __init__(self, encoded: Encoded) -> None:
        self.count = 0
        self.encoded = encoded
        per = 64 // encoded.width
        registers = len(encoded.classes)
        orbits = -(-(int(encoded.orbit_lane.max(initial=0)) + 1) // per)
        values = -(-(int(encoded.value_lane.max(initial=0)) + 1) // per)
        self.arrays: tuple[NDArray[Any], ...] = (
            np.empty(1024, dtype=np.int64),
            np.empty((1024, orbits), dtype=np.uint64),
            np.empty((1024, registers, values), dtype=np.uint64),
            np.empty((1024, registers, values), dtype=np.uint64),
        )

    def reserve(self, more: int) -> None:
        """Makes room for so many more."""
        while self.count + more > len(self.arrays[0]):
            self.arrays = tuple(np.concatenate([a, np.empty_like(a)]) for a in self.arrays)

    def sieve(
        self,
        found: Sets,
        order: NDArray[np.int64],
        dropped: NDArray[np.bool_],
        first: int,
        kept_from: int,
        append: bool,
    ) -> int:
        """See the kernel."""
        e = self.encoded
        kept, totals, counts, sorts = self.arrays
        return int(
            sieve(
                found, order, dropped, first, kept, totals, counts, sorts, kept_from, self.count,
                append, e.orbit_lane, e.value_lane, e.width, e.top, e.classes, e.swaps,
            )
        )  # fmt: skip


def _prune(encoded: Encoded, made: Generated, meter: Meter) -> NDArray[np.int64]:
    """The numbers of sets that none of them subsumes, smallest sets first.

    A set can only be subsumed by one that is no larger. Chunks are compared with all sets kept
    from earlier ones, on several threads, and what is left of a chunk with itself.
    """
    order = np.argsort(made.sizes, kind="stable")
    dropped = np.zeros(len(order), dtype=np.bool_)
    kept = _Kept(encoded)
    with ThreadPoolExecutor(_THREADS) as pool:
        for low in range(0, len(order), _CHUNK):
            high = min(low + _CHUNK, len(order))
            size = made.sets.nbytes + sum(a.nbytes for a in kept.arrays)
            kept.reserve(high - low)
            parts = np.linspace(low, high, 4 * _THREADS + 1, dtype=np.int64)
            meter.check(states=kept.count, size=size)
            jobs = [
                pool.submit(kept.sieve, made.sets, order[a:b], dropped, a, 0, False)
                for a, b in pairwise(parts.tolist())
            ]
            for job in jobs:
                job.result()
            kept.count = kept.sieve(
                made.sets, order[low:high], dropped, low, kept.count, append=True
            )
    return kept.arrays[0][: kept.count]
