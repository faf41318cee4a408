"""The LRAT checker: small proofs by hand, and every way in which a step can be wrong."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from theory.formats.certificates import pack
from theory.kernel.checks.lrat import check_lrat
from theory.kernel.checks.proofs import unpack
from theory.kernel.deadline import deadline
from theory.kernel.errors import CertificateError, OutOfLimitsError

SQUARE = [(1, 2), (1, -2), (-1, 2), (-1, -2)]
PROOF = "5 1 0 1 2 0\n6 0 5 3 4 0\n"


def refused(clauses: list[tuple[int, ...]], proof: str) -> CertificateError:
    with pytest.raises(CertificateError) as caught:
        check_lrat(clauses, proof.splitlines(), "p")
    assert caught.value.reason == "bad-proof"
    return caught.value


def test_a_small_proof_is_accepted() -> None:
    assert check_lrat(SQUARE, PROOF.splitlines()) == 2
    assert check_lrat(SQUARE, "5 1 0 1 2 0\n5 d 1 2 0\n6 0 5 3 4 0\n".splitlines()) == 2
    assert check_lrat([()], "2 0 1 0\n".splitlines()) == 1
    # A hint given twice changes nothing; numbers may leave gaps.
    assert check_lrat(SQUARE, "7 1 0 1 2 0\n90 0 7 7 3 4 0\n".splitlines()) == 2


@pytest.mark.parametrize(
    ("proof", "message", "line"),
    [
        ("5 1 0 1 2 0\n", "without the empty clause", None),
        ("", "without the empty clause", None),
        ("5 1 0 1 0\n6 0 5 3 4 0\n", "end without a contradiction", 1),
        ("5 2 0 1 2 0\n6 0 5 3 4 0\n", "literals left|end without", 1),
        ("5 1 0 6 2 0\n6 0 5 3 4 0\n", "hint 6 is no clause", 1),
        ("5 1 0 5 0\n6 0 5 3 4 0\n", "hint 5 is no clause", 1),
        ("6 0 1 2 3 4 0\n", "hint 1 has 2 literals left", 1),
        ("4 1 0 1 2 0\n6 0 4 3 4 0\n", "not numbered above 4", 1),
        ("6 1 0 1 2 0\n5 0 6 3 4 0\n", "not numbered above 6", 2),
        ("5 1 0 1 2 0\n5 d 3 0\n6 0 5 3 4 0\n", "hint 3 is no clause", 3),
        ("5 1 0 1 2 0\n5 d 9 0\n6 0 5 3 4 0\n", "no clause 9 to delete", 2),
        ("5 1 0 -1 2 0\n6 0 5 3 4 0\n", "hint -1 is no clause", 1),
        (PROOF + "7 1 0 1 2 0\n", "more after the empty clause", 3),
        ("5 1 1 2 0\n", "a line is", 1),
        ("5 1 0 1 2\n", "a line is", 1),
        ("x 1 0 1 2 0\n", "consists of numbers", 1),
        ("\n" + PROOF, "a line is", 1),
        ("5 d\n", "a line is", 1),
        ("5 1 0 1 0 2\n6 0 5 3 4 0\n", "a line is", 1),
        ("5 1 0 1 2 0\n5 d 1 0 2\n6 0 5 3 4 0\n", "a line is", 2),
        ("0 1 0 1 2 0\n", "a line is", 1),
        ("+5 1 0 1 2 0\n6 0 5 3 4 0\n", "consists of numbers", 1),
        ("5 1_0 0 1 2 0\n6 0 5 3 4 0\n", "consists of numbers", 1),
        ("5 --1 0 1 2 0\n6 0 5 3 4 0\n", "consists of numbers", 1),
    ],
)
def test_a_wrong_step_is_refused_with_its_line(proof: str, message: str, line: int | None) -> None:
    error = refused(SQUARE, proof)
    assert any(m in error.message for m in message.split("|")), error.message
    assert error.where == ("p" if line is None else f"p: line {line}")


def test_the_deadline_ends_the_check() -> None:
    steps = "".join(f"{k} 1 0 1 2 0\n" for k in range(5, 3000))
    with pytest.raises(OutOfLimitsError), deadline(-1):
        check_lrat(SQUARE, (steps + "3000 0 5 3 4 0\n").splitlines())


def test_clauses_are_kept_up_to_a_bound_and_deleted_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = "theory.kernel.checks.lrat.MAX_LITERALS"
    given = sum(map(len, SQUARE))
    monkeypatch.setattr(bound, given + 1)
    assert check_lrat(SQUARE, PROOF.splitlines()) == 2
    monkeypatch.setattr(bound, given)
    with pytest.raises(OutOfLimitsError) as caught:
        check_lrat(SQUARE, PROOF.splitlines())
    assert caught.value.reason == "memory"
    # Clause 5 takes the place of the two that it follows from.
    deleting = "5 1 0 1 2 0\n5 d 1 2 0\n6 1 0 5 0\n7 0 6 3 4 0\n"
    monkeypatch.setattr(bound, given + 1)
    assert check_lrat(SQUARE, deleting.splitlines()) == 3
    monkeypatch.setattr(bound, given)
    with pytest.raises(OutOfLimitsError):
        check_lrat(SQUARE, deleting.splitlines())


def has_model(clauses: list[tuple[int, ...]], variables: int) -> bool:
    return any(
        all(any((x > 0) == values[abs(x) - 1] for x in clause) for clause in clauses)
        for values in product((False, True), repeat=variables)
    )


def test_random_steps_never_refute_what_has_a_model() -> None:
    """The checker is given nonsense, also such as ends in the empty clause: none gets through."""
    rng = Random(1)
    refuted = 0
    for _ in range(3000):
        clauses = [
            tuple(rng.choice((-1, 1)) * rng.randrange(1, 4) for _ in range(rng.randrange(1, 3)))
            for _ in range(rng.randrange(3, 9))
        ]
        lines, known = [], list(range(1, len(clauses) + 1))
        for k in range(rng.randrange(1, 4)):
            literals = [rng.choice((-1, 1)) * rng.randrange(1, 4) for _ in range(k and 1)]
            hints = rng.sample(known, k=min(len(known), rng.randrange(1, 5)))
            name = len(clauses) + len(lines) + 1
            empty = rng.random() < 0.4
            lines.append(" ".join(map(str, [name, *([] if empty else literals), 0, *hints, 0])))
            known.append(name)
        try:
            check_lrat(clauses, lines)
        except CertificateError:
            continue
        refuted += 1
        assert not has_model(clauses, 3)
    assert refuted > 10


def test_packed_text_unfolds_to_itself_and_damage_is_noticed() -> None:
    packed = pack(PROOF)
    assert list(unpack(packed, "p")) == PROOF.splitlines()
    for k in range(len(packed)):
        other = "0" if packed[k] != "0" else "1"
        damaged = packed[:k] + other + packed[k + 1 :]
        with pytest.raises(CertificateError) as caught:
            list(unpack(damaged, "p"))
        assert caught.value.reason == "damaged-proof"
    for bad in (packed[:-5], packed + packed, 7, None, "~~~~~", packed + " "):
        with pytest.raises(CertificateError) as caught:
            list(unpack(bad, "p"))
        assert caught.value.reason == "damaged-proof"


def test_a_long_text_unfolds_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theory.kernel.checks.proofs.PIECE", 64)
    lines = [f"{k} 1 0 1 2 0" for k in range(5, 2000)]
    packed = pack("\n".join(lines))
    assert list(unpack(packed, "p")) == lines
    assert list(unpack(pack("0" * 5000), "p")) == ["0" * 5000]
    for cut in (5, len(packed) // 2, len(packed) - 5):
        with pytest.raises(CertificateError) as caught:
            list(unpack(packed[:cut], "p"))
        assert caught.value.reason == "damaged-proof"


def test_a_text_that_unfolds_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theory.kernel.checks.proofs.MAX_PROOF", 1000)
    with pytest.raises(CertificateError) as caught:
        list(unpack(pack("0" * 100_000), "p"))
    assert caught.value.reason == "too-large"
    monkeypatch.setattr("theory.kernel.checks.proofs.MAX_TEXT", 10)
    with pytest.raises(CertificateError) as caught:
        list(unpack(pack(PROOF), "p"))
    assert caught.value.reason == "too-large"
