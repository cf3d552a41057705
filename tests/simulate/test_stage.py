"""The bundled stage: the file is what the script makes, and its words and pictures agree with its track.

Everything is measured on the bytes that the demo reads; the script is asked only whether it still makes them.
"""

import os
import re
import subprocess
import sys
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import asin, degrees, radians, sin
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from codriver.roadbook.geodesy import bearing, distance
from codriver.roadbook.load import read
from codriver.roadbook.model import Note, Position
from codriver.units import KMH

ROOT = Path(__file__).parents[2]
GPX = "{http://www.topografix.com/GPX/1/1}"
RALLY = "{http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3}"
BOOK = (files("codriver.simulate.stages") / "black-reg.gpx").read_bytes()
ROOT_ELEMENT = ET.fromstring(BOOK)


@dataclass(frozen=True, slots=True)
class Track:
    """The track points of the file, and how far along it each lies."""

    points: tuple[Position, ...]
    along: tuple[float, ...]

    def at(self, metres: float) -> Position:
        """A place on the track; straight between two points."""
        i = min(max(bisect_right(self.along, metres), 1), len(self.points) - 1)
        (a, b), (s, e) = self.points[i - 1 : i + 1], self.along[i - 1 : i + 1]
        part = (metres - s) / (e - s)
        return Position(a.lat + (b.lat - a.lat) * part, a.lon + (b.lon - a.lon) * part)

    def heading(self, begin: float, end: float) -> float:
        return bearing(self.at(begin), self.at(end))


@cache
def track() -> Track:
    points = tuple(place(p) for p in ROOT_ELEMENT.iter(f"{GPX}trkpt"))
    along = [0.0]
    for a, b in pairwise(points):
        along.append(along[-1] + distance(a, b))
    return Track(points, tuple(along))


def place(element: ET.Element) -> Position:
    return Position(float(element.attrib["lat"]), float(element.attrib["lon"]))


def boxes() -> list[ET.Element]:
    return ROOT_ELEMENT.findall(f"{GPX}wpt")


def said(box: ET.Element, name: str) -> str | None:
    return box.findtext(f"{GPX}extensions/{RALLY}{name}")


def has(box: ET.Element, name: str) -> bool:
    return said(box, name) is not None


def metres(box: ET.Element) -> float:
    return float(said(box, "distance") or "nan") * 1000


def on_track(box: ET.Element) -> float:
    """Metres along the track at which the box stands, within 300 m of where it says it does."""
    near = [i for i, s in enumerate(track().along) if abs(s - metres(box)) < 300]
    return track().along[min(near, key=lambda i: distance(track().points[i], place(box)))]


def apart(a: float, b: float) -> float:
    return abs((a - b + 180) % 360 - 180)


def inner(boxes_: list[ET.Element]) -> list[ET.Element]:
    """Those with track on both sides to measure on."""
    return boxes_[1:-1]


@cache
def notes() -> tuple[Note, ...]:
    return read(BOOK, "black-reg").book.notes


def test_the_file_is_what_the_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "made.gpx"
    subprocess.run([sys.executable, ROOT / "tools" / "make_stage.py", made], check=True, capture_output=True)
    assert made.read_bytes() == BOOK


def test_it_is_a_stage_of_fifteen_kilometres_with_a_box_every_few_hundred_metres() -> None:
    gaps = [metres(b) - metres(a) for a, b in pairwise(boxes())]
    assert 35 <= len(boxes()) <= 40
    assert 14_500 < metres(boxes()[-1]) < 16_000
    assert sum(gap < 100 for gap in gaps) >= 3
    assert 500 < max(gaps) < 1000
    assert len(BOOK) < 400_000


def test_every_box_stands_on_the_track_where_its_distance_says() -> None:
    for box in boxes():
        assert distance(track().at(on_track(box)), place(box)) < 1, box.findtext(f"{GPX}name")
        assert on_track(box) == pytest.approx(metres(box), abs=10)


def test_the_total_is_the_length_of_the_track() -> None:
    total = float(ROOT_ELEMENT.findtext(f"{GPX}metadata/{GPX}extensions/{RALLY}distance") or "nan")
    assert track().along[-1] == pytest.approx(total * 1000, abs=10)


def test_every_cap_is_the_bearing_of_the_track_behind_the_bend() -> None:
    capped = [box for box in inner(boxes()) if has(box, "cap")]
    for box in capped:
        s = on_track(box)
        assert apart(float(said(box, "cap") or "nan"), track().heading(s + 25, s + 55)) < 5, box.findtext(f"{GPX}desc")
    assert len(capped) > 10


def test_every_arrow_points_where_the_track_goes() -> None:
    for box in inner(boxes()):
        s = on_track(box)
        turn = track().heading(s + 45, s + 55) - track().heading(s - 55, s - 45)
        arrow = re.search(r'rotate\((-?\d+)\)" d="M0 0l8.5 15', said(box, "tulip") or "")
        assert arrow
        assert apart(float(arrow[1]), turn) < 8, box.findtext(f"{GPX}desc")


def test_every_tulip_enters_straight_up_from_its_ball() -> None:
    for box in boxes():
        drawing = said(box, "tulip") or ""
        ball = re.search(r'<circle cx="([.\d]+)" cy="([.\d]+)" r="6"', drawing)
        way = re.search(r'<path stroke-width="5[.\d]+"[^>]* d="M([.\d]+) ([.\d]+) ([.\d]+) ([.\d]+) ', drawing)
        assert ball
        assert way
        x0, y0, x1, y1 = (float(number) for number in way.groups())
        assert ball.groups() == way.groups()[:2]
        assert y0 - y1 > 10 * abs(x1 - x0), box.findtext(f"{GPX}desc")


