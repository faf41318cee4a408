"""A trial: a model with a choice of registers of a set, and what was found of it so far.

`trials` in `solvers.completeness.layouts` lists those that fit a set; `solvers.completeness.finder`
searches what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from theory.formats.certificates import decision_to_json, new_certificate
from theory.formats.component_writing import write_components
from theory.formats.sequence_text import sequence_to_json, steps_to_json
from theory.formats.values import value_to_json
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime, outcomes, two_way
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value
from theory.kernel.language.terms import TRUE
from theory.kernel.machines.machine_models import anywhere
from theory.kernel.machines.models import Model, Operation
from theory.kernel.machines.simulations import Decision, Simulation
from theory.kernel.problems.sequences import Sequence

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
        if any(two_way(control, outcomes(control, t)) for t, _ in control.branches):
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
            operations: dict[str, Any] = {
                n: sequence_to_json(s) for n, s in self.operations.items()
            }
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
