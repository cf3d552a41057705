"""Speed tables: from, to and average, with or without titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook import speeds
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError
from codriver.units import KMH, MILE, MPH


def read(text: str) -> tuple[Roadbook, Findings]:
    return speeds.read(text.encode(), "test")


def averages(text: str) -> list[tuple[float, float | None]]:
    return [(note.total, note.events[0].value) for note in read(text)[0].notes]


def test_each_row_is_a_box_where_its_average_begins_and_the_last_one_ends() -> None:
    book, findings = read("Reference,From KM,To KM,Average Speed\nSR1,0,6,25\nSR2,6,12.5,32\n")
    assert book.notes == (
        Note(1, 0.0, "SR1", words="average 25 km/h", events=(Event("average", 25 * KMH),)),
        Note(2, 6000.0, "SR2", words="average 32 km/h", events=(Event("average", 32 * KMH),)),
        Note(3, 12500.0, words="end of average", events=(Event("average"),)),
    )
    assert (book.format, book.units, findings.doubts) == ("speed table", "metric", ())


def test_an_average_ends_where_no_row_goes_on() -> None:
    ends = [(total, value is None) for total, value in averages("from,to,average\n0,6,25\n8,9,30\n")]
    assert ends == [(0, False), (6000, True), (8000, False), (9000, True)]


@pytest.mark.parametrize(
    "text",
    [
        "from;to;average\n0;6,5;25\n",
        "De (km)\tÀ (km)\tMoyenne\n0\t6,5\t25\n",
        "Desde;Hasta;Velocidad media\n0;6,5;25\n",
        "Rally of the hills\n\nstart|end|speed km/h\n0|6.5|25\n",
        "from m,to m,average\n0,6500,25\n",
        "from,to,average\n0,6.5,25 km/h\n",
    ],
)
def test_titles_are_known_by_their_words(text: str) -> None:
    assert speeds.mine(text.encode())
    (begin, average), (end, none) = averages(text)
    assert (begin, end, none) == (0, 6500, None)
    assert average == pytest.approx(25 * KMH)


def test_miles_are_said_by_a_title() -> None:
    text = "from mile,to mile,mph\n0,2,24\n"
    assert averages(text) == [(0, 24 * MPH), (2 * MILE, None)]
    assert read(text)[0].notes[0].words == "average 24 mph"


@pytest.mark.parametrize("text", ["0,6,25\n6,12,32\n", "0 6 25\n6 12 32\n", "0;6;25\n6;12;32\n"])
def test_a_chain_of_figures_needs_no_titles(text: str) -> None:
    assert speeds.mine(text.encode())
    assert len(averages(text)) == 3


@pytest.mark.parametrize(
    "text", ["distance,cap,danger,speed,note\n0,1,2,3,x\n", "0,118,0\n1.25,80,2\n", "0,6,25\n", "from,to\n1,2\n", ""]
)
def test_other_tables_are_none(text: str) -> None:
    assert not speeds.mine(text.encode())


def test_rows_without_figures_are_quoted_and_left_out() -> None:
    book, findings = read("from,to,average\n0,6,25\nx,9,30\n9,3,30\n\n")
    assert [note.total for note in book.notes] == [0, 6000, 9000]
    told = " ".join(doubt.text for doubt in findings.doubts)
    assert "“x 9 30”" in told
    assert "An average has no end behind its beginning." in told


def test_a_table_without_a_row_is_refused() -> None:
    with pytest.raises(RoadbookError, match="no row with a distance and an average"):
        read("from,to,average\n")
    with pytest.raises(RoadbookError, match="no speed table"):
        read("hello\n")


@given(st.text(max_size=200))
def test_whatever_the_rows_a_book_or_a_refusal_comes_of_it(rows: str) -> None:
    try:
        read(f"from,to,average\n{rows}")
    except RoadbookError:
        return
