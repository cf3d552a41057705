"""GPX for Rally Blitz and Rally Comp: what a box is stands packed in its name.

`WPM12:400:3.45` is masked waypoint 12, its radius in metres and its distance in kilometres, which only some boxes say;
`DSZ:50` begins a speed zone of 50 km/h and `FSZ` ends it; `DSS` and `FSS` are start and finish of the special. Older
programs read the description instead: `WP12`, `!!!`, `SZ50`. A bare number counts the boxes that are none of these.
Source: the exporter of storm-factory/tulip, read; the apps' own description was not found.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from codriver.roadbook.figures import decimal
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST
from codriver.roadbook.model import Note, Position
from codriver.roadbook.order import BACKWARDS, Box
from codriver.roadbook.track import Line
from codriver.roadbook.vocabulary import METRIC, Tag, mark, settle
from codriver.units import Metres

# Types as these apps name them, and the tags they are. What else a waypoint may be (WPE, WPS, WPC) is its own tag.
_TYPES: Final = {"dsz": "dz", "fsz": "fz", "fss": "ass", "dns": "dn", "dts": "dt"}
_NAME: Final = re.compile(
    r"(?P<type>WP[A-Z]|DSS|FSS|ASS|DSZ|FSZ|DZ|FZ|CP|DN|FN|DT|FT|DNS|DTS|SPEED-\d{1,3})(?P<count>\d{0,4})"
    r"(?::(?P<figure>\d{1,5}(?:[.,]\d{1,3})?))?(?::(?P<distance>\d{1,5}[.,]\d{1,6}|\d{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_OWN: Final = re.compile(r".+:\d.*|DSZ.*|FSZ.*|FSS.*", re.ASCII | re.IGNORECASE)
_ZONE: Final = re.compile(r"SZ ?(?P<limit>\d{1,3})", re.ASCII | re.IGNORECASE)
_SAID: Final = re.compile(r"WP ?\d{0,4}|!{1,3}|SZ ?\d{0,3}", re.ASCII | re.IGNORECASE)
_ZONES: Final = frozenset({"dsz", "dz"})


def packed(names: Iterable[str]) -> bool:
    """Whether boxes with these names are of this kind: a figure behind a colon, or a type only these apps use."""
    return any(_NAME.fullmatch(name) and _OWN.fullmatch(name) for name in names)


def unpacked(boxes: Sequence[Box], track: Sequence[Sequence[Position]], findings: Findings) -> list[Box]:
    """The boxes with what their names and descriptions say; where only some say a distance, the track says the rest."""
    found = [_unpacked(box, findings) for box in boxes]
    if not track or len({box.total is None for box in found}) < 2:
        return found
    findings.doubt("Only some boxes say a distance in their names.", "The others are measured from them by the track.")
    return list(_filled(found, Line(track)))


def _filled(boxes: Sequence[Box], line: Line) -> Iterator[Box]:
    """The boxes, each without a distance as far behind the last that has one as the track is long."""
    at = ahead = 0.0  # along the track, and how much more the book has counted
    for box in boxes:
        passes = line.passes(box.note.position) if box.note.position else []
        later = [one.at for one in passes if one.at >= at - BACKWARDS]
        expected = at if box.total is None else box.total - ahead
        if later:
            at = min(later, key=lambda one: abs(one - expected))
        if box.total is not None:
            ahead = box.total - at
        yield replace(box, total=max(0.0, at + ahead)) if later and box.total is None else box


def _unpacked(box: Box, findings: Findings) -> Box:
    match = _NAME.fullmatch(box.note.name)
    note = replace(box.note, words=_words(box.note))
    zone = next((found["limit"] for line in box.note.words.splitlines() if (found := _ZONE.fullmatch(line))), "")
    if match is None:
        return replace(box, note=_zoned(note, zone, findings))
    kind, figure = match["type"].lower(), match["figure"] or ""
    if kind.startswith("speed-"):
        note = mark(note, Tag("speed", kind.removeprefix("speed-")), METRIC, findings)
    elif kind in _ZONES:
        note = mark(note, Tag("dz", figure or zone, called=match["count"]), METRIC, findings)
    else:
        tag = Tag(_TYPES.get(kind, kind), clear=figure, called=match["count"])
        note = mark(replace(note, waypoint=None), tag, METRIC, findings)
        if figure:
            what = "The name gives one radius only."
            findings.doubt(what, "It is taken as the one that validates: compare it with the book.", note.number)
    return Box(_total(match["distance"] or "", box.total), settle(note, findings))


def _zoned(note: Note, limit: str, findings: Findings) -> Note:
    """A box whose description alone begins a speed zone, as the older programs had it."""
    return settle(mark(note, Tag("dz", limit), METRIC, findings), findings) if limit else note


def _total(text: str, said: Metres | None) -> Metres | None:
    kilometres = decimal(text)
    total = None if kilometres is None else kilometres * METRIC.distance
    return said if total is None or total > LONGEST else total


def _words(note: Note) -> str:
    """The words without the name, where it stands in for them, and without what the older programs read."""
    lines = (line for line in note.words.splitlines() if line != note.name or not _NAME.fullmatch(line))
    return "\n".join(line for line in lines if not _SAID.fullmatch(line.strip()))
