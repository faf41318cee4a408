"""Turing machines: what a step does, how steps are counted, when configurations are equal."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.turing_machines import CHAMPIONS, begun_machines
from theory.kernel.errors import MachineError
from theory.turing.machine import (
    Configuration,
    Machine,
    Move,
    Outcome,
    Transition,
    configurations,
    ones,
    run,
    start,
    step,
    tape_symbols,
    tape_text,
)
from theory.turing.texts import read_machine


@pytest.mark.parametrize(("text", "expected"), CHAMPIONS.items())
def test_busy_beavers_take_the_published_steps_and_leave_the_published_ones(
    text: str, expected: tuple[int, int]
) -> None:
    result = run(read_machine(text))
    assert (result.steps, ones(result.configuration)) == expected
    assert result.outcome is Outcome.HALTED


def test_the_halting_transition_counts_and_writes() -> None:
    result = run(read_machine("1RZ---"))
    assert result.steps == 1
    assert result.configuration == Configuration(1, 0, (1,), ())


def test_a_missing_transition_neither_counts_nor_writes() -> None:
    machine = read_machine("------")
    assert step(machine, start(machine)) is None
    result = run(machine, fuel=0)
    assert (result.steps, result.halted) == (0, True)
    assert result.configuration == Configuration(0)


def test_a_state_without_entries_halts_on_every_symbol() -> None:
    machine = read_machine("1RZ1RZ")
    assert all(step(machine, Configuration(1, symbol)) is None for symbol in (0, 1))


def test_running_out_of_fuel_is_a_result_with_exactly_that_many_steps() -> None:
    result = run(read_machine("1RB1LB_1LA1RZ"), fuel=5)
    assert (result.outcome, result.steps, result.halted) == (Outcome.OUT_OF_FUEL, 5, False)


def test_fuel_that_suffices_exactly_still_ends_in_a_halt() -> None:
    assert run(read_machine("1RB1LB_1LA1RZ"), fuel=6).halted


@given(begun_machines(), st.integers(0, 60))
def test_run_is_step_repeated(begun: tuple[Machine, Configuration], fuel: int) -> None:
    machine, begin = begun
    reached = list(configurations(machine, begin, fuel))
    result = run(machine, begin, fuel)
    assert result.configuration == reached[-1]
    assert result.steps == len(reached) - 1
    assert result.halted == (step(machine, reached[-1]) is None)


@given(begun_machines())
def test_a_step_changes_one_cell_and_moves_the_head_by_at_most_one(
    begun: tuple[Machine, Configuration],
) -> None:
    machine, before = begun
    after = step(machine, before)
    entry = machine.table[before.state][before.head]
    if after is None or entry is None:
        assert after is None
        assert entry is None
        return
    written = {-place - 1: symbol for place, symbol in enumerate(before.left)}
    written |= {place + 1: symbol for place, symbol in enumerate(before.right)}
    written[0] = entry.write
    for offset in range(-12, 13):
        half = after.right if offset > 0 else after.left
        reached = (after.head, *half)[abs(offset) : abs(offset) + 1]
        assert (reached or (0,))[0] == written.get(offset + entry.move, 0)


def test_configurations_are_equal_modulo_trailing_blanks() -> None:
    long = Configuration(0, 1, (1, 0, 0), (0, 0, 0))
    assert long == Configuration(0, 1, (1,), ())
    assert hash(long) == hash(Configuration(0, 1, (1,), ()))
    assert long != Configuration(0, 1, (0, 1), ())


def test_a_machine_that_stays_in_place_moves_no_head() -> None:
    stays = Machine(("A", "Z"), ("0", "1"), ((Transition(1, Move.STAY, 1), None), (None, None)))
    result = run(stays)
    assert result.configuration == Configuration(1, 1)
    assert (result.steps, result.position) == (1, 0)


def test_the_position_is_where_the_head_is_relative_to_its_beginning() -> None:
    assert run(read_machine("0LA---"), fuel=7).position == -7


def test_start_puts_the_head_on_the_first_cell_of_the_input() -> None:
    machine = read_machine("0RA1RZ")
    assert start(machine, "101") == Configuration(0, 1, (), (0, 1))
    assert start(machine, "101", head=2) == Configuration(0, 1, (0, 1), ())
    assert start(machine, "101", head=-2) == Configuration(0, 0, (), (0, 1, 0, 1))
    assert start(machine, "101", head=5) == Configuration(0, 0, (0, 0, 1, 0, 1), ())
    assert start(machine, state="Z").state == 1


def test_tapes_of_machines_with_long_symbol_names_are_words_apart() -> None:
    row = (Transition(0, Move.RIGHT, 0),) * 11
    machine = Machine(("A",), tuple(map(str, range(11))), (row,))
    assert tape_symbols(machine, "10 0 3") == (10, 0, 3)
    assert tape_text(machine, start(machine, "10 0 3")) == "[10] 0 3"


def test_the_tape_is_shown_around_the_head() -> None:
    machine = read_machine("0RA0RA")
    begun = start(machine, "1101011", head=3)
    assert tape_text(machine, begun) == "110[1]011"
    assert tape_text(machine, begun, reach=2) == "...10[1]01..."


def test_machines_and_configurations_can_be_pickled_and_hashed() -> None:
    machine = read_machine("1RB1LB_1LA1RZ")
    assert pickle.loads(pickle.dumps(machine)) == machine
    assert len({machine, read_machine("1RB1LB_1LA1RZ")}) == 1


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Machine((), ("0",), ()), "no-states"),
        (lambda: Machine(("A",), (), ((),)), "no-symbols"),
        (lambda: Machine(("A", "A"), ("0",), ((None,), (None,))), "duplicate-state"),
        (lambda: Machine(("A",), ("0", "0"), ((None, None),)), "duplicate-symbol"),
        (lambda: Machine(("A",), ("0",), ((None, None),)), "table-shape"),
        (lambda: Machine(("A",), ("0",), ()), "table-shape"),
        (lambda: Machine(("A",), ("0",), ((None,),), start=1), "unknown-state"),
        (lambda: Machine(("A",), ("0",), ((None,),), input=(1,)), "unknown-symbol"),
        (lambda: Machine(("A",), ("0",), ((Transition(1, Move.LEFT, 0),),)), "unknown-symbol"),
        (lambda: Machine(("A",), ("0",), ((Transition(0, Move.LEFT, -1),),)), "unknown-state"),
        (lambda: start(read_machine("0RA"), "2"), "unknown-symbol"),
        (lambda: start(read_machine("0RA"), (0, -1)), "unknown-symbol"),
        (lambda: start(read_machine("0RA"), state="Q"), "unknown-state"),
        (lambda: run(read_machine("0RA"), Configuration(-1)), "unknown-state"),
        (lambda: run(read_machine("0RA"), Configuration(0, 0, (1,))), "unknown-symbol"),
    ],
)
def test_what_is_no_machine_or_no_configuration_of_it_is_refused(
    build: object, reason: str
) -> None:
    assert callable(build)
    with pytest.raises(MachineError) as caught:
        build()
    assert caught.value.reason == reason
