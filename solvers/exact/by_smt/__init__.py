"""Exact search by Z3: a sequence as unknowns, an error below a bound as a constraint."""
