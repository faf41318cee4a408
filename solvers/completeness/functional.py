"""Functional completeness of a component set: from the set to a verdict and its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from solvers.completeness.finite import (
    FunctionalVerdict,
    Limits,
    decide,
    minimal_complete_subsets,
    place,
    repairs,
    unary_closure,
)
from theory import catalogue
from theory.formats.certificates import new_certificate
from theory.formats.component_writing import write_components
from theory.kernel.checks.finite_data import Operation
from theory.kernel.checks.operations import domain_of, operations_of
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import ComponentError


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of a set.

    Attributes:
        verdict: complete, incomplete or unknown.
        certificate: for `theory.kernel.checks.functional`; None when unknown.
        clone: for k = 2 the place in Post's lattice, in words.
        unary: what the chains of the unary operations generate, in words; empty without any.
    """

    verdict: FunctionalVerdict
    certificate: dict[str, Any] | None
    clone: str
    unary: str


def decide_functions(components: ComponentSet, *, seconds: float = 60.0) -> Decision:
    """Whether compositions of the components give every function of their domain.

    A set that does not ask the question (guards, several sorts, an infinite sort) is unknown.
    """
    try:
        k, operations = operations_of(components)
    except ComponentError as error:
        verdict = FunctionalVerdict("unknown", 0, (), reason=str(error))
        return Decision(verdict, None, "", "")
    verdict = decide(operations, k, Limits(seconds=seconds))
    certificate = None
    if verdict.certificate is not None:
        fields = {key: v for key, v in verdict.certificate.items() if key != "kind"}
        certificate = new_certificate(
            "functional", components=write_components(components), **fields
        )
    unary = [o.table for o in operations if o.arity == 1]
    return Decision(
        verdict,
        certificate,
        place(operations).line() if k == 2 else "",
        unary_closure(unary, k).line() if unary and 2 <= k <= 8 else "",
    )


def minimal_names(components: ComponentSet) -> list[tuple[str, ...]]:
    """All minimal complete subsets, by the names of operations."""
    k, operations = operations_of(components)
    found = minimal_complete_subsets(operations, k)
    return [tuple(operations[i].name for i in chosen) for chosen in found]


def repair_names(components: ComponentSet) -> list[tuple[str, ...]]:
    """All smallest additions that complete the set, from the catalogue and a few classics."""
    k, operations = operations_of(components)
    offered = candidates(components, k)
    found = repairs(operations, [o for _, o in offered], k)
    return [tuple(offered[i][0] for i in chosen) for chosen in found]


def candidates(components: ComponentSet, k: int) -> list[tuple[str, Operation]]:
    """Operations to repair a set with: classics of k values, and those of catalogue sets."""
    classics = {
        "constant 0": (1, lambda x: 0 * x),
        "constant k-1": (1, lambda x: 0 * x + k - 1),
        "x + 1 mod k": (1, lambda x: (x + 1) % k),
        "k - 1 - x": (1, lambda x: k - 1 - x),
        "min": (2, min),
        "max": (2, max),
        "x + y mod k": (2, lambda x, y: (x + y) % k),
        "x * y mod k": (2, lambda x, y: x * y % k),
        "Webb's max(x, y) + 1 mod k": (2, lambda x, y: (max(x, y) + 1) % k),
    }
    found = []
    for name, (arity, function) in classics.items():
        points: list[tuple[int, ...]] = (
            [(x,) for x in range(k)] if arity == 1 else [(x, y) for x in range(k) for y in range(k)]
        )
        table = tuple(int(function(*point)) for point in points)  # type: ignore[operator]
        found.append((name, Operation(name, arity, table)))
    taken = {o.table for _, o in found}
    for other in _catalogue_operations(components):
        if other.table not in taken:
            taken.add(other.table)
            found.append((other.name, other))
    return found


def _catalogue_operations(components: ComponentSet) -> Iterator[Operation]:
    wanted = domain_of(components)
    for name in catalogue.names():
        try:
            other = catalogue.load(name)
            if domain_of(other) == wanted:
                yield from operations_of(other)[1]
        except ComponentError:
            continue  # the set is about something else
