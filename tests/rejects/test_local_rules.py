"""Rule 110 by a component: every neighbourhood counts, and so does what the rule is made of."""

from __future__ import annotations

from typing import Any

import pytest

from theory.formats.certificates import new_certificate
from theory.kernel.checks.certificates import check
from theory.kernel.checks.statement import Completeness
from theory.kernel.errors import CertificateError

CELLS = '(set-info :sheffer "(set s (regime recurrent) (registers any Bool) (cells 1 {offsets}))")'
OFFSETS = "(offsets -1 0 1)"
# 110 is 01101110: dead for 111, 100 and 000.
RULE = """
(define-fun rule ((l Bool) (c Bool) (r Bool)) Bool (and (or c r) (not (and l c r))))
(set-info :sheffer "(component rule (inputs l c r) (outputs rule){more})")
"""
GUARD = "(define-fun rule.guard ((l Bool) (c Bool) (r Bool)) Bool {})"
FLIP = "(define-fun flip ((x Bool)) Bool (not x))"
ONCE = ["rule", [0, 1, 2], [], []]


def simulation(
    components: str, steps: list[Any], output: int, offsets: str = OFFSETS
) -> dict[str, Any]:
    return new_certificate(
        "simulation",
        set=CELLS.format(offsets=offsets) + components,
        regime="recurrent",
        model={"name": "rule110", "sort": "Bool"},
        constants=[],
        operations={"rule": {"steps": steps, "outputs": [output]}},
    )


def refused(data: dict[str, Any], reason: str, where: str, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert (caught.value.reason, caught.value.where) == (reason, where), caught.value
    assert words in caught.value.message, caught.value


def test_a_rule_of_one_component_is_that_component() -> None:
    report = check(simulation(RULE.format(more=""), [ONCE], 3))
    assert report.complete
    assert isinstance(report.states, Completeness)
    assert report.states.says == {"weakly-complete"}
    assert "composition" not in report.statement
    (note,) = report.checked
    assert note.startswith("the rule on 8 neighbourhoods (")


def test_a_rule_of_several_components_says_so() -> None:
    steps = [ONCE, ["flip", [3], [], []], ["flip", [4], [], []]]
    report = check(simulation(RULE.format(more="") + FLIP, steps, 5))
    assert report.complete
    assert "whose rule is a composition of 3 components" in report.statement


def test_a_rule_that_blocks_somewhere_is_refused() -> None:
    guarded = RULE.format(more=" (guard rule.guard)")
    assert check(simulation(GUARD.format("(or l (not l))") + guarded, [ONCE], 3)).complete
    data = simulation(GUARD.format("(not (and l (not c) r))") + guarded, [ONCE], 3)
    refused(data, "refuted", "operations.rule", "rule on 101 blocks")


def test_a_rule_that_is_wrong_on_one_neighbourhood_is_refused() -> None:
    for bits in range(8):
        cells = f"{bits:03b}"
        here = " ".join(v if b == "1" else f"(not {v})" for v, b in zip("lcr", cells, strict=True))
        wrong = f"(xor (and {here}) (and (or c r) (not (and l c r))))"
        text = RULE.format(more="").replace("(and (or c r) (not (and l c r)))", wrong)
        refused(simulation(text, [ONCE], 3), "refuted", "operations.rule", f"rule on {cells} ")


def test_a_component_of_cells_stands_at_its_placements() -> None:
    placed = RULE.format(more=" (placements (0 1 2))")
    assert check(simulation(placed, [ONCE], 3)).complete
    data = simulation(placed, [["rule", [2, 1, 0], [], []]], 3)
    refused(data, "bad-placement", "operations.rule.steps[0]", "rule may not stand at (2, 1, 0)")


def test_the_neighbourhood_is_that_of_the_model() -> None:
    data = simulation(RULE.format(more=""), [ONCE], 3, "(offsets -1 0)")
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == "bad-offsets"
