"""Generated kernels for problems whose slots are all Bool: 64 samples in each machine word.

`bit_kernel(problem, decoder)` writes the source of two compiled functions for one problem and keeps
them like every generated module (see `solvers.compiled.generated`). The samples stand in *blocks*
of `WORDS` words; a sequence runs on one block after the other, so that its slots stay in the
nearest cache however many samples there are.

    errors(genomes, places, inputs, wanted, valid, out)      the error of each genome
    differences(genomes, places, inputs, wanted, valid, out) where each genome is wrong, bit by bit

Arrays: genomes (n, width); places (placements, 1 + reads + writes), a chain's instances with the
offsets of their registers; inputs (blocks, inputs, WORDS); wanted (blocks, outputs, WORDS); valid
(blocks, WORDS), ones where there is a sample; out (n,) int64, INFINITE for an infinite error, or
(n, blocks, m + 1, WORDS): a row for each output, or for each slot where the evaluator picks one,
and at last one that tells where the sample blocked.
"""

from __future__ import annotations

from types import ModuleType

from solvers.compiled.array_code import source_lines
from solvers.compiled.generated import MAX_INSTANCES, compiled_module
from solvers.evaluation.decoding import Decoder
from theory.kernel.components.placements import Wiring
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.language.terms import Term, nodes
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

OPERATORS = frozenset({"not", "and", "or", "xor", "=>", "=", "ite"})
"""Operators that act on each bit by itself once lnot, equal and ite do (see `_HEADER`)."""

MANY = (Measure.BITS, Measure.ABSOLUTE, Measure.SQUARED)
"""Measures that count every wrong output of a sample; over Bool they are the same number."""

INFINITE_BLOCK = (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST)
"""Measures by which a blocked sample is infinitely wrong."""

_HEADER = '''"""Written by Sheffer; may be deleted at any time."""
import numpy as np
from numba import njit
from solvers.compiled.compiling import compiled
from solvers.compiled.word_errors import INFINITE, bit_count

U = np.uint64
ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(inline="always")
def lnot(a):
    return a ^ ONES


@njit(inline="always")
def equal(a, b):
    return a ^ b ^ ONES


@njit(inline="always")
def ite(c, a, b):
    return (c & a) | ((c ^ ONES) & b)
'''


def bitwise(problem: Problem, decoder: Decoder) -> bool:
    """Whether a kernel of bits can be made: everything Bool, by operators that act bit by bit."""
    slots = (*problem.inputs, *problem.outputs)
    if any(v.sort.kind != "Bool" for v in slots) or len(decoder.choices) > MAX_INSTANCES:
        return False
    for component, setting in decoder.choices:
        outputs, guard = component.instantiate(setting)
        sorts = [v.sort for v in component.inputs] + [t.sort for t in outputs]
        terms = outputs if guard is None else (*outputs, guard)
        if any(s.kind != "Bool" for s in sorts) or not all(_acts_on_bits(t) for t in nodes(terms)):
            return False
    return True


def _acts_on_bits(node: Term) -> bool:
    known = node.op in ("var", "const") or node.op in OPERATORS
    return known and node.sort.kind == "Bool"


def words_in_block(samples: int) -> int:
    """WORDS: 1, 2 or 4, as few as hold the samples; a vector register holds four."""
    return 1 if samples <= 64 else 2 if samples <= 128 else 4


def bit_kernel(problem: Problem, decoder: Decoder, words: int) -> ModuleType:
    """The compiled module with `errors` and `differences`."""
    return compiled_module(kernel_source(problem, decoder, words))


