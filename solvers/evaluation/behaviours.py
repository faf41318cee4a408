"""Which behaviour a genome has: keys by which a run recognises what it has evaluated before.

Different sequences can compute the same. `behaviour_keys(problem)` gives a function from genomes
(n, width) to one key each, equal exactly where the behaviours are equal; what a behaviour is stands
in `solvers.exact.counting.count`. A genome of a dag with one output means the sequence whose error
it is given: the first slot of least error is read.

A key is the behaviour itself where that has at most 16 bytes, else its BLAKE2b digest of 128 bits:
among 10**9 behaviours some two share a digest with probability below 10**-20.

The tiers are those of the evaluators: table entries, walks through tabulated points, compiled
kernels over machine words, exact Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.generated import word_kernel
from solvers.evaluation.bit_evaluator import BitEvaluator
from solvers.evaluation.decoding import Decoder
from solvers.evaluation.evaluators import (
    PointEvaluator,
    ProblemEvaluator,
    TableEvaluator,
    evaluator_for,
    walk_ends,
)
from solvers.evaluation.sample_evaluators import ExactEvaluator, WordEvaluator
from solvers.points.points import Points, make_points
from solvers.stopping.limits import Limits, Meter
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import NumberTooLargeError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

Genomes = NDArray[np.int32]
BehaviourKeys = Callable[[Genomes], list[bytes]]

_DIGEST = 16
_SAFE = {Measure.SQUARED: 2**15}
_SAFE_DISTANCE = 2**31  # of a value, so that sums over samples stay far inside 64 bits


def behaviour_keys(
    problem: Problem, evaluator: ProblemEvaluator | None = None
) -> BehaviourKeys | None:
    """The keys of a problem's genomes; None where an error is no matter of behaviour.

    Args:
        evaluator: the one in use (default: the fastest); it decides the tier.

    Raises:
        ProblemError: as `evaluator_for`.
    """
    used = evaluator or evaluator_for(problem)
    if isinstance(used, TableEvaluator):
        return used.space.keys
    if isinstance(used, PointEvaluator):
        return _PointKeys(used.problem)
    if isinstance(used, BitEvaluator):
        chain = used.problem.wiring is Wiring.CHAIN
        return _PointKeys(used.problem) if chain else _WordKeys(used.problem)
    if isinstance(used, WordEvaluator):
        return _WordKeys(used.problem)
    if isinstance(used, ExactEvaluator):
        return _ExactKeys(used.problem)
    return None


def _digest(rows: NDArray[Any]) -> list[bytes]:
    """A key for each row, all of one length."""
    flat = np.ascontiguousarray(rows).reshape(len(rows), -1)
    width = np.dtype((np.void, flat.shape[1] * flat.itemsize))
    whole = cast(list[bytes], flat.view(width).ravel().tolist())
    if flat.shape[1] * flat.itemsize <= _DIGEST:
        return whole
    return [hashlib.blake2b(row, digest_size=_DIGEST).digest() for row in whole]


class _PointKeys:
    """Chains over tabulated points: the points the samples end at, sorted."""

    def __init__(self, problem: Problem) -> None:
        points: Points = make_points(problem)
        meter = Meter(Limits())
        for _ in range(problem.length):
            if not points.expand(meter):
                break
        self._start = points.start
        self._moves = np.ascontiguousarray(points.moves)
        self._code = np.min_scalar_type(len(points))

    def __call__(self, genomes: Genomes) -> list[bytes]:
        ends = walk_ends(genomes, self._moves, self._start).astype(self._code)
        ends.sort(axis=1)
        return _digest(ends)


class _ExactKeys:
    """Any problem with samples, in exact Python."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.samples = problem.rows()
        self._exact = ExactEvaluator(problem)
        self._decoder = Decoder(problem)
        wanted = list(dict.fromkeys(row.outputs for row in self.samples))
        self._targets = [wanted.index(row.outputs) for row in self.samples]

    def __call__(self, genomes: Genomes) -> list[bytes]:
        return [self.key(genome) for genome in genomes]

    def key(self, genome: Genomes) -> bytes:
        """The key of one genome; one byte longer than those of words, so never equal to them."""
        text = repr(self.behaviour(genome)).encode()
        return b"x" + hashlib.blake2b(text, digest_size=_DIGEST).digest()

    def behaviour(self, genome: Genomes) -> list[tuple[int, ...] | None] | None:
        """What each sample ends with, None where it blocks; None alone for numbers too large.

        A chain's are its registers and the number of the outputs wanted, sorted.
        """
        chain = self.problem.wiring is Wiring.CHAIN
        steps, outputs = self._decoder.steps_of(genome)
        try:
            if chain:
                sequence = self.problem.sequence(steps)
                sequence = replace(sequence, outputs=tuple(range(len(self.problem.inputs))))
            elif outputs is None or (self._decoder.picks_output and not self._readable(genome)):
                return [None] * len(self.samples)
            else:
                sequence = self._exact.sequence(genome)
            ends: list[Any] = [sequence.evaluate(row.inputs) for row in self.samples]
        except NumberTooLargeError:
            return None
        if not chain:
            return ends
        pairs = [
            None if end is None else (*end, t) for end, t in zip(ends, self._targets, strict=True)
        ]
        return sorted(pairs, key=repr)

    def _readable(self, genome: Genomes) -> bool:
        taken, _, writes, _ = self._decoder(np.asarray(genome, dtype=np.int32)[None, :])
        return bool(self._decoder.readable(taken, writes).any())


