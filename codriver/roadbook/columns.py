"""The header of a typed roadbook: which column holds what, and in which unit, in English, French or Spanish.

A column is known by the words in its title, so `distance`, `Distance (km)`, `total_m` and `Kilométrage total` are all
the distance from the start. Knows nothing of rows.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from codriver.roadbook.vocabulary import METRIC, STATUTE, Units
from codriver.units import KILOMETRE, KMH, MILE, MPH, YARD

# In the order in which they are tried: what makes a title special stands before what makes it common.
_TITLES: Final = {
    "partial": "partial partiel partielle parcial inter intermediate intermediaire",
    "lat": "lat latitude latitud",
    "lon": "lon lng long longitude longitud",
    "alt": "alt altitude altitud ele elevation",
    "cap": "cap heading bearing rumbo azimut",
    "danger": "danger dangers peligro",
    "open": "open",
    "clear": "clear radius rayon radio",
    "speed": "speed limit limite vitesse velocidad vmax kmh kph mph mps",
    "events": "events",
    "waypoint": "waypoint wp type tipo",
    "words": """words note notes nota notas text texte texto comment comments commentaire comentario remark remarks
        remarque remarques observation observations observaciones instruction instructions description""",
    "name": "name nom nombre",
    "number": "number num numero no nr n box case casilla vineta",
    "lap": "lap tour vuelta",
    "total": """total totale distance dist cumul cumule cumulative distancia kilometrage kilometraje odo odometer pk km
        kms kilometre kilometres kilometro kilometros m metre metres meters metros mi mile miles milla millas""",
}
_FIELDS: Final = tuple((field, frozenset(titles.split())) for field, titles in _TITLES.items())
# The titles of the exact table, which `convert` writes, in order. What concerns the book stands in its first rows.
EXACT: Final = (
    "number",
    "total_m",
    "lat",
    "lon",
    "cap_deg",
    "danger",
    "speed_mps",
    "words",
    "events",
    "waypoint",
    "waypoint_name",
    "open_m",
    "clear_m",
    "name",
    "alt_m",
    "lap",
    "show_coordinates",
    "measured",
    "branches_deg",
    "amended",
    "changed",
    "moved_from_m",
    "importance",
    "highlight",
    "joined",
    "book_name",
    "book_format",
    "book_units",
    "book_length_m",
    "book_begins_m",
    "book_track",
)
_BEGINS: Final = EXACT[:9]
OF_THE_BOOK: Final = EXACT[-6:]
_LAYERED: Final = frozenset({"amended", "changed", "moved_from_m", "importance", "highlight", "joined"})
# Titles known as they stand.
_WHOLE: Final = frozenset({"waypoint_name", "show_coordinates", "measured", "branches_deg", *_LAYERED, *OF_THE_BOOK})
_MILES = frozenset({"mi", "mile", "miles", "milla", "millas", "mph"})
_METRES = frozenset({"m", "metre", "metres", "meter", "meters", "metro", "metros"})
_KILOMETRES = frozenset(
    {"km", "kms", "kilometre", "kilometres", "kilometro", "kilometros", "kilometrage", "kilometraje"}
)
_YARDS = frozenset({"yd", "yds", "yard", "yards"})
DELIMITERS: Final = ",;\t|"
_WORD = re.compile(r"[a-z]+")

TYPED: Final = ("total", "cap", "danger", "speed", "words")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field of a row stands, the delimiter, the units, and whether the header named the distance's unit.

    `verbatim` where the header is that of the exact table: its texts are taken letter by letter.
    """

    fields: dict[str, int]
    delimiter: str
    units: Units
    unit_named: bool
    verbatim: bool = False

    @property
    def exact(self) -> bool:
        """Whether this is the whole model in SI, as `convert` writes it, and not a table that somebody typed."""
        return "events" in self.fields


def columns(line: str) -> Columns | None:
    """The columns that a header line names; None where it is no header: a distance and something else make one."""
    best = max((_split(line, delimiter) for delimiter in DELIMITERS), key=lambda found: len(found[0]))
    fields, titles, delimiter = best
    if len(fields) < 2 or not fields.keys() & {"total", "partial"}:
        return None
    measured = titles.get("total", set()) | titles.get("partial", set())
    units = units_of(measured, titles.get("speed", set()), titles.get("clear", set()) | titles.get("open", set()))
    return Columns(fields, delimiter, units, unit_named=names_unit(measured), verbatim=_begins_exactly(line, delimiter))


def _begins_exactly(line: str, delimiter: str) -> bool:
    titles = next(csv.reader([line], delimiter=delimiter), [])
    return tuple(title.strip().lower() for title in titles[: len(_BEGINS)]) == _BEGINS


def untitled(line: str) -> Columns | None:
    """The columns of a table without a header: distance, cap, danger, speed, note; None if `line` is no such row."""
    for delimiter in DELIMITERS:
        cells = line.split(delimiter)
        if len(cells) >= 2 and re.fullmatch(r"\s*\d{1,4}(?:[.,]\d{1,3})?\s*", cells[0], re.ASCII):
            fields = {field: index for index, field in enumerate(TYPED[: len(cells)])}
            return Columns(fields, delimiter, METRIC, unit_named=False)
    return None


def _split(line: str, delimiter: str) -> tuple[dict[str, int], dict[str, set[str]], str]:
    """(column of each field, words of its title, delimiter): the first column that fits a field has it."""
    fields: dict[str, int] = {}
    titles: dict[str, set[str]] = {}
    for index, cell in enumerate(next(csv.reader([line], delimiter=delimiter), [])[:100]):
        title = cell.strip().lower()
        words = title_words(title)
        field = title if title in _WHOLE else field_of(words)
        if field is not None and field not in fields:
            fields[field], titles[field] = index, words
    return fields, titles, delimiter


def field_of(words: set[str]) -> str | None:
    """The field that a column with these words in its title holds; None where nobody knows."""
    return next((field for field, known in _FIELDS if words & known), None)


def title_words(title: str) -> set[str]:
    """The plain words of a title, without accents."""
    plain = unicodedata.normalize("NFKD", title[:60]).encode("ascii", "ignore").decode("ascii")
    return set(_WORD.findall(plain))


def units_of(distance: set[str], speed: set[str], radius: set[str]) -> Units:
    """What one unit is by these titles: miles if the distance's says so or, where that is silent, the speed's."""
    silent = not distance & (_METRES | _KILOMETRES | _MILES)
    statute = bool(distance & _MILES) or (silent and bool(speed & _MILES))
    units = STATUTE if statute else METRIC
    metres = bool(distance & _METRES) and not distance & _KILOMETRES
    return Units(
        units.name,
        MILE if statute else 1.0 if metres else KILOMETRE,
        _speed_unit(speed, units),
        YARD if radius & _YARDS else 1.0,
    )


def names_unit(distance: set[str]) -> bool:
    """Whether the title of a distance says in which unit it is."""
    return bool(distance & (_MILES | _METRES | _KILOMETRES))


def _speed_unit(title: set[str], units: Units) -> float:
    if "mps" in title or {"m", "s"} <= title:
        return 1.0
    if title & _MILES:
        return MPH
    return KMH if title & {"kmh", "kph", "km"} else units.speed
