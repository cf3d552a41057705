"""Roadbooks typed into a spreadsheet, in the ways people type, and the exact table."""

import pytest

from codriver.roadbook.load import read
from codriver.roadbook.model import Event, Loaded, Note, Position, RoadbookError, Waypoint
from codriver.units import KMH, MILE, MPH, YARD


def table(text: str, encoding: str = "utf-8") -> Loaded:
    return read(text.encode(encoding), "crew")


def doubts(loaded: Loaded) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in loaded.report.doubts)


def test_the_table_from_the_handbook_is_read() -> None:
    loaded = table("distance, cap, danger, speed, note\n0, 118, , , start\n1.25, 80, !!, 50, keep left of the well\n")
    assert loaded.book.format == "CSV"
    assert loaded.book.notes == (
        Note(1, 0.0, cap=118, words="start"),
        Note(2, 1250.0, cap=80, danger=2, speed=50 * KMH, words="keep left of the well"),
    )


@pytest.mark.parametrize(
    "header",
    [
        "distance;cap;danger;speed;note",
        "distance\tcap\tdanger\tspeed\tnote",
        "distance|cap|danger|speed|note",
        "Distance (km);Heading;Danger;Speed (km/h);Notes",
        "Kilométrage;Cap;Danger;Vitesse;Remarques",
        "Distancia km;Rumbo;Peligro;Velocidad;Notas",
        "KM total;CAP°;!danger!;Limit kph;Text",
    ],
)
def test_headers_are_known_by_their_words_in_three_languages(header: str) -> None:
    delimiter = next(sign for sign in ";\t|" if sign in header)
    row = delimiter.join(("1,25", "80", "3", "50", "pont"))
    note = table(f"{header}\n{row}\n").book.notes[0]
    assert note == Note(1, 1250.0, cap=80, danger=3, speed=50 * KMH, words="pont")


@pytest.mark.parametrize(
    ("header", "metres", "units"),
    [
        ("total_m", 2.0, "metric"),
        ("distance (m)", 2.0, "metric"),
        ("metros", 2.0, "metric"),
        ("distance", 2000.0, "metric"),
        ("km", 2000.0, "metric"),
        ("distance km", 2000.0, "metric"),
        ("miles", 2 * MILE, "statute"),
        ("distance miles", 2 * MILE, "statute"),
        ("Total mi", 2 * MILE, "statute"),
        ("millas", 2 * MILE, "statute"),
    ],
)
def test_the_header_says_the_unit_of_distances(header: str, metres: float, units: str) -> None:
    loaded = table(f"{header},note\n2,well\n")
    assert loaded.book.notes[0].total == pytest.approx(metres)
    assert loaded.book.units == units


@pytest.mark.parametrize(
    ("header", "limit"),
    [
        ("km,speed", 60 * KMH),
        ("km,speed mph", 60 * MPH),
        ("miles,speed", 60 * MPH),
        ("miles,speed km/h", 60 * KMH),
        ("total_m,speed_mps", 60),
        ("distance,mph", 60 * MPH),
    ],
)
def test_the_header_says_the_unit_of_speeds(header: str, limit: float) -> None:
    assert table(f"{header}\n1,60\n").book.notes[0].speed == pytest.approx(limit)


def test_where_no_unit_is_named_the_report_says_which_was_taken() -> None:
    assert "No column says in which unit distances are." in doubts(table("distance,note\n1,a\n"))
    assert "in which unit" not in doubts(table("distance km,note\n1,a\n"))


def test_a_distance_in_metres_under_a_header_for_kilometres_is_noticed() -> None:
    assert "The book is 12500 km long." in doubts(table("distance,note\n0,a\n12500,b\n"))


@pytest.mark.parametrize(("typed", "metres"), [("1,5", 1500), ("1.5", 1500), ("1.234,5", 1_234_500), ("0,05", 50)])
def test_decimal_commas_and_points_both_count(typed: str, metres: float) -> None:
    assert table(f"km;note\n{typed};x\n").book.notes[0].total == pytest.approx(metres)


def test_partial_distances_are_added_up_where_there_is_no_total() -> None:
    loaded = table("partial km,note\n0,start\n1.5,a\n0.25,b\n")
    assert [note.total for note in loaded.book.notes] == pytest.approx([0, 1500, 1750])


def test_a_type_column_names_waypoints_and_events() -> None:
    loaded = table("km,type,open,clear,speed\n1,WPM,800,90,\n2,DZ,,,50\n3,FZ dss,,,\n4,bridge,,,\n")
    first, second, third, fourth = loaded.book.notes
    assert first.waypoint == Waypoint("WPM", "", 800, 90)
    assert second.events == (Event("dz", 50 * KMH),)
    assert [event.kind for event in third.events] == ["fz", "dss"]
    assert (fourth.waypoint, fourth.events) == (None, ())
    assert "Ignored: bridge (1)." in loaded.report.lines


def test_radii_may_be_in_yards() -> None:
    waypoint = table("miles,wp,clear yd\n1,WPC,100\n").book.notes[0].waypoint
    assert waypoint is not None
    assert waypoint.clear == pytest.approx(100 * YARD)


