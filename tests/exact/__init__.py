"""Tests of the exact engines."""
