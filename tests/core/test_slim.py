"""The state stays under 8 kB, whatever comes together: what is given up is old, and never a distance or a press."""

import json

import pytest
from msgspec.structs import replace

from codriver.core import slim, trip
from codriver.core.offer import Offer
from codriver.core.state import State, StateError, Trouble, decode, encode
from codriver.core.trip import Trip
from codriver.signals import Done, Fault
from tests.core.car_bench import NOTES, Bench

BOOKS = tuple(f"sda1/roadbooks of the week/étape {n} - special stage.gpx" for n in range(10))


def changed(count: int, trip_: Trip | None = None) -> Trip:
    """A trip with so many changes, each of which leaves another total, partial, scale and direction."""
    made = trip_ or Trip()
    for n in range(count):
        odo = 1_234_567.1234 + 17.7 * n
        made, _ = trip.agree(made, 1.0, odo, 123.4567, 1.001 + n / 1e5, "agree +123 m, scale 1.0023", "crew")
        made, _ = trip.set_partial(made, 1.0, odo, 0.1234 + n, "zero partial", "crew")
    return made


def filled() -> Bench:
    """A car with everything on the screen that a crew can have there at once, and all its changes."""
    car = Bench(*NOTES)
    car.identify()
    car.roll(5.0, 20.0, gps=True)
    for n in range(60):
        car.enter(f"scale={1.001 + n / 1e5:.5f}")
        car.enter(f"total={1_234_567.1234 + 1000 * n:.4f}")
    report = {"file": f"ab12cd34-{'x' * 50}", "name": "n" * 60, "pages": 9, "lines": ["é" * 80] * 7}
    for source in ("gps", "log", "gpio"):
        car.take(Fault(car.t, source, "x" * 120))
    car.take(Done(car.t, "load", f"stick {json.dumps({'here': True, 'books': BOOKS, 'more': 4000})}"))
    car.take(Done(car.t, "load", f"ready {json.dumps(report)}"))
    return car


@pytest.mark.parametrize("count", [0, 1, 2, 25, 60])
def test_a_state_on_paper_keeps_every_change(count: int) -> None:
    state = State(trip=changed(count))
    assert len(state.trip.changes) == min(2 * count, trip.UNDOS)
    assert decode(encode(state)) == state


def test_fifty_changes_take_less_than_half_of_the_state() -> None:
    assert len(encode(State(trip=changed(60)))) - len(encode(State())) < 4096


@pytest.mark.parametrize("undo", ['[1,"x",1,[]]', '[1,"x",64,[1.0]]', '[1,"x",-1,[1.0]]', "[1]", "1"])
def test_damaged_changes_make_no_state(undo: str) -> None:
    text = encode(State()).replace('"undos":[]', f'"undos":[{undo}]')
    with pytest.raises(StateError):
        decode(text)


def test_the_name_of_a_change_is_as_long_as_the_state_can_hold() -> None:
    made, [row] = trip.set_total(Trip(), 1.0, 0.0, 5.0, f"sync to box {'n' * 80}", "crew")
    assert row.what.endswith("n" * 80)  # type: ignore[union-attr]
    assert len(made.changes[0].what) == trip.LETTERS


def test_whatever_comes_together_the_state_is_small() -> None:
    car = filled()
    assert car.state.stick.checked is not None
    assert len(encode(car.state).encode()) <= slim.MOST
    assert len(car.state.trip.changes) >= slim.SURELY


def test_what_is_given_up_are_the_oldest_changes_and_the_rest_is_undone_as_ever() -> None:
    full = replace(filled().state, trip=changed(60))
    assert len(encode(full).encode()) > slim.MOST - slim.ROOM
    after = slim.within(State(), full)
    kept = len(after.trip.changes)
    assert slim.SURELY <= kept < trip.UNDOS
    assert after.trip.changes == full.trip.changes[-kept:]
    assert (after.trip.basis, after.trip.count, after.stick) == (full.trip.basis, full.trip.count, full.stick)
    assert trip.undo(after.trip, 1.0, 2e6, "crew")[0].basis == trip.undo(full.trip, 1.0, 2e6, "crew")[0].basis


def test_what_can_be_asked_for_again_goes_before_the_last_changes() -> None:
    full = replace(filled().state, trip=changed(60))
    full = replace(
        full, troubles=tuple(Trouble(str(n), "é" * 120) for n in range(8)), offer=Offer("x", "x" * 1500, 9.0)
    )
    after = slim.within(State(), full)
    assert after.stick.checked is not None
    assert after.stick.checked.lines == ()
    assert after.stick.books == full.stick.books
    assert after.troubles == full.troubles


def test_a_state_that_fits_is_left_alone() -> None:
    car = Bench(*NOTES)
    for n in range(60):
        car.enter(f"total={n}")
    assert len(car.state.trip.changes) == trip.UNDOS
    state = replace(car.state, now=car.state.now + 1.0)
    assert slim.within(car.state, state) is state


def test_names_and_reports_in_any_letters_take_no_more_than_they_may() -> None:
    car = Bench(*NOTES)
    names = [f"sda1/{'書' * 50}{n}.gpx" for n in range(10)]
    car.take(Done(car.t, "load", f"stick {json.dumps({'here': True, 'books': names, 'more': 2})}"))
    assert car.state.stick.books == tuple(names[:3])
    assert car.state.stick.more == 9
    report = {"file": "ab12cd34-b.gpx", "name": "b.gpx", "pages": 1, "lines": ["路" * 80] * 7}
    car.take(Done(car.t, "load", f"ready {json.dumps(report)}"))
    assert car.state.stick.checked is not None
    assert car.state.stick.checked.lines == ("路" * 26,) * 7


def test_a_call_that_is_being_said_is_written_down_once() -> None:
    car = Bench(*NOTES)
    car.enter("do=repeat_call")
    said = car.state.calls.saying
    assert said is not None
    assert car.state.calls.last == said
    once = replace(car.state, calls=replace(car.state.calls, last=None))
    assert len(encode(car.state)) <= len(encode(once))
    assert decode(encode(car.state)) == car.state
