"""A workbook (XLSX) that a crew typed: the sheet with a roadbook's header, read as the table that it is.

The sheet becomes the lines of a table, which `table` or `speeds` read as they read a CSV. A workbook is a ZIP archive:
what its parts unpack to is bounded before one of them is opened. openpyxl is imported here alone; what it raises on a
damaged file is caught here. It streams a sheet's rows, where other readers lay the sheet out whole, however far its
last cell is.
"""

import csv
import io
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from itertools import islice
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile, ZipFile

from codriver.roadbook import speeds, table
from codriver.roadbook.columns import columns
from codriver.roadbook.figures import lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import WORDS
from codriver.roadbook.model import Roadbook, RoadbookError
from codriver.roadbook.rows import ROWS
from codriver.roadbook.table import HEADER_LINES

PARTS: Final = 2000
SHEET_BYTES: Final = 6 << 20  # of all sheets and their shared texts, unpacked: some 150 000 cells
OTHER_BYTES: Final = 1 << 20  # of all other parts in XML, unpacked: styles, themes, names
SHEETS: Final = 50
WIDTH: Final = 100  # cells of a row

_BOOK: Final = b"xl/workbook.xml"
_ENTRY: Final = b"PK\x01\x02"
_STREAMED = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_XML = re.compile(r".+\.(?:xml|rels|vml)", re.IGNORECASE)
_TAB: Final = "\t"
# All that openpyxl, zipfile and the XML parser were seen to raise on files that are not what they seem.
_DAMAGED: Final = (
    ArithmeticError, AssertionError, AttributeError, BadZipFile, EOFError, LookupError, NotImplementedError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, zlib.error,
)  # fmt: skip


def mine(data: bytes) -> bool:
    """Whether these bytes are a workbook in XLSX."""
    return data.startswith(b"PK\x03\x04") and _BOOK in data


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this workbook. RoadbookError where it cannot be opened, or no sheet is a roadbook's table."""
    _bounded(data, name)
    try:
        text, passed, dated = _sheet(data)
    except _DAMAGED as error:
        raise RoadbookError(f"{name} is a workbook that cannot be read. Save it again, or save it as CSV.") from error
    book, findings = _read(text, name)
    for title in passed:
        findings.ignore(f"sheet {title}")
    if dated:
        what = f"Some cells of the sheet are dates, as spreadsheets make of figures such as 1.25 ({dated})."
        findings.doubt(what, "Format the columns as numbers, and type these again.")
    return replace(book, format="XLSX"), findings


def _read(text: bytes, name: str) -> tuple[Roadbook, Findings]:
    if speeds.mine(text):
        return speeds.read(text, name)
    try:
        return table.read(text, name)
    except RoadbookError as error:
        what = f"{name} is a workbook, but no sheet of it is a roadbook with distances. "
        raise RoadbookError(f"{what}Name the columns in the first row: distance, cap, danger, speed, note.") from error


def _bounded(data: bytes, name: str) -> None:
    """RoadbookError where the archive has too many parts, or they unpack to more than any crew has typed."""
    if data.count(_ENTRY) > PARTS:
        raise RoadbookError(f"{name} has more parts than any workbook. Save the roadbook's sheet alone, or as CSV.")
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
    except _DAMAGED as error:
        raise RoadbookError(f"{name} is a workbook that is cut or damaged. Copy it again.") from error
    streamed = sum(size for part, size in sizes.items() if _STREAMED.fullmatch(part))
    others = sum(size for part, size in sizes.items() if _XML.fullmatch(part) and not _STREAMED.fullmatch(part))
    if streamed > SHEET_BYTES or others > OTHER_BYTES:
        raise RoadbookError(f"{name} unpacks to more than any roadbook. Save the roadbook's sheet alone, or as CSV.")


def _sheet(data: bytes) -> tuple[bytes, list[str], int]:
    """(the roadbook's sheet as a table, the titles of the other sheets, how many of its cells are dates)."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it passes over: charts, validation, styles
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")][:SHEETS]
        for sheet in sheets:
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
        typed = [_Sheet(lines(str(sheet.title)), list(_rows(sheet))) for sheet in sheets]
        book.close()
    best = max(typed, key=_rank)
    dated = sum(isinstance(value, date | time) for row in best.rows for value in row)
    return _written(best.rows), [sheet.title for sheet in typed if sheet is not best], dated


class _Sheet(NamedTuple):
    """A sheet with its rows, each up to its last cell that is not empty."""

    title: str
    rows: list[list[object]]


def _rows(sheet: Any) -> Iterator[list[object]]:
    """The rows that hold anything: a cell may stand a million rows below the last."""
    for row in islice(sheet.iter_rows(max_col=WIDTH, values_only=True), ROWS):
        cells = list(row)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield cells


def _rank(sheet: _Sheet) -> int:
    """How likely a sheet is the roadbook: 2 if one of its first rows is a header, 1 if it has any."""
    head = sheet.rows[:HEADER_LINES]
    headed = any(columns(_line(list(map(_cell, row)))) for row in head) or speeds.mine(_written(head))
    return 2 if headed else min(1, len(head))


def _cell(value: object) -> str:
    """The text of a cell as a crew reads it. What a formula gives is what the spreadsheet last saw."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    return repr(value) if isinstance(value, float) else str(value)[: 4 * WORDS]


def _written(rows: list[list[object]]) -> bytes:
    """The rows as lines with tabs, which no cell holds. A header with line ends in its titles still is one line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_TAB, lineterminator="\n")
    for number, row in enumerate(rows):
        cells = [_cell(value).replace(_TAB, " ") for value in row]
        flat = number < HEADER_LINES and columns(_line(cells)) is not None
        writer.writerow([" ".join(cell.split()) for cell in cells] if flat else cells)
    return text.getvalue().encode("utf-8", "replace")


def _line(row: list[str]) -> str:
    return _TAB.join(" ".join(cell.split()).replace('"', "") for cell in row)
