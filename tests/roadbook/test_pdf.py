"""A PDF is cut into boxes, each a picture, with its distance where the page says it in letters."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from codriver.roadbook import pdf_apart
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Crop, Roadbook, RoadbookError
from codriver.roadbook.pdf import mine, read
from codriver.roadbook.pdf_distances import distance
from codriver.roadbook.pdf_pages import opened, picture
from codriver.units import KMH, MILE
from tests.roadbook.press import A4, BOOK, Box, Layout, pdf, scanned

TOTALS = [round(float(box.total) * 1000) for box in BOOK]


def book(data: bytes) -> Roadbook:
    return read(data, "stage")[0]


def told(findings: Findings) -> str:
    return " ".join(f"{doubt.text} {doubt.advice}" for doubt in findings.doubts)


def totals(data: bytes) -> list[int]:
    return [round(note.total) for note in book(data).notes]


def photographed(data: bytes, degrees: float = 0.0) -> bytes:
    """The same book as pictures of its pages, laid on the glass a little crooked."""
    pages = []
    with opened(data, "stage") as document:
        for number in range(1, document.count + 1):
            with document.page(number) as page:
                image = Image.open(BytesIO(page.png(page.area, 1240)))
                file = BytesIO()
                image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="white").save(file, "JPEG")
                pages.append(file.getvalue())
    return scanned(pages)


def size(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def damaged(content: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    """A PDF written by hand, whose page has this content."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>" % resources,
        stream(content),
        *more,
    ]
    written = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, part) for number, part in enumerate(parts, start=1))
    return b"%PDF-1.7\n" + written + b"trailer<</Root 1 0 R>>\n%%EOF"


def stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), more, packed)


@pytest.mark.parametrize(
    "layout",
    [
        Layout(),
        Layout(upwards=True),
        Layout(columns=2),
        Layout(columns=2, upwards=True),
        Layout(columns=2, by_row=True),
        Layout(ruled=False, rows=5),
        Layout(ruled=False, rows=5, upwards=True),
        Layout(gap=14.0),
        Layout(turned=90),
        Layout(turned=180),
        Layout(turned=270, upwards=True),
        Layout(rows=3, heading="Rallye des Dunes 12.05"),
        Layout(rows=1),
    ],
    ids=str,
)
def test_every_box_is_read_at_its_distance_in_the_order_of_the_road(layout: Layout) -> None:
    assert totals(pdf(layout=layout)) == TOTALS


def test_what_is_written_in_a_box_becomes_its_note() -> None:
    notes = book(pdf()).notes
    assert [note.name for note in notes] == [box.number for box in BOOK]
    assert notes[1].words == "C 121° sandy"
    assert (notes[1].cap, notes[6].cap) == (121.0, 98.0)
    assert [note.danger for note in notes][2:9:6] == [2, 3]
    assert notes[3].speed == pytest.approx(50 * KMH)
    assert [[event.kind for event in note.events] for note in notes[3:5]] == [["dz"], ["fz"]]
    assert notes[5].waypoint is not None
    assert notes[5].waypoint.type == "WPM"


def test_tulip_and_notes_are_pieces_of_the_page() -> None:
    note = book(pdf()).notes[4]
    assert isinstance(note.tulip, Crop)
    assert isinstance(note.drawing, Crop)
    assert (note.tulip.page, note.drawing.page) == (2, 2)
    assert note.tulip.right < note.drawing.left
    png = picture(pdf(), note.tulip, 300)
    assert size(png)[0] == pytest.approx(300, abs=2)
    assert Image.open(BytesIO(png)).convert("L").getextrema() == (0, 255)


def test_a_picture_is_the_same_piece_of_a_page_that_is_turned() -> None:
    plain, turned = pdf(), pdf(layout=Layout(turned=90))
    pieces = [book(data).notes[2].tulip for data in (plain, turned)]
    pictures = [
        Image.open(BytesIO(picture(data, piece, 200))).convert("L").resize((40, 36))
        for data, piece in zip((plain, turned), pieces, strict=True)
        if isinstance(piece, Crop)
    ]
    apart = [abs(a - b) for a, b in zip(*(image.tobytes() for image in pictures), strict=True)]
    assert sum(apart) / len(apart) < 4


@pytest.mark.parametrize("unit", ["mi", "miles"])
def test_miles_are_miles_where_the_page_says_so(unit: str) -> None:
    boxes = [Box("0.00"), Box("1.50", "1.50"), Box("2.00", "0.50")]
    found = book(pdf(boxes, Layout(heading=f"Distances in {unit}")))
    assert found.units == "statute"
    assert [note.total for note in found.notes] == pytest.approx([0.0, 1.5 * MILE, 2 * MILE])


def test_a_unit_that_is_not_named_is_doubted() -> None:
    _, findings = read(pdf([Box("0.00"), Box("1.00")]), "stage")
    assert "in which unit" in told(findings)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.35", 12.35), ("0,80", 0.8), ("(1.2)", 1.2), ("3.40km", 3.4), ("12", None), ("1.2.3", None), ("a.b", None)],
)
def test_a_distance_is_a_number_with_decimals(text: str, value: float | None) -> None:
    assert distance(text) == value


