"""What exhaustive enumeration gives, and what it does not: the claims of the exact procedure.

Each is tested on all 27 functions of three values (`theory.theorems.small_universe`), and each
limit of the theorem on an instance of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

from theory.catalogue import load
from theory.formats.component_files import read_components
from theory.kernel.checks.reference import recount
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, placements
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, Sample, Samples
from theory.theorems.enumeration import Frame, computed, every_sequence, frame_of, least_errors
from theory.theorems.small_universe import AFFINE, MAPS, every_target, family, target_problem
from theory.theorems.statement import Claim, refute
from theory.theorems.witnesses import NAND, as_component, cases, witness

LENGTH = 3
Enumerate = Callable[[Problem], tuple[Error, ...]]


def reference(problem: Problem) -> tuple[Error, ...]:
    """The frontier of the checker's own enumerator, which merges equal behaviours."""
    return recount(problem, max_nodes=100_000, timeout_s=60.0).least


def equals_enumeration(procedure: Enumerate = reference, names: tuple[str, ...] = ()) -> str:
    """The procedure gives the least error at every length, as trying every sequence does."""
    components = family(names or ("next", "swap", "collapse"))
    compared = 0
    for measure in Measure:
        if measure is Measure.BITS:
            continue
        for target in every_target():
            problem = target_problem(components, target, LENGTH, measure)
            found, expected = procedure(problem), least_errors(problem)
            if found != expected:
                refute("enumeration", f"target {target}, {measure}: {found}, not {expected}")
            compared += 1
    return f"{compared} problems (27 targets, 4 measures), lengths 0 to {LENGTH}: equal frontiers"


def never_better(free: Callable[[Problem], tuple[Error, ...]] = least_errors) -> str:
    """Choosing only the parameters of a fixed sequence is never better, and often worse."""
    worse = compared = 0
    example = ""
    for target in every_target():
        problem = target_problem(AFFINE, target, 2)
        least = free(problem)[2]
        for skeleton in product(("scale", "shift", "square"), repeat=2):
            fixed = min(problem.error(s) for s in with_skeleton(problem, skeleton))
            if fixed < least:
                refute("fixed sequence", f"target {target}: {skeleton} has {fixed} < {least}")
            compared += 1
            if fixed > least:
                worse += 1
                example = example or f"{target} with {' then '.join(skeleton)}: {fixed} > {least}"
    if not worse:
        refute("fixed sequence", "no fixed sequence is strictly worse")
    return f"{compared} fixed sequences, never better, {worse} strictly worse, as {example}"


def with_skeleton(problem: Problem, skeleton: tuple[str, ...]) -> list[Sequence]:
    """The sequences that use these components in this order, with all parameter values."""
    steps = placements(frame_of(problem).components, problem.inputs)
    options = [[s for s in steps if s.component == name] for name in skeleton]
    return [problem.sequence(chosen) for chosen in product(*options)]


def monotone(errors: Callable[[Problem], tuple[Error, ...]] = reference) -> str:
    """F within G: no larger at any length. F within the closure of G: no larger in the limit."""
    subsets = [c for k in range(1, len(MAPS) + 1) for c in combinations(MAPS, k)]
    sets = {names: family(names) for names in subsets}
    least = {
        names: [errors(target_problem(sets[names], target, LENGTH)) for target in every_target()]
        for names in subsets
    }
    closures = {names: closure(sets[names]) for names in subsets}
    infima = {
        names: [min(_distance(f, target) for f in closures[names]) for target in every_target()]
        for names in subsets
    }
    inside = within_closure = 0
    for small, large in product(subsets, repeat=2):
        if set(small) <= set(large):
            inside += 1
            pairs = zip(least[small], least[large], strict=True)
            if any(b > a for one, other in pairs for a, b in zip(one, other, strict=True)):
                refute("monotone", f"{large} is worse than {small} at some length")
        if generators(sets[small]) <= closures[large]:
            within_closure += 1
            if any(b > a for a, b in zip(infima[small], infima[large], strict=True)):
                refute("monotone", f"{large} generates {small} and has a larger infimum")
    return (
        f"{len(subsets)} sets, 27 targets: {inside} pairs F within G at lengths 0 to {LENGTH}, "
        f"{within_closure} pairs F within the closure of G in the limit"
    )


def complete_sets_vanish(names: tuple[str, ...] = tuple(MAPS)) -> str:
    """The infimum is 0 for every target exactly if the closure is all 27 functions."""
    complete = 0
    subsets = [c for k in range(1, len(names) + 1) for c in combinations(names, k)]
    for chosen in subsets:
        made = closure(family(chosen))
        infima = [min(_distance(f, target) for f in made) for target in every_target()]
        if (len(made) == 27) != (max(infima) == 0):
            refute("complete", f"{chosen} has {len(made)} functions and infima up to {max(infima)}")
        complete += len(made) == 27
    if not complete:
        refute("complete", "no set of maps generates all 27")
    return (
        f"{len(subsets)} sets: {complete} generate all 27 maps, and only they have infimum 0 always"
    )


