"""A book as OpenRally GPX v1.0.3, valid by the published schema, for this program and for others.

Units are the book's own: km, km/h and metres, or miles, mph and yards. Mind the two clocks: a time control allows
minutes, all other times are seconds. Source: openrally/openrally, cross-country/openrally.xsd v1.0.3.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from codriver.roadbook.model import Event, Note, Position, Roadbook, Waypoint
from codriver.roadbook.vocabulary import METRIC, STATUTE, Units
from codriver.roadbook.write.drawings import Drawing
from codriver.roadbook.write.markup import element, figure, plain, scaled, whole
from codriver.units import MINUTE

GPX: Final = "http://www.topografix.com/GPX/1/1"
SPACE: Final = "http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3"
STATUTE_AS_THE_SCHEMA_SPELLS_IT: Final = "statue"

Drawn = Callable[[Note], tuple[Drawing | None, Drawing | None]]

# Elements that take a name and two radii, and the type of the waypoint they make.
_TAKEN: Final = {
    "dss": "DSS",
    "ass": "ASS",
    "dt": "DT",
    "fn": "FN",
    "ft": "FT",
    "checkpoint": "CP",
    "dz": "DZ",
    "fz": "FZ",
}
_TYPES: Final = frozenset({"WPM", "WPE", "WPS", "WPC", "WPV", "WPP", "WPN"})
_MARKERS: Final = frozenset({"fuel", "medical", "helicopter", "police", "fire", "spectators", "media"})


def units(book: Roadbook) -> Units:
    """The units a book is written in: its own, metric where it has others."""
    return STATUTE if book.units == STATUTE.name else METRIC


def gpx(book: Roadbook, drawn: Drawn) -> Iterator[str]:
    """The whole file, piece by piece; `drawn` gives tulip and notes of a box. Positions that are unknown are 0, 0."""
    yield head(f' xmlns:o="{SPACE}"')
    yield from _metadata(book)
    for note in book.notes:
        yield f"<wpt {place(note.position)}>{_box(note, units(book), drawn)}</wpt>\n"
    yield from track(book)
    yield "</gpx>\n"


def head(spaces: str = "") -> str:
    """The first lines of any GPX 1.1."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx xmlns="{GPX}"{spaces} version="1.1" creator="codriver">\n'


def place(where: Position | None) -> str:
    """The attributes of a point. GPX has no box without a place: the standard's own example writes 0, 0 for it."""
    return f'lat="{figure(where.lat)}" lon="{figure(where.lon)}"' if where else 'lat="0" lon="0"'


def height(where: Position | None) -> str:
    """The first child of a point, where its altitude is known."""
    return element("ele", figure(where.alt)) if where and where.alt is not None else ""


def track(book: Roadbook) -> Iterator[str]:
    """The track, a segment for each of its pieces; nothing where there is none."""
    if not book.track:
        return
    yield "<trk>\n"
    for piece in book.track:
        yield "<trkseg>\n"
        for point in piece:
            yield f"<trkpt {place(point)}>{height(point)}</trkpt>\n"
        yield "</trkseg>\n"
    yield "</trk>\n"


def _metadata(book: Roadbook) -> Iterator[str]:
    unit = units(book)
    yield "<metadata>" + (element("name", plain(book.name)) if book.name else "") + "<extensions>"
    yield element("o:units", STATUTE_AS_THE_SCHEMA_SPELLS_IT if unit is STATUTE else unit.name)
    if book.length is not None:
        yield element("o:distance", scaled(book.length, unit.distance))
    yield "</extensions></metadata>\n"


def _box(note: Note, unit: Units, drawn: Drawn) -> str:
    texts = (("name", note.name), ("desc", note.words), ("type", _foreign_type(note.waypoint)))
    told = "".join(element(name, plain(text)) for name, text in texts if text)
    tulip, notes = drawn(note)
    drawings = (drawing.element(f"o:{name}") for name, drawing in (("tulip", tulip), ("notes", notes)) if drawing)
    tags = "\n".join(chain(_figures(note, unit), _events(note, unit), _waypoint(note, unit), drawings))
    return f"{height(note.position)}{told}<extensions>\n{tags}\n</extensions>"


def _foreign_type(waypoint: Waypoint | None) -> str:
    """The type of a waypoint that the schema has no element for: GPX has a place for any word."""
    known = waypoint is None or waypoint.type in _TYPES or waypoint.type in _TAKEN.values() or waypoint.type == "DN"
    return "" if known or waypoint is None else waypoint.type


def _figures(note: Note, unit: Units) -> Iterator[str]:
    yield element("o:distance", scaled(note.total, unit.distance))
    if note.danger:
        yield element("o:danger", str(note.danger))
    if note.cap is not None:
        yield element("o:cap", whole(note.cap))
    limits = [event.value for event in note.events if event.kind == "dz" and event.value is not None]
    limits += [note.speed] if note.speed is not None else []
    if limits:
        yield element("o:speed", whole(min(limits), unit.speed, least=1))
    if note.show_coordinates:
        yield element("o:show_coordinates")


def _events(note: Note, unit: Units) -> Iterator[str]:
    bearer = _bearer(note)
    for index, event in enumerate(note.events):
        yield from _event(event, note.waypoint if index == bearer else None, unit)


def _bearer(note: Note) -> int | None:
    """Which of the events bears name and radii of the waypoint: the one that makes it.

    A neutralisation cannot, since its element is a number: then it is any other, of which readers take the radii.
    """
    taken = {index: _TAKEN[event.kind] for index, event in enumerate(note.events) if event.kind in _TAKEN}
    kind = note.waypoint.type if note.waypoint else ""
    return next((index for index, made in taken.items() if kind in (made, "DN")), None)


def _event(event: Event, waypoint: Waypoint | None, unit: Units) -> Iterator[str]:
    value = event.value or 0.0
    match event.kind:
        case "dn":
            yield element("o:neutralization", whole(value))
        case "stop":
            yield element("o:stop", "" if event.value is None else whole(value))  # the schema has a default: 0
        case "reset":
            yield element("o:reset", scaled(value, unit.distance))
        case "timecontrol":
            allowed = "" if event.value is None else whole(event.value, MINUTE)
            yield element("o:timecontrol", event.name, allowed=allowed)
        case kind if kind in _TAKEN:
            yield _taken(event, waypoint, unit)
        case kind if kind in _MARKERS:
            yield element(f"o:{kind}")


def _taken(event: Event, waypoint: Waypoint | None, unit: Units) -> str:
    """An event that is a waypoint too. A name that only the event has stands in the text: no waypoint gets it there."""
    text, name = "", plain(event.name)
    if event.kind == "dt" and event.value is not None:
        text = figure(event.value)
    elif waypoint is None or waypoint.name != event.name:
        text, name = name, plain(waypoint.name) if waypoint else ""
    return element(f"o:{event.kind}", text, name=name, **_radii(waypoint, unit))


def _waypoint(note: Note, unit: Units) -> Iterator[str]:
    waypoint = note.waypoint
    if waypoint is None:
        return
    lonely_control = waypoint.type == "CP" and not any(event.kind == "checkpoint" for event in note.events)
    if waypoint.type in _TYPES or lonely_control:
        name = "checkpoint" if lonely_control else waypoint.type.lower()
        yield element(f"o:{name}", name=plain(waypoint.name), **_radii(waypoint, unit))


def _radii(waypoint: Waypoint | None, unit: Units) -> dict[str, str]:
    if waypoint is None:
        return {}
    sides = (("open", waypoint.open), ("clear", waypoint.clear))
    return {side: whole(radius, unit.radius, least=1) for side, radius in sides if radius is not None}
