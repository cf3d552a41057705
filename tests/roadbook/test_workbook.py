"""Workbooks that crews type: the right sheet, its figures as typed, and archives that mean harm."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from codriver.roadbook import workbook
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Note, Roadbook, RoadbookError
from codriver.units import KMH

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def made(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def changed(data: bytes, parts: dict[str, bytes]) -> bytes:
    """The archive with other bytes in some of its parts."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            archive.writestr(name, parts.get(name, old.read(name)))
    return new.getvalue()


def read(**sheets: list[list[Any]]) -> tuple[Roadbook, Findings]:
    return workbook.read(made(**sheets), "crew")


HEADER = ["Distance (km)", "Cap", "Danger", "Speed", "Note"]
SMALL = made(stage=[HEADER, [1.25, 80, "!!", 50, "well"]])


def test_a_typed_sheet_is_read_as_the_table_it_is() -> None:
    assert workbook.mine(SMALL)
    book, _ = workbook.read(SMALL, "crew")
    assert book.notes == (Note(1, 1250.0, cap=80, danger=2, speed=50 * KMH, words="well"),)
    assert (book.name, book.format, book.units) == ("crew", "XLSX", "metric")


def test_figures_and_words_are_taken_as_typed() -> None:
    book, _ = read(stage=[HEADER, ["1,5", None, 3, None, 'left, "now";\nthen\tright'], [2, "", None, None, 12]])
    assert [(note.total, note.words) for note in book.notes] == [(1500, 'left, "now";\nthen right'), (2000, "12")]


def test_titles_may_stand_above_a_header_of_two_lines() -> None:
    book, _ = read(stage=[["Stage 3"], [], ["Distance\n(miles)", "Note"], [2, "well"]])
    assert (book.units, len(book.notes)) == ("statute", 1)


def test_the_sheet_with_the_header_is_the_roadbook_and_the_others_are_named() -> None:
    book, findings = read(cover=[["Hello"], [3]], stage=[HEADER, [1, None, None, None, "a"]], crew=[["name"]])
    assert [note.words for note in book.notes] == ["a"]
    assert dict(findings.ignored) == {"sheet cover": 1, "sheet crew": 1}


def test_a_sheet_of_averages_is_a_speed_table() -> None:
    book, _ = read(speeds=[["From km", "To km", "Average"], [0, 6.5, 25]])
    assert [event.kind for note in book.notes for event in note.events] == ["average", "average"]
    assert book.format == "XLSX"


def test_figures_that_became_dates_are_told() -> None:
    _, findings = read(
        stage=[HEADER, [1, 2, None, None, "a"], [datetime(2026, 1, 25, tzinfo=UTC).replace(tzinfo=None)]]
    )
    assert any("are dates" in doubt.text for doubt in findings.doubts)


def test_a_workbook_without_a_roadbook_is_refused_with_what_to_do() -> None:
    with pytest.raises(RoadbookError, match=r"no sheet of it is a roadbook.*distance, cap, danger, speed, note"):
        read(cover=[["Hello"]])


def test_other_archives_are_no_workbooks() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made_up:
        made_up.writestr("doc.kml", "<kml/>")
    assert not workbook.mine(archive.getvalue())
    assert not workbook.mine(b"xl/workbook.xml")


def sheet(rows: bytes) -> dict[str, bytes]:
    return {"xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><sheetData>%s' % (SPACE.encode(), rows)}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (sheet(b"<row/>" * 1_100_000), "unpacks to more"),
        ({"xl/styles.xml": b" " * (1 << 21)}, "unpacks to more"),
        (sheet(b"<row>" * 10_000), "cannot be read"),
        ({"xl/workbook.xml": b"nothing"}, "cannot be read"),
        ({"xl/workbook.xml": b"<workbook/>"}, "cannot be read|no sheet"),
        (sheet(b'<row><c t="s"><v>99</v></c></row></sheetData></worksheet>'), "cannot be read|no sheet"),
    ],
)
def test_an_archive_that_means_harm_or_is_damaged_is_refused(parts: dict[str, bytes], message: str) -> None:
    with pytest.raises(RoadbookError, match=message):
        workbook.read(changed(SMALL, parts), "crew")


def test_entities_that_multiply_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 100) for name in b"bcdef"
    )
    parts = sheet(b'<row><c t="inlineStr"><is><t>&f;</t></is></c></row></sheetData></worksheet>')
    parts = {name: bomb + b"]>" + xml for name, xml in parts.items()}
    with pytest.raises(RoadbookError, match="cannot be read"):
        workbook.read(changed(SMALL, parts), "crew")


def test_too_many_parts_are_refused_unopened() -> None:
    with pytest.raises(RoadbookError, match="more parts"):
        workbook.read(SMALL + b"PK\x01\x02" * 3000, "crew")


def test_a_cell_a_million_rows_below_costs_nothing() -> None:
    rows = (
        b'<row r="1"><c t="inlineStr"><is><t>km</t></is></c><c t="inlineStr"><is><t>note</t></is></c></row>'
        b'<row r="2"><c><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    book, _ = workbook.read(changed(SMALL, sheet(rows)), "crew")
    assert [note.total for note in book.notes] == [1000]


@given(st.integers(0, len(SMALL)), st.binary(max_size=8))
def test_damage_anywhere_gives_a_book_or_a_refusal(at: int, noise: bytes) -> None:
    data = SMALL[:at] + noise + SMALL[at + len(noise) :]
    try:
        workbook.read(data, "crew")
        workbook.read(SMALL[:at], "crew")
    except RoadbookError:
        return
