"""Targets that no sequence of a given length reaches, constructed by counting.

    witness            a problem whose error is positive for every sequence of at most so many steps
    as_component       the target itself as a component set: it reaches it in one step
    points_needed      how many points suffice for it, from the number of sequences alone
    sequence_count     the number of sequences, as a bound

The target is built point by point. At each point it takes a value that the fewest of the remaining
behaviours take, so at most the q-th part of them remains, where q values are possible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice

from theory.formats.component_files import read_components
from theory.formats.problem_files import default_wiring
from theory.formats.sequence_text import one_line
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Sort, bitvec
from theory.kernel.language.terms import apply, conjunction, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples
from theory.theorems.enumeration import (
    Behaviour,
    Frame,
    Row,
    computed,
    every_sequence,
    points,
)
from theory.theorems.statement import Claim, refute

MAX_POINTS = 4096


def witness(
    components: ComponentSet,
    length: int,
    inputs: tuple[Variable, ...] = (),
    outputs: tuple[Sort, ...] = (),
    *,
    measure: Measure = Measure.WRONG,
    max_points: int = MAX_POINTS,
) -> Problem:
    """A target that no sequence of at most `length` components reaches: its samples.

    Args:
        components: any component set with finitely many placements.
        length: any length.
        inputs: registers or inputs; default: the set's own registers.
        outputs: dag only: the sorts of the outputs; default: that of the first input. A chain is
            compared in all its registers.
        measure: any measure that is zero only where the outputs are the wanted ones.
        max_points: how many points are tried before it gives up.

    Raises:
        ProblemError: `all-reached` where the domain is finite and every function on it is
            computed within this length; `too-many-points`.
    """
    given = inputs or components.registers
    if not given:
        message = "the set declares no registers; name the inputs"
        raise ProblemError("no-inputs", message, components.name)
    wiring = default_wiring(components)
    sorts = outputs or (given[0].sort,)
    named = tuple(Variable(f"out{k}", s) for k, s in enumerate(sorts))
    frame = Frame(components, wiring, given, given if wiring is Wiring.CHAIN else named)
    tried = 1
    while True:
        domain = points(tuple(v.sort for v in given), components.values)
        on = tuple(islice(domain, tried))
        target = unreached(computed(frame, length, on), frame)
        if target is not None:
            rows = tuple(Sample(x, y) for x, y in zip(on, target, strict=False))
            name = f"unreached-{components.name}-{length}"
            return Problem(
                name, components, wiring, given, frame.outputs, Samples(rows), length, measure
            )
        if len(on) < tried:
            message = f"every function on these {len(on)} inputs is computed within {length} steps"
            raise ProblemError("all-reached", message, components.name)
        if tried >= max_points:
            message = f"{tried} points do not suffice; raise max_points"
            raise ProblemError("too-many-points", message, components.name)
        tried = min(2 * tried, max_points)


def unreached(behaviours: set[Behaviour], frame: Frame) -> tuple[Row, ...] | None:
    """Wanted outputs at the first points from which every behaviour differs; None if they end."""
    sorts = tuple(v.sort for v in frame.outputs)
    remaining = [b for b in behaviours if None not in b]
    width = len(next(iter(behaviours)))
    target: list[Row] = []
    for k in range(width):
        taken = Counter(b[k] for b in remaining)
        offered = islice(points(sorts, frame.components.values), len(taken) + 1)
        rarest = min(offered, key=lambda row: taken[row])
        target.append(rarest)
        remaining = [b for b in remaining if b[k] == rarest]
        if not remaining:
            return tuple(target)
    return None


def as_component(problem: Problem) -> ComponentSet:
    """The set whose only component is the target itself: the samples as a table, else the first.

    In a chain it reads and writes all registers.
    """
    rows = problem.rows()
    names = tuple(Variable(f"x{k}", v.sort) for k, v in enumerate(problem.inputs))
    outputs = []
    for j, sort in enumerate(v.sort for v in problem.outputs):
        term = const(rows[0].outputs[j], sort)
        for row in rows[1:]:
            pairs = zip(names, row.inputs, strict=True)
            here = conjunction(apply("=", var(v.name, v.sort), const(x, v.sort)) for v, x in pairs)
            term = apply("ite", here, const(row.outputs[j], sort), term)
        outputs.append(term)
    places = (tuple(range(len(names))),) if problem.wiring is Wiring.CHAIN else None
    target = Component("target", names, tuple(outputs), placements=places)
    chained = problem.wiring is Wiring.CHAIN
    values = problem.components.values if problem.components else None
    return ComponentSet("target", (target,), problem.inputs if chained else (), values=values)


def sequence_count(frame: Frame, length: int) -> int:
    """A bound on the number of sequences of at most `length` steps, outputs included."""
    if frame.wiring is Wiring.CHAIN:
        choices = len(placements(frame.components, frame.inputs))
        return sum(choices**k for k in range(length + 1))
    count, total = 1, 0
    slots = len(frame.inputs)
    made = max((len(c.outputs) for c in frame.components.components), default=0)
    for k in range(length + 1):
        total += count * slots ** len(frame.outputs)
        if k < length:
            count *= sum(slots ** len(c.inputs) for c, _ in instances(frame.components))
            slots += made
    return total


def points_needed(sequences: int, values: int) -> int:
    """The least m with values ** m > sequences: on m points some function is not computed."""
    needed = 0
    while values**needed <= sequences:
        needed += 1
    return needed


NAND = "(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))"
MODULO_3 = """
(set-info :sheffer "(set modulo-3 (values 3) (registers (x y) Int))")
(define-fun next ((x Int)) Int (mod (+ x 1) 3))
(define-fun add ((x Int) (y Int)) Int (mod (+ x y) 3))
"""
COMPARATORS = """
(set-info :sheffer "(set comparators (registers (a b c) (_ BitVec 1)))")
(define-fun low ((x (_ BitVec 1)) (y (_ BitVec 1))) (_ BitVec 1) (bvand x y))
(define-fun high ((x (_ BitVec 1)) (y (_ BitVec 1))) (_ BitVec 1) (bvor x y))
(set-info :sheffer
  "(component sort2 (inputs x y) (outputs low high) (placements (0 1) (0 2) (1 2)))")
