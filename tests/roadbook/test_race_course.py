"""Desert-race courses: names are the data, points come in alphabetical order, tracks in pieces."""

import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from codriver.roadbook import course, facts, gpx, kml, track
from codriver.roadbook.findings import Findings
from codriver.roadbook.geodesy import chord
from codriver.roadbook.miles import count
from codriver.roadbook.model import Event, Note, Position, Roadbook, Waypoint
from codriver.roadbook.report import report
from codriver.units import KMH, MILE, MPH

NORTH = 0.02 / chord(30.99, -115, 31.01, -115)  # degrees a metre, near 31 N 115 W
EAST = 0.02 / chord(31, -115.01, 31, -114.99)
_Piece = tuple[Position, ...]


def at(north: float, east: float) -> Position:
    """A place so many miles north and east of 31 N, 115 W."""
    return Position(31 + north * MILE * NORTH, -115 + east * MILE * EAST)


def path(*corners: tuple[float, float], step: float = 0.02) -> _Piece:
    """A track along straight lines between these corners (miles north, east), a point about each `step`."""
    points = [at(*corners[0])]
    for (n1, e1), (n2, e2) in pairwise(corners):
        steps = max(1, round((abs(n2 - n1) + abs(e2 - e1)) / step))
        points += [at(n1 + (n2 - n1) * i / steps, e1 + (e2 - e1) * i / steps) for i in range(1, steps + 1)]
    return tuple(points)


def points(**places: tuple[float, float]) -> list[Note]:
    """Named points in alphabetical order, as organisers' programs write them; `_` in a name is a space."""
    named = sorted((name.replace("__", "-").replace("_", " "), place) for name, place in places.items())
    return [Note(number, 0.0, name, at(*place), words=name) for number, (name, place) in enumerate(named, start=1)]


def laid(notes: Sequence[Note], *pieces: _Piece) -> tuple[course.Course, str]:
    """The course, and its doubts as one text with box numbers."""
    findings = Findings()
    made = course.laid(notes, pieces, findings)
    return made, "\n".join(f"{doubt.note}: {doubt.text}" for doubt in findings.doubts)


def named(made: course.Course) -> list[str]:
    return [note.name for note in made.notes]


def miles(made: course.Course) -> list[float]:
    return [round(note.total / MILE, 2) for note in made.notes]


def resets(made: course.Course) -> dict[int, float | None]:
    """What the trip is set to, by the index of the note."""
    return {i: e.value for i, note in enumerate(made.notes) for e in note.events if e.kind == "reset"}


def one(name: str) -> Note:
    """The note that a single point of this name makes."""
    made, _ = laid([Note(1, 0.0, name, at(1, 0), words=name)], path((0, 0), (2, 0)))
    return made.notes[0]


STRAIGHT = path((0, 0), (12, 0))


@pytest.mark.parametrize(
    ("name", "number", "limit"),
    [
        ("SZ08 60MPH", "SZ08", 60 * MPH),
        ("SZ07 37 MPH", "SZ07", 37 * MPH),
        ("sz-7 37mph", "SZ7", 37 * MPH),
        ("START SZ12 60MPH", "SZ12", 60 * MPH),
        ("SPEED ZONE 3 25MPH", "SZ3", 25 * MPH),
        ("SZ4 60KM/H", "SZ4", 60 * KMH),
        ("SZ4 60 KPH", "SZ4", 60 * KMH),
        ("SZ09", "SZ09", None),
    ],
)
def test_a_zone_begins_with_its_number_and_its_limit(name: str, number: str, limit: float | None) -> None:
    note = one(name)
    assert [(event.kind, event.name) for event in note.events] == [("dz", number)]
    assert note.events[0].value == note.speed == (pytest.approx(limit) if limit else None)
    assert (note.name, note.words) == (name, "")


@pytest.mark.parametrize("name", ["END SZ09", "END OF SZ09", "End-SZ09", "END SPEED ZONE 09"])
def test_a_zone_ends_by_its_number(name: str) -> None:
    assert one(name).events == (Event("fz", None, "SZ09"),)
    assert one(name).speed is None


