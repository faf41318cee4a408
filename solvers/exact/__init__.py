"""Exact search: the least error of sequences at every length, with a witness and evidence.

| engine | module | for |
|---|---|---|
| chain | `chain` | registers that steps overwrite; behaviours are multisets of points |
| dag | `dag` | straight-line programs with fan-out; behaviours are sets of value vectors |
| dag, compiled | `packed` | dags with one output over machine words, once they take long |
| dag, error 0 | `zero_error` | all inputs: the last two steps of a dag by look-up |
| all functions | `all_functions` | the least steps of every Boolean function of n inputs at once |
| table | `table` | errors measured elsewhere |
| smt | `proofs` | Boolean dags by a SAT solver: witnesses, and lower bounds with proofs |

`solve` picks the engine. `with_evidence` has the frontier counted again by the reference
enumerator of `theory`. `Limits` bound time, states and memory; `Frontier` is the result.
"""

from __future__ import annotations

from collections.abc import Callable

from solvers.exact.evidence import with_evidence
from solvers.exact.frontier import Frontier, Line
from solvers.exact.limits import Limits
from theory.errors import ProblemError
from theory.placements import Wiring
from theory.problems import Problem
from theory.sequences import Cost

__all__ = ["Frontier", "Limits", "Line", "solve", "with_evidence"]


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Frontier:
    """The least error for each length up to the problem's, as far as the limits allow.

    Args:
        progress: called with a line of text as the search advances.

    Raises:
        ProblemError: `unsupported-cost` for another cost than length; `too-many-placements`.
    """
    if problem.cost is not Cost.LENGTH:
        message = f"cost {problem.cost} is not searched exactly; use cost length"
        raise ProblemError("unsupported-cost", message, problem.name)
    if problem.for_all_inputs and not problem.has_small_domain():
        from solvers.exact.all_inputs import solve_all_inputs

        return solve_all_inputs(
            problem, lambda p, left: solve(p, left, progress=progress), limits, progress
        )
    if problem.wiring is Wiring.TABLE:
        from solvers.exact.table import solve_table

        return solve_table(problem, limits)
    if problem.wiring is Wiring.DAG:
        from solvers.exact.dag import solve_dag

        return solve_dag(problem, limits, progress)
    from solvers.exact.chain import solve_chain

    return solve_chain(problem, limits, progress)
