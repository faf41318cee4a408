"""A search saved at a layer boundary, to go on from later: one .npz file.

It holds the lines settled so far, the engine's arrays, the identity of the problem and a digest of
all that. A file of another problem, or one that is damaged, is refused in one line; witnesses are
evaluated again when it is read. The digest guards against accidents, not against forgery: what a
search claims is attested, as ever, until a checker has counted it again.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.exact.frontiers.frontier import FrontierBuilder, Line
from solvers.exact.frontiers.saved_arrays import check_arrays
from theory.formats.certificates import error_to_json, problem_to_json
from theory.formats.files import replacing_bytes
from theory.formats.sequence_text import sequence_to_json
from theory.kernel.checks.certificates import load_certificate
from theory.kernel.errors import ProblemError, ShefferError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import error_from_json, problem_from_json
from theory.kernel.problems.sequences import Sequence
from theory.kernel.text import printable, quoted

SAVE_EVERY = 60.0  # seconds between two saves of a search that runs on
FORMAT = "sheffer chain checkpoint 1"
MAX_REASON = 200  # characters of what is wrong with a damaged file


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A search at a layer boundary.

    Attributes:
        engine: which one: chain, subsumption or states.
        lines, counts: of the frontier, for the lengths 0 .. len(lines) - 1.
        arrays: what the engine needs besides.
    """

    engine: str
    lines: tuple[Line, ...]
    counts: tuple[int, ...]
    arrays: dict[str, NDArray[Any]]

    def builder(self, length: int) -> FrontierBuilder:
        """A builder that has these lines."""
        builder = FrontierBuilder(length)
        builder.lines = list(self.lines)
        builder.counts = list(self.counts)
        return builder


class CheckpointFile:
    """Where a search is saved. One that cannot be written to ends no search.

    Attributes:
        failure: why the last attempt to save failed; None if it did not.
    """

    def __init__(self, path: Path, problem: Problem) -> None:
        self.path, self.problem = path, problem
        self.failure: OSError | None = None

    def __str__(self) -> str:
        return str(self.path)

    def load(self) -> Checkpoint | None:
        """As `load_checkpoint`."""
        return load_checkpoint(self.path, self.problem)

    def save(self, checkpoint: Checkpoint) -> None:
        """As `save_checkpoint`; a disk that is full leaves what was saved before."""
        try:
            save_checkpoint(self.path, self.problem, checkpoint)
            self.failure = None
        except OSError as error:
            self.failure = error


def identity(problem: Problem) -> str:
    """A digest of a problem, its greatest length and its name left out."""
    data = problem_to_json(problem)
    kept = {key: value for key, value in data.items() if key not in ("length", "name")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def save_checkpoint(path: Path, problem: Problem, checkpoint: Checkpoint) -> None:
    """Writes the file, all of it or nothing."""
    header = {
        "format": FORMAT,
        "name": problem.name,
        "problem": identity(problem),
        "engine": checkpoint.engine,
        "counts": list(checkpoint.counts),
        "lines": [
            [
                error_to_json(line.error),
                error_to_json(line.at_least),
                None if line.sequence is None else sequence_to_json(line.sequence),
            ]
            for line in checkpoint.lines
        ],
    }
    text = json.dumps(header)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f"a_{name}": array for name, array in checkpoint.arrays.items()}
    with replacing_bytes(path) as stream:
        digest = _digest(text, checkpoint.arrays)
        np.savez(stream, header=np.array(text), digest=np.array(digest), **arrays)


