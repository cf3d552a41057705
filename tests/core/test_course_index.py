"""The course: where on it a place lies, which way it leads, what the book counts there; told by hand and by force."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codriver.core.course import Abeam, Course
from codriver.roadbook.load import read
from codriver.roadbook.model import Event, Note, Position, Roadbook
from tests.core.lost_bench import Point, at, book, drawn, length, place

BEND: list[Point] = [(0, 0), (2000, 0), (2000, 2000)]
THERE_AND_BACK: list[Point] = [(0, 0), (1000, 0), (0, 0)]
EIGHT: list[Point] = [(0, 0), (2000, 2000), (2000, 0), (0, 2000)]


def laid(way: list[Point], *totals: float) -> Course:
    return Course(book(way, *(totals or (100.0, length(way) - 100.0))))


def near(metres: float, off: float = 1.0) -> object:
    return pytest.approx(metres, abs=off)


def test_a_place_beside_the_course_is_abeam_of_one_on_it() -> None:
    course = laid(BEND)
    lat, lon, _ = place((1970.0, 700.0))
    spot = course.beside(lat, lon, None, 2000.0, 3500.0, 2700.0)
    assert (spot.at, spot.miss, spot.known) == (near(2700.0), near(30.0), True)
    assert min(spot.heading, 360.0 - spot.heading) < 0.1
    assert course.length == near(4000.0)


@pytest.mark.parametrize(("heading", "found"), [(90.0, 900.0), (270.0, 1100.0), (None, 900.0)])
def test_of_a_way_out_and_back_the_part_that_leads_as_the_car_goes_is_meant(heading: float, found: float) -> None:
    lat, lon, _ = place((900.0, 3.0))
    spot = laid(THERE_AND_BACK).beside(lat, lon, heading, 700.0, 1300.0, 920.0)
    assert spot.at == near(found)


def test_where_it_is_looked_for_decides_between_two_that_are_as_near() -> None:
    lat, lon, _ = place((900.0, 0.0))
    course = laid(THERE_AND_BACK)
    assert course.beside(lat, lon, None, 700.0, 1300.0, 1090.0).at == near(1100.0)


def test_a_course_that_crosses_itself_comes_by_once_each_way() -> None:
    course = laid(EIGHT)
    lat, lon, _ = place((1000.0, 1000.0))
    assert [one.at for one in course.passes(lat, lon, 45.0, 40.0, 60.0)] == [near(2**0.5 * 1000.0)]
    assert [one.at for one in course.passes(lat, lon, 315.0, 40.0, 60.0)] == [near(2**0.5 * 3000.0 + 2000.0)]
    assert course.passes(lat, lon, 180.0, 40.0, 40.0) == []


def test_a_course_in_laps_comes_by_on_each() -> None:
    course = laid([*[(0, 0), (1000, 0), (1000, 500), (0, 500)] * 3, (0, 0)])
    lat, lon, _ = place((300.0, 5.0))
    assert [one.at for one in course.passes(lat, lon, 90.0, 40.0, 60.0)] == [near(300.0), near(3300.0), near(6300.0)]


def test_nothing_comes_by_a_place_that_is_far_away() -> None:
    lat, lon, _ = place((1000.0, 41.0))
    assert laid(BEND).passes(lat, lon, 90.0, 40.0, 60.0) == []


STRETCHES = st.lists(st.tuples(st.floats(-1500, 1500), st.floats(-1500, 1500)), min_size=3, max_size=9)


@given(STRETCHES, st.floats(-1600, 1600), st.floats(-1600, 1600), st.sampled_from([40.0, 200.0]))
@example([(-347.0, -242.0), (353.0, 458.0)], -60.0, 80.0, 40.0)  # a corner of a cell is cut between two samples
def test_the_grid_finds_what_a_search_of_all_finds(way: list[Point], east: float, north: float, reach: float) -> None:
    course = Course(replace(book(way, 0.0), track=(tuple(map(place, way)),)))
    lat, lon, _ = place((east, north))
    found = course.passes(lat, lon, 0.0, reach, 180.0)
    best = min((one.miss for one in _everywhere(course, way, lat, lon)), default=inf)
    if best > reach:
        assert found == []
    else:
        assert min(one.miss for one in found) == near(best, 0.001)


def _everywhere(course: Course, way: list[Point], lat: float, lon: float) -> Iterator[Abeam]:
    """Step by step of the way, each asked alone."""
    for index in range(1, len(way)) if course else ():
        for there in (length(way[:index]) + 2.5, length(way[: index + 1]) - 2.5):
            yield course.beside(lat, lon, None, there, there, there)


def test_between_two_boxes_the_books_metres_run_evenly() -> None:
    way: list[Point] = [(0, 0), (3000, 0)]
    notes = tuple(
        Note(number, total, position=place(at(way, there)))
        for number, total, there in [(1, 0.0, 0.0), (2, 1020.0, 1000.0), (3, 3060.0, 3000.0)]
    )
    course = Course(Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),)))
    assert course.total(500.0) == near(510.0)
    assert course.place(510.0, 1) == near(500.0)
    assert course.total(2000.0) == near(2040.0)
    assert course.place(2040.0, 2) == near(2000.0)
    assert course.total(3200.0) == near(3260.0)
    assert course.place(3260.0, 3) == near(3200.0)
    assert [course.ahead(metres) for metres in (-1.0, 500.0, 2999.0, 3001.0)] == [0, 1, 2, 3]


def test_behind_a_box_that_sets_the_trip_the_book_counts_anew() -> None:
    way: list[Point] = [(0, 0), (3000, 0)]
    zero = (Event("reset", 0.0),)
    notes = (
        Note(1, 500.0, position=place((500, 0))),
        Note(2, 1000.0, position=place((1000, 0)), events=zero),
        Note(3, 300.0, position=place((1300, 0))),
    )
    course = Course(Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),)))
    assert (course.total(900.0), course.total(1100.0), course.total(2000.0)) == (near(900.0), near(100.0), near(1000.0))
    assert (course.place(900.0, 1), course.place(100.0, 2)) == (near(900.0), near(1100.0))


def test_a_box_without_a_place_lies_where_its_distance_puts_it() -> None:
    way: list[Point] = [(0, 0), (3000, 0)]
    notes = (Note(1, 1000.0, position=place((1000, 0))), Note(2, 1500.0), Note(3, 3000.0, position=place((3000, 0))))
    course = Course(Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),)))
    assert [course.ahead(metres) for metres in (1499.0, 1501.0)] == [1, 2]


def test_distances_that_no_road_can_have_are_counted_from_the_nearer_box() -> None:
    """A course whose file leaves out two hundred kilometres."""
    way: list[Point] = [(0, 0), (3000, 0)]
    notes = (Note(1, 1000.0, position=place((1000, 0))), Note(2, 202000.0, position=place((2000, 0))))
    course = Course(Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),)))
    assert (course.total(1100.0), course.total(1900.0)) == (near(1100.0), near(201900.0))


def test_beside_a_hole_in_the_track_nobody_knows_the_way() -> None:
    pieces = ([(0.0, 0.0), (1000.0, 0.0)], [(1900.0, 0.0), (3000.0, 0.0)])
    track = tuple(tuple(map(place, drawn(piece))) for piece in pieces)
    course = Course(Roadbook("test", "test", "metric", (Note(1, 100.0, position=place((100, 0))),), track))
    for east, known in [(500.0, True), (950.0, False), (1400.0, False), (1950.0, False), (2500.0, True)]:
        lat, lon, _ = place((east, 50.0))
        assert course.beside(lat, lon, None, 0.0, 3000.0, east).known is known
    lat, lon, _ = place((1400.0, 0.0))
    assert course.passes(lat, lon, 90.0, 40.0, 60.0) == []


def test_a_track_beside_which_the_boxes_lie_is_believed_no_better_than_that() -> None:
    way: list[Point] = [(0, 0), (3000, 0)]
    notes = tuple(Note(n, 400.0 * n, position=place((400.0 * n, 20.0 * (-1) ** n))) for n in range(1, 7))
    rough = Course(Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),)))
    assert rough.rough == near(20.0)
    assert laid(way).rough == 0.0


@pytest.mark.parametrize(
    "roadbook",
    [
        Roadbook("no track", "test", "metric", (Note(1, 0.0, position=Position(31.0, -4.0)),)),
        Roadbook("one point", "test", "metric", (Note(1, 0.0),), ((Position(31.0, -4.0),),)),
        Roadbook("no places", "test", "metric", (Note(1, 0.0), Note(2, 900.0)), (tuple(map(place, drawn(BEND))),)),
        Roadbook("nothing", "test", "metric", (), ((), ())),
        Roadbook("one place", "test", "metric", (Note(1, 0.0),), ((Position(31.0, -4.0),) * 9,)),
    ],
    ids=lambda roadbook: roadbook.name,
)
def test_without_a_track_that_boxes_lie_on_there_is_no_course(roadbook: Roadbook) -> None:
    assert not Course(roadbook)


def test_the_longest_course_there_is_knows_each_of_its_boxes(field_data: Path) -> None:
    """The 2025 Baja 1000: 1018 km of track in nine pieces, 765 boxes, and a hole where 214 km are left out."""
    [file] = (field_data / "roadbooks").glob("score-baja1000*")
    roadbook = read(file.read_bytes(), file.name).book
    course = Course(roadbook)
    assert len(course.holes) == 1
    for index, note in enumerate(roadbook.notes):
        there = course.place(note.total - 1.0, index)
        assert course.total(there) == near(note.total - 1.0, 20.0)
        if note.position is not None and index != 495:  # of that one nobody knows where the track comes by
            spot = course.beside(note.position.lat, note.position.lon, None, there - 30.0, there + 30.0, there)
            assert spot.miss < 60.0
