"""What a satellite receiver makes of the way a car goes: one epoch after another, with its errors and its delays.

SI and true degrees; `t` is seconds since the drive began, by the receiver's own clock, which is right. Figures are
from gps-data.md ("2" is its section 2) and from the recordings that tests/simulate/test_receiver_statistics.py
compares with. Knows nothing of sentences.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from math import atan2, cos, degrees, exp, hypot, radians, sin
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple

from codriver.roadbook.geodesy import chord
from codriver.simulate.car import Run
from codriver.simulate.course import Course
from codriver.simulate.errors import gauss_markov, smooth, stream
from codriver.simulate.sky import CLEAR, Cover, Habits, Sky
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver's manners. As it stands, a perfect one: only its digits and its delay part it from the truth."""

    position_sigma: Metres = 0.0
    """Offset of each of north and east, drifting smoothly."""
    position_tau: Seconds = 30.0
    jitter: Metres = 0.0
    """What is new in each epoch, each axis."""
    canyon_sigma: Metres = 0.0
    """Further offset between walls."""
    reacquired_sigma: Metres = 0.0
    """Further offset just after a gap, gone in some seconds."""
    speed_sigma: MetresPerSecond = 0.0
    """Noise of each axis of the velocity in motion, and `still_sigma` at rest."""
    still_sigma: MetresPerSecond = 0.0
    speed_tau: Seconds = 0.0
    lag: Seconds = 0.0
    """How much older the velocity is than the position beside it."""
    hold: MetresPerSecond = 0.0
    """Below this the printed speed is 0 (static hold), while positions wander on."""
    latency: Seconds = 0.08
    """From the epoch to the first byte of its first sentence."""
    latency_sigma: Seconds = 0.0
    lost_rate: float = 0.0
    """Share of epochs lost, for each Hz: a busy link loses more."""
    doubled: float = 0.0
    """Share of epochs that come twice."""
    outliers_per_hour: float = 0.0
    baud: int = 115200
    position_digits: int = 5
    speed_digits: int = 3
    sky: Habits = CLEAR


QUIET: Final = Receiver(position_digits=7)

# The median receiver of the recordings where several can be compared (standing still), and comma2k19's u-blox M8,
# the only one with a truth beside it, where one must move.
REAL: Final = Receiver(
    # 0.5 to 3 m of offset, correlated 0.78 / 0.45 / 0.04 over 10 / 60 / 120 s, 0.01 m of jitter (2). Two poles of
    # 30 s give 0.96 / 0.41 / 0.09; 0.53 m an axis then drifts 0.22 m in 10 s and 3.6 times that in 60 s. Recorded:
    # 0.29 m by the median receiver at rest, 0.19 m by the M8 in motion (of which its truth, made with the help of
    # the same M8, hides a part), and 3.7 times as much in 60 s.
    position_sigma=0.53,
    position_tau=30.0,
    jitter=0.009,
    canyon_sigma=8.0,  # "far worse" between buildings, p50 16 m (2, note 1), for a receiver that does filter
    reacquired_sigma=4.0,  # "after a gap the first seconds are worse" (8); the figure is ours
    # 0.05 to 0.15 m/s, correlated over 0.8 s, lag 0.1 s (3). The M8 shows 0.06 m/s and no correlation that
    # outlives one epoch, once its lag is taken out: 0.14 s behind, positions 0.08 s.
    speed_sigma=0.06,
    speed_tau=0.0,
    lag=0.055,
    still_sigma=0.0125,  # printed speed at rest, p95: 0.012 to 0.11 m/s (2), the median recording 0.03
    latency=0.08,  # 0.08 to 0.1 s (2)
    latency_sigma=0.008,  # spacing of comma2k19's arrivals 73 to 197 ms at 10 Hz (2), sd 0.010 s
    lost_rate=0.0032,  # comma2k19: 19 of 598 at 10 Hz; none in 14 recordings at 1 Hz
    doubled=0.0005,  # "repeated epochs" (8); the figure is ours
    outliers_per_hour=4.0,  # what adds 2.7 % to summed positions in an hour of rally (3.2)
    sky=Habits(warm_up=4.0, dropouts_per_hour=6.0),  # (3.2)
)

