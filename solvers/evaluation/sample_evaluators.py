"""Evaluators that run sequences on samples: exact Python, and machine words.

`ExactEvaluator` is the reference: any problem with samples, in exact Python. `WordEvaluator`, and
`solvers.evaluation.bit_evaluator.BitEvaluator`, are compiled for one problem each and agree with
it. `solvers.evaluation.evaluators` chooses.

On a dag with one output, read at its best slot, `compare_slots` says which slots compute the same
(see `solvers.evaluation.slots`) and `slot_errors` gives the error of each.

`on_samples(genomes, samples)` gives the errors (n, m) of single samples, for searches that test on
a few of them. Where the evaluator picks a dag's output slot, it picks the best for those samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.generated import word_kernel
from solvers.compiled.word_errors import least_slot_errors, output_errors
from solvers.evaluation.decoding import Decoder
from solvers.evaluation.slots import SlotKeys, keys_of_values, slot_keys, unread_steps
from theory.kernel.components.placements import Step
from theory.kernel.errors import NumberTooLargeError, ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, sample_error, total

Genomes = NDArray[np.int32]
Errors = NDArray[np.float64]
SampleIds = NDArray[np.int64]


class ExactEvaluator:
    """Any problem with samples, one sequence after the other in exact Python."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._decoder = Decoder(problem)
        self.space = self._decoder.space

    def __call__(self, genomes: Genomes) -> Errors:
        return np.array([self.error(genome) for genome in genomes], dtype=np.float64)

    def error(self, genome: Genomes) -> float:
        """The error of one genome, rounded once to a float."""
        try:
            return as_float(self._decoded(genome)[0])
        except NumberTooLargeError:
            return math.inf

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.problem.rows())

    def on_samples(self, genomes: Genomes, samples: SampleIds) -> Errors:
        """The errors (n, m) of genomes (n, width) on the samples numbered `samples` (m,)."""
        p = self.problem
        every = p.rows()
        rows = [every[k] for k in samples]
        errors = np.empty((len(genomes), len(rows)), dtype=np.float64)
        for g, genome in enumerate(genomes):
            best: list[Error] = []
            for sequence in self._readings(genome):
                try:
                    found = [
                        sample_error(p.measure, p.outputs, r.outputs, sequence.evaluate(r.inputs))
                        for r in rows
                    ]
                except NumberTooLargeError:
                    found = [math.inf] * len(rows)
                if not best or total(p.measure, found) < total(p.measure, best):
                    best = found
            if not best:
                best = [sample_error(p.measure, p.outputs, r.outputs, None) for r in rows]
            errors[g] = [as_float(e) for e in best]
        return errors

    @property
    def comparable(self) -> bool:
        """Whether genomes are dags with one output, so that their slots can be compared."""
        return self._decoder.picks_output

    def compare_slots(self, genomes: Genomes, most: int) -> SlotKeys:
        """What the slots of genomes (n, width) compute; those with more unread steps are not run.

        Args:
            most: most steps that may be left out or not read.
        """
        taken, reads, writes, _ = self._decoder(genomes)
        unread = unread_steps(taken, reads, writes)
        sorts = self._decoder.slot_sorts(taken, writes)
        sorts[unread > most] = -1
        fit = np.flatnonzero(unread <= most)
        found, masks = self._slot_words(genomes[fit], taken[fit], reads[fit], writes[fit])
        values = np.zeros((len(genomes), *found.shape[1:]), dtype=np.uint64)
        blocked = np.zeros((len(genomes), *masks.shape[1:]), dtype=np.uint64)
        values[fit], blocked[fit] = found, masks
        return slot_keys(values, blocked, sorts, taken, writes, unread, self._decoder.wanted_sort)

    def _slot_words(
        self, genomes: Genomes, taken: Any, reads: Any, writes: Any
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """What the slots are on all samples (n, slots, words), and where the dags block (n, words).

        In a code of the tier's own: here a digest, which holds the blocking too.
        """
        values = np.zeros((len(genomes), self._decoder.slot_count, 1), dtype=np.uint64)
        for row, genome in enumerate(genomes):
            columns = self._slot_values(genome)
            values[row, : len(columns), 0] = keys_of_values(columns)
        return values, np.zeros((len(genomes), 1), dtype=np.uint64)

    def slot_errors(self, genomes: Genomes) -> Errors:
        """The errors (n, slots) of a dag's slots; infinite where the output cannot be read."""
        errors: Errors = np.full((len(genomes), self._decoder.slot_count), np.inf)
        for row, genome in enumerate(genomes):
            for sequence in self._readings(genome):
                try:
                    error = as_float(self.problem.error(sequence))
                except NumberTooLargeError:
                    error = math.inf
                errors[row, sequence.outputs[0]] = error
        return errors

    def _slot_values(self, genome: Genomes) -> list[tuple[object, ...]]:
        """What each slot is on each sample, None where the dag blocks.

        Slots of a dag whose numbers grow too large are like no others.
        """
        steps, _ = self._decoder.steps_of(genome)
        slots = range(len(self.problem.inputs) + sum(len(self._sorts(step)) for step in steps))
        sequence = self.problem.sequence(steps, (0,) if slots else ())
        try:
            rows = [sequence.run(row.inputs) for row in self.problem.rows()]
        except NumberTooLargeError:
            return [(genome.tobytes(), slot) for slot in slots]
        return [tuple(None if row is None else row[slot] for row in rows) for slot in slots]

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        sequence = self._decoded(genome)[1]
        if sequence is None:
            raise ProblemError("wrong-sort", "the genome has no slot of an output's sort")
        return sequence

    def _decoded(self, genome: Genomes) -> tuple[Error, Sequence | None]:
        """The error and the sequence of a genome; no sequence where an output has no slot."""
        p = self.problem
        blocked = (sample_error(p.measure, p.outputs, r.outputs, None) for r in p.rows())
        best: tuple[Error, Sequence | None] = (total(p.measure, blocked), None)
        for sequence in self._readings(genome):
            error = p.error(sequence)
            if best[1] is None or error < best[0]:
                best = (error, sequence)
        return best

    def _readings(self, genome: Genomes) -> list[Sequence]:
        """The sequences that a genome may mean: one for each slot that the output may stand in."""
        p = self.problem
        steps, outputs = self._decoder.steps_of(genome)
        if outputs is None:
            return []
        if not self._decoder.picks_output:
            return [p.sequence(steps, outputs)]
        sorts = [v.sort for v in p.inputs]
        for step in steps:
            sorts += self._sorts(step)
        wanted = p.outputs[0].sort
        return [p.sequence(steps, (slot,)) for slot, sort in enumerate(sorts) if sort == wanted]

    def _sorts(self, step: Step) -> tuple[Sort, ...]:
        assert self.problem.components is not None
        return self.problem.components[step.component].output_sorts


def as_float(error: Error) -> float:
    try:
        return float(error)
    except OverflowError:
        return math.inf


class WordEvaluator(ExactEvaluator):
    """Chains and dags over machine words; what overflows is evaluated exactly."""

    _CHUNK = 256
    _WORDS = 2**22  # of results held at a time

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._kernel = word_kernel(self._decoder.choices)
        rows = problem.rows()
        self._inputs = _words([row.inputs for row in rows])
        self._wanted = _words([row.outputs for row in rows])
        self._scratch = np.zeros(self._decoder.slot_count + 1, dtype=np.int64)
        self._unsigned = np.array([v.sort.kind == "BitVec" for v in problem.outputs])
        blocked = sample_error(problem.measure, problem.outputs, (), None)
        self._blocked = -1 if blocked == math.inf else int(blocked)

    def __call__(self, genomes: Genomes) -> Errors:
        errors: Errors = np.empty(len(genomes), dtype=np.float64)
        size = max(1, min(self._CHUNK, self._WORDS // (len(self._inputs) * len(self._scratch))))
        for low in range(0, len(genomes), size):
            part = np.ascontiguousarray(genomes[low : low + size])
            errors[low : low + len(part)] = self._chunk(part)
        return errors

    def _slot_words(
        self, genomes: Genomes, taken: Any, reads: Any, writes: Any
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        results, overflow = self._run(taken, reads, writes)
        for row in np.flatnonzero(overflow):
            for slot, column in enumerate(self._slot_values(genomes[row])):
                results[row, :, slot] = list(_words_or_digests(column, len(self._inputs)))
                results[row, :, -1] = [value is None for value in column]
        blocked = results[:, :, -1] != 0
        results[blocked] = 0
        values = np.ascontiguousarray(results[:, :, :-1].transpose(0, 2, 1))
        return values.view(np.uint64), blocked.astype(np.uint64)

    def slot_errors(self, genomes: Genomes) -> Errors:
        """As the exact evaluator does."""
        taken, reads, writes, _ = self._decoder(genomes)
        readable = self._decoder.readable(taken, writes)
        results, overflow = self._run(taken, reads, writes)
        measure = list(Measure).index(self.problem.measure)
        errors: Errors = np.full(readable.shape, np.inf)
        exactly = overflow.copy()
        for slot in range(readable.shape[1]):
            outputs = np.where(readable[:, slot], slot, -1).astype(np.int32)[:, None]
            found, unsafe = output_errors(
                results, self._wanted, outputs, measure, self._blocked, self._unsigned
            )
            errors[:, slot] = np.where(readable[:, slot], found, np.inf)
            exactly |= unsafe & readable[:, slot]
        for row in np.flatnonzero(exactly):
            errors[row] = super().slot_errors(genomes[row : row + 1])[0]
        return errors

    def _run(self, taken: Any, reads: Any, writes: Any) -> tuple[NDArray[np.int64], Any]:
        """The slots of each genome on each sample (n, samples, slots + 1), and where they overflow.

        The last column is 1 where the sample blocked.
        """
        shape = (len(taken), len(self._inputs), len(self._scratch))
        results = np.zeros(shape, dtype=np.int64)
        overflow = np.zeros(len(taken), dtype=np.bool_)
        self._kernel(taken, reads, writes, self._inputs, self._scratch, results, overflow)
        return results, overflow

    def _chunk(self, genomes: Genomes) -> Errors:
        taken, reads, writes, outputs = self._decoder(genomes)
        results, overflow = self._run(taken, reads, writes)
        measure = list(Measure).index(self.problem.measure)
        if self._decoder.picks_output:
            valid = self._decoder.readable(taken, writes)
            errors, unsafe = least_slot_errors(
                results, self._wanted, valid, measure, self._blocked, bool(self._unsigned[0])
            )
        else:
            errors, unsafe = output_errors(
                results, self._wanted, outputs, measure, self._blocked, self._unsigned
            )
        for row in np.flatnonzero(overflow | unsafe):
            errors[row] = self.error(genomes[row])
        return np.asarray(errors, dtype=np.float64)


def _words(rows: list[tuple[Value, ...]]) -> NDArray[np.int64]:
    return np.array(
        [[_word(int(v)) for v in row] for row in rows],  # type: ignore[arg-type]
        dtype=np.int64,
    ).reshape(len(rows), -1)


def _word(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def _words_or_digests(column: tuple[object, ...], samples: int) -> Iterable[int]:
    """A slot's values as words; what is no word as a digest of 63 bits, so that it has a key."""
    if len(column) != samples:  # of numbers that are too large
        column = (*column, *[None] * samples)[:samples]
    for value in column:
        if value is None:
            yield 0
        elif isinstance(value, int) and -(2**63) <= value < 2**64:
            yield _word(int(value))
        else:
            yield keys_of_values([(value,)])[0] >> 1
