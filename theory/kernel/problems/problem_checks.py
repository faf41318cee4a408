"""Whether a problem's target fits its variables, and a sequence its problem.

The checks of `theory.kernel.problems.problem`, which has what is checked here. A target that divides must be
proved to divide by no zero where it matters; z3 is asked for that alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.kernel.components.partiality import definedness, within
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.sorts import BOOL, INT, holds
from theory.kernel.language.terms import TRUE, Term, var, variables

if TYPE_CHECKING:
    from theory.kernel.problems.problem import Problem, Relation, Samples, Specification
    from theory.kernel.problems.sequences import Sequence

MAX_SAMPLES = 2**18


def check_samples(p: Problem, samples: Samples) -> None:
    if not 1 <= len(samples.rows) <= MAX_SAMPLES:
        message = f"there are {len(samples.rows)} samples; 1 to {MAX_SAMPLES} are possible"
        raise ProblemError("no-samples", message, p.name)
    for k, row in enumerate(samples.rows):
        for variables_, values in ((p.inputs, row.inputs), (p.outputs, row.outputs)):
            fits = len(variables_) == len(values) and all(
                holds(v.sort, value) for v, value in zip(variables_, values, strict=True)
            )
            if not fits:
                message = f"sample {k + 1} does not fit the sorts of inputs and outputs"
                raise ProblemError("wrong-sort", message, p.name)


def check_specification(p: Problem, target: Specification) -> None:
    sorts = {v.name: v.sort for v in p.inputs}
    free = {
        n for n, s in variables((*target.outputs, target.condition)).items() if sorts.get(n) != s
    }
    if free:
        message = f"the target uses {', '.join(sorted(free))}, which is no input of that sort"
        raise ProblemError("free-variable", message, p.name)
    if [t.sort for t in target.outputs] != [v.sort for v in p.outputs]:
        raise ProblemError("wrong-sort", "target and outputs differ in number or sorts", p.name)
    if target.condition.sort != BOOL:
        raise ProblemError("wrong-sort", "the condition is Bool", p.name)
    _check_divisors(p, target.condition, target.outputs)


def check_relation(p: Problem, target: Relation) -> None:
    names = [v.name for v in (*p.inputs, *p.outputs)]
    if p.wiring is not Wiring.DAG or len(set(names)) != len(names):
        message = "a relation is the target of a dag whose outputs are named unlike its inputs"
        raise ProblemError("wrong-wiring", message, p.name)
    sorts = {v.name: v.sort for v in p.inputs}
    for term in (target.condition, target.holds):
        free = {n for n, s in variables([term]).items() if sorts.get(n) != s}
        if free:
            message = f"the target uses {', '.join(sorted(free))}, which is no variable of its sort"
            raise ProblemError("free-variable", message, p.name)
        if term.sort != BOOL:
            raise ProblemError("wrong-sort", "a relation and its condition are Bool", p.name)
        sorts |= {v.name: v.sort for v in p.outputs}
    if target.inputs is None:
        _check_divisors(p, target.condition, (target.holds,))
        return
    if not 1 <= len(target.inputs) <= MAX_SAMPLES:
        message = f"there are {len(target.inputs)} samples; 1 to {MAX_SAMPLES} are possible"
        raise ProblemError("no-samples", message, p.name)
    for k, values in enumerate(target.inputs):
        if len(values) != len(p.inputs) or not all(
            holds(v.sort, value) for v, value in zip(p.inputs, values, strict=True)
        ):
            raise ProblemError("wrong-sort", f"sample {k + 1} does not fit the inputs", p.name)


def _check_divisors(p: Problem, condition: Term, terms: tuple[Term, ...]) -> None:
    """Refuses a target that is not proved to divide by no zero where it matters."""
    values = p.components.values if p.components else None
    domain = [within(var(v.name, INT), 0, values - 1) for v in p.inputs if values and v.sort == INT]
    for term, assumed in ((condition, domain), *((t, [*domain, condition]) for t in terms)):
        goal = definedness(term)
        if goal != TRUE and not isinstance(prove(goal, assumed), Proof):
            message = "the target is not proved to divide by no zero; add a (condition ...)"
            raise ProblemError("zero-divisor", message, p.name)


def check_candidate(p: Problem, sequence: Sequence) -> None:
    """Refuses a sequence of another wiring, set, inputs or outputs than the problem's.

    Raises:
        ProblemError: `wrong-sequence`.
    """
    slots = sequence.outputs
    same = (
        sequence.components == p.components
        and sequence.wiring is p.wiring
        and sequence.inputs == p.inputs
    )
    if p.wiring is Wiring.CHAIN:
        same = same and slots == p.compared()
    elif same:
        sorts = [v.sort for v in p.inputs]
        for step in sequence.steps:
            sorts.extend(sequence[step.component].output_sorts)
        same = [sorts[k] for k in slots] == [v.sort for v in p.outputs]
    if not same:
        message = (
            "the sequence is not one of this problem's (set, wiring, inputs or outputs differ)"
        )
        raise ProblemError("wrong-sequence", message, p.name)
