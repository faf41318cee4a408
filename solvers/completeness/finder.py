"""Finds simulations: for a model, one sequence of the set for each of its operations.

Exact search finds a sequence that is right on samples; z3 proves the obligation that
`theory.completeness` generates from it, or returns a counterexample, which becomes a sample. What
was found for one operation may serve the next, and is written out in the certificate.

- `Trial`: a model with a choice of registers; `trials` in `solvers.completeness.layouts` lists
  those that fit a set.
- `pursue`: searches the operations of a trial that are still missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any

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
from solvers.completeness.search_budget import Clock
from theory.certificates import new_certificate
from theory.completeness import operation_obligations
from theory.component_writing import write_components
from theory.components import ComponentSet, Regime, Variable
from theory.machine_models import anywhere
from theory.models import Case, Model, Operation
from theory.obligations import Open, Refuted, decide
from theory.placements import Wiring
from theory.sequences import Sequence
from theory.simulations import (
    Decision,
    Simulation,
    circuit_inputs,
    decision_to_json,
    outcomes,
    steps_to_json,
    two_way,
)
from theory.sorts import ArrayValue, Sort, Value, default_value, value_to_json
from theory.terms import TRUE, compile_terms

MAX_ROUNDS = 12  # samples added for one operation before it is given up
PROOF_S = 5.0
JUMP = "jump"

Values = dict[str, Value]


@dataclass(slots=True)
class Trial:
    """A model on some registers of a set, and what was found of it so far."""

    components: ComponentSet
    model: Model
    registers: tuple[Variable, ...]
    parts: tuple[int, ...]
    constants: tuple[tuple[int, Value], ...]
    operations: dict[str, Sequence] = field(default_factory=dict)
    tests: dict[str, Decision] = field(default_factory=dict)
    jump: Decision | None = None
    notes: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[tuple[int, Values]]] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[Operation, ...]:
        """The operations, and the jump where the control lacks one."""
        control = self.components.control
        if self.model.regime is not Regime.WHILE or control is None or control.jump:
            return self.model.operations
        if any(two_way(control, outcomes(self.components, t)) for t, _ in control.branches):
            return self.model.operations
        case = anywhere(self.model)
        return (
            *self.model.operations,
            Operation(JUMP, (replace(case, after=case.before, flag=TRUE),), True),
        )

    @property
    def found(self) -> list[str]:
        """Names of what was found."""
        return [o.name for o in self.wanted if self._has(o)]

    @property
    def missing(self) -> list[str]:
        """Names of what was not."""
        return [o.name for o in self.wanted if not self._has(o)]

    def _has(self, operation: Operation) -> bool:
        if operation.name == JUMP:
            return self.jump is not None
        return operation.name in (self.tests if operation.test else self.operations)

    def simulation(self) -> Simulation:
        """What was found so far as a simulation; not complete before nothing is missing."""
        return Simulation(
            self.components, self.model.regime, self.model, self.registers, self.parts,
            self.constants, self.operations, self.tests, self.jump,
        )  # fmt: skip

    def certificate(self) -> dict[str, Any]:
        """The certificate, when nothing is missing."""
        text = write_components(self.components)
        common = {"set": text, "regime": str(self.model.regime), "model": self.model.data}
        if self.model.regime is Regime.RECURRENT:
            constants = [[str(self.registers[k].sort), value_to_json(v)] for k, v in self.constants]
            operations: dict[str, Any] = {n: s.to_json() for n, s in self.operations.items()}
            return new_certificate(
                "simulation", **common, constants=constants, operations=operations
            )
        programs: dict[str, Any] = {}
        for operation in self.model.operations:
            name = operation.name
            programs[name] = (
                decision_to_json(self.tests[name])
                if operation.test
                else steps_to_json(self.operations[name].steps)
            )
        return new_certificate(
            "simulation",
            **common,
            registers=[[r.name, str(r.sort)] for r in self.registers],
            parts=list(self.parts),
            constants=[[k, value_to_json(v)] for k, v in self.constants],
            operations=programs,
            jump=None if self.jump is None else decision_to_json(self.jump),
        )


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


# Samples


_SMALL: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, 2, 3, 5, 12),
    "Real": tuple(Fraction(k, 16) for k in (0, 4, 12, 16, 7, 13)),
    "Bool": (False, True),
}


def _small(sort: Sort) -> tuple[Value, ...]:
    if sort.kind == "BitVec":
        return tuple(k for k in (0, 1, 2, 5) if k < 1 << sort.width)
    if sort.kind == "Array":
        element = sort.parts[1]
        zero = ArrayValue(default_value(element))
        values: list[Value] = [zero]
        one = _small(element)[1] if len(_small(element)) > 1 else default_value(element)
        if sort.parts[0].kind == "Int":
            values += [zero.store(1, one).store(2, one), zero.store(0, one).store(3, one)]
        return tuple(values)
    return _SMALL[sort.kind]


def _first_samples(trial: Trial, operation: Operation) -> list[tuple[int, Values]]:
    """A few values for each case that its assumption admits, scratch registers as they come."""
    found: list[tuple[int, Values]] = []
    many = len(operation.cases) > 32
    chosen = range(0, len(operation.cases), 37) if many else range(len(operation.cases))
    for k in chosen:
        case = operation.cases[k]
        names = tuple(v.name for v in case.variables)
        admits = compile_terms((case.assuming,), names)
        options = [_small(v.sort) for v in case.variables]
        admitted = (v for v in _diagonal(options) if admits(*v)[0])
        for values in islice(admitted, 5):
            sample = dict(zip(names, values, strict=True))
            for number, register in enumerate(trial.registers):
                small = _small(register.sort)
                sample[f"old {register.name}"] = small[(len(found) + number + 2) % len(small)]
            found.append((k, sample))
    return found


def _diagonal(options: list[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
    """Combinations with differing parts first, so that few samples tell parts apart."""
    widest = max((len(o) for o in options), default=1)
    for shift, k in product(range(widest), range(widest)):
        yield tuple(o[(k + shift * j) % len(o)] for j, o in enumerate(options))
    yield from product(*options)


class _Samples:
    """An operation's samples as values: what the codes are before and should be after."""

    def __init__(self, trial: Trial, operation: Operation) -> None:
        self.trial, self.operation = trial, operation
        if operation.name not in trial.samples:
            trial.samples[operation.name] = _first_samples(trial, operation)
        self.rows = trial.samples[operation.name]

    def case(self, row: tuple[int, Values]) -> Case:
        return self.operation.cases[row[0]]

    def codes(self, row: tuple[int, Values], which: str) -> tuple[Value, ...]:
        case = self.case(row)
        terms = case.before if which == "before" else case.after
        names = tuple(v.name for v in case.variables)
        return compile_terms(terms, names)(*(row[1][n] for n in names))

    def flag(self, row: tuple[int, Values]) -> bool:
        case = self.case(row)
        names = tuple(v.name for v in case.variables)
        flag = TRUE if case.flag is None else case.flag
        return bool(compile_terms((flag,), names)(*(row[1][n] for n in names))[0])

    def state(self, row: tuple[int, Values]) -> tuple[Value, ...]:
        slots = [row[1][f"old {r.name}"] for r in self.trial.registers]
        for k, value in zip(self.trial.parts, self.codes(row, "before"), strict=True):
            slots[k] = value
        for k, value in self.trial.constants:
            slots[k] = value
        return tuple(slots)

    def wanted(self, row: tuple[int, Values]) -> dict[int, Value]:
        after = dict(zip(self.trial.parts, self.codes(row, "after"), strict=True))
        return after | dict(self.trial.constants)

    def add(self, case: int, values: Values) -> bool:
        """A counterexample as a new sample; False where it brings nothing new."""
        full = {f"old {r.name}": default_value(r.sort) for r in self.trial.registers}
        full |= {v.name: default_value(v.sort) for v in self.operation.cases[case].variables}
        row = (case, full | values)
        if row in self.rows:
            return False
        self.rows.append(row)
        return True


# Searches


class _ChainSearch:
    """Operations as chains, tests as decisions."""

    def __init__(self, trial: Trial, reach: Reach, clock: Clock) -> None:
        self.trial, self.reach, self.clock = trial, reach, clock
        self.moves: list[Move] = moves(trial.components, trial.registers)
        self.deciders: list[Chooser] = choosers(trial.components, trial.registers)

    def find(self, operation: Operation) -> bool:
        samples = _Samples(self.trial, operation)
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
        return [c for c in self.deciders if True in outcomes(components, c.step.component)]


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
        samples = _Samples(trial, operation)
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
    sequence: Sequence, operation: Operation, samples: _Samples, held: tuple[Value, ...]
) -> bool:
    added = 0
    for k, case in enumerate(operation.cases):
        given = sequence.evaluate((*(t.indices[0] for t in case.before), *held))
        if given != tuple(t.indices[0] for t in case.after) and samples.add(k, {}):
            added += 1
            if added == 4:
                break
    return added > 0


def _proved(trial: Trial, operation: Operation, samples: _Samples) -> bool:
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
