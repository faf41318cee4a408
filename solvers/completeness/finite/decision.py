"""Do the compositions of some operations give every function on 0..k-1? With a certificate.

k = 1 is complete. For k = 2..6 the relations of all maximal clones are tested: one that every
operation preserves shows incompleteness, none shows completeness (Post 1941, Rosenberg 1970), and
then terms for the functions that `theory.kernel.checks.finite` asks for are sought. For larger k,
relations generated from the set are tried, then terms, and the answer may be unknown. Nothing is
called complete or incomplete without a certificate. Main definitions:

    decide    operations and k -> FunctionalVerdict
    Limits    bounds on time, work and memory
    Held      a maximal clone that holds the set, and a function outside of it
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from solvers.completeness.finite.generated import preserved_relations
from solvers.completeness.finite.preservation import DEFAULT_MAX_WORK, holds_all, preserves
from solvers.completeness.finite.relations import GREATEST_K, Family, Relation, maximal_relations
from solvers.completeness.finite.terms import find_terms, term_text
from theory.kernel.checks.finite import essential_inputs, required_terms
from theory.kernel.checks.finite_data import (
    MAX_ARITY,
    MAX_RELATIONS,
    MAX_VALUES,
    Operation,
    Steps,
    shown,
)
from theory.kernel.errors import ComponentError

_SYMBOLS = {
    "nand": "NAND",
    "successor": "x + 1 mod k",
    "transposition": "(0 1)",
    "collapse": "0, 1 -> 0",
}
"""How the functions that a complete set must give are printed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a decision.

    Attributes:
        seconds: time for the relations, and again for the terms.
        max_work: transitions one closure test may look at.
        max_functions: term functions kept in memory.
        max_listed: relations written to the certificate (all are named in the verdict).
    """

    seconds: float = 60.0
    max_work: int = DEFAULT_MAX_WORK
    max_functions: int = 2_000_000
    max_listed: int = MAX_RELATIONS


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Held:
    """A clone other than all functions that holds the set, and a function that is not in it."""

    relation: Relation
    outside: Operation


@dataclass(frozen=True, slots=True)
class FunctionalVerdict:
    """The answer.

    Attributes:
        status: complete, incomplete or unknown.
        reason: why unknown, else empty.
        held: for incomplete the clones that hold the set.
        exhaustive: whether `held` has all maximal clones that hold the set.
        terms: for complete the straight-line terms by name.
        certificate: plain data for `theory.kernel.checks.finite.check_functional`, or None.
    """

    status: Literal["complete", "incomplete", "unknown"]
    k: int
    operations: tuple[Operation, ...]
    reason: str = ""
    held: tuple[Held, ...] = ()
    exhaustive: bool = False
    terms: Mapping[str, Steps] = field(default_factory=dict)
    certificate: dict[str, Any] | None = None

    def lines(self) -> list[str]:
        """The verdict for people: a line for the answer and one for each relation or term."""
        if self.status == "unknown":
            return [f"UNKNOWN (k = {self.k})  {self.reason}"]
        if self.status == "complete":
            inputs = ("x", "y") if self.k == 2 else ("x",)
            return [
                f"COMPLETE (k = {self.k})",
                *(
                    f"{_SYMBOLS[name]} = {term_text(self.operations, steps, inputs)}"
                    for name, steps in self.terms.items()
                ),
            ]
        which = "in exactly these maximal clones" if self.exhaustive else "in these clones"
        return [
            f"INCOMPLETE (k = {self.k})  {which}:",
            *(f"{item.relation.name}; outside: {item.outside.name}" for item in self.held),
        ]


def decide(
    operations: Sequence[Operation], k: int, limits: Limits = DEFAULT_LIMITS
) -> FunctionalVerdict:
    """Whether the operations generate every function of arity >= 1 on k values.

    Raises:
        ComponentError: a table is malformed (wrong-length, out-of-range), or k is.
    """
    operations = tuple(operations)
    require_operations(operations, k)
    if k == 1:
        return _complete(operations, k, {})
    held, reason, exhaustive = _holding(operations, k, limits)
    if held:
        return _incomplete(operations, k, held, exhaustive, limits)
    if not exhaustive and k <= GREATEST_K:
        return FunctionalVerdict("unknown", k, operations, reason)
    targets = required_terms(k)
    suitable = [i for i, operation in enumerate(operations) if _is_slupecki(operation, k)]
    if k > 2 and not suitable:
        reason = (
            "no operation is onto and depends on two inputs, so by Slupecki's theorem the set is "
            f"incomplete, but the relation that would show it has arity {k} and is too large"
        )
        return FunctionalVerdict("unknown", k, operations, reason)
    found = find_terms(
        operations,
        k,
        {name: table for name, (_, table) in targets.items()},
        2 if k == 2 else 1,
        max_functions=limits.max_functions,
        seconds=limits.seconds,
    )
    missing = [name for name in targets if name not in found.terms]
    if missing:
        proved = "complete by the classification of maximal clones, but " if exhaustive else ""
        return FunctionalVerdict(
            "unknown",
            k,
            operations,
            f"{proved}no term for {', '.join(missing)} among {found.functions} functions "
            f"(limits: {limits.seconds:g} s, {limits.max_functions} functions)",
        )
    return _complete(operations, k, {name: found.terms[name] for name in targets}, suitable)


def require_operations(operations: Iterable[Operation], k: int) -> None:
    """Refuse malformed tables, doubled names and impossible k with a ComponentError."""
    if type(k) is not int or not 1 <= k <= MAX_VALUES:
        raise ComponentError("out-of-range", f"k must be 1 to {MAX_VALUES}, found {k!r}")
    names: set[str] = set()
    for operation in operations:
        fault = _operation_fault(operation, k)
        if fault is not None:
            raise ComponentError(*fault, where=operation.name)
        if operation.name in names:
            raise ComponentError(
                "duplicate", "two operations have this name; rename one", operation.name
            )
        names.add(operation.name)


def _holding(
    operations: Sequence[Operation], k: int, limits: Limits
) -> tuple[list[Held], str, bool]:
    """The clones found to hold the set; why the list may be short; whether it is all of them."""
    deadline = time.monotonic() + limits.seconds
    if k > GREATEST_K:
        found = preserved_relations(operations, k, deadline)
        return [Held(relation, outside_function(relation)) for relation in found], "", False
    held: list[Held] = []
    undecided = 0
    by_arity = sorted(operations, key=lambda operation: operation.arity)
    for count, relation in enumerate(maximal_relations(k)):
        if time.monotonic() > deadline:
            reason = f"only {count} maximal clones were tested in {limits.seconds:g} s"
            return held, reason, False
        answer = holds_all(by_arity, relation, limits.max_work)
        if answer is None:
            undecided += 1
        elif answer:
            held.append(Held(relation, outside_function(relation)))
    reason = f"{undecided} closure tests took more than {limits.max_work} steps"
    return held, reason, not undecided


def named_functions(k: int) -> list[Operation]:
    """Functions used as witnesses, simple ones first. The last is Webb's max(x, y) + 1 mod k,
    which generates all functions (Webb 1935), so that some function here breaks any relation that
    is not preserved by all."""
    unary = [Operation(f"constant {x}", 1, (x,) * k) for x in range(k)]
    if k == 2:
        nand = Operation("nand", 2, required_terms(2)["nand"][1])
        return [*unary, Operation("not", 1, (1, 0)), nand]
    unary += [Operation(name, 1, table) for name, (_, table) in required_terms(k).items()]
    webb = tuple((max(x, y) + 1) % k for x in range(k) for y in range(k))
    return [*unary, Operation("max(x, y) + 1 mod k", 2, webb)]


def outside_function(relation: Relation) -> Operation:
    """The first of the named functions that does not preserve the relation."""
    if relation.family is Family.REGULAR and relation.arity == relation.k:
        return named_functions(relation.k)[-1]  # no unary function breaks Slupecki's relation
    return next(f for f in named_functions(relation.k) if not preserves(f, relation))


def _is_slupecki(operation: Operation, k: int) -> bool:
    return len(set(operation.table)) == k and len(essential_inputs(operation, k)) > 1


def _certificate(operations: Sequence[Operation], k: int, verdict: str) -> dict[str, Any]:
    return {
        "kind": "functional",
        "k": k,
        "operations": [operation_data(operation) for operation in operations],
        "verdict": verdict,
    }


def operation_data(operation: Operation) -> dict[str, Any]:
    """An operation as JSON data."""
    return {"name": operation.name, "arity": operation.arity, "table": list(operation.table)}


def relation_data(relation: Relation) -> dict[str, Any]:
    """A relation as JSON data: its tuples, or those it lacks when they are fewer."""
    few = 2 * int(relation.members.sum()) <= relation.members.size
    listed = relation.members if few else ~relation.members
    return {
        "name": relation.name,
        "arity": relation.arity,
        "tuples" if few else "all_except": np.argwhere(listed).tolist(),
    }


def _incomplete(
    operations: tuple[Operation, ...], k: int, held: list[Held], exhaustive: bool, limits: Limits
) -> FunctionalVerdict:
    certificate = _certificate(operations, k, "incomplete")
    certificate["relations"] = [
        {**relation_data(item.relation), "outside": operation_data(item.outside)}
        for item in held[: limits.max_listed]
    ]
    return FunctionalVerdict(
        "incomplete", k, operations, "", tuple(held), exhaustive, {}, certificate
    )


def _complete(
    operations: tuple[Operation, ...],
    k: int,
    terms: Mapping[str, Steps],
    suitable: Sequence[int] = (),
) -> FunctionalVerdict:
    certificate = _certificate(operations, k, "complete")
    if k > 1:
        certificate["terms"] = {
            name: [[which, list(arguments)] for which, arguments in steps]
            for name, steps in terms.items()
        }
    if k > 2:
        certificate["slupecki_operation"] = min(suitable, key=lambda i: operations[i].arity)
    return FunctionalVerdict("complete", k, operations, terms=terms, certificate=certificate)


def _operation_fault(operation: Operation, k: int) -> tuple[str, str] | None:
    """What is wrong with a table over k values, as (reason, message), or None."""
    name = shown(operation.name)
    if operation.arity < 1:
        return "out-of-range", f"operation {name}: give a constant as a unary operation"
    if operation.arity > MAX_ARITY or len(operation.table) != k**operation.arity:
        return "wrong-length", (
            f"operation {name}: a table of arity {operation.arity} over {k} values has "
            f"k**arity entries, found {len(operation.table)}"
        )
    for index, value in enumerate(operation.table):
        if type(value) is not int or not 0 <= value < k:
            return "out-of-range", (
                f"operation {name}: entry {index} is {shown(value)}, expected 0 to {k - 1}"
            )
    return None
