"""`python -m benchmarks [NAME ...]`: runs the benchmarks of this folder, or those named."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Runs each benchmark's `main`."""
    here = Path(__file__).parent
    names = sorted(p.stem for p in here.glob("*.py") if not p.stem.startswith("_"))
    words = [word.replace("-", "_") for word in sys.argv[1:]]
    modes = [word for word in words if word in ("quick", "full")]  # for those that have both
    chosen = [word for word in words if word not in modes] or names
    for name in chosen:
        if name not in names:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(names)}")
    for name in chosen:
        print(f"== {name}", flush=True)
        module = importlib.import_module(f"benchmarks.{name}")
        module.main(*modes[:1]) if name == "hackers_delight" else module.main()
        print(flush=True)


if __name__ == "__main__":
    main()
