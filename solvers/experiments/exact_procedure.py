"""The engines against trying every sequence, on all targets of small component sets."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

from solvers.completeness.verdict import Answer, verdict
from solvers.exact import Frontier, solve
from solvers.experiments.drawing import panels
from solvers.reports.plots import COLOURS
from theory.catalogue import load
from theory.formats.component_files import read_components
from theory.kernel.components.placements import Wiring
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples
from theory.theorems import Claim, refute
from theory.theorems.enumeration import every_sequence, frame_of, least_errors
from theory.theorems.exhaustive_search import HALVE, complete_but_far
from theory.theorems.small_universe import every_target, family, target_problem
from theory.theorems.witnesses import NAND

Solve = Callable[[Problem], Frontier]


def boolean_problem(target: tuple[bool, ...], length: int) -> Problem:
    """A function of two truth values, as a dag of nand gates."""
    points = list(product((False, True), repeat=2))
    rows = tuple(Sample(x, (y,)) for x, y in zip(points, target, strict=True))
    inputs = (Variable("a", BOOL), Variable("b", BOOL))
    nand = read_components(NAND, "nand.smt2", "nand")
    out = (Variable("out", BOOL),)
    return Problem("boolean", nand, Wiring.DAG, inputs, out, Samples(rows), length)


def chains_agree(engine: Solve = solve) -> str:
    """The chain engine on all functions of three values."""
    components, compared = family(("next", "swap", "collapse")), 0
    for measure in (Measure.WRONG, Measure.ABSOLUTE):
        for target in every_target():
            problem = target_problem(components, target, 4, measure)
            _compare(problem, least_errors(problem), engine)
            compared += 1
    return f"{compared} problems (27 targets, 2 measures), lengths 0 to 4: equal frontiers"


def dags_agree(engine: Solve = solve) -> str:
    """The dag engine on all functions of two truth values."""
    first = boolean_problem((False,) * 4, 3)
    tables: list[set[tuple[object, ...]]] = [set() for _ in range(4)]
    for sequence in every_sequence(frame_of(first), 3):
        results = (sequence.evaluate(row.inputs) for row in first.rows())
        tables[len(sequence)].add(tuple(r[0] for r in results if r is not None))
    compared = 0
    for target in product((False, True), repeat=4):
        least = [min(_wrong(target, table) for table in made) for made in tables]
        expected = tuple(min(least[: k + 1]) for k in range(4))
        _compare(boolean_problem(target, 3), expected, engine)
        compared += 1
    return f"{compared} problems (all functions of two inputs), 0 to 3 nand gates: equal frontiers"


def _wrong(target: tuple[bool, ...], table: tuple[object, ...]) -> int:
    return sum(a != b for a, b in zip(target, table, strict=True))


def _compare(problem: Problem, expected: tuple[Error, ...], engine: Solve) -> None:
    frontier = engine(problem)
    if tuple(line.error for line in frontier.lines) != expected:
        refute("engines", f"{problem.target}: {frontier.lines}, not {expected}")
    for line in frontier.lines:
        if line.sequence is None or problem.error(line.sequence) != line.error:
            refute("engines", f"{problem.target}: the sequence of length {line.length} is wrong")


def complete_and_far(name: str = "even-counters") -> str:
    """The set is proved Turing complete, and stays away from n + 1 all the same."""
    answer = verdict(load(name))
    if answer.answer is not Answer.COMPLETE:
        refute("encoding", f"{name} is {answer.answer}: {answer.reason}")
    return f"{name} is complete ({answer.title}); {complete_but_far(name)}"


def draw(path: str | Path) -> None:
    """Least error against length: halving, which has no least element, and an encoded set."""
    x = HALVE.registers
    half = Problem(
        "halving", HALVE, Wiring.CHAIN, x, x,
        Samples((Sample((Fraction(1),), (Fraction(0),)),)), 12, Measure.ABSOLUTE,
    )  # fmt: skip
    even = load("even-counters")
    registers = even.registers
    rows = Samples((Sample((4, 0, 0), (7,)),))
    far = Problem("even", even, Wiring.CHAIN, registers, registers[:1], rows, 5, Measure.ABSOLUTE)
    with panels(2, path) as axes:
        titles = ("The infimum 0 is not attained", "Complete up to an encoding")
        for panel, problem, title in zip(axes, (half, far), titles, strict=True):
            lines = solve(problem).lines
            errors = [float(line.error) for line in lines]
            panel.plot(range(len(errors)), errors, "o-", color=COLOURS[1], lw=1.4, ms=4)
            panel.set_title(title)
            panel.set_xlabel("length (steps)")
            panel.set_ylabel("least error")
        axes[0].set_yscale("log", base=2)
        axes[1].set_ylim(0, 3.3)


CLAIMS = (
    Claim("chain engine", chains_agree),
    Claim("dag engine", dags_agree),
    Claim("encoding", complete_and_far),
)
