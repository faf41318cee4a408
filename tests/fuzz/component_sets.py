"""A second reading of component sets, and of the steps of chains, for the oracle.

- `read_set`: a component file's text as `SetData`.
- `ComponentData.run`: a component at a parameter setting on values: its outputs, or None where it
  blocks.
- `places`, `may_stand`: where a step of a chain may stand. An output overwrites the first input
  register of its own sort that no earlier output has taken; one without such an input may go to any
  register of its sort; `(writes ...)` fixes the targets; `(placements ...)` lists the registers
  read, then those of the free outputs; no register is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from tests.fuzz.smt_text import (
    BOOL,
    INT,
    REAL,
    Atom,
    Compiled,
    Definitions,
    Function,
    Malformed,
    Sort,
    Undefined,
    Unreadable,
    Value,
    compile_term,
    head,
    read,
    sort_of,
    value_from_json,
    whole,
    word,
)

Variable = tuple[str, Sort]
MAX_SETTINGS = 2_000


@dataclass(slots=True)
class ComponentData:
    """A component; `outputs` and `guard` are functions of an environment."""

    name: str
    role: str
    inputs: list[Variable]
    parameters: list[tuple[str, Sort, list[Value]]]
    outputs: list[Compiled]
    output_sorts: list[Sort]
    guard: Compiled | None
    writes: list[str] | None
    placements: list[tuple[int, ...]] | None
    values: int | None = None

    @property
    def input_sorts(self) -> list[Sort]:
        return [sort for _, sort in self.inputs]

    def settings(self) -> list[tuple[Value, ...]]:
        """Every choice of parameter values."""
        count = 1
        for _, _, values in self.parameters:
            count *= len(values)
        if count > MAX_SETTINGS:
            raise Unreadable("many parameter settings")
        return list(product(*(values for _, _, values in self.parameters)))

    def run(self, setting: tuple[Value, ...], given: list[Value]) -> tuple[Value, ...] | None:
        """The outputs; None where the component blocks.

        Raises:
            Undefined: it divides by zero inside its guard, or leaves its values.
        """
        env = {name: value for (name, _), value in zip(self.inputs, given, strict=True)}
        env |= {p[0]: value for p, value in zip(self.parameters, setting, strict=True)}
        if self.guard is not None and not self.guard(env):
            return None
        results = tuple(output(env) for output in self.outputs)
        if self.values is not None:
            for sort, value in zip(self.output_sorts, results, strict=True):
                if sort == INT and not 0 <= value < self.values:
                    raise Undefined(f"{self.name} leaves its values")
        return results

    def written(self) -> list[Sort]:
        """The sorts of what a step of a chain writes: a branch's decision is not written."""
        return self.output_sorts[:-1] if self.role == "branch" else self.output_sorts

    def targets(self) -> list[int | None]:
        """For each output written, the input whose register it overwrites; None: it is free."""
        found: list[int | None] = []
        for sort in self.written():
            fitting = (i for i, s in enumerate(self.input_sorts) if s == sort and i not in found)
            found.append(next(fitting, None))
        return found


@dataclass(slots=True)
class SetData:
    """A component set."""

    name: str
    components: list[ComponentData]
    registers: list[Variable]
    any_of: list[Sort]
    regime: str = "straight-line"
    control: tuple[dict[str, set[bool]], bool] | None = None
    starts: Compiled | None = None
    dimension: int = 0
    offsets: list[tuple[int, ...]] = field(default_factory=list)
    quiescent: Value = None
    values: int | None = None

    def component(self, name: str) -> ComponentData:
        for c in self.components:
            if c.name == name:
                return c
        raise Malformed(f"there is no component {name[:40]!r}")

    def outcomes(self, name: str) -> set[bool]:
        """The outcomes on which a program may branch."""
        if self.control is None:
            return {True, False}
        return self.control[0].get(name, set())

    @property
    def jumps(self) -> bool:
        """Whether a program may jump unconditionally."""
        return self.control is None or self.control[1]


_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]{1,5})\}")
_IGNORED = ("set-logic", "set-option", "exit", "check-sat", "get-model")


