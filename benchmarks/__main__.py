"""`python -m benchmarks [NAME ...] [quick|full]`: runs all benchmarks of this folder, or some.

A benchmark with two forms runs the quick one, of some minutes, unless the last word is `full`.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path


def main() -> None:
    """Runs each benchmark's `main`."""
    here = Path(__file__).parent
    names = sorted(
        p.stem
        for p in here.iterdir()
        if (p.suffix == ".py" or (p / "__init__.py").exists()) and not p.stem.startswith("_")
    )
    chosen, form = [word.replace("-", "_") for word in sys.argv[1:]], "quick"
    if chosen and chosen[-1] in ("quick", "full"):
        form = chosen.pop()
    for name in chosen:
        if name not in names:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(names)}")
    for name in chosen or names:
        print(f"== {name}", flush=True)
        work = importlib.import_module(f"benchmarks.{name}").main
        if "form" in inspect.signature(work).parameters:
            work(form)
        else:
            work()
        print(flush=True)


if __name__ == "__main__":
    main()
