"""What a search has found: the least error at each length, as far as it came.

`frontier` holds the lines, `checkpoints` keeps them in a file to go on from, `evidence` has them
counted again.
"""
