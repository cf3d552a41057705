"""What the wheel's metres are worth: its scale, learnt against GPS for good, and what the ground under it makes of it.

A scale is metres of the car for one metre of the configured wheel. It is the ratio of sums over blocks of free rolling,
never of single fixes (whole pulses bias a ratio of few by 0.3 %: gps-data 6.6), through one scalar Kalman state. The
ground is the same ratio over the last half a kilometre of whatever was driven: in sand a wheel turns a tenth too much.
Metres. Knows nothing of pulses and fixes.
"""

from math import exp, hypot, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.digits import micro
from codriver.units import Metres, MetresPerSecond, Seconds

# A configured wheel on mixed ground (gps-data 2: CAN wheels are 0.7 % off; a worn tyre, a guess, more).
GIVEN: Final = 0.02
BLOCK: Final[Metres] = 200.0
# Of a block's ratio, one sigma: two ends of a quarter of a metre each, Doppler's noise over ten seconds, the surface.
BLOCK_NOISE: Final = 0.0025
# Tyres grow by 0.1 to 0.3 % with speed and heat (gps-data 4): that much, squared, for each block.
DRIFT: Final = 0.0002**2
SURE: Final = 3.0
# A scale that so many blocks in a row deny, all of one mind, was wrong: a gross error in the configuration.
DENIED: Final = 8
ONE_MIND: Final = 0.008
WRONG: Final = 0.02

# The ground is judged by smaller pieces, and remembered this far.
PIECE: Final[Metres] = 50.0
MEMORY: Final[Metres] = 400.0
PIECE_NOISE: Final = 0.006
# One piece so many sigma from the others is a lock, a spin or a burst of interference; two are another ground.
ODD: Final = 3.0
ALIKE: Final = 0.06
# As many pieces as `MEMORY` holds; the ground is no better known by more.
KNOWN: Final = 8
# What a fix and its speed are late by beside the wheel (gps-data 2: 0.08 to 0.1 s, and its lag; F9K none), and how it
# wanders with the receiver's filters, squared, for each piece.
LATE: Final[Seconds] = 0.15
LATENESS: Final[Seconds] = 0.08
LATE_DRIFT: Final = 0.002**2
LATEST: Final[Seconds] = 0.5
# What a stretch nobody measured is off beyond the scatter of its pieces: the ground changes on the way.
CHANGES: Final = 0.003
LASTS: Final[Metres] = 1500.0
TOUR: Final[Metres] = 20_000.0


class Scale(Struct, frozen=True, omit_defaults=True):
    """The scale and its one-sigma, the metres it was learnt over, and the open block: by GPS and by the wheel.

    `ground` is what a metre of this scale is worth here, `scatter` how far single pieces stray from it, and
    `known` how many pieces speak for it, with the open piece. `odd` is how far the last piece was off, if that was
    too far, and `wander` how far grounds differ on this tour. `late` is what fixes are late by, with its one-sigma.
    """

    value: float = 1.0
    sigma: float = GIVEN
    seen: Metres = 0.0
    gps: Metres = 0.0
    wheel: Metres = 0.0
    denied: int = 0
    ground: float = 1.0
    scatter: float = GIVEN
    known: int = 0
    piece_gps: Metres = 0.0
    piece_wheel: Metres = 0.0
    piece_gain: MetresPerSecond = 0.0
    odd: float = 0.0
    wander: float = 0.0
    late: Seconds = LATE
    late_sigma: Seconds = LATENESS


def compared(scale: Scale, gps: Metres, wheel: Metres, gain: MetresPerSecond, *, free: bool) -> Scale:
    """Both went this far, the wheel by this scale, and the car became faster by `gain`.

    `free` of hard brakes and of hard pulling, and fast enough.
    """
    scale = replace(
        scale,
        piece_gps=micro(scale.piece_gps + gps),
        piece_wheel=micro(scale.piece_wheel + wheel),
        piece_gain=micro(scale.piece_gain + gain),
    )
    if scale.piece_gps >= PIECE:
        scale = _piece(scale)
    if free:
        scale = replace(scale, gps=micro(scale.gps + gps), wheel=micro(scale.wheel + wheel - scale.late * gain))
        if scale.gps >= BLOCK:
            scale = _block(scale)
    return scale


