"""The pictures of a book, ready to be laid on the screen: decoded once, scaled sharply, coloured for day or night.

Bounded in memory, and never in the loop's way for more than one picture at a time. A picture that cannot be shown is
a sentence that says why. Works without a display; equal bytes give equal pixels. Sizes in pixels.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

import pygame

from codriver.cockpit import raster, vector
from codriver.cockpit.screen import Drawn
from codriver.cockpit.theme import Colour, Pair, theme
from codriver.cockpit.tulip import tulip
from codriver.roadbook import pictures, symbols
from codriver.roadbook.model import Crop, Picture, RoadbookError
from codriver.roadbook.symbols import Symbols
from codriver.roadbook.turns import Turn

LIMIT: Final = 32 << 20

_SENTENCE: Final = 500  # bytes, about
# How much paler, of 255, colours become at night that are full and yet dark: many books draw the way in pure blue,
# which stands out from black by 2.4:1 only; so it is 7:1.
_PALER: Final = 190

Size: TypeAlias = tuple[int, int]
Wanted: TypeAlias = tuple[Drawn, Size, bool]


class Album:
    """The pictures of the book whose file's bytes are `data`, in the theme's ink on its ground."""

    def __init__(self, data: bytes | None, limit: int = LIMIT) -> None:
        self._data = data
        self._limit = limit
        self._kept: dict[Wanted, pygame.Surface | str] = {}  # the longest unused first
        self._bytes = 0

    @property
    def kept(self) -> int:
        """How many bytes of pictures are kept."""
        return self._bytes

    def picture(self, what: Drawn, size: Size, night: bool) -> pygame.Surface | str:
        """The picture in the middle of an opaque surface of exactly `size`, or a sentence why there is none."""
        wanted = (what, size, night)
        made = self._kept.pop(wanted, None)
        if made is None:
            made = self._made(what, size, night)
            self._bytes += _weight(made)
        self._kept[wanted] = made
        self._forget(wanted)
        return made

    def ahead(self, wanted: Iterable[Wanted]) -> bool:
        """Make the first of these pictures that is not there yet, and say whether another one is missing."""
        room, made = self._limit, False
        for one in wanted:
            room -= one[1][0] * one[1][1] * 4
            if room < 0:  # they would push each other out for ever
                return False
            if one not in self._kept and made:
                return True
            made = made or one not in self._kept
            self.picture(*one)
        return False

    def _forget(self, but: Wanted) -> None:
        while self._bytes > self._limit and len(self._kept) > 1:
            oldest = next(iter(self._kept))
            assert oldest != but
            self._bytes -= _weight(self._kept.pop(oldest))

    def _made(self, what: Drawn, size: Size, night: bool) -> pygame.Surface | str:
        if min(size) < 1:
            return "There is no room for the picture."
        try:
            drawing = self._drawing(what, size)
        except (RoadbookError, raster.UnshownError) as error:
            return str(error)
        return _mounted(drawing, size, theme(night=night).plain, night)

    def _drawing(self, what: Drawn, size: Size) -> pygame.Surface:
        if isinstance(what, Turn):
            return raster.decode(vector.drawn(tulip(what), size))
        if isinstance(what, Symbols):
            return raster.decode(vector.drawn(symbols.svg(what), size))
        if self._data is None:
            raise raster.UnshownError("The book's file is not here, so its pictures are not either.")
        raw = pictures.read(self._data, what, _width(what, size))
        if pictures.kind(raw) == "SVG":
            return raster.decode(vector.render(raw, size))
        return raster.fitted(raster.decode(raw), size)


def _width(what: Picture | Crop, size: Size) -> int:
    """How wide a piece of a page is drawn, to fit."""
    if isinstance(what, Picture):
        return size[0]
    return max(1, min(size[0], round(size[1] * (what.right - what.left) / (what.bottom - what.top))))


def _weight(made: pygame.Surface | str) -> int:
    return _SENTENCE if isinstance(made, str) else made.get_width() * made.get_height() * 4


def _mounted(drawing: pygame.Surface, size: Size, pair: Pair, night: bool) -> pygame.Surface:
    """The drawing in the middle of the ground; its white paper becomes the ground, so that no edge of it is seen."""
    if night:
        drawing = _by_night(drawing, pair.ink)
        drawing.fill(pair.ground, special_flags=pygame.BLEND_RGB_MAX)
    else:
        drawing.fill(pair.ground, special_flags=pygame.BLEND_RGB_MULT)
    mounted = raster.blank(size, pair.ground)
    mounted.blit(drawing, ((size[0] - drawing.get_width()) // 2, (size[1] - drawing.get_height()) // 2))
    return mounted


def _by_night(day: pygame.Surface, ink: Colour) -> pygame.Surface:
    """Light for dark, each colour in its own hue, and black lines in the night's ink.

    To red, green and blue of each pixel `255 - max - min` is added, of the three. What is computed is the negative of
    that, `max + min - colour`, since it takes one multiplication to make it paler.
    """
    high = raster.spread(day, pygame.BLEND_RGB_MAX)
    low = raster.spread(day, pygame.BLEND_RGB_MIN)
    negative = _blended(_blended(high, day, pygame.BLEND_RGB_SUB), low, pygame.BLEND_RGB_ADD)
    colourful = _blended(high, low, pygame.BLEND_RGB_SUB)
    white = raster.blank(day.get_size(), raster.WHITE)
    grey = pygame.transform.grayscale(_blended(white, negative, pygame.BLEND_RGB_SUB))
    deep = _blended(_blended(colourful, grey, pygame.BLEND_RGB_SUB), grey, pygame.BLEND_RGB_SUB)
    deep.fill((_PALER, _PALER, _PALER), special_flags=pygame.BLEND_RGB_MULT)
    paler = _blended(negative, _blended(white, deep, pygame.BLEND_RGB_SUB), pygame.BLEND_RGB_MULT)
    colourful.fill(ink, special_flags=pygame.BLEND_RGB_ADD)
    return _blended(_blended(white, paler, pygame.BLEND_RGB_SUB), colourful, pygame.BLEND_RGB_MULT)


def _blended(under: pygame.Surface, over: pygame.Surface, blend: int) -> pygame.Surface:
    blended = under.copy()
    blended.blit(over, (0, 0), special_flags=blend)
    return blended
