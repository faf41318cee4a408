"""Whether an optimum certificate is true, by trying everything that is short enough.

- `ProblemData`, `read_problem_data`: the problem of a certificate, read anew.
- `Witness`, `read_witness`: a sequence, run step by step.
- `least_errors`: the least error at every length, as far as a budget reaches. Only what is equal
  on every sample, in the same order of samples, is merged.

An all-input problem over an infinite domain is looked at on the certificate's inputs and on some
more: an error there is an error, and right there is right as far as was looked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from tests.fuzz.component_sets import (
    SetData,
    StepData,
    Variable,
    may_stand,
    places,
    read_set,
    read_steps,
)
from tests.fuzz.smt_text import (
    BOOL,
    INT,
    REAL,
    Compiled,
    Definitions,
    Malformed,
    Sort,
    Unreadable,
    Value,
    compile_term,
    read,
    sort_text,
    value_from_json,
)

Error = int | Fraction | float
Row = tuple[tuple[Value, ...], tuple[Value, ...]]  # inputs and the outputs wanted
Vector = tuple[Value, ...]  # a value for each sample; None where it is blocked

MAX_WORK = 15_000  # evaluations of a component on a sample
MAX_DOMAIN = 65_536  # inputs that the checker tries one by one; a rule of the format
MAX_ROWS = 300


class Budget:
    """Evaluations that are left; `Unreadable` when there are none."""

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = work

    def spend(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left < 0:
            raise Unreadable("too much to try")


@dataclass(slots=True)
class ProblemData:
    """A problem; `rows` are its samples, or for `sampled` ones those that are looked at."""

    components: SetData | None
    wiring: str
    measure: str
    cost: str
    length: int
    inputs: list[Variable]
    outputs: list[Variable]
    rows: list[Row]
    holds: Compiled | None = None
    table: dict[tuple[int, ...], Fraction] | None = None
    choices: list[list[str]] | None = None
    all_inputs: bool = False
    sampled: bool = False

    def set(self) -> SetData:
        if self.components is None:
            raise Malformed("a problem without components")
        return self.components

    def error(self, results: list[tuple[Value, ...] | None]) -> Error:
        """The error of what a sequence gives on the rows."""
        errors = [self._row_error(r, g) for r, g in zip(self.rows, results, strict=True)]
        if self.measure == "greatest":
            return max(errors, default=0)
        return math.inf if math.inf in errors else sum(errors)

    def _row_error(self, row: Row, given: tuple[Value, ...] | None) -> Error:
        inputs, wanted = row
        if self.holds is not None:
            if given is None:
                return 1
            names = [n for n, _ in (*self.inputs, *self.outputs)]
            env = dict(zip(names, (*inputs, *given), strict=True))
            return 0 if self.holds(env) else 1
        if self.measure == "wrong-samples":
            return 0 if given == wanted else 1
        if self.measure == "wrong-bits":
            if given is None:
                return sum(1 if s == BOOL else s[1] for _, s in self.outputs)
            return sum(bin(int(a) ^ int(b)).count("1") for a, b in zip(given, wanted, strict=True))
        if given is None:
            return math.inf
        apart: list[Error] = [
            abs(Fraction(a) - Fraction(b)) for a, b in zip(given, wanted, strict=True)
        ]
        if self.measure == "greatest":
            return max(apart, default=0)
        return sum(d * d if self.measure == "squared" else d for d in apart)


def error_of(text: Any) -> Error:
    """3, 1/3 or inf."""
    if text == "inf":
        return math.inf
    if not isinstance(text, str):
        raise Malformed("an error is a text")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise Malformed(f"{text[:40]!r} is no error") from None


def read_problem_data(certificate: dict[str, Any]) -> ProblemData:
    """The problem of a certificate."""
    data = certificate["problem"]
    inputs = [(n, sort_text(s)) for n, s in data["inputs"]]
    outputs = [(n, sort_text(s)) for n, s in data["outputs"]]
    text = data["components"]
    made = ProblemData(
        None if text is None else read_set(text), data["wiring"], data["measure"], data["cost"],
        data["length"], inputs, outputs, [],
    )  # fmt: skip
    target = data["target"]
    if "table" in target:
        if made.wiring != "table":
            raise Malformed("a table that is not wired as one")
        made.table = {tuple(entry): Fraction(error) for entry, error in target["table"]}
        made.choices = target["choices"]
        return made
    if made.wiring == "chain" and any(v not in inputs for v in outputs):
        raise Malformed("a chain's outputs are registers")
    if "samples" in target:
        made.rows = [
            (_values(inputs, given), _values(outputs, out)) for given, out in target["samples"]
        ]
    else:
        _read_terms(made, certificate)
    return made


def _values(variables: list[Variable], data: list[Any]) -> tuple[Value, ...]:
    if len(data) != len(variables):
        raise Malformed("a sample of another length")
    return tuple(value_from_json(s, item) for (_, s), item in zip(variables, data, strict=True))


def check_domain(p: ProblemData) -> None:
    """In a k-valued set every integer is one of 0 .. k-1."""
    values = p.components.values if p.components else None
    if values is None:
        return
    for given, wanted in p.rows:
        pairs = [*zip(p.inputs, given, strict=True)]
        pairs += zip(p.outputs, wanted, strict=True) if wanted else []
        if any(s == INT and not 0 <= v < values for (_, s), v in pairs):
            raise Malformed("a sample outside the values of the set")


def _read_terms(p: ProblemData, certificate: dict[str, Any]) -> None:
    """The rows of a specification or relation."""
    target = certificate["problem"]["target"]
    condition = _term(target["condition"], p.inputs)
    wanted: list[Compiled] = []
    if "relation" in target:
        p.holds = _term(target["relation"], [*p.inputs, *p.outputs])
    else:
        wanted = [_term(text, p.inputs) for text in target["specification"]]
    names = [n for n, _ in p.inputs]

    def row(values: tuple[Value, ...]) -> Row | None:
        env = dict(zip(names, values, strict=True))
        return (values, tuple(f(env) for f in wanted)) if condition(env) else None

    if "inputs" in target:
        p.rows = [(_values(p.inputs, given), ()) for given in target["inputs"]]
        return
    p.all_inputs = True
    domains = _domains(p)
    if domains is not None:
        if math.prod(map(len, domains)) > MAX_ROWS:
            raise Unreadable("a large domain")
        p.rows = [r for values in product(*domains) if (r := row(values)) is not None]
        return
    p.sampled = True
    for given in certificate.get("inputs", []):
        found = row(_values(p.inputs, given))
        if found is None:
            raise Malformed("an input outside the condition")
        p.rows.append(found)
    values = p.components.values if p.components else None
    extra = 0
    for given in _some_inputs([s for _, s in p.inputs], values):
        found = row(given)
        if found is not None and found not in p.rows:
            p.rows.append(found)
            extra += 1
        if extra >= 12:
            break


def _term(text: Any, variables: list[Variable]) -> Compiled:
    nodes = read(text)
    if len(nodes) != 1:
        raise Unreadable("not one term")
    scope = {n: (s, _named(n)) for n, s in variables}
    return compile_term(nodes[0], scope, Definitions({}, {}, set()))[1]


def _named(name: str) -> Compiled:
    return lambda env: env[name]


def _domains(p: ProblemData) -> list[list[Value]] | None:
    """All values of each input, where the inputs are at most `MAX_DOMAIN`."""
    values = p.components.values if p.components else None
    found: list[list[Value]] = []
    count = 1
    for _, sort in p.inputs:
        if sort == BOOL:
            found.append([False, True])
        elif sort == INT and values is not None:
            count *= values
            found.append(list(range(min(values, MAX_DOMAIN))))
            continue
        elif sort[0] == "BitVec":
            count *= 1 << sort[1]
            found.append(list(range(1 << min(sort[1], 16))))
            continue
        else:
            return None
        count *= 2
    return found if count <= MAX_DOMAIN else None


def _some_inputs(sorts: list[Sort], values: int | None) -> Iterator[tuple[Value, ...]]:
    """Small, large and random inputs, always the same ones."""
    rng = Random(0)

    def one(sort: Sort) -> Value:
        if sort == BOOL:
            return rng.random() < 0.5
        if sort == INT:
            return (
                rng.randrange(values) if values else rng.choice((-7, -2, -1, 0, 1, 2, 3, 10, 999))
            )
        if sort == REAL:
            return Fraction(rng.randrange(-9, 10), rng.choice((1, 1, 2, 3)))
        if sort[0] == "BitVec":
            return rng.choice((0, 1, (1 << sort[1]) - 1, rng.randrange(1 << sort[1])))
        raise Unreadable("an input that is an array")

    for _ in range(60):
        yield tuple(one(sort) for sort in sorts)


# Witnesses


@dataclass(slots=True)
class Witness:
    """A sequence with the slots read off at its end."""

    steps: list[StepData]
    outputs: list[int]
    cost: int

    def run(self, p: ProblemData, given: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """The outputs for an input; None where a step blocks."""
        slots = list(given)
        for step in self.steps:
            component = p.set().component(step.component)
            result = component.run(step.setting, [slots[k] for k in step.reads])
            if result is None:
                return None
            if p.wiring == "chain":
                for register, value in zip(step.writes, result, strict=False):
                    slots[register] = value
            else:
                slots.extend(result)
        return tuple(slots[k] for k in self.outputs)


def read_witness(p: ProblemData, data: dict[str, Any]) -> Witness:
    """The sequence of a line, which must be one of the problem's."""
    components = p.set()
    steps = read_steps(data["steps"], components)
    slots = [s for _, s in p.inputs]
    sizes, depths = [0] * len(slots), [0] * len(slots)
    for step in steps:
        component = components.component(step.component)
        if any(k >= len(slots) for k in step.reads):
            raise Malformed("a slot that is not there")
        if [slots[k] for k in step.reads] != component.input_sorts:
            raise Malformed("a slot of another sort")
        size = 1 + sum(sizes[k] for k in step.reads)
        depth = 1 + max((depths[k] for k in step.reads), default=0)
        if p.wiring == "chain":
            if not may_stand(component, p.inputs, step):
                raise Malformed(f"{component.name} may not stand there")
            for k in step.writes:
                sizes[k], depths[k] = size, depth
        else:
            count = len(component.output_sorts)
            slots += component.output_sorts
            sizes += [size] * count
            depths += [depth] * count
    outputs = data["outputs"]
    if any(type(k) is not int or not 0 <= k < len(slots) for k in outputs):
        raise Malformed("an output that is not there")
    if [slots[k] for k in outputs] != [s for _, s in p.outputs]:
        raise Malformed("outputs of other sorts")
    names = [n for n, _ in p.inputs]
    if p.wiring == "chain" and outputs != [names.index(n) for n, _ in p.outputs]:
        raise Malformed("a chain that is read off at other registers")
    costs = {
        "length": len(steps),
        "tree": sum(sizes[k] for k in outputs),
        "depth": max((depths[k] for k in outputs), default=0),
    }
    return Witness(steps, outputs, costs[p.cost])


