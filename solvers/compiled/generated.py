"""The Numba tier: one compiled kernel for the components of a problem, kept on disk.

`word_kernel(components)` writes the source of a function that runs many sequences on many samples
over machine words, one branch for each instance (a component at a parameter setting), compiles it
and keeps it in the user's cache directory. The file's name is a hash of the source and of all that
gives it its meaning, so that a stale kernel can never be used.

`run_words(genome codes ...)` in the source returns the final slots' errors; an overflow is
reported for each genome and never used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numba

from solvers.compiled import scalars, term_code
from solvers.compiled.array_code import machine_terms, source_lines
from solvers.compiled.compiling import cache_folder, folder_of_this_process
from theory.kernel.components.component import Component
from theory.kernel.components.placements import Instance
from theory.kernel.language.sorts import Sort, Value

MAX_INSTANCES = 400

_HEADER = '''"""Written by Sheffer; may be deleted at any time."""
import numpy as np
from solvers.compiled.compiling import compiled
from solvers.compiled.scalars import *

U = np.uint64


@compiled(error_model="numpy")
def apply(instance, a, out, flags):
    """Runs one instance on the words a[0], a[1], ...; False where it blocks."""
'''

_RUNNER = '''

@compiled(error_model="numpy")
def run_words(instances, reads, writes, inputs, slots, results, overflow):
    """Runs each sequence on each sample.

    instances (n, steps), reads (n, steps, arity), writes (n, steps, outs); -1 marks a no-op.
    inputs (samples, m); slots (s,) scratch; results (n, samples, s) the final slots, with
    results[g, j, -1] = 1 where sample j blocked; overflow (n,).
    """
    flags = np.zeros(1, dtype=np.bool_)
    a = np.zeros(max(1, reads.shape[2]), dtype=np.int64)
    out = np.zeros(max(1, writes.shape[2]), dtype=np.int64)
    for g in range(instances.shape[0]):
        flags[0] = False
        for j in range(inputs.shape[0]):
            slots[:] = 0
            slots[: inputs.shape[1]] = inputs[j]
            for k in range(instances.shape[1]):
                instance = instances[g, k]
                if instance < 0:
                    continue
                for i in range(reads.shape[2]):
                    if reads[g, k, i] >= 0:
                        a[i] = slots[reads[g, k, i]]
                if not apply(instance, a, out, flags):
                    slots[-1] = 1
                    break
                for i in range(writes.shape[2]):
                    if writes[g, k, i] >= 0:
                        slots[writes[g, k, i]] = out[i]
            results[g, j] = slots
        overflow[g] = flags[0]
'''


def supported(choices: list[Instance]) -> bool:
    """Whether the instances can run on machine words, and are few enough to be compiled."""
    return len(choices) <= MAX_INSTANCES and all(
        machine_terms([t for t in (*c.outputs, c.guard) if t is not None])
        and all(v.sort.kind in ("Bool", "Int", "BitVec") for v in c.inputs)
        and all(abs(int(p.low)) < 2**63 and abs(int(p.high)) < 2**63 for p in c.parameters)
        for c, _ in choices
    )


def kernel_source(choices: list[Instance]) -> str:
    """The source of the module: `apply` for one step and `run_words` for many sequences."""
    lines: list[str] = []
    for number, (component, setting) in enumerate(choices):
        operands = [f"a[{k}]" for k in range(len(component.inputs))]
        guard, body, results = instance_lines(number, component, setting, operands)
        lines.append(f"    {'if' if number == 0 else 'elif'} instance == {number}:")
        if guard is not None:
            body = [*guard[0], f"if not {guard[1]}:", "    return False", *body]
        body += [f"out[{k}] = np.int64({result})" for k, result in enumerate(results)]
        lines += [f"        {line}" for line in body]
    return _HEADER + "\n".join([*lines, "    return True"]) + "\n" + _RUNNER


Lines = list[str]


def instance_lines(
    number: int, component: Component, setting: tuple[Value, ...], operands: list[str]
) -> tuple[tuple[Lines, str] | None, Lines, list[str]]:
    """One instance as source text, over words given by the texts `operands`.

    Returns:
        The guard (lines and the name of its result; None where there is none), the lines that
        compute the outputs, and the names of these. The guard's lines come first.
    """
    outputs, guard = component.instantiate(setting)
    places = {v.name: f"x{number}_{k}" for k, v in enumerate(component.inputs)}
    read = [
        f"{places[v.name]} = {_from_word(v.sort, word)}"
        for v, word in zip(component.inputs, operands, strict=True)
    ]
    body, results = source_lines(outputs, places, _literal, f"t{number}_")
    if guard is None:
        return None, [*read, *body], results
    made, (holds,) = source_lines((guard,), places, _literal, f"g{number}_")
    return ([*read, *made], holds), body, results


def _from_word(sort: Sort, word: str) -> str:
    return {"Bool": f"{word} != 0", "Int": word, "BitVec": f"np.uint64({word})"}[sort.kind]


def _literal(sort: Sort, value: Value) -> str:
    if sort.kind == "Bool":
        return str(bool(value))
    return f"np.{'int64' if sort.kind == 'Int' else 'uint64'}({value})"


def word_kernel(choices: list[Instance]) -> Callable[..., None]:
    """The compiled `run_words` for these instances, from the cache where it is there."""
    function: Callable[..., None] = compiled_module(kernel_source(choices)).run_words
    return function


def compiled_module(source: str) -> ModuleType:
    """The module of a generated source, from the cache where it is there."""
    digest = hashlib.sha256()
    for part in (source, numba.__version__, sys.version, _text(scalars), _text(term_code)):
        digest.update(part.encode())
    name = f"sheffer_kernel_{digest.hexdigest()[:24]}"
    return sys.modules.get(name) or _load(name, source)


def _text(module: ModuleType) -> str:
    return Path(module.__file__ or "").read_text(encoding="utf-8")


def _load(name: str, source: str) -> ModuleType:
    try:
        path = _written(cache_folder() / "kernels" / f"{name}.py", source)
    except OSError:  # its disk is full
        path = _written(folder_of_this_process() / f"{name}.py", source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: Numba's disk cache looks the module up by name
    spec.loader.exec_module(module)
    return module


def _written(path: Path, source: str) -> Path:
    """The file with this text."""
    if path.is_file() and path.read_text(encoding="utf-8") == source:
        return path
    path.parent.mkdir(exist_ok=True)
    # Several processes may write it at once, each a file of its own.
    number, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(source)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
    return path
