"""`python -m solvers`, and the command `sheffer`: a Ctrl-C is one line from the first moment on."""

from __future__ import annotations

import sys


def main() -> None:
    """Loads and runs the command line."""
    try:
        from solvers.cli import main as run

        run()
    except KeyboardInterrupt:
        print("sheffer: interrupted", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
