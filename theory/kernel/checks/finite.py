"""Checks certificates of functional completeness over a finite domain. Standard library only.

The question: do the compositions of a set of operations on the values 0..k-1 (projections, fan-out
and discarding allowed, arity at least 1) give every function of arity at least 1? A certificate is
plain data:

    {"kind": "functional", "k": 3, "operations": [{"name", "arity", "table"}, ...],
     "verdict": "incomplete",
     "relations": [{"name", "arity", "tuples" | "all_except": [[...], ...],
                    "outside": {"name", "arity", "table"}}, ...]}

    {"kind": "functional", "k": 3, "operations": [...], "verdict": "complete",
     "terms": {"successor": steps, "transposition": steps, "collapse": steps},
     "slupecki_operation": index}

*Incomplete*: each relation is preserved by every operation, hence by every composition, and broken
by the function `outside`. Both are tested on the tables. That the list holds *all* maximal clones
is not checked, and not claimed by a report. *Complete*, k = 1: nothing to show (every function is a
projection). k = 2: `terms` holds a term for `nand` alone. k >= 3: terms for exactly these unary
maps, and an operation that is onto and depends on at least two of its inputs:

    successor      x -> x + 1 mod k
    transposition  exchanges 0 and 1, fixes the rest
    collapse       sends 0 and 1 to 0, fixes the rest

What this rests on, beside this file: NAND generates all functions on two values (Sheffer 1913);
the cycle and the exchange of two neighbours generate all permutations, and with one map of k - 1
values all k**k maps; all unary maps and one operation that is onto and depends on two inputs
generate every function when k >= 3 (Slupecki 1939). Neither Post's nor Rosenberg's classification
of maximal clones is trusted. *Some* cycle, transposition and collapse would not do: for k = 4,
x + 1, (0 2), 2 -> 0 and + mod 4 all preserve congruence mod 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from theory.kernel.checks.finite_data import (
    MAX_RELATIONS,
    MAX_VALUES,
    Operation,
    Reader,
    Steps,
    integer,
    listing,
    mapping,
    shown,
)
from theory.kernel.checks.preservation import (
    STATE_COST,
    Budget,
    Tuple,
    Violation,
    build_trie,
    violation,
)
from theory.kernel.errors import CertificateError

DEFAULT_MAX_WORK = 100_000_000
"""Elementary transitions and evaluations the checker spends before it refuses (about a minute)."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that was checked: what it is about, and what was found."""

    what: str
    found: str


@dataclass(frozen=True, slots=True)
class FunctionalReport:
    """What an accepted certificate has shown: the verdict for exactly these operations."""

    verdict: str
    k: int
    operations: tuple[Operation, ...]
    obligations: tuple[Obligation, ...]


def check_functional(
    data: object,
    operations: Sequence[Operation] | None = None,
    max_work: int = DEFAULT_MAX_WORK,
) -> FunctionalReport:
    """Check a certificate of the kind `functional`.

    Args:
        data: the certificate as parsed JSON.
        operations: when given, the certificate must be about exactly these, in this order.
        max_work: bound on the elementary steps.

    Raises:
        CertificateError: the certificate is malformed or states something false. Reasons:
            wrong-type, unknown-key, missing-key, out-of-range, wrong-length, duplicate, too-large,
            work-limit, other-operations, not-preserved, not-broken, wrong-term, not-onto,
            one-input.
    """
    keys = ("kind", "k", "operations", "verdict")
    fields = mapping(data, keys, ("relations", "terms", "slupecki_operation"), "")
    if fields["kind"] != "functional":
        raise CertificateError(
            "wrong-kind", f'expected "functional", found {shown(fields["kind"])}', "kind"
        )
    k = integer(fields["k"], 1, MAX_VALUES, "k")
    reader = Reader(k)
    found = reader.operations(fields["operations"], "operations")
    if operations is not None:
        _require_same(found, operations)
    budget = Budget(max_work)
    verdict = fields["verdict"]
    if verdict == "incomplete":
        mapping(data, (*keys, "relations"), (), "")
        obligations = _check_incomplete(fields["relations"], found, reader, budget)
    elif verdict == "complete":
        more = () if k == 1 else ("terms",) if k == 2 else ("terms", "slupecki_operation")
        mapping(data, (*keys, *more), (), "")
        obligations = _check_complete(
            fields.get("terms"), fields.get("slupecki_operation"), found, reader, budget
        )
    else:
        raise CertificateError(
            "out-of-range",
            f'expected "complete" or "incomplete", found {shown(verdict)}',
            "verdict",
        )
    return FunctionalReport(str(verdict), k, found, tuple(obligations))


def _require_same(found: Sequence[Operation], expected: Sequence[Operation]) -> None:
    if len(found) != len(expected):
        raise CertificateError(
            "other-operations",
            f"the certificate has {len(found)} operations, the set has {len(expected)}",
            "operations",
        )
    for index, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        if mine != theirs:
            raise CertificateError(
                "other-operations",
                f"operation {shown(mine.name)} is not {shown(theirs.name)} of the set",
                f"operations[{index}]",
            )


# --- incomplete -----------------------------------------------------------------------------------


