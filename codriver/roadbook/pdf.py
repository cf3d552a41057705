"""A roadbook printed into a PDF: cut into boxes, each a picture, with its distance where the page says it in letters.

Boxes are found between ruled lines, those of the file or those seen in the drawn page, else between stretches of blank
paper; their order is the one in which the distances rise. Scanned pages have no letters: their boxes keep their order,
are not `measured`, and wait for the crew. Nothing is recognised in pictures, and nothing is guessed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from codriver.roadbook import pdf_grid as grid
from codriver.roadbook.figures import lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, NAME, NOTES
from codriver.roadbook.model import Crop, Note, Roadbook, RoadbookError
from codriver.roadbook.pdf_distances import Figure, Printed, Reading, distance, reading
from codriver.roadbook.pdf_grid import Row, Strip
from codriver.roadbook.pdf_pages import PAGES, Area, HeavyError, Ink, Page, Pages, Word, opened
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, known, mark, settle

_SIGNATURE: Final = b"%PDF-"
_HEAD: Final = 1024  # the signature may stand behind so much else (ISO 32000, annex H of its first edition)
_LEFT: Final = 0.35  # of a box: its distance stands within, where no lines part its cells
_NARROW: Final = 0.27  # of a box: a cell beside the first distance that may hold the other one
_ALIGNED: Final = 30.0  # points: distances that begin so near to each other stand under each other
_TALL: Final = 0.85  # of the tallest distance: smaller ones are partials
_APART: Final = 6.0  # points of blank paper: words further off from a box than that are not part of it
_WHOLE: Final = 0.5  # of a page: a single box larger than that is only a frame
_LOW: Final = 0.6  # of the usual height: a row as low as that without a distance is a heading
_COUNTING: Final = 0.7  # of the steps from number to number
_EDGE: Final = 1.0  # points: half of a ruled line, which is no part of the picture

_UNIT: Final = re.compile(
    r"(?<![a-z])(?:kms?|kilom[eè]tres?|kilometers?|kilómetros?|kilometros?|mi|miles?|milles?|millas?)(?![\w/])"
)
_CAP: Final = re.compile(r"(?:\b(?:CAP|Cap|cap|C)\s?:?\s?(\d{1,3})(?:\s?°|\b)|(?<![\d.,])(\d{1,3})\s?°)")
_NUMBER: Final = re.compile(r"\d{1,4}", re.ASCII)
_DANGER: Final = re.compile(r"!{1,3}")
_CODE: Final = re.compile(r"(WP[A-Z]|DZ|FZ|DSS|ASS|DN|FN|DT|FT|CP)(\d{0,3})")
_LIMIT: Final = re.compile(r"(\d{1,3})\s?(?:km/?h|kph|mph)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box as found: its page, its strip on it, its place, its words, and the part of it that holds the distance."""

    page: int
    strip: int
    row: Row
    words: tuple[Word, ...]
    measured_by: Area

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(_figures(self.words, self.measured_by))

    @property
    def height(self) -> float:
        return self.row.area.bottom - self.row.area.top


def mine(data: bytes) -> bool:
    """Whether these bytes are a PDF."""
    return _SIGNATURE in data[:_HEAD]


def read(data: bytes, name: str, *, draw: bool = False) -> tuple[Roadbook, Findings]:
    """The book in this PDF. RoadbookError where it is locked or damaged, or no page can be read.

    With `draw` each page is drawn once, also where that is not needed, to see that it can be done.
    """
    findings = Findings()
    with opened(data, name) as pages:
        said: Counter[str] = Counter()
        boxes = _real(list(_found(pages, said, findings, draw=draw)), findings)
        units = _units(said, findings) if any(box.figures for box in boxes) else METRIC
    if not boxes:
        raise RoadbookError(f"{name} is a PDF in which no page can be read. Print it as a PDF again, or copy it again.")
    found = reading([Printed(box.page, box.strip, box.row.area.top, box.figures) for box in boxes])
    _tell(found, findings)
    notes = _notes([boxes[index] for index in found.order], found, units, findings)
    return Roadbook(name, "PDF", units.name, tuple(notes)), findings


