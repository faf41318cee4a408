"""Turing machines: the machine and its runs, its texts, and the same as terms for Z3.

| module | holds |
|---|---|
| `machine` | machines, configurations, runs |
| `texts` | all text forms; `jflap`, `yaml_text` two of them |
| `yaml_subset` | the part of YAML that is read |
| `terms` | a machine's step as a term, for proofs |
"""
