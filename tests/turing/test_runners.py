"""The fast runners against theory's: the same steps, outcome and last configuration."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.turing.accelerated import run_accelerated
from solvers.turing.blocks import STAYS, TOO_LONG, BlockMachine
from solvers.turing.plain import run_plain
from solvers.turing.rules import FOR_EVER, Rule, applications
from tests.support.turing_machines import (
    BB5,
    BB5_ONES,
    BB5_STEPS,
    CHAMPIONS,
    begun_machines,
    random_configuration,
    random_machine,
)
from theory.kernel.errors import MachineError
from theory.turing.machine import (
    Configuration,
    Machine,
    Move,
    Outcome,
    Transition,
    ones,
    run,
    start,
)
from theory.turing.texts import read_machine

FUELS = [0, 1, 7, 100, 1000, 3000]
WIDTHS = [None, 1, 2, 3, 4, 7]


def compare(machine: Machine, begin: Configuration, fuel: int, width: int | None) -> None:
    """Both runners must agree with theory, halting or at the fuel."""
    expected = run(machine, begin, fuel)
    assert run_plain(machine, begin, fuel) == expected
    fast = run_accelerated(machine, begin, fuel, width=width)
    assert (fast.outcome, fast.steps) == (expected.outcome, expected.steps)
    assert fast.configuration() == expected.configuration
    assert fast.ones == ones(expected.configuration)


@given(begun_machines(), st.integers(0, 2000), st.sampled_from(WIDTHS))
@settings(deadline=None)
def test_runners_agree_with_theory(
    begun: tuple[Machine, Configuration], fuel: int, width: int | None
) -> None:
    compare(*begun, fuel, width)


def compare_many(seed: int, count: int) -> None:
    """Compare on so many random machines."""
    choose = random.Random(seed)
    for place in range(count):
        machine = random_machine(choose)
        begin = random_configuration(choose, machine) if place % 3 else start(machine)
        compare(machine, begin, choose.choice(FUELS), choose.choice(WIDTHS))


def test_runners_agree_with_theory_on_thousands_of_machines() -> None:
    compare_many(seed=1, count=5_000)


@pytest.mark.slow
def test_runners_agree_with_theory_on_more_machines() -> None:
    compare_many(seed=2, count=60_000)


def test_what_the_accelerated_runner_says_without_fuel_holds() -> None:
    choose = random.Random(3)
    seen = set()
    for _ in range(1_500):
        machine = random_machine(choose)
        begin = random_configuration(choose, machine)
        fast = run_accelerated(machine, begin, work=500, width=choose.choice(WIDTHS))
        seen.add(fast.outcome)
        if fast.outcome is Outcome.NEVER_HALTS:
            assert not run(machine, begin, 3000).halted
        if fast.steps <= 3000:
            expected = run(machine, begin, fast.steps)
            assert (expected.steps, expected.halted) == (fast.steps, fast.halted)
            assert expected.configuration == fast.configuration()
    assert seen == {Outcome.HALTED, Outcome.NEVER_HALTS, Outcome.STOPPED}


@pytest.mark.parametrize(("text", "expected"), CHAMPIONS.items())
def test_small_busy_beavers(text: str, expected: tuple[int, int]) -> None:
    machine = read_machine(text)
    plain, fast = run_plain(machine), run_accelerated(machine)
    assert (plain.steps, ones(plain.configuration), plain.halted) == (*expected, True)
    assert (fast.steps, fast.ones, fast.halted) == (*expected, True)


def test_the_fifth_busy_beaver_by_both_runners() -> None:
    machine = read_machine(BB5)
    plain, fast = run_plain(machine), run_accelerated(machine)
    assert (plain.steps, ones(plain.configuration)) == (BB5_STEPS, BB5_ONES)
    assert (fast.steps, fast.ones) == (BB5_STEPS, BB5_ONES)
    assert plain.configuration == fast.configuration()


@pytest.mark.parametrize("fuel", [1_000_003, 23_456_789, BB5_STEPS - 1, BB5_STEPS])
@pytest.mark.parametrize("width", [1, 3, None])
def test_the_runners_agree_wherever_the_fuel_ends(fuel: int, width: int | None) -> None:
    machine = read_machine(BB5)
    plain, fast = run_plain(machine, fuel=fuel), run_accelerated(machine, fuel=fuel, width=width)
    assert (fast.steps, fast.outcome) == (plain.steps, plain.outcome)
    assert fast.steps == fuel
    assert plain.configuration == fast.configuration()


@pytest.mark.parametrize(
    ("text", "steps", "score"),
    [
        ("1RB2LA1RA1RA_1LB1LA3RB1RZ", 3_932_964, 2_050),
        ("1RB2LA1LC_0LA2RB1LB_1RZ1RA1RC", 119_112_334_170_342_540, 374_676_383),
    ],
)
def test_champions_with_more_symbols(text: str, steps: int, score: int) -> None:
    fast = run_accelerated(read_machine(text))
    assert (fast.outcome, fast.steps, fast.ones) == (Outcome.HALTED, steps, score)


@pytest.mark.slow
def test_a_champion_of_2010_with_36535_digits_of_steps() -> None:
    # P. Kropitz: more than 7.4 * 10^36534 steps and 3.5 * 10^18267 ones (P. Michel's survey).
    machine = read_machine("1RB1LE_1RC1RF_1LD0RB_1RE0LC_1LA0RD_1RZ1RC")
    fast = run_accelerated(machine, work=4_000_000, width=6)
    assert fast.halted
    assert 74 * 10**36533 < fast.steps < 75 * 10**36533
    assert 35 * 10**18266 < fast.ones < 36 * 10**18266


def test_steps_beyond_64_bits_are_exact() -> None:
    fast = run_accelerated(read_machine("0RA0RA"), start(read_machine("0RA0RA"), "1"), 10**40 + 1)
    assert (fast.outcome, fast.steps, fast.ones) == (Outcome.OUT_OF_FUEL, 10**40 + 1, 0)
    writes = run_accelerated(read_machine("1RA1RA"), fuel=10**40 + 1)
    assert (writes.steps, writes.ones) == (10**40 + 1, 10**40 + 1)
    with pytest.raises(MachineError, match="more than"):
        writes.configuration()


def test_a_quadratic_run_is_cut_at_any_fuel() -> None:
    # The head sweeps to and fro over a growing run of ones.
    machine = read_machine("1RB1LA_1LA1RB")
    for fuel in (*range(200), 12_345):
        compare(machine, start(machine), fuel, None)
    far = run_accelerated(machine, fuel=10**30)
    assert (far.outcome, far.steps) == (Outcome.OUT_OF_FUEL, 10**30)
    assert far.moves < 5_000


def test_plain_runs_the_tape_to_its_limit_and_says_so() -> None:
    result = run_plain(read_machine("1RA1RA"), max_cells=5_000)
    assert result.outcome is Outcome.STOPPED
    assert 0 < result.steps < 5_000
    assert result.configuration.left == (1,) * result.steps


def test_plain_takes_fuel_beyond_64_bits() -> None:
    assert run_plain(read_machine("1RB1LB_1LA1RZ"), fuel=10**30).steps == 6


def test_plain_runs_machines_with_more_than_256_symbols() -> None:
    row = tuple(Transition((symbol + 1) % 300, Move.STAY, 0) for symbol in range(299))
    machine = Machine(("A",), tuple(map(str, range(300))), ((*row, None),))
    assert run_plain(machine) == run(machine)
    assert run_accelerated(machine).configuration() == run(machine).configuration


def test_foreign_configurations_are_refused() -> None:
    machine = read_machine("1RB1LB_1LA1RZ")
    for runner in (run_plain, run_accelerated):
        with pytest.raises(MachineError):
            runner(machine, Configuration(7))
        with pytest.raises(MachineError):
            runner(machine, Configuration(0, 0, (5,)))


def test_little_work_is_honoured() -> None:
    result = run_accelerated(read_machine(BB5), work=50)
    assert result.outcome is Outcome.STOPPED
    assert result.moves <= 50
    again = run(read_machine(BB5), fuel=result.steps)
    assert again.configuration == result.configuration()


def test_blocks_are_numbers_and_back() -> None:
    blocks = BlockMachine(read_machine("1RA2RA0RA"), 4, 100)
    for number in range(3**4):
        assert blocks.block(tuple(blocks.cells(number))) == number


def test_a_head_that_halts_or_circles_stays_in_its_block() -> None:
    circles = BlockMachine(read_machine("1RB1RB_0LA0LA"), 3, 100)
    assert circles.macro_step(1, 0)[0] == STAYS
    for fuel in range(40):
        stay = circles.stay(1, 0, fuel)
        expected = run(circles.machine, fuel=fuel)
        assert (stay.place, stay.state) == (expected.position, expected.configuration.state)
    halts = BlockMachine(read_machine("1RB---_------"), 2, 100)
    assert halts.macro_step(1, 0)[0] == STAYS
    assert halts.visit(1, 0, 100).halted
    assert BlockMachine(circles.machine, 3, 1).macro_step(1, 0)[0] == TOO_LONG


def test_rules_apply_as_often_as_the_counts_and_the_fuel_allow() -> None:
    # One application moves one of the first count to the second, in 2 a + 3 steps.
    rule = Rule((), ((0, 2), (1, 1)), ((0, -1), (1, 1)), 3, ((0, 2),), 5)
    spent = [sum(2 * (10 - done) + 3 for done in range(times)) for times in range(10)]
    assert [rule.steps([10, 1], times) for times in range(10)] == spent
    assert applications(rule, [10, 1], None) == 9
    assert applications(rule, [1, 1], None) == 0
    for fuel in range(200):
        most = applications(rule, [10, 1], fuel)
        assert spent[most] <= fuel
        assert most == 9 or spent[most + 1] > fuel
    grows = Rule((), ((0, 1),), ((0, 1),), 1, ((0, 1),), 5)
    assert applications(grows, [1], None) == FOR_EVER
    assert grows.steps([1], applications(grows, [1], 10**9)) <= 10**9
    assert applications(Rule(((0, 4),), (), (), 1, (), 1), [5], 10) == 0
