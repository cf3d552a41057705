"""The door: what is no roadbook is named, and what is hostile costs little time and memory."""

import gzip
import os
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codriver.roadbook import pictures
from codriver.roadbook.limits import FILE_BYTES, NOTES, TRACK_POINTS
from codriver.roadbook.load import load, read
from codriver.roadbook.model import Crop, Loaded, Picture, RoadbookError
from codriver.roadbook.report import as_json, text
from codriver.roadbook.rows import ROWS

T = TypeVar("T")

BOX = b'<wpt lat="31" lon="2"><extensions><distance>1</distance></extensions></wpt>'
BOOK = b"""<?xml version="1.0" encoding="utf-8"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:o="http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3">
 <metadata><name>S</name><extensions><o:units>metric</o:units><o:distance>3.5</o:distance></extensions></metadata>
 <wpt lat="31.0" lon="2.5"><name>1</name><extensions><o:distance>0</o:distance><o:dss open="500" clear="50"/>
  <o:tulip><![CDATA[data:image/png;base64,iVBORw0KGgo=]]></o:tulip></extensions></wpt>
 <wpt lat="31.01" lon="2.5"><name>2</name><cmt>gu\xc3\xa9&#13; &amp;nbsp;</cmt><extensions><o:distance>1.2</o:distance>
  <o:danger>3</o:danger><o:cap>7</o:cap><o:dz>40</o:dz><o:wps open="800" clear="90"/></extensions></wpt>
 <wpt lat="31.02" lon="2.5"><name>3</name><extensions><o:distance>3.5</o:distance><o:fz/><o:stop>3</o:stop>
  <o:notes href="https://example.org/x.png"/><o:timecontrol allowed="60"/></extensions></wpt>
 <trk><name>T</name><trkseg><trkpt lat="31" lon="2.5"><ele>5</ele></trkpt><trkpt lat="31.02" lon="2.5"/></trkseg></trk>
</gpx>
"""
TABLE = b'distance;cap;danger;speed;type;note\n0;118;;;DSS;start\n1,25;80;!!;50;DZ;"left\nhere"\n3;;;;FZ;\n'
EXACT = b"total_m,lat,lon,words,events,waypoint,open_m\n5,31,2,a,dz=13.9;fz:x%20y,WPM,800\n7,31.1,2,b,fuel,,\n"


def test_a_file_is_loaded_and_called_by_its_stem(tmp_path: Path) -> None:
    path = tmp_path / "stage 3.xml"
    path.write_bytes(b"<gpx>" + BOX + b"</gpx>")
    assert load(path).book.name == "stage 3"


def test_the_content_says_the_format_and_the_ending_does_not(tmp_path: Path) -> None:
    for ending in (".csv", ".gpx", ".txt", ""):
        path = tmp_path / f"book{ending}"
        path.write_bytes(BOOK)
        assert load(path).book.format == "OpenRally v1.0.3"
        path.write_bytes(TABLE)
        assert load(path).book.format == "CSV"


def test_what_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RoadbookError, match=r"is not there\. Check the name"):
        load(tmp_path / "nothing.gpx")
    with pytest.raises(RoadbookError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(RoadbookError, match="cannot be read"):
        load(tmp_path / ("x" * 5000))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_is_locked_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "locked.gpx"
    path.write_bytes(BOOK)
    path.chmod(0)
    with pytest.raises(RoadbookError, match="cannot be read"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RoadbookError, match="is a device"):
        load(tmp_path / "pipe")


def test_a_file_over_64_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.gpx"
    with path.open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    tracemalloc.start()
    with pytest.raises(RoadbookError, match="over 64 MB"):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    with pytest.raises(RoadbookError, match="over 64 MB"):
        read(bytes(FILE_BYTES + 1), "huge")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b" \r\n\0\0", "is empty"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (gzip.compress(BOOK), "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"SQLite format 3\x00....", "a database"),
        (b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>', "holds no point and no line"),
        (b"<html><body>404</body></html>", "a web page"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"<something/>", "<something>"),
        (b"<<<", "broken from its first line"),
        (b'{"boxes": []}', "is JSON"),
        (b"\x00\x01\x02\x03binary" * 20, "binary data"),
        (b"Dear crew, the start is at eight.", "is text"),
    ],
)
def test_what_is_no_roadbook_is_named_with_what_can_be_read(data: bytes, what: str) -> None:
    with pytest.raises(RoadbookError, match=what) as raised:
        read(data, "x")
    if data.strip(b" \r\n\0") and b"kml" not in data:
        assert "OpenRally GPX, plain GPX" in str(raised.value)


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"# Enduro Route Sheet\n  title X\n  speed 0.00 24\n", "enduro route sheet"),
        (b"speed   0.00  24\nnote   0.20 LBT\n", "enduro route sheet"),
        (b'{"schemaVersion": 1, "boxes": [{"index": 1, "distTotalKm": 1.5}]}', "box JSON"),
        (b"km,note\n1,left\n", "CSV"),
    ],
)
def test_each_format_is_told_by_its_content(data: bytes, format_: str) -> None:
    assert format_ in read(data, "x").book.format


