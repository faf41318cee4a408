"""Boolean gates as truth tables: what a step can do with them, and which symmetries they have.

A `Gate` lists its results for all operands. A *function* of n inputs is an integer: bit i is its
value where input k is bit n - 1 - k of i. Nothing is assumed about a gate set; that a complement or
a constant costs nothing, or that operands may be exchanged, is read off the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, permutations, product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.row_operations import truth_table
from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Instance, instances
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import apply, var

Gate: TypeAlias = tuple[bool, ...]  # results, the first operand changing slowest
Symmetry: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.int64]]


def any_two_inputs() -> ComponentSet:
    """All sixteen operations of two inputs: one component, its four results as parameters."""
    a, b = var("a", BOOL), var("b", BOOL)
    results = [var(f"r{k}", BOOL) for k in range(4)]
    low, high = apply("ite", b, results[1], results[0]), apply("ite", b, results[3], results[2])
    gate = Component(
        "gate",
        (Variable("a", BOOL), Variable("b", BOOL)),
        (apply("ite", a, high, low),),
        parameters=tuple(Parameter(f"r{k}", BOOL) for k in range(4)),
    )
    return ComponentSet("any-two-inputs", (gate,))


def gate_functions(components: ComponentSet) -> dict[Gate, Instance]:
    """The truth table of each component at each setting.

    Raises:
        ProblemError: `not-boolean`.
    """
    found: dict[Gate, Instance] = {}
    for component, setting in instances(components):
        sorts = (*component.input_sorts, *component.output_sorts)
        fits = len(component.outputs) == 1 and len(component.inputs) <= 3
        table = None
        if fits and all(s == BOOL for s in sorts):
            table = truth_table(component, setting)
        if table is None:
            message = "gates are total functions of up to three Booleans, with one output"
            raise ProblemError("not-boolean", message, f"component {component.name}")
        found.setdefault(table, (component, setting))
    return found


def variable_table(n: int, k: int) -> int:
    """The function that is input k of n."""
    return sum(1 << i for i in range(1 << n) if i >> (n - 1 - k) & 1)


def free_values(n: int, *, free_complements: bool) -> dict[str, int]:
    """What costs nothing, by name: inputs, then their complements and the constants."""
    full = (1 << (1 << n)) - 1
    inputs = {f"x{k + 1}": variable_table(n, k) for k in range(n)}
    if not free_complements:
        return inputs
    return inputs | {f"not_{name}": full ^ f for name, f in inputs.items()} | {
        "zero": 0, "one": full,
    }  # fmt: skip


def essential(gate: Gate) -> Gate:
    """The gate without operands that it does not depend on."""
    n = arity_of(gate)
    for k in range(n):
        low, high = _cofactor(gate, k, 0), _cofactor(gate, k, 1)
        if low == high:
            return essential(low)
    return gate


def arity_of(gate: Gate) -> int:
    """How many operands a gate has."""
    return len(gate).bit_length() - 1


def _cofactor(gate: Gate, k: int, value: int) -> Gate:
    """The gate with operand k fixed."""
    n = arity_of(gate)
    return tuple(r for i, r in enumerate(gate) if i >> (n - 1 - k) & 1 == value)


def _rearranged(gate: Gate, place: tuple[int, ...], arity: int) -> Gate:
    """The gate whose operand k is operand place[k] of so many."""
    rows = product((0, 1), repeat=arity)
    return tuple(gate[int("".join(str(row[p]) for p in place) or "0", 2)] for row in rows)


def derived_operations(gates: Iterable[Gate], *, free_constants: bool) -> set[Gate]:
    """All that one step can do: operands exchanged, made equal, or (where free) constant.

    Constants, and operations that hand an operand through, are left out: the latter make nothing
    new; a gate that is constant comes back as the nullary operation.
    """
    found: set[Gate] = set()
    todo = {essential(g) for g in gates}
    while todo:
        gate = todo.pop()
        if gate in found:
            continue
        found.add(gate)
        n = arity_of(gate)
        todo |= {_rearranged(gate, order, n) for order in permutations(range(n))}
        for i, j in combinations(range(n), 2):
            place = tuple(i if k == j else k - (k > j) for k in range(n))
            todo.add(essential(_rearranged(gate, place, n - 1)))
        if free_constants:
            todo |= {essential(_cofactor(gate, k, v)) for k in range(n) for v in (0, 1)}
    return found - {(False, True)}


def complement_closed(operations: set[Gate]) -> bool:
    """Whether complementing the output or an operand of an operation gives another, from two up."""
    several = {g for g in operations if arity_of(g) >= 2}
    for gate in several:
        n = arity_of(gate)
        images = [tuple(not r for r in gate)]
        for k in range(n):
            images.append(tuple(gate[i ^ 1 << (n - 1 - k)] for i in range(len(gate))))
        if not several.issuperset(images):
            return False
    return True


def polynomial(gate: Gate, full: int) -> list[int]:
    """The gate as a polynomial over GF(2), its eight coefficients all ones (`full`) or 0.

    Coefficient m is the sum of the results at the points within m.
    """
    n = arity_of(gate)
    found = []
    for m in range(8):
        # Bit k of m stands for operand k, which is bit n - 1 - k of a row's number.
        point = sum(1 << (n - 1 - k) for k in range(n) if m >> k & 1)
        total = sum(r for i, r in enumerate(gate) if i & ~point == 0)
        found.append(full if m >> n == 0 and total % 2 else 0)
    return found


def symmetries(n: int, *, complements: bool, normal: bool) -> list[Symmetry]:
    """Generators of the maps of functions that keep their costs."""
    rows = np.arange(1 << n)
    full = (1 << (1 << n)) - 1

    def moved(sources: NDArray[np.int64]) -> Symmetry:
        def move(functions: NDArray[np.int64]) -> NDArray[np.int64]:
            result = np.zeros_like(functions)
            for i, source in enumerate(sources.tolist()):
                result |= (functions >> source & 1) << i
            return result

        return move

    found: list[Symmetry] = []
    for k in range(n - 1):
        differ = (rows >> k ^ rows >> (k + 1)) & 1
        found.append(moved(rows ^ (differ * (3 << k))))
    if complements:
        found.append(moved(rows ^ 1))
    if normal:
        found.append(lambda functions: functions ^ full)
    return found


def function_classes(n: int, generators: list[Symmetry]) -> NDArray[np.int64]:
    """The class of each function, numbered by its least member's rank."""
    functions = np.arange(1 << (1 << n), dtype=np.int64)
    images = [g(functions) for g in generators]
    label = functions.copy()
    while True:
        before = label.copy()
        for image in images:
            # Images of generators of finite order reach each other, so both directions follow.
            label = np.minimum(label, label[image])
            np.minimum.at(label, image, label[functions])
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1].reshape(-1).astype(np.int64)
