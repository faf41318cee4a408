"""Tests of the shipped problems."""
