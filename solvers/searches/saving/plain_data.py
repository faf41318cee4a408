"""Plain data as bytes, and back: what a checkpoint is made of.

The bytes are one line of JSON, then the arrays that it declares, one after the other and nothing
else. There is no compression and there are no objects: bytes that are read take no more memory than
they have, and nothing in them is executed.

- `Data`, `State`: what can be written.
- `to_bytes`, `from_bytes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Data: TypeAlias = (
    "bool | int | float | str | NDArray[Any] | Sequence[Data] | Mapping[str, Data] | None"
)
"""None, numbers, texts, arrays of numbers, and lists and mappings of these."""

State: TypeAlias = Mapping[str, Data]
"""A search, or a part of one, as plain data."""

MOST_JSON = 2**22
"""Most bytes of the line of JSON; what is long belongs into arrays."""

DTYPES = {
    np.dtype(kind).str: np.dtype(kind)
    for kind in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
}
"""The types of arrays, by their names in the file."""


def to_bytes(data: Data) -> list[bytes | memoryview]:
    """The line of JSON and each array, to be written one after the other.

    Raises:
        TypeError: it holds something else than plain data.
        ValueError: the line would be too long.
    """
    arrays: list[memoryview] = []
    line = json.dumps(_encode(data, arrays)).encode() + b"\n"
    if len(line) > MOST_JSON:
        raise ValueError(f"its lists have more than {MOST_JSON} bytes; arrays may have more")
    return [line, *arrays]


def from_bytes(data: bytes, start: int = 0) -> Data:
    """What `to_bytes` wrote, from the byte `start` on; arrays are new, and tuples are lists.

    Raises:
        ValueError: the bytes are something else.
    """
    end = data.find(b"\n", start, start + MOST_JSON)
    if end < 0:
        raise ValueError("it has no line of JSON")
    try:
        reader = _Decoding(data, end + 1)
        found = reader.decode(json.loads(data[start:end]))
    except (RecursionError, TypeError) as error:
        raise ValueError("its JSON is not of plain data") from error
    if reader.place != len(data):
        raise ValueError("it is longer than it says")
    return found


def _encode(data: object, arrays: list[memoryview]) -> object:
    """JSON for data: a mapping is an object of one member, and so is an array."""
    if isinstance(data, np.generic):
        data = data.item()
    if isinstance(data, np.ndarray):
        if data.dtype.str not in DTYPES:
            raise TypeError(f"an array of {data.dtype} is no plain data")
        arrays.append(np.ascontiguousarray(data).reshape(-1).view(np.uint8).data)
        return {"array": [data.dtype.str, *data.shape]}
    if isinstance(data, Mapping):
        if not all(isinstance(key, str) for key in data):
            raise TypeError("a mapping whose keys are not all texts is no plain data")
        return {"map": {key: _encode(value, arrays) for key, value in data.items()}}
    if isinstance(data, list | tuple):
        return [_encode(value, arrays) for value in data]
    if data is None or type(data) in (bool, int, float, str):
        return data
    raise TypeError(f"a value of type {type(data).__name__} is no plain data")


class _Decoding:
    """Decodes JSON and takes the arrays in the order in which they were written."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    def decode(self, value: Any) -> Data:
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        if not isinstance(value, dict):
            plain: Data = value
            return plain
        ((tag, content),) = value.items()
        if tag == "map" and isinstance(content, dict):
            return {key: self.decode(item) for key, item in content.items()}
        if tag == "array" and isinstance(content, list):
            return self._array(*content)
        raise ValueError(f"it has an object that is neither map nor array: {len(tag)} letters")

    def _array(self, name: str, *shape: int) -> NDArray[Any]:
        if name not in DTYPES or len(shape) > 4:
            raise ValueError("it has an array of unknown type")
        size = DTYPES[name].itemsize
        for length in shape:
            if type(length) is not int or not 0 <= length <= 2**40:
                raise ValueError("it has an array of impossible shape")
            size *= length
        if size > len(self.data) - self.place:
            raise ValueError("it is shorter than its arrays")
        # Copied, so that it is aligned and can be written to.
        array = np.ndarray(shape, DTYPES[name], self.data, self.place).copy()
        self.place += size
        if array.dtype == np.bool_ and (array.view(np.uint8) > 1).any():
            raise ValueError("it has a truth value other than 0 and 1")
        return array
