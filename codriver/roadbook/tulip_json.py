"""Tulip's own files, old and new, as a roadbook: the only common format whose notes machines can read.

A file lists the points of the route under `waypoints` or, since version 1.2, `instructions`; those with the flag
`waypoint` or `instruction` are boxes. Old boxes have their note as HTML in `notes.text`, new ones as things on a canvas
in `noteJson.glyphs`; a glyph is a picture whose file name says what it is. Radii: `openRadius` and `validationRadius`,
once `bubble` and `modifier`, as Tulip writes them to OpenRally. Of a junction drawn in `tulipJson` the side roads are
read, by where they end.
Source: the file formats and glyph lists of storm-factory/tulip and of its fork drid/tulip.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import atan2, degrees, hypot
from typing import Final

from msgspec import Raw

from codriver.roadbook.fields import Document, Part, document, items, plain
from codriver.roadbook.figures import lines, place, words
from codriver.roadbook.findings import Findings
from codriver.roadbook.glyphs import Glyph, glyph
from codriver.roadbook.limits import BRANCHES, LONGEST, NAME, NOTES, TRACK_POINTS, WORDS
from codriver.roadbook.model import Note, Position, Roadbook, RoadbookError
from codriver.roadbook.order import Box, located
from codriver.roadbook.vocabulary import METRIC, Tag, known, mark, settle
from codriver.units import KILOMETRE, Degrees, Metres

ROUNDING: Final[Metres] = 20.0  # each of the two distances may be rounded to 10 m
GLYPHS: Final = 100  # of one box
STEPS: Final = 100  # of one road's path
MIDDLE: Final = 90.0
SHORTEST: Final = 20.0  # a road that ends nearer to the middle goes nowhere

_LISTS: Final = ("instructions", "waypoints")
_MINE = re.compile(rb'"(?:waypoints|instructions)"\s*:\s*\[')
_FIELDS = re.compile(rb'"(?:kmFromStart|tulipJson|openrallytype|entryTrackType)"\s*:')
_FLAGS: Final = ("instruction", "waypoint")
_FLAGGED = re.compile(rb'"(?:instruction|waypoint)"\s*:\s*(?:true|false)')
_LONGITUDES: Final = ("long", "lng", "lon")
_UNNAMED: Final = frozenset({"", "Name your roadbook"})
_IMAGE = re.compile(r"<img\b([^<>]{0,4000}+)>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s]{1,2000})""", re.IGNORECASE)
_LINE_END = re.compile(r"</(?:div|p|li|h\d)\s*>|<br\s*/?>", re.IGNORECASE)
_LINE_HEIGHT: Final = 40.0  # pixels: what stands less than this below its neighbour stands beside it
_UNTOUCHED_LIMIT: Final = 5  # km/h: what an old speed zone says until somebody chooses a limit

# What a notification is in OpenRally, where that is not its own type, and whether it also limits the speed.
_TYPES: Final = {"fss": "ass", "dsz": "dz", "fsz": "fz", "cp": "checkpoint", "dns": "dn", "dts": "dt"}
_LIMITED: Final = frozenset({"dns", "dts"})


