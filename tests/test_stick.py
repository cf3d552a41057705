"""Books on a stick: what is anybody's is looked at and not believed, and whatever is wrong with it is a sentence."""

import errno
import json
import os
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codriver import stick
from codriver.roadbook import amend, load
from codriver.roadbook.leaves import leaves
from codriver.stick import BOOKS, EJECT, KEPT, Desk, copied, listed

DOUBTFUL = "distance,words,danger\n0,start,0\n1200,well,0\n900,back,0\n"


@pytest.fixture
def sticks(tmp_path: Path) -> Path:
    """A folder that stands for the sticks, with one in it."""
    folder = tmp_path / "sticks"
    (folder / "sda1").mkdir(parents=True)
    return folder


@pytest.fixture
def desk(sticks: Path, tmp_path: Path) -> Desk:
    return Desk(str(sticks), tmp_path / "state")


def put(sticks: Path, path: str, content: bytes | str = DOUBTFUL, age: int = 0) -> Path:
    """A file on the stick, so many seconds older than the newest."""
    file = sticks / "sda1" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(file, (1_700_000_000 - age, 1_700_000_000 - age))
    return file


def names(sticks: Path) -> list[str]:
    return [each.path for each in listed(sticks)[0]]


def told(text: str, word: str) -> Any:
    assert text.startswith(f"{word} "), text
    return json.loads(text.removeprefix(f"{word} "))


# What is there.


def test_the_newest_books_come_first_and_the_others_are_counted(sticks: Path, desk: Desk) -> None:
    for n in range(15):
        put(sticks, f"SS{n:02d}.gpx", age=n)
    seen = told(desk.look(), "stick")
    assert seen["books"] == [f"sda1/SS{n:02d}.gpx" for n in range(10)]
    assert (seen["here"], seen["more"]) == (True, 5)


def test_books_in_folders_are_found_and_what_is_no_book_is_not(sticks: Path) -> None:
    put(sticks, "Stage 3/PC/book.PDF", age=1)
    put(sticks, "holiday.jpg")
    put(sticks, "empty.gpx", "")
    put(sticks, "book.gpx.changes.csv")
    assert names(sticks) == ["sda1/Stage 3/PC/book.PDF"]


def test_hidden_and_absurd_names_are_left_out(sticks: Path) -> None:
    for name in (
        "._SS1.gpx",
        ".Trash-1000/SS1.gpx",
        "System Volume Information/SS1.gpx",
        "$RECYCLE.BIN/SS1.gpx",
        "two\nlines.gpx",
        "bell\x07.gpx",
        "a" * 130 + ".gpx",
        "1/2/3/4/deep.gpx",
    ):
        put(sticks, name)
    (sticks / "sda1" / os.fsdecode(b"\xff\xfe.gpx")).write_text("x")
    put(sticks, "SS1.gpx")
    assert names(sticks) == ["sda1/SS1.gpx"]


def test_a_book_with_a_name_as_long_as_organisers_give_is_there(sticks: Path) -> None:
    path = "Rally 2026/Stage 3 Tan-Tan - Assa, roadbook for cars, final version 2 of 12 January.gpx"
    put(sticks, path)
    assert names(sticks) == [f"sda1/{path}"]


def test_links_pipes_and_sockets_are_no_books(sticks: Path, tmp_path: Path) -> None:
    put(sticks, "SS1.gpx")
    (sticks / "sda1" / "link.gpx").symlink_to("/etc/shadow")
    (sticks / "sda1" / "away").symlink_to(tmp_path)
    os.mkfifo(sticks / "sda1" / "pipe.gpx")
    (tmp_path / "elsewhere.gpx").write_text(DOUBTFUL)
    assert names(sticks) == ["sda1/SS1.gpx"]


