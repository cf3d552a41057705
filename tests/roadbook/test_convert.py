"""A book written into another file: what is in the file, what is told, and what is refused."""

import csv
import io
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from codriver.roadbook import pictures, table
from codriver.roadbook.load import load, original, read
from codriver.roadbook.model import (
    Crop,
    Event,
    Loaded,
    Note,
    Picture,
    Position,
    Report,
    Roadbook,
    RoadbookError,
    Waypoint,
)
from codriver.roadbook.write import convert as converting
from codriver.roadbook.write.convert import PLAIN_IS_TEXT, convert
from codriver.units import KMH, MILE, MPH, YARD

HERE = Position(31.05, -2.4, 812.5)
GPX = "{http://www.topografix.com/GPX/1/1}"
RALLY = "{http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3}"


def book(*notes: Note, units: str = "metric", **book_: object) -> Roadbook:
    numbered = tuple(replace(note, number=number) for number, note in enumerate(notes, start=1))
    return replace(Roadbook("Stage 3", "CSV", units, numbered), **book_)  # type: ignore[arg-type]


def box(total: float = 0.0, **note: object) -> Note:
    return replace(Note(1, total, position=HERE), **note)  # type: ignore[arg-type]


def to(out: Path, made: Roadbook, data: bytes = b"", *, plain: bool = False) -> tuple[str, ...]:
    return convert(Loaded(made, Report("")), data, out, plain=plain)


def tags(path: Path, box_: int = 0) -> list[tuple[str, str, dict[str, str]]]:
    """The OpenRally elements of one box: name, text, attributes."""
    extensions = ET.fromstring(path.read_bytes()).findall(f"{GPX}wpt/{GPX}extensions")[box_]
    return [(tag.tag.removeprefix(RALLY), (tag.text or "").strip(), dict(tag.attrib)) for tag in extensions]


def written(tmp_path: Path, *notes: Note, units: str = "metric") -> list[tuple[str, str, dict[str, str]]]:
    to(tmp_path / "book.gpx", book(*notes, units=units))
    return tags(tmp_path / "book.gpx")


# The exact table


def test_the_table_begins_with_the_columns_that_were_agreed(tmp_path: Path) -> None:
    to(tmp_path / "book.csv", book(box()))
    header = (tmp_path / "book.csv").read_text("utf-8").splitlines()[0]
    assert header.startswith("number,total_m,lat,lon,cap_deg,danger,speed_mps,words,events,waypoint,")


def test_the_exact_table_knows_itself_before_any_other_reader_is_asked(tmp_path: Path) -> None:
    made = book(box(words="average 24 mph", events=(Event("average", 10.7),)))
    to(tmp_path / "book.csv", made)
    assert table.mine((tmp_path / "book.csv").read_bytes())
    assert not any(
        map(table.mine, (b"", b"distance,cap,danger,speed,note\n1,2,,,x\n", b"number,total_m,lat\n", b"{}", b"\xff\0"))
    )


def test_words_that_are_another_formats_own_do_not_take_the_exact_table_from_its_reader(tmp_path: Path) -> None:
    sheet = "speed 0.00 24\nstart 0.00 key\nnote 0.20 LBT\nreset 3.10 3.25\nspeed 4.00 20\nnote 8.20 GAS\nnote 9.00 R"
    made = book(box(words=sheet), box(10.0, words=sheet))
    to(tmp_path / "book.csv", made)
    assert load(tmp_path / "book.csv").book == made


def test_the_table_has_a_row_a_box_in_si_for_any_program_to_read(tmp_path: Path) -> None:
    point = Waypoint("WPM", "7", 800.0, 90.0)
    second = box(1250.5, cap=80.0, danger=2, speed=50 * KMH, words="left,\nthen right", waypoint=point)
    to(tmp_path / "book.csv", book(box(), replace(second, events=(Event("dz", 50 * KMH), Event("fuel")))))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "book.csv").read_text("utf-8"))))
    assert [row["number"] for row in rows] == ["1", "2"]
    assert rows[0]["cap_deg"] == ""
    assert rows[1] | {"events": ""} == rows[1] | {
        "total_m": "1250.5",
        "cap_deg": "80.0",
        "danger": "2",
        "words": "left,\nthen right",
        "waypoint": "WPM",
        "open_m": "800.0",
        "alt_m": "812.5",
        "events": "",
    }
    assert rows[1]["events"] == f"dz={50 * KMH!r};fuel"


