"""Draw a Screen, and of the next one only what is different.

The screen is cut into boxes (`layout`), each shows a part of the Screen, and is drawn again when that part has changed.
A picture painted piece by piece and one painted afresh are equal byte for byte, since no box touches another and each
is drawn from its part alone. Knows nothing of displays: any surface of the right size will do.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

import pygame
from pygame import Rect

from codriver.cockpit import notes, parts
from codriver.cockpit.brush import Brush, Pictures
from codriver.cockpit.faces import Faces
from codriver.cockpit.layout import WORST, Plan, Shape, boxes, cells
from codriver.cockpit.screen import Banner, Coming, Screen
from codriver.cockpit.theme import theme


class Part(NamedTuple):
    """What a box sees of the Screen, and how it draws that."""

    sees: Callable[[Screen], Any]
    draw: Callable[[Brush, Rect, Any], None]


def _next_words(screen: Screen) -> tuple[str, ...]:
    row = notes.standing(screen, "next")
    return row.words if row else ()


def _ahead(screen: Screen) -> parts.Ahead:
    return parts.Ahead(screen.to_next, screen.band, nothing=notes.standing(screen, "next") is None)


def _news(screen: Screen, notice: Banner | None) -> parts.News:
    return parts.News(notice, screen.chords, screen.banners, screen.done, screen.recorded, screen.held)


def _told(screen: Screen) -> parts.Told:
    return parts.Told(screen.call) if screen.driver is None else parts.Told(screen.driver.call, large=True)


def _coming(screen: Screen, n: int) -> Coming | None:
    ahead = () if screen.driver is None else screen.driver.coming
    return ahead[n] if n < len(ahead) else None


PARTS: Final[Mapping[str, Part]] = {
    "clock": Part(lambda screen: screen.clock, parts.clock),
    "lamps": Part(lambda screen: (screen.watermark, screen.lamps), parts.lamps),
    "total": Part(lambda screen: screen.total, parts.meter("TOTAL", "888.88")),
    "partial": Part(lambda screen: screen.partial, parts.meter("PARTIAL", "88.88")),
    "speed": Part(lambda screen: screen.speed, parts.meter("SPEED", "888")),
    "cap": Part(lambda screen: screen.cap, parts.meter("CAP", "888°")),
    "frame": Part(lambda screen: screen.danger > 0, notes.frame),
    "head": Part(notes.head_of, notes.head),
    "marks": Part(lambda screen: min(WORST, screen.danger), parts.marks),
    "tulip": Part(lambda screen: getattr(notes.standing(screen, "next"), "tulip", None), notes.picture),
    "drawing": Part(lambda screen: getattr(notes.standing(screen, "next"), "drawing", None), notes.picture),
    "to_next": Part(_ahead, parts.to_next),
    "following": Part(lambda screen: screen.to_next, parts.meter("NEXT", "8.88")),
    "bar": Part(lambda screen: parts.Bar(screen.closing, screen.band), parts.bar),
    "unknown": Part(lambda screen: screen.danger > 0, notes.unknown),
    "words": Part(_next_words, notes.words),
    "passed": Part(lambda screen: notes.Behind(screen.notice, notes.standing(screen, "passed")), notes.passed),
    "ahead0": Part(partial(notes.standing, standing="ahead", n=0), notes.card),
    "ahead1": Part(partial(notes.standing, standing="ahead", n=1), notes.card),
    "ahead2": Part(partial(notes.standing, standing="ahead", n=2), notes.card),
    "call": Part(_told, parts.call),
    "countdown": Part(lambda screen: screen.driver and screen.driver.left, parts.countdown),
    "coming0": Part(partial(_coming, n=0), parts.coming),
    "coming1": Part(partial(_coming, n=1), parts.coming),
    "messages": Part(lambda screen: _news(screen, screen.notice), parts.messages),
    "banners": Part(lambda screen: _news(screen, None), parts.messages),
    "hints": Part(lambda screen: screen.hints, parts.hints),
    "menu": Part(lambda screen: screen.menu, parts.menu),
    "lines": Part(lambda screen: screen.lines, parts.lines),
}

_Style: TypeAlias = tuple[Shape, bool]


class Painter:
    """Paints Screens of one size; remembers what it painted last, and where."""

    def __init__(self, size: tuple[int, int], faces: Faces, album: Pictures) -> None:
        self.size = size
        self._faces = faces
        self._album = album
        self._surface: pygame.Surface | None = None
        self._style: _Style | None = None
        self._brush: Brush | None = None
        self._boxes: dict[str, Rect] = {}
        self._shown: dict[str, Any] = {}
        self._screen: Screen | None = None

    def paint(self, surface: pygame.Surface, screen: Screen) -> list[Rect]:
        """Draw what has changed since the last Screen, all of it on another surface. Gives the rectangles drawn."""
        if surface is not self._surface or _style(screen) != self._style:
            self._clear(surface, screen)
            self._draw(screen)
            return [Rect((0, 0), self.size)]
        return self._draw(screen)

    def touched(self, at: tuple[float, float]) -> str | None:
        """The name under which a finger here is reported; None where there is nothing to touch."""
        box, screen = self._boxes.get("hints"), self._screen
        if box is None or screen is None or not box.collidepoint(at):
            return None
        shown = zip(cells(box, len(screen.hints) or 1), screen.hints, strict=False)
        return next((hint.touch for cell, hint in shown if cell.collidepoint(at)), None)

    def wanted(self, screen: Screen) -> list[notes.Wanted]:
        """The pictures that painting this Screen will ask for, so that they can be made ahead."""
        return list(notes.wanted(screen, boxes(self.size, _style(screen)[0]), Plan(self.size).px))

    def box(self, name: str) -> Rect | None:
        """Where a part stands on the page painted last; None where it is not."""
        return self._boxes.get(name)

    def _clear(self, surface: pygame.Surface, screen: Screen) -> None:
        self._surface, self._style = surface, _style(screen)
        colours = theme(night=screen.night)
        self._brush = Brush(surface, self._faces, colours, self._album, night=screen.night)
        self._boxes = boxes(self.size, self._style[0])
        self._shown = {}
        surface.fill(colours.rule)

    def _draw(self, screen: Screen) -> list[Rect]:
        assert self._brush is not None
        drawn = []
        for name, box in self._boxes.items():
            sees, draw = PARTS[name]
            part = sees(screen)
            if name not in self._shown or part != self._shown[name]:
                draw(self._brush, box, part)
                self._shown[name] = part
                drawn.append(box)
        self._screen = screen
        return drawn


def _style(screen: Screen) -> _Style:
    """What makes a page new: then all of it is drawn."""
    row = notes.standing(screen, "next")
    shape = Shape(
        page=screen.page,
        menu=screen.menu is not None,
        hints=bool(screen.hints),
        marks=min(WORST, max(0, screen.danger)),
        drawing=row is not None and row.drawing is not None,
        words=row is not None and bool(notes.joined(row.words)),
        share=notes.share(row),
    )
    return shape, screen.night
