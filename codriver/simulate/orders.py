"""What the book demands of a driver: the limits of its zones, and where and how long to stand still.

Metres along the course, m/s, seconds. Knows nothing of how a car obeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codriver.roadbook.model import Event, Note, Roadbook
from codriver.units import KMH, Metres, MetresPerSecond, Seconds

# A zone whose limit the book leaves out: the middle one of 30, 50 and 90 km/h (domain.md, 3.4).
UNSAID: Final[MetresPerSecond] = 50.0 * KMH
# A stop sign without its seconds is for 3 (domain.md, 1.2); a card is stamped in about 8.
STANDS: Final[dict[str, Seconds]] = {"stop": 3.0, "checkpoint": 8.0, "timecontrol": 8.0}
_CLOSING: Final = frozenset({"fz", "ass"})


@dataclass(frozen=True, slots=True)
class Zone:
    """No faster than `limit` from `start` to `end`."""

    start: Metres
    end: Metres
    limit: MetresPerSecond


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand still for this long here."""

    at: Metres
    seconds: Seconds


def zones(book: Roadbook, places: Sequence[Metres], end: Metres) -> tuple[Zone, ...]:
    """The speed zones of a book whose notes lie at `places`: a zone ends at its `fz`, at the finish or at the next."""
    found: list[Zone] = []
    start, limit = 0.0, None
    for note, place in zip(book.notes, places, strict=True):
        opened = _limit(note)
        if opened is None and not any(event.kind in _CLOSING for event in note.events):
            continue
        if limit is not None:
            found.append(Zone(start, place, limit))
        start, limit = place, opened
    if limit is not None:
        found.append(Zone(start, end, limit))
    return tuple(found)


def stands(book: Roadbook, places: Sequence[Metres], neutralised: float) -> tuple[Stand, ...]:
    """Where the book stops the car; of each neutralisation this share is waited out."""
    return tuple(
        Stand(place, seconds)
        for note, place in zip(book.notes, places, strict=True)
        if (seconds := sum(_seconds(event, neutralised) for event in note.events)) > 0
    )


def _limit(note: Note) -> MetresPerSecond | None:
    opening = [event for event in note.events if event.kind == "dz"]
    if note.speed is not None:
        return note.speed
    return (opening[0].value or UNSAID) if opening else None


def _seconds(event: Event, neutralised: float) -> Seconds:
    if event.kind == "dn":
        return (event.value or 0.0) * neutralised
    least = STANDS.get(event.kind, 0.0)
    return max(least, event.value or 0.0) if event.kind == "stop" else least
