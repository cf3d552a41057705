"""What a crew reads in the minutes before the start."""

import json

import pytest

from codriver.roadbook.load import read
from codriver.roadbook.model import Doubt, Loaded, Report
from codriver.roadbook.report import as_json, text
from codriver.units import KMH


def book(*rows: str, units: str = "metric", extra: str = "", after: str = "") -> Loaded:
    """An OpenRally book with a box for each `km tags`, a kilometre north of 31 N for each of its own."""
    boxes = ""
    for row in rows:
        km, _, tags = row.partition(" ")
        boxes += f'<wpt lat="{31 + float(km) * 0.00902:.6f}" lon="2"><extensions><distance>{km}</distance>{tags}'
        boxes += "</extensions></wpt>"
    head = f"<metadata><extensions><units>{units}</units>{extra}</extensions></metadata>"
    return read(f'<gpx version="1.1">{head}{boxes}{after}</gpx>'.encode(), "stage")


def told(loaded: Loaded) -> list[str]:
    return [f"{doubt.note}: {doubt.text}" for doubt in loaded.report.doubts]


def test_a_clean_book_has_nothing_doubtful() -> None:
    loaded = book("0 <dss open='500' clear='50'/>", "3 <danger>2</danger>", "7.5 <ass open='500' clear='50'/>")
    assert loaded.report.verdict == "3 boxes over 7.50 km, 1 danger, nothing doubtful."
    assert loaded.report.doubts == ()


def test_a_book_without_a_danger_mark_says_so_in_its_first_line() -> None:
    loaded = book("0", "3")
    assert "NO DANGER MARKED" in loaded.report.verdict
    assert "None: No box carries a danger mark." in told(loaded)


def test_the_facts_stand_in_plain_words() -> None:
    loaded = book(
        "0 <danger>1</danger><tulip>data:image/png;base64,AA</tulip>",
        "1 <danger>3</danger><dz/><speed>50</speed><wpm open='800' clear='90'/><cap>12</cap>",
        "2 <danger>1</danger><fz/><wpm open='800' clear='200'/>",
        "3 <wpc clear='300'/><toilets/><village/><toilets/>",
    )
    assert loaded.report.lines == (
        "stage (OpenRally, metric)",
        "4 boxes: 4 with position, 1 with cap, 1 with drawing. The notes are pictures.",
        "Dangers: 2 !, 1 !!!.",
        "Speed zone: box 2 to 3, 50 km/h.",
        "WPM: 2, open 800 m; clear 90 m/200 m.",
        "WPC: 1, open missing; clear 300 m.",
        "No track.",
        "Ignored: toilets (2), village (1).",
    )


def test_a_statute_book_is_told_in_miles_and_yards() -> None:
    loaded = book("0", "10 <dz>60</dz><wps open='800' clear='90'/>", "20 <fz/>", units="statute")
    assert loaded.report.verdict.startswith("3 boxes over 20.00 miles")
    assert "Speed zone: box 2 to 3, 60 mph." in loaded.report.lines
    assert "WPS: 1, open 800 yd; clear 90 yd." in loaded.report.lines


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        (["1 <dz>50</dz>", "2"], "1: A speed zone begins here and never ends."),
        (["1 <dz/>", "2 <fz/>"], "1: A speed zone begins here without a limit."),
        (["1", "2 <fz/>"], "2: A speed zone ends here that never began."),
        (
            ["1 <speed>30</speed>", "2"],
            "1: A speed limit stands here without the start of a zone (DZ), and no FZ ends it.",
        ),
        (["1 <neutralization>60</neutralization>", "2"], "1: A neutralisation begins here and never ends."),
        (["1", "2 <fn/>"], "2: A neutralisation ends here that never began."),
        (["1 <dt/>", "2"], "1: A transfer begins here and never ends."),
        (["1 <dss/>", "2"], "1: A special stage begins here and never ends."),
        (["1 <dss/>", "2 <dss/>", "3 <ass/>"], "2: A special stage begins here before the last one ended."),
        (["1 <wpm open='50' clear='90'/>"], "1: The waypoint opens nearer than it clears."),
        (["1 <wpm/>"], "1: The waypoint has no open and clear radius."),
    ],
)
def test_what_is_half_there_is_doubted(rows: list[str], doubt: str) -> None:
    assert doubt in told(book(*rows))


