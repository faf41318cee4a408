"""The oracle itself: it must refute what is false, or a test with it shows nothing.

A genuine report is held against a certificate that was changed afterwards, so that its claim is no
longer true.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fuzz.campaign import LIMITS
from tests.fuzz.certificates import certificate_text
from tests.fuzz.oracle import Verdict, judge
from theory import check

Data = dict[str, Any]


def judged(name: str, changed: Data) -> Verdict:
    """What the oracle says of the genuine report about a changed certificate."""
    report = check(json.loads(certificate_text(name)), LIMITS)
    return judge(changed, report).verdict


TEXTS = [
    # Another gate makes a shorter or better one possible; other gates break the witness.
    ("xor-too-short", "", "(define-fun bxor ((p Bool) (q Bool)) Bool (xor p q))"),
    ("depth", "", "(define-fun bxor ((p Bool) (q Bool)) Bool (xor p q))"),
    ("tree", "", "(define-fun bxor ((p Bool) (q Bool)) Bool (xor p q))"),
    ("proved-short", "", "(define-fun bxor ((p Bool) (q Bool)) Bool (xor p q))"),
    ("xor-by-nand", "(not (and p q))", "(and p q)"),
    ("counter", "(- x 1)", "(- x 2)"),
    ("counter-one", "", "(define-fun more ((x Int)) Int (ite (= x 0) 4 5))"),
    ("words", "bvadd", "bvsub"),
    ("absolute-value", "", "(define-fun size ((x Int)) Int (abs x))"),
    ("half", "(div x y)", "(mod x y)"),
    ("lowest-32", "bvneg", "bvnot"),
    ("three-counters", "(- x 1)", "(- x 2)"),
    ("three-counters", "(> x 0)", "(> x 1)"),
    ("three-counters", "(= x 0)", "(<= x 1)"),
    ("two-stacks", "(div q 2)", "(div q 4)"),
    ("two-stacks", "(>= l 1)", "(>= l 5)"),
    ("one-register", "(* 3 q)", "(* 5 q)"),
    ("brainfuck-tape", "bvsub", "bvadd"),
    ("subleq", "(<= ", "(< "),
    ("one-counter", "", "(define-fun twice ((x Int)) Int (* 2 x))"),
    ("one-counter", "", "(define-fun even ((x Int)) Bool (= (mod x 2) 0))"),
    ("one-counter", "(registers (c) Int)", "(registers (c d) Int)"),
    ("one-counter", "(registers (c) Int)", "(registers (c) Int) (registers any Int)"),
    ("counters-without-zero-test", "", "(define-fun zero ((x Int)) Bool (= x 0))"),
    ("counters-without-zero-test", "", "(define-fun drop ((x Int)) Int (- x 1))"),
    ("net", "(and (>= x 2) (>= y 1))", "(or (>= x 2) (>= y 1))"),
    ("one-stack", "(* 2 q)", "(* 4 q)"),
    ("parity", "(= (mod q 3) 1)", "(= (mod q 2) 1)"),
    ("finite", "(registers (p) Bool)", "(registers (p) Int)"),
    ("box", "(< x 7)", "(< x 1000)"),
    ("box", "(<= n 3)", "(<= n 300)"),
    ("functions-nand", "(not (and p q))", "(and p q)"),
    ("functions-monotone", "", "(define-fun no ((p Bool)) Bool (not p))"),
    ("functions-post-3", "(ite (> x y) x y)", "x"),
    ("functions-affine-3", "", "(define-fun dip ((x Int) (y Int)) Int (ite (= x y) 1 0))"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), TEXTS)
def test_a_claim_about_another_set_is_refuted(name: str, old: str, new: str) -> None:
    data: Data = json.loads(certificate_text(name))
    holder = data.get("problem", data)
    key = "set" if "set" in holder else "components"
    assert old in holder[key], holder[key]
    holder[key] = holder[key].replace(old, new) if old else f"{holder[key]}\n{new}"
    assert judged(name, data) is Verdict.FALSE


def test_other_samples_and_entries_are_refuted() -> None:
    for name in ("sorting-3", "counter", "halves", "weighted", "arrays", "relation-listed"):
        data: Data = json.loads(certificate_text(name))
        target = data["problem"]["target"]
        if "samples" in target:
            target["samples"] = target["samples"][:1] * 40
        else:
            target["relation"] = "(< out x)"
        assert judged(name, data) is Verdict.FALSE, name
    data = json.loads(certificate_text("table"))
    data["problem"]["target"]["table"][0][1] = "0"
    assert judged("table", data) is Verdict.FALSE


def test_other_programs_are_refuted() -> None:
    for name, one, two in (
        ("three-counters", "inc a", "inc b"),
        ("two-stacks", "push 0 l", "push 1 l"),
        ("array-tape", "left", "right"),
        ("one-register", "divisible by 2", "divisible by 3"),
    ):
        data: Data = json.loads(certificate_text(name))
        programs = data["operations"]
        programs[one], programs[two] = programs[two], programs[one]
        assert judged(name, data) is Verdict.FALSE, name


def test_another_regime_model_or_question_is_refuted() -> None:
    for name, key, value in (
        ("three-counters", "regime", "recurrent"),
        ("three-counters", "parts", [1, 0, 2]),
        ("even-counters", "model", {"name": "one-register"}),
        ("no-branch", "regime", "recurrent"),
        ("one-counter", "hints", {"window": 0, "modulus": 1}),
    ):
        data: Data = json.loads(certificate_text(name))
        changed = data | {key: value}
        if name == "one-counter":
            changed["set"] = changed["set"].replace("(= x 0)", "(= x 3)")
        assert judged(name, changed) is Verdict.FALSE, (name, key)
