"""Text course notes, a line each as `79 Caution!!! Begin silt area 1.64 54.51`, as a roadbook.

A line has a number, words, the distance from the line before and the distance from the start; a checkpoint may have the
last alone. Miles, unless the figures or the title above them say km. A line may go on in the next one. What is no such
line, as the head of each page, is passed over and named. Source: the organiser's notes of the 2006 SCORE Baja 1000.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Final, NamedTuple

from codriver.roadbook.figures import decimal, lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, NAME, NOTES
from codriver.roadbook.model import Note, Roadbook, RoadbookError
from codriver.roadbook.rows import ROWS, text_lines
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, mark
from codriver.units import Metres

SLIP: Final = 0.025  # of a mile or kilometre: figures are rounded to a hundredth, and so is their difference

_FIGURE = r"(\d{1,4}[.,]\d{1,3}|[.,]\d{1,3})"
_UNIT = r"\s*(km|kms|mi|miles?)?\.?"
_START = re.compile(r"\s*(\d{1,4})[.):]?\s+(?=\S)")
_ENDS = re.compile(rf"\s(?:{_FIGURE}{_UNIT}\s+)?{_FIGURE}{_UNIT}\s*\Z", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_KILOMETRES = re.compile(r"\bkm\b|\bkilom", re.IGNORECASE)
_TITLES = re.compile(r"partial|parcial|partiel|cumul|total|acum", re.IGNORECASE)
_CHECKPOINT = re.compile(r"checkpoint\b[ #.:-]*(\w*)", re.IGNORECASE)
_CHECK_COLUMN = re.compile(r"\s+CHECK\Z")
_ALARM = re.compile(
    r"\b(?:caution|danger|warning|peligro|precauci\wn|cuidado)\w*\W{0,3}?(!{1,9})|(?<!\S)(!{1,3})(?!\S)", re.IGNORECASE
)
_HEAD: Final = 400
_TAIL: Final = 120  # letters at the end of a line in which its figures stand


class Line(NamedTuple):
    """One line taken apart: its number, its words, and its figures in the unit it names, if it names one."""

    number: str
    words: str
    partial: float | None
    total: float
    unit: str


def mine(data: bytes) -> bool:
    """Whether these bytes are course notes: at least three lines are, and most are, with rising distances."""
    told = [line for line in islice(text_lines(data), _HEAD) if line.strip()]
    fits = list(_joined(told, Findings()))
    rising = sum(one.total <= two.total for one, two in pairwise(fits))
    return len(fits) >= 3 and 2 * len(fits) > len(told) and 4 * rising >= 3 * (len(fits) - 1)


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in these notes. RoadbookError where no line is one."""
    notes = _Notes(_units(data))
    for line in _joined(text_lines(data), notes.findings):
        if len(notes.notes) == NOTES:
            notes.findings.doubt(f"There are more than {NOTES} notes: the rest were left out.", "Cut them into stages.")
            break
        notes.take(line)
    if not notes.notes:
        raise RoadbookError(f"{name} is text, but no line of it is a note with its number, words and distances.")
    return Roadbook(name, "course notes", notes.units.name, tuple(notes.notes)), notes.findings


def apart(text: str) -> Line | None:
    """The parts of a line; None where it is no line of course notes."""
    start, ends = _START.match(text), _ENDS.search(text, max(0, len(text) - _TAIL))
    if start is None or ends is None or ends.start() <= start.end():
        return None
    words = text[start.end() : ends.start()].strip()
    total = decimal(ends[3])
    if total is None or not _LETTER.search(words):
        return None
    return Line(start[1], words, decimal(ends[1] or ""), total, (ends[4] or ends[2] or "").lower())


def _units(data: bytes) -> Units:
    """Kilometres if the figures say so, or else a title that names the columns; the words of the notes do not count."""
    for line in islice(text_lines(data), _HEAD):
        fit = apart(line)
        if fit and fit.unit:
            return METRIC if fit.unit.startswith("km") else STATUTE
        if fit is None and len(_TITLES.findall(line)) >= 2:
            return METRIC if _KILOMETRES.search(line) else STATUTE
    return STATUTE


def _joined(told: Iterable[str], findings: Findings) -> Iterator[Line]:
    """The lines that are notes, with what follows where one goes on; the others are named."""
    begun = ""
    for text in islice(told, ROWS):
        fit = apart(text)
        whole = None if fit else apart(f"{begun.rstrip()} {text}")
        if begun.strip() and not whole:
            findings.ignore(f"“{lines(begun)[:38]}”")
        begun = "" if fit or whole else text
        if found := fit or whole:
            yield found
    if begun.strip():
        findings.ignore(f"“{lines(begun)[:38]}”")


@dataclass(slots=True)
class _Notes:
    """Turns lines into notes, one after the other, and holds each against the one before."""

    units: Units
    findings: Findings = field(default_factory=Findings)
    notes: list[Note] = field(default_factory=list)

    def take(self, line: Line) -> None:
        total: Metres = line.total * self.units.distance
        if total > LONGEST:
            self.findings.doubt(f"The distance of line {line.number} cannot be.", "It was left out: check it.")
            return
        number = len(self.notes) + 1
        if self.notes and line.partial is not None:
            step = (total - self.notes[-1].total) / self.units.distance
            if abs(step - line.partial) > SLIP:
                what = "The distance from the line before does not fit the distance from the start."
                self.findings.doubt(what, "The one from the start is used: check both.", number)
        note = Note(number, total, line.number[:NAME], words=lines(line.words))
        self.notes.append(self._marked(note))

    def _marked(self, note: Note) -> Note:
        checkpoint = _CHECKPOINT.match(note.words)
        if checkpoint:
            note = replace(note, words=_CHECK_COLUMN.sub("", note.words))
            note = mark(note, Tag("checkpoint", called=checkpoint[1]), self.units, self.findings)
        alarms = [found[1] or found[2] for found in _ALARM.finditer(note.words)]
        if alarms:
            what = "A danger was read from the exclamation marks in the words."
            self.findings.doubt(what, "Check its level with the organiser's lexicon.", note.number)
            note = replace(note, danger=max(min(3, len(marks)) for marks in alarms))
        return note
