"""Evaluators: a problem as a search sees it, genomes in and errors out, a batch at a time.

| evaluator | for |
|---|---|
| `TableEvaluator` | tables: a look-up |
| `PointEvaluator` | chains whose states are few: a walk through a table of moves |
| `WordEvaluator` | chains and dags over machine words: a compiled kernel |
| `ExactEvaluator` | everything else, in exact Python |

A chain's genome is one placement number a step, -1 for none. A dag's is (instance, operands) a
step and then the outputs; an operand gene picks one of the slots of the right sort, counted round,
so that every genome means a sequence. `sequence(genome)` gives that sequence.

Errors are float64. They are exact integers below 2**53 or the nearest float of the exact error,
so that equal errors are equal floats and an optimum can be recognised.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solvers.exact.limits import LimitReachedError, Limits, Meter
from solvers.exact.points import INFINITE, Points, WordOverflowError, make_points
from solvers.generated import supported, word_kernel
from solvers.heuristics.space import Space
from theory.errors import ProblemError
from theory.placements import Instance, Step, Wiring, instances, placements
from theory.problems import Measure, Problem, Samples, Specification, Table, sample_error, total
from theory.sequences import Sequence
from theory.sorts import Value

Genomes = NDArray[np.int32]
Errors = NDArray[np.float64]

MAX_POINTS = 300_000
_TABULATE_S = 5.0


class ProblemEvaluator(Protocol):
    """An evaluator that can also say which sequence a genome means."""

    @property
    def space(self) -> Space: ...

    def __call__(self, genomes: Genomes, /) -> Errors: ...

    def sequence(self, genome: Genomes, /) -> Sequence:
        """The sequence of one genome (width,)."""
        ...


def evaluator_for(problem: Problem) -> ProblemEvaluator:
    """The fastest evaluator that is exact for the problem.

    Raises:
        ProblemError: `nothing-to-search` where there is no step to choose; `no-samples` for an
            all-input problem over a large domain, which searches cannot evaluate.
    """
    if isinstance(problem.target, Table):
        return TableEvaluator(problem)
    if isinstance(problem.target, Specification):
        problem = _on_all_inputs(problem)
    if problem.length == 0:
        raise ProblemError("nothing-to-search", "length 0 leaves nothing to search", problem.name)
    assert problem.components is not None
    if problem.wiring is Wiring.CHAIN:
        if not placements(problem.components, problem.inputs):
            message = "no component fits the registers: nothing to search"
            raise ProblemError("nothing-to-search", message, problem.name)
        points = _tabulated(problem)
        if points is not None:
            return PointEvaluator(problem, points)
    machine = all(v.sort.kind in ("Bool", "Int", "BitVec") for v in problem.inputs)
    if machine and supported(instances(problem.components)) and _inputs_fit(problem):
        return WordEvaluator(problem)
    return ExactEvaluator(problem)


def _on_all_inputs(problem: Problem) -> Problem:
    from dataclasses import replace

    return replace(problem, target=Samples(problem.rows()))


def _inputs_fit(problem: Problem) -> bool:
    return all(
        v.sort.kind != "BitVec" or v.sort.width <= 64 for v in (*problem.inputs, *problem.outputs)
    ) and all(
        not isinstance(value, int) or abs(value) < 2**62
        for row in problem.rows()
        for value in (*row.inputs, *row.outputs)
        if not isinstance(value, bool)
    )


def _tabulated(problem: Problem) -> Points | None:
    """The points of a chain with all moves that sequences can make, if they are few."""
    points = make_points(problem)
    meter = Meter(Limits(seconds=_TABULATE_S, states=MAX_POINTS, bytes=2**30))
    try:
        for _ in range(problem.length):
            if not points.expand(meter):
                break
            meter.check(states=len(points))
    except (LimitReachedError, WordOverflowError):
        return None
    return points if points.errors().dtype == np.int64 else None


class TableEvaluator:
    """Errors of a table's entries; a sequence that is not listed has error infinity."""

    def __init__(self, problem: Problem) -> None:
        table = problem.target
        assert isinstance(table, Table)
        self.problem, self.table = problem, table
        options = np.array([len(names) for names in table.choices], dtype=np.int64)
        shorter = any(len(entry) < len(options) for entry in table.errors)
        self.space = Space(options, np.full(len(options), shorter, dtype=np.bool_))
        size = int(np.prod(options + shorter, dtype=object))
        if size > 50_000_000:
            message = f"{size} combinations of choices are too many for a table"
            raise ProblemError("too-large", message, problem.name)
        self._strides = np.array(
            [math.prod((options + shorter)[k + 1 :].tolist()) for k in range(len(options))]
        )
        self._errors = np.full(size, np.inf)
        entries = np.full((len(table.errors), len(options)), -1, dtype=np.int32)
        for k, entry in enumerate(table.errors):
            entries[k, : len(entry)] = entry
        self._errors[self._places(entries)] = [float(e) for e in table.errors.values()]

    def _places(self, genomes: Genomes) -> NDArray[np.int64]:
        places: NDArray[np.int64] = (genomes + self.space.optional) @ self._strides
        return places

    def __call__(self, genomes: Genomes) -> Errors:
        errors: Errors = self._errors[self._places(genomes)]
        return errors

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        entry = tuple(int(g) for g in genome if g >= 0)
        return self.problem.sequence(self.table.steps(entry))


