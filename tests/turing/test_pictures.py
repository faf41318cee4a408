"""Space-time diagrams and followed runs show what theory's steps do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from solvers.turing.follow import follow
from solvers.turing.spacetime import caption, plot_space_time, space_time
from tests.support.turing_machines import BB5, begun_machines
from theory.kernel.errors import MachineError, ProblemError
from theory.turing.machine import Configuration, Machine, Outcome, run, start
from theory.turing.texts import read_machine

BB4 = "1RB1LB_1LA0LC_1RZ1LD_1RD0RA"


def row_of(configuration: Configuration, position: int, first: int, width: int) -> list[int]:
    """The cells first, first + 1, ... of a configuration with its head at a position."""
    cells = {position: configuration.head}
    cells |= {position - 1 - i: symbol for i, symbol in enumerate(configuration.left)}
    cells |= {position + 1 + i: symbol for i, symbol in enumerate(configuration.right)}
    assert all(first <= cell < first + width for cell, symbol in cells.items() if symbol)
    return [cells.get(cell, 0) for cell in range(first, first + width)]


@given(begun_machines())
@settings(max_examples=30, deadline=None)
def test_every_row_is_the_configuration_of_its_step(begun: tuple[Machine, Configuration]) -> None:
    machine, begin = begun
    diagram = space_time(machine, begin, last=60)
    assert diagram.steps_per_row == diagram.cells_per_column == 1
    for row, taken in enumerate(diagram.steps.tolist()):
        expected = run(machine, begin, taken)
        shown = diagram.cells[row].tolist()
        assert diagram.heads[row] == expected.position
        assert diagram.states[row] == expected.configuration.state
        assert shown == row_of(
            expected.configuration, expected.position, diagram.first_cell, len(shown)
        )


def test_a_long_run_is_sampled_and_the_picture_says_so() -> None:
    machine = read_machine(BB5)
    diagram = space_time(machine, rows=50, columns=100)
    assert diagram.cells.shape[0] <= 50
    assert diagram.cells.shape[1] <= 100
    assert (diagram.total, diagram.outcome) == (47_176_870, Outcome.HALTED)
    assert f"one row in {diagram.steps_per_row:,} steps" in caption(diagram)
    assert f"one column is {diagram.cells_per_column:,} cells" in caption(diagram)
    assert set(np.diff(diagram.steps).tolist()) == {diagram.steps_per_row}
    expected = run(machine, fuel=int(diagram.steps[1]))
    cells = diagram.cells[1].sum() * diagram.cells_per_column
    symbols = (expected.configuration.head, *expected.configuration.left)
    assert round(cells) == sum(map(bool, (*symbols, *expected.configuration.right)))


def test_the_rows_of_a_range_are_those_of_the_whole() -> None:
    machine = read_machine(BB4)
    whole, part = space_time(machine), space_time(machine, first=30, last=80)
    assert part.steps.tolist() == list(range(30, 81))
    assert part.heads.tolist() == whole.heads[30:81].tolist()
    assert whole.steps[-1] == 107


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_plot_is_written(tmp_path: Path, suffix: str) -> None:
    path = plot_space_time(space_time(read_machine(BB4)), tmp_path / f"bb4{suffix}", "BB(4)")
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG") if suffix == ".png" else b"</svg>" in data
    if suffix == ".png":
        from matplotlib.image import imread

        picture = imread(path)
        reds = (picture[..., 0] > 0.7) & (picture[..., 1] < 0.3) & (picture[..., 2] < 0.4)
        assert picture.shape[:2] == (900, 1200)
        assert 100 < reds.sum() < 50_000


def test_plots_to_unknown_kinds_or_places_are_refused(tmp_path: Path) -> None:
    diagram = space_time(read_machine(BB4))
    with pytest.raises(ProblemError, match=r"\.png"):
        plot_space_time(diagram, tmp_path / "bb4.xyz")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError, match="cannot be made"):
        plot_space_time(diagram, tmp_path / "file" / "bb4.png")


@pytest.mark.parametrize(("first", "last"), [(5, 3), (-1, 3), (200, None), (200, 300)])
def test_ranges_that_show_nothing_are_refused(first: int, last: int | None) -> None:
    with pytest.raises(MachineError) as caught:
        space_time(read_machine(BB4), first=first, last=last)
    assert caught.value.reason == "range"


def test_frames_follow_the_run() -> None:
    frames = list(follow(read_machine(BB4), width=31))
    assert len(frames) == 108
    assert frames[0].splitlines()[0] == "step 0   state A   cell 0"
    assert frames[-1].splitlines()[0] == "step 107   state Z   cell -9   halted"
    machine = read_machine(BB4)
    for taken, frame in enumerate(frames):
        _, tape, mark = frame.splitlines()
        configuration = run(machine, fuel=taken).configuration
        assert int(tape[mark.index("^")]) == configuration.head
        assert len(tape) == 31
    assert tape.count("1") == 13


def test_frames_keep_the_head_in_sight_and_name_the_end_of_the_fuel() -> None:
    machine = read_machine("1RA1RA")
    frames = list(follow(machine, start(machine, "1" * 50), fuel=40, width=9))
    assert len(frames) == 41
    assert all(frame.splitlines()[2].index("^") < 9 for frame in frames)
    assert frames[-1].splitlines()[0].endswith("out of fuel")
    wide = next(follow(read_machine("10RA" + "0RA" * 10), width=30))
    assert wide.splitlines()[1].split() == ["0"] * 10
