"""Tulip's own files, old and new: words, dangers, zones and waypoints from notes, glyphs and notifications."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook import tulip_json
from codriver.roadbook.findings import Findings
from codriver.roadbook.glyphs import glyph
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError, Waypoint
from codriver.roadbook.vocabulary import Tag
from codriver.units import KMH

EMPTY: dict[str, Any] = {"kmFromStart": None, "kmFromPrev": None, "heading": None, "notes": {"text": None}}


def old(km: float, text: str = "", **fields: Any) -> dict[str, Any]:
    """A box as the first versions wrote it."""
    told = {"lat": 40 + km / 111, "long": 2.0, "waypoint": True, "kmFromStart": km, "heading": 0.4}
    return told | {"notes": {"text": text}} | fields


def new(km: float, *things: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A box as later versions write it, its note a canvas."""
    told = {"lat": 40 + km / 111, "long": 2.0, "instruction": True, "kmFromStart": km, "heading": 0.4}
    return told | {"noteJson": {"glyphs": list(things)}} | fields


def image(name: str, top: float = 0, left: float = 0) -> dict[str, Any]:
    return {"type": "image", "src": f"./assets/svg/glyphs/{name}.svg", "top": top, "left": left, "fill": "#000"}


def read(*points: dict[str, Any], **fields: Any) -> tuple[Roadbook, Findings]:
    entries = "instructions" if any("instruction" in point for point in points) else "waypoints"
    return tulip_json.read(json.dumps({"name": "Stage", entries: points} | fields).encode(), "file")


def only(point: dict[str, Any]) -> Note:
    return read(point)[0].notes[0]


def doubts(findings: Findings) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in findings.doubts)


def test_points_are_the_track_and_those_with_the_flag_are_boxes() -> None:
    between = [{"lat": 40 + at / 1110, "long": 2.0, "waypoint": False} | EMPTY for at in (3, 6)]
    book, _ = read(old(0), *between, old(1.5), totalDistance="1.50")
    assert [note.total for note in book.notes] == [0, 1500]
    assert [len(piece) for piece in book.track] == [4]
    assert (book.name, book.format, book.length, book.notes[1].cap) == ("Stage", "Tulip", 1500, 0.4)


@pytest.mark.parametrize("longitude", ["long", "lng", "lon"])
def test_variants_of_the_fields_are_known(longitude: str) -> None:
    point = {
        "lat": 40.5,
        longitude: "2.5",
        "distances": {"kmFromStart": 2, "kmFromPrev": 1},
        "angles": {"heading": -90},
    }
    note = only(point | {"waypoint": True})
    assert (note.total, note.cap, note.position) == (2000, 270, (40.5, 2.5, None))


def test_an_export_without_flags_has_boxes_only() -> None:
    points = [{"lat": 40.0, "long": 2.0, "kmFromStart": km} for km in (0, 1, 2)]
    book, _ = read(*points)
    assert (len(book.notes), book.track) == (3, ())


def test_a_heading_that_the_book_does_not_show_is_no_cap() -> None:
    assert only(old(1, showHeading=False)).cap is None
    assert only(old(1, showHeading=None)).cap == 0.4
    shown = {"type": "group", "subType": "CAP", "objects": []}
    assert only(new(1, shown, showHeading=False)).cap == 0.4


def test_old_notes_are_words_with_their_glyphs_in_place() -> None:
    text = '<div><b>left at</b> <img src="./assets/svg/glyphs/water-tank.svg" class="x"></div><div>then&nbsp;sand</div>'
    assert only(old(1, text)).words == "left at water tank\nthen sand"
    assert only(old(1) | {"notes": {"text": "", "glyphs": [{"src": "../glyphs/bad.svg"}]}}).words == "bad"


def test_new_notes_are_read_line_by_line_and_those_of_the_tulip_follow() -> None:
    text = {"type": "TextElement", "text": "after the", "top": 12, "left": 5}
    note = only(new(1, image("dune", 90, 5), image("well", 10, 60), text, tulipJson={"glyphs": [image("cliff7")]}))
    assert note.words == "after the, well, dune, cliff"


def test_dangers_come_from_glyphs_in_note_and_tulip() -> None:
    assert only(old(1, '<img src="danger-2.svg">')).danger == 2
    assert only(new(1, image("danger-1"), tulipJson={"glyphs": [image("danger-3-global")]})).danger == 3


