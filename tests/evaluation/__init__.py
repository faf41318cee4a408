"""Tests of genomes and evaluators."""
