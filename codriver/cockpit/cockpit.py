"""The cockpit as the loop uses it: a drive's moment in, a picture on the window or in a file out.

View, painter and album are brought together here. A new plan brings a new album and a fresh page; an equal Screen is
not drawn again. Between frames one picture is decoded ahead, so that a note that comes up has its tulip already, and
so has a page or a theme that the crew turns to.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pygame
from msgspec.structs import replace

from codriver.cockpit import view
from codriver.cockpit.album import Album, Wanted
from codriver.cockpit.faces import Faces, find
from codriver.cockpit.outside import NOWHERE, Outside
from codriver.cockpit.paint import Painter
from codriver.cockpit.screen import Screen
from codriver.cockpit.window import Window
from codriver.core import display
from codriver.core.display import Display
from codriver.core.plan import Inputs, Plan
from codriver.core.state import State
from codriver.kinds import Size
from codriver.units import Seconds


class Cockpit:
    """What is painted, at one size; on `window`, or where there is none on a surface of its own."""

    def __init__(self, size: Size, window: Window | None = None) -> None:
        self.size = size if window is None else Size(*window.size)
        self.window = window
        self.screen: Screen | None = None
        self._faces = Faces(find())
        self._surface = pygame.Surface(self.size, 0, 32) if window is None else None
        self._plan = ""
        self._ahead_of: tuple[int, Display] | None = None
        self._wanted: Sequence[Wanted] = ()
        self._album = Album(None)
        self._painter = Painter(self.size, self._faces, self._album)

    def show(self, plan: Plan, inputs: Inputs | None, state: State, now: Seconds, outside: Outside = NOWHERE) -> bool:
        """Draw the drive as it is at `now`, where that is another picture than the last; whether it was."""
        if plan.id != self._plan:
            self._open(plan, inputs)
        screen = view.screen(plan, state, now, outside)
        if screen == self.screen:
            self._look_ahead(plan, state, now)
            return False
        self.screen = screen
        if self.window is not None:
            self.window.draw(screen, self._painter)
        elif self._surface is not None:
            self._painter.paint(self._surface, screen)
        return True

    def save(self, path: Path) -> None:
        """Write the picture shown last as PNG. OSError where it cannot be written."""
        if self.window is not None:
            self.window.save(path)
        elif self._surface is not None:
            pygame.image.save(self._surface, str(path))

    def close(self) -> None:
        """Give the window back."""
        if self.window is not None:
            self.window.close()

    def _open(self, plan: Plan, inputs: Inputs | None) -> None:
        self._plan, self.screen, self._ahead_of = plan.id, None, None
        self._album = Album(None if inputs is None else inputs.roadbook)
        self._painter = Painter(self.size, self._faces, self._album)

    def _look_ahead(self, plan: Plan, state: State, now: Seconds) -> None:
        """Have one more of the pictures that may be wanted soon."""
        after = (state.pointer, state.display)
        if after != self._ahead_of:
            self._ahead_of = after
            screens = [view.screen(plan, coming, now) for coming in _coming(plan, state)]
            self._wanted = [one for screen in screens for one in self._painter.wanted(screen)]
        if self._wanted and not self._album.ahead(self._wanted):
            self._wanted = ()


def _coming(plan: Plan, state: State) -> Iterator[State]:
    """What the crew may look at next: the road once the next note is passed, the road now, and both by the other theme.

    No other page has pictures.
    """
    chosen = display.is_night(state.display, plan.settings.night)
    for night in (chosen, not chosen):
        page = replace(state.display, page=display.PAGES.index("road"), menu=None, night=night)
        road = replace(state, display=page, reading=None)
        yield replace(road, pointer=state.pointer + 1)
        yield road
