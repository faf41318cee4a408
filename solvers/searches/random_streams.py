"""Random numbers of the searches inside compiled loops.

They come from SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014); every call
of a compiled loop starts a stream whose seed was drawn from the run's generator. Nothing compiled
has a hidden state, and the same arguments give the same results.

The state is advanced by `GOLDEN` before each draw: `state += GOLDEN; u = unit(state)`.
"""

from __future__ import annotations

import numpy as np

from solvers.compiled.compiling import compiled

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31 = (np.uint64(shift) for shift in (11, 27, 30, 31))


@compiled
def unit(state: np.uint64) -> float:
    """A number in [0, 1) with 53 random bits; the caller has advanced the state by GOLDEN."""
    z = (state ^ (state >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    z = z ^ (z >> _S31)
    return float(z >> _S11) * (1.0 / 9007199254740992.0)


@compiled
def below(state: np.uint64, n: int) -> int:
    """A number in 0 .. n - 1."""
    return int(unit(state) * n)
