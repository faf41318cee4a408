"""The texts of Turing machines: what they mean, and that what is written is read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.turing_machines import CHAMPIONS, machines
from theory.kernel.errors import MachineError
from theory.turing.machine import Configuration, Machine, Move, Transition, run, start, tape_text
from theory.turing.texts import (
    find_machine,
    load_machine,
    read_bbchallenge,
    read_jflap,
    read_machine,
    read_yaml,
    state_index,
    state_letters,
    write_bbchallenge,
    write_yaml,
)

COMPLEMENT = """\
# the two's complement of a binary number
input: '0110'   # six
blank: ' '
start state: end
table:
  end:
    [0, 1]: R
    ' '   : {L: copy}
  # up to the last 1 nothing changes
  copy:
    0: L
    1:   {L: flip}
    ' ': {R: done}
  flip:
    0:   {write: 1, L}
    1:   {write: 0, L}
    ' ': {R: done}
  done:
"""

UNARY_JFF = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?><!--Created with JFLAP 6.4.-->
<structure>
  <type>turing</type>
  <automaton>
    <!--The list of states.-->
    <block id="0" name="q0"><tag>Machine0</tag><x>78.0</x><y>99.0</y><initial/></block>
    <block id="1" name="q1"><tag>Machine1</tag><x>203.0</x><y>99.0</y><final/></block>
    <!--The list of transitions.-->
    <transition><from>0</from><to>0</to><read>1</read><write>1</write><move>R</move></transition>
    <transition><from>0</from><to>1</to><read/><write>1</write><move>S</move></transition>
    <!--The list of automata-->
    <Machine0/>
    <Machine1/>
  </automaton>
</structure>
"""


@pytest.mark.parametrize("text", [*CHAMPIONS, "1RB---_0RC1RZ_1LA---", "------", "0LA"])
def test_bbchallenge_texts_are_written_as_they_were_read(text: str) -> None:
    assert write_bbchallenge(read_bbchallenge(text)) == text


@given(machines(stays=False))
def test_a_machine_written_as_bbchallenge_text_runs_the_same(machine: Machine) -> None:
    again = read_bbchallenge(write_bbchallenge(machine))
    assert write_bbchallenge(again) == write_bbchallenge(machine)
    before, after = run(machine, fuel=200), run(again, fuel=200)
    assert (before.steps, before.outcome) == (after.steps, after.outcome)
    assert tape_text(machine, before.configuration) == tape_text(again, after.configuration)


@given(machines(), st.text(alphabet="01", max_size=5))
def test_a_machine_written_as_yaml_is_read_back_the_same(machine: Machine, tape: str) -> None:
    given_input = tuple(map(int, tape))
    machine = Machine(machine.states, machine.symbols, machine.table, machine.start, given_input)
    again = read_yaml(write_yaml(machine))
    assert again.states == machine.states
    before, after = run(machine, fuel=200), run(again, fuel=200)
    assert (before.steps, before.outcome) == (after.steps, after.outcome)
    assert tape_text(machine, before.configuration) == tape_text(again, after.configuration)


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=4, unique=True))
@settings(max_examples=50)
def test_yaml_keeps_any_names_of_states(names: list[str]) -> None:
    usable = [name for name in names if name.isprintable() or name.isascii()] or ["A"]
    row = (Transition(0, Move.RIGHT, len(usable) - 1),)
    machine = Machine(tuple(usable), ("_",), (row,) * len(usable))
    assert read_yaml(write_yaml(machine)) == machine


@given(st.integers(0, 100_000))
def test_state_letters_and_numbers_are_inverse(number: int) -> None:
    assert state_index(state_letters(number)) == number


def test_bbchallenge_has_any_number_of_states_and_symbols() -> None:
    rows = [f"{n % 11}R{state_letters((n + 1) % 30)}" + "10LA" * 10 for n in range(30)]
    machine = read_bbchallenge("_".join(rows))
    assert (len(machine.states), len(machine.symbols)) == (30, 11)
    assert machine.states[26:] == ("AA", "AB", "AC", "AD")
    assert write_bbchallenge(machine) == "_".join(rows)


