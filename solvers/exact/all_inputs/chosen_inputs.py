"""Inputs to begin an all-input search with, and to try an answer on before it is proved.

Random values first, since one of them tells most wrong values apart; then corners (0, 1, the
greatest, the sign bit), where programs that are nearly right differ. The same problem always gets
the same inputs. An input that the condition fixes, such as a constant of a grammar, has that value.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from solvers.compiled.term_code import compile_terms
from theory.kernel.errors import ProblemError
from theory.kernel.language.proving import Counterexample, prove
from theory.kernel.language.sorts import Sort, Value, default_value
from theory.kernel.language.terms import FALSE, Term
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Relation, Specification

FIRST = 8
_TRIES = 40  # random inputs for each one that is asked for


def first_inputs(problem: Problem, count: int = FIRST) -> list[tuple[Value, ...]]:
    """Different inputs that meet the condition, up to `count`, and at least one.

    Raises:
        ProblemError: `empty-domain` where Z3 finds no input at all that meets the condition.
    """
    found = list(islice(admitted_inputs(problem, tries=_TRIES * count), count))
    if found:
        return found
    answer = prove(FALSE, [condition_of(problem)])
    if not isinstance(answer, Counterexample):
        message = "no input is known to meet the condition; simplify it"
        raise ProblemError("empty-domain", message, problem.name)
    return [tuple(answer.values.get(v.name, default_value(v.sort)) for v in problem.inputs)]


def admitted_inputs(problem: Problem, *, tries: int) -> Iterator[tuple[Value, ...]]:
    """Different inputs that meet the condition, among so many drawn ones."""
    condition = condition_of(problem)
    fixed = _fixed(condition)
    names = tuple(v.name for v in problem.inputs)
    admits = compile_terms((condition,), names)
    values = problem.components.values if problem.components else None
    draw = random.Random(problem.name)
    seen = set()
    for k in range(tries):
        drawn = tuple(
            fixed[v.name] if v.name in fixed else _value(v.sort, k, j, values, draw)
            for j, v in enumerate(problem.inputs)
        )
        if drawn not in seen and admits(*drawn)[0]:
            seen.add(drawn)
            yield drawn


def condition_of(problem: Problem) -> Term:
    """The condition of an all-input problem."""
    assert isinstance(problem.target, Specification | Relation)
    return problem.target.condition


def _fixed(condition: Term) -> dict[str, Value]:
    """The variables that the condition sets equal to a literal."""
    found: dict[str, Value] = {}
    stack = [condition]
    while stack:
        term = stack.pop()
        if term.op == "and":
            stack.extend(term.args)
        elif term.op == "=" and {a.op for a in term.args} == {"var", "const"}:
            name, value = sorted(term.args, key=lambda a: a.op == "const")
            found[name.indices[0]] = value.indices[0]
    return found


def _value(sort: Sort, k: int, j: int, values: int | None, draw: random.Random) -> Value:
    """The k-th value for the j-th input: every second one after the fourth is a corner."""
    if sort.kind == "Bool":
        return bool(draw.getrandbits(1))
    corner = k >= 4 and (k // 2 + j) % 2 == 0
    if sort.kind == "BitVec":
        width = sort.width
        top = 1 << (width - 1)
        if corner:
            return draw.choice([0, 1, 2, top, top - 1, 2 * top - 1, 2 * top - 2, top + 1]) % (
                2 * top
            )
        word = draw.getrandbits(width)
        shape = draw.randrange(6) if k >= 4 else 0
        if shape == 4:  # a run of ones, or what it leaves
            low = draw.randrange(width)
            word = ((1 << draw.randrange(1, width + 1)) - 1) << low & (2 * top - 1)
        elif shape == 5:
            word = 1 << draw.randrange(width)
        return word
    if sort.kind == "Int" and values is not None:
        return draw.randrange(values)
    if sort.kind in ("Int", "Real"):
        number = draw.choice([0, 1, -1]) if corner else draw.randrange(-60, 61)
        if sort.kind == "Real":
            return Fraction(number, 1 if corner else draw.choice([1, 1, 2, 3, 5]))
        return number
    return default_value(sort)
