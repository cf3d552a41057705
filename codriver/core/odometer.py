"""How far the car has gone: a raw distance that no trip, book or crew alters, with its one-sigma bound.

Doppler speed integrated over the receiver's own time stamps is the ruler (gps-data 6); positions only bridge gaps, on
the ellipsoid, and stand in for receivers that print no speed. While GPS is away the wheel carries the distance, without
a wheel the last good speed does, with a bound that grows. Metres, seconds, m/s. Knows nothing of trips and books.
"""

from dataclasses import dataclass
from math import cos, hypot, radians, sin, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.decode.nmea import Fix, elapsed
from codriver.roadbook.geodesy import chord
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

GPS, WHEEL, ESTIMATE, NONE = "gps", "wheel", "estimate", "none"

# Believable: gps-data 6.2.
FASTEST: Final[MetresPerSecond] = 75.0
HARDEST: Final = 9.0  # m/s²
JUMP_SHARE: Final = 1.15
JUMP_ROOM: Final[Metres] = 12.0

# Without a fix for this long the distance is carried by something else.
GAP: Final[Seconds] = 1.5
# Up to here the cubic between two velocities is as good as having no gap (gps-data 2, gaps); beyond, it still is the
# best of the poor.
CUBIC: Final[Seconds] = 60.0
CARRIED: Final[Seconds] = 120.0
WHEEL_DEAD: Final[Seconds] = 3.0

# Bounds: Doppler noise and its correlation time, scale of a good receiver, of a configured wheel, of positions alone
# (gps-data 2); growth of a bridged and of a still open gap, per second squared (half the p95 of the table there).
DOPPLER_NOISE: Final = 0.07**2 * 2 * 0.8
GPS_SHARE: Final = 0.0003
WHEEL_SHARE: Final = 0.01
POSITION_SHARE: Final = 0.02
BRIDGED: Final = 0.07
OPEN: Final = 0.3


@dataclass(frozen=True, slots=True)
class Gate:
    """Standing until faster than `go` for `sure` seconds; moving until slower than `stop` for a second."""

    stop: MetresPerSecond
    go: MetresPerSecond
    sure: Seconds


DOPPLER_GATE: Final = Gate(stop=0.25, go=0.5, sure=0.5)
# A speed made from positions wanders with them: 1.8 m steps once a second are common in old receivers.
POSITION_GATE: Final = Gate(stop=1.2, go=2.5, sure=2.0)


class Reference(Struct, frozen=True):
    """The last fix that counted. A position that jumped is None; its speed still counts."""

    t: Seconds
    clock: Seconds | None
    speed: MetresPerSecond
    course: Degrees | None
    lat: Degrees | None
    lon: Degrees | None


