"""Completeness: the obligations that show a component set Turing complete.

`obligations` generates everything that has to be proved for a simulation
(`theory.kernel.machines.simulations`), from the model, never from the certificate:

1. every start state of the model has a code that is a start state of the set;
2. for every state, and whatever the scratch registers hold: no step blocks, the operation ends on
   the code of the new state in *all* parts and constants, and each test agrees;
3. distinct states have distinct codes (the model's facts, or its constructor equations).
"""

from __future__ import annotations

from collections.abc import Iterator

from theory.kernel.components.programs import Regime, outcomes
from theory.kernel.errors import CertificateError
from theory.kernel.language.sorts import default_value
from theory.kernel.language.terms import (
    FALSE,
    TRUE,
    Term,
    apply,
    conjunction,
    const,
    substitute,
    var,
)
from theory.kernel.machines.machine_models import anywhere
from theory.kernel.machines.models import Operation
from theory.kernel.machines.obligations import ANSWER, BLOCKS, Check, Obligation
from theory.kernel.machines.simulations import Decision, Simulation, chain
from theory.kernel.problems.sequences import Sequence


def obligations(s: Simulation) -> Iterator[Obligation]:
    """Everything that must be proved for the simulation, in order."""
    for fact in s.model.facts:
        check = Check(fact.label, fact.goal)
        yield Obligation(f"encoding: {fact.label}", "model", (fact.assuming,), (check,))
    if s.regime is Regime.WHILE and s.components.starts is not None:
        yield _start(s)
    for operation in s.model.operations:
        yield from operation_obligations(s, operation)
    if s.jump is not None:
        yield _jump(s)


def operation_obligations(s: Simulation, operation: Operation) -> Iterator[Obligation]:
    """One obligation a case of the operation; the table of a local rule is evaluated here."""
    if s.model.cells:
        yield from _table(s, operation)
        return
    for k, case in enumerate(operation.cases):
        kind = "test" if operation.test else "operation"
        label = f" ({case.label})" if case.label else ""
        name = f"{kind} {operation.name}{label}"
        where = f"operations.{operation.name}"
        if s.regime is Regime.RECURRENT:
            checks = _circuit_checks(s, operation, k)
        elif operation.test:
            checks = _decision_checks(s, operation, k)
        else:
            slots = _slots(s, case.before)
            after, runs = _run(s, s.operations[operation.name], slots)
            checks = (Check(BLOCKS, runs), *_state_checks(s, after, case.after))
        yield Obligation(name, where, () if case.assuming == TRUE else (case.assuming,), checks)


def _slots(s: Simulation, before: tuple[Term, ...]) -> list[Term]:
    """The registers at the start: codes, constants, and anything at all in the others."""
    slots = [var(f"old {r.name}", r.sort) for r in s.registers]
    for k, term in zip(s.parts, before, strict=True):
        slots[k] = term
    for k, value in s.constants:
        slots[k] = const(value, s.registers[k].sort)
    return slots


def _run(s: Simulation, sequence: Sequence, slots: list[Term]) -> tuple[list[Term], Term]:
    outputs, runs = sequence.compose()
    values = {r.name: term for r, term in zip(s.registers, slots, strict=True)}
    *after, runs = substitute([*outputs, runs], values)
    return list(after), runs


def _state_checks(s: Simulation, slots: list[Term], wanted: tuple[Term, ...]) -> tuple[Check, ...]:
    checks = [
        Check("" if len(s.parts) == 1 else s.registers[k].name, slots[k], term)
        for k, term in zip(s.parts, wanted, strict=True)
    ]
    checks += [
        Check(f"constant {s.registers[k].name}", slots[k], const(v, s.registers[k].sort))
        for k, v in s.constants
    ]
    return tuple(checks)


