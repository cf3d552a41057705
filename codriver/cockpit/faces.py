"""Letters: which face is used, texts drawn once and kept, and the size at which words fit into a box.

B612, made for aircraft cockpits, where Debian's fonts-b612 is installed; else the packaged IBM Plex Sans Condensed;
else pygame's own. All have digits of one width. A text is an opaque picture on its own ground: it is copied to the
screen without blending, and a digit overwrites the one before it. Sizes are pixels. Knows nothing of displays.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import pygame
from msgspec import Struct

from codriver.cockpit.theme import BLACK, WHITE, Pair

DEBIAN: Final = (Path("/usr/share/fonts/truetype/b612"), Path("/usr/share/fonts/opentype/b612"))
BUDGET: Final = 16 << 20  # bytes of pictures of texts that are kept
BIGGEST: Final = 600
SMALLEST: Final = 6  # below this a letter is a smudge: then rather a word less
DIGITS: Final = "0123456789"
MORE: Final = "…"
TALL: Final = "ÅÉgjy|"  # small fonts are rounded by letter: together these are as high as a line gets


class Face(Struct, frozen=True):
    """A family of letters: its files, and a name for the doctor. No file means pygame's own."""

    name: str
    bold: Path | None = None
    regular: Path | None = None

    @property
    def wanted(self) -> bool:
        """Whether this is the face the cockpit was drawn for."""
        return self.name == "B612"


def find(folders: Iterable[Path] = DEBIAN) -> Face:
    """The best face on this machine."""
    for folder in folders:
        for ending in ("ttf", "otf"):
            if face := _pair("B612", folder / f"B612-Bold.{ending}", folder / f"B612-Regular.{ending}"):
                return face
    return packaged() or Face("pygame's own")


def packaged() -> Face | None:
    """The face that comes with codriver, the same on every machine; None where it was left out."""
    try:
        folder = Path(str(files("fontpkg_ibm_plex_sans_condensed") / "files"))
    except ModuleNotFoundError:
        return None
    return _pair(
        "IBM Plex Sans Condensed", folder / "IBMPlexSansCondensed-Bold.ttf", folder / "IBMPlexSansCondensed-Medium.ttf"
    )


def _pair(name: str, bold: Path, regular: Path) -> Face | None:
    return Face(name, bold, regular) if bold.is_file() and regular.is_file() else None


class Fitted(NamedTuple):
    """Words as they go into a box: lines of one size. `cut` where something had to be left out."""

    size: int
    lines: tuple[str, ...]
    cut: bool = False


# Text, size, colours, bold, and the letters whose rows it is cut to (none: the whole line).
_Key: TypeAlias = tuple[str, int, Pair, bool, str]