def test_the_boxes_of_an_amended_book_keep_their_numbers_through_the_table(tmp_path: Path) -> None:
    first, last = Note(1, 0.0), Note(2, 2000.0, danger=1)
    made = replace(book(), notes=(first, Note(3, 900.0, "1a", amended="added"), last))
    assert to(tmp_path / "book.csv", made) == ()
    assert load(tmp_path / "book.csv").book == made


@pytest.mark.parametrize("number", ["", "1", "0", "2.5", "-4", "1e9"])
def test_a_row_that_was_typed_into_the_table_numbers_its_boxes_by_their_rows(tmp_path: Path, number: str) -> None:
    to(tmp_path / "book.csv", book(box(), box(900.0)))
    text = (tmp_path / "book.csv").read_text("utf-8")
    head, one, two = text.splitlines()
    typed = f"{number},500{',' * (head.count(',') - 1)}"
    (tmp_path / "book.csv").write_text(f"{head}\n{one}\n{typed}\n{two}", "utf-8")
    notes = load(tmp_path / "book.csv").book.notes
    assert [(note.number, note.total) for note in notes] == [(1, 0.0), (2, 500.0), (3, 900.0)]


def test_what_a_new_file_lacks_is_told_by_the_names_that_added_boxes_go_by(tmp_path: Path) -> None:
    added = Note(3, 900.0, "1a", amended="added")
    made = replace(book(), notes=(replace(box(), number=1), added, replace(box(2000.0), number=2)))
    assert "The position of box 1a is not known and is written 0, 0" in " ".join(to(tmp_path / "book.gpx", made))


def test_a_long_track_is_laid_over_the_rows_and_comes_back_in_its_pieces(tmp_path: Path) -> None:
    points = tuple(Position(31 + n / 7919, -2 - n / 7907, n / 3) for n in range(3000))
    made = book(box(), track=(points[:1500], points[1500:]))
    assert to(tmp_path / "book.csv", made) == ()
    assert load(tmp_path / "book.csv").book == made
    rows = list(csv.DictReader(io.StringIO((tmp_path / "book.csv").read_text("utf-8"))))
    assert len(rows) > 1
    assert all(len(row["book_track"]) <= 24_000 for row in rows)
    assert [row["number"] for row in rows[:2]] == ["1", ""]


def test_a_track_without_boxes_is_a_book_in_the_table_too(tmp_path: Path) -> None:
    made = book(track=((HERE, Position(31.06, -2.4)),), length=1200.0)
    assert to(tmp_path / "book.csv", made) == ()
    assert load(tmp_path / "book.csv").book == made


def test_a_table_whose_track_is_damaged_keeps_the_rest(tmp_path: Path) -> None:
    to(tmp_path / "book.csv", book(box(5.0), track=((HERE, HERE),)))
    damaged = (tmp_path / "book.csv").read_bytes().replace(b";31.05 ", b";x y z 1 ")
    loaded = read(damaged, "x")
    assert (loaded.book.track, loaded.book.notes[0].total) == (((HERE,),), 5.0)
    assert any("track point has no usable position" in doubt.text for doubt in loaded.report.doubts)


def test_more_track_than_any_course_has_is_left_out_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to(tmp_path / "book.csv", book(box(), track=((HERE,) * 20,)))
    monkeypatch.setattr("codriver.roadbook.table.TRACK_POINTS", 10)
    original.cache_clear()
    read.cache_clear()
    loaded = load(tmp_path / "book.csv")
    assert len(loaded.book.track[0]) == 10
    assert any("more than 10 points" in doubt.text for doubt in loaded.report.doubts)


def test_a_box_that_is_not_measured_yet_stays_so(tmp_path: Path) -> None:
    made = book(box(), box(measured=False))
    assert to(tmp_path / "book.csv", made) == ()
    assert load(tmp_path / "book.csv").book == made
    assert to(tmp_path / "book.gpx", made) == ("That the distance is not known yet is not held as it was in box 2.",)


def test_a_book_without_positions_becomes_a_table_and_no_gpx(tmp_path: Path) -> None:
    made = book(Note(1, 0.0), Note(2, 1250.0, words="well"))
    assert to(tmp_path / "book.csv", made) == ()
    for plain in (False, True):
        with pytest.raises(RoadbookError, match=r"GPX needs positions.*Convert it to book\.csv instead"):
            to(tmp_path / "book.gpx", made, plain=plain)
    assert not (tmp_path / "book.gpx").exists()


