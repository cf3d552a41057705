"""The desk itself: what it has written is on the disk, and neither the original nor what others wrote is touched."""

import os
from pathlib import Path

import pytest

from codriver.desk.desk import Desk, StaleError
from codriver.desk.drawings import SIZES, UndrawnError
from codriver.desk.edits import Edit, RefusedError, Wish
from codriver.roadbook import amend, load
from codriver.roadbook.change import Change, of
from codriver.roadbook.model import RoadbookError
from tests.desk.conftest import TYPED, Book


def test_what_was_written_is_in_the_book_that_is_loaded_next(typed: Book) -> None:
    typed.write("#3", words="left at the dry well", danger=2, highlight="yellow", importance=3, joined=True)
    note = typed.notes()[2]
    assert (note.words, note.danger, note.highlight) == ("left at the dry well", 2, "yellow")
    assert (note.importance, note.joined, note.amended) == (3, True, "")


def test_all_that_a_crew_writes_of_a_box_is_one_change(typed: Book) -> None:
    typed.write("#3", words="right")
    typed.write("#3", danger=1)
    typed.write("#3", words="right, stones")
    assert len(amend.changes_of(typed.path)) == 1
    assert (typed.notes()[2].words, typed.notes()[2].danger) == ("right, stones", 1)


def test_what_was_written_can_be_taken_back_until_nothing_is_left(typed: Book) -> None:
    typed.write("#3", words="right", danger=1)
    typed.write("#3", words=None)
    assert typed.notes()[2].words == "left at the well"
    typed.write("#3", danger=None)
    assert amend.changes_of(typed.path) == ()
    assert [note.words for note in typed.notes()] == [line.split(",")[3] for line in TYPED.splitlines()[1:]]


def test_an_edit_upon_what_is_no_more_is_told_and_not_written(typed: Book) -> None:
    seen = typed.box("#3").rev
    typed.write("#3", words="right")
    with pytest.raises(StaleError) as told:
        typed.desk.write("#3", Edit(seen, Wish(words="straight on")))
    assert told.value.box == typed.box("#3")
    assert typed.notes()[2].words == "right"


def test_an_edit_to_another_box_is_no_conflict(typed: Book) -> None:
    seen = typed.box("#4").rev
    typed.write("#3", words="right")
    typed.desk.write("#4", Edit(seen, Wish(words="many stones")))
    assert [note.words for note in typed.notes()[2:4]] == ["right", "many stones"]


def test_an_edit_that_comes_twice_is_written_once_and_is_no_conflict(typed: Book) -> None:
    """The server may die between the disk and its answer; the page then sends again."""
    edit = Edit(typed.box("#3").rev, Wish(words="right"))
    first = typed.desk.write("#3", edit)
    written = typed.layer.read_bytes()
    assert typed.desk.write("#3", edit).rev == first.rev
    assert typed.layer.read_bytes() == written


def test_a_desk_that_is_opened_again_knows_the_same_revisions(typed: Book) -> None:
    saved = typed.write("#3", words="right")
    again = Book(typed.path)
    assert again.box("#3").rev == saved.rev
    assert again.desk.stamp() == saved.stamp


def test_what_a_bulletin_says_stays_and_is_marked(typed: Book) -> None:
    bulletin = (Change("alter", total=500.0, danger=3), Change("add", total=900.0, words="new ditch"))
    amend.save(typed.path, bulletin)
    typed.write("#2", words="deep dip")
    added = next(box.key for box in typed.desk.sheet().boxes if box.words == "new ditch")
    typed.write(added, words="new deep ditch", highlight="orange")
    assert amend.changes_of(typed.path)[:2] == bulletin
    assert typed.box("#2").changed == "amended: danger"
    assert [(note.words, note.danger) for note in typed.notes()[1:3]] == [("deep dip", 3), ("new deep ditch", 0)]
    typed.write(added, words=None, highlight=None)
    assert typed.notes()[2].words == "new ditch"


def test_a_note_that_somebody_typed_by_distance_is_ground_and_not_overwritten(typed: Book) -> None:
    typed.layer.write_text("change,distance,words\nnote,1.20,right after all\n")
    typed.write("#3", danger=2)
    assert (typed.notes()[2].words, typed.notes()[2].danger) == ("right after all", 2)
    typed.write("#3", words="straight on")
    assert typed.notes()[2].words == "straight on"
    typed.write("#3", words=None)
    assert typed.notes()[2].words == "right after all"


def test_the_crews_own_notes_of_elsewhere_are_the_desks_too(typed: Book) -> None:
    note = typed.notes()[2]
    amend.save(typed.path, [of(note, "note", words="right"), of(note, "note", danger=1)])
    assert typed.box("#3").own == {"words": "right", "danger": 1}
    typed.write("#3", words=None)
    assert (typed.notes()[2].words, typed.notes()[2].danger) == ("left at the well", 1)


def test_what_others_write_is_seen_by_its_stamp(typed: Book) -> None:
    before = typed.desk.stamp()
    amend.save(typed.path, [Change("cancel", total=500.0)])
    assert typed.desk.stamp() != before
    assert typed.box("#2").cancelled