@pytest.mark.parametrize(
    ("name", "called"), [("VCP A5", "A5"), ("VCP 39", "39"), ("VCP F", "F"), ("vcp-12", "12"), ("VCP A-7", "A7")]
)
def test_a_virtual_checkpoint_is_a_waypoint_without_radii(name: str, called: str) -> None:
    assert one(name).waypoint == Waypoint("VCP", called)
    assert one(name).words == ""


def test_a_physical_checkpoint_is_a_full_stop_and_may_begin_a_zone() -> None:
    note = one("CHECK 2-SZ19 60MPH")
    assert note.events == (Event("checkpoint", None, "2"), Event("stop", 0.0), Event("dz", 60 * MPH, "SZ19"))
    assert (note.speed, note.words) == (60 * MPH, "CHECK 2")
    assert one("CHECK 1").events == (Event("checkpoint", None, "1"), Event("stop", 0.0))
    assert one("CHECKPOINT 3").events[0] == Event("checkpoint", None, "3")


def test_a_crossing_is_a_stop_and_a_danger_without_a_level_is_a_double_one() -> None:
    assert one("STOP 11").events == (Event("stop", 0.0, "11"),)
    note = one("DANGER 4")
    assert (note.danger, note.words, note.waypoint) == (2, "", None)


@pytest.mark.parametrize(
    "name", ["BFG PIT 3", "A. MATOMI", "EJ. DELICIAS", "R. LA VUELTA", "BEGIN-END PRERUN", "RM 45"]
)
def test_pits_posts_and_places_are_words_and_nothing_else(name: str) -> None:
    note = one(name)
    assert (note.words, note.events, note.waypoint, note.danger) == (name, (), None, 0)


def test_a_post_may_stand_in_another_points_name_and_the_rest_of_a_name_is_words() -> None:
    made, _ = laid(points(VCP_132__RM_15=(5, 0), VCP_133=(6, 0)), STRAIGHT)
    assert miles(made) == [15.0, 16.0]
    assert made.notes[0].waypoint == Waypoint("VCP", "132")
    assert made.notes[0].words == "RM 15"
    assert one("VCP 304-SPTM CUT").words == "SPTM CUT"


@pytest.mark.parametrize(
    "name",
    ["SZ", "VCP", "ENSENADA", "END", "STOPOVER", "DANGEROUS", "SAN FELIPE-MEXICALI", "PITAHAYA", "", "-", "RMS 4"],
)
def test_other_names_are_not_guessed_at(name: str) -> None:
    found = course.signs(name)
    assert all(sign.kind in {"", "zone"} for sign in found)
    assert (name == "SZ") == any(sign.kind for sign in found)


def test_what_the_file_says_besides_the_name_stays_in_the_words() -> None:
    made, _ = laid([Note(1, 0.0, "STOP 4", at(1, 0), words="Highway 3")], STRAIGHT)
    assert made.notes[0].words == "Highway 3"


def test_a_file_is_a_course_when_enough_names_say_something() -> None:
    assert course.named(["SZ01 37MPH", "END SZ01", "VCP 4", "SAN FELIPE"])
    assert not course.named(["SZ01 37MPH", "END SZ01", "SAN FELIPE"])
    assert not course.named(["STOP 1", "STOP 2", "STOP 3", *(f"place {number}" for number in range(20))])
    assert not course.named([])


def test_points_in_alphabetical_order_are_put_where_the_course_passes_them() -> None:
    made, doubts = laid(points(END_SZ01=(3, 0), RM_5=(5, 0), STOP_1=(4, 0), SZ01_37MPH=(2, 0), VCP_1=(1, 0)), STRAIGHT)
    assert named(made) == ["VCP 1", "SZ01 37MPH", "END SZ01", "STOP 1", "RM 5"]
    assert [note.number for note in made.notes] == [1, 2, 3, 4, 5]
    assert miles(made) == [1, 2, 3, 4, 5]
    assert "more than once" not in doubts


def test_race_miles_are_track_miles_and_the_median_offset_of_the_posts() -> None:
    made, doubts = laid(points(RM_45=(0.9, 0), RM_50=(5.901, 0), RM_55=(10.899, 0), VCP_1=(0, 0)), STRAIGHT)
    assert miles(made) == [44.1, 45.0, 50.0, 55.0]
    assert "Race miles are track miles plus 44.10, by 3 posts (RM)." in doubts


