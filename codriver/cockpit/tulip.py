"""Draw a turn where the book has no drawing: an SVG, so that it is sharp at any size. Units of its own, 120 by 100.

Known on both sides of the box it is a tulip: one comes from the ball below and leaves by the arrow, past the roads that
are not taken. Known is only the
way out: an arrow in a compass, north up, which nobody takes for a tulip. Dashed: only the straight
line to the next box.
"""

from collections.abc import Sequence
from math import cos, radians, remainder, sin
from typing import Final

from codriver.roadbook.turns import Turn
from codriver.units import Degrees

_FRAME: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 100"><path fill="#fff" d="M0 0h120v100H0z"/>'
    '<g fill="none" stroke="#000" stroke-width="8" stroke-linejoin="round">{}</g></svg>'
)
_NOTHING: Final = '<path stroke-width="4" d="M46 50h28"/>'
_BALL: Final = (60.0, 87.0)
_ARM: Final = 26.0  # from the bend to where the arrow's head begins
_LIFT: Final = 16.0  # how much higher the bend of a sharp turn is, so that its arrow has room
_HEAD: Final = 18.0
_SIDE: Final = 34.0  # how long a side road is
_THIN: Final = 4
_INSIDE: Final = 2.0  # how far the line reaches into the head, lest a seam be seen
_HALF_HEAD: Final = 12.0
_HAIRPIN: Final[Degrees] = 145.0  # beyond, the way back would lie on the way in
_BEND: Final = 17.0  # half of what lies between the two legs of a hairpin
_COMPASS: Final = (60.0, 57.0)
_RING: Final = 36.0
_NEEDLE: Final = 10.0  # how far the arrow's shaft reaches to either side of the middle


def tulip(turn: Turn) -> str:
    """The SVG of a turn."""
    dash = "" if turn.sure else ' stroke-dasharray="9 6"'
    if turn.exit is None:
        return _FRAME.format(_NOTHING)
    if turn.entry is None:
        return _FRAME.format(_compass(turn.exit, dash))
    return _FRAME.format(_way(remainder(turn.exit - turn.entry, 360.0), turn.branches, dash))


def _way(right: Degrees, branches: Sequence[Degrees], dash: str) -> str:
    """Ball, line and arrow of a turn by so many degrees to the right, or to the left below zero; side roads thinner."""
    if abs(right) >= _HAIRPIN:
        return _hairpin(right, branches, dash)
    middle = (60.0, 50.0 + _LIFT * min(0.0, cos(radians(right))))
    end = _along(middle, right, _ARM)
    line = f'<path{dash} d="M{_at(end)}L{_at(middle)}L{_at(_BALL)}"/>'
    return _side_roads(middle, branches) + _dot(_BALL) + line + _head(end, right)


def _side_roads(middle: tuple[float, float], branches: Sequence[Degrees]) -> str:
    """The roads not taken: half as wide, and without an arrow."""
    ends = [_along(middle, branch, _SIDE) for branch in branches]
    return "".join(f'<path stroke-width="{_THIN}" d="M{_at(middle)}L{_at(end)}"/>' for end in ends)


def _hairpin(right: Degrees, branches: Sequence[Degrees], dash: str) -> str:
    side = 1.0 if right >= 0 else -1.0
    ball = (_BALL[0] - side * _BEND, _BALL[1])
    back = (_BALL[0] + side * _BEND, 40.0)
    end = _along(back, right, 18.0)
    arc = f"A{_BEND} {_BEND} 0 0 {int(side < 0)} {ball[0]:.1f} 40.0"
    line = f'<path{dash} d="M{_at(end)}L{_at(back)}{arc}L{_at(ball)}"/>'
    return _side_roads((60.0, back[1] - _BEND), branches) + _dot(ball) + line + _head(end, right)


def _compass(heading: Degrees, dash: str) -> str:
    ring = f'<circle cx="{_COMPASS[0]}" cy="{_COMPASS[1]}" r="{_RING}" stroke-width="2.5"/>'
    ticks = [(_along(_COMPASS, side, _RING - 5), _along(_COMPASS, side, _RING)) for side in (0.0, 90.0, 180.0, 270.0)]
    quarters = "".join(f'<path stroke-width="2.5" d="M{_at(begin)}L{_at(end)}"/>' for begin, end in ticks)
    north = '<path stroke-width="3" stroke-linejoin="miter" d="M55.5 17V4.5L64.5 15.5V3"/>'
    tail, end = _along(_COMPASS, heading, -2 * _NEEDLE), _along(_COMPASS, heading, _NEEDLE)
    return ring + quarters + north + f'<path{dash} d="M{_at(end)}L{_at(tail)}"/>' + _head(end, heading)


def _dot(place: tuple[float, float]) -> str:
    return f'<circle fill="#000" stroke="none" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="8.5"/>'


def _head(place: tuple[float, float], heading: Degrees) -> str:
    """The arrow's head; the line ends at `place`, within it."""
    place = _along(place, heading, -_INSIDE)
    corners = (
        _along(place, heading, _HEAD),
        _along(place, heading + 90, _HALF_HEAD),
        _along(place, heading - 90, _HALF_HEAD),
    )
    return f'<path fill="#000" stroke="none" d="M{"L".join(map(_at, corners))}z"/>'


def _along(place: tuple[float, float], heading: Degrees, far: float) -> tuple[float, float]:
    """So far from `place`, where heading 0 is up."""
    return place[0] + far * sin(radians(heading)), place[1] - far * cos(radians(heading))


def _at(place: tuple[float, float]) -> str:
    return f"{place[0]:.1f} {place[1]:.1f}"
