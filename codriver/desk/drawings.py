"""The pictures of a book for the page: drawn here and served as PNG, so that nothing of a book's own reaches a browser.

They pass the guards they pass on their way to the cockpit. Sizes in pixels. Any thread may ask: one draws at a time.
"""

from io import BytesIO
from threading import Lock
from typing import Final

import pygame

from codriver.cockpit.album import Album, Size
from codriver.cockpit.screen import Drawn
from codriver.roadbook import symbols
from codriver.roadbook.model import Note
from codriver.roadbook.turns import Turn

SIZES: Final[dict[str, Size]] = {"small": (150, 100), "large": (540, 320)}  # at a screen's scale of 1
SCALES: Final = (1, 2, 3)
_PARTS: Final = ("tulip", "drawing")


class UndrawnError(ValueError):
    """There is no picture; the message says why."""


class Drawings:
    """The pictures of the book whose file's bytes are `data`."""

    def __init__(self, data: bytes) -> None:
        self._album = Album(data)
        self._lock = Lock()  # neither the album nor PDFium bears two threads

    def png(self, what: Drawn, size: str, scale: int) -> bytes:
        """A picture on white, mounted in the middle of its size. UndrawnError where there is none."""
        if size not in SIZES or scale not in SCALES:
            raise UndrawnError("There is no picture of this size.")
        wide, high = SIZES[size]
        with self._lock:
            drawn = self._album.picture(what, (wide * scale, high * scale), night=False)
            if isinstance(drawn, str):
                raise UndrawnError(drawn)
            file = BytesIO()
            pygame.image.save(drawn, file, "drawn.png")
        return file.getvalue()


def pictured(note: Note, turn: Turn, part: str) -> Drawn | None:
    """What stands in this part of a box, `tulip` or `drawing`; a turn where the book has drawn none."""
    if part not in _PARTS:
        return None
    if part == "drawing":
        return note.drawing or (symbols.of(note.words) if note.measured else None)
    return note.tulip or (turn if turn.exit is not None else None)
