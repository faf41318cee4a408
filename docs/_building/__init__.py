"""How the pages of the documentation are filled; `docs/_hook.py` calls it when MkDocs builds them.

blocks      a page's text as pieces: plain text, and fenced blocks
workshop    a temporary folder of a page, and commands run in it
actions     what a block may ask for, and the text that takes its place
diagrams    boxes and arrows as inline SVG
widgets     the parts of a page that answer to a reader: a machine, a search graph
recomputed  tables and pictures computed from committed files, each checked against the code
league      what is recomputed from the runs of a comparison
yardsticks  published values, each computed anew
catalogue   a page for each shipped component set
verdicts    what those pages tell: run as a program, it decides the sets and draws them
"""