class Odometer(Struct, frozen=True):
    """`settled` metres up to the last fix, `live` beyond it; `held` are metres that count only if the car really went.

    `noise` is the variance of the random errors, `bias` the bound of those that add up along the way.
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
    wheel: Metres = 0.0
    wheel_t: Seconds | None = None


def distance(odo: Odometer) -> Metres:
    """Metres driven, the best that is known now."""
    return odo.settled + odo.live


def at(odo: Odometer, t: Seconds) -> Metres:
    """`distance` at a moment near the last fix: 30 m lie between two fixes at speed, and a press falls anywhere."""
    last = odo.last
    if last is None or odo.source != GPS or not odo.moving:
        return distance(odo)
    return odo.settled + last.speed * min(max(t - last.t, -GAP), GAP)


def sigma(odo: Odometer, t: Seconds) -> Metres:
    """One-sigma bound of `distance` at `t`, metres."""
    open_gap = 0.0
    if odo.source == ESTIMATE and odo.last is not None:
        open_gap = OPEN * min(t - odo.last.t, CARRIED) ** 2
    elif odo.source == WHEEL:
        open_gap = WHEEL_SHARE * odo.live
    return sqrt(odo.noise) + odo.bias + open_gap


def speed(odo: Odometer) -> MetresPerSecond | None:
    """The speed at the last fix, 0.0 when standing; None while no fix has counted."""
    if odo.last is None:
        return None
    return odo.last.speed if odo.moving else 0.0


def fixed(odo: Odometer, fix: Fix) -> Odometer:
    """A fix came: integrate, bridge a gap, or refuse it. A refused fix moves nothing and makes the gap longer."""
    last = odo.last
    if last is None:
        return _begin(odo, fix)
    dt = _between(last, fix)
    if dt == 0.0:
        return odo
    if dt < 0.0:
        return _begin(restart(odo), fix)  # the receiver's clock was set back: go on from here
    straight = None if last.lat is None or last.lon is None else chord(last.lat, last.lon, fix.lat, fix.lon)
    if fix.speed is None:
        return _by_position(odo, fix, dt, straight)
    if fix.speed > FASTEST or abs(fix.speed - last.speed) > HARDEST * dt + 1.0:
        return odo
    mean = (last.speed + fix.speed) / 2.0
    if dt > GAP:
        return _bridge(odo, fix, dt, straight)
    jumped = straight is not None and straight > JUMP_SHARE * mean * dt + JUMP_ROOM
    return _advance(odo, _reference(fix, fix.speed, jumped=jumped), mean * dt, dt, DOPPLER_GATE, GPS_SHARE)


def rolled(odo: Odometer, t: Seconds, metres: Metres) -> Odometer:
    """The wheel turned: `metres` since its last report. They count at once when no GPS is there to say better."""
    if odo.last is None:
        settled = odo.settled + odo.live + metres
        bias = odo.bias + WHEEL_SHARE * metres
        return replace(odo, settled=settled, live=0.0, bias=bias, source=WHEEL, wheel_t=t, moving=metres > 0.0)
    wheel = odo.wheel + metres
    if t - odo.last.t <= GAP:
        return replace(odo, wheel=wheel, wheel_t=t)
    return replace(odo, wheel=wheel, wheel_t=t, live=wheel, source=WHEEL)


def carried(odo: Odometer, t: Seconds) -> Odometer:
    """Time passed without a fix: carry on by wheel, else by the last good speed, else say that nothing moves it."""
    last = odo.last
    turning = odo.wheel_t is not None and t - odo.wheel_t <= WHEEL_DEAD
    if last is None:
        return odo if turning or odo.source == NONE else replace(odo, source=NONE)
    age = t - last.t
    if age <= GAP:
        return odo
    if turning:
        return replace(odo, live=odo.wheel, source=WHEEL)
    if age > CARRIED:
        return replace(odo, source=NONE)
    # The wheel, if it was there, was right up to where it died.
    known = min(age, odo.wheel_t - last.t) if odo.wheel_t is not None and odo.wheel_t > last.t else 0.0
    run_on = last.speed * (age - known) if odo.moving else 0.0
    return replace(odo, live=(odo.wheel if known else 0.0) + run_on, source=ESTIMATE)


def added(odo: Odometer, metres: Metres) -> Odometer:
    """Metres made while nobody looked, by the wheel's count."""
    return replace(odo, settled=odo.settled + metres, bias=odo.bias + 2 * WHEEL_SHARE * metres)


def restart(odo: Odometer) -> Odometer:
    """A new segment: what is distance stays, what hangs on time goes."""
    return Odometer(settled=odo.settled + odo.live, noise=odo.noise, bias=odo.bias)


def _between(last: Reference, fix: Fix) -> Seconds:
    """Seconds between two fixes by the receiver's own clock, which knows better than their arrival."""
    if last.clock is None or fix.clock is None:
        return fix.t - last.t
    return elapsed(last.clock, fix.clock)


def _reference(fix: Fix, mps: MetresPerSecond, *, jumped: bool = False) -> Reference:
    lat, lon = (None, None) if jumped else (fix.lat, fix.lon)
    return Reference(fix.t, fix.clock, mps, fix.course, lat, lon)


def _begin(odo: Odometer, fix: Fix) -> Odometer:
    """The first fix: nothing to measure from yet."""
    if fix.speed is not None and fix.speed > FASTEST:
        return odo
    mps = fix.speed or 0.0
    moving = mps > DOPPLER_GATE.go
    return replace(odo, last=_reference(fix, mps), moving=moving, source=GPS, wheel=0.0, held=0.0, waited=0.0)


def _by_position(odo: Odometer, fix: Fix, dt: Seconds, straight: Metres | None) -> Odometer:
    """A receiver that prints no speed: the chord is the way, behind a gate as wide as its positions wander."""
    if straight is None:
        return replace(odo, last=_reference(fix, 0.0))
    mps = straight / dt
    if mps > FASTEST:
        return odo
    if dt > GAP * 4:
        return _settle(odo, _reference(fix, mps), straight, BRIDGED * dt * dt)
    return _advance(odo, _reference(fix, mps), straight, dt, POSITION_GATE, POSITION_SHARE)


