"""Screens to be drawn: a stage in full flight, and everything that can be different about it."""

from math import cos, radians, sin
from typing import Any

import pygame
from msgspec.structs import replace

from codriver.cockpit.screen import Call, Drawn, Hint, Lamp, Reading, Row, Screen
from codriver.cockpit.theme import theme
from codriver.roadbook.model import Crop, Picture
from codriver.roadbook.turns import Turn

HINTS = (
    Hint("TRIP", "zero partial", "freeze", False, "1"),
    Hint("NEXT", "next note", "next page", False, "2"),
    Hint("BACK", "note back", "page back", False, "3"),
    Hint("PLUS", "+10 m", "", False, "4"),
    Hint("MINUS", "-10 m", "", False, "5"),
    Hint("MARK", "repeat call", "menu", False, "6"),
)
LAMPS = (
    Lamp("GPS", "9 sat", "ok"),
    Lamp("WHEEL", "ok", "ok"),
    Lamp("LOG", "safe", "ok"),
    Lamp("VOICE", "on", "ok"),
)
ROWS = (
    Row(55, "55", "passed", "41.02", "0.88", words=("village",), tulip=Turn(0.0, 20.0, True)),
    Row(
        56,
        "56",
        "next",
        "42.37",
        "1.35",
        to_go=Reading("0.42", "km"),
        danger=2,
        cap="275°",
        badges=("WPM", "DZ 50"),
        words=("leave piste, keep right", "of the dry river"),
        tulip=Turn(10.0, 275.0, True),
    ),
    Row(
        57, "57", "ahead", "42.58", "0.21", True, Reading("0.63", "km"), 3, "290°", (), ("hole",), Turn(0.0, 40.0, True)
    ),
    Row(
        58, "58", "ahead", "44.10", "1.52", False, Reading("2.15", "km"), 0, "310°", ("FZ",), (), Turn(0.0, 315.0, True)
    ),
    Row(
        59,
        "59",
        "ahead",
        "44.38",
        "0.28",
        True,
        Reading("2.43", "km"),
        1,
        "",
        (),
        ("rut across",),
        Turn(0.0, 0.0, True),
    ),
)
DRIVE = Screen(
    page="road",
    night=False,
    watermark="",
    clock=Reading("10:35:27"),
    total=Reading("141.95", "km"),
    partial=Reading("0.93", "km"),
    speed=Reading("128", "km/h"),
    cap=Reading("271°"),
    to_next=Reading("0.42", "km"),
    closing=69,
    band="far",
    danger=2,
    rows=ROWS,
    call=Call("Four hundred, danger two, right over dry river", True, 2),
    lamps=LAMPS,
    banners=(),
    notice=None,
    done="+10 m",
    recorded=True,
    hints=HINTS,
    chords=(),
    menu=None,
    lines=(),
)


def screen(**changes: Any) -> Screen:
    """The drive with something else about it."""
    return replace(DRIVE, **changes)


class Album:
    """Draws a turn as a bent road, and anything else as a frame with a cross; a picture at 13 cannot be shown."""

    def picture(self, what: Drawn, size: tuple[int, int], night: bool) -> pygame.Surface | str:
        if isinstance(what, Picture) and what.start == 13:
            return "The picture is broken."
        side = min(size)
        colours = theme(night=night).plain
        drawn = pygame.Surface((side, side), 0, 32)
        drawn.fill(colours.ground)
        thick = max(2, side // 14)
        if not isinstance(what, Turn):
            pygame.draw.rect(drawn, colours.ink, drawn.get_rect(), thick)
            ends: tuple[float, float] = (0, side)
            if isinstance(what, Picture):
                ends = (what.start, what.end)
            elif isinstance(what, Crop):
                ends = (what.left, what.right)
            pygame.draw.line(drawn, colours.ink, (ends[0] % side, 0), (ends[1] % side, side), thick)
            return drawn
        middle = side // 2
        angle = radians((what.exit or 0.0) - (what.entry or 0.0))
        end = (middle + round(sin(angle) * middle * 0.85), middle - round(cos(angle) * middle * 0.85))
        pygame.draw.circle(drawn, colours.ink, (middle, round(side * 0.93)), thick)
        pygame.draw.line(drawn, colours.ink, (middle, round(side * 0.93)), (middle, middle), thick)
        pygame.draw.line(drawn, colours.ink, (middle, middle), end, thick)
        return drawn
