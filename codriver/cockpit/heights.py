"""How high the digits really are: measured from the ink of a painted picture, as shares of the screen's height."""

from typing import Final

import pygame
from msgspec.structs import replace

from codriver.cockpit.faces import Faces, find
from codriver.cockpit.paint import Painter
from codriver.cockpit.screen import Drawn, Hint, Page, Reading, Row, Screen
from codriver.cockpit.theme import DAY

FIGURES: Final = ("total", "partial", "to_next", "speed", "clock")
EMPTY: Final = Screen(
    page="road",
    night=False,
    watermark="",
    clock=Reading("10:38:00"),
    total=Reading("138.88"),
    partial=Reading("88.88"),
    speed=Reading("138"),
    cap=Reading("088"),
    to_next=Reading("0.88"),
    closing=None,
    band="far",
    danger=0,
    rows=(),
    call=None,
    lamps=(),
    banners=(),
    notice=None,
    done="",
    recorded=None,
    hints=(Hint("", "", "", held=False, touch=""),),
    chords=(),
    menu=None,
)


def heights(size: tuple[int, int], page: Page = "road", faces: Faces | None = None) -> dict[str, float]:
    """The height of total, partial, distance to the next note, speed and clock, as shares of the screen's.

    With the hints on, and the next note without danger. `to_next` is beside a note with words, `to_next_alone` beside
    one without, whose room the distance takes.
    """
    painter = Painter(size, faces or Faces(find()), _Blank())
    surface = pygame.Surface(size, 0, 32)
    note = Row(0, "", "next", "", "")
    painter.paint(surface, replace(EMPTY, page=page, rows=(note,)))
    alone = _ink(surface, painter, "to_next")
    painter.paint(surface, replace(EMPTY, page=page, rows=(replace(note, words=("words",)),)))
    return {name: _ink(surface, painter, name) for name in FIGURES} | {"to_next_alone": alone}


def _ink(surface: pygame.Surface, painter: Painter, name: str) -> float:
    """From the first to the last row with full ink. Labels are paler, so only digits count."""
    box = painter.box(name)
    if box is None:
        return 0.0
    found = pygame.mask.from_threshold(surface.subsurface(box), DAY.plain.ink, (1, 1, 1, 255)).get_bounding_rects()
    return (max(rect.bottom for rect in found) - min(rect.top for rect in found)) / surface.get_height()


class _Blank:
    """No pictures are looked at here."""

    def picture(self, what: Drawn, size: tuple[int, int], night: bool) -> pygame.Surface | str:
        """Nothing to be seen."""
        del what, size, night
        return ""
