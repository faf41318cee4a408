"""The step of a Turing machine as terms: what Z3 can reason about.

A configuration is three variables: `state` (Int, the state's number), `head` (Int, a cell) and
`tape` (an array from cells to symbol numbers). `symbolic_step(machine)` gives each of them after
one step, and the condition under which there is a step at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.kernel.language.sorts import INT, array
from theory.kernel.language.terms import FALSE, Term, apply, conjunction, const, var
from theory.turing.machine import Machine

TAPE = array(INT, INT)
STATE, HEAD, CELLS = var("state", INT), var("head", INT), var("tape", TAPE)


@dataclass(frozen=True, slots=True)
class SymbolicStep:
    """The configuration after one step, as terms over `state`, `head` and `tape`.

    Where `steps` is false the machine has halted, and the other terms leave everything as it is.
    """

    state: Term
    head: Term
    tape: Term
    steps: Term


def symbolic_step(machine: Machine) -> SymbolicStep:
    """One step of the machine: a case for each entry of its table."""
    symbol = apply("select", CELLS, HEAD)
    state, head, tape, steps = STATE, HEAD, CELLS, FALSE
    for number, row in enumerate(machine.table):
        for read, entry in enumerate(row):
            if entry is None:
                continue
            here = conjunction([_is(STATE, number), _is(symbol, read)])
            moved = int(entry.move)
            state = apply("ite", here, const(entry.state, INT), state)
            head = apply("ite", here, apply("+", HEAD, const(moved, INT)), head)
            written = apply("store", CELLS, HEAD, const(entry.write, INT))
            tape = apply("ite", here, written, tape)
            steps = apply("or", here, steps)
    return SymbolicStep(state, head, tape, steps)


def _is(term: Term, number: int) -> Term:
    return apply("=", term, const(number, INT))