@njit(cache=True)
def _walk(
    genomes: Any, moves: Any, start: Any, counts: Any, errors: Any, greatest: Any
) -> Any:  # pragma: no cover - compiled
    found = np.zeros(len(genomes), dtype=np.int64)
    for g in range(len(genomes)):
        for i in range(len(start)):
            point = start[i]
            for k in range(genomes.shape[1]):
                step = genomes[g, k]
                if step >= 0:
                    point = moves[point, step]
            if greatest:
                found[g] = max(found[g], errors[point])
            else:
                found[g] += counts[i] * errors[point]
    return found


class PointEvaluator:
    """Chains as walks over numbered points, in compiled code."""

    def __init__(self, problem: Problem, points: Points) -> None:
        self.problem, self._points = problem, points
        self.space = chain_space(problem, len(points.steps))
        self._start, self._counts = np.unique(points.start, return_counts=True)
        self._moves = np.ascontiguousarray(points.moves)
        self._errors = points.errors()

    def __call__(self, genomes: Genomes) -> Errors:
        greatest = self.problem.measure is Measure.GREATEST
        sums = _walk(genomes, self._moves, self._start, self._counts, self._errors, greatest)
        return np.where(sums >= INFINITE, np.inf, sums.astype(np.float64))

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        return self.problem.sequence(self._points.steps[g] for g in genome if g >= 0)


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
        self._out_sorts = np.array(
            [number.get(v.sort, -1) for v in problem.outputs], dtype=np.int32
        )
        self.slot_count = len(problem.inputs) + self.outs * problem.length
        options: list[int] = []
        for k in range(problem.length):
            slots = max(1, len(problem.inputs) + self.outs * k)
            options += [len(self.choices), *[slots] * self.arity]
        options += [self.slot_count] * len(problem.outputs)
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

    def sequence(self, genome: Genomes) -> Sequence | None:
        """The sequence of one genome; None where a dag has no slot of an output's sort."""
        if self.chain:
            return self.problem.sequence(self.steps[g] for g in genome if g >= 0)
        taken, reads, _, outputs = self(np.asarray(genome, dtype=np.int32)[None, :])
        steps = []
        for k, number in enumerate(taken[0]):
            if number >= 0:
                component, setting = self.choices[number]
                slots = tuple(int(r) for r in reads[0, k, : len(component.inputs)])
                steps.append(Step(component.name, slots, (), setting))
        if (outputs[0] < 0).any():
            return None
        return self.problem.sequence(steps, tuple(int(s) for s in outputs[0]))


def _padded(rows: list[Any], width: int) -> NDArray[np.int32]:
    result = np.full((len(rows), max(1, width)), -1, dtype=np.int32)
    for k, row in enumerate(rows):
        result[k, : len(row)] = row
    return result


@njit(cache=True)
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


