"""The way driven while GPS was away, from what both ends of the gap say and what the wheel counted.

Each of them has its own sigma, and counts by it: over five seconds the cubic is as good as having no gap, beyond ten
only a wheel helps, and in sand that is no good wheel either (gps-data 2 and 3). Metres, seconds.
"""

from math import hypot, sqrt
from typing import Final, NamedTuple

from codriver.core.reference import COURSELESS, JUMP_ROOM, Reference, most, velocity
from codriver.roadbook.geodesy import offset
from codriver.roadbook.model import Position
from codriver.units import Metres, MetresPerSecond, Seconds

# Up to here two velocities tell of a way between them; beyond, only the straight line is left.
CUBIC: Final[Seconds] = 60.0
# Without a place at its end, a mean speed is worth something for so long.
CARRIED: Final[Seconds] = 120.0
# Who stood and stands has gone, unseen or at a crawl, when he is this far from where he stood; less is a wander.
AWAY: Final[Metres] = 30.0

# Sigma of a gap bridged by velocities and places: it grows as an unknown acceleration's change does, then as an
# unknown speed (the p95 of a suburb's 3, 5, 10, 20 and 40 s are 0.2, 0.8, 10, 61 and 161 m, of the Pyrenees' 1.1, 2.1,
# 16, 94 and 272: gps-data 2, gaps). By speeds alone, and while the gap is open: the simulated car strays 6 m in 3 s,
# 13 in 5, 35 in 10, 80 in 20.
BASE: Final[Metres] = 2.0
CUBED: Final = 0.008
CUBED_MOST: Final[MetresPerSecond] = 2.7
EVEN: Final = (0.25, 5.0)
OPEN: Final = (0.6, 5.0)
# Two tellings that disagree by more than this many of their sigmas: neither is as good as it thinks.
AT_ODDS: Final = 3.0
# A wheel that is shorter than so much of the straight line has lost pulses; by less, a place may be at fault.
SHORT: Final = 0.6


class Way(NamedTuple):
    """Metres, and how far off they may be: one sigma."""

    metres: Metres
    sigma: Metres


def grown(growth: tuple[float, float], dt: Seconds) -> Metres:
    """How far off a time without measurement puts the distance."""
    return min(growth[0] * dt * dt, growth[1] * dt)


def tellings(
    last: Reference, here: Reference, dt: Seconds, straight: Metres | None, wheel: Way | None, winds: float = 1.0
) -> tuple[Way, Way | None]:
    """The way from the one fix to the other as these two tell it, and what the wheel made of it if that can be true.

    `straight` is the chord, `wheel` the wheel's telling, if it lived, and `winds` the road's own way for one metre of
    the cubic.
    """
    even = (last.speed + here.speed) / 2.0 * dt
    least = 0.0 if straight is None or here.lat is None else straight
    if wheel is not None and not SHORT * least - JUMP_ROOM <= wheel.metres <= most(even, dt):
        wheel = None
    return _seen(last, here, dt, even, least, winds), wheel


def _seen(last: Reference, here: Reference, dt: Seconds, even: Metres, least: Metres, winds: float) -> Way:
    """By what the two fixes say alone."""
    if here.lat is None or last.lat is None:
        return Way(even, grown(EVEN, dt)) if dt <= CARRIED else Way(0.0, grown(EVEN, dt))
    way = max(least, winds * cubic(last, here, dt)) if dt <= CUBIC else least
    sigma = min(BASE + CUBED * dt * dt * dt, CUBED_MOST * dt, max(way, even))
    return Way(way, max(sigma, way / 4.0) if dt > CUBIC else sigma)


def weighed(eyes: Way, wheel: Way | None) -> Way:
    """Both, each by how sure it is; what was seen where there is no wheel."""
    if wheel is None:
        return eyes
    trust = 1.0 / max(eyes.sigma, 0.01) ** 2, 1.0 / max(wheel.sigma, 0.01) ** 2
    way = (eyes.metres * trust[0] + wheel.metres * trust[1]) / (trust[0] + trust[1])
    sigma = 1.0 / sqrt(trust[0] + trust[1])
    apart = abs(eyes.metres - wheel.metres) / hypot(eyes.sigma, wheel.sigma)
    return Way(way, sigma * max(1.0, apart / AT_ODDS))


def cubic(last: Reference, here: Reference, dt: Seconds) -> Metres:
    """Length of the cubic that leaves one fix with its velocity and meets the other with its own (Hermite).

    Where a receiver prints no course, the mean of both speeds; 0 for one that is slow, and has none to print.
    """
    start, end = velocity(last.speed, last.course), velocity(here.speed, here.course)
    if start is None or end is None or last.lat is None or last.lon is None or here.lat is None or here.lon is None:
        return (last.speed + here.speed) / 2.0 * dt if min(last.speed, here.speed) > COURSELESS else 0.0
    east, north = offset(Position(last.lat, last.lon), Position(here.lat, here.lon))
    way = 0.0
    for i in range(20):
        u = (i + 0.5) / 20
        way += hypot(_slope(u, east, start[0] * dt, end[0] * dt), _slope(u, north, start[1] * dt, end[1] * dt))
    return way / 20


def _slope(u: float, whole: Metres, start: Metres, end: Metres) -> Metres:
    """Derivative at `u` of the Hermite cubic from 0 to `whole` with these end tangents."""
    return 6 * u * (1 - u) * whole + (1 - u) * (1 - 3 * u) * start + u * (3 * u - 2) * end
