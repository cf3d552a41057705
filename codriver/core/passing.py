"""What a moving car recognises: that it passed a note's place, and that it took a turn.

A passage is the nearest moment of a stay within `NEAR` of the place, between two fixes and not at one, and told when
the car is out of it again. A turn is a change between two steady headings within a few car's lengths; its place is
where half of it is done. Metres of the odometer, degrees true. Pure.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, degrees, hypot
from typing import Final, NamedTuple

from codriver.core.landmarks import NEAR, SHARP, Landmarks, cell, turned
from codriver.roadbook.geodesy import offset
from codriver.roadbook.model import Note, Position
from codriver.units import Degrees, Metres

# So far aside a passage is none of that place: the other road, or a box that was drawn elsewhere.
ASIDE: Final[Metres] = 35.0
# The headings of a turn are looked at so far back, one for each of these; steady ones agree for so long before it and
# after it, since a swerve is no turn.
BACK: Final[Metres] = 120.0
EVERY: Final[Metres] = 6.0
STEADY: Final[Degrees] = 12.0
SETTLED: Final[Metres] = 15.0
SHORT: Final[Metres] = 60.0
# Two fixes further apart than this say nothing of the way between them.
LEAP: Final[Metres] = 120.0


class Fixed(NamedTuple):
    """A fix as it matters here: where, and what the odometer read."""

    lat: Degrees
    lon: Degrees
    odo: Metres


class Approach(NamedTuple):
    """The car is near a note: its index, and of the nearest moment so far the odometer, the miss, and the heading."""

    note: int
    odo: Metres
    miss: Metres
    heading: Degrees


class Heading(NamedTuple):
    """How the car went at this reading of the odometer."""

    odo: Metres
    course: Degrees


class Turned(NamedTuple):
    """A turn: where its middle was, and the headings before and after it."""

    odo: Metres
    entry: Degrees
    exit: Degrees


def near(
    marks: Landmarks, notes: Sequence[Note], under_way: tuple[Approach, ...], was: Fixed, now: Fixed
) -> tuple[tuple[Approach, ...], tuple[Approach, ...]]:
    """The approaches under way after this piece of road, and those that are over by it."""
    candidates = marks.cells.get(cell(now.lat, now.lon), ())
    if not candidates and not under_way:
        return under_way, ()
    if not 0.0 <= now.odo - was.odo <= LEAP:
        return (), ()
    known = {approach.note: approach for approach in under_way}
    going: list[Approach] = []
    over: list[Approach] = []
    for note in {**known, **dict.fromkeys(candidates)}:
        place = notes[note].position
        assert place is not None
        approach, left = _nearer(note, known.get(note), place, was, now)
        if approach is not None:
            (over if left else going).append(approach)
    return tuple(going), tuple(over)


def _nearer(
    note: int, before: Approach | None, place: Position, was: Fixed, now: Fixed
) -> tuple[Approach | None, bool]:
    """The nearest moment of an approach with this piece of road; and whether the car has left."""
    east, north = offset(place, Position(now.lat, now.lon))
    away = hypot(east, north)
    if before is None and away > NEAR:
        return None, False
    from_east, from_north = offset(place, Position(was.lat, was.lon))
    dx, dy = east - from_east, north - from_north
    squared = dx * dx + dy * dy
    share = min(1.0, max(0.0, -(from_east * dx + from_north * dy) / squared)) if squared else 0.0
    if before is None and share == 0.0:  # it stands, or goes away from a place that it did not come to
        return None, False
    miss = hypot(from_east + share * dx, from_north + share * dy)
    if before is None or miss < before.miss:
        heading = round(degrees(atan2(dx, dy)) % 360.0, 1)
        before = Approach(note, round(was.odo + share * (now.odo - was.odo), 3), round(miss, 3), heading)
    return before, away > NEAR


def onward(headings: tuple[Heading, ...], odo: Metres, course: Degrees) -> tuple[Heading, ...]:
    """The headings of late, with this one; for one each `EVERY` metres."""
    if headings and not 0.0 <= odo - headings[-1].odo <= LEAP:
        headings = ()
    kept = tuple(each for each in headings if odo - each.odo <= BACK)
    return (*kept, Heading(round(odo, 2), round(course, 1)))


def turn(headings: Sequence[Heading]) -> Turned | None:
    """The turn that the last heading ends; None where there is none, or it is not over yet."""
    if not headings:
        return None
    exit_ = headings[-1].course
    ends = _steady_since(headings, len(headings) - 1)
    if headings[-1].odo - headings[ends].odo < SETTLED:
        return None
    for first in range(ends - 1, 0, -1):
        change = turned(headings[first].course, exit_)
        if headings[ends].odo - headings[first].odo > SHORT:
            return None
        steady = headings[first].odo - headings[_steady_since(headings, first)].odo >= SETTLED
        if abs(change) >= SHARP and steady:
            return Turned(_middle(headings[first : ends + 1], change / 2.0), headings[first].course, exit_)
    return None


def _steady_since(headings: Sequence[Heading], last: int) -> int:
    """The index of the heading with which the steady stretch begins that ends at `last`."""
    index = last
    while index > 0 and abs(turned(headings[index - 1].course, headings[last].course)) <= STEADY:
        index -= 1
    return index


def _middle(headings: Sequence[Heading], half: Degrees) -> Metres:
    """Where half of the turn is done."""
    entry = headings[0].course
    for before, after in pairwise(headings):
        a, b = turned(entry, before.course), turned(entry, after.course)
        if abs(b) >= abs(half):
            share = (half - a) / (b - a) if b != a else 0.5
            return round(before.odo + min(1.0, max(0.0, share)) * (after.odo - before.odo), 2)
    return headings[-1].odo
