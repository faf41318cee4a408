"""Chains: registers that steps overwrite.

`chain` by layers of behaviours, `states` with one sample, `both_ends` where steps can be undone,
`subsumption` for the least length up to symmetry, `greedy` for a good end where time is over.
"""
