"""Genomes of chains and dags: what each gene means.

A chain's genome is one placement number a step, -1 for none. A dag's is (instance, operands) a
step; an operand gene picks one of the slots of the right sort, counted round, so that every genome
means a sequence. Where a dag has several outputs, a gene for each picks its slot at the end; where
it has one, no gene is spent on it: the evaluator reads the slot with the least error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.evaluation.space import Space
from theory.kernel.components.placements import Instance, Step, Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem

Genomes = NDArray[np.int32]


def chain_space(problem: Problem, options: int) -> Space:
    """The genomes of a chain: one placement number a step, or none."""
    width = problem.length
    return Space(
        np.full(width, options, dtype=np.int64), np.ones(width, dtype=np.bool_), chain=True
    )


class Decoder:
    """Genomes as instances, reads and writes, for both wirings."""

    def __init__(self, problem: Problem) -> None:
        assert problem.components is not None
        self.problem = problem
        self.choices: list[Instance] = instances(problem.components)
        self.arity = max((len(c.inputs) for c, _ in self.choices), default=0)
        self.outs = max((len(c.outputs) for c, _ in self.choices), default=1)
        self.chain = problem.wiring is Wiring.CHAIN
        self.picks_output = not self.chain and len(problem.outputs) == 1
        if self.chain:
            self.steps = placements(problem.components, problem.inputs)
            self.space = chain_space(problem, len(self.steps))
            place = {(c.name, s): k for k, (c, s) in enumerate(self.choices)}
            self._instance = np.array([place[s.component, s.parameters] for s in self.steps])
            self._reads = _padded([s.reads for s in self.steps], self.arity)
            self._writes = _padded([s.writes for s in self.steps], self.outs)
            self.slot_count = len(problem.inputs)
            return
        if not problem.inputs and all(c.inputs for c, _ in self.choices):
            message = "no component fits the inputs: nothing to search"
            raise ProblemError("nothing-to-search", message, problem.name)
        sorts = {v.sort for v in problem.inputs} | {
            s for c, _ in self.choices for s in (*c.input_sorts, *c.output_sorts)
        }
        number = {sort: k for k, sort in enumerate(sorted(sorts, key=str))}
        self._input_sorts = np.array([number[v.sort] for v in problem.inputs], dtype=np.int32)
        self._wants = _padded(
            [[number[s] for s in c.input_sorts] for c, _ in self.choices], self.arity
        )
        self._makes = _padded(
            [[number[s] for s in c.output_sorts] for c, _ in self.choices], self.outs
        )
        named = () if self.picks_output else problem.outputs
        self._out_sorts = np.array([number.get(v.sort, -1) for v in named], dtype=np.int32)
        self.wanted_sort = number.get(problem.outputs[0].sort, -2)
        self.slot_count = len(problem.inputs) + self.outs * problem.length
        options: list[int] = []
        for k in range(problem.length):
            slots = max(1, len(problem.inputs) + self.outs * k)
            options += [len(self.choices), *[slots] * self.arity]
        options += [self.slot_count] * len(named)
        optional = np.zeros(len(options), dtype=np.bool_)
        optional[: (1 + self.arity) * problem.length : 1 + self.arity] = True
        self.space = Space(np.array(options, dtype=np.int64), optional)

    def __call__(self, genomes: Genomes) -> tuple[Any, Any, Any, Any]:
        """instances (n, k), reads (n, k, arity), writes (n, k, outs), outputs (n, m); -1: none."""
        if self.chain:
            used = genomes >= 0
            chosen = np.where(used, genomes, 0)
            outputs = np.tile(np.array(self.problem.compared(), dtype=np.int32), (len(genomes), 1))
            taken = np.where(used, self._instance[chosen], -1).astype(np.int32)
            return taken, self._reads[chosen], self._writes[chosen], outputs
        return _decode_dag(  # type: ignore[no-any-return]
            genomes, self.problem.length, self._input_sorts, self._wants, self._makes,
            self._out_sorts,
        )  # fmt: skip

    def places(self, words: int) -> NDArray[np.uint32]:
        """A chain's placements as rows (instance, reads, writes); registers times `words`.

        For kernels that keep `words` machine words a register. A dag has none: (0, 1).
        """
        if not self.chain:
            return np.zeros((0, 1), dtype=np.uint32)
        places = [self._instance[:, None], self._reads * words, self._writes * words]
        return np.concatenate(places, axis=1).astype(np.uint32)

    def steps_of(self, genome: Genomes) -> tuple[list[Step], tuple[int, ...] | None]:
        """The steps of one genome (width,), and a dag's output slots.

        The slots are None where there is none of an output's sort, and () where the evaluator
        picks the slot.
        """
        if self.chain:
            return [self.steps[g] for g in genome if g >= 0], ()
        taken, reads, _, outputs = self(np.asarray(genome, dtype=np.int32)[None, :])
        steps = []
        for k, number in enumerate(taken[0]):
            if number >= 0:
                component, setting = self.choices[number]
                slots = tuple(int(r) for r in reads[0, k, : len(component.inputs)])
                steps.append(Step(component.name, slots, (), setting))
        missing = bool((outputs[0] < 0).any())
        return steps, None if missing else tuple(int(s) for s in outputs[0])

    def slot_sorts(self, taken: Any, writes: Any) -> NDArray[np.int32]:
        """The number of the sort of each slot of a dag (n, slots), -1 where there is none."""
        sorts: NDArray[np.int32] = _slot_sorts(
            taken, writes, self._input_sorts, self._makes, self.slot_count
        )
        return sorts

    def readable(self, taken: Any, writes: Any) -> NDArray[np.bool_]:
        """Where a dag's one output may be read: (n, slots), slots that hold its sort."""
        valid: NDArray[np.bool_] = self.slot_sorts(taken, writes) == self.wanted_sort
        return valid


