"""Everything there is: all inputs, all sequences up to a length, and all that they compute.

    points           the input tuples of some sorts, the smallest first
    every_sequence   all sequences of at most so many steps, none left out, nothing merged
    computed         what they compute on given points, equal beginnings merged
    least_errors     the least error at each length, by trying every sequence

Plain code for small sizes: the theorems' checks compare other things with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, product

from theory.kernel.checks.reference import Computed, children
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import (
    ArrayValue,
    Sort,
    Value,
    coerce,
    index_count,
    is_finite,
    size,
)
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence, step_function

Row = tuple[Value, ...]
Behaviour = tuple[Row | None, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What sequences are made of, and what they read and give.

    Attributes:
        components: the component set.
        wiring: chain or dag.
        inputs: the registers of a chain, the inputs of a dag.
        outputs: the registers read off, or the outputs of a dag with their sorts.
    """

    components: ComponentSet
    wiring: Wiring
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]


def frame_of(problem: Problem) -> Frame:
    """The frame of a problem that has components."""
    if problem.components is None:
        raise ProblemError("no-components", "a table has no components", problem.name)
    return Frame(problem.components, problem.wiring, problem.inputs, problem.outputs)


def values_of(sort: Sort, values: int | None = None) -> Iterator[Value]:
    """The values of a sort, the smallest first; `values` is k where an Int is 0 .. k-1.

    Of an array sort, those that differ in at most one place from the array of its first element.
    """
    if sort.kind == "Bool":
        yield from (False, True)
    elif sort.kind == "Int" and values is not None:
        yield from range(values)
    elif sort.kind == "BitVec" and is_finite(sort):
        yield from range(size(sort))
    elif sort.kind == "Array":
        index, element = sort.parts
        blank = next(values_of(element, values))
        yield ArrayValue(blank)
        for place, value in points((index, element), values):
            if value != blank:
                yield ArrayValue(blank).store(place, value, index_count(sort))
    else:
        yield coerce(sort, 0)
        for k in count(1):
            yield from (coerce(sort, k), coerce(sort, -k))


def points(sorts: tuple[Sort, ...], values: int | None = None) -> Iterator[Row]:
    """All tuples of values: first those from the first values, then those with the next, ..."""
    known: list[list[Value]] = [[] for _ in sorts]
    sources = [values_of(sort, values) for sort in sorts]
    if not sorts:
        yield ()
        return
    for reach in count(1):
        grown = False
        for listed, source in zip(known, sources, strict=True):
            following = list(islice(source, 1))
            listed.extend(following)
            grown = grown or bool(following)
        if not grown:
            return
        for row in product(*(range(len(listed)) for listed in known)):
            if max(row) == reach - 1:
                yield tuple(known[j][k] for j, k in enumerate(row))


def every_sequence(frame: Frame, length: int) -> Iterator[Sequence]:
    """All sequences of at most `length` steps, the shorter first; for a dag with all outputs."""
    for steps in range(length + 1):
        yield from _exactly(frame, steps)


def _exactly(frame: Frame, length: int) -> Iterator[Sequence]:
    if frame.wiring is Wiring.CHAIN:
        names = [v.name for v in frame.inputs]
        slots = tuple(names.index(v.name) for v in frame.outputs)
        for steps in product(placements(frame.components, frame.inputs), repeat=length):
            yield Sequence(frame.components, frame.wiring, frame.inputs, steps, slots)
        return
    sorts = tuple(v.sort for v in frame.inputs)
    for steps, made in _dag_steps(frame.components, sorts, length):
        options = [[k for k, s in enumerate(made) if s == v.sort] for v in frame.outputs]
        for slots in product(*options):
            yield Sequence(frame.components, frame.wiring, frame.inputs, steps, slots)


def _dag_steps(
    components: ComponentSet, sorts: tuple[Sort, ...], length: int
) -> Iterator[tuple[tuple[Step, ...], tuple[Sort, ...]]]:
    if length == 0:
        yield (), sorts
        return
    for before, made in _dag_steps(components, sorts, length - 1):
        for component, setting in instances(components):
            options = [
                [k for k, s in enumerate(made) if s == sort] for sort in component.input_sorts
            ]
            for reads in product(*options):
                step = Step(component.name, reads, (), setting)
                yield (*before, step), (*made, *component.output_sorts)


def computed(frame: Frame, length: int, on: tuple[Row, ...]) -> set[Behaviour]:
    """The outputs on the points, for every sequence of at most `length` steps; None: blocked."""
    if frame.wiring is Wiring.CHAIN:
        return _chain_behaviours(frame, length, on)
    return _dag_behaviours(frame, length, on)


def _chain_behaviours(frame: Frame, length: int, on: tuple[Row, ...]) -> set[Behaviour]:
    steps = placements(frame.components, frame.inputs)
    functions = [step_function(frame.components[s.component], s.parameters) for s in steps]

    def after(state: Row | None, k: int) -> Row | None:
        if state is None:
            return None
        result = functions[k](*(state[r] for r in steps[k].reads))
        if result is None:
            return None
        slots = list(state)
        for register, value in zip(steps[k].writes, result, strict=False):
            slots[register] = value
        return tuple(slots)

    layer: set[Behaviour] = {on}
    seen = set(layer)
    for _ in range(length):
        layer = {
            tuple(after(state, k) for state in states)
            for states in layer
            for k in range(len(steps))
        } - seen
        seen |= layer
    names = [v.name for v in frame.inputs]
    slots = [names.index(v.name) for v in frame.outputs]
    return {
        tuple(None if state is None else tuple(state[k] for k in slots) for state in states)
        for states in seen
    }


def _dag_behaviours(frame: Frame, length: int, on: tuple[Row, ...]) -> set[Behaviour]:
    columns = (tuple(row[k] for row in on) for k in range(len(frame.inputs)))
    sorts = (v.sort for v in frame.inputs)
    layer = {Computed(frozenset(zip(sorts, columns, strict=True)))}
    seen = set(layer)
    choices = instances(frame.components)
    for _ in range(length):
        layer = {child for node in layer for *_, child in children(node, choices, len(on))} - seen
        seen |= layer
    found: set[Behaviour] = set()
    for node in seen:
        options = [[v for sort, v in node.vectors if sort == o.sort] for o in frame.outputs]
        for vectors in product(*options):
            rows = zip(*vectors, strict=True)
            found.add(
                tuple(
                    None if k in node.blocked else tuple(v for v in row if v is not None)
                    for k, row in enumerate(rows)
                )
            )
    return found


def least_errors(problem: Problem, length: int | None = None) -> tuple[Error, ...]:
    """The least error of at most 0, 1, ... steps, by evaluating every sequence."""
    longest = problem.length if length is None else length
    least: list[Error] = []
    for steps in range(longest + 1):
        errors = (problem.error(sequence) for sequence in _exactly(frame_of(problem), steps))
        least.append(min(errors, default=math.inf))
        if steps:
            least[-1] = min(least[-1], least[-2])
    return tuple(least)
