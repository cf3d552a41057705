"""The pages of a PDF: their words, their ruled lines and their ink, each with its place. The one importer of pypdfium2.

All places are points (1/72 inch) from the left and the top of the page as it is shown, turned pages included. Nothing
in a PDF is run or followed: no script, form, link, attachment or note on the page. What is read of a page is bounded by
counts, since there is no clock here. Knows nothing of roadbooks.
"""

import ctypes
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from codriver.roadbook.model import Crop, RoadbookError

PAGES: Final = 500
LETTERS: Final = 20_000  # of one page
OBJECTS: Final = 20_000  # of one page
CORNERS: Final = 200_000  # of the lines of one page
PIXELS: Final = 100_000_000  # of all pictures of one page: A4 scanned at 600 dpi has 35 million
WIDEST: Final = 15_000.0  # points; 14,400 is the most that the format itself allows
LARGEST: Final = 4_000_000  # pixels of one drawn crop
SHORTEST: Final = 11.0  # points of a line that may rule a box off
INK_WIDTH: Final = 620  # pixels across an A4 page: 75 dpi, at which a line on a crooked scan is still one line
DARK: Final = 140  # of 255: grey cells are lighter, ruled lines darker

_STRIPS: Final = 12  # of a page, in which pieces of its lines are sought
_PIECE: Final = 0.5  # of a strip: less is no piece of a line
_FINEST: Final = 0.0015  # of the slopes that are tried, one pixel across a page
_STEEPEST: Final = 24  # of those steps: 2 degrees
_DEPTH: Final = 4  # of drawings within drawings
_STRAIGHT: Final = 0.6  # points from one end of a line to the other, across
_EXACT: Final = 64  # parts of a point in which places are asked for
_INKED: Final = bytes(int(value < DARK) for value in range(256))
_SPACE: Final = frozenset(" \t\r\n\0\xa0\u2002\u2003\u2009\ufffe\uffff")


class Area(NamedTuple):
    """A rectangle on a page."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        """Whether this place is in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Word(NamedTuple):
    """Letters without a space between them, and where they stand."""

    text: str
    area: Area

    @property
    def middle(self) -> tuple[float, float]:
        """The place of its middle."""
        return (self.area.left + self.area.right) / 2, (self.area.top + self.area.bottom) / 2


class Rule(NamedTuple):
    """A straight line across or down the page: where it is, and from where to where it goes."""

    at: float
    begin: float
    end: float


class Rules(NamedTuple):
    """The straight lines of a page."""

    across: tuple[Rule, ...]
    down: tuple[Rule, ...]


class HeavyError(ValueError):
    """A page that is too much to be drawn; the message is a sentence for the crew."""


_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_Place: TypeAlias = tuple[float, float]


@contextmanager
def opened(data: bytes, name: str) -> Iterator["Pages"]:
    """The pages of this PDF. RoadbookError where it is damaged, locked or empty."""
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise RoadbookError(f"{name} is a PDF locked with a password. Save it again without one.") from error
        raise RoadbookError(f"{name} is a PDF that is damaged or not complete. Copy it again.") from error
    try:
        if not count:
            raise RoadbookError(f"{name} is a PDF without pages. Ask for another copy.")
        yield Pages(document, count)
    finally:
        document.close()


def picture(data: bytes, crop: Crop, width: int) -> bytes:
    """A PNG, `width` pixels wide, of a piece of a page. RoadbookError with a sentence where there is none to show."""
    with opened(data, "The book") as pages:
        if not 1 <= crop.page <= pages.count:
            raise RoadbookError("The picture's page is not in this file: it belongs to another book.")
        try:
            with pages.page(crop.page) as page:
                return page.png(Area(crop.left, crop.top, crop.right, crop.bottom), width)
        except HeavyError as error:
            raise RoadbookError(str(error)) from error


