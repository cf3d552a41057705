"""A roadbook as a table: what a crew types in a spreadsheet, and the exact one that `convert` writes.

Typed: a header such as `distance, cap, danger, speed, note`, further columns as `columns` knows them; a `type` column
may hold any tags of `vocabulary`, such as `WPM` or `FZ DZ`. Exact, in SI: `number,total_m,lat,lon,cap_deg,danger,
speed_mps,words,events,waypoint,waypoint_name,open_m,clear_m,name,alt_m,lap,show_coordinates`, where `events` holds
`kind=value:name` joined by `;`, the value and the name where there are any, the name percent-encoded.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from codriver.roadbook.columns import Columns, columns, untitled
from codriver.roadbook.encoding import sniff
from codriver.roadbook.figures import decimal, lines, place
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, NAME, NOTES
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError, Waypoint
from codriver.roadbook.vocabulary import Tag, code, known, mark, settle
from codriver.units import Metres

LINE: Final = 1 << 16
ROWS: Final = 5 * NOTES  # empty ones and remarks counted
HEADER_LINES: Final = 20

_EVENT = re.compile(r"\s*([a-z_]{2,20})(?:=([^:;]{0,40}))?(?::(.{0,200}))?\s*")
_TYPES = re.compile(r"[\s,;+/]+")


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this table. RoadbookError where no line is a header, or no row has a distance."""
    rows, shape = _opened(data, name)
    findings = Findings()
    if not shape.unit_named:
        findings.doubt("No column says in which unit distances are.", f"They are read as {_unit(shape)}: check one.")
    reader = _Rows(shape, findings)
    for number, cells in enumerate(_rows(rows, shape.delimiter, findings)):
        if len(reader.notes) == NOTES or number == ROWS:
            what = f"The table has more than {NOTES} boxes or {ROWS} rows: the rest were left out."
            findings.doubt(what, "Cut it into stages.")
            break
        reader.take(cells)
    if not reader.notes:
        raise RoadbookError(f"{name} has a table's header, but no row with a distance. Fill the distance column.")
    book = Roadbook(name, "CSV", shape.units.name, tuple(reader.notes))
    return book, findings


def _unit(shape: Columns) -> str:
    return "miles" if shape.units.name == "statute" else "kilometres"


def _opened(data: bytes, name: str) -> tuple[Iterator[str], Columns]:
    """(the lines of the rows, the columns), past the title lines that may stand above the header."""
    for number, line in enumerate(_lines(data)):
        shape = columns(line)
        if shape is not None:
            rows = _lines(data)
            for _ in range(number + 1):
                next(rows)
            return rows, shape
        if number == HEADER_LINES:
            break
    shape = next((found for line in _lines(data) if line.strip() for found in [untitled(line)]), None)
    if shape is None:
        raise RoadbookError(
            f"{name} is text, but neither a roadbook nor a table of one. codriver reads OpenRally GPX, plain GPX, and "
            "tables whose first line names the columns: distance, cap, danger, speed, note."
        )
    return _lines(data), shape


def _lines(data: bytes) -> Iterator[str]:
    """The lines of the file with their ends; one beyond all measure comes in pieces."""
    letters = sniff(data)
    source = io.BytesIO(data)
    source.seek(letters.begin)
    with io.TextIOWrapper(source, encoding=letters.codec, errors="replace", newline="") as text:
        while line := text.readline(LINE):
            yield line


def _rows(source: Iterator[str], delimiter: str, findings: Findings) -> Iterator[list[str]]:
    """The rows that the csv module makes of the lines; one that it cannot read is doubted and passed over."""
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            findings.doubt("A row of the table cannot be read.", "Look for a quotation mark that is never closed.")


@dataclass(slots=True)
class _Rows:
    """Turns rows into notes, one after the other, since a partial distance counts from the row before."""

    shape: Columns
    findings: Findings
    notes: list[Note] = field(default_factory=list)

    def take(self, cells: list[str]) -> None:
        row = {field: cells[index].strip() for field, index in self.shape.fields.items() if index < len(cells)}
        if not any(row.values()) or cells[0].lstrip().startswith("#"):
            return
        total = self._total(row)
        if total is None:
            what = f"A row says no distance: “{' '.join(cells)[:40].strip()}”."
            self.findings.doubt(what, "It was left out: type its distance.")
            return
        note = Note(
            len(self.notes) + 1,
            total,
            name=lines(row.get("name") or ("" if self.shape.exact else row.get("number", "")))[:NAME],
            position=place(row.get("lat", ""), row.get("lon", ""), row.get("alt", "")),
            words=lines(row.get("words", "")),
        )
        for column in ("cap", "danger", "speed"):
            if row.get(column):
                note = mark(note, Tag(column, row[column]), self.shape.units, self.findings)
        self.notes.append(self._exact(note, row) if self.shape.exact else self._typed(note, row))

    def _total(self, row: dict[str, str]) -> Metres | None:
        total = decimal(row.get("total", ""))
        if total is not None:
            total *= self.shape.units.distance
        elif (partial := decimal(row.get("partial", ""))) is not None:
            total = partial * self.shape.units.distance + (self.notes[-1].total if self.notes else 0.0)
        return total if total is not None and 0 <= total <= LONGEST else None

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
        if row.get("waypoint"):
            open_m, clear_m = (decimal(row.get(side, "")) for side in ("open", "clear"))
            waypoint = Waypoint(row["waypoint"][:NAME], lines(row.get("waypoint_name", "")), open_m, clear_m)
        lap = decimal(row.get("lap", ""))
        return replace(
            note,
            events=events,
            waypoint=waypoint,
            lap=int(lap) if lap is not None and 1 <= lap <= 1000 else 1,
            show_coordinates=row.get("show_coordinates", "") in {"1", "true", "True", "yes"},
        )

    def _event(self, cell: str) -> Iterator[Event]:
        match = _EVENT.fullmatch(cell)
        if match is None or not known(match[1]):
            self.findings.ignore(cell.strip())
            return
        yield Event(match[1], decimal(match[2] or ""), lines(unquote(match[3] or "")))

    def _radii(self, row: dict[str, str]) -> dict[str, str]:
        return {"open": row.get("open", ""), "clear": row.get("clear", "")}
