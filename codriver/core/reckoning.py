"""Where the book has us and how it runs: two figures with their doubts, from landmarks of which the book knows the way.

The book's total is taken to be a place at one reading of the odometer, and from there a scale (book metres for each of
the car's) times what is driven: the Kalman filter of a clock's offset and drift (R. E. Kalman, 1960), with metres for
seconds. It knows nothing of the trip, so that what a crew sets there is no evidence unless somebody says so. Metres.
"""

from math import sqrt
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.units import Metres

# What no landmark explains: other lines through the same bends, variance for each metre driven (2 m a kilometre), and
# how a scale drifts with tyre and ground (a hundredth of a per cent in 10 km).
WANDER: Final = 0.004
DRIFT: Final = 1e-12
GATE: Final = 3.0


class Driven(NamedTuple):
    """The odometer as far as it matters here: its reading, and the variance and the bias that it has gathered."""

    odo: Metres
    noise: float
    bias: Metres


class Sighting(NamedTuple):
    """A landmark: the book's total there, at this reading of the odometer, known to `sigma`. `note` is its index."""

    odo: Metres
    total: Metres
    sigma: Metres
    note: int | None = None


class Reckoning(Struct, frozen=True, array_like=True):
    """The book's total `place` at the odometer's `at`, and its `scale` from there.

    `place_var`, `both_var` and `scale_var` are their covariance; `noise` and `bias` are the odometer's at that reading.
    """

    place: Metres
    at: Metres
    scale: float
    place_var: float
    scale_var: float
    both_var: float = 0.0
    noise: float = 0.0
    bias: Metres = 0.0
    backwards: bool = False

    @property
    def scale_sigma(self) -> float:
        """One sigma of the scale."""
        return sqrt(self.scale_var)


def place(now: Reckoning, odo: Metres) -> Metres:
    """The book's total at this reading of the odometer."""
    return now.place + now.scale * _ahead(now, odo)


def sigma(now: Reckoning, odo: Metres) -> Metres:
    """One sigma of the place at this reading."""
    way = _ahead(now, odo)
    return sqrt(now.place_var + 2.0 * way * now.both_var + way * way * now.scale_var + WANDER * abs(way))


def carried(now: Reckoning, driven: Driven) -> Reckoning:
    """The same, at another reading: with what is driven the doubts grow."""
    way = _ahead(now, driven.odo)
    unseen = max(driven.noise - now.noise, 0.0) + (driven.bias - now.bias) ** 2
    return replace(
        now,
        place=now.place + now.scale * way,
        at=driven.odo,
        place_var=sigma(now, driven.odo) ** 2 + unseen,
        both_var=now.both_var + way * now.scale_var,
        scale_var=now.scale_var + DRIFT * abs(way),
        noise=driven.noise,
        bias=driven.bias,
    )


def surprise(now: Reckoning, seen: Sighting) -> tuple[Metres, Metres]:
    """How far the landmark lies ahead of where the reckoning has it, and one sigma of that."""
    way = _ahead(now, seen.odo)
    var = now.place_var + 2.0 * way * now.both_var + way * way * now.scale_var
    return seen.total - place(now, seen.odo), sqrt(max(var, 0.0) + seen.sigma**2)


def expected(now: Reckoning, seen: Sighting) -> bool:
    """Whether the landmark is where it may honestly be."""
    off, doubt = surprise(now, seen)
    return abs(off) <= GATE * doubt


def corrected(now: Reckoning, seen: Sighting) -> Reckoning:
    """The reckoning after this landmark; it may lie a little behind the reading."""
    way = _ahead(now, seen.odo)
    off, doubt = surprise(now, seen)
    to_place = (now.place_var + way * now.both_var) / doubt**2
    to_scale = (now.both_var + way * now.scale_var) / doubt**2
    return replace(
        now,
        place=now.place + to_place * off,
        scale=now.scale + to_scale * off,
        place_var=max(now.place_var - (to_place * doubt) ** 2, 0.0),
        both_var=now.both_var - to_place * to_scale * doubt**2,
        scale_var=max(now.scale_var - (to_scale * doubt) ** 2, 0.0),
    )


def reopened(now: Reckoning, off: Metres, scale_sigma: float) -> Reckoning:
    """The place may be off by as much, and what was known of it tells nothing of the scale any more."""
    return replace(
        now,
        place_var=now.place_var + off * off,
        both_var=0.0,
        scale_var=max(now.scale_var, scale_sigma**2),
    )


def placed(now: Reckoning, seen: Sighting) -> Reckoning:
    """The count begins anew at this landmark, whatever was believed; only the scale is kept."""
    there = replace(now, place=seen.total, at=seen.odo, place_var=seen.sigma**2, both_var=0.0)
    return replace(there, place=place(there, now.at), at=now.at)


def _ahead(now: Reckoning, odo: Metres) -> Metres:
    """Metres of the car from the reading to `odo`, in the direction in which the book is followed."""
    return now.at - odo if now.backwards else odo - now.at
