"""States of a chain problem with one sample as 64-bit words, and code that moves them.

- Where every placement only *moves* values between registers (pancake flips), a value stands as
  its number among the values of the start, whatever its sort.
- Where all registers have finite sorts and components run on machine words, registers stand as
  they are, side by side.

States that do not fit 63 bits, or components that are neither, are left to the other engines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solvers.compiled.generated import instance_lines, supported
from solvers.exact.chains import state_kernels
from theory.kernel.components.partiality import domain_size
from theory.kernel.components.placements import Step, placements
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem

MAX_BITS = 63
MAX_PLACEMENTS = 400  # each is compiled


@dataclass(frozen=True, slots=True)
class Field:
    """Where a register stands in a word, and what its numbers mean."""

    sort: Sort
    offset: int
    bits: int
    tokens: tuple[Value, ...] | None  # None: the value itself

    def number(self, value: Value) -> int:
        """The number of a value."""
        return int(value) if self.tokens is None else self.tokens.index(value)  # type: ignore[arg-type]

    def value(self, number: int) -> Value:
        """The value of a number."""
        if self.tokens is not None:
            return self.tokens[number]
        return bool(number) if self.sort.kind == "Bool" else number


@dataclass(frozen=True, slots=True)
class Packing:
    """The states of a problem as words, and the source of a function that makes successors."""

    problem: Problem
    steps: list[Step]
    fields: tuple[Field, ...]
    source: str

    def pack(self, state: Sequence[Value]) -> int:
        """The word of a state."""
        return sum(f.number(value) << f.offset for f, value in zip(self.fields, state, strict=True))

    def unpack(self, word: int) -> tuple[Value, ...]:
        """The state of a word."""
        return tuple(f.value(word >> f.offset & ((1 << f.bits) - 1)) for f in self.fields)


def pack_states(problem: Problem) -> Packing | None:
    """The packing of a chain problem with one sample; None where there is none."""
    if problem.components is None or len(problem.rows()) != 1:
        return None
    steps = placements(problem.components, problem.inputs)
    if not 0 < len(steps) <= MAX_PLACEMENTS:
        return None
    moved = [_moved(problem, step) for step in steps]
    start = problem.rows()[0].inputs
    if all(m is not None for m in moved):
        tokens = {
            v.sort: tuple(dict.fromkeys(
                x for u, x in zip(problem.inputs, start, strict=True) if u.sort == v.sort
            ))
            for v in problem.inputs
        }  # fmt: skip
        fields = _fields(
            [(v.sort, max(1, (len(tokens[v.sort]) - 1).bit_length())) for v in problem.inputs],
            tokens,
        )
        lines = [_move_line(fields, m) for m in moved if m is not None]
    else:
        sizes = [domain_size(v.sort, problem.values) for v in problem.inputs]
        choices = [(problem.components[s.component], s.parameters) for s in steps]
        if not all(sizes) or not supported(choices):
            return None
        fields = _fields(
            [
                (v.sort, max(1, (size - 1).bit_length()))
                for v, size in zip(problem.inputs, sizes, strict=True)
                if size is not None
            ],
            None,
        )
        lines = [_word_lines(fields, problem, step, k) for k, step in enumerate(steps)]
    if fields[-1].offset + fields[-1].bits > MAX_BITS:
        return None
    return Packing(problem, steps, fields, _source(lines))


def inverse_packing(packing: Packing) -> Packing | None:
    """The packing whose moves undo the steps; None unless they permute registers.

    None too unless all registers are compared with values that the start has: then one state alone
    is without error.
    """
    problem = packing.problem
    if problem.compared() != tuple(range(len(problem.inputs))):
        return None
    wanted = problem.rows()[0].outputs
    lines = []
    for field, value in zip(packing.fields, wanted, strict=True):
        if field.tokens is None or value not in field.tokens:
            return None
    for step in packing.steps:
        moved = _moved(problem, step)
        if moved is None or sorted(moved) != sorted(moved.values()):
            return None
        lines.append(_move_line(packing.fields, {read: wrote for wrote, read in moved.items()}))
    return Packing(problem, packing.steps, packing.fields, _source(lines))


def _fields(
    sizes: list[tuple[Sort, int]], tokens: dict[Sort, tuple[Value, ...]] | None
) -> tuple[Field, ...]:
    found: list[Field] = []
    offset = 0
    for sort, bits in sizes:
        found.append(Field(sort, offset, bits, None if tokens is None else tokens[sort]))
        offset += bits
    return tuple(found)


def _moved(problem: Problem, step: Step) -> dict[int, int] | None:
    """Register written -> register read, where a step only moves values."""
    assert problem.components is not None
    component = problem.components[step.component]
    outputs, guard = component.instantiate(step.parameters)
    names = [v.name for v in component.inputs]
    if guard is not None or any(t.op != "var" for t in outputs):
        return None
    return {
        register: step.reads[names.index(t.indices[0])]
        for register, t in zip(step.writes, outputs, strict=False)
    }


def _move_line(fields: tuple[Field, ...], moved: dict[int, int]) -> list[str]:
    """The word after a step that moves values: fields that go equally far move together."""
    shifts: dict[int, int] = {}
    for register, field in enumerate(fields):
        origin = fields[moved.get(register, register)]
        shift = field.offset - origin.offset
        shifts[shift] = shifts.get(shift, 0) | ((1 << origin.bits) - 1) << origin.offset
    parts = [
        f"(s & U({mask}))" + (f" << U({d})" if d > 0 else f" >> U({-d})" if d else "")
        for d, mask in sorted(shifts.items())
    ]
    return [f"made[k] = {' | '.join(f'({p})' for p in parts)}", "k += 1"]


def _word_lines(fields: tuple[Field, ...], problem: Problem, step: Step, k: int) -> list[str]:
    assert problem.components is not None
    component = problem.components[step.component]
    operands = [
        f"np.int64((s >> U({fields[r].offset})) & U({(1 << fields[r].bits) - 1}))"
        for r in step.reads
    ]
    guard, body, results = instance_lines(k, component, step.parameters, operands)
    kept = (1 << MAX_BITS) - 1
    parts = []
    for register, result in zip(step.writes, results, strict=False):
        field = fields[register]
        kept &= ~(((1 << field.bits) - 1) << field.offset)
        parts.append(f"(U(np.int64({result})) << U({field.offset}))")
    body = [*body, f"made[k] = {' | '.join([f'(s & U({kept}))', *parts])}", "k += 1"]
    if guard is None:
        return body
    return [*guard[0], f"if {guard[1]}:", *(f"    {line}" for line in body)]


_SOURCE = '''"""Written by Sheffer; may be deleted at any time. {digest}"""
import numpy as np
from solvers.compiled.compiling import compiled
from solvers.compiled.scalars import *
from solvers.exact.chains.state_kernels import BLOCK, insert_block

U = np.uint64


@compiled(error_model="numpy")
def successors(s, made, k, flags):
    """Appends the states after s to `made` from k on; the new k."""
{body}
    return k


@compiled(error_model="numpy")
def expand(queue, node, end, parents, table, count, flags):
    """Expands states node .. end-1 of the queue, as far as there is room; (node, count)."""
    made = np.empty(BLOCK * {width}, dtype=np.uint64)
    origin = np.empty(BLOCK * {width}, dtype=np.int32)
    touched = U(0)
    while node < end:
        if count + len(made) > len(queue) or 2 * (count + len(made)) > len(table):
            break
        k = 0
        for other in range(node, min(node + BLOCK, end)):
            first = k
            k = successors(queue[other], made, k, flags)
            for j in range(first, k):
                origin[j] = other
        node = min(node + BLOCK, end)
        count, seen = insert_block(made, origin, k, table, queue, parents, count)
        touched |= seen
    return node, count, touched
'''


def _source(lines: list[list[str]]) -> str:
    text = Path(state_kernels.__file__).read_bytes()
    body = "\n".join(f"    {line}" for part in lines for line in part)
    digest = hashlib.sha256(text).hexdigest()[:16]
    return _SOURCE.format(body=body, width=len(lines), digest=digest)
