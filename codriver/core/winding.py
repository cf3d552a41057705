"""How much more the road winds than two fixes tell: what a cubic between them is short of the way that was driven.

Learnt all the time from stretches in which the way is known, and used where it is not: in a gap without a wheel.
Metres, seconds. Knows nothing of odometers.
"""

from typing import Final

from msgspec import Struct

from codriver.core.bridge import cubic
from codriver.core.digits import micro
from codriver.core.reference import Reference
from codriver.units import Metres, MetresPerSecond, Seconds

# The stretches, and how many of them are remembered: some minutes of road.
SPAN: Final[Seconds] = 20.0
REMEMBERED: Final = 0.1
# A longer gap hides more: 12 s are short of 0.8 %, 20 s of 1.8, 30 s of 3, 40 s of 4 on one road; of 1.6, 3.7 and 12 m
# in 10, 20 and 40 s of a suburb (gps-data 2, gaps: the means of the cubic).
GROWTH: Final = 1.4
LONGEST: Final = 2.5
MOVES: Final[MetresPerSecond] = 3.0
MOST: Final = 0.4


class Winding(Struct, frozen=True, omit_defaults=True):
    """Where the stretch began, by the odometer and by the receiver, and by what share a cubic is short of `SPAN`."""

    begun: Reference
    metres: Metres
    share: float = 0.0


def wound(winding: Winding | None, here: Reference, metres: Metres, *, broken: bool) -> Winding:
    """The road's winding after a fix at this reading; `broken`: part of the stretch was not seen."""
    share = 0.0 if winding is None else winding.share
    if winding is None or broken:
        return Winding(here, micro(metres), share)
    dt, begun = here.t - winding.begun.t, winding.begun
    if dt < SPAN:
        return winding
    sure = min(begun.speed, here.speed) > MOVES and begun.lat is not None and here.lat is not None
    if sure:
        short = (metres - winding.metres) / max(cubic(begun, here, dt), 1.0) - 1.0
        share = micro(share + (min(max(short, -MOST), MOST) - share) * REMEMBERED)
    return Winding(here, micro(metres), share)


def lengthened(winding: Winding | None, dt: Seconds) -> float:
    """The way of a gap so long for one metre of the cubic."""
    if winding is None or winding.share <= 0.0:
        return 1.0
    return 1.0 + winding.share * min(float((dt / SPAN) ** GROWTH), LONGEST)
