"""A roadbook as a table: what a crew types in a spreadsheet, and the exact one that `convert` writes.

Typed: a header such as `distance, cap, danger, speed, note`, further columns as `columns` knows them; a `type` column
may hold any tags of `vocabulary`, such as `WPM` or `FZ DZ`. Exact, in SI: `number,total_m,lat,lon,cap_deg,danger,
speed_mps,words,events,waypoint,waypoint_name,open_m,clear_m,name,alt_m,lap,show_coordinates,measured,branches_deg,
amended,changed,moved_from_m,importance,highlight,joined`, where `events` holds `kind=value:name` joined by `;`, the
value and the name where there are any, kind and name percent-encoded. Then come the book's own `book_name,book_format,
book_units,book_length_m,book_begins_m`, in the first row, and `book_track`: points of the track as `lat lon alt`, with
`|` before the first point of a piece and `;` before each other, as many to a row as one cell can take; where there are
more such cells than boxes, the last rows hold nothing else.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from codriver.roadbook.columns import OF_THE_BOOK, Columns, columns, untitled
from codriver.roadbook.figures import decimal, lines, place
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import BRANCHES, EVENTS, LONGEST, NAME, NOTES, TRACK_POINTS, WORDS
from codriver.roadbook.model import READABLE, Event, Note, Position, Roadbook, RoadbookError, Waypoint
from codriver.roadbook.rows import ROWS, text_lines
from codriver.roadbook.vocabulary import Tag, code, known, mark, settle
from codriver.units import Degrees, Metres

HEADER_LINES: Final = 20
FARTHEST: Final[Metres] = 1e9

_EVENT = re.compile(r"\s*([a-z_]{2,20})(?:=([^:;]{0,40}))?(?::(.{0,200}))?\s*")
_EXACT_EVENT = re.compile(r"([^=:;]{1,400})(?:=([^:;]{0,40}))?(?::(.{0,2000}))?", re.DOTALL)
_UNCLOSED: Final = "Look for a quotation mark that is never closed."
_POINT = re.compile(r"([|;])([^|;]*)")
_TYPES = re.compile(r"[\s,;+/]+")


def mine(data: bytes) -> bool:
    """Whether this is the exact table, which no other reader of texts and tables may take for its own."""
    shape = columns(next(text_lines(data), ""))
    return shape is not None and shape.verbatim


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this table. RoadbookError where no line is a header, or no row has a distance."""
    rows, shape = _opened(data, name)
    findings = Findings()
    if not shape.unit_named:
        findings.doubt("No column says in which unit distances are.", f"They are read as {_unit(shape)}: check one.")
    reader = _Rows(shape, findings)
    for number, cells in enumerate(_rows(rows, shape, findings)):
        if len(reader.notes) == NOTES or number == ROWS:
            what = f"The table has more than {NOTES} boxes or {ROWS} rows: the rest were left out."
            findings.doubt(what, "Cut it into stages.")
            break
        reader.take(cells)
    if not reader.notes and not reader.pieces:
        raise RoadbookError(f"{name} has a table's header, but no row with a distance. Fill the distance column.")
    return reader.book(name), findings


def _unit(shape: Columns) -> str:
    return "miles" if shape.units.name == "statute" else "kilometres"


def _opened(data: bytes, name: str) -> tuple[Iterator[str], Columns]:
    """(the lines of the rows, the columns), past the title lines that may stand above the header."""
    for number, line in enumerate(text_lines(data)):
        shape = columns(line)
        if shape is not None:
            rows = text_lines(data)
            for _ in range(number + 1):
                next(rows)
            return rows, shape
        if number == HEADER_LINES:
            break
    shape = next((found for line in text_lines(data) if line.strip() for found in [untitled(line)]), None)
    if shape is None:
        raise RoadbookError(
            f"{name} is text, but neither a roadbook nor a table of one. {READABLE}. A table's first line names its "
            "columns: distance, cap, danger, speed, note."
        )
    return text_lines(data), shape


