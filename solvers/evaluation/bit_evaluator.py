"""The evaluator of problems over Bool: 64 samples in a machine word, compiled for one problem."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.word_errors import INFINITE
from solvers.evaluation.bit_kernels import INFINITE_BLOCK, MANY, bit_kernel, words_in_block
from solvers.evaluation.sample_evaluators import ExactEvaluator
from theory.kernel.language.sorts import Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

Genomes = NDArray[np.int32]
Errors = NDArray[np.float64]
SampleIds = NDArray[np.int64]


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

    def _slot_words(
        self, genomes: Genomes, taken: Any, reads: Any, writes: Any
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        found = self._differences(genomes)  # equal where slots are: all stand against one target
        blocked = found[:, :, -1] & self._arrays[2]
        found &= (self._arrays[2] & ~blocked)[:, :, None]
        n, blocks, slots, words = found.shape
        values = found[:, :, :-1].transpose(0, 2, 1, 3).reshape(n, slots - 1, blocks * words)
        return values, blocked.reshape(n, blocks * words)

    def slot_errors(self, genomes: Genomes) -> Errors:
        """As the exact evaluator does."""
        taken, _, writes, _ = self._decoder(genomes)
        found = self._differences(genomes)
        wrong = (found[:, :, :-1] | found[:, :, -1:]) & self._arrays[2][:, None]
        counts = np.bitwise_count(wrong).sum(axis=(1, 3), dtype=np.int64)
        if self.problem.measure is Measure.GREATEST:
            counts = np.minimum(counts, 1)
        errors = counts.astype(np.float64)
        if self.problem.measure in INFINITE_BLOCK:
            errors[(found[:, :, -1] & self._arrays[2]).any(axis=(1, 2))] = np.inf
        errors[~self._decoder.readable(taken, writes)] = np.inf
        return np.asarray(errors)

    def _differences(self, genomes: Genomes) -> NDArray[np.uint64]:
        """Where each slot of a dag is wrong, and at last where it blocks: (n, blocks, slots + 1,
        words), bits of no sample included."""
        shape = (len(genomes), len(self._arrays[0]), self._decoder.slot_count + 1, self._words)
        found = np.empty(shape, dtype=np.uint64)
        self._kernel.differences(_rows(genomes), self._places, *self._arrays, found)
        return found

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
