"""The report of a comparison: tables, pictures and what they mean, as Markdown and as one HTML.

- `write_report(results, folder)`: `report.md`, `report.html`, `table.md`, `table.csv` and the
  pictures. Everything in them is computed from `results`.

The HTML file asks for nothing from outside: its pictures are drawn inside it and follow the
reader's light or dark colours; tables have captions and headers that a screen reader can follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from solvers.reports.contrasts import contrast_rows, ideal_rows, ideal_summary
from solvers.reports.page import Picture, Section, html_page
from solvers.reports.plots import convergence, frontiers, runtime_profiles
from solvers.reports.profiles import profiles
from solvers.reports.tables import budget_table, contrast_table, effort_table, ideal_table
from solvers.reports.tables_of_runs import (
    main_table,
    study_rows,
    target_table,
    to_csv,
    to_markdown,
)
from solvers.studies.results import Results
from theory.formats.files import replacing
from theory.formats.media import markdown
from theory.kernel.text import printable


def write_report(results: Results, folder: str | Path) -> list[Path]:
    """Write tables, pictures and report into a folder, made if missing; their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    study = results.study
    rows = study_rows(study)
    tables = [main_table(rows, ideal_rows(results)), contrast_table(contrast_rows(study)),
              target_table(rows)]  # fmt: skip
    text = "\n".join(to_markdown(table) for table in tables if table)
    if not study.complete:
        text = "*Partial: the study was interrupted.*\n\n" + text
    if results.notes:
        text += "\n**Notes**\n\n" + "\n".join(f"- {markdown(n)}" for n in results.notes) + "\n"
    written = [_write(folder / "table.md", text), _write(folder / "table.csv", to_csv(rows))]
    drawings, pictures, failures = _draw(results, folder)
    title = f"Searches against exact optima: {study.name}"
    results = replace(results, notes=(*results.notes, *failures))
    parts = list(sections(results, set(drawings)))
    report = [
        _write(folder / "report.html", html_page(title, parts, drawings)),
        _write(folder / "report.md", _markdown(title, parts)),
    ]
    return [*report, *written, *pictures]


def _write(path: Path, text: str) -> Path:
    with replacing(path) as stream:
        stream.write(text)
    return path


def sections(results: Results, drawn: set[str]) -> Iterator[Section]:
    """The parts of a report, in order.

    Args:
        drawn: the names of the pictures there are.
    """
    study = results.study
    rows, ideals = study_rows(study), ideal_rows(results)
    yield Section("What was run", _setting(results), items=tuple(_problems(results)))
    yield Section(
        "Reaching the optimum", _MAIN, (main_table(rows, ideals),), _pictures(drawn, "convergence")
    )
    contrasts = contrast_table(contrast_rows(study))
    if contrasts:
        yield Section("Contrasts", _CONTRASTS, (contrasts,))
    oracle = ideal_table(ideals)
    if oracle:
        wins = ideal_summary(ideals, study.searches)
        yield Section("Ideal random search", _IDEAL, (oracle,), items=tuple(wins))
    others = target_table(rows)
    yield Section(
        "Fixed targets", _TARGETS, (others,) if others else (), _pictures(drawn, "profiles")
    )
    budgets = budget_table(results)
    if budgets:
        yield Section("Fixed budgets", _BUDGETS, (budgets,))
    effort = effort_table(study)
    if effort:
        yield Section("Effort", _EFFORT, (effort,))
    if "frontiers" in drawn:
        yield Section("Exact frontiers", _FRONTIERS, pictures=_pictures(drawn, "frontiers"))
    if results.notes:
        yield Section("Notes", items=results.notes)
    yield Section("Files", _FILES)


def _setting(results: Results) -> tuple[str, ...]:
    study = results.study
    partial = "" if study.complete else " The study was interrupted: runs are missing."
    text = (
        f"{len(study.benchmarks)} problems, {len(study.searches)} searches "
        f"({', '.join(study.searches)}), {results.repetitions} runs of each search on each "
        f"problem, seed {results.seed}.{partial}"
    )
    groups: dict[str, list[str]] = {}
    for benchmark in study.benchmarks:
        if benchmark.data:
            groups.setdefault(benchmark.data, []).append(benchmark.name)
    shared = tuple(
        f"{', '.join(names)} are measured on the same {data} architectures: they are one family, "
        "not independent problems, and weigh as one where problems are taken together."
        for data, names in groups.items()
        if len(names) > 1
    )
    return (text, *shared)


def _problems(results: Results) -> Iterator[str]:
    for b in results.study.benchmarks:
        proved = b.optimum is not None
        what = "least error" if proved else "least error not proved, bounds"
        yield f"{b.name} (family {b.family}): {what} {b.optimum_text} ({b.evidence}), cap {b.cap:,}"


