"""Tests of the heuristic searches."""