class _WordKeys(_ExactKeys):
    """Chains and dags over machine words; what overflows goes the exact way."""

    _CHUNK = 256
    _WORDS = 2**20  # of results held at a time

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._kernel = word_kernel(self._decoder.choices)
        self._inputs = _words([row.inputs for row in self.samples])
        self._wanted = _words([row.outputs for row in self.samples])
        self._scratch = np.zeros(self._decoder.slot_count + 1, dtype=np.int64)
        shown = problem.inputs if self._decoder.chain else problem.outputs
        self._sorts = [*(v.sort.kind for v in shown), "Int"]  # the last: the outputs wanted

    def __call__(self, genomes: Genomes) -> list[bytes]:
        size = max(1, min(self._CHUNK, self._WORDS // (len(self.samples) * len(self._scratch))))
        keys: list[bytes] = []
        for low in range(0, len(genomes), size):
            keys += self._chunk(np.ascontiguousarray(genomes[low : low + size]))
        return keys

    def _chunk(self, genomes: Genomes) -> list[bytes]:
        decoder = self._decoder
        taken, reads, writes, outputs = decoder(genomes)
        n, samples, slots = len(genomes), len(self.samples), len(self._scratch)
        results = np.zeros((n, samples, slots), dtype=np.int64)
        overflow = np.zeros(n, dtype=np.bool_)
        self._kernel(taken, reads, writes, self._inputs, self._scratch, results, overflow)
        blocked = results[:, :, -1] != 0
        if decoder.chain:
            rows = self._chain_rows(results, blocked)
        else:
            if decoder.picks_output:
                outputs, unsafe = self._best_slots(results, decoder.readable(taken, writes))
                overflow |= unsafe
            missing = (outputs < 0).any(axis=1)
            blocked |= missing[:, None]
            rows = np.take_along_axis(results, np.maximum(outputs, 0)[:, None, :], axis=2)
            rows = np.concatenate([rows, blocked[:, :, None]], axis=2)
            rows[blocked, :-1] = 0
        keys = _digest(rows.reshape(n, -1))
        for row in np.flatnonzero(overflow):
            keys[row] = self._exact_key(genomes[row])
        return keys

    def _chain_rows(self, results: Any, blocked: Any) -> NDArray[np.int64]:
        """Registers and number of the outputs wanted of each sample, the samples sorted."""
        rows = results.copy()
        rows[:, :, -1] = np.array(self._targets)
        rows[blocked] = -1
        flat = rows.view(np.dtype((np.void, rows.shape[2] * 8)))[:, :, 0].tolist()
        ordered = b"".join(b"".join(sorted(row)) for row in flat)
        return np.frombuffer(ordered, dtype=np.int64).reshape(rows.shape)

    def _best_slots(self, results: Any, valid: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The first slot (n, 1) of least error, -1 where none is readable, and where unsafe."""
        measure = self.problem.measure
        given, blocked = results[:, :, :-1], results[:, :, -1:] != 0
        wanted = self._wanted[None, :, :1]
        unsafe = np.zeros(len(results), dtype=np.bool_)
        if measure is Measure.WRONG:
            each = (given != wanted).astype(np.int64)
        elif measure is Measure.BITS:
            each = np.bitwise_count((given ^ wanted).view(np.uint64)).astype(np.int64)
        else:
            most = _SAFE.get(measure, _SAFE_DISTANCE)
            least = 0 if self.problem.outputs[0].sort.kind == "BitVec" else -most
            bad = (given >= most) | (given < least)
            unsafe = (bad & valid[:, None, :]).any(axis=(1, 2))
            unsafe |= bool(((wanted >= most) | (wanted < least)).any())
            each = np.abs(np.where(bad, 0, given) - wanted)
            each = each * each if measure is Measure.SQUARED else each
        # A blocked sample costs every slot the same, so it decides nothing; if its cost is
        # infinite all slots are equal and the first is read.
        each = np.where(blocked, 0, each)
        sums = each.max(axis=1) if measure is Measure.GREATEST else each.sum(axis=1)
        if measure not in (Measure.WRONG, Measure.BITS):
            sums[blocked.any(axis=(1, 2))] = 0
        sums = np.where(valid, sums, np.iinfo(np.int64).max)
        best = np.where(valid.any(axis=1), sums.argmin(axis=1), -1)
        return best[:, None], unsafe

    def _exact_key(self, genome: Genomes) -> bytes:
        """In the form of words where the exact values are such, else the exact key."""
        found = self.behaviour(genome)
        if found is None:
            return self.key(genome)
        found = [end if end is None else tuple(map(_as_word, end, self._sorts)) for end in found]
        if any(not -(2**63) <= x < 2**63 for end in found if end is not None for x in end):
            return self.key(genome)
        width = len(self._scratch) if self._decoder.chain else len(self.problem.outputs) + 1
        rows = np.zeros((len(found), width), dtype=np.int64)
        for row, end in zip(rows, found, strict=True):
            if self._decoder.chain:
                row[:] = -1 if end is None else end
            elif end is None:
                row[-1] = 1
            else:
                row[:-1] = end
        if self._decoder.chain:
            parts = sorted(row.tobytes() for row in rows)
            rows = np.frombuffer(b"".join(parts), dtype=np.int64).reshape(rows.shape)
        return _digest(rows.reshape(1, -1))[0]


def _as_word(value: int, kind: str) -> int:
    return int(value) - 2**64 if kind == "BitVec" and value >= 2**63 else int(value)


def _words(rows: list[tuple[Any, ...]]) -> NDArray[np.int64]:
    return np.array(
        [[int(v) - 2**64 if int(v) >= 2**63 else int(v) for v in row] for row in rows],
        dtype=np.int64,
    ).reshape(len(rows), -1)
