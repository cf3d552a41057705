"""The engine: lines and edges in, rows and deeds out, with the real rooms behind it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from codriver.config import Settings
from codriver.core import engine, faults, odometer, trip
from codriver.core.odometer import ESTIMATE, GPS, NONE, WHEEL
from codriver.core.outs import Ack, Alert, NotePassed, TripChanged, UtcKnown
from codriver.core.state import encode
from codriver.roadbook.model import Event, Note
from codriver.signals import Edge, Fault, Line
from codriver.units import DAY
from codriver.wires.lines import frame
from tests.core.car_bench import MINUTE_NORTH, NOTES, SIX, STOPWATCH, WHEEL_ONLY, Bench, plan_of


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield (made := Bench(*NOTES))
    assert len(encode(made.state)) < 8000


# Rows.


def test_a_fix_row_says_what_the_receiver_said_and_how_far_it_was(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 10.0)
    row = bench.rows[-1]
    assert row.t == 13.0
    assert row.utc == "2026-01-05T06:00:13.000Z"
    assert row.lat == pytest.approx(31.0 + (10.0 + bench.truth / MINUTE_NORTH) / 60.0)
    assert row.lon == pytest.approx(-4.0 - 10.25 / 60.0)
    assert row.speed_mps == pytest.approx(10.0, abs=0.001)
    assert (row.quality, row.source) == (1, GPS)
    assert row.odo_m == pytest.approx(bench.truth, abs=0.05)
    assert 0.0 < row.odo_sigma_m < 3.0
    assert (row.total_m, row.partial_m) == (row.odo_m, row.odo_m)


@pytest.mark.parametrize(("hz", "rows"), [(1, 30), (5, 150), (20, 300)])
def test_there_is_a_row_an_epoch_and_at_most_ten_a_second(bench: Bench, hz: int, rows: int) -> None:
    bench.drive(30.0, 20.0, hz=hz)
    assert len([row for row in bench.rows if row.lat is not None]) == pytest.approx(rows, abs=1)
    assert [row.t for row in bench.rows] == sorted({row.t for row in bench.rows})


def test_arrivals_that_jitter_cost_no_row(bench: Bench) -> None:
    """comma2k19's epochs arrive 73 to 197 ms apart at 10 Hz (gps-data 2)."""
    bench.drive(3.0)
    before = len(bench.rows)
    for late in [0.03, 0.0, 0.05, 0.02, 0.01] * 40:
        bench.step(0.1, 20.0)
        bench.t += late
        bench.of_day -= late
        bench.hear(bench.speed)
        bench.t -= late
        bench.of_day += late
    assert len(bench.rows) - before == 200


