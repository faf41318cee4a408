"""Text of somebody else, made fit for each medium."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import markdown as python_markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.formats.media import (
    csv_cell,
    from_csv_cell,
    html,
    json_text,
    markdown,
    one_line,
    picture_text,
)
from theory.kernel.text import printable

HOSTILE = [
    "<script>alert(1)</script>",
    "a|b",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "**bold** _it_ \\*",
    "&lt;b&gt; &#60;",
    "`<b>` <i> `",
    "``<b>``",
    "<!-- x",
    "\x1b[2J\n# heading",
]


class _Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_text_and_makes_no_tags(text: str) -> None:
    page = _read(python_markdown.markdown(f"- {markdown(text)}"))
    assert set(page.tags) <= {"ul", "li", "code"}
    if "`" not in text and "|" not in text:
        assert page.text.strip() == one_line(text).strip()


@given(st.text(alphabet="<>[]()!`|\\&;*_ab#/\n\x1b ", max_size=40))
def test_no_text_makes_a_tag_or_a_link(text: str) -> None:
    page = _read(python_markdown.markdown(f"x {markdown(text)}"))
    assert set(page.tags) <= {"p", "code"}


def test_a_cell_of_markdown_stays_one_cell() -> None:
    table = f"| a | b |\n|---|---|\n| {markdown('x|y `p|q`')} | z |\n"
    page = _read(python_markdown.markdown(table, extensions=["tables"]))
    assert page.tags.count("td") == 2
    assert "x|y" in page.text


def test_code_in_markdown_stays() -> None:
    assert markdown("see `runs.csv` and a_b") == "see `runs.csv` and a\\_b"


@given(st.text())
def test_html_has_no_tag(text: str) -> None:
    page = _read(html(text))
    assert page.tags == []
    assert page.text == one_line(text)


@given(st.text())
def test_cells_are_no_formulas_and_come_back(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_csv_cell(cell) == text


def test_a_formula_in_a_csv_file_is_text() -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell("=1+1"), csv_cell("plain")])
    assert out.getvalue() == "'=1+1,plain\r\n"


@given(
    st.recursive(st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_json_has_no_control_characters_and_says_the_same(data: object) -> None:
    text = json_text(data)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert json.loads(text) == data


def test_json_keeps_letters() -> None:
    assert json_text("déjà 数") == '"déjà 数"'
    assert json_text("\x9b31m\u202e\x7f") == '"\\u009b31m\\u202e\\u007f"'


def test_pictures_read_no_formula() -> None:
    from matplotlib.figure import Figure

    for text in ("$x^{$", "$a$", r"\$x$y", "$", "é\x1b$\\frac$"):
        figure = Figure()
        title = figure.suptitle(picture_text(text))
        figure.canvas.draw_idle()
        figure.savefig(io.BytesIO(), format="svg")
        assert title.get_text().count("$") == text.count("$")


@given(st.text(alphabet="a\x1b\u202e\U000e0001", max_size=300), st.integers(20, 200))
def test_what_is_escaped_is_cut_too(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit + 5
