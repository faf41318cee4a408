"""Problems as plain data, to and from JSON: what a certificate holds.

The component set stands in the certificate as its `.smt2` text, so there is one format for it.
"""

from __future__ import annotations

import math
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from theory.kernel.components.component_files import components_from
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sexpr import parse
from theory.kernel.language.smtlib import Definitions, read_sort, read_term
from theory.kernel.language.sorts import Value, value_from_json
from theory.kernel.language.terms import Term, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import (
    Measure,
    Relation,
    Sample,
    Samples,
    Specification,
    Table,
    Target,
)

E = TypeVar("E", bound=StrEnum)

MAX_DIGITS = 1900  # of an error's numerator and denominator


def error_from_json(data: Any, where: str) -> Error:
    """The error that `error_to_json` wrote."""
    if data == "inf":
        return math.inf
    if isinstance(data, str) and 0 < len(data) <= 4000 and set(data) <= set("0123456789/"):
        try:
            value = Fraction(data)
        except (ValueError, ZeroDivisionError):
            pass
        else:
            return int(value) if value.denominator == 1 else value
    raise ProblemError("bad-value", f"expected an error such as 3 or 1/3, not {data!r}", where)


def problem_from_json(data: Any, where: str = "problem") -> Problem:
    """The problem that `problem_to_json` wrote.

    Raises:
        ShefferError: with a location inside the data, for anything else.
    """
    fields = {"name", "wiring", "measure", "cost", "length", "inputs", "outputs", "components"}
    if not isinstance(data, dict) or set(data) != fields | {"target"}:
        message = f"expected exactly {', '.join(sorted(fields))} and target"
        raise ProblemError("bad-problem", message, where)
    if not isinstance(data["name"], str) or type(data["length"]) is not int:
        raise ProblemError("bad-problem", "name is a text and length a number", where)
    text = data["components"]
    if text is not None and not isinstance(text, str):
        raise ProblemError("bad-problem", "components is SMT-LIB text", where)
    components = components_from(text, f"{where}.components") if text is not None else None
    inputs = _variables_from(data["inputs"], f"{where}.inputs")
    outputs = _variables_from(data["outputs"], f"{where}.outputs")
    return Problem(
        data["name"],
        components,
        _enum(Wiring, data["wiring"], f"{where}.wiring"),
        inputs,
        outputs,
        _target_from_json(data["target"], inputs, outputs, f"{where}.target"),
        data["length"],
        _enum(Measure, data["measure"], f"{where}.measure"),
        _enum(Cost, data["cost"], f"{where}.cost"),
    )


def _enum(kind: type[E], data: Any, where: str) -> E:
    try:
        return kind(data)
    except ValueError:
        message = f"{str(data)[:40]!r} is none of {', '.join(kind)}"
        raise ProblemError("bad-problem", message, where) from None


def _variables_from(data: Any, where: str) -> tuple[Variable, ...]:
    found = []
    for item in _list(data, where):
        match item:
            case [str(name), str(sort)]:
                nodes = parse(sort, where)
                if len(nodes) != 1:
                    raise ProblemError("unknown-sort", f"{sort[:40]!r} is not one sort", where)
                found.append(Variable(name, read_sort(nodes[0])))
            case _:
                raise ProblemError("bad-problem", "expected [name, sort]", where)
    return tuple(found)


def _list(data: Any, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise ProblemError("bad-problem", "expected a list", where)
    return data


def _target_from_json(
    data: Any, inputs: tuple[Variable, ...], outputs: tuple[Variable, ...], where: str
) -> Target:
    keys = set(data) if isinstance(data, dict) else set()
    if keys == {"samples"}:
        rows = []
        for k, row in enumerate(_list(data["samples"], where)):
            match row:
                case [list(given), list(wanted)]:
                    place = f"{where}.samples[{k}]"
                    rows.append(
                        Sample(
                            values_from_json(given, inputs, place),
                            values_from_json(wanted, outputs, place),
                        )
                    )
                case _:
                    raise ProblemError("bad-problem", "a sample is [inputs, outputs]", where)
        return Samples(tuple(rows))
    if keys == {"specification", "condition"}:
        texts = _list(data["specification"], where)
        terms = [_term(t, inputs, where) for t in (*texts, data["condition"])]
        return Specification(tuple(terms[:-1]), terms[-1])
    if keys in ({"relation", "condition"}, {"relation", "condition", "inputs"}):
        listed = None
        if "inputs" in data:
            rows_ = [_list(row, where) for row in _list(data["inputs"], where)]
            listed = tuple(values_from_json(row, inputs, where) for row in rows_)
        holds = _term(data["relation"], (*inputs, *outputs), where)
        return Relation(holds, _term(data["condition"], inputs, where), listed)
    if keys in ({"table", "choices", "source"}, {"table", "choices", "source", "standard_errors"}):
        return _table_from_json(data, where)
    message = "a target is samples, a specification or a relation with its condition, or a table"
    raise ProblemError("bad-problem", message, where)


def values_from_json(
    data: list[Any], variables: tuple[Variable, ...], where: str
) -> tuple[Value, ...]:
    """Values of the variables' sorts."""
    if len(data) != len(variables):
        raise ProblemError("bad-problem", f"expected {len(variables)} values", where)
    pairs = zip(variables, data, strict=True)
    return tuple(value_from_json(v.sort, item, where) for v, item in pairs)


def _term(data: Any, inputs: tuple[Variable, ...], where: str) -> Term:
    nodes = parse(data, where) if isinstance(data, str) else []
    if len(nodes) != 1:
        raise ProblemError("bad-problem", "expected one term", where)
    return read_term(nodes[0], {v.name: var(v.name, v.sort) for v in inputs}, Definitions(where))


def _table_from_json(data: dict[str, Any], where: str) -> Table:
    choices = []
    for names in _list(data["choices"], where):
        if not all(isinstance(n, str) for n in _list(names, where)) or len(set(names)) < len(names):
            raise ProblemError("bad-problem", "choices are lists of different names", where)
        choices.append(tuple(names))
    errors: dict[tuple[int, ...], Fraction] = {}
    for k, row in enumerate(_list(data["table"], where)):
        place = f"{where}.table[{k}]"
        match row:
            case [list(entry), str(text)] if (
                all(type(c) is int for c in entry)
                and len(entry) <= len(choices)
                and all(0 <= c < len(choices[j]) for j, c in enumerate(entry))
                and tuple(entry) not in errors
                and text != "inf"
            ):
                errors[tuple(entry)] = Fraction(error_from_json(text, place))
            case _:
                message = "an entry is [choice numbers, error], each sequence once"
                raise ProblemError("bad-problem", message, place)
    standard = None
    if "standard_errors" in data:
        texts = _list(data["standard_errors"], where)
        if len(texts) != len(errors):
            raise ProblemError("bad-problem", "a standard error for each entry", where)
        standard = {
            e: Fraction(error_from_json(t, where)) for e, t in zip(errors, texts, strict=True)
        }
    if not isinstance(data["source"], str):
        raise ProblemError("bad-problem", "source is a text", where)
    return Table(tuple(choices), errors, standard, data["source"])
