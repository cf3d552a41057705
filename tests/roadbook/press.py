"""A press for made-up PDF roadbooks: boxes in the layouts that organisers hand out."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

A4 = (595.0, 842.0)


@dataclass(frozen=True)
class Box:
    """What is printed in one box."""

    total: str
    partial: str = ""
    notes: str = ""
    number: str = ""


BOOK = tuple(
    Box(f"{total:.2f}", f"{partial:.2f}", notes, str(number))
    for number, (total, partial, notes) in enumerate(
        [
            (0.00, 0.00, "Start PP"),
            (0.42, 0.42, "C 121° sandy"),
            (0.65, 0.23, "!! ditch"),
            (2.10, 1.45, "DZ 50 village"),
            (3.00, 0.90, "FZ"),
            (3.75, 0.75, "WPM at the well"),
            (5.20, 1.45, "oued, CAP 98"),
            (6.05, 0.85, "stones"),
            (6.30, 0.25, "!!! step down"),
            (9.99, 3.69, "keep left km"),
            (12.40, 2.41, "ASS"),
        ],
        start=1,
    )
)


@dataclass(frozen=True)
class Layout:
    """How the boxes stand: how many a page and side by side, with lines or without, down the page or up."""

    rows: int = 4
    columns: int = 1
    ruled: bool = True
    upwards: bool = False
    letters: bool = True
    heading: str = ""
    turned: int = 0
    gap: float = 0.0
    by_row: bool = False


def pdf(boxes: Sequence[Box] = BOOK, layout: Layout = Layout()) -> bytes:
    """The file of this book."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1)
    each = layout.rows * layout.columns
    for first in range(0, len(boxes), each):
        if layout.turned:  # written sideways, and turned upright by the viewer
            canvas.setPageRotation(layout.turned)
            canvas.translate(*{90: (A4[1], 0), 180: A4, 270: (0, A4[0])}[layout.turned])
            canvas.rotate(layout.turned)
        page(canvas, boxes[first : first + each], layout)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def page(canvas: Canvas, boxes: Sequence[Box], layout: Layout) -> None:
    if layout.heading:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 815, layout.heading)
    width = 500.0 / layout.columns - (15 if layout.columns > 1 else 0)
    height = 720.0 / layout.rows
    for index, box in enumerate(boxes):
        column, row = divmod(index, layout.rows)
        if layout.by_row:
            row, column = divmod(index, layout.columns)
        row = layout.rows - 1 - row if layout.upwards else row
        left, top = 45 + column * (width + 15), 800 - row * height
        one(canvas, box, layout, (left, top - height, width, height - layout.gap))


def one(canvas: Canvas, box: Box, layout: Layout, place: tuple[float, float, float, float]) -> None:
    left, bottom, width, height = place
    parts = (0.22 * width, 0.40 * width, 0.38 * width)
    if layout.ruled:
        for at, part in zip((left, left + parts[0], left + parts[0] + parts[1]), parts, strict=True):
            canvas.rect(at, bottom, part, height)
    if layout.letters:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(left + 6, bottom + height - 24, box.total)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(left + 6, bottom + 8, box.partial)
        canvas.drawString(left + parts[0] - 20, bottom + 8, box.number)
        canvas.drawString(left + parts[0] + parts[1] + 6, bottom + height / 2, box.notes)
    canvas.setLineWidth(3)
    middle = left + parts[0] + parts[1] / 2
    canvas.line(middle, bottom + 10, middle, bottom + height - 12)
    canvas.line(middle, bottom + height / 2, middle + parts[1] / 3, bottom + height / 2)
    canvas.circle(middle, bottom + 12, 5, fill=1)
    canvas.setLineWidth(1)


def scanned(pages: Sequence[bytes]) -> bytes:
    """A file whose pages are these pictures."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for picture in pages:
        canvas.drawImage(ImageReader(BytesIO(picture)), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
