"""Sequences of exactly so many steps as formulas for Z3, over every sort.

What a step does is chosen by Boolean variables, one for each component (dag) or for each component
and place (chain), one for each slot an operand may be, and one for each slot an output may be. The
value of every slot on every sample is a constant that the choices tie to the term of the component.
Parameters stay symbolic: low + step * k for a number k in range. `live` says of each sample that no
step blocks there; it may be false although none does, which only makes the error look greater.

A sequence with a step that nothing reads is left out. Without that step it is shorter and no worse,
so that it need not be found where all shorter ones have been looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from theory.formats.z3_terms import to_z3, z3_sort, z3_value
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.placements import Step, Wiring, spots
from theory.kernel.language.sorts import Sort, Value, coerce
from theory.kernel.language.terms import Term, const, substitute, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence


@dataclass
class Slot:
    """What may hold a value of one sort: an input, or one output of a step if that has it.

    Attributes:
        sort: of its values. step: the number of the step, -1 for inputs.
        place: which input, or which output of the step.
        present: the condition under which it is there; None for always.
        values: a term for each sample.
        readers: the choices under which it is read.
    """

    sort: Sort
    step: int
    place: int
    present: Any
    values: list[Term]
    readers: list[Any] = field(default_factory=list)


@dataclass
class Chosen:
    """One component at one step, and what of a model says how it is applied."""

    component: Component
    chosen: Any  # the Boolean variable
    reads: tuple[int, ...] = ()  # chain
    writes: tuple[int, ...] = ()  # chain
    operands: list[list[tuple[Any, Slot]]] = field(default_factory=list)  # dag
    parameters: list[tuple[Parameter, Any]] = field(default_factory=list)


class Encoding:
    """The formula, and the sequence that a model of it stands for.

    Attributes:
        constraints: Z3 expressions; all must hold.
        live: a Z3 Boolean for each sample.
        outputs: for each output a Z3 expression for each sample.
        possible: False where there is no such sequence at all, for want of components or slots.
    """

    def __init__(self, problem: Problem, length: int) -> None:
        import z3

        assert problem.components is not None
        self.problem, self.length = problem, length
        self.rows = problem.rows()
        self.constraints: list[Any] = []
        self.live = [z3.Bool(f"live{j}") for j in range(len(self.rows))]
        self.outputs: list[list[Any]] = []
        self.steps: list[list[Chosen]] = []
        self.possible = True
        self._names = count()
        if problem.wiring is Wiring.CHAIN:
            self._chain()
        else:
            self._dag()

    @cached_property
    def _z3(self) -> Any:
        import z3

        return z3

    def _fresh(self, sort: Sort) -> Term:
        return var(f"v{next(self._names)}", sort)

    def _boolean(self) -> Any:
        return self._z3.Bool(f"c{next(self._names)}")

    def _one_of(self, choices: list[Any]) -> None:
        if choices:
            self.constraints.append(self._z3.PbEq([(choice, 1) for choice in choices], 1))
        else:
            self.possible = False

    def _when(self, condition: Any, *claims: Any) -> None:
        self.constraints += [self._z3.Implies(condition, claim) for claim in claims]

    def _equal(self, condition: Any, pairs: Iterable[tuple[Term, Term]]) -> None:
        """Where the condition holds, the terms of each pair are equal."""
        listed = list(pairs)
        sides = to_z3([term for pair in listed for term in pair])
        for left, right in zip(sides[::2], sides[1::2], strict=True):
            self._when(condition, left == right)

    def _parameters(self, one: Chosen) -> dict[str, Term]:
        """A variable for each parameter, tied to its range."""
        z3, values = self._z3, {}
        for p in one.component.parameters:
            values[p.name] = self._fresh(p.sort)
            (value,) = to_z3([values[p.name]])
            one.parameters.append((p, value))
            if p.sort.kind == "Bool":
                if p.size < 2:
                    allowed = next(p.values())
                    self._when(one.chosen, value == z3_value(p.sort, allowed))
                continue
            low = z3_value(p.sort, coerce(p.sort, p.low))
            step = z3_value(p.sort, coerce(p.sort, p.step))
            if p.sort.kind == "BitVec":
                k = z3.Const(f"k{next(self._names)}", z3_sort(p.sort))
                inside = z3.ULE(k, p.size - 1)
            else:
                k = z3.Int(f"k{next(self._names)}")
                inside = z3.And(k >= 0, k < p.size)
            factor = z3.ToReal(k) if p.sort.kind == "Real" else k
            self._when(one.chosen, inside, value == low + step * factor)
        return values

    def _apply(self, one: Chosen, given: list[list[Term]], results: list[list[Term]]) -> None:
        """Ties results (output, sample) to the component on the given (operand, sample)."""
        component = one.component
        settings = self._parameters(one)
        for j, live in enumerate(self.live):
            values = settings | {
                v.name: operand[j] for v, operand in zip(component.inputs, given, strict=True)
            }
            terms = substitute(component.outputs, values)
            made = [result[j] for result in results]
            self._equal(one.chosen, zip(made, terms, strict=False))
            if component.guard is not None:
                (guard,) = to_z3(substitute([component.guard], values))
                self._when(one.chosen, self._z3.Implies(live, guard))

    # Dags.

    def _dag(self) -> None:
        problem = self.problem
        assert problem.components is not None
        slots = [
            Slot(v.sort, -1, k, None, [const(row.inputs[k], v.sort) for row in self.rows])
            for k, v in enumerate(problem.inputs)
        ]
        for number in range(self.length):
            there = {slot.sort for slot in slots}
            usable = [c for c in problem.components.components if there.issuperset(c.input_sorts)]
            self.steps.append([Chosen(c, self._boolean()) for c in usable])
            self._one_of([one.chosen for one in self.steps[-1]])
            slots += self._dag_step(number, self.steps[-1], slots)
        self._choose_outputs(slots)
        for number in range(self.length):
            readers = [r for slot in slots if slot.step == number for r in slot.readers]
            self.constraints.append(self._z3.Or(readers))

    def _dag_step(self, number: int, choices: list[Chosen], slots: list[Slot]) -> list[Slot]:
        """Ties operands and results of one step; its slots."""
        operands: dict[tuple[int, Sort], tuple[list[tuple[Any, Slot]], list[Term]]] = {}
        for one in choices:
            for place, sort in enumerate(one.component.input_sorts):
                if (place, sort) not in operands:
                    operands[place, sort] = self._operand(sort, slots)
                options, _ = operands[place, sort]
                one.operands.append(options)
                self._when(one.chosen, self._z3.Or([choice for choice, _ in options]))
        made: dict[tuple[int, Sort], tuple[list[Any], list[Term]]] = {}
        for one in choices:
            results = []
            for place, sort in enumerate(one.component.output_sorts):
                if (place, sort) not in made:
                    made[place, sort] = ([], [self._fresh(sort) for _ in self.rows])
                made[place, sort][0].append(one.chosen)
                results.append(made[place, sort][1])
            given = [operands[key][1] for key in enumerate(one.component.input_sorts)]
            self._apply(one, given, results)
        # An operand that the component does not have is not chosen.
        for (place, sort), (options, _) in operands.items():
            users = [
                one.chosen
                for one in choices
                if one.component.input_sorts[place : place + 1] == (sort,)
            ]
            for choice, _slot in options:
                self._when(choice, self._z3.Or(users))
        return [
            Slot(sort, number, place, self._z3.Or(makers), values)
            for (place, sort), (makers, values) in made.items()
        ]

    def _operand(self, sort: Sort, slots: list[Slot]) -> tuple[list[tuple[Any, Slot]], list[Term]]:
        """At most one choice among the slots of a sort, and the value chosen for each sample."""
        values = [self._fresh(sort) for _ in self.rows]
        options = self._options(sort, slots, values)
        self.constraints.append(self._z3.AtMost(*[choice for choice, _ in options], 1))
        return options, values

    def _options(self, sort: Sort, slots: list[Slot], values: list[Term]) -> list[tuple[Any, Slot]]:
        options = []
        for slot in slots:
            if slot.sort == sort:
                choice = self._boolean()
                options.append((choice, slot))
                slot.readers.append(choice)
                if slot.present is not None:
                    self._when(choice, slot.present)
                self._equal(choice, zip(values, slot.values, strict=True))
        return options

    def _choose_outputs(self, slots: list[Slot]) -> None:
        self._read_off: list[list[tuple[Any, Slot]]] = []
        for v in self.problem.outputs:
            values = [self._fresh(v.sort) for _ in self.rows]
            options = self._options(v.sort, slots, values)
            self._one_of([choice for choice, _ in options])
            self._read_off.append(options)
            self.outputs.append(to_z3(values))

    # Chains.

    def _chain(self) -> None:
        problem = self.problem
        assert problem.components is not None
        places = [
            (component, reads, writes)
            for component in problem.components.components
            if component.role is not Role.TEST
            for reads, writes in spots(component, problem.inputs)
        ]
        state = [
            [const(row.inputs[k], v.sort) for row in self.rows]
            for k, v in enumerate(problem.inputs)
        ]
        for _ in range(self.length):
            choices = [Chosen(c, self._boolean(), r, w) for c, r, w in places]
            self.steps.append(choices)
            self._one_of([one.chosen for one in choices])
            after = [[self._fresh(v.sort) for _ in self.rows] for v in problem.inputs]
            for one in choices:
                results = [after[k] for k in one.writes]
                assert len(results) == len(one.component.written)
                self._apply(one, [state[k] for k in one.reads], results)
                for k in range(len(state)):
                    if k not in one.writes:
                        self._equal(one.chosen, zip(after[k], state[k], strict=True))
            state = after
        self.outputs = [to_z3(state[k]) for k in problem.compared()]

    # Models.

    def sequence(self, model: Any) -> Sequence:
        """The sequence of a model."""
        m = len(self.problem.inputs)
        starts: list[int] = []
        steps: list[Step] = []
        width = m

        def number(options: list[tuple[Any, Slot]]) -> int:
            slot = next(slot for choice, slot in options if self._holds(model, choice))
            return slot.place if slot.step < 0 else starts[slot.step] + slot.place

        for choices in self.steps:
            one = next(one for one in choices if self._holds(model, one.chosen))
            component = one.component
            setting = tuple(self._value(model, p, value) for p, value in one.parameters)
            if self.problem.wiring is Wiring.CHAIN:
                steps.append(Step(component.name, one.reads, one.writes, setting))
                continue
            reads = tuple(number(options) for options in one.operands)
            steps.append(Step(component.name, reads, (), setting))
            starts.append(width)
            width += len(component.outputs)
        if self.problem.wiring is Wiring.CHAIN:
            return self.problem.sequence(steps)
        return self.problem.sequence(steps, tuple(map(number, self._read_off)))

    def _holds(self, model: Any, choice: Any) -> bool:
        return bool(self._z3.is_true(model.eval(choice, model_completion=True)))

    def _value(self, model: Any, parameter: Parameter, expression: Any) -> Value:
        """A parameter's value."""
        found = model.eval(expression, model_completion=True)
        if parameter.sort.kind == "Bool":
            return bool(self._z3.is_true(found))
        if parameter.sort.kind == "Real":
            return coerce(parameter.sort, found.as_fraction())
        return coerce(parameter.sort, found.as_long())
