"""Terms and sequences as LaTeX."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from tests.support.terms_strategy import sample_terms
from theory.formats.latex import latex, name_latex, sequence_latex
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sexpr import parse
from theory.kernel.language.smtlib import Definitions, read_term
from theory.kernel.language.sorts import BOOL, INT, REAL, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.sequences import Sequence

SCOPE = {
    **{n: var(n, INT) for n in "xyz"},
    **{n: var(n, BOOL) for n in "pq"},
    "u": var("u", bitvec(8)),
    "r": var("r", REAL),
}


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("(* (+ x y) z)", r"\left(x + y\right) \cdot z"),
        ("(+ x (* y z))", r"x + y \cdot z"),
        ("(- x (- y z))", r"x - \left(y - z\right)"),
        ("(- (- x y) z)", r"\left(x - y\right) - z"),
        ("(- (+ x y))", r"-\left(x + y\right)"),
        ("(+ x y z)", "x + y + z"),
        ("(and p (or p q))", r"p \land \left(p \lor q\right)"),
        ("(or (and p q) p)", r"p \land q \lor p"),
        ("(not (and p q))", r"\lnot \left(p \land q\right)"),
        ("(/ r 3.0)", r"\frac{r}{3}"),
        ("(+ r (/ 1.0 3.0))", r"r + \tfrac{1}{3}"),
        ("(* x (- 3))", r"x \cdot \left(-3\right)"),
        ("(+ x (- 3))", r"x + \left(-3\right)"),
        ("(* (to_real (+ x y)) r)", r"\left(x + y\right) \cdot r"),
        ("(not (= x y))", r"x \ne y"),
        ("((_ extract 3 1) u)", "u[3{:}1]"),
    ],
)
def test_formulas_have_the_parentheses_they_need(text: str, formula: str) -> None:
    (node,) = parse(text, "text")
    assert latex(read_term(node, SCOPE, Definitions("text"))) == formula


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", "x"),
        ("x12", "x_{12}"),
        ("alpha2", r"\alpha_{2}"),
        ("a_b", r"\mathit{a\_b}"),
        ("is-empty", r"\mathit{is\text{-}empty}"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert name_latex(name) == shown


def test_every_operator_has_a_balanced_formula() -> None:
    for term, _, _ in sample_terms(Random(5), 200, 3, 0):
        text = latex(term)
        assert text.count("{") == text.count("}")
        assert text.count("\\left") == text.count("\\right")


def test_a_sequence_is_an_aligned_block() -> None:
    x, y = var("x", INT), var("y", INT)
    inputs = (Variable("x", INT), Variable("y", INT))
    both = Component("both", inputs, (apply("+", x, y), apply("-", x, y)), ("s", "d"))
    registers = (Variable("a", INT), Variable("b", INT))
    cs = ComponentSet("set", (both,), registers)
    chain = Sequence(cs, Wiring.CHAIN, registers, (Step("both", (0, 1), (0, 1)),), (0,))
    assert sequence_latex(chain) == r"\begin{aligned}a, b &\leftarrow a + b, a - b\end{aligned}"
    dag = Sequence(cs, Wiring.DAG, registers, (Step("both", (0, 1)),), (3, 2))
    assert sequence_latex(dag) == (
        r"\begin{aligned}t_{1}, t_{2} &= a + b, a - b \\ & t_{2}, t_{1}\end{aligned}"
    )
    table = Sequence(None, Wiring.TABLE, (), (Step("conv_3x3"), Step("pool")), ())
    assert sequence_latex(table) == r"\text{conv\_3x3} \to \text{pool}"


def test_literals() -> None:
    assert latex(const(True, BOOL)) == r"\top"
    assert latex(const(Fraction(-1, 2), REAL)) == r"-\tfrac{1}{2}"
    assert latex(const(-4, INT)) == "-4"