def definitions(text: str) -> tuple[Definitions, list[list[Any]]]:
    """The functions and sorts of a text, and its :sheffer lines."""
    known = Definitions({}, {}, set())
    lines: list[list[Any]] = []
    for node in read(text):
        command = head(node)
        if command == "define-fun" and len(node) == 5:
            _define(node, known)
        elif command == "define-sort" and len(node) == 4 and node[2] == []:
            known.sorts[word(node[1])] = sort_of(node[3], known.sorts)
        elif command == "set-info" and len(node) >= 2:
            if word(node[1]) != ":sheffer":
                continue
            if len(node) != 3 or not isinstance(node[2], Atom) or node[2].kind != "string":
                raise Unreadable("a set-info")
            inner = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), node[2].text)
            lines += read(inner)
        elif command not in _IGNORED:
            raise Unreadable("a command")
    return known, lines


def _define(node: list[Any], known: Definitions) -> None:
    name = word(node[1])
    if name in known.functions:
        raise Malformed(f"{name} is defined twice")
    arguments = [(word(a[0]), sort_of(a[1], known.sorts)) for a in node[2]]
    if len({n for n, _ in arguments}) != len(arguments):
        raise Malformed("two arguments of a name")
    earlier = Definitions(dict(known.functions), dict(known.sorts), known.called)
    made = Function(name, arguments, sort_of(node[3], known.sorts), node[4], earlier)
    made.compiled()  # to see what it calls
    known.functions[name] = made


def read_set(text: str, default_name: str = "unnamed") -> SetData:
    """The component set of a text.

    Raises:
        Unreadable: what this reader does not know.
        Malformed: what no set may say.
    """
    known, lines = definitions(text)
    order = {name: k for k, name in enumerate(known.functions)}
    named: set[str] = set()
    found: list[tuple[int, ComponentData]] = []
    fields: dict[str, list[list[Any]]] = {}
    name = default_name
    for line in lines:
        kind = head(line)
        if kind in ("component", "test", "branch"):
            made, used = _described(line, known)
            found.append((min(order[f] for f in used[:1]), made))
            named.update(used)
        elif kind == "set":
            if fields or name != default_name:
                raise Malformed("two set lines")
            name = word(line[1])
            for item in line[2:]:
                fields.setdefault(head(item), []).append(item)
        elif kind != "problem":
            raise Unreadable("a line")
    if "starts" in fields:
        named.add(word(fields["starts"][0][1]))
    for function in known.functions.values():
        if function.name not in named and function.name not in known.called:
            sorts = [s for _, s in function.arguments]
            test = function.sort == BOOL and sorts and BOOL not in sorts
            role = "test" if test else "component"
            made = ComponentData(
                function.name, role, function.arguments, [], [function.compiled()],
                [function.sort], None, None, None,
            )  # fmt: skip
            found.append((order[function.name], made))
    found.sort(key=lambda pair: pair[0])
    return _assembled(name, [c for _, c in found], fields, known)


def _described(line: list[Any], known: Definitions) -> tuple[ComponentData, list[str]]:
    name = word(line[1])
    fields = {head(item): item[1:] for item in line[2:]}
    if len(fields) != len(line) - 2 or not set(fields) <= {
        "inputs", "outputs", "guard", "parameters", "writes", "placements",
    }:  # fmt: skip
        raise Unreadable("a part of a line")
    names = [word(n) for n in fields["outputs"]] if "outputs" in fields else [name]
    guard_name = word(fields["guard"][0]) if "guard" in fields else None
    if not names:
        raise Malformed("a component without outputs")
    used = [*names, *([guard_name] if guard_name else [])]
    for function in used:
        if function not in known.functions:
            raise Malformed(f"{function[:40]!r} is not defined")
    functions = [known.functions[n] for n in used]
    arguments = dict(functions[0].arguments)
    if any(dict(f.arguments) != arguments for f in functions):
        raise Malformed("functions with different arguments")
    parameters = [_parameter(p, known) for p in fields.get("parameters", [])]
    weights = {p[0] for p in parameters}
    inputs = [n for n, _ in functions[0].arguments if n not in weights]
    if "inputs" in fields:
        listed = [word(n) for n in fields["inputs"]]
        if sorted(listed) != sorted(inputs):
            raise Malformed("inputs that are no arguments")
        inputs = listed
    for weight, sort, _ in parameters:
        if arguments.get(weight) != sort:
            raise Malformed("a parameter that is no argument")
    places = None
    if "placements" in fields:
        places = [tuple(whole(k) for k in p) for p in fields["placements"]]
    made = ComponentData(
        name, head(line), [(n, arguments[n]) for n in inputs], parameters,
        [known.functions[n].compiled() for n in names], [known.functions[n].sort for n in names],
        known.functions[guard_name].compiled() if guard_name else None,
        [word(n) for n in fields["writes"]] if "writes" in fields else None, places,
    )  # fmt: skip
    if made.role != "component" and made.output_sorts[-1] != BOOL:
        raise Malformed("a decision that is not Bool")
    return made, used


