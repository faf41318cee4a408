"""The place of Boolean operations in Post's lattice: which of Post's clones they generate.

Emil Post (1941) described every clone on {0, 1}. Each is given by the properties its functions
share, so the clone that operations generate is found from the properties that all of them have.
Main definitions:

    Properties   what all functions of a clone preserve
    CLONES       Post's clones by name, each with a basis; the infinite families by `threshold`
    place        operations -> Place: the name, and what the clone consists of

Names: P0, P1, P preserve 0, 1, both; M monotone; D self-dual; A affine; T0^m: any m arguments that
give 1 have a common 1 (P0 = T0^1), T0^oo: f <= some input; T1^m, T1^oo dually; & and | stand for
conjunctions and disjunctions of inputs with constants; U for functions of one input; BF is all
functions and I the projections. A prefix intersects: MPT0^2 is monotone, in P and in T0^2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import inf

from solvers.completeness.finite.decision import require_operations
from theory.kernel.checks.finite import essential_inputs
from theory.kernel.checks.finite_data import Operation


@dataclass(frozen=True, slots=True)
class Properties:
    """What every function of a clone has.

    `zero` is the greatest m with all functions in T0^m: 0 when some do not even preserve 0, 1 when
    all preserve 0, infinite when each lies below one of its inputs. `one` is the dual.
    """

    zero: float
    one: float
    monotone: bool
    self_dual: bool
    affine: bool
    conjunctions: bool
    disjunctions: bool
    unary: bool

    def meet(self, other: Properties) -> Properties:
        """The properties of the join of two clones: what both have."""
        return Properties(
            min(self.zero, other.zero),
            min(self.one, other.one),
            self.monotone and other.monotone,
            self.self_dual and other.self_dual,
            self.affine and other.affine,
            self.conjunctions and other.conjunctions,
            self.disjunctions and other.disjunctions,
            self.unary and other.unary,
        )

    def contained_in(self, other: Properties) -> bool:
        """Whether the clone with these properties lies in the clone with the others."""
        return self.meet(other) == other


@dataclass(frozen=True, slots=True)
class Clone:
    """One of Post's clones: its name, in words, and operations that generate it."""

    name: str
    words: str
    basis: tuple[Operation, ...]
    properties: Properties


@dataclass(frozen=True, slots=True)
class Place:
    """Where operations stand in Post's lattice: the clone that they generate."""

    clone: Clone
    properties: Properties

    def line(self) -> str:
        """The place for people."""
        return f"{self.clone.name}: {self.clone.words}"


def place(operations: Sequence[Operation]) -> Place:
    """The clone that Boolean operations generate (projections are in every clone).

    Raises:
        ComponentError: a table is malformed.
    """
    require_operations(operations, 2)
    shared = properties(operations)
    levels = [m for m in (shared.zero, shared.one) if 2 <= m < inf]
    found = next(
        clone for clone in clones(int(max(levels, default=2))) if clone.properties == shared
    )
    return Place(found, shared)


def properties(operations: Iterable[Operation]) -> Properties:
    """The properties shared by all the operations and the projections."""
    result = _of_function(Operation("x", 1, (0, 1)))
    for operation in operations:
        result = result.meet(_of_function(operation))
    return result


def _of_function(operation: Operation) -> Properties:
    table, n = operation.table, operation.arity
    size = len(table)
    mirrored = [1 - table[size - 1 - x] for x in range(size)]
    inputs = [1 << (n - 1 - place) for place in essential_inputs(operation, 2)]
    mask = sum(inputs)
    constant = not inputs
    conjunction = all(table[x] == (x & mask == mask) for x in range(size))
    disjunction = all(table[x] == (x & mask != 0) for x in range(size))
    return Properties(
        zero=_common_ones(table),
        one=_common_ones(mirrored),
        monotone=all(
            table[x] <= table[x | bit] for x in range(size) for bit in inputs if not x & bit
        ),
        self_dual=list(table) == mirrored,
        affine=all(
            table[x] ^ table[x ^ bit] == table[0] ^ table[bit]
            for x in range(size)
            for bit in inputs
        ),
        conjunctions=constant or conjunction,
        disjunctions=constant or disjunction,
        unary=len(inputs) <= 1,
    )


def _common_ones(table: Sequence[int]) -> float:
    """The greatest m such that any m argument vectors with value 1 have a common 1 (0 if none)."""
    points = {x for x, value in enumerate(table) if value}
    common = set(points)
    for m in range(len(table).bit_length()):
        if 0 in common:
            return m
        wider = common | {a & b for a in common for b in points}
        if wider == common:
            return inf
        common = wider
    return inf


def _function(name: str, arity: int, rule: Callable[..., object]) -> Operation:
    table = tuple(int(bool(rule(*x))) for x in product((0, 1), repeat=arity))
    return Operation(name, arity, table)


def _threshold(m: int) -> Operation:
    """1 when at least m of m + 1 inputs are 1: it is in T0^m and not in T0^(m+1)."""
    return _function(f"at least {m} of {m + 1}", m + 1, lambda *x: sum(x) >= m)


def _dual_threshold(m: int) -> Operation:
    return _function(f"at least 2 of {m + 1}", m + 1, lambda *x: sum(x) >= 2)


