"""Problems from files: CSV samples, CSV tables, and `.smt2` files with a `(problem ...)` line.

- samples: a column per input and `out` (or `out.NAME` each); the components come separately. A
  column may name its sort, `x:Int`; otherwise the registers' sorts or the cells decide.
- tables: columns `step1` .. `stepL`, `error` and optionally `se`, its standard error. Empty last
  steps make a shorter sequence.
- `(problem NAME (target f ...) (length 4) (wiring dag) (measure absolute) (cost length)
  (condition g))`: the target functions are defined in the file; their arguments are the inputs.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from theory.formats.component_files import read_definitions, read_text
from theory.formats.values import parse_value
from theory.kernel.components.component_files import components_of
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.components.programs import Regime
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.names import Variable, check_name
from theory.kernel.language.sexpr import Group, Node, parse
from theory.kernel.language.smtlib import Definitions, Function, integer, read_sort, symbol
from theory.kernel.language.sorts import BOOL, REAL, Sort, default_value
from theory.kernel.language.terms import TRUE
from theory.kernel.problems.problem import MAX_SAMPLES, Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification, Table
from theory.kernel.text import quoted

DEFAULT_LENGTH = 6
MAX_COLUMNS = 1_000
MAX_ENTRIES = 1_000_000  # rows of a table

E = TypeVar("E", Wiring, Measure, Cost)


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may set for a problem; None leaves it to the file or the default."""

    wiring: Wiring | None = None
    measure: Measure | None = None
    cost: Cost | None = None
    length: int | None = None


def load_problem(
    path: str | Path, components: ComponentSet | None = None, options: Options | None = None
) -> Problem:
    """The problem of a `.csv` or `.smt2` file.

    Raises:
        ProblemError, ComponentError: located in the file, with the remedy.
    """
    chosen = options or Options()
    file = str(path)
    text = read_text(path)
    try:
        return _read(text, file, components, chosen)
    except ProblemError as error:
        if error.where.startswith(file):
            raise
        raise ProblemError(error.reason, error.message, file) from None


def _read(text: str, file: str, components: ComponentSet | None, chosen: Options) -> Problem:
    if file.endswith(".smt2"):
        return read_problem(text, file, chosen)
    if not file.endswith(".csv"):
        message = "not a problem file: expected .csv (samples or a table) or .smt2"
        raise ProblemError("unknown-format", message, file)
    header, rows = _read_csv(text, file)
    if header[0].strip().lower() == "step1":
        return _table(header, rows, file, chosen)
    if components is None:
        message = "samples need a component set: give one with --components FILE or NAME"
        raise ProblemError("no-components", message, file)
    return _samples(header, rows, components, file, chosen)


