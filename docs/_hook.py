"""Fills the pages with what really happens: the one hook of the documentation.

A fenced block whose first line names an action is replaced when the site is built. Everything a
page does happens in one temporary folder of its own, where `docs/examples` is copied to.

    ```console exec [exit=N]        run every `$ ` line; the real output is put below each.
                                    N is the exit code expected of the last command (default 0)
    ```console not-run REASON       shown as it stands; for what takes too long
    ```LANG write NAME              shown, and written to the file NAME of the folder
    ```LANG show NAME               the text of the file NAME of the folder
    ```figure NAME                  the picture NAME of the folder; the body is its text alternative
    ```insert NAME                  the file NAME of the folder (a Markdown table, say), as Markdown
    ```include PATH                 the file PATH of the repository, as Markdown

Any other action, a command that ends otherwise than expected, and a missing file fail the build.
So does a `console` block without an action: no output in the pages is written by hand.

- `Block`, `split`: a page's text as pieces. `Workshop`: the folder, and `run` in it.
- `fill`: the text of a page with every block replaced, and the pictures it needs.
- `on_files`, `on_page_markdown`: where MkDocs calls in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
TIMEOUT_S = 120.0  # of one command
WORKERS = 2  # pages filled at the same time
PICTURES = (".svg", ".png")
ACTIONS = ("exec", "not-run", "write", "show")
BARE = ("figure", "insert", "include")  # actions that need no language before them

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`\n]*)$")


class BlockError(Exception):
    """A block cannot be filled; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        info: the words after the fence.
        body: the lines inside, without the fence's indentation.
        indent: the fence's indentation.
        line: where it begins, from 1.
    """

    info: tuple[str, ...]
    body: str
    indent: str
    line: int

    @property
    def language(self) -> str:
        return self.info[0] if self.info else ""


def split(text: str) -> list[str | Block]:
    """A page's text as pieces: plain text, and the fenced blocks between.

    Raises:
        BlockError: a fence is never closed.
    """
    pieces: list[str | Block] = []
    plain: list[str] = []
    lines = text.split("\n")
    k = 0
    while k < len(lines):
        fence = FENCE.match(lines[k])
        if fence is None:
            plain.append(lines[k])
            k += 1
            continue
        indent = fence["indent"]
        end = next((j for j in range(k + 1, len(lines)) if lines[j] == f"{indent}```"), None)
        if end is None:
            raise BlockError(f"line {k + 1}: the block is never closed")
        if plain:
            pieces.append("\n".join(plain))
            plain = []
        body = "\n".join(line.removeprefix(indent) for line in lines[k + 1 : end])
        pieces.append(Block(tuple(fence["info"].split()), body, indent, k + 1))
        k = end + 1
    if plain:
        pieces.append("\n".join(plain))
    return pieces


class Workshop:
    """A folder in which commands run, with `sheffer` and `python` being those of this build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        programs = folder / "bin"
        programs.mkdir()
        shutil.copytree(EXAMPLES, self.folder)
        _program(
            programs / "sheffer",
            f"#!{sys.executable}\nfrom solvers.cli import main\n\n"
            'if __name__ == "__main__":\n    main()\n',
        )
        _program(programs / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "TMPDIR": str(folder),
        }

    def run(self, command: str) -> tuple[int, str]:
        """A command's exit code and what it prints: standard error too, but only if it fails.

        Raises:
            BlockError: it takes too long.
        """
        try:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BlockError(f"`{command}` took longer than {TIMEOUT_S:g} s") from None
        text = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        lines = [line.rstrip() for line in text.split("\n")]
        return done.returncode, "\n".join(lines).strip("\n")

    def file(self, name: str) -> Path:
        """A file of the folder.

        Raises:
            BlockError: it is not there, or lies outside.
        """
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise BlockError(f"there is no file {name} in the page's folder")
        return path


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="sheffer-docs-") as folder:
        yield Workshop(Path(folder))


def _program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


Pictures = dict[str, bytes]


def fill(text: str, shop: Workshop) -> tuple[str, Pictures]:
    """A page's text with every block replaced, and the pictures it shows by file name.

    Raises:
        BlockError: with the line of the block.
    """
    pictures: Pictures = {}
    pieces = []
    for piece in split(text):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        try:
            filled = _fill(piece, shop, pictures)
        except BlockError as error:
            raise BlockError(f"line {piece.line}: {error}") from None
        pieces.append("\n".join(f"{piece.indent}{line}".rstrip() for line in filled.split("\n")))
    return "\n".join(pieces), pictures


