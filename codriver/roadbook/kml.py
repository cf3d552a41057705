"""KML and KMZ as a roadbook: points, lines and tracks, whatever folders and styles stand around them.

Where the points' names are the data of a race course, `course` lays them out; else each point is a box with its name
and description. Heights are left out: KML's own default is to ignore them, and programs write any number there. Of a
KMZ, which is a ZIP archive, the first .kml is read, as Google Earth does, and in bounded memory.
Source: OGC 12-007r2, "KML 2.3".
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from codriver.roadbook import course
from codriver.roadbook.encoding import sniff
from codriver.roadbook.figures import place, words
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import FILE_BYTES, NAME, NOTES, TRACK_POINTS
from codriver.roadbook.markup import BrokenError, Element, records, root
from codriver.roadbook.model import Note, Position, Roadbook, RoadbookError
from codriver.roadbook.order import Box, located
from codriver.roadbook.vocabulary import METRIC

ENTRIES: Final = 2000  # files in one archive

_RECORDS: Final = frozenset({"kml", "document", "folder", "placemark", "track", "coord", "networklink"})
_OPAQUE: Final = frozenset({"coordinates"})
_ARCHIVE: Final = b"PK\x03\x04"
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # what KML allows; others need much memory
_CHUNK: Final = 1 << 16
# Numbers are taken whole or not at all, so that no text, however odd, is looked through more than once.
_NUMBER: Final = r"[-+]?\d{1,3}+(?:\.\d{0,40}+)?+(?:[eE][-+]?\d{1,3}+)?+"
_TUPLE: Final = re.compile(
    rf"(?<![\d.+-])({_NUMBER})\s{{0,9}}+,\s{{0,9}}+({_NUMBER})(?:\s{{0,9}}+,[^\s,]{{0,40}}+)?+", re.ASCII
)


def mine(data: bytes) -> bool:
    """Whether these bytes are KML, or an archive with KML in it."""
    if data.startswith(_ARCHIVE):
        return _archived(data) is not None
    return root(data) == "kml"


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in these bytes as far as it goes. RoadbookError where there is neither point nor line."""
    findings = Findings()
    kind = "KML"
    if data.startswith(_ARCHIVE):
        data, kind = _unpacked(data, name, findings), "KMZ"
    found = _gather(data, findings)
    if not found.notes and not found.pieces:
        raise RoadbookError(_nothing(name, kind, found))
    title = found.title or name
    track = tuple(found.pieces)
    if course.named(note.name for note in found.notes):
        laid = course.laid(found.notes, track, findings)
        return Roadbook(title, f"course, {kind}", laid.units.name, laid.notes, laid.track, begins=laid.begins), findings
    notes = located([Box(None, note) for note in found.notes], track, findings)
    return Roadbook(title, kind, METRIC.name, notes, track), findings


def _nothing(name: str, kind: str, found: "_Found") -> str:
    if found.findings.cut:
        return f"{name} is {kind}, but nothing of it can be read ({found.findings.cut}). Copy it again."
    if found.linked:
        return f"{name} is {kind}, but only links to a course on the net. Open it with a network, and save the course."
    return f"{name} is {kind}, but holds no point and no line. Export the course again, with its points and track."


