"""Names that are commands of a terminal, tags, formulas or paths: shown as text, everywhere."""

from __future__ import annotations

import csv
import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from solvers.cli import app
from solvers.comparisons.comparison import compare
from solvers.comparisons.request import Settings
from solvers.studies.results import read_results
from theory.formats.component_files import load_components
from theory.formats.problem_files import Options, load_problem
from theory.kernel.errors import ShefferError
from theory.kernel.problems.problem import Problem

RUNNER = CliRunner()
ESCAPE = "\x1b[2J\x9b31m\u202e[/bold][red]:smile:"
STEM = ESCAPE.replace("/", "")
GATES = "(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))\n"
SAMPLES = "a,b,out.c\n0,0,1\n0,1,0\n1,0,0\n1,1,1\n"

NAMES = ["/etc/passwd", "../../x", "<script>alert(1)</script>", "=1+1", "[/bold]", "$x^{$",
         "a|b", "x" * 200, "-o", ".hidden", "`code", "_"]  # fmt: skip


def sheffer(*arguments: object) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def harmless(text: str) -> bool:
    """Whether a terminal shows the text and does nothing else."""
    return all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf") for c in text)


@pytest.fixture(autouse=True)
def _hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / f"f{STEM}"
    folder.mkdir()
    (folder / "gates.smt2").write_text(GATES)
    (folder / "bad.smt2").write_text(GATES.replace("nand", f"|nand {ESCAPE}|"))
    (folder / f"samples{STEM}.csv").write_text(SAMPLES)
    (folder / "bad.csv").write_text(SAMPLES.replace("out.c", f"out.c{ESCAPE}"))
    (folder / f"machine{STEM}.yaml").write_text(
        'blank: \' \'\nstart state: "go\\x1b[2J"\ntable:\n  "go\\x1b[2J":\n'
        "    ' ': {write: '1', R: end}\n  end:\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "samples.csv", "-c", "gates.smt2", "-l", "2"),
        ("solve", "samples.csv", "-c", "gates.smt2", "-l", "2", "--json"),
        ("solve", "samples.csv", "-c", "gates.smt2", "-l", "2", "--latex"),
        ("solve", "samples.csv", "-c", "gates.smt2", "-l", "2", "--cost", "tree"),
        ("solve", "bad.csv", "-c", "gates.smt2"),
        ("solve", "samples.csv", "-c", "bad.smt2"),
        ("describe", "bad.smt2"),
        ("solve", "missing.csv"),
        ("solve", "missing.csv", "--json"),
        ("evolve", "samples.csv", "-c", "gates.smt2", "-l", "2", "-n", "50"),
        ("verify", "gates.smt2", "--seconds", "1"),
        ("verify", "gates.smt2", "--for", "functions", "--minimal"),
        ("verify", "gates.smt2", "--for", "functions", "--json"),
        ("describe", "gates.smt2", "--length", "1"),
        ("describe", "gates.smt2", "--length", "1", "--json"),
        ("functions", "gates.smt2", "-n", "2", "-l", "2", "--function", "0x6"),
        ("turing", "machine.yaml"),
        ("turing", "machine.yaml", "--follow"),
        ("turing", "machine.yaml", "--json"),
        ("turing", "machine.yaml", "--to", "yaml"),
        ("check", "samples.csv"),
        ("report", "."),
        ("solve", ESCAPE),
        ("solve", f"--{ESCAPE}"),
        ("verify", ESCAPE),
        ("compare", ESCAPE),
        ("turing", ESCAPE),
        ("theorems", ESCAPE),
        (ESCAPE,),
    ],
    ids=lambda command: " ".join(command)[:40].encode("ascii", "replace").decode(),
)
def test_no_command_prints_what_a_terminal_obeys(command: tuple[str, ...]) -> None:
    folder = next(path for path in Path.cwd().iterdir() if path.is_dir())
    files = {path.name.replace(STEM, ""): path for path in folder.iterdir()}
    files["missing.csv"] = folder / "missing.csv"
    given = [str(files.get(a, a)) for a in command]
    code, out, err = sheffer(*given)
    refused = command[0] in ("check", "report") or any(
        word in argument for argument in command for word in ("bad", "missing", ESCAPE)
    )
    assert (code == 2) == refused
    assert code in (0, 2, 3)
    assert harmless(out), repr(out)
    assert harmless(err), repr(err)
    assert out + err
    if code == 2:
        assert err.count("\n") == 1


def problem(name: str) -> Problem:
    Path("g.smt2").write_text("(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))\n")
    Path("p.csv").write_text("a,b,out.c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    found = load_problem("p.csv", load_components("g.smt2"), Options(length=3))
    return Problem(**{**{f: getattr(found, f) for f in found.__dataclass_fields__}, "name": name})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


def test_a_study_of_wild_names_stays_in_its_folder_and_is_reported_whole(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    settings = Settings({"random": {}, "genetic": {}}, 2, 50, workers=1, count_states=100)
    folder = tmp_path / "deep" / "study"
    result = compare([problem(name) for name in NAMES], folder, settings)
    assert result.study.complete
    outside = {p for p in tmp_path.rglob("*") if folder not in (p, *p.parents)} - before
    assert {path.name for path in outside} <= {"deep", "g.smt2", "p.csv"}
    assert len(list((folder / "certificates").iterdir())) == len(NAMES)
    assert not Path("/etc/passwd.json").exists()
    assert {b.name for b in read_results(folder).study.benchmarks} == set(NAMES)
    with (folder / "runs.csv").open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    assert "'=1+1" in cells
    for page in ("report.md", "table.md"):
        assert "<script" not in (folder / page).read_text()
    reader = _Reader()
    reader.feed((folder / "report.html").read_text())
    assert "script" not in reader.tags
    assert {"convergence.png", "profiles.png"} <= {p.name for p in folder.iterdir()}
    assert not list(folder.rglob("*.part"))
    json.loads((folder / "frontiers.json").read_text())


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "a\x1b[2J", "\ud800", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused_before_any_work(name: str) -> None:
    settings = Settings({"random": {}}, 1, 10, workers=1)
    with pytest.raises(ShefferError, match="printable characters") as caught:
        compare([problem(name)], "study", settings)
    assert caught.value.reason == "bad-name"
    assert not Path("study").exists()
    assert harmless(str(caught.value))


def test_a_picture_that_fails_costs_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Path:
        raise ValueError("image size of 70000x3 pixels is too large")

    monkeypatch.setattr("solvers.reports.document.convergence", fail)
    settings = Settings({"random": {}}, 2, 20, workers=1, count_states=0)
    result = compare([problem("p")], "study", settings)
    names = {path.name for path in Path("study").iterdir()}
    assert {"report.html", "report.md", "table.md", "table.csv", "profiles.png"} <= names
    assert "convergence.png" not in names
    report = Path("study/report.md").read_text()
    assert "convergence.png could not be drawn (ValueError: image size" in report
    assert result.study.complete
