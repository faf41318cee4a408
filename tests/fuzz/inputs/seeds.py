"""The real files that inputs are made of: of the catalogue, the documentation and the tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.fuzz.certificates import CATALOGUE, FUNCTIONS, SETS, certificate_text
from tests.fuzz.mutations import SNIPPETS
from tests.support.random_texts import PROBLEMS

ROOT = Path(__file__).parents[3]
MOST = 12_000  # characters: small inputs are many inputs

SAMPLES = (
    ("gates", "a,b,out\nfalse,false,true\nfalse,true,true\ntrue,false,true\ntrue,true,false\n"),
    ("gates", "a:Bool,b:Bool,out.sum:Bool,out.carry:Bool\n0,0,0,0\n0,1,1,0\n1,0,1,0\n1,1,0,1\n"),
    ("counter", "a,b,out\n1,2,3\n4,0,4\n"),
    ("counter", "a:Int,out.a,out.b\n3,0,3\n5,0,5\n"),
    ("words", 'x:(_ BitVec 8),out:(_ BitVec 8)\n0x0f,#b00001111\n-1,255\n"7",0b1\n'),
    ("halves", "x:Real,out\n1/3,1/6\n-0.25,-0.125\n1e-3,5e-4\n"),
    ("", "step1,step2,error,se\nconv,relu,0.31,0.02\npool,,1/3,0\n,,2,1e-2\n"),
    ("", "step1,error\na,0\nb,1e3\n"),
)

COMPONENTS = {
    "gates": FUNCTIONS["and-or-not"],
    "counter": """(set-info :sheffer "(set counter (registers (a b) Int))")
(define-fun add ((x Int) (w Int)) Int (+ x w))
(set-info :sheffer "(component add (inputs x) (parameters (w Int 1 2)))")
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (guard dec.guard))")
""",
    "words": "(define-fun flip ((x (_ BitVec 8))) (_ BitVec 8) (bvnot x))",
    "halves": "(define-fun half ((x Real)) Real (/ x 2.0))",
}

MACHINES = (
    "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA",
    "1RB---_2LA1RZ_0LB2RA",
    "blank: ' '\nstart state: a\ninput: '101'\ntable:\n  a:\n    [0, 1]: R\n    ' ': {L: b}\n"
    "  b:\n    1: {write: 0, L}\n    0: {write: '1', R: c}\n  c:\n",
)

CERTIFICATES = (
    "table", "counter", "half", "one-counter", "branching", "no-branch-free", "functions-nand",
    "functions-affine-3", "functions-post-3", "even-counters", "two-stacks", "finite", "three",
)  # fmt: skip
"""Of every kind; those that are not there are passed over."""


def strings_of(folder: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    """The string literals of the Python files of a folder that are wanted."""
    for path in sorted((ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and wanted(node.value)
            ):
                yield node.value


def fenced(wanted: Callable[[str], bool]) -> Iterator[str]:
    """The fenced blocks of the documentation that are wanted."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        for block in re.findall(r"```[^\n]*\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
            if wanted(block):
                yield block


def _small(texts: Iterator[str] | list[str]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(text.encode() for text in texts if len(text) <= MOST))


@cache
def component_sets() -> tuple[bytes, ...]:
    """Texts of component sets."""
    files = [p.read_text() for p in sorted([*CATALOGUE.glob("*.smt2"), *_examples("smt2")])]
    shown = fenced(lambda text: "define-fun" in text and "synth-fun" not in text)
    return _small([*files, *SETS.values(), *FUNCTIONS.values(), *COMPONENTS.values(), *shown])


@cache
def problems() -> tuple[bytes, ...]:
    """Texts of problems in SMT-LIB."""
    whole = ["\n".join([*SNIPPETS[:2], line, *PROBLEMS[3:]]) for line in PROBLEMS[:2]]
    shown = fenced(lambda text: '"(problem' in text)
    tests = strings_of("tests/theory", lambda text: '"(problem' in text and "define-fun" in text)
    examples = [p.read_text() for p in _examples("smt2") if "(problem" in p.read_text()]
    return _small([*whole, *shown, *tests, *examples])


@cache
def samples() -> tuple[tuple[str, bytes], ...]:
    """CSV texts, each with the name of its components; none for a table."""
    return tuple((name, text.encode()) for name, text in SAMPLES)


@cache
def sygus() -> tuple[bytes, ...]:
    """Texts of SyGuS files."""

    def whole(text: str) -> bool:
        return "(synth-fun" in text and "check-synth" in text

    tests = [t for f in ("tests/theory", "tests/rejects", "tests/solvers")
             for t in strings_of(f, whole)]  # fmt: skip
    return _small([*fenced(whole), *tests, *(p.read_text() for p in _examples("sl"))])


@cache
def machines() -> tuple[bytes, ...]:
    """Texts of Turing machines in all their forms."""

    def whole(text: str) -> bool:
        return "table:\n" in text or "<structure>" in text

    tests = [t for f in ("tests/theory", "tests/rejects") for t in strings_of(f, whole)]
    return _small([*MACHINES, *tests])


@cache
def certificates() -> tuple[str, ...]:
    """Certificates of the four kinds as JSON texts."""
    found = []
    for name in CERTIFICATES:
        try:
            text = certificate_text(name)
        except KeyError:
            continue
        if text != "null" and len(text) < 6 * MOST:
            found.append(text)
    return tuple(found)


def _examples(suffix: str) -> list[Path]:
    return sorted((ROOT / "docs" / "examples").glob(f"*.{suffix}"))
