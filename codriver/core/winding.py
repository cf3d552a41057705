"""How much more the road winds than two fixes tell: what a cubic between them is short of the way that was driven.

Learnt all the time from stretches in which the way is known, and used where it is not: in a gap without a wheel.
Metres, seconds. Knows nothing of odometers.
"""

from typing import Final

from msgspec import Struct

from codriver.core.bridge import UNWINDING, Winds, cubic
from codriver.core.digits import micro
from codriver.core.reference import Reference
from codriver.units import Metres, MetresPerSecond, Seconds

# The stretches, and how many of them are remembered: some minutes of road.
SPAN: Final[Seconds] = 20.0
REMEMBERED: Final = 0.1
# A longer gap hides more. At first a cubic knows the bends at both its ends, and misses a share that grows with the
# square of the time; what is further from both is as good as not seen, and beyond 40 s the share grows no more: on four
# courses 10, 20, 30 and 40 s were short of 0.23, 1, 1.65 and 2.1 times as much as 20 s.
MOST_HIDDEN: Final = 2.0
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


def winds(winding: Winding | None, dt: Seconds) -> Winds:
    """How the road winds, and what of it a gap of so long hides."""
    if winding is None or winding.share <= 0.0:
        return UNWINDING
    length = dt / SPAN
    return Winds(winding.share, winding.share * min(length * length, length, MOST_HIDDEN))