def mine(data: bytes) -> bool:
    """Whether these bytes are a Tulip file: JSON with a list of points that Tulip has written."""
    text = plain(data)
    return bool(_MINE.search(text) and _FIELDS.search(text))


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in these bytes as far as it goes. RoadbookError where there is neither box nor track."""
    found = document(data, name, _LISTS)
    reader = _Points(Findings(cut=found.cut))
    flagged = _FLAGGED.search(plain(data)) is not None
    for point in found.entries:
        reader.take(point, box=any(point.flag(flag) for flag in _FLAGS) if flagged else "kmFromStart" in point)
    track = (tuple(reader.track),) if len(reader.track) > max(1, len(reader.boxes)) else ()
    if not reader.boxes and not track:
        raise RoadbookError(f"{name} is a Tulip file without a single box. Save the roadbook again in Tulip.")
    length = found.top.number("totalDistance")
    title = words(found.top.text("name")).partition("\n")[0][:NAME]
    book = Roadbook(
        name if title in _UNNAMED else title,
        "Tulip",
        METRIC.name,
        located(reader.boxes, track, reader.findings),
        track,
        length * KILOMETRE if length is not None and 0 < length * KILOMETRE <= LONGEST else None,
    )
    _leave(found, reader.findings)
    return book, reader.findings


def _leave(found: Document, findings: Findings) -> None:
    """Name what was not used of the file as a whole."""
    for name in found.top.unasked():
        if name not in _LISTS:
            findings.ignore(name)


@dataclass(slots=True)
class _Points:
    """Turns the points of the route into boxes and a track, one after the other."""

    findings: Findings
    boxes: list[Box] = field(default_factory=list)
    track: list[Position] = field(default_factory=list)
    limited: bool = False

    def take(self, point: Part, *, box: bool) -> None:
        longitude = next((text for name in _LONGITUDES if (text := point.text(name))), "")
        where = place(point.text("lat"), longitude)
        if where is not None and len(self.track) < TRACK_POINTS:
            self.track.append(where)
        if not box:
            return
        if len(self.boxes) == NOTES:
            self.findings.doubt(f"The book has more than {NOTES} boxes: the rest were left out.", "Cut it into stages.")
            return
        total = self._total(point)
        if total is None and where is None:
            self.findings.doubt("A box has neither a distance nor a position.", "It was left out: check the file.")
            return
        self.boxes.append(Box(total, self._note(point, where)))
        for name in point.unasked():
            self.findings.ignore(name)

    def _total(self, point: Part) -> Metres | None:
        """Metres from the start: the box's own, else so far behind the box before; None where neither is said."""
        both = (point, point.part("distances"))
        total = _metres(both, "kmFromStart")
        partial = _metres(both, "kmFromPrev")
        before = self.boxes[-1].total if self.boxes else None
        if total is None:
            return before + partial if before is not None and partial is not None else None
        if before is not None and partial is not None and abs(total - before - partial) > ROUNDING:
            what = "The box's distance from the box before does not fit its distance from the start."
            self.findings.doubt(what, "The one from the start is used: check both.", len(self.boxes) + 1)
        return total

    def _note(self, point: Part, where: Position | None) -> Note:
        note = Note(len(self.boxes) + 1, 0.0, position=where, show_coordinates=bool(point.flag("showCoordinates")))
        seen = _Seen()
        seen.note(point)
        seen.drawn(point.part("tulipJson"))
        tags = [*self._notified(point.part("notification"), seen), *seen.tags]
        cap = self._cap(point, seen)
        for tag in (*([Tag("cap", cap)] if cap else ()), *_once(tags)):
            stop = tag.name == "stop" and not tag.text
            note = mark(note, replace(tag, text=point.text("stopTimeSec")) if stop else tag, METRIC, self.findings)
        self._after(note, point, seen)
        return settle(replace(note, words=seen.words(), branches=seen.branches), self.findings)

    def _cap(self, point: Part, seen: "_Seen") -> str:
        """The heading out of the box, if the book shows it: Tulip knows it for every box."""
        heading = point.number("heading")
        heading = point.part("angles").number("heading") if heading is None else heading
        shown = point.flag("showHeading") is not False or seen.heading
        return "" if heading is None or not shown else repr(heading % 360.0)

    def _notified(self, notification: Part, seen: "_Seen") -> Iterator[Tag]:
        """The tags of a box's notification. A speed zone of a neutralisation or a transfer ends with it."""
        kind, rally = (notification.text(name).strip().lower() for name in ("type", "openrallytype"))
        name = _TYPES.get(kind, kind) or rally
        if name and not known(name):
            self.findings.ignore(f"notification {words(name)[:NAME]}")
        if not known(name):
            return
        text = ""
        if "modifier" in notification and name == "dz":
            limit = notification.number("modifier")
            text = "" if seen.limit or limit == _UNTOUCHED_LIMIT or limit is None else repr(limit)
        yield Tag(name, text, *_radii(notification, name), time=notification.text("time"))
        if kind in _LIMITED:
            yield Tag("dz")
        if name in {"fn", "ft"} and self.limited:
            yield Tag("fz")

    def _after(self, note: Note, point: Part, seen: "_Seen") -> None:
        """Tell what a crew should know of this box, and remember whether a speed zone goes on behind it."""
        kinds = {event.kind for event in note.events}
        self.limited = "dz" in kinds or (self.limited and "fz" not in kinds)
        if "reset" in kinds:
            what = "In print the distances count from zero again behind this box; here they go on from the start."
            self.findings.doubt(what, "Behind it, compare the partial distances.", note.number)
        for kind in seen.unread:
            self.findings.ignore(f"drawn {kind}")
        if seen.left_out:
            self.findings.doubt(f"The box has more than {GLYPHS} glyphs.", "The rest were left out.", note.number)
        if seen.average and (average := point.number("capAvg")) is not None:
            seen.spoken.append(f"average heading {average % 360.0:.0f}")


def _metres(parts: Sequence[Part], name: str) -> Metres | None:
    number = next((found for part in parts if (found := part.number(name)) is not None), None)
    return number * KILOMETRE if number is not None and 0 <= number * KILOMETRE <= LONGEST else None


