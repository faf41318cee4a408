"""Dag problems as SyGuS-IF 2.1 text: one nonterminal a sort, a production a component.

Inputs that the condition sets equal to a literal become constants of the grammar; what else the
condition says is an assumption. So what `theory.formats.sygus` made of a grammar is written as one
again.
"""

from __future__ import annotations

from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Sort, smt_value
from theory.kernel.language.terms import (
    TRUE,
    Term,
    conjunction,
    smt_text,
    substitute,
    symbol_text,
    var,
)
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Relation, Samples, Specification


def write_sygus(problem: Problem, function: str = "f") -> str:
    """The text of a problem; a solver's answer to it is one to the problem.

    Raises:
        ProblemError: `not-sygus` for problems that SyGuS cannot say: other wirings, several
            outputs, guards, parameters.
    """
    target, components = problem.target, problem.components
    if problem.wiring is not Wiring.DAG or len(problem.outputs) != 1 or components is None:
        raise ProblemError("not-sygus", "SyGuS says dags with one output", problem.name)
    if any(c.guard or c.parameters or len(c.outputs) != 1 for c in components.components):
        message = "components with guards, parameters or several outputs cannot be written"
        raise ProblemError("not-sygus", message, problem.name)
    assert isinstance(target, Samples | Specification | Relation)
    condition = TRUE if isinstance(target, Samples) else target.condition
    fixed, assumed = split_condition(condition, problem.inputs)
    arguments = [v for v in problem.inputs if v.name not in fixed]
    (output,) = problem.outputs
    listed = [output.sort, *(v.sort for v in problem.inputs)]
    listed += [s for c in components.components for s in (*c.input_sorts, *c.output_sorts)]
    names = {s: f"N{k}" for k, s in enumerate(dict.fromkeys(listed))}
    lines = ["(set-logic ALL)"]
    given = " ".join(f"({symbol_text(v.name)} {v.sort})" for v in arguments)
    heads = " ".join(f"({n} {s})" for s, n in names.items())
    lines.append(f"(synth-fun {symbol_text(function)} ({given}) {output.sort}")
    lines.append(f"  ({heads})")
    rules = [f"({n} {s} ({' '.join(_rules(problem, s, names, fixed))}))" for s, n in names.items()]
    lines.append("  (" + "\n   ".join(rules) + "))")
    if isinstance(target, Samples):
        for row in target.rows:
            values = [smt_value(v.sort, x) for v, x in zip(problem.inputs, row.inputs, strict=True)]
            call = _call(function, values)
            lines.append(f"(constraint (= {call} {smt_value(output.sort, row.outputs[0])}))")
        return "\n".join([*lines, "(check-synth)"]) + "\n"
    lines += [f"(declare-var {symbol_text(v.name)} {v.sort})" for v in arguments]
    call = _call(function, [symbol_text(v.name) for v in arguments])
    if assumed != TRUE:
        lines.append(f"(assume {smt_text(assumed)})")
    if isinstance(target, Specification):
        (wanted,) = substitute(target.outputs, fixed)
        lines.append(f"(constraint (= {call} {smt_text(wanted)}))")
    else:
        (holds,) = substitute([target.holds], fixed)
        lines.append(f"(constraint (let (({symbol_text(output.name)} {call})) {smt_text(holds)}))")
    return "\n".join([*lines, "(check-synth)"]) + "\n"


def split_condition(condition: Term, inputs: tuple[Variable, ...]) -> tuple[dict[str, Term], Term]:
    """The inputs that a condition sets equal to literals, with these, and what else it says."""
    names = {v.name for v in inputs}
    fixed: dict[str, Term] = {}
    rest: list[Term] = []
    for part in condition.args if condition.op == "and" else (condition,):
        ops = [a.op for a in part.args]
        if part.op == "=" and ops == ["var", "const"] and part.args[0].indices[0] in names:
            fixed[part.args[0].indices[0]] = part.args[1]
        else:
            rest.append(part)
    return fixed, conjunction(substitute(rest, fixed))


def _rules(
    problem: Problem, sort: Sort, names: dict[Sort, str], fixed: dict[str, Term]
) -> list[str]:
    assert problem.components is not None
    found = [symbol_text(v.name) for v in problem.inputs if v.sort == sort and v.name not in fixed]
    found += [smt_value(sort, t.indices[0]) for t in fixed.values() if t.sort == sort]
    for c in problem.components.components:
        if c.output_sorts[0] == sort:
            holes = {v.name: var(names[v.sort], v.sort) for v in c.inputs}
            found.append(smt_text(substitute(c.outputs, holes)[0]))
    return found


def _call(function: str, arguments: list[str]) -> str:
    name = symbol_text(function)
    return f"({name} {' '.join(arguments)})" if arguments else name