def _draw(results: Results, folder: Path) -> tuple[dict[str, str], list[Path], list[str]]:
    """Draw every picture: the SVG text of each by its name, the PNG files, and what went wrong.

    A picture that cannot be drawn, whatever the reason, costs no table.
    """
    study, found = results.study, profiles(results)
    curves = {
        name: [(length, error) for length, error, _ in lines]
        for name, lines in results.frontiers.items()
    }
    wanted: dict[str, Callable[[Path], Path]] = {}
    if study.runs:
        wanted["convergence"] = lambda path: convergence(study, path, [".svg"])
    if found:
        wanted["profiles"] = lambda path: runtime_profiles(found, path, [".svg"])
    if curves:
        wanted["frontiers"] = lambda path: frontiers(curves, path, [".svg"])
    drawings: dict[str, str] = {}
    paths: list[Path] = []
    failures: list[str] = []
    for name, draw in wanted.items():
        try:
            path = draw(folder / f"{name}.png")
            svg = path.with_suffix(".svg")
            drawings[name] = svg.read_text(encoding="utf-8")
            svg.unlink()  # it stands in the page
            paths.append(path)
        except Exception as error:
            why = printable(f"{type(error).__name__}: {error}", 200)
            failures.append(f"The picture {name}.png could not be drawn ({why}).")
    return drawings, paths, failures


def _pictures(drawn: set[str], name: str) -> tuple[Picture, ...]:
    return (_PICTURES[name],) if name in drawn else ()


def _markdown(title: str, parts: Sequence[Section]) -> str:
    lines = [f"# {markdown(title)}", ""]
    for part in parts:
        lines += [f"## {part.title}", ""]
        for paragraph in part.text:
            lines += [markdown(paragraph), ""]
        for table in part.tables:
            lines += [to_markdown(table), ""]
        for picture in part.pictures:
            lines += [f"![{picture.alternative}]({picture.name}.png)", "", picture.caption, ""]
        lines += [f"- {markdown(item)}" for item in part.items]
        lines += [""] if part.items else []
    return "\n".join(lines).rstrip() + "\n"


_PICTURES = {
    "convergence": Picture(
        "convergence",
        "Best error after each number of evaluations: median and quartiles over the runs.",
        "A panel a problem: the median best error of each search falls with evaluations, with the "
        "exact optimum as a dashed line. The tables hold the figures.",
    ),
    "profiles": Picture(
        "profiles",
        "Share of targets reached within each number of evaluations, with 95 % bands; dotted: "
        "ideal random search over distinct behaviours.",
        "A panel a problem and one for all: the share of targets each search has reached rises "
        "with evaluations, beside the curve of ideal random search.",
    ),
    "frontiers": Picture(
        "frontiers",
        "The least error for each length, from the exact search.",
        "A panel a problem: the exact least error falls in steps with the length of the sequence.",
    ),
}

_MAIN = (
    "ERT, the expected running time, is all evaluations of all runs, failures included, divided "
    "by the successes; its interval is a percentile bootstrap of whole runs (10,000 resamples), "
    "given from five successes on. Without a success, > is the one-sided 95 % Wilson bound. "
    "Success rates have two-sided 95 % Wilson intervals. Distinct: different genomes among the "
    "evaluations. Seen before: evaluations spent on behaviours the run had already met; a dag with "
    "one output behaves as its best slot does. A search "
    "that compares behaviours before it asks for an error (`semantic-annealing`, and `portfolio` "
    "on dags with one output and on chains with one sample) is charged for evaluations alone.",
)
_CONTRASTS = (
    "The pairs were named before the first run, and no other was tested. An ERT ratio below 1 and "
    "an A12 above 0.5 favour the first search; A12 is the probability that a run of the first "
    "reaches the target earlier, ties counting half (Newcombe's interval, method 5). Where all "
    "failed runs of both searches ended at one common cap they tie as worst and the test is "
    "Mann-Whitney; otherwise it is log-rank. Holm's correction covers the whole table.",
)
_IDEAL = (
    "With D distinct behaviours, m of them within the target, drawing them without replacement "
    "takes (D + 1)/(m + 1) evaluations on average. It is an oracle: nobody knows beforehand which "
    "sequences behave alike, and finding out is not charged. Where D is only bounded from below, "
    "so is the expectation. A search is below it where the upper end of its 95 % ERT interval is.",
)
_TARGETS = (
    "The targets of a problem are the values of its exact frontier, or for tables the best 1 %, "
    "the best 0.1 %, the one-standard-error set and the optimum. All problems weigh equally, those "
    "that share data as one.",
)
_BUDGETS = ("The best error after that many evaluations: median and quartiles over the runs.",)
_EFFORT = (
    "Sums over the runs; distinct genomes and behaviours are counted for each run by itself.",
)
_FRONTIERS = ("Where the exact search ended at a limit, the values are the best found.",)
_FILES = (
    "`runs.csv` holds every run, `study.json` the problems; all figures here are computed from "
    "these two, and `sheffer report` does it again. `times.csv` has the seconds of each run.",
)
