"""A serial device that may be absent, come unplugged and come back: the one user of pyserial.

Reads whole chunks without ever waiting (a `readline` beside a drawing loop costs 100 ms), reopens with back-off, and
tells the crew of each outage once and of its end once. Knows nothing of what the lines mean.
"""

import contextlib
import errno
import os
import sys
from typing import Final

import serial

from codriver.signals import Fault, Line, Signal, stamp
from codriver.units import Seconds
from codriver.wires.lines import Lines
from codriver.wires.wire import expired

FIRST_WAIT: Final[Seconds] = 0.5
LONGEST_WAIT: Final[Seconds] = 5.0
MUTE_AFTER: Final[Seconds] = 5.0
CHUNK: Final = 4096
CHUNKS_A_TAKE: Final = 16

# SerialException is an OSError; pyserial lets termios speak for itself, and a rate it cannot set is a ValueError.
_TROUBLE: tuple[type[Exception], ...] = (OSError, ValueError)
if sys.platform != "win32":
    import termios

    _TROUBLE += (termios.error,)

_ABSENT = "no {device} at {path}: plug it in, or set {source}.port"
_TAKEN = "{path} is in use by another program: stop it (gpsd? ModemManager?)"
_FORBIDDEN = "{path} may not be opened: add this user to the group dialout"
_NO_PORT = "{path} is no serial port: set {source}.port"
_GONE = "the {device} is gone from {path}: check its plug and cable"
_MUTE = "the {device} on {path} says nothing: check its supply and its other wires"
_WHY_NOT_OPEN: Final = {
    errno.ENOENT: _ABSENT,
    errno.ENODEV: _ABSENT,
    errno.ENXIO: _ABSENT,
    errno.EIO: _ABSENT,
    errno.EAGAIN: _TAKEN,
    errno.EBUSY: _TAKEN,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
}


class Port:
    """One serial device at `path`, 8N1. `source` names its signals and its config table, `device` is the crew's word.

    `baud` is the rate now, and the rate of the next opening. `heard` is when bytes last came.
    """

    def __init__(self, path: str, source: str, device: str, baud: int) -> None:
        self.baud = baud
        self.heard: Seconds | None = None
        self._names = {"path": path, "source": source, "device": device}
        self._serial: serial.Serial | None = None
        self._lines = Lines()
        self._since: Seconds = 0.0
        self._wait: Seconds = 0.0
        self._outage_told = False
        self._spoken = False

    def fileno(self) -> int | None:
        """The descriptor; None while the device is away."""
        return None if self._serial is None else self._serial.fileno()

    def due(self) -> Seconds | None:
        """When to try to open again, or when a device that says nothing is to be called mute; None while it speaks."""
        if self._serial is None:
            return self._since + self._wait
        return None if self._outage_told or self._spoken else self._since + MUTE_AFTER

    def take(self, now: Seconds) -> list[Signal]:
        """All lines there are, up to 64 kB a turn, and the news of the cable. Opens the port when that is due."""
        if self._serial is None and not expired(self._since, self._wait, now):
            return []
        signals: list[Signal] = []
        try:
            device = self._serial or self._open(now)
            for _ in range(CHUNKS_A_TAKE):
                if not (chunk := device.read(CHUNK)):
                    break
                signals += self._hear(chunk, now)
        except _TROUBLE as error:
            signals += self._lose(error, now)
        else:
            signals += self._listen(now)
        return signals

    def retune(self, baud: int, now: Seconds) -> list[Signal]:
        """Go on at another rate. What was begun at the old one ends here, as a line of its own."""
        self.baud = baud
        if self._serial is not None:
            with contextlib.suppress(*_TROUBLE):  # if the device has just gone, the next read says so
                self._serial.baudrate = baud
        return self._stamped(self._lines.flush(), now)

    def write(self, data: bytes) -> bool:
        """Send `data` at once, or not: False when the device is away or its buffer is full. Never waits."""
        if self._serial is None:
            return False
        try:
            return os.write(self._serial.fileno(), data) == len(data)  # pyserial's own spins while the buffer is full
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the device; the next `take` would open it again."""
        if self._serial is not None:
            with contextlib.suppress(*_TROUBLE):
                self._serial.reset_output_buffer()  # else the kernel may wait 30 s for bytes nobody takes
            with contextlib.suppress(*_TROUBLE):
                self._serial.close()
        self._serial = None

    def _open(self, now: Seconds) -> serial.Serial:
        self._since, self._spoken = now, False
        self._serial = serial.Serial(self._names["path"], self.baud, timeout=0, write_timeout=0, exclusive=True)
        return self._serial

    def _hear(self, chunk: bytes, now: Seconds) -> list[Signal]:
        """A device is back when it speaks, not when its port can be opened."""
        news: list[Signal] = []
        if self._outage_told:
            news.append(self._fault("ok: the {device} is back on {path}", now))
        self._outage_told, self._spoken, self._wait, self.heard = False, True, 0.0, now
        return news + self._stamped(self._lines.feed(chunk), now)

    def _listen(self, now: Seconds) -> list[Signal]:
        """A device that can be opened and never speaks is told once: to the crew it is as good as absent."""
        if self._spoken or self._outage_told or not expired(self._since, MUTE_AFTER, now):
            return []
        self._outage_told = True
        return [self._fault(_MUTE, now)]

    def _lose(self, error: Exception, now: Seconds) -> list[Signal]:
        number = error.errno if isinstance(error, OSError) else None
        reason = _WHY_NOT_OPEN.get(number or 0, _NO_PORT) if self._serial is None else _GONE
        self.close()
        self._since, self._wait = now, min(max(2 * self._wait, FIRST_WAIT), LONGEST_WAIT)
        news = self._stamped(self._lines.flush(), now)
        if not self._outage_told:
            news.append(self._fault(reason, now))
            self._outage_told = True
        return news

    def _stamped(self, texts: list[str], now: Seconds) -> list[Signal]:
        return [Line(stamp(now), self._names["source"], text) for text in texts]

    def _fault(self, words: str, now: Seconds) -> Fault:
        return Fault(stamp(now), self._names["source"], words.format(**self._names))
