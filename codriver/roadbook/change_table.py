"""Changes as a table: what a crew types from a bulletin in a spreadsheet, and the exact one that codriver keeps.

Typed: a first line with any of `change, distance, box, new distance, value, danger, speed, cap, words, event` and the
other titles that `columns` knows; without one the cells are change, distance, value and words. The change is a word:
`cancel`, `add`, `alter`, `note` (the crew's own), `move`, or what there is now at that distance, such as `danger`,
`zone`, `end`, `cap`, `fuel` or `WPM`, to which the value belongs; `cancel zone` and the like take away that alone. A
dash takes away what stands in its column. Exact, in SI: the titles of `EXACT`, read back equal.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from codriver.roadbook import event_text
from codriver.roadbook.change import COLOURS, OPS, Change, Op
from codriver.roadbook.columns import DELIMITERS, field_of, names_unit, title_words, units_of
from codriver.roadbook.figures import decimal, lines, place
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import EVENTS, LONGEST, NAME, WORDS
from codriver.roadbook.model import Note, Waypoint
from codriver.roadbook.rows import text_lines
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, code, mark, settle
from codriver.units import KILOMETRE, MILE, Metres

CHANGES: Final = 5000
HEADER_LINES: Final = 20
EXACT: Final = (
    *("change", "box", "total_m", "new_total_m", "cap_deg", "danger", "speed_mps", "words", "events", "waypoint"),
    *("waypoint_name", "open_m", "clear_m", "lat", "lon", "alt_m", "importance", "highlight", "joined", "without"),
)
# Titles that only a table of changes has, tried before those of a book; `moved` is a distance that is new.
_TITLES: Final = {
    "op": "change changes action op modification modif changement cambio cambios que quoi",
    "value": "value valeur valor",
    "importance": "importance class classe clase",
    "highlight": "highlight colour color couleur",
    "joined": "joined join",
    "without": "without",
    "events": "event events evenement evento",
}
_FIELDS: Final = tuple((name, frozenset(titles.split())) for name, titles in _TITLES.items())
_NEW: Final = frozenset({"new", "nouveau", "nouvelle", "nueva", "nuevo", "moved"})
_UNTITLED: Final = ("op", "total", "value", "words")

_OP_WORDS: Final[dict[Op, str]] = {
    "cancel": """cancel cancelled canceled delete deleted remove removed annule annulee annuler supprime supprimee
        supprimer anular anulada anulado suprimir suprimida borrar""",
    "add": "add added new insert ajout ajoute ajoutee ajouter nouveau nouvelle anadir anadida nueva nuevo",
    "alter": """alter altered change changed modify modified amend amended modifie modifiee modifier modificar
        modificada cambiar""",
    "note": "note own nota",
    "put": "put",
}
_KIND_WORDS: Final = {
    "fz": "end fin fz",
    "dz": "zone zona dz limit limite start debut",
    "danger": "danger peligro dangers",
    "cap": "cap heading rumbo azimut",
    "speed": "speed vitesse velocidad",
    "words": "words text texte texto",
}
_OPS: Final = {word: op for op, words in _OP_WORDS.items() for word in words.split()}
_KINDS: Final = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_MOVES: Final = frozenset({"move", "moved", "deplace", "deplacee", "mover", "movida"})
_BOXES: Final = frozenset({"box", "case", "casilla", "vineta"})
_UNIT = re.compile(r"([\d.,]+)\s*(km|kms|mi|mile|miles|m)", re.ASCII | re.IGNORECASE)
_METRES_OF: Final = {"km": KILOMETRE, "kms": KILOMETRE, "m": 1.0}
# A box in the place of a distance: `box 41a`, `#41`.
_NAMED = re.compile(r"(?:box|case|casilla|vineta)\s*(\S+)|(#\d+)", re.IGNORECASE)
_TYPES = re.compile(r"[\s,;+/]+")
_AWAY: Final = frozenset({"-", "--", "none", "no"})
_YES: Final = frozenset({"1", "x", "yes", "y", "true", "oui", "si"})
_LEFT: Final = "It was left out."
_WORDS: Final = (
    "Write cancel, add, alter, move, danger, zone, end, or the name of an event such as fuel. It was left out."
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where each field of a row stands, how its cells are parted, the units, the lines above; `verbatim` if exact."""

    fields: dict[str, int]
    delimiter: str
    units: Units
    above: int
    verbatim: bool = False


