"""Constraints of SyGuS files, each brought to one point, and the target they make together.

A constraint mentions the function at its arguments as variables, or at literals. Calls are nodes
with the operator `call` until they become the output's variable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from theory.kernel.errors import ProblemError
from theory.kernel.language.smtlib import Function
from theory.kernel.language.sorts import BOOL, Value
from theory.kernel.language.terms import (
    TRUE,
    Term,
    apply,
    conjunction,
    const,
    evaluate,
    nodes,
    substitute,
    var,
    variables,
)
from theory.kernel.problems.targets import Relation, Sample, Samples, Specification


class Points:
    """Constraints, each brought to one point: the function's arguments, or literals."""

    def __init__(self, function: Function, output: Term) -> None:
        self.function, self.output = function, output
        self.examples: list[Sample] = []
        self.general: list[Term] = []
        self.ground: list[tuple[tuple[Value, ...], Term]] = []
        self.renamings: list[dict[str, Term]] = []

    def add(self, part: Term, where: str) -> None:
        calls = [n for n in nodes([part]) if n.op == "call"]
        points = list(dict.fromkeys(n.args for n in calls))
        name = self.function.name
        if not points:
            if not variables([part]) and evaluate_closed(part):
                return
            message = f"a constraint that does not mention {name} cannot be met by choosing it"
            raise ProblemError("no-call", message, where)
        if len(points) > 1:
            message = f"a constraint on {name} at two points at once is not supported"
            raise ProblemError("multi-invocation", message, where)
        (point,) = points
        bare = _replaced(part, self.output)
        if not variables(point):
            values = tuple(evaluate_closed(t) for t in point)
            self._add_ground(bare, values, where)
            return
        names = [t.indices[0] for t in point if t.op == "var"]
        if len(names) < len(point) or len(set(names)) < len(names):
            message = f"the arguments of {name} must be different variables, or all literals"
            raise ProblemError("multi-invocation", message, where)
        arguments = self.function.arguments
        renaming = {n: var(a.name, a.sort) for n, a in zip(names, arguments, strict=True)}
        others = set(variables([bare])) - set(names) - {self.output.indices[0]}
        if others:
            message = f"{', '.join(sorted(others))} is no argument of {name} here"
            raise ProblemError("quantified-variable", f"{message}; not supported", where)
        self.renamings.append(renaming)
        self.general += substitute([bare], renaming)

    def _add_ground(self, bare: Term, values: tuple[Value, ...], where: str) -> None:
        if set(variables([bare])) - {self.output.indices[0]}:
            message = f"a variable beside {self.function.name} at literals is not supported"
            raise ProblemError("quantified-variable", message, where)
        wanted = _equal_to(bare, self.output)
        if wanted is not None:
            self.examples.append(Sample(values, (evaluate_closed(wanted),)))
        self.ground.append((values, bare))

    def assumed(self, assumptions: Iterable[tuple[Term, str]]) -> list[Term]:
        """The assumptions, over the function's arguments."""
        made: list[Term] = []
        for term, where in assumptions:
            used = set(variables([term]))
            renaming = self.renamings[0] if self.renamings else {}
            ambiguous = any(r != renaming for r in self.renamings)
            if ambiguous or not used <= set(renaming) or any(n.op == "call" for n in nodes([term])):
                message = "an assumption speaks of the variables that the function is called with"
                raise ProblemError("quantified-variable", message, where)
            made += substitute([term], renaming)
        return made

    def target(
        self, condition: Term, constants: tuple[Value, ...]
    ) -> Samples | Specification | Relation:
        """The target that all constraints make together."""
        if not self.general and len(self.examples) == len(self.ground):
            rows = (replace(s, inputs=(*s.inputs, *constants)) for s in self.examples)
            return Samples(tuple(dict.fromkeys(rows)))
        if len(self.general) == 1 and not self.ground:
            body, given = self.general[0], condition
            if body.op == "=>":
                given, body = conjunction([condition, body.args[0]]), body.args[1]
            wanted = _equal_to(body, self.output)
            if wanted is not None and self.output.indices[0] not in variables([given]):
                return Specification((wanted,), given)
        parts = list(self.general)
        for values, bare in self.ground:
            here = conjunction(
                apply("=", var(a.name, a.sort), const(v, a.sort))
                for a, v in zip(self.function.arguments, values, strict=True)
            )
            parts.append(bare if here == TRUE else apply("=>", here, bare))
        return Relation(conjunction(parts), condition)


def evaluate_closed(term: Term) -> Value:
    """The value of a term without variables."""
    return evaluate(term, {})


def _equal_to(term: Term, output: Term) -> Term | None:
    """The T of (= out T) or (= T out) that does not speak of `out`; else None."""
    if term == output:
        return TRUE
    if term == apply("not", output) if output.sort == BOOL else False:
        return const(False, BOOL)
    if term.op != "=" or output not in term.args:
        return None
    other = term.args[1] if term.args[0] == output else term.args[0]
    return None if output.indices[0] in variables([other]) else other


def _replaced(term: Term, output: Term) -> Term:
    """The term with every call replaced by the output."""
    made: dict[Term, Term] = {}
    for node in nodes([term]):
        args = tuple(made[a] for a in node.args)
        made[node] = (
            output if node.op == "call" else _replace_args(node, args) if args else node
        )  # fmt: skip
    return made[term]


def _replace_args(node: Term, args: tuple[Term, ...]) -> Term:
    """The same operator on other arguments of the same sorts."""
    return node if args == node.args else Term(node.op, node.indices, args, node.sort)


def is_example(part: Term) -> bool:
    """Whether a constraint says what the function gives at literals, and nothing else."""
    if variables([part]):
        return False
    if part.op == "=":
        return any(side.op == "call" for side in part.args)
    return part.op == "call" or (part.op == "not" and part.args[0].op == "call")


def conjuncts(term: Term) -> list[Term]:
    """The parts of a conjunction, however it is nested."""
    stack, found = [term], []
    while stack:
        part = stack.pop()
        if part.op == "and":
            stack.extend(reversed(part.args))
        else:
            found.append(part)
    return found
