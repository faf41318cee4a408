"""The commands in README.md print what stands there.

Every `console` block is run, line by line, in one temporary folder that holds docs/examples. Times
are not compared. A line `...` stands for any lines. A block directly after a comment
`<!-- not run: REASON -->` is not run.
"""

from __future__ import annotations

import re
from typing import Any

from tests.support.documentation import ROOT, hook

NOT_RUN = re.compile(r"<!-- not run: \S.*-->\s*\Z")
SECONDS = re.compile(r"\b\d+(?:\.\d+)? s\b")


def console_blocks(text: str) -> list[Any]:
    """The console blocks that are run, in their order."""
    found, before = [], ""
    for piece in hook.split(text):
        if isinstance(piece, str):
            before = piece
            continue
        if piece.language == "console" and not NOT_RUN.search(before):
            found.append(piece)
        before = ""
    return found


def transcript(body: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that stands below it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.replace("\\\n", "").split("\n"):
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            found[-1][1].append(line.rstrip())
    return [(command, "\n".join(lines).strip("\n")) for command, lines in found]


def same(written: str, real: str) -> bool:
    """Whether a written output is the real one, times aside."""
    lines = SECONDS.sub("0 s", written).split("\n")
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in lines]
    return re.fullmatch("".join(parts), SECONDS.sub("0 s", real) + "\n") is not None


def test_outputs_are_compared_line_by_line_without_times() -> None:
    assert same("a 1.23 s\nb", "a 0.1 s\nb")
    assert same("a\n...\nd", "a\nb\nc\nd")
    assert same("a\n...", "a\nb")
    assert not same("a\nb", "a")
    assert not same("a", "a\nb")
    assert not same("a 1 steps", "a 2 steps")


def test_marked_blocks_are_not_run() -> None:
    text = "<!-- not run: long -->\n```console\n$ a\n```\n\n```console\n$ b\nB\n$ c\n```\n"
    (block,) = console_blocks(text)
    assert transcript(block.body) == [("b", "B"), ("c", "")]


def test_the_python_example_prints_what_stands_below_it() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pieces = [piece for piece in hook.split(text) if not isinstance(piece, str)]
    number = next(k for k, piece in enumerate(pieces) if piece.language == "python")
    source, written = pieces[number].body, pieces[number + 1].body
    with hook.workshop() as shop:
        (shop.folder / "example.py").write_text(source, encoding="utf-8")
        _, real = shop.run("python example.py")
    lines = "\n".join(line.rstrip() for line in real.strip().split("\n"))
    assert same(written.rstrip(), lines), f"README.md: the Python example prints\n{real}"


def test_the_readme_shows_real_output() -> None:
    blocks = console_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    assert blocks, "README.md has no console block"
    with hook.workshop() as shop:
        for block in blocks:
            for command, written in transcript(block.body):
                _, real = shop.run(command)
                place = f"README.md:{block.line}: $ {command}"
                assert same(written, real), f"{place}\nprints\n{real}\nand not\n{written}"
