"""How much longer the road is than its shadow: a receiver's speed is horizontal, a wheel rolls along the slope.

The grade is filtered from the receiver's altitude over the way driven, not over time, so that a standing car learns
nothing. An altitude that jumps is cut to a step, one that stays is believed at length. Metres.
"""

from math import exp, sqrt
from typing import Final

from msgspec import Struct

from codriver.core.digits import micro
from codriver.units import Metres

# The filter forgets over this much road: shorter, it would climb what is the altitude's own drift (some metres in a
# minute, gps-data 3); longer, it would cut the hills.
MEMORY: Final[Metres] = 60.0
# More than an altitude strays from one fix to the next; what strays further is another receiver's truth.
STEP: Final[Metres] = 3.0
ELSEWHERE: Final[Metres] = 40.0
STEEPEST: Final = 0.35


class Slope(Struct, frozen=True, omit_defaults=True):
    """The filtered altitude, the grade (metres up for one along the map), and the metres since both were seated."""

    alt: Metres
    grade: float = 0.0
    way: Metres = 0.0


def climbed(slope: Slope | None, alt: Metres | None, way: Metres) -> Slope | None:
    """The grade after `way` metres on the map and this altitude; a gap in the altitudes goes on as it went."""
    if slope is None:
        return None if alt is None else Slope(alt)
    ahead = slope.alt + slope.grade * way
    if alt is None:
        return Slope(micro(ahead), slope.grade, micro(slope.way + way))
    if way <= 0.0:
        return slope
    off = alt - ahead
    if abs(off) > ELSEWHERE:
        return Slope(alt)
    off = max(-STEP, min(STEP, off))
    keep = exp(-way / MEMORY)
    grade = slope.grade + (1.0 - keep) * (1.0 - keep) * off / way
    grade = max(-STEEPEST, min(STEEPEST, grade))
    return Slope(micro(ahead + (1.0 - keep * keep) * off), micro(grade), micro(slope.way + way))


def along(slope: Slope | None, way: Metres) -> Metres:
    """So many metres on the map, along the road."""
    if slope is None or slope.way < MEMORY:
        return way
    return way * sqrt(1.0 + slope.grade * slope.grade)
