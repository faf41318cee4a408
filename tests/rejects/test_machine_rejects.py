"""Texts that are no Turing machine: each is refused for the right reason, at the right place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.kernel.errors import MachineError
from theory.turing.texts import FORMATS, find_machine, load_machine, read_machine

YAML = "blank: ' '\nstart state: a\ntable:\n  a:\n    1: {write: 0, L: b}\n  b:\n"
JFF = """<structure><type>turing</type><automaton>
<state id="0" name="a"><initial/></state>
<state id="1" name="b"><final/></state>
<transition><from>0</from><to>1</to><read>1</read><write>0</write><move>L</move></transition>
</automaton></structure>"""


def changed(text: str, old: str, new: str) -> str:
    """The text with one part replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def place_of_error(text: str, kind: str | None) -> str:
    """Where a text is refused; `m` when it is a machine."""
    try:
        read_machine(text, "m", kind)
    except MachineError as error:
        return error.where
    return "m"


BBCHALLENGE = [
    ("1RB1LB_1LA", "table-shape", "m:1:8"),
    ("1RB1LB_", "empty-row", "m:1:8"),
    ("_1RB1LB", "empty-row", "m:1:1"),
    ("1RB1LB__1LA1RZ", "empty-row", "m:1:8"),
    ("1RB1LB 1LA1RZ", "bad-transition", "m:1:7"),
    ("1RB1LB_1LX", "table-shape", "m:1:8"),
    ("1RB2LB", "unknown-symbol", "m:1:4"),
    ("1RB1XB", "bad-transition", "m:1:4"),
    ("1RB1Lb", "bad-transition", "m:1:4"),
    ("1RB--", "bad-transition", "m:1:4"),
    ("1RB1", "bad-transition", "m:1:4"),
    ("1SB1RA", "bad-transition", "m:1:1"),
    ("9" * 5000 + "RA", "bad-transition", "m:1:1"),
    ("1RB1LB_1LA1R\u0396", "bad-transition", "m:1:11"),
    ("hello", "bad-transition", "m:1:1"),
    ("\x00\x01\x02", "bad-transition", "m:1:1"),
]

YAMLS = [
    (changed(YAML, "blank: ' '\n", ""), "missing-key", "m"),
    (changed(YAML, "start state: a\n", ""), "missing-key", "m"),
    ("blank: 0\nstart state: a\n", "missing-key", "m"),
    (changed(YAML, "blank: ' '", "blank: '  '"), "symbol-length", "m:1:8"),
    (changed(YAML, "state: a", "state: q"), "unknown-state", "m:2:14"),
    (changed(YAML, "L: b", "L: q"), "unknown-state", "m:5:22"),
    (changed(YAML, "L: b", "L: b, R: b"), "bad-instruction", "m:5:8"),
    (changed(YAML, ", L: b", ""), "bad-instruction", "m:5:8"),
    (changed(YAML, "L: b", "U: b"), "bad-instruction", "m:5:19"),
    (changed(YAML, "{write: 0, L: b}", "Q"), "bad-instruction", "m:5:8"),
    (changed(YAML, "{write: 0, L: b}", ""), "bad-instruction", "m:5:5"),
    (changed(YAML, "write: 0", "write: 10"), "symbol-length", "m:5:16"),
    (changed(YAML, "write: 0", "write: "), "bad-value", "m:5:9"),
    (changed(YAML, "1:", "12:"), "symbol-length", "m:5:5"),
    (changed(YAML, "1:", "[1, 1]:"), "duplicate", "m:5:9"),
    (changed(YAML, "  b:", "  a:"), "duplicate", "m:6:3"),
    (changed(YAML, "blank", "blink"), "unknown-key", "m:1:1"),
    (changed(YAML, "  b:", " b:"), "indentation", "m:6:2"),
    (changed(YAML, "  b:", "\tb:"), "tab", "m:6:2"),
    (changed(YAML, "  b:", "  b"), "no-colon", "m:6:4"),
    (changed(YAML, "L: b}", "L: b"), "flow", "m:6:3"),
    (changed(YAML, "' '", "' "), "unclosed", "m:1:8"),
    (changed(YAML, "' '", '"\\q"'), "escape", "m:1:9"),
    (changed(YAML, "' '", "&x ' '"), "indicator", "m:1:8"),
    (changed(YAML, "' '", "!!str 0"), "indicator", "m:1:8"),
    (changed(YAML, "1:", "*:"), "indicator", "m:5:5"),
    (changed(YAML, "1:", "- 1:"), "indicator", "m:5:5"),
    (changed(YAML, "' '", "0x1"), "ambiguous", "m:1:8"),
    (changed(YAML, "' '", "~"), "ambiguous", "m:1:8"),
    (changed(YAML, "' '", "' ' x"), "rest", "m:1:12"),
    (changed(YAML, "a:\n    1", "a: 5\n  c:\n    1"), "bad-state", "m:4:3"),
    ("blank: 0\nstart state: a\ntable: 5\n", "no-table", "m:3:1"),
    ("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: l}}}}}}}}}}\n", "too-deep", "m:1:36"),
    ("source code: 5\n", "source-code", "m:1:1"),
    ("# nothing\n# at all\n", "empty", "m:3:1"),
    ("---\nblank: 0\n", "no-colon", "m:1:4"),
    ("- a\n- b\n", "indicator", "m:1:1"),
]

