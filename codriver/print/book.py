"""A roadbook as a PDF to be printed, in the layout that crews know: total and partial, tulip, notes, from the top down.

A4 with seven boxes a page, or A5 with six. Nothing of the day it was made is in it: equal books are equal files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from codriver.cockpit import figures
from codriver.print.box import Pen, Place, Printed
from codriver.print.letters import BOLD, PLAIN, known, line_size, register, width
from codriver.roadbook import facts
from codriver.roadbook.model import Note, Roadbook
from codriver.roadbook.pdf_pages import opened
from codriver.roadbook.turns import turns
from codriver.units import Metres

_MM: Final = 72 / 25.4
_HEADER: Final = 18.0
_PIXELS: Final = 1240  # across a page as a picture: A4 at 150 dpi


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper: its width and height, its margin (printers leave 5 mm white), and its boxes a page."""

    width: float
    height: float
    margin: float
    boxes: int


PAPERS: Final = {
    "a4": Paper(210 * _MM, 297 * _MM, 9 * _MM, 7),
    "a5": Paper(148 * _MM, 210 * _MM, 7 * _MM, 6),
}


def pdf(book: Roadbook, data: bytes | None, paper: str = "a4", units: str = "") -> bytes:
    """The printed book. `data` is the book's file, for its pictures; `units` are the book's own if none are named."""
    register()
    units = units or book.units
    sheet, measure, file = PAPERS[paper], figures.units(units), BytesIO()
    canvas = Canvas(file, pagesize=(sheet.width, sheet.height), invariant=1, pageCompression=1)
    canvas.setTitle(known(book.name, PLAIN))
    canvas.setCreator("codriver")
    boxes = _printed(book, measure)
    pages = [boxes[first : first + sheet.boxes] for first in range(0, len(boxes), sheet.boxes)] or [[]]
    pen = Pen(canvas, data, measure, units)
    high = (sheet.height - 2 * sheet.margin - _HEADER) / sheet.boxes
    for number, page in enumerate(pages, start=1):
        _header(canvas, sheet, book, measure, f"{number} of {len(pages)}")
        for row, printed in enumerate(page, start=1):
            bottom = sheet.height - sheet.margin - _HEADER - row * high
            pen.box(Place(sheet.margin, bottom, sheet.width - 2 * sheet.margin, high), printed)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def pictures(printed: bytes, width: int = _PIXELS) -> Iterator[bytes]:
    """Each page of a printed book as a PNG."""
    with opened(printed, "The printed book") as pages:
        for number in range(1, pages.count + 1):
            with pages.page(number) as page:
                yield page.png(page.area, width)


def _header(canvas: Canvas, sheet: Paper, book: Roadbook, measure: figures.Units, page: str) -> None:
    """The book's name, its length and boxes, and the page."""
    bottom, right = sheet.height - sheet.margin - 11.0, sheet.width - sheet.margin
    length = figures.printed(facts.length(book, 0.0), measure)
    boxes = "1 box" if len(book.notes) == 1 else f"{len(book.notes)} boxes"
    told = f"{length} {measure.road_name}, {boxes}    page {page}"
    canvas.setFont(PLAIN, 11.0)
    canvas.drawRightString(right, bottom, told)
    name = known(book.name, BOLD)
    room = right - sheet.margin - width(told, PLAIN, 11.0) - 12.0
    canvas.setFont(BOLD, line_size(name, BOLD, 13.0, room))
    canvas.drawString(sheet.margin, bottom, name)


def _printed(book: Roadbook, measure: figures.Units) -> list[Printed]:
    limits = _limits(book, measure)
    live = [note for note in book.notes if not note.cancelled]
    gaps = {note.number: _gap(before, note) for before, note in pairwise(live)}
    following = {before.number: gaps[note.number] for before, note in pairwise(live)}
    return [
        Printed(note, gaps.get(note.number), following.get(note.number), turn, limits.get(note.number))
        for note, turn in zip(book.notes, turns(book), strict=True)
    ]


def _gap(before: Note, note: Note) -> Metres | None:
    """From one box to the next; None where one has no distance, or the count falls back."""
    gap = note.total - before.total
    return gap if before.measured and note.measured and gap >= 0.0 else None


def _limits(book: Roadbook, measure: figures.Units) -> dict[int, str]:
    """The limit that holds at each box within a speed zone, the one that ends it left out."""
    limits: dict[int, str] = {}
    numbers = [note.number for note in book.notes]
    for zone in facts.zones(book):
        if not zone.declared:  # nobody knows how far it goes
            continue
        told = "zone" if zone.limit is None else figures.speed(zone.limit, measure)
        last = len(numbers) if zone.last is None else numbers.index(zone.last)
        limits |= dict.fromkeys(numbers[numbers.index(zone.first) : last], told)
    return limits
