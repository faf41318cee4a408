"""The formats that Sheffer opens: how an input of each is made, and what opens it.

`FORMATS` holds them by name. Of a thousand inputs each gets its share; the quick run makes a
sample of the same shares. A new format is a line here and a function `(rng, folder) -> Given`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.fuzz.inputs import command_lines, resumed, runs, seeds, studies
from tests.fuzz.inputs.changes import change_data, changed_file, json_text
from tests.fuzz.inputs.watching import Given
from tests.support.random_texts import changed_text, random_certificate, random_text
from theory.formats.component_files import load_components
from theory.formats.problem_files import load_problem
from theory.formats.sygus import load_sygus
from theory.kernel.checks.certificates import load_certificate
from theory.kernel.components.component_sets import ComponentSet
from theory.turing.texts import load_machine

MOST = 300_000
"""Characters of an input: a file of megabytes takes its seconds, whatever is in it."""


def component_set(rng: Random, folder: Path) -> Given:
    """A component set in SMT-LIB."""
    path = _written(folder / "set.smt2", _smt(rng, seeds.component_sets()))
    return Given(lambda: load_components(path), path.name)


def problem(rng: Random, folder: Path) -> Given:
    """A problem in SMT-LIB."""
    path = _written(folder / "problem.smt2", _smt(rng, seeds.problems()))
    return Given(lambda: load_problem(path), path.name)


def _smt(rng: Random, texts: tuple[bytes, ...]) -> bytes:
    """Half of them by what knows the language, half by what does not."""
    way = rng.random()
    if way < 0.1:
        return random_text(rng)[:MOST].encode("utf-8", "surrogatepass")
    data = rng.choice(texts)
    if way < 0.5:
        text = changed_text(rng, data.decode(), changes=2)[:MOST]
        return text.encode("utf-8", "surrogatepass")
    return changed_file(rng, data, texts)


def samples(rng: Random, folder: Path) -> Given:
    """Samples for a component set, or a table, as CSV."""
    name, data = rng.choice(seeds.samples())
    if rng.random() < 0.05:
        name = rng.choice(sorted(seeds.COMPONENTS))
    others = [other for _, other in seeds.samples()]
    path = _written(folder / "samples.csv", changed_file(rng, data, others))
    components = _components(name) if name else None
    return Given(lambda: load_problem(path, components), path.name)


@cache
def _components(name: str) -> ComponentSet:
    from theory import read_components

    return read_components(seeds.COMPONENTS[name], name=name)


def sygus(rng: Random, folder: Path) -> Given:
    """A SyGuS problem."""
    data = changed_file(rng, rng.choice(seeds.sygus()), seeds.sygus())
    path = _written(folder / "question.sl", data)
    return Given(lambda: load_sygus(path), path.name)


def machine(rng: Random, folder: Path) -> Given:
    """A Turing machine: bbchallenge, YAML or JFLAP."""
    data = changed_file(rng, rng.choice(seeds.machines()), seeds.machines())
    path = _written(folder / "machine.txt", data)
    return Given(lambda: load_machine(path), path.name)


def certificate(rng: Random, folder: Path) -> Given:
    """A certificate, as far as it is read before anything in it is checked."""
    way = rng.random()
    if way < 0.4:
        texts = [text.encode() for text in seeds.certificates()]
        data = changed_file(rng, rng.choice(texts), texts)
    else:
        found = json.loads(rng.choice(seeds.certificates()))
        if way < 0.5:
            found = random_certificate(rng)
        for _ in range(rng.choice((1, 1, 2))):
            change_data(rng, found)
        data = json_text(rng, found).encode("utf-8", "surrogatepass")
    path = _written(folder / "certificate.json", data)
    return Given(lambda: load_certificate(path), path.name)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its share of a thousand inputs, how one is made, what is made before."""

    share: int
    make: Callable[[Random, Path], Given]
    prepare: Callable[[], object] = int


FORMATS = {
    "component-sets": Format(180, component_set, seeds.component_sets),
    "problems": Format(130, problem, seeds.problems),
    "samples": Format(200, samples, seeds.samples),
    "sygus": Format(150, sygus, seeds.sygus),
    "machines": Format(150, machine, seeds.machines),
    "certificates": Format(90, certificate, seeds.certificates),
    "results": Format(40, studies.result_folder, studies.prepare),
    "databases": Format(20, studies.study_database, studies.prepare),
    "resumed": Format(12, resumed.resume_file, resumed.prepare),
    "runs": Format(20, runs.run_checkpoint, runs.prepare),
    "command-lines": Format(8, command_lines.command_line, command_lines.prepare),
}
