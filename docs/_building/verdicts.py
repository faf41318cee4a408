"""Decides component sets and writes their pages.

    python -m _building.verdicts NAME ...

For each set: the verdict, its certificate NAME.json, for Boolean functions the place in Post's
lattice NAME.svg, and the page NAME.md; then the table of all, index.md. Certificates are checked by
`sheffer-check`, in a process that loads no search; one that is not accepted ends the program.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _building.pages_of_sets import index, page
from solvers.commands.verify import _asks_for_functions
from theory import catalogue
from theory.formats.certificates import write_certificate
from theory.formats.component_files import load_components, read_text
from theory.kernel.components.component_sets import ComponentSet


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a set.

    Attributes:
        components, text: the set, and its file as it stands.
        why, memory: the file's first comments.
        question: `turing` or `functions`.
        verdict: solvers' `Verdict`, or its `Decision`.
        answer: complete, incomplete or unknown.
        certificate: the certificate as plain data, or None.
    """

    components: ComponentSet
    text: str
    why: str
    memory: str
    question: str
    verdict: Any
    answer: str
    certificate: dict[str, Any] | None


def decided(name: str) -> Found:
    """The verdict of a set by name; files written on the way: NAME.json, NAME.svg."""
    shipped = name in catalogue.names()
    path = Path(f"{name}.smt2")
    components = catalogue.load(name) if shipped else load_components(path)
    text = catalogue.text(name) if shipped else read_text(path)
    why, memory = catalogue.about(name) if shipped else (_comment(text), "")
    if _asks_for_functions(None, None, components):
        found, question = _functions(components, name), "functions"
        answer, certificate = found.verdict.status, found.certificate
    else:
        from solvers.completeness.verdict import verdict

        found, question = verdict(components), "turing"
        answer, certificate = str(found.answer), found.certificate
    if certificate is not None:
        write_certificate(certificate, f"{name}.json")
    return Found(components, text, why, memory, question, found, answer, certificate)


def _comment(text: str) -> str:
    lines = text.splitlines()
    return " ".join(line.lstrip("; ") for line in lines if line.startswith(";"))


def _functions(components: ComponentSet, name: str) -> Any:
    from solvers.completeness.finite import draw_place, place
    from solvers.completeness.functional import decide_functions

    decision = decide_functions(components)
    if decision.verdict.k == 2:
        draw_place(place(decision.verdict.operations), f"{name}.svg")
    return decision


def checks(names: list[str]) -> dict[str, str]:
    """What `sheffer-check` prints for each certificate.

    Raises:
        SystemExit: it does not accept one.
    """
    files = [f"{name}.json" for name in names]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "theory", *files], capture_output=True, text=True, check=False
    )
    parts = done.stdout.split("ACCEPTED")[1:]
    if done.returncode or len(parts) != len(names):
        raise SystemExit(f"a certificate is not accepted:\n{done.stdout}{done.stderr}")
    return {name: f"ACCEPTED{part}" for name, part in zip(names, parts, strict=True)}


def main(names: list[str]) -> None:
    """Writes the pages of these sets into the current folder."""
    sets = {name: decided(name) for name in names}
    checked = checks([name for name, found in sets.items() if found.certificate is not None])
    for name, found in sets.items():
        Path(f"{name}.md").write_text(page(name, found, checked.get(name, "")), encoding="utf-8")
    Path("index.md").write_text(index(sets), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