def _advance(odo: Odometer, here: Reference, step: Metres, dt: Seconds, gate: Gate, share: float) -> Odometer:
    """One ordinary step behind the standstill gate."""
    if odo.moving:
        slow = odo.waited + dt if here.speed < gate.stop else 0.0
        moving, count, held, waited = slow <= 1.0, step, 0.0, (slow if slow <= 1.0 else 0.0)
    elif here.speed < gate.go:
        moving, count, held, waited = False, 0.0, 0.0, 0.0
    else:
        held, waited = odo.held + step, odo.waited + dt
        moving = waited >= gate.sure
        count = held if moving else 0.0
        if moving:
            held = waited = 0.0
    return Odometer(
        odo.settled + count,
        0.0,
        odo.noise + (DOPPLER_NOISE * dt if moving else 0.0),
        odo.bias + share * count,
        GPS,
        here,
        moving,
        held,
        waited,
        0.0,
        odo.wheel_t,
    )


def _bridge(odo: Odometer, fix: Fix, dt: Seconds, straight: Metres | None) -> Odometer:
    """GPS is back: the way driven meanwhile, by the wheel if it lived, else by what the two ends say."""
    last, mps = odo.last, fix.speed or 0.0
    assert last is not None
    here = _reference(fix, mps)
    least = straight or 0.0
    if (
        odo.wheel_t is not None
        and odo.wheel_t > last.t
        and fix.t - odo.wheel_t <= WHEEL_DEAD
        and (odo.wheel >= 0.95 * least - JUMP_ROOM)
    ):
        return _settle(odo, here, odo.wheel, WHEEL_SHARE * odo.wheel)
    if not odo.moving and mps < DOPPLER_GATE.go and least < JUMP_ROOM:
        return _settle(odo, here, 0.0, 0.0)
    way = max(least, _cubic(last, here, dt) if dt <= CUBIC else 0.0)
    return _settle(odo, here, way, min(BRIDGED * dt * dt, 0.3 * way + BRIDGED * CUBIC))


def _settle(odo: Odometer, here: Reference, way: Metres, bound: Metres) -> Odometer:
    return Odometer(
        settled=odo.settled + way,
        noise=odo.noise + bound * bound,
        bias=odo.bias,
        source=GPS,
        last=here,
        moving=here.speed > DOPPLER_GATE.go,
        wheel_t=odo.wheel_t,
    )


def _cubic(last: Reference, here: Reference, dt: Seconds) -> Metres:
    """Length of the cubic that leaves one fix with its velocity and meets the other with its own (Hermite)."""
    if last.lat is None or last.lon is None or here.lat is None or here.lon is None:
        return (last.speed + here.speed) / 2.0 * dt
    if last.course is None or here.course is None:
        # A receiver that is slow prints no course: only the speeds are left.
        return (last.speed + here.speed) / 2.0 * dt if min(last.speed, here.speed) > DOPPLER_GATE.go else 0.0
    north = chord(last.lat, last.lon, here.lat, last.lon) * (1 if here.lat >= last.lat else -1)
    east = chord(here.lat, last.lon, here.lat, here.lon) * (1 if here.lon >= last.lon else -1)
    way = 0.0
    for i in range(20):
        way += hypot(
            _slope((i + 0.5) / 20, east, *_eastward(last, here, dt)),
            _slope((i + 0.5) / 20, north, *_northward(last, here, dt)),
        )
    return way / 20


def _eastward(last: Reference, here: Reference, dt: Seconds) -> tuple[Metres, Metres]:
    return last.speed * dt * sin(radians(last.course or 0.0)), here.speed * dt * sin(radians(here.course or 0.0))


def _northward(last: Reference, here: Reference, dt: Seconds) -> tuple[Metres, Metres]:
    return last.speed * dt * cos(radians(last.course or 0.0)), here.speed * dt * cos(radians(here.course or 0.0))


def _slope(u: float, whole: Metres, start: Metres, end: Metres) -> Metres:
    """Derivative at `u` of the Hermite cubic from 0 to `whole` with these end tangents."""
    return 6 * u * (1 - u) * whole + (1 - u) * (1 - 3 * u) * start + u * (3 * u - 2) * end
