"""Chain searches that stop are saved, go on, and hand over to other engines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from solvers.cli import app
from solvers.exact import Frontier, Limits, solve
from solvers.exact.chains import chain
from solvers.exact.frontiers import checkpoints
from solvers.suites import find_problem
from tests.support.engines import addition_chain
from theory.kernel.checks.certificates import check_file
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem

SIX = [57, 52, 46, 41, 35, 30, 24, 18, 10, 6, 4, 2, 0]


def honest(problem: Problem, found: Frontier, true: list[int]) -> None:
    for line, error in zip(found.lines, true, strict=True):
        assert line.at_least <= error <= line.error
        assert line.sequence is not None
        assert len(line.sequence) <= line.length
        assert problem.error(line.sequence) == line.error


def errors(found: Frontier) -> list[object]:
    assert all(line.exact for line in found.lines)
    return [line.error for line in found.lines]


@pytest.mark.parametrize("name", ["sorting-5", "pancakes-6", "set-cover-1"])
@pytest.mark.parametrize("states", [1, 60, 400])
def test_a_search_goes_on_where_it_stopped(tmp_path: Path, name: str, states: int) -> None:
    problem = find_problem(name, length=6)
    path = tmp_path / "saved.npz"
    whole = solve(problem)
    first = solve(problem, Limits(states=states), checkpoint=path)
    assert first.stopped == "states"
    assert path.exists()
    second = solve(problem, checkpoint=path)
    assert second.stopped is None
    assert errors(second) == errors(whole)
    size = min(len(second.counts), len(whole.counts))  # `states` makes the last layer too
    assert second.counts[:size] == whole.counts[:size]
    honest(problem, second, errors(whole))  # type: ignore[arg-type]


def test_stopping_many_times_changes_nothing(tmp_path: Path) -> None:
    problem = find_problem("sorting-5", length=7)
    path = tmp_path / "saved.npz"
    for states in (5, 20, 60, 200, 700):
        found = solve(problem, Limits(states=states), checkpoint=path)
        assert found.stopped == "states"
    assert errors(solve(problem, checkpoint=path)) == errors(solve(problem))


def test_the_search_by_subsumption_goes_on_where_it_stopped(tmp_path: Path) -> None:
    problem = find_problem("sorting-7")
    path = tmp_path / "saved.npz"
    first = solve(problem, Limits(states=300), least_length=True, checkpoint=path)
    assert first.stopped == "states"
    second = solve(problem, least_length=True, checkpoint=path)
    whole = solve(problem, least_length=True)
    assert second.counts == whole.counts
    assert [line.at_least for line in second.lines] == [line.at_least for line in whole.lines]
    assert second.best.length == 16
    # The file says which search it belongs to.
    assert solve(problem, checkpoint=path).best.length == 16


def test_a_longer_search_may_go_on_from_a_shorter_one(tmp_path: Path) -> None:
    path = tmp_path / "saved.npz"
    solve(find_problem("sorting-5", length=6), Limits(states=300), checkpoint=path)
    longer = find_problem("sorting-5", length=9)
    assert errors(solve(longer, checkpoint=path)) == errors(solve(longer))


def test_checkpoints_of_others_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    problem = find_problem("sorting-5")
    path = tmp_path / "saved.npz"
    solve(problem, Limits(states=300), checkpoint=path)
    for other in (find_problem("sorting-4"), replace(problem, outputs=problem.outputs[:2],
                  target=replace(problem.target, rows=tuple(replace(r, outputs=r.outputs[:2])
                  for r in problem.rows())))):  # fmt: skip
        with pytest.raises(ProblemError, match="belongs to another problem") as caught:
            solve(other, checkpoint=path)
        assert caught.value.reason == "other-problem"
    short = find_problem("sorting-5", length=1)
    with pytest.raises(ProblemError, match="has come to length"):
        solve(short, checkpoint=path)
    whole = path.read_bytes()
    for damaged in (b"", b"not a checkpoint", whole[: len(whole) // 2], _flipped(whole)):
        path.write_bytes(damaged)
        with pytest.raises(ProblemError, match="is damaged") as caught:
            solve(problem, checkpoint=path)
        assert caught.value.reason == "bad-checkpoint"
        assert str(path) in str(caught.value)


def _flipped(data: bytes) -> bytes:
    """One byte changed, in the middle of the saved arrays."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]