def _check_incomplete(
    value: object, operations: Sequence[Operation], reader: Reader, budget: Budget
) -> list[Obligation]:
    items = listing(value, "relations")
    if not 1 <= len(items) <= MAX_RELATIONS:
        raise CertificateError(
            "out-of-range",
            f"expected 1 to {MAX_RELATIONS} relations, found {len(items)}",
            "relations",
        )
    obligations = []
    for index, item in enumerate(items):
        where = f"relations[{index}]"
        fields = mapping(item, ("name", "arity", "outside"), ("tuples", "all_except"), where)
        relation = reader.relation(fields, where)
        outside = reader.operation(fields["outside"], f"{where}.outside")
        trie = build_trie(relation, reader.k, budget, where)
        for operation in operations:
            broken = violation(operation, relation, trie, budget, where)
            if broken is not None:
                raise CertificateError(
                    "not-preserved",
                    f"operation {operation.name} takes the rows {_rows(broken)} to "
                    f"{broken.result}, which is outside the relation",
                    where,
                )
        broken = violation(outside, relation, trie, budget, f"{where}.outside")
        if broken is None:
            raise CertificateError(
                "not-broken",
                f"the function {outside.name} preserves the relation, so nothing is shown "
                "to be missing",
                f"{where}.outside",
            )
        count = len(operations)
        obligations.append(
            Obligation(relation.name, f"preserved by {count} operation{'s' if count != 1 else ''}")
        )
        obligations.append(
            Obligation(
                f"{outside.name} is outside",
                f"it takes the rows {_rows(broken)} to {broken.result}",
            )
        )
    return obligations


def _rows(broken: Violation) -> str:
    return ", ".join(str(row) for row in broken.rows)


# --- complete -------------------------------------------------------------------------------------


def required_terms(k: int) -> dict[str, tuple[int, Tuple]]:
    """The functions a complete certificate must give terms for: name -> (arity, table)."""
    if k == 1:
        return {}
    if k == 2:
        return {"nand": (2, (1, 1, 1, 0))}
    rest = tuple(range(2, k))
    return {
        "successor": (1, tuple((x + 1) % k for x in range(k))),
        "transposition": (1, (1, 0, *rest)),
        "collapse": (1, (0, 0, *rest)),
    }


def _check_complete(
    terms: object, which: object, operations: Sequence[Operation], reader: Reader, budget: Budget
) -> list[Obligation]:
    k = reader.k
    if k == 1:
        return [Obligation("k = 1", "every function is a projection")]
    targets = required_terms(k)
    fields = mapping(terms, targets, (), "terms")
    obligations = []
    for name, (arity, expected) in targets.items():
        where = f"terms.{name}"
        steps = reader.steps(fields[name], operations, arity, where)
        actual = term_table(steps, operations, arity=arity, k=k, budget=budget, where=where)
        for index, (got, wanted) in enumerate(zip(actual, expected, strict=True)):
            if got != wanted:
                arguments = ", ".join(str(x) for x in divmod(index, k)) if arity == 2 else index
                raise CertificateError(
                    "wrong-term",
                    f"the term gives {got} on ({arguments}), {name} is {wanted} there",
                    where,
                )
        obligations.append(Obligation(name, f"a term of {len(steps)} steps"))
    if k > 2:
        obligations.append(_check_slupecki(which, operations, k, budget))
    return obligations


def term_table(
    steps: Steps,
    operations: Sequence[Operation],
    *,
    arity: int,
    k: int,
    budget: Budget,
    where: str = "",
) -> Tuple:
    """All values of a straight-line term on `arity` inputs, in row-major order."""
    slots: list[Tuple] = list(zip(*product(range(k), repeat=arity), strict=True))
    for which, arguments in steps:
        budget.spend(k**arity * (len(arguments) + STATE_COST), where)
        index = [0] * k**arity
        for argument in arguments:
            index = [i * k + x for i, x in zip(index, slots[argument], strict=True)]
        table = operations[which].table
        slots.append(tuple(table[i] for i in index))
    return slots[-1]


def _check_slupecki(
    value: object, operations: Sequence[Operation], k: int, budget: Budget
) -> Obligation:
    where = "slupecki_operation"
    operation = operations[integer(value, 0, len(operations) - 1, where)]
    budget.spend(len(operation.table) * operation.arity, where)
    missing = sorted(set(range(k)) - set(operation.table))
    if missing:
        raise CertificateError(
            "not-onto", f"operation {operation.name} never gives {missing[0]}", where
        )
    inputs = essential_inputs(operation, k)
    if len(inputs) < 2:
        raise CertificateError(
            "one-input", f"operation {operation.name} depends on fewer than two inputs", where
        )
    return Obligation(
        f"{operation.name} is onto", f"and depends on {len(inputs)} of its {operation.arity} inputs"
    )


def essential_inputs(operation: Operation, k: int) -> tuple[int, ...]:
    """The inputs on which the operation depends: changing that input alone changes a value."""
    found = []
    for place in range(operation.arity):
        stride = k ** (operation.arity - 1 - place)
        if any(
            value != operation.table[index - (index // stride % k) * stride]
            for index, value in enumerate(operation.table)
        ):
            found.append(place)
    return tuple(found)
