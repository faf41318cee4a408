"""Evaluators: a problem as a search sees it, genomes in and errors out, a batch at a time.

| evaluator | for |
|---|---|
| `TableEvaluator` | tables: a look-up |
| `PointEvaluator` | chains whose states are few: a walk through a table of moves |
| `WordEvaluator` | chains and dags over machine words: a compiled kernel |
| `ExactEvaluator` | everything else, in exact Python |

`solvers.decoding` says what a genome means; `sequence(genome)` gives that sequence.

A sequence whose numbers outgrow `theory.operators.MAX_BITS` has error infinity.

Errors are float64. They are exact integers below 2**53 or the nearest float of the exact error,
so that equal errors are equal floats and an optimum can be recognised.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solvers.decoding import Decoder, chain_space
from solvers.exact.limits import LimitReachedError, Limits, Meter
from solvers.exact.points import INFINITE, Points, WordOverflowError, make_points
from solvers.generated import supported, word_kernel
from solvers.heuristics.space import Space
from solvers.word_errors import least_slot_errors, output_errors
from theory.errors import NumberTooLargeError, ProblemError
from theory.placements import Step, Wiring, instances, placements
from theory.problems import (
    Error,
    Measure,
    Problem,
    Relation,
    Samples,
    Specification,
    Table,
    sample_error,
    total,
)
from theory.sequences import Cost, Sequence
from theory.sorts import Sort, Value

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
            all-input problem over a large domain, which searches cannot evaluate;
            `unsupported-cost` where something else than the steps is bounded.
    """
    if problem.cost is not Cost.LENGTH:
        message = f"searches bound the steps, not the {problem.cost.noun}; use cost length"
        raise ProblemError("unsupported-cost", message, problem.name)
    if isinstance(problem.target, Table):
        return TableEvaluator(problem)
    if isinstance(problem.target, Relation):
        message = "a relation is not searched by heuristics; give an output for each input"
        raise ProblemError("unsupported-target", message, problem.name)
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
    if not problem.has_small_domain():
        message = "searches need samples: give a .csv of them, or inputs of fewer bits"
        raise ProblemError("no-samples", message, problem.name)
    return replace(problem, target=Samples(problem.rows()))


def _inputs_fit(problem: Problem) -> bool:
    """Whether all values of the samples are machine words."""
    variables = (*problem.inputs, *problem.outputs)
    return all(v.sort.kind != "BitVec" or v.sort.width <= 64 for v in variables) and all(
        v.sort.kind != "Int" or (isinstance(value, int) and abs(value) < 2**62)
        for row in problem.rows()
        for v, value in zip(variables, (*row.inputs, *row.outputs), strict=True)
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
    except (LimitReachedError, WordOverflowError, NumberTooLargeError):
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
        self._errors[self._places(entries)] = [_as_float(e) for e in table.errors.values()]

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
            return _as_float(self._decoded(genome)[0])
        except NumberTooLargeError:
            return math.inf

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        sequence = self._decoded(genome)[1]
        if sequence is None:
            raise ProblemError("wrong-sort", "the genome has no slot of an output's sort")
        return sequence

    def _decoded(self, genome: Genomes) -> tuple[Error, Sequence | None]:
        """The error and the sequence of a genome; no sequence where an output has no slot."""
        p = self.problem
        steps, outputs = self._decoder.steps_of(genome)
        if outputs is not None and not self._decoder.picks_output:
            sequence = p.sequence(steps, outputs)
            return p.error(sequence), sequence
        blocked = (sample_error(p.measure, p.outputs, r.outputs, None) for r in p.rows())
        best: tuple[Error, Sequence | None] = (total(p.measure, blocked), None)
        if outputs is None:
            return best
        sorts = [v.sort for v in p.inputs]
        for step in steps:
            sorts += self._sorts(step)
        for slot, sort in enumerate(sorts):
            if sort == p.outputs[0].sort:
                sequence = p.sequence(steps, (slot,))
                error = p.error(sequence)
                if best[1] is None or error < best[0]:
                    best = (error, sequence)
        return best

    def _sorts(self, step: Step) -> tuple[Sort, ...]:
        assert self.problem.components is not None
        return self.problem.components[step.component].output_sorts


def _as_float(error: Error) -> float:
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
