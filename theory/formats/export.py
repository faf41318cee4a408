"""Proofs in standard formats, for checkers that share nothing with this one.

- `export`: writes into a folder what the claim of a certificate follows from.

| kind | files |
|---|---|
| optimum, evidence `proved` | `length-N.cnf` (DIMACS) and its refutation `length-N.lrat` (LRAT) |
| simulation, limit | `001-NAME.smt2` (SMT-LIB 2.6), one for each obligation: `unsat` proves it |

The kernel writes the formulas and the obligations, from the problem or the set; only the steps of
LRAT files are copied from the certificate. `index.json` names every file, what it must be answered,
and what was decided without one; `README.txt` says the same for people.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theory.formats.files import file_name, replacing
from theory.kernel.checks.cnf import Formula, empty_dag, encode
from theory.kernel.checks.proofs import unpack
from theory.kernel.checks.statement import Completeness
from theory.kernel.components.component_files import read_set
from theory.kernel.errors import CertificateError, ProblemError
from theory.kernel.language.exact import Error, error_text
from theory.kernel.language.terms import TRUE
from theory.kernel.machines.completeness import obligations
from theory.kernel.machines.halting import ROUTES, Demand, demands
from theory.kernel.machines.obligations import Obligation, script
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import problem_from_json, values_from_json
from theory.kernel.problems.specifications import on_inputs
from theory.kernel.text import printable, quoted

FORMAT = "sheffer export"
VERSION = 1
INDEX, README = "index.json", "README.txt"

_NUMBER = re.compile(r"-?[0-9]+")

_READING = (
    "That no component divides by zero or leaves its values inside its guard. It is checked, where "
    "needed with z3, when the set is read."
)


@dataclass(frozen=True, slots=True)
class _Item:
    """A file and the answer it must get; or, without a file, how the kernel decided the matter.

    Of the items of a group one suffices.
    """

    what: str
    expect: str
    group: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class _Exported:
    """What all the files support together.

    Attributes:
        trusted: what the statement needs and no file shows.
        how: for people: how the files are checked.
    """

    kind: str
    about: str
    statement: str
    items: tuple[_Item, ...]
    trusted: tuple[str, ...]
    how: str
    more: dict[str, Any] = field(default_factory=dict)


def export(data: dict[str, Any], folder: Path) -> list[Path]:
    """Writes the proofs of a certificate into a folder, which is made; the files written.

    Each file is written under another name first, so that none is ever half there. Files of the
    same names are replaced, others are left alone.

    Raises:
        ProblemError: `nothing-to-export` where the certificate holds nothing that a checker of
            these formats could read.
        CertificateError: where it is malformed. That it was checked before is not required.
        OSError: where a file cannot be written.
    """
    writers = {"optimum": _optimum, "simulation": _simulation, "limit": _limit}
    kind = data.get("kind")
    if kind == "functional":
        message = "a functional certificate needs no solver: sheffer-check evaluates its tables"
        raise ProblemError("nothing-to-export", message, "kind")
    if not isinstance(kind, str) or kind not in writers:
        message = f"expected one of {', '.join(writers)}, not {str(kind)[:40]!r}"
        raise CertificateError("unknown-kind", message, "kind")
    written: list[Path] = []
    exported = writers[kind](data, folder, written)
    written.append(_write(folder / README, [_readme(exported)]))
    written.append(_write(folder / INDEX, [_index(exported)]))
    return written


def _begin(folder: Path) -> None:
    """Makes the folder. An index of before would speak of files that are about to change."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)


def _write(path: Path, pieces: Iterable[str]) -> Path:
    with replacing(path) as stream:
        stream.writelines(pieces)
    return path


def _ascii(text: str) -> str:
    """For a comment: one line of ASCII, of a length that every reader takes."""
    return printable(text, 300).encode("ascii", "backslashreplace").decode("ascii")


# Lower bounds


