"""The plain reference enumerator: the least error at every length, by trying everything.

It shares nothing with the engines of `solvers`: it evaluates components exactly in Python and
keeps each distinct behaviour of a layer once. Two prefixes with the same behaviour on all samples
have the same continuations, so keeping one of them loses nothing.

- chain: a behaviour is the multiset of (state, wanted outputs) over the samples, since every
  measure is a symmetric function of those pairs.
- dag: a behaviour is the set of value vectors computed so far, inputs included.
- table: the entries themselves.
- dag with cost tree or depth: formulas by their values; see `theory.kernel.checks.formulas`.

The last layer is not kept: its errors are read off while its parents are expanded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from theory.kernel.checks.formulas import formula_layers
from theory.kernel.components.component import Component
from theory.kernel.components.placements import Instance, Wiring, instances, placements
from theory.kernel.deadline import deadline, tick
from theory.kernel.errors import NumberTooLargeError, OutOfLimitsError, ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, step_function
from theory.kernel.problems.targets import Table, sample_error, total

State = tuple[Value, ...]
Vector = tuple[Sort, tuple[Value | None, ...]]


@dataclass(frozen=True, slots=True)
class Recount:
    """What the enumerator found.

    Attributes:
        least: the least error of sequences of cost at most 0, 1, 2, ..., as far as it came.
        nodes: behaviours kept.
        complete: whether `least` reaches the problem's length.
        closed: no new behaviour appeared, or the error is 0: greater lengths change nothing.
    """

    least: tuple[Error, ...]
    nodes: int
    complete: bool
    closed: bool


def check_nodes(nodes: int, most: int) -> None:
    """Raises `OutOfLimitsError` beyond so many behaviours, and at the deadline."""
    if nodes > most:
        raise OutOfLimitsError("nodes", f"more than {most} behaviours")
    tick()


def recount(
    problem: Problem,
    *,
    length: int | None = None,
    max_nodes: int,
    timeout_s: float = math.inf,
) -> Recount:
    """The least error at every length up to `length` (default: the problem's).

    Raises:
        ProblemError: `unsupported-cost` for a chain or a table with another cost than length.
    """
    formulas = problem.cost is not Cost.LENGTH
    if formulas and problem.wiring is not Wiring.DAG:
        message = f"cost {problem.cost} is enumerated for dags only; use cost length"
        raise ProblemError("unsupported-cost", message, problem.name)
    longest = problem.length if length is None else length
    if isinstance(problem.target, Table):
        return _recount_table(problem.target, longest)
    layers = _chain_layers if problem.wiring is Wiring.CHAIN else _dag_layers
    layers = _formula_layers if formulas else layers
    least: list[Error] = []
    nodes = 0
    try:
        with deadline(timeout_s):
            for error, kept in layers(problem, longest, max_nodes):
                nodes = kept
                least.append(min(error, least[-1]) if least else error)
                if least[-1] == 0:
                    break
        closed = least[-1] == 0 or len(least) <= longest
        return _filled(least, longest, nodes, closed=closed)
    except OutOfLimitsError:
        return Recount(tuple(least), nodes, complete=False, closed=False)


def _filled(least: list[Error], longest: int, nodes: int, *, closed: bool) -> Recount:
    full = [*least, *[least[-1]] * (longest + 1 - len(least))]
    return Recount(tuple(full[: longest + 1]), nodes, complete=True, closed=closed)


def _recount_table(table: Table, longest: int) -> Recount:
    least: list[Error] = []
    for length in range(longest + 1):
        listed = [error for entry, error in table.errors.items() if len(entry) <= length]
        least.append(min(listed, default=math.inf))
    return Recount(tuple(least), len(table.errors), complete=True, closed=True)


Layers = Iterator[tuple[Error, int]]


def _chain_layers(problem: Problem, longest: int, max_nodes: int) -> Layers:
    """The least error of exactly 0, 1, 2, ... steps, until no behaviour is new."""
    points = _Points(problem)
    move = _small_mover(points, longest) or _lazy_mover(points)
    layer: set[Node] = {points.start()}
    seen = set(layer)
    yield points.error(next(iter(layer))), 1
    for length in range(1, longest + 1):
        least: Error = math.inf
        following: set[Node] = set()
        for node in layer:
            check_nodes(len(seen) + len(following), max_nodes)
            for k in range(len(points.functions)):
                tick()
                child = move(node, k)
                if child not in seen and child not in following:
                    if length < longest:
                        following.add(child)
                    else:
                        least = min(least, points.error(child))
        if length < longest:
            if not following:
                return
            least = min(points.error(child) for child in following)
        layer = following
        seen |= following
        yield least, len(seen)


Node = bytes | tuple[int, ...]
Mover = Callable[[Node, int], Node]


class _Points:
    """The (state, wanted) pairs met so far, numbered, with errors; a blocked state is None."""

    def __init__(self, problem: Problem) -> None:
        assert problem.components is not None
        self.problem = problem
        self.rows = problem.rows()
        self.compared = problem.compared()
        self.wanted = list(dict.fromkeys(row.outputs for row in self.rows))
        self.keys: list[tuple[State | None, int]] = []
        self.numbers: dict[tuple[State | None, int], int] = {}
        self.errors: list[Error] = []
        self.functions = [
            _on_states(
                step_function(problem.components[s.component], s.parameters), s.reads, s.writes
            )
            for s in placements(problem.components, problem.inputs)
        ]

    def number(self, state: State | None, target: int) -> int:
        key = (state, target) if state is not None else (None, 0)  # blocked: equally wrong
        if key not in self.numbers:
            self.numbers[key] = len(self.keys)
            self.keys.append(key)
            given = None if state is None else tuple(state[k] for k in self.compared)
            wanted = self.wanted[target]
            p = self.problem
            self.errors.append(sample_error(p.measure, p.outputs, wanted, given))
        return self.numbers[key]

    def moved(self, point: int, k: int) -> int:
        """The point that placement k leads to."""
        state, target = self.keys[point]
        return self.number(self.functions[k](state), target)

    def start(self) -> tuple[int, ...]:
        place = {outputs: k for k, outputs in enumerate(self.wanted)}
        return tuple(sorted(self.number(r.inputs, place[r.outputs]) for r in self.rows))

    def error(self, node: Node) -> Error:
        return total(self.problem.measure, map(self.errors.__getitem__, node))


def _small_mover(points: _Points, longest: int) -> Mover | None:
    """Multisets as sorted bytes, where at most 256 points are within reach; else None."""
    points.start()
    tables: list[bytearray] = [bytearray(256) for _ in points.functions]
    done = 0
    for _ in range(longest):
        known = len(points.keys)
        if known > 256:
            return None
        for point in range(done, known):
            for k, table in enumerate(tables):
                try:
                    target = points.moved(point, k)
                except NumberTooLargeError:  # perhaps only in places that are never reached
                    return None
                if target > 255:
                    return None
                table[point] = target
        if known == len(points.keys):
            break
        done = known
    if len(points.keys) > 256:
        return None

    def move(node: Node, k: int) -> Node:
        return bytes(sorted(bytes(node).translate(tables[k])))

    return move


def _lazy_mover(points: _Points) -> Mover:
    """Multisets as sorted tuples; a point is moved when it is first met."""
    moves: list[dict[int, int]] = [{} for _ in points.functions]

    def move(node: Node, k: int) -> Node:
        known = moves[k]
        for point in node:
            if point not in known:
                known[point] = points.moved(point, k)
        return tuple(sorted([known[point] for point in node]))

    return move


def _on_states(
    function: Callable[..., State | None], reads: tuple[int, ...], writes: tuple[int, ...]
) -> Callable[[State | None], State | None]:
    def move(state: State | None) -> State | None:
        result = None if state is None else function(*(state[k] for k in reads))
        if state is None or result is None:
            return None
        slots = list(state)
        for register, value in zip(writes, result, strict=False):
            slots[register] = value
        return tuple(slots)

    return move


def _formula_layers(problem: Problem, longest: int, max_nodes: int) -> Layers:
    return formula_layers(problem, longest, lambda n: check_nodes(n, max_nodes))


@dataclass(frozen=True, slots=True)
class Computed:
    """The value vectors of a dag so far, None at the samples on which a step has blocked."""

    vectors: frozenset[Vector]
    blocked: frozenset[int] = frozenset()


def _dag_layers(problem: Problem, longest: int, max_nodes: int) -> Layers:
    """The least error of exactly 0, 1, 2, ... steps, until no behaviour is new."""
    rows = problem.rows()
    assert problem.components is not None
    choices = instances(problem.components)
    start = start_of(problem)
    layer = {start}
    seen = {start}
    yield least_output(problem, start), 1
    for length in range(1, longest + 1):
        least: Error = math.inf
        following: set[Computed] = set()
        for node in layer:
            for _, _, child in children(node, choices, len(rows)):
                check_nodes(len(seen) + len(following), max_nodes)
                if child not in seen and child not in following:
                    following.add(child)
                    least = min(least, least_output(problem, child))
        if not following and length < longest:
            return
        layer = following
        seen |= following
        yield least, len(seen)


def start_of(problem: Problem) -> Computed:
    """The inputs alone."""
    rows = problem.rows()
    columns = (tuple(row.inputs[k] for row in rows) for k in range(len(problem.inputs)))
    sorts = (v.sort for v in problem.inputs)
    return Computed(frozenset(zip(sorts, columns, strict=True)))


def children(
    node: Computed, choices: list[Instance], samples: int
) -> Iterator[tuple[Component, tuple[Value, ...], Computed]]:
    """The node with one more step, for every component, setting and choice of operands."""
    by_sort: dict[Sort, list[tuple[Value | None, ...]]] = {}
    for sort, vector in node.vectors:
        by_sort.setdefault(sort, []).append(vector)
    for component, setting in choices:
        function = step_function(component, setting)
        for vectors in product(*(by_sort.get(sort, []) for sort in component.input_sorts)):
            results = [
                None if k in node.blocked else function(*(v[k] for v in vectors))
                for k in range(samples)
            ]
            blocked = frozenset(k for k, result in enumerate(results) if result is None)
            made = [
                (sort, tuple(None if r is None else r[j] for r in results))
                for j, sort in enumerate(component.output_sorts)
            ]
            kept: Iterable[Vector] = node.vectors
            if blocked != node.blocked:
                kept = (
                    (s, tuple(None if k in blocked else x for k, x in enumerate(vector)))
                    for s, vector in node.vectors
                )
            yield component, setting, Computed(frozenset(kept) | frozenset(made), blocked)


def least_output(problem: Problem, node: Computed) -> Error:
    """The least error over all choices of output slots; infinite where there is no such slot."""
    rows = problem.rows()
    options = [[v for s, v in node.vectors if s == output.sort] for output in problem.outputs]
    least: Error = math.inf
    for chosen in product(*options):
        tick()
        errors = (
            problem.sample_error(
                row,
                None if k in node.blocked else tuple(vector[k] for vector in chosen),  # type: ignore[misc]
            )
            for k, row in enumerate(rows)
        )
        least = min(least, total(problem.measure, errors))
    return least
