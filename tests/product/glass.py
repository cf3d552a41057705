"""A screen of glass that is not there: an X server whose pixels can be read, and fingers on its keyboard.

Xvfb keeps its frame buffer in a file, in the form of `xwd`, so that a picture costs no more than reading it. Keys come
by the server's own test extension, as from a keyboard that is plugged in.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pygame
import pytest

from codriver.kinds import Size

FIELDS = struct.Struct(">25I")


class Glass:
    """An X server's only screen, of one size."""

    def __init__(self, display: str, pixels: Path, size: Size) -> None:
        self.display = display
        self.size = size
        self._pixels = pixels

    def picture(self) -> pygame.Surface:
        """What is on it now."""
        content = self._pixels.read_bytes()
        head = FIELDS.unpack_from(content)
        start, row = head[0] + 12 * head[19], head[12]
        assert row == 4 * self.size.width
        return pygame.image.frombytes(content[start : start + row * self.size.height], self.size, "BGRA").convert(32, 0)

    def look(self, box: pygame.Rect | None = None) -> bytes:
        """The pixels of this box, or of all of it."""
        picture = self.picture()
        return pygame.image.tobytes(picture if box is None else picture.subsurface(box), "RGB")

    def key(self, name: str, closed: bool) -> None:
        """Press a key down, or let it go."""
        self._xdotool("keydown" if closed else "keyup", name)

    def click(self, at: tuple[int, int], closed: bool) -> None:
        """Press the mouse at this place, or let it go."""
        self._xdotool("mousemove", *map(str, at), "mousedown" if closed else "mouseup", "1")

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": self.display}, check=True)


@contextmanager
def glass(size: Size) -> Iterator[Glass]:
    """A screen, for as long as it is looked at. The test is skipped where there is none to be had."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program}: sudo apt install xvfb xdotool")
    with TemporaryDirectory(prefix="codriver-glass-") as folder:
        theirs, ours = os.pipe()
        command = ["Xvfb", "-displayfd", str(ours), "-fbdir", folder, "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=[ours], stderr=subprocess.DEVNULL)
        os.close(ours)
        try:
            with os.fdopen(theirs, encoding="ascii") as told:
                number = told.readline().strip()
            if not number:
                pytest.skip("Xvfb does not start here")
            yield Glass(f":{number}", Path(folder, "Xvfb_screen0"), size)
        finally:
            server.terminate()
            server.wait()
