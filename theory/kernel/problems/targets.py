"""Targets of problems: what the outputs should be, and how wrong they are.

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
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from theory.kernel.components.placements import Step
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value
from theory.kernel.language.terms import TRUE, Term


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
