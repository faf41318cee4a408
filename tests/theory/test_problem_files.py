"""Problems from CSV samples, CSV tables and `.smt2` files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from theory.formats.component_files import read_components
from theory.formats.problem_files import Options, load_problem, read_problem
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.sorts import BOOL, INT, REAL, bitvec
from theory.kernel.language.terms import TRUE, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification, Table

GATES = read_components("(define-fun nand ((p Bool) (q Bool)) Bool (not (and p q)))", name="gates")
COUNTERS = read_components(
    """
    (set-info :sheffer "(set counters (registers (a b) Int))")
    (define-fun inc ((x Int)) Int (+ x 1))
    (define-fun big ((x Int)) Bool (> x 5))
    """
)


def from_csv(
    folder: Path,
    text: str | bytes,
    components: ComponentSet | None = None,
    options: Options | None = None,
) -> Problem:
    path = folder / "data.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_problem(path, components, options)


def rows(problem: Problem) -> tuple[Sample, ...]:
    assert isinstance(problem.target, Samples)
    return problem.target.rows


def test_samples_for_gates_are_a_dag(tmp_path: Path) -> None:
    problem = from_csv(tmp_path, "p,q,out\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n", GATES)
    assert problem.name == "data"
    assert problem.wiring is Wiring.DAG
    assert [(v.name, v.sort) for v in problem.inputs] == [("p", BOOL), ("q", BOOL)]
    assert rows(problem)[1] == Sample((False, True), (True,))
    assert (problem.measure, problem.cost, problem.length) == (Measure.WRONG, Cost.LENGTH, 6)


def test_a_bom_crlf_quotes_blanks_and_empty_lines_are_fine(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf"p", q ,out\r\n\r\n"true", FALSE,1\r\n,,\r\n0,0,"0"\r\n\r\n'
    problem = from_csv(tmp_path, text, GATES)
    assert rows(problem) == (Sample((True, False), (True,)), Sample((False, False), (False,)))


def test_samples_for_registers_are_a_chain_and_others_start_at_zero(tmp_path: Path) -> None:
    problem = from_csv(tmp_path, "b,out.b\n3,4\n7,8\n", COUNTERS)
    assert problem.wiring is Wiring.CHAIN
    assert [v.name for v in problem.inputs] == ["a", "b"]
    assert [v.name for v in problem.outputs] == ["b"]
    assert rows(problem)[0] == Sample((0, 3), (4,))
    assert problem.error(problem.sequence([Step("inc", (1,), (1,))])) == 0
    plain = from_csv(tmp_path, "a,out\n1,2\n", COUNTERS)
    assert [v.name for v in plain.outputs] == ["a"]


def test_several_outputs_and_options(tmp_path: Path) -> None:
    options = Options(measure=Measure.ABSOLUTE, length=3)
    problem = from_csv(tmp_path, "a,b,out.b,out.a\n1,2,3,4\n", COUNTERS, options)
    assert [v.name for v in problem.outputs] == ["b", "a"]
    assert rows(problem)[0].outputs == (3, 4)
    assert (problem.measure, problem.length) == (Measure.ABSOLUTE, 3)


@pytest.mark.parametrize(
    ("column", "cell", "sort", "value"),
    [
        ("x:Int", "-3", INT, -3),
        ("x:Real", "1/3", REAL, Fraction(1, 3)),
        ("x:(_ BitVec 8)", "0xff", bitvec(8), 255),
        ("x:Bool", "true", BOOL, True),
        ("x", "2.5", REAL, Fraction(5, 2)),
    ],
)
def test_a_column_may_name_its_sort(
    tmp_path: Path, column: str, cell: str, sort: object, value: object
) -> None:
    mixed = read_components(
        "(define-fun half ((x Real)) Real (/ x 2.0))(define-fun inc ((x Int)) Int (+ x 1))"
    )
    problem = from_csv(tmp_path, f"{column},out\n{cell},1\n", mixed)
    assert problem.inputs[0].sort == sort
    assert rows(problem)[0].inputs == (value,)


def test_a_table_has_its_errors_exactly(tmp_path: Path) -> None:
    text = "step1,step2,error,se\nconv,pool,0.1,0.01\nconv,,1/3,0\npool,conv,2e-1,1\n"
    problem = from_csv(tmp_path, text)
    table = problem.target
    assert isinstance(table, Table)
    assert table.choices == (("conv", "pool"), ("pool", "conv"))
    assert table.errors == {
        (0, 0): Fraction(1, 10),
        (0,): Fraction(1, 3),
        (1, 1): Fraction(1, 5),
    }
    assert table.standard_errors == {(0, 0): Fraction(1, 100), (0,): 0, (1, 1): 1}
    assert problem.error(problem.sequence([Step("conv")])) == Fraction(1, 3)
    assert (problem.wiring, problem.length) == (Wiring.TABLE, 2)


def test_a_table_without_standard_errors(tmp_path: Path) -> None:
    problem = from_csv(tmp_path, "Step1,Error\na,1\nb,2\n")
    assert isinstance(problem.target, Table)
    assert problem.target.standard_errors is None


SPECIFIED = """
(define-fun add ((x Int) (y Int)) Int (+ x y))
(define-fun one () Int 1)
(define-fun twice ((x Int)) Int (* 2 x))
(define-fun positive ((x Int)) Bool (> x 0))
(set-info :sheffer "(problem double (target twice) (length 3) (wiring dag) (measure wrong-samples)
                     (condition positive))")
"""


def test_a_specification_in_a_file_with_its_components() -> None:
    problem = read_problem(SPECIFIED)
    assert problem.name == "double"
    assert problem.components is not None
    assert [c.name for c in problem.components.components] == ["add", "one"]
    x = var("x", INT)
    assert problem.target == Specification(
        (apply("*", const(2, INT), x),), apply(">", x, const(0, INT))
    )
    assert (problem.length, problem.measure) == (3, Measure.WRONG)


def test_a_caller_s_options_come_before_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "p.smt2"
    path.write_text(SPECIFIED, encoding="utf-8")
    chosen = Options(Wiring.DAG, None, Cost.DEPTH, 9)
    problem = load_problem(path, options=chosen)
    assert (problem.measure, problem.cost, problem.length) == (Measure.WRONG, Cost.DEPTH, 9)
    with pytest.raises(ProblemError) as caught:  # for all integers, there is no sum of squares
        load_problem(path, options=Options(Wiring.DAG, Measure.SQUARED))
    assert caught.value.reason == "wrong-measure"


def test_a_chain_compares_the_registers_that_are_named() -> None:
    problem = read_problem(
        """
        (set-info :sheffer "(set s (registers (a b) Int))")
        (define-fun inc ((x Int)) Int (+ x 1))
        (define-fun goal ((a Int) (b Int)) Int (+ b 1))
        (set-info :sheffer "(problem p (target goal) (outputs b) (length 1))")
        """
    )
    assert problem.wiring is Wiring.CHAIN
    assert [v.name for v in problem.outputs] == ["b"]
    assert isinstance(problem.target, Specification)
    assert problem.target.condition == TRUE
