"""Heuristics against exact optima, from problems to a folder of results; and how both grow."""
