"""Turing machines, run fast and looked at.

    plain        every step one by one, compiled (Numba), millions of steps a second and more
    accelerated  many steps at once on a run-length tape, with exact counts of any size
    blocks       the machine on blocks of cells, for `accelerated`
    rules        proofs that a stretch of the run repeats, for `accelerated`
    runs         the run-length tape, for `accelerated`
    spacetime    the space-time diagram
    follow       a run step by step, as text for a terminal

What a machine is and what a step does is said in `theory.turing.machine`; both runners are tested
against it. Import from the modules: `plain` loads Numba, `spacetime` loads NumPy and, to draw,
matplotlib.
"""