def test_a_pdf_that_is_none_is_a_sentence() -> None:
    with pytest.raises(RoadbookError):
        read(b"%PDF-1.7 ...", "x")


@pytest.mark.parametrize(
    "bomb",
    [
        b'<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><gpx>' + BOX + b"&b;</gpx>",
        b'<!DOCTYPE g [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx>' + BOX + b"</gpx>",
        b'<!DOCTYPE g [<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;]><gpx>' + BOX + b"</gpx>",
        b'<!DOCTYPE g [<!ATTLIST wpt name CDATA "xxxx">]><gpx>' + BOX + b"</gpx>",
        b'<!DOCTYPE g [<!ENTITY a "aaaa">]><gpx version="&a;">' + BOX + b"</gpx>",
        '<!DOCTYPE g [<!ENTITY a "aaaa">]><gpx></gpx>'.encode("utf-16"),
    ],
)
def test_definitions_of_entities_are_refused(bomb: bytes) -> None:
    with pytest.raises(RoadbookError, match="entities in a DOCTYPE"):
        read(bomb, "x")


def test_a_document_type_that_only_names_a_file_is_never_fetched_and_does_no_harm() -> None:
    data = b'<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx>' + BOX + b"</gpx>"
    assert len(read(data, "x").book.notes) == 1


def _measured(data: bytes) -> tuple[Loaded, float, int]:
    """(what was loaded, seconds of processor time, peak bytes beside the file's own)."""
    tracemalloc.start()
    try:
        began = time.process_time()
        loaded = read(data, "x")
        spent = time.process_time() - began
        return loaded, spent, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("hostile", "sentence"),
    [
        (lambda: b"<gpx>" + BOX + b"<cmt>" + b"x" * 20_000_000 + b"</cmt></gpx>", None),
        (lambda: b"<gpx>" + BOX + b"<wpt><cmt>" + b"x" * 20_000_000 + b"</cmt></wpt></gpx>", None),
        (lambda: b"<gpx>" + BOX + b'<wpt lat="' + b"9" * 20_000_000 + b'"/></gpx>', "longer than 8 MB"),
        (lambda: b"<gpx>" + BOX + b"<!--" + b"x" * 20_000_000 + b"--></gpx>", "longer than 8 MB"),
        (lambda: b"<gpx>" + BOX + b"<" + b"x" * 20_000_000, "longer than 8 MB"),
        (lambda: b"<gpx>" + BOX + b"<a>" * 5_000_000, "more than 64 deep"),
        (
            lambda: b"<gpx>" + BOX + b"".join(b"<a%d/>" % n for n in range(500_000)) + b"</gpx>",
            "more elements than any",
        ),
        (lambda: b"<gpx>" + BOX + b"<wpt>" + b"<dz/>" * 100_000 + b"</wpt></gpx>", None),
        (lambda: b"<gpx>" + BOX + b"<wpt><cmt>" + b"a<!---->" * 500_000 + b"</cmt></wpt></gpx>", None),
        (lambda: b"km,note\n1,a\n2," + b"b" * 20_000_000, None),
        (lambda: b"km,note\n1,a\n2," + b"," * 5_000_000, None),
        (lambda: b'km,note\n1,a\n2,"' + b"\n" * 5_000_000, None),
        (lambda: b"km,note\n1,a\n" + b"x,a\n" * 1_000_000, None),
    ],
)
def test_no_file_costs_more_than_seconds_and_a_little_memory(
    hostile: Callable[[], bytes], sentence: str | None
) -> None:
    loaded, seconds, memory = _measured(hostile())
    assert loaded.book.notes[0].total == 1000
    assert seconds < 30
    assert memory < 40_000_000
    if sentence:
        assert sentence in loaded.report.doubts[0].text
        assert loaded.report.verdict.startswith("INCOMPLETE")


def test_more_boxes_than_any_book_has_are_left_out_with_a_sentence() -> None:
    loaded = read(b"<gpx>" + BOX * (NOTES + 10) + b"</gpx>", "x")
    assert len(loaded.book.notes) == NOTES
    assert any(f"more than {NOTES} boxes" in doubt.text for doubt in loaded.report.doubts)
    rows = read(b"km,note\n" + b"1,a\n" * (NOTES + 10), "x")
    assert len(rows.book.notes) == NOTES
    assert any(f"more than {NOTES} boxes or" in doubt.text for doubt in rows.report.doubts)


