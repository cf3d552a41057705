"""What the odometer knows, and what can be read off it at any moment: distance, bound, speed, and what moves it.

While GPS is away the wheel carries the distance, without a wheel it goes on as the car went and then as it usually
goes, with a bound that grows. Metres, seconds, m/s. What changes it stands in `odometer` and `fixes`.
"""

from math import sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.digits import micro
from codriver.core.gate import UNHEARD, gate
from codriver.core.mending import Mending
from codriver.core.onward import Flow, ahead, even, speed_after, stray
from codriver.core.reference import Reference
from codriver.core.roll import Roll, lives
from codriver.core.scale import LATE, Scale, doubt, worth
from codriver.core.slope import Slope
from codriver.core.winding import Winding
from codriver.signals import stamp
from codriver.units import Metres, MetresPerSecond, Seconds

GPS, WHEEL, ESTIMATE, NONE = "gps", "wheel", "estimate", "none"

# Without a fix for this long the distance is carried by something else.
GAP: Final[Seconds] = 1.5
# What gets through of a spin or a burst, with a tenth of what did not.
LEAK: Final[Metres] = 4.0
# By what is usual for so long; then nobody knows.
CARRIED: Final[Seconds] = 120.0


class Hint(Struct, frozen=True, omit_defaults=True):
    """A fix after a gap that has still to be borne out: since when others have, and since when anything was said."""

    fix: Reference
    since: Seconds
    first: Seconds


class Odometer(Struct, frozen=True, omit_defaults=True):
    """`settled` metres up to the last fix, `live` beyond it; `held` are metres that count only if the car really went.

    `noise` is the variance of the random errors, `bias` the bound of those that add up along the way. `wheel` are the
    wheel's metres since the last fix, None where it was not alive then, `crawl` those of a pulse that waits for the
    next. `waited` is how long a car that stands has been fast, or a slow one slow, or that its wheel denies it.
    `rest` is what the receiver prints of a car that stands, `crept` how long it has said more, `back` when it last came
    back from a gap, `hint` what it says before that is believed. `flow` is how the car goes on. The source is none
    until a second fix agrees.
    """

    settled: Metres = 0.0
    live: Metres = 0.0
    noise: float = 0.0
    bias: Metres = 0.0
    source: str = NONE
    last: Reference | None = None
    moving: bool = False
    held: Metres = 0.0
    waited: Seconds = 0.0
    crept: Seconds = 0.0
    rest: MetresPerSecond = UNHEARD
    back: Seconds = -60.0
    hint: Hint | None = None
    wheel: Metres | None = None
    crawl: Metres = 0.0
    roll: Roll | None = None
    scale: Scale = Scale()
    slope: Slope | None = None
    winding: Winding | None = None
    mending: Mending | None = None
    flow: Flow = Flow()


class Mark(Struct, frozen=True):
    """The errors there were when a leg began: what `sigma_since` does not count."""

    noise: float = 0.0
    bias: Metres = 0.0


def distance(odo: Odometer) -> Metres:
    """Metres driven, the best that is known now."""
    return odo.settled + odo.live


def at(odo: Odometer, t: Seconds) -> Metres:
    """`distance` at a moment near the last fix: 30 m lie between two fixes at speed, and a press falls anywhere."""
    last = odo.last
    if last is not None and t - last.t >= GAP:
        return distance(carried(odo, t))
    if last is None or odo.source != GPS or not odo.moving:
        return distance(odo)
    since = t - last.t
    return odo.settled + (ahead(odo.flow, last.speed, since) if since > 0.0 else last.speed * max(since, -GAP))


def sigma(odo: Odometer, t: Seconds) -> Metres:
    """One-sigma bound of `distance` at `t`, metres: what it may be off the car's own way at that moment."""
    return sqrt(odo.noise + _late(odo) ** 2) + odo.bias + _unseen(odo, t) + odo.held


def marked(odo: Odometer) -> Mark:
    """A leg begins: the errors up to here are not its own."""
    late = _late(odo)
    mended = 0.0 if odo.mending is None else odo.mending.counted.sigma  # what will be mended moves the leg as well
    return Mark(odo.noise - late * late - mended * mended, odo.bias)


def sigma_since(odo: Odometer, t: Seconds, mark: Mark) -> Metres:
    """One-sigma bound of the leg since the mark: what its own way adds, with what both its ends are late by."""
    own = max(odo.noise - mark.noise, 0.0) + _late(odo) ** 2
    return sqrt(own) + max(odo.bias - mark.bias, 0.0) + _unseen(odo, t) + odo.held


