"""Problems: the function approximation problem, as data.

A `Problem` asks for the least error that a sequence of at most `length` components has against a
target (`theory.kernel.problems.targets`). It is checked when it is made: the target fits the
variables, samples lie in the domain, and what divides is proved to divide by no zero where it
matters; z3 is asked for that alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import definedness, domain, domain_size, within
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.proving import Counterexample, Proof, prove
from theory.kernel.language.sorts import BOOL, INT, Value, holds
from theory.kernel.language.terms import TRUE, Term, evaluator, var, variables
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.targets import (
    Measure,
    Relation,
    Sample,
    Samples,
    Specification,
    Table,
    Target,
    sample_error,
    total,
)

MAX_DOMAIN = 65_536  # an all-input problem with at most so many inputs is solved by trying all
MAX_LENGTH = 10_000
MAX_SAMPLES = 2**18


@dataclass(frozen=True, slots=True)
class Problem:
    """Find a sequence of at most `length` with the least error.

    Attributes:
        name: for people.
        components: what sequences are made of; None for a table.
        wiring: chain, dag or table.
        inputs: chain: the registers, all of them, in order; dag: the inputs.
        outputs: chain: the registers that are compared; dag: names and sorts of the outputs.
        target: what the outputs should be.
        length: the greatest cost, in units of `cost`.
        measure: how errors are counted.
        cost: what `length` bounds.
    """

    name: str
    components: ComponentSet | None
    wiring: Wiring
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    target: Target
    length: int
    measure: Measure = Measure.WRONG
    cost: Cost = Cost.LENGTH

    def __post_init__(self) -> None:
        _check(self)

    def compared(self) -> tuple[int, ...]:
        """chain: the register numbers of the outputs."""
        names = [v.name for v in self.inputs]
        return tuple(names.index(v.name) for v in self.outputs)

    def rows(self) -> tuple[Sample, ...]:
        """The samples; for a target on at most `MAX_DOMAIN` inputs, all of them.

        The samples of a relation have no outputs: `sample_error` judges what is given.

        Raises:
            ProblemError: `no-samples` for a table or an infinite or large domain.
        """
        if isinstance(self.target, Samples):
            return self.target.rows
        if isinstance(self.target, Relation) and self.target.inputs is not None:
            return tuple(Sample(values, ()) for values in self.target.inputs)
        if isinstance(self.target, Specification | Relation) and self.has_small_domain():
            return all_samples(self.inputs, self.target, self.values)
        raise ProblemError("no-samples", "the problem has no finite list of samples", self.name)

    @property
    def for_all_inputs(self) -> bool:
        """Whether the target speaks of all inputs."""
        if isinstance(self.target, Relation):
            return self.target.inputs is None
        return isinstance(self.target, Specification)

    def has_small_domain(self) -> bool:
        """Whether the inputs of an all-input target are few enough to be tried one by one."""
        if not self.for_all_inputs:
            return False
        count = 1
        for v in self.inputs:
            number = domain_size(v.sort, self.values)
            if number is None:
                return False
            count *= number
            if count > MAX_DOMAIN:
                return False
        return True

    @property
    def values(self) -> int | None:
        """How many values an Int has here; None for infinitely many."""
        return self.components.values if self.components else None

    def domain_terms(self) -> list[Term]:
        """What `(values ...)` says of the inputs."""
        if self.values is None:
            return []
        ints = [v for v in self.inputs if v.sort == INT]
        return [within(var(v.name, INT), 0, self.values - 1) for v in ints]

    def sequence(self, steps: Iterable[Step], outputs: tuple[int, ...] | None = None) -> Sequence:
        """A candidate made of the steps; `outputs` are the slots read off in a dag."""
        if self.wiring is Wiring.TABLE:
            return Sequence(None, self.wiring, (), tuple(steps), ())
        slots = self.compared() if self.wiring is Wiring.CHAIN else (outputs or ())
        return Sequence(self.components, self.wiring, self.inputs, tuple(steps), slots)

    def error(self, sequence: Sequence) -> Error:
        """The exact error of a candidate on the samples, or its table entry.

        Raises:
            ProblemError: `wrong-sequence` for a sequence of another wiring, set, inputs or
                outputs; `no-entry` for one that a table does not list.
        """
        if isinstance(self.target, Table):
            entry = self.target.entry(sequence.steps)
            if sequence.wiring is not Wiring.TABLE or entry not in self.target.errors:
                raise ProblemError("no-entry", "the table has no such sequence", self.name)
            return self.target.errors[entry]
        check_candidate(self, sequence)
        return total(
            self.measure,
            (self.sample_error(row, sequence.evaluate(row.inputs)) for row in self.rows()),
        )

    def sample_error(self, row: Sample, given: tuple[Value, ...] | None) -> Error:
        """The error of one sample; `given` is None where the sequence blocked."""
        if isinstance(self.target, Relation):
            if given is None:
                return 1
            names = tuple(v.name for v in (*self.inputs, *self.outputs))
            return int(not evaluator((self.target.holds,), names)(*row.inputs, *given)[0])
        return sample_error(self.measure, self.outputs, row.outputs, given)


@lru_cache(maxsize=16)
def all_samples(
    inputs: tuple[Variable, ...], target: Specification | Relation, values: int | None
) -> tuple[Sample, ...]:
    """A sample for each input that meets the target's condition."""
    wanted = target.outputs if isinstance(target, Specification) else ()
    compute = evaluator((*wanted, target.condition), tuple(v.name for v in inputs))
    found = []
    for choice in product(*(domain(v.sort, values) for v in inputs)):
        *outputs, admitted = compute(*choice)
        if admitted:
            found.append(Sample(choice, tuple(outputs)))
    return tuple(found)