def _found(pages: Pages, said: Counter[str], findings: Findings, *, draw: bool) -> Iterator[_Box]:
    """The boxes of all pages, strip by strip from the left, each strip from the top; `said` counts names of units."""
    if pages.count > PAGES:
        findings.doubt(f"The PDF has more than {PAGES} pages: the rest were left out.", "Cut it into stages.")
    count = 0
    for number in range(1, min(pages.count, PAGES) + 1):
        try:
            with pages.page(number) as page:
                boxes = list(_on(page, number, said, findings, draw=draw))
        except HeavyError as error:
            findings.doubt(f"Page {number} was left out. {error}", "Look at the printed book for it.")
            continue
        count += len(boxes)
        if count > NOTES:
            findings.doubt(f"The PDF has more than {NOTES} boxes: the rest were left out.", "Cut it into stages.")
            return
        yield from boxes


def _on(page: Page, number: int, said: Counter[str], findings: Findings, *, draw: bool) -> Iterator[_Box]:
    words = page.words()
    said.update(name for word in words for name in _UNIT.findall(word.text.lower()))
    strips = grid.ruled(page.rules(), page.area)
    if not _convincing(strips, page.area):
        strips = _seen(page, words, findings) or strips
    elif draw:
        with suppress(HeavyError):
            page.ink()
    strips = tuple(_open_ends(strip, words, page.area) for strip in strips)
    if not strips:
        findings.doubt(
            f"No boxes can be made out on page {number}.", "The page is kept as one box: cut it by hand at the desk."
        )
        strips = ((Row(page.area, (page.area,)),),)
    for place, strip in enumerate(strips):
        inside = [[word for word in words if row.area.holds(*word.middle)] for row in strip]
        for row, own in zip(strip, inside, strict=True):
            yield _Box(number, place, row, tuple(own), _measured_by(row, own))


def _convincing(strips: Sequence[Strip], page: Area) -> bool:
    rows = [row for strip in strips for row in strip]
    return len(rows) > 1 or any(_size(row.area) < _WHOLE * _size(page) for row in rows)


def _open_ends(strip: Strip, words: Sequence[Word], page: Area) -> Strip:
    """The strip with its first and last box, where lines part the boxes only and none closes it."""
    if any(len(row.cells) > 1 for row in strip):
        return strip
    high = median(row.area.bottom - row.area.top for row in strip)
    first, last = strip[0].area, strip[-1].area
    above = first._replace(top=max(0.0, first.top - high), bottom=first.top)
    below = last._replace(top=last.bottom, bottom=min(page.bottom, last.bottom + high))
    ends = [Row(area, (area,)) if any(_figures(words, _start(area))) else None for area in (above, below)]
    return (*filter(None, ends[:1]), *strip, *filter(None, ends[1:]))


def _start(area: Area) -> Area:
    """The part of a box in which a distance is sought, where no lines part its cells."""
    return area._replace(right=area.left + _LEFT * (area.right - area.left))


def _seen(page: Page, words: Sequence[Word], findings: Findings) -> tuple[Strip, ...]:
    """The strips that can be seen only: between lines of a scan, or between stretches of blank paper."""
    try:
        ink = page.ink().straightened()
    except HeavyError as error:
        findings.doubt(f"A page cannot be drawn. {error}", "Its boxes may be missing.")
        return ()
    strips = grid.ruled(ink.rules(), page.area)
    if _convincing(strips, page.area):
        return tuple(tuple(grid.moved(row, ink.crooked) for row in strip) for strip in strips)
    return _spaced(ink, words, page.area)


def _spaced(ink: Ink, words: Sequence[Word], page: Area) -> tuple[Strip, ...]:
    """The one strip whose boxes each begin with a distance, and have blank paper between them."""
    distances = [word for word in words if distance(word.text) is not None]
    edge = min((word.area.left for word in distances), default=0.0)
    aligned = [word for word in distances if word.area.left <= edge + _ALIGNED]
    tallest = max((_height(word) for word in aligned), default=0.0)
    first = [word.middle[1] for word in aligned if _height(word) >= _TALL * tallest]
    bands: list[tuple[float, float, bool]] = []
    for top, bottom in ink.bands():
        own = any(top <= at <= bottom for at in first)
        near = bool(bands) and top - bands[-1][1] < _APART
        if near and not (own and bands[-1][2]):
            bands[-1] = (bands[-1][0], bottom, own or bands[-1][2])
        else:
            bands.append((top, bottom, own))
    rows = [Area(0.0, max(0.0, top - 1.0), page.right, bottom + 1.0) for top, bottom, own in bands if own]
    return (tuple(Row(row, (row,)) for row in rows),) if rows else ()