def test_a_course_without_posts_counts_from_the_start_of_its_track_and_says_so() -> None:
    made, doubts = laid(points(VCP_1=(1, 0), VCP_2=(2, 0)), STRAIGHT)
    assert miles(made) == [1, 2]
    assert "No race mile post" in doubts


def test_missing_posts_change_nothing() -> None:
    made, doubts = laid(points(RM_10=(1, 0), RM_20=(11, 0), VCP_1=(5, 0)), STRAIGHT)
    assert miles(made) == [10, 14, 20]
    assert "does not stand" not in doubts


def test_a_single_post_is_believed() -> None:
    assert miles(laid(points(RM_10=(1, 0), VCP_1=(5, 0)), STRAIGHT)[0]) == [10, 14]


def test_a_post_at_the_wrong_mile_is_outvoted_and_named() -> None:
    made, doubts = laid(points(RM_10=(1, 0), RM_12=(3, 0), RM_14=(6, 0), RM_16=(7, 0), RM_18=(9, 0)), STRAIGHT)
    assert miles(made) == [10, 12, 15, 16, 18]
    assert "3: A race mile post does not stand at its mile" in doubts


def test_where_the_course_leaves_a_part_out_the_count_jumps_at_the_joint() -> None:
    first, cut = path((0, 0), (6, 0)), path((6, 0), (12, 0))
    places = points(RM_5=(1, 0), RM_6=(2, 0), RM_60=(9, 0), RM_61=(10, 0), VCP_1=(4, 0), VCP_2=(6, 0), VCP_3=(8, 0))
    made, doubts = laid(places, first, cut)
    assert miles(made) == [5, 6, 8, 10, 59, 60, 61]
    assert resets(made) == {3: pytest.approx(57 * MILE, abs=1)}
    assert "4: Race miles jump here from 10.00 to 57.00." in doubts


def test_a_jump_between_two_posts_with_nothing_in_between_is_at_the_first() -> None:
    made, _ = laid(points(RM_1=(1, 0), RM_2=(2, 0), RM_30=(5, 0), RM_31=(6, 0)), STRAIGHT)
    assert miles(made) == [1, 2, 30, 31]
    assert resets(made) == {1: pytest.approx(27 * MILE, abs=1)}


def test_miles_that_begin_behind_the_start_line_are_never_below_zero() -> None:
    made, _ = laid(points(VCP_1=(0.5, 0), VCP_2=(2.5, 0), RM_1=(3, 0), RM_2=(4, 0)), STRAIGHT)
    assert miles(made) == [0.5, 2.5, 1, 2]
    assert resets(made) == {1: pytest.approx(0.5 * MILE, abs=1)}


