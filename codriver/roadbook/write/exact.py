"""A book as the exact table: every field of the model, in SI, read back equal by `roadbook.table`.

Pictures alone are not in it: they are stretches of the file the book came from. Figures are written as Python prints
them, the shortest that reads back to the same number. The grammar stands in `roadbook.table`.
"""

import csv
import io
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from codriver.roadbook import event_text
from codriver.roadbook.columns import EXACT
from codriver.roadbook.model import Note, Position, Roadbook

CELL: Final = 24_000  # letters of track to a row: a spreadsheet cuts a cell at 32 767


def table(book: Roadbook) -> str:
    """The whole book as CSV, its header in the first line."""
    text = io.StringIO()
    rows = csv.DictWriter(text, EXACT, lineterminator="\n")
    rows.writeheader()
    for row, cell in zip_longest(_rows(book), _track(book)):
        rows.writerow({**(row or {}), "book_track": cell or ""})
    return text.getvalue()


def _rows(book: Roadbook) -> Iterator[dict[str, object]]:
    """A row a note, the first with what concerns the book; that one even where there is no note."""
    about: dict[str, object] = {
        "book_name": book.name,
        "book_format": book.format,
        "book_units": book.units,
        "book_length_m": book.length,
        "book_begins_m": book.begins,
    }
    for note in book.notes:
        yield {**_note(note), **about}
        about = {}
    if about:
        yield about


def _note(note: Note) -> dict[str, object]:
    where, waypoint = note.position, note.waypoint
    return {
        "number": note.number,
        "total_m": note.total,
        "lat": where and where.lat,
        "lon": where and where.lon,
        "alt_m": where and where.alt,
        "cap_deg": note.cap,
        "danger": note.danger,
        "speed_mps": note.speed,
        "words": note.words,
        "events": ";".join(map(event_text.write, note.events)),
        "waypoint": waypoint and waypoint.type,
        "waypoint_name": waypoint and waypoint.name,
        "open_m": waypoint and waypoint.open,
        "clear_m": waypoint and waypoint.clear,
        "name": note.name,
        "lap": note.lap,
        "show_coordinates": int(note.show_coordinates),
        "measured": int(note.measured),
        "branches_deg": " ".join(map(repr, note.branches)),
        "amended": note.amended,
        "changed": " ".join(note.changed),
        "moved_from_m": note.moved_from,
        "importance": note.importance,
        "highlight": note.highlight,
        "joined": int(note.joined),
    }


def _track(book: Roadbook) -> Iterator[str]:
    """The track in cells, cut between points."""
    cell: list[str] = []
    size = 0
    for point in _points(book):
        if size + len(point) > CELL:
            yield "".join(cell)
            cell, size = [], 0
        cell.append(point)
        size += len(point)
    if cell:
        yield "".join(cell)


def _points(book: Roadbook) -> Iterator[str]:
    for piece in book.track:
        for index, point in enumerate(piece):
            yield ("|" if index == 0 else ";") + _place(point)


def _place(point: Position) -> str:
    return " ".join(repr(figure) for figure in point if figure is not None)