def _size(area: Area) -> float:
    return (area.right - area.left) * (area.bottom - area.top)


def _measured_by(row: Row, words: Sequence[Word]) -> Area:
    """The part of a box that holds its distances: the first cell with one, and a narrow one with one beside it."""
    area = row.area
    wide = area.right - area.left
    if len(row.cells) == 1:
        return _start(area)
    for index, cell in enumerate(row.cells[:-1]):
        if any(_figures(words, cell)):
            beside = row.cells[index + 1]
            both = beside.right - beside.left < _NARROW * wide and any(_figures(words, beside))
            return cell._replace(right=beside.right if both else cell.right)
    return row.cells[0]


def _figures(words: Iterable[Word], area: Area) -> Iterator[Figure]:
    own = [(word, value) for word in words if area.holds(*word.middle) and (value := distance(word.text)) is not None]
    for word, value in sorted(own, key=lambda one: (round(one[0].middle[1] / 4), one[0].area.left)):
        yield Figure(value, _height(word))


def _height(word: Word) -> float:
    return word.area.bottom - word.area.top


def _units(said: Counter[str], findings: Findings) -> Units:
    """What the pages call their distances; kilometres, doubted, where nothing is said or both are."""
    kilometres = sum(count for name, count in said.items() if name[0] == "k")
    miles = said.total() - kilometres
    if miles > 2 * kilometres:
        return STATUTE
    if kilometres <= 2 * miles:
        findings.doubt("No page says in which unit distances are.", "They are read as kilometres: check one.")
    return METRIC


def _real(boxes: list[_Box], findings: Findings) -> list[_Box]:
    """The boxes without headings, empty rows and pages that hold something else, as far as distances tell them."""
    measured = [box for box in boxes if box.figures]
    usual = median(box.height for box in measured or boxes) if boxes else 0.0
    if len(measured) * 3 < len(boxes):
        return _even(boxes, _LOW * usual, findings)
    pages = {box.page for box in measured}
    others = sorted({box.page for box in boxes} - pages)
    if others:
        what = f"Pages without any distance were left out: {_listed(others)}."
        findings.doubt(what, "If boxes of the stage stand on them, use the printed book there.")
    kept = []
    for box in boxes:
        if box.figures or (box.page in pages and box.height >= _LOW * usual and box.words):
            kept.append(box)
        elif box.page in pages:
            findings.ignore("row without a distance")
    return kept


def _even(boxes: Sequence[_Box], least: float, findings: Findings) -> list[_Box]:
    """The boxes of a book without distances: all but low rows; a page with an odd number of them is doubted."""
    kept = [box for box in boxes if box.height >= least or box.figures]
    for _ in range(len(boxes) - len(kept)):
        findings.ignore("low row")
    pages = Counter(box.page for box in kept)
    usual = Counter(pages.values()).most_common(1)[0][0]
    odd = [page for page, count in sorted(pages.items()) if count != usual and page != max(pages)]
    if odd:
        what = f"Most pages have {usual} boxes, but not {'page' if len(odd) == 1 else 'pages'} {_listed(odd)}."
        findings.doubt(what, "Count the boxes there: one may be missing, or be two.")
    return kept


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:8]))}{' and more' if len(numbers) > 8 else ''}"


def _tell(found: Reading, findings: Findings) -> None:
    """Say on what the reading rests, where that is not plain."""
    if found.summed:
        what = "Only one figure stands in each box, and they do not rise: they are taken as partials and added up."
        findings.doubt(what, "Compare the total of the last box with the printed book.")
    elif all(total is None for total in found.totals):
        what = "No box says its distance in letters: the pages are pictures."
        advice = "The book is turned by hand and calls nothing: type its distances into a table to have it called."
        findings.doubt(what, advice)
        what = "The boxes are taken from the top of each page to its bottom."
        findings.doubt(what, "If this book is read upwards, ask for another copy of it.")
    elif not found.sure and len(found.totals) > 1:
        findings.doubt("The distances do not rise from box to box.", "Compare the order with the printed book.")


