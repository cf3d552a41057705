"""The way driven while GPS was away, from what both ends of the gap say and what the wheel counted.

Each of them has its own sigma, and counts by it: over five seconds the cubic is as good as having no gap, beyond ten
only a wheel helps, and in sand that is no good wheel either (gps-data 2 and 3). Metres, seconds.
"""

from math import hypot, sqrt
from typing import Final, NamedTuple

from codriver.core.reference import COURSELESS, JUMP_ROOM, SPURT, Reference, most, velocity
from codriver.roadbook.geodesy import offset
from codriver.roadbook.model import Position
from codriver.units import Metres, MetresPerSecond, Seconds

# Without a place at its end, a mean speed is worth something for so long.
CARRIED: Final[Seconds] = 120.0
# Who stood and stands has gone, unseen or at a crawl, when he is this far from where he stood; less is a wander.
AWAY: Final[Metres] = 30.0

# Sigma of a gap bridged by velocities and places: what two places err, one of them by a receiver that settles, and
# what bends hide, which grows with the square of the time at first, faster where the road winds. The simulated car
# strays 5 to 7 m in 10 s, 16 to 32 in 20, 58 to 110 in 40, and 9 to 22 % of its way in one or two minutes; the p95 of a
# suburb's 5, 10, 20 and 40 s are 0.8, 10, 61 and 161 m, of the Pyrenees' 2.1, 16, 94 and 272 (gps-data 2, gaps). By
# speeds alone it strays 2.5 m in 3 s, 8 in 5, 28 in 10.
PLACES: Final[Metres] = 4.0
FAR: Final[Seconds] = 40.0
HIDDEN: Final = 0.06
HIDDEN_MORE: Final = 0.15
EVEN: Final = 0.25
EVEN_MOST: Final[MetresPerSecond] = 5.0
# A road bends more than the cubic, which is as straight as it can be: by this share of what that bends itself, and, of
# the road's own winding, by this share of the cubic and of each metre that the speeds at both ends make more than it.
# Who is fast there and gets nowhere has been round bends. Fitted to gaps of 10 to 40 s of four courses together; true
# of two minutes as well.
BENT: Final = 0.2
WINDS: Final = 0.45
GETS_NOWHERE: Final = 1.5
# No velocity leads further than so many times the straight line and its room: a car that was fast at one end and is
# still near has braked.
LEADS: Final = 3.0
LEADS_ROOM: Final[Metres] = 30.0
# Two tellings that disagree by more than this many of their sigmas: neither is as good as it thinks.
AT_ODDS: Final = 3.0
# A wheel that is shorter than so much of the straight line has lost pulses; by less, a place may be at fault.
SHORT: Final = 0.6
# What a car gains on its way that is fast for half of a time, and slow again at its end: as hard as it pulls and brakes
# (4 and 6 m/s²), times t².
SPRINT: Final = 1.2


class Way(NamedTuple):
    """Metres, and how far off they may be: one sigma."""

    metres: Metres
    sigma: Metres


class Winds(NamedTuple):
    """By what share a cubic over 20 s is short of this road, and what of that a gap of this length hides."""

    share: float
    hides: float


UNWINDING: Final = Winds(0.0, 0.0)


def tellings(
    last: Reference,
    here: Reference,
    dt: Seconds,
    straight: Metres | None,
    wheel: Way | None,
    winds: Winds = UNWINDING,
    *,
    sound: bool = False,
) -> tuple[Way, Way | None]:
    """The way from the one fix to the other as these two tell it, and what the wheel made of it if that can be true.

    `straight` is the chord, `wheel` the wheel's telling, if it lived, `winds` how the road winds. `sound`: the wheel
    turns at the end as fast as GPS says that the car goes, so that it has lost no pulses, and the place is at fault.
    """
    even = (last.speed + here.speed) / 2.0 * dt
    least = 0.0 if straight is None or here.lat is None else straight
    if wheel is not None and wheel.metres > most(even, dt) + (SPRINT - SPURT) * dt * dt:
        wheel = None
    if wheel is not None and wheel.metres < SHORT * least - JUMP_ROOM and not sound:
        wheel = None
    return _seen(last, here, dt, even, least, winds), wheel


def _seen(last: Reference, here: Reference, dt: Seconds, even: Metres, least: Metres, winds: Winds) -> Way:
    """By what the two fixes say alone: in a short gap their speeds know better, in a longer one their places."""
    if here.lat is None or last.lat is None:
        return _evenly(even, dt) if dt <= CARRIED else Way(0.0, EVEN_MOST * dt)
    curve = max(least, cubic(last, here, dt))
    hidden = winds.hides * (WINDS * curve + GETS_NOWHERE * max(even - curve, 0.0))
    way = curve + BENT * (curve - least) + hidden
    sigma = min(hypot(PLACES, _hidden(dt, winds)), max(way, even))
    return weighed(Way(way, sigma), Way(even, EVEN * dt * dt))


def _evenly(even: Metres, dt: Seconds) -> Way:
    """By speeds alone."""
    return Way(even, min(EVEN * dt * dt, EVEN_MOST * dt))


def _hidden(dt: Seconds, winds: Winds) -> Metres:
    """What a road that winds so hides in such a time, one sigma."""
    return (HIDDEN + HIDDEN_MORE * winds.share) * min(dt, FAR) * dt


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
    furthest = LEADS * (hypot(east, north) + LEADS_ROOM)
    before, after = min(dt, furthest / max(last.speed, COURSELESS)), min(dt, furthest / max(here.speed, COURSELESS))
    way = 0.0
    for i in range(20):
        u = (i + 0.5) / 20
        way += hypot(
            _slope(u, east, start[0] * before, end[0] * after), _slope(u, north, start[1] * before, end[1] * after)
        )
    return way / 20


def _slope(u: float, whole: Metres, start: Metres, end: Metres) -> Metres:
    """Derivative at `u` of the Hermite cubic from 0 to `whole` with these end tangents."""
    return 6 * u * (1 - u) * whole + (1 - u) * (1 - 3 * u) * start + u * (3 * u - 2) * end
