"""Problems: the function approximation problem, as data.

A `Problem` asks for the least error that a sequence of at most `length` components has against a
target. The target is one of

- `Samples`: inputs with the outputs wanted;
- `Specification`: a term for each output, for all inputs that satisfy a condition;
- `Relation`: a condition on inputs and outputs, for all such inputs or for listed ones;
- `Table`: the error of every sequence, measured elsewhere.

`Measure` says how errors of samples are counted and added. Errors are exact: int, Fraction, or
`math.inf` where a sequence blocks and the measure has no finite value for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from theory.kernel.components.component_sets import ComponentSet, Variable
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.sorts import Sort, Value, is_finite, size
from theory.kernel.language.terms import TRUE, Term, compile_terms
from theory.kernel.problems.problem_checks import (
    check_candidate,
    check_relation,
    check_samples,
    check_specification,
)
from theory.kernel.problems.sequences import Cost, Sequence

Error: TypeAlias = int | Fraction | float  # a float only as math.inf

MAX_DOMAIN = 65_536  # an all-input problem with at most so many inputs is solved by trying all
MAX_LENGTH = 10_000


class Measure(StrEnum):
    """How wrong outputs are counted.

    wrong-samples: 1 for a sample with any wrong output. wrong-bits: differing bits of Bool and
    bit-vector outputs. absolute, squared: |difference| or its square (Bool as 0/1, bit vectors as
    unsigned), added over outputs and samples. greatest: the greatest |difference|. A blocked
    sample counts as 1, as all bits, and as infinite.
    """

    WRONG = "wrong-samples"
    BITS = "wrong-bits"
    ABSOLUTE = "absolute"
    SQUARED = "squared"
    GREATEST = "greatest"


@dataclass(frozen=True, slots=True)
class Sample:
    """Input values and the output values wanted for them."""

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """The target is what the rows say."""

    rows: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """The target is a term for each output, for all inputs where `condition` holds."""

    outputs: tuple[Term, ...]
    condition: Term = TRUE


@dataclass(frozen=True, slots=True)
class Relation:
    """Outputs are right where `holds` is true: a term over the names of inputs and outputs.

    Attributes:
        holds: what is demanded of inputs and outputs together.
        condition: the inputs it is demanded for: a term over their names.
        inputs: the inputs it is demanded for, listed; None for all that meet the condition.
    """

    holds: Term
    condition: Term = TRUE
    inputs: tuple[tuple[Value, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The error of every listed sequence of choices; a sequence that is not listed is no candidate.

    Attributes:
        choices: the names to choose from at each step.
        errors: the exact error for each tuple of choice numbers, of any length up to the steps.
        standard_errors: of those errors that were averaged from repeated measurements.
        source: where the numbers come from.
    """

    choices: tuple[tuple[str, ...], ...]
    errors: Mapping[tuple[int, ...], Fraction]
    standard_errors: Mapping[tuple[int, ...], Fraction] | None = None
    source: str = ""

    def steps(self, entry: tuple[int, ...]) -> tuple[Step, ...]:
        """The steps of an entry."""
        return tuple(Step(self.choices[k][c]) for k, c in enumerate(entry))

    def entry(self, steps: Iterable[Step]) -> tuple[int, ...]:
        """The choice numbers of steps.

        Raises:
            ProblemError: `unknown-choice`.
        """
        numbers = []
        for k, step in enumerate(steps):
            if k >= len(self.choices) or step.component not in self.choices[k]:
                message = f"{step.component!r} is no choice of step {k + 1}"
                raise ProblemError("unknown-choice", message, f"steps[{k}]")
            numbers.append(self.choices[k].index(step.component))
        return tuple(numbers)


Target: TypeAlias = Samples | Specification | Relation | Table


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
            return tuple(_all_samples(self, self.target))
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
            number = self.domain_size(v.sort)
            if number is None:
                return False
            count *= number
            if count > MAX_DOMAIN:
                return False
        return True

    def domain_size(self, sort: Sort) -> int | None:
        """How many values of the sort there are here; None for infinitely many or arrays."""
        values = self.components.values if self.components else None
        if sort.kind == "Int" and values is not None:
            return values
        return size(sort) if is_finite(sort) and sort.kind != "Array" else None

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
            return int(not compile_terms((self.target.holds,), names)(*row.inputs, *given)[0])
        return sample_error(self.measure, self.outputs, row.outputs, given)