# OpenRally


def test_openrally_has_the_units_and_figures_of_a_metric_book(tmp_path: Path) -> None:
    point = Waypoint("WPS", "7", 800.0, 90.0)
    found = written(
        tmp_path, box(1250.0, cap=80.0, danger=3, speed=50 * KMH, waypoint=point, events=(Event("dz", 50 * KMH),))
    )
    assert found == [
        ("distance", "1.25", {}),
        ("danger", "3", {}),
        ("cap", "80", {}),
        ("speed", "50", {}),
        ("dz", "", {}),
        ("wps", "", {"name": "7", "open": "800", "clear": "90"}),
    ]


def test_a_statute_book_is_written_in_miles_mph_and_yards_in_the_schemas_spelling(tmp_path: Path) -> None:
    point = Waypoint("WPC", "", None, 100 * YARD)
    made = book(box(2.5 * MILE, speed=60 * MPH, waypoint=point), units="statute", length=2.5 * MILE)
    sentences = to(tmp_path / "book.gpx", made)
    assert tags(tmp_path / "book.gpx") == [
        ("distance", "2.5", {}),
        ("speed", "60", {}),
        ("wpc", "", {"clear": "100"}),
    ]
    assert ET.fromstring((tmp_path / "book.gpx").read_bytes()).findtext(f".//{RALLY}units") == "statue"
    assert [sentence[:31] for sentence in sentences] == ["The units are written “statue”,"]
    assert load(tmp_path / "book.gpx").book == replace(made, format="OpenRally v1.0.3")


def test_neutralisations_and_stops_are_seconds_and_time_controls_minutes(tmp_path: Path) -> None:
    events = (Event("dn", 900.0), Event("stop", 3.0), Event("timecontrol", 3600.0, "CH 2"), Event("dt", 600.0))
    assert written(tmp_path, box(events=events))[1:] == [
        ("neutralization", "900", {}),
        ("stop", "3", {}),
        ("timecontrol", "CH 2", {"allowed": "60"}),
        ("dt", "600", {}),
    ]


def test_a_reset_is_a_distance_in_the_units_of_the_book(tmp_path: Path) -> None:
    assert written(tmp_path, box(events=(Event("reset", 1500.0),)))[1] == ("reset", "1.5", {})


def test_a_special_begins_with_the_name_and_radii_of_its_waypoint(tmp_path: Path) -> None:
    made = book(box(events=(Event("dss", None, "SS 1"),), waypoint=Waypoint("DSS", "SS 1", 2000.0, 50.0)))
    assert to(tmp_path / "book.gpx", made) == ()
    assert tags(tmp_path / "book.gpx")[1:] == [("dss", "", {"name": "SS 1", "open": "2000", "clear": "50"})]
    assert load(tmp_path / "book.gpx").book.notes == made.notes


def test_names_of_waypoints_may_hold_any_sign(tmp_path: Path) -> None:
    made = book(box(name="01", words='a & b < c ]]> "d" &amp; é', waypoint=Waypoint("WPM", "<\"&'>", 800.0, 90.0)))
    assert to(tmp_path / "book.gpx", made) == ()
    assert load(tmp_path / "book.gpx").book.notes == made.notes


def test_a_distance_is_written_as_short_as_it_can_be_read_back(tmp_path: Path) -> None:
    written(tmp_path, *(box(float(text) * 1000) for text in ("0.1", "0.3", "115.08052801382537", "0.00001")))
    said = [tags(tmp_path / "book.gpx", n)[0][1] for n in range(4)]
    assert said == ["0.1", "0.3", "115.08052801382537", "0.00001"]


def test_what_openrally_has_no_tag_for_is_told_box_by_box(tmp_path: Path) -> None:
    rest = box(
        10.0, cap=80.4, speed=50.5 * KMH, lap=2, waypoint=Waypoint("WPG", "", 400.0), events=(Event("free_zone"),)
    )
    assert to(tmp_path / "book.gpx", book(box(), rest, replace(rest, total=20.0))) == (
        "The heading is not held as it was in boxes 2 and 3.",
        "The speed limit is not held as it was in boxes 2 and 3.",
        "These events are not held as they were in boxes 2 and 3: free_zone.",
        "The waypoint, or its name or radii, is not held as it was in boxes 2 and 3.",
        "The lap is not held as it was in boxes 2 and 3.",
    )
    assert load(tmp_path / "book.gpx").book.notes[1].waypoint == Waypoint("WPG")