class Faces:
    """The letters of one face, at any size. Up to `budget` bytes of texts are kept, the longest unused goes first."""

    def __init__(self, face: Face, budget: int = BUDGET) -> None:
        pygame.font.init()
        self.face = face
        self.held = 0
        self._budget = budget
        self._kept: OrderedDict[_Key, pygame.Surface] = OrderedDict()
        self._like = pygame.Surface((1, 1), 0, 32)
        self._sizes = _ladder()
        self.font = lru_cache(96)(self._font)
        self.fit = lru_cache(1024)(self._fit)
        self.figure_size = lru_cache(256)(self._figure_size)
        self._digit = lru_cache(96)(self._widest_digit)
        self._rows = lru_cache(96)(self._ink_rows)
        self.about = "≈" if self.has("≈") else "~"

    def has(self, letter: str) -> bool:
        """Whether the face can draw this letter, and not only the box for what it cannot."""
        font = self.font(48)
        strange = font.render("\uf8fe", antialias=True, color=BLACK)
        return pygame.image.tobytes(font.render(letter, antialias=True, color=BLACK), "RGBA") != pygame.image.tobytes(
            strange, "RGBA"
        )

    def tabular(self) -> bool:
        """Whether all digits are equally wide."""
        return len({self.font(100).size(digit) for digit in DIGITS}) == 1

    def text(self, text: str, size: int, pair: Pair, *, bold: bool = True) -> pygame.Surface:
        """One line, as high as the font's line, opaque. Not to be drawn on: it is kept."""
        return self._keep((text, size, pair, bold, ""))

    def glyph(self, letter: str, size: int, pair: Pair, rows: str = DIGITS) -> pygame.Surface:
        """One letter of a figure, cut to the rows in which the letters of `rows` have ink."""
        return self._keep((letter, size, pair, True, rows))

    def cells(self, text: str, size: int) -> tuple[int, ...]:
        """The width of each letter's cell in a figure: digits all alike, a point or a colon its own."""
        measure, digit = self.font(size).size, self._digit(size)
        return tuple(digit if letter in DIGITS else measure(letter)[0] for letter in text)

    def figure_height(self, size: int, rows: str = DIGITS) -> int:
        """The height of a figure that has only these letters."""
        top, bottom = self._rows(size, rows)
        return bottom - top

    def size(self, text: str, size: int, *, bold: bool = True) -> tuple[int, int]:
        """Width and height of one line."""
        return self.font(size, bold).size(text)

    def line(self, size: int, bold: bool = True) -> int:
        """The height of a line: what a drawn one has, which may be more than the font's own idea of it."""
        return self.font(size, bold).size(TALL)[1]

    def _font(self, size: int, bold: bool = True) -> pygame.font.Font:
        return pygame.font.Font(self.face.bold if bold else self.face.regular, size)

    def _keep(self, key: _Key) -> pygame.Surface:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        made = self._kept[key] = self._draw(*key)
        self.held += _bytes(made)
        while self.held > self._budget and len(self._kept) > 1:
            self.held -= _bytes(self._kept.popitem(last=False)[1])
        return made

    def _draw(self, text: str, size: int, pair: Pair, bold: bool, rows: str) -> pygame.Surface:
        # With a ground, so that converting has no alpha to lose: letters without one become solid blocks.
        drawn = self.font(size, bold).render(text, True, pair.ink, pair.ground)
        if rows:
            top, bottom = self._rows(size, rows)
            drawn = drawn.subsurface((0, top, drawn.get_width(), bottom - top))
        return drawn.convert(self._like)

    def _widest_digit(self, size: int) -> int:
        return max(self.font(size).size(digit)[0] for digit in DIGITS)

    def _ink_rows(self, size: int, letters: str) -> tuple[int, int]:
        ink = self.font(size).render(letters, True, WHITE).get_bounding_rect()
        return ink.top, ink.bottom

    def _figure_size(self, text: str, width: int, height: int) -> int:
        """The biggest size at which the figure stands in the box."""

        def stands(size: int) -> bool:
            return sum(self.cells(text, size)) <= width and self.figure_height(size, rows(text)) <= height

        place = bisect_left(self._sizes, True, key=stands)  # they fall, so that what stands comes after what does not
        return self._sizes[place] if place < len(self._sizes) else SMALLEST

    def _fit(self, text: str, width: int, height: int, biggest: int, smallest: int, bold: bool = True) -> Fitted:
        """The words as big as the box allows, wrapped; cut with an ellipsis where even the smallest size is too big."""
        words = [word for word in "".join(c if c.isprintable() else " " for c in text).split(" ") if word]
        if not words:
            return Fitted(smallest, ())
        for size in (size for size in self._sizes if smallest <= size <= biggest):
            room = height // self.line(size, bold)
            if room and (lines := self._wrap(words, width, size, bold, room)):
                return Fitted(size, lines)
        return self._cut(words, width, height, smallest, bold)

    def _wrap(self, words: list[str], width: int, size: int, bold: bool, room: int) -> tuple[str, ...]:
        """The words in at most `room` lines; none if they do not go in."""
        measure = self.font(size, bold).size
        lines = [words[0]]
        for word in words[1:]:
            longer = f"{lines[-1]} {word}"
            if measure(longer)[0] <= width:
                lines[-1] = longer
            elif len(lines) < room:
                lines.append(word)
            else:
                return ()
        return tuple(lines) if all(measure(line)[0] <= width for line in lines) else ()

    def _cut(self, words: list[str], width: int, height: int, size: int, bold: bool) -> Fitted:
        """As many words, and of a long one as many letters, as go in."""
        while size > SMALLEST and self.line(size, bold) > height:
            size -= 1
        font = self.font(size, bold)
        room = height // self.line(size, bold)
        lines: list[str] = []
        rest = " ".join(words)
        while rest and len(lines) < room:
            last = len(lines) == room - 1
            line, rest = self._line(rest, width, font, last=last)
            if not line:
                break
            lines.append(line)
        return Fitted(size, tuple(lines), cut=True)

    @staticmethod
    def _line(rest: str, width: int, font: pygame.font.Font, *, last: bool) -> tuple[str, str]:
        if font.size(rest)[0] <= width:
            return rest, ""
        end = len(rest)
        mark = MORE if last else ""
        while end and font.size(rest[:end].rstrip() + mark)[0] > width:
            end -= 1
        space = rest.rfind(" ", 0, end + 1)
        if space > 0 and not last:
            end = space
        if not end:
            return "", ""
        return rest[:end].rstrip() + mark, rest[end:].lstrip()


def rows(text: str) -> str:
    """The letters that say how high a figure is: digits, and a comma only where there is one to hang below them."""
    return f"{DIGITS}," if "," in text else DIGITS


def _ladder() -> tuple[int, ...]:
    """The sizes in use, biggest first: few enough that their fonts can be kept."""
    sizes = [BIGGEST]
    while sizes[-1] > SMALLEST:
        sizes.append(min(sizes[-1] - 1, round(sizes[-1] * 0.96)))
    return tuple(sizes)


def _bytes(surface: pygame.Surface) -> int:
    return surface.get_pitch() * surface.get_height()
