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
from tests.fuzz.certificates import CATALOGUE, FUNCTIONS, SETS, certificate_text
from tests.fuzz.mutations import (
    FAMILIES,
    ODD_VALUES,
    PARTS,
    SET_PARTS,
    SNIPPETS,
    TEXTS,
    add_component,
    add_part,
    add_starts,
    change_token,
    cut_text,
    drop_part,
    odd_text,
)
from theory import check, read_components, read_problem

CODES = {0, 1, 2, 3}
NAMES = (  # of certificates of each kind that are quickly made
    "table", "xor-too-short", "counter", "lowest-32", "three", "two-stacks", "one-counter",
    "finite", "functions-nand", "functions-affine-3", "functions-post-3",
)  # fmt: skip
WORDS = [word for family in FAMILIES for word in family]
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
PROBLEMS = (
    '(set-info :sheffer "(problem p (target goal) (length 3) (wiring dag))")',
    '(set-info :sheffer "(problem p (target goal) (length 3) (measure absolute) (condition pos))")',
    '(set-info :sheffer "(problem p (target goal goal) (length 99999) (wiring chain))")',
    "(define-fun goal ((x Int)) Int (abs x))",
    "(define-fun pos ((x Int)) Bool (> x 0))",
)  # fmt: skip


def nested(rng: Random) -> str:
    """Deep or repeated structure."""
    depth = rng.choice((10, 300, 300, 1_900, 2_100, 2_100, 20_000))
    shapes = (
        "(" * depth + ")" * depth,
        f"(define-fun f ((x Int)) Int {'(- ' * depth}x{')' * depth})",
        f"(define-fun f ((x Int)) Int {'(let ((x (+ x x))) ' * depth}x{')' * depth})",
        f"(define-fun f ((t {'(Array Int ' * depth}Int{')' * depth})) Int 0)",
        "\n".join(
            f"(define-fun f{k} ((x Int)) Int (* (f{k - 1} x) (f{k - 1} x)))" if k else
            "(define-fun f0 ((x Int)) Int (+ x 1))" for k in range(min(depth, 120))
        ),
        f"(define-fun f ((x Int)) Int (+ {'x ' * depth}))",
        f"(define-fun f ((x (_ BitVec 64))) (_ BitVec 64) {'(bvmul x ' * depth}x{')' * depth})",
        f"(define-fun f ({' '.join(f'(x{k} Int)' for k in range(depth))}) Int x0)",
    )  # fmt: skip
    return rng.choice(shapes)


def expression(rng: Random, depth: int = 4) -> str:
    """A random s-expression of the format's words."""
    if depth == 0 or rng.random() < 0.3:
        return rng.choice((*WORDS, "x", "y", "0", "1", "2.5", "#b01", "#xff", "|a b|", '"s"', "-3"))
    parts = [expression(rng, depth - 1) for _ in range(rng.randrange(6))]
    return f"({' '.join(parts)})"


def component_text(rng: Random) -> str:
    """Lines that mostly are definitions and descriptions."""
    lines = [f'(set-info :sheffer "(set s {" ".join(rng.sample(SET_PARTS, rng.randrange(4)))})")']
    for k in range(rng.randrange(1, 4)):
        sort = rng.choice(FAMILIES[5])
        body = rng.choice(
            (expression(rng, 3), "x", f"(+ x {k})", "(= x x)", f"(ite (= x {k}) x x)")
        )
        result = rng.choice((sort, "Bool", "Int"))
        lines.append(f"(define-fun f{k} ((x {sort})) {result} {body})")
        if rng.random() < 0.6:
            parts = " ".join(rng.sample(PARTS, rng.randrange(4)))
            kind = rng.choice(FAMILIES[7])
            lines.append(f'(set-info :sheffer "({kind} f{k} {parts})")')
    lines += rng.sample(SNIPPETS, rng.randrange(3))
    lines += rng.sample(PROBLEMS, rng.randrange(5))
    rng.shuffle(lines)
    return "\n".join(lines)


def changed_text(rng: Random, text: str = "", changes: int = 4) -> str:
    """A text of the catalogue or of this folder, or a given one, changed a few times."""
    holder = {"set": text or rng.choice(_texts())}
    for _ in range(rng.randrange(1, changes + 1)):
        change = rng.choice(
            (change_token, cut_text, add_part, drop_part, add_component, add_starts, odd_text)
        )
        change(rng, holder, {})
    return str(holder["set"])


def _texts() -> list[str]:
    shipped = [path.read_text() for path in sorted(CATALOGUE.glob("*.smt2"))]
    return [*shipped, *SETS.values(), *FUNCTIONS.values(), "\n".join(PROBLEMS)]


def noise(rng: Random) -> str:
    """Random characters."""
    odd = "".join(rng.choice(("a", "(", ")", '"', "|", ";", "\\", *TEXTS[:12])) for _ in range(20))
    raw = bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
    return rng.choice((odd, raw.decode("utf-8", "surrogateescape"), raw.decode("latin-1")))


def random_text(rng: Random) -> str:
    """One of the texts above."""
    make = rng.choices(
        (noise, nested, lambda r: " ".join(expression(r) for _ in range(4)), component_text,
         changed_text), (2, 1, 3, 8, 8),
    )[0]  # fmt: skip
    return str(make(rng))


def random_data(rng: Random, depth: int = 4) -> Any:
    """Random JSON with the names that certificates use."""
    if depth == 0 or rng.random() < 0.25:
        return rng.choice((*ODD_VALUES, *TEXTS[:10]))
    if rng.random() < 0.4:
        return [random_data(rng, depth - 1) for _ in range(rng.randrange(4))]
    keys = ("problem", "frontier", "set", "regime", "route", "hints", "model", "name", "operations",
            "components", "k", "verdict", "terms", "relations", "evidence", "target",
            "inputs")  # fmt: skip
    return {rng.choice(keys): random_data(rng, depth - 1) for _ in range(rng.randrange(6))}


def random_certificate(rng: Random) -> dict[str, Any]:
    """A certificate with random things inside, a random text as its set, or its own one changed."""
    data: dict[str, Any] = json.loads(certificate_text(rng.choice(NAMES)))
    way = rng.random()
    if way < 0.3:
        keys = [k for k in data if k not in ("format", "version", "kind")]
        for key in rng.sample(keys, rng.randrange(1, len(keys) + 1)):
            data[key] = random_data(rng)
        return data
    holder = data.get("problem", data)
    key = "set" if "set" in data else "components"
    own = holder.get(key)
    changed = way > 0.8 and isinstance(own, str)
    holder[key] = changed_text(rng, own, changes=1) if changed else random_text(rng)
    return data


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
