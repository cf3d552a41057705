"""Box JSON (`schemaVersion` 1), a list of boxes with distances, caps and named pictograms, as a roadbook.

A box has `index`, `type` (start, straight, turn, hairpin, finish), `turnDir`, `distTotalKm`, `distPartialM`, `capDeg`,
`dangerLevel` and `pictograms`, and a `note` where somebody wrote one. Its `route` lies on a plane of its own, in metres
east and north with the distance: it tells the headings, but no places. The tulip's geometry is left out and named.
Source: the readers and writers of Drzapp1/rally-roadbook.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from math import atan2, degrees, isfinite
from typing import Final

from codriver.roadbook.fields import Document, Part, document, items, plain
from codriver.roadbook.figures import lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, NAME, NOTES
from codriver.roadbook.model import Note, Roadbook, RoadbookError
from codriver.roadbook.turns import FAR, NEAR
from codriver.roadbook.vocabulary import METRIC, Tag, mark
from codriver.units import KILOMETRE, Degrees, Metres

BEND: Final[Degrees] = 15.0  # a cap that is further off than this from the way out is not the way out
ROUNDING: Final[Metres] = 2.0

_MINE = re.compile(rb'"boxes"\s*:\s*\[')
_DISTANCE = re.compile(rb'"dist(?:TotalKm|PartialM)"\s*:')
_NO_CROSSING: Final = -360.0  # the file writes -999 where nothing crosses
_PLAIN_TYPES: Final = {"turn": "", "straight": "straight on"}
# Pictograms that are more than words, and those whose names are no words.
_TAGS: Final = {
    "caution": Tag("danger", "1"),
    "danger2": Tag("danger", "2"),
    "danger3": Tag("danger", "3"),
    "fuel": Tag("fuel"),
    "fuelzone": Tag("fuel"),
    "checkpoint": Tag("checkpoint"),
    "mediapt": Tag("media"),
    "spectators": Tag("spectators"),
    "police": Tag("police"),
    "medical": Tag("medical"),
    "helicopter": Tag("helicopter"),
}
_WORDS: Final = {
    "keepL": "keep left",
    "keepR": "keep right",
    "keepS": "keep straight",
    "onL": "on the left",
    "onR": "on the right",
    "roundaboutL": "roundabout left",
    "roundaboutR": "roundabout right",
    "keepMain": "keep to the main track",
    "cutL": "do not cut left",
    "cutR": "do not cut right",
    "crestL": "left over crest",
    "crestR": "right over crest",
    "inclineL": "leans left",
    "inclineR": "leans right",
    "slowdown": "slow down",
    "deadend": "dead end",
    "lessVisible": "less visible",
    "noentry": "no entry",
    "sandpit": "sand pit",
    "camelgrass": "camel grass",
    "dryriver": "dry river",
    "bigwadi": "big wadi",
    "barbwire": "barbed wire",
    "cattleguard": "cattle guard",
    "gatebar": "gate barrier",
    "hvline": "high voltage line",
    "wellpost": "well",
}


def mine(data: bytes) -> bool:
    """Whether these bytes are a book of this kind: JSON with `boxes` that say distances."""
    text = plain(data)
    return bool(_MINE.search(text) and _DISTANCE.search(text))


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in these bytes. RoadbookError where no box has a distance."""
    found = document(data, name, ("boxes",))
    reader = _Boxes(_Way.of(found.top), Findings(cut=found.cut))
    for box in found.entries:
        reader.take(box)
    if not reader.notes:
        raise RoadbookError(f"{name} is box JSON, but no box has a distance. Export the roadbook again.")
    meta = found.top.part("meta")
    length = meta.number("totalDistanceKm")
    book = Roadbook(
        _title(found.top, meta) or name,
        "box JSON",
        METRIC.name,
        tuple(reader.notes),
        length=length * KILOMETRE if length is not None and 0 < length * KILOMETRE <= LONGEST else None,
    )
    reader.leave(found)
    return book, reader.findings


def _title(top: Part, meta: Part) -> str:
    """The name of the track; `meta` may hold the path of the file that it was made of."""
    title = lines(top.text("trackName")) or lines(re.split(r"[/\\]", meta.text("trackName"))[-1])
    return title.partition("\n")[0][:NAME]