def test_a_stick_with_ten_thousand_files_is_looked_at_as_far_as_there_is_time(
    sticks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sticks / "sda1"
    for n in range(10_000):
        os.close(os.open(folder / f"{n:05d}.jpg", os.O_CREAT))
    looked = [0]
    before = stick._entries

    def counted(path: Path) -> Any:
        for entry in before(path):
            looked[0] += 1
            yield entry

    monkeypatch.setattr(stick, "_entries", counted)
    assert names(sticks) == []
    assert looked[0] <= stick.LOOKED_AT + 2


def test_no_stick_is_nothing_to_tell_and_a_stick_without_books_is(desk: Desk, tmp_path: Path) -> None:
    assert Desk(str(tmp_path / "nowhere"), tmp_path).look() == "stick {}"
    assert told(desk.look(), "stick") == {"here": True, "books": [], "more": 0}


# Copying and checking.


def test_a_book_is_copied_whole_and_its_report_comes_back(
    sticks: Path, desk: Desk, tmp_path: Path, stage: bytes
) -> None:
    put(sticks, "SS1.gpx", stage)
    ready = told(desk.load("sda1/SS1.gpx"), "ready")
    assert ready["name"] == "SS1.gpx"
    assert (ready["pages"], ready["lines"]) == (1, ["37 boxes over 15.24 km, 13 dangers, nothing doubtful."])
    taken = stick.taken(tmp_path / "state", ready["file"])
    assert (taken.name, taken.content, taken.changes) == ("SS1.gpx", stage, "")
    assert list((tmp_path / "state" / BOOKS).iterdir()) == [stick.place(tmp_path / "state", stage, "SS1.gpx")]


def test_the_whole_report_is_there_page_by_page(sticks: Path, desk: Desk) -> None:
    rows = "".join(f"{5000 - 100 * n},{'x' * 30} {n},0\n" for n in range(20))
    put(sticks, "typed.csv", DOUBTFUL + rows + "12,ZZZ\n,,9\nabc,x,0\n")
    ready = told(desk.load("sda1/typed.csv"), "ready")
    every = [told(desk.leaf(page), "page") for page in range(ready["pages"])]
    assert ready["lines"] == every[0]["lines"]
    assert [tuple(each["lines"]) for each in every] == list(leaves(load.load(sticks / "sda1" / "typed.csv").report))
    assert told(desk.leaf(ready["pages"]), "page")["page"] == 0
    assert len(every) > 1


def test_what_the_desk_has_laid_over_a_book_comes_with_it_and_stays(
    sticks: Path, desk: Desk, tmp_path: Path, stage: bytes
) -> None:
    put(sticks, "SS1.gpx", stage)
    layer = "change,distance,value,words\nadd,3.2 km,,NEW DITCH\n"
    put(sticks, f"SS1.gpx{amend.ENDING}", layer)
    ready = told(desk.load("sda1/SS1.gpx"), "ready")
    assert ready["lines"][0].startswith("38 boxes")
    assert stick.taken(tmp_path / "state", ready["file"]).changes == layer
    (sticks / "sda1" / f"SS1.gpx{amend.ENDING}").unlink()
    again = told(desk.load("sda1/SS1.gpx"), "ready")
    assert again["lines"][0].startswith("38 boxes")
    assert stick.taken(tmp_path / "state", again["file"]).changes == layer
    put(sticks, f"SS1.gpx{amend.ENDING}", "change,distance\n")
    other = told(desk.load("sda1/SS1.gpx"), "ready")
    assert other["lines"][0].startswith("37 boxes")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../../etc/passwd", "leads out of the stick"),
        ("sda1/../../../etc/passwd", "leads out of the stick"),
        ("/etc/passwd", "leads out of the stick"),
        ("sda1/gone.gpx", "gone.gpx: it is not on the stick any more"),
        ("sda1/link.gpx", "link.gpx: it is a link to somewhere else"),
        ("sda1/away/book.gpx", "book.gpx: it is a link to somewhere else"),
        ("sda1/pipe.gpx", "pipe.gpx: it is no plain file"),
        ("sda1/folder.gpx", "folder.gpx: it is no plain file"),
        ("sda1/huge.gpx", "huge.gpx: it is over 64 MB"),
        ("sda1/photo.gpx", "photo.gpx"),
    ],
)
def test_what_is_no_book_is_refused_with_a_sentence(
    sticks: Path, desk: Desk, tmp_path: Path, path: str, why: str
) -> None:
    put(sticks, "photo.gpx", b"\xff\xd8\xff\xe0" + b"\0" * 1000)
    (sticks / "sda1" / "link.gpx").symlink_to("/etc/shadow")
    (sticks / "sda1" / "away").symlink_to(tmp_path)
    (tmp_path / "book.gpx").write_text(DOUBTFUL)
    os.mkfifo(sticks / "sda1" / "pipe.gpx")
    (sticks / "sda1" / "folder.gpx").mkdir()
    with (sticks / "sda1" / "huge.gpx").open("wb") as file:
        file.truncate((64 << 20) + 1)
    said = desk.load(path)
    assert said.startswith("failed ")
    assert why in said
    assert "\n" not in said
    assert str(tmp_path) not in said


