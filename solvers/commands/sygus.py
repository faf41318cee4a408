"""What `sheffer solve` adds for a SyGuS file: the answer as a `define-fun`, and cvc5's opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solvers.commands.common import Exit, console

if TYPE_CHECKING:
    from solvers.exact import Frontier
    from theory.formats.sygus_answers import SygusProblem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said about a SyGuS problem.

    Attributes:
        answer: the `define-fun`, `infeasible` or `fail`.
        solved: whether the answer meets the constraints and is of the grammar.
        opinion: cvc5's `agrees`, `refuted`, `unknown` or `absent`; None where it was not asked.
        note: why there is no answer; empty where there is one.
    """

    answer: str
    solved: bool
    opinion: str | None = None
    note: str = ""

    def exit_code(self, optimal: bool) -> Exit:
        """Refused where cvc5 disagrees, unknown where there is no answer."""
        if self.opinion == "refuted":
            return Exit.REFUSED
        return Exit.OK if self.solved and optimal else Exit.UNKNOWN

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"answer": self.answer, "solved": self.solved, "second_opinion": self.opinion}


def outcome(task: SygusProblem, frontier: Frontier, *, ask: bool) -> Outcome:
    """The outcome of a search; `ask` has cvc5 check the answer against the file's constraints."""
    from theory.formats.sygus_answers import ask_cvc5, contradictory

    best = frontier.best
    if best.error != 0 or best.sequence is None:
        if contradictory(task.problem):
            return Outcome("infeasible", False, note="two examples of an input differ")
        return Outcome("fail", False, note="no answer of this length was found")
    if not task.in_grammar(best.sequence):
        note = f"the grammar generates no sequence of length {best.length} that was found: "
        note += "the shortest one uses its productions where it does not allow them"
        return Outcome("fail", False, note=note)
    answer = task.answer(best.sequence)
    return Outcome(answer, True, ask_cvc5(task, answer) if ask else None)


def show_answer(found: Outcome, *, alone: bool) -> None:
    """Prints the answer, as SyGuS solvers do where it stands `alone`."""
    screen = console()
    if alone:
        text = f"(\n{found.answer}\n)" if found.solved else found.answer
        screen.lines(text)
        return
    words = {
        "agrees": "second opinion: cvc5 agrees that it meets all constraints",
        "refuted": "REFUSED  second opinion: cvc5 finds inputs where it breaks a constraint",
        "unknown": "second opinion: cvc5 did not decide",
        "absent": "second opinion: cvc5 is not installed; pip install 'sheffer[proofs]' brings it",
    }
    lines = [found.answer if found.solved else f"no answer: {found.note}"]
    lines += [words[found.opinion]] if found.opinion else []
    for line in lines:
        screen.lines(line)
