"""Runs in progress, saved as plain data: whoever opens a folder of another person runs no code.

- `plain_data`: numbers, texts, lists, mappings and arrays as bytes, and back.
- `state`: what a search declares to be its state, taken out of it and checked on the way back.
- `checkpoints`: the file of one run, and the searches that can only be pickled.
- `seal`: the secret by which a pickle is known to be this user's own.
"""
