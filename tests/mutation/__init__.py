"""Changes the checking code on purpose, one place at a time, and counts what the tests notice.

- `mutants`: which changes there are.
- `coverage_of_tests`: which test runs which line, and how long it takes.
- `trial`: one change, in a process of its own, against the tests that run its line.
- `python -m tests.mutation MODULE...`: the counts, and each change that no test noticed.
"""
