"""Exact search: the least error of sequences at every length, with a witness and evidence.

| engine | module | for |
|---|---|---|
| chain | `chain` | registers that steps overwrite; behaviours are multisets of points |
| states | `states` | chains with one sample, once they take long: states packed into words |
| both-ends | `both_ends` | the least length of a chain without error, where steps can be undone |
| subsumption | `subsumption` | the least length of a chain without error, up to symmetry |
| dag | `dag` | straight-line programs with fan-out; behaviours are sets of value vectors |
| dag, compiled | `packed` | dags with one output over machine words, once they take long |
| all functions | `all_functions` | the least steps of every Boolean function of n inputs at once |
| table | `table` | errors measured elsewhere |
| smt | `proofs` | Boolean dags by a SAT solver: witnesses, and lower bounds with proofs |

`solve` picks the engine. `with_evidence` has the frontier counted again by the reference
enumerator of `theory`. `Limits` bound time, states and memory; `Frontier` is the result.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from solvers.exact.evidence import with_evidence
from solvers.exact.frontier import Frontier, Line
from solvers.exact.limits import Limits
from theory.errors import ProblemError
from theory.placements import Wiring
from theory.problems import Problem, Specification
from theory.sequences import Cost

__all__ = ["Frontier", "Limits", "Line", "solve", "with_evidence"]


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    progress: Callable[[str], None] | None = None,
    least_length: bool = False,
    checkpoint: Path | None = None,
) -> Frontier:
    """The least error for each length up to the problem's, as far as the limits allow.

    Args:
        progress: called with a line of text as the search advances.
        least_length: chains: look only for the least length of error zero, which reaches further;
            at shorter lengths errors are bounds.
        checkpoint: a file to go on from, if it exists, and to save the search in when it stops
            before its end: all of it for chains (.npz), the certificate with the lengths that are
            settled for dags (.json).

    Raises:
        ProblemError: `unsupported-cost` for another cost than length; `too-many-placements`;
            `not-a-chain` where `least_length` or `checkpoint` does not apply, `not-finite`,
            `bad-checkpoint`, `other-problem`.
    """
    if least_length and problem.wiring is not Wiring.CHAIN:
        message = f"the least length alone is for chains; the wiring is {problem.wiring}"
        raise ProblemError("not-a-chain", message, problem.name)
    if checkpoint and problem.wiring is Wiring.TABLE:
        raise ProblemError("not-a-chain", "a table is not searched for long", problem.name)
    if problem.cost is not Cost.LENGTH:
        message = f"cost {problem.cost} is not searched exactly; use cost length"
        raise ProblemError("unsupported-cost", message, problem.name)
    if isinstance(problem.target, Specification) and not problem.has_small_domain():
        from solvers.exact.all_inputs import solve_all_inputs

        if checkpoint:
            message = "an all-input problem is searched on changing samples and cannot be resumed"
            raise ProblemError("not-a-chain", message, problem.name)
        return solve_all_inputs(
            problem,
            lambda p, left: solve(p, left, progress=progress, least_length=least_length),
            limits,
        )
    if problem.wiring is Wiring.TABLE:
        from solvers.exact.table import solve_table

        return solve_table(problem, limits)
    if problem.wiring is Wiring.DAG:
        from solvers.exact.dag import solve_dag

        if checkpoint is None:
            return solve_dag(problem, limits, progress)
        from solvers.exact.checkpoints import settled_lines
        from theory.certificates import write_certificate

        frontier = solve_dag(problem, limits, progress, settled_lines(checkpoint, problem))
        if frontier.stopped:
            write_certificate(frontier.certificate(), checkpoint)
        return frontier
    from solvers.exact.chain import solve_chain

    return solve_chain(problem, limits, progress, least_length=least_length, checkpoint=checkpoint)
