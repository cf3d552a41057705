"""One box on paper: distance, tulip and notes, in black on white, for a shaking car and a bad printer.

Points; the page's origin is its lower left corner. What stands in a box is decided here, its colours nowhere: nothing
may hang on them.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from reportlab.lib.utils import ImageReader

from codriver.cockpit import figures
from codriver.cockpit.figures import Units
from codriver.cockpit.rows import EVENT_POINTS, badges
from codriver.cockpit.screen import Drawn
from codriver.print.drawings import drawing
from codriver.print.letters import BOLD, LINE, PLAIN, Fitted, fit, known, line_size, width
from codriver.roadbook import symbols
from codriver.roadbook.model import Crop, Note, Waypoint
from codriver.roadbook.turns import Turn
from codriver.units import Metres

NEAR: Final[Metres] = 300.0  # the next box is so near that both must be read at once (FIA books mark it)

_PAD: Final = 4.0
_SHADE: Final = 0.86  # of white: what is still white after a bad copy is darker than that, and letters stay clear on it
_THICK: Final = 1.1
_THIN: Final = 0.5
_CROSS: Final = 2.0
_ZONE: Final = 14.0  # the width of the bar along a speed zone
_DANGER: Final = 24.0
_LOOSE: Final = 3.0  # between exclamation marks, lest three look like two
_CAP: Final = 20.0
_BADGE: Final = 13.0
_WORDS: Final = (15.0, 7.5)


class Place(NamedTuple):
    """A rectangle on the paper."""

    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Printed:
    """What is to be printed in a box besides its note: how it stands to its neighbours, and in which zone."""

    note: Note
    partial: Metres | None
    following: Metres | None
    turn: Turn | None
    limit: str | None = None

    @property
    def near(self) -> bool:
        """Whether the next box comes so soon that both are read at once."""
        return self.following is not None and 0.0 <= self.following < NEAR


class Pen:
    """Draws boxes on the pages of one book, whose file's bytes are `data`."""

    def __init__(self, canvas: Any, data: bytes | None, measure: Units, units: str) -> None:
        self._canvas = canvas
        self._data = data
        self._measure = measure
        self._units = units

    def box(self, place: Place, printed: Printed) -> None:
        """The whole box: three cells, and the bar of the zone that it lies in."""
        left, bottom, wide, high = place
        distance = Place(left, bottom, 0.215 * wide, high)
        tulip = Place(left + distance.width, bottom, 0.365 * wide, high)
        notes = Place(tulip.left + tulip.width, bottom, 0.42 * wide - _ZONE, high)
        self._distance(distance, printed)
        self._tulip(tulip, printed)
        self._notes(notes, printed)
        if printed.limit is not None:
            self._zone(Place(notes.left + notes.width, bottom, _ZONE, high), printed.limit)
        self._lines(place, (distance, tulip, notes))
        if printed.note.cancelled:
            self._struck(place)

    def _struck(self, place: Place) -> None:
        """A cross through the box that a bulletin has cancelled."""
        left, bottom, wide, high = place
        self._canvas.setLineWidth(_CROSS)
        self._canvas.line(left, bottom, left + wide, bottom + high)
        self._canvas.line(left, bottom + high, left + wide, bottom)

    def _lines(self, place: Place, cells: tuple[Place, ...]) -> None:
        self._canvas.setLineWidth(_THICK)
        self._canvas.rect(*place)
        for cell in cells[1:]:
            self._canvas.line(cell.left, cell.bottom, cell.left, cell.bottom + cell.height)

    def _distance(self, cell: Place, printed: Printed) -> None:
        """The total, as large as can be; below it the partial, the box's number, and how soon the next one comes."""
        canvas, note = self._canvas, printed.note
        if printed.near:
            canvas.setFillGray(_SHADE)
            canvas.rect(*cell, stroke=0, fill=1)
            canvas.setFillGray(0)
        top, inner = cell.bottom + cell.height, cell.width - 2 * _PAD
        total = figures.printed(note.total, self._measure) if note.measured else ""
        size = line_size(total, BOLD, 32.0, inner)
        if total:
            self._text(total, cell.left + cell.width / 2, top - 0.95 * size, BOLD, size, middle=True)
        else:
            canvas.setLineWidth(_THIN)  # room for a pen
            canvas.line(cell.left + _PAD, top - 30.0, cell.left + cell.width - _PAD, top - 30.0)
        if printed.partial is not None:
            partial = figures.printed(printed.partial, self._measure)
            self._framed(partial, cell.left + cell.width - _PAD, cell.bottom + 0.4 * cell.height, 17.0)
        number = note.name if 0 < len(note.name) <= 4 else note.numbered
        self._text(known(number, PLAIN), cell.left + _PAD, cell.bottom + _PAD + 1.0, PLAIN, 12.0)
        if printed.near:
            self._soon(cell, printed.following or 0.0)

    def _framed(self, text: str, right: float, bottom: float, size: float) -> None:
        """A figure in a frame, as books print the partial."""
        wide = width(text, BOLD, size) + 8.0
        self._canvas.setLineWidth(_THIN)
        self._canvas.setFillGray(1)
        self._canvas.rect(right - wide, bottom - 5.0, wide, size + 5.0, fill=1)
        self._canvas.setFillGray(0)
        self._text(text, right - wide + 4.0, bottom, BOLD, size)

    def _soon(self, cell: Place, gap: Metres) -> None:
        """An arrow towards the next box, and how far that is."""
        right, bottom = cell.left + cell.width - _PAD, cell.bottom + _PAD
        path = self._canvas.beginPath()
        path.moveTo(right - 18.0, bottom + 13.0)
        path.lineTo(right, bottom + 13.0)
        path.lineTo(right - 9.0, bottom)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)
        text = f"{gap:.0f} m" if self._measure.short else figures.printed(gap, self._measure)
        self._text(text, right - 21.0 - width(text, BOLD, 13.0), bottom + 2.0, BOLD, 13.0)

    def _tulip(self, cell: Place, printed: Printed) -> None:
        what = printed.note.tulip or (printed.turn if printed.turn and printed.turn.exit is not None else None)
        if what is not None:
            self._picture(_inside(cell), what)

    def _picture(self, place: Place, what: Drawn) -> None:
        """A picture in the middle of its place, as large as it goes; or the sentence why there is none."""
        if min(place.width, place.height) < 1.0:
            return
        image = drawing(self._data, what, place.width, place.height)
        if isinstance(image, str):
            self._lines_of(fit(image, PLAIN, place.width, place.height, 8.0, 6.0), PLAIN, place)
            return
        scale = min(place.width / image.width, place.height / image.height)
        wide, high = image.width * scale, image.height * scale
        at = place.left + (place.width - wide) / 2, place.bottom + (place.height - high) / 2
        self._canvas.drawImage(ImageReader(image), *at, wide, high)

    def _notes(self, cell: Place, printed: Printed) -> None:
        """From the top: danger and cap, then points, zones and events, then words and the book's own drawing."""
        note, inner = printed.note, _inside(cell)
        rest = self._heading(inner, note)
        rest = self._badges(rest, note)
        # A piece of a page holds the words that were read from it.
        words = "" if note.words == note.name or isinstance(note.drawing, Crop) else note.words
        beside = note.drawing or (symbols.of(note.words) if note.measured else None)
        if beside is None:
            self._words(rest, words)
        elif not words:
            self._picture(rest, beside)
        elif rest.width > 2.2 * rest.height:
            half = rest._replace(width=rest.width / 2 - _PAD)
            self._words(half, words)
            self._picture(half._replace(left=rest.left + rest.width / 2), beside)
        else:
            used = self._words(rest._replace(bottom=rest.bottom + rest.height / 2, height=rest.height / 2), words)
            self._picture(rest._replace(height=rest.height - used - _PAD), beside)

    def _heading(self, place: Place, note: Note) -> Place:
        """Danger on the left and cap on the right; what is left of the place below them."""
        if not note.danger and note.cap is None:
            return place
        top = place.bottom + place.height
        if note.danger:
            self._danger(place.left, top, note.danger)
        if note.cap is not None:
            text = f"C {figures.heading(note.cap)}°"
            self._text(text, place.left + place.width - width(text, BOLD, _CAP), top - 0.85 * _CAP, BOLD, _CAP)
        return _below(place, _DANGER + 2.0 if note.danger else _CAP + 1.0)

    def _danger(self, left: float, top: float, level: int) -> None:
        """`!` and `!!` in a frame, thicker for two; `!!!` white on black."""
        text, canvas = "!" * level, self._canvas
        wide = width(text, BOLD, _DANGER) + (level - 1) * _LOOSE + 11.0
        canvas.setLineWidth(level)
        canvas.rect(left + 1.0, top - _DANGER + 1.0, wide, _DANGER - 2.0, fill=level > 2)
        canvas.setFillGray(1 if level > 2 else 0)
        canvas.setFont(BOLD, _DANGER)
        canvas.drawString(left + 6.5, top - 0.86 * _DANGER, text, charSpace=_LOOSE)
        canvas.setFillGray(0)

    def _badges(self, place: Place, note: Note) -> Place:
        told = [known(text, BOLD) for text in _told(note, self._measure, self._units)]
        if not told:
            return place
        found = fit("   ".join(told), BOLD, place.width, place.height / 2, _BADGE, 8.0)
        self._lines_of(found, BOLD, place)
        return _below(place, found.height + 1.0)

    def _words(self, place: Place, words: str) -> float:
        """The words from the top of their place, and how high they are."""
        found = fit(words, PLAIN, place.width, place.height, *_WORDS)
        self._lines_of(found, PLAIN, place)
        return found.height

    def _zone(self, bar: Place, limit: str) -> None:
        """The bar along all boxes between the beginning and the end of a zone, with its limit."""
        canvas = self._canvas
        canvas.rect(*bar, stroke=0, fill=1)
        canvas.setFillGray(1)
        canvas.saveState()
        canvas.translate(bar.left + bar.width / 2 + 4.0, bar.bottom + bar.height / 2)
        canvas.rotate(90)
        self._text(known(limit, BOLD), 0.0, 0.0, BOLD, 12.0, middle=True)
        canvas.restoreState()
        canvas.setFillGray(0)

    def _lines_of(self, found: Fitted, font: str, place: Place) -> None:
        top = place.bottom + place.height
        for index, line in enumerate(found.lines):
            self._text(line, place.left, top - (index + 0.8) * found.size * LINE, font, found.size)

    def _text(self, text: str, x: float, y: float, font: str, size: float, *, middle: bool = False) -> None:
        self._canvas.setFont(font, size)
        (self._canvas.drawCentredString if middle else self._canvas.drawString)(x, y, text)


def _told(note: Note, measure: Units, units: str) -> list[str]:
    """What there is at this box besides the way, its waypoint with both radii as books print them: `WPM 800-90 m`."""
    told = list(badges(replace(note, waypoint=None), units))
    if note.moved_from is not None:
        told.insert(1, f"WAS {figures.printed(note.moved_from, measure)}")
    if note.waypoint is not None:
        point = _point(note.waypoint, measure)
        told.insert(0 if note.waypoint.type not in EVENT_POINTS else len(told), point)
    return [text for text in told if text]


def _point(point: Waypoint, measure: Units) -> str:
    name = "" if point.type in EVENT_POINTS else f"{point.type} {point.name}".strip()
    radii = [f"{radius / measure.radius:.0f}" for radius in (point.open, point.clear) if radius is not None]
    return f"{name} {'-'.join(radii)} {measure.radius_name}".strip() if radii else name


def _inside(cell: Place) -> Place:
    return Place(cell.left + _PAD, cell.bottom + _PAD, cell.width - 2 * _PAD, cell.height - 2 * _PAD)


def _below(place: Place, used: float) -> Place:
    return place._replace(height=max(0.0, place.height - used))
