"""What is learnt of the book: the reckoning alone, and what is recognised of a road, without receivers and crews."""

from itertools import pairwise
from math import cos, radians, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from codriver.config import Allow, Settings
from codriver.core import agreement, landmarks, passing, reckoning
from codriver.core.agreement import Agreement
from codriver.core.landmarks import Landmarks
from codriver.core.learnt import Book, Learnt
from codriver.core.passing import Approach, Fixed, Heading
from codriver.core.plan import Plan, lay_out
from codriver.core.reckoning import Driven, Reckoning, Sighting
from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Event, Note, Position, Report, Roadbook
from codriver.roadbook.turns import turns
from codriver.units import Degrees, Metres

LAT, LON = 31.0, -4.0
NORTH: Metres = chord(LAT, LON, LAT + 0.1, LON) / 0.1
EAST: Metres = chord(LAT, LON, LAT, LON + 0.1) / 0.1


def at(east: Metres, north: Metres) -> Position:
    return Position(LAT + north / NORTH, LON + east / EAST)


def book_of(*notes: Note, track: tuple[Position, ...] = ()) -> Roadbook:
    return Roadbook("test", "test", "metric", notes, (track,) if track else ())


def plan_of(*notes: Note, track: tuple[Position, ...] = (), taught: Learnt | None = None, **settings: object) -> Plan:
    made = Settings(**settings)  # type: ignore[arg-type]
    return lay_out("test", made, book_of(*notes, track=track), Report("test"), taught=taught or Learnt())


def marks_of(*notes: Note, track: tuple[Position, ...] = ()) -> Landmarks:
    book = book_of(*notes, track=track)
    return landmarks.lay_out(book, turns(book))


# The reckoning.


def fresh(scale_sigma: float = 0.005) -> Reckoning:
    return Reckoning(0.0, 0.0, 1.0, 50.0**2, scale_sigma**2)


def by(now: Reckoning, odo: Metres, total: Metres, sigma: Metres = 10.0) -> Reckoning:
    return reckoning.corrected(reckoning.carried(now, Driven(odo, 0.0, 0.0)), Sighting(odo, total, sigma))


@given(st.floats(0.985, 1.015), st.integers(0, 1000))
def test_boxes_over_ten_kilometres_tell_the_scale(scale: float, seed: int) -> None:
    """Twenty boxes that are off by 8 m, one sigma: the error stays in three of the sigmas that it claims."""
    random, now = Random(seed), fresh()
    for box in range(1, 21):
        now = by(now, 500.0 * box, scale * 500.0 * box + random.gauss(0.0, 8.0))
    assert abs(now.scale - scale) <= 3.5 * now.scale_sigma
    assert now.scale_sigma < 0.0013
    assert abs(reckoning.place(now, 10_000.0) - scale * 10_000.0) <= 4.0 * reckoning.sigma(now, 10_000.0)


@given(st.lists(st.tuples(st.floats(1.0, 3000.0), st.floats(-300.0, 300.0), st.floats(1.0, 50.0)), max_size=30))
def test_whatever_is_seen_the_doubts_stay_doubts(legs: list[tuple[Metres, Metres, Metres]]) -> None:
    now, odo = fresh(), 0.0
    for way, off, sigma in legs:
        odo += way
        now = by(now, odo, odo + off, sigma)
        assert now.place_var >= 0.0
        assert now.scale_var >= 0.0
        assert now.both_var**2 <= now.place_var * now.scale_var * 1.0001 + 1e-9


def test_a_landmark_told_late_counts_where_it_was() -> None:
    """A box is known when the car has left it: the same is learnt as at the box itself."""
    start = by(by(fresh(), 1000.0, 1010.0), 2000.0, 2020.0)
    there = by(start, 3000.0, 3030.0)
    late = reckoning.carried(start, Driven(3060.0, 0.0, 0.0))
    later = reckoning.corrected(late, Sighting(3000.0, 3030.0, 10.0))
    assert reckoning.place(later, 3060.0) == pytest.approx(reckoning.place(there, 3060.0), abs=0.1)
    assert later.scale == pytest.approx(there.scale, abs=1e-5)


