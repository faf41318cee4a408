"""A second opinion on what z3 proved: cvc5, given the same SMT-LIB text. Optional."""

from __future__ import annotations

from theory.kernel.deadline import seconds_left
from theory.kernel.language.proving import TIMEOUT_S
from theory.kernel.machines.obligations import Obligation, script


def run_cvc5(text: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """The last line that cvc5 answers to SMT-LIB text; `absent` where it is not installed."""
    try:
        import cvc5
    except ImportError:
        return "absent"
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(max(1, int(seconds_left(timeout_s) * 1000))))
    parser = cvc5.InputParser(solver)
    language = cvc5.InputLanguage.SMT_LIB_2_6
    parser.setStringInput(language, text, "obligation")
    symbols = parser.getSymbolManager()
    answer = ""
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        answer = command.invoke(solver, symbols) or answer
    return str(answer).strip()


def second_opinion(obligation: Obligation, *, timeout_s: float = TIMEOUT_S) -> str:
    """What cvc5 says: `proved`, `refuted` or `unknown`; `absent` where it is not installed."""
    answer = run_cvc5(script(obligation), timeout_s=timeout_s)
    return {"unsat": "proved", "sat": "refuted", "absent": "absent"}.get(answer, "unknown")
