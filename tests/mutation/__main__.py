"""`python -m tests.mutation MODULE...`: counts, and each change that no test noticed.

A module is named as in theory/TRUST.md, for instance `checks/limits`. Of a module with many mutants
a sample is drawn.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.coverage_of_tests import measure
from tests.mutation.mutants import mutants_of
from tests.mutation.trial import Changer, Fate, attempt

ROOT = Path(__file__).resolve().parents[2]
KERNEL = ROOT / "theory" / "kernel"
TESTS = (
    "tests/rejects",
    "tests/theory",
    "tests/completeness",
    "tests/exact/test_agreement.py",
    "tests/exact/test_proofs.py",
    "tests/commands/test_sygus_answers.py",
)


class Runner:
    """A plugin of pytest that tries mutants instead of running the tests once."""

    def __init__(self, modules: list[str], most: int, seed: int, seconds: float) -> None:
        self.modules, self.most, self.seed, self.seconds = modules, most, seed, seconds

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tries the mutants of each module."""
        items = {item.nodeid: item for item in session.items}
        tested = measure(session.items, KERNEL, ROOT / "build" / "mutation" / f"{_digest()}.json")
        print(f"{len(items)} tests, of which {len(tested.seconds)} are quick")
        for module in self.modules:  # checkers are imported when they are first asked
            import_module(f"theory.kernel.{module.replace('/', '.')}")
        changer = Changer()
        gc.freeze()
        for module in self.modules:
            mutants = mutants_of(KERNEL / f"{module}.py")
            total = len(mutants)
            if total > self.most:
                mutants = random.Random(f"{self.seed} {module}").sample(mutants, self.most)
            begun = time.monotonic()
            kills: Counter[str] = Counter()
            fates: Counter[Fate] = Counter()
            for mutant in sorted(mutants, key=lambda m: (m.line, m.number, m.option)):
                trial = attempt(mutant, changer, items, tested, kills, self.seconds)
                fates[trial.fate] += 1
                if trial.fate is Fate.KILLED:
                    kills[trial.test] += 1
                else:
                    said = trial.test or f"{trial.tried} tests"
                    where = f"{module}:{mutant.line} {mutant.place}"
                    print(f"  {trial.fate.value}: {where}: {mutant.change} [{said}]", flush=True)
            killed = fates[Fate.KILLED] + fates[Fate.BY_TIME]
            print(
                f"{module}: {total} mutants, {len(mutants)} tried, {killed} killed"
                f" ({fates[Fate.BY_TIME]} by time), {len(mutants) - killed} survived"
                f" ({fates[Fate.NOT_REACHED]} not reached), {time.monotonic() - begun:.0f} s",
                flush=True,
            )
        return True


def _digest() -> str:
    """Stands for the sources that the tests run lines of."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "theory").rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="for instance checks/limits; default: all")
    parser.add_argument("--most", type=int, default=120, help="mutants tried of a module")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--seconds", type=float, default=60, help="of tests for one mutant")
    given = parser.parse_args()
    modules = given.modules or [
        path.relative_to(KERNEL).with_suffix("").as_posix()
        for folder in ("checks", "machines")
        for path in sorted((KERNEL / folder).glob("*.py"))
        if path.stem != "__init__"
    ]
    quiet = ["-p", "no:cacheprovider", "--hypothesis-seed=0", "--tb=no", "-s"]
    pytest.main([*quiet, *TESTS], plugins=[Runner(modules, given.most, given.seed, given.seconds)])


if __name__ == "__main__":
    main()