def _read_csv(text: str, file: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    most = MAX_SAMPLES
    lines: list[tuple[int, list[str]]] = []
    try:
        # Limits are looked at row by row: nothing is made of what is refused at last.
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{file}:{reader.line_num}"
            if not header:
                header = _header(cells, where)
                most = MAX_ENTRIES if header[0].lower() == "step1" else MAX_SAMPLES
                continue
            if len(cells) != len(header):
                message = f"{len(cells)} cells where the header has {len(header)}"
                raise ProblemError("wrong-arity", message, where)
            if len(lines) >= most:
                raise ProblemError("too-large", f"more than {most} rows; use fewer", where)
            lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise ProblemError("syntax", f"not CSV: {error}", f"{file}:{reader.line_num}") from None
    if not lines:
        raise ProblemError("no-samples", "expected a header and at least one row", file)
    return header, lines


def _header(cells: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if len(header) > MAX_COLUMNS:
        message = f"{len(header)} columns; at most {MAX_COLUMNS} are possible"
        raise ProblemError("too-large", message, where)
    for name in header:
        if not name or header.count(name) > 1:
            message = f"column {quoted(name)} is empty or stands twice in the header"
            raise ProblemError("duplicate-name", message, where)
    return header


def _table(
    header: list[str], rows: list[tuple[int, list[str]]], file: str, options: Options
) -> Problem:
    names = [name.lower() for name in header]
    steps = [name for name in names if name.startswith("step")]
    deviation = [name for name in names if name in ("se", "standard_error")]
    expected = [f"step{k + 1}" for k in range(len(steps))]
    if names != [*expected, "error", *deviation] or len(deviation) > 1:
        message = f"columns are step1..stepL, error and optionally se; found {', '.join(header)}"
        raise ProblemError("bad-header", message, f"{file}:1")
    count = len(steps)
    numbers: list[dict[str, int]] = [{} for _ in range(count)]
    errors: dict[tuple[int, ...], Fraction] = {}
    standard: dict[tuple[int, ...], Fraction] = {}
    for number, cells in rows:
        where = f"{file}:{number}"
        words = [cell.strip() for cell in cells[:count]]
        length = next((k for k, word in enumerate(words) if not word), count)
        if any(words[length:]):
            message = f"step{length + 1} is empty but a later step is not"
            raise ProblemError("bad-row", message, where)
        entry = tuple(
            known.setdefault(word, len(known))
            for known, word in zip(numbers, words[:length], strict=False)
        )
        if entry in errors:
            message = f"the sequence {' '.join(words)} stands twice; average its errors first"
            raise ProblemError("duplicate-row", message, where)
        errors[entry] = _rational(cells[count], f"{where}: column error")
        if errors[entry] < 0:
            message = "an error is not negative; add a constant to all of them"
            raise ProblemError("bad-value", message, f"{where}: column error")
        if deviation:
            standard[entry] = _rational(cells[count + 1], f"{where}: column {deviation[0]}")
            if standard[entry] < 0:
                message = "a standard error is not negative"
                raise ProblemError("bad-value", message, f"{where}: column {deviation[0]}")
    if options.length is not None and options.length < count:
        message = f"the table has {count} steps; --length does not apply"
        raise ProblemError("bad-length", message, file)
    choices = tuple(map(tuple, numbers))
    table = Table(choices, errors, standard or None, source=Path(file).name)
    return Problem(Path(file).stem, None, Wiring.TABLE, (), (), table, count)


def _rational(cell: str, where: str) -> Fraction:
    try:
        value = parse_value(REAL, cell, where)
    except ComponentError as error:
        message = f"{cell.strip()[:40]!r} is not a finite number"
        raise ProblemError("bad-value", message, error.where) from None
    return Fraction(value)  # type: ignore[arg-type]


def _samples(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    components: ComponentSet,
    file: str,
    options: Options,
) -> Problem:
    wiring = options.wiring or default_wiring(components)
    columns = [_column(name, f"{file}:1") for name in header]
    inputs = [k for k, (name, _) in enumerate(columns) if not _is_output(name)]
    outputs = [k for k, (name, _) in enumerate(columns) if _is_output(name)]
    if not outputs:
        message = "no output column; name it out, or out.NAME each for several"
        raise ProblemError("no-output", message, f"{file}:1")
    by_name = {r.name: r for r in components.registers}
    found: dict[int, Variable] = {}
    for k in inputs:
        name, sort = columns[k]
        if wiring is Wiring.CHAIN and by_name and name not in by_name:
            known = ", ".join(by_name)
            message = f"column {name!r} is no register of {components.name}; registers: {known}"
            raise ProblemError("unknown-register", message, f"{file}:1")
        known_sort = by_name[name].sort if name in by_name and wiring is Wiring.CHAIN else None
        column = [(n, c[k]) for n, c in rows]
        found[k] = Variable(name, sort or known_sort or _guess(components, column, file, name))
    given = tuple(found[k] for k in inputs)
    registers = components.registers if wiring is Wiring.CHAIN and by_name else given
    for k in outputs:
        found[k] = _output(columns[k], registers, components, wiring, rows, k, file)
    start = {r.name: default_value(r.sort) for r in registers}
    samples = []
    for number, cells in rows:
        values = {
            k: parse_value(v.sort, cells[k], f"{file}:{number}: column {v.name}")
            for k, v in found.items()
        }
        state = {**start, **{found[k].name: values[k] for k in inputs}}
        samples.append(
            Sample(tuple(state[r.name] for r in registers), tuple(values[k] for k in outputs))
        )
    return Problem(
        Path(file).stem,
        components,
        wiring,
        registers,
        tuple(found[k] for k in outputs),
        Samples(tuple(samples)),
        DEFAULT_LENGTH if options.length is None else options.length,
        options.measure or Measure.WRONG,
        options.cost or Cost.LENGTH,
    )


def default_wiring(components: ComponentSet) -> Wiring:
    """chain for sets that speak of registers or of repetition, dag for plain functions."""
    chained = (
        bool(components.registers)
        or components.regime is not Regime.STRAIGHT_LINE
        or any(c.writes is not None or c.placements is not None for c in components.components)
    )
    return Wiring.CHAIN if chained else Wiring.DAG


def _is_output(name: str) -> bool:
    return name == "out" or name.startswith("out.")


def _column(text: str, where: str) -> tuple[str, Sort | None]:
    name, colon, sort = text.partition(":")
    check_name(name.strip(), where)
    if not colon:
        return name, None
    nodes = parse(sort, f"{where}: column {name}")
    if len(nodes) != 1:
        raise ProblemError("unknown-sort", f"column {text!r}: expected one sort", where)
    return name.strip(), read_sort(nodes[0])


def _guess(components: ComponentSet, cells: list[tuple[int, str]], file: str, name: str) -> Sort:
    """The one sort of the set that all cells of a column belong to."""
    sorts = dict.fromkeys(
        s for c in components.components for s in (*c.input_sorts, *c.output_sorts)
    )
    words = {cell.strip().lower() for _, cell in cells}
    order = sorted(sorts, key=lambda s: {"Int": 1, "Real": 2, "Bool": 3}.get(s.kind, 0))
    if words <= {"true", "false"}:
        order.sort(key=lambda s: s != BOOL)
    failure: ComponentError | None = None
    for sort in order:
        try:
            for number, cell in cells:
                parse_value(sort, cell, f"{file}:{number}: column {name}")
        except ComponentError as error:
            failure = failure or error
            continue
        return sort
    known = ", ".join(map(str, order))
    where = failure.where if failure else f"{file}:1"
    message = f"column {name} fits no sort of {components.name} ({known}); write {name}:SORT"
    raise ProblemError("unknown-sort", message, where)


def _output(
    column: tuple[str, Sort | None],
    registers: tuple[Variable, ...],
    components: ComponentSet,
    wiring: Wiring,
    rows: list[tuple[int, list[str]]],
    k: int,
    file: str,
) -> Variable:
    name, sort = column
    short = name.removeprefix("out.")
    check_name(short, f"{file}:1")
    if wiring is Wiring.DAG:
        return Variable(short, sort or _guess(components, [(n, c[k]) for n, c in rows], file, name))
    by_name = {r.name: r for r in registers}
    register = by_name.get(short) or (registers[0] if name == "out" and registers else None)
    if register is not None:
        if sort not in (None, register.sort):
            message = f"column {name} is declared {sort} and register {register.name} is not"
            raise ProblemError("wrong-sort", message, f"{file}:1")
        return register
    message = f"column {name}: {short!r} is no register; registers: {', '.join(by_name)}"
    raise ProblemError("unknown-register", message, f"{file}:1")


_FIELDS = {"target", "inputs", "length", "wiring", "measure", "cost", "condition", "outputs"}


def read_problem(text: str, file: str = "<text>", options: Options | None = None) -> Problem:
    """The problem of an SMT-LIB text with one `(problem ...)` line."""
    chosen = options or Options()
    found = read_definitions(text, file)
    lines = [line for line in found.lines if line.head == "problem"]
    if len(lines) != 1:
        message = 'expected one line (set-info :sheffer "(problem NAME (target f) ...)")'
        raise ProblemError("no-problem", message, file)
    line = lines[0]
    fields: dict[str, Group] = {}
    for item in line.items[2:]:
        if not isinstance(item, Group) or item.head not in _FIELDS or item.head in fields:
            message = (
                f"unknown or repeated part {str(item)[:40]}; known: {', '.join(sorted(_FIELDS))}"
            )
            raise ProblemError("unknown-line", message, item.where)
        fields[item.head] = item
    if len(line.items) < 2 or "target" not in fields or len(fields["target"].items) < 2:
        raise ProblemError("no-target", "write (problem NAME (target f) ...)", line.where)
    targets = [_defined(node, found) for node in fields["target"].items[1:]]
    spared = {f.name for f in targets}
    condition = TRUE
    if "condition" in fields:
        function = _defined(_only(fields["condition"]), found)
        condition = function.body
        spared.add(function.name)
    components = components_of(found, Path(file).stem, frozenset(spared))
    wiring = chosen.wiring or _choice(Wiring, fields, "wiring") or default_wiring(components)
    inputs = _inputs(targets, components, wiring)
    names = [symbol(n) for n in fields["outputs"].items[1:]] if "outputs" in fields else []
    outputs = _outputs(targets, inputs, names, wiring, line.where)
    length = integer(_only(fields["length"])) if "length" in fields else DEFAULT_LENGTH
    measure = chosen.measure or _choice(Measure, fields, "measure") or Measure.WRONG
    cost = chosen.cost or _choice(Cost, fields, "cost") or Cost.LENGTH
    try:
        return Problem(
            symbol(line.items[1]),
            components,
            wiring,
            inputs,
            outputs,
            Specification(tuple(f.body for f in targets), condition),
            length if chosen.length is None else chosen.length,
            measure,
            cost,
        )
    except ProblemError as error:
        raise ProblemError(error.reason, error.message, line.where) from None


def _only(group: Group) -> Node:
    if len(group.items) != 2:
        raise ProblemError("syntax", f"({group.head} ...) takes exactly one thing", group.where)
    return group.items[1]


def _defined(node: Node, found: Definitions) -> Function:
    name = symbol(node)
    if name not in found.functions:
        message = f"{name!r} is not defined; add (define-fun {name} ...)"
        raise ProblemError("unknown-function", message, node.where)
    return found.functions[name]


def _choice(kind: type[E], fields: dict[str, Group], head: str) -> E | None:
    if head not in fields:
        return None
    node = _only(fields[head])
    try:
        return kind(symbol(node))
    except ValueError:
        message = f"unknown {head} {node}; known: {', '.join(kind)}"
        raise ProblemError("unknown-line", message, node.where) from None


def _inputs(
    targets: list[Function], components: ComponentSet, wiring: Wiring
) -> tuple[Variable, ...]:
    arguments = dict.fromkeys(a for f in targets for a in f.arguments)
    if wiring is Wiring.CHAIN and components.registers:
        return components.registers
    return tuple(arguments)


def _outputs(
    targets: list[Function],
    inputs: tuple[Variable, ...],
    names: list[str],
    wiring: Wiring,
    where: str,
) -> tuple[Variable, ...]:
    if wiring is Wiring.DAG:
        labels = names or [f.name for f in targets]
        return tuple(Variable(n, f.body.sort) for n, f in zip(labels, targets, strict=False))
    by_name = {v.name: v for v in inputs}
    labels = names or [v.name for v in inputs[: len(targets)]]
    if any(label not in by_name for label in labels):
        message = f"(outputs ...) names registers: {', '.join(by_name)}"
        raise ProblemError("unknown-register", message, where)
    return tuple(by_name[label] for label in labels)
