"""The search graph of a small problem as a picture by layers, or as GraphML."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx

from solvers.drawing.figures import FORMATS, picture_path
from solvers.exact.graph import MAX_NODES, behaviour_graph
from solvers.reports.plots import layers
from theory.formats.files import replacing_bytes
from theory.formats.media import one_line
from theory.kernel.problems.problem import Problem

GRAPH_FORMATS = (*FORMATS, ".graphml")


def save_graph(problem: Problem, path: Path, *, max_nodes: int = MAX_NODES) -> None:
    """Draws the graph by layers (.svg, .png, .pdf) or exports it (.graphml).

    Raises:
        ProblemError: `unknown-format`, `bad-output`, or what `behaviour_graph` raises.
    """
    picture_path(path, GRAPH_FORMATS)
    graph = behaviour_graph(problem, max_nodes=max_nodes)
    if path.suffix.lower() == ".graphml":
        exported = graph.copy()
        exported.graph["name"] = one_line(problem.name)
        for _, data in exported.nodes(data=True):
            data["error"] = "inf" if data["error"] == math.inf else str(data["error"])
        for *_, data in exported.edges(data=True):
            data["step"] = one_line(data["step"])
        with replacing_bytes(path) as stream:
            nx.write_graphml(exported, stream)
        return
    layers(graph, problem.name, path)