def test_a_table_is_not_searched_for_ever() -> None:
    loaded = read(b"km,note\n1,a\n" + b"x,a\n" * ROWS + b"9,z\n", "x")
    assert len(loaded.book.notes) == 1
    assert any(f"or {ROWS} rows: the rest were left out" in doubt.text for doubt in loaded.report.doubts)


def test_more_track_points_than_any_course_has_are_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TRACK_POINTS == 1_000_000
    monkeypatch.setattr("codriver.roadbook.gpx.TRACK_POINTS", 1000)
    points = b"".join(b'<trkpt lat="31.%04d" lon="2"/>' % number for number in range(1500))
    loaded = read(b"<gpx><trk><trkseg>" + points + b"</trkseg></trk></gpx>", "x")
    assert sum(map(len, loaded.book.track)) == 1000
    assert any("The track has more than 1000 points" in doubt.text for doubt in loaded.report.doubts)


def test_a_note_longer_than_a_screen_can_show_is_cut() -> None:
    loaded = read(b'<gpx><wpt lat="1" lon="2"><cmt>' + b"left " * 5000 + b"</cmt></wpt></gpx>", "x")
    assert len(loaded.book.notes[0].words) == 1000


def test_a_box_stuffed_with_tags_keeps_the_first_ones() -> None:
    data = (
        b'<gpx><wpt lat="1" lon="2"><extensions><distance>1</distance>'
        + b"<fuel/>" * 400
        + b"</extensions></wpt></gpx>"
    )
    loaded = read(data, "x")
    assert len(loaded.book.notes[0].events) == 32
    assert any("more than 64 tags" in doubt.text for doubt in loaded.report.doubts)


def _or_sentence(deed: Callable[[], T]) -> T | None:
    """What the deed gives, or None if it gave a sentence instead; any other error is a fault."""
    try:
        return deed()
    except RoadbookError as error:
        if not str(error).strip():
            raise AssertionError("an error without a sentence") from error
        return None


def _holds(data: bytes) -> None:
    """Whatever the bytes: a sentence, or a sound book whose report prints, and whose pictures show or say why not."""
    loaded = _or_sentence(lambda: read(data, "x"))
    if loaded is None:
        return
    assert [note.number for note in loaded.book.notes] == list(range(1, len(loaded.book.notes) + 1))
    for note in loaded.book.notes:
        assert 0 <= note.total < 1e9
        assert note.danger in {0, 1, 2, 3}
        assert note.position is None or (abs(note.position.lat) <= 90 and abs(note.position.lon) <= 180)
        for picture in [each for each in (note.tulip, note.drawing) if each is not None]:
            raw = _or_sentence(partial(_picture, data, picture))
            assert raw is None or pictures.kind(raw)
    assert loaded.report.verdict in text(loaded.report)
    assert as_json(loaded.report, loaded.book)["notes"] == len(loaded.book.notes)


def _picture(data: bytes, picture: Picture | Crop) -> bytes:
    return pictures.read(data, picture)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_book_or_a_sentence(data: bytes) -> None:
    _holds(data)


@settings(deadline=None)
@given(
    st.sampled_from([b"<gpx>", b'<?xml version="1.0"?><gpx><wpt lat="', b"km,note\n", b"distance;cap;speed\n1;2;"]),
    st.binary(),
)
def test_any_bytes_behind_a_good_beginning_are_a_book_or_a_sentence(begin: bytes, data: bytes) -> None:
    _holds(begin + data)


edits = st.lists(
    st.tuples(
        st.integers(0, len(BOOK)),
        st.integers(0, 30),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [
                    b"<",
                    b">",
                    b"&",
                    b"]]>",
                    b"<!--",
                    b"<o:dz>",
                    b"</wpt>",
                    b'="NaN"',
                    b"1e400",
                    b"\xff\xfe",
                    b"&x;",
                    b"<wpt/>",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([BOOK, TABLE, EXACT, BOOK.decode().replace("utf-8", "utf-16").encode("utf-16")]), edits)
def test_a_damaged_book_is_a_book_or_a_sentence(book: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    for where, length, patch in damage:
        at = where % (len(book) + 1)
        book = book[:at] + patch + book[at + length :]
    _holds(book)


@pytest.mark.parametrize(("whole", "boxes"), [(BOOK, 3), (TABLE, 3), (EXACT, 2)])
def test_a_book_cut_at_any_byte_is_a_shorter_book_or_a_sentence(whole: bytes, boxes: int) -> None:
    assert len(read(whole, "x").book.notes) == boxes
    for end in range(len(whole)):
        _holds(whole[:end])


def test_a_book_read_twice_is_the_same_book() -> None:
    assert read(BOOK, "x") == read(BOOK, "x")
