"""Which operations of a set are needed, and what an incomplete set lacks.

A subset of operations is complete if and only if every maximal clone is left by one of its members
(Post, Rosenberg). So the minimal complete subsets are the minimal sets that hit, for each maximal
clone, the operations that leave it; repairs are the smallest sets of candidates that hit all those
clones that hold the set. k = 2..6. Main definitions:

    minimal_complete_subsets   all of them, as index tuples
    repairs                    all smallest sets of additions, as index tuples
    breaking_masks             for each operation the maximal clones it leaves, as bits of a number
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from solvers.completeness.finite.decision import require_operations
from solvers.completeness.finite.preservation import DEFAULT_MAX_WORK, preserves
from solvers.completeness.finite.relations import Relation, maximal_relations
from theory.kernel.checks.finite_data import Operation
from theory.kernel.errors import ProblemError

DEFAULT_MAX_SETS = 200_000
"""Sets kept while hitting sets are computed; more is an error, not a partial answer."""


def breaking_masks(
    operations: Sequence[Operation],
    relations: Sequence[Relation],
    max_work: int = DEFAULT_MAX_WORK,
) -> list[int]:
    """Bit i of entry j: operations[j] does not preserve relations[i].

    Raises:
        ProblemError: `work-limit`, when a closure test took more than max_work.
    """
    masks = []
    for operation in operations:
        mask = 0
        for index, relation in enumerate(relations):
            answer = preserves(operation, relation, max_work)
            if answer is None:
                raise ProblemError(
                    "work-limit",
                    f"testing '{relation.name}' takes more than {max_work} steps; raise max_work",
                    operation.name,
                )
            mask |= (not answer) << index
        masks.append(mask)
    return masks


def minimal_complete_subsets(
    operations: Sequence[Operation], k: int, max_sets: int = DEFAULT_MAX_SETS
) -> list[tuple[int, ...]]:
    """All minimal complete subsets (no member can be left out), smallest first.

    The empty list means that the whole set is incomplete. For k = 1 the empty subset is complete.

    Raises:
        ComponentError: a table is malformed. ProblemError: k > 6 (`unsupported`), or a limit.
    """
    require_operations(operations, k)
    masks = breaking_masks(operations, _relations(k))
    return minimal_covers(masks, (1 << len(_relations(k))) - 1, max_sets)


def repairs(
    operations: Sequence[Operation],
    candidates: Sequence[Operation],
    k: int,
    max_sets: int = DEFAULT_MAX_SETS,
) -> list[tuple[int, ...]]:
    """All smallest sets of candidates that make the set complete when added.

    [()] when it is complete already; [] when not even all candidates together suffice.

    Raises:
        ComponentError, ProblemError: as for `minimal_complete_subsets`.
    """
    require_operations(operations, k)
    require_operations(candidates, k)
    left = 0
    for mask in breaking_masks(operations, _relations(k)):
        left |= mask
    relations = [r for index, r in enumerate(_relations(k)) if not left >> index & 1]
    return least_covers(breaking_masks(candidates, relations), (1 << len(relations)) - 1, max_sets)


def _relations(k: int) -> list[Relation]:
    try:
        return list(maximal_relations(k)) if k > 1 else []
    except ValueError as error:
        raise ProblemError("unsupported", f"{error}; use a smaller domain", f"k = {k}") from error


def minimal_covers(
    masks: Sequence[int], full: int, max_sets: int = DEFAULT_MAX_SETS
) -> list[tuple[int, ...]]:
    """All minimal index sets whose masks together have all bits of `full`.

    Berge's multiplication: sets that hit the first requirements are extended to hit the next one.
    """
    found = [0]
    for requirement in _requirements(masks, full):
        hitting = [chosen for chosen in found if chosen & requirement]
        extended = [
            chosen | 1 << index
            for chosen in found
            if not chosen & requirement
            for index in _bits(requirement)
        ]
        found = hitting + [
            new for new in dict.fromkeys(extended) if not any(old & ~new == 0 for old in hitting)
        ]
        _require_few(found, max_sets)
    return sorted((tuple(_bits(chosen)) for chosen in found), key=lambda s: (len(s), s))


def least_covers(
    masks: Sequence[int], full: int, max_sets: int = DEFAULT_MAX_SETS
) -> list[tuple[int, ...]]:
    """All covers of least size, by deepening: each branch hits a requirement not yet hit."""
    requirements = _requirements(masks, full)
    if any(requirement == 0 for requirement in requirements):
        return []
    layer = {0}
    while True:
        found = [chosen for chosen in layer if all(chosen & r for r in requirements)]
        if found:
            return sorted(tuple(_bits(chosen)) for chosen in found)
        layer = {
            chosen | 1 << index
            for chosen in layer
            for index in _bits(next(r for r in requirements if not chosen & r))
        }
        _require_few(layer, max_sets)


def _requirements(masks: Sequence[int], full: int) -> list[int]:
    """For each bit of `full` the set of indices that have it, without supersets of others."""
    sets = {
        sum(1 << index for index, mask in enumerate(masks) if mask >> bit & 1)
        for bit in range(full.bit_length())
    }
    kept: list[int] = []
    for candidate in sorted(sets, key=lambda s: (s.bit_count(), s)):
        if not any(smaller & ~candidate == 0 for smaller in kept):
            kept.append(candidate)
    return kept


def _bits(number: int) -> Iterable[int]:
    return [index for index in range(number.bit_length()) if number >> index & 1]


def _require_few(sets: Iterable[int], max_sets: int) -> None:
    if sum(1 for _ in sets) > max_sets:
        raise ProblemError(
            "too-many", f"there are more than {max_sets} sets to keep; give fewer operations"
        )
