"""A few pictures of the cockpit, looked at by people and kept: whatever changes them is to be looked at again.

They are drawn with the packaged face, which is the same on every machine. After a wanted change:
`CODRIVER_GOLDEN=write .venv/bin/pytest tests/cockpit/test_golden.py`, look at each, and commit them.
"""

import os
from pathlib import Path

import pygame
import pytest

from codriver.cockpit import faces
from codriver.cockpit.album import Album
from codriver.cockpit.faces import Faces
from codriver.cockpit.paint import Painter
from codriver.cockpit.screen import Banner, Call, Coming, Driver, Menu, Reading, Screen
from tests.cockpit.screens import ROWS, screen

GOLDEN = Path(__file__).with_name("golden")
SIZE = (800, 480)
PICTURES = {
    "road-by-day": screen(),
    "road-by-night": screen(night=True, danger=3, notice=Banner("box 57, +42 m", "warn", "sync")),
    "not-live": screen(
        total=Reading("141.95", "km", "frozen"),
        partial=Reading("0.93", "km", "frozen"),
        speed=Reading("128", "km/h", "estimated"),
        cap=Reading("---", "°", "none"),
        to_next=Reading("420", "m", "stale"),
        banners=(Banner("FROZEN 42 s", "warn"), Banner("GPS is gone: the distance is estimated", "bad")),
        rows=ROWS[:3],
    ),
    "menu": screen(menu=Menu((("night / day", "day"), ("calls", "full"), ("mark", ""), ("undo", "+10 m")), 1)),
    "form": screen(
        menu=Menu((("change", "danger"), ("box", "56 at 42.37 km"), ("danger", "3")), 2, "Amend the book"),
        banners=(Banner("OFF COURSE; last box 41, since 240 m", "bad", "astray"),),
    ),
    "calls": screen(
        page="calls",
        driver=Driver(
            Call("in 400: danger 2, left?", True, 2),
            60,
            (Coming("0.7 km", "hole", 3), Coming("2.2 km", "keep left", 0)),
        ),
    ),
}
# Another machine's arithmetic may round an edge otherwise; a letter that moved by a pixel is more.
OTHERWISE = 40
SHARE = 0.002


def drawn(shown: Screen) -> pygame.Surface:
    surface = pygame.Surface(SIZE, 0, 32)
    face = faces.packaged()
    assert face is not None
    Painter(SIZE, Faces(face), Album(None)).paint(surface, shown)
    return surface


@pytest.mark.parametrize("name", PICTURES)
def test_the_cockpit_looks_as_it_was_last_looked_at(name: str) -> None:
    now, path = drawn(PICTURES[name]), GOLDEN / f"{name}.png"
    if os.environ.get("CODRIVER_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        pygame.image.save(now, path)
    before = pygame.image.load(path)
    assert before.get_size() == now.get_size()
    one, other = (pygame.image.tobytes(each, "RGB") for each in (before, now))
    differing = sum(abs(a - b) > OTHERWISE for a, b in zip(one, other, strict=True))
    assert differing <= SHARE * len(one), f"{differing} of {len(one)} values differ: look at it, then write it anew"