def _padded(rows: list[Any], width: int) -> NDArray[np.int32]:
    result = np.full((len(rows), max(1, width)), -1, dtype=np.int32)
    for k, row in enumerate(rows):
        result[k, : len(row)] = row
    return result


@compiled
def _decode_dag(
    genomes: Any, length: Any, input_sorts: Any, wants: Any, makes: Any, out_sorts: Any
) -> Any:  # pragma: no cover - compiled
    n, arity, outs = len(genomes), wants.shape[1], makes.shape[1]
    stride = (genomes.shape[1] - len(out_sorts)) // length
    taken = np.full((n, length), -1, dtype=np.int32)
    reads = np.full((n, length, arity), -1, dtype=np.int32)
    writes = np.full((n, length, outs), -1, dtype=np.int32)
    outputs = np.full((n, len(out_sorts)), -1, dtype=np.int32)
    sorts = np.empty(len(input_sorts) + outs * length, dtype=np.int32)
    for g in range(n):
        slots = len(input_sorts)
        sorts[:slots] = input_sorts
        for k in range(length):
            number = genomes[g, k * stride]
            if number < 0:
                continue
            fits = True
            for i in range(arity):
                if wants[number, i] >= 0:
                    slot = _pick(sorts, slots, wants[number, i], genomes[g, k * stride + 1 + i])
                    reads[g, k, i] = slot
                    fits &= slot >= 0
            if not fits:
                reads[g, k] = -1
                continue
            taken[g, k] = number
            for i in range(outs):
                if makes[number, i] >= 0:
                    writes[g, k, i] = slots
                    sorts[slots] = makes[number, i]
                    slots += 1
        for i in range(len(out_sorts)):
            outputs[g, i] = _pick(sorts, slots, out_sorts[i], genomes[g, length * stride + i])
    return taken, reads, writes, outputs


@compiled
def _slot_sorts(
    taken: Any, writes: Any, input_sorts: Any, makes: Any, slot_count: Any
) -> Any:  # pragma: no cover - compiled
    sorts = np.full((len(taken), slot_count), -1, dtype=np.int32)
    for g in range(len(taken)):
        for s in range(len(input_sorts)):
            sorts[g, s] = input_sorts[s]
        for k in range(taken.shape[1]):
            for j in range(writes.shape[2]):
                if writes[g, k, j] >= 0:
                    sorts[g, writes[g, k, j]] = makes[taken[g, k], j]
    return sorts


@compiled
def _pick(sorts: Any, slots: Any, sort: Any, gene: Any) -> Any:  # pragma: no cover - compiled
    """The slot of the sort that the gene points at, counted round; -1 where there is none."""
    number = 0
    for s in range(slots):
        number += sorts[s] == sort
    if number == 0:
        return -1
    left = gene % number
    for s in range(slots):
        if sorts[s] == sort:
            if left == 0:
                return s
            left -= 1
    return -1
