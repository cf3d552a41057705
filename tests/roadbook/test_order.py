"""Boxes without distances find their place along a track that loops, crosses itself, has holes, or is long."""

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest

from codriver.roadbook.findings import Findings
from codriver.roadbook.geodesy import chord, distance
from codriver.roadbook.model import Note, Position
from codriver.roadbook.order import Box, located
from codriver.roadbook.track import Line

NORTH = 0.02 / chord(30.99, 2, 31.01, 2)  # degrees a metre, near 31 N 2 E
EAST = 0.02 / chord(31, 1.99, 31, 2.01)


def at(north: float, east: float) -> Position:
    """A place so many metres north and east of 31 N, 2 E."""
    return Position(31 + north * NORTH, 2 + east * EAST)


def path(*corners: tuple[float, float], step: float = 20.0) -> tuple[Position, ...]:
    """A track along straight lines between these corners (metres north, east), a point about each `step`."""
    points = [at(*corners[0])]
    for (n1, e1), (n2, e2) in pairwise(corners):
        count = max(1, round(math.hypot(n2 - n1, e2 - e1) / step))
        points += [at(n1 + (n2 - n1) * i / count, e1 + (e2 - e1) * i / count) for i in range(1, count + 1)]
    return tuple(points)


def boxes(*places: Position | None) -> list[Box]:
    return [Box(None, Note(index, 0.0, f"n{index}", place)) for index, place in enumerate(places, start=1)]


def totals(notes: Sequence[Note]) -> list[int]:
    return [round(note.total / 10) * 10 for note in notes]


def test_a_box_beside_the_track_gets_the_distance_abeam() -> None:
    track = [path((0, 0), (1000, 0))]
    assert totals(located(boxes(at(0, 0), at(333, 25), at(1000, -40)), track, Findings())) == [0, 330, 1000]


def test_on_a_loop_the_start_is_the_start_and_the_finish_the_finish() -> None:
    loop = [path((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))]
    findings = Findings()
    assert totals(located(boxes(at(0, 0), at(1000, 500), at(0, 0)), loop, findings)) == [0, 1500, 4000]
    assert findings.doubts == ()


def test_where_the_track_crosses_itself_the_order_of_the_boxes_tells_the_passage() -> None:
    cross = [path((0, 0), (1000, 0), (1000, 500), (500, 500), (500, -500))]
    places = boxes(at(500, 0), at(1000, 250), at(500, 0), at(500, -400))
    assert totals(located(places, cross, Findings())) == [500, 1250, 2500, 2900]


def test_there_and_back_on_one_road_each_box_has_its_own_way() -> None:
    track = [path((0, 0), (2000, 0), (0, 0))]
    assert totals(located(boxes(at(500, 0), at(1500, 0), at(500, 0)), track, Findings())) == [500, 1500, 3500]


def test_on_two_lanes_side_by_side_the_order_weighs_more_than_a_few_metres() -> None:
    lanes = [path((0, 0), (2000, 0), (2000, 20), (0, 20))]
    findings = Findings()
    assert totals(located(boxes(at(500, 14), at(1500, 0), at(500, 6)), lanes, findings)) == [500, 1500, 3520]
    assert findings.doubts == ()


def test_boxes_sorted_by_name_are_put_into_course_order_and_that_is_said() -> None:
    track = [path((0, 0), (5000, 0))]
    findings = Findings()
    notes = located(boxes(at(4000, 0), at(1000, 0), at(3000, 0)), track, findings)
    assert [(note.number, note.name) for note in notes] == [(1, "n2"), (2, "n3"), (3, "n1")]
    assert totals(notes) == [1000, 3000, 4000]
    assert "do not come in the order of the course" in findings.doubts[0].text


def test_doubts_follow_their_boxes_to_the_new_numbers() -> None:
    findings = Findings()
    findings.doubt("odd", note=1)
    findings.doubt("lost", note=9)
    located(boxes(at(4000, 0), at(1000, 0)), [path((0, 0), (5000, 0))], findings)
    told = {doubt.text: doubt.note for doubt in findings.doubts}
    assert (told["odd"], told["lost"]) == (2, None)


def test_a_box_far_from_the_track_is_left_out_and_named() -> None:
    findings = Findings()
    notes = located(boxes(at(0, 0), at(500, 3000), at(900, 0)), [path((0, 0), (1000, 0))], findings)
    assert [note.name for note in notes] == ["n1", "n3"]
    assert [note.number for note in notes] == [1, 2]
    assert "“n2” lies more than 1.5 km from the track" in findings.doubts[0].text


def test_a_track_that_is_not_theirs_is_not_believed() -> None:
    findings = Findings()
    notes = located(boxes(at(0, 9000), at(100, 9000), at(200, 9000)), [path((0, 0), (1000, 0))], findings)
    assert totals(notes) == [0, 100, 200]
    assert "fewer than half" in findings.doubts[0].text


def test_distances_in_the_file_are_never_replaced_by_the_track() -> None:
    notes = located([Box(77.0, Note(1, 0.0, position=at(500, 0)))], [path((0, 0), (1000, 0))], Findings())
    assert notes[0].total == 77.0


def test_one_box_without_a_distance_among_others_counts_from_the_one_before() -> None:
    findings = Findings()
    mixed = [
        Box(1000.0, Note(1, 0.0, position=at(0, 0))),
        Box(None, Note(2, 0.0, position=at(300, 0))),
        Box(2000.0, Note(3, 0.0, position=at(900, 0))),
    ]
    assert totals(located(mixed, [], findings)) == [1000, 1300, 2000]
    assert "straight lines" in findings.doubts[0].text


def test_a_hole_in_the_track_is_bridged() -> None:
    pieces = [path((0, 0), (1000, 0)), path((1809, 0), (3000, 0))]
    assert totals(located(boxes(at(500, 0), at(2000, 0)), pieces, Findings())) == [500, 2000]


def test_a_sparse_track_is_a_line_and_not_its_points() -> None:
    track = [(at(0, 0), at(10_000, 0))]
    assert totals(located(boxes(at(2500, 10), at(7500, -10)), track, Findings())) == [2500, 7500]


def test_the_line_finds_what_a_search_through_every_stretch_finds() -> None:
    spiral = tuple(at(i * 0.7 * math.cos(i / 40), i * 0.7 * math.sin(i / 40)) for i in range(3000))
    fine = [
        Position(a.lat + (b.lat - a.lat) * i / 20, a.lon + (b.lon - a.lon) * i / 20)
        for a, b in pairwise(spiral)
        for i in range(20)
    ]
    line = Line([spiral])
    for place in (at(0, 0), at(321, -654), at(-1500, 20), at(1000, 1000)):
        nearest = min(distance(place, point) for point in fine)
        passes = line.passes(place)
        assert min(one.miss for one in passes) == pytest.approx(nearest, abs=3)
        assert [one.at for one in passes] == sorted(one.at for one in passes)


def test_a_tangle_made_to_be_searched_for_ever_is_given_up_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codriver.roadbook.track.WORK", 100_000)
    heap = tuple(at(i % 7, i % 5) for i in range(30_000))
    line = Line([heap])
    assert line.passes(at(3, 3))
    assert not line.exhausted
    findings = Findings()
    assert totals(located(boxes(*[at(3, 3)] * 10), [heap], findings)) == [0] * 10
    assert "too tangled" in findings.doubts[0].text


def test_a_track_of_one_point_or_none_is_harmless() -> None:
    assert Line([(at(0, 0),)]).passes(at(10, 0))[0].at == 0
    assert Line([]).passes(at(0, 0)) == []
    assert Line([]).length == 0
