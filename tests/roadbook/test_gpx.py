"""Plain GPX in the shapes that programs and people give it."""

import pytest

from codriver.roadbook.load import read
from codriver.roadbook.model import Event, Loaded, Position, RoadbookError, Waypoint


def gpx(body: str, head: str = 'version="1.1"') -> Loaded:
    return read(f'<?xml version="1.0"?>\n<gpx {head}>{body}</gpx>'.encode(), "stage")


def wpt(lat: float, lon: float, body: str = "") -> str:
    return f'<wpt lat="{lat}" lon="{lon}">{body}</wpt>'


def track(*points: tuple[float, float]) -> str:
    return "<trk><trkseg>" + "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lat, lon in points) + "</trkseg></trk>"


def doubts(loaded: Loaded) -> str:
    return "\n".join(f"{doubt.note}: {doubt.text}" for doubt in loaded.report.doubts)


@pytest.mark.parametrize(
    "head",
    [
        'version="1.1"',
        'version="1.1" xmlns="http://www.topografix.com/GPX/1/1"',
        'version="1.0" xmlns="http://www.topografix.com/GPX/1/0"',
        "",
    ],
)
def test_gpx_is_read_with_or_without_version_and_namespace(head: str) -> None:
    loaded = gpx(wpt(31, 2, "<name>a</name>") + track((31, 2), (31.01, 2)), head)
    assert len(loaded.book.notes) == 1
    assert sum(map(len, loaded.book.track)) == 2
    assert loaded.book.format.startswith("GPX")


def test_gpx_under_a_prefix_of_its_own_is_read() -> None:
    text = (
        '<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:wpt lat="31" lon="2"><g:cmt>hi</g:cmt></g:wpt></g:gpx>'
    )
    assert read(text.encode(), "stage").book.notes[0].words == "hi"


def test_positions_and_altitudes_are_read() -> None:
    loaded = gpx(wpt(31.5, -2.25, "<ele>812.5</ele>"))
    assert loaded.book.notes[0].position == Position(31.5, -2.25, 812.5)


def test_carriage_returns_and_indents_are_gone_from_the_words() -> None:
    cmt = "<cmt>right onto the K10,&#13;\n            towards Windsberg&#13;\n            &#13;\n        </cmt>"
    assert gpx(wpt(49, 7, cmt)).book.notes[0].words == "right onto the K10,\ntowards Windsberg"
    assert gpx(wpt(49, 7, "<cmt>one\r\ntwo\rthree</cmt>")).book.notes[0].words == "one\ntwo\nthree"


def test_an_empty_comment_is_no_word() -> None:
    assert gpx(wpt(49, 7, "<name>001</name><cmt></cmt><desc>  </desc>")).book.notes[0].words == ""


def test_a_description_of_nothing_but_a_hard_space_is_no_word() -> None:
    assert gpx(wpt(49, 7, "<name>007</name><desc>&amp;nbsp;</desc>")).book.notes[0].words == ""


def test_comment_and_description_are_both_heard_but_not_twice() -> None:
    assert gpx(wpt(49, 7, "<cmt>ford</cmt><desc>ford</desc>")).book.notes[0].words == "ford"
    assert gpx(wpt(49, 7, "<cmt>ford</cmt><desc>deep</desc>")).book.notes[0].words == "ford\ndeep"


def test_html_in_a_description_is_taken_off() -> None:
    desc = "<desc><![CDATA[<b>Ford</b><br/>keep &amp; left]]></desc>"
    assert gpx(wpt(49, 7, desc)).book.notes[0].words == "Ford keep & left"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("001", ""),
        ("Stage_001", ""),
        ("WP12", ""),
        ("WPM 01", ""),
        ("SZ07 37MPH", "SZ07 37MPH"),
        ("Bridge", "Bridge"),
        ("RM 45", "RM 45"),
    ],
)
def test_a_name_is_the_note_unless_it_only_counts(name: str, words: str) -> None:
    note = gpx(wpt(49, 7, f"<name>{name}</name>")).book.notes[0]
    assert (note.name, note.words) == (name, words)


