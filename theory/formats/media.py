"""Names and other text that came from somebody else, made fit for where they go.

One function a medium. Without it a name may be a command of the terminal, a tag of a page, a
formula of a spreadsheet.

| medium | function |
|---|---|
| terminal, message | `theory.kernel.text.printable`, or `quoted` inside a sentence |
| JSON | `json_text` |
| Markdown | `markdown` |
| HTML | `html` |
| CSV | `csv_cell`, and back by `from_csv_cell` |
| picture | `picture_text` |
| file name | `theory.formats.files.file_name` |
| LaTeX | `theory.formats.latex` |
"""

from __future__ import annotations

import html as html_escapes
import json
import re
from typing import Any

from theory.kernel.text import printable

WHOLE = 1 << 62  # a limit that cuts nothing


def one_line(text: str) -> str:
    """The whole text on one line, what is not printable escaped."""
    return printable(text, WHOLE)


def json_text(data: Any, indent: int | None = 2) -> str:
    """JSON that holds no control character, also where it is printed on a terminal.

    Letters of all languages stay as they are.
    """
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else _json_escape(c) for c in text)


def _json_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


_CODE = re.compile(r"`[^`]+`")
_MARKUP = re.compile(r"[\\|*_]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<=\])\(")


def markdown(text: str) -> str:
    """Text for a line or a cell of Markdown, with `code` between single backticks left alone.

    Tags, links, emphasis and the bars of a table become plain characters.
    """
    text = one_line(text)
    if text.count("`") % 2 or "``" in text:
        return _MARKUP.sub(_plain_markdown, text).replace("`", "\\`")
    shown, end = [], 0
    for code in _CODE.finditer(text):
        shown += [_MARKUP.sub(_plain_markdown, text[end : code.start()])]
        shown += [code[0].replace("|", "\\|")]
        end = code.end()
    return "".join([*shown, _MARKUP.sub(_plain_markdown, text[end:])])


def _plain_markdown(found: re.Match[str]) -> str:
    return {"<": "&lt;", "&": "&amp;"}.get(found[0], "\\" + found[0])


def html(text: str) -> str:
    """Text for a page or an attribute of it."""
    return html_escapes.escape(one_line(text))


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def csv_cell(text: str) -> str:
    """A cell of text that no spreadsheet takes for a formula: one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def from_csv_cell(cell: str) -> str:
    """The text of a cell that `csv_cell` wrote."""
    return cell[1:] if cell.startswith("'") else cell


def picture_text(text: str, limit: int = 60) -> str:
    """Text for a picture, where a dollar would begin a formula; long text is cut."""
    return printable(text, limit).replace("$", r"\$")