def table_entry(p: ProblemData, data: dict[str, Any]) -> tuple[int, ...]:
    """The entry that a line's sequence names."""
    assert p.choices is not None
    names = [step[0] for step in data["steps"]]
    if len(names) > len(p.choices) or any(n not in p.choices[k] for k, n in enumerate(names)):
        raise Malformed("a choice that is not there")
    return tuple(p.choices[k].index(n) for k, n in enumerate(names))


def witness_error(p: ProblemData, witness: Witness) -> Error:
    """Its error on the rows."""
    return p.error([witness.run(p, given) for given, _ in p.rows])


# Least errors


def least_errors(p: ProblemData, longest: int, budget: Budget) -> tuple[list[Error], bool]:
    """The least error of cost at most 0, 1, ...; and whether it came to the end.

    The list ends early where nothing new appears or the error is 0: greater costs change nothing.
    """
    if p.table is not None:
        least = [
            min((e for entry, e in p.table.items() if len(entry) <= n), default=math.inf)
            for n in range(min(longest, len(p.choices or ())) + 1)
        ]
        return list(least), True
    layers: Callable[[ProblemData, Budget], Iterator[Error]]
    layers = _chain_layers if p.wiring == "chain" else _dag_layers
    if p.cost != "length":
        if p.wiring == "chain":
            raise Unreadable("the cost of a chain")
        layers = _depth_layers if p.cost == "depth" else _tree_layers
    found: list[Error] = []
    try:
        for error in layers(p, budget):
            found.append(min([error, *found[-1:]]))
            if len(found) > longest or found[-1] == 0:
                break
    except Unreadable:
        if not found:
            raise
        return found, False
    return found, True


