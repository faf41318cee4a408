"""The exercises and the pages of the theorems: what they print is what they are about."""

from __future__ import annotations

import re

import pytest

from tests.support.documentation import ROOT, hook

DOCS = ROOT / "docs"
HEADING = re.compile(r"^## \d+\. ", re.MULTILINE)

WORDS = {
    "An invariant that proves nothing": ["COMPLETE  simulates: three counters, n as 2n"],
    "The same instructions, two jumps": [
        "COMPLETE  simulates: two counters",
        "UNKNOWN  the control has no unconditional jump",
        "INCOMPLETE  under while · route: decidable-halting",
    ],
    "One stack against two": ["INCOMPLETE  under while · route: one-stack", "HALT  6 steps"],
    "A wrong step, and its counterexample": [
        "REFUSED  wrong.json: operations.dec a: operation dec a: a = 1",
        "ACCEPTED  even-counters is Turing complete",
    ],
    "All complete pairs": ["complete alone: nor, nand\n    24 pairs:"],
    "When does the error turn positive?": [
        "with t = 47,176,869: least error 0",
        "with t = 47,176,870: least error 1",
    ],
    "A task at which universality loses": ["least error  2  1  1  1  0", "least error  2  0  0"],
    "A genetic algorithm without elitism": ["limit: 180857/410976 = 0.440067"],
}


def test_every_exercise_has_a_folded_solution() -> None:
    first, *parts = HEADING.split((DOCS / "exercises.md").read_text(encoding="utf-8"))
    assert [part.partition("\n")[0] for part in parts] == list(WORDS)
    assert "Solution" not in first
    assert all(part.count('??? note "Solution"') == 1 for part in parts)


@pytest.mark.slow
def test_the_solutions_print_what_they_say() -> None:
    with hook.workshop() as shop:
        text, _ = hook.fill((DOCS / "exercises.md").read_text(encoding="utf-8"), shop)
    for part in HEADING.split(text)[1:]:
        title = part.partition("\n")[0]
        for words in WORDS[title]:
            assert words in part, title


@pytest.mark.slow
@pytest.mark.parametrize("name", ["genetic-search", "intractability"])
def test_a_page_of_a_theorem_shows_its_text_and_its_check(name: str) -> None:
    page = DOCS / "theorems" / f"{name}.md"
    with hook.workshop() as shop:
        text, pictures = hook.fill(page.read_text(encoding="utf-8"), shop)
    assert "\n## Proof\n" in text
    assert f"CONFIRMED  {name}: " in text
    assert "REFUTED" not in text
    assert len(pictures) == 1
