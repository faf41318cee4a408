"""Certificates with damaged or misplaced proofs, each refused for the right reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

import pytest

from solvers.exact.by_sat.proofs import solve_by_clauses
from tests.support.boolean_problems import any_two_input, function_problem
from theory.formats.certificates import pack
from theory.kernel.checks.certificates import check
from theory.kernel.checks.proofs import unpack
from theory.kernel.errors import CertificateError

pytest.importorskip("pysat.solvers")

Data = dict[str, Any]


@lru_cache(maxsize=4)
def _certificate(table: int) -> Data:
    return solve_by_clauses(function_problem(table, 4, any_two_input(), 4)).certificate()


def certificate(table: int = 0x7888) -> Data:
    """x0 x1 or x2 x3 needs three gates; a fresh copy of its certificate."""
    return copy.deepcopy(_certificate(table))


def test_the_certificates_themselves_are_accepted() -> None:
    for table in (0x7888, 0x0116):
        report = check(certificate(table))
        assert report.complete
        assert not report.unchecked


def lines(data: Data, k: int) -> list[str]:
    return list(unpack(data["proofs"][k]["lrat"], "p"))


def put(data: Data, k: int, text: list[str]) -> None:
    data["proofs"][k]["lrat"] = pack("\n".join(text) + "\n")


def drop_line(data: Data) -> None:
    put(data, 1, lines(data, 1)[1:])


def drop_last_line(data: Data) -> None:
    put(data, 1, lines(data, 1)[:-1])


def only_the_empty_clause(data: Data) -> None:
    put(data, 1, ["100000 0 1 0"])


def later_hint(data: Data) -> None:
    text = lines(data, 1)
    words = text[0].split()
    words[-2] = text[1].split()[0]
    put(data, 1, [" ".join(words), *text[1:]])


def negative_hint(data: Data) -> None:
    text = lines(data, 1)
    words = text[-1].split()
    words[-2] = f"-{words[-2]}"
    put(data, 1, [*text[:-1], " ".join(words)])


def hint_missing(data: Data) -> None:
    text = lines(data, 1)
    words = text[-1].split()
    put(data, 1, [*text[:-1], " ".join([*words[:-2], "0"])])


def proofs_exchanged(data: Data) -> None:
    first, second = data["proofs"][:2]
    first["lrat"], second["lrat"] = second["lrat"], first["lrat"]


def proof_of_another_function(data: Data) -> None:
    data["proofs"][1]["lrat"] = certificate(0x0116)["proofs"][1]["lrat"]


def packed_text_damaged(data: Data) -> None:
    text = data["proofs"][0]["lrat"]
    data["proofs"][0]["lrat"] = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]


def packed_text_cut(data: Data) -> None:
    data["proofs"][0]["lrat"] = data["proofs"][0]["lrat"][:-10]


def packed_text_no_text(data: Data) -> None:
    data["proofs"][0]["lrat"] = 5


def proof_missing(data: Data) -> None:
    data["proofs"].pop()


def proof_too_many(data: Data) -> None:
    data["proofs"].append(data["proofs"][-1])


def relabelled_length(data: Data) -> None:
    data["proofs"][1]["length"] = 3


def below_lowered(data: Data) -> None:
    data["proofs"][0]["below"] -= 1


def below_raised(data: Data) -> None:
    data["proofs"][0]["below"] += 1


def bound_raised_beyond_the_proof(data: Data) -> None:
    """A line claims the error of the line before, witness included: the proof is about less."""
    data["frontier"][1] = {**data["frontier"][0], "length": 1}


def bound_and_proof_raised(data: Data) -> None:
    bound_raised_beyond_the_proof(data)
    data["proofs"][0]["below"] = int(data["frontier"][0]["error"])


def length_claimed_without_proof(data: Data) -> None:
    """Three gates suffice; the certificate says that they do not."""
    data["frontier"][3] = {**data["frontier"][2], "length": 3}


def length_claimed_with_an_old_proof(data: Data) -> None:
    length_claimed_without_proof(data)
    data["proofs"].append({**data["proofs"][-1], "length": 3})


def no_steps_bound(data: Data) -> None:
    data["frontier"][0]["at_least"] = "1000"


def odd_field(data: Data) -> None:
    data["proofs"][0]["comment"] = "x"


def proofs_left_out(data: Data) -> None:
    del data["proofs"]


def level_lowered_but_proofs_left(data: Data) -> None:
    data["evidence"] = "attested"


def proofs_no_list(data: Data) -> None:
    data["proofs"] = {}


def target_changed(data: Data) -> None:
    """Another sample wanted: the formula is another one (and the witnesses are wrong too)."""
    rows = data["problem"]["target"]["samples"]
    rows[3][1] = [not rows[3][1][0]]


CASES: list[tuple[Callable[[Data], None], str, str]] = [
    (drop_line, "bad-proof", "proofs[1].lrat"),
    (drop_last_line, "bad-proof", "proofs[1].lrat"),
    (only_the_empty_clause, "bad-proof", "proofs[1].lrat: line 1"),
    (later_hint, "bad-proof", "proofs[1].lrat: line 1"),
    (negative_hint, "bad-proof", "proofs[1].lrat"),
    (hint_missing, "bad-proof", "proofs[1].lrat"),
    (proofs_exchanged, "bad-proof", "proofs[0].lrat"),
    (proof_of_another_function, "bad-proof", "proofs[1].lrat"),
    (packed_text_damaged, "damaged-proof", "proofs[0].lrat"),
    (packed_text_cut, "damaged-proof", "proofs[0].lrat"),
    (packed_text_no_text, "damaged-proof", "proofs[0].lrat"),
    (proof_missing, "missing-proof", "proofs"),
    (proof_too_many, "missing-proof", "proofs"),
    (relabelled_length, "missing-proof", "proofs[1].length"),
    (below_lowered, "missing-proof", "proofs[0].below"),
    (below_raised, "bad-proof", "proofs[0].lrat"),
    (bound_raised_beyond_the_proof, "missing-proof", "proofs[0].below"),
    (bound_and_proof_raised, "bad-proof", "proofs[0].lrat"),
    (length_claimed_without_proof, "missing-proof", "proofs"),
    (length_claimed_with_an_old_proof, "bad-proof", "proofs[2].lrat"),
    (no_steps_bound, "lower-bound", "frontier[0]"),
    (odd_field, "bad-fields", "proofs[0]"),
    (proofs_left_out, "bad-evidence", "evidence"),
    (level_lowered_but_proofs_left, "bad-fields", ""),
    (proofs_no_list, "bad-fields", "proofs"),
    (target_changed, "witness", "frontier[0].sequence"),
]


@pytest.mark.parametrize(("change", "reason", "where"), CASES)
def test_a_changed_certificate_is_refused(
    change: Callable[[Data], None], reason: str, where: str
) -> None:
    data = certificate()
    change(data)
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, caught.value
    assert caught.value.where.startswith(where), caught.value


def test_a_literal_turned_round_is_refused_unless_the_proof_still_holds() -> None:
    """Each literal of a proof in turn; a turned one seldom leaves a valid proof, and no other."""
    rng = Random(3)
    refused = tried = 0
    text = lines(certificate(), 1)
    for k in rng.sample(range(len(text)), k=min(12, len(text))):
        words = text[k].split()
        if words[1] == "0":
            continue
        data = certificate()
        words[1] = words[1][1:] if words[1].startswith("-") else f"-{words[1]}"
        put(data, 1, [*text[:k], " ".join(words), *text[k + 1 :]])
        tried += 1
        reason = "accepted"
        try:
            check(data)
        except CertificateError as error:
            reason = error.reason
        assert reason in ("bad-proof", "accepted")
        refused += reason == "bad-proof"
    assert tried >= 8
    assert refused >= tried - 1