JFFS = [
    (changed(JFF, "turing", "fa"), "not-turing", "m:1"),
    (changed(JFF, "<structure>", "<structure><tapes>2</tapes>"), "tapes", "m:1"),
    (changed(JFF, "<initial/>", ""), "start-state", "m:1"),
    (changed(JFF, "<final/>", "<initial/>"), "start-state", "m:1"),
    (changed(JFF, 'id="1"', 'id="0"'), "bad-state", "m:3"),
    (changed(JFF, "<to>1", "<to>7"), "unknown-state", "m:4"),
    (changed(JFF, "<from>0</from><to>1", "<from>1</from><to>0"), "final-state", "m:4"),
    (changed(JFF, "<read>1", "<read>!1"), "symbol-list", "m:4"),
    (changed(JFF, "<read>1", "<read>~"), "symbol-list", "m:4"),
    (changed(JFF, "<read>1", "<read>a,b}w"), "symbol-list", "m:4"),
    (changed(JFF, "<write>0", "<write>00"), "symbol-list", "m:4"),
    (changed(JFF, "<move>L", "<move>U"), "bad-move", "m:4"),
    (changed(JFF, "<move>L</move>", ""), "bad-transition", "m:4"),
    (changed(JFF, "<read>", '<read tape="2">'), "bad-transition", "m:4"),
    (
        changed(JFF, "</automaton>", "\n" + JFF.splitlines()[3].replace("L", "R") + "</automaton>"),
        "nondeterministic",
        "m:6",
    ),
    (
        changed(JFF, "<initial/>", "<initial/><tag>M</tag>").replace(
            "</automaton>", "<M><automaton/></M></automaton>"
        ),
        "building-block",
        "m:2",
    ),
    (changed(JFF, "</automaton>", ""), "not-xml", "m:5:3"),
    ("<machine/>", "not-jflap", "m:1"),
    ("<a>" * 100, "too-deep", "m:1"),
    ('<!DOCTYPE a [<!ENTITY b "bbb">]>' + JFF, "doctype", "m:1"),
    ('<!DOCTYPE structure SYSTEM "file:///etc/passwd">' + JFF, "doctype", "m:1"),
]


@pytest.mark.parametrize(("text", "reason", "where"), BBCHALLENGE + YAMLS + JFFS)
def test_a_broken_machine_is_refused_where_it_is_broken(text: str, reason: str, where: str) -> None:
    kind = "jflap" if text.startswith("<") else None
    if (text, reason, where) in BBCHALLENGE:
        kind = "bbchallenge"
    elif kind is None:
        kind = "yaml"
    with pytest.raises(MachineError) as caught:
        read_machine(text, "m", kind)
    assert (caught.value.reason, caught.value.where) == (reason, where)
    assert "\n" not in str(caught.value)


def test_the_unbroken_texts_are_machines() -> None:
    assert read_machine(YAML).states == ("a", "b")
    assert read_machine(JFF).states == ("a", "b")


@pytest.mark.parametrize("text", ["", " \n", "\t"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(MachineError, match="no text"):
        read_machine(text)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(MachineError, match="known: bbchallenge, yaml, jflap"):
        read_machine("1RB", format="xls")


@given(st.text(max_size=60), st.sampled_from(sorted(FORMATS)))
def test_no_text_whatever_makes_anything_but_a_machine_or_an_error(text: str, kind: str) -> None:
    assert place_of_error(text, None).startswith("m")
    assert place_of_error(text, kind).startswith("m")


@given(st.integers(0, 10**9))
def test_mutated_machines_make_nothing_but_a_machine_or_an_error(seed: int) -> None:
    choose = random.Random(seed)
    text = list(choose.choice([YAML, JFF, "1RB1LB_1LA1RZ"]))
    marks = ["", "\0", ":", "{", "[", "]", "'", '"', "#", "\n", "<", "\t", " ", "&", "|", "\ud800"]
    for _ in range(choose.randint(1, 6)):
        text[choose.randrange(len(text))] = choose.choice([*marks, choose.choice(text)])
    assert place_of_error("".join(text), None).startswith("m")


def test_binary_files_are_refused_at_their_byte(tmp_path: Path) -> None:
    path = tmp_path / "machine.yaml"
    path.write_bytes(b"blank: \xff\xfe\x00")
    with pytest.raises(MachineError, match="byte 7") as caught:
        load_machine(path)
    assert (caught.value.reason, caught.value.where) == ("not-text", str(path))


def test_huge_files_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "machine.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(MachineError) as caught:
        load_machine(path)
    assert caught.value.reason == "too-long"


@pytest.mark.parametrize("text", ["[" * 900_000, "a: " + "{a: " * 200_000, "<a>" * 300_000])
def test_deep_texts_are_refused_quickly(text: str) -> None:
    with pytest.raises(MachineError):
        read_machine(text)


def test_tables_too_large_to_keep_are_refused() -> None:
    symbols = ", ".join(f"'{chr(0x4E00 + number)}'" for number in range(2000))
    states = "".join(f"  q{number}:\n" for number in range(1000))
    text = f"blank: ' '\nstart state: a\ntable:\n  a:\n    [{symbols}]: R\n{states}"
    with pytest.raises(MachineError) as caught:
        read_machine(text)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("source", ["no/such/file.yaml", "nosuchfile", ".", "a\0b", "x" * 5000])
def test_a_source_that_is_neither_text_nor_file_is_refused(source: str) -> None:
    with pytest.raises(MachineError) as caught:
        find_machine(source)
    assert caught.value.reason == "unreadable"