def load_checkpoint(path: Path, problem: Problem) -> Checkpoint | None:
    """The checkpoint in a file; None where there is no file.

    Raises:
        ProblemError: `bad-checkpoint` for a damaged file, `other-problem`.
    """
    if not path.exists():
        return None
    try:
        header, arrays = _contents(path)
        check_arrays(header["engine"], arrays, len(header["lines"]))
    except Exception as error:
        # A damaged zip or array raises whatever zipfile, zlib, ast, struct or NumPy raise.
        why = f" ({error})" if isinstance(error, ValueError) else ""
        message = "is damaged, or no checkpoint of a chain search"
        message = f"{message}{printable(why, MAX_REASON)}; without the file it starts anew"
        raise ProblemError("bad-checkpoint", message, str(path)) from None
    if header["problem"] != identity(problem):
        message = f"belongs to another problem ({quoted(header['name'])}), "
        message += f"not to this {quoted(problem.name)}"
        raise ProblemError("other-problem", message, str(path))
    lines = tuple(
        _line(problem, length, *line, where=f"{path}: line {length}")
        for length, line in enumerate(header["lines"])
    )
    if len(lines) > problem.length + 1:
        message = f"has come to length {len(lines) - 1}; this search ends at {problem.length}"
        raise ProblemError("other-problem", message, str(path))
    return Checkpoint(header["engine"], lines, tuple(header["counts"]), arrays)


def _contents(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the arrays of a file, as its digest says they are.

    Raises:
        Exception: it is damaged.
    """
    with zipfile.ZipFile(path) as file:
        # `save_checkpoint` packs nothing; what is packed may unfold to any size.
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in file.infolist()):
            raise ValueError("it is packed")
    with np.load(path, allow_pickle=False) as data:
        text = str(data["header"])
        arrays = {name[2:]: data[name] for name in data.files if name.startswith("a_")}
        same = str(data["digest"]) == _digest(text, arrays)
    header = json.loads(text)
    if not same or header["format"] != FORMAT:
        raise ValueError("its digest or format differs")
    words = (header["engine"], header["name"], header["problem"])
    lines, counts = header["lines"], header["counts"]
    if (
        not all(isinstance(word, str) for word in words)
        or not all(type(count) is int and count >= 0 for count in counts)
        or not all(isinstance(line, list) and len(line) == 3 for line in lines)
        or not isinstance(lines, list)
    ):
        raise ValueError("its header is not as it was written")
    return header, arrays


def settled_lines(path: Path, problem: Problem) -> tuple[Line, ...]:
    """The lines from length 0 on that an earlier certificate of the problem has settled.

    They are as good as the search that wrote it: witnesses are evaluated again, bounds are not
    searched for again.

    Raises:
        CertificateError: `no-file`, `not-json`, ... for what is no certificate.
        ProblemError: `bad-checkpoint`, `other-problem`.
    """
    if not path.exists():
        return ()
    data = load_certificate(path)
    try:
        earlier = problem_from_json(data["problem"])
        rows = [
            (line["error"], line["at_least"], line["sequence"])
            for line in data["frontier"]
            if data["kind"] == "optimum"
        ]
    except (KeyError, TypeError, ShefferError):
        message = "is no certificate of a least error; without the file the search starts anew"
        raise ProblemError("bad-checkpoint", message, str(path)) from None
    if identity(earlier) != identity(problem):
        message = f"belongs to another problem ({quoted(earlier.name)}), "
        message += f"not to this {quoted(problem.name)}"
        raise ProblemError("other-problem", message, str(path))
    found: list[Line] = []
    for length, row in enumerate(rows[: problem.length + 1]):
        line = _line(problem, length, *row, where=f"{path}: frontier[{length}]")
        if not line.exact:
            break
        found.append(line)
    return tuple(found)


def _line(
    problem: Problem, length: int, error: Any, at_least: Any, sequence: Any, *, where: str
) -> Line:
    try:
        witness = None
        if sequence is not None:
            witness = Sequence.from_json(
                sequence, problem.components, problem.wiring, problem.inputs, where
            )
        line = Line(
            length, error_from_json(error, where), error_from_json(at_least, where), witness
        )
        if line.at_least > line.error:
            raise ProblemError("bad-checkpoint", "its bound is above its error", where)
        if witness is not None and problem.error(witness) != line.error:
            raise ProblemError("bad-checkpoint", "its sequence does not have its error", where)
    except ShefferError as error_found:
        raise ProblemError("bad-checkpoint", error_found.message, where) from None
    return line


def _digest(text: str, arrays: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
