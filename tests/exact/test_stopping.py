"""Ctrl-C and too little memory end a search as a limit does: what is settled is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from solvers.exact import Frontier, solve
from solvers.exact.by_sat.proofs import solve_by_clauses
from solvers.exact.counting.count import count_behaviours
from solvers.exact.functions.all_functions import least_steps
from solvers.exact.functions.gate_algebra import any_two_inputs
from solvers.stopping.ctrl_c import answer, asked_to_end, ended_by_ctrl_c
from solvers.stopping.limits import Meter
from solvers.suites import find_problem
from theory.kernel.checks.certificates import check

PROBLEMS = ("sorting-5", "gates-any-majority3", "pancakes-5", "set-cover-1")


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def no_memory() -> None:
    raise MemoryError


def at_check(monkeypatch: pytest.MonkeyPatch, number: int, event: Callable[[], None]) -> list[int]:
    """Has the event happen when a search looks at its limits for the so-manieth time."""
    looked, plain = [0], Meter.check

    def look(self: Meter, **sizes: Any) -> None:
        looked[0] += 1
        if looked[0] == number:
            event()
        plain(self, **sizes)

    monkeypatch.setattr(Meter, "check", look)
    return looked


def is_kept(frontier: Frontier, name: str, reason: str) -> None:
    """The frontier says why it ended, and its certificate stands."""
    assert frontier.stopped == reason
    assert len(frontier.lines) == find_problem(name).length + 1
    report = check(frontier.certificate())
    assert report.complete
    least = solve(find_problem(name)).lines
    for line, true in zip(frontier.lines, least, strict=True):
        assert line.at_least <= true.error <= line.error


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize(("event", "reason"), [(ctrl_c, "interrupted"), (no_memory, "memory")])
def test_a_search_that_is_ended_keeps_what_is_settled(
    name: str,
    number: int,
    event: Callable[[], None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        looked = at_check(patch, number, event)
        frontier = solve(find_problem(name))
    if looked[0] >= number:
        is_kept(frontier, name, reason)
    else:
        assert frontier.stopped is None


def test_other_searches_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        at_check(patch, 1, ctrl_c)
        assert count_behaviours(find_problem("sorting-5")).stopped == "interrupted"
    with monkeypatch.context() as patch:
        at_check(patch, 1, ctrl_c)
        found = least_steps(any_two_inputs(), 3, free_complements=True, longest=3)
        assert found.stopped == "interrupted"
    pytest.importorskip("pysat")
    with monkeypatch.context() as patch:
        at_check(patch, 2, ctrl_c)
        frontier = solve_by_clauses(find_problem("gates-any-majority3"))
        assert frontier.stopped == "interrupted"


def test_a_ctrl_c_that_comes_too_late_is_not_lost() -> None:
    with pytest.raises(KeyboardInterrupt), ended_by_ctrl_c():
        ctrl_c()
        assert asked_to_end()
    assert not asked_to_end()


def test_an_answered_ctrl_c_is_done_with() -> None:
    with ended_by_ctrl_c():
        ctrl_c()
        answer()
    assert not asked_to_end()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_ends_at_once() -> None:
    def twice() -> None:
        with ended_by_ctrl_c():
            ctrl_c()
            ctrl_c()
            raise AssertionError

    with pytest.raises(KeyboardInterrupt):
        twice()


def test_blocks_inside_one_another_are_one() -> None:
    with ended_by_ctrl_c():
        with ended_by_ctrl_c():
            ctrl_c()
        assert asked_to_end()
        answer()
    assert not asked_to_end()
