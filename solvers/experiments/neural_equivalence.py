"""Machines compiled into neurons, run exactly and in floating point; automata by convolution.

The sequences are those that the finder of certificates found and the checker accepted; the machine
is compiled into one sequence of them, a step of the machine for each application.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

from solvers.completeness.automata import run_cells
from solvers.completeness.machines import run_machine
from solvers.completeness.networks import Network, compile_network
from solvers.completeness.verdict import Answer, verdict
from solvers.experiments.drawing import panels
from solvers.reports.plots import COLOURS
from theory.catalogue import load
from theory.kernel.components.placements import Step
from theory.kernel.language.sorts import Value
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation
from theory.theorems import Claim, refute
from theory.theorems.neural_equivalence import (
    CHAMPION_5,
    CHAMPIONS,
    DIFFERS,
    WRONG_SYMBOL,
)
from theory.theorems.neural_steps import Number, saturate
from theory.turing.texts import read_machine

STEPS = 400
"""How far the five-state champion is followed in the compiled network."""


@cache
def simulation(name: str) -> Simulation:
    """The simulation that the verdict on a catalogue set rests on."""
    found = verdict(load(name))
    if found.answer is not Answer.COMPLETE or found.certificate is None:
        refute("verdict", f"{name} is {found.answer}: {found.reason}")
    return read_simulation(found.certificate)


def machines_in_neurons(name: str = "saturated-neurons") -> str:
    """Busy beavers compiled into one repeated sequence of neurons, to their halt."""
    neurons, said = simulation(name), []
    for text, last in CHAMPIONS.items():
        result = run_machine(read_machine(text), neurons)
        if not (result.agreed and result.halted and result.steps == last):
            refute("machines", f"{text}: {result}")
        said.append(f"{result.steps} ({result.operations:,} neurons)")
    return "each configuration equal, halting after " + ", ".join(said) + " steps"


def cells_by_convolution(sets: tuple[str, ...] = ("convolution-3", "convolution-3x3")) -> str:
    """Rule 110 and Life in the sequences found, on random cells."""
    said = []
    for name, generations, side in zip(sets, (100, 12), (64, 24), strict=True):
        result = run_cells(simulation(name), generations=generations, side=side)
        if not result.agreed:
            refute("cells", f"{name} differs in generation {result.generations}")
        said.append(f"{name} {result.generations} generations of {result.cells} cells")
    return "equal to the rule: " + ", ".join(said)


def run_network(network: Network, zero: Number, steps: int) -> list[tuple[Number, ...]]:
    """The network's state after 0, 1, ... applications, in the numbers that `zero` is one of."""
    state = tuple(zero for _ in range(network.bits + 4))
    constants = [_in_kind(c, zero) for c in network.constants]
    states = [state]
    for _ in range(steps):
        slots = [*state, *constants]
        for step in network.sequence.steps:
            slots.append(_neuron(step, [slots[k] for k in step.reads], zero))
        state = tuple(slots[k] for k in network.sequence.outputs)
        states.append(state)
    return states


def _in_kind(value: Value, zero: Number) -> Number:
    """A rational constant in the numbers that `zero` is one of."""
    exact = Fraction(value)  # type: ignore[arg-type]
    return float(exact) if isinstance(zero, float) else exact


def _neuron(step: Step, values: list[Number], zero: Number) -> Number:
    """A step of the saturated neurons, in the numbers given, from left to right."""
    weights = [_in_kind(w, zero) for w in step.parameters]
    if step.component == "neuron":
        return saturate(weights[0] * values[0] + weights[1] * values[1] + weights[2])
    if step.component == "stretch":
        return saturate(4 * values[0] + weights[0] * values[1] + weights[1])
    if step.component == "shrink":
        return saturate(values[0] / 4 + weights[0])
    return saturate(values[0])


@cache
def both() -> tuple[list[tuple[Number, ...]], list[tuple[Number, ...]], int]:
    """The champion's network in rationals and in floats, and the number of its state bits."""
    network = compile_network(read_machine(CHAMPION_5), simulation("saturated-neurons"))
    exact = run_network(network, Fraction(0), STEPS)
    slots = tuple(Fraction(0) for _ in range(network.bits + 4))
    for state in exact[1:4]:
        slots = network.sequence.evaluate((*slots, *network.constants))  # type: ignore[assignment]
        if slots != state:
            refute("floats", f"{slots} in the exact evaluator, {state} here")
    return exact, run_network(network, 0.0, STEPS), network.bits


Measure = Callable[[], tuple[list[tuple[Number, ...]], list[tuple[Number, ...]], int]]


def floats_leave(measure: Measure = both) -> str:
    """When the compiled network in floats leaves its rational self, and reads a wrong symbol."""
    exact, rounded, bits = measure()
    differs = wrong = -1
    for step, (a, b) in enumerate(zip(exact, rounded, strict=True)):
        if differs < 0 and any(Fraction(x) != Fraction(y) for x, y in zip(a, b, strict=True)):
            differs = step
        if a[2 : 3 + bits] != b[2 : 3 + bits]:
            wrong = step
            break
    if (differs, wrong) != (DIFFERS, WRONG_SYMBOL):
        refute("floats", f"differs after {differs} steps, wrong symbol after {wrong}")
    return (
        f"{CHAMPION_5} in 64-bit floats: first differs after {differs} steps, first wrong symbol "
        f"after {wrong}, as the formulas alone do"
    )


def draw(path: str | Path) -> None:
    """The distance of the float stacks from the rational ones, step by step."""
    exact, rounded, _ = both()
    tiny = 2.0**-60
    with panels(1, path, 6.4) as (axes,):
        for k, name in enumerate(("left", "right")):
            away = [
                max(tiny, float(abs(Fraction(a[k]) - Fraction(b[k]))))
                for a, b in zip(exact, rounded, strict=True)
            ]
            axes.plot(
                range(len(away)), away, color=COLOURS[1 + k], lw=1.3, label=f"{name} half tape"
            )
        for step, text in ((DIFFERS, "first difference"), (WRONG_SYMBOL, "first wrong symbol")):
            axes.axvline(step, color=COLOURS[0], ls=":", lw=1.1)
            axes.text(
                step - 4, 0.5, f"{text}: {step}", rotation=90, ha="right", va="top", fontsize=8
            )
        axes.set_yscale("log", base=2)
        axes.set(xlabel="steps executed", ylabel="|float - rational| (none: at the bottom)")
        axes.set_title("The five-state champion in saturated neurons")
        axes.legend(frameon=False, loc="center left")


CLAIMS = (
    Claim("machines", machines_in_neurons),
    Claim("cells", cells_by_convolution),
    Claim("floats", floats_leave),
)