def test_positions_are_read_and_the_teams_own_box_numbers_kept_as_names() -> None:
    loaded = table("box;lat;lon;km\n12a;31,5;-2,25;1,0\n")
    assert loaded.book.notes[0] == Note(1, 1000.0, "12a", Position(31.5, -2.25))


def test_titles_above_the_header_blank_rows_and_remarks_are_passed_over() -> None:
    loaded = table("Stage 3\n\nkm,note\n# from the briefing\n1,a\n,,\n\n2,b\n")
    assert [note.words for note in loaded.book.notes] == ["a", "b"]


def test_a_row_without_a_distance_is_left_out_and_quoted() -> None:
    loaded = table("km,note\n1,a\nx,lost one\n2,b\n")
    assert [note.number for note in loaded.book.notes] == [1, 2]
    assert "A row says no distance: “x lost one”." in doubts(loaded)


def test_a_negative_or_absurd_distance_is_no_distance() -> None:
    assert len(table("km,note\n1,a\n-2,b\n1e30,c\nnan,d\n").book.notes) == 1


def test_quoted_notes_may_hold_delimiters_and_line_ends() -> None:
    assert table('km,note\n1,"left, then\nright"\n').book.notes[0].words == "left, then\nright"


def test_a_table_without_a_header_is_taken_in_the_order_of_the_handbook() -> None:
    loaded = table("0,118,,,start\n1.25,80,2,50,well\n")
    assert loaded.book.notes[1] == Note(2, 1250.0, cap=80, danger=2, speed=50 * KMH, words="well")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_letters_of_every_spreadsheet_are_read(encoding: str) -> None:
    assert table("km;note\n1;gué à droite\n", encoding).book.notes[0].words == "gué à droite"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    assert len(table(f"km,note{end}1,a{end}2,b{end}").book.notes) == 2


def test_a_quotation_mark_that_is_never_closed_costs_its_row_alone() -> None:
    loaded = table('km,note\n1,a\n2,"b\n' + "3,c\n" * 40_000)
    assert loaded.book.notes[0].words == "a"
    assert "A row of the table cannot be read." in doubts(loaded)


def test_lines_that_an_unclosed_quotation_mark_swallows_are_told() -> None:
    """Typed by hand in the last minute: all boxes behind it would be gone, and nothing doubtful."""
    told = doubts(table('km,note\n1,a\n2,"b\n3,c\n4,d\n'))
    assert "3 lines of the table were read as one row: “2 b 3,c 4,d”." in told
    assert "read as one row" not in doubts(table('km,note\n1,"two\nlines"\n2,5" pipe\n'))


def test_text_that_is_no_table_is_refused_with_what_can_be_read() -> None:
    with pytest.raises(RoadbookError, match=r"neither a roadbook nor a table.*distance, cap, danger, speed, note"):
        table("Dear crew,\nthe start is at eight.\n")


def test_a_header_without_rows_is_refused() -> None:
    with pytest.raises(RoadbookError, match="no row with a distance"):
        table("distance,note\n")


EXACT = """\
number,total_m,lat,lon,cap_deg,danger,speed_mps,words,events,waypoint,waypoint_name,open_m,clear_m,name,alt_m,lap,show_coordinates
1,0.0,31.05,2.4,,0,,,dss:SS%201,DSS,SS 1,,90.0,001,,1,0
2,115.08052801382537,31.0512345678,-2.4,121.5,3,13.88888888888889,"left, ""now""
then right",dz=13.88888888888889;dn=900.0:a%3Bb;fuel,WPM,7,800.0,90.0,Stage_002,812.5,2,1
"""


def test_the_exact_table_gives_back_every_field() -> None:
    loaded = table(EXACT)
    assert loaded.book.notes == (
        Note(
            number=1,
            total=0.0,
            name="001",
            position=Position(31.05, 2.4),
            events=(Event("dss", None, "SS 1"),),
            waypoint=Waypoint("DSS", "SS 1", None, 90.0),
        ),
        Note(
            number=2,
            total=115.08052801382537,
            name="Stage_002",
            position=Position(31.0512345678, -2.4, 812.5),
            cap=121.5,
            danger=3,
            speed=13.88888888888889,
            words='left, "now"\nthen right',
            events=(Event("dz", 13.88888888888889), Event("dn", 900.0, "a;b"), Event("fuel")),
            waypoint=Waypoint("WPM", "7", 800.0, 90.0),
            lap=2,
            show_coordinates=True,
        ),
    )


def test_a_row_that_ends_early_has_nothing_more_to_say() -> None:
    assert table("total_m,words,events\n5\n7,well\n").book.notes == (Note(1, 5.0), Note(2, 7.0, words="well"))


def test_an_event_nobody_knows_is_ignored_and_counted() -> None:
    loaded = table("total_m,events\n1,dz=10;party=3;;fz\n")
    assert [event.kind for event in loaded.book.notes[0].events] == ["dz", "fz"]
    assert "Ignored: party=3 (1)." in loaded.report.lines