def speed(odo: Odometer) -> MetresPerSecond | None:
    """The speed at the last fix, 0.0 when standing; None while no fix has counted."""
    if odo.last is None:
        return None
    return odo.last.speed if odo.moving else 0.0


def witnessed(odo: Odometer, t: Seconds) -> MetresPerSecond | None:
    """The car's speed as GPS tells it at `t`: what two wheels that disagree are judged by. None where it does not."""
    if odo.last is None or not odo.last.told or t - odo.last.t >= GAP or odo.source != GPS:
        return None
    return odo.last.speed


def pace(odo: Odometer, t: Seconds) -> MetresPerSecond:
    """The speed that the distance grows with at `t`; 0.0 while nothing moves it."""
    if odo.source == NONE:
        return 0.0
    if odo.source == WHEEL:
        return worth(odo.scale, odo.roll.pace) if odo.roll is not None else 0.0
    if odo.source == ESTIMATE and odo.last is not None and odo.moving:
        return speed_after(odo.flow, lost_at(odo, odo.last), max(t - odo.last.t, 0.0))
    return speed(odo) or 0.0


def health(odo: Odometer, t: Seconds) -> str:
    """What there is to measure with at `t`: `GPS+wheel`, `GPS`, `wheel`, or `dead` where neither is to be trusted."""
    gps = odo.last is not None and stamp(t - odo.last.t) < GAP and odo.source == GPS
    wheel = lives(odo.roll, t)
    if gps:
        return "GPS+wheel" if wheel else "GPS"
    return "wheel" if wheel else "dead"


def carried(odo: Odometer, t: Seconds) -> Odometer:
    """Time passed without a fix: carry on by wheel, else as it was going, else say that nothing moves it."""
    last = odo.last
    if last is None:
        return odo if lives(odo.roll, t) or odo.source == NONE else replace(odo, source=NONE)
    age = stamp(t - last.t)
    if age < GAP:
        return odo
    if odo.wheel is not None and lives(odo.roll, t):
        return replace(odo, live=_rolled(odo, last), source=WHEEL)
    if age > CARRIED:
        return replace(odo, source=NONE)
    if odo.wheel is None or odo.roll is None or odo.roll.turned < last.t:
        return replace(
            odo, live=micro(ahead(odo.flow, lost_at(odo, last), age)) if odo.moving else 0.0, source=ESTIMATE
        )
    # The wheel was right up to where it died.
    live = _rolled(odo, last) + ahead(even(odo.flow), odo.roll.speed, t - odo.roll.turned)
    return replace(odo, live=micro(live), source=ESTIMATE)


def _rolled(odo: Odometer, last: Reference) -> Metres:
    """The wheel's way since the last fix, as late as a fix would tell of it: so that no change of source is a step."""
    if odo.wheel is None or odo.roll is None:
        return 0.0
    return micro(max(worth(odo.scale, odo.wheel) + odo.scale.late * (lost_at(odo, last) - odo.roll.pace), 0.0))


def lost_at(odo: Odometer, last: Reference) -> MetresPerSecond:
    """The speed with which the car went out of sight; what is printed of one that stands, or all but, is noise."""
    return last.speed if odo.moving and last.speed >= gate(odo.rest, last.t - odo.back).stop else 0.0


def wheel_way(odo: Odometer) -> tuple[Metres, Metres]:
    """What the wheel made of the way since the last fix, and its sigma: its scale, its ground, what it overdid."""
    if odo.wheel is None or odo.roll is None:
        return 0.0, 0.0
    leaked = min(odo.roll.excess / 2.0, LEAK + odo.roll.excess / 10.0)
    return worth(odo.scale, odo.wheel), doubt(odo.scale, odo.wheel) + leaked


def _late(odo: Odometer) -> Metres:
    """What the last fix is late by: the next one tells."""
    return max(LATE, odo.scale.late) * odo.last.speed if odo.last is not None and odo.moving else 0.0


def _unseen(odo: Odometer, t: Seconds) -> Metres:
    """What may be wrong with the way since the last fix."""
    if odo.source == WHEEL:
        return wheel_way(odo)[1] if odo.last is not None else 0.0
    return stray(odo.flow, speed(odo) or 0.0, t - _seen(odo)) if odo.source in {ESTIMATE, NONE} else 0.0


def _seen(odo: Odometer) -> Seconds:
    """When what the distance rests on was last seen; the segment's start where that was never."""
    fix = 0.0 if odo.last is None else odo.last.t
    rests_on_wheel = odo.last is None or odo.wheel is not None
    return max(fix, odo.roll.turned) if odo.roll is not None and rests_on_wheel else fix
