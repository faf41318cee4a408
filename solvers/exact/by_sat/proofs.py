"""Boolean dags by a SAT solver: witnesses, least errors, and proofs of lower bounds.

`theory.kernel.checks.cnf` writes the question 'is there a dag of so many steps with an error below
e?' as clauses. A solver (python-sat's CaDiCaL, extra `proofs`) answers with a model, which is a
witness, or with a proof, which `solvers.exact.by_sat.tracing` makes fit for the checker of
`theory`.

- `exists_sequence`: one question.
- `with_proofs`: evidence `proved` for a frontier that another engine found.
- `solve_by_clauses`: the frontier itself, found and proved.

The solver runs in a process of its own, so that time limits and Ctrl-C end it at once.
"""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from solvers.exact.by_sat.tracing import TraceError, trace
from solvers.exact.frontiers.frontier import Frontier, LengthProof, Line
from solvers.stopping.ctrl_c import ended_by_ctrl_c
from solvers.stopping.limits import STOPS, LimitReachedError, Limits, Meter, stop_reason
from theory.formats.certificates import error_to_json, pack
from theory.kernel.checks.boolean_steps import applications, check_supported
from theory.kernel.checks.cnf import ALWAYS, Clause, Formula, empty_dag, encode
from theory.kernel.checks.lrat import check_lrat
from theory.kernel.components.placements import Step
from theory.kernel.errors import OutOfLimitsError, ProblemError, ShefferError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.specifications import on_inputs

_LOOK_S = 0.1  # between two looks whether the time is over
_PROCESS = Path(__file__).with_name("sat_process.py")

Progress = Callable[[str], None]


class Answer(Enum):
    """An answer that is no sequence."""

    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Refuted:
    """The solver's proof, in DRUP format, that clauses have no model."""

    drup: tuple[str, ...]


def check_solver(problem: Problem) -> None:
    """Raises `ProblemError` where the problem has no formula (`not-boolean`), or where python-sat
    is not installed (`no-solver`).
    """
    check_supported(problem)
    if find_spec("pysat") is None:
        message = "python-sat is not installed; pip install 'sheffer[proofs]' brings it"
        raise ProblemError("no-solver", message, problem.name)


