"""The columns of the operator table, each asked for the values of a term.

Every function takes a term, its variables and assignments, with the exact values expected, and
returns a description of each disagreement. `Cvc5` reads the SMT-LIB text that is written to files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import z3

from solvers.compiled.array_code import array_function, to_array
from solvers.compiled.term_code import compile_terms
from theory.formats.z3_terms import from_z3, to_z3, z3_value
from theory.kernel.language.sorts import Sort, Value, smt_value
from theory.kernel.language.terms import Term, smt_text

Assignments = Sequence[dict[str, Value]]


def exact(term: Term, scope: dict[str, Sort], rows: Assignments) -> list[Value]:
    """The Python column."""
    function = compile_terms((term,), tuple(scope))
    return [function(*(values[name] for name in scope))[0] for values in rows]


def differing(name: str, term: Term, rows: Assignments, wrong: list[int]) -> list[str]:
    return [f"{name}: {term} at {rows[k]}" for k in wrong]


def by_z3(term: Term, scope: dict[str, Sort], rows: Assignments, wanted: list[Value]) -> list[str]:
    """The Z3 column: the expression with values put in simplifies to the value wanted."""
    expression, *variables = to_z3([term, *(Term("var", (n,), (), s) for n, s in scope.items())])
    wrong = []
    for k, (values, value) in enumerate(zip(rows, wanted, strict=True)):
        pairs = [(v, z3_value(scope[n], values[n])) for n, v in zip(scope, variables, strict=True)]
        given = z3.substitute(expression, *pairs)
        if not z3.is_true(z3.simplify(given == z3_value(term.sort, value))):
            solver = z3.Solver()
            solver.add(given != z3_value(term.sort, value))
            if solver.check() != z3.unsat:
                wrong.append(k)
    return differing("z3", term, rows, wrong)


def back_from_z3(term: Term) -> Term:
    """The term translated to Z3 and back."""
    return from_z3(to_z3([term])[0])


def by_arrays(
    term: Term, scope: dict[str, Sort], rows: Assignments, wanted: list[Value]
) -> list[str]:
    """The array column over Python objects."""
    columns = [to_array(s, [v[n] for v in rows], exact=True) for n, s in scope.items()]
    flags = np.zeros(1, dtype=np.bool_)
    (given,) = array_function((term,), tuple(scope), exact=True)(*columns, flags)
    found = _spread(given, len(rows))
    wrong = [k for k, value in enumerate(wanted) if found[k] != value]
    return differing("exact arrays", term, rows, wrong)


def _spread(given: Any, count: int) -> list[Any]:
    if isinstance(given, np.ndarray) and given.shape == (count,):
        return list(given)
    return [given.item() if isinstance(given, np.ndarray) else given] * count


def by_words(
    term: Term, scope: dict[str, Sort], rows: Assignments, wanted: list[Value]
) -> tuple[list[str], int]:
    """The array column over machine words, and how many values it gave.

    An overflow must be flagged; where it is, no value is given.
    """
    function = array_function((term,), tuple(scope), exact=False)
    wrong, count = [], 0
    for k, values in enumerate(rows):
        columns = [to_array(s, [values[n]], exact=False) for n, s in scope.items()]
        flags = np.zeros(1, dtype=np.bool_)
        with np.errstate(all="ignore"):
            (given,) = function(*columns, flags)
        if not flags[0]:
            count += 1
            if int(_spread(given, 1)[0]) != wanted[k]:
                wrong.append(k)
    return differing("machine words", term, rows, wrong), count


# A constant array of 1/3 or the like, which cvc5 does not read.
THIRDS = re.compile(r"Real\)\) \([-/]")


class Cvc5:
    """SMT-LIB text, read and evaluated by cvc5."""

    def __init__(self) -> None:
        import cvc5

        self._manager = cvc5.TermManager()
        self._solver = cvc5.Solver(self._manager)
        self._solver.setLogic("ALL")
        self._symbols = cvc5.SymbolManager(self._manager)
        self._parser = cvc5.InputParser(self._solver, self._symbols)
        self._parser.setIncrementalStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "terms")
        self._count = 0

    def define(self, command: str) -> None:
        """Runs one `define-fun`."""
        self._parser.appendIncrementalStringInput(command + "\n")
        answer = self._parser.nextCommand().invoke(self._solver, self._symbols)
        assert "error" not in str(answer), answer

    def __call__(
        self, term: Term, scope: dict[str, Sort], rows: Assignments, wanted: list[Value]
    ) -> list[str]:
        name = f"f{self._count}"
        self._count += 1
        arguments = " ".join(f"({n} {s})" for n, s in scope.items())
        text = smt_text(term)
        if THIRDS.search(text):
            return []
        self.define(f"(define-fun {name} ({arguments}) {term.sort} {text})")
        wrong = []
        for k, (values, value) in enumerate(zip(rows, wanted, strict=True)):
            given = " ".join(smt_value(s, values[n]) for n, s in scope.items())
            equation = f"(= ({name} {given}) {smt_value(term.sort, value)})"
            if THIRDS.search(equation):
                continue
            self._parser.appendIncrementalStringInput(equation + "\n")
            result = self._solver.simplify(self._parser.nextTerm(), True)
            if not (result.isBooleanValue() and result.getBooleanValue()):
                wrong.append(k)
        return differing("cvc5", term, rows, wrong)
