"""The window on the glass, the one importer of the display: it shows what is painted, and reports touches and keys.

What a key or a finger means is not known here. Whatever was closed is opened again: when a finger lifts, wherever it
has slid to, and when the window loses the focus, since what happens after that nobody tells.
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

import pygame
from pygame.event import Event

from codriver.cockpit.paint import Painter
from codriver.cockpit.screen import Screen

# Drivers that show nothing. SDL takes them only when it is told to, and then the caller knows.
BLIND: Final = frozenset({"dummy", "offscreen", "evdev", ""})
# With acceleration SDL keeps the window as a texture under X11, and sends all of it for each small change.
PLAIN: Final = "SDL_FRAMEBUFFER_ACCELERATION"
LEFT: Final = 1
SERVERS: Final = ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY")
SCREENS: Final = Path("/dev/dri")

Size: TypeAlias = tuple[int, int]
Contact: TypeAlias = tuple[str, bool]
_Source: TypeAlias = tuple[str, int]


class WindowError(OSError):
    """There is no window to be had; the text says why."""


def _demand_a_display(environ: Mapping[str, str]) -> None:
    """Where nothing could be shown SDL is not asked: it tries all its drivers in turn, and some of them complain aloud.

    On Linux that is without a display server, without a screen of the kernel's, and with no driver named.
    """
    if not sys.platform.startswith("linux") or any(environ.get(name) for name in SERVERS):
        return
    if not any(SCREENS.glob("card*")):
        raise pygame.error("there is neither a desktop nor a screen of the kernel's")


class Window:
    """A window of this size, or the whole screen: then `size` says what is wished for, None what the screen has.

    What it came to be is `size`: painters are made for that.
    """

    def __init__(self, size: Size | None, full: bool, title: str) -> None:
        try:
            _demand_a_display(os.environ)
            pygame.display.init()
            self._demand_a_driver()
            pygame.display.set_caption(title)
            self.surface = pygame.display.set_mode(size or (0, 0), pygame.FULLSCREEN if full else 0)
        except pygame.error as error:
            pygame.display.quit()
            advice = "start it on the desktop, or go without a window: --headless"
            raise WindowError(f"no display to open a window on: {error}; {advice}") from error
        pygame.display.set_allow_screensaver(False)
        pygame.mouse.set_visible(not full)
        self._painter: Painter | None = None
        self._held: dict[_Source, str] = {}
        self._closed: Counter[str] = Counter()

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self.surface.get_size()

    @property
    def driver(self) -> str:
        """How SDL reaches the glass: `x11`, `wayland`, `KMSDRM`."""
        return pygame.display.get_driver()

    def draw(self, screen: Screen, painter: Painter) -> None:
        """Show this Screen; only what is different goes to the glass."""
        self._painter = painter
        if changed := painter.paint(self.surface, screen):
            pygame.display.update(changed)

    def events(self) -> list[Contact]:
        """What has happened since: `key <name>` and `touch <name>` with closed or open, `quit` for the close button."""
        news: list[Contact] = []
        for event in pygame.event.get():
            news += self._read(event)
        return news

    def save(self, path: Path) -> None:
        """Write what is shown as a PNG."""
        pygame.image.save(self.surface, path)

    def close(self) -> None:
        """Give the glass back."""
        pygame.display.quit()

    @staticmethod
    def _demand_a_driver() -> None:
        driver = pygame.display.get_driver()
        if driver in BLIND and "SDL_VIDEODRIVER" not in os.environ:
            raise pygame.error(f"SDL found only its {driver or 'empty'} driver, which shows nothing")
        if driver == "x11":
            os.environ.setdefault(PLAIN, "0")

    def _read(self, event: Event) -> list[Contact]:
        match event.type:
            case pygame.KEYDOWN:
                return self._close(("key", event.key), f"key {pygame.key.name(event.key)}")
            case pygame.KEYUP:
                return self._open(("key", event.key))
            case pygame.FINGERDOWN:
                at = event.x * self.size[0], event.y * self.size[1]
                return self._touch(("finger", event.finger_id), at)
            case pygame.FINGERUP:
                return self._open(("finger", event.finger_id))
            # A mouse made of a finger is the finger once more.
            case pygame.MOUSEBUTTONDOWN if event.button == LEFT and not event.touch:
                return self._touch(("mouse", LEFT), event.pos)
            case pygame.MOUSEBUTTONUP if event.button == LEFT and not event.touch:
                return self._open(("mouse", LEFT))
            case pygame.WINDOWFOCUSLOST:
                return [contact for source in list(self._held) for contact in self._open(source)]
            case pygame.WINDOWEXPOSED:
                pygame.display.flip()
            case pygame.QUIT:
                return [("quit", True)]
        return []

    def _touch(self, source: _Source, at: tuple[float, float]) -> list[Contact]:
        touched = self._painter and self._painter.touched(at)
        return self._close(source, f"touch {touched}") if touched else []

    def _close(self, source: _Source, name: str) -> list[Contact]:
        """Two fingers on one cell are one contact: it closes with the first and opens with the last."""
        if source in self._held:
            return []
        self._held[source] = name
        self._closed[name] += 1
        return [(name, True)] if self._closed[name] == 1 else []

    def _open(self, source: _Source) -> list[Contact]:
        name = self._held.pop(source, None)
        if name is None:
            return []
        self._closed[name] -= 1
        return [(name, False)] if self._closed[name] == 0 else []
