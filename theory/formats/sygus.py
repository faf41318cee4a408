"""SyGuS-IF 2.1 files (`.sl`): how a synthesis problem is read.

`read_sygus` makes a `SygusProblem` of a text: one function to synthesise, its grammar, and its
constraints. The problem is a dag: the arguments and the grammar's constants are input slots (a
constant costs nothing, so length counts operators), productions are components.

- Examples, `(= (f 1 2) 3)` with literals only, become samples.
- `(= (f x y) TERM)`, alone or under a condition, becomes a specification.
- All else that mentions f at one point only, such as `(>= (f x y) x)`, becomes a relation.

A constraint on f at two points, such as `(= (f x y) (f y x))`, is refused. Answers are the matter
of `theory.formats.sygus_answers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from theory.formats.component_files import read_text, written_out
from theory.formats.sygus_answers import SygusProblem
from theory.formats.sygus_constraints import Points, conjuncts, is_example
from theory.formats.sygus_grammar import (
    Grammar,
    Parts,
    default_grammar,
    parts_of,
    read_grammar,
)
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.names import Variable, check_name
from theory.kernel.language.sexpr import Atom, Group, Node, parse
from theory.kernel.language.smtlib import (
    Definitions,
    Function,
    define,
    read_sort,
    read_term,
    symbol,
)
from theory.kernel.language.sorts import BOOL, Sort
from theory.kernel.language.terms import (
    Term,
    apply,
    conjunction,
    const,
    nodes,
    var,
)
from theory.kernel.problems.problem import Problem

DEFAULT_LENGTH = 6
MOST_LITERALS = 16
"""Numbers of a file that may all be constants; of more, those of examples are data only.