def kernel_source(problem: Problem, decoder: Decoder, words: int) -> str:
    """The source of the module."""
    guarded = any(component.guard is not None for component, _ in decoder.choices)
    errors = _errors_of_outputs if not decoder.picks_output else _errors_of_best_slot
    header = [
        "",
        '@compiled(error_model="numpy")',
        "def {}(genomes, places, inputs, wanted, valid, out):",
        f"    s = np.zeros({max(1, decoder.slot_count) * words}, dtype=np.uint64)",
        f"    ok = np.zeros({words}, dtype=np.uint64)",
        f"    totals = np.zeros({decoder.slot_count + 1}, dtype=np.int64)",
        "    for g in range(genomes.shape[0]):",
        "        totals[:] = 0",
        "        total = np.int64(0)",
        "        blocked = False",
        "        slots = 0",
        "        for b in range(inputs.shape[0]):",
    ]
    run = _indent(_run(problem, decoder, words, guarded), 3)
    lines = [*[h.format("errors") for h in header], *run, *errors(problem, decoder, words, guarded)]
    more = _differences(problem, decoder, words, guarded)
    lines += ["", *[h.format("differences") for h in header], *run, *more]
    return _HEADER + "\n".join(lines) + "\n"


def _run(problem: Problem, decoder: Decoder, words: int, guarded: bool) -> list[str]:
    """One sequence on block b: fills s[slot * words + w], ok[w] and `slots`."""
    m = len(problem.inputs)
    lines = [f"s[{i * words + w}] = inputs[b, {i}, {w}]" for i in range(m) for w in range(words)]
    if guarded:
        lines += [f"ok[{w}] = ONES" for w in range(words)]
    lines.append(f"slots = {m}")
    chain = decoder.chain
    stride = 1 + decoder.arity
    lines.append(f"for k in range({problem.length}):")
    if chain:
        step = ["p = genomes[g, k]", "if p < 0:", "    continue"]
        step += ["instance = places[p, 0]"] if len(decoder.choices) > 1 else []
    else:
        step = [f"instance = genomes[g, k * {stride}]", "if instance < 0:", "    continue"]
    for number, (component, _) in enumerate(decoder.choices):
        body = []
        arity = len(component.inputs)
        made = len(component.output_sorts if problem.wiring is Wiring.DAG else component.written)
        if not chain and arity and not m:
            body += ["if slots == 0:", "    continue"]
        for i in range(arity):
            gene = f"np.uint32(genomes[g, k * {stride} + {i + 1}] % slots) * np.uint32({words})"
            body.append(f"r{i} = places[p, {1 + i}]" if chain else f"r{i} = {gene}")
        for i in range(made):
            place = f"np.uint32((slots + {i}) * {words})"
            body.append(
                f"o{i} = places[p, {1 + decoder.arity + i}]" if chain else f"o{i} = {place}"
            )
        body += _apply(decoder, number, made, words)
        if not chain:
            body.append(f"slots += {made}")
        if len(decoder.choices) > 1:
            word = "if" if number == 0 else "elif"
            step += [f"{word} instance == {number}:", *_indent(body, 1)]
        else:
            step += body
    return [*lines, *_indent(step, 1)]


def _apply(decoder: Decoder, number: int, made: int, words: int) -> list[str]:
    """One instance: all words are read before any is written, so they can share a register."""
    component, setting = decoder.choices[number]
    outputs, guard = component.instantiate(setting)
    read, compute, write = [], [], []
    for w in range(words):
        names = {v.name: f"x{i}_{w}" for i, v in enumerate(component.inputs)}
        read += [f"x{i}_{w} = s[r{i} + np.uint32({w})]" for i in range(len(component.inputs))]
        body, results = source_lines(outputs[:made], names, _literal, f"t{w}_")
        compute += body
        if guard is not None:
            body, (holds,) = source_lines((guard,), names, _literal, f"g{w}_")
            compute += [*body, f"ok[{w}] &= {holds}"]
        write += [f"s[o{i} + np.uint32({w})] = {result}" for i, result in enumerate(results)]
    return [*read, *compute, *write]


def _literal(sort: Sort, value: Value) -> str:
    return "ONES" if value else "U(0)"


def _wrong(problem: Problem, words: int, slot: list[str], guarded: bool) -> list[str]:
    """Adds the errors of block b, whose outputs stand at the offsets `slot`, to `total`."""
    lines = []
    for w in range(words):
        bad = [f"(s[{place} + {w}] ^ wanted[b, {i}, {w}])" for i, place in enumerate(slot)]
        out = f" | (ok[{w}] ^ ONES)" if guarded else ""
        if problem.measure in MANY:
            lines += [f"total += bit_count(({one}{out}) & valid[b, {w}])" for one in bad]
        else:
            lines.append(f"total += bit_count(({' | '.join(bad)}{out}) & valid[b, {w}])")
        if guarded:
            lines.append(f"blocked |= ((ok[{w}] ^ ONES) & valid[b, {w}]) != U(0)")
    return lines