def _radii(notification: Part, name: str) -> tuple[str, str]:
    """(open, clear). In old files these are of waypoints only: elsewhere a bubble is a circle on the editor's map."""
    opens, clears = (notification.text(side) for side in ("openRadius", "validationRadius"))
    if not opens and not clears and name.startswith("wp"):
        opens, clears = notification.text("bubble"), notification.text("modifier")
    return opens, clears


def _once(tags: Sequence[Tag]) -> Iterator[Tag]:
    """Each tag once: a notification and its glyph say the same, and the notification knows more."""
    seen: set[str] = set()
    for tag in tags:
        if tag.name not in seen or tag.name == "danger":
            seen.add(tag.name)
            yield tag


@dataclass(slots=True)
class _Seen:
    """What stands in one box, in reading order: its glyphs as tags or words, and what was written between them."""

    tags: list[Tag] = field(default_factory=list)
    written: str = ""
    spoken: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    heading: bool = False
    average: bool = False
    limit: bool = False
    left_out: bool = False
    branches: tuple[Degrees, ...] = ()

    def note(self, point: Part) -> None:
        """The note: HTML with images in old files, or a list of glyphs; things on a canvas in new ones."""
        notes = point.part("notes")
        text = _IMAGE.sub(self._image, notes.text("text")[: 40 * WORDS])
        self.written = words(_LINE_END.sub("\n", text))
        for thing in notes.parts("glyphs")[:GLYPHS]:
            self.spoken.append(self._named(thing.text("src")))
        self._canvas(point.part("noteJson"))

    def drawn(self, tulip: Part) -> None:
        """The glyphs beside the junction, and which way its side roads go."""
        self._canvas(tulip)
        roads = tulip.items("tracks")
        self.branches = tuple(branch for track in tulip.parts("tracks")[:BRANCHES] for branch in _branch(track))
        if len(self.branches) < len(roads):
            self.unread.append("side road")

    def words(self) -> str:
        """What was written, and below it the words of the glyphs, each once."""
        spoken = ", ".join(dict.fromkeys(one for one in self.spoken if one))
        return lines("\n".join(part for part in (self.written, spoken) if part))

    def _canvas(self, canvas: Part) -> None:
        things = canvas.parts("glyphs")
        self.left_out = self.left_out or len(things) > GLYPHS
        for thing in sorted(things[:GLYPHS], key=_reading_order):
            self._thing(thing)

    def _thing(self, thing: Part) -> None:
        kind = thing.text("type").lower()
        if kind == "image" or "src" in thing:
            self.spoken.append(self._named(thing.text("src")))
        elif "text" in thing:
            self.spoken.append(lines(thing.text("text")).replace("\n", " "))
        elif thing.text("subType") == "CAP":
            self.heading = True
        elif thing.text("subType").startswith("CAP"):
            self.average = True
        else:
            self.unread.append(kind or "thing")

    def _image(self, match: re.Match[str]) -> str:
        source = _SOURCE.search(match[1])
        return f" {self._named(source[1])} " if source else " "

    def _named(self, source: str) -> str:
        """The words of a glyph; what it says beyond words is remembered."""
        found: Glyph = glyph(html.unescape(source))
        if found.tag:
            self.tags.append(found.tag)
            self.limit = self.limit or found.tag.name == "speed"
        return found.words


def _branch(track: Part) -> Iterator[Degrees]:
    """The way a side road goes from the middle of its canvas of 180 by 180, where the way in comes from below.

    A road is a path of its own in old files and the first of several, drawn over each other, in new ones.
    """
    drawn = track if track.items("path") else next(iter(track.parts("paths")), track)
    ends = [end for step in drawn.items("path")[:STEPS] for end in _end(step)]
    if len(ends) < 2:
        return
    far = max(ends[0], ends[-1], key=lambda end: hypot(end[0] - MIDDLE, end[1] - MIDDLE))
    across, up = far[0] - MIDDLE, MIDDLE - far[1]
    if hypot(across, up) >= SHORTEST:
        yield round(degrees(atan2(across, up)), 1)


def _end(step: Raw) -> Iterator[tuple[float, float]]:
    """Where a step of a path ends, as `["C", x1, y1, x2, y2, x, y]`."""
    figures = items(step, object)
    match figures[-2:]:
        case [int() | float() as across, int() | float() as down] if isinstance(figures[0], str):
            yield float(across), float(down)


def _reading_order(thing: Part) -> tuple[float, float]:
    """Line by line from the top, each from the left: the order in a file is that of who covers whom."""
    top, left = thing.number("top") or 0.0, thing.number("left") or 0.0
    return top // _LINE_HEIGHT, left