@pytest.mark.parametrize(
    "rows",
    [
        ["1 <dz>50</dz>", "2 <dz>30</dz>", "3 <fz/>"],
        ["1 <dz>50</dz>", "2 <fz/><dz>30</dz>", "3 <fz/>"],
        ["1 <dz>50</dz>", "2 <speed>30</speed>", "3 <fz/>"],
        ["1 <dss/><ass/>"],
        ["1 <dss/>", "2 <ass/><dss/>", "3 <ass/>"],
    ],
)
def test_zones_that_take_over_from_one_another_are_no_doubt(rows: list[str]) -> None:
    doubts = told(book(*rows))
    assert [doubt for doubt in doubts if "zone" in doubt or "stage" in doubt] == []


def test_a_reset_explains_distances_that_start_again() -> None:
    assert not any("goes back" in doubt for doubt in told(book("1", "30 <reset/>", "0.5", "1")))
    assert any("goes back" in doubt for doubt in told(book("1", "30", "0.5", "1")))


def test_a_box_farther_away_than_its_distance_is_doubted() -> None:
    boxes = "".join(
        f'<wpt lat="{lat}" lon="2"><extensions><distance>{km}</distance></extensions></wpt>'
        for lat, km in ((31, 0), (31.0722, 0.4), (31.08, 1.4))
    )
    loaded = read(f"<gpx>{boxes}</gpx>".encode(), "stage")
    assert "2: The box lies 8.00 km from the one before, but the book counts 0.40 km." in told(loaded)
    assert not any(doubt.startswith("3:") for doubt in told(loaded))


def test_a_total_or_a_track_that_disagrees_with_the_last_box_is_doubted() -> None:
    long = "<trk><trkseg><trkpt lat='31' lon='2'/><trkpt lat='31.1' lon='2'/></trkseg></trk>"
    doubts = told(book("0", "3", extra="<distance>33.86</distance>", after=long))
    assert "None: The file says 33.86 km, but the last box is at 3.00 km." in doubts
    assert "None: The track measures 11.09 km, but the last box is at 3.00 km." in doubts
    assert not any("says" in doubt for doubt in told(book("0", "35.9494", extra="<distance>35.95</distance>")))


def test_one_doubt_is_told_once_with_all_its_boxes() -> None:
    loaded = book(*(f"{km} <wpm clear='300'/>" for km in range(12)))
    found = [doubt for doubt in loaded.report.doubts if "radius" in doubt.text]
    assert [(doubt.note, doubt.text) for doubt in found] == [
        (1, "The waypoint has no open radius. Also boxes 2, 3, 4, 5, 6, 7, 8 and 4 more.")
    ]


def test_a_doubt_that_a_box_repeats_counts_its_boxes_and_not_its_repeats() -> None:
    loaded = book("0 <wpc/><wpm/><wpe/><wps/>", "1 <wpc/><wpm/><wpe/>")
    found = [(doubt.note, doubt.text) for doubt in loaded.report.doubts if "several" in doubt.text]
    assert found == [(1, "This box has several waypoint types. Also box 2.")]


def test_the_printed_report_says_where_what_and_what_to_do() -> None:
    report = Report("Verdict.", ("a fact",), (Doubt("Odd.", "Look.", 5), Doubt("Vague.")))
    assert text(report) == "Verdict.\n  a fact\n\nTo check:\n  - box 5: Odd.\n    Look.\n  - Vague.\n"


def test_the_json_report_is_in_si_and_says_unknown_as_null() -> None:
    loaded = book("0 <danger>2</danger>", "10 <dz>50</dz><wpc clear='300'/>")
    found = json.loads(json.dumps(as_json(loaded.report, loaded.book)))
    assert found["verdict"] == loaded.report.verdict
    assert (found["notes"], found["length_m"], found["stated_length_m"]) == (2, 10_000, None)
    assert found["dangers"] == {"1": 0, "2": 1, "3": 0}
    assert found["zones"] == [{"first": 2, "last": None, "limit_mps": pytest.approx(50 * KMH), "declared": True}]
    assert found["waypoints"]["WPC"] == {
        "count": 1,
        "open_m": [],
        "clear_m": [300],
        "without_open": 1,
        "without_clear": 0,
    }
    assert {
        "note": 2,
        "text": "A speed zone begins here and never ends.",
        "advice": "Find its FZ in the printed book.",
    } in found["doubts"]
