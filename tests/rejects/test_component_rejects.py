"""Component files that must be refused: each for the right reason, at the right place."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from theory.formats.component_files import load_components, read_components
from theory.formats.component_writing import write_components
from theory.kernel.errors import ComponentError

INC = "(define-fun inc ((x Int)) Int (+ x 1))\n"
ZERO = "(define-fun zero ((x Int)) Bool (= x 0))\n"


def line(text: str) -> str:
    return '(set-info :sheffer "' + text.replace('"', '""') + '")\n'


# (name, text, reason, line of the file that `where` names; 0 where no line is known)
CASES = [
    ("unknown sort", INC + "(define-fun f ((x Float)) Int 1)", "unknown-sort", 2),
    ("sort with a wrong width", "(define-fun f ((x (_ BitVec 0))) Bool true)", "bad-width", 1),
    ("sort too wide", "(define-fun f ((x (_ BitVec 99999999999))) Bool true)", "bad-width", 1),
    ("an array of arrays as index", "(define-fun f ((a (Array (Array Int Int) Int))) Bool true)",
     "unknown-sort", 1),
    ("sorts nested too deep", "(define-fun f ((a " + "(Array Int " * 50 + "Int" + ")" * 50
     + ")) Bool true)", "too-deep", 1),
    ("sorts nested far too deep", "(define-fun f ((a " + "(Array Int " * 1500 + "Int" + ")" * 1500
     + ")) Bool true)", "too-deep", 1),
    ("free variable", "(define-fun f ((x Int)) Int\n  (+ x y))", "free-variable", 2),
    ("function used before its definition", "(define-fun f ((x Int)) Int (inc x))\n" + INC,
     "unknown-operator", 1),
    ("unknown operator", INC + "(define-fun f ((x Int)) Int (sin x))", "unknown-operator", 2),
    ("the table's own name of a notation", "(define-fun f ((x Int)) Int (neg x))",
     "unknown-operator", 1),
    ("duplicate definition", INC + INC, "duplicate-name", 2),
    ("duplicate argument", "(define-fun f ((x Int) (x Int)) Int x)", "duplicate-name", 1),
    ("an operator redefined", "(define-fun + ((x Int)) Int x)", "duplicate-name", 1),
    ("a notation redefined", "(define-fun distinct ((x Int)) Int x)", "duplicate-name", 1),
    ("wrong arity", "(define-fun f ((x Int)) Int (+ x))", "wrong-arity", 1),
    ("wrong arity of a call", INC + "(define-fun f ((x Int)) Int (inc x x))", "wrong-arity", 2),
    ("wrong sort", "(define-fun f ((x Int)) Int (and x x))", "wrong-sort", 1),
    ("wrong sort of a call", INC + "(define-fun f ((p Bool)) Int (inc p))", "wrong-sort", 2),
    ("wrong result sort", "(define-fun f ((x Int)) Bool x)", "wrong-sort", 1),
    ("Real where Int is wanted", "(define-fun f ((x Real)) Int x)", "wrong-sort", 1),
    ("bits beyond the word", "(define-fun f ((w (_ BitVec 4))) Bool (= w (_ bv16 4)))",
     "bad-value", 1),
    ("extract out of range", "(define-fun f ((w (_ BitVec 4))) Bool\n (= ((_ extract 4 4) w) #b1))",
     "wrong-sort", 2),
    ("divisor that may be zero", INC + "(define-fun f ((x Int) (y Int)) Int (div x y))",
     "zero-divisor", 0),
    ("guard that divides by zero", INC + "(define-fun inc.guard ((x Int)) Bool (> (div 1 x) 0))\n"
     + line("(component inc (guard inc.guard))"), "zero-divisor", 0),
    ("leaves its values", INC + line("(set s (values 5))"), "leaves-domain", 2),
    ("too many values", line("(set s (values 10000000))") + INC, "bad-range", 1),
    ("a guard and no outputs", INC + "(define-fun g ((x Int)) Bool (> x 0))\n"
     + line("(component inc (outputs) (guard g))"), "no-output", 3),
    ("guard that is no Bool", INC + line("(component inc (guard inc))"), "wrong-sort", 2),
    ("unknown function in a line", INC + line("(component dec)"), "unknown-function", 2),
    ("unknown guard", INC + line("(component inc (guard no))"), "unknown-function", 2),
    ("unknown line", INC + line("(gadget inc)"), "unknown-line", 2),
    ("unknown part of a line", INC + line("(component inc (speed 3))"), "unknown-line", 2),
    ("a part twice", INC + line("(component inc (inputs x) (inputs x))"), "duplicate-name", 2),
    ("two set lines", line("(set a)") + line("(set b)") + INC, "duplicate-name", 2),
    ("inputs that are none", INC + line("(component inc (inputs y))"), "wrong-arity", 2),
    ("outputs with other arguments", INC + "(define-fun g ((y Int)) Int y)\n"
     + line("(component both (outputs inc g))"), "wrong-arity", 2),
    ("a component described twice", INC + line("(component inc)") + line("(component inc)"),
     "duplicate-name", 0),
    ("test of a number", INC + line("(test inc)"), "wrong-sort", 2),
    ("parameter that is no argument", INC + line("(component inc (parameters (w Int 0 1)))"),
     "wrong-sort", 2),
    ("parameter of another sort", INC + line("(component inc (parameters (x Real 0 1)))"),
     "wrong-sort", 2),
    ("parameter with an empty range", INC + line("(component inc (parameters (x Int 2 1)))"),
     "bad-range", 2),
    ("parameter with no step", INC + line("(component inc (parameters (x Int 1 2 0)))"),
     "bad-range", 2),
    ("parameter without range", INC + line("(component inc (parameters (x Int)))"), "syntax", 2),
    ("parameter range that is no number", INC + line("(component inc (parameters (x Int a b)))"),
     "free-variable", 2),
    ("placement that is no list", INC + line("(component inc (placements 0 1))"), "syntax", 2),
    ("placement below zero", INC + line("(component inc (placements (-1)))"), "bad-value", 2),
    ("writes an unknown register", line("(set s (registers (a) Int))") + INC
     + line("(component inc (writes b))"), "unknown-register", 1),
    ("writes too many registers", line("(set s (registers (a b) Int))") + INC
     + line("(component inc (writes a b))"), "wrong-arity", 1),
    ("register twice", line("(set s (registers (a a) Int))") + INC, "duplicate-name", 1),
    ("registers without a sort", line("(set s (registers a))") + INC, "syntax", 1),
    ("unknown regime", line("(set s (regime recursive))") + INC, "unknown-regime", 1),
    ("control of an operation", line("(set s (control (inc true)))") + INC, "wrong-role", 1),
    ("control of nothing known", line("(set s (control (t true)))") + INC, "unknown-component", 1),
    ("control outcome", line("(set s (control (zero maybe)))") + ZERO, "syntax", 1),
    ("starts over no registers", line("(set s (starts zero))") + INC + ZERO, "free-variable", 1),
    ("cells of dimension 9", line("(set s (cells 9 (offsets 0)))") + INC, "syntax", 1),
    ("offsets of another dimension", line("(set s (cells 2 (offsets (0 1) (1))))") + INC,
     "wrong-arity", 1),
    ("a command that is no definition", "(declare-const x Int)", "unknown-command", 1),
    ("a recursive definition", "(define-fun-rec f ((x Int)) Int (f x))", "unknown-command", 1),
    ("a definition of itself", "(define-fun f ((x Int)) Int (f x))", "unknown-operator", 1),
    ("a quantifier", "(define-fun f () Bool (forall ((k Int)) (> k 0)))", "unknown-operator", 1),
    ("a bare word", "hello", "syntax", 1),
    ("a number", "\n\n42", "syntax", 3),
    ("an unclosed parenthesis", "(define-fun f ((x Int)) Int\n (+ x 1)", "syntax", 1),
    ("a parenthesis too many", INC + ")", "syntax", 2),
    ("an unclosed string", '(set-info :sheffer "(set s)', "syntax", 1),
    ("an unclosed bar", "(define-fun |f ((x Int)) Int x)", "syntax", 1),
    ("a line that is no string", INC + "(set-info :sheffer (set s))", "syntax", 2),
    ("a line that is no list", INC + line("set"), "syntax", 2),
    ("an unclosed line", INC + line("(set s"), "syntax", 2),
    ("a bad bit vector", "(define-fun f ((w (_ BitVec 4))) Bool (= w #b012))", "syntax", 1),
    ("a word that begins with a digit", "(define-fun 1st ((x Int)) Int x)", "syntax", 1),
    ("an empty application", "(define-fun f ((x Int)) Int ())", "syntax", 1),
    ("a let of nothing", "(define-fun f ((x Int)) Int (let x x))", "syntax", 1),
    ("a let that binds twice", "(define-fun f ((x Int)) Int (let ((y x) (y x)) y))",
     "duplicate-name", 1),
    ("a constant array of a variable",
     "(define-fun f ((x Int)) (Array Int Int) ((as const (Array Int Int)) x))", "wrong-sort", 1),
    ("a constant array of another sort",
     "(define-fun f ((x Int)) (Array Int Int) ((as const (Array Int Int)) true))", "wrong-sort", 1),
    ("ten thousand parentheses", "(" * 10_000 + ")" * 10_000, "too-deep", 1),
    ("fifteen hundred parentheses", "(" * 1500 + ")" * 1500, "syntax", 1),
    ("a term nested too deep", "(define-fun f ((x Int)) Int " + "(+ 1 " * 1500 + "x" + ")" * 1500
     + ")", "too-deep", 1),
    ("constant arrays nested too deep", "(define-fun f ((x Int)) Int "
     + "((as const (Array Int Int)) " * 1500 + "x" + ")" * 1500 + ")", "wrong-sort", 1),
    ("calls that nest too deep", "".join(
        ["(define-fun f0 ((x Int)) Int " + "(+ 1 " * 300 + "x" + ")" * 300 + ")\n"]
        + [f"(define-fun f{k} ((x Int)) Int (f{k - 1} (f{k - 1} x)))\n" for k in (1, 2, 3)]),
     "too-deep", 3),
    ("a huge numeral", "(define-fun f ((x Int)) Int (+ x " + "9" * 5000 + "))", "syntax", 1),
    ("a huge decimal", "(define-fun f ((x Real)) Real (+ x 1." + "9" * 5000 + "))", "syntax", 1),
    ("a huge bit vector", "(define-fun f () Bool (= #x" + "0" * 5000 + " #b0))", "bad-width", 1),
    ("a huge index", "(define-fun f ((w (_ BitVec 4))) Bool (= w ((_ rotate_left "
     + "9" * 5000 + ") w)))", "syntax", 1),
    ("a control character", "(define-fun f\x07 ((x Int)) Int x)", "syntax", 1),
    ("an empty name", "(define-fun || ((x Int)) Int x)", "bad-name", 1),
    ("a name that cvc5 does not take", "(define-fun |forall| ((x Int)) Int x)", "bad-name", 1),
    ("an argument without a name", "(define-fun f ((x Int)\n(|| Int)) Int x)", "bad-name", 2),
    ("a register with a bar", line("(set s (registers (|a\\b|) Int))") + INC, "bad-name", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason", "row"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_bad_component_file_is_refused(tmp_path: Path, text: str, reason: str, row: int) -> None:
    path = tmp_path / "bad.smt2"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ComponentError) as caught:
        load_components(path)
    error = caught.value
    assert error.reason == reason, error
    assert error.where.startswith(f"{path}:{row}:" if row else str(path)), error
    assert "\n" not in str(error)
    assert len(error.message) < 300


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe(define-fun", "not-text"),
        (bytes(range(256)) * 10, "not-text"),
        (b"(define-fun f ((x Int)) Int \x00)", "syntax"),
        (b"\x7fELF" + b"\x00" * 100, "syntax"),
        ("(define-fun f ((x Int)) Int é".encode("latin-1"), "not-text"),
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "bad.smt2"
    path.write_bytes(data)
    with pytest.raises(ComponentError) as caught:
        load_components(path)
    assert caught.value.reason == reason
    assert caught.value.where.startswith(str(path))


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.smt2", tmp_path):
        with pytest.raises(ComponentError) as caught:
            load_components(path)
        assert caught.value.reason == "no-file"
        assert caught.value.where == str(path)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.smt2"
    with path.open("wb") as file:
        file.truncate(21_000_000)
    with pytest.raises(ComponentError) as caught:
        load_components(path)
    assert caught.value.reason == "too-large"


def test_a_term_that_explodes_when_written_out_is_shared_not_expanded() -> None:
    calls = "".join(
        f"(define-fun f{k} ((x Int)) Int (+ (f{k - 1} x) (f{k - 1} x)))\n" for k in range(1, 60)
    )
    found = read_components("(define-fun f0 ((x Int)) Int (+ x 1))\n" + calls)
    assert found["f59"].function()(0) == (2**59,)
    assert len(write_components(found)) < 10_000


def mutated(rng: Random, text: str) -> str:
    """The text with one or two pieces deleted, doubled, replaced or inserted."""
    for _ in range(rng.randrange(1, 3)):
        a = rng.randrange(len(text) + 1)
        b = a + rng.choice((0, 1, 1, 4, 12))
        piece = rng.choice(("", text[a:b] * 2, "(", ")", '"', "|", "x", " ", "-", "1", "\x00", "é"))
        text = text[:a] + piece + text[b:]
    return text


GOOD = (
    line("(set s (registers (a b) Int) (regime while) (control (zero true) no-jump))")
    + INC + ZERO
    + "(define-fun f ((x Int) (w Int)) Int (let ((y (* x 2))) (ite (> y w) (div y 3) (- y))))\n"
    + line("(component f (inputs x) (parameters (w Int -1 1)) (placements (0) (1)))")
    + "(define-fun g ((m (Array Int Real))) Real (select (store m 1 0.5) 2))\n"
)  # fmt: skip


def mutate_and_read(seed: int) -> bool:
    """Whether the mutated text was accepted; anything but a ComponentError is a failure."""
    text = mutated(Random(seed), GOOD)
    try:
        found = read_components(text)
    except ComponentError as error:
        assert error.reason
        assert "\n" not in str(error)
        return False
    assert read_components(write_components(found)) == found
    return True


def test_mutated_files_are_refused_or_read() -> None:
    accepted = sum(map(mutate_and_read, range(300)))
    assert 5 < accepted < 250


@pytest.mark.slow
def test_many_mutated_files_are_refused_or_read() -> None:
    assert sum(map(mutate_and_read, range(1000, 8000))) > 100