def _chain_layers(p: ProblemData, budget: Budget) -> Iterator[Error]:
    names = [n for n, _ in p.inputs]
    read_off = [names.index(n) for n, _ in p.outputs]
    steps = [
        (c, step) for c in p.set().components if c.role != "test" for step in places(c, p.inputs)
    ]
    layer: set[tuple[Any, ...]] = {tuple(given for given, _ in p.rows)}
    seen = set(layer)
    while layer:
        yield min(
            p.error([None if s is None else tuple(s[k] for k in read_off) for s in state])
            for state in layer
        )
        grown: set[tuple[Any, ...]] = set()
        for state in layer:
            for component, step in steps:
                budget.spend(len(state))
                after: list[Any] = []
                for slots in state:
                    result = None
                    if slots is not None:
                        result = component.run(step.setting, [slots[k] for k in step.reads])
                    if result is None:
                        after.append(None)
                        continue
                    new = list(slots)
                    for register, value in zip(step.writes, result, strict=False):
                        new[register] = value
                    after.append(tuple(new))
                grown.add(tuple(after))
        layer = grown - seen
        seen |= layer


Held = tuple[frozenset[tuple[Sort, Vector]], frozenset[int]]  # values there are; samples blocked


def _start(p: ProblemData) -> frozenset[tuple[Sort, Vector]]:
    columns = [tuple(given[k] for given, _ in p.rows) for k in range(len(p.inputs))]
    return frozenset((s, column) for (_, s), column in zip(p.inputs, columns, strict=True))


