"""Lower bounds by proof: the formula of each length, written here, is refuted by a proof in LRAT.

    "proofs": [{"length": 1, "below": 1, "lrat": "..."}, ...]

says for each length: no shortest dag with an error below `below` has exactly so many steps. The
checker writes the formula itself (`theory.kernel.checks.cnf`), so that a proof can be about nothing
else. A frontier whose line L claims `at_least` b > 0 needs a proof for every length 1 .. L with
`below` at least b; the empty dag is looked at directly. For: a shortest dag with an error below b
would have one of these lengths.

`lrat` is the proof's text, compressed by zlib, in base 85. It may be `MAX_TEXT` characters long
and unfold to at most `MAX_PROOF` bytes.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Iterator
from typing import Any

from theory.kernel.checks.boolean_steps import check_supported
from theory.kernel.checks.cnf import empty_dag, encode
from theory.kernel.checks.lrat import check_lrat
from theory.kernel.errors import CertificateError, OutOfLimitsError
from theory.kernel.language.exact import Error, error_text
from theory.kernel.problems.problem import Problem

MAX_TEXT = 100_000_000
MAX_PROOF = 400_000_000
PIECE = 1_000_000  # bytes unfolded at a time

_FIELDS = {"length", "below", "lrat"}


def unpack(text: Any, where: str) -> Iterator[str]:
    """The lines of the text that was packed, piece by piece.

    Raises:
        CertificateError: `damaged-proof`, `too-large`.
    """
    if not isinstance(text, str):
        raise CertificateError("damaged-proof", "a proof is packed text", where)
    if len(text) > MAX_TEXT:
        raise CertificateError("too-large", f"more than {MAX_TEXT} characters", where)
    reader, size, rest = zlib.decompressobj(), 0, ""
    try:
        data = base64.b85decode(text)
        while not reader.eof:
            piece = reader.decompress(data, PIECE)
            data = reader.unconsumed_tail
            size += len(piece)
            if size > MAX_PROOF or (not piece and not reader.eof and not data):
                break
            lines = (rest + piece.decode("ascii")).split("\n")
            rest = lines.pop()
            yield from lines
    except (ValueError, zlib.error):
        message = "the packed text is damaged: it is not base 85, or not what zlib wrote"
        raise CertificateError("damaged-proof", message, where) from None
    if size > MAX_PROOF:
        raise CertificateError("too-large", f"unfolds to more than {MAX_PROOF} bytes", where)
    if not reader.eof or reader.unused_data:
        raise CertificateError("damaged-proof", "the packed text is cut or has more behind", where)
    if rest:
        yield rest


def check_proofs(problem: Problem, bounds: list[Error], proofs: Any) -> tuple[str, bool]:
    """Checks the lower bounds, which do not increase; a note and whether time sufficed.

    Raises:
        CertificateError: `lower-bound`, where the empty dag is below its bound; `missing-proof`,
            `bad-fields`, `bad-proof`, `damaged-proof`, `too-large`.
        ProblemError: `not-boolean` where the problem has no formula.
    """
    needed = max((k for k, bound in enumerate(bounds) if bound > 0), default=-1)
    if not isinstance(proofs, list):
        raise CertificateError("bad-fields", "proofs is a list", "proofs")
    if len(proofs) != max(needed, 0):
        message = f"lengths 1 to {needed} need a proof each; there are {len(proofs)} proofs"
        raise CertificateError("missing-proof", message, "proofs")
    if needed < 0:
        return "no lower bound above 0 is claimed", True
    check_supported(problem)
    least = problem.error(empty_dag(problem))
    if least < bounds[0]:
        message = f"a sequence of no steps has error {error_text(least)}"
        raise CertificateError(
            "lower-bound", f"{message}, below {error_text(bounds[0])}", "frontier[0]"
        )
    added = clauses = 0
    for length, proof in enumerate(proofs, 1):
        where = f"proofs[{length - 1}]"
        below = _below(proof, length, bounds[length], where)
        formula = encode(problem, length, below)
        lines = unpack(proof["lrat"], f"{where}.lrat")
        try:
            added += check_lrat(formula.clauses, lines, f"{where}.lrat")
        except OutOfLimitsError as error:
            return f"the lower bound from length {length} on ({error.message})", False
        clauses += len(formula.clauses)
    return f"lower bound proved ({clauses:,} clauses refuted by {added:,} steps)", True


def _below(proof: Any, length: int, bound: Error, where: str) -> int:
    """The error that the proof of this length must refute; at least the bound."""
    if not isinstance(proof, dict) or set(proof) != _FIELDS:
        raise CertificateError("bad-fields", "a proof has length, below and lrat", where)
    if type(proof["length"]) is not int or proof["length"] != length:
        message = f"expected the proof for length {length}"
        raise CertificateError("missing-proof", message, f"{where}.length")
    below = proof["below"]
    if type(below) is not int or bound == math.inf or below < bound:
        message = f"the claimed bound is {error_text(bound)}; below must be at least that"
        raise CertificateError("missing-proof", message, f"{where}.below")
    return below
