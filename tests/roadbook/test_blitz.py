"""Rally Blitz and Rally Comp: the type, the radius and the distance of a box are packed in its name."""

import pytest

from codriver.roadbook import blitz, gpx
from codriver.roadbook.model import Event, Note, Roadbook, Waypoint
from codriver.units import KMH


def wpt(number: int, name: str, desc: str = "") -> str:
    """A box every 500 m along a track to the north."""
    return f'<wpt lat="{31 + number * 0.0045094}" lon="2"><name>{name}</name><desc>{desc}</desc></wpt>'


def read(*names: tuple[str, str], track: bool = True) -> tuple[Roadbook, str]:
    body = "".join(wpt(number, *name) for number, name in enumerate(names))
    line = '<trk><trkseg><trkpt lat="31" lon="2"/><trkpt lat="31.2" lon="2"/></trkseg></trk>' if track else ""
    book, findings = gpx.read(f'<gpx version="1.1" creator="x">{body}{line}</gpx>'.encode(), "stage")
    return book, " ".join(doubt.text for doubt in findings.doubts)


def one(name: str, desc: str = "") -> Note:
    return read((name, desc), ("DSZ:50", ""))[0].notes[0]


def totals(book: Roadbook) -> list[int]:
    return [round(note.total / 10) * 10 for note in book.notes]


def test_a_masked_waypoint_has_its_number_its_radius_and_its_distance() -> None:
    note = one("WPM12:400:3.45", "WP12")
    assert note.waypoint == Waypoint("WPM", "12", None, 400)
    assert (note.total, note.words, note.name) == (3450, "", "WPM12:400:3.45")


@pytest.mark.parametrize(
    ("name", "waypoint", "kinds"),
    [
        ("WPM3:400", Waypoint("WPM", "3", None, 400), []),
        ("WPE", Waypoint("WPE"), []),
        ("WPS:90", Waypoint("WPS", "", None, 90), []),
        ("WPC:300", Waypoint("WPC", "", None, 300), []),
        ("DSS", Waypoint("DSS"), ["dss"]),
        ("DSS:50", Waypoint("DSS", "", None, 50), ["dss"]),
        ("FSS", Waypoint("ASS"), ["ass"]),
        ("FSZ", Waypoint("FZ"), ["fz"]),
        ("CP", Waypoint("CP"), ["checkpoint"]),
        ("FN", Waypoint("FN"), ["fn"]),
    ],
)
def test_the_type_in_the_name_is_the_boxs(name: str, waypoint: Waypoint, kinds: list[str]) -> None:
    note = one(name)
    assert note.waypoint == waypoint
    assert [event.kind for event in note.events] == kinds
    assert note.words == ""


@pytest.mark.parametrize(("name", "desc"), [("DSZ:50", ""), ("DSZ:50", "SZ50"), ("DSZ", "SZ50"), ("7", "SZ50")])
def test_a_zone_begins_with_its_limit_in_the_name_or_the_description(name: str, desc: str) -> None:
    note = one(name, desc)
    assert note.events == (Event("dz", 50 * KMH),)
    assert (note.speed, note.words) == (50 * KMH, "")


def test_a_zone_without_a_limit_is_still_a_zone() -> None:
    assert one("DSZ").events == (Event("dz"),)


def test_a_limit_of_its_own_is_no_zone() -> None:
    note = one("SPEED-50:50")
    assert (note.speed, note.events) == (50 * KMH, ())


def test_three_marks_in_the_description_are_a_danger_of_three() -> None:
    note = one("WPS:200", "!!!")
    assert (note.danger, note.words, note.waypoint) == (3, "", Waypoint("WPS", "", None, 200))


def test_words_in_the_description_stay() -> None:
    assert one("WPM1:400", "ford, keep left").words == "ford, keep left"


def test_a_number_is_a_box_that_is_nothing_special() -> None:
    book, _ = read(("1", ""), ("WPM2:400:0.50", ""), ("3", "well"))
    assert [(note.name, note.words, note.events) for note in book.notes[::2]] == [("1", "", ()), ("3", "well", ())]


def test_distances_in_names_hold_and_the_track_measures_the_rest_from_them() -> None:
    book, doubts = read(("1", ""), ("WPM2:400:0.60", ""), ("3", ""), ("WPM4:400:1.80", ""), ("FSS", ""))
    assert totals(book) == [0, 600, 1100, 1800, 2300]
    assert "Only some boxes say a distance" in doubts


def test_without_distances_the_track_measures_all() -> None:
    assert totals(read(("DSS", ""), ("DSZ:30", ""), ("FSZ", ""))[0]) == [0, 500, 1000]


def test_without_a_track_the_boxes_between_are_measured_in_straight_lines() -> None:
    book, doubts = read(("DSS", ""), ("WPM2:400:0.60", ""), ("FSS", ""), track=False)
    assert totals(book) == [0, 600, 1100]
    assert "straight lines" in doubts


def test_the_one_radius_of_a_name_is_doubted() -> None:
    assert "one radius only" in read(("WPM1:400", ""))[1]


@pytest.mark.parametrize("names", [["1", "2"], ["WPM", "DSS"], ["WPM1"], ["note: 4 km"], ["SZ08 60MPH"], ["12:30"], []])
def test_names_of_other_files_are_not_taken_apart(names: list[str]) -> None:
    assert not blitz.packed(names)


@pytest.mark.parametrize("name", ["WPM12:400", "DSZ:50", "FSZ", "FSS", "wps:200"])
def test_one_such_name_tells_the_kind(name: str) -> None:
    assert blitz.packed(["1", name, "Bridge"])
