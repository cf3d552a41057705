"""The hand that draws: words, figures, lamps, danger marks and pictures, each within its box and never beyond.

Every box is filled with its ground first, so that what stood there before does not matter. Draws on any surface of
32 bits, with a display or without.
"""

from math import ceil
from typing import Final, Literal, Protocol, TypeAlias

import pygame
from pygame import Rect

from codriver.cockpit.faces import Faces, rows
from codriver.cockpit.layout import UNITS
from codriver.cockpit.screen import Drawn, Level, Reading
from codriver.cockpit.theme import Colour, Pair, Theme

Align: TypeAlias = Literal["left", "centre", "right"]

LEGIBLE: Final = 15  # units: the smallest letters a crew must be able to read
UNKNOWN: Final = "--"


class Pictures(Protocol):
    """Where pictures come from: an opaque one that fits and suits the theme, or a short sentence why there is none."""

    def picture(self, what: Drawn, size: tuple[int, int], night: bool) -> pygame.Surface | str:
        """The picture in at most this size."""


class Brush:
    """A surface with the letters, colours and pictures to draw on it. One unit is the 480th part of its height."""

    def __init__(self, surface: pygame.Surface, faces: Faces, theme: Theme, pictures: Pictures, *, night: bool) -> None:
        self.surface = surface
        self.faces = faces
        self.theme = theme
        self._pictures = pictures
        self._night = night
        self._unit = surface.get_height() / UNITS

    def px(self, units: float) -> int:
        """Units as pixels, one at least."""
        return max(1, round(units * self._unit))

    def units(self, pixels: float) -> float:
        """Pixels as units."""
        return pixels / self._unit

    def line(self) -> int:
        """The height of a line of the smallest letters that can be read."""
        return self.faces.line(self.px(LEGIBLE)) + self.px(1)

    def lines(self, text: str, width: int) -> int:
        """How many lines of the smallest letters a text needs."""
        return len(self.faces.fit(text, width, 99 * self.line(), self.px(LEGIBLE), self.px(LEGIBLE)).lines)

    def fill(self, box: Rect, colour: Colour) -> None:
        """Paint the box in one colour."""
        self.surface.fill(colour, box)

    def put(self, drawn: pygame.Surface, box: Rect, align: Align = "centre") -> None:
        """Copy something that fits into the box, halfway up."""
        width, height = drawn.get_size()
        left = {"left": 0, "centre": (box.width - width) // 2, "right": box.width - width}[align]
        self.surface.blit(drawn, (box.left + left, box.top + (box.height - height) // 2))

    def words(
        self,
        box: Rect,
        text: str,
        pair: Pair,
        *,
        biggest: float = 200,
        smallest: float = LEGIBLE,
        align: Align = "left",
        bold: bool = True,
    ) -> None:
        """A text as big as its box allows: smaller, then wrapped, then cut with an ellipsis. Sizes are units."""
        fitted = self.faces.fit(text, box.width, box.height, self.px(biggest), self.px(smallest), bold)
        if not fitted.lines:
            return
        height = self.faces.line(fitted.size, bold)
        top = box.top + (box.height - height * len(fitted.lines)) // 2
        for n, line in enumerate(fitted.lines):
            drawn = self.faces.text(line, fitted.size, pair, bold=bold)
            self.put(drawn, Rect(box.left, top + n * height, box.width, height), align)

    def label(self, box: Rect, text: str, pair: Pair, *, align: Align = "left", units: float = LEGIBLE) -> None:
        """A text of one size, smaller only where it must be."""
        self.words(box, text, pair, biggest=units, smallest=units * 0.8, align=align)

    def figure(self, box: Rect, reading: Reading, pair: Pair, template: str, align: Align = "right") -> None:
        """A reading's digits, as big as the template would be, smaller only if there are more of them.

        Digit by digit in cells of one width, so that nothing moves but what changes. A stale one is struck through, an
        estimated one stands on a dashed line.
        """
        text = reading.text or UNKNOWN
        size = min(self._figure_size(shaped, box) for shaped in {template, shape(text)})
        widths = self.faces.cells(text, size)
        high = self.faces.figure_height(size, rows(text))
        left = box.left + {"left": 0, "centre": (box.width - sum(widths)) // 2, "right": box.width - sum(widths)}[align]
        top = box.top + (box.height - high) // 2
        for letter, width in zip(text, widths, strict=True):
            self.put(self.faces.glyph(letter, size, pair, rows(text)), Rect(left, top, width, high))
            left += width
        done = Rect(left - sum(widths), top, sum(widths), high)
        if reading.tone == "stale":
            self._strike(done, pair)
        elif reading.tone == "estimated":
            self._dashes(done, pair)

    def _figure_size(self, text: str, box: Rect) -> int:
        return self.faces.figure_size(text, box.width, box.height)

    def _strike(self, box: Rect, pair: Pair) -> None:
        """A line from corner to corner, with an edge of ground so that the digits under it can be told."""
        thick = max(2, box.height // 14)
        for colour, reach in ((pair.ground, thick), (pair.ink, thick // 2)):
            for n in range(-reach, reach):
                ends = (box.left, box.bottom - 1 - thick + n), (box.right - 1, box.top + thick + n)
                pygame.draw.line(self.surface, colour, *ends)

    def _dashes(self, box: Rect, pair: Pair) -> None:
        """A dashed line just below the digits."""
        count = max(3, 2 * (box.width // self.px(16)) + 1)
        for n in range(0, count, 2):
            left, right = box.left + box.width * n // count, box.left + box.width * (n + 1) // count
            self.fill(Rect(left, box.bottom + self.px(1), right - left, self.px(3)), pair.ink)

    def picture(self, box: Rect, what: Drawn | None, pair: Pair, *, faded: bool = False) -> None:
        """A drawing in the middle of its box, or the sentence why there is none."""
        if what is None or box.width < 1 or box.height < 1:
            return
        found = self._pictures.picture(what, box.size, self._night)
        if isinstance(found, str):
            self.words(box, found, pair, biggest=20, align="centre")
            return
        self.put(self._fade(found, pair) if faded else found, box)

    @staticmethod
    def _fade(drawn: pygame.Surface, pair: Pair) -> pygame.Surface:
        veil = drawn.copy()
        veil.fill(pair.ground)
        veil.set_alpha(120)
        faded = drawn.copy()
        faded.blit(veil, (0, 0))
        return faded

    def marks(self, box: Rect, count: int, pair: Pair) -> None:
        """A filled block with this many exclamation marks, as high as the block: drawn, since no letter is so tall."""
        self.fill(box, pair.ground)
        each = box.width / (count + 0.7)
        thick = max(2, round(each * 0.52))
        gap = max(2, round(box.height * 0.07))
        inside = box.inflate(0, -2 * max(2, box.height // 11))
        dot = min(thick, inside.height // 4)
        for n in range(count):
            left = round(box.left + each * (n + 0.85) - thick / 2)
            self.fill(Rect(left, inside.top, thick, inside.height - dot - gap), pair.ink)
            self.fill(Rect(left, inside.bottom - dot, thick, dot), pair.ink)

    def lamp(self, box: Rect, level: Level, pair: Pair) -> None:
        """A lamp's shape: a full circle is well, a ring is off, a triangle wants a look, a cross is out of order."""
        ink, side = pair.ink, min(box.size)
        centre, radius = box.center, max(2, side // 2 - 1)
        x, y = centre
        match level:
            case "ok":
                pygame.draw.circle(self.surface, ink, centre, radius)
            case "info":
                self.fill(Rect(x - radius // 2, y - radius, max(2, radius), 2 * radius), ink)
            case "warn":
                pygame.draw.polygon(
                    self.surface, ink, [(x, y - radius), (x + radius, y + radius - 1), (x - radius, y + radius - 1)]
                )
            case "bad":
                reach = radius - ceil(radius / 4)
                for a, b in (((-reach, -reach), (reach, reach)), ((-reach, reach), (reach, -reach))):
                    pygame.draw.line(self.surface, ink, (x + a[0], y + a[1]), (x + b[0], y + b[1]), max(2, radius // 2))
            case "off":
                pygame.draw.circle(self.surface, ink, centre, radius, max(1, radius // 4))

    def dot(self, box: Rect, *, full: bool, pair: Pair) -> None:
        """A circle: full or hollow."""
        radius = max(2, min(box.size) // 2 - 1)
        pygame.draw.circle(self.surface, pair.ink, box.center, radius, 0 if full else max(2, radius // 3))


def shape(text: str) -> str:
    """The text with every digit an 8: texts of one shape are one size."""
    return "".join("8" if letter.isdigit() else letter for letter in text)
