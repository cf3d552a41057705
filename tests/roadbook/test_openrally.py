"""Every tag of OpenRally in every version, read from boxes written here."""

from typing import Any

import pytest

from codriver.roadbook.load import read
from codriver.roadbook.model import Event, Loaded, Note, Waypoint
from codriver.units import KMH, MILE, MPH, YARD

CURRENT = "http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3"


def book(*boxes: str, units: str = "metric", space: str = CURRENT, prefix: str = "o:", extra: str = "") -> Loaded:
    """A book of boxes 100 m apart to the north, each with these tags; `PREFIX` stands for the prefix."""
    waypoints = "".join(
        f'<wpt lat="31.{index:03d}" lon="2.5"><name>{index:03d}</name><extensions>'
        f"<PREFIXdistance>{0.111 * (index - 1):.3f}</PREFIXdistance>{tags}</extensions></wpt>"
        for index, tags in enumerate(boxes, start=1)
    )
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = f"""<?xml version="1.0"?>
    <gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="test" {f'{name}="{space}"' if space else ""}>
      <metadata><extensions><PREFIXunits>{units}</PREFIXunits>{extra}</extensions></metadata>
      {waypoints}
    </gpx>"""
    return read(text.replace("PREFIX", prefix).encode(), "stage")


def near(figure: Any) -> Any:
    return pytest.approx(figure)


def box(tags: str, units: str = "metric") -> Note:
    return book(tags, units=units).book.notes[0]


def doubts(loaded: Loaded) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in loaded.report.doubts)


@pytest.mark.parametrize(
    ("space", "claims"),
    [
        (CURRENT, "OpenRally v1.0.3"),
        ("http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.2", "OpenRally v1.0.2"),
        ("http://www.openrally.org/xmlschemas/GpxExtensions/v0.1", "OpenRally v0.1"),
        ("http://www.openrally.org/xmlschemas/GpxExtensions/v0.2-DRAFT", "OpenRally v0.2-DRAFT"),
        ("http://www.openrally.org/xmlschemas/GpxExtensions/v0.3-DRAFT", "OpenRally v0.3-DRAFT"),
        ("http://www.openrally.org", "OpenRally"),
    ],
)
@pytest.mark.parametrize("prefix", ["o:", "openrally:", "x-1:"])
def test_every_version_is_read_under_any_prefix(space: str, claims: str, prefix: str) -> None:
    loaded = book("<PREFIXdanger>3</PREFIXdanger>", space=space, prefix=prefix)
    assert loaded.book.format == claims
    assert loaded.book.notes[0].danger == 3


def test_a_file_that_forgot_to_declare_its_prefix_is_read() -> None:
    loaded = book("<PREFIXdanger>2</PREFIXdanger>", space="")
    assert loaded.book.format == "OpenRally"
    assert loaded.book.notes[0].danger == 2


def test_tags_in_the_gpx_namespace_itself_are_read() -> None:
    loaded = book("<danger>2</danger><distance>7</distance>", space="")
    assert loaded.book.notes[0].danger == 2


def test_tags_of_other_programs_are_ignored_and_counted() -> None:
    loaded = book('<g:speed xmlns:g="http://www.garmin.com/x">99</g:speed>', "<PREFIXtoilets/>", "<PREFIXtoilets/>")
    assert loaded.book.notes[0].speed is None
    assert "Ignored: toilets (2), speed (1)." in loaded.report.lines


def test_metric_files_are_read_in_kilometres_and_metres() -> None:
    loaded = book(
        "",
        '<PREFIXspeed>65</PREFIXspeed><PREFIXwpm open="800" clear="90"/>',
        extra="<PREFIXdistance>33.86</PREFIXdistance>",
    )
    assert loaded.book.units == "metric"
    assert loaded.book.length == near(33_860)
    note = loaded.book.notes[1]
    assert (note.total, note.speed) == (near(111), near(65 * KMH))
    assert note.waypoint == Waypoint("WPM", "", 800, 90)


