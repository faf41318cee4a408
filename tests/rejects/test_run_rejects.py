"""Checkpoints that must be refused: the run starts anew, in one line, whatever the file holds."""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import SEARCHES, Evaluator, RunResult, Space, run
from solvers.searches.memory import Memory
from solvers.searches.saving import checkpoints
from solvers.searches.saving.checkpoints import save
from solvers.searches.saving.plain_data import from_bytes, to_bytes
from solvers.searches.saving.seal import seal, secret
from solvers.studies.identity import stamp
from solvers.studies.jobs import Job
from solvers.studies.study import run_study
from solvers.suites import find_problem
from tests.support.small_studies import spec
from tests.support.toy import nk_landscape
from theory.kernel.errors import ProblemError

HEADER = len(b"sheffer run 2\n") + 65


class StopError(BaseException):
    """Ends a run as a kill would."""


class Hostile:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.path),)


class Undeclared:
    """A search that can only be pickled; it never asks twice for the same."""

    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        self.space, self.rng = space, rng
        self.extra: object = None

    def ask(self, n: int, /) -> np.ndarray:
        return self.space.sample(self.rng, min(n, 5))

    def tell(self, genomes: np.ndarray, errors: np.ndarray, /) -> None:
        pass


class Heir(SEARCHES["genetic"]):  # type: ignore[misc,name-defined]
    """Has more to save than the methods it inherits know of."""

    turns = 0

    def ask(self, n: int, /) -> np.ndarray:
        self.turns += 1
        return super().ask(1 + self.turns % 3)


class Unpicklable(Undeclared):
    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        super().__init__(space, rng)
        self.extra = lambda: None


class Declared:
    """A search of a user with methods of its own, which trust what they get."""

    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        self.space, self.rng, self.best, self.error = space, rng, None, np.inf

    def ask(self, n: int, /) -> np.ndarray:
        genomes = self.space.sample(self.rng, min(n, 5))
        if self.best is not None:
            genomes[:, :2] = self.best[:2]
        return self.space.canonical(genomes)

    def tell(self, genomes: np.ndarray, errors: np.ndarray, /) -> None:
        if errors.min() < self.error:
            self.best, self.error = genomes[errors.argmin()], errors.min()

    def state(self) -> dict[str, Any]:
        return {"best": self.best, "error": self.error}

    def restore(self, state: dict[str, Any], /) -> None:
        self.best, self.error = state["best"], state["error"]


NAME = "tests.rejects.test_run_rejects:{}".format


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@cache
def evaluator_of(search: str) -> Evaluator:
    if search in ("semantic-annealing", "portfolio"):
        return evaluator_for(find_problem("gates-nand-prime4"))
    if search == "gaussian-process":
        return nk_landscape(5, 4, 3, 2)
    return evaluator_for(find_problem("sorting-4", 7))


def go(search: str, file: Path | None, said: list[str] | None = None, every_s: float = 1e9) -> Any:
    return run(
        evaluator_of(search), search, {}, np.random.SeedSequence(3), 120, {"optimum": -1.0}, 8,
        checkpoint=file, checkpoint_s=every_s, say=[].append if said is None else said.append,
    )  # fmt: skip


def stopped(search: str, file: Path, after: int = 5) -> bytes:
    """A run stopped after some checkpoints; the last of them."""
    with pytest.MonkeyPatch.context() as patch:
        left = [after]

        def stop(path: Path, key: str, data: Any) -> None:
            save(path, key, data)
            left[0] -= 1
            if not left[0]:
                raise StopError

        patch.setattr(sys.modules[run.__module__], "save", stop)
        with pytest.raises(StopError):
            go(search, file, every_s=0.0)
    return file.read_bytes()


