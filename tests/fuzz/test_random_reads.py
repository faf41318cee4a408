"""Random texts and data into every reader: each is read, or refused by one of our errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fuzz.campaign import LIMITS, bounded_memory, watched
from tests.fuzz.certificates import certificate_text
from tests.fuzz.mutations import (
    SNIPPETS,
    TEXTS,
    odd_text,
)
from tests.support.random_texts import (
    NAMES,
    PROBLEMS,
    WORDS,
    changed_text,
    random_certificate,
    random_data,
    random_text,
)
from theory import check, read_components, read_problem

CODES = {0, 1, 2, 3}
WORDS += [
    "define-fun",
    "define-sort",
    "set-info",
    ":sheffer",
    "let",
    "ite",
    "_",
    "as",
    "const",
    "!",
]
WORDS += [
    "select",
    "store",
    "bvneg",
    "abs",
    "-",
    "/",
    "to_int",
    "divisible",
    "repeat",
    "4096",
    "9999",
]


def read_one(rng: Random) -> tuple[str, Callable[[], object], object]:
    """A reader's name, a call of it, and what it is given."""
    which = rng.choice(("components", "components", "problem", "check"))
    if which == "check":
        data = random_certificate(rng)
        return which, lambda: check(data, LIMITS), data
    text = random_text(rng)
    if which == "problem" and rng.random() < 0.6:
        lines = [*SNIPPETS[:2], rng.choice(PROBLEMS[:2]), *PROBLEMS[3:]]
        text = changed_text(rng, "\n".join(lines), changes=2)
    if which == "components":
        return which, lambda: read_components(text), text
    return which, lambda: read_problem(text), text


def read_many(seeds: range, folder: Path) -> None:
    """Reads what each seed gives; all faults are reported together, the shortest of a kind."""
    outcomes: Counter[tuple[str, str]] = Counter()
    faults: dict[str, tuple[int, int, object]] = {}
    with bounded_memory():
        for seed in seeds:
            which, call, given = read_one(Random(seed))
            found = watched(call)
            outcomes[which, found.refused.reason if found.refused else "read"] += 1
            if found.fault:
                size = len(repr(given))
                known = faults.get(f"{which}: {found.fault}")
                if known is None or size < known[1]:
                    faults[f"{which}: {found.fault}"] = (seed, size, given)
    print(f"\n{dict(outcomes.most_common())}")
    lines = []
    for k, (fault, (seed, size, given)) in enumerate(faults.items()):
        path = folder / f"{k}.txt"
        path.write_text(json.dumps(given) if isinstance(given, dict) else ascii(given))
        lines.append(f"{fault}: seed {seed}, {size} characters, {path}")
    assert not faults, "\n".join(lines)
    for reader in ("components", "problem", "check"):
        assert outcomes[reader, "read"] > len(seeds) // 1_000, f"{reader} has read too little"


def test_random_reads(tmp_path: Path) -> None:
    read_many(range(2_000), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(5))
def test_many_random_reads(shard: int, tmp_path: Path) -> None:
    read_many(range(100_000 + shard * 10_000, 110_000 + shard * 10_000), tmp_path)


def _file_of(rng: Random, path: Path) -> Path:
    """A random file: noise, JSON, or a certificate with random parts or odd texts."""
    way = rng.randrange(6)
    if way == 0:
        path.write_bytes(bytes(rng.randrange(256) for _ in range(rng.randrange(80))))
    elif way == 1:
        path.write_text(json.dumps(random_data(rng)))
    elif way == 2:
        text = '{"format": "sheffer certificate", "version": 1, "kind": "limit", "a": '
        path.write_text(
            text + rng.choice(("[" * 5_000, "1" * 6_000, "1e999}", '"\\ud800"}', "NaN}"))
        )
    elif way <= 4:
        data: dict[str, Any] = json.loads(certificate_text(rng.choice(NAMES)))
        odd_text(rng, data, {})
        path.write_text(json.dumps(data))
    else:
        path.write_text(json.dumps(random_certificate(rng)).replace("Infinity", "1e999"))
    return path


def _run(files: list[Path], encoding: str) -> None:
    """Checks files by the command: its output is plain text, its exit code one of ours."""
    command = [sys.executable, "-m", "theory", "--timeout", "2", *map(str, files)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, env=environment)
    output = done.stdout.decode(encoding, "replace")
    errors = done.stderr.decode(encoding, "replace")
    # A traceback exits with 1 as well, which says that a certificate is refused.
    assert "Traceback" not in errors, errors[-2_000:]
    assert done.returncode in CODES
    assert (done.returncode == 1) <= ("REFUSED" in output), output[-2_000:]
    odd = [line for line in (output + errors).split("\n") if not line.isprintable()]
    assert not odd, ascii(odd[0][:500])


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_random_files_by_the_command(encoding: str, tmp_path: Path) -> None:
    rng = Random(7)
    files = [_file_of(rng, tmp_path / f"{k}.json") for k in range(18)]
    for part in (files[:14], *([file] for file in files[14:])):
        _run(part, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", ["counter", "one-counter"])
def test_odd_names_by_the_command(name: str, encoding: str, tmp_path: Path) -> None:
    files = []
    for k, text in enumerate(TEXTS):
        data: dict[str, Any] = json.loads(certificate_text(name))
        if name == "counter":
            data["problem"]["name"] = text
        else:
            data["set"] = data["set"].replace("one-counter", f"|{text}|")
        files.append(tmp_path / f"{k}.json")
        files[-1].write_text(json.dumps(data))
    _run(files, encoding)
