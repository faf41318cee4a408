"""Partitions: which things are alike."""

from __future__ import annotations

import numpy as np


def partition(keys: np.ndarray) -> list[int]:
    """Each key by where it first stood, 0 by -1: equal for keys that tell the same apart."""
    flat = keys.ravel().tolist()
    return [flat.index(key) if key else -1 for key in flat]
