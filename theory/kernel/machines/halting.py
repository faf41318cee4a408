"""Limits: what it takes to show that a component set is not Turing complete.

Each route names hypotheses under which halting is decidable for every program of the regime, from
every start state; then K = {(e, w): machine e halts on w} cannot be reduced to it. `demands`
generates the obligations of a route from the set itself, for every placement of every component,
every parameter value and every value of the finite registers.

- decidable-halting: straight-line or loop; or `while` with nothing to branch on.
- finite: no cells; every register finite, or a finite box that holds all starts and is kept.
- vector-addition: the infinite registers are Int; every step adds constants to them under guards
  that are conjunctions of x >= c, and nothing else reads them, neither tests nor finite outputs.
- one-counter: one infinite register, an Int; steps add constants to it or reset it to constants;
  it is read by comparison with constants and modulo constants only.
- one-stack: one infinite register, an Int; steps push a constant digit, pop, or keep it; it is
  read by its top digit and by comparison with constants only.

*Vector addition over Z.* Start states may hold negative integers. Where every step that lowers a
register leaves it at least 0, a register never falls below L = min(0, its start), and y = x - L is
a counter in N whose guards are again of the form y >= c. The program halts from that start exactly
when its halting node is coverable, which is decidable (Karp & Miller 1969).

*Windows.* One counter and one stack may read the register in any way inside |x| <= M, which finite
control can track, and beyond it only modulo P (one counter) or the base (one stack).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from theory.kernel.components.component import Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import domain, domain_size, within
from theory.kernel.components.programs import Regime, outcomes
from theory.kernel.deadline import tick
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, Sort, Value, plain_value
from theory.kernel.language.terms import (
    TRUE,
    Term,
    apply,
    conjunction,
    const,
    substitute,
    var,
    variables,
)
from theory.kernel.machines.obligations import Check, Obligation
from theory.kernel.machines.transitions import (
    COPY,
    Transition,
    is_finite_sort,
    transitions,
    typical_registers,
)

MAX_SPLIT = 64  # values of finite registers that one step is split into
MAX_WINDOW = 1_000_000

ROUTES: dict[str, tuple[tuple[str, ...], str]] = {
    "decidable-halting": ((), "induction on the program; LOOP: Meyer & Ritchie 1967"),
    "finite": (("box",), "pigeonhole"),
    "vector-addition": ((), "Karp & Miller 1969; Rackoff 1978"),
    "one-counter": (("window", "modulus"), "Buechi 1964"),
    "one-stack": (("window", "base"), "Buechi 1964; Bouajjani, Esparza & Maler 1997"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """At least one of the alternatives must be proved."""

    name: str
    alternatives: tuple[Obligation, ...]


def demands(
    components: ComponentSet, regime: Regime, route: str, hints: dict[str, Any]
) -> Iterator[Demand]:
    """The obligations of a route; what needs no proof by z3 is checked here.

    Raises:
        CertificateError: `route` where a hypothesis plainly fails; `bad-hint`.
    """
    if route not in ROUTES:
        message = f"unknown route {route!r}; known: {', '.join(ROUTES)}"
        raise CertificateError("unknown-route", message, "route")
    if set(hints) != set(ROUTES[route][0]):
        message = f"route {route} takes {', '.join(ROUTES[route][0]) or 'no hints'}"
        raise CertificateError("bad-hint", message, "hints")
    if route == "decidable-halting":
        _check_decidable(components, regime)
        return iter(())
    if components.cells is not None:
        raise _refuse("cells are infinitely many registers")
    registers = typical_registers(components)
    if route == "finite":
        return _finite(components, regime, registers, hints["box"])
    if regime is not Regime.WHILE:
        raise _refuse(f"route {route} is about while-programs, not {regime}")
    infinite = [r for r in registers if not is_finite_sort(components, r.sort)]
    if route == "vector-addition":
        return _vector_addition(components, registers, infinite)
    return _one_register(components, registers, infinite, route, hints)


def _refuse(message: str) -> CertificateError:
    return CertificateError("route", message, "route")


def _check_decidable(components: ComponentSet, regime: Regime) -> None:
    if regime is Regime.STRAIGHT_LINE or (regime is Regime.LOOP and components.cells is None):
        return
    branching = [
        c.name
        for c in components.components
        if c.role is not Role.OPERATION and outcomes(components.control, c.name)
    ]
    if regime is not Regime.WHILE or components.cells is not None:
        raise _refuse(f"under {regime} programs may run for ever")
    if branching:
        raise _refuse(f"a while-program may branch on {branching[0]}")


# Finite configurations


def _finite(
    components: ComponentSet, regime: Regime, registers: tuple[Variable, ...], box: Any
) -> Iterator[Demand]:
    infinite = [r for r in registers if not is_finite_sort(components, r.sort)]
    if box is None:
        if infinite:
            raise _refuse(f"register {infinite[0].name} of sort {infinite[0].sort} is infinite")
        return iter(())
    return _box(components, regime, registers, infinite, box)


def _box(
    components: ComponentSet,
    regime: Regime,
    registers: tuple[Variable, ...],
    infinite: list[Variable],
    box: Any,
) -> Iterator[Demand]:
    names = {r.name for r in infinite}
    declared = {r.name for r in components.registers}
    if not isinstance(box, dict) or set(box) != names or not names <= declared:
        message = "a box gives [low, high] for each infinite register, all of them declared"
        raise CertificateError("bad-hint", message, "hints.box")
    inside: list[Term] = []
    for register in infinite:
        match box[register.name]:
            case [int(low), int(high)] if register.sort == INT and low <= high:
                inside.append(within(var(register.name, INT), low, high))
            case _:
                message = f"{register.name} needs [low, high], and sort Int"
                raise CertificateError("bad-hint", message, "hints.box")
    if regime is not Regime.WHILE:
        raise _refuse(f"a box is about while-programs, not {regime}")
    if components.starts is None:
        raise _refuse("every state is a start state, so no box holds them all")
    hold = conjunction(inside)
    yield _demand("start states lie in the box", (components.starts,), hold)
    for t in transitions(components, registers):
        after = substitute([hold], t.updates)[0]
        if after != hold:
            yield _demand(f"{t.name} stays in the box", (hold, t.guard), after)


def _demand(name: str, assumptions: tuple[Term, ...], goal: Term) -> Demand:
    kept = tuple(a for a in assumptions if a != TRUE)
    return Demand(name, (Obligation(name, "set", kept, (Check(name, goal),)),))


# Vector addition


def _primed(term: Term, names: set[str]) -> Term:
    """The term about a second copy of the named registers."""
    found = variables([term])
    values = {n: _copy(n, sort) for n, sort in found.items() if n in names}
    return substitute([term], values)[0]


def _copy(name: str, sort: Sort = INT) -> Term:
    return var(f"{name}{COPY}", sort)


def _vector_addition(
    components: ComponentSet, registers: tuple[Variable, ...], infinite: list[Variable]
) -> Iterator[Demand]:
    for register in infinite:
        if register.sort != INT:
            raise _refuse(f"register {register.name} is of sort {register.sort}, no counter")
    names = {r.name for r in infinite}
    sorts = {r.name: r.sort for r in registers}
    for t in transitions(components, registers):
        both = (t.guard, _primed(t.guard, names))
        read = sorted(set(variables([t.guard])) & names)
        if read:
            yield from _guard_demands(t, read)
        if t.decision is not None:
            goal = apply("=", t.decision, _primed(t.decision, names))
            yield _demand(f"{t.name} does not read a counter", both, goal)
        for name, term in t.updates.items():
            old = var(name, sorts[name])
            if sorts[name] == INT and name in names:
                change = apply("-", term, old)
                goal = apply("=", change, _primed(change, names))
                yield _demand(f"{t.name} adds a constant to {name}", both, goal)
                lower = apply("<", term, old)
                stays = apply(">=", term, const(0, INT))
                yield _demand(f"{t.name} leaves {name} >= 0", (t.guard, lower), stays)
            else:
                goal = apply("=", term, _primed(term, names))
                yield _demand(f"{t.name} writes {name} without reading a counter", both, goal)


def _guard_demands(t: Transition, read: list[str]) -> Iterator[Demand]:
    """The guard is a conjunction of thresholds: closed upwards and under least values."""
    larger = [apply(">=", _copy(n), var(n, INT)) for n in read]
    above = _primed(t.guard, set(read))
    yield _demand(f"the guard of {t.name} is kept by larger counters", (t.guard, *larger), above)
    least = {
        n: apply("ite", apply("<=", var(n, INT), _copy(n)), var(n, INT), _copy(n)) for n in read
    }
    goal = substitute([t.guard], least)[0]
    yield _demand(f"the guard of {t.name} is a conjunction of thresholds", (t.guard, above), goal)


# One counter, one stack


def _one_register(
    components: ComponentSet,
    registers: tuple[Variable, ...],
    infinite: list[Variable],
    route: str,
    hints: dict[str, Any],
) -> Iterator[Demand]:
    if len(infinite) != 1 or infinite[0] not in components.registers or infinite[0].sort != INT:
        raise _refuse("there must be exactly one infinite register, declared and of sort Int")
    window = hints["window"]
    period = hints["modulus" if route == "one-counter" else "base"]
    low = 1 if route == "one-counter" else 2
    for value, least in ((window, 0), (period, low)):
        if type(value) is not int or not least <= value <= MAX_WINDOW:
            raise CertificateError("bad-hint", f"expected {least} to {MAX_WINDOW}", "hints")
    x = infinite[0].name
    finite = {r.name: r.sort for r in registers if r.name != x}
    for t in transitions(components, registers):
        looks = [(f"the guard of {t.name}", t.guard, TRUE)]
        if t.decision is not None:
            looks.append((t.name, t.decision, t.guard))
        looks += [
            (f"{t.name} on {name}", term, t.guard) for name, term in t.updates.items() if name != x
        ]
        for subject, term, guard in looks:
            if x in variables([term]):
                yield from _periodic(subject, term, guard, x, (window, period))
        if x in t.updates:
            yield from _forms(components, t, x, finite, route, (window, period))


def _shifted(term: Term, x: str, by: int) -> Term:
    moved = apply("+", var(x, INT), const(by, INT))
    return substitute([term], {x: moved})[0]


def _beyond(x: str, window: int, sign: int) -> Term:
    value = var(x, INT)
    if sign > 0:
        return apply(">", value, const(window, INT))
    return apply("<", value, const(-window, INT))


def _periodic(
    subject: str, term: Term, guard: Term, x: str, reach: tuple[int, int]
) -> Iterator[Demand]:
    """Beyond the window the term depends on x only modulo the period."""
    window, period = reach
    for sign, side in ((1, "above"), (-1, "below")):
        far = _shifted(term, x, sign * period)
        known = (_beyond(x, window, sign), guard, _shifted(guard, x, sign * period))
        name = f"{subject} reads {x} {side} {sign * window} only modulo {period}"
        yield _demand(name, known, apply("=", far, term))


def _forms(
    components: ComponentSet,
    t: Transition,
    x: str,
    finite: dict[str, Sort],
    route: str,
    reach: tuple[int, int],
) -> Iterator[Demand]:
    """For each value of the finite registers that matter, the new x has one of few forms."""
    term = t.updates[x]
    matter = [n for n in variables([term, t.guard]) if n in finite]
    for setting in _settings(matter, finite, components.values):
        tick()
        values = {n: const(v, finite[n]) for n, v in setting.items()}
        new, guard = substitute([term, t.guard], values)
        at = f" at {', '.join(f'{n} = {plain_value(v)}' for n, v in setting.items())}"
        name = f"{t.name}{at if setting else ''}"
        make = _counter_forms if route == "one-counter" else _stack_forms
        yield Demand(name, tuple(make(name, new, guard, x, reach)))


def _settings(
    names: list[str], sorts: dict[str, Sort], values: int | None
) -> Iterator[dict[str, Value]]:
    total = 1
    for name in names:
        total *= domain_size(sorts[name], values) or MAX_SPLIT + 1
        if total > MAX_SPLIT:
            raise _refuse(f"a step depends on more than {MAX_SPLIT} values of finite registers")
    for choice in product(*(domain(sorts[n], values) for n in names)):
        yield dict(zip(names, choice, strict=True))


def _counter_forms(
    name: str, new: Term, guard: Term, x: str, reach: tuple[int, int]
) -> Iterator[Obligation]:
    """Beyond the window: x plus a constant, or a constant, for each residue; on either side."""
    window, period = reach
    goals: dict[tuple[int, str], Term] = {}
    for sign, form in product((1, -1), ("adds", "resets")):
        far = _shifted(new, x, sign * period)
        step = sign * period if form == "adds" else 0
        wanted = apply("+", new, const(step, INT)) if step else new
        known = [_beyond(x, window, sign), guard, _shifted(guard, x, sign * period)]
        goals[sign, form] = apply("=>", conjunction(known), apply("=", far, wanted))
    for above, below in product(("adds", "resets"), repeat=2):
        label = f"{name} {above} constants above the window, {below} below"
        goal = conjunction([goals[1, above], goals[-1, below]])
        yield Obligation(label, "set", (), (Check(label, goal),))


def _stack_forms(
    name: str, new: Term, guard: Term, x: str, reach: tuple[int, int]
) -> Iterator[Obligation]:
    _, base = reach
    value, radix = var(x, INT), const(base, INT)
    known = () if guard == TRUE else (guard,)
    forms = [("keeps the stack", value), ("pops", apply("div", value, radix))]
    scaled = apply("*", radix, value)
    forms += [(f"pushes {d}", apply("+", scaled, const(d, INT))) for d in range(min(base, 64))]
    for form, wanted in forms:
        label = f"{name} {form}"
        yield Obligation(label, "set", known, (Check(label, apply("=", new, wanted)),))