def test_an_old_notification_has_its_bubble_and_its_modifier() -> None:
    masked = {"type": "wpm", "openrallytype": "wpm", "bubble": 400, "modifier": 300, "fill": "#008CBA", "modMin": 100}
    book, findings = read(old(1, notification=masked))
    assert book.notes[0].waypoint == Waypoint("WPM", "", 400, 300)
    assert dict(findings.ignored) == {"notification.fill": 1, "notification.modMin": 1}


def test_a_new_notification_has_two_radii_and_a_time() -> None:
    told = {"type": "dn", "openrallytype": "neutralization", "openRadius": 1000, "validationRadius": 90, "time": 600}
    note = only(new(1, notification=told))
    assert (note.events, note.waypoint) == ((Event("dn", 600),), Waypoint("DN", "", 1000, 90))


def test_a_speed_zone_has_its_limit_from_the_glyph_or_the_modifier() -> None:
    zone = {"type": "dsz", "openrallytype": "dz", "bubble": 200, "modifier": 5}
    assert only(old(1, '<img src="speed-50.svg">', notification=zone)).events == (Event("dz", 50 * KMH),)
    assert only(old(1, notification=zone | {"modifier": "60"})).events == (Event("dz", 60 * KMH),)
    assert only(old(1, notification=zone)).events == (Event("dz"),)


def test_the_zone_of_a_neutralisation_ends_with_it() -> None:
    begin, end = ({"type": kind, "openrallytype": tag} for kind, tag in (("dns", "neutralization"), ("fn", "fn")))
    book, _ = read(new(1, image("speed-30"), notification=begin), new(2, notification=end), new(3, notification=end))
    assert [[event.kind for event in note.events] for note in book.notes] == [["dn", "dz"], ["fn", "fz"], ["fn"]]
    assert book.notes[0].speed == pytest.approx(30 * KMH)


def test_a_notification_and_its_glyph_are_one() -> None:
    point = new(1, image("control-checkpoint"), notification={"type": "cp", "validationRadius": 90})
    assert only(point).events == (Event("checkpoint"),)
    assert only(point).waypoint == Waypoint("CP", "", None, 90)


def test_other_marks_of_the_organiser_are_events() -> None:
    things = [image(name) for name in ("fuel-zone", "stop-round", "medical-vehicle-point", "speed-50-end")]
    note = only(new(1, *things, stopTimeSec=3, showCoordinates=True))
    assert note.events == (Event("fuel"), Event("stop", 3), Event("medical"), Event("fz"))
    assert note.show_coordinates


def test_a_reset_leaves_the_distances_as_they_are_and_is_told() -> None:
    book, findings = read(new(1, image("reset-distance")), new(3))
    assert [note.total for note in book.notes] == [1000, 3000]
    assert book.notes[0].events == (Event("reset", 0.0),)
    assert "1: In print the distances count from zero again" in doubts(findings)


def test_an_average_heading_is_said_where_it_is_drawn() -> None:
    drawn = {"type": "group", "subType": "CAP-A", "objects": []}
    assert only(new(1, drawn, capAvg=33.4)).words == "average heading 33"
    assert not only(new(1, capAvg=33.4)).words


def test_a_partial_that_does_not_fit_is_doubted_and_one_alone_is_used() -> None:
    book, findings = read(old(1), old(2, kmFromPrev=1.5), old(2, kmFromStart=None, kmFromPrev=0.5))
    assert [note.total for note in book.notes] == [1000, 2000, 2500]
    assert "2: The box's distance from the box before does not fit" in doubts(findings)


def test_what_is_left_out_is_named() -> None:
    tulip = {"entry": {"angle": 1}, "tracks": [1], "glyphs": []}
    _, findings = read(new(1, {"type": "path"}, tulipJson=tulip, entryTrackType="track"), customLogo="data:", desc="")
    assert {name for name, _ in findings.ignored} == {
        "tulipJson.entry",
        "drawn side road",
        "drawn path",
        "entryTrackType",
        "customLogo",
    }


def test_a_notification_of_no_known_kind_is_named_and_marks_nothing() -> None:
    book, findings = read(new(1, notification={"type": "wp\x94", "openrallytype": "wp\x94"}))
    assert book.notes[0].events == ()
    assert any(name.startswith("notification wp") for name, _ in findings.ignored)