@pytest.mark.parametrize("statute", ["statute", "statue", " Statute "])
def test_statute_files_are_read_in_miles_and_yards_even_in_the_schemas_own_misspelling(statute: str) -> None:
    loaded = book("", '<PREFIXspeed>60</PREFIXspeed><PREFIXwps open="800" clear="90"/>', units=statute)
    assert loaded.book.units == "statute"
    note = loaded.book.notes[1]
    assert note.total == near(0.111 * MILE)
    assert note.speed == near(60 * MPH)
    assert note.waypoint == Waypoint("WPS", "", near(800 * YARD), near(90 * YARD))


def test_units_that_come_after_the_boxes_still_hold_for_them() -> None:
    text = """<gpx version="1.1"><wpt lat="31" lon="2"><extensions><distance>2</distance></extensions></wpt>
      <metadata><extensions><units>statute</units><distance>2</distance></extensions></metadata></gpx>"""
    found = read(text.encode(), "stage").book
    assert (found.notes[0].total, found.length) == (near(2 * MILE), near(2 * MILE))


def test_unknown_units_are_taken_as_metric_and_doubted() -> None:
    loaded = book("", units="nautical")
    assert loaded.book.units == "metric"
    assert "“nautical” are unknown" in doubts(loaded)


@pytest.mark.parametrize(
    ("tags", "event"),
    [
        ("<PREFIXneutralization>900</PREFIXneutralization>", Event("dn", 900)),
        ("<PREFIXsn>60</PREFIXsn>", Event("dn", 60)),
        ("<PREFIXneutralization/>", Event("dn")),
        ("<PREFIXfn/>", Event("fn")),
        ("<PREFIXstop>3</PREFIXstop>", Event("stop", 3)),
        ("<PREFIXstop/>", Event("stop", 0)),
        ('<PREFIXtimecontrol allowed="60"/>', Event("timecontrol", 3600)),
        ("<PREFIXtimecontrol>TC 4</PREFIXtimecontrol>", Event("timecontrol", None, "TC 4")),
        ('<PREFIXdt time="1800"/>', Event("dt", 1800)),
        ("<PREFIXdt/>", Event("dt")),
        ("<PREFIXft/>", Event("ft")),
        ("<PREFIXreset/>", Event("reset", 0)),
        ("<PREFIXreset>12.5</PREFIXreset>", Event("reset", 12_500)),
        ('<PREFIXdss name="SS1"/>', Event("dss", None, "SS1")),
        ("<PREFIXass>SS1</PREFIXass>", Event("ass", None, "SS1")),
        ("<PREFIXcheckpoint/>", Event("checkpoint")),
        ("<PREFIXfuel/>", Event("fuel")),
        ("<PREFIXmedical/>", Event("medical")),
        ("<PREFIXhelicopter/>", Event("helicopter")),
        ("<PREFIXspectators/>", Event("spectators")),
        ("<PREFIXdz/>", Event("dz")),
        ("<PREFIXfz/>", Event("fz")),
    ],
)
def test_each_tag_is_its_event_in_si(tags: str, event: Event) -> None:
    assert box(tags).events == (event,)


@pytest.mark.parametrize(
    ("old", "event"),
    [
        ("startspecialstage", "dss"),
        ("finishspecialstage", "ass"),
        ("startofzone", "dz"),
        ("endofzone", "fz"),
        ("stopcontrol", "stop"),
        ("resettozero", "reset"),
        ("passagecontrol", "checkpoint"),
    ],
)
def test_a_dropped_tag_is_its_successor(old: str, event: str) -> None:
    assert [found.kind for found in box(f"<PREFIX{old}/>").events] == [event]


def test_dropped_tags_for_waypoints_dangers_and_cap_are_their_successors() -> None:
    kinds = [
        note.waypoint.type
        for note in book("<PREFIXwaypointmasked/>", "<PREFIXwaypointeclipse/>", "<PREFIXwaypointsafety/>").book.notes
        if note.waypoint
    ]
    assert kinds == ["WPM", "WPE", "WPS"]
    dangers = book("<PREFIXonedanger/>", "<PREFIXtwodanger/>", "<PREFIXthreedanger/>").book.notes
    assert [note.danger for note in dangers] == [1, 2, 3]
    assert box("<PREFIXcapheading>118</PREFIXcapheading>").cap == 118


