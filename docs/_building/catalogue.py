"""The pages of the catalogue, one for each shipped component set; they have no file in `docs`.

`build` runs `_building.verdicts` once, in a folder of its own: it decides every set, has `theory`
check every certificate, and writes the pages with their files beside them.
"""

from __future__ import annotations

from _building.actions import Files, fill
from _building.workshop import EXAMPLES, ROOT, workshop

EXAMPLE_SETS = ("gates", "monotone")
"""Sets of `docs/examples` that the catalogue shows too: those that ask for every function."""


def names() -> list[str]:
    """The sets of the catalogue, sorted, then those of the examples."""
    shipped = sorted(path.stem for path in (ROOT / "theory" / "catalogue").glob("*.smt2"))
    return [*shipped, *(name for name in EXAMPLE_SETS if (EXAMPLES / f"{name}.smt2").is_file())]


def place(name: str) -> str:
    """Where a page of the catalogue stands in the site."""
    return f"catalogue/{name}.md"


def build() -> dict[str, tuple[str, Files]]:
    """The text of each page, and the files it needs, by name; `index` is the table of all.

    Raises:
        BlockError: a set cannot be decided, or `theory` refuses a certificate.
    """
    with workshop() as shop:
        shop.program("verdicts", *names())
        return {
            name: fill(shop.file(f"{name}.md").read_text(encoding="utf-8"), shop)
            for name in ("index", *names())
        }