def test_what_is_refused_is_called_as_it_is_on_the_stick(sticks: Path, desk: Desk) -> None:
    put(sticks, "shopping.txt", b"milk\n")
    assert desk.load("sda1/shopping.txt").startswith("failed shopping.txt: shopping is text, but neither a roadbook")


def test_a_bomb_of_a_kmz_is_a_sentence(sticks: Path, desk: Desk) -> None:
    bomb = sticks / "sda1" / "bomb.kmz"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("doc.kml", "w") as doc,
    ):
        for _ in range(300):
            doc.write(b" " * (1 << 20))
    assert bomb.stat().st_size < 1 << 20
    said = desk.load("sda1/bomb.kmz")
    assert said.startswith("failed bomb.kmz")


def test_a_stick_that_is_pulled_out_while_it_is_copied_leaves_nothing_behind(
    sticks: Path, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sticks, "SS1.gpx", b"<gpx>" + b" " * (3 << 20))

    def pulled(source: Any) -> Any:
        yield source.read(stick.CHUNK)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(stick, "_chunks", pulled)
    assert desk.load("sda1/SS1.gpx") == (
        "failed SS1.gpx: the stick was pulled out or is damaged; plug it in again, or use another"
    )
    assert list((tmp_path / "state" / BOOKS).iterdir()) == []


def test_a_full_card_is_said_before_it_is_filled(
    sticks: Path, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is the log's."""
    put(sticks, "SS1.gpx")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=stick.SPARE))
    assert desk.load("sda1/SS1.gpx") == "failed SS1.gpx: the card is full; copy the old runs from it and remove them"
    assert list((tmp_path / "state" / BOOKS).iterdir()) == []


def test_a_file_that_grows_while_it_is_copied_is_no_book(
    sticks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stick, "FILE_BYTES", 3500)
    monkeypatch.setattr(stick, "CHUNK", 1000)
    real = os.fstat

    def smaller(number: int) -> os.stat_result:
        known = list(real(number))
        known[6] = 2000
        return os.stat_result(known)

    monkeypatch.setattr(os, "fstat", smaller)
    put(sticks, "SS2.gpx", b"x" * 4000)
    with pytest.raises(stick.StickError, match="over 64 MB"):
        copied(sticks, "sda1/SS2.gpx", tmp_path / BOOKS)


def test_the_copy_has_a_harmless_name(sticks: Path, tmp_path: Path) -> None:
    put(sticks, "Étape 3; rm -rf `x` (v2).gpx")
    assert copied(sticks, "sda1/Étape 3; rm -rf `x` (v2).gpx", tmp_path / BOOKS).name.partition("-")[2] == (
        "_tape 3_ rm -rf _x_ (v2).gpx"
    )


def test_the_newest_books_are_kept_and_the_oldest_go(sticks: Path, tmp_path: Path) -> None:
    for n in range(KEPT + 5):
        put(sticks, "SS.csv", f"{DOUBTFUL}{2000 + n},x,0\n")
        os.utime(copied(sticks, "sda1/SS.csv", tmp_path / BOOKS), (n, n))
    kept = sorted(path.stat().st_mtime for path in (tmp_path / BOOKS).iterdir())
    assert kept == [float(n) for n in range(5, KEPT + 5)]


@pytest.mark.parametrize("name", ["../secret", "nowhere.gpx", "/etc/passwd"])
def test_only_a_copy_can_be_taken_into_use(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    with pytest.raises(stick.StickError):
        stick.taken(tmp_path, name)


# Giving it back.


def test_the_service_is_asked_to_let_go_of_the_stick(
    sticks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.setattr(stick, "MOUNTED", sticks)
    assert Desk("", tmp_path / "state").eject() == "ejected pull the stick out"
    assert (tmp_path / "state" / EJECT).exists()


def test_a_folder_that_stands_for_a_stick_is_the_systems_own(desk: Desk, tmp_path: Path) -> None:
    assert desk.eject().startswith("ejected nothing is held open")
    assert not (tmp_path / "state" / EJECT).exists()
