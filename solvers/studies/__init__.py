"""Studies: problems x searches x repetitions, run, kept and read.

| module | holds |
|---|---|
| `study` | what a study is, and running it |
| `jobs`, `pool`, `executors` | what a worker process does, the processes, and clusters |
| `store`, `recorded` | the file in which runs are kept, and the checks of what is read |
| `identity` | what makes two studies the same |
| `results` | the files from which every figure is computed |
| `evolving` | one run by itself |
"""