def _check(p: Problem) -> None:
    if not 0 <= p.length <= MAX_LENGTH:
        raise ProblemError("bad-length", f"the length is 0 to {MAX_LENGTH}", p.name)
    if (p.wiring is Wiring.TABLE) != isinstance(p.target, Table):
        raise ProblemError("wrong-wiring", "a table problem has a table as target", p.name)
    if isinstance(p.target, Table):
        if not p.target.errors:
            raise ProblemError("no-samples", "the table is empty", p.name)
        if p.components is not None or p.inputs or p.outputs or p.cost is not Cost.LENGTH:
            message = "a table has no components, inputs or outputs, and its cost is length"
            raise ProblemError("wrong-wiring", message, p.name)
        if max(map(len, p.target.errors)) > p.length:
            message = f"the table has longer sequences than {p.length}; none may be left out"
            raise ProblemError("bad-length", message, p.name)
        if min(p.target.errors.values()) < 0:
            message = "an error is not negative; add a constant to all of them"
            raise ProblemError("bad-value", message, p.name)
        return
    if p.components is None:
        raise ProblemError("no-components", "the problem needs a component set", p.name)
    names = [v.name for v in p.inputs]
    if len(set(names)) != len(names):
        raise ProblemError("duplicate-name", "two inputs have the same name", p.name)
    if not p.outputs:
        raise ProblemError("no-output", "the problem compares no output", p.name)
    if p.wiring is Wiring.CHAIN and any(v not in p.inputs for v in p.outputs):
        raise ProblemError("unknown-register", "a chain's outputs are registers", p.name)
    if p.for_all_inputs and p.measure is not Measure.WRONG and not p.has_small_domain():
        message = (
            f"measure {p.measure} needs inputs that can be listed, at most {MAX_DOMAIN}; for all "
            "inputs of a larger domain a sequence is right or wrong: use wrong-samples"
        )
        raise ProblemError("wrong-measure", message, p.name)
    numeric = p.measure in (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST)
    for v in p.outputs:
        bits = v.sort.kind in ("Bool", "BitVec")
        if (numeric and v.sort.kind == "Array") or (p.measure is Measure.BITS and not bits):
            message = f"measure {p.measure} does not apply to output {v.name} of sort {v.sort}"
            raise ProblemError("wrong-measure", message, p.name)
    if isinstance(p.target, Samples):
        _check_samples(p, p.target)
    elif isinstance(p.target, Relation):
        if p.measure is not Measure.WRONG:
            message = f"a relation counts wrong samples; measure {p.measure} does not apply"
            raise ProblemError("wrong-measure", message, p.name)
        _check_relation(p, p.target)
    else:
        _check_specification(p, p.target)
    trivial = isinstance(p.target, Samples) or p.target.condition == TRUE
    if not trivial and p.has_small_domain() and not p.rows():
        raise ProblemError("no-samples", "no input meets the condition", p.name)


