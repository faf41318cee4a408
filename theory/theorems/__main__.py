"""`python -m theory.theorems [NAME ...]`: checks theorems, all or those named, without a search.

Exit codes: 0 all claims hold, 1 one is refuted, 2 an unknown name.
"""

from __future__ import annotations

import argparse
import sys

from theory.kernel.errors import ShefferError
from theory.theorems import NAMES, find


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m theory.theorems", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    given = parser.parse_args(arguments)
    try:
        theorems = [find(name) for name in given.names or NAMES]
    except ShefferError as error:
        print(error, file=sys.stderr)
        return 2
    code = 0
    for theorem in theorems:
        report = theorem.check()
        print(*report.lines(), sep="\n")
        code = code if report.holds else 1
    return code


if __name__ == "__main__":
    sys.exit(main())
