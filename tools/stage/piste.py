"""Lay a course on the WGS84 ellipsoid, metre by metre: places, headings, altitudes.

Metres and true degrees; `east` and `north` are metres on a plane at the start, for drawing. Curvature comes and goes
smoothly along each leg, as a car draws its line. Knows nothing of boxes beyond where they stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, degrees, pi, radians, sin, sqrt
from typing import Final

from codriver.roadbook.geodesy import EQUATOR, FLATTENING
from stage.box import Box, Course, Ground, Leg

_E2: Final = FLATTENING * (2 - FLATTENING)
LONGEST_STEP: Final = 18.0
SHORTEST_STEP: Final = 5.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One metre of the piste: `s` metres from the start, heading in degrees (not wound back into 0 to 360)."""

    s: float
    lat: float
    lon: float
    alt: float
    heading: float
    east: float = 0.0
    north: float = 0.0
    ground: Ground = Ground.PISTE


@dataclass(frozen=True, slots=True)
class Piste:
    """The whole way, a Spot each metre; the track points as metres from the start; the boxes with theirs."""

    spots: tuple[Spot, ...]
    vertices: tuple[int, ...]
    boxes: tuple[tuple[int, Box], ...]

    def at(self, s: float) -> Spot:
        """The nearest metre; before the start and after the finish the piste goes straight on."""
        inside = min(max(round(s), 0), len(self.spots) - 1)
        spot = self.spots[inside]
        beyond = s - inside
        if abs(beyond) < 1:
            return spot
        east, north = _step(spot.heading, beyond)
        return Spot(s, spot.lat, spot.lon, spot.alt, spot.heading, spot.east + east, spot.north + north, spot.ground)


def lay(start: Spot, course: Course) -> Piste:
    """The piste that begins at `start` in its heading and follows the legs of `course`."""
    spots = [start]
    vertices = [0]
    boxes: list[tuple[int, Box]] = []
    for item in course:
        leg = item.on if isinstance(item, Box) else item
        origin, begin = spots[-1], len(spots) - 1
        for metre in range(1, leg.length + 1):
            spots.append(_next(spots[-1], origin, leg, metre))
        vertices.extend(begin + offset for offset in _vertices(leg))
        if isinstance(item, Box):
            boxes.append((begin + leg.length // 2, item))
    return Piste(tuple(spots), tuple(vertices), tuple(boxes))


def _next(last: Spot, origin: Spot, leg: Leg, metre: int) -> Spot:
    heading = origin.heading + _turned(leg, (metre - 0.5) / leg.length)
    east, north = _step(heading, 1.0)
    across = EQUATOR / sqrt(1 - _E2 * sin(radians(last.lat)) ** 2)
    along = across**3 * (1 - _E2) / EQUATOR**2
    return Spot(
        s=origin.s + metre,
        lat=last.lat + degrees(north / along),
        lon=last.lon + degrees(east / (across * cos(radians(last.lat)))),
        alt=origin.alt + leg.climb * _eased(metre / leg.length),
        heading=origin.heading + _turned(leg, metre / leg.length),
        east=last.east + east,
        north=last.north + north,
        ground=leg.ground,
    )


def _turned(leg: Leg, u: float) -> float:
    """Degrees turned after the fraction `u` of a leg: the bend is tightest in its middle, and ends are straight."""
    return leg.turn * _eased(u) + leg.swing * sin(pi * u) * sin(2 * pi * leg.waves * u)


def _eased(u: float) -> float:
    return u - sin(2 * pi * u) / (2 * pi)


def _step(heading: float, metres: float) -> tuple[float, float]:
    return metres * sin(radians(heading)), metres * cos(radians(heading))


def _vertices(leg: Leg) -> Iterator[int]:
    """Where the track points of a leg stand: closer in tight bends, and always one at its box."""
    if not leg.length:
        return
    pieces = ceil(leg.length / min(max(0.4 * tightest(leg), SHORTEST_STEP), LONGEST_STEP))
    pieces += pieces % 2
    for piece in range(1, pieces + 1):
        yield round(piece * leg.length / pieces)


def tightest(leg: Leg) -> float:
    """The smallest radius of a leg, in metres; infinite where it is straight."""
    turns = [_turned(leg, metre / leg.length) for metre in range(leg.length + 1)]
    sharpest = max(abs(b - a) for a, b in pairwise(turns))
    return 1 / radians(sharpest) if sharpest else float("inf")