@pytest.mark.parametrize("element", ["type", "sym"])
def test_the_waypoint_type_may_stand_in_type_or_symbol(element: str) -> None:
    note = gpx(wpt(49, 7, f"<{element}>WPM</{element}>")).book.notes[0]
    assert note.waypoint == Waypoint("WPM")
    note = gpx(wpt(49, 7, f"<{element}>dss</{element}>")).book.notes[0]
    assert note.events == (Event("dss"),)


@pytest.mark.parametrize("symbol", ["Flag, Blue", "Waypoint", "user", "cap", "danger", ""])
def test_an_ordinary_symbol_is_not_guessed_at(symbol: str) -> None:
    note = gpx(wpt(49, 7, f"<sym>{symbol}</sym>")).book.notes[0]
    assert (note.waypoint, note.events, note.danger) == (None, (), 0)


def test_exclamation_marks_standing_alone_are_a_danger_and_shouting_is_not() -> None:
    words = ["!! ditch", "ditch !!!", "! ! bumps", "Caution!!!", "follow the signs !!!!"]
    loaded = gpx("".join(wpt(49 + index / 1000, 7, f"<cmt>{word}</cmt>") for index, word in enumerate(words)))
    assert [note.danger for note in loaded.book.notes] == [2, 3, 1, 0, 0]


def test_without_a_track_boxes_are_joined_by_straight_lines_and_that_is_said() -> None:
    loaded = gpx(wpt(31, 2) + wpt(31.01, 2) + wpt(31.02, 2))
    assert [note.total for note in loaded.book.notes] == pytest.approx([0, 1108.7, 2217.4], abs=1)
    assert "measured in straight lines" in doubts(loaded)


def test_a_track_alone_is_a_book_without_notes() -> None:
    loaded = gpx(track((31, 2), (31.01, 2)))
    assert loaded.book.notes == ()
    assert loaded.report.verdict == "No boxes, a track only over 1.11 km, nothing doubtful."


def test_each_segment_stays_a_piece_and_a_hole_between_two_is_told() -> None:
    loaded = gpx(track((31, 2), (31.01, 2)) + track((31.0173, 2), (31.02, 2)))
    assert [len(piece) for piece in loaded.book.track] == [2, 2]
    assert "The track has a hole of 809 m between two of its pieces." in doubts(loaded)


def test_a_route_is_the_track_and_its_named_points_are_the_boxes() -> None:
    route = (
        '<rte><name>R</name><rtept lat="31" lon="2"><name>Start</name></rtept><rtept lat="31.01" lon="2"/>'
        '<rtept lat="31.02" lon="2"><desc>well</desc></rtept></rte>'
    )
    loaded = gpx(route)
    assert [note.words for note in loaded.book.notes] == ["Start", "well"]
    assert [note.total for note in loaded.book.notes] == pytest.approx([0, 2217.4], abs=1)
    assert [len(piece) for piece in loaded.book.track] == [3]
    assert loaded.book.name == "R"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<metadata><name>Stage 3</name></metadata>" + wpt(1, 2), "Stage 3"),
        ("<name>Old way</name>" + wpt(1, 2), "Old way"),
        (wpt(1, 2) + "<trk><name>The track</name></trk>", "The track"),
        (wpt(1, 2), "stage"),
    ],
)
def test_a_book_is_called_what_it_calls_itself_or_else_as_its_file(body: str, name: str) -> None:
    assert gpx(body).book.name == name


@pytest.mark.parametrize("lat", ["NaN", "inf", "91", "-90.001", "1e400", "", "north", "1_0"])
def test_a_box_with_an_impossible_position_is_called_by_distance(lat: str) -> None:
    body = f'<wpt lat="{lat}" lon="2"><extensions><distance>3</distance></extensions></wpt>'
    loaded = gpx(body)
    assert loaded.book.notes[0].position is None
    assert loaded.book.notes[0].total == 3000
    assert "is no place on a course" in doubts(loaded)


def test_nowhere_written_as_zero_zero_is_no_position() -> None:
    loaded = gpx('<wpt lat="0" lon="0"><extensions><distance>3</distance></extensions></wpt>')
    assert loaded.book.notes[0].position is None


