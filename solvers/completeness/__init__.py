"""Finders of completeness certificates."""
