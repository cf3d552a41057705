"""Box JSON: distances, caps, words from turns and pictograms, and what is left out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook import box_json, facts, gpx
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError
from codriver.units import KILOMETRE


def box(index: int, km: float, **fields: Any) -> dict[str, Any]:
    return {"index": index, "distTotalKm": km, "type": "turn", "turnDir": "left"} | fields


def book(*boxes: Mapping[str, Any], **fields: Any) -> tuple[Roadbook, Findings]:
    return box_json.read(json.dumps({"schemaVersion": 1, "boxes": boxes} | fields).encode(), "stage")


def doubts(findings: Findings) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in findings.doubts)


def test_a_box_says_its_distance_cap_danger_and_turn() -> None:
    made, findings = book(box(7, 1.25, capDeg=80, dangerLevel=2, turnDir="right", note="well\r\nbelow"))
    assert made.notes == (Note(1, 1250.0, "7", cap=80, danger=2, words="right\nwell\nbelow"),)
    assert (made.format, made.units, findings.ignored) == ("box JSON", "metric", ())


def test_pictograms_are_words_or_what_they_mean() -> None:
    signs = ["bumpy", "bigwadi", "danger3", "fuelzone", "keepL", "something-new"]
    note = book(box(0, 1, pictograms=signs))[0].notes[0]
    assert note.words == "left, bumpy, big wadi, keep left, something-new"
    assert (note.danger, note.events) == (3, (Event("fuel"),))


@pytest.mark.parametrize(
    ("kind", "side", "words"),
    [
        ("start", "none", "start"),
        ("straight", "none", "straight on"),
        ("turn", "left", "left"),
        ("hairpin", "right", "hairpin right"),
        ("ford", "none", "ford"),
    ],
)
def test_the_type_and_the_side_make_the_words_of_the_turn(kind: str, side: str, words: str) -> None:
    assert book(box(0, 1, type=kind, turnDir=side))[0].notes[0].words == words


def test_a_total_that_is_missing_is_counted_from_the_box_before() -> None:
    made, _ = book(box(0, 1), {"index": 1, "distPartialM": 250})
    assert [note.total for note in made.notes] == [1000, 1250]


def test_a_partial_that_does_not_fit_is_doubted() -> None:
    _, findings = book(box(0, 1), box(1, 2, distPartialM=900))
    assert "2: The box's partial distance does not fit its total." in doubts(findings)


def bend(turn: int) -> list[list[float]]:
    """North for 100 m, then in the direction `turn`, a point each metre: x, y, distance, height."""
    east, north = {0: (0, 1), 90: (1, 0)}[turn]
    way = [[0.0, float(at), float(at), 5.0] for at in range(101)]
    return way + [[float(east * at), 100.0 + north * at, 100.0 + at, 5.0] for at in range(1, 101)]


def test_a_cap_from_the_middle_of_a_bend_is_told_by_the_route() -> None:
    assert "The cap is the heading in the middle of the bend" in doubts(book(box(0, 0.1, capDeg=45), route=bend(90))[1])
    assert "The cap is" not in doubts(book(box(0, 0.1, capDeg=90), route=bend(90))[1])
    assert "The cap is" not in doubts(book(box(0, 0.1, capDeg=350), route=bend(0))[1])


def test_a_route_on_a_plane_of_its_own_is_no_track() -> None:
    made, findings = book(box(0, 0.1), route=bend(0))
    assert made.track == ()
    assert "drawn without latitude and longitude" in doubts(findings)


def test_what_is_left_out_is_named() -> None:
    tulip = {"entry": [0.5, 0.1], "exit": {"at": [0.5, 0.9], "headingDeg": 0}, "points": []}
    _, findings = book(box(0, 1, tulip=tulip, branchDeg=[90], crossDeg=-999.0), box(1, 2, crossDeg=80, new=True))
    assert dict(findings.ignored) == {"tulip": 1, "branchDeg": 1, "crossDeg": 1, "new": 1}


def test_the_book_is_named_and_its_length_is_kept() -> None:
    made, _ = book(box(0, 1), trackName="Loop", meta={"totalDistanceKm": 3.04, "trackName": "C:\\x\\loop.csv"})
    assert (made.name, made.length) == ("Loop", 3040)
    assert book(box(0, 1), meta={"trackName": "C:\\x\\loop.csv"})[0].name == "loop.csv"
    assert book(box(0, 1))[0].name == "stage"


def test_a_box_without_a_distance_is_left_out() -> None:
    made, findings = book(box(0, 1), {"type": "turn"}, box(2, -1), box(3, 2))
    assert [note.name for note in made.notes] == ["0", "3"]
    assert "A box has no distance." in doubts(findings)


def test_a_file_that_breaks_off_gives_its_whole_boxes() -> None:
    whole = json.dumps({"boxes": [box(index, index) for index in range(5)]}).encode()
    made, findings = box_json.read(whole[:-60], "stage")
    assert [note.name for note in made.notes] == ["0", "1", "2", "3"]
    assert findings.cut == "its JSON is broken: 4 entries were whole"


def test_numbers_that_are_none_do_not_spoil_the_file() -> None:
    made, findings = box_json.read(b'{"boxes":[{"distTotalKm":1,"capDeg":NaN},{"distTotalKm":Infinity}]}', "stage")
    assert [(note.total, note.cap) for note in made.notes] == [(1000, None)]
    assert not findings.cut


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_letters_will_do(encoding: str) -> None:
    data = json.dumps({"boxes": [box(0, 1, note="gué")]}, ensure_ascii=False).encode(encoding)
    assert box_json.mine(data)
    assert box_json.read(data, "stage")[0].notes[0].words == "left\ngué"


def test_a_book_is_told_by_its_boxes() -> None:
    assert box_json.mine(b' {"schemaVersion": 1, "boxes": [{"distTotalKm": 0}]}')
    assert not box_json.mine(b'{"boxes": [1, 2]}')
    assert not box_json.mine(b'[{"distTotalKm": 0}]')
    assert not box_json.mine(b"distance,boxes\n")


def test_nothing_to_be_had_is_refused() -> None:
    with pytest.raises(RoadbookError, match="no box has a distance"):
        book({"type": "turn"})
    with pytest.raises(RoadbookError, match="cannot be read"):
        box_json.read(b'{"x": [', "stage")
    with pytest.raises(RoadbookError, match="over two million values"):
        box_json.read(b'{"boxes":[' + b"1," * 2_000_001, "stage")


def test_nested_beyond_all_measure_it_still_ends() -> None:
    with pytest.raises(RoadbookError, match="no box has a distance"):
        box_json.read(b'{"boxes":[' + b"[" * 500_000, "stage")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner), max_leaves=9
)
NAMES = st.sampled_from(["distTotalKm", "distPartialM", "capDeg", "pictograms", "note", "type", "dangerLevel", "tulip"])


@given(st.lists(st.dictionaries(NAMES, ANYTHING), max_size=5), ANYTHING, st.integers(0, 60))
def test_whatever_the_fields_hold_a_book_or_a_refusal_comes_of_it(boxes: Any, route: Any, cut: int) -> None:
    data = json.dumps({"boxes": boxes, "route": route, "meta": route}).encode()
    try:
        made, _ = box_json.read(data[: len(data) - cut], "stage")
    except RoadbookError:
        return
    assert all(0 <= note.total <= 2e7 for note in made.notes)


@pytest.fixture(scope="module")
def real(field_data: Path) -> Path:
    return field_data / "roadbooks"


def test_the_real_file_and_its_track_are_the_same_stage(real: Path) -> None:
    data = (real / "synthetic-desert-loop_drzapp1-roadbook.json").read_bytes()
    assert box_json.mine(data)
    made, findings = box_json.read(data, "stage")
    written = [box["distTotalKm"] * KILOMETRE for box in json.loads(data)["boxes"]]
    assert [note.total for note in made.notes] == pytest.approx(written, abs=0.01)
    assert (len(made.notes), made.name, made.length) == (16, "Desert Loop", 3040)
    assert facts.dangers(made) == {1: 2, 2: 0, 3: 0}
    assert {name for name, _ in findings.ignored} == {"tulip", "meta.generatedBy", "meta.trackId", "meta.trackName"}
    track, _ = gpx.read((real / "synthetic-desert-loop_drzapp1.gpx").read_bytes(), "twin")
    assert facts.track_length(track) == pytest.approx(made.notes[-1].total, rel=0.003)
