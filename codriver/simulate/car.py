"""How a car goes along a course: as fast as corners, ground, engine, brakes and the book let it.

Metres, seconds, m/s. The speed is found on a grid of distances; between two nodes the acceleration is constant, so
distance and speed at any moment are exact and the one is the other's integral. Knows nothing of receivers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import Final, NamedTuple

from codriver.simulate.course import Course
from codriver.simulate.ground import Ground
from codriver.simulate.orders import Stand, Zone
from codriver.units import Metres, MetresPerSecond, Seconds

CELL: Final[Metres] = 2.0
# Where a limit is broken, points are lost: drivers keep a little below, and brake a little before.
CARE: Final = 0.97


@dataclass(frozen=True, slots=True)
class Driver:
    """What car and driver dare: m/s, m/s2, and watts a kilogram. Plausible for a rally-raid car on gravel.

    The hardest acceleration in comma2k19, an ordinary car in traffic, is 2.6 m/s2; gps-data.md 6 takes 9 m/s2 as
    more than any car does.
    """

    top: MetresPerSecond = 38.0
    cornering: float = 4.5
    traction: float = 3.0
    braking: float = 4.5
    power: float = 70.0


PACES: Final[Mapping[str, float]] = {"slow": 0.65, "rally": 1.0, "flat out": 1.25}


class Motion(NamedTuple):
    """Where along the course the car is, and how fast it goes."""

    distance: Metres
    speed: MetresPerSecond


@dataclass(frozen=True, slots=True)
class Run:
    """A drive as knots in time, with constant acceleration from each to the next."""

    t: tuple[Seconds, ...]
    distance: tuple[Metres, ...]
    speed: tuple[MetresPerSecond, ...]

    @property
    def duration(self) -> Seconds:
        """Seconds from the first knot to the last."""
        return self.t[-1]

    def at(self, t: Seconds) -> Motion:
        """Distance and speed at `t`; before the first knot and after the last, as there."""
        i = min(max(bisect_right(self.t, t) - 1, 0), len(self.t) - 2)
        span = self.t[i + 1] - self.t[i]
        since = min(max(t - self.t[i], 0.0), span)
        v0 = self.speed[i]
        gain = (self.speed[i + 1] - v0) * (since / span)
        return Motion(self.distance[i] + (v0 + gain / 2) * since, v0 + gain)

    def when(self, metres: Metres) -> Seconds:
        """The time at which the car reaches this distance, to the knot before."""
        return self.t[max(0, bisect_left(self.distance, metres) - 1)]

    def pauses(self) -> Iterator[tuple[Seconds, Seconds, Metres]]:
        """(from, to, where) of each time the car stands."""
        knots = zip(self.t, self.distance, self.speed, strict=True)
        for (t0, s0, v0), (t1, _, v1) in pairwise(knots):
            if v0 == v1 == 0.0:
                yield t0, t1, s0


def driver(pace: str | float) -> Driver:
    """The driver who goes at this pace: a name, or a factor on speeds. ValueError where it is neither."""
    factor = PACES.get(pace.strip()) if isinstance(pace, str) else pace
    if factor is None:
        try:
            factor = float(pace)
        except ValueError:
            raise ValueError(f"no pace {pace!r}: say {', '.join(PACES)}, or a factor such as 0.8") from None
    if not 0.1 <= factor <= 2.0:
        raise ValueError(f"a pace of {factor:g} is not driven: give a factor from 0.1 to 2")
    usual = Driver()
    return replace(usual, top=usual.top * factor, cornering=usual.cornering * factor**2)


def run(course: Course, ground: Ground, zones: Sequence[Zone], stands: Sequence[Stand], who: Driver) -> Run:
    """Drive the course from standing at its start to standing at its end, as fast as allowed, keeping the stands."""
    count = max(2, ceil(course.length / CELL))
    cell = course.length / count
    dwell = _dwell(stands, cell, count)
    squares = [v * v for v in ceiling(course, ground, zones, who, count)]
    for node in dwell:
        squares[node] = 0.0
    _brake(squares, cell, who, course, ground)
    _accelerate(squares, cell, who)
    return _timed([sqrt(square) for square in squares], cell, dwell)


def ceiling(course: Course, ground: Ground, zones: Sequence[Zone], who: Driver, count: int) -> list[MetresPerSecond]:
    """The speed that corner, ground and zones allow at each of `count` + 1 nodes, without thought of the next."""
    cell = course.length / count
    allowed = []
    for i in range(count + 1):
        here = i * cell
        surface = ground.at(here)
        bend = course.tightest(here - cell, here + cell)
        corner = sqrt(who.cornering * surface.grip / bend) if bend > 0 else who.top
        allowed.append(min(who.top * surface.top * ground.ease(here), corner))
    for zone in zones:
        for i in range(max(0, floor(zone.start / cell) - 1), min(count, ceil(zone.end / cell) + 1) + 1):
            allowed[i] = min(allowed[i], zone.limit * CARE)
    return allowed


def _dwell(stands: Sequence[Stand], cell: Metres, count: int) -> dict[int, Seconds]:
    """How long to stand at which node; two stands at neighbouring nodes are one."""
    dwell: dict[int, Seconds] = {0: 0.0, count: 0.0}
    for stand in stands:
        node = min(count, max(0, round(stand.at / cell)))
        node = next((near for near in (node, node - 1, node + 1) if near in dwell), node)
        dwell[node] = dwell.get(node, 0.0) + stand.seconds
    return dwell


def _brake(squares: list[float], cell: Metres, who: Driver, course: Course, ground: Ground) -> None:
    """Come down in time: from the end back, no node faster than brakes can make good by the next."""
    for i in range(len(squares) - 2, -1, -1):
        grip = min(1.0, ground.at(min(i * cell, course.length)).grip)
        squares[i] = min(squares[i], squares[i + 1] + 2 * who.braking * grip * cell)


def _accelerate(squares: list[float], cell: Metres, who: Driver) -> None:
    """Go up as the engine can: traction at first, then power over speed."""
    for i in range(1, len(squares)):
        speed = max(1.0, sqrt(squares[i - 1]))
        squares[i] = min(squares[i], squares[i - 1] + 2 * min(who.traction, who.power / speed) * cell)


def _timed(speeds: Sequence[MetresPerSecond], cell: Metres, dwell: Mapping[int, Seconds]) -> Run:
    t = 0.0
    knots: list[tuple[Seconds, Metres, MetresPerSecond]] = [(t, 0.0, speeds[0])]
    for i, speed in enumerate(speeds):
        if i > 0:
            t += 2 * cell / (speed + speeds[i - 1])
            knots.append((t, i * cell, speed))
        if dwell.get(i, 0.0) > 0.0:
            t += dwell[i]
            knots.append((t, i * cell, speed))
    return Run(*(tuple(column) for column in zip(*knots, strict=True)))
