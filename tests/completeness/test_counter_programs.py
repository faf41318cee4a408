"""Counter programs in universal sets, state by state; and what a second solver says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solvers.completeness.counter_programs import PROGRAMS, run_counter_programs
from solvers.completeness.verdict import verdict
from theory import catalogue
from theory.formats.second_opinion import run_cvc5
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.errors import MachineError
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation
from theory.kernel.problems.sequences import Sequence


def simulation(name: str) -> Simulation:
    certificate = verdict(catalogue.load(name)).certificate
    assert certificate is not None
    return read_simulation(certificate)


@pytest.mark.parametrize(
    "name", ["two-counters", "three-counters", "even-counters", "one-register"]
)
def test_every_program_agrees_state_by_state(name: str) -> None:
    result = run_counter_programs(simulation(name))
    assert result.agreed
    assert result.programs == len(PROGRAMS)
    assert result.steps > 150


def test_a_wrong_operation_is_noticed() -> None:
    right = simulation("two-counters")
    chain = right.operations["inc a"]
    twice = replace(chain, steps=chain.steps + chain.steps)
    assert isinstance(twice, Sequence)
    wrong = replace(right, operations={**right.operations, "inc a": twice})
    result = run_counter_programs(wrong)
    assert not result.agreed
    assert "instead of" in result.difference


def test_a_model_without_counters_says_so() -> None:
    with pytest.raises(MachineError, match="no counters"):
        run_counter_programs(simulation("two-stacks"))


@pytest.mark.parametrize("name", ["two-counters", "one-counter"])
def test_the_checker_asks_cvc5_too_where_told(name: str) -> None:
    pytest.importorskip("cvc5")
    found = verdict(catalogue.load(name))
    assert found.certificate is not None
    report = check(found.certificate, Limits(second_opinion=run_cvc5))
    assert report.complete
    proved = replace(found, report=report).obligations
    assert proved
    assert all(item.endswith("cvc5 agrees)") for item in proved)