def _finish(problem: Problem, guarded: bool) -> list[str]:
    """`total` made the error of genome g."""
    lines = []
    if problem.measure is Measure.GREATEST:
        lines += ["total = min(total, np.int64(1))"]
    if guarded and problem.measure in INFINITE_BLOCK:
        lines += ["if blocked:", "    total = INFINITE"]
    return [*lines, "out[g] = total"]


def _nothing(problem: Problem) -> str:
    """The error of a genome without a slot to read: that of blocking everywhere."""
    if problem.measure in INFINITE_BLOCK:
        return "INFINITE"
    return str(len(problem.rows()) * (len(problem.outputs) if problem.measure in MANY else 1))


def _output_slots(problem: Problem, decoder: Decoder, words: int) -> tuple[list[str], list[str]]:
    """The offsets of the outputs, and lines that compute them."""
    if decoder.chain:
        return [str(r * words) for r in problem.compared()], []
    first = (1 + decoder.arity) * problem.length
    names = [f"q{i}" for i in range(len(problem.outputs))]
    return names, [
        f"{q} = (genomes[g, {first + i}] % slots) * {words}" for i, q in enumerate(names)
    ]


def _errors_of_outputs(problem: Problem, decoder: Decoder, words: int, guarded: bool) -> list[str]:
    slot, lines = _output_slots(problem, decoder, words)
    add = [*lines, *_wrong(problem, words, slot, guarded)]
    if decoder.chain or problem.inputs:
        return [*_indent(add, 3), *_indent(_finish(problem, guarded), 2)]
    return [
        *_indent(["if slots == 0:", "    continue", *add], 3),
        *_indent(["if slots == 0:", f"    out[g] = {_nothing(problem)}", "    continue"], 2),
        *_indent(_finish(problem, guarded), 2),
    ]


def _errors_of_best_slot(
    problem: Problem, decoder: Decoder, words: int, guarded: bool
) -> list[str]:
    add = ["total = totals[slot]", *_wrong(problem, words, [f"slot * {words}"], guarded)]
    return [
        *_indent(["for slot in range(slots):", *_indent([*add, "totals[slot] = total"], 1)], 3),
        *_indent(
            [
                "if slots == 0:",
                f"    out[g] = {_nothing(problem)}",
                "    continue",
                "total = totals[:slots].min()",
                *_finish(problem, guarded),
            ],
            2,
        ),
    ]


def _differences(problem: Problem, decoder: Decoder, words: int, guarded: bool) -> list[str]:
    blocked = [f"ok[{w}] ^ ONES" if guarded else "U(0)" for w in range(words)]
    if decoder.picks_output:
        lines = [f"for slot in range({decoder.slot_count}):"]
        for w in range(words):
            one = f"s[slot * {words} + {w}] ^ wanted[b, 0, {w}]"
            lines.append(f"    out[g, b, slot, {w}] = {one} if slot < slots else ONES")
        last = f"out[g, b, {decoder.slot_count}, {{}}] = {{}} if slots > 0 else ONES"
        lines += [last.format(w, blocked[w]) for w in range(words)]
        return _indent(lines, 3)
    slot, lines = _output_slots(problem, decoder, words)
    if not decoder.chain and not problem.inputs:
        lines = ["if slots == 0:", "    out[g, b] = ONES", "    continue", *lines]
    for i, place in enumerate([*slot, ""]):
        for w in range(words):
            one = f"s[{place} + {w}] ^ wanted[b, {i}, {w}]" if place else blocked[w]
            lines.append(f"out[g, b, {i}, {w}] = {one}")
    return _indent(lines, 3)


def _indent(lines: list[str], depth: int) -> list[str]:
    return [f"{'    ' * depth}{line}" for line in lines]
