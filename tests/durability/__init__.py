"""Nothing is lost: commands are killed, interrupted and run on full disks, and then run again.

- `commands`: a command line in a session of its own, and who is left of it.
- `whole_files`: whether every file of a folder is whole.
- `trials`: the commands that are disturbed, and what must be the same at the end.
"""
