"""Dags by cost tree (formula size) or depth: behaviours are value vectors."""
