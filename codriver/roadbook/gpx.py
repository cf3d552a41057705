"""GPX 1.0 and 1.1, with or without a namespace, plain or with OpenRally's extensions, as a roadbook.

A box is a `wpt`; where a file has none, a point of its route that says something. Units are the file's own at the
door and SI behind it. Knows nothing of where a box without a distance belongs: that is `order`.
"""

import re
from dataclasses import dataclass, field

from codriver.roadbook import blitz, course, openrally
from codriver.roadbook.figures import place, words
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import NAME, NOTES, TRACK_POINTS
from codriver.roadbook.markup import BrokenError, Element, records
from codriver.roadbook.model import Note, Position, Roadbook, RoadbookError
from codriver.roadbook.order import Box, located
from codriver.roadbook.vocabulary import METRIC, Tag, Units, code, mark, settle
from codriver.units import Metres

_RECORDS = frozenset({"gpx", "metadata", "wpt", "rte", "rtept", "trk", "trkseg", "trkpt"})
_NUMBER = re.compile(r"(?:wp|wpt|box|no|point|[\w-]*_)?[ .#_-]*\d+", re.IGNORECASE)
_DANGER = re.compile(r"(?<!\S)!{1,3}(?!\S)")


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in these bytes as far as it goes. RoadbookError where there is neither box nor track."""
    found = _gather(data, METRIC)
    if found.units_said is not METRIC:  # said only now, and the boxes are read already
        found = _gather(data, found.units_said)
    boxes, track = found.boxes or found.route_boxes, tuple(found.pieces)
    if not track and len(found.route) > 1:
        track = (tuple(found.route),)
    if not boxes and not track:
        raise RoadbookError(_nothing(name, found.findings.cut))
    names = [box.note.name for box in boxes]
    if blitz.packed(names):
        boxes = blitz.unpacked(boxes, track, found.findings)
    elif course.named(names) and all(box.total is None for box in boxes):
        laid = course.laid([box.note for box in boxes], track, found.findings)
        kind = f"course, {_format(found)}"
        title = found.title or name
        return Roadbook(title, kind, laid.units.name, laid.notes, laid.track, begins=laid.begins), found.findings
    book = Roadbook(
        name=found.title or name,
        format=_format(found),
        units=found.units_said.name,
        notes=located(boxes, track, found.findings),
        track=track,
        length=found.length,
    )
    return book, found.findings


def _format(found: "_Found") -> str:
    if found.space or any(box.total is not None for box in found.boxes):
        return f"OpenRally {openrally.version(found.space)}".strip()
    return f"GPX {found.version}".strip()


def _nothing(name: str, cut: str) -> str:
    if cut:
        return f"{name} is GPX, but nothing of it can be read ({cut}). Copy it again from where it came."
    return (
        f"{name} is GPX, but holds no waypoint, no route and no track. Export the roadbook again, with its waypoints."
    )


@dataclass(slots=True)
class _Found:
    """What the records of one file say, gathered as they come by."""

    units: Units
    findings: Findings = field(default_factory=Findings)
    units_said: Units = METRIC
    title: str = ""
    version: str = ""
    space: str = ""
    length: Metres | None = None
    complete: bool = False
    boxes: list[Box] = field(default_factory=list)
    route_boxes: list[Box] = field(default_factory=list)
    route: list[Position] = field(default_factory=list)
    pieces: list[tuple[Position, ...]] = field(default_factory=list)
    piece: list[Position] = field(default_factory=list)
    points: int = 0

    def take(self, record: Element) -> None:
        match record.name:
            case "trkpt":
                self._track_point(record)
            case "wpt":
                self._box(record, self.boxes)
            case "rtept":
                self._route_point(record)
            case "trkseg" | "trk":
                self.close_piece()
                self._entitle(record.words("name"))
            case "rte":
                self._entitle(record.words("name"))
            case "metadata":
                self._metadata(record)
            case _:
                self.version, self.complete = words(record.attributes.get("version", ""))[:10], True
                self._entitle(record.words("name"))

    def close_piece(self) -> None:
        if self.piece:
            self.pieces.append(tuple(self.piece))
            self.piece = []

    def _entitle(self, title: str) -> None:
        self.title = self.title or words(title).partition("\n")[0][:NAME]

    def _metadata(self, record: Element) -> None:
        self.units_said = openrally.units(record, self.findings)
        self.length = openrally.distance(record.words("extensions", "distance"), self.units.distance)
        self.title = words(record.words("name")).partition("\n")[0][:NAME] or self.title

    def _track_point(self, record: Element) -> None:
        self.points += 1
        where = _place(record)
        if self.points > TRACK_POINTS:
            what = f"The track has more than {TRACK_POINTS} points: the rest were left out."
            self.findings.doubt(what, "Simplify the track, or cut the file into stages.")
        elif where is None:
            self.findings.doubt("A track point has no usable position.", "It was left out.")
        else:
            self.piece.append(where)

    def _route_point(self, record: Element) -> None:
        where = _place(record)
        if where is not None and len(self.route) < TRACK_POINTS:
            self.route.append(where)
        if any(record.words(child).strip() for child in ("name", "cmt", "desc", "sym", "type")):
            self._box(record, self.route_boxes)

    def _box(self, record: Element, boxes: list[Box]) -> None:
        if len(boxes) == NOTES:
            what = f"The book has more than {NOTES} boxes: the rest were left out."
            self.findings.doubt(what, "Cut the file into stages.")
            return
        self.space = self.space or _openrally_space(record)
        note = Note(len(boxes) + 1, 0.0, _name(record), _place(record), words=_words(record))
        total, note = openrally.box(record, note, self.units, self.findings)
        for tag in _plain_tags(record):
            note = mark(note, tag, self.units, self.findings)
        note = settle(note, self.findings)
        if note.position is None:
            self._misplaced(record, total, note)
        if note.position is not None or total is not None:
            boxes.append(Box(total, note))

    def _misplaced(self, record: Element, total: Metres | None, note: Note) -> None:
        lat, lon = (record.attributes.get(axis, "")[:20] or "nothing" for axis in ("lat", "lon"))
        what = f"The position {lat}, {lon} is no place on a course."
        if total is None:
            self.findings.doubt(f"{what} Box “{note.name}” has no distance either.", "It was left out: check the file.")
        else:
            self.findings.doubt(what, "The box is called by its distance alone.", note.number)


def _gather(data: bytes, units: Units) -> _Found:
    found = _Found(units)
    try:
        for record in records(data, _RECORDS, openrally.DRAWINGS):
            found.take(record)
    except BrokenError as broken:
        if found.complete:
            found.findings.doubt("Something follows the end of the book.", "It was not read.")
        else:
            found.findings.cut = str(broken)
    found.close_piece()
    return found


def _place(record: Element) -> Position | None:
    return place(record.attributes.get("lat", ""), record.attributes.get("lon", ""), record.words("ele"))


def _openrally_space(record: Element) -> str:
    extensions = record.find("extensions")
    spaces = (child.space for child in extensions.children) if extensions else ()
    return next((space for space in spaces if space.lower().startswith(openrally.NAMESPACE)), "")


def _name(record: Element) -> str:
    return words(record.words("name")).replace("\n", " ")[:NAME]


def _words(record: Element) -> str:
    """Comment and description; failing both the name, unless it only counts boxes or names their type."""
    note = words(record.words("cmt"), record.words("desc"))
    name = _name(record)
    return note or ("" if _NUMBER.fullmatch(name) or code(name) else name)


def _plain_tags(record: Element) -> list[Tag]:
    """What plain GPX says of a box: its type in `type` or `sym`, its danger as exclamation marks standing alone."""
    tags = [tag for child in ("type", "sym") if (tag := code(record.words(child)))]
    marks = (_DANGER.search(record.words(child)) for child in ("name", "cmt", "desc"))
    return list(dict.fromkeys(tags)) + [Tag("danger", found[0].strip()) for found in marks if found]