def sample_error(
    measure: Measure,
    outputs: tuple[Variable, ...],
    wanted: tuple[Value, ...],
    given: tuple[Value, ...] | None,
) -> Error:
    """The error of one sample; `given` is None where the sequence blocked."""
    if measure is Measure.WRONG:
        return int(given != wanted)
    if given is None:
        if measure is Measure.BITS:
            return sum(1 if v.sort.kind == "Bool" else v.sort.width for v in outputs)
        return math.inf
    if measure is Measure.BITS:
        pairs = zip(map(_number, wanted), map(_number, given), strict=True)
        return sum((int(a) ^ int(b)).bit_count() for a, b in pairs)
    differences = [_distance(a, b) for a, b in zip(wanted, given, strict=True)]
    if measure is Measure.GREATEST:
        return max(differences, default=0)
    if measure is Measure.SQUARED:
        differences = [d * d for d in differences]
    return sum(differences)


def error_text(error: Error) -> str:
    """An error for people: as a decimal where that is exact and short, else to six digits."""
    if error == math.inf:
        return "inf"
    value = Fraction(error)
    if value.denominator != 1 and 10**9 % value.denominator == 0:
        text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    else:
        text = str(value)
    return text if len(text) <= 9 else f"{float(value):.6g}"


def _distance(a: Value, b: Value) -> int | Fraction:
    x, y = _number(a), _number(b)
    return x - y if x >= y else y - x


def _number(value: Value) -> int | Fraction:
    return int(value) if isinstance(value, bool) else value  # type: ignore[return-value]


def total(measure: Measure, errors: Iterable[Error]) -> Error:
    """The error of all samples together: their greatest, or their sum."""
    listed = list(errors)
    if measure is Measure.GREATEST:
        return max(listed, default=0)
    # Python cannot add infinity to an integer or fraction beyond the floats.
    return math.inf if math.inf in listed else sum(listed)


def _all_samples(problem: Problem, target: Specification | Relation) -> Iterable[Sample]:
    names = tuple(v.name for v in problem.inputs)
    wanted = target.outputs if isinstance(target, Specification) else ()
    compute = compile_terms((*wanted, target.condition), names)
    domains: list[list[Value]] = []
    for v in problem.inputs:
        number = problem.domain_size(v.sort) or 0
        domains.append([False, True] if v.sort.kind == "Bool" else list(range(number)))
    for values in product(*domains):
        *outputs, admitted = compute(*values)
        if admitted:
            yield Sample(values, tuple(outputs))


def _check(p: Problem) -> None:
    if not 0 <= p.length <= MAX_LENGTH:
        raise ProblemError("bad-length", f"the length is 0 to {MAX_LENGTH}", p.name)
    if (p.wiring is Wiring.TABLE) != isinstance(p.target, Table):
        raise ProblemError("wrong-wiring", "a table problem has a table as target", p.name)
    if isinstance(p.target, Table):
        if not p.target.errors:
            raise ProblemError("no-samples", "the table is empty", p.name)
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
    numeric = p.measure in (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST)
    for v in p.outputs:
        bits = v.sort.kind in ("Bool", "BitVec")
        if (numeric and v.sort.kind == "Array") or (p.measure is Measure.BITS and not bits):
            message = f"measure {p.measure} does not apply to output {v.name} of sort {v.sort}"
            raise ProblemError("wrong-measure", message, p.name)
    if isinstance(p.target, Samples):
        check_samples(p, p.target)
    elif isinstance(p.target, Relation):
        if p.measure is not Measure.WRONG:
            message = f"a relation counts wrong samples; measure {p.measure} does not apply"
            raise ProblemError("wrong-measure", message, p.name)
        check_relation(p, p.target)
    else:
        check_specification(p, p.target)