def write(changes: Sequence[Change]) -> bytes:
    """The exact table of these changes."""
    text = io.StringIO()
    rows = csv.DictWriter(text, EXACT, lineterminator="\n")
    rows.writeheader()
    rows.writerows(map(_row, changes))
    return text.getvalue().encode("utf-8", "replace")


def read(data: bytes, units: str = "metric") -> tuple[tuple[Change, ...], Findings]:
    """The changes in this table, as many as can be read, and the doubts; `units` where no title names one."""
    findings = Findings()
    shape = _shape(data, STATUTE if units == STATUTE.name else METRIC)
    if shape is None:
        if data.strip():
            findings.doubt("No line of the changes is a title or a change.", _EXAMPLE)
        return (), findings
    reader = csv.reader(
        islice(text_lines(data), shape.above, None), delimiter=shape.delimiter, skipinitialspace=not shape.verbatim
    )
    changes: list[Change] = []
    for number, cells in _numbered(reader, shape.above, findings):
        if len(changes) == CHANGES:
            findings.doubt(f"There are more than {CHANGES} changes: the rest were left out.", "Make a new book of it.")
            break
        change = _Row(number, shape, cells, findings).change()
        if change is not None:
            changes.append(change)
    return tuple(changes), findings


_EXAMPLE: Final = "Its first line should be: change, distance, value, words."


def _row(change: Change) -> dict[str, object]:
    where, point = change.position, change.waypoint
    return {
        "change": change.op,
        "box": change.box,
        "total_m": change.total,
        "new_total_m": change.moved,
        "cap_deg": change.cap,
        "danger": change.danger,
        "speed_mps": change.speed,
        "words": change.words,
        "events": ";".join(map(event_text.write, change.events)),
        "waypoint": point and point.type,
        "waypoint_name": point and point.name,
        "open_m": point and point.open,
        "clear_m": point and point.clear,
        "lat": where and where.lat,
        "lon": where and where.lon,
        "alt_m": where and where.alt,
        "importance": change.importance,
        "highlight": change.highlight,
        "joined": "1" if change.joined else "",
        "without": ";".join(map(event_text.escaped, change.without)),
    }