def test_a_gap_of_the_odometer_is_doubt_of_the_place() -> None:
    sure = by(fresh(), 1000.0, 1000.0)
    driven = reckoning.carried(sure, Driven(1000.0, 40.0**2, 0.0))
    assert reckoning.sigma(driven, 1000.0) == pytest.approx((reckoning.sigma(sure, 1000.0) ** 2 + 1600.0) ** 0.5)


def test_counting_backwards_the_book_runs_down() -> None:
    back = replace(by(fresh(), 1000.0, 1000.0), backwards=True)
    assert reckoning.place(back, 1200.0) == pytest.approx(reckoning.place(back, 1000.0) - 200.0, abs=1.0)


# Believing.


def learner(plan: Plan, *boxes: tuple[Metres, Metres]) -> Agreement:
    made = agreement.begun(plan, 0.0, Driven(0.0, 0.0, 0.0))
    for index, (odo, total) in enumerate(boxes):
        made = agreement.believe(made, Sighting(odo, total, 10.0, index), Driven(odo, 0.0, 0.0))
    return made


EVEN = [(500.0 * box, 504.0 * box) for box in range(1, 13)]


def test_a_box_that_is_300_m_wrong_is_counted_and_pulls_nothing() -> None:
    plan = plan_of(Note(1, 0.0))
    right = learner(plan, *EVEN)
    for wrong in range(2, 12):
        boxes = [(odo, total + (300.0 if index == wrong else 0.0)) for index, (odo, total) in enumerate(EVEN)]
        found = learner(plan, *boxes)
        assert (found.outliers, found.believed) == (1, len(EVEN) - 1)
        assert found.reckoning is not None
        assert right.reckoning is not None
        assert found.reckoning.scale == pytest.approx(right.reckoning.scale, abs=0.0007)


def test_two_wrong_boxes_that_contradict_each_other_open_nothing() -> None:
    boxes = [(odo, total + {5: 300.0, 6: -300.0}.get(index, 0.0)) for index, (odo, total) in enumerate(EVEN)]
    found = learner(plan_of(Note(1, 0.0)), *boxes)
    assert (found.outliers, found.believed) == (2, len(EVEN) - 2)


def test_two_that_agree_against_the_reckoning_open_it_anew() -> None:
    """A detour: from the seventh box on the book is 400 m behind the car, for good."""
    boxes = [(odo + (400.0 if index >= 6 else 0.0), total) for index, (odo, total) in enumerate(EVEN)]
    found = learner(plan_of(Note(1, 0.0)), *boxes)
    assert found.outliers == 1
    assert found.reckoning is not None
    assert reckoning.place(found.reckoning, boxes[-1][0]) == pytest.approx(boxes[-1][1], abs=5.0)
    assert abs(found.reckoning.scale - 1.008) <= 2.0 * found.reckoning.scale_sigma


def test_a_right_box_between_two_wrong_ones_keeps_them_apart() -> None:
    boxes = [(odo, total + (300.0 if index in {5, 7} else 0.0)) for index, (odo, total) in enumerate(EVEN)]
    found = learner(plan_of(Note(1, 0.0)), *boxes)
    assert (found.outliers, found.believed) == (2, len(EVEN) - 2)


def test_what_the_crew_sets_holds_however_it_surprises() -> None:
    known = learner(plan_of(Note(1, 0.0)), *EVEN)
    set_ = agreement.told(known, Sighting(6100.0, 9000.0, 15.0), Driven(6100.0, 0.0, 0.0))
    assert set_.reckoning is not None
    assert known.reckoning is not None
    assert reckoning.place(set_.reckoning, 6100.0) == pytest.approx(9000.0, abs=0.1)
    assert set_.reckoning.scale == known.reckoning.scale
    assert set_.fresh == 0