def test_states_beyond_the_rows_halt_whatever_their_letter() -> None:
    machine = read_bbchallenge("1RH1RZ")
    assert machine.states == ("A", "H", "Z")
    assert run(machine).configuration.state == 1


def test_a_machine_that_stays_cannot_be_written_as_bbchallenge_text() -> None:
    with pytest.raises(MachineError, match="YAML") as caught:
        write_bbchallenge(read_jflap(UNARY_JFF))
    assert caught.value.reason == "stay"


def test_a_yaml_machine_computes_the_complement_of_its_input() -> None:
    machine = read_yaml(COMPLEMENT)
    result = run(machine)
    assert tape_text(machine, result.configuration) == "[1]010"
    assert machine.states[result.configuration.state] == "done"


def test_yaml_synonyms_flow_mappings_and_stays() -> None:
    text = """
    blank: 0
    start state: a
    synonyms:
      accept: {N: yes_}
      back:   {write: 1, L: b}
    table:
      a: {0: back, [1, x]: accept}
      b: {+: R, 0: N,
          1: accept}   # two lines
      yes_: {}
    """
    machine = read_yaml(text)
    yes = machine.states.index("yes_")
    one, x = machine.symbols.index("1"), machine.symbols.index("x")
    assert machine.table[0][0] == Transition(one, Move.LEFT, 1)
    assert machine.table[0][x] == Transition(x, Move.STAY, yes)
    assert machine.table[1][0] == Transition(0, Move.STAY, 1)
    assert machine.table[yes] == (None,) * len(machine.symbols)


def test_yaml_documents_as_exported_have_the_machine_under_source_code() -> None:
    indented = "".join(f"  {line}\n" for line in COMPLEMENT.splitlines())
    text = f"name: complement\nsource code: |\n{indented}positions:\n  end: {{x: 230, y: 0.50}}\n"
    assert read_machine(text) == read_yaml(COMPLEMENT)


def test_errors_within_source_code_name_the_line_of_the_file() -> None:
    text = (
        "name: x\nsource code: |-\n  blank: ' '\n  start state: a\n  table:\n    a:\n      0: Q\n"
    )
    with pytest.raises(MachineError) as caught:
        read_machine(text, "m.yaml")
    assert caught.value.where == "m.yaml:7:10"


def test_yaml_scalars_that_yaml_would_change_are_refused_unless_quoted() -> None:
    text = "blank: ' '\nstart state: {}\ntable:\n  {}:\n"
    assert read_yaml(text.format("'010'", "'010'")).states == ("010",)
    with pytest.raises(MachineError, match="quote it"):
        read_yaml(text.format("010", "010"))


def test_jflap_machines_halt_in_final_states_and_may_stay() -> None:
    machine = read_jflap(UNARY_JFF)
    assert machine.states == ("q0", "q1")
    assert run(machine, start(machine, "11")).configuration == Configuration(1, 1, (1, 1))


def test_old_jflap_files_call_the_states_state_and_the_blank_a_square() -> None:
    text = UNARY_JFF.replace("block", "state").replace("<read/>", "<read>\u25a1</read>")
    assert read_jflap(text) == read_jflap(UNARY_JFF)


def test_formats_are_recognised(tmp_path: Path) -> None:
    for name, text in (("a.txt", "1RB1LB_1LA1RZ\n"), ("b.yaml", COMPLEMENT), ("c.jff", UNARY_JFF)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert load_machine(tmp_path / name) == read_machine(text)
    assert find_machine(" 1RB1LB_1LA1RZ ") == read_machine("1RB1LB_1LA1RZ")
    assert find_machine(str(tmp_path / "b.yaml")) == read_yaml(COMPLEMENT)


def test_windows_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + COMPLEMENT.replace("\n", "\r\n").encode())
    assert load_machine(path) == read_yaml(COMPLEMENT)