def test_pieces_of_a_track_in_any_order_and_direction_are_joined_by_their_ends() -> None:
    corners = [(0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (30, 20)]
    pieces = [path(a, b) for a, b in pairwise(corners)]
    places = points(RM_5=(5, 0), RM_15=(10, 5), RM_25=(15, 10), RM_35=(20, 15), RM_45=(25, 20), VCP_1=(10, 9))
    draw = random.Random(5)
    for _ in range(20):
        mixed = [draw.choice((piece, piece[::-1])) for piece in draw.sample(pieces, len(pieces))]
        made, _ = laid(places, *mixed)
        assert miles(made) == pytest.approx([5, 15, 19, 25, 35, 45], abs=0.05)
        assert list(made.track) == pieces


def test_a_hole_in_the_track_is_bridged_and_becomes_a_gap_between_two_pieces() -> None:
    holed = path((0, 0), (2, 0)) + path((2.5, 0), (6, 0))
    made, _ = laid(points(VCP_1=(1, 0), VCP_2=(5, 0), RM_3=(3, 0)), holed)
    assert miles(made) == [1, 3, 5]
    assert [len(piece) for piece in made.track] == [101, 176]


def test_a_loop_begins_where_the_numbers_begin_though_a_hole_is_wider_than_the_gap_at_the_start() -> None:
    pieces = [path((0, 0), (10, 0)), path((10, 0), (10, 10)), path((10, 9.5), (0, 10)), path((0, 10), (0, 0.02))]
    places = points(RM_5=(5, 0), RM_15=(10, 5), VCP_1=(3, 0), VCP_2=(10, 2), VCP_3=(5, 9.75), VCP_4=(0, 5))
    for turn in range(4):
        made, _ = laid(places, *pieces[turn:], *pieces[:turn])
        assert named(made) == ["VCP 1", "RM 5", "VCP 2", "RM 15", "VCP 3", "VCP 4"]


def test_a_track_that_runs_against_the_numbers_is_turned_and_that_is_said() -> None:
    made, doubts = laid(points(RM_1=(1, 0), RM_5=(5, 0), RM_8=(8, 0), RM_9=(9, 0)), STRAIGHT[::-1])
    assert miles(made) == [1, 5, 8, 9]
    assert made.track == (STRAIGHT,)
    assert "does not run as its points are numbered" in doubts


def test_start_and_finish_at_one_place_are_no_doubt() -> None:
    loop = path((0, 0), (5, 0), (5, 5), (0, 5), (0, 0))
    made, doubts = laid(points(BEGIN__END=(0, 0), RM_1=(1, 0), RM_6=(5, 1), VCP_2=(0, 2)), loop)
    assert named(made) == ["BEGIN-END", "RM 1", "RM 6", "VCP 2"]
    assert "more than once" not in doubts


def test_there_and_back_on_one_road_the_numbers_tell_the_passage() -> None:
    road = path((0, 0), (20, 0), (0, 0))
    places = {f"VCP_{mile}": (min(mile, 40 - mile), 0.0) for mile in range(1, 40, 2)}
    posts = {f"RM_{mile}": (min(mile, 40 - mile), 0.0) for mile in (5, 10, 15, 25, 30, 35)}
    made, doubts = laid(points(**places, **posts), road)
    assert all(note.total == pytest.approx(float(note.name.split()[1]) * MILE, abs=5) for note in made.notes)
    assert len(made.notes) == len(places) + len(posts)
    assert "more than once" not in doubts


def test_a_point_without_a_number_on_a_road_driven_twice_is_doubted() -> None:
    _, doubts = laid(
        points(DANGER=(3, 0), VCP_1=(1, 0), VCP_2=(10, 1)), path((0, 0), (10, 0), (10, 1), (10, 0), (0, 0))
    )
    assert "2: The course passes here more than once" in doubts


def test_a_track_of_several_laps_calls_each_point_once_a_lap() -> None:
    lap = ((0, 0), (5, 0), (5, 5), (0, 5), (0, 0))
    made, doubts = laid(points(RM_2=(2, 0), STOP_1=(5, 3), VCP_1=(4, 0), VCP_2=(1, 5)), path(*lap, *lap[1:], *lap[1:]))
    assert named(made) == ["RM 2", "VCP 1", "STOP 1", "VCP 2"] * 3
    assert [note.lap for note in made.notes] == [1] * 4 + [2] * 4 + [3] * 4
    assert miles(made) == pytest.approx([2, 4, 8, 14, 22, 24, 28, 34, 42, 44, 48, 54], abs=0.05)
    assert "goes round 3 times" in doubts


def test_laps_whose_points_are_numbered_on_are_not_repeated() -> None:
    lap = ((0, 0), (5, 0), (5, 5), (0, 5), (0, 0))
    places = points(VCP_1=(2, 0), VCP_2=(5, 2), VCP_3=(2, 5), VCP_4=(2, 0), VCP_5=(5, 2), VCP_6=(2, 5))
    made, _ = laid(places, path(*lap, *lap[1:]))
    assert named(made) == ["VCP 1", "VCP 2", "VCP 3", "VCP 4", "VCP 5", "VCP 6"]
    assert miles(made) == pytest.approx([2, 7, 13, 22, 27, 33], abs=0.05)


def test_a_zone_that_takes_over_another_ends_it_and_that_is_said() -> None:
    made, doubts = laid(points(END_SZ02=(5, 0), SZ01_60MPH=(1, 0), SZ02_37MPH=(3, 0)), STRAIGHT)
    book = Roadbook("x", "course", "statute", made.notes, made.track)
    assert [(zone.first, zone.last, zone.limit) for zone in facts.zones(book)] == [(1, 2, 60 * MPH), (2, 3, 37 * MPH)]
    assert "2: A speed zone begins here before the last one has ended." in doubts


def test_the_end_of_another_zone_than_runs_is_doubted() -> None:
    _, doubts = laid(points(END_SZ02=(5, 0), SZ01_60MPH=(1, 0), VCP_1=(2, 0)), STRAIGHT)
    assert "A zone ends here by another name" in doubts


def test_numbers_that_fall_along_the_course_are_doubted() -> None:
    _, doubts = laid(points(STOP_1=(1, 0), STOP_2=(6, 0), STOP_3=(4, 0), STOP_4=(8, 0), STOP_5=(9, 0)), STRAIGHT)
    assert "3: The number in the name is lower than one before it" in doubts


def test_a_place_beside_the_course_is_noted_where_one_passes_it_with_how_far_it_is() -> None:
    made, doubts = laid(
        points(ENSENADA=(5, 8), VCP_1=(1, 0), RM_6=(6, 0), EL_ALAMO=(3, 0.5), R_NELSON=(4, 0.05)), STRAIGHT
    )
    assert [(note.name, note.words) for note in made.notes] == [
        ("VCP 1", ""),
        ("EL ALAMO", "EL ALAMO, 0.5 miles off the course"),
        ("R NELSON", "R NELSON"),
        ("ENSENADA", "ENSENADA, 8.0 miles off the course"),
        ("RM 6", "RM 6"),
    ]
    assert miles(made) == [1, 3, 4, 5, 6]
    assert all(note.position and abs(note.position.lon + 115) < 0.001 for note in made.notes)
    assert "2 places lie more than 300 m beside the course" in doubts


def test_a_zone_far_from_the_track_is_left_out_and_named() -> None:
    made, doubts = laid(points(SZ01_60MPH=(5, 8), VCP_1=(1, 0)), STRAIGHT)
    assert named(made) == ["VCP 1"]
    assert "“SZ01 60MPH” lies more than 1.5 km from the track" in doubts


def test_many_places_far_from_the_track_are_one_doubt() -> None:
    """Of half a course there are hundreds, which would hide all other doubts."""
    _, doubts = laid(points(VCP_1=(1, 0), **{f"STOP_{n}": (5.0, 8.0) for n in range(1, 13)}), STRAIGHT)
    assert doubts.count("more than 1.5 km from the track") == 1
    assert "“STOP 5” and 4 more lie more than 1.5 km" in doubts


def test_points_without_a_track_are_joined_in_the_order_of_their_numbers() -> None:
    made, doubts = laid(points(STOP_1=(5, 0), VCP_1=(1, 0), VCP_10=(9, 0), VCP_9=(4, 0)))
    assert named(made) == ["VCP 1", "VCP 9", "STOP 1", "VCP 10"]
    assert made.track == ()
    assert "no track" in doubts


def test_a_course_in_kilometres_is_counted_in_kilometres() -> None:
    assert laid(points(SZ1_30KMH=(1, 0), END_SZ1=(2, 0)), STRAIGHT)[0].units.name == "metric"
    assert laid(points(SZ1_37MPH=(1, 0), END_SZ1=(2, 0)), STRAIGHT)[0].units.name == "statute"


def test_a_count_without_boxes_is_empty() -> None:
    assert count([], {}, []).totals == ()


def test_a_gpx_of_the_same_content_is_the_same_course() -> None:
    notes = points(CHECK_1__SZ02_60MPH=(4, 0), END_SZ02=(6, 0), RM_5=(1, 0), RM_9=(5, 0), SAN_FELIPE=(2, 0))
    body = "".join(f'<wpt lat="{p.lat}" lon="{p.lon}"><name>{n.name}</name></wpt>' for n in notes if (p := n.position))
    line = "".join(f'<trkpt lat="{p.lat}" lon="{p.lon}"/>' for p in STRAIGHT)
    text = f'<gpx version="1.1">{body}<trk><trkseg>{line}</trkseg></trk></gpx>'
    book, _ = gpx.read(text.encode(), "baja")
    made, _ = laid(notes, STRAIGHT)
    assert book.notes == made.notes
    assert (book.format, book.units) == ("course, GPX 1.1", "statute")


def test_a_tangle_of_points_and_track_ends_in_a_doubt_and_not_in_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "WORK", 20_000)
    draw = random.Random(1)
    knot = tuple(at(draw.random() / 50, draw.random() / 50) for _ in range(2000))
    places = [Note(n, 0.0, f"VCP {n}", at(draw.random() / 50, draw.random() / 50)) for n in range(1, 200)]
    _, doubts = laid(places, knot)
    assert "too tangled" in doubts


