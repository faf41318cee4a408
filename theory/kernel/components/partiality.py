"""Components that may not be defined everywhere: division by zero and leaving the domain.

SMT-LIB leaves x / 0 free, so a term means something only where no divisor it needs is zero.
`definedness(t)` is the exact condition, as a term: both branches of an `ite` are only needed where
they are chosen, and a later part of `and`, `or`, `=>` only where the earlier parts leave it open.
`check_defined` proves the condition inside a component's guard, or refuses the component.
"""

from __future__ import annotations

from itertools import product
from math import prod

from theory.kernel.components.component import Component
from theory.kernel.errors import ComponentError
from theory.kernel.language.proving import Answer, Counterexample, Proof, Unknown, prove
from theory.kernel.language.sorts import (
    INT,
    REAL,
    Sort,
    Value,
    coerce,
    default_value,
    plain_value,
    size,
)
from theory.kernel.language.terms import (
    TRUE,
    Term,
    apply,
    conjunction,
    const,
    evaluator,
    nodes,
    var,
)

TIMEOUT_S = 10.0
MAX_EXHAUSTIVE = 20_000  # up to so many inputs are tried one by one, without Z3


def definedness(term: Term) -> Term:
    """Where the term's value does not depend on a division by zero."""
    made: dict[Term, Term] = {}
    for node in nodes([term]):
        parts = [made[arg] for arg in node.args]
        if all(part == TRUE for part in parts) and not _divides(node):
            made[node] = TRUE
        elif node.op == "ite":
            chosen = apply("ite", node.args[0], parts[1], parts[2])
            made[node] = conjunction([parts[0], parts[1] if parts[1] == parts[2] else chosen])
        elif node.op in ("and", "or", "=>"):
            made[node] = _lazily(node, parts)
        elif _divides(node):
            zero = const(default_value(node.args[1].sort), node.args[1].sort)
            made[node] = conjunction([*parts, apply("not", apply("=", node.args[1], zero))])
        else:
            made[node] = conjunction(dict.fromkeys(parts))
    return made[term]


def _divides(node: Term) -> bool:
    if node.op not in ("/", "div", "mod"):
        return False
    divisor = node.args[1]
    return not (divisor.op == "const" and divisor.indices[0] != 0)


def _lazily(node: Term, parts: list[Term]) -> Term:
    """`and`: a part is needed where all before it are true; `or`: false; `=>`: the first true."""
    needed = parts[-1]
    for arg, part in zip(reversed(node.args[:-1]), reversed(parts[:-1]), strict=True):
        if needed != TRUE:
            skipped = arg if node.op == "or" else apply("not", arg)
            needed = apply("or", skipped, needed)
        needed = conjunction([part, needed])
    return needed


def ranges(component: Component, values: int | None) -> list[Term]:
    """What may be assumed of the inputs and parameters: their declared finite ranges."""
    bounds: list[Term] = []
    for p in component.parameters:
        if p.sort in (INT, REAL):
            variable = var(p.name, p.sort)
            bounds.append(within(variable, p.low, p.high))
            low, step = (const(coerce(p.sort, k), p.sort) for k in (p.low, p.step))
            above = apply("-", variable, low)
            if p.sort == REAL:
                bounds.append(apply("is_int", apply("/", above, step)))
            elif p.step != 1:
                bounds.append(apply("=", apply("mod", above, step), const(0, INT)))
    if values is not None:
        bounds += [
            within(var(v.name, INT), 0, values - 1) for v in component.inputs if v.sort == INT
        ]
    return bounds


def domain_size(sort: Sort, values: int | None) -> int | None:
    """How many values a register of the sort can have where Int has `values`; None for infinitely
    many, and for arrays, which are never listed."""
    if sort == INT:
        return values
    return size(sort) if sort.kind in ("Bool", "BitVec") else None


def domain(sort: Sort, values: int | None) -> list[Value]:
    """The values of a sort that has finitely many (`domain_size`), in order."""
    count = domain_size(sort, values) or 0
    return [False, True] if sort.kind == "Bool" else list(range(count))


def within(term: Term, low: object, high: object) -> Term:
    """low <= term <= high."""
    ends = [const(coerce(term.sort, end), term.sort) for end in (low, high)]
    return apply("and", apply("<=", ends[0], term), apply("<=", term, ends[1]))


def check_defined(component: Component, values: int | None, where: str = "") -> None:
    """Proves that inside its guard the component divides by no zero and stays in its domain.

    Raises:
        ComponentError: `zero-divisor` or `leaves-domain`, with concrete input values;
            `not-proved` where Z3 finds neither a proof nor a counterexample in time.
    """
    place = f"{where}: component {component.name}" if where else f"component {component.name}"
    known = ranges(component, values)
    guard = TRUE if component.guard is None else component.guard
    goals = [(definedness(guard), known, "zero-divisor")]
    inside = [*known, guard] if guard != TRUE else known
    for output in component.outputs:
        goals.append((definedness(output), inside, "zero-divisor"))
        if values is not None and output.sort == INT:
            goals.append((within(output, 0, values - 1), inside, "leaves-domain"))
    listed = _all_inputs(component, values)
    for goal, assumptions, reason in goals:
        if goal == TRUE:
            continue
        if listed is None:
            answer = prove(goal, assumptions, timeout_s=TIMEOUT_S)
        else:
            answer = _try_all(goal, assumptions, listed)
        if isinstance(answer, Counterexample):
            values_at = ", ".join(f"{k} = {plain_value(v)}" for k, v in answer.values.items())
            example = values_at or "every input"
            message = f"leaves the values 0..{(values or 0) - 1} at {example}"
            if reason == "zero-divisor":
                message = f"divides by zero at {example}; give it a guard that excludes this"
            raise ComponentError(reason, message, place)
        if isinstance(answer, Unknown):
            claim = "no divisor is zero" if reason == "zero-divisor" else "it keeps to its values"
            message = f"could not prove that {claim} ({answer.reason}); simplify term or guard"
            raise ComponentError("not-proved", message, place)


def _all_inputs(component: Component, values: int | None) -> list[dict[str, Value]] | None:
    """Every input at every parameter setting; None where they are infinitely or too many."""
    sizes = [domain_size(v.sort, values) for v in component.inputs]
    counts = [count for count in sizes if count is not None]
    if len(counts) < len(sizes):
        return None
    if prod(counts) * prod(p.size for p in component.parameters) > MAX_EXHAUSTIVE:
        return None
    options = [domain(v.sort, values) for v in component.inputs]
    options += [list(p.values()) for p in component.parameters]
    names = [v.name for v in component.inputs] + [p.name for p in component.parameters]
    return [dict(zip(names, choice, strict=True)) for choice in product(*options)]


def _try_all(goal: Term, assumptions: list[Term], inputs: list[dict[str, Value]]) -> Answer:
    check = evaluator((conjunction(assumptions), goal), tuple(inputs[0]))
    for values in inputs:
        assumed, holds = check(*values.values())
        if assumed and not holds:
            return Counterexample(values)
    return Proof()
