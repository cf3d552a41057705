"""The button panel on the Pi's own pins: raw edges through gpiozero, stamped as they happen.

Contacts close to ground against a pull-up. gpiozero calls from a thread of its own: there an edge is only stamped and
queued, and a pipe wakes the loop. Every bounce is an edge; what is a press is decided elsewhere.
"""

import contextlib
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any, Final

from codriver.signals import Edge, Fault, Signal, stamp
from codriver.units import Seconds
from codriver.wires.pinout import Contact

_INSTEAD: Final = "the pod, the keyboard and touch still work"


class NoPinsError(OSError):
    """There are no pins to open; the text says why."""


class Gpio:
    """The panel's contacts, opened at the first take. `clock` gives seconds since the segment's Start, in any thread.

    `factory` is a gpiozero pin factory; None means the Pi this runs on.
    """

    def __init__(self, contacts: Iterable[Contact], clock: Callable[[], Seconds], factory: Any = None) -> None:
        self._contacts = tuple(contacts)
        self._clock = clock
        self._factory = factory
        self._found: Any = None
        self._devices: list[Any] = []
        self._edges: deque[tuple[Seconds, str, bool]] = deque()
        self._held: set[str] = set()
        self._wake: tuple[int, int] | None = None
        self._opened = False

    def fileno(self) -> int | None:
        """The read end of the wake pipe; None before the first take and where there are no pins."""
        return None if self._wake is None else self._wake[0]

    def due(self) -> Seconds | None:
        """At once, to open; then never."""
        return None if self._opened else 0.0

    def take(self, now: Seconds) -> list[Signal]:
        """The edges since the last take. The first one opens the pins: a contact closed by then is a Fault, no edge."""
        news = [] if self._opened else self._open(now)
        self._hush()
        for t, name, closed in [self._edges.popleft() for _ in range(len(self._edges))]:
            # An edge of the last segment, or of the moment after `now` was read, happened by `now`.
            news.append(Edge(stamp(min(t, now)), "gpio", name, closed))
            if not closed and name in self._held:
                news += self._let_go(name, now)
        return news

    def close(self) -> None:
        """Let go of the pins, and of the factory if it was found here."""
        self._opened = True
        for device in self._devices:
            device.close()
        self._devices.clear()
        if self._found is not None:
            self._found.close()
        self._found = None
        ends, self._wake = self._wake or (), None
        for end in ends:
            os.close(end)

    def _open(self, now: Seconds) -> list[Signal]:
        self._opened = True
        try:
            if self._factory is None:
                self._factory = self._found = raspberry_pins()
            self._wake = _pipe()
        except OSError as error:
            return [Fault(stamp(now), "gpio", f"the panel's buttons are dead ({error}): {_INSTEAD}")]
        return [fault for contact in self._contacts for fault in self._watch(contact, now)]

    def _watch(self, contact: Contact, now: Seconds) -> list[Signal]:
        from gpiozero import DigitalInputDevice

        name = str(contact.button)
        try:
            device = DigitalInputDevice(contact.bcm, pull_up=contact.pull == "up", pin_factory=self._factory)
        except _refusals() as error:
            return [Fault(stamp(now), "gpio", f"button {name} on GPIO{contact.bcm} is dead ({error}): {_INSTEAD}")]
        self._devices.append(device)
        device.when_activated = partial(self._report, name, True)
        device.when_deactivated = partial(self._report, name, False)
        if not device.is_active:
            return []
        self._held.add(name)
        words = f"button {name} is closed at the start: it does nothing until it opens; let go, or check its wires"
        return [Fault(stamp(now), "gpio", words)]

    def _let_go(self, name: str, now: Seconds) -> list[Signal]:
        """A contact closed at the start has opened. A dead pin is never well again, so nothing is, beside it."""
        self._held.remove(name)
        well = not self._held and len(self._devices) == len(self._contacts)
        return [Fault(stamp(now), "gpio", "ok: every button is open")] if well else []

    def _report(self, name: str, closed: bool) -> None:
        """Called in gpiozero's thread."""
        self._edges.append((self._clock(), name, closed))
        if self._wake is not None:
            with contextlib.suppress(OSError):  # a full pipe wakes the loop just as well, a closed one has no need to
                os.write(self._wake[1], b"!")

    def _hush(self) -> None:
        """Empty the pipe, before the queue: an edge that comes in between wakes the loop once more."""
        if self._wake is not None:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._wake[0], 4096):
                    pass


def raspberry_pins() -> Any:
    """The pins of the Pi this runs on, through lgpio. NoPinsError with a sentence anywhere else."""
    try:
        import_module("gpiozero")
        _import_lgpio()
        return import_module("gpiozero.pins.lgpio").LGPIOFactory()
    except _refusals() as error:
        raise NoPinsError(f"no GPIO here: {error}") from error


def _import_lgpio() -> None:
    """Import lgpio in a folder of its own: it makes a FIFO in the working directory, and keeps both ends open.

    Its own switch for that (LG_WD) moves the whole process to another working directory for good. Once the ends are
    open nobody needs the name, so the folder goes again.
    """
    with tempfile.TemporaryDirectory(prefix="codriver-") as folder, contextlib.chdir(folder):
        import_module("lgpio")


def _refusals() -> tuple[type[Exception], ...]:
    """What gpiozero, and lgpio below it, raise when a pin cannot be had: known once they are imported."""
    known: list[type[Exception]] = [ImportError, OSError]
    if gpiozero := sys.modules.get("gpiozero"):
        known.append(gpiozero.GPIOZeroError)
    if lgpio := sys.modules.get("lgpio"):
        known.append(lgpio.error)
    return tuple(known)


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing
