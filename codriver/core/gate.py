"""Standing or moving: the gate that keeps a receiver's noise out of the distance of a car that stands.

It opens and closes by how loud this receiver is at rest (gps-data 6.4): one that prints a hundredth of a metre a second
is believed when a queue creeps, one that prints half a metre is not. A wheel that lives and does not turn is heard
before either. m/s, seconds.
"""

from math import exp, sqrt
from typing import Final, NamedTuple

from codriver.core.digits import micro
from codriver.core.roll import UNTURNED, Roll, lives
from codriver.units import Metres, MetresPerSecond, Seconds

# Stop below twice the noise at rest, go above three and a half times of it, in these bounds (gps-data 6.4); the lower
# ones are a third of those, for receivers as quiet as F9K.
STOPS: Final = 2.0
GOES: Final = 3.5
STOP: Final = (0.04, 0.40)
GO: Final = (0.08, 0.70)
# Until a receiver has been heard at rest it is taken for a middling one; its noise is an average of this long.
UNHEARD: Final[MetresPerSecond] = 0.14
LISTENS: Final[Seconds] = 15.0
# The noise of a velocity is correlated over 0.8 s (gps-data 3).
NOISE_LASTS: Final[Seconds] = 2.0
# After a gap a receiver is three times as loud, and settles within some seconds (gps-data 8).
LOUDER: Final = 2.0
SETTLES: Final[Seconds] = 3.0
SETTLED: Final[Seconds] = 10.0
# A car goes that was faster for so long, and stands that was slower for so long.
SURE: Final[Seconds] = 0.5
SLOW: Final[Seconds] = 1.0
# A wheel that lives and has not turned for this long, when it should have, stands; no receiver prints more
# than this of a car that does.
VETO: Final[Seconds] = 1.0
VETOED: Final[MetresPerSecond] = 2.5
DENIED: Final[Seconds] = -1.0  # no time, but a mark: what is held is noise, unless it becomes too much for that


class Gate(NamedTuple):
    """What opens and what closes it."""

    stop: MetresPerSecond
    go: MetresPerSecond


def gate(rest: MetresPerSecond, back: Seconds) -> Gate:
    """The gate for a receiver that prints this at rest, as a root of the mean of squares, `back` from a gap so long."""
    loud = 1.0 + LOUDER * exp(-back / SETTLES) if back < SETTLED else 1.0
    return Gate(loud * min(max(STOPS * rest, STOP[0]), STOP[1]), loud * min(max(GOES * rest, GO[0]), GO[1]))


def rested(
    rest: MetresPerSecond, speed: MetresPerSecond, stop: MetresPerSecond, lasted: Seconds, dt: Seconds
) -> MetresPerSecond:
    """What a receiver prints at rest, after this speed of a car that stands.

    One that has been above `stop` for longer than noise lasts is no noise, and teaches nothing.
    """
    if lasted > NOISE_LASTS:
        return rest
    share, told = 1.0 - exp(-dt / LISTENS), min(speed, stop)
    return micro(sqrt(rest * rest + (told * told - rest * rest) * share))


def vetoed(roll: Roll | None, t: Seconds, speed: MetresPerSecond) -> bool:
    """Whether the wheel knows better: it lives, and has stood still for too long for a car of this speed."""
    if roll is None or speed > VETOED or not lives(roll, t):
        return False
    silent = roll.heard - roll.turned
    return silent > VETO and silent * speed > roll.pulse


def proven(held: Metres) -> bool:
    """Whether a car has gone so far by GPS that a wheel which has not turned is dead."""
    return held > UNTURNED
