"""Synthetic courses with the curvature of real ones: bends after bends on clothoids, hairpins where it is steep.

A piste is integrated from its curvature on the WGS84 ellipsoid, a node each two metres. Its metres are along the
road's surface, as a wheel rolls; a receiver sees their shadow. Each course exists once: another seed drives the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from math import cos, degrees, exp, log, pi, radians, sin, sqrt
from random import Random
from types import MappingProxyType
from typing import Final

from codriver.simulate.course import Course, Place
from codriver.simulate.errors import smooth, stream
from codriver.units import Degrees, Metres

NODE: Final[Metres] = 2.0
# A driver turns the wheel over some metres of road: the curvature follows its intent so.
STEERING: Final[Metres] = 6.0
# WGS84 (NIMA TR8350.2), here again so that the truth does not rest on the product's own geodesy.
EQUATOR: Final[Metres] = 6378137.0
ECCENTRICITY2: Final = 0.00669437999014


@dataclass(frozen=True, slots=True)
class Land:
    """Where a piste lies and what it is like. `towards` is its general heading, kept to by `pull` (1/m)."""

    lat: Degrees
    lon: Degrees
    alt: Metres
    towards: Degrees
    straight: Metres
    """Mean length between two bends."""
    radius: tuple[Metres, Metres]
    turn: tuple[Degrees, Degrees]
    hairpins: float
    """Share of bends that turn back on themselves, with a radius of 7 to 13 m."""
    grade: float
    """One sigma of the slope; it changes over `hill` metres."""
    hill: Metres
    pull: float = 1 / 2000


# Two families, each twice: one to tune by, the other kept for acceptance.
LANDS: Final = MappingProxyType(
    {
        "erg": Land(24.6, 46.3, 700.0, 215.0, 180.0, (18.0, 400.0), (8.0, 90.0), 0.0, 0.008, 300.0),
        "hamada": Land(31.2, -5.4, 900.0, 120.0, 110.0, (14.0, 300.0), (10.0, 110.0), 0.01, 0.009, 220.0),
        "sierra": Land(42.4, 0.9, 1400.0, 75.0, 70.0, (11.0, 120.0), (15.0, 120.0), 0.10, 0.070, 350.0),
        "cordillera": Land(-27.1, -68.6, 3200.0, 330.0, 90.0, (10.0, 150.0), (15.0, 120.0), 0.08, 0.072, 450.0),
    }
)
TUNING: Final = ("erg", "sierra")
ACCEPTANCE: Final = ("hamada", "cordillera")


@cache
def piste(name: str, length: Metres) -> Course:
    """The course of this name, so many metres along its surface. KeyError where there is none."""
    land = LANDS[name]
    nodes = int(length / NODE)
    bends = list(_steered(islice(_intended(land, stream(0, f"{name} bends"), nodes), nodes)))
    grades = _grades(land, stream(0, f"{name} grades"))
    places = list(_laid(land, bends, grades))
    along = tuple(i * NODE for i in range(len(places)))
    return Course(along, tuple(places), tuple(abs(bend) for bend in bends))


def slopes(course: Course) -> tuple[float, ...]:
    """Metres on the map for each metre along the surface, from each node to the next."""
    return tuple(
        sqrt(1.0 - ((b.alt - a.alt) / step) ** 2)
        for (a, b), step in zip(pairwise(course.places), (y - x for x, y in pairwise(course.along)), strict=True)
    )


def _intended(land: Land, random: Random, nodes: int) -> Iterator[float]:
    """Curvature as the road was laid out, signed, one a node: straights that wander a little, and bends."""
    made, heading = 0, 0.0
    wander = smooth(random, 1 / 900, 60.0, NODE)
    while made < nodes:
        ahead = max(1, int(random.expovariate(1 / land.straight) / NODE))
        for _ in range(ahead):
            bend = next(wander) - land.pull * sin(heading)
            heading += bend * NODE
            yield bend
        radius, turn = _bend(land, random, heading)
        around = max(1, int(radius * abs(turn) / NODE))
        for _ in range(around):
            bend = turn / (around * NODE)
            heading += bend * NODE
            yield bend
        made += ahead + around


def _bend(land: Land, random: Random, heading: float) -> tuple[Metres, float]:
    """Radius and signed turn in radians of the next bend: the further off its way, the likelier it turns back."""
    back = 0.5 + 0.5 * sin(max(-pi / 2, min(pi / 2, heading)))
    sign = -1.0 if random.random() < back else 1.0
    if random.random() < land.hairpins:
        return random.uniform(7.0, 13.0), sign * radians(random.uniform(140.0, 185.0))
    least, most = land.radius
    radius = least * exp(random.random() * log(most / least))
    # Wide bends turn little, tight ones much.
    turn = random.uniform(*land.turn) * min(1.0, 60.0 / radius) ** 0.4
    return radius, sign * radians(turn)


def _steered(intended: Iterator[float]) -> Iterator[float]:
    share, bend = 1.0 - exp(-NODE / STEERING), 0.0
    for wanted in intended:
        bend += (wanted - bend) * share
        yield bend


def _grades(land: Land, random: Random) -> Iterator[float]:
    yield from (max(-0.25, min(0.25, grade)) for grade in smooth(random, land.grade, land.hill / 2, NODE))


def _laid(land: Land, bends: list[float], grades: Iterator[float]) -> Iterator[Place]:
    lat, lon, alt, heading = land.lat, land.lon, land.alt, radians(land.towards)
    yield Place(lat, lon, alt, degrees(heading))
    for bend in bends:
        rise = next(grades) * NODE
        flat = sqrt(NODE * NODE - rise * rise)
        middle = heading + bend * NODE / 2
        # The chord of an arc this short is the arc, to a share of 1e-4 in the tightest hairpin.
        north, east = flat * cos(middle), flat * sin(middle)
        s = sin(radians(lat))
        w = 1.0 - ECCENTRICITY2 * s * s
        lat += degrees(north * w * sqrt(w) / (EQUATOR * (1.0 - ECCENTRICITY2)))
        lon += degrees(east * sqrt(w) / (EQUATOR * cos(radians(lat))))
        alt += rise
        heading += bend * NODE
        yield Place(lat, lon, alt, degrees(heading))
