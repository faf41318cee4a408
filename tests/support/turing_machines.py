"""Random Turing machines and configurations, for the tests of everything that runs them."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from theory.turing.machine import Configuration, Machine, Move, Transition

CHAMPIONS = {
    "1RB1LB_1LA1RZ": (6, 4),
    "1RB1RZ_1LB0RC_1LC1LA": (21, 5),
    "1RB1LB_1LA0LC_1RZ1LD_1RD0RA": (107, 13),
}
BB5 = "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
BB5_STEPS, BB5_ONES = 47_176_870, 4098


def random_machine(choose: random.Random, stays: bool = True) -> Machine:
    """A machine with up to 5 states and 2 to 4 symbols, and a halting state Z besides.

    Some entries are missing, some lead to Z; with `stays` some do not move.
    """
    states, symbols = choose.randint(1, 5), choose.randint(2, 4)
    halting = choose.random() * 0.25
    staying = choose.choice([0.0, 0.0, 0.1]) if stays else 0.0
    table: list[tuple[Transition | None, ...]] = []
    for _ in range(states):
        row: list[Transition | None] = []
        for _ in range(symbols):
            chance = choose.random()
            move = choose.choice([Move.LEFT, Move.RIGHT])
            if chance < halting / 2:
                row.append(None)
                continue
            state = states if chance < halting else choose.randrange(states)
            move = Move.STAY if choose.random() < staying else move
            row.append(Transition(choose.randrange(symbols), move, state))
        table.append(tuple(row))
    table.append((None,) * symbols)
    names = (*"ABCDE"[:states], "Z")
    return Machine(names, tuple("0123"[:symbols]), tuple(table))


def random_configuration(choose: random.Random, machine: Machine) -> Configuration:
    """A configuration with up to 9 written cells on each side of the head."""
    symbols = len(machine.symbols)
    halves = [
        tuple(choose.randrange(symbols) for _ in range(choose.choice([0, 0, 3, 9])))
        for _ in range(2)
    ]
    state = choose.randrange(len(machine.states) - 1)
    return Configuration(state, choose.randrange(symbols), halves[0], halves[1])


@st.composite
def machines(draw: st.DrawFn, stays: bool = True) -> Machine:
    """Random machines."""
    return random_machine(draw(st.randoms(use_true_random=False)), stays)


@st.composite
def begun_machines(draw: st.DrawFn) -> tuple[Machine, Configuration]:
    """Random machines with a configuration to begin in."""
    choose = draw(st.randoms(use_true_random=False))
    machine = random_machine(choose)
    return machine, random_configuration(choose, machine)