def test_where_the_wheel_is_the_ruler_its_scale_may_be_further_off() -> None:
    wheel = agreement.begun(plan_of(Note(1, 0.0), allow=Allow(gps=False)), 0.0, Driven(0.0, 0.0, 0.0))
    gps = agreement.begun(plan_of(Note(1, 0.0)), 0.0, Driven(0.0, 0.0, 0.0))
    assert wheel.reckoning is not None
    assert gps.reckoning is not None
    assert (wheel.reckoning.scale_sigma, gps.reckoning.scale_sigma) == pytest.approx((0.02, 0.005))


def test_what_was_learnt_before_is_where_it_begins() -> None:
    plan = plan_of(Note(1, 0.0), taught=Learnt(book=Book(1.01, 0.001)))
    begun = agreement.begun(plan, 0.0, Driven(0.0, 0.0, 0.0)).reckoning
    assert begun is not None
    assert begun.scale == 1.01
    assert 0.001 < begun.scale_sigma < 0.0015


# Passing a note's place.


def passed(marks: Landmarks, book: Roadbook, road: list[tuple[Metres, Metres]]) -> list[Approach]:
    """What a car that goes along these places recognises; its odometer is the polyline."""
    found: list[Approach] = []
    going: tuple[Approach, ...] = ()
    odo, was = 0.0, Fixed(at(*road[0]).lat, at(*road[0]).lon, 0.0)
    for (x0, y0), (x1, y1) in pairwise(road):
        odo += ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        now = Fixed(at(x1, y1).lat, at(x1, y1).lon, odo)
        going, over = passing.near(marks, book.notes, going, was, now)
        found += over
        was = now
    return found


def straight(length: Metres, step: Metres, aside: Metres = 0.0, start: Metres = 0.0) -> list[tuple[Metres, Metres]]:
    return [(aside, start + step * n) for n in range(int((length - start) / step) + 1)]


@given(st.floats(2.0, 40.0), st.floats(0.0, 34.0), st.floats(0.0, 40.0))
def test_the_moment_of_a_passage_lies_between_two_fixes(step: Metres, aside: Metres, start: Metres) -> None:
    """However far the fixes are apart, and wherever they fall."""
    book = book_of(Note(1, 500.0, position=at(0.0, 500.0)))
    [found] = passed(marks_of(*book.notes), book, straight(1000.0, step, aside, start))
    assert found.odo == pytest.approx(500.0 - start, abs=0.5)
    assert found.miss == pytest.approx(aside, abs=0.5)
    assert found.heading == pytest.approx(0.0, abs=1.0) or found.heading == pytest.approx(360.0, abs=1.0)


def test_a_note_is_told_of_when_the_car_has_left_it_and_once() -> None:
    book = book_of(Note(1, 500.0, position=at(0.0, 500.0)))
    marks = marks_of(*book.notes)
    assert passed(marks, book, straight(555.0, 5.0)) == []
    assert len(passed(marks, book, straight(900.0, 5.0))) == 1


def test_a_car_that_sets_out_from_a_box_does_not_pass_it() -> None:
    book = book_of(Note(1, 0.0, position=at(0.0, -10.0)))
    assert passed(marks_of(*book.notes), book, straight(500.0, 10.0)) == []


def test_a_corner_is_passed_where_the_car_was_nearest() -> None:
    book = book_of(Note(1, 300.0, position=at(0.0, 300.0)))
    road = [*straight(290.0, 10.0), (0.0, 300.0), *[(10.0 * n, 300.0) for n in range(1, 20)]]
    [found] = passed(marks_of(*book.notes), book, road)
    assert found.odo == pytest.approx(300.0, abs=0.5)


def test_a_hole_in_the_fixes_ends_an_approach() -> None:
    book = book_of(Note(1, 500.0, position=at(0.0, 500.0)))
    road = [*straight(470.0, 10.0), *straight(1000.0, 10.0, start=620.0)]
    assert passed(marks_of(*book.notes), book, road) == []


