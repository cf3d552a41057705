"""Reverse gear by the receiver's course: a slice of its bench, with its figures as they are told."""

import json
import sys
from math import pi
from pathlib import Path

import pytest

from tests.bench import reversing
from tests.bench.laboratory import manoeuvres
from tests.bench.laboratory.manoeuvres import PLAIN, Go, Stand
from tests.bench.reversing import HONEST, LOUD, OLD, QUIET, judged, reversals, three_point, told

RECEIVERS = (QUIET, LOUD, OLD)


@pytest.mark.parametrize("speed", reversing.SPEEDS)
def test_eight_metres_in_reverse_gear_are_told_at_five_hertz(speed: float) -> None:
    """And that they are over. The goal is 95 of 100; a slice of so few drives may miss one change."""
    tries = [judged(reversals(speed), kind, 5, f"slice {speed} {n}") for kind in RECEIVERS for n in range(4)]
    assert sum(each.changes for each in tries) == 24
    assert sum(each.found for each in tries) >= 23
    assert sum(each.false for each in tries) <= 1
    assert max(abs(off) for each in tries for off in each.off) < 2.5


def test_a_three_point_turn_changes_gear_twice() -> None:
    assert judged(three_point(), QUIET, 5, "slice").found == 2


@pytest.mark.parametrize("name", [name for name in HONEST if "spin" not in name and "hour" not in name])
@pytest.mark.parametrize("hz", [5, 1])
def test_a_car_that_never_goes_back_is_not_told_to(name: str, hz: int) -> None:
    made = manoeuvres.driven(HONEST[name])
    assert [list(told(manoeuvres.heard(made, kind, hz, f"{name} slice"))) for kind in RECEIVERS] == [[], [], []]


def test_an_hour_of_standstill_is_no_change_of_gear() -> None:
    made = manoeuvres.driven(HONEST["an hour's stand"])
    assert list(told(manoeuvres.heard(made, LOUD, 1, "hour"))) == []


def test_the_car_that_manoeuvres_goes_where_it_is_steered() -> None:
    """Half a circle forwards, and the same arc back in reverse gear."""
    half = manoeuvres.driven((Go(4.0 * pi, 2.0, 0.25),))[-1]
    assert (half.x**2 + half.y**2) ** 0.5 == pytest.approx(8.0, abs=0.05)
    there = manoeuvres.driven((Go(4.0 * pi, 2.0, 0.25), Stand(1.0), Go(4.0 * pi, -1.0, 0.25)))
    assert there[-1].x == pytest.approx(0.0, abs=0.1)
    assert there[-1].y == pytest.approx(0.0, abs=0.1)
    assert there[-1].path == pytest.approx(8.0 * pi, abs=0.1)
    [(t, path, back)] = manoeuvres.flips(there)
    assert back
    assert path == pytest.approx(4.0 * pi, abs=0.1)
    assert t > 6.0


def test_a_receiver_hears_the_car_go_the_other_way() -> None:
    made = manoeuvres.driven((Go(20.0, 3.0), Stand(2.0), Go(10.0, -3.0)))
    courses = [fix.course for fix in manoeuvres.heard(made, QUIET, 5, "x", PLAIN) if (fix.speed or 0.0) > 2.5]
    assert None not in courses
    turned = (courses[-1] or 0.0) - (courses[0] or 0.0)
    assert turned % 360.0 == pytest.approx(180.0, abs=10.0)


def test_the_bench_writes_what_it_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(reversing, "RECEIVERS", {"quiet": QUIET})
    monkeypatch.setattr(reversing, "HONEST", {"a crawl": HONEST["a crawl at 0.8 m/s"]})
    monkeypatch.setattr(sys, "argv", ["reversing", "--out", str(out), "--seeds", "1", "--drives", "0", "--hz", "1"])
    reversing.main()
    figures = json.loads((out / "reversing.json").read_text())["figures"]
    assert len({each["what"] for each in figures}) == len(figures)
    assert "three-point turn, 1 Hz, quiet, plain" in capsys.readouterr().out
