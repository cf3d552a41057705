from dataclasses import replace
from itertools import pairwise

import pytest

from codriver.roadbook.model import Event, Roadbook
from codriver.simulate.car import CELL, Driver, driver
from codriver.simulate.drive import Drive, Options, drive
from codriver.simulate.errors import stream
from codriver.simulate.ground import spread
from codriver.units import KMH


@pytest.fixture(scope="module")
def made(piste: Roadbook) -> Drive:
    return drive(piste, Options(noise="quiet", seed=3))


def test_distance_is_the_integral_of_speed(made: Drive) -> None:
    step = 0.01
    count = int(made.duration / step)
    summed, worst = 0.0, 0.0
    for k in range(count):
        (_, before), (metres, after) = made.car.at(k * step), made.car.at((k + 1) * step)
        summed += (before + after) / 2 * step
        worst = max(worst, abs(metres - summed))
    assert worst < 0.05


def test_the_car_starts_at_the_start_and_ends_at_the_end(made: Drive) -> None:
    assert made.car.at(0.0) == (0.0, 0.0)
    assert made.car.at(made.duration) == (made.course.length, 0.0)
    assert made.car.at(made.options.standing - 0.1).speed == 0.0


def test_no_limit_is_broken_in_a_zone(made: Drive) -> None:
    (zone,) = made.zones
    assert zone.limit == 50 * KMH
    inside = [m for m in map(made.car.at, _moments(made)) if zone.start <= m.distance <= zone.end]
    assert max(motion.speed for motion in inside) <= zone.limit
    assert max(motion.speed for motion in inside) > 0.9 * zone.limit


def test_a_limit_is_kept_at_any_pace(piste: Roadbook) -> None:
    made = drive(piste, Options(noise="quiet", pace="flat out"))
    (zone,) = made.zones
    assert all(m.speed <= zone.limit for m in map(made.car.at, _moments(made)) if zone.start <= m.distance <= zone.end)


def test_the_car_stands_where_the_book_says_and_as_long(made: Drive, piste: Roadbook) -> None:
    pauses = [(where, end - start) for start, end, where in made.car.pauses()]
    for number, seconds in ((8, 3.0), (10, 300.0 * made.options.neutralised)):
        expected = piste.notes[number - 1].total
        assert any(abs(where - expected) < 20.0 and stood >= seconds for where, stood in pauses)


def test_brakes_and_engine_are_a_cars(made: Drive) -> None:
    step = 0.02
    speeds = [made.car.at(t).speed for t in _moments(made, step)]
    gains = [(b - a) / step for a, b in pairwise(speeds)]
    who = Driver()
    assert max(gains) <= who.traction + 1e-6
    assert min(gains) >= -who.braking - 1e-6
    assert min(gains) < -0.8 * who.braking


def test_corners_are_taken_slowly(made: Drive) -> None:
    tight = [s for s, bend in zip(made.course.along, made.course.bend, strict=False) if bend > 0.05]
    assert tight
    for metres in tight:
        assert made.car.at(made.car.when(metres)).speed < 15.0


def test_no_corner_asks_more_grip_than_the_ground_has(made: Drive) -> None:
    for t in _moments(made):
        metres, speed = made.car.at(t)
        grip = max(made.ground.at(metres + step).grip for step in (-CELL, CELL))
        assert speed**2 * made.course.tightest(metres, metres) <= Driver().cornering * grip * (1 + 1e-9)


@pytest.mark.parametrize(("slower", "faster"), [("slow", "rally"), ("rally", "flat out"), (0.5, 0.7), ("0.7", "1.1")])
def test_a_quicker_pace_arrives_sooner(piste: Roadbook, slower: str | float, faster: str | float) -> None:
    assert drive(piste, Options(pace=faster)).duration < drive(piste, Options(pace=slower)).duration


def test_an_unknown_pace_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="slow, rally, flat out"):
        driver("brisk")
    with pytest.raises(ValueError, match="not driven"):
        driver(9.0)


def test_stops_at_one_place_are_added_up(piste: Roadbook) -> None:
    twice = replace(piste.notes[7], events=(Event("stop", 20.0), Event("checkpoint")))
    book = replace(piste, notes=(*piste.notes[:7], twice, *piste.notes[8:]))
    made = drive(book, Options(between_stops=0.0))
    assert sum(end - start for start, end, _ in made.car.pauses()) == pytest.approx(10 + 20 + 8 + 30 + 10)


def test_a_zone_without_an_end_lasts_to_the_next(piste: Roadbook) -> None:
    faster = replace(piste.notes[4], speed=90 * KMH, events=())
    book = replace(piste, notes=(*piste.notes[:4], faster, *piste.notes[5:]))
    first, second = drive(book, Options()).zones
    assert (first.limit, second.limit) == (50 * KMH, 90 * KMH)
    assert first.end == second.start


def test_a_zone_that_is_never_closed_lasts_to_the_finish(piste: Roadbook) -> None:
    book = replace(piste, notes=(*piste.notes[:5], replace(piste.notes[5], events=()), *piste.notes[6:]))
    made = drive(book, Options())
    assert [zone.end for zone in made.zones] == [made.course.length]


def test_the_ground_changes_and_covers_the_course() -> None:
    ground = spread(60_000.0, stream(1, "ground"))
    assert {surface.name for surface in ground.surfaces} == {"gravel", "sand", "rocks", "hard"}
    assert ground.starts[0] == 0.0
    assert all(0.75 <= ground.ease(metres) <= 1.0 for metres in range(0, 60_001, 50))


def _moments(made: Drive, step: float = 0.05) -> list[float]:
    return [k * step for k in range(int(made.duration / step))]
