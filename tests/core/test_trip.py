"""Total and partial: set, stepped, turned, scaled, frozen, and every change undone as if it had never been."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.core import trip
from codriver.core.outs import Out, TripChanged, Undone
from codriver.core.trip import FREEZE, UNDOS, Trip
from codriver.units import Metres


def close(value: Metres) -> object:
    """Half a millimetre: bases are rounded to a tenth of one, each time they are laid."""
    return pytest.approx(value, abs=0.0005)


def both(now: Trip, odo: Metres) -> tuple[Metres, Metres]:
    return trip.total(now, odo), trip.partial(now, odo)


def row(outs: tuple[Out, ...]) -> TripChanged:
    [changed] = [out for out in outs if isinstance(out, TripChanged)]
    return changed


def test_a_new_trip_counts_what_the_odometer_counts() -> None:
    assert both(Trip(), 1234.5) == (1234.5, 1234.5)


def test_setting_one_distance_leaves_the_other() -> None:
    now, outs = trip.set_total(Trip(), 10.0, 1000.0, 5000.0, "set total", "crew")
    assert both(now, 1100.0) == (5100.0, 1100.0)
    assert row(outs) == TripChanged(1, 10.0, "total", "set total", 1000.0, 5000.0, "crew")
    now, outs = trip.set_partial(now, 11.0, 1100.0, 0.0, "zero partial", "crew")
    assert both(now, 1150.0) == (5150.0, 50.0)
    assert row(outs) == TripChanged(2, 11.0, "partial", "zero partial", 1100.0, 0.0, "crew")


def test_a_change_takes_the_distance_of_its_closing_edge() -> None:
    """Zeroed where the odometer read 1000, though the car was at 1030 when it was done."""
    now, _ = trip.set_partial(Trip(), 10.0, 1000.0, 0.0, "zero partial", "crew")
    assert trip.partial(now, 1030.0) == 30.0


def test_a_step_moves_both() -> None:
    now, outs = trip.shift(Trip(), 1.0, 100.0, 10.0, "+10 m", "crew")
    assert both(now, 200.0) == (210.0, 210.0)
    assert row(outs) == TripChanged(1, 1.0, "step", "+10 m", 100.0, 110.0, "crew")
    now, _ = trip.shift(now, 1.0, 200.0, -10.0, "-10 m", "crew")
    assert both(now, 200.0) == (200.0, 200.0)


def test_a_scale_counts_from_here_on() -> None:
    now, outs = trip.set_scale(Trip(), 1.0, 1000.0, 1.05, "crew")
    assert both(now, 1000.0) == (close(1000.0), close(1000.0))
    assert both(now, 2000.0) == (close(2050.0), close(2050.0))
    assert row(outs) == TripChanged(1, 1.0, "scale", "scale", 1.0, 1.05, "crew")


def test_backwards_and_forwards_again_is_back_at_the_junction() -> None:
    now, outs = trip.turn(Trip(), 1.0, 1000.0, "crew")
    assert row(outs).what == "backwards"
    assert both(now, 1300.0) == (close(700.0), close(700.0))
    now, outs = trip.turn(now, 2.0, 1300.0, "crew")
    assert row(outs).what == "forwards"
    assert both(now, 1500.0) == (close(900.0), close(900.0))


def test_a_step_is_the_same_way_whichever_way_is_counted() -> None:
    now, _ = trip.turn(Trip(), 1.0, 1000.0, "crew")
    now, _ = trip.shift(now, 1.0, 1000.0, 10.0, "+10 m", "crew")
    assert trip.total(now, 1100.0) == close(910.0)


def test_where_the_total_was_set_is_known_through_turns_and_scales() -> None:
    """A sync looks around by the way since then."""
    now, _ = trip.set_total(Trip(), 1.0, 1000.0, 0.0, "zero total", "crew")
    now, _ = trip.turn(now, 2.0, 9000.0, "crew")
    now, _ = trip.turn(now, 3.0, 9500.0, "crew")
    now, _ = trip.set_scale(now, 4.0, 9600.0, 0.97, "crew")
    assert now.basis.total_at == 1000.0
    assert trip.total(now, 9600.0) == close(8000.0 - 500.0 + 100.0)


CHANGES: dict[str, Callable[[Trip, Metres], tuple[Trip, tuple[Out, ...]]]] = {
    "set total": lambda now, odo: trip.set_total(now, 1.0, odo, 777.7, "set total", "crew"),
    "zero partial": lambda now, odo: trip.set_partial(now, 1.0, odo, 0.0, "zero partial", "crew"),
    "plus": lambda now, odo: trip.shift(now, 1.0, odo, 10.0, "+10 m", "crew"),
    "minus": lambda now, odo: trip.shift(now, 1.0, odo, -10.0, "-10 m", "crew"),
    "turn": lambda now, odo: trip.turn(now, 1.0, odo, "crew"),
    "scale": lambda now, odo: trip.set_scale(now, 1.0, odo, 1.043, "crew"),
    "reset": lambda now, odo: trip.set_total(now, 1.0, odo, 0.0, "reset at box 9", "book"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_undone_change_was_never_made_and_the_way_since_counts(change: str) -> None:
    start, _ = trip.set_total(Trip(), 0.0, 100.0, 5000.0, "set total", "crew")
    now, outs = CHANGES[change](start, 900.0)
    now, undone = trip.undo(now, 3.0, 1300.0, "crew")
    assert both(now, 1300.0) == both(start, 1300.0)
    assert Undone(row(outs).id) in undone
    assert row(undone).what == f"undo {row(outs).what}"
    assert row(undone).id == row(outs).id + 1
    assert (row(undone).kind, row(undone).undoes) == (row(outs).kind, row(outs).id)


def test_an_undo_tells_the_distance_it_moves() -> None:
    now, _ = trip.set_partial(Trip(), 1.0, 100.0, 0.0, "zero partial", "crew")
    _, undone = trip.undo(now, 2.0, 150.0, "crew")
    assert (row(undone).before_m, row(undone).after_m) == (50.0, 150.0)
    now, _ = trip.shift(Trip(), 1.0, 100.0, 10.0, "+10 m", "crew")
    _, undone = trip.undo(now, 2.0, 150.0, "crew")
    assert (row(undone).before_m, row(undone).after_m) == (160.0, 150.0)
    now, _ = trip.set_scale(Trip(), 1.0, 100.0, 1.04, "crew")
    _, undone = trip.undo(now, 2.0, 150.0, "crew")
    assert (row(undone).before_m, row(undone).after_m) == (1.04, 1.0)


def test_a_change_is_what_it_is_whatever_it_is_called() -> None:
    """An added box may be called by a whole sentence, and that sentence stands in the name of a sync to it."""
    now, _ = trip.set_total(Trip(), 1.0, 100.0, 500.0, "sync to box gate, partial zero here", "crew")
    _, undone = trip.undo(now, 2.0, 150.0, "crew")
    assert (row(undone).before_m, row(undone).after_m) == (550.0, 150.0)


def test_there_is_nothing_to_undo_in_a_new_trip() -> None:
    assert trip.undo(Trip(), 1.0, 100.0, "crew") == (Trip(), ())


def test_fifty_changes_can_be_undone_and_no_more() -> None:
    now = Trip()
    for step in range(60):
        now, _ = trip.shift(now, float(step), 0.0, 10.0, "+10 m", "crew")
    assert trip.total(now, 0.0) == 600.0
    ids = []
    while now.changes:
        now, outs = trip.undo(now, 100.0, 0.0, "crew")
        ids += [out.id for out in outs if isinstance(out, Undone)]
    assert trip.total(now, 0.0) == 100.0
    assert ids == list(range(60, 60 - UNDOS, -1))


def test_every_row_has_its_own_id() -> None:
    now, seen = Trip(), list[int]()
    for step in range(5):
        now, outs = trip.shift(now, float(step), 0.0, 10.0, "+10 m", "crew")
        seen.append(row(outs).id)
        now, outs = trip.undo(now, float(step), 0.0, "crew")
        seen.append(row(outs).id)
    assert seen == list(range(1, 11))


STEPS = st.lists(
    st.tuples(st.sampled_from([*CHANGES, "drive", "drive", "undo"]), st.floats(0.0, 5000.0)), min_size=1, max_size=40
)


@given(STEPS)
def test_undo_goes_back_through_any_drive(steps: list[tuple[str, float]]) -> None:
    """Whatever was changed and undone on the way, undoing the rest gives the trip that nobody touched."""
    now, odo, stack = Trip(), 0.0, [Trip()]
    for what, metres in steps:
        if what == "drive":
            odo += metres
        elif what == "undo":
            now, _ = trip.undo(now, 1.0, odo, "crew")
            stack = stack[:-1] or [Trip()]
            assert both(now, odo) == both(stack[-1], odo)
        else:
            now, _ = CHANGES[what](now, odo)
            stack.append(now)
        text = msgspec.json.encode(now)
        assert msgspec.json.encode(msgspec.json.decode(text, type=Trip)) == text
    while now.changes:
        now, _ = trip.undo(now, 1.0, odo, "crew")
    assert both(now, odo) == (odo, odo)


# A plan's scale, and metres nobody saw.


def test_a_plans_scale_survives_the_undo_of_what_was_before_it() -> None:
    now, _ = trip.shift(Trip(), 1.0, 500.0, 10.0, "+10 m", "crew")
    now = trip.rescale(now, 1000.0, 0.9)
    assert trip.total(now, 2000.0) == close(1010.0 + 900.0)
    now, _ = trip.undo(now, 2.0, 2000.0, "crew")
    assert trip.total(now, 2000.0) == close(1000.0 + 900.0)
    assert now.basis.scale == 0.9


@pytest.mark.parametrize("backwards", [False, True])
def test_unseen_metres_count_by_the_scale_and_the_direction(backwards: bool) -> None:
    now, _ = trip.set_scale(Trip(), 1.0, 0.0, 0.5, "crew")
    if backwards:
        now, _ = trip.turn(now, 1.0, 1000.0, "crew")
    now, outs = trip.unseen(now, 2.0, 1200.0, 200.0, "wheel while down", "pod")
    after = 400.0 if backwards else 600.0
    assert both(now, 1200.0) == (close(after), close(after))
    changed = row(outs)
    assert (changed.id, changed.kind, changed.what, changed.by) == (now.count, "unseen", "wheel while down", "pod")
    assert (changed.before_m, changed.after_m) == (close(500.0), close(after))


def test_unseen_metres_that_are_undone_were_never_driven() -> None:
    before, _ = trip.set_partial(Trip(), 1.0, 700.0, 0.0, "zero partial", "crew")
    now, _ = trip.unseen(before, 2.0, 1200.0, 200.0, "wheel while down", "pod")
    assert both(now, 1300.0) == (close(1300.0), close(600.0))
    now, _ = trip.undo(now, 3.0, 1300.0, "crew")
    assert both(now, 1300.0) == (close(1100.0), close(400.0))
    now, _ = trip.undo(now, 4.0, 1300.0, "crew")
    assert both(now, 1300.0) == (close(1100.0), close(1100.0))


# Freeze.


def test_a_frozen_display_holds_while_counting_goes_on() -> None:
    now = trip.freeze(Trip(), 10.0, 500.0)
    assert (now.frozen_total, now.frozen_partial) == (500.0, 500.0)
    assert trip.total(now, 900.0) == 900.0
    assert trip.due(now) == 10.0 + FREEZE == 70.0


def test_a_frozen_display_is_released_after_a_minute_and_not_before() -> None:
    now = trip.freeze(Trip(), 10.0, 500.0)
    assert trip.tick(now, 69.999) is now
    assert trip.tick(now, 70.0).frozen_until is None
    assert trip.due(trip.tick(now, 70.0)) is None


def test_a_second_freeze_releases_and_a_third_holds_anew() -> None:
    now = trip.freeze(trip.freeze(Trip(), 10.0, 500.0), 15.0, 600.0)
    assert now.frozen_until is None
    now = trip.freeze(now, 20.0, 700.0)
    assert (now.frozen_until, now.frozen_total) == (80.0, 700.0)


def test_a_change_under_a_frozen_display_counts() -> None:
    now = trip.freeze(Trip(), 10.0, 500.0)
    now, _ = trip.set_total(now, 12.0, 520.0, 0.0, "zero total", "crew")
    assert now.frozen_total == 500.0
    assert trip.total(now, 530.0) == 10.0


def test_a_new_segment_releases_the_display_and_keeps_the_distances() -> None:
    now, _ = trip.shift(Trip(), 1.0, 0.0, 10.0, "+10 m", "crew")
    again = trip.restart(trip.freeze(now, 10.0, 500.0))
    assert again.frozen_until is None
    assert (again.basis, again.changes) == (now.basis, now.changes)


def test_whole_numbers_become_floats_on_paper() -> None:
    """A book's reset may be read as 0, and 0 on paper would not come back as it went."""
    now, _ = trip.set_total(Trip(), 1.0, 100, 0, "reset at box 9", "book")
    now, _ = trip.set_partial(now, 1.0, 100, -0.0, "set partial", "crew")
    assert msgspec.json.encode(now.basis) == b"[0.0,100.0,0.0,100.0,1.0,false]"
    now, _ = trip.set_scale(now, 1.0, 100, 1, "crew")
    assert msgspec.json.encode(now.basis) == b"[0.0,100.0,0.0,100.0,1.0,false]"


def test_a_count_that_is_turned_since_a_reading_is_as_if_it_had_been_turned_there() -> None:
    begun = trip.begun(trip.Trip(), 1000.0)
    at_once, _ = trip.turn(begun, 0.0, 500.0, "crew")
    later, outs = trip.turned_since(begun, 9.0, 512.0, 500.0, "crew")
    assert later.basis == at_once.basis
    assert (row(outs).what, row(outs).before_m, row(outs).after_m) == ("backwards", 1512.0, 1488.0)
    undone, _ = trip.undo(later, 10.0, 520.0, "crew")
    assert trip.total(undone, 520.0) == 1520.0
