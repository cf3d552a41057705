"""What a junction looks like where the book has no drawing of it: how one comes and how one leaves, by cap or track."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import remainder
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.roadbook.geodesy import bearing, chord, distance
from codriver.roadbook.limits import BRANCHES
from codriver.roadbook.model import Note, Position, Roadbook
from codriver.roadbook.order import BACKWARDS
from codriver.roadbook.track import REACHES, Line
from codriver.units import Degrees, Metres

# The track's heading is that of this stretch before or after the box: at the box itself the corner still bends it,
# and a stretch of 30 m is longer than the kinks of a drawn or recorded line.
NEAR: Final[Metres] = 10.0
FAR: Final[Metres] = 40.0
SHORTEST: Final[Metres] = 10.0  # what must be left of a track, or lie between two boxes, to have a heading
BRIDGE: Final[Metres] = 50.0  # over a longer gap between two pieces of the track nobody knows the way
CROSSES: Final[Metres] = 15.0  # a track that comes so near to a box crosses there
APART: Final[Degrees] = 25.0  # roads that leave at less are drawn as one
NEIGHBOURS: Final = 3  # boxes to look through for one that is somewhere else

_Heading: TypeAlias = tuple[Degrees, bool]  # and whether it is sure


class Turn(Struct, frozen=True):
    """The headings into and out of a box, true degrees; None where neither cap nor geometry says.

    `sure` is False where a heading is only the straight line to the next box, which the way need not follow.
    `branches` are the roads not taken, degrees right of straight on: those of the book, and those by which its own
    track crosses this place at another time.
    """

    entry: Degrees | None = None
    exit: Degrees | None = None
    sure: bool = False
    branches: tuple[Degrees, ...] = ()


def turns(book: Roadbook) -> tuple[Turn, ...]:
    """The turn at each note, in book order. A cap is the heading out of its box, as in OpenRally."""
    way = _Way(book.track)
    places = along(book.notes, way.line)
    return tuple(_turn(book.notes, index, way, at) for index, at in enumerate(places))


def _turn(notes: Sequence[Note], index: int, way: "_Way", at: Metres | None) -> Turn:
    entry = _entry(notes, index, way, at)
    leave = _exit(notes, index, way, at)
    known = [heading for heading in (entry, leave) if heading]
    turn = Turn(entry and entry[0], leave and leave[0], bool(known) and all(sure for _, sure in known))
    return replace(turn, branches=_branches(turn, notes[index].branches, _crossing(way, notes[index], at)))


def _crossing(way: "_Way", note: Note, at: Metres | None) -> Iterator[Degrees]:
    """The headings out of a box along the track's other visits to it, onwards and back to where it came from."""
    if at is None or note.position is None:
        return
    others = (one.at for one in way.line.passes(note.position) if one.miss <= CROSSES and abs(one.at - at) > FAR)
    for other in islice(others, BRANCHES):
        on, back = way.heading(other + NEAR, other + FAR), way.heading(other - FAR, other - NEAR)
        if on is not None and on[1]:
            yield on[0]
        if back is not None and back[1]:
            yield back[0] + 180.0


def _branches(turn: Turn, drawn: Sequence[Degrees], crossing: Iterable[Degrees]) -> tuple[Degrees, ...]:
    """The side roads, each once, and none that is the way in or out."""
    entry, ways, found = turn.entry, [180.0], list[Degrees]()
    if entry is not None and turn.exit is not None:
        ways.append(turn.exit - entry)
    for branch in (*drawn, *([] if entry is None or not turn.sure else [each - entry for each in crossing])):
        angle = round(remainder(branch, 360.0), 1)
        if all(abs(remainder(angle - other, 360.0)) >= APART for other in (*ways, *found)):
            found.append(angle)
    return tuple(sorted(found[:BRANCHES]))


def _entry(notes: Sequence[Note], index: int, way: "_Way", at: Metres | None) -> _Heading | None:
    drawn = None if at is None else way.heading(at - FAR, at - NEAR)
    before = reversed(notes[max(0, index - NEIGHBOURS) : index])
    return drawn or _flown(notes[index], before, coming=True)


def _exit(notes: Sequence[Note], index: int, way: "_Way", at: Metres | None) -> _Heading | None:
    cap = notes[index].cap
    if cap is not None:
        return cap, True
    drawn = None if at is None else way.heading(at + NEAR, at + FAR)
    return drawn or _flown(notes[index], notes[index + 1 : index + 1 + NEIGHBOURS], coming=False)


def _flown(note: Note, others: Iterable[Note], *, coming: bool) -> _Heading | None:
    """The straight line from or to the first of these boxes that is somewhere else."""
    here = note.position
    for other in others:
        there = other.position
        if here and there and distance(here, there) >= SHORTEST:
            return (bearing(there, here) if coming else bearing(here, there)), False
    return None


def along(notes: Sequence[Note], line: Line) -> list[Metres | None]:
    """Where along the track each note stands; None where it is not on it.

    Of several passes by one place the note's is the one nearest to where its own distance puts it, counted from the
    note before, and never one that lies before that note: so a course that crosses itself is followed in order.
    """
    places: list[Metres | None] = []
    at = total = 0.0
    for note in notes:
        expected = at + max(0.0, note.total - total)
        passes = line.passes(note.position) if note.position and line.length else []
        later = [one.at for one in passes if one.at >= at - BACKWARDS and one.miss <= REACHES[0]]
        found = min(later, key=lambda one: abs(one - expected)) if later else None
        if found is not None:
            at, total = max(at, found), note.total
        places.append(found)
    return [None] * len(notes) if line.exhausted else places


class _Way:
    """The track with its distances, to be asked for its heading."""

    def __init__(self, track: Sequence[Sequence[Position]]) -> None:
        self.line = Line(track)
        self._points = [point for piece in track for point in piece]
        self._at = [0.0] * len(self._points)
        for index in range(1, len(self._points)):
            a, b = self._points[index - 1], self._points[index]
            self._at[index] = self._at[index - 1] + chord(a.lat, a.lon, b.lat, b.lon)
        self._bridges = set(_ends(track))

    def heading(self, begin: Metres, end: Metres) -> _Heading | None:
        """The track's heading from `begin` to `end` metres; None where too little of it is there."""
        begin, end = max(0.0, begin), min(self.line.length, end)
        if end - begin < SHORTEST:
            return None
        start, stop = self._place(begin), self._place(end)
        if distance(start, stop) < SHORTEST / 2:  # it turns on the spot
            return None
        return bearing(start, stop), not self._bridged(begin, end)

    def _place(self, at: Metres) -> Position:
        index = self._stretch(at)
        a, b = self._points[index], self._points[index + 1]
        length = self._at[index + 1] - self._at[index]
        share = (at - self._at[index]) / length if length else 0.0
        return Position(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))

    def _bridged(self, begin: Metres, end: Metres) -> bool:
        stretches = range(self._stretch(begin), self._stretch(end) + 1)
        return any(one in self._bridges and self._at[one + 1] - self._at[one] > BRIDGE for one in stretches)

    def _stretch(self, at: Metres) -> int:
        """The index of the point that begins the stretch on which `at` lies."""
        return min(max(0, bisect_right(self._at, at) - 1), len(self._at) - 2)


def _ends(track: Sequence[Sequence[Position]]) -> Iterable[int]:
    """The index of the last point of each piece of the track."""
    last = -1
    for piece in track:
        last += len(piece)
        yield last
