"""Exact search: the least error of sequences at every length, with a witness and evidence.

| engine | module | for |
|---|---|---|
| chain | `chain` | registers that steps overwrite; behaviours are multisets of points |
| states | `states` | chains with one sample, once they take long: states packed into words |
| both-ends | `both_ends` | the least length of a chain without error, where steps can be undone |
| subsumption | `subsumption` | the least length of a chain without error, up to symmetry |
| dag | `dag` | straight-line programs with fan-out; behaviours are sets of value vectors |
| formulas | `formulas` | dags by cost tree (formula size) or depth; behaviours are value vectors |
| dag, compiled | `packed` | dags over machine words that nowhere block, once they take long |
| dag, error 0 | `zero_error` | all inputs: the last two steps of a dag by look-up |
| all functions | `all_functions` | the least steps of every Boolean function of n inputs at once |
| table | `table` | errors measured elsewhere |
| smt | `smt` | dags and chains over every sort, by Z3; a second opinion on small problems |
| clauses | `proofs` | Boolean dags by a SAT solver: witnesses, and lower bounds with proofs |

`solve` picks the engine, or takes the one named. `with_evidence` has the frontier counted again by
the reference enumerator of `theory`. `Limits` bound time, states and memory; `Frontier` is the
result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from pathlib import Path

from solvers.exact.frontiers.evidence import with_evidence
from solvers.exact.frontiers.frontier import Frontier, Line
from solvers.stopping.ctrl_c import ended_by_ctrl_c
from solvers.stopping.limits import Limits
from theory.formats.files import remove_part
from theory.kernel.components.placements import MAX_PLACEMENTS, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost

__all__ = ["ENGINES", "Frontier", "Limits", "Line", "solve", "with_evidence"]

ENGINES = ("chain", "dag", "formulas", "table", "smt")


@ended_by_ctrl_c()
def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    engine: str | None = None,
    progress: Callable[[str], None] | None = None,
    least_length: bool = False,
    checkpoint: Path | None = None,
) -> Frontier:
    """The least error for each length up to the problem's, as far as the limits allow.

    Ctrl-C and too little memory end it as a limit does: what is settled is returned.

    Args:
        engine: one of `ENGINES`; None for the one made for the problem, or smt where parameters
            have too many settings to be listed.
        progress: called with a line of text as the search advances.
        least_length: chains: look only for the least length of error zero, which reaches further;
            at shorter lengths errors are bounds.
        checkpoint: a file to go on from, if it exists, and to save the search in when it stops
            before its end: all of it for chains (.npz), the certificate with the lengths that are
            settled for dags (.json). Where it cannot be written, the frontier says so (`unsaved`).

    Raises:
        ProblemError: `unsupported-cost` for a chain or a table with another cost than length;
            `bad-engine` for an engine that does not take the problem; `too-many-placements`;
            `not-a-chain` where `least_length` does not apply, `cannot-resume`, `not-finite`,
            `bad-checkpoint`, `other-problem`.
    """
    _check_wishes(problem, engine, least_length=least_length, resumed=checkpoint is not None)
    if checkpoint is not None:
        remove_part(checkpoint)
    many_settings = _settings(problem) > MAX_PLACEMENTS
    if problem.for_all_inputs and not problem.has_small_domain():
        from solvers.exact.all_inputs.search import solve_all_inputs

        def search(sampled: Problem, left: Limits) -> Frontier:
            return solve(sampled, left, engine=engine, progress=progress, least_length=least_length)

        compiled = engine != "smt" and not many_settings
        return solve_all_inputs(problem, search, limits, progress, compiled=compiled)
    if engine == "smt" or (engine is None and many_settings):
        from solvers.exact.by_smt.search import solve_smt

        return solve_smt(problem, limits, progress)
    if problem.wiring is Wiring.TABLE:
        from solvers.exact.table import solve_table

        return solve_table(problem, limits)
    if problem.cost is not Cost.LENGTH:
        from solvers.exact.formulas.search import solve_formulas

        return solve_formulas(problem, limits, progress)
    if problem.wiring is Wiring.DAG:
        from solvers.exact.dags.dag import solve_dag

        if checkpoint is None:
            return solve_dag(problem, limits, progress)
        from solvers.exact.frontiers.checkpoints import settled_lines
        from theory.formats.certificates import write_certificate

        frontier = solve_dag(problem, limits, progress, settled_lines(checkpoint, problem))
        if frontier.stopped:
            try:
                write_certificate(frontier.certificate(), checkpoint)
            except OSError as error:
                return replace(frontier, unsaved=error)
        return frontier
    from solvers.exact.chains.chain import solve_chain
    from solvers.exact.frontiers.checkpoints import CheckpointFile

    file = None if checkpoint is None else CheckpointFile(checkpoint, problem)
    frontier = solve_chain(problem, limits, progress, least_length=least_length, checkpoint=file)
    lost = file.failure if file is not None and frontier.stopped else None
    return replace(frontier, unsaved=lost)


def _settings(problem: Problem) -> int:
    """How many components at parameter settings there are, where length is bounded."""
    if problem.components is None or problem.cost is not Cost.LENGTH:
        return 0
    return sum(prod(p.size for p in c.parameters) for c in problem.components.components)


def _check_wishes(
    problem: Problem, engine: str | None, *, least_length: bool, resumed: bool
) -> None:
    if least_length and problem.wiring is not Wiring.CHAIN:
        message = f"the least length alone is for chains; the wiring is {problem.wiring}"
        raise ProblemError("not-a-chain", message, problem.name)
    if problem.cost is not Cost.LENGTH and problem.wiring is not Wiring.DAG:
        message = f"cost {problem.cost} is searched for dags only; use cost length"
        raise ProblemError("unsupported-cost", message, problem.name)
    made_for = str(problem.wiring) if problem.cost is Cost.LENGTH else "formulas"
    fit = [made_for] if made_for in ("formulas", "table") else [made_for, "smt"]
    if engine is not None and engine not in fit:
        known = "" if engine in ENGINES else f"; there are {', '.join(ENGINES)}"
        message = f"engine {engine} does not take this problem; use {' or '.join(fit)}{known}"
        raise ProblemError("bad-engine", message, problem.name)
    if least_length and engine not in (None, "chain"):
        message = "the least length alone is looked for by engine chain"
        raise ProblemError("bad-engine", message, problem.name)
    if resumed and (engine or made_for) not in ("chain", "dag"):
        message = "a search by engine chain or dag can be resumed, no other"
        raise ProblemError("cannot-resume", message, problem.name)
    if resumed and problem.for_all_inputs and not problem.has_small_domain():
        message = "an all-input problem is searched on changing samples and cannot be resumed"
        raise ProblemError("cannot-resume", message, problem.name)
