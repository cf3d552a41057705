"""The odometer's bench: a slice of it runs, judges by the goals and says what it found. No figure is judged here."""

import json
import sys
from array import array
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import pytest

from tests.bench import odometer, truth
from tests.bench.laboratory.algorithms import ALGORITHMS, OURS, SLOPING
from tests.bench.laboratory.goals import GOALS, judged
from tests.bench.laboratory.scenarios import SCENARIOS
from tests.bench.laboratory.scores import Leg, Score
from tests.bench.odometer import Asked, Cell

needs_recordings = pytest.mark.skipif(truth.absent() is not None, reason=truth.absent() or "")


def cell(scenario: str, probes: int, finals: Sequence[float], within: float = 1.0) -> Cell:
    """A cell of 60 km drives with these final errors in metres."""
    legs = (Leg(0.001, 6.0, blind=False),)
    scores = tuple(Score(60_000.0, final, legs, 0.0, 100.0, (), within, (6.0,)) for final in finals)
    return Cell(scenario, 5, probes, OURS, scores, 5e-6)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the bench's results, for a call of `main`."""
    monkeypatch.setattr(truth, "field", lambda: tmp_path / "nowhere")
    return tmp_path / "out"


def called(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["odometer", *words])
    odometer.main()


def test_a_slice_of_the_bench_writes_its_goals_and_every_drive(
    bench: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--scenario", "rally,real sim", "--hz", "1", "--seeds", "2", "--km", "8", "--gaps", "--each")
    called(monkeypatch, "--out", str(bench), *words)
    figures = json.loads((bench / "odometer.json").read_text())["figures"]
    assert all(isfinite(each["value"]) for each in figures)
    assert len({each["what"] for each in figures}) == len(figures)
    assert any(each["what"] == "rally, 1 Hz, wheel: final error" for each in figures)
    cells = json.loads((bench / "odometer-drives.json").read_text())
    assert len(cells) == 2 * len(ALGORITHMS)  # ours with the wheel as well, none along a slope that there is not
    assert all(len(each["drives"]) == 2 for each in cells)
    said = capsys.readouterr().out
    assert "drive 1: final" in said
    assert "no recordings with truth in" in said


def test_a_scenario_that_there_is_not_is_refused_with_those_that_there_are(
    bench: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        called(monkeypatch, "--out", str(bench), "--scenario", "ralley")
    assert ended.value.code == 2
    assert "no scenario ralley: say open, rally" in capsys.readouterr().err


def test_every_algorithm_is_driven_on_the_same_drives_and_only_where_it_is_concerned() -> None:
    cells = list(odometer.driven(Asked(("open",), (1,), seeds=(0,), length=6_000.0)))
    driven = [(each.algorithm, each.probes) for each in cells]
    assert (OURS, 0) in driven
    assert (OURS, 1) in driven
    assert driven.count(("Doppler", 0)) == 1
    assert ("Doppler", 1) not in driven
    assert ("wheel alone", 0) not in driven
    assert len({each.scores[0].length for each in cells}) == 1


def test_a_goal_is_judged_by_the_worst_drive() -> None:
    found = {each.what: each for each in odometer.reached([cell("rally", 1, (6.0, -54.0, 12.0))])}
    final = found["rally, 5 Hz, wheel: final error"]
    assert (final.value, final.goal) == (0.09, "0.08 or less, aim 0.05: MISSED")
    assert found["rally, 5 Hz, wheel: median bound, of a leg"].goal.endswith(": met")


def test_a_wheel_is_compared_with_the_same_drive_without_it() -> None:
    cells = [cell("sand", 0, (60.0, 30.0)), cell("sand", 1, (6.0, 60.0))]
    worse = next(each for each in odometer.reached(cells) if "more than without" in each.what)
    assert (worse.value, worse.goal) == (0.05, "0 or less: MISSED")


def test_a_bound_that_holds_too_seldom_is_missed() -> None:
    found = {each.what: each for each in odometer.reached([cell("harsh", 1, (0.0,), within=0.9)])}
    honest, legs = found["harsh, 5 Hz, wheel: within two sigma"], found["harsh, 5 Hz, wheel: legs within two sigma"]
    assert (honest.value, honest.goal) == (90.0, "95 or more: MISSED")
    assert (legs.value, legs.goal) == (100.0, "95 or more: met")


def test_counting_along_the_slope_is_judged_by_itself_and_only_in_the_mountains() -> None:
    cells = list(odometer.driven(Asked(("open", "mountain"), (1,), (1,), seeds=(0,), length=6_000.0)))
    assert [each.scenario for each in cells if each.algorithm == SLOPING] == ["mountain"]
    told = [each.what for each in odometer.reached(cells)]
    assert "mountain, 1 Hz, wheel, slope: final error" in told
    assert "mountain, 1 Hz, wheel: final error" in told
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.04, "0.08 or less, aim 0.05: aim met"),
        (0.07, "0.08 or less, aim 0.05: met"),
        (0.09, "0.08 or less, aim 0.05: MISSED"),
    ],
)
def test_a_goal_is_told_with_its_aim(value: float, said: str) -> None:
    assert judged(value, 0.08, 0.05) == said


def test_every_goal_is_of_a_scenario_that_can_be_driven() -> None:
    assert {goal.scenario for goal in GOALS} <= set(SCENARIOS)


# Real drives.


def test_without_recordings_a_sentence_says_where_they_would_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODRIVER_FIELD_DATA", str(tmp_path))
    assert str(tmp_path / "truth") in (truth.absent() or "")
    assert list(odometer.real()) == []


@needs_recordings
def test_comma2k19_is_a_kilometre_and_its_wheels_read_short() -> None:
    """-0.79 % by the car's speed, -0.69 to -0.91 % by single wheels (gps-data 2)."""
    found = {(each.algorithm, each.hz, each.wheel): each for each in truth.results(truth.comma2k19())}
    assert 900.0 < found[OURS, 10, False].length < 1010.0
    assert -0.010 < found["wheel alone", 10, True].share < -0.006
    assert abs(found["Doppler", 10, False].share) < 0.001
    assert abs(found[OURS, 10, False].share) < 0.001


def numpy_file(path: Path, head: str, values: Sequence[float]) -> Path:
    """A small NumPy file, version 1.0."""
    text = head.encode().ljust(117) + b"\n"
    path.write_bytes(truth.MAGIC + b"\x01\x00" + len(text).to_bytes(2, "little") + text + array("d", values).tobytes())
    return path


def test_a_numpy_array_is_read_row_by_row(tmp_path: Path) -> None:
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"
    table = numpy_file(tmp_path / "value", head, [1, 2, 3, 4, 5, 6])
    assert truth.numbers(table) == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    column = numpy_file(tmp_path / "t", head.replace("(2, 3)", "(2,)"), [7, 8])
    assert truth.numbers(column) == [(7.0,), (8.0,)]


@pytest.mark.parametrize("other", ["'<f4', 'fortran_order': False", "'<f8', 'fortran_order': True"])
def test_an_array_of_another_kind_is_refused_with_a_sentence(tmp_path: Path, other: str) -> None:
    path = numpy_file(tmp_path / "value", f"{{'descr': {other}, 'shape': (2,), }}", [1, 2])
    with pytest.raises(ValueError, match="value is no NumPy array of 64-bit floats in C order"):
        truth.numbers(path)
