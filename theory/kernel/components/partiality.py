"""Components that may not be defined everywhere: division by zero and leaving the domain.

SMT-LIB leaves x / 0 free, so a term means something only where no divisor it needs is zero.
`definedness(t)` is the exact condition, as a term: both branches of an `ite` are only needed where
they are chosen, and a later part of `and`, `or`, `=>` only where the earlier parts leave it open.
`check_defined` proves the condition inside a component's guard, or refuses the component.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from theory.kernel.errors import ComponentError
from theory.kernel.language.proving import Answer, Counterexample, Proof, Unknown, prove
from theory.kernel.language.sorts import (
    INT,
    REAL,
    Value,
    coerce,
    default_value,
    is_finite,
    plain_value,
    size,
)
from theory.kernel.language.terms import (
    TRUE,
    Term,
    apply,
    compile_terms,
    conjunction,
    const,
    nodes,
    var,
)

if TYPE_CHECKING:
    from theory.kernel.components.component_sets import Component

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
            if p.sort == REAL or p.step != 1:
                options = [apply("=", variable, const(v, p.sort)) for v in p.values()]
                bounds.append(options[0] if len(options) == 1 else apply("or", *options))
    if values is not None:
        bounds += [
            within(var(v.name, INT), 0, values - 1) for v in component.inputs if v.sort == INT
        ]
    return bounds


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
    for goal, assumptions, reason in goals:
        answer: Answer = Proof()
        if goal != TRUE:
            inputs = list(_all_inputs(component, values))
            if inputs:
                answer = _try_all(goal, assumptions, inputs)
            else:
                answer = prove(goal, assumptions, timeout_s=TIMEOUT_S)
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


def _all_inputs(component: Component, values: int | None) -> Iterator[dict[str, Value]]:
    """Every input and parameter setting, if there are finitely and not too many; else nothing."""
    options: list[list[Value]] = []
    count = 1
    for v in component.inputs:
        finite = is_finite(v.sort) and v.sort.kind != "Array"
        if not finite and (v.sort != INT or values is None):
            return
        number = values if v.sort == INT and values is not None else size(v.sort)
        count *= number
        if count > MAX_EXHAUSTIVE:
            return
        domain = range(number)
        options.append([bool(k) for k in domain] if v.sort.kind == "Bool" else list(domain))
    for p in component.parameters:
        count *= p.size
        if count > MAX_EXHAUSTIVE:
            return
        options.append(list(p.values()))
    names = [v.name for v in component.inputs] + [p.name for p in component.parameters]
    for choice in product(*options):
        yield dict(zip(names, choice, strict=True))


def _try_all(goal: Term, assumptions: list[Term], inputs: list[dict[str, Value]]) -> Answer:
    names = tuple(inputs[0])
    check = compile_terms((conjunction(assumptions), goal), names)
    for values in inputs:
        assumed, holds = check(*values.values())
        if assumed and not holds:
            return Counterexample(values)
    return Proof()
