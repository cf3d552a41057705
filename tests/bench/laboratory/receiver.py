"""What a receiver in the laboratory makes of a drive: the core's own fixes, with its errors and its delays.

A fix holds what the sentences would hold, rounded to their digits. `t` is its arrival, `clock` its own epoch.
"""

from collections.abc import Iterator
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from random import Random
from typing import Final, NamedTuple

from codriver.decode.nmea import Fix
from codriver.signals import stamp
from codriver.simulate.car import Run
from codriver.simulate.course import Course, Place
from codriver.simulate.errors import gauss_markov, smooth, stream
from codriver.units import DAY, KNOT, Degrees, Metres, MetresPerSecond, Seconds
from tests.bench.laboratory.pistes import ECCENTRICITY2, EQUATOR
from tests.bench.laboratory.scenarios import Receiver
from tests.bench.laboratory.sky import Cover, within

MORNING: Final[Seconds] = 6.5 * 3600.0
DATE: Final = "100126"
JUMP: Final = (30.0, 400.0)  # metres (3)
# Most jumps are single fixes (3.2), the others last some seconds. The false speeds (3) are among the single ones: what
# holds a false place for seconds is a filter, and its speed is Doppler's.
SINGLE: Final = 0.7
FALSE_SPEED: Final = 0.3
FASTEST_FALSE: Final[MetresPerSecond] = 40.0
# u-blox print no course below about this: "course blank when slow" (8).
COURSE_ABOVE: Final[MetresPerSecond] = 0.5
WALLS: Final[Metres] = 12.0  # "p50 16 m" between buildings, unfiltered (2)
SETTLING: Final[Seconds] = 3.0  # "after a gap the first seconds are worse" (8); figures ours
UNSETTLED: Final[Metres] = 6.0
WORSE: Final = 2.0  # speeds between walls, and just after a gap: ours


class Jump(NamedTuple):
    """An outlier that lasts `until`: metres east and north, and the false speed that goes with some."""

    until: Seconds
    east: Metres
    north: Metres
    speed: MetresPerSecond | None


NOWHERE: Final = Jump(-1.0, 0.0, 0.0, None)


class Void(NamedTuple):
    """An epoch in which the receiver says that it has no fix."""

    t: Seconds
    clock: Seconds


class Antenna:
    """One receiver on one drive: its running errors, moved on once an epoch."""

    def __init__(self, kind: Receiver, random: Random, hz: int) -> None:
        self._kind, self._random, self._dt = kind, random, 1.0 / hz
        sigma, tau = random.uniform(*kind.offset) / sqrt(2.0), random.uniform(*kind.offset_tau)
        self._east, self._north = (smooth(random, sigma, tau / 2.0, self._dt) for _ in range(2))
        self._up = smooth(random, 1.7 * sigma, random.uniform(*kind.offset_tau) / 2.0, self._dt)
        self._walls = [gauss_markov(random, WALLS, 15.0, self._dt) for _ in range(2)]
        self._noise = [gauss_markov(random, kind.noise, kind.noise_tau, self._dt) for _ in range(2)]
        self._jump = NOWHERE
        self._lost, self._away = -1e9, (0.0, 0.0)

    def epoch(self, t: Seconds, run: Run, course: Course, flat: tuple[float, ...], cover: Cover) -> Fix | Void | None:
        """What it says of `t`, without its arrival; None where it says nothing."""
        kind, random = self._kind, self._random
        east, north, up = next(self._east), next(self._north), next(self._up)
        walls = next(self._walls[0]), next(self._walls[1])
        noise = next(self._noise[0]), next(self._noise[1])
        self._jumped(t)
        chance, walled = random.random(), within(cover.canyons, t)
        if within(cover.blocked, t):
            self._lost = t
            self._away = random.gauss(0.0, UNSETTLED), random.gauss(0.0, UNSETTLED)
            return None if within(cover.silent, t) else Void(t, _clock(t))
        fading = exp((self._lost - t) / SETTLING)
        if chance < kind.lost:
            return None
        if chance > 1.0 - kind.void * (20.0 if walled else 1.0):
            return Void(t, _clock(t))
        east += self._away[0] * fading + self._jump.east + random.gauss(0.0, kind.jitter)
        north += self._away[1] * fading + self._jump.north + random.gauss(0.0, kind.jitter)
        if walled:
            east, north = east + walls[0], north + walls[1]
        worse = (WORSE if walled else 1.0) + (WORSE - 1.0) * fading
        speed, way = self._velocity(t, run, course, flat, (noise[0] * worse, noise[1] * worse))
        place = course.at(run.at(t).distance)
        return _fix(kind, t, place, (east, north, up), speed, way)

    def _velocity(
        self, t: Seconds, run: Run, course: Course, flat: tuple[float, ...], noise: tuple[float, float]
    ) -> tuple[MetresPerSecond, Degrees]:
        """Speed over ground and course, of a moment ago."""
        metres, speed = run.at(t - self._kind.lag)
        piece = min(int(metres / course.length * len(flat)), len(flat) - 1)
        heading = radians(course.at(metres).heading)
        east = speed * flat[piece] * sin(heading) + noise[0]
        north = speed * flat[piece] * cos(heading) + noise[1]
        if self._jump.speed is not None:
            return self._jump.speed, degrees(atan2(self._jump.east, self._jump.north))
        return hypot(east, north), degrees(atan2(east, north))

    def _jumped(self, t: Seconds) -> None:
        """Begin, hold or end an outlier. One that lasts wanders."""
        kind, random = self._kind, self._random
        if t < self._jump.until:
            east, north = self._jump.east + random.gauss(0.0, 3.0), self._jump.north + random.gauss(0.0, 3.0)
            self._jump = self._jump._replace(east=east, north=north)
        elif random.random() < kind.outliers_per_hour / 3600.0 * self._dt:
            size, way = random.uniform(*JUMP), radians(random.uniform(0.0, 360.0))
            single = random.random() < SINGLE
            lasts = self._dt / 2.0 if single else random.uniform(1.0, 4.0)
            false = single and random.random() < FALSE_SPEED / SINGLE
            speed = random.uniform(0.0, FASTEST_FALSE) if false else None
            self._jump = Jump(t + lasts, size * sin(way), size * cos(way), speed)
        else:
            self._jump = NOWHERE


