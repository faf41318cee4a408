"""Evaluators: a problem as a search sees it, genomes in and errors out, a batch at a time.

| evaluator | for |
|---|---|
| `TableEvaluator` | tables: a look-up |
| `BitEvaluator` | chains and dags over Bool: compiled, 64 samples in a machine word |
| `PointEvaluator` | chains whose states are few: a walk through a table of moves |
| `WordEvaluator` | chains and dags over machine words: a compiled kernel |
| `ExactEvaluator` | everything else, in exact Python |

`solvers.evaluation.decoding` says what a genome means; `sequence(genome)` gives that sequence.

A sequence whose numbers outgrow `theory.kernel.language.operators.MAX_BITS` has error infinity.

Errors are float64. They are exact integers below 2**53 or the nearest float of the exact error,
so that equal errors are equal floats and an optimum can be recognised.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.compiled.generated import supported
from solvers.evaluation.bit_evaluator import BitEvaluator
from solvers.evaluation.bit_kernels import bitwise
from solvers.evaluation.decoding import Decoder, chain_space
from solvers.evaluation.sample_evaluators import ExactEvaluator, WordEvaluator, as_float
from solvers.evaluation.slots import SlotKeys
from solvers.evaluation.space import Space
from solvers.points.error_arrays import INFINITE
from solvers.points.machine_points import WordOverflowError
from solvers.points.points import Points, make_points
from solvers.stopping.limits import LimitReachedError, Limits, Meter
from theory.kernel.components.placements import Wiring, instances, placements
from theory.kernel.errors import NumberTooLargeError, ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.targets import Measure, Relation, Samples, Specification, Table

Genomes = NDArray[np.int32]
Errors = NDArray[np.float64]

MAX_POINTS = 300_000
BIT_SAMPLES = 64
"""Samples from which on a chain over Bool is worth a compiled kernel of its own."""

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
        # A walk costs a look-up a sample and step, a bit kernel a second of compiling at first.
        if len(problem.rows()) >= BIT_SAMPLES and bitwise(problem, Decoder(problem)):
            return BitEvaluator(problem)
        points = _tabulated(problem)
        if points is not None:
            return PointEvaluator(problem, points)
    if bitwise(problem, Decoder(problem)):
        return BitEvaluator(problem)
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
        self._errors[self._places(entries)] = [as_float(e) for e in table.errors.values()]

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


@compiled
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


@compiled
def walk_ends(genomes: Any, moves: Any, start: Any) -> Any:  # pragma: no cover - compiled
    """The point (n, samples) at which each genome leaves each sample."""
    ends = np.empty((len(genomes), len(start)), dtype=np.int32)
    for g in range(len(genomes)):
        for i in range(len(start)):
            point = start[i]
            for k in range(genomes.shape[1]):
                step = genomes[g, k]
                if step >= 0:
                    point = moves[point, step]
            ends[g, i] = point
    return ends


@compiled
def _walk_once(
    genomes: Any, moves: Any, start: Any, most: Any, keys: Any, redundant: Any
) -> None:  # pragma: no cover - compiled
    path = np.empty(genomes.shape[1] + 1, dtype=np.int64)
    for g in range(len(genomes)):
        if redundant[g] > most:
            continue
        path[0] = start
        length = 1
        for k in range(genomes.shape[1]):
            if genomes[g, k] < 0:
                continue
            point = moves[path[length - 1], genomes[g, k]]
            path[length] = point
            for earlier in range(length):
                if path[earlier] == point:
                    redundant[g] += 1
                    break
            length += 1
        keys[g, 0] = path[length - 1] + 1


class PointEvaluator:
    """Chains as walks over numbered points, in compiled code."""

    def __init__(self, problem: Problem, points: Points) -> None:
        self.problem, self._points = problem, points
        self.space = chain_space(problem, len(points.steps))
        self._sample_points = points.start
        self._start, self._counts = np.unique(points.start, return_counts=True)
        self._moves = np.ascontiguousarray(points.moves)
        self._errors = points.errors()

    def __call__(self, genomes: Genomes) -> Errors:
        greatest = self.problem.measure is Measure.GREATEST
        sums = _walk(genomes, self._moves, self._start, self._counts, self._errors, greatest)
        return np.where(sums >= INFINITE, np.inf, sums.astype(np.float64))

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self._sample_points)

    def on_samples(self, genomes: Genomes, samples: NDArray[np.int64]) -> Errors:
        """The errors (n, m) of genomes (n, width) on the samples numbered `samples` (m,)."""
        found = self._errors[walk_ends(genomes, self._moves, self._sample_points[samples])]
        return np.where(found >= INFINITE, np.inf, found.astype(np.float64))

    @property
    def comparable(self) -> bool:
        """Whether there is one sample, so that the point where a chain ends is its behaviour."""
        return len(self._sample_points) == 1

    def compare_slots(self, genomes: Genomes, most: int) -> SlotKeys:
        """Where chains (n, width) end, as one slot; those with more no-ops are not run.

        A step is redundant if it is left out or leads to a point where the chain was before.
        """
        keys = np.zeros((len(genomes), 1), dtype=np.uint64)
        redundant = (genomes < 0).sum(axis=1)
        _walk_once(genomes, self._moves, self._sample_points[0], most, keys, redundant)
        return SlotKeys(keys, np.ones((len(genomes), 1), dtype=np.bool_), redundant)

    def slot_errors(self, genomes: Genomes) -> Errors:
        """The errors (n, 1)."""
        return self(genomes)[:, None]

    def sequence(self, genome: Genomes) -> Sequence:
        """See `ProblemEvaluator`."""
        return self.problem.sequence(self._points.steps[g] for g in genome if g >= 0)
