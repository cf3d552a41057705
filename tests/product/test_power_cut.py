"""The window when the power is cut: what the crew had before them is there again, and nothing is called twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from codriver.cockpit.layout import Shape
from codriver.cockpit.theme import theme
from codriver.core import odometer, trip
from codriver.core.state import State
from tests.product.conftest import Seat

TRIP = Shape(page="trip")


def total(state: State) -> float:
    return trip.total(state.trip, odometer.distance(state.odo))


def partial(state: State) -> float:
    return trip.partial(state.trip, odometer.distance(state.odo))


def test_after_a_power_cut_the_crew_sees_what_it_saw(seat: Seat, verified: Callable[[Path], Any]) -> None:
    """Steps of 100 m bring the car up to the second note, and back before it once that has been called."""
    seat.sit("--set", "trip.step_m=100")
    seat.until(seat.known("SELECT count(*) FROM fix WHERE lat IS NOT NULL"))
    assert (seat.strike("n"), seat.strike("p"), seat.strike("space")) == (["night"], ["page: trip"], ["zero partial"])
    for _ in range(5):
        assert seat.strike("Up") == ["+100 m"]
    seat.until(seat.known("SELECT count(*) FROM call WHERE note = 2"))
    assert seat.strike("Down") == ["-100 m"]
    seat.until(seat.known("SELECT count(*) FROM trip_change WHERE what = '-100 m'"))
    seat.kill()
    before = seat.state()

    seat.sit()
    seat.photograph()
    seat.until(seat.known("SELECT count(*) FROM fix WHERE segment = 2"))
    [first] = seat.moments(0.0)
    assert first.state.display == before.display
    assert first.state.pointer == before.pointer
    assert first.state.trip.basis == before.trip.basis
    assert (total(first.state), partial(first.state)) == (total(before), partial(before))
    assert seat.see("total", TRIP)[:3] == bytes(theme(night=True).plain.ground)
    seat.until(seat.known("SELECT count(*) FROM passage WHERE note = 2"))
    seat.stop()
    assert seat.drawn_again(seat.photographs[0])
    assert seat.rows("SELECT count(*) FROM call WHERE note = 2") == [(1,)]
    verified(seat.log)
