"""The face of the printed book, and the size at which words fit into their place. Sizes in points."""

from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

BOLD: Final = "IBMPlexSansCondensed-Bold"
PLAIN: Final = "IBMPlexSansCondensed-Medium"
LINE: Final = 1.16  # of a size, from one line to the next
MORE: Final = "…"
_STEP: Final = 0.5
_STRANGE: Final = "?"  # in place of a letter that the face has not


class Fitted(NamedTuple):
    """Words as they go into their place: lines of one size."""

    size: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """How much of the page they take."""
        return len(self.lines) * self.size * LINE


@cache
def register() -> None:
    """Make the face known to the writer of PDF."""
    folder = files("fontpkg_ibm_plex_sans_condensed") / "files"
    for name in (BOLD, PLAIN):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def known(text: str, font: str) -> str:
    """`text` in the letters that the face has."""
    register()
    face: Any = pdfmetrics.getFont(font)
    letters = face.face.charToGlyph
    return "".join(letter if letter == "\n" or ord(letter) in letters else _STRANGE for letter in text)


def width(text: str, font: str, size: float) -> float:
    """How wide one line is."""
    register()
    return float(pdfmetrics.stringWidth(text, font, size))


def line_size(text: str, font: str, biggest: float, wide: float) -> float:
    """The size at which one line is not wider than this."""
    return min(biggest, biggest * wide / max(width(text, font, biggest), 0.1))


def fit(text: str, font: str, wide: float, high: float, biggest: float, smallest: float) -> Fitted:
    """The words as big as their place allows; cut, with a mark, where even the smallest size is too big."""
    text = known(text, font).strip()
    size = biggest
    while text:
        lines = tuple(
            piece for line in simpleSplit(text, font, size, wide) for piece in _pieces(line, font, size, wide)
        )
        found = Fitted(size, lines)
        if found.height <= high:
            return found
        if size <= smallest:
            return _cut(found, high)
        size = max(smallest, size - _STEP)
    return Fitted(biggest, ())


def _pieces(line: str, font: str, size: float, wide: float) -> list[str]:
    """A line without a space that is too long, in pieces."""
    if width(line, font, size) <= wide or len(line) < 2:
        return [line]
    half = len(line) // 2
    return [*_pieces(line[:half], font, size, wide), *_pieces(line[half:], font, size, wide)]


def _cut(found: Fitted, high: float) -> Fitted:
    room = int(high / (found.size * LINE))
    kept = found.lines[:room]
    return Fitted(found.size, (*kept[:-1], kept[-1][:-1].rstrip() + MORE) if kept else ())
