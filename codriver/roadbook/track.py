"""A track as one measured line: where along it, and how far beside it, a place lies. Metres.

Gaps between pieces are bridged by a straight line, since files cut their tracks at a number of points. The line is
indexed once, by boxes around runs of points, so that a season's longest course answers in microseconds. Tracks
across the 180th meridian are not foreseen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Final, TypeAlias

from codriver.roadbook.geodesy import chord, offset
from codriver.roadbook.model import Position
from codriver.units import Metres

RUN: Final = 16
REACHES: Final[tuple[Metres, ...]] = (60.0, 300.0, 1500.0)
AS_NEAR: Final[Metres] = 30.0
WORK: Final = 1_500_000

_METRES_A_DEGREE: Final = 110_000.0  # a little less than any: a box must never look farther away than it is
_Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pass:
    """One time that the track comes by a place: `at` metres from its start, `miss` metres aside."""

    at: Metres
    miss: Metres


class Line:
    """A track, measured and indexed."""

    def __init__(self, track: Sequence[Sequence[Position]]) -> None:
        self._points = [point for piece in track for point in piece]
        self._at = [0.0] * len(self._points)
        for index in range(1, len(self._points)):
            a, b = self._points[index - 1], self._points[index]
            self._at[index] = self._at[index - 1] + chord(a.lat, a.lon, b.lat, b.lon)
        self._levels = _boxes(self._points)
        self._work = WORK

    @property
    def length(self) -> Metres:
        """Metres from the first point to the last."""
        return self._at[-1] if self._at else 0.0

    @property
    def exhausted(self) -> bool:
        """Whether so much was asked of so tangled a track that it stopped searching: `passes` is then no answer."""
        return self._work <= 0

    def passes(self, place: Position) -> list[Pass]:
        """Each time the track passes about as near to `place` as it ever does, in order; none beyond 1.5 km."""
        for reach in REACHES:
            found = self._within(place, reach)
            if found:
                nearest = min(found, key=lambda one: one.miss).miss
                return [one for one in found if one.miss <= nearest + AS_NEAR]
        return []

    def _within(self, place: Position, reach: Metres) -> list[Pass]:
        """The nearest moment of each stay of the track within `reach` of `place`."""
        stays: list[Pass] = []
        last = -2
        for index in self._segments_near(place, reach):
            one = self._pass(place, index)
            if one.miss > reach:
                continue
            if index > last + 1:
                stays.append(one)
            elif one.miss < stays[-1].miss:
                stays[-1] = one
            last = index
        return stays

    def _pass(self, place: Position, index: int) -> Pass:
        """Where on the stretch from point `index` to the next one `place` lies abeam."""
        x1, y1 = offset(place, self._points[index])
        if index + 1 == len(self._points):
            return Pass(self._at[index], hypot(x1, y1))
        x2, y2 = offset(place, self._points[index + 1])
        dx, dy = x2 - x1, y2 - y1
        squared = dx * dx + dy * dy
        share = min(1.0, max(0.0, -(x1 * dx + y1 * dy) / squared)) if squared else 0.0
        along = share * (self._at[index + 1] - self._at[index])
        return Pass(self._at[index] + along, hypot(x1 + share * dx, y1 + share * dy))

    def _segments_near(self, place: Position, reach: Metres) -> Iterator[int]:
        """The first points, in order, of the stretches that may come within `reach` of `place`."""
        high = reach / _METRES_A_DEGREE
        wide = high / max(0.01, cos(radians(min(89.0, abs(place.lat) + high))))
        south, west, north, east = place.lat - high, place.lon - wide, place.lat + high, place.lon + wide
        waiting = [(len(self._levels) - 1, index) for index in reversed(range(len(self._levels[-1])))]
        while waiting and self._work > 0:
            level, index = waiting.pop()
            self._work -= 1
            s, w, n, e = self._levels[level][index]
            if s > north or n < south or w > east or e < west:
                continue
            first = index * RUN
            if level:
                last = min(first + RUN, len(self._levels[level - 1]))
                waiting.extend((level - 1, child) for child in reversed(range(first, last)))
            else:
                last = min(first + RUN, len(self._points))
                self._work -= last - first
                yield from range(first, last)


def _boxes(points: Sequence[Position]) -> list[list[_Box]]:
    """Boxes (south, west, north, east) around each run of points with its successor, then around each run of boxes."""
    level = [_around(points[start : start + RUN + 1]) for start in range(0, len(points), RUN)]
    levels = [level]
    while len(level) > RUN:
        level = [_union(level[start : start + RUN]) for start in range(0, len(level), RUN)]
        levels.append(level)
    return levels


def _around(points: Sequence[Position]) -> _Box:
    lats, lons = [point.lat for point in points], [point.lon for point in points]
    return min(lats), min(lons), max(lats), max(lons)


def _union(boxes: Sequence[_Box]) -> _Box:
    south, west, north, east = zip(*boxes, strict=True)
    return min(south), min(west), max(north), max(east)
