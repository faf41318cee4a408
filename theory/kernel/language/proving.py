"""Proofs by Z3, from SMT-LIB text: the only module of the kernel that loads z3.

- `prove`: is a formula true for every value of its variables? The answer is `Proof`,
  `Counterexample` (checked again by exact evaluation) or `Unknown`, never a guess: a time-out is
  unknown, and so is a counterexample that is not rational.
- `smt_script`: the question as text; the same text goes to any other solver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from theory.kernel.deadline import seconds_left
from theory.kernel.errors import ComponentError
from theory.kernel.language.sexpr import parse
from theory.kernel.language.smtlib import Definitions, read_term
from theory.kernel.language.sorts import Sort, Value, default_value
from theory.kernel.language.terms import (
    Term,
    apply,
    conjunction,
    evaluate,
    nodes,
    smt_text,
    substitute,
    symbol_text,
    var,
    variables,
)

TIMEOUT_S = 10.0
MAX_DEGREE = 256


@dataclass(frozen=True, slots=True)
class Proof:
    """The formula holds for all values of its variables (Z3: the negation is unsatisfiable)."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Values of the variables for which the formula is false, confirmed by evaluation."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither a proof nor a counterexample was found; the reason is Z3's or ours."""

    reason: str


Answer: TypeAlias = Proof | Counterexample | Unknown

_SAFE = re.compile(r"[A-Za-z][0-9]*|.* .*")  # no solver knows such a symbol already


def safe_name(name: str) -> str:
    """The name by which solvers know a variable: one they have no meaning for."""
    return name if _SAFE.fullmatch(name) else f"{name}.0"


def smt_script(goal: Term, assumptions: Iterable[Term] = ()) -> str:
    """Declarations and assertions that have no model exactly if the goal follows."""
    terms = [*assumptions, apply("not", goal)]
    found = variables(terms)
    renamed = substitute(terms, {n: var(safe_name(n), sort) for n, sort in found.items()})
    lines = [f"(declare-const {symbol_text(safe_name(n))} {s})" for n, s in found.items()]
    lines += [f"(assert {smt_text(term)})" for term in renamed]
    return "\n".join(lines) + "\n"


def prove(goal: Term, assumptions: Iterable[Term] = (), *, timeout_s: float = TIMEOUT_S) -> Answer:
    """Whether `goal` holds wherever the assumptions do, for all values of the variables.

    Raises:
        OutOfLimitsError: at the deadline.
    """
    import z3

    hypotheses = list(assumptions)
    if degree([*hypotheses, goal]) > MAX_DEGREE:
        return Unknown(f"a product of more than {MAX_DEGREE} factors is not put to z3")
    solver = z3.Solver()
    solver.set("timeout", max(1, int(seconds_left(timeout_s) * 1000)))
    solver.from_string(smt_script(goal, hypotheses))
    result = solver.check()
    if result == z3.unsat:
        return Proof()
    if result == z3.unknown:
        return Unknown(f"z3: {solver.reason_unknown()}")
    model = solver.model()
    constants = {d.name(): model.eval(d()) for d in model if d.arity() == 0}
    values: dict[str, Value] = {}
    for name, sort in variables([*hypotheses, goal]).items():
        found = constants.get(safe_name(name))
        value = None if found is None else _value(found.sexpr(), sort)
        if value is None and found is not None:
            return Unknown(f"the counterexample's {name} = {found} is not a rational value")
        values[name] = default_value(sort) if value is None else value
    return confirm(goal, hypotheses, values)


def degree(terms: Iterable[Term]) -> int:
    """The greatest number of variables multiplied with each other, among Int and Real.

    Z3 writes powers out before it looks at its clock: x squared forty times never ends.
    """
    found: dict[Term, int] = {}
    for node in nodes(terms):
        parts = [found[arg] for arg in node.args]
        product = node.op == "*"
        found[node] = sum(parts) if product else max(parts, default=int(node.op == "var"))
    return max(found.values(), default=0)


def confirm(goal: Term, hypotheses: list[Term], values: Mapping[str, Value]) -> Answer:
    """A claimed counterexample after exact evaluation; `Unknown` when it does not hold up.

    Z3 may choose any value for a division by zero, so that its counterexample need not be one of
    ours; such an answer says nothing.
    """
    if evaluate(conjunction(hypotheses), values) is True and evaluate(goal, values) is False:
        return Counterexample(values)
    return Unknown("the counterexample depends on a division by zero")


def _value(text: str, sort: Sort) -> Value | None:
    """The value of a sort that z3 prints; None for what is no literal, such as a root of 2."""
    try:
        (node,) = parse(text, "model")
        term = read_term(node, {}, Definitions("model"))
    except (ComponentError, ValueError):
        return None
    return term.indices[0] if term.op == "const" and term.sort == sort else None