def test_a_neutralisation_without_a_time_is_told_since_the_schema_wants_one(tmp_path: Path) -> None:
    told = to(tmp_path / "book.gpx", book(box(events=(Event("dn"),))))
    assert "These events are not held as they were in box 1: dn." in told


def test_the_radii_of_a_neutralisation_stand_in_another_tag_of_the_box(tmp_path: Path) -> None:
    zone = (Event("dn", 900.0), Event("dz", 50 * KMH))
    made = book(box(speed=50 * KMH, events=zone, waypoint=Waypoint("DN", "", 200.0, 50.0)))
    assert to(tmp_path / "book.gpx", made) == ()
    assert ("dz", "", {"open": "200", "clear": "50"}) in tags(tmp_path / "book.gpx")
    assert load(tmp_path / "book.gpx").book.notes == made.notes


def test_a_waypoint_of_a_zone_begins_no_zone_that_is_not_there(tmp_path: Path) -> None:
    assert [name for name, _, _ in written(tmp_path, box(waypoint=Waypoint("DZ", "", 200.0)))] == ["distance"]


def test_a_control_with_its_radii_is_a_checkpoint(tmp_path: Path) -> None:
    assert written(tmp_path, box(waypoint=Waypoint("CP", "3", None, 50.0)))[1:] == [
        ("checkpoint", "", {"name": "3", "clear": "50"})
    ]


def test_a_box_whose_place_is_unknown_stands_where_the_standard_puts_it(tmp_path: Path) -> None:
    made = book(box(), Note(2, 300.0, name="2"))
    told = to(tmp_path / "book.gpx", made)
    assert told == ("The position of box 2 is not known and is written 0, 0, as the standard's example does.",)
    assert load(tmp_path / "book.gpx").book.notes == made.notes