def test_a_zone_takes_its_limit_from_speed() -> None:
    note = box("<PREFIXdz/><PREFIXspeed>65</PREFIXspeed>")
    assert note.events == (Event("dz", near(65 * KMH)),)
    assert note.speed == near(65 * KMH)


def test_a_zone_takes_its_limit_from_its_own_text() -> None:
    note = box("<PREFIXdz>40</PREFIXdz>")
    assert note.events == (Event("dz", near(40 * KMH)),)
    assert note.speed == near(40 * KMH)


def test_of_two_limits_in_a_box_the_lower_holds_and_is_doubted() -> None:
    loaded = book("<PREFIXdz>40</PREFIXdz><PREFIXspeed>60</PREFIXspeed><PREFIXfz/>")
    assert loaded.book.notes[0].speed == near(40 * KMH)
    assert "1: Two speed limits stand in this box." in doubts(loaded)


def test_the_first_version_wrote_the_limit_as_an_attribute() -> None:
    assert box('<PREFIXdz/><PREFIXspeed kph="65"/>').speed == near(65 * KMH)
    assert box('<PREFIXdz/><PREFIXspeed kph="65"/>', units="statute").speed == near(65 * KMH)
    assert box('<PREFIXdz/><PREFIXspeed mph="40"/>').speed == near(40 * MPH)


def test_a_limit_without_a_zone_is_kept_without_inventing_one_and_doubted() -> None:
    loaded = book("<PREFIXspeed>30</PREFIXspeed>", "<PREFIXdanger>1</PREFIXdanger>")
    assert loaded.book.notes[0].speed == near(30 * KMH)
    assert loaded.book.notes[0].events == ()
    assert "1: A speed limit stands here without the start of a zone (DZ), and no FZ ends it." in doubts(loaded)


def test_a_new_limit_inside_a_zone_needs_no_doubt() -> None:
    loaded = book("<PREFIXdz/><PREFIXspeed>65</PREFIXspeed>", "<PREFIXspeed>110</PREFIXspeed>", "<PREFIXfz/>")
    assert "speed" not in doubts(loaded)
    assert "Speed zone: box 2 to 3, 110 km/h." in loaded.report.lines


def test_one_box_may_begin_and_end_several_things() -> None:
    first, last = book(
        "<PREFIXneutralization>900</PREFIXneutralization><PREFIXdz>40</PREFIXdz><PREFIXfuel/>", "<PREFIXfn/><PREFIXfz/>"
    ).book.notes
    assert first.events == (Event("dn", 900), Event("dz", near(40 * KMH)), Event("fuel"))
    assert [event.kind for event in last.events] == ["fn", "fz"]
    assert first.waypoint == Waypoint("DN")


def test_a_danger_three_may_be_a_safety_waypoint_too() -> None:
    note = box('<PREFIXdanger>3</PREFIXdanger><PREFIXwps open="800" clear="90"/>')
    assert (note.danger, note.waypoint) == (3, Waypoint("WPS", "", 800, 90))


def test_a_wp_type_is_the_waypoint_of_a_box_whatever_else_happens_there() -> None:
    note = box('<PREFIXdz open="500" clear="50"/><PREFIXwpe name="7"/>')
    assert note.waypoint == Waypoint("WPE", "7", 500, 50)


@pytest.mark.parametrize("tags", ["<PREFIXdz/><PREFIXdss/>", "<PREFIXdss/><PREFIXdz/>"])
def test_the_start_of_the_special_weighs_more_than_a_zone(tags: str) -> None:
    waypoint = box(tags).waypoint
    assert waypoint is not None
    assert waypoint.type == "DSS"


def test_two_wp_types_in_a_box_are_doubted_and_the_first_is_taken() -> None:
    loaded = book('<PREFIXwpc clear="20" name="ABC"/><PREFIXwpm open="800" clear="200"/>')
    assert loaded.book.notes[0].waypoint == Waypoint("WPC", "ABC", None, 20)
    assert "1: This box has several waypoint types." in doubts(loaded)


