"""Turing machines compiled into component sets, each configuration compared with the machine."""

from __future__ import annotations

from functools import cache

import pytest

from solvers.completeness.automata import run_cells
from solvers.completeness.machines import run_machine, string_bits, string_value
from solvers.completeness.verdict import verdict
from theory import catalogue
from theory.kernel.errors import MachineError
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation
from theory.kernel.machines.string_models import CODES
from theory.turing.machine import ones
from theory.turing.texts import read_machine

BEAVERS = {
    "1RB1LB_1LA1RZ": (6, 4),
    "1RB1RZ_1LB0RC_1LC1LA": (21, 5),
    "1RB1LB_1LA0LC_1RZ1LD_1RD0RA": (107, 13),
}


@cache
def simulation(name: str) -> Simulation:
    """The simulation that the verdict on a shipped set rests on."""
    certificate = verdict(catalogue.load(name)).certificate
    assert certificate is not None
    return read_simulation(certificate)


@pytest.mark.parametrize("name", ["array-tape", "brainfuck-tape", "two-stacks"])
@pytest.mark.parametrize("text", BEAVERS)
def test_busy_beavers_on_tapes_and_stacks(name: str, text: str) -> None:
    steps, count = BEAVERS[text]
    run = run_machine(read_machine(text), simulation(name))
    assert run.agreed, run.difference
    assert (run.halted, run.steps, ones(run.configuration)) == (True, steps, count)


@pytest.mark.parametrize("name", ["saturated-neurons", "relu-affine"])
@pytest.mark.parametrize("text", BEAVERS)
def test_busy_beavers_on_neurons(name: str, text: str) -> None:
    steps, count = BEAVERS[text]
    run = run_machine(read_machine(text), simulation(name))
    assert run.agreed, run.difference
    assert (run.halted, run.steps, ones(run.configuration)) == (True, steps, count)


@pytest.mark.parametrize("name", ["three-counters", "even-counters", "subleq"])
@pytest.mark.parametrize("text", list(BEAVERS)[:2])
def test_busy_beavers_on_counters(name: str, text: str) -> None:
    steps, count = BEAVERS[text]
    run = run_machine(read_machine(text), simulation(name))
    assert run.agreed, run.difference
    assert (run.halted, run.steps, ones(run.configuration)) == (True, steps, count)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["three-counters", "subleq"])
def test_the_fourth_busy_beaver_on_counters(name: str) -> None:
    run = run_machine(read_machine(list(BEAVERS)[2]), simulation(name))
    assert run.agreed, run.difference
    assert (run.halted, run.steps) == (True, 107)


def test_fuel_is_a_result() -> None:
    run = run_machine(read_machine("1RB1LA_0LA1RB"), simulation("two-stacks"), fuel=200)
    assert run.agreed
    assert not run.halted
    assert run.steps == 200


def test_a_machine_that_reaches_no_entry() -> None:
    run = run_machine(read_machine("1RB---_1LA0RB"), simulation("array-tape"))
    assert run.agreed
    assert run.halted


def test_models_that_pay_exponentially_say_so() -> None:
    machine = read_machine("1RB1LB_1LA1RZ")
    for name in ("two-counters", "one-register", "convolution-3"):
        with pytest.raises(MachineError) as caught:
            run_machine(machine, simulation(name))
        assert caught.value.reason == "no-compiler"
    with pytest.raises(MachineError, match="symbols"):
        run_machine(read_machine("1RB2LB1RZ_2LA2RB1LB"), simulation("two-stacks"))


@pytest.mark.parametrize("code", CODES)
def test_bit_strings_there_and_back(code: str) -> None:
    for bits in ((1,), (0, 1), (1, 0, 0, 1, 1), (1, 1, 1, 0, 1)):
        assert string_bits(code, string_value(code, bits)) == bits


@pytest.mark.parametrize(
    ("name", "generations", "side"), [("convolution-3", 1000, 40), ("convolution-3x3", 40, 12)]
)
def test_generations_of_random_cells(name: str, generations: int, side: int) -> None:
    run = run_cells(simulation(name), generations=generations, side=side)
    assert run.agreed
    assert run.generations == generations