HARSH: Final = replace(
    REAL,
    position_sigma=5.0,  # 2 to 5 m, tau 60 to 300 s (3)
    position_tau=100.0,
    jitter=0.15,  # (3.2)
    canyon_sigma=15.0,  # p50 16 m (2, note 1)
    reacquired_sigma=12.0,
    speed_sigma=0.15,
    still_sigma=0.10,  # without static hold: 0.11 m/s at p95 for a SiRF (2), 780 m/h of creep at 5 Hz (3.2)
    speed_tau=0.8,
    lag=0.1,
    latency=0.12,  # (3)
    latency_sigma=0.02,
    lost_rate=0.005,
    doubled=0.005,
    outliers_per_hour=20.0,  # (3.2, standstill)
    baud=38400,
    position_digits=4,
    speed_digits=2,
    # 2.2 km of tunnel in 60, 15 % canyon, 30 dropouts an hour (3.2, scenario notes)
    sky=Habits(warm_up=8.0, dropouts_per_hour=30.0, tunnel_share=0.037, canyon_share=0.15),
)

NOISES: Final[Mapping[str, Receiver]] = MappingProxyType({"quiet": QUIET, "real": REAL, "harsh": HARSH})


class Fix(NamedTuple):
    """What the receiver believes; `course` is None when it is too slow to tell."""

    lat: Degrees
    lon: Degrees
    alt: Metres
    speed: MetresPerSecond
    course: Degrees | None
    satellites: int
    hdop: float


class Epoch(NamedTuple):
    """One instant as the receiver tells it: no `fix` under cover, no time (`dated`) before it first saw the sky."""

    t: Seconds
    arrival: Seconds
    fix: Fix | None
    dated: bool
    times: int


# A jump of 30 to 400 m, three in ten with a false speed (3); most are single fixes (3.2).
_JUMP: Final = (30.0, 400.0)
_FALSE_SPEED: Final = (0.3, 5.0, 30.0)
_SETTLING: Final[Seconds] = 3.0
# u-blox print no course below about this speed: "course blank when slow" (8).
_COURSE_ABOVE: Final[MetresPerSecond] = 0.5
# Noise of a filter that knows it moves grows from that at rest to its full size by this speed.
_FULLY_MOVING: Final[MetresPerSecond] = 3.0


def epochs(receiver: Receiver, car: Run, course: Course, sky: Sky, hz: int, seed: int) -> Iterator[Epoch]:
    """All that this receiver has to say of the drive, in order, at `hz` epochs a second on its own clock's grid."""
    link = stream(seed, "link")
    errors = _Errors(receiver, stream(seed, "receiver"), hz)
    for k in count():
        t = round(k / hz, 2)
        if t > car.duration:
            return
        fix = errors.fix(t, car, course, sky)
        delay = max(0.02, link.gauss(receiver.latency, receiver.latency_sigma))
        lost = link.random() < receiver.lost_rate * hz
        times = 2 if link.random() < receiver.doubled else 1
        if not lost and not sky.silent(t):
            yield Epoch(t, t + delay, fix, dated=t >= sky.dated, times=times)


