"""Files for `--resume`, and their changes: of bytes, of the zip around them, of what is in them.

A change of the contents is followed by the digest that belongs to it, so that what comes behind
the digest is reached as well. The search goes on from what is not refused.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from solvers.exact import Limits, solve
from solvers.exact.chains import chain
from solvers.exact.frontiers.checkpoints import _digest, load_checkpoint
from solvers.suites import find_problem
from tests.fuzz.inputs.changes import change_bytes, change_data, json_text, odd_value
from tests.fuzz.inputs.watching import Given
from theory.kernel.problems.problem import Problem

NAME = "saved.npz"


@cache
def _seeds() -> tuple[tuple[Problem, bool, bytes], ...]:
    """Of three engines: a problem, whether only its least length is asked, and a saved search."""
    found = []
    large, chain.LARGE_STATES = chain.LARGE_STATES, 100  # so that `states` takes over soon
    try:
        for name, length, states, least in (
            ("sorting-5", 6, 60, False),
            ("pancakes-6", 6, 500, False),
            ("sorting-7", 16, 300, True),
        ):
            problem = find_problem(name, length=length)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / NAME
                solve(problem, Limits(states=states), least_length=least, checkpoint=path)
                found.append((problem, least, path.read_bytes()))
                solve(problem, Limits(), least_length=least, checkpoint=path)  # compiles
    finally:
        chain.LARGE_STATES = large
    return tuple(found)


def prepare() -> None:
    """Makes the seeds, and compiles what they compile, before processes are forked."""
    _seeds()


def resume_file(rng: Random, folder: Path) -> Given:
    """A file to go on from, changed."""
    problem, least, data = rng.choices(_seeds(), (4, 4, 1))[0]  # the last takes long to go on
    others = [other for _, _, other in _seeds()]
    for _ in range(rng.choice((1, 1, 1, 2))):
        match rng.randrange(10):
            case 0 | 1:
                data = change_bytes(rng, data, others)
            case 2:
                data = _changed_zip(rng, data)
            case 3:
                data = _other_entries(rng, data, others)
            case _:
                data = _changed_contents(rng, data)
    path = folder / NAME
    path.write_bytes(data)
    return Given(partial(_go_on, path, problem, least), NAME)


def _go_on(path: Path, problem: Problem, least: bool) -> None:
    load_checkpoint(path, problem)
    solve(problem, Limits(seconds=3.0, states=20_000), least_length=least, checkpoint=path)


def _changed_zip(rng: Random, data: bytes) -> bytes:
    """A change of the zip's own records: sizes, offsets, methods, flags, counts."""
    marks = [k for k in range(len(data) - 4) if data[k : k + 2] == b"PK"]
    if not marks:
        return data
    place = rng.choice(marks) + rng.randrange(4, 46)
    value = rng.choice(
        (0, 1, 8, 12, 14, 93, 99, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, rng.randrange(1 << 16))
    )
    code = "<I" if value > 0xFFFF or rng.random() < 0.3 else "<H"
    packed = struct.pack(code, value)
    return data[:place] + packed + data[place + len(packed) :]


def _entries(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {name: file.read(name) for name in file.namelist()}
    except Exception:  # an earlier change has damaged it: there is nothing in it to change
        return {}


def _zipped(rng: Random, entries: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in dict(entries).items():
            file.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _other_entries(rng: Random, data: bytes, others: list[bytes]) -> bytes:
    """Entries dropped, renamed, emptied, changed, or taken from another file."""
    entries = list(_entries(data).items())
    if not entries:
        return data
    k = rng.randrange(len(entries))
    name, content = entries[k]
    match rng.randrange(6):
        case 0:
            del entries[k]
        case 1:
            entries[k] = (rng.choice(("a_.npy", "../x.npy", "header", "a_\x1b.npy", "")), content)
        case 2:
            entries[k] = (name, b"")
        case 3:
            entries[k] = (name, change_bytes(rng, content, others))
        case 4:  # what unfolds to much more than it is
            head = content[:10] + content[10:].replace(b"(", b"(99999", 1)
            entries[k] = (name, head + bytes(3_000_000))
        case _:
            entries[k] = (name, _entries(rng.choice(others)).get(name, b""))
    return _zipped(rng, entries)


def _changed_contents(rng: Random, data: bytes) -> bytes:
    """The header or an array changed, with the digest that belongs to it."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        text = str(found.pop("header"))
        found.pop("digest")
    except Exception:  # damaged by an earlier change
        return data
    if not found or rng.random() < 0.5:
        try:
            header = json.loads(text)
        except ValueError:
            return data
        change_data(rng, header)
        text = json_text(rng, header)
    else:
        name = rng.choice(sorted(found))
        found[name] = changed_array(rng, found[name])
        if rng.random() < 0.1:
            del found[name]
    arrays: dict[str, Any] = {name.removeprefix("a_"): array for name, array in found.items()}
    out = io.BytesIO()
    try:
        digest = _digest(text, arrays)
        np.savez(out, header=np.array(text), digest=np.array(digest), **found)
    except (TypeError, ValueError, UnicodeEncodeError):
        return data
    return out.getvalue()


def changed_array(rng: Random, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """An array of another shape or type, or with another entry."""
    match rng.randrange(8):
        case 0:
            return array.ravel()
        case 1:
            return array[:-1] if array.ndim and len(array) else np.zeros(3)
        case 2:
            if array.dtype.kind not in "iufb":  # an earlier change made texts of it
                return array.astype("U3")
            with np.errstate(invalid="ignore"):
                return array.astype(rng.choice(("float64", "int8", "uint8", "bool", "U3")))
        case 3:
            return np.zeros((0,) * array.ndim, array.dtype)
        case 4:
            return array.reshape(1, *array.shape)
        case 5:
            return np.array(str(odd_value(rng)).replace("\ud800", "?").replace("\x00", "?"))
        case _:
            changed = array.copy()
            if changed.size and changed.dtype.kind in "iuf":
                flat = changed.reshape(-1)
                value = rng.choice((-1, 0, 1, 2, 10**6, 2**31 - 1, 2**62, -(2**62)))
                flat[rng.randrange(len(flat))] = np.int64(value).astype(array.dtype)
            return changed
