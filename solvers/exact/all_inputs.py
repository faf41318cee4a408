"""All-input problems over infinite or large domains: search on samples, proof by Z3.

The engine solves the problem on a few inputs. If its shortest sequence without error is proved
right for all inputs, it is a shortest one: whatever is shorter already fails on those inputs. If
Z3 returns a counterexample, that input joins the others and the search starts again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from solvers.exact.frontier import Frontier, Line
from solvers.exact.limits import Limits, Meter
from theory.errors import ProblemError
from theory.problems import Problem, Specification
from theory.proving import Counterexample, Proof, prove
from theory.sequences import Sequence
from theory.sorts import Value, default_value
from theory.specifications import on_inputs, verify
from theory.terms import FALSE

Engine = Callable[[Problem, Limits], Frontier]


def solve_all_inputs(problem: Problem, engine: Engine, limits: Limits | None = None) -> Frontier:
    """The zero / non-zero frontier: error 0 is right for all inputs, 1 wrong for some.

    Args:
        engine: solves the problem on finitely many samples.

    Raises:
        ProblemError: `empty-domain` where Z3 finds no input at all that meets the condition.
    """
    meter = Meter(limits or Limits())
    inputs = [_first_input(problem)]
    while True:
        left = replace(meter.limits, seconds=max(0.1, meter.limits.seconds - meter.seconds))
        found = engine(on_inputs(problem, inputs), left)
        proved: Sequence | None = None
        stopped = found.stopped
        shortest = next((k for k, line in enumerate(found.lines) if line.error == 0), None)
        if shortest is not None:
            line = found.lines[shortest]
            assert line.sequence is not None
            answer = verify(problem, line.sequence)
            if isinstance(answer, Counterexample):
                inputs.append(
                    tuple(answer.values.get(v.name, default_value(v.sort)) for v in problem.inputs)
                )
                if meter.seconds < meter.limits.seconds:
                    continue
                stopped, shortest = "time", None
            elif isinstance(answer, Proof):
                proved = line.sequence
            else:
                stopped = f"not proved: {answer.reason}"
        return _frontier(problem, found, proved, shortest, tuple(inputs), meter.seconds, stopped)


def _first_input(problem: Problem) -> tuple[Value, ...]:
    target = problem.target
    assert isinstance(target, Specification)
    zero = tuple(default_value(v.sort) for v in problem.inputs)
    try:
        on_inputs(problem, [zero])
    except ProblemError:
        pass
    else:
        return zero
    answer = prove(FALSE, [target.condition])
    if not isinstance(answer, Counterexample):
        message = "no input is known to meet the condition; simplify it"
        raise ProblemError("empty-domain", message, problem.name)
    return tuple(answer.values.get(v.name, default_value(v.sort)) for v in problem.inputs)


def _frontier(
    problem: Problem,
    found: Frontier,
    proved: Sequence | None,
    shortest: int | None,
    inputs: tuple[tuple[Value, ...], ...],
    seconds: float,
    stopped: str | None,
) -> Frontier:
    """Error 1 needs no witness; it is known to be least where no sequence fits the inputs."""
    lines = []
    for k, line in enumerate(found.lines):
        bound = 1 if line.at_least > 0 else 0
        right = proved is not None and shortest is not None and k >= shortest
        lines.append(Line(k, 0, 0, proved) if right else Line(k, 1, bound, None))
    return replace(
        found, problem=problem, lines=tuple(lines), inputs=inputs, seconds=seconds, stopped=stopped
    )