@pytest.fixture(scope="module")
def baja(field_data: Path) -> Roadbook:
    path = next((field_data / "roadbooks").glob("score-baja1000*.kml"))
    return kml.read(path.read_bytes(), "baja")[0]


def test_the_baja_course_has_every_point_of_its_file(baja: Roadbook, field_data: Path) -> None:
    path = next((field_data / "roadbooks").glob("score-baja1000*.kml"))
    assert len(baja.notes) == path.read_bytes().count(b"<Point>") == 765
    assert all(note.position for note in baja.notes)
    assert facts.track_length(baja) == pytest.approx(632.7 * MILE, abs=100)
    assert facts.track_points(baja) == 60_532
    assert (baja.name, baja.units) == ("25B1K-PRUN-SPTM", "statute")
    assert [a.total <= b.total for a, b in pairwise(baja.notes)].count(False) == 0


def test_the_baja_courses_race_miles_are_those_of_its_posts(baja: Roadbook) -> None:
    posts = {note.name: note.total / MILE for note in baja.notes if "RM " in note.name}
    assert len(posts) == 125
    assert all(abs(total - float(name.rpartition("RM ")[2])) < 0.02 for name, total in posts.items())
    assert baja.notes[0].name == "BEGIN-END PRERUN"
    assert baja.notes[0].total / MILE == pytest.approx(44.1, abs=0.01)
    jumps = [note.name for note in baja.notes for event in note.events if event.kind == "reset"]
    assert jumps == ["VCP 304-SPTM CUT"]