def test_partials_alone_are_added_up_and_doubted() -> None:
    boxes = [Box(partial) for partial in ("0.00", "1.20", "0.30", "2.00", "0.10")]
    found, findings = read(pdf(boxes), "stage")
    assert [round(note.total) for note in found.notes] == [0, 1200, 1500, 3500, 3600]
    assert "added up" in told(findings)


def test_a_page_without_distances_is_left_out_and_told() -> None:
    boxes = [Box("see", notes="cover"), *BOOK[:4]]
    layout = Layout(rows=1)
    found, findings = read(pdf(boxes, layout), "stage")
    assert [round(note.total) for note in found.notes] == TOTALS[:4]
    assert "left out: 1." in told(findings)


def test_a_box_without_a_distance_among_others_is_kept_and_not_measured() -> None:
    boxes = [*BOOK[:2], Box("see"), *BOOK[3:]]
    found, findings = read(pdf(boxes), "stage")
    assert [note.measured for note in found.notes] == [number != 2 for number in range(len(BOOK))]
    assert found.notes[2].total == found.notes[1].total
    assert [doubt.note for doubt in findings.doubts if "says no distance" in doubt.text] == [3]


@pytest.mark.parametrize("degrees", [0.0, 0.4, -0.8, 1.4])
@pytest.mark.parametrize("layout", [Layout(), Layout(columns=2)], ids=["one column", "two columns"])
def test_scanned_boxes_are_found_and_wait_for_their_distances(layout: Layout, degrees: float) -> None:
    found, findings = read(photographed(pdf(layout=layout), degrees), "stage")
    assert len(found.notes) == len(BOOK)
    assert not any(note.measured for note in found.notes)
    assert {note.total for note in found.notes} == {0.0}
    assert "turned by hand and calls nothing" in told(findings)


def test_the_picture_of_a_box_that_is_not_measured_shows_its_distance() -> None:
    ruled, scan = book(pdf()).notes[1], book(photographed(pdf())).notes[1]
    assert isinstance(ruled.tulip, Crop)
    assert isinstance(scan.tulip, Crop)
    assert scan.tulip.left < 60 < ruled.tulip.left
    assert scan.tulip.right == pytest.approx(ruled.tulip.right, abs=5)


def test_a_page_on_which_no_box_is_seen_is_one_box_and_doubted() -> None:
    found, findings = read(photographed(pdf(layout=Layout(ruled=False))), "stage")
    assert [note.tulip and note.tulip.page for note in found.notes if isinstance(note.tulip, Crop)] == [1, 2, 3]
    assert "No boxes can be made out on page 1." in told(findings)


def test_a_pdf_is_known_by_its_first_bytes() -> None:
    assert mine(pdf())
    assert mine(b"\0\0" + pdf())
    assert not mine(b"<gpx/>")


def test_a_locked_pdf_says_so() -> None:
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, encrypt="secret")
    canvas.showPage()
    canvas.save()
    with pytest.raises(RoadbookError, match="password"):
        read(file.getvalue(), "stage")


@pytest.mark.parametrize("data", [b"%PDF-", b"%PDF-1.7\n" + bytes(1000), pdf()[:300]])
def test_a_damaged_pdf_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(RoadbookError, match="Copy it again"):
        read(data, "stage")


def test_a_page_of_too_many_pixels_is_not_drawn() -> None:
    image = stream(bytes(1000), b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 1")
    _, findings = read(damaged(b"/I Do", b"/XObject<</I 5 0 R>>", image), "stage")
    assert "too much to be drawn" in told(findings)


@pytest.mark.parametrize("crop", [Crop(9, 0, 0, 10, 10), Crop(0, 0, 0, 10, 10), Crop(1, 900, 0, 950, 10)])
def test_a_picture_beside_the_book_is_a_sentence(crop: Crop) -> None:
    with pytest.raises(RoadbookError, match="page"):
        picture(pdf(), crop, 100)


def test_a_book_read_apart_is_the_same_book() -> None:
    here, apart = read(pdf(), "stage"), pdf_apart.read(pdf(), "stage")
    assert apart[0] == here[0]
    assert apart[1].doubts == here[1].doubts
    assert apart[1].ignored == here[1].ignored


def test_a_pdf_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_apart, "SECONDS", 2)
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
    forms = [stream(b"/X Do " * 10, form % (number + 1)) for number in range(5, 15)]
    endless = damaged(b"/X Do", b"/XObject<</X 5 0 R>>", *forms, stream(b"0 0 1 1 re f"))
    with pytest.raises(RoadbookError, match="too much to be read"):
        pdf_apart.read(endless, "stage")


def test_a_refusal_comes_through_as_it_is() -> None:
    with pytest.raises(RoadbookError, match="Copy it again"):
        pdf_apart.read(b"%PDF-", "stage")
