"""What is compared: our odometer, through its public functions as the engine uses them, and the simple ways.

An algorithm takes the events of a drive in order and is read at any moment.
"""

from collections.abc import Callable, Mapping
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from typing import Final, Protocol

from codriver.config import Wheel
from codriver.core import odometer, wheel
from codriver.core.odometer import Mark, Odometer
from codriver.decode.nmea import Fix, elapsed
from codriver.roadbook.geodesy import chord
from codriver.units import Metres, Seconds
from tests.bench.laboratory.wheel import M_PER_PULSE, Pulses

SPHERE: Final[Metres] = 6371000.0
# A display carries on for so long; after it the engine's clock ticks.
SILENCE: Final[Seconds] = 1.5


class Algorithm(Protocol):
    """A way to make a distance of fixes and pulses."""

    def fixed(self, fix: Fix, /) -> None:
        """A fix came in."""

    def rolled(self, pulses: Pulses, /) -> None:
        """The wheel was heard."""

    def ticked(self, t: Seconds, /) -> None:
        """A second passed without a fix."""

    def metres(self, t: Seconds, /) -> Metres:
        """The distance shown at `t`."""

    def bound(self, t: Seconds, /) -> Metres | None:
        """Its one-sigma bound, where it has one."""

    def marked(self) -> Mark | None:
        """A leg begins here: the errors that are not its own."""

    def bound_since(self, t: Seconds, mark: Mark, /) -> Metres | None:
        """The one-sigma bound of the leg since then."""


class Ours:
    """codriver.core.odometer, as core/engine.py feeds it."""

    sloping = False

    def __init__(self) -> None:
        self.odo = Odometer()
        self._probes = wheel.Probes()
        self._wheel = Wheel(M_PER_PULSE, M_PER_PULSE)
        self._heard: Seconds | None = None

    def fixed(self, fix: Fix) -> None:
        self.odo = odometer.fixed(self.odo, fix, sloping=self.sloping)

    def rolled(self, pulses: Pulses) -> None:
        t, first, second = pulses
        dt = None if self._heard is None else t - self._heard
        pace = odometer.witnessed(self.odo, t)
        self._probes, metres = wheel.metres(self._probes, self._wheel, first, second, dt, pace)
        self._heard = t
        self.odo = odometer.rolled(self.odo, t, metres)

    def ticked(self, t: Seconds) -> None:
        self.odo = odometer.carried(self.odo, t)

    def metres(self, t: Seconds) -> Metres:
        return odometer.at(self.odo, t)

    def bound(self, t: Seconds) -> Metres | None:
        return odometer.sigma(self.odo, t)

    def marked(self) -> Mark | None:
        return odometer.marked(self.odo)

    def bound_since(self, t: Seconds, mark: Mark) -> Metres | None:
        return odometer.sigma_since(self.odo, t, mark)


class Sloping(Ours):
    """The same where the event measures along the road: `along_slope`."""

    sloping = True


class Boundless:
    """Knows nothing of how sure it is."""

    def bound(self, _: Seconds) -> Metres | None:
        return None

    def marked(self) -> Mark | None:
        return None

    def bound_since(self, _: Seconds, _mark: Mark) -> Metres | None:
        return None


class Simple(Boundless):
    """The sum of something over all fixes; between two of them the last speed carries it on."""

    def __init__(self) -> None:
        self._sum: Metres = 0.0
        self._last: Fix | None = None

    def fixed(self, fix: Fix) -> None:
        last = self._last
        if last is None:
            self._last = fix
        elif fix.clock != last.clock:
            self.step(last, fix)

    def step(self, last: Fix, fix: Fix) -> None:
        """Add the way from one to the next."""
        raise NotImplementedError

    def rolled(self, _: Pulses) -> None:
        """The wheel is not heard."""

    def ticked(self, _: Seconds) -> None:
        """Nothing is carried."""

    def metres(self, t: Seconds) -> Metres:
        if self._last is None or self._last.speed is None:
            return self._sum
        return self._sum + self._last.speed * min(max(t - self._last.t, 0.0), SILENCE)

    def _count(self, metres: Metres, fix: Fix) -> None:
        self._sum += metres
        self._last = fix


class Haversine(Simple):
    """Every fix is added, on a sphere."""

    def step(self, last: Fix, fix: Fix) -> None:
        self._count(haversine(last, fix), fix)


class Ellipsoid(Simple):
    """Every fix is added, on WGS84."""

    def step(self, last: Fix, fix: Fix) -> None:
        self._count(chord(last.lat, last.lon, fix.lat, fix.lon), fix)


class Gated(Simple):
    """A fix is added when it is 5 m from the last one added, on a sphere."""

    gate: Metres = 5.0

    def step(self, last: Fix, fix: Fix) -> None:
        way = haversine(last, fix)
        if way >= self.gate:
            self._count(way, fix)

    def metres(self, _: Seconds) -> Metres:
        return self._sum


class Doppler(Simple):
    """The speed is integrated, by trapezoids over the receiver's own times."""

    def step(self, last: Fix, fix: Fix) -> None:
        dt = fix.t - last.t if fix.clock is None or last.clock is None else elapsed(last.clock, fix.clock)
        self._count(((last.speed or 0.0) + (fix.speed or 0.0)) / 2.0 * max(dt, 0.0), fix)


class WheelAlone(Boundless):
    """The wheel, by the factor that it was given."""

    def __init__(self) -> None:
        self._sum: Metres = 0.0

    def fixed(self, _: Fix) -> None:
        """No fix is heard."""

    def rolled(self, pulses: Pulses) -> None:
        probes = 2.0 if pulses.second else 1.0
        self._sum += (pulses.first + pulses.second) * M_PER_PULSE / probes

    def ticked(self, _: Seconds) -> None:
        """Nothing is carried."""

    def metres(self, _: Seconds) -> Metres:
        return self._sum


def haversine(a: Fix, b: Fix) -> Metres:
    """Metres on a sphere, as most phone apps have it."""
    lat1, lat2 = radians(a.lat), radians(b.lat)
    h = sin((lat2 - lat1) / 2.0) ** 2 + cos(lat1) * cos(lat2) * sin(radians(b.lon - a.lon) / 2.0) ** 2
    return 2.0 * SPHERE * asin(sqrt(min(1.0, h)))


OURS: Final = "ours"
SLOPING: Final = "ours, slope"
ALGORITHMS: Final[Mapping[str, Callable[[], Algorithm]]] = MappingProxyType(
    {
        OURS: Ours,
        SLOPING: Sloping,
        "haversine": Haversine,
        "ellipsoid": Ellipsoid,
        "gate 5 m": Gated,
        "Doppler": Doppler,
        "wheel alone": WheelAlone,
    }
)