class Pages:
    """An open PDF."""

    def __init__(self, document: Any, count: int) -> None:
        self._document = document
        self.count = count

    @contextmanager
    def page(self, number: int) -> Iterator["Page"]:
        """The page of this number, from 1. HeavyError where it cannot be opened."""
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise HeavyError(f"Page {number} is damaged.") from error
        try:
            yield Page(page)
        finally:
            page.close()


class Page:
    """An open page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.width, self.height = page.get_size()
        if not (1.0 <= self.width <= WIDEST and 1.0 <= self.height <= WIDEST):
            raise HeavyError("The page has a size that no paper has.")
        self._shown = self._matrix()
        self._found: tuple[Rules, int, int] | None = None

    @property
    def area(self) -> Area:
        """The whole page."""
        return Area(0.0, 0.0, self.width, self.height)

    def words(self) -> tuple[Word, ...]:
        """The words of the text layer, in the order of the file."""
        text = self._page.get_textpage()
        try:
            count = min(text.count_chars(), LETTERS)
            return tuple(_words(self._letter(text.raw, index) for index in range(count)))
        finally:
            text.close()

    def rules(self) -> Rules:
        """The straight lines that the page draws as such, the edges of its rectangles included."""
        return self._walked()[0]

    def ink(self) -> "Ink":
        """The page as dark and light. HeavyError where it is too much to be drawn."""
        scale = INK_WIDTH / max(self.width, self.height / 2)
        bitmap = self._drawn(scale, (0, 0, 0, 0), grayscale=True)
        raw = bytes(bitmap.buffer).translate(_INKED)
        lines = [raw[at : at + bitmap.width] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride)]
        return Ink(tuple(lines), scale)

    def png(self, area: Area, width: int) -> bytes:
        """A picture of this part of the page, `width` pixels wide."""
        left, top = max(0.0, area.left), max(0.0, area.top)
        right, bottom = min(self.width, area.right), min(self.height, area.bottom)
        if right - left < 1.0 or bottom - top < 1.0:
            raise HeavyError("The picture lies beside its page.")
        scale = width / (right - left)
        if width < 1 or width * (bottom - top) * scale > LARGEST:
            raise HeavyError("The picture is too large for the screen.")
        bitmap = self._drawn(scale, (left, self.height - bottom, self.width - right, top), rev_byteorder=True)
        raw, row = bytes(bitmap.buffer), bitmap.width * 3
        lines = (raw[at : at + row] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
        return _png(bitmap.width, bitmap.height, b"".join(b"\0" + line for line in lines))

    def _drawn(self, scale: float, crop: tuple[float, float, float, float], **how: bool) -> Any:
        _, objects, pixels = self._walked()
        if objects > OBJECTS or pixels > PIXELS:
            raise HeavyError("The page is too much to be drawn. Ask for a simpler PDF, or print it as a PDF again.")
        try:
            return self._page.render(scale=scale, crop=crop, may_draw_forms=False, draw_annots=False, **how)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise HeavyError("The page cannot be drawn.") from error

    def _matrix(self) -> _Matrix:
        """From the places in the file to places as shown: the file's go up, and the page may be cut or turned."""
        origin, right, up = (self._device(x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
        a, b = (right[0] - origin[0]) / 1000, (right[1] - origin[1]) / 1000
        c, d = (up[0] - origin[0]) / 1000, (up[1] - origin[1]) / 1000
        return a, b, c, d, *origin

    def _device(self, x: float, y: float) -> _Place:
        across, down = ctypes.c_int(), ctypes.c_int()
        size = round(self.width * _EXACT), round(self.height * _EXACT)
        pdfium.FPDF_PageToDevice(self._page.raw, 0, 0, *size, 0, x, y, across, down)
        return across.value / _EXACT, down.value / _EXACT

    def _letter(self, text: Any, index: int) -> tuple[str, Area]:
        code = pdfium.FPDFText_GetUnicode(text, index)
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        if not pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top):
            return " ", Area(0.0, 0.0, 0.0, 0.0)
        corners = _moved(self._shown, left.value, bottom.value), _moved(self._shown, right.value, top.value)
        (x1, y1), (x2, y2) = corners
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        return letter, Area(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))

    def _walked(self) -> tuple[Rules, int, int]:
        """(the rules, how many objects the page has, how many pixels its pictures), found once."""
        if self._found is None:
            walk = _Walk()
            count = pdfium.FPDFPage_CountObjects(self._page.raw)
            for index in range(min(count, OBJECTS + 1)):
                walk.take(pdfium.FPDFPage_GetObject(self._page.raw, index), self._shown, 0)
            self._found = Rules(tuple(walk.across), tuple(walk.down)), walk.objects, walk.pixels
        return self._found


