"""The search graph: its shortest paths give the same optima as the engines."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from solvers import find_problem, solve
from solvers.exact.graph import behaviour_graph, shortest_frontier
from solvers.reports.search_graph import save_graph
from theory import BOOL, INT, ComponentSet, ProblemError, Wiring, component, problem


def _problems() -> list[object]:
    import z3

    nand = component("nand", lambda a, b: z3.Not(z3.And(a, b)), BOOL)
    half = component("half", lambda x: x / 2, INT, guard=lambda x: x % 2 == 0)
    add = component("add", lambda x, y: x + y, INT)
    numbers = ComponentSet("numbers", (half, add))
    samples = [((4, 6), 5), ((8, 2), 5), ((3, 1), 2)]
    return [
        find_problem("sorting-3"),
        find_problem("sorting-4"),
        find_problem("pancakes-5"),
        find_problem("set-cover-1", 2),
        problem("xor", ComponentSet("gates", (nand,)), lambda x, y: z3.Not(x == y), BOOL, length=4),
        problem("mean", numbers, samples, INT, length=3, measure="absolute"),
        problem("mean", numbers, samples, INT, length=3, wiring=Wiring.CHAIN),
    ]


@pytest.mark.parametrize("case", range(7))
def test_shortest_paths_give_the_frontier_of_the_engine(case: int) -> None:
    problem_ = _problems()[case]
    graph = behaviour_graph(problem_)
    errors = [line.error for line in solve(problem_).lines]
    assert shortest_frontier(graph, problem_.length) == errors


def test_layers_are_distances_from_the_start() -> None:
    graph = behaviour_graph(find_problem("sorting-4"))
    distance = nx.single_source_shortest_path_length(graph, 0)
    assert {node: data["layer"] for node, data in graph.nodes(data=True)} == dict(distance)
    assert [sum(d == k for d in distance.values()) for k in range(6)] == [1, 6, 19, 40, 35, 10]


def test_it_is_drawn_and_exported(tmp_path: Path) -> None:
    problem_ = find_problem("sorting-3")
    for suffix in (".svg", ".png", ".graphml"):
        save_graph(problem_, tmp_path / f"graph{suffix}")
    again = nx.read_graphml(tmp_path / "graph.graphml")
    assert len(again) == len(behaviour_graph(problem_))
    assert again.nodes["0"]["error"] == "4"


def test_too_many_behaviours_and_tables_are_refused() -> None:
    with pytest.raises(ProblemError, match="choose a smaller --length") as caught:
        behaviour_graph(find_problem("sorting-5"), max_nodes=100)
    assert caught.value.reason == "too-large"