A hundred examples would make two hundred input slots, among which every search loses its way.
"""
LOGICS = {
    *("ALL", "BV", "LIA", "NIA", "LRA", "NRA", "LIRA", "NIRA", "BOOL", "SAT"),
    *("PBE_BV", "PBE_LIA", "PBE_NIA", "PBE_LRA", "PBE_ALL", "QF_BV", "QF_LIA", "QF_NIA", "QF_LRA"),
}

_UNSUPPORTED = {
    "synth-inv": "invariants have constraints at two points; synthesise a function instead",
    "inv-constraint": "invariants have constraints at two points; synthesise a function instead",
    "chc-constraint": "Horn clauses are not supported",
    "declare-weight": "weights are not supported; the least number of operators is sought",
    "optimize-synth": "an objective is not supported; the least number of operators is sought",
    "define-fun-rec": "recursive functions are not supported",
    "define-funs-rec": "recursive functions are not supported",
    "declare-datatype": "datatypes are not supported",
    "declare-datatypes": "datatypes are not supported",
    "declare-sort": "uninterpreted sorts are not supported",
    "declare-const": "write declare-var for a variable of the constraints",
}
_OLD = {
    "declare-primed-var": "declare-var, twice: x and x!",
    "declare-fun": "declare-var (variables) or define-fun (functions)",
    "set-options": "set-option",
    "synth-blocking-fun": "synth-fun",
}
_IGNORED = {"set-option", "set-info", "set-feature", "exit"}


def load_sygus(path: str | Path, length: int | None = None) -> SygusProblem:
    """The problem of a `.sl` file.

    Raises:
        ComponentError, ProblemError: located in the file, with the remedy.
    """
    return read_sygus(read_text(path), str(path), length)


def read_sygus(text: str, file: str = "<text>", length: int | None = None) -> SygusProblem:
    """The problem of a SyGuS text; `length` bounds the operators (default `DEFAULT_LENGTH`)."""
    reader = _Reader(file)
    sorts: dict[str, Node] = {}
    for command in parse(text, file):
        node = written_out(command, sorts)
        if not isinstance(node, Group) or not node.head:
            raise ComponentError("syntax", f"expected a command, not {str(node)[:40]}", node.where)
        if node.head == "define-sort":
            match node.items:
                case (_, Atom(text=name), Group(items=()), body) if name not in sorts:
                    _sort(body)
                    sorts[name] = body
                    continue
            raise ComponentError("syntax", "write (define-sort NAME () SORT)", node.where)
        reader.command(node)
    try:
        return reader.problem(length)
    except ProblemError as error:
        place = error.where if error.where.startswith(file) else file
        raise ProblemError(error.reason, error.message, place) from None


@dataclass(slots=True)
class _Reader:
    file: str
    logic: str = "ALL"
    found: Definitions = field(init=False)
    variables: dict[str, Term] = field(default_factory=dict)
    constraints: list[tuple[Term, str]] = field(default_factory=list)
    assumptions: list[tuple[Term, str]] = field(default_factory=list)
    commands: list[Group] = field(default_factory=list)
    function: Function | None = None
    sort: Sort = BOOL
    grammar: Grammar | None = None
    checked: bool = False

    def __post_init__(self) -> None:
        self.found = Definitions(self.file)

    def command(self, node: Group) -> None:
        head = node.head
        if self.checked and head not in _IGNORED:
            message = f"{head} after check-synth is not supported; one question a file"
            raise ComponentError("unknown-command", message, node.where)
        self.commands.append(node)
        if head == "set-logic":
            self.logic = symbol(_only(node))
            if self.logic not in LOGICS:
                message = f"logic {self.logic} is not supported; bit vectors (BV), integers (LIA, "
                raise ComponentError(
                    "unsupported-logic", message + "NIA), rationals (LRA) and Bool are", node.where
                )
        elif head == "define-fun":
            _check_sorts(node)
            define(node, self.found)
        elif head == "declare-var":
            if len(node.items) != 3:
                raise ComponentError("syntax", "write (declare-var NAME SORT)", node.where)
            name = symbol(node.items[1])
            if name in self.variables or name in self.found.functions:
                raise ComponentError("duplicate-name", f"{name} is declared twice", node.where)
            self.variables[name] = var(name, _sort(node.items[2]))
        elif head == "synth-fun":
            self._synthesise(node)
        elif head in ("constraint", "assume"):
            _check_sorts(node)
            term = read_term(_only(node), self.variables, self.found)
            if term.sort != BOOL:
                raise ComponentError("wrong-sort", f"a {head} is Bool, not {term.sort}", node.where)
            (self.constraints if head == "constraint" else self.assumptions).append(
                (term, node.where)
            )
        elif head == "check-synth":
            self.checked = True
        elif head in _OLD:
            message = f"{head} is SyGuS-IF 1; version 2.1 writes {_OLD[head]}"
            raise ComponentError("old-syntax", message, node.where)
        elif head not in _IGNORED:
            message = _UNSUPPORTED.get(head, "this command is not known")
            raise ComponentError("unknown-command", f"{head}: {message}", node.where)

    def _synthesise(self, node: Group) -> None:
        if self.function is not None:
            message = "a second function to synthesise is not supported"
            raise ComponentError("unknown-command", message, node.where)
        if len(node.items) not in (4, 5, 6) or not isinstance(node.items[2], Group):
            message = "write (synth-fun NAME ((ARG SORT) ...) SORT GRAMMAR), the grammar optional"
            raise ComponentError("syntax", message, node.where)
        _check_sorts(node)
        name = symbol(node.items[1])
        check_name(name, node.items[1].where)
        arguments = []
        for item in node.items[2].items:
            if not isinstance(item, Group) or len(item.items) != 2:
                raise ComponentError("syntax", "an argument is (NAME SORT)", item.where)
            argument = symbol(item.items[0])
            check_name(argument, item.where)
            arguments.append(Variable(argument, _sort(item.items[1])))
        if len({a.name for a in arguments}) != len(arguments) or name in self.found.functions:
            message = f"{name} or one of its arguments is declared twice"
            raise ComponentError("duplicate-name", message, node.where)
        self.sort = _sort(node.items[3])
        if len(node.items) == 5:
            _old_grammar(node.items[4])
        if len(node.items) == 6:
            given = tuple(arguments)
            self.grammar = read_grammar(node.items[4], node.items[5], given, self.found)
            start = self.grammar.nonterminals[0]
            if start.sort != self.sort:
                message = f"{name} is {self.sort} and its start {start.name} is {start.sort}"
                raise ComponentError("wrong-sort", message, node.where)
        # A call of the function is a node of its own until it becomes the output's variable.
        body = Term("call", (name,), tuple(var(a.name, a.sort) for a in arguments), self.sort)
        self.function = Function(name, tuple(arguments), body, node.where)
        self.found.functions[name] = self.function

    def problem(self, length: int | None) -> SygusProblem:
        function = self.function
        if function is None or not self.checked or not self.constraints:
            missing = "check-synth" if function and self.constraints else "constraint"
            message = f"the file has no {missing if function else 'synth-fun'}"
            raise ProblemError("no-problem", message, self.file)
        demands = [part for term, _ in self.constraints for part in conjuncts(term)]
        literals = _literals(demands)
        if len(literals) > MOST_LITERALS:
            literals = _literals(part for part in demands if not is_example(part))
        grammar = self.grammar or default_grammar(
            self.logic, function.arguments, self.sort, literals
        )
        parts = parts_of(grammar, self.found)
        return SygusProblem(
            self._dag(function, parts, length), function.name, function.arguments, self.sort,
            self.grammar, parts, tuple(self.commands),
        )  # fmt: skip

    def _dag(self, function: Function, parts: Parts, length: int | None) -> Problem:
        taken = {a.name for a in function.arguments}
        for name in [n for n in parts.constants if n in taken]:
            parts.constants[name + "'"] = parts.constants.pop(name)
        slots = [Variable(name, sort) for name, (sort, _, _) in parts.constants.items()]
        inputs = (*function.arguments, *slots)
        output = "out"
        while output in {v.name for v in inputs}:
            output += "'"
        values = tuple(value for _, value, _ in parts.constants.values())
        fixed = [
            apply("=", var(v.name, v.sort), const(value, v.sort))
            for v, value in zip(slots, values, strict=True)
        ]
        points = Points(function, var(output, self.sort))
        for term, where in self.constraints:
            for part in conjuncts(term):
                points.add(part, where)
        condition = conjunction([*points.assumed(self.assumptions), *fixed])
        components = ComponentSet(
            f"{function.name}-grammar", tuple(parts.components), source="SyGuS"
        )
        return Problem(
            Path(self.file).stem if self.file.endswith(".sl") else function.name,
            components,
            Wiring.DAG,
            inputs,
            (Variable(output, self.sort),),
            points.target(condition, values),
            DEFAULT_LENGTH if length is None else length,
        )


def _literals(demands: Iterable[Term]) -> list[Term]:
    """The different numbers in some constraints, in their order."""
    found = (n for n in nodes(demands) if n.op == "const" and n.sort != BOOL)
    return list(dict.fromkeys(found))


def _only(node: Group) -> Node:
    if len(node.items) != 2:
        raise ComponentError("syntax", f"({node.head} ...) takes exactly one thing", node.where)
    return node.items[1]


def _sort(node: Node) -> Sort:
    _check_sorts(node)
    return read_sort(node)


def _check_sorts(node: Node) -> None:
    """Refuses the sorts of SyGuS-IF 1, wherever they stand."""
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Group):
            if item.head == "BitVec":
                message = f"{item} is SyGuS-IF 1; version 2.1 writes (_ BitVec n)"
                raise ComponentError("old-syntax", message, item.where)
            if item.head in ("InputVariable", "LocalVariable"):
                message = f"{item.head} is SyGuS-IF 1; version 2.1 writes (Variable SORT)"
                raise ComponentError("old-syntax", message, item.where)
            stack.extend(item.items)


def _old_grammar(node: Node) -> NoReturn:
    message = (
        "a grammar without its list of nonterminals is SyGuS-IF 1; version 2.1 writes "
        "((Start S)) before ((Start S (PRODUCTION ...)))"
    )
    raise ComponentError("old-syntax", message, node.where)
