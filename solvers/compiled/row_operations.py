"""Operations of a dag over rows of machine words: one compiled function for a component set.

`row_kernel(choices)` writes, from the operator table, a function that applies one instance (a
component at a parameter setting) to rows of an array, and compiles it. Its type is the same for all
sets, so that the search that calls it is compiled once. `boolean_operation` reduces a Boolean
component to its truth table, the operands it really depends on, and those that commute.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled_callback
from solvers.compiled.generated import compiled_module, instance_lines, supported
from solvers.compiled.term_code import step_function
from theory.kernel.components.component import Component
from theory.kernel.components.placements import Instance
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.sorts import BOOL, Sort, Value
from theory.kernel.language.terms import apply, substitute, var

MAX_ARITY = 3
_PROOF_S = 0.2  # for a proof that two operands commute; where it takes longer they may not

_ROWS = types.Array(types.int64, 2, "C")
_FLAGS = types.Array(types.bool_, 1, "C")
SIGNATURE = types.void(
    types.int64, _ROWS, types.int64, types.int64, types.int64, types.int64, types.int64,
    types.int64, _FLAGS,
)  # fmt: skip

_HEADER = '''"""Written by Sheffer; may be deleted at any time."""
import numpy as np
from solvers.compiled.compiling import compiled_callback
from solvers.compiled.row_operations import SIGNATURE
from solvers.compiled.scalars import *

U = np.uint64


@compiled_callback(SIGNATURE, error_model="numpy")
def apply_rows(instance, rows, a, b, c, target, low, high, flags):
    """Words low .. high-1 of an instance's result on rows a, b, c, into row target.

    flags[0] is set where an integer leaves 64 bits, flags[1] where a guard blocks.
    """
'''


@compiled_callback(SIGNATURE)
def no_rows(
    instance: Any, rows: Any, a: Any, b: Any, c: Any, target: Any, low: Any, high: Any, flags: Any
) -> None:  # pragma: no cover - compiled
    """Takes the place of a row kernel where all values are packed Booleans."""
    flags[0] = True


def row_source(choices: list[Instance]) -> str:
    """The source of the module with `apply_rows`."""
    lines = []
    for number, (component, setting) in enumerate(choices):
        operands = [f"rows[{'abc'[k]}, j]" for k in range(len(component.inputs))]
        guard, body, results = instance_lines(number, component, setting, operands)
        lines.append(f"    {'if' if number == 0 else 'elif'} instance == {number}:")
        lines.append("        for j in range(low, high):")
        made = [*guard[0], f"if not {guard[1]}:", "    flags[1] = True"] if guard else []
        made += [*body, f"rows[target, j] = np.int64({results[0]})"]
        lines += [f"            {line}" for line in made]
    return _HEADER + "\n".join(lines) + "\n"


def row_kernel(choices: list[Instance]) -> Any:
    """The compiled `apply_rows` for these instances, from the cache where it is there."""
    return compiled_module(row_source(choices)).apply_rows


def fits_rows(choices: list[Instance]) -> bool:
    """Whether each instance has one output, few inputs and terms over machine words."""
    return (
        bool(choices)
        and all(len(c.inputs) <= MAX_ARITY and len(c.outputs) == 1 for c, _ in choices)
        and supported(choices)
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """What a step of the compiled search applies.

    Attributes:
        instance: the number of the component and setting.
        operands: the inputs it depends on; the others may read anything of their sort.
        sorts: of those operands. result: the sort of its value.
        commutes: whether operands 0 and 1, 1 and 2, 0 and 2 may be exchanged.
        polynomial: of a Boolean operation, eight words; see `set_search`.
    """

    instance: int
    operands: tuple[int, ...]
    sorts: tuple[Sort, ...]
    result: Sort
    commutes: tuple[bool, bool, bool]
    polynomial: tuple[int, ...] = ()


_PAIRS = ((0, 1), (1, 2), (0, 2))


def word_operation(number: int, instance: Instance) -> Operation:
    """An instance over machine words; operands commute where Z3 proves it."""
    component, setting = instance
    pairs = [commute(component, setting, i, j) for i, j in _PAIRS]
    return Operation(
        number,
        tuple(range(len(component.inputs))),
        component.input_sorts,
        component.output_sorts[0],
        (pairs[0], pairs[1], pairs[2]),
    )


def commute(component: Component, setting: tuple[Value, ...], i: int, j: int) -> bool:
    """Whether inputs i and j are proved to be exchangeable."""
    inputs = component.inputs
    if max(i, j) >= len(inputs) or inputs[i].sort != inputs[j].sort:
        return False
    (output,), guard = component.instantiate(setting)
    if guard is not None:
        return False
    x, y = (var(v.name, v.sort) for v in (inputs[i], inputs[j]))
    (exchanged,) = substitute([output], {inputs[i].name: y, inputs[j].name: x})
    if exchanged == output:
        return True
    return isinstance(prove(apply("=", output, exchanged), timeout_s=_PROOF_S), Proof)


def truth_table(component: Component, setting: tuple[Value, ...]) -> tuple[bool, ...] | None:
    """The results for all inputs, the first input changing slowest; None where it blocks."""
    function = step_function(component, setting)
    results = [function(*values) for values in product((False, True), repeat=len(component.inputs))]
    return None if None in results else tuple(bool(r[0]) for r in results if r is not None)


def boolean_operation(number: int, instance: Instance) -> Operation | None:
    """A Boolean instance over packed samples; None where it blocks somewhere."""
    component, setting = instance
    table = truth_table(component, setting)
    if table is None:
        return None
    n = len(component.inputs)
    values = dict(zip(product((0, 1), repeat=n), table, strict=True))
    essential = tuple(
        k
        for k in range(n)
        if any(values[v] != values[(*v[:k], 1 - v[k], *v[k + 1 :])] for v in values)
    )
    # Coefficient m of the polynomial is the sum of the values at the points within m.
    coefficients = []
    for m in range(8):
        chosen = [k for place, k in enumerate(essential) if m >> place & 1]
        inside = [
            v for v in values if all(not v[k] or k in chosen for k in range(n))
        ]  # fmt: skip
        whole = m >> len(essential) == 0
        coefficients.append(-(sum(values[v] for v in inside) % 2) if whole else 0)
    pairs = [
        j < len(essential)
        and all(values[v] == values[_exchanged(v, essential[i], essential[j])] for v in values)
        for i, j in _PAIRS
    ]
    return Operation(
        number,
        essential,
        (BOOL,) * len(essential),
        BOOL,
        (pairs[0], pairs[1], pairs[2]),
        tuple(coefficients),
    )


def _exchanged(values: tuple[int, ...], i: int, j: int) -> tuple[int, ...]:
    swapped = list(values)
    swapped[i], swapped[j] = swapped[j], swapped[i]
    return tuple(swapped)


def packed_bits(columns: list[list[bool]]) -> NDArray[np.int64]:
    """Columns of Booleans as rows of words, 64 samples a word, the first in the lowest bit."""
    width = max(1, -(-len(columns[0]) // 64)) if columns else 1
    bits = np.zeros((len(columns), 64 * width), dtype=np.uint8)
    for k, column in enumerate(columns):
        bits[k, : len(column)] = column
    packed = np.packbits(bits, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<i8").astype(np.int64)