def _fill(block: Block, shop: Workshop, pictures: Pictures) -> str:
    action, words = _action(block)
    if action is None:
        return _fenced(" ".join(block.info), block.body)
    if action == "exec":
        return _fenced("console", execute(block.body, shop, _expected(words)))
    if action == "not-run":
        if not words:
            raise BlockError("a block that is not run says why")
        return _fenced("console", block.body)
    if len(words) != 1:
        raise BlockError(f"`{action}` takes one file, not {' '.join(words) or 'none'}")
    (name,) = words
    if action == "write":
        path = shop.folder / name
        if not path.resolve().is_relative_to(shop.folder.resolve()):
            raise BlockError(f"{name} lies outside the page's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body + "\n", encoding="utf-8")
        return _fenced(f'{block.language} title="{name}"', block.body)
    if action == "figure":
        return _figure(name, block, shop, pictures)
    if block.body.strip():
        raise BlockError(f"`{action}` takes its text from {name}; its body must be empty")
    if action == "include":
        path = ROOT / name
        if not path.is_file():
            raise BlockError(f"there is no file {name} in the repository")
        return path.read_text(encoding="utf-8").strip("\n")
    text = shop.file(name).read_text(encoding="utf-8").strip("\n")
    return text if action == "insert" else _fenced(f'{block.language} title="{name}"', text)


def _action(block: Block) -> tuple[str | None, tuple[str, ...]]:
    """The action of a block and its words; None for a block that is shown as it stands."""
    first, rest = block.language, block.info[1:]
    if first in BARE:
        return first, rest
    if not rest:
        if first == "console":
            message = "a console block is run: write `console exec`, or `console not-run REASON`"
            raise BlockError(message)
        return None, ()
    if rest[0] not in ACTIONS or (rest[0] in ACTIONS[:2] and first != "console"):
        known = ", ".join((*ACTIONS, *BARE))
        raise BlockError(f"unknown action `{' '.join(block.info)}`; known: {known}")
    return rest[0], rest[1:]


def _expected(words: tuple[str, ...]) -> int:
    if not words:
        return 0
    found = re.fullmatch(r"exit=([0-9]{1,3})", words[0])
    if found is None or len(words) > 1:
        raise BlockError(f"`exec` takes exit=N, not {' '.join(words)}")
    return int(found[1])


def execute(body: str, shop: Workshop, expected: int = 0) -> str:
    """The `$ ` lines of a block, each with its real output below.

    Raises:
        BlockError: a line that is no command, or a command that ends otherwise than expected.
    """
    commands = body.replace("\\\n", "").split("\n") if body.strip() else []
    shown = body.replace("\\\n", "\\\0").split("\n")
    if not commands or not all(command.startswith("$ ") for command in commands):
        raise BlockError("every line is a command that begins with `$ `; the output is not written")
    lines = []
    for k, (command, text) in enumerate(zip(commands, shown, strict=True)):
        wanted = expected if k == len(commands) - 1 else 0
        code, output = shop.run(command.removeprefix("$ "))
        if code != wanted:
            raise BlockError(
                f"`{command[2:]}` ended with exit code {code}, not {wanted}:\n{output}"
            )
        lines += [text.replace("\0", "\n")] + ([output] if output else [])
    return "\n".join(lines)


def _figure(name: str, block: Block, shop: Workshop, pictures: Pictures) -> str:
    path = shop.file(name)
    alternative = " ".join(block.body.split())
    if path.suffix not in PICTURES:
        raise BlockError(f"{name} is no picture; known: {', '.join(PICTURES)}")
    if not alternative or "]" in alternative:
        raise BlockError(f"the body of a figure says what {name} shows, without ]")
    short = path.relative_to(shop.folder.resolve()).as_posix().replace("/", "-")
    pictures[short] = path.read_bytes()
    return f"![{alternative}](figures/{short}){{ loading=lazy }}"


def _fenced(info: str, body: str) -> str:
    fence = "````" if "```" in body else "```"
    return f"{fence}{info}\n{body}\n{fence}"


# What MkDocs calls; it is imported there, so that the tests of README.md can do without it.

_pages: dict[str, Future[tuple[str, Pictures]]] = {}


def on_files(files: Any, config: Any) -> Any:
    """Begins to fill all pages, some at a time; the commands take most of a build's time."""
    from mkdocs.utils.meta import get_data

    _pages.clear()
    pool = ThreadPoolExecutor(WORKERS)
    for file in files.documentation_pages():
        text, _ = get_data(file.content_string)
        _pages[file.src_uri] = pool.submit(_fill_page, text)
    pool.shutdown(wait=False)
    return files


def _fill_page(text: str) -> tuple[str, Pictures]:
    with workshop() as shop:
        return fill(text, shop)


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """The filled text of a page; its pictures become files of the site."""
    from mkdocs.exceptions import PluginError
    from mkdocs.structure.files import File

    try:
        text, pictures = _pages[page.file.src_uri].result()
    except BlockError as error:
        for waiting in _pages.values():
            waiting.cancel()
        raise PluginError(f"{page.file.src_uri}: {error}") from None
    folder = Path(page.file.src_uri).parent
    # A picture is named after its page, since two pages may draw layers.svg.
    prefix = Path(page.file.src_uri).stem
    for name, content in pictures.items():
        place = (folder / "figures" / f"{prefix}-{name}").as_posix()
        files.append(File.generated(config, place, content=content))
        text = text.replace(f"(figures/{name})", f"(figures/{prefix}-{name})")
    return text
