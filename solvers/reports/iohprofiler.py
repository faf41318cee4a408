"""Export in the IOHprofiler format, for IOHanalyzer, IOHinspector and other tools that read it.

One JSON file for each problem and search, beside it the runs as `.dat`: a line for each improvement
and one for the last evaluation. J. de Nobel et al., IOHexperimenter: Benchmarking Platform for
Iterative Optimization Heuristics, Evolutionary Computation 32 (2024), 205-210; format 0.3.3.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solvers.searches import RunResult
from solvers.studies.plan import Benchmark
from solvers.studies.results import Results
from theory.formats.files import file_name, folder_in, replacing

VERSION = "0.3.3"
SUITE = "sheffer"


def write_iohprofiler(results: Results, folder: str | Path) -> Path:
    """Write every run of a study into a folder, made if missing; the folder.

    The function id is the problem's place in the study, from 1; dimension is the number of genes;
    `raw_y` is the error (to be minimised). An infinite error is written as the greatest float.
    Experiment attributes: problem, family, optimum, evidence, cap, repetitions and seed.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    study = results.study
    for number, benchmark in enumerate(study.benchmarks, start=1):
        for search in study.searches:
            runs = study.runs.get((benchmark.name, search))
            if runs:
                _write(results, benchmark, number, search, runs, folder)
    return folder


def _write(
    results: Results,
    benchmark: Benchmark,
    number: int,
    search: str,
    runs: Sequence[RunResult],
    folder: Path,
) -> None:
    dimension = max(1, len(runs[0].best_genome))
    problem, directory = file_name(benchmark.name), folder_in(folder, file_name(search))
    directory = folder_in(directory, f"f{number}_{problem}")
    data = directory / f"IOHprofiler_f{number}_DIM{dimension}.dat"
    lines: list[str] = []
    for run in runs:
        lines.append("evaluations raw_y")
        lines += [f"{at} {_value(error)!r}" for at, error in run.trajectory]
        if run.trajectory[-1][0] < run.evaluations:
            lines.append(f"{run.evaluations} {_value(run.best_error)!r}")
    with replacing(data) as stream:
        stream.write("\n".join(lines) + "\n")
    described = [_described(run, instance) for instance, run in enumerate(runs, start=1)]
    optimum = benchmark.optimum_text if benchmark.optimum is None else benchmark.optimum
    attributes: list[dict[str, Any]] = [
        {"problem": benchmark.name},
        {"family": benchmark.family},
        {"optimum": str(optimum)},
        {"evidence": benchmark.evidence},
        {"cap": str(benchmark.cap)},
        {"repetitions": str(results.repetitions)},
        {"seed": str(results.seed)},
    ]
    header = {
        "version": VERSION,
        "suite": SUITE,
        "function_id": number,
        "function_name": benchmark.name,
        "maximization": False,
        "algorithm": {"name": search, "info": "sheffer"},
        "experiment_attributes": attributes,
        "attributes": ["evaluations", "raw_y"],
        "scenarios": [
            {"dimension": dimension, "path": data.relative_to(folder).as_posix(), "runs": described}
        ],
    }
    path = folder / f"IOHprofiler_f{number}_{problem}_{file_name(search)}.json"
    with replacing(path) as stream:
        stream.write(json.dumps(header, indent=1))


def _described(run: RunResult, instance: int) -> dict[str, Any]:
    best = {
        "evals": run.trajectory[-1][0],
        "y": _value(run.best_error),
        "x": list(run.best_genome),
    }
    return {"instance": instance, "evals": run.evaluations, "best": best}


def _value(error: float) -> float:
    return float(error) if math.isfinite(error) else 1.7976931348623157e308