def _number(node: Any) -> Fraction:
    sort, made = compile_term(node, {}, Definitions({}, {}, set()))
    if sort[0] not in ("Int", "Real", "BitVec"):
        raise Unreadable("a number")
    return Fraction(made({}))


def _parameter(node: list[Any], known: Definitions) -> tuple[str, Sort, list[Value]]:
    name, sort = word(node[0]), sort_of(node[1], known.sorts)
    if len(node) == 2 and sort == BOOL:
        return name, sort, [False, True]
    if len(node) not in (4, 5):
        raise Unreadable("a parameter")
    low, high = _number(node[2]), _number(node[3])
    step = _number(node[4]) if len(node) == 5 else Fraction(1)
    if step <= 0 or high < low:
        raise Malformed("an empty range")
    count = int((high - low) // step) + 1
    if count > MAX_SETTINGS:
        raise Unreadable("many parameter values")
    values: list[Value] = []
    for k in range(count):
        exact = low + k * step
        if sort == REAL:
            values.append(exact)
            continue
        if exact.denominator != 1:
            raise Malformed("a parameter that is no integer")
        number = int(exact)
        if sort[0] == "BitVec":
            if not -(1 << (sort[1] - 1)) <= number < 1 << sort[1]:
                raise Malformed("a parameter outside its sort")
            number %= 1 << sort[1]
        values.append(bool(number) if sort == BOOL else number)
    return name, sort, values


_SET_FIELDS = {
    "regime", "registers", "source", "values", "control", "starts", "cells", "quiescent",
}  # fmt: skip


def _assembled(
    name: str,
    components: list[ComponentData],
    fields: dict[str, list[list[Any]]],
    known: Definitions,
) -> SetData:
    if not set(fields) <= _SET_FIELDS:
        raise Unreadable("a part of the set line")
    if any(len(items) > 1 for key, items in fields.items() if key != "registers"):
        raise Malformed("a part of the set line stands twice")
    if len({c.name for c in components}) != len(components):
        raise Malformed("two components of a name")
    registers: list[Variable] = []
    any_of: list[Sort] = []
    for item in fields.get("registers", []):
        if isinstance(item[1], list):
            sort = sort_of(item[2], known.sorts)
            registers += [(word(n), sort) for n in item[1]]
        elif word(item[1]) == "any":
            any_of.append(sort_of(item[2], known.sorts))
    if len({n for n, _ in registers}) != len(registers):
        raise Malformed("two registers of a name")
    if not registers and not any_of:
        for c in components:
            for sort in (*c.input_sorts, *c.output_sorts):
                if sort not in any_of:
                    any_of.append(sort)
    made = SetData(name, components, registers, any_of)
    if "regime" in fields:
        made.regime = word(fields["regime"][0][1])
    if "values" in fields:
        made.values = whole(fields["values"][0][1])
        for c in components:
            c.values = made.values
    if "control" in fields:
        made.control = _control(fields["control"][0][1:])
        for test in made.control[0]:
            made.component(test)
    if "starts" in fields:
        function = known.functions.get(word(fields["starts"][0][1]))
        if function is None or function.sort != BOOL:
            raise Malformed("starts is no predicate")
        for argument in function.arguments:
            read_there = argument[0] in _words(function.body)
            if read_there and argument[0] in dict(registers) and argument not in registers:
                raise Malformed("starts reads a register as another sort")
        made.starts = function.compiled()
    if "cells" in fields:
        made.dimension = whole(fields["cells"][0][1])
        made.offsets = [
            tuple(whole(k) for k in o) if isinstance(o, list) else (whole(o),)
            for o in fields["cells"][0][2][1:]
        ]
    if "quiescent" in fields:
        sort, value = compile_term(fields["quiescent"][0][1], {}, known)
        made.quiescent = value({})
    return made


def _words(node: Any) -> set[str]:
    """All words of a term."""
    if isinstance(node, list):
        return {text for part in node for text in _words(part)}
    return {node.text}


def _control(items: list[Any]) -> tuple[dict[str, set[bool]], bool]:
    branches: dict[str, set[bool]] = {}
    jump = True
    for item in items:
        if isinstance(item, list):
            # Of two lines about one test the first counts: it is no wider than the checker's.
            branches.setdefault(word(item[0]), {word(k) == "true" for k in item[1:]})
        elif word(item) in ("jump", "no-jump"):
            jump = word(item) == "jump"
        else:
            raise Unreadable("a control")
    return branches, jump


# Steps


@dataclass(frozen=True, slots=True)
class StepData:
    """A component with the slots it reads and writes and its parameter values."""

    component: str
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    setting: tuple[Value, ...]


def read_steps(data: Any, components: SetData) -> list[StepData]:
    """The steps of a sequence as a certificate holds them."""
    found = []
    if not isinstance(data, list):
        raise Malformed("steps is no list")
    for item in data:
        if not isinstance(item, list) or len(item) != 4 or not isinstance(item[0], str):
            raise Malformed("no step")
        name, reads, writes, weights = item
        for slots in (reads, writes):
            if not isinstance(slots, list) or not all(type(k) is int and k >= 0 for k in slots):
                raise Malformed("no slots")
        component = components.component(name)
        if len(weights) != len(component.parameters):
            raise Malformed("a wrong number of parameters")
        setting = []
        for (_, sort, values), weight in zip(component.parameters, weights, strict=True):
            value = value_from_json(sort, weight)
            if value not in values:
                raise Malformed("a parameter outside its range")
            setting.append(value)
        found.append(StepData(name, tuple(reads), tuple(writes), tuple(setting)))
    return found


def may_stand(c: ComponentData, registers: list[Variable], step: StepData) -> bool:
    """Whether the component may stand on the registers as the step says."""
    if c.role == "test" or any(k >= len(registers) for k in (*step.reads, *step.writes)):
        return False
    if [registers[k][1] for k in step.reads] != c.input_sorts:
        return False
    if [registers[k][1] for k in step.writes] != c.written():
        return False
    if len(set(step.writes)) != len(step.writes):
        return False
    free: list[int] = []
    if c.writes is not None:
        if [registers[k][0] for k in step.writes] != c.writes:
            return False
    else:
        for target, register in zip(c.targets(), step.writes, strict=True):
            if target is None:
                free.append(register)
            elif step.reads[target] != register:
                return False
    return c.placements is None or (*step.reads, *free) in c.placements


def places(c: ComponentData, registers: list[Variable]) -> Iterator[StepData]:
    """Every place where a component may stand in a chain, for each setting."""
    by_sort = [[k for k, (_, s) in enumerate(registers) if s == sort] for sort in c.input_sorts]
    results = [[k for k, (_, s) in enumerate(registers) if s == sort] for sort in c.written()]
    settings = c.settings()
    count = len(settings)
    for options in (*by_sort, *results):
        count *= max(1, len(options))
    if count > 50_000:
        raise Unreadable("many placements")
    for reads in product(*by_sort):
        for writes in product(*results):
            if may_stand(c, registers, StepData(c.name, reads, writes, ())):
                for setting in settings:
                    yield StepData(c.name, reads, writes, setting)
