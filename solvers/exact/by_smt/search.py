"""The smt engine: 'is there a sequence of so many steps with an error below e?', asked of Z3.

It takes every sort, both wirings and every measure, and parameters with ranges too large to be
listed. Length by length the bound is lowered until Z3 finds no such sequence. Each sequence of a
model is evaluated exactly; what Z3 does not decide in time, or decides by a model that does not
hold up, is unknown, and ends the search with bounds.

It is a second opinion on small problems, not a fast engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

from solvers.exact.by_smt.encoding import Encoding
from solvers.exact.by_smt.errors import error_below
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder
from solvers.stopping.limits import STOPS, LimitReachedError, Limits, Meter, stop_reason
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.terms import nodes
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.targets import Relation

Progress = Callable[[str], None]


class UndecidedError(Exception):
    """Z3 has no answer; the message says why."""


def solve_smt(
    problem: Problem, limits: Limits | None = None, progress: Progress | None = None
) -> Frontier:
    """The frontier of a dag or chain problem with finitely many samples.

    Ctrl-C, limits that are reached and questions that Z3 does not decide end it with bounds.

    Raises:
        ProblemError: `unsupported-cost` for another cost than length.
    """
    if problem.cost is not Cost.LENGTH:
        message = f"engine smt bounds the length, not the {problem.cost.noun}; leave it out"
        raise ProblemError("unsupported-cost", message, problem.name)
    if isinstance(problem.target, Relation):
        message = "engine smt needs outputs to compare with, and a relation has none; leave it out"
        raise ProblemError("unsupported-target", message, problem.name)
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    stopped: str | None = None
    try:
        builder.add(*_empty(problem))
        for length in range(1, problem.length + 1):
            if builder.least == 0:
                break
            _add_line(problem, length, builder, meter)
            if progress:
                progress(f"length {length}: least error {builder.least}")
    except STOPS as stop:
        stopped = stop_reason(stop)
    except UndecidedError as undecided:
        stopped = str(undecided)
    return Frontier(
        problem, "smt", builder.fill(exact=stopped is None), (), meter.seconds, stopped,
        evidence_note="engine smt: Z3 found no sequence with a smaller error",
    )  # fmt: skip


def _empty(problem: Problem) -> tuple[Error, Sequence | None]:
    """The best of no steps: the registers as they are, or inputs read off."""
    if problem.wiring is Wiring.CHAIN:
        candidates = [problem.sequence(())]
    else:
        slots = [
            [k for k, v in enumerate(problem.inputs) if v.sort == o.sort] for o in problem.outputs
        ]
        candidates = [problem.sequence((), chosen) for chosen in product(*slots)]
    errors = [problem.error(sequence) for sequence in candidates]
    if not candidates:
        return math.inf, None
    best = min(range(len(errors)), key=errors.__getitem__)
    return errors[best], candidates[best]


def _add_line(problem: Problem, length: int, builder: FrontierBuilder, meter: Meter) -> None:
    """Adds the line of a length, after all shorter ones; exact unless it raises."""
    encoding = Encoding(problem, length)
    least, witness = builder.least, builder.sequence
    if not encoding.possible:
        builder.add(least, witness)
        return
    solver = _solver(problem)
    solver.add(*encoding.constraints)
    try:
        while least > 0:
            solver.add(*error_below(problem, encoding, least))
            model = _model(solver, meter)
            if model is None:
                break
            sequence = encoding.sequence(model)
            error = problem.error(sequence)
            if error >= least:
                raise UndecidedError("z3: a model that does not hold up")
            least, witness = error, sequence
    except (UndecidedError, *STOPS):
        if least < builder.least:
            builder.add(least, witness, exact=False)
        raise
    builder.add(least, witness)


def _solver(problem: Problem) -> Any:
    """Z3's solver for finite domains where all values and parameters are such, else its general."""
    import z3

    assert problem.components is not None
    components = problem.components.components
    terms = [t for c in components for t in (*c.outputs, c.guard) if t is not None]
    sorts = {node.sort for node in nodes(terms)}
    sorts |= {v.sort for v in (*problem.inputs, *problem.outputs)}
    sorts |= {v.sort for c in components for v in c.inputs}
    sorts |= {p.sort for c in components for p in c.parameters}
    finite = all(sort.kind in ("Bool", "BitVec") for sort in sorts)
    return z3.SolverFor("QF_FD") if finite else z3.Solver()


def _model(solver: Any, meter: Meter) -> Any:
    """A model; None where there is none.

    Raises:
        LimitReachedError, UndecidedError: where Z3 does not say.
    """
    import z3

    meter.check()
    left = meter.limits.seconds - meter.seconds
    solver.set("timeout", max(1, min(int(1000 * left), 2**31 - 1)))
    answer = solver.check()
    if answer == z3.sat:
        return solver.model()
    if answer == z3.unsat:
        return None
    meter.check()
    reason = solver.reason_unknown()
    if "timeout" in reason:
        raise LimitReachedError("time")
    if "interrupt" in reason or "cancel" in reason:  # Z3 saw the Ctrl-C before we did
        raise LimitReachedError("interrupted")
    raise UndecidedError(f"z3: {reason}")
