"""Genomes and their errors: what a search proposes, and what an evaluator says of it.

| module | holds |
|---|---|
| `space` | the genomes of a problem |
| `decoding` | genomes to sequences |
| `evaluators` | the evaluator of a problem, which picks one of the next three |
| `sample_evaluators` | samples over machine words |
| `bit_evaluator`, `bit_kernels` | Boolean samples, 64 a word |
| `slots`, `behaviours` | which slots, and which genomes, compute the same |
"""