def test_the_baja_courses_zones_have_their_limits_and_ends(baja: Roadbook) -> None:
    names = [note.name for note in baja.notes]
    told = [(names[z.first - 1], names[z.last - 1] if z.last else "", z.limit) for z in facts.zones(baja)]
    assert len(told) == 18
    for begin, end, limit in told:
        zone = begin.rpartition("-")[2]
        assert limit == pytest.approx(float(zone.partition(" ")[2].removesuffix("MPH")) * MPH)
        taken_over = {"SZ07": "SZ08", "SZ08": "SZ09", "SZ15": "SZ16"}.get(zone[:4])
        assert end.startswith(taken_over or f"END {zone[:4]}")


def test_the_baja_courses_marks_are_counted(baja: Roadbook) -> None:
    kinds = [event.kind for note in baja.notes for event in note.events]
    counted = {kind: kinds.count(kind) for kind in ("dz", "fz", "checkpoint", "stop")}
    assert counted == {"dz": 18, "fz": 15, "checkpoint": 3, "stop": 41}
    assert facts.dangers(baja) == {1: 0, 2: 20, 3: 0}
    assert sum(note.waypoint is not None and note.waypoint.type == "VCP" for note in baja.notes) == 462


def test_the_baja_course_raises_no_doubt_about_the_order_of_its_points(field_data: Path) -> None:
    path = next((field_data / "roadbooks").glob("score-baja1000*.kml"))
    doubts = " ".join(doubt.text for doubt in report(*kml.read(path.read_bytes(), "baja")).doubts)
    for word in ("lower than", "more than once", "does not stand", "another name", "left out"):
        assert word not in doubts


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to ask")
def test_the_baja_course_is_read_in_little_memory(field_data: Path) -> None:
    path = next((field_data / "roadbooks").glob("score-baja1000*.kml"))
    # Not getrusage: what a process had before it became another one counts there too.
    script = (
        "import sys; from pathlib import Path; from codriver.roadbook import kml;"
        "kml.read(Path(sys.argv[1]).read_bytes(), 'x');"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    run = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert int(run.stdout) * 1024 < 200e6
