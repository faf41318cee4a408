"""Evaluators that run sequences on samples: exact Python, machine words, and bits.

`ExactEvaluator` is the reference: any problem with samples, in exact Python. `WordEvaluator` and
`BitEvaluator` are compiled for one problem each and agree with it. `solvers.evaluators` chooses.

`on_samples(genomes, samples)` gives the errors (n, m) of single samples, for searches that test on
a few of them. Where the evaluator picks a dag's output slot, it picks the best for those samples.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.bit_kernels import INFINITE_BLOCK, MANY, bit_kernel, words_in_block
from solvers.decoding import Decoder
from solvers.generated import word_kernel
from solvers.word_errors import INFINITE, least_slot_errors, output_errors
from theory.errors import NumberTooLargeError, ProblemError
from theory.placements import Step
from theory.problems import Error, Measure, Problem, sample_error, total
from theory.sequences import Sequence
from theory.sorts import Sort, Value

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

    def _chunk(self, genomes: Genomes) -> Errors:
        taken, reads, writes, outputs = self._decoder(genomes)
        n, samples, slots = len(genomes), len(self._inputs), len(self._scratch)
        results = np.zeros((n, samples, slots), dtype=np.int64)
        overflow = np.zeros(n, dtype=np.bool_)
        self._kernel(taken, reads, writes, self._inputs, self._scratch, results, overflow)
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


class BitEvaluator(ExactEvaluator):
    """Chains and dags whose slots are all Bool, 64 samples in a machine word."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        rows = problem.rows()
        self._words = words_in_block(len(rows))
        self._kernel = bit_kernel(problem, self._decoder, self._words)
        self._tables = [_table([r.inputs for r in rows]), _table([r.outputs for r in rows])]
        self._arrays = self._packed(*self._tables)
        self._places = self._decoder.places(self._words)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.problem.rows())

    def __call__(self, genomes: Genomes) -> Errors:
        found = np.empty(len(genomes), dtype=np.int64)
        self._kernel.errors(_rows(genomes), self._places, *self._arrays, found)
        errors = found.astype(np.float64)
        errors[found == INFINITE] = np.inf
        return errors

    def on_samples(self, genomes: Genomes, samples: SampleIds) -> Errors:
        """The errors (n, m) of genomes (n, width) on the samples numbered `samples` (m,)."""
        inputs, wanted, valid = self._packed(*(table[samples] for table in self._tables))
        picks = self._decoder.picks_output
        outputs = self._decoder.slot_count if picks else len(self.problem.outputs)
        found = np.empty((len(genomes), len(inputs), outputs + 1, self._words), dtype=np.uint64)
        self._kernel.differences(_rows(genomes), self._places, inputs, wanted, valid, found)
        bits = _unpacked(found, len(samples))
        wrong, blocked = bits[:, :-1] | bits[:, -1:], bits[:, -1]
        if picks:
            best = wrong.sum(axis=2).argmin(axis=1)
            wrong = wrong[np.arange(len(genomes)), best][:, None]
        many = self.problem.measure in MANY
        counts = np.asarray(wrong.sum(axis=1) if many else wrong.any(axis=1))
        errors: Errors = counts.astype(np.float64)
        if self.problem.measure in INFINITE_BLOCK:
            errors[blocked] = np.inf
        return errors

    def _packed(self, inputs: Any, wanted: Any) -> tuple[NDArray[np.uint64], ...]:
        """Inputs and wanted outputs (samples, m) as words, and which bits are samples."""
        valid = np.ones((len(inputs), 1), dtype=np.bool_)
        return (
            _bits(inputs, self._words), _bits(wanted, self._words), _bits(valid, self._words)[:, 0]
        )  # fmt: skip


def _rows(genomes: Genomes) -> Genomes:
    return np.ascontiguousarray(genomes, dtype=np.int32)


def _table(rows: list[tuple[Value, ...]]) -> NDArray[np.bool_]:
    """Rows of Bool values as an array (samples, m)."""
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(rows[0]))


def _bits(values: NDArray[np.bool_], words: int) -> NDArray[np.uint64]:
    """Values (samples, m) as words (blocks, m, words): sample j is bit j % 64 of word j // 64."""
    per_block = 64 * words
    blocks = -(-len(values) // per_block)
    padded = np.zeros((blocks * per_block, values.shape[1]), dtype=np.bool_)
    padded[: len(values)] = values
    columns = padded.reshape(blocks, per_block, -1).transpose(0, 2, 1)
    packed = np.packbits(columns, axis=2, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)


def _unpacked(words: NDArray[np.uint64], samples: int) -> NDArray[np.bool_]:
    """Words (n, blocks, m, words) as bits (n, m, samples): the inverse of `_bits`."""
    n, _, m, _ = words.shape
    flat = np.ascontiguousarray(words.transpose(0, 2, 1, 3)).reshape(n, m, -1)
    octets = flat.astype("<u8").view(np.uint8)
    return np.unpackbits(octets, axis=2, count=samples, bitorder="little").astype(np.bool_)
