"""Tests of the fast runners of Turing machines."""
