"""KML and KMZ: folders, styles and shapes around points and lines; archives that are damaged, huge or locked."""

import io
import random
import zipfile
from collections.abc import Sequence

import pytest

from codriver.roadbook import kml
from codriver.roadbook.model import Position, Roadbook, RoadbookError


def point(name: str, lat: float, lon: float, more: str = "") -> str:
    return f"<Placemark><name>{name}</name>{more}<Point><coordinates>{lon},{lat},0</coordinates></Point></Placemark>"


def line(*places: tuple[float, float]) -> str:
    told = " ".join(f"{lon},{lat},-785" for lat, lon in places)
    return f"<Placemark><LineString><coordinates>\n{told}\n</coordinates></LineString></Placemark>"


def document(*body: str, head: str = "") -> bytes:
    text = f'<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">{head}<Document><name>Stage 1</name>'
    return (text + "".join(body) + "</Document></kml>").encode()


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, data in files:
            packed.writestr(name, data)
    return made.getvalue()


def book(data: bytes) -> Roadbook:
    return kml.read(data, "file")[0]


def doubts(data: bytes) -> str:
    return "\n".join(doubt.text for doubt in kml.read(data, "file")[1].doubts)


SMALL = document(point("Bridge", 31, -115), line((31, -115), (31.01, -115)))
COURSE = document(
    *(point(f"VCP {number}", 31 + number / 100, -115) for number in (3, 1, 2)), line((31, -115), (31.04, -115))
)


def test_points_are_boxes_and_lines_are_the_track() -> None:
    made = book(document(point("B", 31.01, -115), point("A", 31.02, -115), line((31, -115), (31.03, -115))))
    assert [note.words for note in made.notes] == ["B", "A"]
    assert [note.total for note in made.notes] == pytest.approx([1109, 2217], abs=1)
    assert made.notes[0].position == Position(31.01, -115)
    assert [len(piece) for piece in made.track] == [2]
    assert (made.name, made.format, made.units) == ("Stage 1", "KML", "metric")


def test_names_of_a_race_course_make_a_course() -> None:
    made = book(COURSE)
    assert [note.name for note in made.notes] == ["VCP 1", "VCP 2", "VCP 3"]
    assert (made.format, made.units) == ("course, KML", "statute")


def test_a_description_is_the_note_without_its_html_and_a_hard_space_is_none() -> None:
    said = document(point("P1", 31, -115, "<description><![CDATA[<b>Ford</b>, deep]]></description>"))
    assert book(said).notes[0].words == "Ford , deep"
    assert book(document(point("P1", 31, -115, "<description>&amp;nbsp;</description>"))).notes[0].words == "P1"


def test_any_prefix_and_none_will_do() -> None:
    bare = "<kml><Placemark><name>x</name><Point><coordinates>2,31</coordinates></Point></Placemark></kml>"
    other = bare.replace("<", "<k:").replace("<k:/", "</k:").replace("<k:kml", '<k:kml xmlns:k="http://x"', 1)
    for text in (bare, other):
        assert kml.mine(text.encode())
        assert book(text.encode()).notes[0].position == Position(31, 2)


def test_folders_in_folders_and_several_shapes_in_one_are_read() -> None:
    shapes = (
        "<Placemark><MultiGeometry><LineString><coordinates>2,31 2,31.1</coordinates></LineString><MultiGeometry>"
        "<LineString><coordinates>2,31.1 2,31.2</coordinates></LineString></MultiGeometry>"
        "<Point><coordinates>2,31.1</coordinates></Point></MultiGeometry></Placemark>"
    )
    made = book(document("<Folder><name>a</name><Folder><name>b</name>", shapes, "</Folder></Folder>"))
    assert ([len(piece) for piece in made.track], len(made.notes)) == ([2, 2], 1)
    assert made.name == "Stage 1"


def test_a_recorded_track_is_read_however_long() -> None:
    coords = "".join(f"<when>2025-01-01T00:00:00Z</when><gx:coord>2 {31 + i / 1e4} 5</gx:coord>" for i in range(3000))
    text = f"<Placemark><gx:Track>{coords}</gx:Track></Placemark>"
    assert [len(piece) for piece in book(document(text)).track] == [3000]


@pytest.mark.parametrize("coordinates", ["2,31,0", " 2.0 , 31.0 ,5\n", "<![CDATA[2,31]]>", "2,31 9,9"])
def test_a_position_may_be_written_in_several_ways(coordinates: str) -> None:
    text = f"<Placemark><Point><coordinates>{coordinates}</coordinates></Point></Placemark>"
    assert book(document(text)).notes[0].position == Position(31, 2)


@pytest.mark.parametrize("coordinates", ["", "x,y", "2", "200,31", "0,0", "nan,31", "2,95"])
def test_a_point_without_a_usable_position_is_left_out_and_named(coordinates: str) -> None:
    text = f"<Placemark><name>lost</name><Point><coordinates>{coordinates}</coordinates></Point></Placemark>"
    data = document(text, point("kept", 31, 2))
    assert [note.name for note in book(data).notes] == ["kept"]
    assert "The point “lost” has no usable position." in doubts(data)