@dataclass(slots=True)
class _Found:
    """What the records of one file say, gathered as they come by."""

    data: bytes
    codec: str
    findings: Findings
    title: str = ""
    linked: bool = False
    notes: list[Note] = field(default_factory=list)
    pieces: list[tuple[Position, ...]] = field(default_factory=list)
    piece: list[Position] = field(default_factory=list)
    points: int = 0

    def take(self, record: Element) -> None:
        match record.name:
            case "placemark":
                self._placemark(record)
            case "coord":
                self._coord(record.text)
            case "track":
                self.close(self.piece)
                self.piece = []
            case "networklink":
                self.linked = True
            case _:  # the outermost comes last
                self.title = _name(record) or self.title

    def _placemark(self, record: Element) -> None:
        for element in _shapes(record):
            match element.name:
                case "point":
                    self._point(record, element)
                case "linestring" | "linearring":
                    self._line(element)
                case _:
                    self.findings.ignore(element.name)

    def _point(self, record: Element, point: Element) -> None:
        name = _name(record)
        where = next(self._places(point), None)
        if where is None:
            self.findings.doubt(f"The point “{name}” has no usable position.", "It was left out.")
        elif len(self.notes) == NOTES:
            self.findings.doubt(
                f"The file has more than {NOTES} points: the rest were left out.", "Cut it into stages."
            )
        else:
            said = words(record.words("description"))
            self.notes.append(Note(len(self.notes) + 1, 0.0, name, where, words=said or name))

    def _line(self, line: Element) -> None:
        piece: list[Position] = []
        for where in self._places(line):
            self._add(piece, where)
        self.close(piece)

    def _coord(self, text: str) -> None:
        lon, lat, *_ = [*text.split()[:2], "", ""]
        where = place(lat, lon)
        if where is not None:
            self._add(self.piece, where)

    def _add(self, piece: list[Position], where: Position) -> None:
        self.points += 1
        if self.points <= TRACK_POINTS:
            piece.append(where)
        elif self.points == TRACK_POINTS + 1:
            what = f"The track has more than {TRACK_POINTS} points: the rest were left out."
            self.findings.doubt(what, "Simplify the track, or cut the file into stages.")

    def close(self, piece: list[Position]) -> None:
        if len(piece) > 1:
            self.pieces.append(tuple(piece))

    def _places(self, shape: Element) -> Iterator[Position]:
        coordinates = shape.find("coordinates")
        if coordinates is None:
            return
        start, end = coordinates.span
        for match in _TUPLE.finditer(self.data[start:end].decode(self.codec, "replace")):
            lat, lon = float(match[2]), float(match[1])  # numbers by now: a course has 100 000, and `place` is slower
            if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
                yield Position(lat, lon)


def _shapes(record: Element) -> Iterator[Element]:
    """The shapes of a placemark; a MultiGeometry's one by one."""
    waiting = list(record.children)
    while waiting:
        element = waiting.pop(0)
        if element.name in {"multigeometry", "multitrack"}:
            waiting = element.children + waiting
        elif element.name in {"point", "linestring", "linearring", "polygon", "model"}:
            yield element


def _name(record: Element) -> str:
    return words(record.words("name")).replace("\n", " ")[:NAME]


def _gather(data: bytes, findings: Findings) -> _Found:
    found = _Found(data, sniff(data).codec, findings)
    try:
        for record in records(data, _RECORDS, _OPAQUE):
            found.take(record)
    except BrokenError as broken:
        findings.cut = findings.cut or str(broken)
    found.close(found.piece)
    return found


def _archived(data: bytes) -> zipfile.ZipInfo | None:
    """The first .kml of an archive; None where it has none or is no whole archive."""
    if data.count(_ENTRY) > ENTRIES:  # each costs memory as soon as the archive is opened
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return next((info for info in archive.infolist() if info.filename.lower().endswith(".kml")), None)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None


def _unpacked(data: bytes, name: str, findings: Findings) -> bytes:
    """The bytes of the first .kml, as far as they can be had."""
    info = _archived(data)
    if info is None:
        raise RoadbookError(f"{name} is an archive without a KML course that can be read. Copy it again, or unpack it.")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise RoadbookError(f"{name} is an archive with a password, or packed in an unusual way. Unpack it first.")
    kml = bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(info) as packed:
            while chunk := packed.read(_CHUNK):
                kml += chunk
                if len(kml) > FILE_BYTES:
                    raise RoadbookError(f"{name} is over 64 MB when unpacked, which no roadbook is. Check the file.")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        findings.cut = f"the archive is damaged: {error}"[:80]
    return bytes(kml)
