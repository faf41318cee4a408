"""CSV and problem files that must be refused: each for the right reason, at the right place."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from theory.formats.component_files import read_components
from theory.formats.problem_files import Options, load_problem
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ComponentError, ProblemError, ShefferError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

GATES = read_components("(define-fun nand ((p Bool) (q Bool)) Bool (not (and p q)))", name="gates")
COUNTERS = read_components(
    '(set-info :sheffer "(set counters (registers (a b) Int))")'
    "(define-fun inc ((x Int)) Int (+ x 1))"
)

# (name, text, components, reason, what `where` has after the file's name)
SAMPLES = [
    ("an empty file", "", GATES, "no-samples", ""),
    ("blank lines only", "\n\n ,\n", GATES, "no-samples", ""),
    ("a header only", "p,q,out\n", GATES, "no-samples", ""),
    ("no components", "p,q,out\n0,0,1\n", None, "no-components", ""),
    ("no output column", "p,q\n0,1\n", GATES, "no-output", ":1"),
    ("a short row", "p,q,out\n0,0,1\n0,1\n", GATES, "wrong-arity", ":3"),
    ("a long row", "p,q,out\n\n0,0,1,1\n", GATES, "wrong-arity", ":3"),
    ("a column twice", "p,p,out\n0,0,1\n", GATES, "duplicate-name", ":1"),
    ("a column without a name", "p,,out\n0,0,1\n", GATES, "duplicate-name", ":1"),
    ("an unknown register", "c,out\n0,1\n", COUNTERS, "unknown-register", ":1"),
    ("an unknown output register", "a,out.c\n0,1\n", COUNTERS, "unknown-register", ":1"),
    ("a cell of no sort", "p,q,out\n0,0,1\n0,maybe,1\n", GATES, "unknown-sort", ":3: column q"),
    ("an empty cell", "p,q,out\n0,,1\n", GATES, "unknown-sort", ":2: column q"),
    ("a decimal for an Int register", "a,out\n0,1\n0.5,1\n", COUNTERS, "bad-value", ":3: column a"),
    ("a cell outside the declared sort", "a:Int,out\n1,2\nx,2\n", COUNTERS, "bad-value",
     ":3: column a"),
    ("an unknown sort", "p:Float,q,out\n0,0,1\n", GATES, "unknown-sort", ":1: column p"),
    ("two sorts", "p:Bool Bool,q,out\n0,0,1\n", GATES, "unknown-sort", ":1"),
    ("an array", "p:(Array Int Int),q,out\n0,0,1\n", GATES, "bad-value", ":2: column p"),
    ("an output of another sort than its register", "a,out:Bool\n1,1\n", COUNTERS, "wrong-sort",
     ":1"),
    ("an unclosed quote", 'p,q,out\n0,"0,1\n', GATES, "syntax", ":2"),
    ("text after a quote", 'p,q,out\n"0"x,0,1\n', GATES, "syntax", ":2"),
    ("a huge integer", "a,out\n" + "9" * 5000 + ",1\n", COUNTERS, "bad-value", ":2: column a"),
    ("a huge cell", "a,out\n" + "9" * 200_000 + ",1\n", COUNTERS, "syntax", ":2"),
    ("a name with a bar", "a|b,q,out\n0,0,1\n", GATES, "bad-name", ":1"),
]  # fmt: skip

TABLES = [
    ("no error column", "step1,step2\na,b\n", "bad-header", ":1"),
    ("steps out of order", "step1,step3,error\na,b,1\n", "bad-header", ":1"),
    ("an unknown column", "step1,error,time\na,1,2\n", "bad-header", ":1"),
    ("two standard errors", "step1,error,se,standard_error\na,1,1,1\n", "bad-header", ":1"),
    ("a header only", "step1,error\n", "no-samples", ""),
    ("a row twice", "step1,error\na,1\nb,2\na,3\n", "duplicate-row", ":4"),
    ("a gap in the steps", "step1,step2,error\na,b,1\n,b,2\n", "bad-row", ":3"),
    ("an error that is no number", "step1,error\na,good\n", "bad-value", ":2: column error"),
    ("an error of nan", "step1,error\na,1\nb,nan\n", "bad-value", ":3: column error"),
    ("an infinite error", "step1,error\na,inf\n", "bad-value", ":2: column error"),
    ("an empty error", "step1,error\na,\n", "bad-value", ":2: column error"),
    ("an error divided by zero", "step1,error\na,1/0\n", "bad-value", ":2: column error"),
    ("an error with a huge exponent", "step1,error\na,1e999999999\n", "bad-value",
     ":2: column error"),
    ("a negative error", "step1,error\na,1\nb,-1\n", "bad-value", ":3: column error"),
    ("a negative standard error", "step1,error,se\na,1,-1\n", "bad-value", ":2: column se"),
    ("a standard error of nan", "step1,error,se\na,1,nan\n", "bad-value", ":2: column se"),
]  # fmt: skip

HEAD = (
    "(define-fun inc ((x Int)) Int (+ x 1))\n"
    "(define-fun goal ((x Int)) Int (+ x 2))\n"
    "(define-fun flag ((x Int)) Bool (> x 2))\n"
)


def stated(text: str) -> str:
    return HEAD + f'(set-info :sheffer "(problem {text})")\n'


FILES = [
    ("no problem line", HEAD, "no-problem", ""),
    ("two problem lines", stated("p (target goal)") + '(set-info :sheffer "(problem q)")',
     "no-problem", ""),
    ("no target", stated("p (length 3)"), "no-target", ":4:"),
    ("an empty target", stated("p (target)"), "no-target", ":4:"),
    ("no name", stated(""), "no-target", ":4:"),
    ("an unknown target", stated("p (target gaol)"), "unknown-function", ":4:"),
    ("an unknown part", stated("p (target goal) (speed 3)"), "unknown-line", ":4:"),
    ("a part twice", stated("p (target goal) (length 3) (length 4)"), "unknown-line", ":4:"),
    ("an unknown measure", stated("p (target goal) (measure distance)"), "unknown-line", ":4:"),
    ("an unknown wiring", stated("p (target goal) (wiring ring)"), "unknown-line", ":4:"),
    ("an unknown cost", stated("p (target goal) (cost money)"), "unknown-line", ":4:"),
    ("a length that is no number", stated("p (target goal) (length long)"), "syntax", ":4:"),
    ("a negative length", stated("p (target goal) (length -1)"), "bad-length", ":4:"),
    ("a length too great", stated("p (target goal) (length 1000000)"), "bad-length", ":4:"),
    ("two lengths", stated("p (target goal) (length 1 2)"), "syntax", ":4:"),
    ("a measure that does not apply", stated("p (target goal) (measure wrong-bits)"),
     "wrong-measure", ":4:"),
    ("a condition that is no Bool", stated("p (target goal) (condition goal)"), "wrong-sort", ":4:"),  # noqa: E501
    ("a condition over other inputs", HEAD + "(define-fun c ((z Int)) Bool (> z 0))\n"
     + '(set-info :sheffer "(problem p (target goal) (condition c))")', "free-variable", ":5:"),
    ("a target that may divide by zero", HEAD + "(define-fun d ((x Int)) Int (div 1 x))\n"
     + '(set-info :sheffer "(problem p (target d))")', "zero-divisor", ":5:"),
    ("outputs that are no registers", stated("p (target goal) (wiring chain) (outputs y)"),
     "unknown-register", ":4:"),
    ("an error in a definition", HEAD + "(define-fun f ((x Int)) Int (+ x y))", "free-variable",
     ":4:"),
]  # fmt: skip


def refused(
    path: Path, components: ComponentSet | None, reason: str, place: str, **more: object
) -> ShefferError:
    with pytest.raises((ProblemError, ComponentError)) as caught:
        load_problem(path, components, Options(**more))  # type: ignore[arg-type]
    error = caught.value
    assert error.reason == reason, error
    assert error.where.startswith(f"{path}{place}"), error
    assert "\n" not in str(error)
    assert len(str(error)) < 500
    return error


@pytest.mark.parametrize("case", SAMPLES, ids=[c[0] for c in SAMPLES])
def test_bad_samples_are_refused(tmp_path: Path, case: tuple) -> None:  # type: ignore[type-arg]
    _, text, components, reason, place = case
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    refused(path, components, reason, place)


@pytest.mark.parametrize("case", TABLES, ids=[c[0] for c in TABLES])
def test_a_bad_table_is_refused(tmp_path: Path, case: tuple) -> None:  # type: ignore[type-arg]
    _, text, reason, place = case
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    refused(path, None, reason, place)


@pytest.mark.parametrize("case", FILES, ids=[c[0] for c in FILES])
def test_a_bad_problem_file_is_refused(tmp_path: Path, case: tuple) -> None:  # type: ignore[type-arg]
    _, text, reason, place = case
    path = tmp_path / "bad.smt2"
    path.write_text(text, encoding="utf-8")
    refused(path, None, reason, place)


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("a,out\n1,2\n", encoding="utf-8")
    refused(path, COUNTERS, "wrong-measure", "", measure=Measure.BITS)
    refused(path, COUNTERS, "bad-length", "", length=-1)
    refused(path, COUNTERS, "wrong-wiring", "", wiring=Wiring.TABLE)
    path.write_text("step1,step2,error\na,b,1\n", encoding="utf-8")
    refused(path, None, "bad-length", "", length=1)


@pytest.mark.parametrize("data", [b"\xff\xfep,q", bytes(range(256))])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    refused(path, GATES, "not-text", "")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    refused(path, GATES, "no-file", "")
    path.write_text("p,q,out\n0,0,1\n", encoding="utf-8")
    refused(path, GATES, "unknown-format", "")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    refused(folder, GATES, "no-file", "")


GOOD = 'p,"q",out\n0,1,true\n1,0,TRUE\r\n0,0,1\n1,1,0\n'
GOOD_TABLE = "step1,step2,error,se\nconv,pool,0.1,0.01\nconv,,1/3,0\npool,conv,2e-1,1\n"


@pytest.mark.parametrize(("good", "components"), [(GOOD, GATES), (GOOD_TABLE, None)])
def test_mutated_tables_are_refused_or_read(
    tmp_path: Path, good: str, components: ComponentSet | None
) -> None:
    rng = Random(7)
    path = tmp_path / "mutated.csv"
    accepted = 0
    for _ in range(400):
        a = rng.randrange(len(good) + 1)
        b = a + rng.choice((0, 1, 3, 9))
        piece = rng.choice(("", ",", "\n", '"', "-", "e9", "é", "\x00", "1", good[a:b] * 2, ":Int"))
        path.write_text(good[:a] + piece + good[b:], encoding="utf-8")
        try:
            problem = load_problem(path, components)
        except (ProblemError, ComponentError) as error:
            assert error.where.startswith(str(path)), error
            continue
        assert isinstance(problem, Problem)
        accepted += 1
    assert 10 < accepted < 390


@pytest.mark.parametrize(
    ("header", "row", "rows", "place"),
    [("a,b,out", "0,1,1", 1_000_000, ":262146"), ("step1,error", "a,1", 1_000_001, ":1000002")],
)
def test_too_many_rows_are_refused_while_they_are_read(
    tmp_path: Path, header: str, row: str, rows: int, place: str
) -> None:
    path = tmp_path / "many.csv"
    path.write_text(f"{header}\n" + f"{row}\n" * rows)
    with pytest.raises(ProblemError) as caught:
        load_problem(path, GATES)
    assert (caught.value.reason, caught.value.where) == ("too-large", f"{path}{place}")


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{k}" for k in range(200_000)) + ",out\n0,1\n")
    with pytest.raises(ProblemError, match="200001 columns; at most 1000"):
        load_problem(path, GATES)