class _Walk:
    """Goes through the objects of a page, those of drawings within it included."""

    def __init__(self) -> None:
        self.across: list[Rule] = []
        self.down: list[Rule] = []
        self.objects = 0
        self.pixels = 0
        self._corners = 0

    def take(self, thing: Any, outer: _Matrix, depth: int) -> None:
        self.objects += 1
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(thing, _matrix_of(thing, outer))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            wide, high = ctypes.c_uint(), ctypes.c_uint()
            if pdfium.FPDFImageObj_GetImagePixelSize(thing, wide, high):
                self.pixels += wide.value * high.value
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            inner = _matrix_of(thing, outer)
            for index in range(pdfium.FPDFFormObj_CountObjects(thing)):
                if self.objects > OBJECTS:
                    return
                self.take(pdfium.FPDFFormObj_GetObject(thing, index), inner, depth + 1)

    def _path(self, path: Any, matrix: _Matrix) -> None:
        first = last = (0.0, 0.0)
        for index in range(pdfium.FPDFPath_CountSegments(path)):
            self._corners += 1
            if self._corners > CORNERS:
                return
            segment = pdfium.FPDFPath_GetPathSegment(path, index)
            x, y = ctypes.c_float(), ctypes.c_float()
            if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                continue
            place = _moved(matrix, x.value, y.value)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                first = place
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                self._line(last, place)
            last = place
            if pdfium.FPDFPathSegment_GetClose(segment):
                self._line(last, first)

    def _line(self, begin: _Place, end: _Place) -> None:
        wide, high = abs(end[0] - begin[0]), abs(end[1] - begin[1])
        if high <= _STRAIGHT and wide >= SHORTEST:
            self.across.append(Rule((begin[1] + end[1]) / 2, *sorted((begin[0], end[0]))))
        elif wide <= _STRAIGHT and high >= SHORTEST:
            self.down.append(Rule((begin[0] + end[0]) / 2, *sorted((begin[1], end[1]))))


