from dataclasses import replace
from itertools import chain, pairwise
from math import pi

import pytest

from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Note, Position, Roadbook, RoadbookError
from codriver.simulate.course import CUT, TIGHTEST, lay, milestones

CORNER = (Position(31.0, -4.0), Position(31.009, -4.0), Position(31.009, -3.99))


def book(*points: Position, notes: tuple[Note, ...] = ()) -> Roadbook:
    return Roadbook("made here", "gpx", "metric", notes, (points,) if points else ())


def test_the_course_is_as_long_as_the_track_but_for_its_corners(piste: Roadbook) -> None:
    assert piste.length is not None
    assert 0.995 * piste.length < lay(piste).length < piste.length


def test_distance_along_the_course_is_distance_on_the_ellipsoid(piste: Roadbook) -> None:
    course = lay(piste)
    places = [course.at(metres) for metres in range(int(course.length))]
    summed = sum(chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(places))
    assert summed == pytest.approx(len(places) - 1, rel=2e-4)


def test_a_corner_is_rounded_within_half_a_car_of_its_tip() -> None:
    course = lay(book(*CORNER))
    tip = CORNER[1]
    miss = min(chord(tip.lat, tip.lon, *course.at(s / 4)[:2]) for s in range(int(course.length) * 4))
    assert 0.5 * CUT < miss <= CUT + 0.1


def test_the_heading_turns_smoothly_and_as_far_as_the_corner_does() -> None:
    course = lay(book(*CORNER))
    headings = [course.at(s / 4).heading for s in range(int(course.length) * 4)]
    assert headings[0] == pytest.approx(0.0, abs=0.1) or headings[0] == pytest.approx(360.0, abs=0.1)
    assert headings[-1] == pytest.approx(90.0, abs=0.1)
    assert max(abs((b - a + 180) % 360 - 180) for a, b in pairwise(headings)) < 6.0


def test_curvature_stays_a_cars_even_where_the_track_turns_back() -> None:
    back = lay(book(Position(31.0, -4.0), Position(31.01, -4.0), Position(31.0, -4.0)))
    assert max(back.bend) <= 1 / TIGHTEST
    turned = sum(bend * (b - a) for bend, (a, b) in zip(back.bend, pairwise(back.along), strict=True))
    assert 0 < turned <= pi + 1e-6


def test_a_book_without_a_track_is_driven_through_its_notes() -> None:
    notes = tuple(Note(i, 1000.0 * i, position=point) for i, point in enumerate(CORNER))
    assert lay(book(notes=notes)).length == pytest.approx(lay(book(*CORNER)).length)


def test_a_book_that_knows_no_place_is_refused_with_a_sentence() -> None:
    with pytest.raises(RoadbookError, match="no track and no two notes with a position"):
        lay(book(notes=(Note(1, 0.0), Note(2, 500.0, position=CORNER[0]))))


def test_notes_lie_where_they_are_on_the_course(piste: Roadbook) -> None:
    course = lay(piste)
    found = milestones(course, piste)
    assert list(found) == sorted(found)
    for note, metres in zip(piste.notes, found, strict=True):
        assert note.position is not None
        place = course.at(metres)
        assert chord(note.position.lat, note.position.lon, place.lat, place.lon) < CUT + 0.5


def test_a_course_that_meets_itself_does_not_mislead(piste: Roadbook) -> None:
    """Out and back on the same line: the second half's notes are not looked for in the first half."""
    assert piste.length is not None
    turn = piste.length
    out = tuple(chain.from_iterable(piste.track))
    there_and_back = replace(
        piste,
        track=((*out, *reversed(out)),),
        notes=(*piste.notes, *(replace(n, total=2 * turn - n.total) for n in reversed(piste.notes))),
    )
    course = lay(there_and_back)
    for note, metres in zip(there_and_back.notes, milestones(course, there_and_back), strict=True):
        assert metres == pytest.approx(note.total, abs=0.005 * course.length)


def test_a_note_without_a_position_goes_by_its_distance(piste: Roadbook) -> None:
    third = piste.notes[2]
    placeless = replace(piste, notes=(*piste.notes[:2], replace(third, position=None), *piste.notes[3:]))
    course = lay(piste)
    assert milestones(course, placeless)[2] == pytest.approx(milestones(course, piste)[2], abs=10.0)