def forged(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The checkpoint with its data changed and its digest made anew."""
    data: Any = from_bytes(content, HEADER)
    change(data)
    return sealed(b"".join(to_bytes(data)))


def sealed(body: bytes) -> bytes:
    return b"sheffer run 2\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def refused(search: str, file: Path, because: str) -> None:
    """The run starts anew: the same result as ever, and one line that says why."""
    said: list[str] = []
    assert asdict(go(search, file, said)) == asdict(go(search, None))
    assert len(said) == 1
    assert because in said[0]
    assert said[0].endswith("the run starts anew")
    assert "\n" not in said[0]
    assert not file.exists()


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    """Neither a checkpoint of the older format, nor one inside a checkpoint of this."""
    file, trace = tmp_path / "one.run", tmp_path / "trace"
    file.write_bytes(pickle.dumps(Hostile(trace)))
    refused("genetic", file, "another version")
    content = stopped("genetic", file)
    hostile = np.frombuffer(pickle.dumps(Hostile(trace)), dtype=np.uint8)
    for search in ({"pickle": hostile}, {"state": None, "pickle": hostile, "seal": "0" * 64}):
        file.write_bytes(forged(content, lambda data, s=search: data.update(search=s)))
        refused("genetic", file, "does not go on")
    assert not trace.exists()


@pytest.mark.parametrize("search", [NAME("Undeclared"), NAME("Heir")])
def test_a_pickle_without_the_seal_of_this_user_is_not_read(search: str, tmp_path: Path) -> None:
    file, trace = tmp_path / "one.run", tmp_path / "trace"
    content = stopped(search, file)
    hostile = pickle.dumps(Hostile(trace))
    data: Any = from_bytes(content, HEADER)
    own = secret()
    assert own is not None
    of_another_run = seal(own, b"another key", hostile)
    for mark in (data["search"]["seal"], "0" * 64, "", "ö", None, 3, of_another_run):
        for pickled in (np.frombuffer(hostile, dtype=np.uint8), np.zeros(3, np.uint8)):
            state = {"pickle": pickled, "seal": mark}
            file.write_bytes(forged(content, lambda data, s=state: data.update(search=s)))
            refused(search, file, "not known as yours")
    assert not trace.exists()
    file.write_bytes(content)
    said: list[str] = []
    assert go(search, file, said) == go(search, None)
    assert not said


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX owners")
@pytest.mark.parametrize("spoil", ["read", "write", "folder", "owner", "link", "short", "pipe"])
def test_a_secret_in_the_reach_of_others_is_none(
    spoil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, file = NAME("Undeclared"), tmp_path / "one.run"
    content = stopped(search, file)
    path = tmp_path / "config" / "sheffer" / "checkpoints.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.stat().st_size == 32
    if spoil in ("read", "write"):
        path.chmod(0o640 if spoil == "read" else 0o620)
    elif spoil == "folder":
        path.parent.chmod(0o770)
    elif spoil == "owner":
        owner = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    elif spoil == "link":
        path.rename(tmp_path / "key")
        path.symlink_to(tmp_path / "key")
    elif spoil == "short":
        path.write_bytes(b"")
    else:
        path.unlink()
        os.mkfifo(path, 0o600)
    assert secret() is None
    refused(search, file, "not known as yours")
    said: list[str] = []
    go(search, file, said, every_s=0.0)
    assert len(said) == 1
    assert "no place for a secret" in said[0]
    assert not file.exists()
    assert content


def test_the_secret_of_another_machine_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.run"
    stopped(NAME("Undeclared"), file)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    refused(NAME("Undeclared"), file, "not known as yours")


def test_without_a_place_for_a_secret_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    assert secret() is None
    said: list[str] = []
    assert go(NAME("Undeclared"), tmp_path / "one.run", said, 0.0) == go(NAME("Undeclared"), None)
    assert len(said) == 1
    assert "no place for a secret" in said[0]


def test_a_search_that_cannot_be_pickled_is_not_saved(tmp_path: Path) -> None:
    file, said = tmp_path / "one.run", list[str]()
    assert go(NAME("Unpicklable"), file, said, 0.0) == go(NAME("Unpicklable"), None)
    assert said == [said[0]]
    assert "cannot be pickled" in said[0]
    assert not file.exists()


@pytest.mark.parametrize(
    "damage",
    [
        ("another version", lambda content: b""),
        ("another version", lambda content: b"half a pick"),
        ("another version", lambda content: content.replace(b"run 2", b"run 3", 1)),
        ("damaged", lambda content: content[:-1]),
        ("damaged", lambda content: content + b"\0"),
        ("damaged", lambda content: content[:HEADER]),
        ("another run's", lambda content: forged(content, lambda data: data.update(key="0" * 64))),
        ("another run's", lambda content: forged(content, lambda data: data.pop("key"))),
        ("not go on", lambda content: sealed(b"")),
        ("not go on", lambda content: sealed(b"[" * 10**6 + b"\n")),
        ("not go on", lambda content: sealed(b'{"map": ' * 10**5 + b"1\n")),
        ("not go on", lambda content: sealed(b"9" * 10**5 + b"\n")),
        ("not go on", lambda content: sealed(b'{"array": ["<i8", 1099511627776]}\n')),
        ("not go on", lambda content: sealed(b'{"array": ["<i8", 0, 1e9]}\n')),
        ("not go on", lambda content: sealed(b'{"array": ["|O", 1]}\n12345678')),
        ("not go on", lambda content: sealed(b'{"array": ["|b1", 1]}\n\x02')),
        ("not go on", lambda content: sealed(content[HEADER:] + b"\0")),
    ],
)
def test_what_is_no_checkpoint_of_the_run_is_refused(damage: Any, tmp_path: Path) -> None:
    because, change = damage
    file = tmp_path / "one.run"
    file.write_bytes(change(stopped("genetic", file)))
    refused("genetic", file, because)


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one.run"
    with file.open("wb") as sparse:
        sparse.truncate(2**40)
    refused("genetic", file, "more than 536870912 bytes")
    monkeypatch.setattr(checkpoints, "MOST_BYTES", 1000)
    said: list[str] = []
    go("genetic", file, said, 0.0)
    assert said == ["the run is not saved meanwhile: it has more than 1000 bytes"]


def test_what_has_the_name_of_a_checkpoint_and_is_no_file_is_left_alone(tmp_path: Path) -> None:
    file, said = tmp_path / "one.run", list[str]()
    file.mkdir()
    assert go("genetic", file, said, 0.0) == go("genetic", None)
    assert said == ["the run is not saved meanwhile: something else has its name"]


@pytest.mark.parametrize("search", ["annealing", NAME("Undeclared")])
def test_changed_bytes_are_refused(search: str, tmp_path: Path) -> None:
    file = tmp_path / "one.run"
    content = stopped(search, file)
    expected = go(search, None)
    draw = random.Random(5)
    for _ in range(150):
        changed = bytearray(content)
        for _ in range(draw.choice((1, 1, 3))):
            place = draw.randrange(len(changed))
            if draw.random() < 0.2:
                del changed[place : place + draw.randrange(1, 9)]
            else:
                changed[place] ^= 1 << draw.randrange(8)
        file.write_bytes(changed)
        said: list[str] = []
        assert go(search, file, said) == expected
        assert len(said) == (bytes(changed) != content)


def values(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values that are no mapping and no list."""
    if isinstance(data, dict):
        return [p for key, value in data.items() for p in values(value, (*path, key))]
    if isinstance(data, list):
        return [p for k, value in enumerate(data) for p in values(value, (*path, k))]
    return [path]


def put(data: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


def get(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


STATE = ("search", "state")
FORGERIES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("genetic", (*STATE, "genomes"), lambda a: a + 100),
    ("genetic", (*STATE, "genomes"), lambda a: a - 100),
    ("genetic", (*STATE, "genomes"), lambda a: a.astype(np.int64)),
    ("genetic", (*STATE, "genomes"), lambda a: a[:, :-1]),
    ("genetic", (*STATE, "genomes"), lambda a: a[:0]),
    ("genetic", (*STATE, "errors"), lambda a: a[:-1]),
    ("genetic", (*STATE, "errors"), lambda a: a * np.nan),
    ("genetic", (*STATE, "gate", "seen", "rows"), lambda a: a + 2**63),
    ("genetic", (*STATE, "gate", "seen", "rows"), lambda a: np.concatenate([a, a])),
    ("genetic", (*STATE, "gate", "seen", "rows"), lambda a: a[:, :0]),
    ("genetic", (*STATE, "gate"), lambda a: 3),
    ("genetic", (*STATE, "missing"), lambda a: 10**6),
    ("genetic", (*STATE, "missing"), lambda a: True),
    ("genetic", (*STATE, "stagnant"), lambda a: 2**70),
    ("genetic", ("generator", "inc"), lambda a: a + 2),
    ("genetic", ("generator", "state"), lambda a: 2**128),
    ("genetic", ("generator", "has_uint32"), lambda a: 2),
    ("genetic", ("generator", "uinteger"), lambda a: -1),
    ("genetic", ("best_genome",), lambda a: a + 100),
    ("genetic", ("times",), lambda a: a[::-1]),
    ("genetic", ("errors",), lambda a: a * np.nan),
    ("genetic", ("whole",), lambda a: 10**9),
    ("genetic", ("hits",), lambda a: {}),
    ("genetic", ("hits", "optimum"), lambda a: 0),
    ("genetic", ("seen", "rows"), lambda a: np.concatenate([a, a + 1])),
    ("annealing", (*STATE, "known"), lambda a: a[:-1]),
    ("annealing", (*STATE, "turn"), lambda a: 32),
    ("annealing", (*STATE, "genomes"), lambda a: a[:1]),
    ("regularised-evolution", (*STATE, "oldest"), lambda a: a + 1),
    ("regularised-evolution", (*STATE, "alive"), lambda a: 51),
    ("local-search", (*STATE, "order"), lambda a: a + 1),
    ("local-search", (*STATE, "order"), lambda a: a * 0),
    ("local-search", (*STATE, "position"), lambda a: 10**6),
    ("local-search", (*STATE, "kicks_left"), lambda a: 10**6),
    ("cooperative", (*STATE, "turn"), lambda a: 3),
    ("cooperative", (*STATE, "members", 0), lambda a: a + 100),
    ("cooperative", (*STATE, "members"), lambda a: a[:-1]),
    ("competitive", (*STATE, "tests"), lambda a: a + 16),
    ("competitive", (*STATE, "tests"), lambda a: a[:0]),
    ("competitive", (*STATE, "order"), lambda a: np.array([-1])),
    ("competitive", (*STATE, "champion"), lambda a: 10**6),
    ("competitive", (*STATE, "phase"), lambda a: 3),
    ("random", (*STATE, "next"), lambda a: 2**40),
    ("gaussian-process", (*STATE, "members"), lambda a: a + 10**6),
    ("gaussian-process", (*STATE, "members"), lambda a: a * 0),
    ("gaussian-process", (*STATE, "places"), lambda a: np.array([-1])),
    ("gaussian-process", (*STATE, "rho"), lambda a: 1.5),
    ("semantic-annealing", (*STATE, "asked"), lambda a: 64),
    ("semantic-annealing", (*STATE, "asked"), lambda a: -2),
    ("semantic-annealing", (*STATE, "place"), lambda a: 65),
    ("semantic-annealing", (*STATE, "keys"), lambda a: a[:-1]),
    ("semantic-annealing", (*STATE, "proposals"), lambda a: a + 100),
    ("semantic-annealing", (*STATE, "level"), lambda a: a[:2]),
    ("semantic-annealing", (*STATE, "memory", "keys"), lambda a: a * 0),
    ("semantic-annealing", (*STATE, "memory", "errors"), lambda a: a[:-1]),
]


@pytest.mark.parametrize(("search", "path", "change"), FORGERIES)
def test_forged_data_with_a_true_digest_are_refused(
    search: str, path: tuple[Any, ...], change: Callable[[Any], Any], tmp_path: Path
) -> None:
    file = tmp_path / "one.run"
    content = stopped(search, file)
    file.write_bytes(forged(content, lambda data: put(data, path, change(get(data, path)))))
    refused(search, file, "does not go on")


def test_the_slots_of_a_forged_search_are_those_of_the_problem(tmp_path: Path) -> None:
    """As many in all its arrays, but not as many as a dag of the problem has."""
    file = tmp_path / "one.run"

    def fewer(data: Any) -> None:
        state = data["search"]["state"]
        state["keys"] = state["keys"][:3]
        if state["compared"] is not None:
            for name in ("keys", "readable"):
                state["compared"][name] = state["compared"][name][:, :3]

    for after in (3, 4, 5, 6):
        file.write_bytes(forged(stopped("semantic-annealing", file, after), fewer))
        refused("semantic-annealing", file, "does not go on")


def test_members_chosen_to_collide_are_refused(tmp_path: Path) -> None:
    """A million of them would take hours to enter into a table."""
    inverse = pow(0x9E3779B97F4A7C15, -1, 2**64)
    keys = np.array([((1 << 32) + k) * inverse % 2**64 for k in range(1, 10**5)], dtype=np.uint64)
    with pytest.raises(ValueError, match="do not fit"):
        Memory().restore({"keys": keys, "errors": np.zeros(len(keys))})


@pytest.mark.parametrize("search", [*SEARCHES, NAME("Declared")])
def test_any_forged_value_leads_to_a_result(search: str, tmp_path: Path) -> None:
    """Each value in turn is made another: a result, or the run anew; never an exception."""
    file = tmp_path / "one.run"
    content = stopped(search, file)
    draw = np.random.default_rng(8)
    places = values(from_bytes(content, HEADER))
    for place in places:
        for _ in range(4):
            file.write_bytes(
                forged(content, lambda data, p=place: put(data, p, other(data, p, draw)))
            )
            said: list[str] = []
            assert isinstance(go(search, file, said), RunResult)
            assert len(said) <= 1


def other(data: Any, place: tuple[Any, ...], draw: np.random.Generator) -> Any:
    """Another value for one place."""
    value = get(data, place)
    anything = [None, True, -1, 2**62, 2**64, 0.5, float("nan"), "x", [], {}, np.arange(3)]
    if not isinstance(value, np.ndarray) or draw.random() < 0.2:
        if isinstance(value, int) and draw.random() < 0.6:
            return value + int(draw.integers(-3, 4))
        return anything[draw.integers(len(anything))]
    changed = value.copy()
    if not value.size or draw.random() < 0.3:
        return [value[:-1], value[::-1], np.concatenate([value, value]), value.astype("f8")][
            draw.integers(4)
        ]
    for _ in range(int(draw.integers(1, 4))):
        where = tuple(draw.integers(n) for n in value.shape)
        if value.dtype == np.bool_:
            changed[where] = not changed[where]
        elif value.dtype.kind == "f":
            changed[where] = draw.choice([np.nan, np.inf, -np.inf, -1.0, 1e300])
        else:
            info = np.iinfo(value.dtype)
            near = int(value[where]) + int(draw.integers(-2, 3))
            far = int(draw.integers(info.min, info.max, dtype=value.dtype))
            changed[where] = near if info.min <= near <= info.max and draw.random() < 0.6 else far
    return changed


def test_a_study_says_which_runs_start_anew(tmp_path: Path) -> None:
    """Also where they take place in other processes; nothing of the folder is executed."""
    one, path = spec(1, cap=200), tmp_path / "study.sqlite"
    expected = run_study(one, tmp_path / "other.sqlite", workers=1)
    folder, trace = Path(f"{path}.runs"), tmp_path / "trace"
    folder.mkdir()
    names = set()
    for benchmark in one.benchmarks:
        for label, settings in one.searches.items():
            job = Job(
                benchmark, label, settings, (0,), one.seed, one.batch, stamp(benchmark.make),
                checkpoints=folder,
            )  # fmt: skip
            file = job.checkpoint(0)
            assert file is not None
            file.write_bytes(pickle.dumps(Hostile(trace)))
            names.add(f"{benchmark.name}, {label}, 0")
    said: list[str] = []
    assert run_study(one, path, workers=2, say=said.append) == expected
    assert {line.partition(":")[0] for line in said} == names
    assert all("another version" in line for line in said)
    assert not trace.exists()


def test_a_folder_of_runs_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """It may lead anywhere, and checkpoints would be written and removed there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "study.sqlite.runs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProblemError, match="in the way") as caught:
        run_study(spec(1, cap=20), tmp_path / "study.sqlite", workers=1)
    assert caught.value.reason == "bad-output"
