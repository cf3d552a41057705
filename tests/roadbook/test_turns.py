"""How one comes to a box and leaves it, from the cap, the track, or nothing but the next box."""

from dataclasses import replace
from itertools import pairwise
from math import cos, radians, remainder, sin
from pathlib import Path
from statistics import median

import pytest

from codriver.roadbook.load import read
from codriver.roadbook.model import Note, Position, Roadbook
from codriver.roadbook.turns import Turn, turns
from codriver.units import Degrees, Metres

HOME = Position(31.0, -5.0)
NORTH = 110_862.0  # metres a degree of latitude at 31 degrees north
EAST = 95_506.0


def at(east: Metres, north: Metres) -> Position:
    return Position(HOME.lat + north / NORTH, HOME.lon + east / EAST)


def way(*corners: tuple[Metres, Metres], step: Metres = 20.0) -> tuple[Position, ...]:
    """A track along these corners, a point each `step` metres or so."""
    points = [corners[0]]
    for (x1, y1), (x2, y2) in pairwise(corners):
        count = max(1, round(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 / step))
        points += [(x1 + (x2 - x1) * i / count, y1 + (y2 - y1) * i / count) for i in range(1, count + 1)]
    return tuple(at(x, y) for x, y in points)


def book(*notes: Note, track: tuple[tuple[Position, ...], ...] = ()) -> Roadbook:
    return Roadbook("a stage", "gpx", "metric", notes, track)


def box(number: int, total: Metres, place: tuple[Metres, Metres] | None = None, cap: Degrees | None = None) -> Note:
    return Note(number, total, position=at(*place) if place else None, cap=cap)


def near(heading: Degrees | None, wanted: Degrees, within: Degrees = 1.0) -> bool:
    return heading is not None and abs(remainder(heading - wanted, 360.0)) <= within


def test_the_track_says_how_one_comes_and_how_one_leaves() -> None:
    corner = book(box(1, 1000, (0, 1000)), track=(way((0, 0), (0, 1000), (1000, 1000)),))
    (turn,) = turns(corner)
    assert near(turn.entry, 0)
    assert near(turn.exit, 90)
    assert turn.sure


def test_the_cap_is_the_way_out_and_the_track_does_not_overrule_it() -> None:
    corner = book(box(1, 1000, (0, 1000), cap=77), track=(way((0, 0), (0, 1000), (1000, 1000)),))
    assert turns(corner)[0].exit == 77
    assert turns(corner)[0].sure


def test_a_kink_of_the_drawn_track_does_not_decide() -> None:
    track = (*way((0, 0), (0, 1000)), at(4, 1004), at(0, 1010), *way((0, 1020), (0, 2000)))
    (turn,) = turns(book(box(1, 1000, (0, 1000)), track=(track,)))
    assert near(turn.exit, 0, within=10)


def test_a_place_passed_twice_has_the_heading_of_the_right_pass() -> None:
    """The course runs north through the crossing, comes back from the east, and a box stands there each time."""
    track = way((0, 0), (0, 2000), (1000, 2000), (1000, 1000), (-1000, 1000))
    first, out, second = turns(
        book(box(1, 1000, (0, 1000)), box(2, 2500, (500, 2000)), box(3, 5000, (0, 1000)), track=(track,))
    )
    assert near(first.exit, 0)
    assert near(out.exit, 90)
    assert near(second.entry, -90)
    assert near(second.exit, -90)


def test_the_first_box_at_a_crossing_may_mean_the_second_pass() -> None:
    """No box stands on the first pass: it is the book's own distance that tells which is meant."""
    track = way((0, 0), (0, 2000), (1000, 2000), (1000, 1000), (-1000, 1000))
    _, second = turns(book(box(1, 100, (0, 100)), box(2, 5020, (0, 1000)), track=(track,)))
    assert near(second.exit, -90)


def test_a_lap_driven_twice_gives_each_box_its_own_pass() -> None:
    lap = [(0, 0), (0, 1000), (1000, 1000), (1000, 0)]
    track = way(*lap, *lap, (0, 0))
    corners = [box(n + 1, n * 1000 + 1000, [*lap, *lap][n + 1]) for n in range(7)]
    wanted = [(0, 90), (90, 180), (180, 270), (270, 0), (0, 90), (90, 180), (180, 270)]
    for turn, (entry, leave) in zip(turns(book(*corners, track=(track,))), wanted, strict=True):
        assert near(turn.entry, entry)
        assert near(turn.exit, leave)


def test_the_track_s_own_crossing_is_a_side_road() -> None:
    """Driven first from west to east: later it comes here from the south, and leaves to the north-west."""
    crossing = way((-1000, 0), (1000, 0), (1000, -1000), (0, -1000), (0, 0), (-700, 700))
    first = turns(book(box(1, 0, (-1000, 0)), box(2, 1000, (0, 0)), track=(crossing,)))[1]
    assert [round(branch / 10) * 10 for branch in first.branches] == [-140, 90]
    second = turns(book(box(1, 3000, (1000, -1000)), box(2, 5000, (0, 0)), track=(crossing,)))[1]
    assert near(second.entry, 0)
    assert [round(branch / 10) * 10 for branch in second.branches] == [-90, 90]


