"""Where every search is as good as any other, and where not: exhausted on small spaces.

The four claims: on a class of functions that is closed under permutation of the points, and only
there, no search can be told from another; how many such classes there are; that two different
searches are found on every other class; and that the errors of programs form such another class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from fractions import Fraction

from theory.formats.component_files import read_components
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples
from theory.theorems.enumeration import every_sequence, frame_of
from theory.theorems.searches import (
    Function,
    closed,
    counterexample,
    functions,
    same_traces,
    searches,
    subsets,
    trace,
    traces,
)
from theory.theorems.statement import Claim, refute

SIZES = ((3, 2), (2, 3))
"""Numbers of points and values of which every class of functions is tried."""

Class = Collection[Function]


def sharp_form(is_closed: Callable[[Class], bool] = closed) -> str:
    """Closed under permutation exactly if all searches have the same traces, for every class."""
    said = []
    for n, m in SIZES:
        every, count = searches(n, m), 0
        for chosen in subsets(functions(n, m)):
            count += 1
            if is_closed(chosen) != same_traces(every, chosen):
                refute("sharp form", f"(|X|, |Y|) = ({n}, {m}): the class {chosen}")
        said.append(f"({n}, {m}): {count} classes, {len(every)} searches")
    return "every non-empty class for (|X|, |Y|) = " + "; ".join(said)


def closed_classes(n: int, m: int) -> int:
    """How many non-empty classes of functions are closed under permutation."""
    return int(2 ** math.comb(n + m - 1, n)) - 1


def closed_count(count: Callable[[int, int], int] = closed_classes) -> str:
    """The number of closed classes is the closed form."""
    said = []
    for n, m in ((2, 2), *SIZES, (1, 4)):
        found = sum(closed(chosen) for chosen in subsets(functions(n, m)))
        if found != count(n, m):
            refute("closed classes", f"({n}, {m}): {found} classes, not {count(n, m)}")
        said.append(f"{found} for ({n}, {m})")
    return "2^C(|X|+|Y|-1, |X|) - 1 is the number of closed classes: " + ", ".join(said)


def found_where_not_closed(find: Callable[..., object] = counterexample) -> str:
    """On each class that is not closed two searches differ, and the pair is looked at again."""
    said = []
    for n, m in SIZES:
        every, tried = searches(n, m), 0
        for chosen in subsets(functions(n, m)):
            found = find(every, chosen)
            if closed(chosen):
                if found is not None:
                    refute("counterexample", f"one is found on the closed class {chosen}")
                continue
            tried += 1
            if not isinstance(found, tuple):
                refute("counterexample", f"none is found on {chosen}")
            more, less, seen = found
            if traces(more, chosen)[seen] <= traces(less, chosen)[seen]:
                refute("counterexample", f"the searches do not differ on {chosen}")
        said.append(f"{tried} for ({n}, {m})")
    return "two searches that differ found on every class that is not closed: " + ", ".join(said)


PROGRAMS = read_components(
    "(define-fun negate ((x Bool)) Bool (not x)) (define-fun false2 ((x Bool)) Bool false)",
    "programs.smt2",
    "negate-false",
)


def program_problem(target: tuple[bool, bool], length: int = 2) -> Problem:
    """A function of one truth value, to be approximated by negation and the constant false."""
    rows = tuple(Sample((x,), (y,)) for x, y in zip((False, True), target, strict=True))
    one = (Variable("x", BOOL),)
    return Problem("program", PROGRAMS, Wiring.CHAIN, one, one, Samples(rows), length)


def error_functions(length: int) -> list[Function]:
    """For each of the four targets the errors of all programs: a function from these to 0..2."""
    found = []
    for target in functions(2, 2):
        problem = program_problem((bool(target[0]), bool(target[1])), length)
        programs = every_sequence(frame_of(problem), length)
        found.append(tuple(int(problem.error(s)) for s in programs))
    return found


def mean_best(search: object, chosen: Class, evaluations: int) -> Fraction:
    """The mean, over a list of functions, of the least value among the first evaluations."""
    least = (min(trace(search, f)[:evaluations]) for f in chosen)  # type: ignore[arg-type]
    return Fraction(sum(least), len(chosen))


def program_induction(errors: Callable[[int], list[Function]] = error_functions) -> str:
    """The errors of programs are no closed class, and some searches are better than others."""
    chosen = errors(1)
    points = len(chosen[0])
    if closed(chosen):
        refute("program induction", f"the class {chosen} is closed under permutation")
    every = searches(points, 3)
    means = [mean_best(search, chosen, 2) for search in every]
    if min(means) == max(means):
        refute("program induction", f"all searches have mean error {means[0]} after 2 evaluations")
    if counterexample(every, chosen) is None:
        refute("program induction", "means differ, and traces do not")
    return (
        f"{points} programs, 4 targets, {len(every)} searches: mean least error after 2 "
        f"evaluations from {min(means)} to {max(means)}"
    )


def repeated_behaviour(errors: Callable[[int], list[Function]] = error_functions) -> str:
    """Programs that compute the same have the same error for all targets: never try both."""
    chosen = errors(2)
    points = range(len(chosen[0]))
    columns = [tuple(f[k] for f in chosen) for k in points]
    same = [(a, b) for a in points for b in points if a < b and columns[a] == columns[b]]
    if not same:
        refute("same behaviour", "no two programs have the same errors")
    distinct = [columns.index(column) for column in dict.fromkeys(columns)]
    wise = (*distinct, *(k for k in points if k not in distinct))
    a, b = same[0]
    foolish = (a, b, *(k for k in points if k not in (a, b)))
    means = [
        Fraction(sum(min(f[k] for k in order[:2]) for f in chosen), len(chosen))
        for order in (wise, foolish)
    ]
    if means[0] >= means[1]:
        refute("same behaviour", f"means {means[0]} and {means[1]} after 2 evaluations")
    return (
        f"{len(columns)} programs with {len(distinct)} behaviours: mean least error after 2 "
        f"evaluations {means[0]} without repeated behaviour, {means[1]} with"
    )


CLAIMS = (
    Claim("sharp form", sharp_form),
    Claim("closed classes", closed_count),
    Claim("counterexample", found_where_not_closed),
    Claim("program induction", program_induction),
    Claim("same behaviour", repeated_behaviour),
)
