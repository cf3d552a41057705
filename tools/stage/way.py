"""The way through a box, as it lies in its drawing: the true shape of the piste, turned so that one enters straight up.

Pixels in a frame of 120 by 100, y down; bearings in degrees clockwise from straight up. One scale for each drawing
turns metres of piste into pixels. Knows nothing of strokes and signs.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, dist, radians, sin, tan
from typing import Final

from stage.box import Ground
from stage.piste import Piste, Spot

WIDTH: Final = 120.0
HEIGHT: Final = 100.0
REACH: Final = 55  # metres of piste shown before and after the box
_STEP: Final = 5
_ROOM: Final = (76.0, 86.0)  # the most that the way itself fills
_MIDDLE: Final = (WIDTH / 2, 49.0)
_CLOSEST: Final = 1.1  # pixels a metre: a hairpin is not blown up beyond this
_BORDER: Final = 4.0

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """From the ball to the box and from the box to the tip of the arrow, with the ground of each half."""

    before: Line
    after: Line
    grounds: tuple[Ground, Ground]

    @property
    def line(self) -> Line:
        """All of it, the box once."""
        return self.before + self.after[1:]

    @property
    def box(self) -> Point:
        """Where the box is."""
        return self.after[0]

    @property
    def heading(self) -> float:
        """The bearing of the way just at the box."""
        return bearing(self.before[-2], self.after[1])

    @property
    def turn(self) -> float:
        """The bearing of the exit, which is how far the way turns, since it enters straight up."""
        return bearing(*self.after[-2:])


def through(piste: Piste, s: int) -> Way:
    """The way through the box that stands `s` metres from the start."""
    spots = [piste.at(s + d) for d in range(-REACH, REACH + 1, _STEP)]
    line = _framed(_entering_upwards(spots))
    middle = len(line) // 2
    grounds = piste.at(s - REACH * 0.7).ground, piste.at(s + REACH * 0.7).ground
    return Way(line[: middle + 1], line[middle:], grounds)


def _entering_upwards(spots: list[Spot]) -> list[Point]:
    """Metres (right, up) from the first spot, turned so that the way begins straight up."""
    first, third = spots[0], spots[2]
    entry = atan2(third.east - first.east, third.north - first.north)
    across, along = cos(entry), sin(entry)
    places = [(spot.east - first.east, spot.north - first.north) for spot in spots]
    return [(e * across - n * along, e * along + n * across) for e, n in places]


def _framed(metres: list[Point]) -> Line:
    """Pixels: as large as there is room, in the middle of the frame."""
    left, right = min(x for x, _ in metres), max(x for x, _ in metres)
    low, high = min(y for _, y in metres), max(y for _, y in metres)
    scale = min(_CLOSEST, _ROOM[0] / max(right - left, 1.0), _ROOM[1] / max(high - low, 1.0))
    return tuple(
        (_MIDDLE[0] + (x - (left + right) / 2) * scale, _MIDDLE[1] - (y - (low + high) / 2) * scale) for x, y in metres
    )


def bearing(a: Point, b: Point) -> float:
    """Degrees in which `b` lies from `a`."""
    return degrees(atan2(b[0] - a[0], a[1] - b[1]))


def ahead(start: Point, bearing_: float, pixels: float) -> Point:
    """The place so many pixels away in a bearing."""
    return start[0] + sin(radians(bearing_)) * pixels, start[1] - cos(radians(bearing_)) * pixels


def junction(way: Way) -> Point:
    """Where tracks meet: the crossing of the entry's line and the exit's, or the box where these hardly differ."""
    if not 15 < abs(way.turn) < 120:
        return way.box
    (x0, _), (x1, y1) = way.line[0], way.line[-1]
    return x0, y1 + (x1 - x0) / tan(radians(way.turn))


def branch(way: Way, bearing_: float) -> Line:
    """A track not taken, through the junction: straight on from our entry or back from our exit where it can be."""
    node = junction(way)
    cut = 2.5 * dist(node, way.box)  # from the junction to where our rounded corner leaves the straight
    if abs(_wound(bearing_)) < 30:
        root = ahead(node, 180, cut)
    elif abs(_wound(bearing_ - way.turn - 180)) < 30:
        root = ahead(node, way.turn, cut)
    else:
        root = way.box
    return root, node, _to_border(node, bearing_)


def _wound(degrees_: float) -> float:
    return (degrees_ + 180) % 360 - 180


def _to_border(start: Point, bearing_: float, longest: float = 46.0) -> Point:
    """As far as the frame allows."""
    unit = ahead((0, 0), bearing_, 1)
    reach = longest
    for place, move, size in zip(start, unit, (WIDTH, HEIGHT), strict=True):
        if abs(move) > 1e-6:
            reach = min(reach, ((size - _BORDER if move > 0 else _BORDER) - place) / move)
    return ahead(start, bearing_, reach)


def beside(way: Way, pixels: float) -> list[tuple[Point, float]]:
    """Places along the way and `pixels` to its right (negative: left), each with the bearing away from it.

    There are none where a bend leaves no room, nor at the border.
    """
    places = []
    for a, b in pairwise(way.line[1:-1]):
        away = bearing(a, b) + (90 if pixels > 0 else -90)
        place = ahead(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), away, abs(pixels))
        if _inside(place) and all(dist(place, point) > abs(pixels) - 1.5 for point in way.line):
            places.append((place, away))
    return places


def _inside(place: Point) -> bool:
    return _BORDER < place[0] < WIDTH - _BORDER and _BORDER < place[1] < HEIGHT - _BORDER


def distance_to(place: Point, line: Line) -> float:
    """Pixels from a place to the nearest point of a line."""
    return min(_to_piece(place, a, b) for a, b in pairwise(line))


def _to_piece(p: Point, a: Point, b: Point) -> float:
    x, y = b[0] - a[0], b[1] - a[1]
    part = ((p[0] - a[0]) * x + (p[1] - a[1]) * y) / (x * x + y * y or 1.0)
    part = min(max(part, 0.0), 1.0)
    return dist(p, (a[0] + x * part, a[1] + y * part))
