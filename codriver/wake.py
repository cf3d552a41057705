"""What ends the loop's waiting from outside: another thread, a signal, the wish to stop."""

import os
import signal as posix
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Wake:
    """A pipe that ends the loop's waiting from another thread or a signal handler."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def fileno(self) -> int:
        """The end to select on."""
        return self._out

    def up(self) -> None:
        """Wake the loop; from any thread."""
        try:
            os.write(self._in, b"!")
        except (BlockingIOError, OSError):
            return  # full: the loop is awake already; closed: there is no loop

    def drain(self) -> None:
        """Forget what woke us."""
        try:
            while os.read(self._out, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Let go of the pipe; a late wake-up must not be written to whatever is opened next."""
        ends, self._in, self._out = {self._in, self._out}, -1, -1
        for end in ends - {-1}:
            os.close(end)


@dataclass(slots=True)
class Stop:
    """Whether the loop should end, and whether that ends the run: Ctrl-C does, the ignition (SIGTERM) does not."""

    asked: bool = False
    ended: bool = False


@contextmanager
def stopping(wake: Wake) -> Iterator[Stop]:
    """Let SIGINT and SIGTERM end the loop in order."""
    stop = Stop()

    def ask(number: int, _frame: object) -> None:
        stop.asked = True
        stop.ended = stop.ended or number == posix.SIGINT
        wake.up()

    before = {number: posix.signal(number, ask) for number in (posix.SIGINT, posix.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            posix.signal(number, handler)
