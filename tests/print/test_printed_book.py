"""The printed book: every box at its distance, legible without colour, and the same file each time."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from codriver.assemble import RefusedError, printed
from codriver.print import book as printing
from codriver.print.letters import BOLD, PLAIN, fit, width
from codriver.roadbook import layer
from codriver.roadbook.change import Change
from codriver.roadbook.load import read as load
from codriver.roadbook.model import Event, Note, Picture, Position, Roadbook, Waypoint
from codriver.roadbook.pdf import read
from codriver.roadbook.pdf_pages import opened
from codriver.units import KMH


def book(*notes: Note, units: str = "metric") -> Roadbook:
    return Roadbook("Day 3", "CSV", units, tuple(replace(note, number=n) for n, note in enumerate(notes, start=1)))


def said(file: bytes) -> str:
    """All the words of a printed book."""
    words = []
    with opened(file, "printed") as pages:
        for number in range(1, pages.count + 1):
            with pages.page(number) as page:
                words += [word.text for word in page.words()]
    return " ".join(words)


def test_the_original_is_never_printed_over(tmp_path: Path) -> None:
    original = tmp_path / "day3.pdf"
    original.write_bytes(made := printing.pdf(book(Note(1, 0.0), Note(2, 1500.0)), None))
    with pytest.raises(RefusedError, match="the original itself"):
        printed(original, original, "a4", "metric")
    assert original.read_bytes() == made


@pytest.mark.parametrize("paper", ["a4", "a5"])
def test_the_bundled_stage_is_read_back_from_its_print(stage: bytes, paper: str) -> None:
    whole = load(stage, "black-reg").book
    back, _ = read(printing.pdf(whole, stage, paper), "printed")
    assert [note.total for note in back.notes] == pytest.approx([note.total for note in whole.notes], abs=5.0)
    assert [note.cap for note in back.notes] == [note.cap for note in whole.notes]
    assert [note.danger for note in back.notes] == [note.danger for note in whole.notes]
    assert [note.name for note in back.notes] == [str(note.number) for note in whole.notes]


def test_miles_are_printed_as_miles_and_read_back(stage: bytes) -> None:
    whole = load(stage, "black-reg").book
    back, _ = read(printing.pdf(whole, stage, units="statute"), "printed")
    assert back.units == "statute"
    assert [note.total for note in back.notes] == pytest.approx([note.total for note in whole.notes], abs=8.1)


def test_equal_books_are_equal_files(stage: bytes) -> None:
    whole = load(stage, "black-reg").book
    assert printing.pdf(whole, stage) == printing.pdf(whole, stage)


def test_what_a_box_has_to_say_is_on_paper() -> None:
    text = said(
        printing.pdf(
            book(
                Note(1, 0.0, words="start", cap=7.0),
                Note(2, 250.0, danger=3, waypoint=Waypoint("WPM", "12", 800.0, 90.0), words="step down"),
                Note(3, 1250.0, speed=50 * KMH, events=(Event("dz", 50 * KMH),), name="3A"),
                Note(4, 9000.0, events=(Event("fz"), Event("dn", 900.0))),
            ),
            None,
        )
    )
    for piece in (
        "Day 3",
        "9.00 km, 4 boxes",
        "1 of 1",
        "C 007°",
        "250 m",
        "WPM 12 800-90 m",
        "step down",
        "DZ 50",
        "FZ",
    ):
        assert piece in text
    assert "!!!" in text
    assert "3A" in text


def test_a_box_that_is_not_measured_leaves_room_for_a_pen() -> None:
    text = said(printing.pdf(book(Note(1, 0.0), Note(2, 0.0, measured=False), Note(3, 1500.0)), None))
    assert text.count("0.00") == 1
    assert "1.50" in text.replace(".50 km", "")


def test_only_boxes_that_follow_at_once_are_marked() -> None:
    text = said(printing.pdf(book(Note(1, 0.0), Note(2, 299.0), Note(3, 599.0), Note(4, 400.0)), None))
    assert " 299 m " in text
    assert " 300 m " not in text


def test_a_picture_that_cannot_be_had_is_a_sentence() -> None:
    text = said(printing.pdf(book(Note(1, 0.0, tulip=Picture(0, 10))), None))
    assert "The book's file is not here" in text


def test_letters_that_the_face_has_not_do_not_stop_the_press() -> None:
    text = said(printing.pdf(book(Note(1, 0.0, words="oued \u6c99\u6f20 left")), None))
    assert "oued ?? left" in text


def test_a_turn_is_drawn_where_the_book_has_no_tulip() -> None:
    drawn = book(Note(1, 0.0, position=Position(31.0, 2.0), cap=40.0), Note(2, 900.0, position=Position(31.008, 2.0)))
    bare = book(Note(1, 0.0), Note(2, 900.0))
    assert b"/Subtype /Image" in printing.pdf(drawn, None)
    assert b"/Subtype /Image" not in printing.pdf(bare, None)


def test_a_book_without_boxes_is_one_page() -> None:
    assert len(list(printing.pictures(printing.pdf(book(), None)))) == 1


def test_a_track_without_boxes_is_refused_and_not_an_empty_page(tmp_path: Path) -> None:
    track = tmp_path / "track.gpx"
    points = "".join(f'<trkpt lat="31.0{n}" lon="2.0"/>' for n in range(3))
    track.write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    with pytest.raises(RefusedError, match="has a track but no boxes"):
        printed(track, tmp_path / "track.pdf", "a4", "")


def test_a_page_is_black_on_white_as_a_picture() -> None:
    pages = list(printing.pictures(printing.pdf(book(*(Note(1, 100.0 * n) for n in range(9))), None), 600))
    image = Image.open(BytesIO(pages[0]))
    assert len(pages) == 2
    assert image.width == pytest.approx(600, abs=2)
    assert image.convert("L").getextrema() == (0, 255)


def test_words_are_made_smaller_before_any_is_lost() -> None:
    found = fit("keep left of the well " * 4, PLAIN, 100.0, 60.0, 15.0, 6.0)
    assert found.size < 15.0
    assert " ".join(found.lines).split() == ("keep left of the well " * 4).split()
    assert found.height <= 60.0


def test_words_that_are_too_many_end_in_a_mark() -> None:
    found = fit("x" * 5000, BOLD, 50.0, 40.0, 12.0, 8.0)
    assert found.lines[-1].endswith("…")
    assert all(width(line, BOLD, found.size) <= 50.0 for line in found.lines[:-1])


def test_what_a_bulletin_has_changed_is_marked_in_print_and_a_cancelled_box_is_crossed_out() -> None:
    whole = book(Note(1, 0.0), Note(2, 1500.0, words="well"), Note(3, 2000.0), Note(4, 9000.0, danger=1))
    changes = [
        Change("cancel", box="2"),
        Change("add", total=4000.0, words="culvert"),
        Change("alter", box="4", moved=9500.0),
    ]
    amended, _ = layer.apply(whole, changes)
    words = said(printing.pdf(amended, None))
    assert [mark for mark in ("CANCELLED", "NEW", "AMENDED", "WAS 9.00", "3a", "well") if mark not in words] == []
    assert "2.00" in words.split(), "the way from the last box in force, past the one that is cancelled"
    assert printing.pdf(amended, None) != printing.pdf(replace(amended, notes=tuple(uncancelled(amended))), None)


def uncancelled(made: Roadbook) -> Iterator[Note]:
    """The same boxes, the cancelled one marked as altered: what differs then is the cross and the mark."""
    for note in made.notes:
        yield replace(note, amended="altered") if note.cancelled else note