def test_a_box_with_neither_position_nor_distance_is_left_out_and_named() -> None:
    loaded = gpx(wpt(31, 2) + '<wpt lat="x" lon="2"><name>lost</name></wpt>' + wpt(31.01, 2))
    assert [note.number for note in loaded.book.notes] == [1, 2]
    assert "Box “lost” has no distance either." in doubts(loaded)


def test_a_track_point_with_an_impossible_position_is_left_out_and_counted() -> None:
    points = '<trkpt lat="NaN" lon="2"/><trkpt lat="31" lon="200"/><trkpt lat="31" lon="2"/><trkpt lat="31.1" lon="2"/>'
    loaded = gpx(f"<trk><trkseg>{points}</trkseg></trk>")
    assert [len(piece) for piece in loaded.book.track] == [2]
    assert "A track point has no usable position. (2 times)" in doubts(loaded)


def test_a_decimal_comma_in_a_position_is_understood() -> None:
    assert gpx('<wpt lat="31,5" lon="-2,25"/>').book.notes[0].position == Position(31.5, -2.25)


@pytest.mark.parametrize("body", ["", "<metadata><name>x</name></metadata>", "<trk><trkseg/></trk>", "<rte/>"])
def test_gpx_with_nothing_in_it_is_refused_with_what_to_do(body: str) -> None:
    with pytest.raises(RoadbookError, match=r"no waypoint, no route and no track\. Export"):
        gpx(body)


def test_a_book_cut_in_the_middle_loads_as_far_as_it_goes() -> None:
    whole = gpx_bytes = f"<gpx>{''.join(wpt(31 + index / 100, 2) for index in range(10))}</gpx>".encode()
    loaded = read(whole[: len(gpx_bytes) // 2], "stage")
    assert 3 <= len(loaded.book.notes) <= 5
    assert loaded.report.verdict.startswith("INCOMPLETE: ")
    assert "line 1" in loaded.report.doubts[0].text


def test_what_follows_the_end_of_the_book_does_not_make_it_incomplete() -> None:
    loaded = read(b"<gpx>" + wpt(31, 2).encode() + b"</gpx>\n<junk", "stage")
    assert not loaded.report.verdict.startswith("INCOMPLETE")
    assert "Something follows the end of the book." in doubts(loaded)


def test_a_broken_line_stops_the_reading_there_and_is_named() -> None:
    loaded = read(f"<gpx>\n{wpt(31, 2)}\n<wpt lat='31'><cmt>A & B</cmt></wpt></gpx>".encode(), "stage")
    assert len(loaded.book.notes) == 1
    assert "line 3" in loaded.report.doubts[0].text


def test_an_entity_that_nobody_defined_is_passed_over() -> None:
    loaded = gpx(wpt(31, 2, "<cmt>left&nbsp;here</cmt>") + wpt(32, 2))
    assert [note.words for note in loaded.book.notes] == ["lefthere", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_declared_encodings_are_honoured(encoding: str) -> None:
    declared = encoding[:6] if encoding.startswith("utf-16") else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?><gpx>{wpt(31, 2, "<cmt>gué à droite</cmt>")}</gpx>'
    assert read(text.encode(encoding), "stage").book.notes[0].words == "gué à droite"


def test_a_byte_order_mark_and_blank_lines_before_the_declaration_are_forgiven() -> None:
    text = f'<?xml version="1.0" encoding="utf-8"?><gpx>{wpt(31, 2, "<cmt>gué</cmt>")}</gpx>'.encode()
    assert read(b"\xef\xbb\xbf" + text, "stage").book.notes[0].words == "gué"
    assert read(b"\r\n  \n" + text, "stage").book.notes[0].words == "gué"


@pytest.mark.parametrize("declared", ["utf-8", "no-such-letters", "hex", "utf-7", "shift_jis", "idna"])
def test_letters_that_are_not_what_was_declared_are_read_as_latin(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><gpx>{wpt(31, 2, "<cmt>gué</cmt>")}</gpx>'
    loaded = read(text.encode("latin-1"), "stage")
    assert loaded.book.notes[0].words == "gué"
    assert "letters" in doubts(loaded)
