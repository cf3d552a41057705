"""A serial cable that ends in a real tty, on a path that stays the same while the cable comes out and goes in.

Our end is the device's; the other end is a pseudo-terminal, found through a symbolic link as udev makes them. For the
tests and the demo, on Linux and macOS.
"""

import contextlib
import os
import termios
import tty
from pathlib import Path
from typing import Final, Self

_RATES: Final = {
    getattr(termios, f"B{rate}"): rate
    for rate in (4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
    if hasattr(termios, f"B{rate}")
}


class Cable:
    """A cable to `path`, unplugged at first. Usable in a `with`, which pulls it out at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """Put it in: a new tty stands at `path`."""
        self.unplug()
        ours, theirs = os.openpty()
        tty.setraw(theirs)  # else what we send before it is opened comes back as an echo
        os.set_blocking(ours, False)
        self.path.symlink_to(os.ttyname(theirs))
        self._ends = ours, theirs

    def unplug(self) -> None:
        """Pull it out: whoever has the tty open finds it gone."""
        for end in self._ends or ():
            os.close(end)
        self._ends = None
        self.path.unlink(missing_ok=True)

    def fileno(self) -> int:
        """Our end of it, for who would rather write to it himself."""
        return self._plugged()[0]

    @property
    def baud(self) -> int:
        """The rate the host has set."""
        speed: int = termios.tcgetattr(self._plugged()[1])[5]
        return _RATES[speed]

    def send(self, data: bytes) -> int:
        """Send as much of `data` as there is room for now; returns how many bytes that was."""
        try:
            return os.write(self._plugged()[0], data)
        except BlockingIOError:
            return 0

    def heard(self) -> bytes:
        """All that the host has sent since the last time."""
        heard = b""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._plugged()[0], 4096):
                heard += chunk
        return heard

    def _plugged(self) -> tuple[int, int]:
        if self._ends is None:
            raise ValueError(f"the cable to {self.path} is not plugged in")
        return self._ends
