"""The search graph of a small problem, as a NetworkX graph.

A node is a behaviour, an edge a step. What the engines find by arrays, this shows: the least error
for each length is the least error within that distance of the start. `solvers.reports.search_graph`
draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

import networkx as nx

from solvers.compiled.term_code import step_function
from theory.kernel.checks.reference import Computed, children, least_output, start_of
from theory.kernel.components.placements import Step, Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Table, sample_error, total

MAX_NODES = 5_000
Successors = Callable[[Any], Iterator[tuple[str, Any]]]


def behaviour_graph(problem: Problem, *, max_nodes: int = MAX_NODES) -> nx.DiGraph[int]:
    """All behaviours within the problem's length: nodes have `layer` and `error`, edges a `step`.

    Node 0 is the empty sequence. A step that changes nothing is left out.

    Raises:
        ProblemError: `too-large` beyond `max_nodes`, `no-graph` for tables and for the costs tree
            and depth.
    """
    if problem.cost is not Cost.LENGTH:
        message = f"the search graph counts steps, not the {problem.cost.noun}; use cost length"
        raise ProblemError("no-graph", message, problem.name)
    if isinstance(problem.target, Table):
        message = "a table has no search graph: its sequences are only listed"
        raise ProblemError("no-graph", message, problem.name)
    start, successors, error_of = (
        _chain(problem) if problem.wiring is Wiring.CHAIN else _dag(problem)
    )
    graph: nx.DiGraph[int] = nx.DiGraph(name=problem.name)
    numbers: dict[Hashable, int] = {start: 0}
    graph.add_node(0, layer=0, error=error_of(start))
    layer = [start]
    for depth in range(1, problem.length + 1):
        following = []
        for node in layer:
            for label, child in successors(node):
                if child not in numbers:
                    if len(numbers) >= max_nodes:
                        message = f"more than {max_nodes} behaviours; choose a smaller --length"
                        raise ProblemError("too-large", message, problem.name)
                    numbers[child] = len(numbers)
                    graph.add_node(numbers[child], layer=depth, error=error_of(child))
                    following.append(child)
                if numbers[child] != numbers[node]:
                    graph.add_edge(numbers[node], numbers[child], step=label)
        layer = following
    return graph


def shortest_frontier(graph: nx.DiGraph[int], length: int) -> list[Error]:
    """The least error for each length 0 .. `length`, by shortest paths from the start."""
    distance = nx.single_source_shortest_path_length(graph, 0)
    return [
        min(graph.nodes[node]["error"] for node, d in distance.items() if d <= k)
        for k in range(length + 1)
    ]


def _chain(problem: Problem) -> tuple[Any, Successors, Callable[[Any], Error]]:
    """Behaviours as sorted tuples of (state, wanted outputs); blocked samples are ()."""
    assert problem.components is not None
    rows, compared = problem.rows(), problem.compared()
    steps = placements(problem.components, problem.inputs)
    moves = [
        (_label(problem, s), s, step_function(problem.components[s.component], s.parameters))
        for s in steps
    ]
    order = {row.outputs: k for k, row in enumerate(rows)}
    wanted = {k: outputs for outputs, k in order.items()}

    def after(state: tuple[Value, ...] | None, step: Step, function: Any) -> Any:
        result = None if state is None else function(*(state[k] for k in step.reads))
        if state is None or result is None:
            return None
        slots = list(state)
        for register, value in zip(step.writes, result, strict=False):
            slots[register] = value
        return tuple(slots)

    def behaviour(pairs: list[tuple[Any, int]]) -> Any:
        listed = [(state, target if state is not None else -1) for state, target in pairs]
        return tuple(sorted(listed, key=lambda pair: (pair[1], repr(pair[0]))))

    def successors(node: Any) -> Iterator[tuple[str, Any]]:
        for label, step, function in moves:
            yield label, behaviour([(after(s, step, function), t) for s, t in node])

    def error_of(node: Any) -> Error:
        return total(
            problem.measure,
            (
                sample_error(
                    problem.measure,
                    problem.outputs,
                    wanted.get(target, ()),
                    None if state is None else tuple(state[k] for k in compared),
                )
                for state, target in node
            ),
        )

    start = behaviour([(row.inputs, order[row.outputs]) for row in rows])
    return start, successors, error_of


def _dag(problem: Problem) -> tuple[Any, Successors, Callable[[Any], Error]]:
    """Behaviours as sets of value vectors, as the reference enumerator has them."""
    assert problem.components is not None
    choices = instances(problem.components)
    samples = len(problem.rows())

    def successors(node: Computed) -> Iterator[tuple[str, Computed]]:
        for component, _, child in children(node, choices, samples):
            yield component.name, child

    return start_of(problem), successors, lambda node: least_output(problem, node)


def _label(problem: Problem, step: Step) -> str:
    names = [v.name for v in problem.inputs]
    weights = f"[{', '.join(map(str, step.parameters))}]" if step.parameters else ""
    return f"{step.component}{weights}({', '.join(names[k] for k in step.reads)})"
