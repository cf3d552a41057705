"""What every live wire can do, and how a wire measures waiting.

`now` is monotonic seconds since the segment's Start, handed in by the loop: no wire reads a clock. Wires report what
came; whether it is true, settled or wanted is the core's to decide.
"""

from typing import Protocol

from codriver.signals import Signal
from codriver.units import Seconds


class Wire(Protocol):
    """A source of signals. The loop takes every wire once after each Start, then whenever it is readable or due."""

    def fileno(self) -> int | None:
        """The descriptor to select on; None while there is none. It changes when a cable comes back: ask each time."""

    def due(self) -> Seconds | None:
        """When the wire wants a turn without data (to reopen, to try a baud rate, to say it lives); None if never."""

    def take(self, now: Seconds) -> list[Signal]:
        """Everything there is now, stamped `now` or earlier. Never blocks, never raises: a failure is a Fault."""

    def close(self) -> None:
        """Let go of the hardware. May be called twice."""


def expired(since: Seconds, wait: Seconds, now: Seconds) -> bool:
    """Whether `wait` seconds have passed since `since`. A new segment restarts time: a `since` to come has expired."""
    return not since <= now < since + wait