@dataclass(frozen=True, slots=True)
class Ink:
    """A page drawn small: a byte for each pixel, 1 where it is dark, and how many pixels a point has.

    `slope` is by how much each line falls on its way to the right, where a crooked scan was straightened.
    """

    lines: tuple[bytes, ...]
    scale: float
    slope: float = 0.0

    def straightened(self) -> "Ink":
        """The same page with its lines straight, if they agree on a slope."""
        slope = self._slope()
        if not slope:
            return self
        wide, high = len(self.lines[0]), len(self.lines)
        blank = bytes(wide)
        step = max(1, round(0.5 / abs(slope)))  # half a pixel of error
        level = [
            b"".join(
                (self.lines[row] if 0 <= row < high else blank)[x : x + step]
                for x in range(0, wide, step)
                for row in [round(y + slope * (x + step / 2))]
            )
            for y in range(high)
        ]
        shifts = [round(slope * y) for y in range(high)]
        upright = tuple(_shifted(line, by) for line, by in zip(level, shifts, strict=True))
        return Ink(upright, self.scale, slope)

    def crooked(self, area: Area) -> Area:
        """Where a part of the straightened page lies on the page as it is."""
        down = self.slope * (area.left + area.right) / 2
        left = -self.slope * ((area.top + area.bottom) / 2 + down)
        return Area(area.left + left, area.top + down, area.right + left, area.bottom + down)

    def _slope(self) -> float:
        """By how much the lines across fall on their way to the right: what most of their pieces agree on."""
        step = len(self.lines[0]) // _STRIPS
        pieces = [
            (y, x + step / 2)
            for x in range(0, step * _STRIPS, step)
            for y, line in enumerate(self.lines)
            if line.count(1, x, x + step) >= _PIECE * step
        ]
        if not pieces or len(pieces) > len(self.lines):
            return 0.0

        def agreement(slope: float) -> int:
            met = Counter(round((y - slope * x) / 2) for y, x in pieces)
            return sum(count**3 for count in met.values())

        slopes = (sign * number * _FINEST for number in range(1, _STEEPEST + 1) for sign in (1, -1))
        steepest = max(slopes, key=agreement)
        return steepest if agreement(steepest) > agreement(0.0) else 0.0

    def rules(self) -> Rules:
        """The dark lines straight across and down."""
        wide, least = len(self.lines[0]), round(SHORTEST * self.scale)
        whole = b"".join(self.lines)
        columns = [whole[x::wide] for x in range(wide)]
        across = self._runs(self.lines, max(least, wide // 6))
        return Rules(tuple(across), tuple(self._runs(columns, least)))

    def bands(self) -> tuple[tuple[float, float], ...]:
        """(top, bottom) of each stretch of lines with ink, between stretches without any."""
        marks = bytes(int(1 in line) for line in self.lines)
        return tuple((run.start() / self.scale, run.end() / self.scale) for run in re.finditer(b"\1+", marks))

    def _runs(self, lines: "tuple[bytes, ...] | list[bytes]", least: int) -> Iterator[Rule]:
        numbers = [int.from_bytes(line, "big") for line in lines]
        run, size = re.compile(b"\1{%d,}" % least), len(lines[0])
        for index in range(1, len(numbers) - 1):
            three = numbers[index - 1] | numbers[index] | numbers[index + 1]
            if three:
                at = (index + 0.5) / self.scale
                for match in run.finditer(three.to_bytes(size, "big")):
                    yield Rule(at, match.start() / self.scale, match.end() / self.scale)


def _shifted(line: bytes, by: int) -> bytes:
    """A line of pixels moved so many to the right."""
    if by >= 0:
        return (bytes(by) + line)[: len(line)]
    return line[-by:] + bytes(min(-by, len(line)))


def _matrix_of(thing: Any, outer: _Matrix) -> _Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(thing, matrix):
        return outer
    a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(matrix: _Matrix, x: float, y: float) -> _Place:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _words(letters: Iterator[tuple[str, Area]]) -> Iterator[Word]:
    text, area = "", Area(0.0, 0.0, 0.0, 0.0)
    for letter, box in letters:
        if letter in _SPACE or not letter.isprintable():
            if text:
                yield Word(text, area)
            text = ""
        elif text and _goes_on(area, box):
            text += letter
            area = Area(
                min(area.left, box.left),
                min(area.top, box.top),
                max(area.right, box.right),
                max(area.bottom, box.bottom),
            )
        else:
            if text:
                yield Word(text, area)
            text, area = letter, box
    if text:
        yield Word(text, area)


def _goes_on(word: Area, letter: Area) -> bool:
    """Whether a letter belongs to the word before it: on its line, and not far off."""
    high = max(word.bottom - word.top, letter.bottom - letter.top, 2.0)
    middle = (letter.top + letter.bottom) / 2
    beside = word.top - high / 2 <= middle <= word.bottom + high / 2
    return beside and -high <= letter.left - word.right <= 0.6 * high


def _png(width: int, height: int, lines: bytes) -> bytes:
    """A PNG of 8-bit RGB (ISO/IEC 15948, section 11): each line begins with its filter, 0."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 3)), (b"IEND", b""))
    written = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
