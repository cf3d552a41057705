"""A speed table, rows of from, to and average, as a book whose boxes say where each average begins.

The columns are known by the words in their titles, in English, French or Spanish; without titles three figures a row
are such a table where each row begins at the end of the one before. Kilometres and km/h, unless a title says miles.
An average ends where no row goes on: there stands a box with an average of None. Source: the tables of regularity
runs, as in atcults/round-table-car-rally.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Final, NamedTuple

from codriver.roadbook.figures import decimal, lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, NAME, NOTES
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError
from codriver.roadbook.rows import ROWS, cells, text_lines
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, mark
from codriver.units import KMH, MPH, Metres, MetresPerSecond

SAME: Final[Metres] = 1.0
HEADER_LINES: Final = 20

_TITLES: Final = {
    "begin": "from de depuis desde debut inicio start begin",
    "end": "to a jusqu jusque hasta fin end",
    "average": "average averages avg moyenne media promedio speed vitesse velocidad mph kmh kph",
    "name": "reference ref section segment name nom nombre test leg rt zr sr",
}
_FIELDS: Final = tuple((name, frozenset(titles.split())) for name, titles in _TITLES.items())
_MILES: Final = frozenset({"mi", "mile", "miles", "milla", "millas"})
_METRES: Final = frozenset({"m", "metre", "metres", "meter", "meters", "metro", "metros"})
_DELIMITERS: Final = ",;\t|"
_SPACES: Final = re.compile(r"[ \t]+")
_HEAD: Final = 200


class Shape(NamedTuple):
    """Where each field of a row stands, how its cells are parted, the units, and the number of lines above the rows."""

    fields: dict[str, int]
    delimiter: str
    units: Units
    above: int


def mine(data: bytes) -> bool:
    """Whether these bytes are a speed table."""
    return _shape(data) is not None


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this table. RoadbookError where no row has a distance and an average."""
    shape = _shape(data)
    if shape is None:
        raise RoadbookError(f"{name} is no speed table: name its columns from, to and average.")
    table = _Table(shape)
    for row in islice(_rows(data, shape), ROWS):
        if len(table.notes) >= NOTES:
            table.findings.doubt(f"The table has more than {NOTES} rows: the rest were left out.", "Cut it into tests.")
            break
        table.take(row)
    table.close()
    if not table.notes:
        raise RoadbookError(f"{name} has a speed table's titles, but no row with a distance and an average.")
    return Roadbook(name, "speed table", shape.units.name, tuple(table.notes)), table.findings


def _rows(data: bytes, shape: Shape) -> Iterator[list[str]]:
    told = islice(text_lines(data), shape.above, None)
    if shape.delimiter == " ":
        return (_SPACES.split(line.strip()) for line in told)
    return cells(told, shape.delimiter)


def _shape(data: bytes) -> Shape | None:
    for number, line in enumerate(islice(text_lines(data), HEADER_LINES)):
        for delimiter in _DELIMITERS:
            shape = _titled(next(cells([line], delimiter), []), delimiter, number + 1)
            if shape:
                return shape
    return _untitled([line for line in islice(text_lines(data), _HEAD) if line.strip()])


def _titled(titles: Sequence[str], delimiter: str, above: int) -> Shape | None:
    """The columns that these titles name; None where they do not name all three."""
    fields: dict[str, int] = {}
    words: dict[str, set[str]] = {}
    for index, title in enumerate(titles[:100]):
        told = _words(title)
        name = next((name for name, known in _FIELDS if told & known and name not in fields), None)
        if name is not None:
            fields[name], words[name] = index, told
    if not fields.keys() >= {"begin", "end", "average"}:
        return None
    return Shape(fields, delimiter, _units(words["begin"] | words["end"], words["average"]), above)


def _words(title: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", title[:60].lower()).encode("ascii", "ignore").decode("ascii")
    return set(re.findall(r"[a-z]+", plain))


def _units(distance: set[str], speed: set[str]) -> Units:
    base = STATUTE if distance & _MILES or ("mph" in speed and "km" not in distance) else METRIC
    metres = bool(distance & _METRES) and base is METRIC
    average = MPH if "mph" in speed else KMH if speed & {"kmh", "kph", "km"} else base.speed
    return Units(base.name, 1.0 if metres else base.distance, average, base.radius)


def _untitled(told: Sequence[str]) -> Shape | None:
    """The shape of a table without titles: at least two rows of three figures, each beginning where the last ended."""
    for delimiter in (*_DELIMITERS, " "):
        parted = [_SPACES.split(line.strip()) if delimiter == " " else line.split(delimiter) for line in told]
        rows = [[decimal(cell) for cell in row] for row in parted]
        if len(rows) < 2 or any(len(row) != 3 or None in row for row in rows):
            continue
        if all(before[1] == row[0] for before, row in pairwise(rows)):
            return Shape({"begin": 0, "end": 1, "average": 2}, delimiter, METRIC, 0)
    return None


@dataclass(slots=True)
class _Table:
    """Turns rows into boxes, one after the other, since an average ends where no row goes on."""

    shape: Shape
    findings: Findings = field(default_factory=Findings)
    notes: list[Note] = field(default_factory=list)
    ends: Metres | None = None

    def take(self, row: Sequence[str]) -> None:
        told = {name: row[index] for name, index in self.shape.fields.items() if index < len(row)}
        if not any(told.values()):
            return
        begin, end = (self._metres(told.get(name, "")) for name in ("begin", "end"))
        average = self._average(told.get("average", ""))
        if begin is None or average is None:
            what = f"A row says no distance or no average: “{' '.join(row)[:40].strip()}”."
            self.findings.doubt(what, "It was left out: type both.")
            return
        if self.ends is not None and abs(begin - self.ends) > SAME:
            self.close()
        self._box(begin, average, lines(told.get("name", ""))[:NAME])
        self.ends = end if end is not None and end > begin else None
        if self.ends is None:
            what = "An average has no end behind its beginning."
            self.findings.doubt(what, "It holds until the next one: check the table.", len(self.notes))

    def close(self) -> None:
        """End the last average, where its row says that it ends."""
        if self.ends is not None:
            self._box(self.ends, None, "")
            self.ends = None

    def _box(self, total: Metres, average: MetresPerSecond | None, name: str) -> None:
        words = "end of average" if average is None else f"average {self._figure(average)}"
        self.notes.append(Note(len(self.notes) + 1, total, name, words=words, events=(Event("average", average),)))

    def _figure(self, average: MetresPerSecond) -> str:
        miles = self.shape.units.speed == MPH
        return f"{round(average / (MPH if miles else KMH), 2):g} {'mph' if miles else 'km/h'}"

    def _metres(self, text: str) -> Metres | None:
        number = decimal(text)
        unit = self.shape.units.distance
        return number * unit if number is not None and 0 <= number * unit <= LONGEST else None

    def _average(self, text: str) -> MetresPerSecond | None:
        return mark(Note(len(self.notes) + 1, 0.0), Tag("speed", text), self.shape.units, self.findings).speed