def test_the_way_in_and_out_are_no_side_roads_and_each_is_there_once() -> None:
    drawn = replace(box(1, 1000, (0, 1000)), branches=(180.0, 88.0, -45.0, -50.0, 0.0))
    (turn,) = turns(book(drawn, track=(way((0, 0), (0, 1000), (1000, 1000)),)))
    assert turn.branches == (-45.0, 0.0)


def test_a_lap_driven_twice_has_no_side_roads() -> None:
    lap = way((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))
    twice = turns(book(box(1, 1000, (1000, 0)), box(2, 5000, (1000, 0)), track=(lap + lap,)))
    assert [turn.branches for turn in twice] == [(), ()]


def test_without_a_track_the_neighbours_say_it_and_it_is_not_sure() -> None:
    first, middle, last = turns(book(box(1, 0, (0, 0)), box(2, 900, (0, 800)), box(3, 1900, (800, 800))))
    assert near(first.exit, 0)
    assert first.entry is None
    assert near(middle.entry, 0)
    assert near(middle.exit, 90)
    assert near(last.entry, 90)
    assert last.exit is None
    assert not any(turn.sure for turn in (first, middle, last))


def test_a_cap_alone_is_sure_and_stands_alone() -> None:
    assert turns(book(box(1, 0, cap=200))) == (Turn(None, 200, sure=True),)


def test_where_nothing_says_there_is_nothing() -> None:
    assert turns(book(box(1, 0), box(2, 100))) == (Turn(), Turn())
    assert turns(book()) == ()


def test_two_boxes_at_one_place_do_not_point_at_each_other() -> None:
    first, second, _ = turns(book(box(1, 0, (0, 0)), box(2, 10, (1, 0)), box(3, 900, (0, 800))))
    assert near(first.exit, 0)
    assert near(second.exit, 0)
    assert second.entry is None


def test_a_box_away_from_the_track_does_not_take_its_heading() -> None:
    stray, after = turns(
        book(box(1, 500, (400, 500)), box(2, 1000, (400, 900)), track=(way((0, 0), (700, 700), (0, 2000)),))
    )
    assert near(stray.exit, 0)
    assert not stray.sure
    assert not after.sure


def test_over_a_gap_in_the_track_the_heading_is_a_guess() -> None:
    pieces = (way((0, 0), (0, 1000)), way((800, 1800), (800, 3000)))
    (turn,) = turns(book(box(1, 1000, (0, 1000)), track=pieces))
    assert near(turn.exit, 45)
    assert not turn.sure
    joined = (way((0, 0), (0, 1000)), way((0, 1000), (0, 3000)))
    assert turns(book(box(1, 1000, (0, 1000)), track=joined))[0].sure


@pytest.mark.parametrize("track", [(), ((),), ((HOME,),), ((HOME, HOME),), ((HOME,) * 50, (), (HOME,))])
def test_a_track_of_no_length_says_nothing(track: tuple[tuple[Position, ...], ...]) -> None:
    assert turns(book(box(1, 0, (0, 0)), track=track)) == (Turn(),)


def test_headings_cross_north_without_harm() -> None:
    for heading in range(0, 360, 15):
        end = 1000 * sin(radians(heading)), 1000 * cos(radians(heading))
        (turn,) = turns(book(box(1, 500, (end[0] / 2, end[1] / 2)), track=(way((0, 0), end),)))
        assert near(turn.entry, heading)
        assert near(turn.exit, heading)


def test_the_bundled_stage_gives_from_its_track_the_caps_that_its_book_has(stage: bytes) -> None:
    notes = read(stage, "black-reg.gpx").book
    without = replace(notes, notes=tuple(replace(note, cap=None) for note in notes.notes))
    pairs = zip(notes.notes, turns(without), strict=True)
    off = [abs(remainder(turn.exit - note.cap, 360.0)) for note, turn in pairs if note.cap is not None and turn.exit]
    assert len(off) >= 15
    assert median(off) <= 2
    assert max(off) <= 6


def test_a_real_book_has_a_turn_at_every_box(field_data: Path) -> None:
    """Its track has a point each 170 m, so a bend is cut short: the two caps of the book agree within 10 degrees."""
    file = next((field_data / "roadbooks").glob("pga-poznan*.gpx"))
    poznan = read(file.read_bytes(), file.name).book
    found = turns(poznan)
    assert all(turn.sure and turn.entry is not None and turn.exit is not None for turn in found[1:-1])
    without = turns(replace(poznan, notes=tuple(replace(note, cap=None) for note in poznan.notes)))
    pairs = [(note.cap, turn.exit) for note, turn in zip(poznan.notes, without, strict=True) if note.cap is not None]
    assert pairs
    assert all(near(leave, cap, within=10) for cap, leave in pairs)
