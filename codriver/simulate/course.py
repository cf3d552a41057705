"""The way a simulated car goes: the book's track with its corners rounded, in metres along the WGS84 ellipsoid.

Distances are horizontal metres from the start of the track, headings true degrees, curvature radians a metre.
Knows nothing of speed, time or receivers.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from math import atan2, ceil, cos, radians, remainder, sin
from typing import Final, NamedTuple

from codriver.roadbook.geodesy import bearing, chord, distance
from codriver.roadbook.model import Position, Roadbook, RoadbookError
from codriver.units import Degrees, Metres

# A crew keeps to its piste: half a car's width is what it cuts of a corner's tip.
CUT: Final[Metres] = 2.0
# The turning circle of a long-wheelbase off-road car, 11 to 12 m, has a radius near this at the inner wheels.
TIGHTEST: Final[Metres] = 4.5
# Points nearer than this say more of the recording receiver than of the road.
SPACING: Final[Metres] = 5.0
# Altitude where the book has none.
PLAIN: Final[Metres] = 300.0

_STEP: Final[Degrees] = 6.0
_STRAIGHT: Final[Degrees] = 0.5
_TOGETHER: Final[Metres] = 0.01


class Place(NamedTuple):
    """A point of the course and the way it leads."""

    lat: Degrees
    lon: Degrees
    alt: Metres
    heading: Degrees


@dataclass(frozen=True, slots=True)
class Course:
    """A smooth line: nodes at `along` metres with their tangents (`heading` runs on past 360), straight in between.

    `bend` is the curvature between a node and the next, one fewer than there are nodes.
    """

    along: tuple[Metres, ...]
    places: tuple[Place, ...]
    bend: tuple[float, ...]

    @property
    def length(self) -> Metres:
        """Metres from the first node to the last."""
        return self.along[-1]

    def at(self, metres: Metres) -> Place:
        """The place this far from the start; before it and past the end, the ends themselves."""
        i = self._piece(metres)
        a, b = self.places[i], self.places[i + 1]
        share = (metres - self.along[i]) / (self.along[i + 1] - self.along[i])
        share = min(1.0, max(0.0, share))
        return Place(
            a.lat + (b.lat - a.lat) * share,
            a.lon + (b.lon - a.lon) * share,
            a.alt + (b.alt - a.alt) * share,
            (a.heading + (b.heading - a.heading) * share) % 360.0,
        )

    def tightest(self, start: Metres, end: Metres) -> float:
        """The greatest curvature from `start` to `end`: radians a metre, never above 1 / TIGHTEST."""
        return max(self.bend[self._piece(start) : self._piece(end) + 1])

    def _piece(self, metres: Metres) -> int:
        return min(max(bisect_right(self.along, metres) - 1, 0), len(self.bend) - 1)


def lay(book: Roadbook) -> Course:
    """The course of this book: its track, pieces joined; without one, the line through its notes.

    RoadbookError with a sentence where the book says of no two places where they are.
    """
    points = list(_spaced(_points(book)))
    if len(points) < 2:
        raise RoadbookError(
            f"{book.name or 'this book'} has no track and no two notes with a position: a car cannot drive it. "
            "Give a GPX file with a track or with waypoints."
        )
    places = list(_apart(_rounded(points)))
    steps = [chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(places)]
    bend = [_curvature(a, b, step) for (a, b), step in zip(pairwise(places), steps, strict=True)]
    return Course(tuple(accumulate(steps, initial=0.0)), tuple(places), tuple(bend))


def milestones(course: Course, book: Roadbook) -> tuple[Metres, ...]:
    """Where along the course each note lies, in book order and never going back.

    A note with a position is looked for between the last one and a little past where its distance puts it, so that
    a course that crosses itself is no trap; the others go by their distance alone.
    """
    found: list[Metres] = []
    last, last_total = 0.0, 0.0
    for note in book.notes:
        step = max(0.0, note.total - last_total)
        expected = min(last + step, course.length)
        last = expected if note.position is None else _nearest(course, note.position, last, expected, step)
        last_total = note.total
        found.append(last)
    return tuple(found)


def _nearest(course: Course, position: Position, last: Metres, expected: Metres, step: Metres) -> Metres:
    until = min(course.length, expected + 300.0 + 0.1 * step)
    rough = min(_every(5.0, last, until), key=lambda s: _miss(course, position, s) + 0.01 * abs(s - expected))
    near = _every(0.25, max(last, rough - 5.0), min(until, rough + 5.0))
    best = min(near, key=lambda s: _miss(course, position, s))
    return best if _miss(course, position, best) < 150.0 else expected


def _every(step: Metres, start: Metres, end: Metres) -> Iterator[Metres]:
    count = ceil((end - start) / step)
    yield from (start + step * i for i in range(count))
    yield end


def _miss(course: Course, position: Position, metres: Metres) -> Metres:
    place = course.at(metres)
    return chord(position.lat, position.lon, place.lat, place.lon)


def _points(book: Roadbook) -> Iterable[Position]:
    if any(book.track):
        return chain.from_iterable(book.track)
    return (note.position for note in book.notes if note.position is not None)


def _spaced(points: Iterable[Position]) -> Iterator[Position]:
    """The points, without those that crowd their forerunner."""
    last: Position | None = None
    for point in points:
        if last is None or distance(last, point) >= SPACING:
            last = point
            yield point


def _rounded(points: Sequence[Position]) -> Iterator[Place]:
    """The nodes of the line through these points, each corner replaced by a parabola that touches both legs."""
    lengths = [distance(a, b) for a, b in pairwise(points)]
    headings = _unwrapped([bearing(a, b) for a, b in pairwise(points)])
    yield _place(points[0], headings[0])
    for i in range(1, len(points) - 1):
        turn = headings[i] - headings[i - 1]
        if abs(turn) < _STRAIGHT:
            yield _place(points[i], (headings[i] + headings[i - 1]) / 2)
            continue
        reach = min(lengths[i - 1] / 2, lengths[i] / 2, 2 * CUT / sin(radians(abs(turn) / 2)))
        a = _between(points[i], points[i - 1], reach / lengths[i - 1])
        b = _between(points[i], points[i + 1], reach / lengths[i])
        yield from _corner(a, points[i], b, headings[i - 1], turn)
    yield _place(points[-1], headings[-1])


def _apart(places: Iterable[Place]) -> Iterator[Place]:
    """The nodes, one for each two that fall together where a corner ends and the next begins."""
    last: Place | None = None
    for place in places:
        if last is None or chord(last.lat, last.lon, place.lat, place.lon) > _TOGETHER:
            last = place
            yield place


def _corner(a: Position, tip: Position, b: Position, heading: Degrees, turn: Degrees) -> Iterator[Place]:
    """The quadratic Bezier curve a, tip, b with its tangents: it cuts `reach` sin(turn / 2) / 2 off the tip."""
    steps = max(4, ceil(abs(turn) / _STEP))
    angle = radians(turn)
    for i in range(steps + 1):
        u = i / steps
        point = _between(_between(a, tip, u), _between(tip, b, u), u)
        swung = atan2(u * sin(angle), 1 - u + u * cos(angle))
        yield _place(point, heading + swung / radians(1))


def _curvature(a: Place, b: Place, step: Metres) -> float:
    return min(1 / TIGHTEST, radians(abs(b.heading - a.heading)) / step)


def _unwrapped(headings: Sequence[Degrees]) -> list[Degrees]:
    """The headings as one turns from leg to leg the short way, running on past 360 and below 0."""
    return list(accumulate(headings, lambda last, heading: last + remainder(heading - last, 360.0)))


def _between(a: Position, b: Position, share: float) -> Position:
    alt = None if a.alt is None or b.alt is None else a.alt + (b.alt - a.alt) * share
    return Position(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share, alt)


def _place(point: Position, heading: Degrees) -> Place:
    return Place(point.lat, point.lon, PLAIN if point.alt is None else point.alt, heading)
