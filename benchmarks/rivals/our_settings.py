"""What the settings of our own searches are tuned over, as every rival declares its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Settings = Mapping[str, Sequence[Any]]

OURS: Mapping[str, Settings] = {
    "local-search": {
        "plateau": (3, 10, 30, 100, 300, 1000), "kicks": (1, 3, 10, 30),
        "strength": (1, 2, 3, 5, 8), "stride": (1, 2, 4, 8),
    },
    "regularised-evolution": {
        "population": (10, 20, 50, 100, 200), "tournament": (2, 3, 5, 10, 20, 40),
        "batch": (1, 4, 16), "extra": (0.0, 0.1, 0.2, 0.4), "retries": (1, 3, 5, 10),
    },
    "genetic": {
        "population": (5, 10, 20, 50, 100, 200), "offspring": (1, 4, 16, 50, 100),
        "tournament": (1, 2, 3, 5, 8), "crossover": (0.0, 0.3, 0.5, 0.7, 0.9),
        "shifted": (0.0, 0.2, 0.5), "extra": (0.0, 0.1, 0.2, 0.4), "retries": (1, 3, 10),
        "patience": (3, 10, 20, 50, 100, 300),
    },
    "annealing": {
        "acceptance": (0.001, 0.002, 0.005, 0.01, 0.02, 0.05), "gain": (0.01, 0.03, 0.1, 0.3, 1.0),
        "chains": (1, 2, 4, 8, 16, 32), "growth": (100, 300, 1000, 3000, 10_000),
        "patience": (1000, 3000, 10_000, 30_000, 100_000), "extra": (0.0, 0.1, 0.2),
        "walk": (200, 2000),
    },
    "semantic-annealing": {
        "acceptance": (0.001, 0.002, 0.005, 0.01, 0.02, 0.05), "gain": (0.01, 0.03, 0.1, 0.3),
        "extra": (0.0, 0.1, 0.2, 0.4), "slack": (0.0, 0.1, 0.2, 0.5),
        "patience": (300, 1000, 3000, 10_000, 30_000), "walk": (2000, 20_000),
    },
    "gaussian-process": {
        "start": (3, 5, 8, 10, 15, 20, 30), "noise": (1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1),
        "memory": (100, 150, 200, 300),
    },
    "competitive": {
        "population": (5, 10, 20, 50, 100), "offspring": (5, 10, 20, 50, 100),
        "tests": (8, 16, 32, 64), "archive": (256, 1024, 4096), "lessons": (1, 4, 16),
        "period": (4, 16, 64), "tournament": (1, 2, 3, 5, 8),
        "crossover": (0.0, 0.3, 0.5, 0.7, 0.9), "shifted": (0.0, 0.2, 0.5),
        "patience": (20, 50, 100, 300, 1000),
    },
    "cooperative": {
        "parts": (1, 2, 3, 4, 6), "population": (2, 5, 10, 20, 50),
        "offspring": (1, 5, 10, 20, 50), "tournament": (1, 2, 3, 5, 8),
        "mix": (0.0, 0.3, 0.5, 0.7, 1.0), "extra": (0.0, 0.1, 0.2, 0.4),
        "patience": (10, 30, 100, 300),
    },
}  # fmt: skip
"""The values of each setting of each search."""
