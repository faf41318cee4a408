"""The search that answers for us in the contests; on tables it is a Gaussian process, on chains
annealing, on dags with one output annealing among irredundant ones."""

from __future__ import annotations

from solvers.searches import DEFAULT

TABLES = DEFAULT
"""In spaces small enough to list."""

CHAINS = DEFAULT
"""Elsewhere."""
