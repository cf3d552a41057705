"""Whether a fix is to be believed: what no car does, what this car's wheel denies, and what has to be borne out first.

Metres, seconds, m/s. Changes nothing; `fixes` asks.
"""

from typing import Final

from codriver.core.bridge import AWAY
from codriver.core.gate import GO
from codriver.core.gauge import GAP, Hint, Odometer
from codriver.core.reference import ORDINARY, Reference, aside, reference, straight
from codriver.core.roll import HARDEST
from codriver.decode.nmea import Fix, elapsed
from codriver.units import Metres, MetresPerSecond, Seconds

# Believable: gps-data 6.2. A position that jumped takes the credit from its speed, too.
FASTEST: Final[MetresPerSecond] = 75.0
PATIENCE: Final[Seconds] = 6.0
# A sentence comes at most this much late: a receiver's clock that runs ahead of arrivals by more was set.
LATEST: Final[Seconds] = 2.5

# A wheel that has agreed for so many pieces of road denies a speed this much beyond its own, while it still turns.
AGREED: Final = 4
STILL_TURNS: Final[Seconds] = 0.3
BELIED: Final = (1.2, 3.0)
# After a gap longer than this, or with another speed than before it, a fix has to be borne out: for a second, by fixes
# that lie where it leads, as near as a receiver drifts that settles (gps-data 8), and as it errs in its speed.
SHORT: Final[Seconds] = 3.0
ALIKE: Final[MetresPerSecond] = 4.0
BORNE: Final[Metres] = 2.0
DRIFTS: Final[MetresPerSecond] = 3.0
ASTRAY: Final = 0.25
BRAKES: Final = 6.0  # m/s²: what a car brakes on gravel, with what a receiver that settles makes of it
BORNE_OUT: Final[Seconds] = 0.9
# Fixes that were refused are believed when they have borne one another out for longer than outliers last.
OUTLIVED: Final[Seconds] = 3.9


def elapsed_between(last: Reference, fix: Fix) -> Seconds:
    """Seconds between them: the receiver knows better than the wire. Negative where its clock went back."""
    arrived = fix.t - last.t
    if last.clock is None or fix.clock is None:
        return max(arrived, 0.0)
    dt = elapsed(last.clock, fix.clock)
    return max(arrived, 0.0) if dt > arrived + LATEST else dt


def false(odo: Odometer, last: Reference, fix: Fix, speed: MetresPerSecond, dt: Seconds, *, jumped: bool) -> bool:
    """Whether no car does what this fix says of it, or this car's own wheel says otherwise."""
    gain = abs(speed - last.speed)
    if not possible(last, speed, dt):
        return True
    most = BRAKES if speed < last.speed else ORDINARY
    if jumped and (gain > most * (min(dt, 1.0) if dt < PATIENCE else dt) + 1.0):
        return True
    if dt >= PATIENCE:
        return False
    return (jumped and not odo.moving) or _belied(odo, fix.t, speed)


def possible(last: Reference, speed: MetresPerSecond, dt: Seconds) -> bool:
    """Whether any car could be so fast now."""
    return speed <= FASTEST and abs(speed - last.speed) <= HARDEST * dt + 1.0


def _belied(odo: Odometer, t: Seconds, speed: MetresPerSecond) -> bool:
    """Whether a wheel that has long agreed with GPS, and turns on, is far slower: a tyre slips forward, not back."""
    roll = odo.roll
    if roll is None or odo.wheel is None or odo.scale.known < AGREED or t - roll.turned > STILL_TURNS or roll.locked:
        return False
    return speed > BELIED[0] * max(roll.spun, roll.pace) * odo.scale.ground + BELIED[1]


def hinted(odo: Odometer, last: Reference, fix: Fix, speed: MetresPerSecond, dt: Seconds) -> Hint | None:
    """What a fix after a gap is worth; None where it is believed.

    The first one may be an outlier as any other, and nothing is near to judge it by. So others have to bear it out for
    a second, unless the receiver is as slow as that; and for longer than outliers last where a car that stood is said
    to stand elsewhere.
    """
    if odo.back == last.t or (dt <= SHORT and -max(ALIKE, BRAKES * dt) <= speed - last.speed <= ALIKE):
        return None
    way = straight(last, fix)
    elsewhere = not odo.moving and speed < GO[1] and way is not None and way > AWAY
    return chained(odo, fix, speed, OUTLIVED if elsewhere else BORNE_OUT)


def interrupted(odo: Odometer, hint: Hint, last: Reference, fix: Fix) -> bool:
    """Whether the receiver was back from a gap, several fixes bore one another out, and the next gap came too soon.

    Of a car that stood and is said to stand elsewhere a few fixes prove nothing: outliers last as long.
    """
    if not odo.moving and hint.fix.speed < GO[1]:
        return False
    return fix.t - hint.fix.t > GAP and hint.since < hint.fix.t and hint.first - last.t > GAP


def chained(odo: Odometer, fix: Fix, speed: MetresPerSecond, lasting: Seconds) -> Hint | None:
    """The chain of fixes that bear one another out, with this one; None where it is `lasting` enough."""
    here, hint = reference(fix, speed), odo.hint
    if hint is None:
        return Hint(here, fix.t, fix.t)
    if fix.t - hint.first > PATIENCE:
        return None
    passed = elapsed_between(hint.fix, fix)
    room = BORNE + (DRIFTS + ASTRAY * speed) * passed
    if aside(hint.fix, fix, passed) > room or abs(speed - hint.fix.speed) > BRAKES * passed + 1.0:
        return Hint(here, fix.t, hint.first)
    return None if fix.t - hint.since >= lasting else Hint(here, hint.since, hint.first)