def _notes(boxes: Sequence[_Box], found: Reading, units: Units, findings: Findings) -> Iterator[Note]:
    names = _names(boxes)
    last = 0.0
    for number, (box, total, name) in enumerate(zip(boxes, found.totals, names, strict=True), start=1):
        note = Note(number, last, name=name, measured=False)
        if total is not None and total * units.distance <= LONGEST:
            last = total * units.distance
            note = replace(note, total=last, measured=True)
        elif found.sure or found.summed:
            findings.doubt("The box says no distance in letters.", "Enter its total from the picture.", number)
        yield _filled(note, box, units, findings)


def _names(boxes: Sequence[_Box]) -> list[str]:
    """The number printed in each box, where most boxes have one that counts on from box to box; else nothing."""
    printed = [set(_whole(box)) for box in boxes]
    starts = Counter(number - place for place, numbers in enumerate(printed) for number in numbers)
    start, count = starts.most_common(1)[0] if starts else (0, 0)
    if len(boxes) < 2 or count < _COUNTING * len(boxes):
        return [""] * len(boxes)
    return [str(start + place) if start + place in numbers else "" for place, numbers in enumerate(printed)]


def _whole(box: _Box) -> Iterator[int]:
    """The whole numbers in the distance's part of a box, or left of it."""
    left = box.row.area._replace(right=box.measured_by.right)
    for word in box.words:
        if left.holds(*word.middle) and _NUMBER.fullmatch(word.text):
            yield int(word.text)


def _filled(note: Note, box: _Box, units: Units, findings: Findings) -> Note:
    """`note` with its pictures, its words, and what stands in them in the signs of the sport."""
    tulip, drawing = _pictures(box, with_distance=not note.measured)
    area = drawing or Area(box.measured_by.right, *box.row.area[1:])
    text = _text([word for word in box.words if area.holds(*word.middle)])
    note = replace(note, words=lines(text), name=note.name[:NAME], tulip=_crop(box.page, tulip))
    if drawing:
        note = replace(note, drawing=_crop(box.page, drawing))
    for word in box.words:
        if _DANGER.fullmatch(word.text):
            note = replace(note, danger=max(note.danger, len(word.text)))
    caps = {first or second for first, second in _CAP.findall(text)}
    if len(caps) == 1:
        note = mark(note, Tag("cap", caps.pop()), units, findings)
    return settle(_tagged(note, text.split(), units, findings), findings)


def _tagged(note: Note, words: Sequence[str], units: Units, findings: Findings) -> Note:
    for word, following in pairwise((*words, "")):
        match = _CODE.fullmatch(word)
        if match is None or not known(match[1].lower()):
            continue
        limit = match[2] or (following if _LIMIT.fullmatch(following) else "")
        note = mark(note, Tag(match[1].lower(), limit if match[1] == "DZ" else ""), units, findings)
        what = "Waypoints and zones were read from the words in the boxes."
        findings.doubt(what, "Compare them with the printed book.")
    return note


def _pictures(box: _Box, *, with_distance: bool) -> tuple[Area, Area | None]:
    """(the tulip's part of a box, the notes' if it has one): the two widest cells beside the distance.

    Where the distance is only to be seen, it is part of the tulip's picture: who is to enter it must be able to.
    """
    whole, begin = box.row.area, box.measured_by.right
    cells = [cell for cell in box.row.cells if cell.left >= begin - 1.0]
    if len(box.row.cells) < 3 or not cells:
        parted = len(box.row.cells) > 1 and not with_distance
        return (whole._replace(left=begin) if parted else whole), None
    widest = sorted(sorted(cells, key=lambda cell: cell.left - cell.right)[:2])
    tulip = widest[0]._replace(left=whole.left) if with_distance else widest[0]
    return tulip, widest[1] if len(widest) > 1 else None


def _crop(page: int, area: Area) -> Crop:
    """The area within its ruled edges."""
    left, top, right, bottom = area
    return Crop(page, *(round(side, 1) for side in (left + _EDGE, top + _EDGE, right - _EDGE, bottom - _EDGE)))


def _text(words: Sequence[Word]) -> str:
    """Words as lines of text, from the top and from the left."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.middle[1]):
        if rows and word.middle[1] - rows[-1][0].middle[1] < 0.6 * max(4.0, word.area.bottom - word.area.top):
            rows[-1].append(word)
        else:
            rows.append([word])
    return "\n".join(" ".join(word.text for word in sorted(row, key=lambda word: word.area.left)) for row in rows)