@njit(cache=True)
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
        sequence = self._decoder.sequence(genome)
        if sequence is None:
            p = self.problem
            blocked = (sample_error(p.measure, p.outputs, r.outputs, None) for r in p.rows())
            return float(total(p.measure, blocked))
        return _as_float(self.problem.error(sequence))

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        sequence = self._decoder.sequence(genome)
        if sequence is None:
            raise ProblemError("wrong-sort", "the genome has no slot of an output's sort")
        return sequence


def _as_float(error: Any) -> float:
    try:
        return float(error)
    except OverflowError:
        return math.inf


class WordEvaluator(ExactEvaluator):
    """Chains and dags over machine words; what overflows is evaluated exactly."""

    _CHUNK = 256

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._kernel = word_kernel(self._decoder.choices)
        rows = problem.rows()
        self._inputs = _words([row.inputs for row in rows])
        self._wanted = _words([row.outputs for row in rows])
        self._scratch = np.zeros(self._decoder.slot_count + 1, dtype=np.int64)

    def __call__(self, genomes: Genomes) -> Errors:
        errors = np.empty(len(genomes), dtype=np.float64)
        for low in range(0, len(genomes), self._CHUNK):
            part = np.ascontiguousarray(genomes[low : low + self._CHUNK])
            errors[low : low + len(part)] = self._chunk(part)
        return errors

    def _chunk(self, genomes: Genomes) -> Errors:
        taken, reads, writes, outputs = self._decoder(genomes)
        n, samples, slots = len(genomes), len(self._inputs), len(self._scratch)
        results = np.zeros((n, samples, slots), dtype=np.int64)
        overflow = np.zeros(n, dtype=np.bool_)
        self._kernel(taken, reads, writes, self._inputs, self._scratch, results, overflow)
        given = np.take_along_axis(results, np.maximum(outputs, 0)[:, None, :], axis=2)
        dead = (results[:, :, -1] != 0) | (outputs < 0).any(axis=1)[:, None]
        errors, unsafe = self._errors(given, dead)
        for row in np.flatnonzero(overflow | unsafe):
            errors[row] = self.error(genomes[row])
        return errors

    def _errors(
        self, given: NDArray[np.int64], dead: NDArray[np.bool_]
    ) -> tuple[Errors, NDArray[np.bool_]]:
        """Errors (n,) of outputs (n, samples, m), and where they may not fit the arithmetic."""
        measure, outputs = self.problem.measure, self.problem.outputs
        safe_value = 2**40 if measure is not Measure.SQUARED else 2**20
        wanted = self._wanted[None, :, :]
        unsafe: NDArray[np.bool_] = np.zeros(len(given), dtype=np.bool_)
        if measure is Measure.WRONG:
            each = (given != wanted).any(axis=2).astype(np.int64)
        elif measure is Measure.BITS:
            each = np.bitwise_count((given ^ wanted).view(np.uint64)).sum(axis=2, dtype=np.int64)
        else:
            large = (np.abs(given) >= safe_value) | (np.abs(wanted) >= safe_value)
            unsigned = np.array([v.sort.kind == "BitVec" for v in outputs])
            large |= unsigned & ((given < 0) | (wanted < 0))  # 64-bit words above 2**63
            unsafe = np.asarray(large.any(axis=(1, 2)))
            distance = np.abs(np.where(large, 0, given) - np.where(large, 0, wanted))
            if measure is Measure.SQUARED:
                distance *= distance
            each = distance.max(axis=2) if measure is Measure.GREATEST else distance.sum(axis=2)
        worst = sample_error(measure, outputs, (), None)
        if worst != math.inf:
            each[dead] = int(worst)
        sums = each.max(axis=1) if measure is Measure.GREATEST else each.sum(axis=1)
        unsafe |= sums >= 2**53
        errors = sums.astype(np.float64)
        if worst == math.inf:
            errors[dead.any(axis=1)] = np.inf
        return errors, unsafe


def _words(rows: list[tuple[Value, ...]]) -> NDArray[np.int64]:
    return np.array(
        [[_word(int(v)) for v in row] for row in rows],  # type: ignore[arg-type]
        dtype=np.int64,
    ).reshape(len(rows), -1)


def _word(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value
