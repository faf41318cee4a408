"""Evidence for a frontier: the plain reference enumerator of `theory` counts it again."""

from __future__ import annotations

from dataclasses import replace

from solvers.exact.frontiers.frontier import Frontier
from theory.formats.certificates import error_to_json
from theory.kernel.checks.reference import recount
from theory.kernel.errors import ProblemError, ShefferError
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.specifications import on_inputs
from theory.kernel.problems.targets import Table

MAX_NODES = 3_000_000


def with_evidence(
    frontier: Frontier, *, timeout_s: float = 60.0, max_nodes: int = MAX_NODES
) -> Frontier:
    """The frontier with evidence `recounted` where the enumerator agrees within its limits.

    Raises:
        ShefferError: `engines-disagree` if it does not agree: an error of Sheffer itself.
    """
    if not frontier.optimal and all(line.at_least == 0 for line in frontier.lines):
        return frontier
    problem = frontier.problem
    if frontier.inputs is not None:
        problem = on_inputs(problem, frontier.inputs)
    bounded = [line.length for line in frontier.lines if line.at_least > 0]
    if not bounded:
        return replace(frontier, evidence="recounted", evidence_note="no error is below 0")
    try:
        again = recount(problem, length=max(bounded), max_nodes=max_nodes, timeout_s=timeout_s)
    except ProblemError as error:
        if error.reason != "too-many-placements":
            raise
        return frontier
    for line, least in zip(frontier.lines, again.least, strict=False):
        bound = line.at_least
        if least < bound or (frontier.inputs is None and line.exact and least != bound):
            message = (
                f"engine {frontier.engine} says least error {error_to_json(bound)} at "
                f"{problem.cost.noun} {line.length}, the reference enumerator "
                f"{error_to_json(least)}; report it"
            )
            raise ShefferError("engines-disagree", message, problem.name)
    if not again.complete:
        return frontier
    what = "values" if problem.cost is not Cost.LENGTH else "behaviours"
    what = "entries" if isinstance(problem.target, Table) else what
    note = f"reference enumerator, {again.nodes:,} {what}"
    return replace(frontier, evidence="recounted", evidence_note=note)
