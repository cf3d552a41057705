"""What holds for every book that is converted: the exact table gives it back equal, OpenRally what it can hold.

Books are generated field by field from the model, so that a field that joins it is a book's business here at once.
"""

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from codriver.roadbook import figures
from codriver.roadbook.limits import BRANCHES, FASTEST, LONGEST, NAME, WIDEST
from codriver.roadbook.load import load, read
from codriver.roadbook.model import Event, Note, Position, Report, Roadbook, RoadbookError, Waypoint
from codriver.roadbook.model import Loaded as LoadedBook
from codriver.roadbook.write import exact, openrally, told
from codriver.roadbook.write.convert import convert
from codriver.roadbook.write.drawings import drawings
from codriver.units import DAY

PICTURES = ("tulip", "drawing")
HELD = {"number", "total", "name", "position", "cap", "danger", "speed", "words", "events", "waypoint", "lap"}
HELD |= {"show_coordinates", "measured", "branches", "amended", "changed", "moved_from", "importance"}
HELD |= {"highlight", "joined"}

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def number(least: float, most: float) -> st.SearchStrategy[float]:
    """No figure of a road is so small that it takes more than forty decimals."""
    return st.floats(least, most).map(lambda figure: figure if abs(figure) > 1e-9 else 0.0)


def text(most: int) -> st.SearchStrategy[str]:
    """As every reader leaves it: lines trimmed, printable."""
    spice = st.sampled_from(
        ['"', ";", ",", "%", "#", "&amp;", "]]>", "<b>", "!!", "\n", "=1", "é", "道", "😀", "\t", "\x85"]
    )
    letters = st.lists(st.one_of(st.text(max_size=6), spice), max_size=6).map("".join)
    return letters.map(lambda found: figures.lines(figures.lines(found)[:most]))


def line(most: int) -> st.SearchStrategy[str]:
    return text(most).map(lambda found: found.replace("\n", " "))


positions = st.builds(Position, number(-90, 90), number(-180, 180), st.none() | number(-500, 9000)).filter(
    lambda place: place.lat != 0 or place.lon != 0
)
KINDS = [
    "dz",
    "fz",
    "dss",
    "ass",
    "dn",
    "fn",
    "dt",
    "ft",
    "stop",
    "timecontrol",
    "checkpoint",
    "fuel",
    "reset",
    "police",
]
events = st.builds(
    Event,
    st.sampled_from([*KINDS, "free_zone", "x2", "-1", "a=b:c;d%20"]),
    st.none() | number(0, DAY),
    line(NAME),
)
radii = st.none() | number(0.1, WIDEST)
waypoints = st.builds(
    Waypoint, st.sampled_from(["WPM", "WPG", "DSS", "DZ", "CP", "DN", "VCP"]), line(NAME), radii, radii
)
notes = st.builds(
    Note,
    number=st.just(1),
    total=number(0, LONGEST),
    name=line(NAME),
    position=st.none() | positions,
    cap=st.none() | number(0, 360),
    danger=st.integers(0, 3),
    speed=st.none() | number(0.1, FASTEST),
    words=text(200),
    events=st.lists(events, max_size=4).map(tuple),
    waypoint=st.none() | waypoints,
    lap=st.integers(1, 1000),
    show_coordinates=st.booleans(),
    measured=st.booleans(),
    branches=st.lists(number(-180, 180), max_size=BRANCHES).map(tuple),
    amended=st.sampled_from(["", "added", "altered", "cancelled"]),
    changed=st.lists(st.sampled_from(["total", "danger", "words"]), unique=True).map(tuple),
    moved_from=st.none() | number(0, LONGEST),
    importance=st.none() | st.integers(0, 3),
    highlight=st.sampled_from(["", "yellow", "green"]),
    joined=st.booleans(),
)
books = st.builds(
    Roadbook,
    name=line(NAME).filter(bool),
    format=st.sampled_from(["CSV", "OpenRally v1.0.3", "KML course"]),
    units=st.sampled_from(["metric", "statute"]),
    notes=st.lists(notes, max_size=4).map(
        lambda found: tuple(replace(note, number=index) for index, note in enumerate(found, start=1))
    ),
    track=st.lists(st.lists(positions, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    length=st.none() | number(0, LONGEST),
    begins=number(0, LONGEST),
).filter(lambda book: bool(book.notes or book.track))


def bare(book: Roadbook) -> Roadbook:
    """The book without its pictures."""
    return replace(book, notes=tuple(replace(note, tulip=None, drawing=None) for note in book.notes))


def through_table(book: Roadbook) -> Roadbook:
    return read(exact.table(book).encode(), "x").book


def through_openrally(book: Roadbook) -> Roadbook:
    return read("".join(openrally.gpx(book, lambda _: (None, None))).encode(), "x").book


def untold(book: Roadbook, back: Roadbook) -> list[str]:
    return list(told.lost(book, back, lambda _: (None, None), lambda _: (None, None)))


def test_every_field_of_a_note_is_in_the_exact_table_or_is_a_picture() -> None:
    assert {field.name for field in fields(Note)} == HELD | set(PICTURES)
    assert {field.name for field in fields(Roadbook)} == {
        *("name", "format", "units", "notes", "track", "length", "begins")
    }
    assert {field.name for field in fields(Waypoint)} == {"type", "name", "open", "clear"}
    assert {field.name for field in fields(Event)} == {"kind", "value", "name"}


@CALM
@given(books)
def test_the_exact_table_gives_every_book_back_equal(book: Roadbook) -> None:
    assert through_table(book) == book


@CALM
@given(books)
def test_what_openrally_gave_back_once_it_gives_back_equal_for_ever(book: Roadbook) -> None:
    once = through_openrally(through_openrally(book))  # what stood behind markup in the words may be a mark without it
    again = through_openrally(once)
    assert replace(again, format=once.format) == once
    assert untold(once, again) == []


@CALM
@given(books)
def test_openrally_gives_back_distances_places_and_tracks_as_they_were(book: Roadbook) -> None:
    back = through_openrally(book)
    assert [note.position for note in back.notes] == [note.position for note in book.notes]
    assert back.track == book.track
    assert all(abs(a.total - b.total) <= told.TOLERANCE for a, b in zip(book.notes, back.notes, strict=True))
    assert [note.cap for note in back.notes] == [
        note.cap if note.cap is None else round(note.cap) for note in book.notes
    ]
    assert all(b.danger >= a.danger for a, b in zip(book.notes, back.notes, strict=True))
    assert [note.show_coordinates for note in back.notes] == [note.show_coordinates for note in book.notes]


@CALM
@given(books)
def test_whatever_is_not_held_is_told(book: Roadbook) -> None:
    back = through_openrally(book)
    told_ = untold(book, back)
    for before, after in zip(book.notes, back.notes, strict=True):
        unequal = [name for name in HELD - {"total", "events"} if getattr(before, name) != getattr(after, name)]
        if [(event.kind, event.name) for event in before.events] != [(e.kind, e.name) for e in after.events]:
            unequal.append("events")
        assert told_ or not unequal, unequal


@pytest.fixture(scope="module")
def schema(field_data: Path) -> Any:
    """The published schema, which is field data."""
    return pytest.importorskip("lxml.etree").XMLSchema(file=str(field_data / "roadbooks" / "openrally-v1.0.3.xsd"))


def assert_valid(schema: Any, written: bytes) -> int:
    """Every OpenRally element of the file by itself, as the schema declares them; how many there are."""
    from lxml import etree

    found = etree.fromstring(written).xpath("//*[local-name()='extensions']/*")
    for element in found:
        schema.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(element, with_tail=False))))
    return len(found)