@dataclass(slots=True)
class _Way:
    """The route on its plane, to be asked for the heading behind a distance."""

    at: list[Metres] = field(default_factory=list)
    places: list[tuple[Metres, Metres]] = field(default_factory=list)

    @classmethod
    def of(cls, top: Part) -> "_Way":
        way = cls()
        for raw in top.items("route"):
            point = items(raw, float)
            if len(point) >= 3 and all(isfinite(one) for one in point) and (not way.at or point[2] > way.at[-1]):
                way.at.append(point[2])
                way.places.append((point[0], point[1]))
        return way

    def heading(self, total: Metres) -> Degrees | None:
        """Where the route goes behind the bend at `total`; None where it does not reach so far."""
        first, last = bisect_left(self.at, total + NEAR), bisect_left(self.at, total + FAR)
        if not first < last < len(self.at):
            return None
        (x1, y1), (x2, y2) = self.places[first], self.places[last]
        return degrees(atan2(x2 - x1, y2 - y1)) % 360.0


@dataclass(slots=True)
class _Boxes:
    """Turns boxes into notes, one after the other, since a partial distance counts from the box before."""

    way: _Way
    findings: Findings
    notes: list[Note] = field(default_factory=list)

    def take(self, box: Part) -> None:
        index = lines(box.text("index"))[:NAME]
        total = self._total(box)
        if total is None or len(self.notes) == NOTES:
            what = "A box has no distance." if total is None else f"The book has more than {NOTES} boxes."
            self.findings.doubt(what, "It was left out: check it in the printed book.")
            return
        note = Note(len(self.notes) + 1, total, index)
        for tag in (Tag("cap", box.text("capDeg")), Tag("danger", box.text("dangerLevel"))):
            note = mark(note, tag, METRIC, self.findings)
        names = [name for raw in box.items("pictograms") if (name := _pictogram(bytes(raw)))]
        for name in names:
            if name in _TAGS:
                note = mark(note, _TAGS[name], METRIC, self.findings)
        self.notes.append(replace(note, words=_words(box, names)))
        self._check(self.notes[-1])
        self._leave(box)

    def leave(self, found: Document) -> None:
        """Name what was not used of the whole file."""
        for name in found.top.unasked():
            if not name.startswith("schemaVersion"):
                self.findings.ignore(name)
        if self.way.at:
            what = "The route of this book is drawn without latitude and longitude."
            self.findings.doubt(what, "It is no track here: only the caps were compared with it.")

    def _total(self, box: Part) -> Metres | None:
        """Metres from the start: the box's own, else so far behind the box before."""
        kilometres, partial = box.number("distTotalKm"), box.number("distPartialM")
        before = self.notes[-1].total if self.notes else 0.0
        if kilometres is None:
            total = None if partial is None else before + partial
        else:
            total = kilometres * KILOMETRE
            if partial is not None and self.notes and abs(total - before - partial) > ROUNDING:
                what = "The box's partial distance does not fit its total."
                self.findings.doubt(what, "The total is used: check both.", len(self.notes) + 1)
        return total if total is not None and 0 <= total <= LONGEST else None

    def _check(self, note: Note) -> None:
        out = self.way.heading(note.total)
        if note.cap is not None and out is not None and abs((out - note.cap + 180.0) % 360.0 - 180.0) > BEND:
            what = "The cap is the heading in the middle of the bend, and the route goes on turning."
            self.findings.doubt(what, "Do not leave the bend by this cap: follow the track.", note.number)

    def _leave(self, box: Part) -> None:
        crossing = box.number("crossDeg")
        if crossing is not None and crossing > _NO_CROSSING:
            self.findings.ignore("crossDeg")
        for name in box.unasked():
            self.findings.ignore(name)


def _pictogram(raw: bytes) -> str:
    return raw.strip().strip(b'"').decode("utf-8", "replace")[:NAME]


def _words(box: Part, pictograms: list[str]) -> str:
    """What the box says: the turn, its pictograms, and the note below them."""
    kind, side = box.text("type").strip(), box.text("turnDir").strip()
    turn = " ".join(part for part in (_PLAIN_TYPES.get(kind, kind), "" if side == "none" else side) if part)
    if kind == "straight" and side in {"left", "right"}:
        turn = side
    named = [_WORDS.get(name, name) for name in pictograms if name not in _TAGS]
    first = ", ".join(dict.fromkeys(part for part in (turn, *named) if part))
    return lines(f"{first}\n{box.text('note')}")