def _piece(scale: Scale) -> Scale:
    """What the ground makes of it, remembered over `MEMORY`, and how late fixes are.

    A wheel is heard at once and a fix is late, so that in a piece in which the car became faster the wheel is ahead by
    that much speed times the lateness. Both are corrected, each by how little it is known (a Kalman step, diagonal).
    """
    gps, wheel, gain = scale.piece_gps, scale.piece_wheel, scale.piece_gain
    scale = replace(scale, piece_gps=0.0, piece_wheel=0.0, piece_gain=0.0)
    off = wheel - gps / scale.ground - scale.late * gain
    if not gps / 4.0 < wheel < gps * 4.0:
        return scale
    doubted = doubted_ground(scale) * gps
    late = (scale.late_sigma * gain) ** 2
    noise = (max(scale.scatter, PIECE_NOISE) if scale.known else PIECE_NOISE) * gps
    spread = doubted * doubted + late + noise * noise
    odd = micro(off / gps) if off * off > ODD * ODD * spread else 0.0
    if odd and scale.known and (odd * scale.odd <= 0.0 or abs(odd - scale.odd) > ALIKE):
        return replace(scale, odd=odd)
    stray = (off / gps) ** 2 * (noise * noise / spread)
    share = 1.0 - exp(-PIECE / MEMORY)
    scatter = sqrt(scale.scatter**2 + (stray - scale.scatter**2) * share) if scale.known else PIECE_NOISE
    after = replace(
        scale,
        ground=micro(1.0 / (1.0 / scale.ground + doubted * doubted / spread * off / gps)),
        scatter=micro(max(scatter, PIECE_NOISE / 2.0)),
        known=min(scale.known + 1, KNOWN) if not odd else 1,
        odd=odd,
        wander=micro(hypot(scale.wander, off / gps * sqrt(share)) if odd else scale.wander * (1.0 - PIECE / TOUR)),
    )
    if odd or not gain:
        return after
    told = min(max(scale.late + late / spread * off / gain, 0.0), LATEST)
    sigma = micro(sqrt(scale.late_sigma**2 * (1.0 - late / spread) + LATE_DRIFT))
    return replace(after, late=micro(told), late_sigma=sigma)


def doubted_ground(scale: Scale) -> float:
    """One sigma of `ground`: what so many pieces leave of their scatter."""
    if scale.known == 0:
        return scale.sigma / scale.value
    return max(scale.scatter, PIECE_NOISE / 2.0) / sqrt(min(scale.known, KNOWN))


def lateness(scale: Scale) -> Seconds:
    """One sigma of `late`."""
    return scale.late_sigma


def _block(scale: Scale) -> Scale:
    """One measurement of the scale, let in where it lies within three sigma."""
    if scale.wheel <= 0.0:
        return replace(scale, gps=0.0, wheel=0.0)
    ratio, gps = scale.gps / scale.wheel, scale.gps
    variance = (scale.sigma / scale.value) ** 2 + DRIFT
    spread = variance + BLOCK_NOISE * BLOCK_NOISE
    scale = replace(scale, gps=0.0, wheel=0.0)
    if abs(ratio - 1.0) <= SURE * sqrt(spread):
        gain = variance / spread
        known = sqrt(variance * (1.0 - gain))
        return _revalued(scale, 1.0 + (ratio - 1.0) * gain, known, seen=scale.seen + gps, denied=0)
    denied = scale.denied + 1
    if denied >= DENIED and scale.scatter < ONE_MIND:
        return _revalued(scale, scale.ground, WRONG, seen=gps, denied=0)
    return replace(scale, denied=denied)


def _revalued(scale: Scale, ratio: float, sigma: float, *, seen: Metres, denied: int) -> Scale:
    """The scale times this; what is known of the ground stays what it is."""
    value = scale.value * ratio
    return replace(
        scale, value=micro(value), sigma=micro(sigma * value), seen=micro(seen), denied=denied,
        ground=micro(scale.ground / ratio),
        piece_gps=0.0, piece_wheel=0.0, piece_gain=0.0,
    )  # fmt: skip


def worth(scale: Scale, wheel: Metres) -> Metres:
    """The way of the car in so many of the wheel's metres: on the ground it was on, as long as that lasts."""
    return wheel * (1.0 + (scale.ground - 1.0) * _same(wheel))


def doubt(scale: Scale, wheel: Metres) -> Metres:
    """One sigma of `worth`: pieces that stray, each on its own, and what all have in common."""
    if scale.known == 0:
        return scale.sigma / scale.value * wheel
    common = (CHANGES + doubted_ground(scale) + unseen_change(scale, wheel)) * wheel
    return sqrt(scale.scatter * scale.scatter * PIECE * wheel + common * common)


def unseen_change(scale: Scale, wheel: Metres) -> float:
    """One sigma of what another ground on the way would make of it: a share of the way."""
    return hypot(scale.ground - 1.0, scale.wander) * sqrt(1.0 - _same(wheel))


def _same(wheel: Metres) -> float:
    """The share of a way that is still on the ground where it began."""
    lasts = abs(wheel) / LASTS
    return (1.0 - exp(-lasts)) / lasts if lasts > 1e-6 else 1.0
