"""The landmarks of a book: at which of its notes a car that passes can be told, by position, and which turn is one.

Laid out once with the plan, and indexed by position, so that a fix far from every note costs one look. Where the book
has a track, each note also knows where else the course comes by its place: a loop, a crossing, the way back beside it.
Metres, degrees true. Pure; knows nothing of cars.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import ceil, cos, floor, hypot, radians, remainder
from typing import Final, NamedTuple

from codriver.core.book import begins_leg
from codriver.roadbook.geodesy import distance, offset
from codriver.roadbook.model import Note, Position, Roadbook
from codriver.roadbook.turns import Turn
from codriver.units import Degrees, Metres

# A car that comes nearer than this to a note may pass it; it has, when it is out of this again.
NEAR: Final[Metres] = 60.0
# The index holds in each cell the notes that are so near to any place in it.
AROUND: Final[Metres] = 65.0
CELL: Final[Degrees] = 0.0006
# A track is followed in such steps, and by a place where it is not for so long it comes twice.
STEP: Final[Metres] = 20.0
APART: Final[Metres] = 150.0
FAR: Final[Metres] = 1000.0
# A change of direction that a crew must not miss, and one that a car's heading shows beyond doubt.
BENDS: Final[Degrees] = 30.0
SHARP: Final[Degrees] = 40.0

_METRES_A_DEGREE: Final = 110_500.0  # of latitude, a little less than any


class Corner(NamedTuple):
    """A note that is a turn and has no position: its index, its distance, and the headings as far as they are sure."""

    note: int
    total: Metres
    entry: Degrees | None
    exit: Degrees


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What there is to be recognised of a book.

    `cells` are indexes of notes by `cell`; `again` the other distances at which the course comes by a note's place;
    `legs` numbers the leg of each note, `bends` says which of them change the direction, or may.
    """

    cells: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    again: Mapping[int, tuple[Metres, ...]] = field(default_factory=dict)
    legs: tuple[int, ...] = ()
    bends: tuple[bool, ...] = ()
    corners: Mapping[int, tuple[Corner, ...]] = field(default_factory=dict)

    def leg(self, pointer: int) -> int:
        """The leg of the book that is driven when this note is next."""
        return self.legs[min(pointer, len(self.legs) - 1)] if self.legs else 0

    def corners_within(self, leg: int, begin: Metres, end: Metres) -> tuple[Corner, ...]:
        """The turns of this leg from `begin` to `end`."""
        corners = self.corners.get(leg, ())
        first = bisect_left(corners, begin, key=_total)
        return corners[first : bisect_right(corners, end, lo=first, key=_total)]

    def clear(self, leg: int, total: Metres) -> Metres:
        """How far from `total` the next turn of this leg is; a long way where none is left."""
        corners = self.corners.get(leg, ())
        index = bisect_right(corners, total, key=_total)
        return corners[index].total - total if index < len(corners) else FAR


def lay_out(book: Roadbook, turns: Sequence[Turn]) -> Landmarks:
    """The landmarks of this book, whose turns are `turns`."""
    notes = book.notes
    legs = tuple(accumulate(int(begins_leg(book, index)) for index in range(len(notes))))
    cells: dict[int, list[int]] = {}
    for index, note in enumerate(notes):
        if note.position is not None and note.measured:
            for each in _cells(note.position):
                cells.setdefault(each, []).append(index)
    known = {each: tuple(indexes) for each, indexes in cells.items()}
    off, again = _followed(book, known) if any(map(len, book.track)) else (frozenset[int](), {})
    return Landmarks(
        cells={each: left for each, indexes in known.items() if (left := tuple(i for i in indexes if i not in off))},
        again=again,
        legs=legs,
        bends=tuple(_bends(notes, turns, index) for index in range(len(notes))),
        corners=_corners(notes, turns, legs),
    )


def cell(lat: Degrees, lon: Degrees) -> int:
    """The cell of the index in which a place lies."""
    return floor((lat + 90.0) / CELL) * 1_000_000 + floor((lon + 180.0) / CELL)


