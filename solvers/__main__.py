"""`python -m solvers`, and the command `sheffer`: a Ctrl-C is one line from the first moment on."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Loads and runs the command line."""
    try:
        from solvers.stopping.ctrl_c import never_lost

        never_lost()
        from solvers.cli import main as run

        run()
    except KeyboardInterrupt:
        print("sheffer: interrupted", file=sys.stderr)
        sys.exit(3)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; the exit code shall be ours


if __name__ == "__main__":
    main()