def test_the_least_length_alone_is_for_chains() -> None:
    with pytest.raises(ProblemError, match="is for chains") as caught:
        solve(addition_chain(5, 3), least_length=True)
    assert caught.value.reason == "not-a-chain"


def test_a_dag_search_goes_on_from_settled_lengths(tmp_path: Path) -> None:
    problem = addition_chain(23, 6)
    whole = solve(problem)
    path = tmp_path / "saved.json"
    said: list[str] = []

    def interrupt(text: str) -> None:
        said.append(text)
        if "length 3" in text:
            raise KeyboardInterrupt

    first = solve(problem, progress=interrupt, checkpoint=path)
    assert first.stopped == "interrupted"
    assert not first.lines[6].exact
    said.clear()
    second = solve(problem, progress=said.append, checkpoint=path)
    assert "length 4" in said[0], "lengths up to 3 are not searched again"
    assert errors(second) == errors(whole)
    with pytest.raises(ProblemError, match="belongs to another problem"):
        solve(addition_chain(22, 6), checkpoint=path)
    path.write_text(path.read_text().replace('"error": "1"', '"error": "0"', 1))
    with pytest.raises(ProblemError) as caught:
        solve(problem, checkpoint=path)
    assert caught.value.reason == "bad-checkpoint"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    return result.exit_code, result.output


def test_the_command_saves_and_goes_on(tmp_path: Path) -> None:
    saved, out = tmp_path / "s.npz", tmp_path / "c.json"
    words = ("solve", "sorting-5", "--resume", saved, "--out", out)
    code, text = run(*words, "--max-states", 100)
    assert code == 3
    assert f"search saved in {saved}" in text
    assert "the least length with it is >= " in text
    code, text = run(*words)
    assert code == 0
    assert "OPTIMAL, recounted" in text
    saved.write_bytes(b"something else")
    code, text = run(*words)
    assert code == 2
    assert text.count("\n") == 1
    assert f"sheffer: {saved}: is damaged" in text


def test_the_command_finds_the_least_length(tmp_path: Path) -> None:
    out = tmp_path / "c.json"
    code, text = run("solve", "sorting-7", "--least-length", "--recount", 0, "--out", out)
    assert code == 0
    assert "sets up to subsumption under S7, layers 1, 1, 3, 7, 19" in text
    assert "error 0 at length 16" in text
    report = check_file(out)
    assert report.unchecked[0].startswith("the lower bound ('sets up to subsumption")


def test_a_large_search_goes_on_by_subsumption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "LARGE", 500)
    problem = find_problem("sorting-6")
    found = solve(problem, Limits(states=20_000))
    assert found.stopped is None
    assert (found.best.error, found.best.length) == (0, 12)
    assert found.shortest
    assert "subsumption under S6" in found.evidence_note
    exact = [line.length for line in found.lines if line.exact]
    assert exact[:4] == [0, 1, 2, 3], "the multisets settled these"
    assert all(line.at_least >= 1 for line in found.lines[:12])
    honest(problem, found, SIX)


def test_a_large_search_with_one_sample_goes_on_over_packed_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = find_problem("pancakes-6")
    whole = solve(problem)
    monkeypatch.setattr(chain, "LARGE_STATES", 100)
    found = solve(problem)
    assert (whole.engine, found.engine) == ("chain", "states")
    assert errors(found) == errors(whole)


