"""One fuzz driver for every input that Sheffer opens.

| module | holds |
|---|---|
| `seeds` | the real files that inputs are made of |
| `changes` | what is done to them: to bytes, to tokens, to JSON data |
| `studies` | result folders and study databases, and their changes |
| `resumed` | files for `--resume`, and their changes |
| `runs` | checkpoints of runs in progress, and their changes |
| `command_lines` | command lines with hostile arguments |
| `formats` | `FORMATS`: each format with its share, how an input is made and what opens it |
| `watching` | what becomes of one input, in a process that may be killed |
| `driver` | many inputs in worker processes: counts, failures and how to make them again |

An input is known by its format and a number, from which it is made the same in every process:
`python -m tests.fuzz.inputs replay FORMAT NUMBER` makes it again and shows what it does.
"""
