"""The pictures of a book as paper wants them: as fine as a printer prints, grey where they have no colour.

They pass the same guards as on their way to the screen. A picture that cannot be had is a sentence that says why.
"""

from typing import Final

import pygame
from PIL import Image, ImageChops

from codriver.cockpit import raster, vector
from codriver.cockpit.screen import Drawn
from codriver.cockpit.tulip import tulip
from codriver.roadbook import pdf_pages, pictures, symbols
from codriver.roadbook.model import Crop, RoadbookError
from codriver.roadbook.symbols import Symbols
from codriver.roadbook.turns import Turn

DOTS: Final = 180 / 72  # of a picture, for a point of paper
_GREY: Final = 12  # of 255: what is no more than that off grey is a printer's or scanner's doing


def drawing(data: bytes | None, what: Drawn, wide: float, high: float) -> Image.Image | str:
    """The picture for a place of so many points, at its own shape; or a sentence why there is none."""
    size = max(1, round(wide * DOTS)), max(1, round(high * DOTS))
    try:
        surface = _surface(data, what, size)
    except (RoadbookError, raster.UnshownError) as error:
        return str(error)
    image = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    return image.convert("L") if _colourless(image) else image


def _surface(data: bytes | None, what: Drawn, size: tuple[int, int]) -> pygame.Surface:
    if isinstance(what, Turn):
        return raster.decode(vector.drawn(tulip(what), size))
    if isinstance(what, Symbols):
        return raster.decode(vector.drawn(symbols.svg(what), size))
    if data is None:
        raise raster.UnshownError("The book's file is not here, so its pictures are not either.")
    if isinstance(what, Crop):
        return raster.decode(pdf_pages.picture(data, what, _width(what, size)))
    raw = pictures.read(data, what)
    if pictures.kind(raw) == "SVG":
        return raster.decode(vector.render(raw, size))
    surface = raster.decode(raw)
    larger = surface.get_width() > size[0] or surface.get_height() > size[1]
    return raster.fitted(surface, size) if larger else surface


def _width(crop: Crop, size: tuple[int, int]) -> int:
    wide, high = max(crop.right - crop.left, 1.0), max(crop.bottom - crop.top, 1.0)
    return max(1, round(min(size[0], size[1] * wide / high)))


def _colourless(image: Image.Image) -> bool:
    red, green, blue = image.split()
    apart = (ImageChops.difference(one, other).getextrema() for one, other in ((red, green), (green, blue)))
    return all(isinstance(most, (int, float)) and most <= _GREY for _, most in apart)
