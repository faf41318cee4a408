"""Finds simulations: for a model, one sequence of the set for each of its operations.

Exact search finds a sequence that is right on samples; z3 proves the obligation that
`theory.kernel.machines.completeness` generates from it, or returns a counterexample, which becomes
a sample. What was found for one operation may serve the next, and is written out in the
certificate.

- `Reach`: the bounds of one pass.
- `pursue`: searches the operations of a trial that are still missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from solvers.completeness.chains import (
    Chooser,
    Move,
    chain_move,
    choosers,
    find_chain,
    find_decision,
    moves,
)
from solvers.completeness.circuits import Piece, find_circuit, floats_fit, piece_of, pieces
from solvers.completeness.operation_samples import OperationSamples
from solvers.completeness.search_budget import Clock
from solvers.completeness.trials import JUMP, Trial
from theory.kernel.components.placements import Wiring
from theory.kernel.components.programs import Regime, outcomes
from theory.kernel.language.sorts import Value
from theory.kernel.machines.completeness import operation_obligations
from theory.kernel.machines.models import Operation
from theory.kernel.machines.obligations import Open, Refuted, decide
from theory.kernel.machines.simulations import circuit_inputs
from theory.kernel.problems.sequences import Sequence

MAX_ROUNDS = 12  # samples added for one operation before it is given up
PROOF_S = 5.0


@dataclass(frozen=True, slots=True)
class Reach:
    """The bounds of one pass: steps of a sequence and states of one search."""

    length: int
    states: int


def pursue(trial: Trial, reach: Reach, clock: Clock, *, all_operations: bool) -> bool:
    """Searches what is missing; True when nothing is. Stops at the first failure unless told.

    Raises:
        ProblemError: `too-many-placements`.
        OutOfTimeError: with what was found kept in the trial.
    """
    search = (
        _CircuitSearch(trial, reach, clock)
        if trial.model.regime is Regime.RECURRENT
        else _ChainSearch(trial, reach, clock)
    )
    for operation in trial.wanted:
        if operation.name not in trial.missing:
            continue
        if not search.find(operation) and not all_operations:
            return False
    return not trial.missing


class _ChainSearch:
    """Operations as chains, tests as decisions."""

    def __init__(self, trial: Trial, reach: Reach, clock: Clock) -> None:
        self.trial, self.reach, self.clock = trial, reach, clock
        self.moves: list[Move] = moves(trial.components, trial.registers)
        self.deciders: list[Chooser] = choosers(trial.components, trial.registers)

    def find(self, operation: Operation) -> bool:
        samples = OperationSamples(self.trial, operation)
        trial = self.trial
        for _ in range(MAX_ROUNDS):
            self.clock.check()
            start = tuple(samples.state(row) for row in samples.rows)
            wanted = tuple(samples.wanted(row) for row in samples.rows)
            bounds = (self.reach.length, self.reach.states, self.clock)
            if operation.test:
                flags = tuple(samples.flag(row) for row in samples.rows)
                deciders = self._deciders(operation)
                decision = find_decision(start, wanted, flags, self.moves, deciders, *bounds)
                if decision is None:
                    return False
                trial.tests[operation.name] = decision
            else:
                macros = [chain_move(s) for s in trial.operations.values() if len(s) > 1]
                steps = find_chain(start, wanted, [*self.moves, *macros], *bounds)
                if steps is None:
                    return False
                registers = trial.registers
                trial.operations[operation.name] = Sequence(
                    trial.components, Wiring.CHAIN, registers, steps, tuple(range(len(registers)))
                )
            if _proved(trial, operation, samples):
                if operation.name == JUMP:
                    trial.jump = trial.tests.pop(JUMP)
                return True
            trial.operations.pop(operation.name, None)
            trial.tests.pop(operation.name, None)
            if operation.name in trial.notes:
                return False
        return False

    def _deciders(self, operation: Operation) -> list[Chooser]:
        if operation.name != JUMP:
            return self.deciders
        components = self.trial.components
        return [c for c in self.deciders if True in outcomes(components.control, c.step.component)]


class _CircuitSearch:
    """Operations as sequences with fan-out."""

    def __init__(self, trial: Trial, reach: Reach, clock: Clock) -> None:
        self.trial, self.reach, self.clock = trial, reach, clock
        self.exact = not floats_fit(trial.components)
        self.pieces: list[Piece] = pieces(trial.components, exact=self.exact)
        self.centre: int | None = None
        cells = trial.components.cells
        if cells is not None and any(p.spots is not None for p in self.pieces):
            middle = (0,) * cells.dimension
            self.centre = cells.offsets.index(middle) if middle in cells.offsets else None

    def find(self, operation: Operation) -> bool:
        trial = self.trial
        samples = OperationSamples(trial, operation)
        inputs = circuit_inputs(operation, trial.registers)
        held = tuple(value for _, value in trial.constants)
        macros = [
            piece_of(s, held, exact=self.exact)
            for s in trial.operations.values()
            if not trial.model.cells
        ]
        sorts = [t.sort for t in operation.cases[0].after]
        for _ in range(MAX_ROUNDS):
            self.clock.check()
            rows = [(*samples.codes(row, "before"), *held) for row in samples.rows]
            columns = zip(*(samples.codes(row, "after") for row in samples.rows), strict=True)
            targets = list(zip(sorts, columns, strict=True))
            sequence = find_circuit(
                trial.components, inputs, rows, targets, [*self.pieces, *macros],
                self.reach.length, 10 * self.reach.states, self.clock, self.centre,
                exact=self.exact,
            )  # fmt: skip
            if sequence is None:
                return False
            trial.operations[operation.name] = sequence
            if trial.model.cells:
                added = _wrong_cases(sequence, operation, samples, held)
                if added:
                    del trial.operations[operation.name]
                    continue
            if _proved(trial, operation, samples):
                return True
            trial.operations.pop(operation.name, None)
            if operation.name in trial.notes:
                return False
        return False


def _wrong_cases(
    sequence: Sequence, operation: Operation, samples: OperationSamples, held: tuple[Value, ...]
) -> bool:
    added = 0
    for k, case in enumerate(operation.cases):
        given = sequence.evaluate((*(t.indices[0] for t in case.before), *held))
        if given != tuple(t.indices[0] for t in case.after) and samples.add(k, {}):
            added += 1
            if added == 4:
                break
    return added > 0


def _proved(trial: Trial, operation: Operation, samples: OperationSamples) -> bool:
    """Whether all cases are proved; a counterexample becomes a sample."""
    for k, obligation in enumerate(operation_obligations(trial.simulation(), operation)):
        outcome = decide(obligation, timeout_s=PROOF_S)
        if isinstance(outcome, Refuted):
            if not samples.add(k, dict(outcome.values)):
                trial.notes[operation.name] = f"refuted: {outcome.message}"
            return False
        if isinstance(outcome, Open):
            trial.notes[operation.name] = f"found, not proved: {outcome.reason}"
            return False
    return True