def _rows(source: Iterator[str], shape: Columns, findings: Findings) -> Iterator[list[str]]:
    """The rows that the csv module makes of the lines; one that it cannot read is doubted and passed over."""
    taken: list[str] = []

    def taking() -> Iterator[str]:
        for line in source:
            taken.append(line)
            yield line

    reader = csv.reader(taking(), delimiter=shape.delimiter, skipinitialspace=not shape.verbatim)
    while True:
        taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            findings.doubt("A row of the table cannot be read.", _UNCLOSED)
            continue
        if len(taken) > 1 and "".join(taken).count('"') % 2:
            words = " ".join(" ".join(row)[:40].split())
            findings.doubt(f"{len(taken)} lines of the table were read as one row: “{words}”.", _UNCLOSED)
        yield row


@dataclass(slots=True)
class _Rows:
    """Turns rows into notes, one after the other, since a partial distance counts from the row before."""

    shape: Columns
    findings: Findings
    notes: list[Note] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # of the book itself
    numbers: list[float | None] = field(default_factory=list)  # as the exact table says them
    pieces: list[list[Position]] = field(default_factory=list)
    points: int = 0

    @property
    def _most(self) -> Metres:
        """The farthest that a box may be; what was measured on a damaged track may be farther than anybody types."""
        return FARTHEST if self.shape.verbatim else LONGEST

    def book(self, name: str) -> Roadbook:
        """The book of the rows taken; what they do not say of it is what any table is."""
        return Roadbook(
            name=_kept(self.said.get("book_name", ""), NAME) or name,
            format=_kept(self.said.get("book_format", ""), NAME) or "CSV",
            units=_kept(self.said.get("book_units", ""), NAME) or self.shape.units.name,
            notes=self._numbered(),
            track=tuple(tuple(piece) for piece in self.pieces),
            length=_length(self.said.get("book_length_m", "")),
            begins=_length(self.said.get("book_begins_m", "")) or 0.0,
        )

    def _numbered(self) -> tuple[Note, ...]:
        """The boxes by the numbers that the exact table says, where each is there once; else by their rows.

        In an amended book an added box has the highest, wherever it stands.
        """
        if not self.shape.verbatim or set(self.numbers) != set(range(1, len(self.notes) + 1)):
            return tuple(self.notes)
        pairs = zip(self.notes, self.numbers, strict=True)
        notes = tuple(replace(note, number=int(number)) for note, number in pairs if number is not None)
        self.findings.renumber({note.number: new.number for note, new in zip(self.notes, notes, strict=True)})
        return notes

    def take(self, cells: list[str]) -> None:
        row = self._row(cells)
        if not any(row.values()) or cells[0].lstrip().startswith("#"):
            return
        if self.shape.verbatim and self._about_the_book(row):
            return
        total = self._total(row)
        if total is None:
            what = f"A row says no distance: “{' '.join(cells)[:40].strip()}”."
            self.findings.doubt(what, "It was left out: type its distance.")
            return
        note = Note(
            len(self.notes) + 1,
            total,
            name=self._text(row.get("name") or ("" if self.shape.exact else row.get("number", "")), NAME),
            position=place(row.get("lat", ""), row.get("lon", ""), row.get("alt", "")),
            words=self._text(row.get("words", ""), WORDS),
        )
        for column in ("cap", "danger", "speed"):
            if row.get(column):
                note = mark(note, Tag(column, row[column]), self.shape.units, self.findings)
        self.notes.append(self._exact(note, row) if self.shape.exact else self._typed(note, row))
        self.numbers.append(decimal(row.get("number", "")))

    def _row(self, cells: list[str]) -> dict[str, str]:
        found = {field: cells[index] for field, index in self.shape.fields.items() if index < len(cells)}
        return found if self.shape.verbatim else {field: cell.strip() for field, cell in found.items()}

    def _text(self, text: str, most: int) -> str:
        return _kept(text, most) if self.shape.verbatim else lines(text)[:most]

    def _about_the_book(self, row: dict[str, str]) -> bool:
        """Keep what the row says of the book itself; whether that is all it says."""
        mine = {field: row.pop(field) for field in OF_THE_BOOK if field in row}
        self._track(mine.pop("book_track", ""))
        self.said = {**{field: text for field, text in mine.items() if text}, **self.said}
        return not any(row.values())

    def _track(self, cell: str) -> None:
        for separator, point in _POINT.findall(cell):
            self.points += 1
            where = place(*point.split(" ")) if 2 <= len(point.split(" ")) <= 3 else None
            if self.points > TRACK_POINTS:
                what = f"The track has more than {TRACK_POINTS} points: the rest were left out."
                self.findings.doubt(what, "Simplify the track, or cut the file into stages.")
                return
            if where is None:
                self.findings.doubt("A track point has no usable position.", "It was left out.")
            elif separator == "|" or not self.pieces:
                self.pieces.append([where])
            else:
                self.pieces[-1].append(where)

    def _total(self, row: dict[str, str]) -> Metres | None:
        total = decimal(row.get("total", ""))
        if total is not None:
            total *= self.shape.units.distance
        elif (partial := decimal(row.get("partial", ""))) is not None:
            total = partial * self.shape.units.distance + (self.notes[-1].total if self.notes else 0.0)
        return total if total is not None and 0 <= total <= self._most else None

    def _typed(self, note: Note, row: dict[str, str]) -> Note:
        for word in _TYPES.split(row.get("waypoint", "")):
            tag = code(word)
            if tag:
                note = mark(note, replace(tag, **self._radii(row)), self.shape.units, self.findings)
            elif word:
                self.findings.ignore(word)
        return settle(note, self.findings)

    def _exact(self, note: Note, row: dict[str, str]) -> Note:
        cells = row.get("events", "").split(";")
        events = tuple(event for cell in cells if cell.strip() for event in self._event(cell))
        waypoint = None
        kind = self._text(row.get("waypoint", ""), NAME)
        if kind:
            open_m, clear_m = (decimal(row.get(side, "")) for side in ("open", "clear"))
            waypoint = Waypoint(kind, self._text(row.get("waypoint_name", ""), NAME), open_m, clear_m)
        lap = decimal(row.get("lap", ""))
        return replace(
            note,
            events=events[:EVENTS],
            waypoint=waypoint,
            lap=int(lap) if lap is not None and 1 <= lap <= 1000 else 1,
            show_coordinates=row.get("show_coordinates", "").strip() in {"1", "true", "True", "yes"},
            measured=row.get("measured", "").strip() != "0",
            branches=_headings(row.get("branches_deg", "")),
            amended=self._text(row.get("amended", ""), NAME),
            changed=tuple(self._text(row.get("changed", ""), NAME).split()),
            moved_from=decimal(row.get("moved_from_m", "")),
            importance=_weight(row.get("importance", "")),
            highlight=self._text(row.get("highlight", ""), NAME),
            joined=row.get("joined", "").strip() == "1",
        )

    def _event(self, cell: str) -> Iterator[Event]:
        """The event in this cell; of an exact table whatever its kind, since what a reader found must come back."""
        match = _EXACT_EVENT.fullmatch(cell) if self.shape.verbatim else _EVENT.fullmatch(cell)
        if match is None or not (self.shape.verbatim or known(match[1])):
            self.findings.ignore(cell.strip())
            return
        kind, called = (self._text(unquote(part or ""), NAME) for part in (match[1], match[3]))
        yield Event(kind, decimal(match[2] or ""), called)

    def _radii(self, row: dict[str, str]) -> dict[str, str]:
        return {"open": row.get("open", ""), "clear": row.get("clear", "")}


def _headings(text: str) -> tuple[Degrees, ...]:
    """The side roads of a box, as many as a junction can have; what is no angle is left out."""
    angles = [decimal(word) for word in text.split()[:BRANCHES]]
    return tuple(float(angle) for angle in angles if angle is not None and -180.0 <= angle <= 180.0)


def _kept(text: str, most: int) -> str:
    """`text` as it stands, but for what cannot be printed: the exact table's letters were cleaned before.

    It may be somewhat longer than `most`, since readers join what is within its bounds.
    """
    return "".join(letter for letter in text[: 4 * most] if letter == "\n" or letter.isprintable())


def _weight(text: str) -> int | None:
    weight = decimal(text)
    return int(weight) if weight in (0, 1, 2, 3) else None


def _length(text: str) -> Metres | None:
    metres = decimal(text)
    return metres if metres is not None and abs(metres) <= FARTHEST else None
