"""Universal machines as data: what a component set must be able to imitate.

- `Model`: parts (counters, stacks, a tape and its head), operations and tests, already seen through
  an encoding, so that each is a list of `Case`s over the set's own sorts.
- `Case`: for all values of `variables` with `assuming`, started on the codes `before` an operation
  must end on the codes `after`; a test must leave them alone and say `flag`.
- `Fact`: what the encoding itself owes (distinct states have distinct codes; the range that the
  cases assume holds the empty stack and is closed under push). Proved with the rest.

The models themselves are made by `theory.kernel.machines.machine_models` and
`theory.kernel.machines.string_models`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.kernel.components.programs import Regime
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Sort, coerce
from theory.kernel.language.terms import Term, apply, const

MAX_SCALE = 10**9  # greatest absolute value of c and d in c*n + d


@dataclass(frozen=True, slots=True)
class Case:
    """One line of an operation's meaning; see the module's paragraph."""

    label: str
    variables: tuple[Variable, ...]
    assuming: Term
    before: tuple[Term, ...]
    after: tuple[Term, ...]
    flag: Term | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation or (with `test`) a decision of a model."""

    name: str
    cases: tuple[Case, ...]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the encoding owes, whatever the component set."""

    label: str
    assuming: Term
    goal: Term


@dataclass(frozen=True, slots=True)
class Model:
    """A universal machine seen through an encoding.

    Attributes:
        data: the plain data it is made from.
        title: for people.
        regime: under which control it is universal; `cells` says whether it lives on a lattice.
        parts: names and sorts of the codes that make up a state; for circuits and cells, empty:
            each operation there reads the codes `before` and yields the codes `after`.
        operations: what must be imitated, tests included.
        facts: what the encoding owes.
        rests_on: the theorem that makes it universal.
        memory: where the unbounded memory lives.
        weakly: complete only with eventually periodic starts.
    """

    data: dict[str, Any]
    title: str
    regime: Regime
    parts: tuple[Variable, ...]
    operations: tuple[Operation, ...]
    facts: tuple[Fact, ...]
    rests_on: str
    memory: str
    cells: int = 0
    weakly: bool = False


def number(sort: Sort, value: int | Fraction) -> Term:
    """A number as a literal of Int or Real."""
    return const(coerce(sort, value), sort)


def at_least(term: Term, low: int) -> Term:
    return apply(">=", term, number(term.sort, low))
