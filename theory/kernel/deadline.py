"""One deadline for everything a checker does: reading, evaluation, recount, proofs, obligations.

    with deadline(300):
        ...          # whatever runs in here and loops calls `tick` or asks for `seconds_left`

A loop that may be long calls `tick`; a solver is given at most `seconds_left`. Outside a `with`
there is no deadline, and both cost next to nothing.

- `OutOfLimitsError`: a check neither succeeded nor failed; it ran out of something.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from theory.kernel.errors import OutOfLimitsError

_ends: ContextVar[float] = ContextVar("ends", default=math.inf)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Ends what runs inside after so many seconds, or at an outer deadline if that is earlier."""
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def tick() -> None:
    """Raises `OutOfLimitsError` once the deadline has passed."""
    ends = _ends.get()
    if ends != math.inf and time.monotonic() > ends:
        raise OutOfLimitsError("time", "the time limit was reached")


def seconds_left(most: float) -> float:
    """How long a solver may take: at most `most` seconds, and no longer than the deadline."""
    tick()
    return min(most, _ends.get() - time.monotonic())
