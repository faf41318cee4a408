"""Fills the pages with what really happens: the one hook of the documentation.

A fenced block whose first line names an action is replaced when the site is built. Everything a
page does happens in one temporary folder of its own, where `docs/examples` is copied to.

    ```console exec [exit=N]        run every `$ ` line; the real output is put below each.
                                    N is the exit code expected of the last command (default 0)
    ```console not-run REASON       shown as it stands; for what takes too long
    ```LANG write NAME              shown, and written to the file NAME of the folder
    ```LANG show NAME               the text of the file NAME of the folder
    ```figure NAME                  the picture NAME of the folder; the body is its text alternative
    ```download NAME                a link to the file NAME of the folder; the body is its text
    ```insert NAME                  the file NAME of the folder (a Markdown table, say), as Markdown
    ```include PATH                 the file PATH of the repository, as Markdown
    ```diagram NAME                 boxes and arrows: a line `A -> B : why` for each arrow
    ```machine TEXT                 a Turing machine to step through; the body is its caption
    ```layers PROBLEM               the layers of a search graph to walk through
    ```recomputed NAME [WORD ...]   a table or picture computed anew from a committed file, which
                                    is checked against the code first

Any other action, a command that ends otherwise than expected, a missing file and a committed
result that the code no longer gives fail the build. So does a `console` block without an action: no
output in the pages is written by hand.

The pages of the catalogue have no file in `docs`: `_building.catalogue` writes them.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _building import catalogue
from _building.actions import Files, action_of, execute, fill
from _building.blocks import Block, BlockError, split
from _building.workshop import Workshop, workshop

__all__ = ["Block", "BlockError", "Workshop", "action_of", "execute", "fill", "split", "workshop"]

WORKERS = 2  # pages filled at the same time

# What MkDocs calls; it is imported there, so that the tests of README.md can do without it.

_pages: dict[str, Future[tuple[str, Files]]] = {}


def on_config(config: Any) -> Any:
    """Puts the pages of the catalogue into the navigation, below its index."""
    for section in config.nav or []:
        if "Catalogue" in section:
            section["Catalogue"] += [catalogue.place(name) for name in catalogue.names()]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Begins to fill all pages, some at a time; the commands take most of a build's time."""
    from mkdocs.structure.files import File
    from mkdocs.utils.meta import get_data

    _pages.clear()
    pool = ThreadPoolExecutor(WORKERS)
    shared = pool.submit(catalogue.build)
    texts = {file: get_data(file.content_string)[0] for file in files.documentation_pages()}
    # The pages with most to run come first, so that none of them is left alone at the end.
    for file, text in sorted(texts.items(), key=lambda item: _commands(item[1]), reverse=True):
        if file.src_uri == catalogue.place("index"):
            _pages[file.src_uri] = pool.submit(_fill_index, text, shared)
        else:
            _pages[file.src_uri] = pool.submit(_fill_page, text)
    for name in catalogue.names():
        files.append(File.generated(config, catalogue.place(name), content=f"# {name}\n"))
        _pages[catalogue.place(name)] = pool.submit(lambda n=name: shared.result()[n])
    pool.shutdown(wait=False)
    return files


def _commands(text: str) -> int:
    """How many programs a page runs."""
    return sum(line.lstrip().startswith(("$ ", "```recomputed")) for line in text.split("\n"))


def _fill_page(text: str) -> tuple[str, Files]:
    with workshop() as shop:
        return fill(text, shop)


def _fill_index(text: str, shared: Future[dict[str, tuple[str, Files]]]) -> tuple[str, Files]:
    """The catalogue's index: what its page says, then the table of all sets."""
    filled, files = _fill_page(text)
    table, more = shared.result()["index"]
    return f"{filled}\n{table}", files | more


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """The filled text of a page; what belongs to it becomes files of the site."""
    from mkdocs.exceptions import PluginError
    from mkdocs.structure.files import File

    try:
        text, made = _pages[page.file.src_uri].result()
    except BlockError as error:
        for waiting in _pages.values():
            waiting.cancel()
        raise PluginError(f"{page.file.src_uri}: {error}") from None
    folder = Path(page.file.src_uri).parent
    # A file is named after its page, since two pages may draw layers.svg.
    prefix = Path(page.file.src_uri).stem
    for name, content in made.items():
        place = (folder / "figures" / f"{prefix}-{name}").as_posix()
        files.append(File.generated(config, place, content=content))
        text = text.replace(f"(figures/{name})", f"(figures/{prefix}-{name})")
    return text