def test_areas_and_models_are_read_over_and_counted() -> None:
    _, findings = kml.read(document(point("x", 31, 2), "<Placemark><Polygon/></Placemark>"), "file")
    assert findings.ignored == (("polygon", 1),)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1"])
def test_letters_are_read_as_they_are_declared(codec: str) -> None:
    declared = "utf-16" if codec.startswith("utf-16") else codec
    text = document(point("CATAVIÑA", 31, 2)).decode().replace('"1.0"', f'"1.0" encoding="{declared}"', 1)
    assert book(text.encode(codec)).notes[0].name == "CATAVIÑA"


@pytest.mark.parametrize("body", ["", "<Folder/>", "<Placemark><name>x</name></Placemark>"])
def test_a_file_with_nothing_in_it_is_refused_with_what_to_do(body: str) -> None:
    with pytest.raises(RoadbookError, match=r"no point and no line\. Export"):
        kml.read(document(body), "file")


def test_a_file_that_only_links_to_a_course_says_so() -> None:
    with pytest.raises(RoadbookError, match="only links to a course on the net"):
        kml.read(document("<NetworkLink><Link><href>http://x/y.kml</href></Link></NetworkLink>"), "file")


def test_a_file_cut_in_the_middle_is_read_as_far_as_it_goes() -> None:
    data = document(*(point(f"P{number}", 31 + number / 100, 2) for number in range(10)))
    made, findings = kml.read(data[: len(data) // 2], "file")
    assert 3 <= len(made.notes) <= 6
    assert findings.cut


def test_entities_are_refused() -> None:
    with pytest.raises(RoadbookError, match="entities"):
        kml.read(b'<!DOCTYPE kml [<!ENTITY a "b">]><kml/>', "file")


def test_more_track_than_any_course_has_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kml, "TRACK_POINTS", 3)
    made, findings = kml.read(document(line((31, 2), (32, 2)), line((33, 2), (34, 2), (35, 2))), "file")
    assert sum(map(len, made.track)) == 2
    assert "more than 3 points" in findings.doubts[0].text


def test_of_an_archive_the_first_kml_is_read() -> None:
    data = archive(("images/x.png", b"png"), ("Doc.KML", SMALL), ("other.kml", COURSE))
    assert kml.mine(data)
    assert (book(data).notes[0].name, book(data).format) == ("Bridge", "KMZ")
    assert book(archive(("doc.kml", COURSE), method=zipfile.ZIP_STORED)).format == "course, KMZ"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<gpx/>", b"{}", b"\0" * 100, archive(("a.txt", b"kml"))])
def test_what_is_no_kml_is_not_claimed(data: bytes) -> None:
    assert not kml.mine(data)


def test_an_archive_that_unpacks_to_more_than_any_roadbook_is_refused() -> None:
    with pytest.raises(RoadbookError, match="over 64 MB when unpacked"):
        kml.read(archive(("doc.kml", b"<kml>" + b" " * (65 << 20))), "file")


def test_an_archive_of_very_many_files_is_not_opened() -> None:
    data = archive(("doc.kml", SMALL), *((f"{number}.txt", b"") for number in range(kml.ENTRIES + 1)))
    assert not kml.mine(data)
    with pytest.raises(RoadbookError, match="without a KML course that can be read"):
        kml.read(data, "file")


def test_an_archive_with_a_password_or_an_unusual_packing_is_refused() -> None:
    locked = bytearray(archive(("doc.kml", SMALL)))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    for data in (bytes(locked), archive(("doc.kml", SMALL), method=zipfile.ZIP_LZMA)):
        with pytest.raises(RoadbookError, match="Unpack it first"):
            kml.read(data, "file")


def test_a_damaged_archive_gives_what_is_whole_in_it() -> None:
    noise = random.Random(3)
    body = [point(f"P{noise.random()}", 31 + noise.random(), 2) for _ in range(3000)]
    data = bytearray(archive(("doc.kml", document(*body))))
    data[len(data) // 2 : len(data) // 2 + 200] = noise.randbytes(200)
    made, findings = kml.read(bytes(data), "file")
    assert 100 < len(made.notes) < 3000
    assert "archive is damaged" in findings.cut


def _damaged(data: bytes, draw: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(draw.randint(1, 8)):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made[: draw.randint(1, len(made))] if draw.random() < 0.3 else made)


@pytest.mark.parametrize("source", [SMALL, COURSE, archive(("doc.kml", SMALL)), archive(("doc.kml", COURSE))])
def test_damage_ends_in_a_book_or_a_sentence(source: bytes) -> None:
    draw = random.Random(7)
    for _ in range(300):
        data = _damaged(source, draw)
        kml.mine(data) if not _defines(data) else None
        try:
            made: Sequence[object] = kml.read(data, "file")
        except RoadbookError as error:
            made = str(error)
        assert made


def _defines(data: bytes) -> bool:
    return b"<!" in data