def test_a_search_over_packed_states_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    problem = find_problem("pancakes-6")
    whole = solve(problem)
    monkeypatch.setattr(chain, "LARGE_STATES", 100)
    path = tmp_path / "saved.npz"
    first = solve(problem, Limits(states=500), checkpoint=path)
    assert (first.engine, first.stopped) == ("states", "states")
    second = solve(problem, checkpoint=path)
    assert (second.engine, second.stopped) == ("states", None)
    assert errors(second) == errors(whole)
    assert sum(second.counts) <= 720


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_an_interrupted_search_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: int
) -> None:
    monkeypatch.setattr(chain, "LARGE_STATES", 100)
    for name, options in (
        ("pancakes-6", {}), ("sorting-5", {}), ("sorting-6", {"least_length": True}),
    ):  # fmt: skip
        problem = find_problem(name)
        path = tmp_path / f"{name}.npz"
        said: list[str] = []

        def progress(text: str, said: list[str] = said) -> None:
            said.append(text)
            if len(said) == lines:
                raise KeyboardInterrupt

        first = solve(problem, progress=progress, checkpoint=path, **options)  # type: ignore[arg-type]
        assert first.stopped == "interrupted"
        second = solve(problem, checkpoint=path, **options)  # type: ignore[arg-type]
        whole = solve(problem, **options)  # type: ignore[arg-type]
        assert [(line.error, line.at_least) for line in second.lines] == [
            (line.error, line.at_least) for line in whole.lines
        ]


def test_a_stopped_search_completes_greedily() -> None:
    problem = find_problem("sorting-6")
    found = solve(problem, Limits(states=2000))
    assert found.stopped == "states"
    honest(problem, found, SIX)
    assert not found.shortest, "zero is found at once, but shorter lengths are not ruled out"
    settled = [line.error for line in found.lines if line.exact and line.error > 0]
    assert found.lines[-1].error < min(settled) / 2


def test_progress_says_the_bounds() -> None:
    said: list[str] = []
    solve(find_problem("sorting-4"), progress=said.append)
    assert said[0].startswith("least error 8 at length 1;")
    said.clear()
    solve(find_problem("sorting-4"), progress=said.append, least_length=True)
    assert said[0].startswith("least error <= 10, >= 1 at length 1;")


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _compressed_twice(data: bytes) -> bytes:
    """The same entries, packed: they might unfold to any size."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, old.read(entry))
    return out.getvalue()


def _method(data: bytes) -> bytes:
    """A way of packing that there is not."""
    place = data.index(b"PK\x01\x02") + 10
    return data[:place] + b"\x63\x00" + data[place + 2 :]


def _signed(data: bytes, **changed: object) -> bytes:
    """With other arrays, and the digest that belongs to them."""
    with np.load(io.BytesIO(data)) as file:
        found = {name: file[name] for name in file.files}
    text, _ = str(found.pop("header")), found.pop("digest")
    found |= {f"a_{name}": np.asarray(value) for name, value in changed.items()}
    arrays = {name.removeprefix("a_"): array for name, array in found.items()}
    out = io.BytesIO()
    digest = checkpoints._digest(text, arrays)
    np.savez(out, header=np.array(text), digest=np.array(digest), **found)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda _: b"", "is damaged"),
        (_truncated, "is damaged"),
        (_method, "it is packed"),
        (_compressed_twice, "it is packed"),
        (lambda data: data[:3000] + b"\x00\x01" + data[3002:], "is damaged"),
        (lambda data: _signed(data, points=np.zeros(3)), "points is not an array of type int32"),
        (lambda data: _signed(data, parents=np.full(66, 70, "<i4")), "begin with the start"),
        (lambda data: _signed(data, boundary=np.array([3, 11, 66, 99, 33])), "its boundary"),
        (lambda data: _signed(data, offsets=np.arange(67)), "its offsets do not rise"),
        (lambda data: _signed(data, moves=np.full(66, 10**6, "<i4")), "does not have"),
        (lambda data: _signed(data, more=np.arange(3)), "other arrays"),
    ],
)
def test_a_damaged_file_is_refused_in_a_line(
    tmp_path: Path, damage: Callable[[bytes], bytes], says: str
) -> None:
    problem = find_problem("sorting-5", length=6)
    path = tmp_path / "saved.npz"
    solve(problem, Limits(states=60), checkpoint=path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ProblemError) as caught:
        solve(problem, checkpoint=path)
    assert caught.value.reason == "bad-checkpoint"
    assert caught.value.where == str(path)
    assert says in caught.value.message