def _optimum(data: dict[str, Any], folder: Path, written: list[Path]) -> _Exported:
    proofs = data.get("proofs")
    if data.get("evidence") != "proved" or proofs == []:
        message = "it holds no proofs; sheffer solve --prove makes a certificate with proofs"
        raise ProblemError("nothing-to-export", message, "evidence")
    problem = problem_from_json(data.get("problem"))
    if "inputs" in data:
        problem = _on_inputs(problem, data["inputs"])
    steps = _lengths(proofs)
    bounds = [problem.error(empty_dag(problem))]
    for _, below, _ in steps:
        bounds.append(min(bounds[-1], below))
    if bounds[-1] <= 0:
        message = "a sequence of no steps has error 0, so that no lower bound follows"
        raise CertificateError("lower-bound", message, "frontier[0]")
    _begin(folder)
    items: list[_Item] = []
    for length, below, lrat in steps:
        formula = encode(problem, length, below)
        name = f"length-{length}"
        says = f"a shortest dag with an error below {below} has exactly {_steps(length)}"
        written.append(_write(folder / f"{name}.cnf", _dimacs(problem, length, below, formula)))
        where = f"proofs[{length - 1}].lrat"
        written.append(_write(folder / f"{name}.lrat", _lrat(lrat, where)))
        items += [
            _Item(f"the formula: {says}", "unsat", length, f"{name}.cnf"),
            _Item(f"a refutation of {name}.cnf", "verified", length, f"{name}.lrat"),
        ]
    last = len(steps)
    statement = (
        f"{quoted(problem.name)}: no dag of at most {_steps(last)} has an error "
        f"({problem.measure}) below {error_text(bounds[-1])} on the {len(problem.rows())} samples"
    )
    listed = [
        {"steps": k, "at_least": error_text(bound)} for k, bound in enumerate(bounds) if bound > 0
    ]
    return _Exported(
        "optimum", problem.name, statement, tuple(items), _optimum_trusts(last, bounds[0], data),
        _OPTIMUM.format(last=last), {"bounds": listed},
    )  # fmt: skip


def _optimum_trusts(last: int, least: Error, data: dict[str, Any]) -> tuple[str, ...]:
    trusted = [
        "That the formulas say what theory/TRUST.md says of them: if some dag of at most "
        f"{_steps(last)} has a smaller error, then a shortest one satisfies the formula of its "
        "length. They were written by theory/kernel/checks/cnf.py.",
        f"Lengths 0 to {last} belong together. A dag of no steps has an error of at least "
        f"{error_text(least)}: looked at by the kernel, without a file.",
        "That a sequence has the error that the certificate gives it. sheffer-check evaluates it.",
    ]
    if "inputs" in data:
        trusted.append(
            "The samples are inputs of a problem that asks about all inputs. What is wrong for one "
            "of them is not right for all."
        )
    return tuple(trusted)


def _on_inputs(problem: Problem, inputs: Any) -> Problem:
    if not isinstance(inputs, list):
        raise CertificateError("bad-fields", "inputs is a list", "inputs")
    values = [
        values_from_json(row if isinstance(row, list) else [], problem.inputs, f"inputs[{k}]")
        for k, row in enumerate(inputs)
    ]
    return on_inputs(problem, values)