@given(st.floats(-89.0, 89.0), st.floats(-179.9, 179.9), st.floats(0.0, 360.0), st.floats(0.0, landmarks.NEAR))
def test_the_index_knows_every_note_that_is_near(lat: Degrees, lon: Degrees, way: Degrees, far: Metres) -> None:
    marks = marks_of(Note(1, 0.0, position=Position(lat, lon)))
    there = Position(
        lat + far * cos(radians(way)) / 111_700.0, lon + far * sin(radians(way)) / 111_700.0 / cos(radians(lat))
    )
    assert marks.cells.get(landmarks.cell(there.lat, there.lon)) == (0,)


# Loops, crossings, and the road back.


def seen(plan: Plan, place: Metres, approach: Approach, sigma: Metres = 10.0) -> bool:
    """Whether an approach counts, where the book is reckoned to be at `place`."""
    now = Reckoning(place, approach.odo, 1.0, sigma**2, 0.001**2)
    return agreement._passed(now, -1, plan, 0, approach) is not None


OUT_AND_BACK = tuple(at(0.0, 100.0 * n) for n in range(31)) + tuple(at(0.0, 100.0 * n) for n in range(30, -1, -1))


def test_on_the_way_back_the_notes_of_the_way_out_are_none() -> None:
    """By heading, where the total would allow both."""
    notes = (Note(1, 0.0, position=at(0.0, 0.0)), Note(2, 2800.0, position=at(0.0, 2800.0)))
    plan = plan_of(*notes, Note(3, 6000.0, position=at(0.0, 0.0)), track=OUT_AND_BACK)
    assert seen(plan, 2790.0, Approach(1, 2800.0, 3.0, 1.0))
    assert not seen(plan, 2790.0, Approach(1, 2800.0, 3.0, 181.0))


def test_where_the_course_comes_by_twice_the_other_time_is_none() -> None:
    """Three laps of a kilometre, a box on each: told apart by where the book has the car, else not at all."""
    square = [at(0.0, 25.0 * n) for n in range(10)] + [at(25.0 * n, 250.0) for n in range(10)]
    square += [at(250.0, 250.0 - 25.0 * n) for n in range(10)] + [at(250.0 - 25.0 * n, 0.0) for n in range(10)]
    notes = tuple(Note(lap + 1, 1000.0 * lap + 125.0, position=at(0.0, 125.0)) for lap in range(3))
    plan = plan_of(*notes, track=tuple(square * 3))
    assert plan.landmarks.again[1] == pytest.approx((125.0, 2125.0), abs=30.0)
    assert seen(plan, 1140.0, Approach(1, 1125.0, 2.0, 0.0))
    assert not seen(plan, 140.0, Approach(1, 125.0, 2.0, 0.0))
    assert not seen(plan, 1640.0, Approach(1, 1640.0, 2.0, 0.0)), "nearer to the next lap than to this"
    assert not seen(plan, 1140.0, Approach(1, 1125.0, 2.0, 0.0), sigma=400.0), "nobody knows which lap it is"


def test_the_other_leg_beside_this_one_is_none() -> None:
    """Two legs in the same direction, 45 m apart: the notes of the one are too far aside of the other."""
    track = (at(0.0, 0.0), at(0.0, 2000.0), at(45.0, 2000.0), at(45.0, 0.0), at(90.0, 0.0), at(90.0, 2000.0))
    plan = plan_of(Note(1, 1000.0, position=at(0.0, 1000.0)), track=track)
    assert seen(plan, 1000.0, Approach(0, 1000.0, 5.0, 0.0))
    assert not seen(plan, 1000.0, Approach(0, 1000.0, 45.0, 0.0))


def test_a_note_of_another_leg_of_the_book_is_none() -> None:
    notes = (
        Note(1, 500.0, position=at(0.0, 500.0)),
        Note(2, 900.0, position=at(0.0, 900.0), events=(Event("reset", 0.0),)),
        Note(3, 500.0, position=at(0.0, 1400.0)),
    )
    plan = plan_of(*notes)
    assert [plan.landmarks.leg(pointer) for pointer in range(4)] == [0, 0, 1, 1]
    assert seen(plan, 500.0, Approach(0, 500.0, 5.0, 0.0))
    assert not seen(plan, 500.0, Approach(2, 500.0, 5.0, 0.0))