def run(clauses: tuple[Clause, ...], seconds: float) -> frozenset[int] | Refuted:
    """The true variables of a model of the clauses, or their refutation.

    Raises:
        LimitReachedError: after so many seconds.
        ShefferError: `solver-failed` where the solver ended without an answer.
    """
    if () in clauses:
        return Refuted(("0",))
    if seconds <= 0:
        raise LimitReachedError("time")
    text = "\n".join(" ".join(map(str, clause)) for clause in clauses)
    meter, pipe = Meter(Limits(seconds)), subprocess.PIPE
    given: str | None = text
    with subprocess.Popen(
        [sys.executable, str(_PROCESS)], stdin=pipe, stdout=pipe, stderr=pipe, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            while True:
                meter.check()
                try:
                    found, complaint = process.communicate(given, _LOOK_S)
                    break
                except subprocess.TimeoutExpired:
                    given = None  # it has been sent
        finally:
            process.kill()
    word, _, rest = found.partition("\n")
    if process.returncode or word not in ("sat", "unsat"):
        message = f"the SAT solver ended with {process.returncode}: {complaint.strip()[-200:]}"
        raise ShefferError("solver-failed", message)
    return frozenset(map(int, rest.split())) if word == "sat" else Refuted(tuple(rest.splitlines()))


def _ask(problem: Problem, length: int, below: int, deadline: float) -> Sequence | LengthProof:
    """A dag of exactly `length` steps with error below `below`; or a proof that it is no shortest
    one that has so many.
    """
    formula = encode(problem, length, below)
    answer = run(formula.clauses, deadline - time.monotonic())
    if not isinstance(answer, Refuted):
        sequence = decode(problem, formula, answer)
        if problem.error(sequence) >= below:
            message = f"a model of length {length} is no dag with error below {below}; report it"
            raise ShefferError("wrong-model", message, problem.name)
        return sequence
    try:
        proof = trace(formula.clauses, answer.drup)
    except TraceError:
        message = f"the solver's proof for length {length} could not be followed; report it"
        raise ShefferError("solver-failed", message, problem.name) from None
    try:
        check_lrat(formula.clauses, proof.splitlines())
    except OutOfLimitsError:
        raise LimitReachedError("memory") from None
    return LengthProof(length, below, pack(proof))


def exists_sequence(
    problem: Problem, length: int, below: int, *, seconds: float = math.inf
) -> Sequence | Answer | None:
    """The shortest dag of at most `length` steps with an error below `below`; None if none exists.

    `Answer.UNKNOWN` after so many seconds.

    Raises:
        ProblemError: `not-boolean`, `no-solver`, `too-large`.
    """
    check_solver(problem)
    deadline = time.monotonic() + seconds
    empty = empty_dag(problem)
    if problem.error(empty) < below:
        return empty
    try:
        for steps in range(1, length + 1):
            answer = _ask(problem, steps, below, deadline)
            if isinstance(answer, Sequence):
                return answer
    except LimitReachedError:
        return Answer.UNKNOWN
    return None


@ended_by_ctrl_c()
def with_proofs(
    frontier: Frontier, *, seconds: float = 60.0, progress: Progress | None = None
) -> Frontier:
    """The frontier with evidence `proved`; as it was, where time does not suffice, and where it
    claims no bound.

    Raises:
        ProblemError: `not-boolean`, `no-solver`, `too-large`.
        ShefferError: `engines-disagree` where a sequence is below a bound: an error of Sheffer.
    """
    problem = frontier.problem
    if frontier.inputs is not None:
        problem = on_inputs(problem, frontier.inputs)
    check_solver(problem)
    deadline = time.monotonic() + seconds
    proofs: list[LengthProof] = []
    needed = max((line.length for line in frontier.lines if line.at_least > 0), default=0)
    if needed == 0 and not frontier.optimal:
        return frontier
    try:
        for length in range(1, needed + 1):
            bound = max(line.at_least for line in frontier.lines[length:])
            if progress:
                progress(f"proving that length {length} is at least {error_to_json(bound)}")
            answer = _ask(problem, length, math.ceil(bound), deadline)
            if isinstance(answer, Sequence):
                message = (
                    f"engine {frontier.engine} says error {error_to_json(bound)} at length "
                    f"{length}, the SAT solver finds {error_to_json(problem.error(answer))}; "
                    "report it"
                )
                raise ShefferError("engines-disagree", message, problem.name)
            proofs.append(answer)
    except LimitReachedError:
        return frontier
    return _proved(frontier, proofs)


def _proved(frontier: Frontier, proofs: list[LengthProof]) -> Frontier:
    size = sum(len(p.packed) for p in proofs)
    note = f"{len(proofs)} LRAT proof{'s' if len(proofs) != 1 else ''}, {size:,} characters"
    return replace(frontier, evidence="proved", evidence_note=note, proofs=tuple(proofs))


@ended_by_ctrl_c()
def solve_by_clauses(
    problem: Problem,
    limits: Limits | None = None,
    progress: Progress | None = None,
    *,
    zero_only: bool = False,
) -> Frontier:
    """The frontier of a Boolean dag problem, each lower bound with its proof.

    Args:
        zero_only: ask of each length only whether error 0 is possible; the lines before that hold
            the least error of the empty dag, and the lower bound 1.

    Raises:
        ProblemError: `not-boolean`, `no-solver`, `too-large`.
    """
    check_solver(problem)
    started = time.monotonic()
    deadline = started + (limits or Limits()).seconds
    witness = empty_dag(problem)
    best = problem.error(witness)
    lines = [Line(0, best, min(best, 1) if zero_only else best, witness)]
    proofs: list[LengthProof] = []
    stopped: str | None = None
    try:
        for length in range(1, problem.length + 1):
            if best == 0:
                break
            while best > 0:
                below = 1 if zero_only else int(best)
                answer = _ask(problem, length, below, deadline)
                if isinstance(answer, LengthProof):
                    proofs.append(answer)
                    break
                best, witness = problem.error(answer), answer
            lines.append(Line(length, best, min(best, 1) if zero_only else best, witness))
            if progress:
                progress(f"length {length}: least error {best}")
    except STOPS as stop:
        stopped = stop_reason(stop)
    except ProblemError as error:
        if error.reason != "too-large":
            raise
        stopped = "memory"
    for length in range(len(lines), problem.length + 1):
        lines.append(Line(length, best, 0, witness))
    seconds = time.monotonic() - started
    frontier = Frontier(problem, "smt", tuple(lines), (), seconds, stopped)
    return _proved(frontier, proofs)


def decode(problem: Problem, formula: Formula, true: frozenset[int] | set[int]) -> Sequence:
    """The dag of a model, given as the set of true variables."""
    steps = []
    for selections, table in zip(formula.selections, formula.tables, strict=True):
        slots = next(s for s, selected in selections.items() if selected in true)
        number = sum((entry in true) << p for p, entry in enumerate(table))
        way = applications(problem, len(slots))[number]
        steps.append(Step(way.component, tuple(slots[j] for j in way.operands), (), way.setting))
    outputs = [
        next(slot for slot, v in slots.items() if v == ALWAYS or v in true)
        for slots in formula.choices
    ]
    return problem.sequence(steps, tuple(outputs))