def _lengths(proofs: Any) -> list[tuple[int, int, Any]]:
    """Of each proof its length, the error below which it speaks, and its packed text."""
    found: list[tuple[int, int, Any]] = []
    for length, proof in enumerate(proofs if isinstance(proofs, list) else [None], 1):
        match proof:
            case {"length": int(given), "below": int(below), "lrat": lrat} if given == length:
                found.append((length, int(below), lrat))
            case _:
                message = f"expected length {length}, below and lrat"
                raise CertificateError("bad-fields", message, f"proofs[{length - 1}]")
    return found


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _dimacs(problem: Problem, length: int, below: int, formula: Formula) -> Iterator[str]:
    """The formula as DIMACS text. In its comments no word may begin with `cnf`: drat-trim looks
    for the header word by word. So names stand between brackets."""
    inputs = len(problem.inputs)
    columns = len({row.inputs for row in problem.rows()})
    lines = [
        f"problem: [{file_name(problem.name)}]",
        f"It says: a shortest dag with an error ({problem.measure}) below {below} has exactly "
        f"{_steps(length)}.",
        "Unsatisfiable, it refutes that. Only all lengths from 0 on together show that no dag is",
        "better; theory/TRUST.md has the argument.",
        f"Slots 0 to {inputs - 1} are the inputs; each step has the next slot. A step selects a",
        "set of earlier slots, in ascending order, and applies a table to them.",
    ]
    last = 1
    for k, (sets, table) in enumerate(zip(formula.selections, formula.tables, strict=True), 1):
        last = table[-1] + columns
        lines.append(
            f"step {k}: variables {min(sets.values())} to {max(sets.values())} select its set, "
            f"{table[0]} to {table[-1]} are its table, "
            f"{table[-1] + 1} to {last} its value on each different input."
        )
    if formula.variables > last:
        lines.append(
            f"{last + 1} to {formula.variables}: which slot is an output, which samples are "
            "missed, and a counter of them."
        )
    yield from (f"c {line}\n" for line in lines)
    yield f"p cnf {formula.variables} {len(formula.clauses)}\n"
    for clause in formula.clauses:
        yield " ".join(map(str, (*clause, 0))) + "\n"


def _lrat(packed: Any, where: str) -> Iterator[str]:
    """The lines of a packed proof, with one space between their words."""
    for number, line in enumerate(unpack(packed, where), 1):
        words = line.split()
        if not words or not all(w == "d" or _NUMBER.fullmatch(w) for w in words):
            message = "a line consists of numbers"
            raise CertificateError("bad-proof", message, f"{where}: line {number}")
        yield " ".join(words) + "\n"


# Completeness


def _simulation(data: dict[str, Any], folder: Path, written: list[Path]) -> _Exported:
    simulation = read_simulation(data)
    model, name = simulation.model, simulation.components.name
    groups = [(o.name, (o,)) for o in obligations(simulation)]
    count = len(next(iter(simulation.operations.values())).steps) if model.cells else 1
    statement = Completeness(
        name,
        "Turing",
        complete=True,
        weakly=model.weakly,
        regime=str(simulation.regime),
        by=model.title + (f", whose rule is a composition of {count} components" * (count != 1)),
        rests_on=model.rests_on,
        memory=model.memory,
    )
    trusted = (
        f"The theorem cited: {model.rests_on}.",
        "That the obligations are those of the model, and induction where codes are built step by "
        "step. theory/TRUST.md lists the modules that write them.",
        _READING,
    )
    items = tuple(_obligations(groups, name, folder, written))
    return _Exported("simulation", name, printable(str(statement)), items, trusted, _SMT)


def _limit(data: dict[str, Any], folder: Path, written: list[Path]) -> _Exported:
    components, regime = read_set(data)
    route, hints, name = data.get("route"), data.get("hints"), components.name
    if not isinstance(route, str) or not isinstance(hints, dict):
        raise CertificateError("bad-hint", "route is a name and hints an object", "hints")
    found: list[Demand] = list(demands(components, regime, route, hints))
    rests_on = ROUTES[route][1]
    statement = Completeness(
        name, "Turing", complete=False, regime=str(regime), by=route, rests_on=rests_on
    )
    trusted = (
        f"The theorem cited: {rests_on}.",
        f"That the demands are those of the route {route}, for every component, placement, "
        "parameter value and value of the finite registers. theory/TRUST.md lists the modules.",
        "What the kernel reads off the form of the set: its regime, its registers and their sorts.",
        _READING,
    )
    items = tuple(
        _obligations([(d.name, d.alternatives) for d in found], name, folder, written)
    ) or (_Item("the hypotheses of the route", "they hold by the form of the set", 1),)
    return _Exported("limit", name, printable(str(statement)), items, trusted, _SMT)


