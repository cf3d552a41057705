"""The real files, where they are at hand, with the facts that were measured in them."""

from pathlib import Path

import pytest

from codriver.roadbook import facts, pictures
from codriver.roadbook.load import load
from codriver.roadbook.model import Event, Loaded, Note, RoadbookError
from codriver.units import KMH


@pytest.fixture(scope="module")
def books(field_data: Path) -> Path:
    return field_data / "roadbooks"


def _kinds(note: Note) -> list[str]:
    return [event.kind for event in note.events]


def _pictures(path: Path, loaded: Loaded) -> list[str]:
    data = path.read_bytes()
    found = [picture for note in loaded.book.notes for picture in (note.tulip, note.drawing) if picture]
    return [pictures.kind(pictures.read(data, picture)) for picture in found]


def test_the_real_stage_has_what_was_measured_in_it(books: Path) -> None:
    path = next(books.glob("pga-poznan*"))
    loaded = load(path)
    book = loaded.book
    assert (len(book.notes), facts.track_points(book)) == (43, 212)
    assert (book.format, book.units, book.length) == ("OpenRally v1.0.3", "metric", 35_950)
    assert book.notes[-1].total == pytest.approx(35_949.4, abs=0.1)
    assert [note.name for note in book.notes] == [str(number) for number in range(1, 44)]
    assert sum(note.cap is not None for note in book.notes) == 2
    assert facts.dangers(book) == {1: 6, 2: 0, 3: 0}
    assert all(note.position for note in book.notes)
    assert not any(note.words for note in book.notes)
    assert facts.track_length(book) == pytest.approx(35_950, rel=0.002)
    assert _pictures(path, loaded) == ["PNG"] * 86


def test_the_real_stage_keeps_its_waypoints_and_its_odd_limits(books: Path) -> None:
    loaded = load(next(books.glob("pga-poznan*")))
    kinds = {kind.type: kind for kind in facts.waypoints(loaded.book)}
    assert {name: kind.count for name, kind in kinds.items()} == {
        "DSS": 1,
        "WPM": 2,
        "WPE": 1,
        "WPC": 1,
        "WPV": 4,
        "ASS": 1,
    }
    assert (kinds["DSS"].open, kinds["DSS"].clear) == ((2000,), (50,))
    assert (kinds["WPM"].open, kinds["WPM"].clear) == ((800,), (90,))
    assert (kinds["WPC"].open, kinds["WPC"].clear, kinds["WPC"].without_open) == ((), (300,), 1)
    limited = [note for note in loaded.book.notes if note.speed is not None]
    assert [note.speed for note in limited] == [pytest.approx(30 * KMH)] * 2
    assert [_kinds(note) for note in limited] == [[], []]
    doubts = " ".join(doubt.text for doubt in loaded.report.doubts)
    assert "without the start of a zone (DZ), and no FZ ends it" in doubts
    assert "radius" not in doubts


def test_the_standards_own_example_is_read_to_its_last_tag(books: Path) -> None:
    path = books / "openrally-spec-example-v1.0.3.gpx"
    loaded = load(path)
    notes = loaded.book.notes
    assert len(notes) == 21
    assert all(note.position is None for note in notes)
    assert notes[1].events == (Event("dz", 65 * KMH),)
    assert (notes[3].danger, notes[3].waypoint and notes[3].waypoint.type) == (3, "WPS")
    assert notes[4].events == (Event("stop", 3),)
    assert notes[5].events == (Event("dn", 900), Event("fuel"))
    assert notes[7].events == (Event("dn", 900), Event("dz", 40 * KMH), Event("fuel"))
    assert _kinds(notes[9]) == ["dt", "dz", "fuel"]
    assert notes[20].cap == 360
    assert notes[20].show_coordinates
    assert Event("timecontrol", 3600) in notes[20].events
    assert _pictures(path, loaded) == ["PNG", "SVG", "SVG", "SVG"]
    assert any("The distance goes back" in doubt.text for doubt in loaded.report.doubts)


def test_the_track_without_a_namespace_is_a_track(books: Path) -> None:
    loaded = load(books / "synthetic-desert-loop_drzapp1.gpx")
    assert (loaded.book.notes, facts.track_points(loaded.book)) == ((), 761)
    assert loaded.book.name == "stage_desert_loop"
    assert facts.track_length(loaded.book) == pytest.approx(3034, rel=0.01)


def test_every_real_roadbook_loads_and_a_schema_is_none(books: Path) -> None:
    for path in sorted(books.iterdir()):
        if path.suffix == ".xsd":
            with pytest.raises(RoadbookError, match="XML of another kind"):
                load(path)
        else:
            assert load(path).report.verdict
