"""The models as a graph: which simulation leads where.

An edge from A to B says that B's operations are imitated by A's: whoever has A's has B's, so
universality passes from B to A. The roots are the theorems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx

EDGES: tuple[tuple[str, str, str], ...] = (
    ("tape", "Turing machine", "Turing 1936; two symbols suffice: Shannon 1956"),
    ("two half tapes", "tape", "a tape is two stacks, head between them"),
    ("two stacks", "two half tapes", "Minsky 1961: emptiness stands for blanks beyond"),
    ("three counters", "two stacks", "Minsky 1961: a bit string is a number"),
    ("two counters", "three counters", "Minsky 1961: 2^a 3^b 5^c, input coded"),
    ("one register", "two counters", "Minsky 1967: 2^a 3^b"),
    ("circuit", "two half tapes", "a step is a Boolean circuit; Siegelmann & Sontag 1995"),
    ("SUBLEQ", "three counters", "registers that hold 0, 1, -1; Mavaddat & Parhami 1988"),
    ("Rule 110", "Turing machine", "Cook 2004, by way of cyclic tag systems: weakly"),
    ("Game of Life", "Turing machine", "Berlekamp, Conway & Guy 1982; Rendell 2011"),
)


def models_graph() -> networkx.DiGraph:
    """Models as nodes, simulations as edges with `reason`; every path ends at a Turing machine."""
    import networkx

    graph = networkx.DiGraph()
    for model, imitated, reason in EDGES:
        graph.add_edge(model, imitated, reason=reason)
    return graph


def chain_of(model: str) -> list[str]:
    """How universality reaches a model: the models on the way to the Turing machine."""
    import networkx

    path: list[str] = networkx.shortest_path(models_graph(), model, "Turing machine")
    return path