def decide_terms(
    s: Simulation, decision: Decision, slots: list[Term]
) -> tuple[list[Term], Term, Term]:
    """A decision from the given registers: the registers after it, what it says, and that no step
    blocks."""
    slots, runs = _run(s, chain(s.components, s.registers, decision.prefix), slots)
    component = s.components[decision.decide.component]
    outputs, guard = component.instantiate(decision.decide.parameters)
    names = (v.name for v in component.inputs)
    values = dict(zip(names, (slots[k] for k in decision.decide.reads), strict=True))
    *written, says = substitute(outputs, values)
    parts = [runs] if guard is None else [runs, *substitute([guard], values)]
    for register, term in zip(decision.decide.writes, written, strict=True):
        slots[register] = term
    after = []
    for outcome, steps in ((TRUE, decision.when_true), (FALSE, decision.when_false)):
        ends, fine = _run(s, chain(s.components, s.registers, steps), slots)
        after.append(ends)
        holds = says if outcome == TRUE else apply("not", says)
        if fine != TRUE:
            parts.append(apply("=>", holds, fine))
    merged = [a if a == b else apply("ite", says, a, b) for a, b in zip(*after, strict=True)]
    return merged, says, conjunction(parts)


def _decision_checks(s: Simulation, operation: Operation, case_number: int) -> tuple[Check, ...]:
    case = operation.cases[case_number]
    decision = s.tests[operation.name]
    after, says, runs = decide_terms(s, decision, _slots(s, case.before))
    given = apply("not", says) if decision.negated else says
    wanted = TRUE if case.flag is None else case.flag
    answer = Check(ANSWER, given, wanted)
    return (Check(BLOCKS, runs), answer, *_state_checks(s, after, case.after))


def _circuit_checks(s: Simulation, operation: Operation, case_number: int) -> tuple[Check, ...]:
    case = operation.cases[case_number]
    sequence = s.operations[operation.name]
    outputs, runs = sequence.compose()
    held = tuple(const(v, s.registers[k].sort) for k, v in s.constants)
    names = (v.name for v in sequence.inputs)
    values = dict(zip(names, (*case.before, *held), strict=True))
    *given, runs = substitute([*outputs, runs], values)
    pairs = zip(given, case.after, strict=True)
    return (Check(BLOCKS, runs), *(Check("", a, b) for a, b in pairs))


def _table(s: Simulation, operation: Operation) -> Iterator[Obligation]:
    """The cases of a local rule, by exact evaluation: each wrong one, then one for the rest."""
    sequence = s.operations[operation.name]
    held = tuple(value for _, value in s.constants)
    where, right = f"operations.{operation.name}", 0
    for case in operation.cases:
        values = (*(term.indices[0] for term in case.before), *held)
        given = sequence.evaluate(values)
        if given == tuple(term.indices[0] for term in case.after):
            right += 1
            continue
        checks = [Check(BLOCKS, FALSE if given is None else TRUE)]
        for value, wanted in zip(given or (), case.after, strict=False):
            checks.append(Check("", const(value, wanted.sort), wanted))
        yield Obligation(f"rule on {case.label}", where, (), tuple(checks))
    name = f"the rule on {right} neighbourhoods"
    yield Obligation(name, where, (), (Check("equal by evaluation", TRUE),))


def _start(s: Simulation) -> Obligation:
    case = anywhere(s.model)
    slots = _slots(s, case.before)
    held = {*s.parts, *(k for k, _ in s.constants)}
    for k, register in enumerate(s.registers):
        if k not in held:
            slots[k] = const(default_value(register.sort), register.sort)
    assert s.components.starts is not None
    values = {r.name: term for r, term in zip(s.registers, slots, strict=True)}
    (goal,) = substitute([s.components.starts], values)
    check = Check("the code is a start state of the set", goal)
    return Obligation("start states", "set", (case.assuming,), (check,))


def _jump(s: Simulation) -> Obligation:
    assert s.jump is not None
    case = anywhere(s.model)
    after, says, runs = decide_terms(s, s.jump, _slots(s, case.before))
    allowed = outcomes(s.components.control, s.jump.decide.component)
    wanted = FALSE if s.jump.negated else TRUE
    if (wanted == TRUE) not in allowed:
        message = "the control lets no program branch on this outcome"
        raise CertificateError("no-branch", message, "jump")
    checks = (
        Check(BLOCKS, runs),
        Check(ANSWER, says, wanted),
        *_state_checks(s, after, case.before),
    )
    return Obligation("jump", "jump", (case.assuming,), checks)