class _Errors:
    """The running errors of one receiver, moved on once an epoch."""

    def __init__(self, receiver: Receiver, random: Random, hz: int) -> None:
        dt = 1 / hz
        self._receiver = receiver
        self._random = random
        self._outlier_chance = receiver.outliers_per_hour / 3600 / hz
        self._outlier: tuple[int, float, float, float] = (0, 0.0, 0.0, 0.0)
        self._drift = [smooth(random, receiver.position_sigma, receiver.position_tau, dt) for _ in range(3)]
        self._walls = [gauss_markov(random, receiver.canyon_sigma, 15.0, dt) for _ in range(2)]
        self._velocity = [gauss_markov(random, 1.0, receiver.speed_tau, dt) for _ in range(2)]
        self._gap_end = -1e9
        self._gap_offset = (0.0, 0.0)

    def fix(self, t: Seconds, car: Run, course: Course, sky: Sky) -> Fix | None:
        """What is believed at `t`; the errors move on whether or not there is a fix."""
        cover = sky.cover(t)
        east, north, up = self._offset(t, cover)
        metres, _ = car.at(t)
        speed, way = self._seen(t, car, course, cover)
        if cover is Cover.BLOCKED:
            return None
        place = course.at(metres)
        lat, lon = _moved(place.lat, place.lon, east, north)
        walled = cover is Cover.CANYON
        return Fix(lat, lon, place.alt + up, speed, way, 6 if walled else 14, 2.4 if walled else 0.8)

    def _offset(self, t: Seconds, cover: Cover) -> tuple[Metres, Metres, Metres]:
        east, north, up = (next(axis) for axis in self._drift)
        walls = [next(axis) for axis in self._walls]
        jump = self._jump()
        if cover is Cover.BLOCKED:
            self._gap_end = t
            sigma = self._receiver.reacquired_sigma
            self._gap_offset = (self._random.gauss(0.0, sigma), self._random.gauss(0.0, sigma))
        fading = exp((self._gap_end - t) / _SETTLING)
        east += jump[0] + self._gap_offset[0] * fading + self._random.gauss(0.0, self._receiver.jitter)
        north += jump[1] + self._gap_offset[1] * fading + self._random.gauss(0.0, self._receiver.jitter)
        if cover is Cover.CANYON:
            return east + walls[0], north + walls[1], 2 * up
        return east, north, 1.5 * up

    def _jump(self) -> tuple[Metres, Metres]:
        left, east, north, false = self._outlier
        if left > 0:
            self._outlier = (left - 1, east, north, false)
        elif self._random.random() < self._outlier_chance:
            size, way = self._random.uniform(*_JUMP), self._random.uniform(0.0, radians(360))
            share, least, most = _FALSE_SPEED
            false = self._random.uniform(least, most) if self._random.random() < share else 0.0
            longer = 0 if self._random.random() < 0.7 else self._random.randint(1, 4)
            self._outlier = (longer, size * sin(way), size * cos(way), false)
        else:
            self._outlier = (0, 0.0, 0.0, 0.0)
        return self._outlier[1], self._outlier[2]

    def _seen(self, t: Seconds, car: Run, course: Course, cover: Cover) -> tuple[MetresPerSecond, Degrees | None]:
        receiver = self._receiver
        metres, speed = car.at(t - receiver.lag)
        sigma = receiver.still_sigma + (receiver.speed_sigma - receiver.still_sigma) * min(1.0, speed / _FULLY_MOVING)
        if cover is Cover.CANYON:
            sigma *= 3
        ahead, aside = (sigma * next(axis) for axis in self._velocity)
        ahead += speed + self._outlier[3]
        seen = hypot(ahead, aside)
        if seen < receiver.hold:
            seen = 0.0
        if seen < _COURSE_ABOVE:
            return seen, None
        return seen, (course.at(metres).heading + degrees(atan2(aside, ahead))) % 360.0


def _moved(lat: Degrees, lon: Degrees, east: Metres, north: Metres) -> tuple[Degrees, Degrees]:
    """The place this many metres from another, for some hundred metres."""
    if east == north == 0.0:
        return lat, lon
    small = 1e-3
    return (
        lat + north * small / chord(lat - small / 2, lon, lat + small / 2, lon),
        lon + east * small / chord(lat, lon - small / 2, lat, lon + small / 2),
    )