Function = tuple[int, ...]


def generators(components: ComponentSet) -> set[Function]:
    """The functions of the components themselves."""
    return _functions(components, 1)


def closure(components: ComponentSet) -> set[Function]:
    """All functions that chains of any length compute."""
    length, found = 1, _functions(components, 0)
    while (following := _functions(components, length)) != found:
        found, length = following, length + 1
    return found


def _functions(components: ComponentSet, length: int) -> set[Function]:
    x = components.registers
    frame = Frame(components, Wiring.CHAIN, x, x)
    found = computed(frame, length, ((0,), (1,), (2,)))
    return {tuple(int(r[0]) for r in b if r is not None) for b in found}  # type: ignore[arg-type]


def _distance(f: Function, target: Function) -> int:
    return sum(abs(a - b) for a, b in zip(f, target, strict=True))


HALVE = read_components(
    '(set-info :sheffer "(set halve (registers (x) Real))") '
    "(define-fun half ((x Real)) Real (/ x 2.0))",
    "halve.smt2",
)


def infimum_not_attained(components: ComponentSet = HALVE, longest: int = 64) -> str:
    """Halving 1 comes as close to 0 as one likes, and never there."""
    rows = Samples((Sample((Fraction(1),), (Fraction(0),)),))
    x = components.registers
    p = Problem("vanish", components, Wiring.CHAIN, x, x, rows, longest, Measure.ABSOLUTE)
    for length, error in enumerate(reference(p)):
        if error != Fraction(1, 2**length):
            refute("infimum", f"the least error at length {length} is {error}")
    return f"lengths 0 to {longest}: the least error is exactly 2^-length: positive, with infimum 0"


def beaten_at_fixed_length(construct: Callable[..., Problem] = witness) -> str:
    """For every finite set a target that one component of its own reaches in one step."""
    compared = 0
    for components, inputs, length in cases():
        if length != 1:
            continue
        problem = construct(components, 1, inputs)
        if min(problem.error(s) for s in _all(problem)) == 0:
            refute("fixed length", f"{components.name} reaches {problem.name} in one step")
        own = replace(problem, components=as_component(problem))
        if min(own.error(s) for s in _all(own)) != 0:
            refute("fixed length", f"the component made of {problem.name} does not reach it")
        compared += 1
    nand = read_components(NAND, "nand.smt2", "nand")
    both = read_components(
        "(define-fun xor2 ((a Bool) (b Bool)) Bool (xor a b))", "xor.smt2", "xor"
    )
    errors = [min(xor_problem(c).error(s) for s in _all(xor_problem(c))) for c in (nand, both)]
    if errors[0] <= 0 or errors[1] != 0:
        refute("fixed length", f"nand has error {errors[0]}, xor alone {errors[1]}")
    return (
        f"{compared} sets have a positive error at length 1 on a target that {{f}} itself reaches; "
        f"nand, functionally complete: least error {errors[0]} against exclusive or, {{xor}}: 0"
    )


def xor_problem(components: ComponentSet) -> Problem:
    """Exclusive or of two inputs, with one component."""
    a, b = components.components[0].inputs
    rows = tuple(Sample((x, y), (x != y,)) for x in (False, True) for y in (False, True))
    out = (Variable("out", a.sort),)
    return Problem("xor", components, Wiring.DAG, (a, b), out, Samples(rows), 1)


def _all(problem: Problem) -> list[Sequence]:
    return list(every_sequence(frame_of(problem), problem.length))


def complete_but_far(name: str = "even-counters", longest: int = 7) -> str:
    """A set that is Turing complete by n -> 2n never comes nearer to n + 1 than 1."""
    components = load(name)
    registers = components.registers
    rows = tuple(Sample((n, 0, 0), (n + 1,)) for n in (0, 2, 4))
    p = Problem(
        "successor", components, Wiring.CHAIN, registers, registers[:1], Samples(rows), longest,
        Measure.GREATEST,
    )  # fmt: skip
    for length, error in enumerate(reference(p)):
        if error < 1 or math.isinf(error):
            refute("encoding", f"{name} has error {error} against n + 1 at length {length}")
    for component in components.components:
        if component.role.value == "component":
            function = component.function()
            for n in range(-20, 21, 2):
                change = function(n)
                if change is None or int(change[0]) % 2:  # type: ignore[arg-type]
                    refute("encoding", f"{component.name} makes {n} odd")
    return (
        f"{name}, target n + 1 at n = 0, 2, 4: the least greatest error is at least 1 at every "
        f"length up to {longest}; every step keeps evenness, so also beyond"
    )


CLAIMS = (
    Claim("enumeration", equals_enumeration),
    Claim("fixed sequence", never_better),
    Claim("monotone", monotone),
    Claim("complete", complete_sets_vanish),
    Claim("infimum", infimum_not_attained),
    Claim("fixed length", beaten_at_fixed_length),
    Claim("encoding", complete_but_far),
)