def heard(
    kind: Receiver, run: Run, course: Course, flat: tuple[float, ...], cover: Cover, hz: int, seed: str
) -> Iterator[Fix | Void]:
    """All epochs of a drive in the order of their arrival, those that come twice as well."""
    random = stream(0, f"{seed} link")
    antenna, last = Antenna(kind, stream(0, f"{seed} receiver"), hz), 0.0
    for k in range(int(run.duration * hz) + 1):
        said = antenna.epoch(round(k / hz, 3), run, course, flat, cover)
        delay = kind.latency + random.expovariate(1.0 / kind.latency_jitter) - kind.latency_jitter
        times = 2 if random.random() < kind.doubled else 1
        if said is None:
            continue
        for again in range(times):
            last = stamp(max(said.t + delay + 0.02 * again, last + 0.02))
            yield arrived(said, last)


def arrived(said: Fix | Void, t: Seconds) -> Fix | Void:
    """The same at the moment of its last byte."""
    if isinstance(said, Void):
        return said._replace(t=t)
    return Fix(t, said.clock, said.date, said.lat, said.lon, said.alt, said.speed, said.course, said.quality)


def _clock(t: Seconds) -> Seconds:
    return round((MORNING + t) % DAY, 2)


def _fix(
    kind: Receiver,
    t: Seconds,
    place: Place,
    error: tuple[Metres, Metres, Metres],
    speed: MetresPerSecond,
    way: Degrees,
) -> Fix:
    s = sin(radians(place.lat))
    w = 1.0 - ECCENTRICITY2 * s * s
    lat = place.lat + degrees(error[1] * w * sqrt(w) / (EQUATOR * (1.0 - ECCENTRICITY2)))
    lon = place.lon + degrees(error[0] * sqrt(w) / (EQUATOR * cos(radians(place.lat))))
    digits = kind.position_digits
    course = None if speed < COURSE_ABOVE else round(way % 360.0, 2) % 360.0
    knots = round(speed / KNOT, kind.speed_digits)
    alt = round(place.alt + error[2], 1)
    return Fix(t, _clock(t), DATE, _printed(lat, digits), _printed(lon, digits), alt, knots * KNOT, course, 1)


def _printed(angle: Degrees, digits: int) -> Degrees:
    """The angle as degrees and minutes of so many digits hold it."""
    unit: int = 10**digits
    whole, minutes = divmod(round(abs(angle) * 60.0 * unit), 60 * unit)
    value = whole + minutes / unit / 60.0
    return value if angle >= 0.0 else -value
