"""The search graph of a shipped problem as JSON, for walking through its layers.

    python -m _building.layers PROBLEM

Prints `{"problem", "length", "nodes": [[layer, error], ...], "edges": [[from, to, step], ...]}`; an
edge is left out if it leads back or within its layer, since no shortest sequence has such a step.
"""

from __future__ import annotations

import json
import sys

from solvers.exact.graph import behaviour_graph
from solvers.suites import find_problem
from theory.kernel.errors import ShefferError


def graph_data(name: str) -> dict[str, object]:
    """The graph of a shipped problem as plain data.

    Raises:
        ShefferError: an unknown problem, or one with too many behaviours.
    """
    problem = find_problem(name)
    graph = behaviour_graph(problem, max_nodes=400)
    layer = graph.nodes(data="layer")
    return {
        "problem": name,
        "length": problem.length,
        "nodes": [
            [data["layer"], str(data["error"])] for _, data in sorted(graph.nodes(data=True))
        ],
        "edges": [
            [start, end, data["step"]]
            for start, end, data in sorted(graph.edges(data=True), key=lambda e: (e[0], e[1]))
            if layer[end] == layer[start] + 1
        ],
    }


if __name__ == "__main__":
    try:
        print(json.dumps(graph_data(sys.argv[1])))
    except ShefferError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
