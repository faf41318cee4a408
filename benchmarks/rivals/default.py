"""The searches that answer for us in the contests, by the kind of space."""

from __future__ import annotations

TABLES = "gaussian-process"
"""The default in spaces small enough to list."""

CHAINS = "annealing"
"""The default elsewhere."""
