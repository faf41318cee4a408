"""Which models fit a set, and on which registers: the trials that a finder makes, in order.

Encodings of counters take their c and d from the constants that occur in the set. For registers
that may be any number of a sort, a trial adds constants 0, 1, -1 and scratch registers in stages.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations

from solvers.completeness.affine import is_affine
from solvers.completeness.trials import Trial
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, Value, coerce
from theory.kernel.language.terms import nodes
from theory.kernel.machines.machine_models import automaton, counters, one_register, tape
from theory.kernel.machines.models import Model
from theory.kernel.machines.string_models import circuit, stacks

MAX_ENCODINGS = 12
MAX_CHOICES = 4  # ways to choose declared registers for the parts of a model


def numbers_in(components: ComponentSet) -> list[Fraction]:
    """The numbers that occur in the set's terms, parameters' ends included, smallest first."""
    found: set[Fraction] = set()
    for c in components.components:
        terms = [*c.outputs, *([c.guard] if c.guard is not None else [])]
        for node in nodes(terms):
            if node.op == "const" and node.sort in (INT, REAL):
                found.add(Fraction(node.indices[0]))
        for p in c.parameters:
            if p.sort in (INT, REAL):
                found |= {Fraction(p.low), Fraction(p.high), Fraction(p.step)}
    return sorted(found, key=lambda n: (abs(n), n))


def linear_codes(components: ComponentSet) -> Iterator[tuple[int, int]]:
    """Pairs c, d for n held as c*n + d: plain first, then from the set's constants."""
    whole = [int(n) for n in numbers_in(components) if n == int(n) and abs(n) < 10**6]
    scales = list(
        dict.fromkeys([1, *(abs(n) for n in whole if n), 2, -1, *(-abs(n) for n in whole if n)])
    )
    offsets = list(dict.fromkeys([0, *whole, *(-n for n in whole)]))
    pairs = sorted(
        ((c, d) for c in scales for d in offsets),
        key=lambda p: (scales.index(p[0]) + offsets.index(p[1]), offsets.index(p[1])),
    )
    yield from pairs[:MAX_ENCODINGS]


def models(components: ComponentSet, regime: Regime) -> Iterator[Model]:
    """The models whose sorts and control fit, likeliest first."""
    sorts = {r.sort for r in components.registers} | set(components.any_of)
    if regime is Regime.RECURRENT:
        yield from _recurrent_models(components, sorts)
        return
    if regime is not Regime.WHILE or components.cells is not None:
        return
    for sort in sorts:
        tapes = sort.kind == "Array" and sort.parts[0] == INT and sort.parts[1].kind != "Array"
        if tapes and INT in sorts:
            yield tape(sort.parts[1])
    plain, others = [], []
    for sort in (INT, REAL):
        if sort in sorts:
            codes = list(linear_codes(components))
            plain += [counters(n, sort, *codes[0]) for n in (3, 2)]
            others += [counters(n, sort, *code) for code in codes[1:] for n in (3, 2)]
    yield from plain
    if INT in sorts:
        for code, blank in (
            ("half-tape", True), ("binary", False), ("ternary", False), ("ternary", True),
            ("binary", True),
        ):  # fmt: skip
            yield stacks(code, blank)
        yield one_register()
    if REAL in sorts:
        yield stacks("base4", True)
        yield stacks("base4", False)
    yield from others


def _recurrent_models(components: ComponentSet, sorts: set[Sort]) -> Iterator[Model]:
    if components.registers or components.starts is not None:
        return
    if components.cells is not None:
        rule = {1: "rule110", 2: "life"}.get(components.cells.dimension)
        for sort in components.any_of:
            if rule is not None and sort.kind != "Array":
                try:
                    yield automaton(rule, sort, components.cells.offsets)
                except CertificateError:
                    return
        return
    if is_affine(components):
        return
    flags = [s for s in (BOOL, INT, REAL) if s in sorts]
    for code, sort in (("base4", REAL), ("half-tape", INT), ("ternary", INT)):
        if sort in sorts:
            for flag in sorted(flags, key=lambda s: (s != sort, str(s))):
                yield circuit(code, flag)


def trials(components: ComponentSet, regime: Regime) -> Iterator[Trial]:
    """Every trial for the set."""
    for model in models(components, regime):
        if model.regime is Regime.RECURRENT:
            yield from _recurrent_trials(components, model)
        else:
            yield from _while_trials(components, model)


def _recurrent_trials(components: ComponentSet, model: Model) -> Iterator[Trial]:
    if model.cells:
        yield Trial(components, model, (), (), ())
        return
    yield Trial(components, model, (), (), ())
    held = [(s, coerce(s, b)) for s in (INT, REAL, BOOL) if s in components.any_of for b in (0, 1)]
    registers = tuple(Variable(f"c{k}", sort) for k, (sort, _) in enumerate(held))
    constants = tuple((k, value) for k, (_, value) in enumerate(held))
    yield Trial(components, model, registers, (), constants)


def _while_trials(components: ComponentSet, model: Model) -> Iterator[Trial]:
    declared = components.registers
    sorts = [part.sort for part in model.parts]
    spots = [k for k in range(len(declared)) if declared[k].sort in sorts]
    missing = any(s not in components.any_of for s in sorts)
    chosen = 0
    if len(spots) >= len(sorts):
        for parts in permutations(spots, len(sorts)):
            if [declared[k].sort for k in parts] != sorts or list(parts) != _ordered(parts, sorts):
                continue
            for constants in _held(declared, set(parts)):
                yield Trial(components, model, declared, parts, constants)
            chosen += 1
            if chosen == MAX_CHOICES:
                break
    if missing:
        return
    count = len(declared)
    own = tuple(Variable(f"part {p.name}", p.sort) for p in model.parts)
    places = tuple(range(count, count + len(own)))
    held = [(s, b) for s in (INT, REAL) if s in components.any_of for b in (0, 1, -1)]
    for stage in range(3):
        registers = [*declared, *own]
        constants_: list[tuple[int, Value]] = []
        for sort, number in held if stage else []:
            constants_.append((len(registers), coerce(sort, number)))
            registers.append(Variable(f"constant {number} {sort}", sort))
        if stage == 2:
            for sort in components.any_of:
                registers.append(Variable(f"scratch {len(registers)}", sort))
        yield Trial(components, model, tuple(registers), places, tuple(constants_))


def _ordered(parts: tuple[int, ...], sorts: list[Sort]) -> list[int]:
    """The same registers with those of one sort in rising order: parts of a sort are alike."""
    result = list(parts)
    for sort in set(sorts):
        spots = [k for k, s in enumerate(sorts) if s == sort]
        for k, value in zip(spots, sorted(parts[k] for k in spots), strict=True):
            result[k] = value
    return result


def _held(
    registers: tuple[Variable, ...], taken: set[int]
) -> Iterator[tuple[tuple[int, Value], ...]]:
    """No register held constant, then the remaining numbers held at 0, 1, -1 in turn."""
    yield ()
    rest = [k for k, r in enumerate(registers) if k not in taken and r.sort in (INT, REAL)]
    for shift in range(3) if rest else ():
        values = [(0, 1, -1)[(n + shift) % 3] for n in range(len(rest))]
        yield tuple((k, coerce(registers[k].sort, v)) for k, v in zip(rest, values, strict=True))
