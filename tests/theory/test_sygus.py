"""SyGuS files: what they become, answers in the grammar, and back again."""

from __future__ import annotations

from pathlib import Path

import pytest

from theory.formats.certificates import problem_to_json
from theory.formats.sygus import load_sygus, read_sygus
from theory.formats.sygus_answers import SygusProblem, ask_cvc5, contradictory
from theory.formats.sygus_grammar import generates
from theory.formats.sygus_writing import write_sygus
from theory.kernel.components.placements import Step
from theory.kernel.errors import ProblemError
from theory.kernel.language.proving import Counterexample, Proof
from theory.kernel.language.sexpr import parse
from theory.kernel.language.sorts import INT, bitvec
from theory.kernel.problems.problem_json import problem_from_json
from theory.kernel.problems.specifications import on_inputs, verify
from theory.kernel.problems.targets import Relation, Sample, Samples, Specification

MAX = """
(set-logic LIA)
(synth-fun max ((x Int) (y Int)) Int
  ((I Int) (B Bool))
  ((I Int (x y 0 (- 1) (+ I I) (ite B I I)))
   (B Bool ((<= I I) (not B)))))
(declare-var a Int)
(declare-var b Int)
(constraint (and (>= (max a b) a) (>= (max a b) b)))
(constraint (or (= a (max a b)) (= b (max a b))))
(check-synth)
"""


def built(task: SygusProblem, *steps: tuple[str, tuple[int, ...]]):  # type: ignore[no-untyped-def]
    first = len(task.problem.inputs)
    made = [Step(name, reads) for name, reads in steps]
    return task.problem.sequence(made, (first + len(made) - 1,))


def test_constraints_at_one_point_become_a_relation() -> None:
    task = read_sygus(MAX, "max.sl")
    problem = task.problem
    assert problem.name == "max"
    assert [v.name for v in problem.inputs] == ["x", "y", "0", "(- 1)"]
    assert [c.name for c in problem.components.components] == ["add", "if", "le", "not-bool"]  # type: ignore[union-attr]
    assert isinstance(problem.target, Relation)
    right = built(task, ("le", (0, 1)), ("if", (4, 1, 0)))
    wrong = built(task, ("le", (0, 1)), ("if", (4, 0, 1)))
    assert isinstance(verify(problem, right), Proof)
    answer = verify(problem, wrong)
    assert isinstance(answer, Counterexample)
    assert (answer.values["0"], answer.values["(- 1)"]) == (0, -1)
    sampled = on_inputs(problem, [(3, 5, 0, -1), (7, 7, 0, -1)])
    assert sampled.error(right) == 0
    assert sampled.error(wrong) == 1, "both are right where x = y"
    with pytest.raises(ProblemError, match="outside the condition"):
        on_inputs(problem, [(3, 5, 1, -1)])


def test_a_relation_is_the_same_after_json() -> None:
    problem = read_sygus(MAX, "max.sl").problem
    for each in (problem, on_inputs(problem, [(3, 5, 0, -1)])):
        assert problem_from_json(problem_to_json(each)) == each


def test_examples_become_samples_and_one_equation_a_specification() -> None:
    f = "(synth-fun f ((x Int)) Int)"
    examples = read_sygus(f"{f} (constraint (= (f 2) 5)) (constraint (= (- 1) (f 0)))(check-synth)")
    assert examples.problem.target == Samples((Sample((2, 0, 1, 2, 5, -1), (5,)),
                                               Sample((0, 0, 1, 2, 5, -1), (-1,))))  # fmt: skip
    given = "(declare-var z Int) (constraint (=> (> z 0) (= (f z) (+ z z))))(check-synth)"
    target = read_sygus(f + given).problem.target
    assert isinstance(target, Specification)
    assert str(target.outputs[0]) == "(+ x x)"
    assert "(> x 0)" in str(target.condition)
    assumed = "(declare-var z Int) (assume (> z 0)) (constraint (= (f z) z))(check-synth)"
    assert "(> x 0)" in str(read_sygus(f + assumed).problem.target.condition)  # type: ignore[union-attr]
    mixed = "(declare-var z Int) (constraint (> (f z) z)) (constraint (= (f 0) 4))(check-synth)"
    assert isinstance(read_sygus(f + mixed).problem.target, Relation)


def test_defined_sorts_and_functions_are_expanded_and_kept_in_answers() -> None:
    task = read_sygus(
        """
        (set-logic BV)
        (define-sort W () (_ BitVec 8))
        (define-fun half ((v W)) W (bvlshr v #x01))
        (synth-fun f ((x W)) W ((S W)) ((S W (x #b00000010 (half S) (bvand (bvnot S) x)))))
        (declare-var x W)
        (constraint (= (f x) (bvand (bvnot (half x)) x)))
        (check-synth)
        """,
        "t.sl",
    )
    names = [c.name for c in task.problem.components.components]  # type: ignore[union-attr]
    assert names == ["half", "(bvand (bvnot 0) 1)"]
    found = built(task, ("half", (0,)), (names[1], (2, 0)))
    assert isinstance(verify(task.problem, found), Proof)
    assert task.in_grammar(found)
    answer = task.answer(found)
    assert answer == "(define-fun f ((x (_ BitVec 8))) (_ BitVec 8) (bvand (bvnot (half x)) x))"
    assert ask_cvc5(task, answer) in ("agrees", "absent")
    elsewhere = built(task, ("half", (0,)), (names[1], (0, 2)))
    assert not task.in_grammar(elsewhere), "the last operand of the rule is x itself"