@pytest.mark.parametrize("column", ["tulip", "notes"])
def test_drawings_are_shapes_that_any_renderer_knows(column: str) -> None:
    known = {"svg", "g", "path", "circle", "ellipse", "rect"}
    for box in boxes():
        drawing = ET.fromstring(said(box, column) or "")
        assert drawing.attrib["viewBox"] == "0 0 120 100"
        assert {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in drawing.iter()} <= known


def test_drawings_say_the_danger_that_the_tag_says() -> None:
    for box in boxes():
        marks = (said(box, "notes") or "").count("h8l-2 19h-4z")
        assert marks == int(said(box, "danger") or 0)


def test_no_bend_is_tighter_than_twelve_metres() -> None:
    tightest = min(
        radius(*points) for points in zip(track().points, track().points[1:], track().points[2:], strict=False)
    )
    assert 12 < tightest < 20


def radius(a: Position, b: Position, c: Position) -> float:
    """Metres of the circle through three places."""
    turn = radians(apart(bearing(a, b), bearing(b, c)))
    return distance(a, c) / (2 * sin(turn)) if turn > 1e-6 else float("inf")


def test_track_points_are_close_enough_to_drive_on() -> None:
    steps = [b - a for a, b in pairwise(track().along)]
    assert max(steps) < 20
    assert min(steps) > 3


def test_no_slope_is_steeper_than_a_car_climbs() -> None:
    heights = [float(p.findtext(f"{GPX}ele") or "nan") for p in ROOT_ELEMENT.iter(f"{GPX}trkpt")]
    for (h0, h1), (s0, s1) in zip(pairwise(heights), pairwise(track().along), strict=True):
        assert abs(degrees(asin((h1 - h0) / (s1 - s0)))) < 15
    assert all(650 < height < 950 for height in heights)


def test_the_track_never_comes_back_to_itself() -> None:
    """Lost and found again must be one place: no two parts of the course lie close together."""
    coarse = list(zip(track().points, track().along, strict=True))[::2]
    for a, s in coarse:
        assert all(distance(a, b) > 25 for b, e in coarse if e - s > 150)


def test_it_loads_with_no_doubt_but_the_open_radius_that_a_control_waypoint_never_has() -> None:
    loaded = read(BOOK, "black-reg")
    control = [note.number for note in loaded.book.notes if note.waypoint and note.waypoint.type == "WPC"]
    assert len(control) == 1
    assert {doubt.note for doubt in loaded.report.doubts} <= set(control)
    assert loaded.book.name == "Black Reg"
    assert loaded.book.units == "metric"
    assert len(loaded.book.notes) == len(boxes())


def test_notes_carry_words_caps_and_pictures() -> None:
    assert all(note.words and note.tulip and note.drawing and note.position for note in notes())
    assert [note.total for note in notes()] == [pytest.approx(metres(box)) for box in boxes()]
    assert [note.cap for note in notes()] == [
        float(said(box, "cap") or "nan") if has(box, "cap") else None for box in boxes()
    ]


def test_words_are_short_enough_to_say_in_three_seconds() -> None:
    assert all(len(note.words.split()) <= 8 for note in notes())


def test_all_dangers_are_there_and_the_worst_is_a_safety_waypoint() -> None:
    assert {note.danger for note in notes()} == {0, 1, 2, 3}
    worst = [note for note in notes() if note.danger == 3]
    assert [note.waypoint.type for note in worst if note.waypoint] == ["WPS"]


def test_all_kinds_of_waypoint_are_there_with_their_radii() -> None:
    radii = {note.waypoint.type: (note.waypoint.open, note.waypoint.clear) for note in notes() if note.waypoint}
    assert {kind: radii[kind] for kind in ("WPM", "WPE", "WPS", "WPC")} == {
        "WPM": (800, 90),
        "WPE": (1000, 200),
        "WPS": (1000, 90),
        "WPC": (None, 300),
    }


def test_what_begins_ends_and_in_order() -> None:
    story = [(event.kind, event.value) for note in notes() for event in note.events]
    assert story == [
        ("dss", None),
        ("stop", 3),
        ("dz", pytest.approx(50 * KMH)),
        ("dn", 120),
        ("fuel", None),
        ("fn", None),
        ("fz", None),
        ("ass", None),
    ]


@pytest.fixture
def schema() -> Any:
    field = Path(os.environ.get("CODRIVER_FIELD_DATA", ROOT.parent / "shared" / "data"))
    xsd = field / "roadbooks" / "openrally-v1.0.3.xsd"
    if not xsd.exists():
        pytest.skip(f"the published schema is field data, and {field} is not here")
    return pytest.importorskip("lxml.etree").XMLSchema(file=str(xsd))


def test_every_extension_is_valid_by_the_published_schema(schema: Any) -> None:
    from lxml import etree

    tree = etree.fromstring(BOOK)
    extensions = tree.xpath("//*[local-name()='extensions']/*")
    for element in extensions:
        schema.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(element, with_tail=False))))
    assert len(extensions) > 3 * len(boxes())


def test_gpx_elements_come_in_the_order_of_gpx() -> None:
    assert [child.tag for child in ROOT_ELEMENT] == [
        f"{GPX}metadata",
        *[f"{GPX}wpt"] * len(boxes()),
        f"{GPX}trk",
    ]
    for box in boxes():
        assert [child.tag.removeprefix(GPX) for child in box] == ["ele", "name", "desc", "extensions"]
    assert [box.findtext(f"{GPX}name") for box in boxes()] == [str(n + 1) for n in range(len(boxes()))]
