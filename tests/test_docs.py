"""The documentation: what its hook does and refuses, and that its pages are complete."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.documentation import ROOT, building, hook

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture
def shop() -> Iterator[Any]:
    with hook.workshop() as made:
        yield made


def block(info: str, body: str = "") -> str:
    return f"before\n\n```{info}\n{body}\n```\n\nafter"


def test_commands_run_and_their_output_stands_below(shop: Any) -> None:
    text, files = hook.fill(block("console exec", "$ echo one\n$ cat gates.smt2 | wc -l"), shop)
    assert text == block("console", "$ echo one\none\n$ cat gates.smt2 | wc -l\n3")
    assert files == {}


def test_sheffer_and_python_are_those_of_this_build(shop: Any) -> None:
    assert shop.run("python -c 'import sys; print(sys.prefix)'") == (0, sys.prefix)
    code, text = shop.run("sheffer --help")
    assert code == 0
    assert "Usage: sheffer [OPTIONS] COMMAND" in text


def test_an_expected_failure_shows_standard_error(shop: Any) -> None:
    text, _ = hook.fill(block("console exec exit=2", "$ sheffer solve no-such.csv"), shop)
    assert "sheffer: no-such.csv: cannot be read" in text


def test_long_commands_may_be_continued(shop: Any) -> None:
    text, _ = hook.fill(block("console exec", "$ echo one \\\n    two"), shop)
    assert text == block("console", "$ echo one \\\n    two\none two")


def test_a_file_is_written_shown_and_inserted(shop: Any) -> None:
    page = (
        block("text write data.csv", "a,b")
        + "\n"
        + block("text show data.csv")
        + "\n"
        + block("insert data.csv")
    )
    text, _ = hook.fill(page, shop)
    assert text.count('```text title="data.csv"\na,b\n```') == 2
    assert text.endswith("before\n\na,b\n\nafter")


def test_a_figure_is_taken_from_the_folder(shop: Any) -> None:
    (shop.folder / "results").mkdir()
    (shop.folder / "results" / "curve.svg").write_text("<svg/>")
    text, files = hook.fill(block("figure results/curve.svg", "A curve."), shop)
    assert "![A curve.](figures/results-curve.svg)" in text
    assert files == {"results-curve.svg": b"<svg/>"}


def test_a_file_of_the_repository_is_included(shop: Any) -> None:
    text, _ = hook.fill(block("include theory/TRUST.md"), shop)
    assert (ROOT / "theory" / "TRUST.md").read_text(encoding="utf-8").strip() in text


def test_other_blocks_stay_as_they_are(shop: Any) -> None:
    page = block("python", "print('$ not run')") + "\n" + block("", "plain")
    assert hook.fill(page, shop) == (page, {})


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (block("console run", "$ true"), "unknown action"),
        (block("python exec", "$ true"), "unknown action"),
        (block("text wriet a.csv", "a"), "unknown action"),
        (block("console", "$ sheffer list"), "is run"),
        (block("console exec", "$ false"), "exit code 1, not 0"),
        (block("console exec exit=1", "$ true"), "exit code 0, not 1"),
        (block("console exec exit=1", "$ false\n$ false"), "exit code 1, not 0"),
        (block("console exec exit=one", "$ true"), "takes exit=N"),
        (block("console exec", "$ no-such-program"), "exit code 127"),
        (block("console exec", "$ echo one\ntwo"), "the output is not written"),
        (block("console exec"), "the output is not written"),
        (block("console not-run", "$ make study"), "says why"),
        (block("text show"), "takes one file"),
        (block("text show no-such.txt"), "no file no-such.txt"),
        (block("text show ../bin/sheffer"), "no file"),
        (block("text show gates.smt2", "something"), "must be empty"),
        (block("text write ../out.txt", "a"), "outside"),
        (block("figure no-such.svg", "A curve."), "no file no-such.svg"),
        (block("figure gates.smt2", "A curve."), "no picture"),
        (block("include theory/NO-SUCH.md"), "in the repository"),
        (block("download no-such.json", "It."), "no file no-such.json"),
        (block("download gates.smt2"), "says what"),
        (block("diagram one", "What it shows\nA to B"), "no arrow"),
        (block("diagram one", "A -> B"), "says what it shows"),
        (block("diagram one", "A circle\nA -> B\nB -> A"), "circle"),
        (block("machine 1RB3LB_1LA1RZ", "A machine."), "only 2 transitions"),
        (block("machine 1RB1LB_1LA1RZ"), "caption"),
        (block("layers sorting-4"), "caption"),
        (block("layers no-such", "Layers."), "no-such"),
        (block("recomputed"), "takes one of"),
        (block("recomputed no-such"), "takes one of league"),
        (block("recomputed league", "words"), "must be empty"),
        (block("recomputed league no-such"), "league takes one of"),
        (block("recomputed growth no-such"), "growth takes one of"),
        (block("recomputed frontiers no-such"), "no-such"),
        ("```console exec\n$ true", "never closed"),
    ],
)
def test_it_refuses(page: str, message: str, shop: Any) -> None:
    with pytest.raises(hook.BlockError, match=message) as error:
        hook.fill(page, shop)
    assert re.match(r"line \d+: ", str(error.value))


def test_a_figure_needs_words(shop: Any) -> None:
    (shop.folder / "curve.svg").write_text("<svg/>")
    with pytest.raises(hook.BlockError, match="says what"):
        hook.fill(block("figure curve.svg"), shop)


def test_a_command_may_not_run_for_ever(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building("workshop"), "TIMEOUT_S", 0.2)
    with pytest.raises(hook.BlockError, match="longer than"):
        hook.fill(block("console exec", "$ sleep 5"), shop)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_block_of_a_page_is_well_formed(page: Path) -> None:
    for piece in hook.split(page.read_text(encoding="utf-8")):
        if not isinstance(piece, str):
            hook.action_of(piece)


def test_a_diagram_is_drawn_in_rows(shop: Any) -> None:
    text, _ = hook.fill(block("diagram one", "What it shows\nA -> B : why\nB -> C\nA -> C"), shop)
    drawn = text.split("\n")[2]
    assert 'aria-label="What it shows"' in drawn
    tops = [float(y) for y in re.findall(r'<rect [^>]*y="([0-9.]+)"', drawn)]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3
    assert drawn.count('class="line"') == 3
    assert ">why</text>" in drawn


def test_a_machine_and_layers_stand_in_the_page(shop: Any) -> None:
    text, _ = hook.fill(block("machine 1RB1LB_1LA1RZ", "Two states."), shop)
    assert 'data-machine="1RB1LB_1LA1RZ"' in text
    text, _ = hook.fill(block("layers sorting-3", "Three wires."), shop)
    found = re.search(r'<script type="application/json">(.*)</script>', text)
    assert found is not None
    data = json.loads(found[1])
    layers = [layer for layer, _ in data["nodes"]]
    assert data["nodes"][0] == [0, "4"]
    assert all(layers[end] == layers[start] + 1 for start, end, _ in data["edges"])
    assert {end for _, end, _ in data["edges"]} == set(range(1, len(layers)))


def test_a_certificate_can_be_downloaded(shop: Any) -> None:
    page = block("console exec", "$ sheffer solve sorting-3") + block(
        "download sorting-3.json", "It"
    )
    text, files = hook.fill(page, shop)
    assert "[It](figures/sorting-3.json){ download=sorting-3.json }" in text
    assert b"sheffer certificate" in files["sorting-3.json"]


def runs(tmp_path: Path, change: Any) -> Any:
    """The module of the kept runs, and a file with those of one problem, changed."""
    committed = building("committed")
    lines = committed.FILE.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.startswith(("problem,", "sorting-3,"))]
    changed = tmp_path / "runs.csv"
    changed.write_text("\n".join(change(kept)) + "\n", encoding="utf-8")
    return committed, changed


def test_kept_runs_are_what_the_code_gives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    committed, changed = runs(tmp_path, lambda lines: lines)
    monkeypatch.setattr(committed, "FILE", changed)
    study, frontiers = committed.checked_runs(("sorting-3",))
    assert study.benchmarks[0].optimum == 0
    assert frontiers["sorting-3"].best.length == 3
    assert all(len(kept) == committed.REPETITIONS for kept in study.runs.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [re.sub(r",3,(\d+),", r",3,9\1,", line) for line in lines], "is stale"),
        (lambda lines: lines[:-1], "are missing"),
        (lambda lines: [*lines, lines[-1]], "twice"),
        (lambda lines: [*lines, "no-such,random,0,1,1,0.0,1"], "unknown problems"),
        (lambda lines: lines[1:], "has columns"),
    ],
)
def test_a_stale_run_is_refused(
    change: Any, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    committed, changed = runs(tmp_path, change)
    monkeypatch.setattr(committed, "FILE", changed)
    with pytest.raises(SystemExit, match=message):
        committed.checked_runs(("sorting-3",))


def test_a_yardstick_that_differs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    yardsticks = building("yardsticks")
    assert "| 6, 4 |" in yardsticks.main("busy beaver with 2 states")
    (wrong,) = (y for y in yardsticks.YARDSTICKS if "with 2 states" in y.name)
    monkeypatch.setattr(yardsticks, "YARDSTICKS", (replace(wrong, published=(6, 5)),))
    with pytest.raises(SystemExit, match=r"\(6, 4\), published \(6, 5\)"):
        yardsticks.main("")


def test_a_frontier_that_differs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    frontiers = building("frontiers")
    monkeypatch.setattr(frontiers, "PUBLISHED", {"sorting-3": (4, 3, 2, 0)})
    with pytest.raises(SystemExit, match="differs from the published"):
        frontiers.solved("sorting-3")


def test_a_page_of_the_catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    building("verdicts").main(["two-counters", "one-counter", "affine-iteration"])
    page = Path("two-counters.md").read_text(encoding="utf-8")
    assert '<span class="verdict complete">complete</span>' in page
    assert r"\mathit{inc}(x) = x + 1" in page
    assert "ACCEPTED" in page
    assert json.loads(Path("two-counters.json").read_text(encoding="utf-8"))["kind"] == "simulation"
    assert "| route | one-counter |" in Path("one-counter.md").read_text(encoding="utf-8")
    assert "Why it is unknown" in Path("affine-iteration.md").read_text(encoding="utf-8")
    assert Path("index.md").read_text(encoding="utf-8").count("\n| [") == 3


def navigation(entries: Any) -> Iterator[str]:
    for entry in entries:
        for target in [entry] if isinstance(entry, str) else entry.values():
            yield from [target] if isinstance(target, str) else navigation(target)


def settings() -> Any:
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def test_the_navigation_holds_every_page_once() -> None:
    listed = list(navigation(settings()["nav"]))
    assert sorted(listed) == [page.relative_to(ROOT / "docs").as_posix() for page in PAGES]


def test_a_page_asks_nothing_from_outside() -> None:
    chosen = settings()
    assert chosen["theme"]["font"] is False
    scripts = chosen["extra_javascript"] + chosen["extra_css"]
    assert not any("//" in script for script in scripts)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert "```mermaid" not in text  # its program would be fetched from elsewhere
        assert not re.search(r"!\[[^]]*\]\(https?:|<(?:script|img|iframe|link)\b", text), page


def test_links_between_pages_lead_to_files() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), f"{page}: {target}"


def test_the_command_reference_has_every_command() -> None:
    from solvers.cli import app

    names = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\$ sheffer (\w+) --help$", text, re.MULTILINE)) == names
