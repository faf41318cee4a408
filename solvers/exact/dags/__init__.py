"""Straight-line programs with fan-out: behaviours are sets of value vectors.

`dag` is the plain search, `packed` the compiled one over machine words (`set_search`, `set_values`,
`set_outputs`).
"""
