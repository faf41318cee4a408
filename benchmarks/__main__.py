"""`python -m benchmarks [NAME ...]`: runs the benchmarks of this folder, or those named."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Runs each benchmark's `main`."""
    here = Path(__file__).parent
    names = sorted(p.stem for p in here.glob("*.py") if not p.stem.startswith("_"))
    chosen = sys.argv[1:] or names
    for name in chosen:
        if name not in names:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(names)}")
    for name in chosen:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
        print(flush=True)


if __name__ == "__main__":
    main()
