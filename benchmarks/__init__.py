"""Measured figures, each by a command; `python -m benchmarks` runs them all."""
