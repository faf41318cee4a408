"""The kernel is what the checkers reach, and TRUST.md names exactly that."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

from theory.kernel.checks.certificates import _CHECKERS

ROOT = Path(__file__).resolve().parents[2]
KERNEL = ROOT / "theory" / "kernel"
KINDS = {"optimum": "o", "simulation": "s", "limit": "l", "functional": "f"}
ENTRY = "theory.kernel.checks.certificates"

MOST = {"optimum": 3_900, "simulation": 3_310, "limit": 2_710, "functional": 2_630}
MOST_TOGETHER = 5_850


def path_of(module: str) -> Path | None:
    path = ROOT / (module.replace(".", "/") + ".py")
    return path if path.is_file() else None


@cache
def imports(module: str) -> frozenset[str]:
    """What a module imports of ours, wherever in it the import stands."""
    path = path_of(module)
    assert path is not None
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(m for m in found if m.split(".")[0] in ("theory", "solvers") and path_of(m))


def reached(kind: str) -> set[str]:
    """The modules that a checker of this kind reaches, from the sources."""
    seen: set[str] = set()
    ahead = [ENTRY, _CHECKERS[kind]]
    while ahead:
        module = ahead.pop()
        if module not in seen:
            seen.add(module)
            ahead += imports(module)
    return seen


def code_lines(path: Path) -> int:
    """Lines with code: no blank ones, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    words: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        for part in body if isinstance(body, list) else []:
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
                words.update(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    skipped = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENDMARKER,
    }  # fmt: skip
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - words)


def table() -> dict[str, set[str]]:
    """The modules that TRUST.md names, with their kinds."""
    text = (ROOT / "theory" / "TRUST.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_/]+)` \| ([oslf ]+) \| (.+) \|$", text, re.MULTILINE)
    assert len({name for name, _, _ in rows}) == len(rows)
    return {
        f"theory.kernel.{name.replace('/', '.')}": set(kinds.split()) for name, kinds, _ in rows
    }


def test_trust_names_exactly_what_each_checker_reaches() -> None:
    named = table()
    for kind, letter in KINDS.items():
        wanted = {module for module, letters in named.items() if letter in letters}
        assert reached(kind) == wanted, kind


def test_the_kernel_holds_nothing_else() -> None:
    together = set().union(*map(reached, KINDS))
    files = {
        "theory.kernel." + str(path.relative_to(KERNEL).with_suffix("")).replace("/", ".")
        for path in KERNEL.rglob("*.py")
        if path.name != "__init__.py"
    }
    assert together == files
    for path in KERNEL.rglob("__init__.py"):
        assert code_lines(path) == 0, f"{path} runs code of its own"


def test_the_kernel_stays_small(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {}
    for kind in KINDS:
        paths = [path_of(module) for module in reached(kind)]
        counts[kind] = sum(code_lines(path) for path in paths if path is not None)
    together = sum(code_lines(path) for path in KERNEL.rglob("*.py"))
    with capsys.disabled():
        listed = ", ".join(f"{kind} {count}" for kind, count in counts.items())
        print(f"\nlines of code that a checker reaches: {listed}; all kinds {together}")
    assert all(counts[kind] <= MOST[kind] for kind in KINDS)
    assert together <= MOST_TOGETHER


def test_a_checker_loads_the_kernel_and_no_more() -> None:
    """At run time as in the sources: no search, no other format, no z3 before it is asked."""
    code = (
        "import sys; import theory.command; import importlib; "
        f"[importlib.import_module(m) for m in {sorted(_CHECKERS.values())!r}]; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('theory', 'solvers', 'z3', 'numpy', 'cvc5')))"
    )
    found = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(ast.literal_eval(found.stdout))
    packages = {m for m in loaded if path_of(m) is None}
    rooms = {"language", "components", "problems", "machines", "checks"}
    assert packages == {"theory", "theory.kernel", *(f"theory.kernel.{room}" for room in rooms)}
    assert loaded - packages == {"theory.command", *set().union(*map(reached, KINDS))}