def road(across: float, down: float, start: tuple[float, float] = (90, 90)) -> list[list[object]]:
    """A road of a junction as Tulip draws it: from the middle of its canvas in three curves."""
    return [
        ["M", *start],
        ["C", 90, 80, 91, 75, 92, 70],
        ["C", 95, 60, 98, 55, 99, 50],
        ["C", 1, 2, 3, 4, across, down],
    ]


def test_the_side_roads_of_a_junction_go_where_their_ends_are() -> None:
    """Old files have a path a road, new ones several drawn over each other; a crew may have drawn it inwards."""
    roads = [{"path": road(171, 90)}, {"type": "road", "paths": [{"path": road(90, 9)}, {"path": road(90, 9)}]}]
    inwards = {"path": [["M", 9, 90], ["L", 90, 90]]}
    book, findings = read(new(1, tulipJson={"tracks": [*roads, inwards]}))
    assert book.notes[0].branches == (90.0, 0.0, -90.0)
    assert not any("side road" in name for name, _ in findings.ignored)


@pytest.mark.parametrize(
    "path", [[], "M 90 90", [["M", 90, 90]], [["M", 90, 90], ["L", "x", None]], [[1, 2, 3], [4, 5]]]
)
def test_a_side_road_that_goes_nowhere_is_named(path: object) -> None:
    book, findings = read(new(1, tulipJson={"tracks": [{"path": path}]}))
    assert book.notes[0].branches == ()
    assert "drawn side road" in {name for name, _ in findings.ignored}


def test_a_file_that_breaks_off_gives_its_whole_boxes() -> None:
    whole = json.dumps({"name": "Stage", "waypoints": [old(km) for km in range(4)]}).encode()
    book, findings = tulip_json.read(whole[:-30], "file")
    assert (book.name, len(book.notes)) == ("Stage", 3)
    assert findings.cut


def test_a_tulip_file_is_told_by_its_points() -> None:
    assert tulip_json.mine(json.dumps({"waypoints": [old(1)]}).encode())
    assert tulip_json.mine(json.dumps({"customLogo": "x" * 99, "instructions": [new(1)]}).encode())
    assert not tulip_json.mine(b'{"waypoints": [{"lat": 1, "lon": 2}]}')
    assert not tulip_json.mine(b'{"boxes": [{"kmFromStart": 2}]}')


def test_the_editors_own_placeholder_is_no_name() -> None:
    assert read(old(1), name="Name your roadbook")[0].name == "file"


def test_nothing_to_be_had_is_refused() -> None:
    with pytest.raises(RoadbookError, match="without a single box"):
        read()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("../assets/svg/glyphs/barbed-wire-fence.svg", "barbed wire fence"),
        ("{user_glyphs_path}\\big tree.png", "big tree"),
        ("abbr-kpL.svg", "keep left"),
        ("abbr-MVS.svg", "MVS"),
        ("distance125.svg", "125 metres"),
        ("wash-bend2.svg", "wash bend"),
        ("ru_road_sign_1.20.3.svg", "road narrows"),
        ("roadsign_no-entry.svg?v=2", "no entry"),
        ("data:image/png;base64,AAAA/well.svg", ""),
        ("", ""),
    ],
)
def test_a_glyph_is_known_by_the_name_of_its_file(source: str, words: str) -> None:
    assert glyph(source).words == words


def test_an_abbreviation_that_names_a_tag_is_the_tag() -> None:
    assert glyph("abbr-DSS.svg").tag == Tag("dss")
    assert glyph("abbr-DN.svg").words == "dune"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner), max_leaves=9
)
NAMES = st.sampled_from(
    [
        "lat",
        "long",
        "waypoint",
        "kmFromStart",
        "kmFromPrev",
        "heading",
        "notes",
        "noteJson",
        "notification",
        "tulipJson",
    ]
)


@given(st.lists(st.dictionaries(NAMES, ANYTHING), max_size=5), st.integers(0, 60))
def test_whatever_the_fields_hold_a_book_or_a_refusal_comes_of_it(points: Any, cut: int) -> None:
    data = json.dumps({"waypoints": points}).encode()
    try:
        book, _ = tulip_json.read(data[: len(data) - cut], "file")
    except RoadbookError:
        return
    assert all(note.number == index for index, note in enumerate(book.notes, start=1))