def drawn() -> bytes:
    """A GPX with drawings as programs write them: data URL, SVG in CDATA, SVG as elements, a link, another prefix."""
    return b"""<g:gpx xmlns:g="x" xmlns:r="http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.2">
 <wpt lat="31" lon="2"><extensions><r:distance>0</r:distance>
  <r:tulip id="t"><![CDATA[ data:image/png;base64,iVBORw0KGgo= ]]></r:tulip>
  <r:notes><![CDATA[<svg><text>a ]]>]]&gt;<![CDATA[ b</text></svg>]]></r:notes></extensions></wpt>
 <wpt lat="31.1" lon="2"><extensions><r:distance>11.2</r:distance>
  <r:tulip><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg></r:tulip>
  <r:notes href="2.png"/></extensions></wpt></g:gpx>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_pictures_are_carried_over_letter_by_letter(tmp_path: Path, encoding: str) -> None:
    data = drawn().decode().encode(encoding)
    loaded = read(data, "x")
    assert convert(loaded, data, tmp_path / "book.gpx") == ()
    after = (tmp_path / "book.gpx").read_bytes()
    first, second = load(tmp_path / "book.gpx").book.notes
    for note, old in zip((first, second), loaded.book.notes, strict=True):
        assert isinstance(note.tulip, Picture)
        assert isinstance(old.tulip, Picture)
        assert pictures.read(after, note.tulip) == pictures.read(data, old.tulip)
    assert isinstance(first.drawing, Picture)
    assert pictures.read(after, first.drawing) == b"<svg><text>a ]]> b</text></svg>"
    assert b'<o:notes href="2.png"/>' in after


def test_a_drawing_that_cannot_be_carried_is_told(tmp_path: Path) -> None:
    gone = box(tulip=Picture(5, 9)), box(10.0, drawing=Crop(1, 0, 0, 9, 9)), box(20.0, tulip=Picture(0, 2**40))
    assert to(tmp_path / "book.gpx", book(*gone), b"binary data") == (
        "The drawings are not held in boxes 1, 2 and 3: keep the original, or show it as a PDF.",
    )


def test_a_picture_that_stands_in_no_markup_becomes_a_data_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    png = b"\x89PNG\r\n\x1a\n0000"
    monkeypatch.setattr(pictures, "read", lambda data, picture: data[picture.start : picture.end])
    to(tmp_path / "book.gpx", book(box(tulip=Picture(2, 2 + len(png)))), b"--" + png + b"--")
    assert tags(tmp_path / "book.gpx")[1] == ("tulip", "data:image/png;base64,iVBORw0KGgowMDAw", {})


def test_the_elements_of_a_point_come_in_the_order_of_gpx(tmp_path: Path) -> None:
    to(tmp_path / "book.gpx", book(box(name="1", words="a", waypoint=Waypoint("WPG")), track=((HERE, HERE),)))
    root = ET.fromstring((tmp_path / "book.gpx").read_bytes())
    assert [child.tag.removeprefix(GPX) for child in root] == ["metadata", "wpt", "trk"]
    assert [child.tag.removeprefix(GPX) for child in root[1]] == ["ele", "name", "desc", "type", "extensions"]


# Plain GPX


def test_plain_gpx_says_as_text_what_a_device_can_only_show(tmp_path: Path) -> None:
    note = box(1250.0, words="left", cap=80.0, danger=2, speed=50 * KMH, waypoint=Waypoint("WPM", "", 800.0, 90.0))
    events = (Event("dz", 50 * KMH), Event("stop", 3.0), Event("timecontrol", 3600.0, "2"), Event("reset", 0.0))
    made = book(replace(note, events=events), Note(2, 1300.0))
    told = to(tmp_path / "device.gpx", made, plain=True)
    assert told == (PLAIN_IS_TEXT, "Without a position and left out: box 2.")
    (point,) = ET.fromstring((tmp_path / "device.gpx").read_bytes()).findall(f"{GPX}wpt")
    assert {child.tag.removeprefix(GPX): child.text for child in point} == {
        "ele": "812.5",
        "name": "001",
        "cmt": "!! left",
        "desc": "1.25 km, cap 80, 50 km/h, DZ, STOP 3 s, CH 60 min 2, RESET",
        "type": "WPM",
    }


def test_plain_gpx_speaks_miles_where_the_book_does(tmp_path: Path) -> None:
    to(tmp_path / "device.gpx", book(box(2 * MILE, speed=60 * MPH), units="statute"), plain=True)
    assert ET.fromstring((tmp_path / "device.gpx").read_bytes()).findtext(f"{GPX}wpt/{GPX}desc") == "2.00 mi, 60 mph"


# Files


def test_the_original_is_never_overwritten_under_whatever_name(tmp_path: Path) -> None:
    original = tmp_path / "book.gpx"
    original.write_bytes(drawn())
    (tmp_path / "link.gpx").symlink_to(original)
    loaded = load(original)
    for out in (original, tmp_path / "link.gpx", tmp_path / "." / "book.gpx"):
        with pytest.raises(RoadbookError, match="is the original itself"):
            convert(loaded, original.read_bytes(), out)
    assert original.read_bytes() == drawn()


def test_another_file_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "book.CSV"
    out.write_text("what was here before")
    to(out, book(box()))
    assert load(out).book.notes == book(box()).notes
    assert [path.name for path in tmp_path.iterdir()] == ["book.CSV"]


def test_a_file_that_could_not_be_written_to_its_end_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "book.csv"
    out.write_text("what was here before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RoadbookError, match="cannot be written: No space left"):
        to(out, book(box()))
    assert out.read_text() == "what was here before"
    assert [path.name for path in tmp_path.iterdir()] == ["book.csv"]


@pytest.mark.parametrize(("name", "what"), [("book.xyz", "to .csv or .gpx"), ("book", "to .csv or .gpx")])
def test_an_ending_nobody_knows_is_refused_with_those_that_are_known(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(RoadbookError, match=what):
        to(tmp_path / name, book(box()))


def test_a_plain_table_is_refused_since_plain_is_a_kind_of_gpx(tmp_path: Path) -> None:
    with pytest.raises(RoadbookError, match=r"plain is a kind of GPX"):
        to(tmp_path / "book.csv", book(box()), plain=True)


def test_what_is_no_file_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(RoadbookError, match="is not a file"):
        to(tmp_path / "folder.csv", book(box()))
    with pytest.raises(RoadbookError, match="cannot be written"):
        to(tmp_path / "nowhere" / "book.csv", book(box()))
    (tmp_path / "file").write_text("")
    with pytest.raises(RoadbookError, match="cannot be written"):
        to(tmp_path / "file" / "book.csv", book(box()))


def test_a_book_beyond_what_can_be_read_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "FILE_BYTES", 200)
    with pytest.raises(RoadbookError, match="over 64 MB"):
        to(tmp_path / "book.csv", book(box()))
    assert list(tmp_path.iterdir()) == []
