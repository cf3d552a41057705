"""A book as plain GPX 1.1, for devices that know nothing of rallies: places, names, and the rest as text to read.

A box without a position is left out, since a device would send the crew to 0, 0. Texts are in the book's own units.
"""

from collections.abc import Iterator
from typing import Final

from codriver.roadbook.model import Event, Note, Roadbook
from codriver.roadbook.vocabulary import STATUTE, Units
from codriver.roadbook.write.markup import element
from codriver.roadbook.write.openrally import head, height, place, track, units
from codriver.units import MINUTE

_SAID: Final = {"dn": "DN", "dt": "DT", "stop": "STOP", "checkpoint": "CP", "timecontrol": "CH"}


def gpx(book: Roadbook) -> Iterator[str]:
    """The whole file, piece by piece."""
    yield head()
    yield "<metadata>" + element("name", book.name) + "</metadata>\n" if book.name else ""
    for note in book.notes:
        if note.position:
            yield f"<wpt {place(note.position)}>{height(note.position)}{_told(note, units(book))}</wpt>\n"
    yield from track(book)
    yield "</gpx>\n"


def _told(note: Note, unit: Units) -> str:
    """Name, comment (which devices show), description and type of a box."""
    marks = "!" * note.danger
    said = f"{marks} {note.words}".strip() if marks not in note.words else note.words
    texts = (
        ("name", note.name or f"{note.number:03d}"),
        ("cmt", said),
        ("desc", ", ".join(_facts(note, unit))),
        ("type", note.waypoint.type if note.waypoint else ""),
    )
    return "".join(element(name, text) for name, text in texts if text)


def _facts(note: Note, unit: Units) -> Iterator[str]:
    far, fast = ("mi", "mph") if unit is STATUTE else ("km", "km/h")
    if note.measured:
        yield f"{note.total / unit.distance:.2f} {far}"
    if note.cap is not None:
        yield f"cap {note.cap:.0f}"
    if note.speed is not None:
        yield f"{note.speed / unit.speed:.0f} {fast}"
    for event in note.events:
        yield _event(event)


def _event(event: Event) -> str:
    said = _SAID.get(event.kind, event.kind.upper())
    match event.kind:
        case "timecontrol" if event.value is not None:
            said += f" {event.value / MINUTE:.0f} min"
        case "dn" | "dt" | "stop" if event.value is not None:
            said += f" {event.value:.0f} s"
    return f"{said} {event.name}".strip()