def _applied(
    p: ProblemData, values: frozenset[tuple[Sort, Vector]], budget: Budget
) -> Iterator[list[tuple[Sort, Vector]]]:
    """What every component can make of the values."""
    count = len(p.rows)
    for component in p.set().components:
        pools = [[v for s, v in values if s == sort] for sort in component.input_sorts]
        for setting in component.settings():
            for chosen in product(*pools):
                budget.spend(count + 1)
                results = []
                for k in range(count):
                    given = [vector[k] for vector in chosen]
                    results.append(None if None in given else component.run(setting, given))
                yield [
                    (sort, tuple(None if r is None else r[j] for r in results))
                    for j, sort in enumerate(component.output_sorts)
                ]


def _least_choice(
    p: ProblemData, values: frozenset[tuple[Sort, Vector]], blocked: frozenset[int], budget: Budget
) -> Error:
    pools = [[v for s, v in values if s == sort] for _, sort in p.outputs]
    least: Error = math.inf
    for chosen in product(*pools):
        budget.spend()
        results: list[Any] = []
        for k in range(len(p.rows)):
            given = tuple(vector[k] for vector in chosen)
            results.append(None if k in blocked or None in given else given)
        least = min(least, p.error(results))
    return least


def _dag_layers(p: ProblemData, budget: Budget) -> Iterator[Error]:
    layer: set[Held] = {(_start(p), frozenset())}
    seen = set(layer)
    while layer:
        yield min(_least_choice(p, values, blocked, budget) for values, blocked in layer)
        grown: set[Held] = set()
        for values, blocked in layer:
            for made in _applied(p, values, budget):
                off = blocked | {k for _, v in made for k, x in enumerate(v) if x is None}
                merged = frozenset(
                    (s, tuple(None if k in off else x for k, x in enumerate(v)))
                    for s, v in (*values, *made)
                )
                grown.add((merged, off))
        layer = grown - seen
        seen |= layer


def _depth_layers(p: ProblemData, budget: Budget) -> Iterator[Error]:
    values = _start(p)
    while True:
        yield _least_choice(p, values, frozenset(), budget)
        grown = values | {pair for made in _applied(p, values, budget) for pair in made}
        if grown == values:
            return
        values = grown


def _tree_layers(p: ProblemData, budget: Budget) -> Iterator[Error]:
    """By the least size of each value, which is raised until nothing changes, up to a bound."""
    bound = min(p.length, 8)
    sizes: dict[tuple[Sort, Vector], int] = dict.fromkeys(_start(p), 0)
    changed = True
    while changed:
        changed = False
        for made, size in _sized(p, dict(sizes), budget):
            for pair in made:
                if size <= bound and size < sizes.get(pair, bound + 1):
                    sizes[pair] = size
                    changed = True
    for whole in range(bound + 1):
        least: Error = math.inf
        pools = [[(v, n) for (s, v), n in sizes.items() if s == sort] for _, sort in p.outputs]
        for chosen in product(*pools):
            if sum(n for _, n in chosen) <= whole:
                budget.spend()
                rows = zip(*(v for v, _ in chosen), strict=True)
                least = min(least, p.error([None if None in row else row for row in rows]))
        yield least
    if p.length > bound:
        raise Unreadable("a long formula")


def _sized(
    p: ProblemData, sizes: dict[tuple[Sort, Vector], int], budget: Budget
) -> Iterator[tuple[list[tuple[Sort, Vector]], int]]:
    count = len(p.rows)
    for component in p.set().components:
        pools = [[(v, n) for (s, v), n in sizes.items() if s == t] for t in component.input_sorts]
        for chosen in product(*pools):
            size = 1 + sum(n for _, n in chosen)
            budget.spend()
            if size > p.length:
                continue
            for setting in component.settings():
                budget.spend(count)
                results = []
                for k in range(count):
                    given = [vector[k] for vector, _ in chosen]
                    results.append(None if None in given else component.run(setting, given))
                yield (
                    [
                        (sort, tuple(None if r is None else r[j] for r in results))
                        for j, sort in enumerate(component.output_sorts)
                    ],
                    size,
                )