@CALM
@given(book=books)
def test_every_book_written_as_openrally_is_valid_by_the_published_schema(schema: Any, book: Roadbook) -> None:
    written = "".join(openrally.gpx(book, lambda _: (None, None))).encode()
    assert assert_valid(schema, written) > len(book.notes)


@CALM
@given(books)
def test_plain_gpx_is_read_back_with_every_place(tmp_path_factory: pytest.TempPathFactory, book: Roadbook) -> None:
    assume(book.track or any(note.position for note in book.notes))
    assume(not book.notes or any(note.position for note in book.notes))
    out = tmp_path_factory.mktemp("plain") / "device.gpx"
    convert(LoadedBook(book, Report("")), b"", out, plain=True)
    places = {note.position for note in load(out).book.notes}
    assert places <= {note.position for note in book.notes}


def real(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix != ".xsd")


def test_every_real_book_comes_back_equal_from_the_exact_table(field_data: Path, tmp_path: Path) -> None:
    for path in real(field_data / "roadbooks"):
        try:
            loaded = load(path)
        except RoadbookError:
            continue  # its reader is to come
        sentences = convert(loaded, path.read_bytes(), tmp_path / "book.csv")
        assert load(tmp_path / "book.csv").book == bare(loaded.book), path.name
        assert all("drawings" in sentence for sentence in sentences), path.name


def test_every_real_book_with_places_comes_back_from_openrally_but_for_what_is_told(
    schema: Any, field_data: Path, tmp_path: Path
) -> None:
    for path in real(field_data / "roadbooks"):
        try:
            loaded = load(path)
        except RoadbookError:
            continue  # its reader is to come
        if loaded.book.notes and not any(note.position for note in loaded.book.notes):
            continue
        out = tmp_path / "book.gpx"
        sentences = convert(loaded, path.read_bytes(), out)
        assert assert_valid(schema, out.read_bytes()) >= 1
        back = load(out).book
        assert len(back.notes) == len(loaded.book.notes)
        if not sentences:
            assert shown(back, out) == shown(loaded.book, path)


def test_the_real_stage_with_its_86_pictures_loses_nothing_in_openrally(field_data: Path, tmp_path: Path) -> None:
    path = next((field_data / "roadbooks").glob("pga-poznan*"))
    assert convert(load(path), path.read_bytes(), tmp_path / "book.gpx") == ()


def shown(book: Roadbook, path: Path) -> tuple[Roadbook, list[object]]:
    """The book without pictures, and the pictures by what is in them."""
    drawn = drawings(path.read_bytes())
    return replace(bare(book), format=os.fspath("")), [drawn(note) for note in book.notes]
