"""Checks that clauses contradict each other, from a proof in LRAT format.

A line of the proof either adds a clause or deletes some:

    ID LITERAL ... 0 HINT ... 0
    ID d CLAUSE ... 0

The clauses given are numbered from 1; every added clause has a greater number than all before. An
added clause must follow by *reverse unit propagation*: suppose all its literals false; then each
clause named as a hint has at most one literal left that is not false, which becomes true, and in
the last one none is left. The proof ends with the empty clause. (L. Cruz-Filipe et al., CADE 2017;
the hints of the rule RAT, which are negative, are not accepted: nothing here needs them.)

The time is linear in the literals of the clauses that the hints name. What is trusted is the loop
in `check_lrat`: an accepted clause is a consequence of those before it, so clauses from which the
empty one follows have no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from theory.kernel.deadline import tick
from theory.kernel.errors import CertificateError, OutOfLimitsError

REASON = "bad-proof"
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,8}")  # other checkers keep 32 bits
MAX_LITERALS = 20_000_000  # of the clauses that are kept at a time


def check_lrat(clauses: Iterable[Iterable[int]], proof: Iterable[str], where: str = "proof") -> int:
    """Checks a refutation of the clauses; how many clauses it added.

    Args:
        proof: the lines of the proof.
        where: for errors, which name the line too.

    Raises:
        CertificateError: `bad-proof`, where the proof is malformed, a step does not follow, or the
            empty clause is not reached.
        OutOfLimitsError: at the deadline, or when more than `MAX_LITERALS` would be kept.
    """
    known = {k: frozenset(clause) for k, clause in enumerate(clauses, 1)}
    newest, added = len(known), 0
    kept = sum(map(len, known.values()))
    ended = False
    for number, line in enumerate(proof, 1):
        tick()
        if ended:
            message = "there is more after the empty clause"
            raise CertificateError(REASON, message, f"{where}: line {number}")
        place = f"{where}: line {number}"
        words = line.split()
        if words[1:2] == ["d"]:
            for k in _numbers([words[0], *words[2:]], place, zeros=1)[1:-1]:
                gone = known.pop(k, None)
                if gone is None:
                    raise CertificateError(REASON, f"there is no clause {k} to delete", place)
                kept -= len(gone)
            continue
        numbers = _numbers(words, place, zeros=2)
        name, end = numbers[0], numbers.index(0)
        if name <= newest:
            message = f"clause {name} is not numbered above {newest}"
            raise CertificateError(REASON, message, place)
        clause = frozenset(numbers[1:end])
        false = set(clause)
        for hint in numbers[end + 1 : -1]:
            if hint not in known:
                message = f"hint {hint} is no clause there is at this point"
                raise CertificateError(REASON, message, place)
            tick()
            left = known[hint] - false
            if len(left) > 1:
                message = f"hint {hint} has {len(left)} literals left that are not false"
                raise CertificateError(REASON, message, place)
            if not left:
                break
            (literal,) = left
            false.add(-literal)
        else:
            raise CertificateError(REASON, "the hints end without a contradiction", place)
        known[name] = clause
        newest, added, kept = name, added + 1, kept + len(clause)
        if kept > MAX_LITERALS:
            raise OutOfLimitsError("memory", f"the proof keeps more than {MAX_LITERALS} literals")
        ended = not clause
    if ended:
        return added
    raise CertificateError(REASON, "the proof ends without the empty clause", where)


def _numbers(words: list[str], where: str, zeros: int) -> list[int]:
    """The numbers of a line that begins with a positive one, holds `zeros` zeros, and ends in 0."""
    try:
        if not all(_NUMBER.fullmatch(word) for word in words):
            raise ValueError
        numbers = list(map(int, words))
    except ValueError:
        raise CertificateError(REASON, "a line consists of numbers", where) from None
    if len(numbers) <= zeros or numbers[0] < 1 or numbers[-1] != 0 or numbers.count(0) != zeros:
        message = "a line is: number, literals, 0, hints, 0; or: number, d, numbers, 0"
        raise CertificateError(REASON, message, where)
    return numbers