def test_a_type_that_an_event_invented_passes_through() -> None:
    waypoint = box('<PREFIXwpg clear="15"/>').waypoint
    assert waypoint == Waypoint("WPG", "", None, 15)


def test_a_radius_that_is_missing_stays_unknown_and_is_doubted() -> None:
    loaded = book('<PREFIXwpm clear="300"/>')
    waypoint = loaded.book.notes[0].waypoint
    assert waypoint is not None
    assert waypoint.open is None
    assert "1: The waypoint has no open radius." in doubts(loaded)


@pytest.mark.parametrize("kind", ["wpc", "wpv"])
def test_a_type_whose_guidance_never_begins_needs_no_open_radius(kind: str) -> None:
    assert "radius" not in doubts(book(f'<PREFIX{kind} clear="300"/>'))
    assert "1: The waypoint has no open and clear radius." in doubts(book(f"<PREFIX{kind}/>"))


@pytest.mark.parametrize(
    ("tags", "what"),
    [
        ("<PREFIXcap>400</PREFIXcap>", "The cap “400”"),
        ("<PREFIXcap>north</PREFIXcap>", "The cap “north”"),
        ("<PREFIXdanger>4</PREFIXdanger>", "The danger “4”"),
        ("<PREFIXspeed>-5</PREFIXspeed>", "The speed “-5”"),
        ("<PREFIXspeed>NaN</PREFIXspeed>", "The speed “NaN”"),
        ("<PREFIXspeed>1e9</PREFIXspeed>", "The speed “1e9”"),
        ('<PREFIXwpm open="-1" clear="90"/>', "The open radius “-1”"),
        ('<PREFIXwpm open="800" clear="inf"/>', "The clear radius “inf”"),
        ("<PREFIXstop>-3</PREFIXstop>", "The stop “-3”"),
        ("<PREFIXreset>1e300</PREFIXreset>", "The reset “1e300”"),
        ('<PREFIXtimecontrol allowed="1e9"/>', "The allowed time “1e9”"),
    ],
)
def test_a_figure_that_cannot_be_is_left_out_and_doubted(tags: str, what: str) -> None:
    loaded = book(tags)
    assert f"1: {what} makes no sense." in doubts(loaded)
    note = loaded.book.notes[0]
    assert (note.cap, note.danger, note.speed) == (None, 0, None)


def test_a_cap_of_360_is_a_cap() -> None:
    assert box("<PREFIXcap>360</PREFIXcap>").cap == 360


def test_distances_that_repeat_or_go_back_are_kept_and_doubted() -> None:
    boxes = "".join(
        f'<wpt lat="31" lon="2.5"><extensions><distance>{km}</distance></extensions></wpt>'
        for km in (0.5, 0.51, 0.5, 0.5)
    )
    loaded = read(f"<gpx>{boxes}</gpx>".encode(), "stage")
    assert [note.total for note in loaded.book.notes] == near([500, 510, 500, 500])
    assert "3: The distance goes back by 10 m." in doubts(loaded)
    assert "4: The box has the same distance as the one before." in doubts(loaded)


def test_a_distance_with_all_its_digits_is_kept() -> None:
    text = '<gpx><wpt lat="3" lon="2"><extensions><distance>0.11508052801382537</distance></extensions></wpt></gpx>'
    assert read(text.encode(), "x").book.notes[0].total == pytest.approx(115.08052801382537, rel=1e-15)


def test_boxes_are_numbered_from_one_and_keep_the_names_of_the_file() -> None:
    notes = book("", "", "").book.notes
    assert [(note.number, note.name) for note in notes] == [(1, "001"), (2, "002"), (3, "003")]
    assert [note.words for note in notes] == ["", "", ""]


def test_words_in_the_place_of_a_drawing_are_words() -> None:
    note = box("<PREFIXnotes>Keep left of the well</PREFIXnotes><PREFIXtulip/>")
    assert (note.words, note.tulip, note.drawing) == ("Keep left of the well", None, None)


def test_coordinates_may_be_shown_only_where_the_book_says_so() -> None:
    notes = book("<PREFIXshow_coordinates/>", "").book.notes
    assert [note.show_coordinates for note in notes] == [True, False]