"""


def cases() -> list[tuple[ComponentSet, tuple[Variable, ...], int]]:
    """The component sets, inputs and lengths on which the construction is checked."""
    from theory.catalogue import load

    two = (Variable("a", BOOL), Variable("b", BOOL))
    three = (*two, Variable("c", BOOL))
    nand = read_components(NAND, "nand.smt2", "nand")
    words = (Variable("a", bitvec(8)), Variable("b", bitvec(8)))
    neuron = (Variable("x", INT), Variable("y", INT))
    relu = read_components(
        "(define-fun relu ((x Int)) Int (ite (> x 0) x 0)) "
        "(define-fun sub ((x Int) (y Int)) Int (- x y))",
        "relu.smt2",
        "relu-sub",
    )
    return [
        *((nand, two, k) for k in range(4)),
        *((nand, three, k) for k in range(3)),
        *((read_components(MODULO_3, "modulo-3.smt2"), (), k) for k in range(5)),
        *((read_components(COMPARATORS, "comparators.smt2"), (), k) for k in range(5)),
        *((relu, neuron, k) for k in range(3)),
        *((load("three-counters"), (), k) for k in range(4)),
        *((load("words-8-bit"), words, k) for k in range(4)),
        *((load("array-tape"), (), k) for k in range(4)),
    ]


Construct = Callable[[ComponentSet, int, tuple[Variable, ...]], Problem]


def unreached_by_all(construct: Construct = witness) -> str:
    """Every sequence of the length is evaluated on the constructed target: no error is zero."""
    evaluated, most = 0, 0
    made = cases()
    for components, inputs, length in made:
        problem = construct(components, length, inputs)
        frame = Frame(components, problem.wiring, problem.inputs, problem.outputs)
        for sequence in every_sequence(frame, length):
            evaluated += 1
            if problem.error(sequence) == 0:
                refute("witness", f"{problem.name} is reached by {one_line(sequence)}")
        most = max(most, len(problem.rows()))
    names = len({components.name for components, _, _ in made})
    return (
        f"{len(made)} targets for {names} component sets, lengths 0 to 4: each of {evaluated:,} "
        f"sequences has a positive error; at most {most} points were needed"
    )


def enough_points(needed: Callable[[int, int], int] = points_needed) -> str:
    """The number of points that counting alone gives is enough, and the target needs no more."""
    compared = 0
    for components, inputs, length in cases():
        problem = witness(components, length, inputs)
        frame = Frame(components, problem.wiring, problem.inputs, problem.outputs)
        written = len(list(every_sequence(frame, length)))
        bound = sequence_count(frame, length)
        if written > bound:
            refute("counting", f"{components.name}, length {length}: {written} > {bound} sequences")
        if len(problem.rows()) > needed(bound, 2):
            used, enough = len(problem.rows()), needed(bound, 2)
            refute("counting", f"{problem.name} has {used} points, {enough} should do")
        compared += 1
    return f"{compared} targets, none with more points than the least m with 2^m > sequences"


CLAIMS = (
    Claim("witness", unreached_by_all),
    Claim("counting", enough_points),
)
