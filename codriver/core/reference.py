"""The fix that the next one is measured from, and whether a position can be where a receiver says it is.

Metres, seconds, m/s, degrees true. Knows nothing of wheels, gates and gaps.
"""

from math import cos, hypot, radians, sin
from typing import Final

from msgspec import Struct

from codriver.core.digits import micro, place
from codriver.decode.nmea import Fix
from codriver.roadbook.geodesy import chord, offset
from codriver.roadbook.model import Position
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

# A position that jumped is further than its speed leads, with this room for bends and for what positions wander
# (gps-data 6.2), or aside of where both velocities lead.
JUMP_SHARE: Final = 1.15
JUMP_ROOM: Final[Metres] = 12.0
ORDINARY: Final = 3.0  # m/s²
SPURT: Final = ORDINARY / 4  # m/s²: faster for half of a time and slower again for the rest gains this, times t²
# Slower, receivers print no course, or one that means nothing (gps-data 8).
COURSELESS: Final[MetresPerSecond] = 0.5


class Reference(Struct, frozen=True, omit_defaults=True):
    """The last fix that counted. A position that jumped is None; its speed still counts.

    `told`: the speed is the receiver's own word. Else it is made from positions, and the place is where the car stood.
    """

    t: Seconds
    clock: Seconds | None
    speed: MetresPerSecond
    course: Degrees | None
    lat: Degrees | None
    lon: Degrees | None
    told: bool = True


def reference(fix: Fix, mps: MetresPerSecond, *, jumped: bool = False) -> Reference:
    """What is measured from, once this fix has counted with this speed."""
    lat, lon = (None, None) if jumped else (place(fix.lat), place(fix.lon))
    return Reference(fix.t, fix.clock, micro(mps), fix.course, lat, lon, fix.speed is not None)


def told(here: Reference) -> Fix:
    """The fix that this was made from, as far as it is still known; one whose position had not jumped."""
    return Fix(here.t, here.clock, "", here.lat or 0.0, here.lon or 0.0, None, here.speed, here.course, 1)


def straight(last: Reference, fix: Fix) -> Metres | None:
    """The chord from the one to the other; None where there is no place to measure from."""
    return None if last.lat is None or last.lon is None else chord(last.lat, last.lon, fix.lat, fix.lon)


def most(even: Metres, dt: Seconds) -> Metres:
    """The longest way of a time whose two ends, at an even change of speed, would make `even` metres."""
    return JUMP_SHARE * even + SPURT * dt * dt + JUMP_ROOM


def velocity(speed: MetresPerSecond, course: Degrees | None) -> tuple[MetresPerSecond, MetresPerSecond] | None:
    """(east, north), m/s; None for a car that goes nobody says where."""
    if course is None:
        return None if speed > COURSELESS else (0.0, 0.0)
    way = radians(course)
    return speed * sin(way), speed * cos(way)


def aside(last: Reference, fix: Fix, dt: Seconds) -> Metres:
    """How far the fix lies from where both velocities lead; 0 where one of them is not known."""
    if last.lat is None or last.lon is None or fix.speed is None:
        return 0.0
    before, after = velocity(last.speed, last.course), velocity(fix.speed, fix.course)
    if before is None or after is None:
        return 0.0
    east, north = offset(Position(last.lat, last.lon), Position(fix.lat, fix.lon))
    return hypot(east - (before[0] + after[0]) / 2.0 * dt, north - (before[1] + after[1]) / 2.0 * dt)
