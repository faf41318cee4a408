"""SyGuS files that must be refused: each for the right reason, at the right place, in one line."""

from __future__ import annotations

import pytest

from theory.formats.sygus import read_sygus
from theory.kernel.errors import ShefferError

BV = "(_ BitVec 8)"
F = f"(synth-fun f ((x {BV})) {BV} ((S {BV})) ((S {BV} (x #x00 (bvadd S S)))))\n"
X = f"(declare-var x {BV})\n"
END = "(check-synth)\n"
SAME = "(constraint (= (f x) x))\n"


def in_grammar(production: str) -> str:
    """A whole file in which one production is this."""
    return F.replace("x #x00", f"x {production}") + X + SAME + END


# (name, text, reason, where)
CASES = [
    ("the function at a constant", in_grammar("(f #x01)"), "bad-grammar", "t.sl:1:85"),
    ("the function in its own grammar", in_grammar("(f S)"), "bad-grammar", "t.sl:1:85"),
    ("a deep production", in_grammar("(bvnot " * 1_500 + "S" + ")" * 1_500), "too-deep",
     "t.sl:1:85"),
    ("nothing", "", "no-problem", "t.sl"),
    ("no function", X + END, "no-problem", "t.sl"),
    ("no constraint", F + END, "no-problem", "t.sl"),
    ("no check-synth", F + X + SAME, "no-problem", "t.sl"),
    ("not a command", "hello", "syntax", "t.sl:1:1"),
    ("an open bracket", F + "(constraint", "syntax", "t.sl:2:1"),
    ("strings", "(set-logic PBE_SLIA)", "unsupported-logic", "t.sl:1:1"),
    ("an unknown command", "(foo)", "unknown-command", "t.sl:1:1"),
    ("a weight", "(declare-weight w)", "unknown-command", "t.sl:1:1"),
    ("an invariant", "(synth-inv i ((x Int)))", "unknown-command", "t.sl:1:1"),
    ("a datatype", "(declare-datatype D ((c)))", "unknown-command", "t.sl:1:1"),
    ("two functions", F + F.replace("f", "g"), "unknown-command", "t.sl:2:1"),
    ("a question after the question", F + X + SAME + END + SAME, "unknown-command", "t.sl:5:1"),
    ("a primed variable of version 1", "(declare-primed-var x Int)", "old-syntax", "t.sl:1:1"),
    ("options of version 1", '(set-options ((a "b")))', "old-syntax", "t.sl:1:1"),
    ("a sort of version 1", "\n(declare-var x (BitVec 8))", "old-syntax", "t.sl:2:16"),
    ("a grammar of version 1", "(synth-fun f ((x Int)) Int ((S Int (x 0 (+ S S)))))", "old-syntax",
     "t.sl:1:28"),
    ("a grammar without its list", "(synth-fun f ((x Int)) Int ((S Int (x))) ((S Int (x))))",
     "old-syntax", "t.sl:1:28"),
    ("a nonterminal without rules", "(synth-fun f () Int ((S Int) (T Int)) ((S Int (0))))",
     "bad-grammar", "t.sl:1:39"),
    ("an undeclared nonterminal", "(synth-fun f () Int ((S Int)) ((S Int (0)) (T Int (1))))",
     "bad-grammar", "t.sl:1:44"),
    ("a rule of another sort", "(synth-fun f ((b Bool)) Int ((S Int)) ((S Int (b))))"
     "(constraint (= (f true) 1))" + END, "wrong-sort", "t.sl:1:48"),
    ("a start of another sort", "(synth-fun f () Int ((S Bool)) ((S Bool (true))))", "wrong-sort",
     "t.sl:1:1"),
    ("any constant", "(synth-fun f ((x Int)) Int ((S Int)) ((S Int (x (Constant Int)))))"
     "(constraint (= (f 1) 1))" + END, "any-constant", "t.sl:1:49"),
    ("an unknown operator", F.replace("bvadd", "bvfoo") + X + SAME + END, "unknown-operator",
     "t.sl:1:90"),
    ("a let in a rule", "(synth-fun f ((x Int)) Int ((S Int)) ((S Int ((let ((z S)) z)))))"
     "(constraint (= (f 1) 1))" + END, "bad-grammar", "t.sl:1:47"),
    ("an unknown variable", F + "(constraint (= (f y) y))", "free-variable", "t.sl:2:19"),
    ("a call with too many arguments", F + X + "(constraint (= (f x x) x))", "wrong-arity",
     "t.sl:3:16"),
    ("a constraint that is no Bool", F + X + "(constraint (f x))", "wrong-sort", "t.sl:3:1"),
    ("a constraint without f", F + X + "(constraint (= x #x00))" + END, "no-call", "t.sl:3:1"),
    ("two points", F + X + "(constraint (= (f x) (f (bvadd x #x01))))" + END, "multi-invocation",
     "t.sl:3:1"),
    ("a point that is no variable", F + X + "(constraint (= (f (bvnot x)) x))" + END,
     "multi-invocation", "t.sl:3:1"),
    ("a variable beside the arguments", F + X + f"(declare-var y {BV})\n"
     "(constraint (bvule (f x) y))" + END, "quantified-variable", "t.sl:4:1"),
    ("an assumption of f", F + X + "(assume (= (f x) x))" + SAME + END, "quantified-variable",
     "t.sl:3:1"),
    ("a constraint on wide strings", F + '(constraint (= (f "a") #x00))', "syntax", "t.sl:2:19"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason", "where"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_file_is_refused_for_the_right_reason(text: str, reason: str, where: str) -> None:
    with pytest.raises(ShefferError) as refusal:
        read_sygus(text, "t.sl")
    assert (refusal.value.reason, refusal.value.where) == (reason, where), str(refusal.value)
    assert "\n" not in str(refusal.value)
