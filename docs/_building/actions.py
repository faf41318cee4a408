"""What a block may ask for, and the text that takes its place.

- `fill`: the text of a page with every block replaced, and the files that belong to it.
- `action_of`: the action of one block; `execute`: commands with their output.
"""

from __future__ import annotations

import re
from pathlib import Path

from _building.blocks import Block, BlockError, fenced, split
from _building.diagrams import diagram
from _building.widgets import layers_widget, machine_widget
from _building.workshop import ROOT, Workshop

PICTURES = (".svg", ".png")
ACTIONS = ("exec", "not-run", "write", "show")
BARE = (  # actions that need no language before them
    "figure",
    "download",
    "insert",
    "include",
    "diagram",
    "machine",
    "layers",
    "recomputed",
)
RECOMPUTED = (  # programs of this package
    "league",
    "growth",
    "frontiers",
    "models",
    "yardsticks",
    "coevolution",
)

Files = dict[str, bytes]


def fill(text: str, shop: Workshop) -> tuple[str, Files]:
    """A page's text with every block replaced, and the files it needs by name.

    Raises:
        BlockError: with the line of the block.
    """
    files: Files = {}
    pieces = []
    for piece in split(text):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        try:
            filled = _fill(piece, shop, files)
        except BlockError as error:
            raise BlockError(f"line {piece.line}: {error}") from None
        pieces.append("\n".join(f"{piece.indent}{line}".rstrip() for line in filled.split("\n")))
    return "\n".join(pieces), files


def _fill(block: Block, shop: Workshop, files: Files) -> str:
    action, words = action_of(block)
    if action is None:
        return fenced(" ".join(block.info), block.body)
    if action == "exec":
        return fenced("console", execute(block.body, shop, _expected(words)))
    if action == "not-run":
        if not words:
            raise BlockError("a block that is not run says why")
        return fenced("console", block.body)
    if action == "recomputed":
        return _recomputed(words, block, shop, files)
    if len(words) != 1:
        raise BlockError(f"`{action}` takes one file, not {' '.join(words) or 'none'}")
    (name,) = words
    if action == "diagram":
        return diagram(name, block.body)
    if action == "machine":
        return machine_widget(name, block.body)
    if action == "layers":
        return layers_widget(name, block.body, shop)
    if action == "write":
        path = shop.folder / name
        if not path.resolve().is_relative_to(shop.folder.resolve()):
            raise BlockError(f"{name} lies outside the page's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body + "\n", encoding="utf-8")
        return fenced(f'{block.language} title="{name}"', block.body)
    if action == "figure":
        return _figure(name, block, shop, files)
    if action == "download":
        return _download(name, block, shop, files)
    if block.body.strip():
        raise BlockError(f"`{action}` takes its text from {name}; its body must be empty")
    if action == "include":
        path = ROOT / name
        if not path.is_file():
            raise BlockError(f"there is no file {name} in the repository")
        return path.read_text(encoding="utf-8").strip("\n")
    text = shop.file(name).read_text(encoding="utf-8").strip("\n")
    return text if action == "insert" else fenced(f'{block.language} title="{name}"', text)


def action_of(block: Block) -> tuple[str | None, tuple[str, ...]]:
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


def _figure(name: str, block: Block, shop: Workshop, files: Files) -> str:
    path = shop.file(name)
    alternative = " ".join(block.body.split())
    if path.suffix not in PICTURES:
        raise BlockError(f"{name} is no picture; known: {', '.join(PICTURES)}")
    if not alternative or "]" in alternative:
        raise BlockError(f"the body of a figure says what {name} shows, without ]")
    return f"![{alternative}](figures/{_kept(path, shop, files)}){{ loading=lazy }}"


def _download(name: str, block: Block, shop: Workshop, files: Files) -> str:
    path = shop.file(name)
    text = " ".join(block.body.split())
    if not text or "]" in text:
        raise BlockError(f"the body of a download says what {name} is, without ]")
    return f"[{text}](figures/{_kept(path, shop, files)}){{ download={path.name} }}"


def _kept(path: Path, shop: Workshop, files: Files) -> str:
    """The name under which a file of the folder becomes a file of the site."""
    short = path.relative_to(shop.folder.resolve()).as_posix().replace("/", "-")
    files[short] = path.read_bytes()
    return short


def _recomputed(words: tuple[str, ...], block: Block, shop: Workshop, files: Files) -> str:
    """What a program of this package computes from a committed file, as Markdown with blocks.

    The program ends with an exit code other than 0 where the file is not what the code gives.
    """
    if not words or words[0] not in RECOMPUTED:
        known = ", ".join(RECOMPUTED)
        raise BlockError(f"`recomputed` takes one of {known}, not {' '.join(words) or 'none'}")
    if block.body.strip():
        raise BlockError("the body of `recomputed` must be empty")
    text = shop.program(*words)
    filled, more = fill(text, shop)
    files.update(more)
    return filled
