"""Points: a state of a chain together with the outputs wanted from it, numbered.

A behaviour of a chain is a multiset of points. `points` is what the engines use; it is
`machine_points` where values fit into machine words, else `exact_points`, the plain reference.
`error_arrays` holds errors as arrays.
"""
