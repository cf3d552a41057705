"""The enduro route sheet: notes, averages, resets, laps and free zones, each at its own mile."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.core import book as legs
from codriver.roadbook import route_sheet
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Event, Roadbook, RoadbookError
from codriver.units import MILE, MPH


def sheet(*lines: str) -> tuple[Roadbook, Findings]:
    return route_sheet.read(("# Enduro Route Sheet\n" + "\n".join(lines)).encode(), "club")


def told(book: Roadbook) -> list[tuple[float, str, list[str]]]:
    """(mile, words, kinds of events) of each box."""
    return [(round(note.total / MILE, 2), note.words, [event.kind for event in note.events]) for note in book.notes]


def doubts(findings: Findings) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in findings.doubts)


def test_a_note_is_a_box_at_its_mile_without_its_own_figure() -> None:
    book, findings = sheet(
        "  note   0.32 .32 XBT", "  note  37.33 37.33RTR", " note 40.00 2 WAY TRAFFIC", "note 41.0 XX"
    )
    assert told(book) == [(0.32, "XBT", []), (37.33, "RTR", []), (40.0, "2 WAY TRAFFIC", []), (41.0, "XX", [])]
    assert (book.format, book.units, findings.doubts) == ("enduro route sheet", "statute", ())


def test_another_mile_in_the_text_is_kept_and_doubted() -> None:
    book, findings = sheet("note 33.02 35.59 RGR", "note 33.10 33.11 LWT")
    assert [note.words for note in book.notes] == ["35.59 RGR", "LWT"]
    assert "1: The note's text has another mile than its line." in doubts(findings)


def test_two_notes_of_one_mile_are_two_boxes() -> None:
    assert told(sheet("note 26.00 GAS & GO", "note 26.00 RBT")[0]) == [(26.0, "GAS & GO", []), (26.0, "RBT", [])]


def test_a_speed_is_an_average_from_its_mile() -> None:
    book, _ = sheet("speed 0.00 24", "note 0.00 SWT", "note 1.0 L", "speed 3.5 30", "start 3.5")
    assert told(book) == [
        (0.0, "SWT\naverage 24 mph", ["average"]),
        (1.0, "L", []),
        (3.5, "average 30 mph\nstart", ["average"]),
    ]
    assert book.notes[0].events == (Event("average", 24 * MPH),)
    assert book.notes[0].speed is None


def test_a_reset_sends_the_miles_on_and_the_trip_with_them() -> None:
    book, _ = sheet("note 16.83 STR", "reset 16.83 20.80", "note 20.81 L")
    assert told(book) == [(16.83, "STR\nreset to 20.80", ["reset"]), (20.81, "L", [])]
    assert legs.reset(book, 0) == pytest.approx(20.80 * MILE)


@pytest.mark.parametrize("first", [(), ("note 39.83 LWR",)])
def test_a_reset_belongs_to_the_last_box_of_its_mile(first: tuple[str, ...]) -> None:
    book, _ = sheet(*first, "reset 39.83 40.13", "note 39.83 RWT", "note 40.25 RDR")
    assert [note.words.split("\n")[0] for note in book.notes][-2:] == ["RWT", "RDR"]
    assert legs.reset(book, len(book.notes) - 2) == pytest.approx(40.13 * MILE)
    assert sum(event.kind == "reset" for note in book.notes for event in note.events) == 1


def test_a_reset_to_zero_begins_a_lap() -> None:
    book, _ = sheet("note 64.60 PIT", "reset_0 64.60", "speed 0.00 24", "note 0.50 L")
    assert [(note.lap, round(note.total / MILE, 2)) for note in book.notes] == [(1, 64.6), (2, 0.0), (2, 0.5)]
    assert book.notes[0].events == (Event("reset", 0.0),)


def test_a_free_zone_ends_at_its_own_mile() -> None:
    book, _ = sheet("free_zone 10.75 16.35", "note 12.0 L", "note 20.0 R")
    assert told(book)[::2] == [(10.75, "free zone to 16.35", ["free"]), (16.35, "end of free zone", ["free_end"])]


def test_a_free_zone_that_ends_at_a_note_ends_in_its_box() -> None:
    book, _ = sheet("free_zone 1.00 4.00", "reset 1.00 2.00", "note 4.00 PIT")
    assert told(book) == [(1.0, "free zone to 4.00\nreset to 2.00", ["free", "reset"]), (4.0, "PIT", ["free_end"])]


def test_a_free_zone_ends_where_a_reset_leaves_its_end_out() -> None:
    book, _ = sheet("free_zone 1.00 4.00", "reset 3.00 5.00", "note 6.0 L")
    assert told(book)[1] == (3.0, "end of free zone\nreset to 5.00", ["free_end", "reset"])


def test_a_free_zone_does_not_outlive_its_lap() -> None:
    book, _ = sheet("free_zone 1.00 9.00", "reset_0 8.00", "note 9.5 L")
    assert told(book)[1][2] == ["free_end", "reset"]
    assert told(book)[2][2] == []


def test_minutes_and_the_other_actions_are_kept() -> None:
    book, _ = sheet("free_time 4.00 5", "break 5.00 2", "gas_stop 6.00", "known 7.00", "end 12.00")
    assert [note.events for note in book.notes] == [
        (Event("free_time", 300, "free time"),),
        (Event("free_time", 120, "break"),),
        (Event("fuel"),),
        (Event("checkpoint", None, "known control"),),
        (),
    ]
    assert [note.words for note in book.notes][2:] == ["gas stop", "known control", "end"]


def test_titles_and_key_time_name_the_book() -> None:
    book, _ = sheet("title SANDY", "title2 ENDURO", "title3 LONG", "keytime 08:30", "note 1.0 L")
    assert book.name == "SANDY ENDURO LONG, key time 08:30"
    assert sheet("note 1.0 L")[0].name == "club"


def test_what_is_no_action_or_has_no_figure_is_told() -> None:
    book, findings = sheet("note 1.0 L", "party 2.0", "speed fast", "speed 3.0", "reset 4.0 x", "# remark", "")
    assert len(book.notes) == 1
    for what in ("“party 2.0” is no action", "speed “fast” has no mile", "speed at mile 3.00", "reset at mile 4.00"):
        assert what in doubts(findings)


def test_a_sheet_is_told_by_its_title_or_its_actions() -> None:
    assert route_sheet.mine(b"# Enduro Route Sheet\n")
    assert route_sheet.mine(b"title A\r\nspeed 0.00 24\r\nnote 1.20 L\r\n")
    assert not route_sheet.mine(b"distance,note\n1.0,L\n")
    assert not route_sheet.mine(b"Dear crew,\nnote the start\nspeed is limited\n")


def test_a_sheet_without_a_mile_is_refused() -> None:
    with pytest.raises(RoadbookError, match="no line has an action"):
        sheet("title A")


LINES = st.lists(
    st.from_regex(r"(note|speed|reset|reset_0|free_zone|break|start|end) \d{1,2}(\.\d{2})?( \d{1,2}\.\d)?")
)


@given(LINES | st.lists(st.text(max_size=40)))
def test_whatever_stands_in_the_lines_a_book_or_a_refusal_comes_of_it(lines: list[str]) -> None:
    try:
        book, _ = sheet(*lines)
    except RoadbookError:
        return
    kinds = [event.kind for note in book.notes for event in note.events]
    assert [note.number for note in book.notes] == list(range(1, len(book.notes) + 1))
    assert kinds.count("free_end") <= kinds.count("free")


def driven(book: Roadbook) -> list[int]:
    """The boxes that a car passes which sets its trip as the sheet says."""
    total, passed = -1.0, list[int]()
    while len(passed) < len(book.notes) and total < 200 * MILE:
        hit = legs.crossed(book, len(passed), total, total + 10)
        total += 10
        if hit is not None:
            passed += range(len(passed), hit + 1)
            value = legs.reset(book, hit)
            total = total if value is None else value
    return passed


REAL = [
    "ecea-2023-sandylane-rs-long",
    "ecea-23-en-dvtr-rs",
    "ecea-foggy-mtn-2025-ver-8",
    "ecea-ster-2023-rs-file-roll-chart",
]


@pytest.mark.parametrize("name", REAL)
def test_a_real_sheet_has_every_note_at_its_mile_and_can_be_driven_to_its_end(field_data: Path, name: str) -> None:
    data = (field_data / "roadbooks" / f"{name}.rs").read_bytes()
    assert route_sheet.mine(data)
    book, findings = route_sheet.read(data, name)
    told = re.findall(rb"^\s*([a-z_]+\d?)\s+(\d+\.\d+)", data, re.MULTILINE)
    boxes = iter(note.total for note in book.notes)
    for mile in (float(mile) * MILE for action, mile in told if action == b"note"):
        assert any(abs(total - mile) < 1.0 for total in boxes)  # in the sheet's own order
    places = {round(note.total / MILE, 2) for note in book.notes}
    assert all(float(mile) in places for _, mile in told)
    events = [event.kind for note in book.notes for event in note.events]
    counts = {
        action: sum(one == action for one, _ in told) for action in (b"speed", b"reset", b"reset_0", b"free_zone")
    }
    assert events.count("average") == counts[b"speed"]
    assert events.count("reset") == counts[b"reset"] + counts[b"reset_0"]
    assert events.count("free") == events.count("free_end") == counts[b"free_zone"]
    assert not findings.ignored
    assert driven(book) == list(range(len(book.notes)))