def _check_samples(p: Problem, samples: Samples) -> None:
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
            _check_values(p, variables_, values, k)


def _check_specification(p: Problem, target: Specification) -> None:
    _check_variables(p, (*target.outputs, target.condition), p.inputs)
    if [t.sort for t in target.outputs] != [v.sort for v in p.outputs]:
        raise ProblemError("wrong-sort", "target and outputs differ in number or sorts", p.name)
    if target.condition.sort != BOOL:
        raise ProblemError("wrong-sort", "the condition is Bool", p.name)
    _check_divisors(p, target.condition, target.outputs)


def _check_variables(p: Problem, terms: Iterable[Term], known: Iterable[Variable]) -> None:
    sorts = {v.name: v.sort for v in known}
    free = sorted(n for n, sort in variables(terms).items() if sorts.get(n) != sort)
    if free:
        message = f"the target uses {', '.join(free)}, which is no variable of its sort there"
        raise ProblemError("free-variable", message, p.name)


def _check_relation(p: Problem, target: Relation) -> None:
    names = [v.name for v in (*p.inputs, *p.outputs)]
    if p.wiring is not Wiring.DAG or len(set(names)) != len(names):
        message = "a relation is the target of a dag whose outputs are named unlike its inputs"
        raise ProblemError("wrong-wiring", message, p.name)
    _check_variables(p, (target.condition,), p.inputs)
    _check_variables(p, (target.holds,), (*p.inputs, *p.outputs))
    if target.condition.sort != BOOL or target.holds.sort != BOOL:
        raise ProblemError("wrong-sort", "a relation and its condition are Bool", p.name)
    _check_divisors(p, target.condition, (target.holds,))
    if target.inputs is None:
        return
    if not 1 <= len(target.inputs) <= MAX_SAMPLES:
        message = f"there are {len(target.inputs)} samples; 1 to {MAX_SAMPLES} are possible"
        raise ProblemError("no-samples", message, p.name)
    for k, values in enumerate(target.inputs):
        if len(values) != len(p.inputs) or not all(
            holds(v.sort, value) for v, value in zip(p.inputs, values, strict=True)
        ):
            raise ProblemError("wrong-sort", f"sample {k + 1} does not fit the inputs", p.name)
        _check_values(p, p.inputs, values, k)
        if not evaluator((target.condition,), tuple(v.name for v in p.inputs))(*values)[0]:
            message = f"sample {k + 1} does not meet the condition"
            raise ProblemError("bad-input", message, p.name)


def _check_values(
    p: Problem, variables_: tuple[Variable, ...], values: tuple[Value, ...], k: int
) -> None:
    """Samples keep to the domain that `(values ...)` gives to Int."""
    for v, value in zip(variables_, values, strict=True):
        if p.values is not None and v.sort == INT and not 0 <= value < p.values:  # type: ignore[operator]
            message = f"sample {k + 1}: {v.name} is not among the values 0..{p.values - 1}"
            raise ProblemError("bad-value", message, p.name)


def _check_divisors(p: Problem, condition: Term, terms: tuple[Term, ...]) -> None:
    """Refuses a target that is not proved to divide by no zero where it matters."""
    inside = p.domain_terms()
    for term, assumed in ((condition, inside), *((t, [*inside, condition]) for t in terms)):
        goal = definedness(term)
        answer = Proof() if goal == TRUE else prove(goal, assumed)
        if not isinstance(answer, Proof):
            message = "the target is not proved to divide by no zero; add a (condition ...)"
            reason = "zero-divisor" if isinstance(answer, Counterexample) else "not-proved"
            raise ProblemError(reason, message, p.name)


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