_AND = _function("x & y", 2, lambda x, y: x and y)
_OR = _function("x | y", 2, lambda x, y: x or y)
_NOT = _function("not x", 1, lambda x: not x)
_XOR = _function("x + y", 2, lambda x, y: x != y)
_IFF = _function("x = y", 2, lambda x, y: x == y)
_ADD3 = _function("x + y + z", 3, lambda x, y, z: x ^ y ^ z)
_IMPLIES = _function("x -> y", 2, lambda x, y: not x or y)
_BUT_NOT = _function("x & not y", 2, lambda x, y: x and not y)
_ZERO = _function("0", 1, lambda _: 0)
_ONE = _function("1", 1, lambda _: 1)
_CHOICE = _function("x ? y : z", 3, lambda x, y, z: y if x else z)
_MAJORITY = _function("majority", 3, lambda x, y, z: x + y + z >= 2)
_AND_OR = _function("x & (y | z)", 3, lambda x, y, z: x and (y or z))
_OR_AND = _function("x | (y & z)", 3, lambda x, y, z: x or (y and z))
_AND_IMPLIES = _function("x & (y -> z)", 3, lambda x, y, z: x and (not y or z))
_OR_BUT_NOT = _function("x | (y & not z)", 3, lambda x, y, z: x or (y and not z))

_FINITE: tuple[tuple[str, str, tuple[Operation, ...]], ...] = (
    ("BF", "all functions", (_AND, _NOT)),
    ("P0", "functions that preserve 0", (_OR, _XOR)),
    ("P1", "functions that preserve 1", (_AND, _IMPLIES)),
    ("P", "functions that preserve 0 and 1", (_CHOICE,)),
    ("M", "monotone functions", (_AND, _OR, _ZERO, _ONE)),
    ("MP0", "monotone functions that preserve 0", (_AND, _OR, _ZERO)),
    ("MP1", "monotone functions that preserve 1", (_AND, _OR, _ONE)),
    ("MP", "monotone functions that preserve 0 and 1", (_AND, _OR)),
    ("D", "self-dual functions", (_MAJORITY, _NOT)),
    ("DP", "self-dual functions that preserve 0 and 1", (_MAJORITY, _ADD3)),
    ("DM", "self-dual monotone functions", (_MAJORITY,)),
    ("A", "affine functions", (_IFF, _ZERO)),
    ("AP0", "affine functions that preserve 0", (_XOR,)),
    ("AP1", "affine functions that preserve 1", (_IFF,)),
    ("AD", "affine self-dual functions", (_NOT, _ADD3)),
    ("AP", "affine functions that preserve 0 and 1", (_ADD3,)),
    ("&", "conjunctions of inputs, and constants", (_AND, _ZERO, _ONE)),
    ("&P0", "conjunctions of inputs, and 0", (_AND, _ZERO)),
    ("&P1", "conjunctions of inputs, and 1", (_AND, _ONE)),
    ("&P", "conjunctions of inputs", (_AND,)),
    ("|", "disjunctions of inputs, and constants", (_OR, _ZERO, _ONE)),
    ("|P0", "disjunctions of inputs, and 0", (_OR, _ZERO)),
    ("|P1", "disjunctions of inputs, and 1", (_OR, _ONE)),
    ("|P", "disjunctions of inputs", (_OR,)),
    ("U", "functions of at most one input", (_NOT, _ZERO)),
    ("UD", "inputs and their complements", (_NOT,)),
    ("UM", "inputs and constants", (_ZERO, _ONE)),
    ("UP0", "inputs and 0", (_ZERO,)),
    ("UP1", "inputs and 1", (_ONE,)),
    ("I", "inputs only (projections)", ()),
)


@lru_cache(maxsize=16)
def clones(greatest_m: int = 3) -> tuple[Clone, ...]:
    """Post's clones, with the infinite families cut to m = 2..greatest_m and infinity."""
    result = [Clone(n, words, basis, properties(basis)) for n, words, basis in _FINITE]
    for m in (*range(2, greatest_m + 1), inf):
        result += _family(m)
    return tuple(result)


def _family(m: float) -> list[Clone]:
    level = "oo" if m == inf else str(int(m))
    zero = () if m == inf else (_threshold(int(m)),)
    one = () if m == inf else (_dual_threshold(int(m)),)
    # For m = 2 the threshold function is the majority, which alone generates only DM.
    zero_rest = (_AND_OR,) if m in (2, inf) else ()
    one_rest = (_OR_AND,) if m in (2, inf) else ()
    where = {
        "0": "functions below an input"
        if m == inf
        else f"any {level} vectors with value 1 have a common 1",
        "1": "functions above an input"
        if m == inf
        else f"any {level} vectors with value 0 have a common 0",
    }
    rows = [
        ("T0", "0", "", (*zero, _BUT_NOT)),
        ("PT0", "0", ", preserving 0 and 1", (*zero, _AND_IMPLIES)),
        ("MT0", "0", ", monotone", (*zero, _AND_OR, _ZERO)),
        ("MPT0", "0", ", monotone, preserving 0 and 1", (*zero, *zero_rest)),
        ("T1", "1", "", (*one, _IMPLIES)),
        ("PT1", "1", ", preserving 0 and 1", (*one, _OR_BUT_NOT)),
        ("MT1", "1", ", monotone", (*one, _OR_AND, _ONE)),
        ("MPT1", "1", ", monotone, preserving 0 and 1", (*one, *one_rest)),
    ]
    return [
        Clone(f"{name}^{level}", where[side] + more, basis, properties(basis))
        for name, side, more, basis in rows
    ]
