"""Affine maps: sets whose operations are all affine once their parameters have values.

Compositions of affine maps are affine, and NAND on flags 0 and 1 is not, so such a set imitates no
circuit; whether its iterations reach a half-space is Skolem's and the Positivity problem, open.
"""

from __future__ import annotations

from theory.kernel.components.component import Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.language.terms import Term, nodes


def is_affine(components: ComponentSet) -> bool:
    """Whether every operation is an affine map once its parameters have values."""
    for component in components.components:
        if component.role is not Role.OPERATION:
            continue
        weights = {p.name for p in component.parameters}
        if not all(_affine(term, weights) for term in component.outputs):
            return False
    return True


def _affine(root: Term, weights: set[str]) -> bool:
    varies: dict[Term, bool] = {}
    for node in nodes([root]):
        if node.op == "var":
            varies[node] = node.indices[0] not in weights
        elif node.op in ("const", "+", "-", "neg", "to_real"):
            varies[node] = any(varies[a] for a in node.args)
        elif node.op == "*":
            varying = sum(varies[a] for a in node.args)
            if varying > 1:
                return False
            varies[node] = varying == 1
        else:
            return False
    return True
