"""How far the car has gone: a raw distance that no trip, book or crew alters, with its one-sigma bound.

The face of the distance engine. `gauge` holds what is known and what can be read off it, `fixes` what a fix does and
`belief` whether it is true, `roll` and `scale` what the wheel is worth, `gate` when a car stands, `bridge`, `winding`
how a gap is crossed, `onward` how the distance goes on while it is open, `slope` how the road is longer than its
shadow. Metres, seconds, m/s. Knows nothing of trips and books.

The distance is a path's length: a car that goes backwards goes on counting, by GPS as by a wheel, neither of which
is counted with a sign. To count down is the crew's to say (PLUS+MINUS, or a yes when `reversing` has told reverse gear
by the course), and the trip's to do.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core.bridge import AWAY
from codriver.core.digits import micro
from codriver.core.fixes import POSITION_SHARE, measured
from codriver.core.gauge import (
    CARRIED,
    ESTIMATE,
    GAP,
    GPS,
    NONE,
    WHEEL,
    Hint,
    Mark,
    Odometer,
    at,
    carried,
    distance,
    health,
    marked,
    pace,
    sigma,
    sigma_since,
    speed,
    wheel_way,
    witnessed,
)
from codriver.core.onward import even as steady
from codriver.core.reference import Reference
from codriver.core.roll import Roll, lives, turned
from codriver.core.scale import GIVEN, Scale
from codriver.decode.nmea import Fix
from codriver.units import Metres, MetresPerSecond, Seconds

__all__ = [
    "AWAY", "CARRIED", "ESTIMATE", "GAP", "GPS", "NONE", "RECKONED", "WHEEL", "WHEEL_SHARE",
    "Hint", "Mark", "Odometer", "Reference",
    "added", "at", "begun", "carried", "distance", "fixed", "health", "marked", "pace", "restart", "rolled", "sigma",
    "sigma_since", "speed", "taught", "wheel_scale", "witnessed",
]  # fmt: skip

# What a wheel's scale is off that nobody has learnt.
WHEEL_SHARE: Final = GIVEN
RECKONED: Final = 6  # the quality of a fix without satellites, by the receiver's own sensors
# Pulses of a crawl: slower than this, and no further apart; the first of them may be a knock on the wheel.
CRAWLS: Final[MetresPerSecond] = 0.8
APART: Final[Seconds] = 6.0
CRAWL_SHARE: Final = 0.1


def begun(scale: float = 1.0, sigma: float = GIVEN) -> Odometer:
    """An odometer at zero, for a car whose wheel's scale is known from before, with its one-sigma."""
    return Odometer(scale=Scale(scale, sigma))


def taught(odo: Odometer, scale: float, sigma: float) -> Odometer:
    """The same for an odometer under way: its distance stays, what it has learnt itself goes."""
    return replace(odo, scale=Scale(scale, sigma), mending=None)


def wheel_scale(odo: Odometer) -> tuple[float, float, Metres]:
    """Metres of the car for one of the configured wheel, its one-sigma, and the metres that it was learnt over."""
    return round(odo.scale.value, 6), round(odo.scale.sigma, 6), round(odo.scale.seen, 1)


def fixed(odo: Odometer, fix: Fix, *, sloping: bool = False) -> Odometer:
    """A fix came: integrate, bridge a gap, or refuse it. A refused fix moves nothing and makes the gap longer.

    `sloping` counts along the road's slope instead of along the map.
    """
    if fix.quality != RECKONED:
        return measured(odo, fix, sloping=sloping)
    if odo.wheel is not None and lives(odo.roll, fix.t):
        return carried(odo, fix.t)  # our wheel is as good as theirs
    after = measured(odo, fix, sloping=sloping)
    if after.source != GPS:
        return after
    return replace(after, source=ESTIMATE, bias=after.bias + POSITION_SHARE * (after.settled - odo.settled))


def rolled(odo: Odometer, t: Seconds, metres: Metres) -> Odometer:
    """The wheel was heard: `metres` since its last report. They count at once when no GPS is there to say better."""
    before = odo.roll
    roll, good = turned(before, t, metres * odo.scale.value, alone=odo.last is None)
    if odo.last is None:
        doubt = odo.scale.sigma / odo.scale.value * max(good, 0.0)
        source = WHEEL if lives(roll, t) else NONE
        settled = micro(distance(odo) + max(good, 0.0))
        return replace(odo, settled=settled, live=0.0, bias=micro(odo.bias + doubt), source=source, roll=roll)
    wheel = odo.wheel
    if before is None and not odo.moving:
        wheel = 0.0  # its first turn ever, of a car that stood: the start itself
    odo = replace(odo, wheel=None if wheel is None else max(micro(wheel + good), 0.0), roll=roll)
    if metres > 0.0 and before is not None and odo.source == GPS and not odo.moving:
        odo = _crawled(odo, before, t, metres * odo.scale.value)
    return carried(odo, t)


def _crawled(odo: Odometer, before: Roll, t: Seconds, metres: Metres) -> Odometer:
    """Pulses below the gate: a queue that creeps, if a second one follows as slowly; fast ones are a wheel that spins.

    A receiver that is quiet at rest has to bear them out. What GPS has counted since the last pulse is not counted
    twice.
    """
    since = t - before.turned
    told = odo.last.speed if odo.last is not None else 0.0
    several = metres > 1.5 * before.pulse and metres - before.pulse > CRAWLS * (t - before.heard)
    if several or metres > CRAWLS * since:
        return replace(odo, crawl=0.0)
    denied = told + 2.0 * odo.rest < metres / since / 2.0  # by a receiver without static hold, which prints 0.0
    if not odo.crawl or since > APART or (told > 0.0 and denied):
        return replace(odo, crawl=metres)
    way = max(odo.crawl + metres - before.idle, 0.0)
    return replace(
        odo,
        settled=micro(odo.settled + way),
        crawl=0.0,
        held=max(micro(odo.held - way), 0.0),
        bias=micro(odo.bias + CRAWL_SHARE * way),
    )


def added(odo: Odometer, metres: Metres) -> Odometer:
    """Metres made while nobody looked, by the wheel's count."""
    return replace(odo, settled=odo.settled + metres, bias=odo.bias + 2 * GIVEN * metres)


def restart(odo: Odometer) -> Odometer:
    """A new segment: what is distance stays, what hangs on time goes. An open gap stays open in the bound."""
    open_gap = odo.live / 2.0 if odo.source in {ESTIMATE, NONE} else wheel_way(odo)[1]
    scale = Scale(odo.scale.value, odo.scale.sigma, odo.scale.seen)
    noise = odo.noise + open_gap * open_gap
    return Odometer(
        settled=distance(odo), noise=noise, bias=odo.bias, rest=odo.rest, scale=scale, flow=steady(odo.flow)
    )
