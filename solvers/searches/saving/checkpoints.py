"""The file of a run in progress: written as a whole, read only if it is what was written.

    sheffer run 2
    SHA-256 of all that follows, in hexadecimal
    plain data: the key of the run, its counters, its generator, its search

The digest guards against accidents, not against forgery. What a forger can do is to give a run
another state, and so another result, as they could by writing into the study's file; what is read
has been checked by everyone who uses it, and none of it is code.

A search that declares no state is pickled. That pickle is read only if it carries the seal of this
user (`solvers.searches.saving.seal`), which is checked before anything looks into the pickle.

- `save(path, key, data)`, `load(path, key)`: the file. `CheckpointError`, `SavingError`.
- `search_to_data(search, key)`, `search_from_data(new, data, key)`: the search in it.
- `generator_to_data`, `set_generator`: its generator.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import numpy as np

from solvers.searches.saving.plain_data import State, from_bytes, to_bytes
from solvers.searches.saving.seal import seal, secret
from solvers.searches.saving.state import array, mapping, member, require, whole
from theory.formats.files import replacing_bytes

MOST_BYTES = 2**29
"""Greatest checkpoint, and so, about, the memory that reading one takes; a run that has more to
remember, some ten million genomes, goes on without."""

_FORMAT = b"sheffer run 2\n"
_START = len(_FORMAT) + 65


class CheckpointError(ValueError):
    """A checkpoint is not of this run, or not what was written."""


class SavingError(Exception):
    """A run cannot be saved, and why; `lasting` where it makes no sense to try again."""

    def __init__(self, reason: str, *, lasting: bool) -> None:
        super().__init__(reason)
        self.lasting = lasting


def save(path: Path, key: str, data: State) -> None:
    """Replace the checkpoint, so that a kill at any moment leaves the old or the new.

    Raises:
        SavingError: it is no plain data, too large, or cannot be written.
    """
    try:
        parts = to_bytes({**data, "key": key})
    except (TypeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise SavingError(f"the search's state is no plain data: {reason}", lasting=True) from error
    if _START + sum(map(len, parts)) > MOST_BYTES:
        raise SavingError(f"it has more than {MOST_BYTES} bytes", lasting=True)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise SavingError("something else has its name", lasting=True)
        with replacing_bytes(path) as file:
            file.write(_FORMAT + digest.hexdigest().encode() + b"\n")
            for part in parts:
                file.write(part)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SavingError(f"it cannot be written: {reason}", lasting=False) from error


def load(path: Path, key: str) -> State:
    """What `save` wrote for the run of that key.

    Raises:
        CheckpointError: it is another run's, of another version, damaged or too large.
        OSError: it cannot be read.
    """
    data = _read(path)
    if not data.startswith(_FORMAT):
        raise CheckpointError("it is of another version")
    digest = hashlib.sha256(memoryview(data)[_START:]).hexdigest().encode()
    if not hmac.compare_digest(data[len(_FORMAT) : _START], digest + b"\n"):
        raise CheckpointError("it is damaged")
    found = mapping(from_bytes(data, _START))
    own = found.get("key")
    if not isinstance(own, str) or own != key:
        raise CheckpointError("it is another run's")
    return found


def _read(path: Path) -> bytes:
    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe would wait
    with os.fdopen(os.open(path, os.O_RDONLY | flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise CheckpointError("it is no file")
        if found.st_size > MOST_BYTES:
            raise CheckpointError(f"it has more than {MOST_BYTES} bytes")
        return file.read(found.st_size)


def declares_state(search: object) -> bool:
    """Whether the class of the search itself says what its state is.

    A class that only inherits the methods may have more to save than they know of.
    """
    return {"state", "restore"} <= vars(type(search)).keys()


def search_to_data(search: Any, key: str) -> State:
    """The search in a checkpoint: the state that it declares, else a pickle with a seal.

    Raises:
        SavingError: it cannot be pickled, or there is no secret to seal it with.
    """
    if declares_state(search):
        try:
            return {"state": search.state()}
        except Exception as error:  # a search's own code may raise anything
            message = f"it does not tell its state ({type(error).__name__})"
            raise SavingError(message, lasting=True) from error
    own = secret()
    if own is None:
        message = "it must be pickled, and there is no place for a secret to know the pickle by"
        raise SavingError(message, lasting=True)
    try:
        pickled = pickle.dumps(search, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # a class may refuse to be pickled in its own way
        message = f"it cannot be pickled ({type(error).__name__})"
        raise SavingError(message, lasting=True) from error
    sealed = seal(own, key.encode(), pickled)
    return {"pickle": np.frombuffer(pickled, dtype=np.uint8), "seal": sealed}


def search_from_data(new: Any, data: State, key: str) -> Any:
    """The search of a checkpoint: the new one with the state that it declared, or the pickled one.

    Raises:
        CheckpointError: a pickle that this user has not made. What else the search raises.
    """
    if declares_state(new):
        new.restore(mapping(member(data, "state")))
        return new
    pickled = array(member(data, "pickle"), np.uint8, None).tobytes()
    own, sealed = secret(), member(data, "seal")
    if own is None or not isinstance(sealed, str) or not sealed.isascii():
        raise CheckpointError("its pickle is not known as yours")
    if not hmac.compare_digest(seal(own, key.encode(), pickled), sealed):
        raise CheckpointError("its pickle is not known as yours")
    return pickle.loads(pickled)


def generator_to_data(generator: np.random.Generator) -> State:
    """The state of a generator as `default_rng` makes it."""
    state: Any = generator.bit_generator.state
    return {**state["state"], "has_uint32": state["has_uint32"], "uinteger": state["uinteger"]}


def set_generator(generator: np.random.Generator, data: State) -> None:
    """Give a generator of the same seed the state of another.

    Raises:
        ValueError: it is no state of PCG64 with that seed.
    """
    state: Any = generator.bit_generator.state
    require(state["bit_generator"] == "PCG64")
    require(whole(member(data, "inc"), 2**128 - 1) == state["state"]["inc"])
    state["state"]["state"] = whole(member(data, "state"), 2**128 - 1)
    state["has_uint32"] = whole(member(data, "has_uint32"), 1)
    state["uinteger"] = whole(member(data, "uinteger"), 2**32 - 1)
    generator.bit_generator.state = state
