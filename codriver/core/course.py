"""The course along the book's track: where on it a place lies, which way it leads there, what the book counts there.

Holes in a track are bridged by a straight line on which nobody knows the way. Each note is laid on the track in the
book's order, and between two notes the total runs evenly, so that a place on the course has a total of the book. Made
once with the plan: a grid finds every pass by a place, and who knows about where he is looks around there alone.
Metres, true degrees; `at` is metres along the track. Knows nothing of cars.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import atan2, ceil, cos, degrees, floor, hypot, inf, radians, sin
from statistics import quantiles
from typing import Final, NamedTuple, TypeAlias

from codriver.core import book
from codriver.roadbook.geodesy import chord, offset
from codriver.roadbook.model import Note, Position, Roadbook
from codriver.roadbook.track import Line
from codriver.roadbook.turns import along
from codriver.units import Degrees, Metres

# Points nearer than this say more of the receiver that recorded them than of the way.
CROWDED: Final[Metres] = 5.0
# Between two pieces of the track, and within one, a longer step is a hole; within one it must stand out, too.
BRIDGE: Final[Metres] = 50.0
HOLE: Final[Metres] = 500.0
STANDS_OUT: Final = 10.0
BRINK: Final[Metres] = 100.0  # so near a hole the track is no judge of who is beside it
# A way that is drawn with long straight steps may run so far beside them.
DRAWN: Final = 0.1
# How far the boxes of a book may lie beside its track, before that says nothing of the track any more.
ROUGHEST: Final[Metres] = 60.0
ENOUGH: Final = 5  # boxes, to say how good a track is
# Of two places on the course the one further from where it is looked for must be nearer by this share of it, and by
# this much if it leads the other way.
SLIDE: Final = 0.1
TURNED: Final[Metres] = 20.0
# Between two notes the book's distances are believed, if they are about as long as the track.
LIKELY: Final = (0.7, 1.4)
LIKELY_ROOM: Final[Metres] = 100.0
CELL: Final[Degrees] = 0.005
TOUCH: Final[Degrees] = 1e-4

_Cell: TypeAlias = tuple[int, int]
_Run: TypeAlias = tuple[int, int]


class Abeam(NamedTuple):
    """A place on the course that lies abeam of another: `miss` metres off, and the heading of the course there.

    `rough` is how much further off the way itself may be than its drawing. Where it is not `known`, in a hole of the
    track, nobody can say.
    """

    at: Metres
    miss: Metres
    heading: Degrees
    rough: Metres
    known: bool


class _Mark(NamedTuple):
    """A note on the course: the total up to it, and the total from which it runs on."""

    at: Metres
    comes: Metres
    goes: Metres


class Course:
    """A track, measured and indexed, with the notes of its book laid along it."""

    def __init__(self, roadbook: Roadbook) -> None:
        self._lats, self._lons, self._ats = array("d"), array("d"), array("d")
        self.holes: list[tuple[Metres, Metres]] = []
        self._lay(roadbook.track)
        self._grid = self._gridded()
        line = Line(roadbook.track)
        places = along(roadbook.notes, line) if self._ats else [None] * len(roadbook.notes)
        self._marks = list(_marks(roadbook, places))
        self._marked = [mark.at for mark in self._marks]
        self.rough = self._rough(roadbook.notes, places)

    def __bool__(self) -> bool:
        """Whether there is a track at all, with notes on it."""
        return len(self._ats) > 1 and bool(self._marks)

    @property
    def length(self) -> Metres:
        """Metres from the first point to the last."""
        return self._ats[-1] if self._ats else 0.0

    def beside(
        self, lat: Degrees, lon: Degrees, heading: Degrees | None, begin: Metres, end: Metres, about: Metres
    ) -> Abeam:
        """The place abeam, sought from `begin` to `end` along the course: near, about where it is expected.

        Of two the one that leads the way the car goes is preferred, where it is known which way that is.
        """
        first, last = self._step(begin), self._step(end)
        plane, way, ats = _plane(lat), _way(heading), self._ats
        best, found = inf, (first, 0.0, inf)
        for index in range(first, last + 1):
            share, miss, lead = self._projected(index, lat, lon, plane, way)
            at = ats[index] + share * (ats[index + 1] - ats[index])
            cost = miss + SLIDE * abs(at - about) + (TURNED if lead < 0.0 else 0.0)
            if cost < best:
                best, found = cost, (index, share, miss)
        return self._abeam(*found)

    def passes(self, lat: Degrees, lon: Degrees, heading: Degrees, reach: Metres, within: Degrees) -> list[Abeam]:
        """Each time that the course comes by within `reach`, leading this way to `within` degrees; in its order."""
        plane, way, least = _plane(lat), _way(heading), cos(radians(within))
        stays: list[tuple[int, float, Metres]] = []
        before = -2
        for index in self._steps_near(lat, lon, reach, plane):
            share, miss, lead = self._projected(index, lat, lon, plane, way)
            if miss > reach or lead < least:
                continue
            if index > before + 1:
                stays.append((index, share, miss))
            elif miss < stays[-1][2]:
                stays[-1] = (index, share, miss)
            before = index
        return [self._abeam(*stay) for stay in stays]

    def total(self, at: Metres) -> Metres:
        """What the book counts at this place of the course."""
        index = bisect_right(self._marked, at)
        if index == 0:
            return self._marks[0].comes - (self._marked[0] - at)
        mark = self._marks[index - 1]
        if index == len(self._marks):
            return mark.goes + at - mark.at
        following = self._marks[index]
        book_way, way = following.comes - mark.goes, following.at - mark.at
        if _agree(book_way, way):
            return mark.goes + book_way * (at - mark.at) / way if way else mark.goes
        nearer = at - mark.at <= following.at - at
        return mark.goes + at - mark.at if nearer else following.comes - (following.at - at)

    def place(self, total: Metres, pointer: int) -> Metres:
        """Where on the course a trip is that shows `total` before the note `pointer`."""
        mark = self._marks[min(pointer, len(self._marks) - 1)]
        if pointer >= len(self._marks):
            return mark.at + total - mark.goes
        earlier = self._marks[pointer - 1] if pointer else _Mark(mark.at - mark.comes, 0.0, 0.0)
        book_way, way = mark.comes - earlier.goes, mark.at - earlier.at
        if _agree(book_way, way) and earlier.goes <= total <= mark.comes and book_way:
            return earlier.at + way * (total - earlier.goes) / book_way
        return mark.at - (mark.comes - total)

    def ahead(self, at: Metres) -> int:
        """Index of the first note ahead of this place; one past the last where all are behind."""
        return bisect_right(self._marked, at)

    def _lay(self, track: Sequence[Sequence[Position]]) -> None:
        """Measure the track and keep the points that are apart."""
        at, last, begins = 0.0, None, False
        for piece in track:
            hole = _hole(piece)
            begins = True
            for point in piece:
                if last is not None:
                    step = chord(last.lat, last.lon, point.lat, point.lon)
                    if step > (BRIDGE if begins else hole):
                        self.holes.append((at, at + step))
                    at += step
                last, begins = point, False
                if not self._ats or chord(self._lats[-1], self._lons[-1], point.lat, point.lon) >= CROWDED:
                    self._ats.append(at)
                    self._lats.append(point.lat)
                    self._lons.append(point.lon)

    def _gridded(self) -> dict[_Cell, list[_Run]]:
        """Which steps touch which cell of the map, as runs; those over holes none."""
        grid: dict[_Cell, list[_Run]] = {}
        for index in range(len(self._ats) - 1):
            if self._in_hole((self._ats[index] + self._ats[index + 1]) / 2.0):
                continue
            for cell in self._cells(index):
                runs = grid.setdefault(cell, [])
                if runs and runs[-1][1] >= index - 1:
                    runs[-1] = (runs[-1][0], index)
                else:
                    runs.append((index, index))
        return grid

    def _cells(self, index: int) -> Iterator[_Cell]:
        """The cells that a step goes through, sampled so densely that it cannot pass between."""
        south, north = self._lats[index], self._lats[index + 1]
        west, east = self._lons[index], self._lons[index + 1]
        first, last = (floor(south / CELL), floor(west / CELL)), (floor(north / CELL), floor(east / CELL))
        yield first
        if first == last:
            return
        count = ceil(4.0 * max(abs(north - south), abs(east - west)) / CELL)
        cell = first
        for sample in range(1, count):
            share = sample / count
            here = floor((south + share * (north - south)) / CELL), floor((west + share * (east - west)) / CELL)
            if here not in {cell, last}:
                cell = here
                yield here
        yield last

    def _steps_near(self, lat: Degrees, lon: Degrees, reach: Metres, plane: tuple[float, float]) -> list[int]:
        """The steps, in order, that may come within `reach`; between its samples a step may have cut another cell."""
        wide, high = reach / plane[0] + CELL / 4.0, reach / plane[1] + CELL / 4.0
        rows = range(floor((lat - high) / CELL), floor((lat + high) / CELL) + 1)
        columns = range(floor((lon - wide) / CELL), floor((lon + wide) / CELL) + 1)
        found: set[int] = set()
        for row in rows:
            for column in columns:
                for first, last in self._grid.get((row, column), ()):
                    found.update(range(first, last + 1))
        return sorted(found)

    def _step(self, at: Metres) -> int:
        """The index of the step on which this place lies."""
        return min(max(bisect_right(self._ats, at) - 1, 0), len(self._ats) - 2)

    def _projected(
        self, index: int, lat: Degrees, lon: Degrees, plane: tuple[float, float], way: tuple[float, float]
    ) -> tuple[float, Metres, float]:
        """Of a step: the share of it that lies before the place abeam, the miss, and the cosine to the way one goes."""
        x, y = (self._lons[index] - lon) * plane[0], (self._lats[index] - lat) * plane[1]
        dx, dy = (self._lons[index + 1] - lon) * plane[0] - x, (self._lats[index + 1] - lat) * plane[1] - y
        squared = dx * dx + dy * dy
        if not squared:
            return 0.0, hypot(x, y), 1.0
        share = min(1.0, max(0.0, -(x * dx + y * dy) / squared))
        return share, hypot(x + share * dx, y + share * dy), (dx * way[0] + dy * way[1]) / squared**0.5

    def _abeam(self, index: int, share: float, miss: Metres) -> Abeam:
        step = self._ats[index + 1] - self._ats[index]
        at = self._ats[index] + share * step
        east, north = _plane(self._lats[index])
        east *= self._lons[index + 1] - self._lons[index]
        north *= self._lats[index + 1] - self._lats[index]
        heading = degrees(atan2(east, north)) % 360.0
        return Abeam(at, miss, heading, min(DRAWN * step, ROUGHEST), not self._in_hole(at, BRINK))

    def _in_hole(self, at: Metres, room: Metres = 0.0) -> bool:
        index = bisect_left(self.holes, (at - room, at - room))
        before = index > 0 and self.holes[index - 1][1] >= at - room
        return before or (index < len(self.holes) and self.holes[index][0] <= at + room)

    def _rough(self, notes: Sequence[Note], places: Sequence[Metres | None]) -> Metres:
        """How far nine in ten boxes of this book lie beside its track: its own accuracy, as far as it is to be seen."""
        misses = [
            self.beside(note.position.lat, note.position.lon, None, at - BRIDGE, at + BRIDGE, at).miss
            for note, at in zip(notes, places, strict=True)
            if at is not None and note.position is not None
        ]
        return min(quantiles(misses, n=10)[-1], ROUGHEST) if len(misses) >= ENOUGH else 0.0


def _marks(roadbook: Roadbook, places: Sequence[Metres | None]) -> Iterator[_Mark]:
    """Each note on the course: by its position, else by its distance from the one before. None of them if none is."""
    if not any(place is not None for place in places):
        return
    first = next(index for index, place in enumerate(places) if place is not None)
    at = (places[first] or 0.0) - roadbook.notes[first].total
    goes = 0.0
    for index, (note, place) in enumerate(zip(roadbook.notes, places, strict=True)):
        anew = book.begins_leg(roadbook, index) and note.total < goes
        by_distance = at + max(0.0, note.total - (0.0 if anew else goes))
        at = max(at, by_distance if place is None else place)
        value = book.reset(roadbook, index)
        goes = note.total if value is None else value
        yield _Mark(at, note.total, goes)


def _agree(book_way: Metres, way: Metres) -> bool:
    return LIKELY[0] * way - LIKELY_ROOM <= book_way <= LIKELY[1] * way + LIKELY_ROOM


def _hole(piece: Sequence[Position]) -> Metres:
    """A step within this piece that is longer is a hole."""
    steps = [chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(piece)]
    return max(HOLE, STANDS_OUT * sum(steps) / len(steps)) if steps else HOLE


def _plane(lat: Degrees) -> tuple[float, float]:
    """Metres a degree, to the east and to the north, on the plane that touches the ellipsoid here."""
    here = Position(lat, 0.0)
    return offset(here, Position(lat, 1.0))[0], offset(here, Position(lat + TOUCH, 0.0))[1] / TOUCH


def _way(heading: Degrees | None) -> tuple[float, float]:
    return (0.0, 0.0) if heading is None else (sin(radians(heading)), cos(radians(heading)))
