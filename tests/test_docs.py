"""The documentation: what its hook does and refuses, and that its pages are complete."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.documentation import ROOT, hook

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture
def shop() -> Iterator[Any]:
    with hook.workshop() as made:
        yield made


def block(info: str, body: str = "") -> str:
    return f"before\n\n```{info}\n{body}\n```\n\nafter"


def test_commands_run_and_their_output_stands_below(shop: Any) -> None:
    text, pictures = hook.fill(block("console exec", "$ echo one\n$ cat gates.smt2 | wc -l"), shop)
    assert text == block("console", "$ echo one\none\n$ cat gates.smt2 | wc -l\n3")
    assert pictures == {}


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
    text, pictures = hook.fill(block("figure results/curve.svg", "A curve."), shop)
    assert "![A curve.](figures/results-curve.svg)" in text
    assert pictures == {"results-curve.svg": b"<svg/>"}


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
    monkeypatch.setattr(hook, "TIMEOUT_S", 0.2)
    with pytest.raises(hook.BlockError, match="longer than"):
        hook.fill(block("console exec", "$ sleep 5"), shop)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_block_of_a_page_is_well_formed(page: Path) -> None:
    for piece in hook.split(page.read_text(encoding="utf-8")):
        if not isinstance(piece, str):
            hook._action(piece)


def navigation(entries: Any) -> Iterator[str]:
    for entry in entries:
        for target in entry.values():
            yield from [target] if isinstance(target, str) else navigation(target)


def settings() -> Any:
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def test_the_navigation_holds_every_page_once() -> None:
    listed = list(navigation(settings()["nav"]))
    assert sorted(listed) == [page.relative_to(ROOT / "docs").as_posix() for page in PAGES]


def test_a_page_asks_nothing_from_outside() -> None:
    assert settings()["theme"]["font"] is False
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


@pytest.mark.slow
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "OPTIMAL, recounted" in home
    outside = r"<(?:script|img|iframe)\b[^>]*\bsrc=.?https?:|<link\b[^>]*\bhref=.?https?:"
    for page in tmp_path.rglob("*.html"):
        assert not re.search(outside, page.read_text(encoding="utf-8")), page
