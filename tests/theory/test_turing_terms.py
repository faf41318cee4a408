"""The symbolic step says what the simulator does, and Z3 can reason about it."""

from __future__ import annotations

import random

from solvers.compiled.term_code import compile_terms
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.sorts import INT, ArrayValue
from theory.kernel.language.terms import apply, const
from theory.turing.machine import Configuration, Machine, Move, Transition, start, step
from theory.turing.terms import HEAD, STATE, symbolic_step
from theory.turing.texts import read_machine

ONE, MINUS_ONE = const(1, INT), const(-1, INT)


def random_machine(draw: random.Random) -> Machine:
    states, symbols = draw.randint(1, 4), draw.randint(2, 3)
    table = tuple(
        tuple(
            None
            if draw.random() < 0.1
            else Transition(
                draw.randrange(symbols), draw.choice(list(Move)), draw.randrange(states)
            )
            for _ in range(symbols)
        )
        for _ in range(states)
    )
    names = tuple("ABCD"[:states])
    return Machine(names, tuple("012"[:symbols]), table)


def flat(c: Configuration, head: int) -> tuple[int, int, ArrayValue]:
    """The configuration with its head at a cell, as values of the three variables."""
    tape = ArrayValue(0)
    for k, symbol in enumerate(reversed(c.left)):
        tape = tape.store(head - len(c.left) + k, symbol)
    for k, symbol in enumerate((c.head, *c.right)):
        tape = tape.store(head + k, symbol)
    return c.state, head, tape


def test_it_agrees_with_the_simulator_on_random_machines() -> None:
    draw = random.Random(7)
    compared = 0
    for _ in range(150):
        machine = random_machine(draw)
        after = symbolic_step(machine)
        names = ("state", "head", "tape")
        run = compile_terms((after.steps, after.state, after.head, after.tape), names)
        current, head = start(machine), 0
        for _ in range(30):
            following = step(machine, current)
            steps, state, moved, tape = run(*flat(current, head))
            assert steps is (following is not None)
            if following is None:
                break
            assert (state, moved, tape) == flat(following, moved)
            assert abs(moved - head) <= 1
            current, head = following, moved
            compared += 1
    assert compared > 1000


def test_z3_proves_what_one_step_keeps() -> None:
    after = symbolic_step(read_machine("1RB1LB_1LA1RZ"))
    moved = apply("-", after.head, HEAD)
    short = apply("and", apply("<=", MINUS_ONE, moved), apply("<=", moved, ONE))
    assert isinstance(prove(short), Proof)
    kept = apply("=>", apply("not", after.steps), apply("=", after.state, STATE))
    assert isinstance(prove(kept), Proof)
