"""Text course notes: number, words, partial, cumulative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook import course_notes
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Event, Roadbook, RoadbookError
from codriver.units import KILOMETRE, MILE

NOTES = """\
Course of the desert race
71 Hard right by the tank @ KM 12 0.50 10.50
72 Caution!!! Soft sand begins 1.25 11.75
73 CHECKPOINT 1 - by the road CHECK 11.75
page 2
74 Straight on at the fork, then
follow the fence 0.25 12.00
"""


def read(text: str) -> tuple[Roadbook, Findings]:
    return course_notes.read(text.encode(), "course")


def test_each_line_is_a_box_at_its_distance_in_miles() -> None:
    book, findings = read(NOTES)
    assert [(note.name, note.words) for note in book.notes] == [
        ("71", "Hard right by the tank @ KM 12"),
        ("72", "Caution!!! Soft sand begins"),
        ("73", "CHECKPOINT 1 - by the road"),
        ("74", "Straight on at the fork, then follow the fence"),
    ]
    assert [note.total / MILE for note in book.notes] == pytest.approx([10.5, 11.75, 11.75, 12.0])
    assert (book.units, book.format) == ("statute", "course notes")
    assert [name for name, _ in findings.ignored] == ["“Course of the desert race”", "“page 2”"]


def test_a_checkpoint_is_one_and_an_alarm_is_a_danger_that_is_doubted() -> None:
    book, findings = read(NOTES)
    assert book.notes[2].events == (Event("checkpoint", None, "1"),)
    assert [note.danger for note in book.notes] == [0, 3, 0, 0]
    assert [doubt.note for doubt in findings.doubts] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "# text partial km cumulative km\n1 a 1.0 1.0\n2 b 1.0 2.0\n3 c 1.0 3.0\n",
        "1 a 1.0 km 1.0 km\n2 b 1.0 km 2.0 km\n3 c 1.0 km 3.0 km\n",
        "1. a 1,0 1,0 km\n2. b 1,0 2,0 km\n3. c 1,0 3,0 km\n",
    ],
)
def test_kilometres_are_said_by_the_figures_or_the_title(text: str) -> None:
    book, _ = read(text)
    assert [note.total for note in book.notes] == pytest.approx([KILOMETRE, 2 * KILOMETRE, 3 * KILOMETRE])
    assert book.units == "metric"


def test_a_partial_that_does_not_fit_is_doubted() -> None:
    _, findings = read("1 a 1.00 1.00\n2 b 1.00 2.02\n3 c 1.00 4.00\n")
    assert [doubt.note for doubt in findings.doubts] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "Dear crew,\nthe start is at 8.30 and 9.15\n2 cars each 1.0 2.0\n",
        "distance,note\n1.0,a\n2.0,b\n",
        "0 118 0 0\n1.25 80 2 50\n2.50 90 0 0\n",
        "# Enduro Route Sheet\nspeed 0.00 24\nnote 1.20 1.20 L\n",
        "3 a 1.0 9.0\n2 b 1.0 5.0\n1 c 1.0 1.0\n",
    ],
)
def test_other_text_is_none(text: str) -> None:
    assert not course_notes.mine(text.encode())


def test_notes_are_told_by_most_of_their_lines() -> None:
    assert course_notes.mine(NOTES.encode())
    with pytest.raises(RoadbookError, match="no line of it is a note"):
        read("nothing of the kind\n")


@given(st.text(max_size=200) | st.from_regex(r"(\d{1,2} [a-c! ]{1,9} \d\.\d \d{1,2}\.\d\n){0,9}"))
def test_whatever_the_text_a_book_or_a_refusal_comes_of_it(text: str) -> None:
    course_notes.mine(text.encode())
    try:
        book, _ = read(text)
    except RoadbookError:
        return
    assert book.notes
