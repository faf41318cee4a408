"""The models and their simulations, drawn from the graph the verdicts rest on.

python -m _building.models
"""

from __future__ import annotations

import html

from _building.diagrams import drawing
from solvers.completeness.models_graph import EDGES


def main() -> str:
    """The drawing, and the same as a table."""
    title = "The universal machines: an arrow leads from each to one that it imitates."
    edges = [(start, end, "") for start, end, _ in EDGES]
    rows = [f"| {start} | {end} | {html.escape(reason)} |" for start, end, reason in EDGES]
    table = "| imitates | what | by |\n|---|---|---|\n" + "\n".join(rows)
    return f"{drawing('models', title, edges, {'Turing machine'})}\n\n{table}"


if __name__ == "__main__":
    print(main())