def test_without_a_fix_there_is_a_row_a_second_and_the_distance_goes_on(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    before = len(bench.rows)
    bench.wait(10.0)
    rows = bench.rows[before:]
    assert len(rows) == 9
    assert all((row.lat, row.lon, row.speed_mps, row.source) == (None, None, None, ESTIMATE) for row in rows)
    steps = [b.odo_m - a.odo_m for a, b in pairwise(rows)]
    assert steps == pytest.approx([19.7] * 8, abs=0.3)  # it was at 20 m/s, but has not been for long
    assert [row.odo_sigma_m for row in rows] == sorted(row.odo_sigma_m for row in rows)


def test_before_anything_is_heard_there_is_a_row_a_second_too(bench: Bench) -> None:
    bench.wait(30.0)
    assert [(row.t, row.source, row.odo_m) for row in bench.rows] == [(float(t), NONE, 0.0) for t in range(1, 31)]


def test_a_receiver_that_vouches_for_nothing_makes_no_fix_rows(bench: Bench) -> None:
    bench.drive(3.0, 20.0)
    for _ in range(50):
        bench.t = round(bench.t + 0.2, 6)
        bench.hear(20.0, valid=False)
    assert [row.lat for row in bench.rows[-8:]] == [None] * 8
    assert bench.rows[-1].source == ESTIMATE


def test_the_raw_distance_is_untouched_by_trip_and_book(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(20.0, 20.0)
    bench.enter("total=777000")
    bench.enter("scale=1.1")
    bench.press(1)
    bench.drive(10.0, 20.0)
    row = bench.rows[-1]
    assert row.odo_m == pytest.approx(bench.truth, abs=0.1)
    assert row.total_m == pytest.approx(777000.0 + 1.1 * 200.0, abs=6.0)


# The receiver's silence, and its clock.


def test_a_receiver_that_falls_silent_is_a_fault_once_and_ends_when_it_speaks(bench: Bench) -> None:
    bench.drive(5.0, 20.0)
    bench.wait(4.9)
    assert bench.faults == []
    bench.wait(60.0)
    assert [source for source, _ in bench.faults] == ["receiver"]
    assert [out.text for out in bench.outs if isinstance(out, Alert)][-1].startswith("receiver: no sentence for 5 s")
    bench.drive(1.0, 20.0)
    assert bench.faults[1:] == [("receiver", "ok: sentences again")]
    assert bench.state.troubles == ()


def test_a_receiver_that_never_spoke_is_not_silent(bench: Bench) -> None:
    bench.wait(60.0)
    assert bench.faults == []


def test_gps_that_comes_back_after_minutes_counts_the_way_once(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.drive(240.0, 20.0, gps=False)
    assert bench.rows[-1].source == NONE
    bench.drive(10.0, 20.0)
    assert bench.distance == pytest.approx(bench.truth, abs=0.5)


def test_utc_is_trusted_after_three_agreeing_epochs(bench: Bench) -> None:
    bench.wait(0.3)
    bench.drive(3.0, hz=1)
    rows = [row.utc for row in bench.rows if row.lat is not None]
    assert rows == [None, None, "2026-01-05T06:00:03.300Z"]
    assert [out.offset_s for out in bench.outs if isinstance(out, UtcKnown)] == [SIX]


@pytest.mark.parametrize("date", ["220506", "220899", "2208-1", ""])
def test_a_date_of_forgotten_weeks_is_never_trusted(bench: Bench, date: str) -> None:
    bench.date = date
    bench.drive(20.0, hz=1)
    assert {row.utc for row in bench.rows} == {None}
    assert [out for out in bench.outs if isinstance(out, UtcKnown)] == []


def test_midnight_loses_no_metre_and_no_second(bench: Bench) -> None:
    bench.of_day = DAY - 10.0
    bench.drive(9.9, 20.0, hz=10)
    bench.date = "060126"
    bench.drive(10.0, 20.0, hz=10)
    assert bench.rows[-1].utc == "2026-01-06T00:00:09.900Z"
    assert bench.distance == pytest.approx(bench.truth, abs=0.1)
    assert len([out for out in bench.outs if isinstance(out, UtcKnown)]) == 1


def test_a_clock_that_learns_its_leap_seconds_loses_no_metre(bench: Bench) -> None:
    bench.drive(3.0, hz=1)
    bench.drive(10.0, 20.0, hz=1)
    bench.of_day -= 18.0
    bench.drive(10.0, 20.0, hz=1)
    assert bench.distance == pytest.approx(bench.truth, abs=0.5)
    assert len([out for out in bench.outs if isinstance(out, UtcKnown)]) == 2


# Notes.


def test_notes_are_passed_as_the_car_comes_by(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(20.0, 20.0)
    assert bench.passed == [1, 2]
    assert bench.state.pointer == 2
    [_, well] = [out for out in bench.outs if isinstance(out, NotePassed)]
    assert (well.name, well.kind, well.outcome) == ("well", "note", "passed")
    assert well.t == pytest.approx(3.0 + 2.5 + 15.0, abs=0.2)
    bench.drive(100.0, 20.0)
    assert bench.passed == [1, 2, 3, 4]


def test_notes_are_passed_by_the_total_and_not_by_the_odometer(bench: Bench) -> None:
    bench.enter("total=700")
    bench.enter("scale=2")
    bench.drive(3.0)
    bench.drive(8.0, 10.0)
    assert bench.passed == [3]


def test_notes_are_passed_without_a_fix_too(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.wait(10.0)
    assert bench.passed == [1, 2]


def test_distances_that_repeat_or_fall_are_followed_in_their_own_order() -> None:
    bench = Bench(Note(1, 100.0), Note(2, 110.0), Note(3, 100.0), Note(4, 110.0), Note(5, 400.0))
    bench.drive(3.0)
    bench.drive(30.0, 20.0)
    assert bench.passed == [1, 2, 3, 4, 5]


def test_a_note_close_behind_a_box_that_sets_the_trip_is_passed_too() -> None:
    bench = Bench(Note(1, 100.0, events=(Event("reset", 0.0),)), Note(2, 0.0), Note(3, 4.0), Note(4, 50.0))
    bench.drive(3.0)
    bench.drive(8.0, 30.0, hz=1)
    bench.drive(8.0, 30.0, hz=1)
    assert bench.passed == [1, 2, 3, 4]
    assert bench.total == pytest.approx(bench.distance - 100.0, abs=0.001)


def test_a_note_that_only_an_estimate_had_passed_comes_again(bench: Bench) -> None:
    """The car stopped in the tunnel, 200 m before the note; the estimate ran on over it."""
    bench.drive(3.0)
    bench.drive(28.0, 20.0)
    bench.drive(5.0, 0.0, gps=False)
    bench.wait(20.0)
    assert bench.passed == [1, 2, 3]
    bench.drive(3.0)
    assert bench.state.pointer == 2
    bench.drive(20.0, 20.0)
    assert bench.passed == [1, 2, 3, 3]


def test_a_note_backed_past_is_ahead_again(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(20.0, 20.0)
    assert bench.state.pointer == 2
    bench.press(4, 5, held=0.9)
    bench.drive(10.0, 20.0)
    assert bench.state.pointer == 1
    bench.press(4, 5, held=0.9)
    bench.drive(10.0, 20.0)
    assert bench.passed == [1, 2, 2]


def test_a_box_that_sets_the_trip_sets_it_and_the_crew_may_take_it_back() -> None:
    bench = Bench(Note(1, 100.0, events=(Event("reset", 1000.0),)), Note(2, 1200.0))
    bench.drive(3.0)
    bench.drive(20.0, 10.0)
    assert bench.changed == ["reset at box 1"]
    assert bench.total == pytest.approx(bench.distance + 900.0, abs=0.001)
    assert bench.state.pointer == 1
    bench.press(3, 5, held=0.9)
    assert bench.changed[-1] == "undo reset at box 1"
    assert bench.total == pytest.approx(bench.distance, abs=0.001)


# Presses.


def test_a_press_takes_the_distance_of_its_closing_edge(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    at = bench.truth + 0.1 * 20.0
    bench.take(Edge(round(bench.t + 0.1, 6), "gpio", "1", True))
    bench.drive(0.4, 20.0)
    bench.take(Edge(round(bench.t + 0.1, 6), "gpio", "1", False))
    bench.drive(1.0, 20.0)
    assert bench.pressed == ["zero partial"]
    assert bench.partial == pytest.approx(bench.truth - at, abs=0.1)


def test_a_frozen_display_is_released_a_minute_after_the_press(bench: Bench) -> None:
    def is_frozen() -> bool:
        return bench.state.trip.frozen_until is not None

    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.press(1, held=1.0)
    bench.wait(58.9)
    assert is_frozen()
    bench.wait(0.1)
    assert not is_frozen()
    assert bench.changed == []


def test_counting_backwards_takes_the_total_down(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.press(4, 5, held=0.9)
    before = bench.total
    bench.drive(5.0, 20.0)
    assert bench.pressed == ["backwards"]
    assert bench.total < before - 90.0


def test_a_held_step_repeats_and_each_can_be_undone(bench: Bench) -> None:
    bench.drive(3.0)
    bench.press(4, held=2.0)
    assert bench.changed == ["+10 m"] * 7
    bench.wait(1.0)
    for _ in range(7):
        bench.press(3, 5, held=0.9)
    assert bench.total == 0.0
    assert [out.before_m for out in bench.outs if isinstance(out, TripChanged)][-1] == 10.0


def test_sync_needs_no_receiver_and_says_which_box(bench: Bench) -> None:
    bench.enter("total=290")
    bench.press(1, 6, held=0.9)
    assert bench.pressed[-1] == "sync: box 2, +10 m"
    assert bench.total == 300.0
    assert bench.state.pointer == 2


# The wheel, and what a profile forbids.


def test_the_wheel_carries_the_distance_where_there_is_no_receiver(bench: Bench) -> None:
    bench.identify()
    bench.roll(2.0)
    bench.roll(20.0, 20.0)
    assert bench.distance == pytest.approx(bench.truth, abs=0.5)
    assert bench.rows[-1].source == WHEEL
    assert bench.passed == [1, 2]


def test_the_wheel_fills_a_gap_between_fixes(bench: Bench) -> None:
    bench.identify()
    bench.roll(5.0, gps=True)
    bench.roll(20.0, 20.0, gps=True)
    before = bench.distance - bench.truth
    bench.roll(10.0, 12.0)
    assert bench.rows[-1].source == WHEEL
    assert bench.distance - bench.truth == pytest.approx(before, abs=2.6)
    bench.roll(10.0, 12.0, gps=True)
    assert bench.rows[-1].source == GPS
    assert bench.distance - bench.truth == pytest.approx(before, abs=2.6)


def test_metres_made_while_we_were_down_count_and_can_be_undone(bench: Bench) -> None:
    bench.identify()
    bench.roll(10.0, 20.0)
    bench.start()
    bench.truth += 150.0
    bench.t, bench.speed = 8.0, 0.0
    bench.pod(f"PCDRW,{20000},{round(bench.truth / 0.5)},{round(bench.truth / 0.5)}")
    assert bench.total == pytest.approx(bench.truth - 150.0, abs=0.5)
    bench.identify()
    assert bench.total == pytest.approx(bench.truth, abs=0.5)
    assert bench.state.pointer == 2
    assert bench.changed == ["wheel while down"]
    bench.press(3, 5, held=0.9)
    assert bench.total == pytest.approx(bench.truth - 150.0, abs=0.5)


def test_metres_made_while_we_were_down_are_raw_metres_with_a_bound_and_count_by_the_scale(bench: Bench) -> None:
    bench.identify()
    bench.roll(10.0, 20.0)
    bench.enter("scale=1.1")
    before = (bench.distance, bench.total, odometer.sigma(bench.state.odo, bench.t))
    bench.start()
    bench.t, bench.speed = 8.0, 0.0
    bench.pod(f"PCDRW,20000,{bench.pulses + 300},{bench.pulses + 300}")
    bench.identify()
    assert bench.distance == pytest.approx(before[0] + 150.0)
    assert bench.total == pytest.approx(before[1] + 165.0)
    assert odometer.sigma(bench.state.odo, bench.t) > before[2] + 5.0
    bench.press(3, 5, held=0.9)
    assert bench.distance == pytest.approx(before[0] + 150.0)
    assert bench.total == pytest.approx(before[1])


def test_where_gps_is_forbidden_the_wheel_alone_counts() -> None:
    bench = Bench(*NOTES, settings=WHEEL_ONLY)
    bench.identify()
    bench.roll(10.0, 20.0, gps=True)
    assert bench.distance == pytest.approx(bench.truth, abs=0.5)
    assert {(row.source, row.lat) for row in bench.rows} == {(WHEEL, None)}
    assert bench.state.place is None


def test_where_the_wheel_is_forbidden_too_nothing_counts_but_the_buttons_work() -> None:
    bench = Bench(*NOTES, settings=STOPWATCH)
    bench.identify()
    bench.roll(10.0, 20.0)
    bench.press(2)
    assert bench.distance == 0.0
    assert {(row.source, row.odo_m, row.lat) for row in bench.rows} == {(NONE, 0.0, None)}
    assert bench.pressed == ["next note"]


def test_a_pods_contact_is_acknowledged_as_often_as_it_comes_and_done_once(bench: Bench) -> None:
    bench.identify()
    bench.roll(1.0)
    for again in range(3):
        bench.t += 0.05
        bench.pod("PCDRB,6000,1,4,1")
        bench.pod(f"PCDRB,6100,{2},4,0")
        assert len([out for out in bench.outs if isinstance(out, Ack)]) == 2 * (again + 1)
    bench.wait(1.0)
    assert bench.changed == ["+10 m"]


# Segments.


def test_a_new_segment_keeps_distance_trip_and_pointer_and_forgets_time(bench: Bench) -> None:
    bench.drive(3.0)
    bench.drive(20.0, 20.0)
    bench.press(4)
    bench.press(1, held=1.0)
    bench.drive(1.0, 20.0)
    bench.drive(6.0)
    kept = (bench.distance, bench.total, bench.partial, bench.state.pointer)
    bench.start()
    assert (bench.distance, bench.total, bench.partial, bench.state.pointer) == kept
    assert (bench.state.now, bench.state.place, bench.state.utc.offset) == (0.0, None, None)
    assert bench.state.trip.frozen_until is None
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    assert bench.distance == pytest.approx(bench.truth, abs=0.1)
    bench.press(3, 5, held=0.9)
    assert bench.changed[-1] == "undo +10 m"


def test_another_book_is_taken_up_where_the_total_stands(bench: Bench) -> None:
    bench.enter("total=850")
    longer = plan_of(*(Note(i + 1, 100.0 * i) for i in range(30)))
    assert engine.carry(bench.plan, longer, bench.state).pointer == 9
    assert engine.carry(bench.plan, bench.plan, bench.state) == bench.state


def test_a_new_scale_in_the_plan_counts_from_here_on(bench: Bench) -> None:
    bench.enter("total=850")
    scaled = plan_of(*NOTES, settings=Settings(book_scale=1.1))
    state = engine.carry(bench.plan, scaled, bench.state)
    assert trip.total(state.trip, 0.0) == pytest.approx(850.0)
    assert trip.total(state.trip, 100.0) == pytest.approx(960.0)


def test_the_crews_own_scale_survives_a_start_under_the_same_plan(bench: Bench) -> None:
    bench.enter("scale=0.97")
    assert engine.carry(bench.plan, bench.plan, bench.state).trip.basis.scale == 0.97


def test_a_signal_from_the_past_is_folded_now(bench: Bench) -> None:
    bench.drive(3.0)
    [folded] = engine.fold(bench.plan, bench.state, Fault(1.0, "gps", "the cable is out"))
    assert folded.signal.t == folded.state.now == bench.state.now


def test_a_fault_told_at_length_shows_that_it_was_cut(bench: Bench) -> None:
    *_, folded = engine.fold(bench.plan, bench.state, Fault(1.0, "voice", "no sound device: " + 40 * "why "))
    [trouble] = [trouble for trouble in folded.state.troubles if trouble.source == "voice"]
    assert len(trouble.text) == faults.LONGEST
    assert trouble.text.endswith("…")


def test_undone_changes_leave_a_drive_as_if_they_had_never_been() -> None:
    """The same drive, with and without a crew that changes everything and takes it all back."""
    plain, touched = Bench(*NOTES), Bench(*NOTES)
    for leg in range(12):
        for bench in (plain, touched):
            bench.drive(2.0, 3.0 * leg)
        if leg < 6:
            touched.enter(("total=4000", "scale=1.02", "partial=7", "total=10", "scale=0.9", "partial=0")[leg])
    for _ in range(6):
        touched.press(3, 5, held=0.9)
    for bench in (plain, touched):
        bench.wait(30.0 - bench.t)
        bench.drive(10.0, 20.0)
    assert touched.distance == plain.distance
    assert (touched.total, touched.partial) == (plain.total, plain.partial)
    assert touched.state.pointer == plain.state.pointer
    assert touched.state.trip.changes == ()


def test_switched_on_in_the_middle_of_a_burst_the_speed_counts_from_the_next_fix() -> None:
    """The tail of a burst may be a lone GGA: a position without a speed, which is no word for standing still."""
    bench = Bench(*NOTES)
    bench.speed = 28.0
    for _ in range(20):  # the pod is heard first
        bench.roll(0.05, 28.0)
    bench.step(0.05, 28.0)
    minutes = 31 * 60 + 10 + bench.truth / MINUTE_NORTH
    body = f"GPGGA,060001.05,{int(minutes // 60):02d}{minutes % 60:010.7f},N,00410.2500,W,1,09,0.9,700,M,,M,,"
    bench.take(Line(bench.t, "gps", frame(body).rstrip()))
    bench.roll(2.0, 28.0, gps=True)
    assert bench.state.odo.source == GPS
    assert odometer.speed(bench.state.odo) == pytest.approx(28.0, abs=0.1)