def turned(one: Degrees, other: Degrees) -> Degrees:
    """How far it is from one heading to another, right positive, half a turn at most."""
    return remainder(other - one, 360.0)


def _total(corner: Corner) -> Metres:
    return corner.total


def _cells(place: Position) -> Iterator[int]:
    high = AROUND / _METRES_A_DEGREE
    wide = high / max(0.01, cos(radians(place.lat)))
    for i in range(-ceil(high / CELL), ceil(high / CELL) + 1):
        for j in range(-ceil(wide / CELL), ceil(wide / CELL) + 1):
            lat, lon = (floor(place.lat / CELL) + i) * CELL, (floor(place.lon / CELL) + j) * CELL
            if lat - high <= place.lat <= lat + CELL + high and lon - wide <= place.lon <= lon + CELL + wide:
                yield cell(lat + CELL / 2, lon + CELL / 2)


def _bends(notes: Sequence[Note], turns: Sequence[Turn], index: int) -> bool:
    """Whether the way changes its direction here; so it may where nobody knows."""
    entry, leave = turns[index].entry, turns[index].exit
    if leave is None:
        return index + 1 < len(notes)
    if entry is None:
        return True
    return abs(turned(entry, leave)) >= BENDS


def _corners(notes: Sequence[Note], turns: Sequence[Turn], legs: Sequence[int]) -> Mapping[int, tuple[Corner, ...]]:
    """The turns that a car's heading alone can tell, by leg, in the order of their distances."""
    found: dict[int, list[Corner]] = {}
    for index, (note, turn) in enumerate(zip(notes, turns, strict=True)):
        if note.position is not None or not note.measured or turn.exit is None or not turn.sure:
            continue
        came = turn.entry if turn.entry is not None else (turns[index - 1].exit if index else None)
        if came is None or abs(turned(came, turn.exit)) >= SHARP:
            found.setdefault(legs[index], []).append(Corner(index, note.total, turn.entry, turn.exit))
    return {leg: tuple(sorted(corners, key=_total)) for leg, corners in found.items()}


class _By(NamedTuple):
    """The track comes by a note: how far along, and how far aside."""

    at: Metres
    miss: Metres


def _followed(
    book: Roadbook, cells: Mapping[int, tuple[int, ...]]
) -> tuple[frozenset[int], Mapping[int, tuple[Metres, ...]]]:
    """Which notes the track never comes by, and where it comes by the others at another time than their own.

    A note's own time is the one nearest to where its distance puts it, counted from the note before.
    """
    passes: dict[int, list[_By]] = {}
    for at, place in _steps(book.track):
        for index in cells.get(cell(place.lat, place.lon), ()):
            _come_by(passes.setdefault(index, []), at, place, book.notes[index])
    off: set[int] = set()
    again: dict[int, tuple[Metres, ...]] = {}
    along = total = 0.0
    for index, note in enumerate(book.notes):
        if note.position is None or not note.measured:
            continue
        expected = along + max(0.0, note.total - total)
        own = min(passes.get(index, ()), key=lambda one: abs(one.at - expected), default=None)
        if own is None:
            off.add(index)
            continue
        along, total = own.at, note.total
        others = tuple(note.total + one.at - own.at for one in passes[index] if one is not own)
        if others:
            again[index] = others
    return frozenset(off), again


def _come_by(found: list[_By], at: Metres, place: Position, note: Note) -> None:
    assert note.position is not None
    miss = hypot(*offset(note.position, place))
    if miss > NEAR + STEP / 2:
        return
    if not found or at - found[-1].at > APART:
        found.append(_By(at, miss))
    elif miss < found[-1].miss:
        found[-1] = _By(at, miss)


def _steps(track: Iterable[Sequence[Position]]) -> Iterator[tuple[Metres, Position]]:
    """The track in steps, each with its distance from the start. Gaps between its pieces are straight lines."""
    at = 0.0
    for a, b in pairwise(point for piece in track for point in piece):
        length = distance(a, b)
        count = max(1, ceil(length / STEP))
        for n in range(count):
            share = n / count
            yield at + share * length, Position(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))
        at += length