def _obligations(
    groups: Sequence[tuple[str, tuple[Obligation, ...]]],
    about: str,
    folder: Path,
    written: list[Path],
) -> Iterator[_Item]:
    """Writes a file for each obligation in which something is left to ask."""
    _begin(folder)
    number = 0
    for group, (name, alternatives) in enumerate(groups, 1):
        for obligation in alternatives:
            what = printable(obligation.name)
            if obligation.goal == TRUE:
                yield _Item(what, "evaluated by the kernel", group)
                continue
            number += 1
            file = f"{number:03}-{file_name(obligation.name.replace(' ', '-'))}.smt2"
            comments = [
                f"set: {quoted(about)}",
                f"obligation: {obligation.name}",
                "It stands here denied: unsat means that it holds for all values.",
            ]
            if len(alternatives) > 1:
                comments.append(f"demand: {name}")
                comments.append(f"Of its {len(alternatives)} alternatives one must be unsat.")
            pieces = [*(f"; {_ascii(line)}\n" for line in comments), script(obligation)]
            written.append(_write(folder / file, pieces))
            yield _Item(what, "unsat", group, file)


# The index, for programs and for people


def _index(exported: _Exported) -> str:
    files = [item for item in exported.items if item.file]
    others = [item for item in exported.items if not item.file]
    data = {
        "format": FORMAT,
        "version": VERSION,
        "kind": exported.kind,
        "about": exported.about,
        "statement": exported.statement,
        "rule": "In every group at least one file is answered as expected, or was decided here.",
        **exported.more,
        "counts": {
            "groups": len({item.group for item in exported.items}),
            "files": len(files),
            "without_file": len(others),
        },
        "files": [
            {"file": i.file, "group": i.group, "is": i.what, "expect": i.expect} for i in files
        ],
        "without_file": [{"group": i.group, "is": i.what, "how": i.expect} for i in others],
        "trusted": list(exported.trusted),
    }
    return json.dumps(data, indent=2) + "\n"


def _readme(exported: _Exported) -> str:
    files = sum(bool(item.file) for item in exported.items)
    others = [item for item in exported.items if not item.file]
    parts = ["What all of it together supports:\n\n" + _listed("", [exported.statement])]
    if files:
        parts.append(exported.how)
    else:
        parts.append("The kernel needed no solver, so there is no file to check.\n")
    if others:
        parts.append(
            "Without a file, by sheffer-check alone:\n\n"
            + _listed("- ", [f"{item.what}: {item.expect}" for item in others])
        )
    parts.append("What no file shows, and you trust as well:\n\n" + _listed("- ", exported.trusted))
    parts.append(
        "index.json lists every file with the answer it must get. Other files in this folder do\n"
        "not belong to it.\n"
    )
    return "\n".join(parts)


def _listed(mark: str, lines: Iterable[str]) -> str:
    filled = (
        textwrap.fill(line, 98, initial_indent=f"  {mark}", subsequent_indent="    ")
        for line in lines
    )
    return "".join(f"{text}\n" for text in filled)


_OPTIMUM = """\
For each length from 1 to {last} there is a formula, length-N.cnf (DIMACS), and a refutation of it,
length-N.lrat (LRAT, text). It says: a shortest dag with a smaller error has exactly N steps. Check
each pair with one of

  cake_lpr length-{last}.cnf length-{last}.lrat      answers: s VERIFIED UNSAT
  lrat-check length-{last}.cnf length-{last}.lrat    answers: c VERIFIED

or let a SAT solver find out by itself: cadical length-{last}.cnf answers UNSATISFIABLE. Either of
the two suffices for a length. One length alone says nothing of the others: all are needed.
"""

_SMT = """\
Each .smt2 file (SMT-LIB 2.6) holds one obligation, denied. Ask one of

  z3 FILE
  cvc5 FILE

The answer unsat means: the obligation holds for all values. sat means that it fails, unknown says
nothing. Files of the same group in index.json are alternatives: one of them must be unsat, the
others may well be sat. Every group needs one.
"""
