"""How the pages of the documentation are filled; `docs/_hook.py` calls it when MkDocs builds them.

    blocks       a page's text as pieces: plain text, and fenced blocks
    workshop     a temporary folder of a page, and commands run in it
    actions      what a block may ask for, and the text that takes its place
    diagrams     boxes and arrows as inline SVG
    widgets      the parts of a page that answer to a reader: a machine, a search graph
    catalogue    a page for each shipped component set

Programs that run in the folder of a page, and print Markdown or JSON:

    verdicts     decides the sets of the catalogue and writes their pages (`pages_of_sets`)
    layers       the search graph of a problem
    models       the universal machines, drawn
    frontiers    exact frontiers, solved anew
    yardsticks   published values, each computed anew
    committed    the kept runs of a comparison, checked against the code
    league, growth    tables and pictures from those runs
    coevolution  ratios and networks from kept runs, each network checked on all inputs
"""
