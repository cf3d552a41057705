"""A gap that the wheel bridged, judged again once the ground behind it is known as well as that before it.

A wheel slips by the ground it is on, and the ground may change where no fix tells: half of the gap is then taken for
the one, half for the other, with the bound of a change that may have been anywhere in it. Where it has not changed the
whole gap is. Metres, and metres of the car for one of the wheel's. Knows nothing of fixes.
"""

from math import hypot, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.bridge import Way, weighed
from codriver.core.digits import micro
from codriver.core.scale import CHANGES, PIECE, PIECE_NOISE, Scale, doubt, doubted_ground, unseen_change, worth
from codriver.units import Metres

# The ground behind a gap is known after so much of it, in sand to a hundredth: the slip strays by a fortieth within
# seconds (gps-data 3).
ENOUGH: Final[Metres] = 150.0
# A shorter gap hides nothing that would show.
LEAST: Final[Metres] = 30.0
# One sigma of a thing that may be anywhere in a range.
ANYWHERE: Final = 1.0 / sqrt(12.0)


class Mending(Struct, frozen=True):
    """A gap: the `wheel`'s own metres, what `besides` them made its telling, what was `seen` and what was `counted`.

    `ground` is what a metre of the wheel was worth before it, `gps` and `rolled` are what both have gone since.
    """

    wheel: Metres
    besides: Way
    seen: Way
    counted: Way
    ground: float
    gps: Metres = 0.0
    rolled: Metres = 0.0


def begun(scale: Scale, wheel: Metres, way: Way, seen: Way, counted: Way) -> Mending | None:
    """A gap is over; `way` is the wheel's telling of its own `wheel` metres. None where nothing is to be mended."""
    if scale.known == 0 or wheel < LEAST:
        return None
    besides = Way(way.metres - worth(scale, wheel), max(way.sigma - doubt(scale, wheel), 0.0))
    return Mending(wheel, _kept(besides), _kept(seen), _kept(counted), scale.ground)


def compared(mending: Mending, gps: Metres, rolled: Metres) -> Mending:
    """Both went on, so far."""
    return replace(mending, gps=micro(mending.gps + gps), rolled=micro(mending.rolled + rolled))


def mended(mending: Mending, scale: Scale) -> Way | None:
    """The way of the gap as it looks now; None while too little of the ground behind it is known."""
    if mending.gps < ENOUGH:
        return None
    if not mending.gps / 2.0 < mending.rolled < mending.gps * 2.0:
        return mending.counted
    wheel, after = mending.wheel, mending.gps / mending.rolled
    stray = max(scale.scatter, PIECE_NOISE)
    share = hypot(
        (after - mending.ground) * ANYWHERE,
        stray * sqrt(PIECE / wheel),
        stray * sqrt(PIECE / ENOUGH) / 2.0,
        doubted_ground(scale) / 2.0,
    )
    sigma = (share + CHANGES + unseen_change(scale, wheel) / 2.0) * wheel
    metres = wheel * (mending.ground + after) / 2.0 + mending.besides.metres
    return weighed(mending.seen, Way(max(metres, 0.0), sigma + mending.besides.sigma))


def _kept(way: Way) -> Way:
    return Way(micro(way.metres), micro(way.sigma))