def test_a_note_far_from_the_books_own_track_is_no_landmark() -> None:
    track = tuple(at(0.0, 100.0 * n) for n in range(31))
    marks = marks_of(
        Note(1, 1000.0, position=at(300.0, 1000.0)), Note(2, 2000.0, position=at(0.0, 2000.0)), track=track
    )
    assert {index for indexes in marks.cells.values() for index in indexes} == {1}


# Turns.


def corner(angle: Degrees, radius: Metres, step: Metres, start: Metres = 0.0, shake: Degrees = 0.0) -> list[Heading]:
    """Headings of a car that goes 150 m straight, round a corner of this radius, and straight again."""
    arc = abs(radians(angle)) * radius
    random = Random(1)
    headings: list[Heading] = []
    odo = start
    while odo <= 300.0 + arc:
        share = min(1.0, max(0.0, (odo - 150.0) / arc))
        headings.append(Heading(odo, (350.0 + share * angle + random.uniform(-shake, shake)) % 360.0))
        odo += step
    return headings


def recognised(headings: list[Heading]) -> list[passing.Turned]:
    kept: tuple[Heading, ...] = ()
    found: list[passing.Turned] = []
    for heading in headings:
        if kept and heading.odo - kept[-1].odo < passing.EVERY:
            continue
        kept = passing.onward(kept, *heading)
        turn = passing.turn(kept)
        if turn is not None:
            found.append(turn)
            kept = kept[-1:]
    return found


@pytest.mark.parametrize("angle", [-150.0, -90.0, -50.0, 50.0, 90.0, 150.0])
@pytest.mark.parametrize("step", [2.0, 7.0, 12.0])
@pytest.mark.parametrize("start", [0.0, 3.0])
def test_a_junction_is_recognised_and_its_middle_found(angle: Degrees, step: Metres, start: Metres) -> None:
    [turn] = recognised(corner(angle, 8.0, step, start, shake=3.0))
    assert turn.odo == pytest.approx(150.0 + abs(radians(angle)) * 4.0, abs=6.0)
    assert landmarks.turned(turn.entry, 350.0) == pytest.approx(0.0, abs=8.0)
    assert landmarks.turned(turn.exit, 350.0 + angle) == pytest.approx(0.0, abs=8.0)


def test_a_wide_bend_and_a_slight_one_are_no_junctions() -> None:
    assert recognised(corner(90.0, 120.0, 5.0)) == []
    assert recognised(corner(25.0, 8.0, 5.0)) == []


def test_a_swerve_is_no_turn() -> None:
    there = [Heading(10.0 * n, 0.0 if not 12 <= n <= 13 else 50.0) for n in range(30)]
    assert recognised(there) == []


def test_only_notes_without_positions_that_turn_are_told_by_heading() -> None:
    notes = (
        Note(1, 0.0, cap=0.0),
        Note(2, 500.0, cap=10.0),
        Note(3, 900.0, cap=100.0),
        Note(4, 1400.0, cap=190.0, position=at(0.0, 0.0)),
        Note(5, 1900.0, cap=270.0, measured=False),
    )
    corners = marks_of(*notes).corners[0]
    assert [each.note for each in corners] == [0, 2]


# Another book, another segment.


def test_an_amended_book_keeps_what_was_learnt_and_another_one_does_not() -> None:
    notes = tuple(Note(n + 1, 500.0 * n) for n in range(12))
    known = learner(plan_of(*notes), *EVEN)
    amended = agreement.carried(known, book_of(*notes), book_of(*notes[:6], Note(7, 2750.0), *notes[6:]))
    assert amended.reckoning == known.reckoning
    assert amended.last == -1
    assert agreement.carried(known, book_of(*notes), book_of(Note(1, 0.0), Note(2, 33.0), Note(3, 44.0))) == Agreement()
