"""How far off a total may be: since it was set, however it was set, and again after an undo."""

from collections.abc import Callable

import pytest

from codriver.core import whereabouts
from codriver.roadbook.model import Event, Note
from tests.core.car_bench import Bench
from tests.core.lost_bench import book, driven, plan_of, ride
from tests.core.test_found import BENDS, BOXES, MISSED

NOTES = tuple(Note(number, 2000.0 * number) for number in range(20))


def gapped() -> Bench:
    """A car that has driven through a minute without a fix, which is 180 m and more of doubt."""
    car = Bench(*NOTES)
    car.drive(30.0, 25.0)
    car.drive(60.0, 25.0, gps=False)
    car.drive(10.0, 25.0)
    assert whereabouts.doubt(car.state, car.distance) > 150.0
    return car


def synced(car: Bench) -> None:
    while abs(car.truth - 2000.0 * round(car.truth / 2000.0)) > 30.0:
        car.drive(1.0, 25.0)
    car.press(1, 6, held=1.0)
    assert car.changed[-1].startswith("sync")


SETS: tuple[Callable[[Bench], None], ...] = (
    lambda car: car.enter(f"total={car.truth:.0f}"),
    lambda car: car.enter("do=zero_total"),
    synced,
)


@pytest.mark.parametrize("sets", SETS, ids=["entry", "zero", "sync"])
def test_what_the_odometer_made_wrong_before_the_total_was_set_is_no_doubt_of_it(sets: Callable[[Bench], None]) -> None:
    car = gapped()
    sets(car)
    assert whereabouts.doubt(car.state, car.distance) < 40.0
    car.drive(5.0, 25.0)
    assert whereabouts.doubt(car.state, car.distance) < 40.0


def test_a_total_that_an_undo_brings_back_has_the_doubt_that_it_had() -> None:
    car = gapped()
    had = whereabouts.doubt(car.state, car.distance)
    car.enter("total=12345")
    car.drive(20.0, 25.0)
    car.enter("do=undo")
    assert whereabouts.doubt(car.state, car.distance) >= had


def test_who_stands_far_from_every_box_cannot_sync_after_a_gap_that_was_long_ago() -> None:
    """A minute without fixes, then the total set: 622 m off is no sync, gap or no gap."""
    car = gapped()
    car.enter(f"total={car.truth:.0f}")
    while abs(car.truth - 2000.0 * round(car.truth / 2000.0)) < 600.0:
        car.drive(1.0, 25.0)
    car.press(1, 6, held=1.0)
    assert car.pressed[-1].startswith("sync refused")


def test_a_box_that_sets_the_trip_sets_it() -> None:
    reset = Note(2, 1500.0, events=(Event("reset", 0.0),))
    car = Bench(Note(1, 300.0), reset, Note(3, 500.0), Note(4, 9000.0))
    car.drive(20.0, 25.0)
    car.drive(20.0, 25.0, gps=False)
    while car.total > 1000.0:
        car.drive(1.0, 25.0)
    while car.state.pointer < 2:
        car.drive(1.0, 25.0)
    assert car.state.calls.since.at == car.state.trip.basis.total_at > 1000.0


def test_so_does_a_place_that_is_found() -> None:
    done = ride(plan_of(book(BENDS, *BOXES)), driven(MISSED), takes=True)
    assert done.state.trip.changes
    assert all(step.state.calls.since.at == step.state.trip.basis.total_at for step in done.steps[1:])