def _numbered(reader: Any, above: int, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it ends in; one that cannot be read is doubted."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            findings.doubt("A line of the changes cannot be read.", "Look for a quotation mark that is never closed.")
            continue
        yield above + reader.line_num, row


def _shape(data: bytes, units: Units) -> Shape | None:
    """The columns that the first title line names, or those of a table that begins with a change."""
    for number, line in enumerate(islice(text_lines(data), HEADER_LINES)):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        best = max((_titled(line, delimiter, units, number + 1) for delimiter in DELIMITERS), key=_width)
        if best.verbatim or (len(best.fields) > 1 and best.fields.keys() & {"total", "number"}):
            return best
        for delimiter in DELIMITERS:
            cells = [cell.strip() for cell in line.split(delimiter)]
            if len(cells) > 1 and _meant(cells[0]) is not None:
                fields = {name: index for index, name in enumerate(_UNTITLED[: len(cells)])}
                return Shape(fields, delimiter, units, number)
    return None


def _width(shape: Shape) -> int:
    return len(shape.fields)


def _titled(line: str, delimiter: str, units: Units, above: int) -> Shape:
    """The fields that a line would name, parted so: the first column that fits a field has it."""
    cells = [cell.strip().lower() for cell in next(csv.reader([line], delimiter=delimiter), [])[:100]]
    if tuple(cells) == EXACT:
        return Shape({name: index for index, name in enumerate(EXACT)}, delimiter, METRIC, above, verbatim=True)
    fields: dict[str, int] = {}
    titles: dict[str, set[str]] = {}
    for index, title in enumerate(cells):
        words = title_words(title)
        name = _field(words)
        if name is not None and name not in fields:
            fields[name], titles[name] = index, words
    distance, speed = titles.get("total", set()) | titles.get("moved", set()), titles.get("speed", set())
    stated = units_of(distance, speed, titles.get("clear", set()) | titles.get("open", set()))
    if names_unit(distance):
        return Shape(fields, delimiter, stated, above)
    return Shape(fields, delimiter, stated if stated.name == STATUTE.name else units, above)


def _field(words: set[str]) -> str | None:
    if words & _NEW and field_of(words - _NEW) in {"total", "partial", None} and words - _NEW:
        return "moved"
    own = next((name for name, known in _FIELDS if words & known), None)
    return own or field_of(words)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the word of a change says: what to do, and with what."""

    op: Op = "put"
    kind: str = ""
    moves: bool = False


def _meant(text: str) -> _Meaning | None:
    """What a cell such as `cancel zone`, `danger` or `WPM` means; None where nobody knows."""
    words = [word for word in _TYPES.split(_plain(text)) if word and word not in _BOXES]
    op = next((_OPS[word] for word in words if word in _OPS), None)
    if any(word in _MOVES for word in words):
        return _Meaning("alter", moves=True)
    kinds = [_kind(word) for word in words if word not in _OPS]
    if not all(kinds):
        return None
    kind = "fz" if "fz" in kinds else next((each for each in kinds if each), "")
    return _Meaning(op or "put", kind)


def _kind(word: str) -> str:
    tag = code(word)
    return _KINDS.get(word) or (tag.name if tag is not None else "")


def _plain(text: str) -> str:
    """Small letters without accents."""
    return unicodedata.normalize("NFKD", text[:60].lower()).encode("ascii", "ignore").decode("ascii")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, which becomes a change or a doubt."""

    line: int
    shape: Shape
    cells: Sequence[str]
    findings: Findings

    def change(self) -> Change | None:
        """The change of this row; None where it is empty, a remark, or says nothing that can be done."""
        if not any(cell.strip() for cell in self.cells) or self.cells[0].lstrip().startswith("#"):
            return None
        return self._exact() if self.shape.verbatim else self._typed()

    def _cell(self, name: str) -> str:
        index = self.shape.fields.get(name)
        found = self.cells[index] if index is not None and index < len(self.cells) else ""
        return found if self.shape.verbatim else found.strip()

    def _doubt(self, what: str, advice: str = _LEFT) -> None:
        self.findings.doubt(f"Line {self.line} of the changes: {what}", advice)

    def _exact(self) -> Change | None:
        op = self._cell("change")
        if op not in OPS:
            self._doubt(f"“{op[:20]}” is no change.")
            return None
        figures = {name: self._figure(name) for name in EXACT if name.endswith(("_m", "_deg", "_mps"))}
        events = (event_text.read(cell) for cell in self._cell("events").split(";") if cell)
        kind = _kept(self._cell("waypoint"), NAME)
        point = Waypoint(kind, _kept(self._cell("waypoint_name"), NAME), figures["open_m"], figures["clear_m"])
        danger, weight = (self._level(name) for name in ("danger", "importance"))
        return Change(
            op,
            total=figures["total_m"],
            box=_kept(self._cell("box"), NAME),
            moved=figures["new_total_m"],
            cap=figures["cap_deg"],
            danger=danger,
            speed=figures["speed_mps"],
            words=_kept(self._cell("words"), WORDS),
            events=tuple(event for event in events if event is not None)[:EVENTS],
            waypoint=point if kind else None,
            position=place(self._cell("lat"), self._cell("lon"), self._cell("alt_m")),
            importance=weight,
            highlight=self._colour(),
            joined=self._cell("joined") == "1",
            without=tuple(unquote(name) for name in self._cell("without").split(";") if name),
        )

    def _typed(self) -> Change | None:
        meaning = _meant(self._cell("op"))
        if meaning is None:
            self._doubt(f"“{self._cell('op')[:20]}” is no change.", _WORDS)
            return None
        named = _NAMED.fullmatch(self._cell("total"))
        total, box = (None, named[1] or named[2]) if named else (self._distance("total"), self._cell("number"))
        change = self._valued(Change(meaning.op, total, box[:NAME]), meaning)
        for name in ("danger", "cap", "speed", "words", "events", "waypoint"):
            change = self._said_in(change, name)
        moved, weight = self._distance("moved"), self._level("importance")
        change = replace(
            change,
            moved=change.moved if moved is None else moved,
            position=place(self._cell("lat"), self._cell("lon"), self._cell("alt")),
            importance=weight,
            highlight=self._colour(),
            joined=self._cell("joined").lower() in _YES,
        )
        return self._sensible(change)

    def _sensible(self, change: Change) -> Change | None:
        if change.total is None and not change.box:
            self._doubt("it says neither a distance nor a box.")
            return None
        bare = Change(change.op, change.total, change.box)
        if change == bare and change.op not in ("add", "cancel"):
            self._doubt("it says nothing that is to be changed.")
            return None
        return change

    def _valued(self, change: Change, meaning: _Meaning) -> Change:
        """The change with the figure or the words that belong to its own word."""
        value, kind = self._cell("value"), meaning.kind
        if meaning.moves:
            return replace(change, moved=self._metres(value)) if value else change
        if change.op == "cancel" and kind:
            return _took_away(replace(change, op="alter"), kind)
        if kind in ("words", "") and value:
            return replace(change, words=lines(value)[:WORDS])
        if kind in ("danger", "cap", "speed"):
            return self._marked(change, Tag(kind, value)) if value else change
        if not kind:
            return change
        change = self._marked(change, Tag(kind, "" if kind == "dz" else value))
        return self._marked(change, Tag("speed", value)) if kind == "dz" and value else change

    def _said_in(self, change: Change, name: str) -> Change:
        """The change with what stands in this column."""
        cell = self._cell(name)
        if not cell:
            return change
        if cell.lower() in _AWAY:
            return _took_away(change, name) if name != "events" else change
        match name:
            case "words":
                return replace(change, words=lines(cell)[:WORDS])
            case "events" | "waypoint":
                return self._tagged(change, cell)
            case _:
                return self._marked(change, Tag(name, cell))

    def _tagged(self, change: Change, cell: str) -> Change:
        """The change with the events and waypoints that these words name."""
        for word in _TYPES.split(cell):
            kind = _kind(word.lower())
            if not word:
                continue
            if not kind:
                self._doubt(f"“{word[:20]}” is no event that is known.")
            elif change.op == "cancel":
                change = _took_away(replace(change, op="alter"), kind)
            else:
                change = self._marked(change, Tag(kind, open=self._cell("open"), clear=self._cell("clear")))
        return change

    def _marked(self, change: Change, tag: Tag) -> Change:
        """The change with what a tag says, as the reader of a book would take it."""
        doubts = Findings()
        made = settle(mark(_scratch(change), tag, self.shape.units, doubts), doubts)
        for doubt in doubts.doubts:
            self._doubt(doubt.text, doubt.advice)
        if tag.name == "danger":
            return change if doubts.doubts else replace(change, danger=made.danger)
        own = made.waypoint is not None and made.waypoint.type.startswith("WP")
        waypoint = made.waypoint if own else change.waypoint
        return replace(change, cap=made.cap, speed=made.speed, events=made.events, waypoint=waypoint)

    def _distance(self, name: str) -> Metres | None:
        cell = self._cell(name)
        return self._metres(cell) if cell else None

    def _metres(self, cell: str) -> Metres | None:
        """A distance as typed, with its own unit where it has one."""
        united = _UNIT.fullmatch(cell)
        unit = _METRES_OF.get(united[2].lower(), MILE) if united else self.shape.units.distance
        number = decimal(united[1] if united else cell)
        if number is not None and 0 <= number * unit <= LONGEST:
            return number * unit
        self._doubt(f"the distance “{cell[:20]}” makes no sense.")
        return None

    def _figure(self, name: str) -> float | None:
        number = decimal(self._cell(name))
        if number is None and self._cell(name).strip():
            self._doubt(f"the figure “{self._cell(name)[:20]}” makes no sense.")
        return number

    def _level(self, name: str) -> int | None:
        cell = self._cell(name)
        level = decimal(cell)
        if level in (0, 1, 2, 3):
            return int(level)
        if cell.strip():
            self._doubt(f"“{cell[:20]}” is no figure from 0 to 3.")
        return None

    def _colour(self) -> str:
        cell = self._cell("highlight").strip().lower()
        if cell in ("", *COLOURS):
            return cell
        self._doubt(f"there is no colour “{cell[:20]}”.", f"Take one of {', '.join(COLOURS)}.")
        return ""


def _took_away(change: Change, kind: str) -> Change:
    """The change that takes this away; of a zone that begins its end as well."""
    if kind == "danger":
        return replace(change, danger=0)
    name = "zone" if kind == "dz" else "waypoint" if kind.startswith("wp") else kind
    return replace(change, without=tuple(dict.fromkeys((*change.without, name))))


def _scratch(change: Change) -> Note:
    """A box that has what the change says so far, and nothing else."""
    return Note(1, 0.0, cap=change.cap, speed=change.speed, events=change.events, waypoint=change.waypoint)


def _kept(text: str, most: int) -> str:
    """`text` as it stands, but for what cannot be printed: what the exact table holds was cleaned before."""
    return "".join(letter for letter in text[: 4 * most] if letter == "\n" or letter.isprintable())
