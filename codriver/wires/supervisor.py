"""What systemd is told: that the cockpit is ready, that it still draws, that it is going.

The protocol is sd_notify's: datagrams of `NAME=value` lines to the socket named in NOTIFY_SOCKET, whose `@` stands for
the NUL of an abstract name (sd_notify(3)). A supervisor that cannot be reached is none: nothing here raises or waits.
"""

import contextlib
import socket
from collections.abc import Mapping
from typing import Self

from codriver.units import Seconds
from codriver.wires.wire import expired


class Supervisor:
    """Whoever restarts us, at `address`; `every` is how often it wants to hear a beat. None: there is none, or no beat.

    WATCHDOG_PID is not asked: under a kiosk compositor the unit's first process is the compositor, and the beat ours.
    """

    def __init__(self, address: str | None = None, every: Seconds | None = None) -> None:
        self._address = address
        self._every = every
        self._beaten: Seconds | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """As the unit's environment says; a beat is due at half of its WATCHDOG_USEC."""
        address = environ.get("NOTIFY_SOCKET", "")
        limit = environ.get("WATCHDOG_USEC", "")
        every = int(limit) / 2e6 if limit.isascii() and limit.isdigit() and int(limit) else None
        return cls(f"\0{address[1:]}" if address.startswith("@") else address or None, every)

    def ready(self, status: str) -> None:
        """The first frame stands. `status` is a sentence for `systemctl status`."""
        self._tell(f"READY=1\nSTATUS={' '.join(status.split())}")

    def beat(self, now: Seconds) -> None:
        """A frame is finished; told at most every half of the watchdog's limit. A new segment may restart `now`."""
        if self._every is not None and (self._beaten is None or expired(self._beaten, self._every, now)):
            self._beaten = now
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun: no frame will follow."""
        self._tell("STOPPING=1")

    def _tell(self, words: str) -> None:
        if self._address is None:
            return
        with (
            contextlib.suppress(OSError, ValueError),  # nobody there, no room, or a name that can be no socket's
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line,
        ):
            line.setblocking(False)
            line.sendto(words.encode("utf-8", "replace"), self._address)
