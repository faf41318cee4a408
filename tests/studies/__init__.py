"""Tests of studies and their files."""
