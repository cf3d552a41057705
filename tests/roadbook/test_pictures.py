"""Drawings are stretches of the file until they are looked at, and the bytes say what they are."""

import base64
import tracemalloc
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from codriver.roadbook.load import read as read_book
from codriver.roadbook.model import Note, Picture, RoadbookError
from codriver.roadbook.pictures import kind, read

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
GIF = b"GIF89a\x01\x00\x01\x00"
JPEG = b"\xff\xd8\xff\xe0rest"
SVG = '<svg width="10"><text>a &amp; b</text></svg>'


def box(tags: str, encoding: str = "utf-8") -> tuple[bytes, Note]:
    """The file and the box of a book whose only box has these tags."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<gpx><wpt lat="31" lon="2"><name>gué</name><extensions>'
    text += f"<distance>1</distance>{tags}</extensions></wpt></gpx>"
    data = text.encode(encoding)
    return data, read_book(data, "stage").book.notes[0]


def seen(tags: str, encoding: str = "utf-8") -> bytes:
    data, note = box(tags, encoding)
    picture = note.tulip or note.drawing
    assert picture is not None
    return read(data, picture)


def data_url(raw: bytes, label: str = "image/png;base64") -> str:
    return f"data:{label},{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("tag", ["tulip", "notes"])
@pytest.mark.parametrize(
    "wrapped",
    [
        "<o:TAG><![CDATA[URL]]></o:TAG>",
        "<o:TAG>\n   <![CDATA[\n  URL\n  ]]>\n  </o:TAG>",
        "<o:TAG>URL</o:TAG>",
        '<o:TAG id="1" href="URL"/>',
        '<o:TAG href="URL"></o:TAG>',
        "<o:TAG><![CDATA[HALF1]]><![CDATA[HALF2]]></o:TAG>",
    ],
)
def test_a_data_url_is_read_wherever_it_is_written(wrapped: str, tag: str, encoding: str) -> None:
    url = data_url(PNG)
    text = wrapped.replace("TAG", tag).replace("URL", url).replace("HALF1", url[:50]).replace("HALF2", url[50:])
    assert seen(text, encoding) == PNG


def test_tulip_and_notes_are_told_apart() -> None:
    data, note = box(f"<notes>{data_url(GIF)}</notes><tulip>{data_url(PNG)}</tulip>")
    assert note.tulip is not None
    assert note.drawing is not None
    assert (read(data, note.tulip), read(data, note.drawing)) == (PNG, GIF)


@pytest.mark.parametrize(("raw", "name"), [(PNG, "PNG"), (GIF, "GIF"), (b"GIF87a..", "GIF"), (JPEG, "JPEG")])
def test_the_bytes_say_what_a_picture_is_and_the_label_does_not(raw: bytes, name: str) -> None:
    for label in ("image/png;base64", "image/jpeg;base64", ";base64", "text/plain;charset=x;BASE64"):
        assert kind(seen(f"<tulip><![CDATA[{data_url(raw, label)}]]></tulip>")) == name


@pytest.mark.parametrize(
    "written",
    [f"<![CDATA[{SVG}]]>", escape(SVG), f"\n  {SVG}  ", f"<![CDATA[data:image/svg+xml,{quote(SVG)}]]>"],
)
def test_svg_is_read_as_cdata_escaped_inline_or_as_a_url(written: str) -> None:
    raw = seen(f"<tulip>{written}</tulip>")
    assert kind(raw) == "SVG"
    assert raw.decode().strip() == SVG


def test_inline_svg_under_a_prefix_is_svg() -> None:
    assert kind(seen('<tulip><s:svg xmlns:s="http://www.w3.org/2000/svg"><s:path/></s:svg></tulip>')) == "SVG"


@pytest.mark.parametrize(
    "raw", [b"<svg/>", b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg a="1">', b"\n <svg>", b"<!DOCTYPE svg><svg >"]
)
def test_svg_is_known_behind_its_declaration_and_comments(raw: bytes) -> None:
    assert kind(raw) == "SVG"


@pytest.mark.parametrize("raw", [b"", b"hello", b"<html/>", b"<svgx/>", b"BM\x00\x00", b"\x89PNX", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(RoadbookError, match="no PNG, JPEG, GIF or SVG"):
        kind(raw)


def test_a_drawing_that_defines_entities_is_not_shown() -> None:
    with pytest.raises(RoadbookError, match="bomb"):
        kind(b"<svg><!DOCTYPE x [<!ENTITY a 'aaaa'>]></svg>")


def test_base64_may_be_folded_unpadded_or_url_safe() -> None:
    text = base64.b64encode(PNG).decode().rstrip("=")
    folded = "\n".join(text[start : start + 60] for start in range(0, len(text), 60))
    assert seen(f"<tulip>data:image/png;base64,{folded}</tulip>") == PNG
    assert seen(f"<tulip>data:image/png;base64,{text.replace('+', '-').replace('/', '_')}</tulip>") == PNG
    assert seen(f"<tulip>data:image/png;base64,{quote(text)}</tulip>") == PNG


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("data:image/png;base64", "no comma"),
        ("data:image/png;base64,@@@@", "base64 is damaged"),
        ("data:image/png;base64,A", "base64 is damaged"),
        ("data:image/png;base64,aGVsbG8=", "no PNG, JPEG, GIF or SVG"),
        ("https://example.org/tulip.png", "links are not followed"),
    ],
)
def test_a_bad_picture_is_told_in_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(RoadbookError, match=sentence):
        seen(f"<tulip>{written}</tulip>")


def test_a_link_in_href_is_not_followed() -> None:
    with pytest.raises(RoadbookError, match="links are not followed"):
        seen('<tulip href="https://example.org/tulip.png"/>')


def test_a_picture_of_another_file_is_told_in_a_sentence() -> None:
    for picture in (Picture(0, 10_000), Picture(-1, 5), Picture(5, 5)):
        with pytest.raises(RoadbookError, match="not in this file"):
            read(b"short", picture)


def test_a_stretch_that_holds_no_element_is_told_in_a_sentence() -> None:
    with pytest.raises(RoadbookError):
        read(b"<tulip <<<", Picture(0, 9))
    with pytest.raises(RoadbookError, match="empty drawing"):
        read(b"<tulip>   ", Picture(0, 9))


def test_an_empty_tag_is_no_picture() -> None:
    _, note = box("<tulip/><notes>  </notes>")
    assert (note.tulip, note.drawing) == (None, None)


def test_loading_leaves_the_pictures_in_the_file() -> None:
    """A book of 12 MB of drawings loads in under 3 MB of memory."""
    drawing = f"<tulip><![CDATA[{data_url(PNG * 500)}]]></tulip>"
    boxes = f'<wpt lat="31" lon="2"><extensions><distance>1</distance>{drawing}</extensions></wpt>' * 70
    data = f"<gpx>{boxes}</gpx>".encode()
    assert len(data) > 12_000_000
    tracemalloc.start()
    loaded = read_book(data, "stage")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all(note.tulip for note in loaded.book.notes)
    assert peak < 3_000_000


def test_a_picture_over_8_mb_is_left_out_without_being_held() -> None:
    huge = b"<gpx><wpt lat='31' lon='2'><extensions><distance>1</distance><tulip><![CDATA[data:image/png;base64,"
    data = huge + b"A" * (9 << 20) + b"]]></tulip></extensions></wpt></gpx>"
    tracemalloc.start()
    loaded = read_book(data, "stage")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert loaded.book.notes[0].tulip is None
    assert any("over 8 MB" in doubt.text for doubt in loaded.report.doubts)
    assert peak < 4_000_000
