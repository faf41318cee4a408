"""Components and problems from Python: functions over Z3 expressions, or samples.

- `component`: a component from a function.
- `problem`: a problem whose target is a function, or a list of samples.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from theory.formats.problem_files import DEFAULT_LENGTH, default_wiring
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, Sort, coerce
from theory.kernel.language.terms import Term, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification, Target


def component(
    name: str,
    body: Callable[..., Any],
    inputs: Sort | Sequence[Sort],
    *,
    guard: Callable[..., Any] | None = None,
    parameters: Mapping[str, tuple[Sort, int, int]] | None = None,
    writes: Sequence[str] | None = None,
    placements: Sequence[Sequence[int]] | None = None,
    role: Role | str = Role.OPERATION,
) -> Component:
    """A component from a Python function over Z3 expressions.

    The function's arguments are the inputs, then the parameters; it returns an expression, a
    Python number, a `Term`, or a tuple of such for several outputs:

        component("relu", lambda x: z3.If(x > 0, x, 0), REAL)
        component("scale", lambda x, w: w * x, REAL, parameters={"w": (REAL, -1, 1)})

    Args:
        inputs: the sort of every input, or one for each.
        guard: a function of the same arguments that returns a Bool expression.
        parameters: (sort, low, high) for each parameter.

    Raises:
        ComponentError: with the component's name as location.
    """
    where = f"component {name}"
    weights = tuple(Parameter(n, s, lo, hi) for n, (s, lo, hi) in (parameters or {}).items())
    arguments = list(inspect.signature(body).parameters)
    count = len(arguments) - len(weights)
    sorts = (inputs,) * count if isinstance(inputs, Sort) else tuple(inputs)
    if len(sorts) != count or arguments[count:] != [w.name for w in weights]:
        message = f"the function takes {arguments}: inputs first, then the parameters by name"
        raise ComponentError("wrong-arity", message, where)
    variables_ = tuple(Variable(n, s) for n, s in zip(arguments, sorts, strict=False))
    results = _build(body, (*variables_, *weights), where)
    condition = _build(guard, (*variables_, *weights), where)[0] if guard else None
    return Component(
        name,
        variables_,
        results,
        guard=condition,
        parameters=weights,
        writes=None if writes is None else tuple(writes),
        placements=None if placements is None else tuple(map(tuple, placements)),
        role=Role(role),
    )


def _build(
    body: Callable[..., Any], arguments: tuple[Variable | Parameter, ...], where: str
) -> tuple[Term, ...]:
    import z3

    from theory.formats.z3_terms import from_z3, to_z3

    given = to_z3([var(a.name, a.sort) for a in arguments])
    result = body(*given)
    expressions = result if isinstance(result, tuple) else (result,)
    sort = arguments[0].sort if arguments else None
    return tuple(
        e
        if isinstance(e, Term)
        else from_z3(e, where)
        if isinstance(e, z3.ExprRef)
        else _literal(e, sort, where)
        for e in expressions
    )


def _literal(value: object, sort: Sort | None, where: str) -> Term:
    if isinstance(value, bool):
        return const(value, BOOL)
    if sort is None:
        message = "a constant without inputs needs its sort: return a z3 value or a Term"
        raise ComponentError("unknown-sort", message, where)
    return const(coerce(sort, value, where), sort)


def problem(
    name: str,
    components: ComponentSet,
    target: Callable[..., Any] | Sequence[tuple[Any, Any]],
    inputs: Sort | Sequence[Sort] | None = None,
    *,
    length: int = DEFAULT_LENGTH,
    outputs: Sort | Sequence[Sort] | None = None,
    wiring: Wiring | str | None = None,
    measure: Measure | str = Measure.WRONG,
    cost: Cost | str = Cost.LENGTH,
) -> Problem:
    """A problem whose target is a function for all inputs, or a list of samples.

        problem("xor", gates, lambda x, y: z3.Xor(x, y), BOOL)
        problem("triple", arithmetic, [((1,), 3), ((5,), 15)], INT)

    Args:
        target: a function over Z3 expressions that returns one or a tuple of them, or pairs
            (inputs, output) with values, single ones without a tuple if wished.
        inputs: the sort of every input, or one for each; None takes the set's registers.
        outputs: the sorts of the outputs where samples do not make them clear (dag only);
            default: the input's sort.

    Raises:
        ProblemError, ComponentError: what does not fit together, with the problem's name.
    """
    chosen = Wiring(wiring) if wiring else default_wiring(components)
    if callable(target):
        names = list(inspect.signature(target).parameters)
    else:
        first = _tuple(target[0][0]) if target else ()
        names = [f"x{k}" for k in range(len(first))]
    variables = _variables(components, names, inputs, name)
    made: Target
    if callable(target):
        terms = _terms(target, variables, name)
        sorts = [t.sort for t in terms]
        made = Specification(terms)
    else:
        width = len(_tuple(target[0][1])) if target else 1
        sorts = _output_sorts(variables, outputs, width)
        made = Samples(
            tuple(
                Sample(
                    _values(given, [v.sort for v in variables], name), _values(wanted, sorts, name)
                )
                for given, wanted in target
            )
        )
    if chosen is Wiring.CHAIN:
        results = variables[: len(sorts)]
    else:
        labels = ["out"] if len(sorts) == 1 else [f"out{k}" for k in range(len(sorts))]
        results = tuple(Variable(n, s) for n, s in zip(labels, sorts, strict=True))
    return Problem(
        name, components, chosen, variables, results, made, length, Measure(measure), Cost(cost)
    )


def _variables(
    components: ComponentSet, names: list[str], inputs: Sort | Sequence[Sort] | None, where: str
) -> tuple[Variable, ...]:
    if inputs is None:
        if len(components.registers) != len(names):
            message = f"give the sorts of the {len(names)} inputs"
            raise ProblemError("wrong-arity", message, where)
        return components.registers
    sorts = [inputs] * len(names) if isinstance(inputs, Sort) else list(inputs)
    if len(sorts) != len(names):
        message = f"{len(sorts)} sorts for {len(names)} inputs"
        raise ProblemError("wrong-arity", message, where)
    return tuple(Variable(n, s) for n, s in zip(names, sorts, strict=True))


def _terms(
    target: Callable[..., Any], variables: tuple[Variable, ...], where: str
) -> tuple[Term, ...]:
    from theory.formats.z3_terms import from_z3, to_z3

    results = target(*to_z3([var(v.name, v.sort) for v in variables]))
    listed = results if isinstance(results, tuple) else (results,)
    sort = variables[0].sort if variables else None
    terms = []
    for result in listed:
        if isinstance(result, bool | int | float) and sort is not None:
            terms.append(const(coerce(sort, result, where), sort))
        else:
            terms.append(result if isinstance(result, Term) else from_z3(result, where))
    return tuple(terms)


def _output_sorts(
    variables: tuple[Variable, ...], outputs: Sort | Sequence[Sort] | None, width: int
) -> list[Sort]:
    if outputs is None:
        return [variables[min(k, len(variables) - 1)].sort for k in range(width)]
    return [outputs] * width if isinstance(outputs, Sort) else list(outputs)


def _tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _values(given: Any, sorts: list[Sort], where: str) -> tuple[Any, ...]:
    values = _tuple(given)
    if len(values) != len(sorts):
        message = f"sample {given!r} has {len(values)} values, not {len(sorts)}"
        raise ProblemError("wrong-arity", message, where)
    return tuple(coerce(s, v, where) for s, v in zip(sorts, values, strict=True))
