"""All-input problems: is a sequence right for every input? And the problem on chosen inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from theory.kernel.errors import ProblemError
from theory.kernel.language.proving import TIMEOUT_S, Answer, prove
from theory.kernel.language.sorts import Value
from theory.kernel.language.terms import apply, conjunction, evaluator, substitute
from theory.kernel.problems.problem import Problem, check_candidate
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, Relation, Sample, Samples, Specification


def verify(problem: Problem, sequence: Sequence, *, timeout_s: float = TIMEOUT_S) -> Answer:
    """Whether the sequence has error 0 for all inputs: a proof, a counterexample, or unknown.

    Raises:
        ProblemError: `no-specification` for a problem given by samples or a table;
            `wrong-sequence` for a sequence that is not one of the problem's.
    """
    target = _specification(problem)
    check_candidate(problem, sequence)
    outputs, unblocked = sequence.compose()
    if isinstance(target, Relation):
        given = {v.name: term for v, term in zip(problem.outputs, outputs, strict=True)}
        goal = conjunction([unblocked, *substitute([target.holds], given)])
    else:
        pairs = zip(outputs, target.outputs, strict=True)
        goal = conjunction([unblocked, *(apply("=", given, wanted) for given, wanted in pairs)])
    return prove(goal, [target.condition, *problem.domain_terms()], timeout_s=timeout_s)


def on_inputs(problem: Problem, inputs: Iterable[tuple[Value, ...]]) -> Problem:
    """The problem restricted to some inputs, as samples; wrong samples are counted.

    Raises:
        ProblemError: `bad-input` where an input lies outside the condition or the domain.
    """
    target = _specification(problem)
    names = tuple(v.name for v in problem.inputs)
    admitted = conjunction([target.condition, *problem.domain_terms()])
    wanted = () if isinstance(target, Relation) else target.outputs
    compute = evaluator((*wanted, admitted), names)
    rows = []
    for k, values in enumerate(inputs):
        *outputs, admits = compute(*values)
        if not admits:
            raise ProblemError("bad-input", "lies outside the condition", f"inputs[{k}]")
        rows.append(Sample(values, tuple(outputs)))
    made: Samples | Relation = Samples(tuple(rows))
    if isinstance(target, Relation):
        made = replace(target, inputs=tuple(row.inputs for row in rows))
    return replace(problem, target=made, measure=Measure.WRONG)


def _specification(problem: Problem) -> Specification | Relation:
    if not problem.for_all_inputs or not isinstance(problem.target, Specification | Relation):
        raise ProblemError("no-specification", "has no target for all inputs", problem.name)
    return problem.target
