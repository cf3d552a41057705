"""The GPS receiver on a serial port, at a baud rate that is told or found.

Everything the receiver says is reported, also what was read at a wrong rate. The one thing asked of a line here is
whether it holds a sentence with a right checksum: by that a rate is judged, never a position.
"""

from typing import Final

from codriver.signals import Fault, Line, Signal, stamp
from codriver.units import Seconds
from codriver.wires.lines import sentence
from codriver.wires.port import Port
from codriver.wires.wire import expired

LIKELY_RATES: Final = (9600, 115200, 38400, 4800, 57600, 19200, 230400, 460800)
TRIAL: Final[Seconds] = 1.5
"""From the first byte at a rate on trial: a receiver at 1 Hz sends one whole burst in it."""
PATIENCE: Final[Seconds] = 5.0
"""How long a rate that was good may bring bytes without a sentence before it is doubted."""


class Gps:
    """A receiver at `port` (a path). With `baud` None the rate is searched, the last good one first."""

    def __init__(self, port: str, baud: int | None = None) -> None:
        self._rates: tuple[int, ...] = LIKELY_RATES if baud is None else (baud,)
        self._port = Port(port, "gps", "GPS receiver", self._rates[0])
        self._trusted = baud is not None
        self._tried = 0
        self._doubted_since: Seconds | None = None
        self._told = False

    @property
    def baud(self) -> int | None:
        """The rate that is told or found; None while it is searched."""
        return self._port.baud if self._trusted else None

    def fileno(self) -> int | None:
        """The receiver's descriptor; None while it is away."""
        return self._port.fileno()

    def due(self) -> Seconds | None:
        """When to open the port again, or when the rate's time is up; None while all is well."""
        if self._port.fileno() is None or self._doubted_since is None:
            return self._port.due()
        return self._doubted_since + self._patience

    def take(self, now: Seconds) -> list[Signal]:
        """Every line there is; Faults for a receiver that went, came back, or speaks no NMEA."""
        signals = self._port.take(now)
        if self._port.fileno() is None:
            self._begin_again()
        elif any(isinstance(signal, Line) and sentence(signal.text) is not None for signal in signals):
            signals += self._trust(now)
        elif self._doubted_since is None:
            self._doubted_since = now if self._port.heard == now else None
        elif expired(self._doubted_since, self._patience, now):
            signals += self._doubt(now)
        return signals

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()

    @property
    def _patience(self) -> Seconds:
        return PATIENCE if self._trusted else TRIAL

    def _begin_again(self) -> None:
        """Away: whatever comes back is first listened to at the last good rate."""
        self._port.baud = self._rates[0]
        self._trusted = len(self._rates) == 1
        self._tried, self._doubted_since, self._told = 0, None, False

    def _trust(self, now: Seconds) -> list[Signal]:
        self._doubted_since = None
        if not self._trusted:
            good = self._port.baud
            self._rates = (good, *(rate for rate in self._rates if rate != good))
            self._trusted = True
        if not self._told:
            return []
        self._told = False
        return [Fault(stamp(now), "gps", f"ok: the GPS receiver sends NMEA at {self._port.baud} baud")]

    def _doubt(self, now: Seconds) -> list[Signal]:
        """This rate brought bytes but no sentence: try the next. One that was good is tried once more at first."""
        self._doubted_since = None
        if len(self._rates) > 1 and self._trusted:
            self._trusted, self._tried = False, 0
            return []
        self._tried += 1
        signals = self._port.retune(self._rates[self._tried % len(self._rates)], now)
        if self._tried >= len(self._rates) and not self._told:
            self._told = True
            signals.append(Fault(stamp(now), "gps", self._no_nmea()))
        return signals

    def _no_nmea(self) -> str:
        lowest, highest = min(self._rates), max(self._rates)
        tried = f"{lowest}" if lowest == highest else f"any of {lowest} to {highest}"
        return f"the GPS receiver sends binary, no NMEA with a checksum, at {tried} baud: switch its NMEA output on"