def test_the_grammar_decides_beyond_sorts() -> None:
    text = """
    (synth-fun f ((x Int) (y Int)) Int ((S Int) (T Int) (C Int))
      ((S Int (T (+ S T))) (T Int ((Variable Int) (* C T))) (C Int (2 (- 3)))))
    (constraint (= (f 1 1) 1))(check-synth)"""
    grammar = read_sygus(text, "t.sl").grammar
    assert grammar is not None
    for term, inside in (
        ("x", True), ("(* 2 y)", True), ("(+ (+ x y) (* (- 3) x))", True), ("(* 2 (* -3 x))", True),
        ("2", False), ("(* x 2)", False), ("(+ x (+ x y))", False), ("(* 4 x)", False),
        ("z", False), ("(- x y)", False), ("(+ x y x)", False), ("(+ 2 x)", False),
    ):  # fmt: skip
        (tree,) = parse(term, "term")
        assert generates(grammar, tree) == inside, term


def test_a_long_answer_names_what_its_steps_share() -> None:
    text = "(synth-fun f ((x Int)) Int) (constraint (= (f 1) 4096))(check-synth)"
    task = read_sygus(text, length=12)
    first = len(task.problem.inputs)
    doubling = [("add", (0, 0))] + [("add", (first + k, first + k)) for k in range(11)]
    answer = task.answer(built(task, *doubling))
    assert answer.startswith("(define-fun f ((x Int)) Int (let ((t1 (+ x x)))")
    assert answer.count("(+ ") == 12
    assert ask_cvc5(task, answer) in ("agrees", "absent")


def test_cvc5_refutes_a_wrong_answer() -> None:
    pytest.importorskip("cvc5")
    task = read_sygus(MAX, "max.sl")
    head = "(define-fun max ((x Int) (y Int)) Int"
    assert ask_cvc5(task, f"{head} (ite (<= x y) y x))") == "agrees"
    assert ask_cvc5(task, f"{head} (ite (<= x y) x y))") == "refuted"
    assert ask_cvc5(task, f"{head} x)") == "refuted"


def test_contradictory_examples_are_noticed() -> None:
    f = "(synth-fun f ((x Int)) Int)(constraint (= (f 1) 4))"
    assert not contradictory(read_sygus(f + "(check-synth)").problem)
    assert contradictory(read_sygus(f + "(constraint (= (f 1) 5))(check-synth)").problem)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    task = read_sygus(MAX, "max.sl")
    path = tmp_path / "max.sl"
    path.write_text(write_sygus(task.problem, "max"), encoding="utf-8")
    again = load_sygus(path).problem
    assert again.target == task.problem.target
    assert {v.name for v in again.inputs} == {v.name for v in task.problem.inputs}
    terms = [c.outputs for c in again.components.components]  # type: ignore[union-attr]
    assert sorted(map(str, terms)) == sorted(
        str(c.outputs) for c in task.problem.components.components
    )  # type: ignore[union-attr]


def test_bit_vector_literals_have_the_width_they_are_written_with() -> None:
    f = "(synth-fun f ((x (_ BitVec 8))) (_ BitVec 8) ((S (_ BitVec 8))) ((S (_ BitVec 8) (x #x0A"
    text = f"{f} (_ bv10 8) (bvadd S S)))))(constraint (= (f #x01) #x0B))(check-synth)"
    problem = read_sygus(text, "t.sl").problem
    assert [(v.name, v.sort) for v in problem.inputs] == [("x", bitvec(8)), ("#x0a", bitvec(8))]
    assert problem.rows() == (Sample((1, 10), (11,)),)
    assert read_sygus(MAX).sort == INT


def test_the_numbers_of_many_examples_are_data_and_no_constants() -> None:
    def constants(count: int, more: str = "") -> set[object]:
        rows = "".join(f"(constraint (= (f {x}) {x + 500}))" for x in range(100, 100 + count))
        text = f"(set-logic LIA)(synth-fun f ((x Int)) Int){rows}{more}(check-synth)"
        found = read_sygus(text)
        assert len(found.problem.inputs) == 1 + len(found.parts.constants)
        return {value for _, value, _ in found.parts.constants.values()}

    assert constants(8) == {0, 1, *range(100, 108), *range(600, 608)}
    assert constants(9) == {0, 1}
    assert constants(9, "(constraint (and (>= (f 7) 77) (= (f 2) 3)))") == {0, 1, 7, 77}