def test_a_danger_of_the_book_stays_and_the_crew_is_told(typed: Book) -> None:
    saved = typed.write("#4", danger=1)
    assert "has danger 2" in saved.told
    assert typed.notes()[3].danger == 2
    assert not typed.layer.exists()


# A book that has only pictures.


def test_a_box_without_a_distance_gets_one_and_stays_in_its_place(scanned: Book) -> None:
    for number, total in enumerate(["0", "+0.42", "0,65"], start=1):
        scanned.write(f"#{number}", total=total, words=f"box {number}")
    notes = scanned.notes()
    assert [(note.number, note.total, note.measured) for note in notes[:4]] == [
        (1, 0.0, True),
        (2, 420.0, True),
        (3, 650.0, True),
        (4, 650.0, False),
    ]
    assert [box.partial for box in scanned.desk.sheet().boxes[:4]] == ["", "0.42", "0.23", ""]


def test_a_box_that_follows_another_ones_distance_is_drawn_anew(scanned: Book) -> None:
    scanned.write("#1", total="0")
    scanned.write("#2", total="0.40")
    assert [box.key for box in scanned.write("#1", total="0.10").boxes] == ["#1", "#2"]


def test_a_distance_out_of_order_is_written_and_told(scanned: Book) -> None:
    scanned.write("#1", total="0")
    scanned.write("#3", total="5.00")
    told = scanned.write("#2", total="50.0").told
    assert "50.00 km is more than box 3 has (5.00 km)" in told
    assert scanned.notes()[1].total == 50_000.0


def test_a_partial_behind_a_box_without_a_distance_is_refused(scanned: Book) -> None:
    with pytest.raises(RefusedError, match="Box 4 has no distance yet"):
        scanned.write("#5", total="+0.42")


def test_a_distance_can_be_taken_back(scanned: Book) -> None:
    scanned.write("#2", total="1.234")
    assert scanned.box("#2").own["total"] == "1.234"
    scanned.write("#2", total="")
    assert not scanned.notes()[1].measured


# What can go wrong.


def test_no_such_box_is_a_sentence(typed: Book) -> None:
    with pytest.raises(RefusedError, match="no such box"):
        typed.desk.write("#77", Edit("", Wish(words="x")))


def test_a_full_disk_leaves_what_was_there(typed: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    typed.write("#3", words="right")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RoadbookError, match="No space left"):
        typed.write("#4", words="never on the disk")
    monkeypatch.undo()
    assert [note.words for note in typed.notes()[2:4]] == ["right", "stones"]
    assert typed.box("#4").words == "stones"
    assert sorted(path.name for path in typed.path.parent.iterdir()) == ["day3.csv", "day3.csv.changes.csv"]


def test_what_would_not_be_read_again_is_not_written(typed: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codriver.desk.desk.CHANGES", 1)
    typed.write("#3", words="right")
    with pytest.raises(RefusedError, match="layer is full"):
        typed.write("#4", words="one more")
    assert typed.notes()[2].words == "right"


# What is seen and heard.


def test_what_the_voice_would_say_is_that_of_the_written_words(typed: Book) -> None:
    assert typed.desk.said("#4", Wish()) == "danger 2, stones, cap 045"
    assert typed.desk.said("#4", Wish(words="keep left of the stones")) == "danger 2, keep left of the stones, cap 045"
    assert not typed.layer.exists()


def test_a_name_that_is_no_number_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "names.gpx"
    path.write_text('<gpx><wpt lat="31" lon="2"><name>Well of the two palms</name><desc>left</desc></wpt></gpx>')
    assert Book(path).box("#1").badges == ("Well of the two palms",)


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_a_png_of_its_size(staged: Book, size: str) -> None:
    for scale in (1, 2):
        png = staged.desk.picture("#2", "tulip", size, scale)
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        wide, high = SIZES[size]
        assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (wide * scale, high * scale)


@pytest.mark.parametrize(
    ("key", "part", "size", "scale"),
    [
        ("#2", "tulip", "huge", 1),
        ("#2", "tulip", "small", 99),
        ("#2", "elsewhere", "small", 1),
        ("#0", "tulip", "small", 1),
    ],
)
def test_no_other_picture_is_drawn(staged: Book, key: str, part: str, size: str, scale: int) -> None:
    with pytest.raises(UndrawnError, match="no "):
        staged.desk.picture(key, part, size, scale)


def test_every_box_of_the_real_books_is_there_and_the_last_can_be_written_into(
    field_data: Path, tmp_path: Path
) -> None:
    for file in sorted((field_data / "roadbooks").glob("*.[gkjr]*")):
        path = tmp_path / file.name
        path.write_bytes(file.read_bytes())
        if not load.load(path).book.notes:
            continue
        book = Book(path)
        boxes = book.desk.sheet().boxes
        assert len({box.key for box in boxes}) == len(boxes) == len(book.notes())
        last = boxes[-1].key
        book.write(last, words="the end")
        assert book.notes()[-1].words == "the end"


def test_a_track_without_boxes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "track.gpx"
    path.write_text('<gpx><trk><trkseg><trkpt lat="31.0" lon="2.0"/><trkpt lat="31.1" lon="2"/></trkseg></trk></gpx>')
    with pytest.raises(RoadbookError, match="has a track but no boxes"):
        Desk(path, "en")
