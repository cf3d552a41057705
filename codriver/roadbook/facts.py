"""What a finished book amounts to, counted: zones, waypoints, dangers, lengths. SI; no words for people."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Note, Roadbook
from codriver.units import Metres, MetresPerSecond

# A distance that falls back by more begins another leg; by less it is a slip of the book's writer.
FALL: Final[Metres] = 100.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A speed limit from box `first` to box `last`, None if nothing ends it; `declared` if a DZ began it."""

    first: int
    last: int | None
    limit: MetresPerSecond | None
    declared: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """The waypoints of one type: how many, the radii in use, and how many boxes lack each."""

    type: str
    count: int
    open: tuple[Metres, ...]
    clear: tuple[Metres, ...]
    without_open: int
    without_clear: int


def zones(book: Roadbook) -> tuple[Zone, ...]:
    """The speed zones in book order. A zone that begins ends the one before; a limit inside a zone replaces it."""
    found: list[Zone] = []
    running: Zone | None = None
    for note in book.notes:
        kinds = {event.kind for event in note.events}
        begins = "dz" in kinds or (note.speed is not None and "fz" not in kinds)
        if running and (begins or "fz" in kinds):
            found.append(Zone(running.first, note.number, running.limit, running.declared))
        inside = running is not None and running.declared
        if begins:
            running = Zone(note.number, None, note.speed, declared="dz" in kinds or inside)
        elif "fz" in kinds:
            running = None
    return (*found, running) if running else tuple(found)


def waypoints(book: Roadbook) -> tuple[Kind, ...]:
    """The waypoint types of the book, the most frequent first."""
    by_type: dict[str, list[Note]] = {}
    for note in book.notes:
        if note.waypoint:
            by_type.setdefault(note.waypoint.type, []).append(note)
    kinds = [_kind(name, notes) for name, notes in by_type.items()]
    return tuple(sorted(kinds, key=lambda kind: (-kind.count, kind.type)))


def _kind(name: str, notes: list[Note]) -> Kind:
    opens = [note.waypoint.open for note in notes if note.waypoint]
    clears = [note.waypoint.clear for note in notes if note.waypoint]
    return Kind(
        name,
        len(notes),
        tuple(sorted({radius for radius in opens if radius is not None})),
        tuple(sorted({radius for radius in clears if radius is not None})),
        opens.count(None),
        clears.count(None),
    )


def dangers(book: Roadbook) -> dict[int, int]:
    """How many boxes carry each danger level from 1 to 3."""
    return {level: sum(note.danger == level for note in book.notes) for level in (1, 2, 3)}


def track_length(book: Roadbook) -> Metres:
    """Metres along the track, with straight lines over the gaps between its pieces. Walks it: ask once."""
    points = (point for piece in book.track for point in piece)
    return sum(chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(points))


def track_points(book: Roadbook) -> int:
    """How many points the track has."""
    return sum(map(len, book.track))


def length(book: Roadbook, track: Metres) -> Metres:
    """Metres from start to finish: as the boxes count, leg by leg where the trip is set or the distance falls back.

    Without boxes what the file says, or what the track measures.
    """
    if not book.notes:
        return book.length if book.length is not None else track
    driven, here = 0.0, book.begins
    for note in book.notes:
        driven += max(note.total - here, 0.0)
        resets = [event.value for event in note.events if event.kind == "reset" and event.value is not None]
        here = resets[-1] if resets else max(note.total, here) if note.total > here - FALL else note.total
    return driven
