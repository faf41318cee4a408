"""Component sets from SMT-LIB text: definitions, with `set-info` for what they leave open.

The definitions say what SMT-LIB can; `(set-info :sheffer "(...)")` the rest: a line `(set ...)`
and a line `(component ...)`, `(test ...)` or `(branch ...)` for a component. A definition that no
line describes or names, and that no other definition calls, is a component with one output; with a
Bool output and no Bool input it is a test. So every definition is used, and none is passed over.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Cells, Control, Regime
from theory.kernel.errors import CertificateError, ComponentError
from theory.kernel.language.names import Variable
from theory.kernel.language.sexpr import Atom, Group, Node, parse
from theory.kernel.language.smtlib import (
    Definitions,
    Function,
    integer,
    interpret,
    read_sort,
    read_term,
    symbol,
)
from theory.kernel.language.sorts import BOOL, Sort, Value


def components_from(text: str, where: str) -> ComponentSet:
    """The component set of a text that holds nothing else.

    Raises:
        ComponentError: located in the text.
    """
    return components_of(interpret(parse(text, where), where), "unnamed")


def read_set(data: dict[str, Any]) -> tuple[ComponentSet, Regime]:
    """The component set and the regime that a certificate speaks of.

    Raises:
        CertificateError: `bad-set` or `bad-regime`.
    """
    if not isinstance(data.get("set"), str):
        raise CertificateError("bad-set", "expected the text of a component file", "set")
    components = components_from(data["set"], "set")
    try:
        return components, Regime(str(data.get("regime")))
    except ValueError:
        message = f"unknown regime {str(data.get('regime'))[:40]!r}"
        raise CertificateError("bad-regime", message, "regime") from None


def components_of(
    found: Definitions, name: str, spared: frozenset[str] = frozenset()
) -> ComponentSet:
    """The component set that definitions and lines state.

    Args:
        name: of the set, where no line names it.
        spared: functions that are no components: the targets and the condition of a problem.
    """
    described: list[tuple[str, Component]] = []
    named: set[str] = set(spared)
    set_line: Group | None = None
    for line in found.lines:
        if line.head in ("component", "test", "branch"):
            made, used = _component(line, found)
            described.append((made.output_names[0], made))
            named |= used
        elif line.head == "set":
            if set_line is not None:
                raise ComponentError("duplicate-name", "a second (set ...) line", line.where)
            set_line = line
        elif line.head != "problem" or not spared:
            message = (
                f"unknown line ({line.head} ...); known: set, component, test, branch, problem"
            )
            raise ComponentError("unknown-line", message, line.where)
    fields = _fields(set_line, 2, _SET_FIELDS) if set_line else {}
    if "starts" in fields:
        named.add(symbol(_one(fields["starts"])))
    for function in found.functions.values():
        if function.name not in named and function.name not in found.called:
            described.append((function.name, _undescribed(function)))
    position = {function: k for k, function in enumerate(found.functions)}
    described.sort(key=lambda pair: position[pair[0]])
    components = tuple(c for _, c in described)
    where = set_line.where if set_line else found.file
    try:
        return _assemble(symbol(set_line.items[1]) if set_line else name, components, fields, found)
    except ComponentError as error:
        place = error.where if error.where.startswith(found.file) else f"{where}: {error.where}"
        raise ComponentError(error.reason, error.message, place) from None


def _undescribed(function: Function) -> Component:
    no_bool_in = function.arguments and all(a.sort != BOOL for a in function.arguments)
    role = Role.TEST if function.body.sort == BOOL and no_bool_in else Role.OPERATION
    return Component(function.name, function.arguments, (function.body,), role=role)


_SET_FIELDS = {"regime", "registers", "source", "values", "control", "starts", "cells", "quiescent"}
_COMPONENT_FIELDS = {"inputs", "outputs", "guard", "parameters", "writes", "placements"}


def _fields(line: Group, first: int, known: set[str]) -> dict[str, list[Group]]:
    """The (keyword ...) groups of a line from its item `first` on, by keyword."""
    if len(line.items) < first:
        raise ComponentError("syntax", f"({line.head} ...) needs a name", line.where)
    fields: dict[str, list[Group]] = {}
    for item in line.items[first:]:
        if not isinstance(item, Group) or item.head not in known:
            message = f"unknown part {str(item)[:40]}; known: {', '.join(sorted(known))}"
            raise ComponentError("unknown-line", message, item.where)
        fields.setdefault(item.head, []).append(item)
    for head, groups in fields.items():
        if len(groups) > 1 and head != "registers":
            raise ComponentError("duplicate-name", f"({head} ...) stands twice", groups[1].where)
    return fields


def _one(groups: list[Group]) -> Node:
    if len(groups[0].items) != 2:
        message = f"({groups[0].head} ...) takes exactly one thing"
        raise ComponentError("syntax", message, groups[0].where)
    return groups[0].items[1]


def _function(node: Node, found: Definitions) -> Function:
    name = symbol(node)
    if name not in found.functions:
        message = f"{name!r} is not defined; add (define-fun {name} ...)"
        raise ComponentError("unknown-function", message, node.where)
    return found.functions[name]


def _component(line: Group, found: Definitions) -> tuple[Component, set[str]]:
    fields = _fields(line, 2, _COMPONENT_FIELDS)
    name = symbol(line.items[1])
    outputs = fields["outputs"][0].items[1:] if "outputs" in fields else line.items[1:2]
    if not outputs:
        raise ComponentError("no-output", "a component has at least one output", line.where)
    functions = [_function(node, found) for node in outputs]
    guard = _function(_one(fields["guard"]), found) if "guard" in fields else None
    parameters = tuple(_parameter(p, found) for p in _items(fields, "parameters"))
    weights = {p.name for p in parameters}
    arguments = functions[0].arguments
    for function in [*functions, *([guard] if guard else [])]:
        if {(a.name, a.sort) for a in function.arguments} != {(a.name, a.sort) for a in arguments}:
            message = f"{function.name} and {functions[0].name} must have the same arguments"
            raise ComponentError("wrong-arity", message, function.where)
    by_name = {a.name: a for a in arguments}
    inputs = [a.name for a in arguments if a.name not in weights]
    if "inputs" in fields:
        listed = [symbol(node) for node in fields["inputs"][0].items[1:]]
        if sorted(listed) != sorted(inputs):
            message = f"inputs are {' '.join(inputs) or 'none'}, not {' '.join(listed) or 'none'}"
            raise ComponentError("wrong-arity", message, fields["inputs"][0].where)
        inputs = listed
    for p in parameters:
        if p.name not in by_name or by_name[p.name].sort != p.sort:
            message = f"parameter {p.name} is no argument of sort {p.sort} of {functions[0].name}"
            raise ComponentError("wrong-sort", message, line.where)
    try:
        made = Component(
            name,
            tuple(by_name[n] for n in inputs),
            tuple(f.body for f in functions),
            tuple(f.name for f in functions),
            guard=guard.body if guard else None,
            parameters=parameters,
            writes=tuple(map(symbol, _items(fields, "writes"))) if "writes" in fields else None,
            placements=tuple(map(_placement, _items(fields, "placements")))
            if "placements" in fields
            else None,
            role=Role(line.head),
        )
    except ComponentError as error:
        raise ComponentError(error.reason, error.message, f"{line.where}: {error.where}") from None
    return made, {f.name for f in functions} | ({guard.name} if guard else set())


def _items(fields: dict[str, list[Group]], head: str) -> tuple[Node, ...]:
    return fields[head][0].items[1:] if head in fields else ()


def _placement(node: Node) -> tuple[int, ...]:
    if not isinstance(node, Group):
        raise ComponentError("syntax", "a placement is a list of register numbers", node.where)
    places = tuple(integer(k) for k in node.items)
    if any(not 0 <= k < 10_000 for k in places):
        raise ComponentError("bad-value", "a register number is 0 or more", node.where)
    return places


def _parameter(node: Node, found: Definitions) -> Parameter:
    match node:
        case Group(items=(name, Atom(text="Bool"))):
            return Parameter(symbol(name), BOOL)
        case Group(items=(name, sort_node, low, high)):
            step: int | Fraction = 1
        case Group(items=(name, sort_node, low, high, step_node)):
            step = _number(step_node, found)
        case _:
            message = "a parameter is (NAME SORT LOW HIGH) or (NAME SORT LOW HIGH STEP)"
            raise ComponentError("syntax", message, node.where)
    sort = read_sort(sort_node)
    return Parameter(symbol(name), sort, _number(low, found), _number(high, found), step)


def _number(node: Node, found: Definitions) -> int | Fraction:
    if isinstance(node, Atom) and node.kind == "symbol" and node.text[:1] == "-":
        return integer(node)
    term = read_term(node, {}, Definitions(found.file))
    if term.op != "const" or isinstance(term.indices[0], bool) or term.sort.kind == "Array":
        raise ComponentError("syntax", f"expected a number, not {str(node)[:40]}", node.where)
    value = term.indices[0]
    return int(value) if value == int(value) else value


def _assemble(
    name: str,
    components: tuple[Component, ...],
    fields: dict[str, list[Group]],
    found: Definitions,
) -> ComponentSet:
    registers: list[Variable] = []
    any_of: list[Sort] = []
    for group in fields.get("registers", []):
        match group.items[1:]:
            case (Atom(text="any"), sort):
                any_of.append(read_sort(sort))
            case (Group(items=names), sort) if names:
                kind = read_sort(sort)
                registers += [Variable(symbol(n), kind) for n in names]
            case _:
                message = "write (registers (NAME ...) SORT) or (registers any SORT)"
                raise ComponentError("syntax", message, group.where)
    starts = None
    if "starts" in fields:
        starts = _function(_one(fields["starts"]), found).body
    return ComponentSet(
        name,
        components,
        tuple(registers),
        tuple(any_of),
        regime=_regime(_one(fields["regime"])) if "regime" in fields else Regime.STRAIGHT_LINE,
        control=_control(fields["control"][0]) if "control" in fields else None,
        starts=starts,
        cells=_cells(fields, found),
        values=integer(_one(fields["values"])) if "values" in fields else None,
        source=str(_one(fields["source"])) if "source" in fields else "",
    )


def _regime(node: Node) -> Regime:
    try:
        return Regime(symbol(node))
    except ValueError:
        message = f"unknown regime {node}; known: {', '.join(Regime)}"
        raise ComponentError("unknown-regime", message, node.where) from None


def _control(group: Group) -> Control:
    branches: list[tuple[str, tuple[bool, ...]]] = []
    jump: bool | None = None
    for item in group.items[1:]:
        if isinstance(item, Atom) and item.text in ("jump", "no-jump") and jump is None:
            jump = item.text == "jump"
        elif isinstance(item, Group) and len(item.items) >= 2:
            outcomes = [str(k) for k in item.items[1:]]
            if not set(outcomes) <= {"true", "false"} or len(set(outcomes)) < len(outcomes):
                raise ComponentError("syntax", "outcomes are true and false, once", item.where)
            branches.append((symbol(item.items[0]), tuple(k == "true" for k in outcomes)))
        else:
            message = (
                "control takes (TEST true), (TEST false), (TEST true false), and jump or no-jump"
            )
            raise ComponentError("syntax", message, item.where)
    return Control(tuple(branches), jump is not False)


def _cells(fields: dict[str, list[Group]], found: Definitions) -> Cells | None:
    if "cells" not in fields:
        if "quiescent" in fields:
            where = fields["quiescent"][0].where
            raise ComponentError("syntax", "(quiescent ...) belongs to (cells ...)", where)
        return None
    group = fields["cells"][0]
    dimension = integer(group.items[1]) if len(group.items) >= 2 else 0
    match group.items[2:]:
        case (Group(items=(Atom(text="offsets"), *nodes)),) if 1 <= dimension <= 3:
            offsets = tuple(
                tuple(integer(k) for k in n.items) if isinstance(n, Group) else (integer(n),)
                for n in nodes
            )
        case _:
            message = "write (cells DIMENSION (offsets ...)), with dimension 1 to 3"
            raise ComponentError("syntax", message, group.where)
    if any(len(offset) != dimension for offset in offsets):
        message = f"each offset has {dimension} coordinate(s)"
        raise ComponentError("wrong-arity", message, group.where)
    quiescent: Value | None = None
    if "quiescent" in fields:
        term = read_term(_one(fields["quiescent"]), {}, Definitions(found.file))
        if term.op != "const":
            node = fields["quiescent"][0]
            raise ComponentError("syntax", "(quiescent ...) takes a literal", node.where)
        quiescent = term.indices[0]
    return Cells(dimension, offsets, quiescent)
